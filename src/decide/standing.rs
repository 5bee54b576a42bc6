//! Where one package stands by itself: what it was last released as, and what its own changes ask
//! for, before anybody else is looked at.

use super::change::{self, Change};
use super::{Note, RequestedBump, prerelease};
use crate::facts::{BaselineSource, Facts, Published};
use crate::model::{Bump, Impact, Package, PackageName, Version};
use crate::policy::Policy;

/// A publishable member, its last release and its own changes.
#[derive(Debug)]
pub(super) struct Standing<'a> {
    pub(super) package: &'a Package,
    pub(super) published: &'a Published,
    pub(super) ground: Ground,
    /// What its own changes ask for; nothing when what would be packed is what was released.
    pub(super) change: Option<Change>,
    pub(super) asked: Option<&'a RequestedBump>,
    /// Whether it is kept out for good: policy `release = false`.
    pub(super) held: bool,
    features_move_minor: bool,
}

/// What the next version of a package is counted from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Ground {
    /// Nothing was ever published.
    New,
    /// This version is the last release.
    Released(Version),
    /// This version is tagged and was never published; `before` is the published one below it.
    Tagged { version: Version, tag: String, before: Option<Version> },
    /// The manifest's version is published and no tag says at which commit.
    Untagged(Version),
}

/// The version a package gets, and the version it would need at least.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Target {
    pub(super) to: Version,
    /// What the changes need; nothing when they need none.
    pub(super) needed: Option<Version>,
}

impl<'a> Standing<'a> {
    /// Looks at one member, of which the registry says `published`.
    pub(super) fn of(
        package: &'a Package,
        facts: &'a Facts,
        policy: &Policy,
        asked: Option<&'a RequestedBump>,
        published: &'a Published,
    ) -> Self {
        let history = facts.history.get(&package.name);
        let ground = ground(package, history.and_then(|h| h.baseline.as_ref()), published);
        let change = match &ground {
            Ground::New | Ground::Untagged(_) => None,
            _ => history.and_then(|history| change::of(package, history)),
        };
        Self {
            package,
            published,
            ground,
            change,
            asked,
            held: policy.held.contains(&package.name),
            features_move_minor: policy.features_move_minor,
        }
    }

    pub(super) fn name(&self) -> &'a PackageName {
        &self.package.name
    }

    /// The version that the next one is counted from; nothing for a new package.
    pub(super) fn last(&self) -> Option<&Version> {
        match &self.ground {
            Ground::New => None,
            Ground::Released(version)
            | Ground::Tagged { version, .. }
            | Ground::Untagged(version) => Some(version),
        }
    }

    /// The version that users have now; nothing when nothing was published.
    pub(super) fn in_use(&self) -> Option<&Version> {
        match &self.ground {
            Ground::Tagged { before, .. } => before.as_ref(),
            _ => self.last(),
        }
    }

    /// Whether the manifest is ahead of the last release, at a version that is still free.
    pub(super) fn is_raised(&self) -> bool {
        self.last().is_some_and(|last| self.package.version.cmp_precedence(last).is_gt())
            && self.published.version(&self.package.version).is_none()
    }

    /// Whether it would be released with nobody else moving.
    pub(super) fn starts(&self) -> bool {
        matches!(self.ground, Ground::New | Ground::Tagged { .. })
            || self.change.is_some()
            || self.is_raised()
            || self.is_asked()
    }

    pub(super) fn is_asked(&self) -> bool {
        match self.asked {
            Some(RequestedBump::Part(part)) => *part >= Bump::Patch,
            Some(RequestedBump::Exactly(_)) => true,
            None => false,
        }
    }

    /// The version it is released at, when others ask for `outside` beside its own changes.
    pub(super) fn target(&self, outside: Option<Impact>) -> Target {
        let manifest = &self.package.version;
        let part = match self.asked {
            Some(RequestedBump::Part(part)) => Some(*part).filter(|part| *part >= Bump::Patch),
            _ => None,
        };
        let Some(last) = self.last() else {
            let needed = part.map(|part| self.free(part, manifest));
            let to = needed.clone().unwrap_or_else(|| manifest.clone());
            return Target { to: self.exactly(&to, None).unwrap_or(to), needed };
        };
        let impact = outside.max(self.change.as_ref().map(Change::impact));
        let parts = [impact.map(|impact| self.part(impact, last)), part];
        let needed = parts.into_iter().flatten().max().map(|part| self.next(part, last));
        if let Some(version) = self.exactly(needed.as_ref().unwrap_or(last), Some(last)) {
            return Target { to: version, needed };
        }
        let to = match &needed {
            Some(needed) if self.is_raised() && reaches(manifest, needed) => manifest.clone(),
            // What build metadata says, as `+spec-1.1.0` does, only a person can change.
            Some(needed) => Version { build: manifest.build.clone(), ..needed.clone() },
            None if self.is_raised() => manifest.clone(),
            None => last.clone(),
        };
        Target { to, needed }
    }

    /// The version asked for, where it can be had.
    fn exactly(&self, needed: &Version, last: Option<&Version>) -> Option<Version> {
        let Some(RequestedBump::Exactly(version)) = self.asked else { return None };
        let above = last.is_none_or(|last| version > last) && *version >= self.package.version;
        (above && reaches(version, needed)).then(|| version.clone())
    }

    /// The part that moves for an impact, by this project's reading.
    fn part(&self, impact: Impact, last: &Version) -> Bump {
        let minor = self.features_move_minor && (last.major, impact) == (0, Impact::Feature);
        if minor && last.minor > 0 { Bump::Minor } else { impact.bump_for(last) }
    }

    /// The version after `last` when this part has to move: a pre-release stays on its line, and
    /// when the line does not hold the change yet, goes on to the first of the line that does.
    fn next(&self, part: Bump, last: &Version) -> Version {
        if last.pre.is_empty() || matches!(self.asked, Some(RequestedBump::Part(_))) {
            return self.free(part, last);
        }
        let base = Version::new(last.major, last.minor, last.patch);
        let stable = self.published.versions().iter().map(|entry| &entry.version);
        let stable = stable.filter(|version| version.pre.is_empty() && **version < base).max();
        let line =
            stable.map_or_else(|| base.clone(), |stable| part.apply(stable).max(base.clone()));
        let mut next =
            if line == base { prerelease::after(last) } else { prerelease::first(&line, last) };
        while self.published.version(&next).is_some_and(|entry| entry.yanked) {
            next = prerelease::after(&next);
        }
        next
    }

    /// `last` with this part raised, past the numbers that yanked versions of the same line have
    /// used up. A live version in the way is not passed: somebody else's release is no reason to
    /// guess.
    fn free(&self, part: Bump, last: &Version) -> Version {
        let mut next = part.apply(last);
        let burned = |next: &Version| {
            let line = |v: &Version| match part {
                Bump::Major => (0, 0),
                Bump::Minor => (v.major, 0),
                _ => (v.major, v.minor),
            };
            let versions = self.published.versions().iter();
            versions
                .filter(|entry| entry.yanked && entry.version.pre.is_empty())
                .map(|entry| entry.version.clone())
                .filter(|version| version >= next && line(version) == line(next))
                .max()
        };
        while let Some(used) = burned(&next) {
            next = part.apply(&used);
        }
        next
    }

    /// What a person should know about this package, whether it is released or not.
    pub(super) fn notes(&self, request_names_it: bool) -> Vec<Note> {
        let package = self.name().clone();
        let mut notes = Vec::new();
        if let Published::Unknown(why) = self.published {
            notes.push(Note::RegistryUnreachable { package: package.clone(), why: why.clone() });
        }
        match &self.ground {
            Ground::Tagged { version, tag, .. }
                if self.change.is_some()
                    && !request_names_it
                    && self.package.version <= *version =>
            {
                let (version, tag) = (version.clone(), tag.clone());
                notes.push(Note::TaggedNeverPublished { package, version, tag });
            }
            Ground::Untagged(version) => {
                notes.push(Note::TagMissing { package, version: version.clone(), known: false });
            }
            _ => {}
        }
        notes
    }
}

/// Whether `version`, its pre-release part aside, is at least `needed`.
pub(super) fn reaches(version: &Version, needed: &Version) -> bool {
    let base = Version::new(version.major, version.minor, version.patch);
    [&base, version].into_iter().any(|reached| reached.cmp_precedence(needed).is_ge())
}

fn ground(
    package: &Package,
    baseline: Option<&crate::facts::Baseline>,
    published: &Published,
) -> Ground {
    let manifest = &package.version;
    let is_live = |version: &Version| published.version(version).is_some_and(|e| !e.yanked);
    let is_published = |version: &Version| published.version(version).is_some();
    let below = |limit: &Version| {
        let entries = published.versions().iter().filter(|entry| entry.version <= *limit);
        entries.max_by_key(|e| (!e.yanked, &e.version)).map(|entry| entry.version.clone())
    };
    if let (Published::Unknown(_), Some(baseline)) = (published, baseline) {
        return Ground::Released(baseline.version.clone());
    }
    match baseline {
        None if published.versions().is_empty() => Ground::New,
        None if is_live(manifest) => Ground::Untagged(manifest.clone()),
        None => {
            let highest = published.highest().map(|entry| entry.version.clone());
            Ground::Released(below(manifest).or(highest).expect("something is published"))
        }
        Some(baseline) if is_published(&baseline.version) => {
            let ahead = manifest.cmp_precedence(&baseline.version).is_gt() && is_live(manifest);
            if ahead {
                Ground::Untagged(manifest.clone())
            } else {
                Ground::Released(baseline.version.clone())
            }
        }
        // A tag proves nothing; the registry knows better what was released.
        Some(_) if is_live(manifest) => Ground::Released(manifest.clone()),
        Some(baseline) => match &baseline.source {
            BaselineSource::Tag(tag) => Ground::Tagged {
                version: baseline.version.clone(),
                tag: tag.clone(),
                before: below(&baseline.version),
            },
            BaselineSource::VcsInfo => Ground::Released(baseline.version.clone()),
        },
    }
}
