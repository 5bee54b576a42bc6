//! Where one package stands by itself: what it was last released as, and what its own changes ask
//! for, before anybody else is looked at.

use super::change::{self, Change};
use super::{Note, Request, RequestedBump, api, line};
use crate::facts::{BaselineSource, Facts, Published};
use crate::model::{Bump, Impact, Package, PackageName, PreId, Version};
use crate::policy::Policy;

/// A publishable member, its last release and its own changes.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own, not a state")]
pub(super) struct Standing<'a> {
    pub(super) package: &'a Package,
    pub(super) published: &'a Published,
    pub(super) ground: Ground,
    /// What its own changes ask for; nothing when what would be packed is what was released.
    pub(super) change: Option<Change>,
    pub(super) asked: Option<&'a RequestedBump>,
    /// The line of pre-releases that it is to be on, when it is released.
    pub(super) pre: Option<&'a PreId>,
    /// Whether that line was asked for with its name.
    pub(super) is_named: bool,
    /// Whether that line was asked for, with its name or for everything.
    is_requested: bool,
    /// Whether it is to leave its line.
    finish: bool,
    /// Whether it is kept out for good: policy `release = false`.
    pub(super) held: bool,
    pub(super) features_move_minor: bool,
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

impl<'a> Standing<'a> {
    /// Looks at one member, of which the registry says `published`.
    pub(super) fn of(
        package: &'a Package,
        facts: &'a Facts,
        policy: &'a Policy,
        request: &'a Request,
        published: &'a Published,
    ) -> Self {
        let name = &package.name;
        let named = request.pre_of.get(name);
        let everywhere = request.pre.as_ref().filter(|_| !request.finish);
        let by_policy = policy.pre_of.get(name).or(policy.pre.as_ref());
        let by_policy = by_policy.filter(|_| !request.finish);
        let history = facts.history.get(name);
        let ground = ground(package, history.and_then(|h| h.baseline.as_ref()), published);
        let change = match &ground {
            Ground::New | Ground::Untagged(_) => None,
            ground => {
                let own =
                    history.and_then(|history| change::of(package, history, &facts.changesets));
                // A version that is tagged and did not change since can only go out as it is.
                let is_frozen = own.is_none() && matches!(ground, Ground::Tagged { .. });
                let api = facts.api.as_ref().filter(|_| !is_frozen);
                api::raise(own, &package.name, api, policy)
            }
        };
        Self {
            package,
            published,
            ground,
            change,
            asked: request.bumps.get(name),
            pre: named.or(everywhere).or(by_policy),
            is_named: named.is_some(),
            is_requested: named.or(everywhere).is_some(),
            finish: request.finish || request.finish_of.contains(name),
            held: policy.held.contains(name),
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
            || self.leaves_line()
    }

    pub(super) fn is_asked(&self) -> bool {
        match self.asked {
            Some(RequestedBump::Part(part)) => *part >= Bump::Patch,
            Some(RequestedBump::Exactly(_)) => true,
            None => false,
        }
    }

    /// The part asked for.
    pub(super) fn asked_part(&self) -> Option<Bump> {
        match self.asked {
            Some(RequestedBump::Part(part)) => Some(*part).filter(|part| *part >= Bump::Patch),
            _ => None,
        }
    }

    /// The version asked for, where it lies above what is there. A pre-release of the version that
    /// the manifest was raised to does.
    pub(super) fn exactly(&self) -> Option<&'a Version> {
        let Some(RequestedBump::Exactly(version)) = self.asked else { return None };
        let last = self.last();
        let above = last.is_none_or(|last| version > last) && !self.is_below_manifest(version);
        above.then_some(version)
    }

    /// Whether a version lies below what the manifest says, pre-releases of that aside.
    pub(super) fn is_below_manifest(&self, version: &Version) -> bool {
        let manifest = &self.package.version;
        let is_ahead = self.ground == Ground::New || self.is_raised();
        let leads_to_it = is_ahead && !version.pre.is_empty() && manifest.pre.is_empty();
        if leads_to_it { line::base(version) < *manifest } else { version < manifest }
    }

    /// What its own changes mean.
    pub(super) fn impact(&self) -> Option<Impact> {
        self.change.as_ref().map(Change::impact)
    }

    /// The pre-release that it is at; nothing for a release.
    pub(super) fn on_line(&self) -> Option<&Version> {
        let at = self.last().unwrap_or(&self.package.version);
        [at, &self.package.version].into_iter().find(|version| !version.pre.is_empty())
    }

    /// Whether it is on a line of pre-releases, and is to leave it for the release.
    pub(super) fn is_finished(&self) -> bool {
        self.finish && !self.is_named && self.on_line().is_some()
    }

    /// Whether it was asked to go from its line of pre-releases to a later one, or to the release:
    /// that is worth a version, whether anything changed or not.
    pub(super) fn leaves_line(&self) -> bool {
        let to_another = self.pre.filter(|_| self.is_requested).is_some_and(|id| {
            let is_later = |at: &Version| line::start(&line::base(at), id) > *at;
            self.on_line().is_some_and(|at| !line::is_on(at, id) && is_later(at))
        });
        self.is_finished() || to_another
    }

    /// What a person should know about this package, whether it is released or not.
    ///
    /// `to` is the version that it is released at.
    pub(super) fn notes(&self, to: Option<&Version>, request_names_it: bool) -> Vec<Note> {
        let package = self.name().clone();
        let mut notes = Vec::new();
        if let Published::Unknown(why) = self.published {
            notes.push(Note::RegistryUnreachable { package: package.clone(), why: why.clone() });
        }
        match &self.ground {
            Ground::Tagged { version, tag, .. }
                if (self.change.is_some() || to.is_some_and(|to| to != version))
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
