//! The versions of a line of pre-releases.

use crate::model::{PreId, Version};
use semver::Prerelease;

/// The release that a version leads to: `1.1.0` for `1.1.0-rc.2`.
pub(super) fn base(version: &Version) -> Version {
    Version::new(version.major, version.minor, version.patch)
}

/// Whether the version is a pre-release of the line `id`.
pub(super) fn is_on(version: &Version, id: &PreId) -> bool {
    name(version) == Some(id.as_str())
}

/// The name of the line that a pre-release is on, which may be empty; nothing for a release.
pub(super) fn name(version: &Version) -> Option<&str> {
    let (before, _) = split(version.pre.as_str());
    (!version.pre.is_empty()).then(|| before.trim_end_matches('.'))
}

/// The pre-release after this one: the last number in it is raised, or one is added.
pub(super) fn after(version: &Version) -> Version {
    let (before, number) = split(version.pre.as_str());
    let text = match number {
        Some(number) => format!("{before}{}", number + 1),
        None => format!("{before}.1"),
    };
    with(version, &text)
}

/// The first pre-release of `base`, named and counted like `like`.
pub(super) fn first(base: &Version, like: &Version) -> Version {
    let (before, number) = split(like.pre.as_str());
    // Who has come to 0 counts from there; all others are taken to count from 1.
    let text = match number {
        Some(0) => format!("{before}0"),
        Some(_) => format!("{before}1"),
        None => before.to_owned(),
    };
    with(base, &text)
}

/// The first pre-release of `base` on the line `id`.
pub(super) fn start(base: &Version, id: &PreId) -> Version {
    with(base, &format!("{id}.1"))
}

/// What stands before the number at the end, and the number.
fn split(pre: &str) -> (&str, Option<u64>) {
    let before = pre.trim_end_matches(|c: char| c.is_ascii_digit());
    (before, pre[before.len()..].parse().ok())
}

fn with(base: &Version, pre: &str) -> Version {
    let pre = Prerelease::new(pre).expect("a raised number makes an identifier of an identifier");
    Version { pre, ..Version::new(base.major, base.minor, base.patch) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_goes_on_with_its_own_names_and_numbers() {
        let table = [
            ("1.0.0-rc.1", "rc", "1.0.0-rc.2", "2.0.0-rc.1"),
            ("1.0.0-rc.0", "rc", "1.0.0-rc.1", "2.0.0-rc.0"),
            ("1.0.0-beta.9", "beta", "1.0.0-beta.10", "2.0.0-beta.1"),
            ("1.0.0-alpha", "alpha", "1.0.0-alpha.1", "2.0.0-alpha"),
            ("1.0.0-pre9", "pre", "1.0.0-pre10", "2.0.0-pre1"),
            ("1.0.0-7", "", "1.0.0-8", "2.0.0-1"),
        ];
        for (last, id, next, beyond) in table {
            let last = Version::parse(last).expect("a version");
            assert_eq!(name(&last), Some(id));
            assert_eq!(after(&last).to_string(), next);
            assert_eq!(first(&Version::new(2, 0, 0), &last).to_string(), beyond);
        }
    }

    #[test]
    fn a_line_that_is_begun_counts_from_one() {
        let rc = PreId::new("rc").expect("a name");
        let first = start(&Version::new(1, 1, 0), &rc);
        assert_eq!(first.to_string(), "1.1.0-rc.1");
        assert!(is_on(&first, &rc) && !is_on(&Version::new(1, 1, 0), &rc));
        assert_eq!(base(&first), Version::new(1, 1, 0));
    }
}
