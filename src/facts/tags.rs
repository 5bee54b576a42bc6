//! Which tags are releases of which package, and how the next one is named.
//!
//! Tags are found by their names alone: whatever is no version of a known package is foreign and
//! left out. A tag is never proof that a version is published.

use crate::model::{PackageName, Version, Workspace};
use semver::BuildMetadata;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Templates that name the package, the customary first. All end with the version.
const NAMED: [&str; 10] = [
    "{name}-v{version}",
    "{name}@{version}",
    "{name}@v{version}",
    "{name}/v{version}",
    "{name}/{version}",
    "{name}-{version}",
    "{name}_v{version}",
    "{name}_{version}",
    "release/{name}-v{version}",
    "release/{name}/{version}",
];

/// Templates that stand for the whole workspace, the customary first.
const GLOBAL: [&str; 6] = [
    "v{version}",
    "{version}",
    "release-v{version}",
    "release-{version}",
    "release/v{version}",
    "release/{version}",
];

/// A tag that stands for a version of a package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaggedRelease {
    pub version: Version,
    /// The name of the tag.
    pub tag: String,
    /// Whether the tag names the package; otherwise it stands for whatever the workspace held.
    pub is_named: bool,
}

/// The tags of a workspace, read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TagPatterns {
    /// The tags of each member that has any, the highest version first; among equal versions the
    /// tag that names the package comes first.
    pub releases: BTreeMap<PackageName, Vec<TaggedRelease>>,
    /// How the next tag of each member is named, with `{name}` and `{version}`.
    pub templates: BTreeMap<PackageName, String>,
    /// How the tags of a package that is new here are named.
    pub default_template: String,
}

impl TagPatterns {
    /// The releases of `package` by tag, the highest version first.
    #[must_use]
    pub fn releases(&self, package: &PackageName) -> &[TaggedRelease] {
        self.releases.get(package).map_or(&[], Vec::as_slice)
    }

    /// How the next tag of `package` is named.
    #[must_use]
    pub fn template(&self, package: &PackageName) -> &str {
        self.templates.get(package).unwrap_or(&self.default_template)
    }

    /// The tag for releasing `package` at `version`.
    ///
    /// Members that share a version and a template without `{name}` share the tag. Build metadata
    /// is named only where it was before.
    #[must_use]
    pub fn next_tag(&self, package: &PackageName, version: &Version) -> String {
        let named = self.releases(package).iter().any(|release| !release.version.build.is_empty());
        let plain = Version { build: BuildMetadata::EMPTY, ..version.clone() };
        tag_name(self.template(package), package, if named { version } else { &plain })
    }
}

/// `template` with its placeholders filled in.
#[must_use]
pub fn tag_name(template: &str, package: &PackageName, version: &Version) -> String {
    template.replace("{name}", package.as_str()).replace("{version}", &version.to_string())
}

/// The version that `tag` stands for when read by `template`; nothing when it does not fit.
#[must_use]
pub fn version_in(template: &str, package: &PackageName, tag: &str) -> Option<Version> {
    let filled = template.replace("{name}", package.as_str());
    let (before, after) = filled.split_once("{version}")?;
    Version::parse(tag.strip_prefix(before)?.strip_suffix(after)?).ok()
}

/// The template and the version of a tag that names no package, and so may stand for whatever the
/// workspace held; `configured` is tried first.
#[must_use]
pub fn workspace_tag<'t>(tag: &str, configured: Option<&'t str>) -> Option<(&'t str, Version)> {
    let own = configured.filter(|template| !template.contains("{name}"));
    let all = own.into_iter().chain(GLOBAL);
    all.into_iter().find_map(|template| {
        let (before, after) = template.split_once("{version}")?;
        let version = tag.strip_prefix(before)?.strip_suffix(after)?;
        Some((template, Version::parse(version).ok()?))
    })
}

/// Reads the names of all tags as releases of the members of `workspace`.
///
/// A tag without a package's name counts for the only publishable member, for members that
/// inherit the workspace's version, for all members when they have the same version, and for the
/// package in the workspace's own folder, which several release tools tag so.
///
/// `configured` decides how new tags are named, and which are releases of a member as soon as one
/// of its tags fits it. Otherwise the next tag of a member is named like its highest one, else
/// like most members' highest, else `v{version}` for a single package and `{name}-v{version}` for
/// one of several.
#[must_use]
pub fn detect<'a>(
    workspace: &Workspace,
    tags: impl IntoIterator<Item = &'a str>,
    configured: Option<&str>,
) -> TagPatterns {
    let scope = Scope::of(workspace);
    let members: HashMap<&str, &PackageName> =
        workspace.packages.keys().map(|name| (name.as_str(), name)).collect();
    let global = GLOBAL.map(|template| (before_version(template), template));
    let named = NAMED.map(|template| {
        let (lead, end) = before_version(template).split_once("{name}").unwrap_or_default();
        (lead, end, template)
    });
    let mut found: BTreeMap<&PackageName, Vec<Found>> = BTreeMap::new();
    let mut chosen: BTreeMap<&PackageName, Vec<Found>> = BTreeMap::new();
    for tag in tags {
        for (prefix, version) in splits(tag) {
            for (_, template) in global.iter().filter(|(before, _)| *before == prefix) {
                for name in &scope.global {
                    let version = version.clone();
                    found.entry(name).or_default().push(Found { version, tag, template });
                }
            }
            for (lead, end, template) in named {
                let name = prefix.strip_prefix(lead).and_then(|rest| rest.strip_suffix(end));
                if let Some(name) = name.and_then(|name| members.get(name)) {
                    let version = version.clone();
                    found.entry(name).or_default().push(Found { version, tag, template });
                }
            }
        }
        if let Some(template) = configured {
            for name in workspace.packages.keys() {
                if let Some(version) = version_in(template, name, tag) {
                    chosen.entry(name).or_default().push(Found { version, tag, template });
                }
            }
        }
    }
    found.extend(chosen);
    for releases in found.values_mut() {
        releases.sort_by_key(|found| (Reverse(found.version.clone()), rank(found.template)));
    }
    let default_template = configured.map_or_else(|| scope.most_used(&found), str::to_owned);
    let templates = workspace
        .packages
        .keys()
        .map(|name| {
            let own = found.get(name).and_then(|all| all.first()).map(|first| first.template);
            let own = own.filter(|template| scope.may_go_on(name, template));
            let template = configured.or(own).unwrap_or(&default_template);
            (name.clone(), template.to_owned())
        })
        .collect();
    let releases = found
        .into_iter()
        .map(|(name, all)| (name.clone(), all.into_iter().map(Found::into_release).collect()))
        .collect();
    TagPatterns { releases, templates, default_template }
}

#[derive(Debug, Clone)]
struct Found<'a> {
    version: Version,
    tag: &'a str,
    template: &'a str,
}

impl Found<'_> {
    fn into_release(self) -> TaggedRelease {
        TaggedRelease {
            version: self.version,
            tag: self.tag.to_owned(),
            is_named: self.template.contains("{name}"),
        }
    }
}

/// For whom a tag without a package's name counts.
#[derive(Debug)]
struct Scope<'a> {
    global: BTreeSet<&'a PackageName>,
    /// The only publishable member.
    single: Option<&'a PackageName>,
    /// Those for which the next tag may be named without the package: sharing a version by
    /// chance ends with the next release, and then such a tag would say nothing.
    lasting: BTreeSet<&'a PackageName>,
}

impl<'a> Scope<'a> {
    fn of(workspace: &'a Workspace) -> Self {
        let publishable: Vec<_> = workspace.publishable().collect();
        let single = match publishable.as_slice() {
            [only] => Some(&only.name),
            _ => None,
        };
        let same = publishable.windows(2).all(|pair| pair[0].version == pair[1].version);
        let lasting: BTreeSet<_> = workspace
            .packages
            .values()
            .filter(|package| {
                let is_root = package.dir == workspace.root;
                is_root || package.inherits_version || single == Some(&package.name)
            })
            .map(|package| &package.name)
            .collect();
        let mut global = lasting.clone();
        if same {
            global.extend(publishable.iter().map(|package| &package.name));
        }
        Self { global, single, lasting }
    }

    fn may_go_on(&self, name: &PackageName, template: &str) -> bool {
        template.contains("{name}") || self.lasting.contains(name)
    }

    fn most_used(&self, found: &BTreeMap<&PackageName, Vec<Found<'_>>>) -> String {
        let mut votes: BTreeMap<&str, usize> = BTreeMap::new();
        for (name, releases) in found {
            if let Some(newest) = releases.first()
                && (newest.template.contains("{name}") || self.single == Some(*name))
            {
                *votes.entry(newest.template).or_default() += 1;
            }
        }
        let fallback = if self.single.is_some() { GLOBAL[0] } else { NAMED[0] };
        let most = votes.iter().max_by_key(|(template, votes)| (**votes, Reverse(rank(template))));
        most.map_or(fallback, |(template, _)| template).to_owned()
    }
}

fn rank(template: &str) -> usize {
    let mut all = NAMED.iter().chain(&GLOBAL);
    all.position(|known| *known == template).unwrap_or(0)
}

/// What a template has in front of the version.
fn before_version(template: &'static str) -> &'static str {
    template.strip_suffix("{version}").unwrap_or(template)
}

/// Every way to read a tag as something followed by a version.
fn splits(tag: &str) -> impl Iterator<Item = (&str, Version)> {
    let bytes = tag.as_bytes();
    let is_start = move |at: &usize| {
        let before = at.checked_sub(1).map(|before| bytes[before]);
        bytes[*at].is_ascii_digit()
            && !before.is_some_and(|byte| byte.is_ascii_digit() || byte == b'.' || byte == b'+')
    };
    (0..bytes.len())
        .filter(is_start)
        .filter_map(|at| Some((&tag[..at], Version::parse(&tag[at..]).ok()?)))
}

#[cfg(test)]
#[path = "tags_tests.rs"]
mod tests;
