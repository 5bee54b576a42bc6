//! Each larger package is named in one place, so that it can be understood or replaced there.

use super::code_lines;

/// A package, and the beginnings of the paths where it may be named.
const HOMES: &[(&str, &[&str])] = &[
    ("axum", &["BIN/rehearsal"]),
    ("cargo_config2", &["BIN/registry"]),
    ("cargo_credential", &["BIN/registry"]),
    ("cargo_metadata", &["src/facts", "BIN/observe"]),
    ("cargo_util", &["BIN/effects", "BIN/observe"]),
    ("clap", &["BIN/cli"]),
    ("console", &["BIN/ui"]),
    ("crates_index", &["BIN/registry"]),
    ("crates_io", &["BIN/registry"]),
    ("curl", &["BIN/registry", "BIN/rehearsal"]),
    ("git2", &["BIN/observe", "BIN/effects"]),
    ("git_conventional", &["src/decide", "src/facts"]),
    ("dialoguer", &["BIN/ui"]),
    ("globset", &["src/policy", "src/downstream"]),
    ("ignore", &["src/facts"]),
    ("indicatif", &["BIN/ui"]),
    ("jiff", &["BIN/ui", "BIN/journal"]),
    ("petgraph", &["src/model/graph"]),
    ("pulldown_cmark", &["src/export/markdown", "src/facts/changeset"]),
    ("rustix", &["BIN/effects/child", "BIN/machine"]),
    ("spdx", &["src/plan/rules"]),
    ("tokio", &["BIN/rehearsal"]),
    ("toml_edit", &["src/manifest", "src/policy", "BIN/rehearsal", "BIN/registry", "xtask"]),
];

/// What `BIN` stands for above.
const BIN: &str = "src/bin/cargo-orchestrate";

/// The places of a file that name a package whose home is elsewhere.
pub(super) fn away_from_home(path: &str, text: &str) -> Vec<String> {
    let lines = code_lines(text);
    let mut offences = Vec::new();
    for (package, homes) in HOMES {
        if homes.iter().any(|home| path.starts_with(&home.replace("BIN", BIN))) {
            continue;
        }
        for (number, _) in lines.iter().filter(|(_, line)| names(line, package)) {
            offences.push(format!("{path}:{number}: `{package}` lives in {}", homes.join(", ")));
        }
    }
    offences
}

/// Whether a line of code names this package: `package::`, or alone in a `use`.
fn names(line: &str, package: &str) -> bool {
    let is_word = |char: char| char.is_alphanumeric() || char == '_';
    line.match_indices(package).any(|(start, _)| {
        let (before, after) = (&line[..start], &line[start + package.len()..]);
        let inside = before.ends_with(is_word) || after.starts_with(is_word);
        // `crate::ignore::x` is a module of ours, `.ignore` a field.
        let path = before.strip_suffix("::").is_some_and(|path| path.ends_with(is_word));
        let ours = path || before.ends_with('.');
        let imported = before.trim_start().trim_start_matches("pub ").starts_with("use ")
            && !before.contains("::");
        !inside && !ours && (after.trim_start().starts_with("::") || imported)
    })
}

#[test]
fn a_package_named_elsewhere_is_an_offence() {
    let count = |path, text| away_from_home(path, text).len();
    assert_eq!(count("src/model/name.rs", "use git2::Oid;"), 1);
    assert_eq!(count("src/model/name.rs", "fn f(oid: ::git2::Oid) {}"), 1);
    assert_eq!(count("src/plan/order.rs", "use petgraph;"), 1);
    assert_eq!(count("src/bin/cargo-orchestrate/command/plan.rs", "#[derive(clap::Args)]"), 1);
    assert_eq!(count("src/facts/mod.rs", "use toml_edit as t;\nuse {curl, semver};"), 2);
}

#[test]
fn a_package_at_home_and_a_word_that_looks_like_one_are_none() {
    let count = |path, text| away_from_home(path, text).len();
    assert_eq!(count("src/model/graph.rs", "use petgraph::graphmap::DiGraphMap;"), 0);
    assert_eq!(count("src/bin/cargo-orchestrate/observe/git.rs", "use git2::Repository;"), 0);
    assert_eq!(count("src/model/name.rs", "// git2::Oid\nlet console = ignore(curl);"), 0);
    assert_eq!(count("src/run/mod.rs", "use crate::facts::ignore::Rules; self.console.x();"), 0);
}
