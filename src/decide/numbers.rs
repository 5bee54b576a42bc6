//! Which number comes next: what it is counted from, and which numbers are used up.

use super::line;
use super::standing::Standing;
use crate::facts::PublishedVersion;
use crate::model::{Bump, Impact, PreId, Version};

/// The numbers of one package, or of the packages of a group together.
#[derive(Debug)]
pub(super) struct Numbers<'a> {
    /// The highest last release.
    pub(super) last: &'a Version,
    published: Vec<&'a PublishedVersion>,
    features_move_minor: bool,
}

/// Which line the next version is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Course<'a> {
    /// None, as before.
    Release,
    /// None: the line of pre-releases ends.
    Finish,
    /// This one, whatever was before.
    Line(&'a PreId),
    /// The one that this pre-release is on.
    Onward(&'a Version),
}

/// The parts that have to move.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Parts {
    pub(super) impact: Option<Impact>,
    /// A part asked for.
    pub(super) asked: Option<Bump>,
}

impl<'a> Numbers<'a> {
    /// The numbers of these members; nothing when none of them was ever released.
    pub(super) fn of(members: &[&'a Standing<'a>]) -> Option<Self> {
        let last = members.iter().filter_map(|member| member.last());
        Some(Self {
            last: last.max_by(|a, b| a.cmp_precedence(b))?,
            published: members.iter().flat_map(|m| m.published.versions()).collect(),
            features_move_minor: members.iter().any(|member| member.features_move_minor),
        })
    }

    /// The next version when these parts have to move; with none, what the course alone asks for.
    ///
    /// A line that would lead to a lower version than the last one is not taken.
    pub(super) fn next(&self, parts: Parts, course: Course<'_>) -> Version {
        let base = self.base(parts);
        let next = self.on(base.clone(), course);
        if next.cmp_precedence(self.last).is_lt() && !self.last.pre.is_empty() {
            return self.on(base, Course::Onward(self.last));
        }
        next
    }

    /// `base`, or its next pre-release on the course. Numbers of yanked ones are used up.
    pub(super) fn on(&self, base: Version, course: Course<'_>) -> Version {
        let mut next = match course {
            Course::Release | Course::Finish => return base,
            Course::Line(id) if line::is_on(self.last, id) => onward(&base, self.last),
            Course::Line(id) => line::start(&base, id),
            Course::Onward(like) => onward(&base, like),
        };
        while self.published.iter().any(|entry| entry.yanked && entry.version == next) {
            next = line::after(&next);
        }
        next
    }

    /// The release that these parts lead to. From a line of pre-releases it is counted from the
    /// last stable release: what the line holds already is not raised again.
    fn base(&self, parts: Parts) -> Version {
        let last = self.last;
        if last.pre.is_empty() {
            let parts = [parts.impact.map(|impact| self.part(impact, last)), parts.asked];
            let part = parts.into_iter().flatten().max();
            return part.map_or_else(|| last.clone(), |part| self.free(part, last));
        }
        let line = line::base(last);
        let stable = self.stable();
        let impact = parts.impact.zip(stable);
        let impact = impact.map(|(impact, stable)| self.part(impact, stable).apply(stable));
        let asked = parts.asked.map(|part| part.apply(stable.unwrap_or(last)));
        let base = [impact, asked].into_iter().flatten().fold(line, Version::max);
        if self.is_burned(&base) { self.free(Bump::Patch, &base) } else { base }
    }

    /// The highest release below the line that the last one is on.
    fn stable(&self) -> Option<&'a Version> {
        let line = line::base(self.last);
        let versions = self.published.iter().map(|entry| &entry.version);
        versions.filter(|version| version.pre.is_empty() && **version < line).max()
    }

    /// The part that moves for an impact, by this project's reading.
    fn part(&self, impact: Impact, last: &Version) -> Bump {
        let minor = self.features_move_minor && (last.major, impact) == (0, Impact::Feature);
        if minor && last.minor > 0 { Bump::Minor } else { impact.bump_for(last) }
    }

    /// `last` with this part raised, past the numbers that yanked versions of the same line have
    /// used up. A live version in the way is not passed: somebody else's release is no reason to
    /// guess.
    pub(super) fn free(&self, part: Bump, last: &Version) -> Version {
        free(&self.published, part, last)
    }

    fn is_burned(&self, version: &Version) -> bool {
        self.published.iter().any(|entry| entry.yanked && entry.version == *version)
    }
}

/// The pre-release of `base` that comes after `like`, on its line.
fn onward(base: &Version, like: &Version) -> Version {
    if *base == line::base(like) { line::after(like) } else { line::first(base, like) }
}

/// `last` with this part raised, past what yanked versions of the same line have used up.
pub(super) fn free(published: &[&PublishedVersion], part: Bump, last: &Version) -> Version {
    let mut next = part.apply(last);
    let burned = |next: &Version| {
        let line = |v: &Version| match part {
            Bump::Major => (0, 0),
            Bump::Minor => (v.major, 0),
            _ => (v.major, v.minor),
        };
        let versions = published.iter().filter(|e| e.yanked && e.version.pre.is_empty());
        let versions = versions.map(|entry| &entry.version);
        versions.filter(|version| *version >= next && line(version) == line(next)).max()
    };
    while let Some(used) = burned(&next) {
        next = part.apply(used);
    }
    next
}
