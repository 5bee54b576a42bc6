//! A lock file without the registry's copies of packages that are released.

use super::LockError;
use super::read::packages;
use crate::model::{PackageName, Version};
use std::collections::BTreeMap;

/// The text without the entries of registries that packages of the release take the place of.
///
/// A workspace holds such a copy beside the member when something from the registry needs the
/// member. Where members come from the registry, too, there is one of them, and it is the new one.
///
/// # Errors
/// [`LockError::Unreadable`] when the text is no lock file.
pub fn without_copies(
    text: &str,
    released: &BTreeMap<PackageName, Version>,
) -> Result<String, LockError> {
    const HEADER: &str = "[[package]]\n";
    let locked = packages(text)?;
    let mut parts = text.split(HEADER);
    let mut kept = parts.next().unwrap_or_default().to_owned();
    // An old file begins with a table for the root, which has no header of this kind.
    let skipped = locked.len().saturating_sub(text.matches(HEADER).count());
    for (package, part) in locked.iter().skip(skipped).zip(parts) {
        let mut same = released.iter().filter(|(name, _)| name.as_str() == package.name);
        let is_copy = package.source.is_some()
            && same.any(|(_, version)| is_replaced(&package.version.value, version));
        if !is_copy {
            kept.push_str(HEADER);
            kept.push_str(part);
        }
    }
    Ok(kept)
}

/// Whether a requirement that takes `old` by default takes `new` as well.
fn is_replaced(old: &str, new: &Version) -> bool {
    let Ok(old) = Version::parse(old) else { return false };
    let line = |it: &Version| match (it.major, it.minor) {
        (0, 0) => (0, 0, it.patch),
        (0, minor) => (0, minor, 0),
        (major, _) => (major, 0, 0),
    };
    line(&old) == line(new)
}

#[test]
fn what_the_release_takes_the_place_of_is_left_out() {
    let entry = |name: &str, version: &str, rest: &str| {
        format!("[[package]]\nname = \"{name}\"\nversion = \"{version}\"\n{rest}\n")
    };
    let source = "source = \"r\"\n";
    let head = "# By Cargo.\nversion = 4\n\n";
    let others =
        [entry("a", "0.3.0", ""), entry("a", "0.2.9", source), entry("b", "0.3.1", source)]
            .concat();
    let text = format!("{head}{}{others}", entry("a", "0.3.1", source));
    let name = PackageName::new("a").expect("a name");
    let released = BTreeMap::from([(name, Version::new(0, 3, 4))]);
    assert_eq!(without_copies(&text, &released), Ok(format!("{head}{others}")));
}
