//! Where an upper bound goes when a version has outgrown it.

use crate::model::Version;
use semver::{Comparator, Op};

/// Whether a bound leaves room for `to`; for a pre-release, for the version it leads to.
pub(super) fn admits(comparator: &Comparator, to: &Version) -> bool {
    comparator.matches(&Version::new(to.major, to.minor, to.patch))
}

/// The bound for a `<` that `to` has outgrown: the end of the same kind of range, around `to`.
///
/// A bound with one number that is not zero, as `<2`, `<0.3` and `<0.0.4`, ends a range of
/// compatible versions, so the next one ends the versions that are compatible with `to`. `<1.3`
/// ends the patches of a minor version. Anything else ends right above `to`. A pre-release part
/// stays, as in `<2.0.0-0`.
pub(super) fn above(comparator: &Comparator, to: &Version) -> Version {
    debug_assert_eq!(comparator.op, Op::Less, "`<=` goes to the version itself");
    let written = [comparator.major, comparator.minor.unwrap_or(0), comparator.patch.unwrap_or(0)];
    let end = match written {
        [_, 0, 0] | [0, _, 0] | [0, 0, _] => next_incompatible(to),
        [_, _, 0] => Version::new(to.major, to.minor.saturating_add(1), 0),
        _ => Version::new(to.major, to.minor, to.patch.saturating_add(1)),
    };
    Version { pre: comparator.pre.clone(), ..end }
}

/// The lowest version that is not compatible with `to` by Cargo's rules.
fn next_incompatible(to: &Version) -> Version {
    match (to.major, to.minor, to.patch) {
        (0, 0, patch) => Version::new(0, 0, patch.saturating_add(1)),
        (0, minor, _) => Version::new(0, minor.saturating_add(1), 0),
        (major, ..) => Version::new(major.saturating_add(1), 0, 0),
    }
}
