//! A lock file without the checksums that change with every commit.

use crate::model::{PackageName, Version};
use std::collections::BTreeMap;

/// The text of a packed `Cargo.lock` without the checksums of the packages of the same release.
/// They are of archives that name the commit; what those hold says the same without it.
#[must_use]
pub fn unsealed(text: &str, released: &BTreeMap<PackageName, Version>) -> String {
    let (mut name, mut version) = ("", "");
    let mut kept = String::with_capacity(text.len());
    for line in text.lines() {
        let value = |key: &str| {
            line.strip_prefix(key)?.trim().strip_prefix('=').map(|it| it.trim().trim_matches('"'))
        };
        match (value("name"), value("version")) {
            (Some(value), _) => name = value,
            (_, Some(value)) => version = value,
            _ => {}
        }
        let is_released =
            || released.iter().any(|(it, at)| it.as_str() == name && at.to_string() == version);
        if value("checksum").is_none() || !is_released() {
            kept.push_str(line);
            kept.push('\n');
        }
    }
    kept
}

#[test]
fn checksums_of_the_release_alone_are_left_out() {
    let entry = |name: &str, version: &str, rest: &str| {
        format!("[[package]]\nname = \"{name}\"\nversion = \"{version}\"\nsource = \"r\"\n{rest}\n")
    };
    let checksum = "checksum = \"abc\"\n";
    let text = |a: &str| {
        entry("a", "1.0.0", a) + &entry("a", "0.9.0", checksum) + &entry("b", "1.0.0", checksum)
    };
    let name = PackageName::new("a").expect("a name");
    let released = BTreeMap::from([(name, Version::new(1, 0, 0))]);
    assert_eq!(unsealed(&text(checksum), &released), text(""));
}
