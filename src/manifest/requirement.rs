//! How a requirement follows the version of the package it is on.

use super::upper_bound;
use crate::model::{Version, VersionReq};
use semver::{Comparator, Op, Prerelease};

/// A requirement that cannot follow a version.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("could not make the requirement `{requirement}` match {version}: {obstacle}")]
pub struct CannotRewrite {
    pub requirement: String,
    pub version: Version,
    pub obstacle: Obstacle,
}

/// What stands in the way of a rewrite.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Obstacle {
    /// The text is no requirement; what `semver` says about it.
    #[error("it is not a requirement ({0})")]
    NotARequirement(String),
    /// The version is a pre-release, and no comparator could name it.
    #[error("without naming it, a requirement matches no pre-release")]
    Unnamed,
    /// The version lies below a lower bound of a requirement of several comparators.
    #[error("the version lies below its lower bound")]
    Below,
    /// A comparator that has no place for the version keeps it out, as `>` does.
    #[error("`{0}` keeps the version out")]
    Excluded(String),
}

/// The requirement that `to` asks for: it matches `to`, and its lower bound is `to` as far as its
/// precision says; nothing when the text may stay as it is.
///
/// Operators, precision and whitespace stay. `0.1.0` for 0.1.3 becomes `0.1.3`, while `0.1` stays:
/// it does not name a patch. Only a pre-release makes a short form long, as the short form cannot
/// hold it. Upper bounds move only when they exclude `to`, to the end of the range that they
/// closed before: `>=1.0.0, <2.0.0` for 2.0.0 is `>=2.0.0, <3.0.0`. A `>` cannot say where it begins and
/// becomes `>=`: `>1.2` for 2.0.0 is `>=2.0`. `*` is never rewritten.
/// Rewriting the result again changes nothing. Build metadata of `to` plays no part.
///
/// # Errors
/// [`CannotRewrite`] when there is no such requirement, with what stands in the way.
pub fn rewrite(requirement: &str, to: &Version) -> Result<Option<String>, CannotRewrite> {
    attempt(requirement, to).map_err(|obstacle| CannotRewrite {
        requirement: requirement.to_owned(),
        version: to.clone(),
        obstacle,
    })
}

/// Whether a requirement on a package went up, with the same operators, to versions that are not above
/// `version`: what release tools do to the requirements on a package whose version they raise.
#[must_use]
pub fn is_raised(old: &str, new: &str, version: &Version) -> bool {
    let (Ok(old), Ok(new)) = (VersionReq::parse(old), VersionReq::parse(new)) else { return false };
    let (old, new) = (old.comparators, new.comparators);
    let lowest = |all: &[Comparator]| all.iter().map(lowest).collect::<Vec<_>>();
    old.len() == new.len()
        && old
            .iter()
            .zip(&new)
            .all(|(old, new)| is_same_bound(old, new) && self::lowest(old) <= self::lowest(new))
        && lowest(&old) != lowest(&new)
        && new.iter().all(|it| is_upper(it) || self::lowest(it).cmp_precedence(version).is_le())
}

/// Whether two comparators bound from the same side in the same way; what was `>` may be `>=` now.
fn is_same_bound(old: &Comparator, new: &Comparator) -> bool {
    old.op == new.op || (old.op, new.op) == (Op::Greater, Op::GreaterEq)
}

fn attempt(requirement: &str, to: &Version) -> Result<Option<String>, Obstacle> {
    let parsed = parse(requirement)?;
    if parsed.comparators.is_empty() {
        return if to.pre.is_empty() { Ok(None) } else { Err(Obstacle::Unnamed) };
    }
    let matched = parsed.matches(to);
    let pieces: Vec<&str> = requirement.split(',').collect();
    if pieces.len() > 1 && parsed.comparators.iter().any(|comparator| starts_above(comparator, to))
    {
        return Err(Obstacle::Below);
    }
    let mut moved = Vec::with_capacity(pieces.len());
    for (piece, comparator) in pieces.into_iter().zip(&parsed.comparators) {
        let piece = Piece::cut(piece, comparator);
        moved.push(match comparator.op {
            Op::Less | Op::LessEq if matched || upper_bound::admits(comparator, to) => {
                piece.unchanged()
            }
            Op::Less => piece.with(&upper_bound::above(comparator, to)),
            Op::Greater if !upper_bound::admits(comparator, to) => piece.unchanged(),
            Op::Greater => piece.from(to),
            _ => piece.with(to),
        });
    }
    let moved = moved.join(",");
    check(&moved, to)?;
    Ok((moved != requirement).then_some(moved))
}

fn parse(requirement: &str) -> Result<VersionReq, Obstacle> {
    VersionReq::parse(requirement).map_err(|error| Obstacle::NotARequirement(error.to_string()))
}

/// Whether the lowest version that the comparator allows lies above `to`.
fn starts_above(comparator: &Comparator, to: &Version) -> bool {
    !is_upper(comparator) && lowest(comparator).cmp_precedence(to).is_gt()
}

fn is_upper(comparator: &Comparator) -> bool {
    matches!(comparator.op, Op::Less | Op::LessEq)
}

/// The version that a comparator names, with zeros for what it does not write.
fn lowest(comparator: &Comparator) -> Version {
    Version {
        pre: comparator.pre.clone(),
        ..Version::new(
            comparator.major,
            comparator.minor.unwrap_or(0),
            comparator.patch.unwrap_or(0),
        )
    }
}

/// Refuses a requirement that does not match `to`, with the reason.
fn check(requirement: &str, to: &Version) -> Result<(), Obstacle> {
    let parsed = parse(requirement)?;
    if parsed.matches(to) {
        return Ok(());
    }
    let base = Version::new(to.major, to.minor, to.patch);
    let culprit = requirement
        .split(',')
        .zip(&parsed.comparators)
        .find(|(_, comparator)| !comparator.matches(&base) && !comparator.matches(to));
    Err(culprit.map_or(Obstacle::Unnamed, |(text, _)| Obstacle::Excluded(text.trim().to_owned())))
}

/// One comparator's text in its parts, so that all but the numbers can stay.
struct Piece<'a> {
    text: &'a str,
    /// Whitespace and operator.
    head: &'a str,
    /// How many numbers are written.
    precision: usize,
    /// `.*` and the like, behind the numbers.
    wildcards: &'a str,
    /// Whitespace behind.
    tail: &'a str,
    op: Op,
}

impl<'a> Piece<'a> {
    /// Cuts a text that was read as `comparator`.
    fn cut(text: &'a str, comparator: &Comparator) -> Self {
        let (head, rest) = text.split_at(text.find(|c: char| c.is_ascii_digit()).unwrap_or(0));
        let (version, tail) = rest.split_at(rest.trim_end_matches(' ').len());
        let precision =
            1 + usize::from(comparator.minor.is_some()) + usize::from(comparator.patch.is_some());
        let wildcards = if precision < 3 {
            version.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.')
        } else {
            ""
        };
        // The dot before the first wildcard belongs to the wildcards.
        let wildcards = match version.len() - wildcards.len() {
            _ if wildcards.is_empty() => "",
            start => &version[start - 1..],
        };
        Self { text, head, precision, wildcards, tail, op: comparator.op }
    }

    /// The text with `>=` for `>`, and the numbers of `version`.
    fn from(&self, version: &Version) -> String {
        let head = self.head.replace('>', ">=");
        Piece { head: &head, ..*self }.with(version)
    }

    fn unchanged(&self) -> String {
        self.text.to_owned()
    }

    /// The text with the numbers of `version`, as many as there were, or all and the pre-release
    /// part where there is one.
    fn with(&self, version: &Version) -> String {
        let Self { head, tail, .. } = self;
        let Version { major, minor, patch, pre, .. } = version;
        if *pre != Prerelease::EMPTY {
            // `1.0.*` is `~1.0`; `1.*` is `^1`, which is what no operator means.
            let tilde = if self.op == Op::Wildcard && self.precision == 2 { "~" } else { "" };
            return format!("{head}{tilde}{major}.{minor}.{patch}-{pre}{tail}");
        }
        let numbers = [major, minor, patch].map(u64::to_string);
        format!("{head}{}{}{tail}", numbers[..self.precision].join("."), self.wildcards)
    }
}

#[cfg(test)]
#[path = "requirement_tests.rs"]
mod tests;
