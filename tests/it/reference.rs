//! The reference of the rules in `docs/`.

use crate::support::project_root;
use std::{env, fs};

/// `SNAPSHOTS=overwrite`, which `cargo xtask gen` sets, writes the page.
#[test]
fn the_page_about_the_rules_is_made_from_their_table() {
    let file = project_root().join("docs/rules.md");
    let page = cargo_orchestrate::export::rule_page();
    if env::var_os("SNAPSHOTS").is_some_and(|value| value == "overwrite") {
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(&file, &page).unwrap();
    }
    let written = fs::read_to_string(&file).unwrap_or_default();
    assert!(written == page, "docs/rules.md is stale: `cargo xtask gen` writes it");
}
