//! The versions of a line of pre-releases.

use crate::model::Version;
use semver::Prerelease;

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
            ("1.0.0-rc.1", "1.0.0-rc.2", "2.0.0-rc.1"),
            ("1.0.0-rc.0", "1.0.0-rc.1", "2.0.0-rc.0"),
            ("1.0.0-beta.9", "1.0.0-beta.10", "2.0.0-beta.1"),
            ("1.0.0-alpha", "1.0.0-alpha.1", "2.0.0-alpha"),
            ("1.0.0-pre9", "1.0.0-pre10", "2.0.0-pre1"),
            ("1.0.0-7", "1.0.0-8", "2.0.0-1"),
        ];
        for (last, next, beyond) in table {
            let last = Version::parse(last).expect("a version");
            assert_eq!(after(&last).to_string(), next);
            assert_eq!(first(&Version::new(2, 0, 0), &last).to_string(), beyond);
        }
    }
}
