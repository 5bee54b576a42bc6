//! What differs between two packages.

use super::manifest;
use super::pack::Files;
use std::collections::BTreeSet;

/// What Cargo writes beside the package's own files, and what is compared by its meaning.
const ASIDE: [&str; 4] = ["Cargo.toml", "Cargo.toml.orig", "Cargo.lock", ".cargo_vcs_info.json"];

/// Everything that differs; `members` are the packages whose versions the two follow.
pub(crate) fn differences(
    old: &Files,
    new: &Files,
    members: &BTreeSet<String>,
) -> Result<Vec<String>, String> {
    let mut found = Vec::new();
    let paths: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    for path in paths.into_iter().filter(|path| !ASIDE.contains(&path.as_str())) {
        match (old.get(path), new.get(path)) {
            (Some(_), None) => found.push(format!("{path} is no longer packed")),
            (None, Some(_)) => found.push(format!("{path} is packed now")),
            (Some(old), Some(new)) if old.bytes != new.bytes => {
                found.push(format!("{path} has other content"));
            }
            (Some(old), Some(new)) if old != new => found.push(format!("{path} has another mode")),
            _ => {}
        }
    }
    found.extend(manifest::differences(&text(old)?, &text(new)?, members)?);
    Ok(found)
}

/// The manifest as it was packed.
pub(crate) fn text(files: &Files) -> Result<String, String> {
    let manifest = files.get("Cargo.toml").ok_or("a package without a manifest")?;
    String::from_utf8(manifest.bytes.clone()).map_err(|error| error.to_string())
}
