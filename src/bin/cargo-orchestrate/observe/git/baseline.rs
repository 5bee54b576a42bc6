//! The baseline of one package, and where the package lay at that commit.

use super::forest::{Forest, Found};
use super::{from_git, to_git};
use crate::observe::ObserveError;
use cargo_orchestrate::facts::{
    Baseline, BaselineSource, Published, Repository, TagPatterns, is_own_commit, tagged_candidates,
    untagged_release,
};
use cargo_orchestrate::manifest::package_name;
use cargo_orchestrate::model::{Oid, Package, PackageName, RelPath, Version};
use git2::ObjectType;
use std::collections::HashMap;
use std::collections::hash_map::Entry;

/// The last release of a package, found in the repository.
#[derive(Debug, Clone)]
pub(super) struct Since {
    pub(super) baseline: Baseline,
    pub(super) commit: git2::Oid,
    /// The tree of that commit.
    pub(super) tree: git2::Oid,
    /// The package's folder in that tree.
    pub(super) dir: RelPath,
}

/// Gives the commit that a published version says it was packed from.
pub(super) type VcsInfo<'a> = dyn Fn(&PackageName, &Version) -> Option<Oid> + 'a;

/// Finds baselines; remembers what it read of old trees, since packages share them.
pub(super) struct Finder<'a, 'git> {
    pub(super) forest: &'a Forest<'git>,
    /// The tree of HEAD.
    pub(super) head: git2::Oid,
    pub(super) facts: &'a Repository,
    pub(super) patterns: &'a TagPatterns,
    /// The commit in the published package of a version.
    pub(super) vcs_info: &'a VcsInfo<'a>,
    /// By tree, the folders of all packages in it.
    folders: HashMap<git2::Oid, HashMap<String, RelPath>>,
    names: Names,
}

/// By manifest, the name of the package it is of; old trees share most of theirs.
type Names = HashMap<git2::Oid, Option<String>>;

impl<'a, 'git> Finder<'a, 'git> {
    pub(super) fn new(
        head: &git2::Commit<'_>,
        forest: &'a Forest<'git>,
        facts: &'a Repository,
        patterns: &'a TagPatterns,
        vcs_info: &'a VcsInfo<'a>,
    ) -> Self {
        let (head, folders, names) = (head.tree_id(), HashMap::new(), Names::new());
        Self { forest, head, facts, patterns, vcs_info, folders, names }
    }

    /// The last release of `package`; nothing when there is none that the repository knows.
    pub(super) fn find(
        &mut self,
        package: &Package,
        published: Option<&Published>,
    ) -> Result<Option<Since>, ObserveError> {
        let releases = self.patterns.releases(&package.name);
        let tags = &self.facts.tags;
        if package.is_publishable()
            && let Some(version) = untagged_release(package, releases, tags, published)
            && let Some(oid) = (self.vcs_info)(&package.name, version)
            && let Some(since) = self.at(package, version, &oid, BaselineSource::VcsInfo)?
        {
            return Ok(Some(since));
        }
        let candidates = tagged_candidates(package, releases, tags, published);
        // Nobody releases it, so that an old state of it is not worth a look into every old tree.
        let most = if package.is_publishable() { candidates.len() } else { 1 };
        for (release, tag) in candidates.into_iter().take(most) {
            let source = BaselineSource::Tag(release.tag.clone());
            if let Some(since) = self.at(package, &release.version, &tag.commit, source)? {
                return Ok(Some(since));
            }
        }
        Ok(None)
    }

    /// The package as it was at a commit that no release stands for, taken for one at the version
    /// it has now.
    pub(super) fn at_commit(
        &mut self,
        package: &Package,
        commit: &Oid,
    ) -> Result<Option<Since>, ObserveError> {
        self.at(package, &package.version, commit, BaselineSource::VcsInfo)
    }

    /// The text of a member's manifest in a tree; nothing where it is not there.
    pub(super) fn manifest(
        &mut self,
        package: &Package,
        tree: git2::Oid,
    ) -> Result<Option<String>, git2::Error> {
        let Some(dir) = self.folder(package, tree)? else { return Ok(None) };
        let Ok(path) = dir.join("Cargo.toml") else { return Ok(None) };
        self.forest.text_at(tree, path.as_str())
    }

    /// The release at a commit; nothing when the commit or the package in it is not there.
    fn at(
        &mut self,
        package: &Package,
        version: &Version,
        oid: &Oid,
        source: BaselineSource,
    ) -> Result<Option<Since>, ObserveError> {
        let commit = to_git(oid).and_then(|id| self.forest.repository.find_commit(id).ok());
        let Some(commit) = commit else {
            return Ok(None);
        };
        let tree = commit.tree_id();
        let found = self.folder(package, tree);
        let dir = found.map_err(ObserveError::git(format!("the tree of `{}`", commit.id())))?;
        let is_own = commit.message().is_ok_and(is_own_commit);
        let commit = commit.id();
        let baseline = Baseline { version: version.clone(), oid: from_git(commit), source, is_own };
        Ok(dir.map(|dir| Since { baseline, commit, tree, dir }))
    }

    /// The folder of `package` in a tree: where it is now, else wherever a manifest has its name.
    fn folder(
        &mut self,
        package: &Package,
        tree: git2::Oid,
    ) -> Result<Option<RelPath>, git2::Error> {
        let manifest = package.manifest.as_str();
        let here = self.forest.at(tree, manifest)?;
        let is_as_now = here.is_some() && here == self.forest.at(self.head, manifest)?;
        let is_here = is_as_now
            || match here {
                Some(Found { id, kind: ObjectType::Blob }) => {
                    name_of(self.forest, &mut self.names, id)? == Some(package.name.as_str())
                }
                _ => false,
            };
        if is_here {
            return Ok(Some(package.dir.clone()));
        }
        if !self.folders.contains_key(&tree) {
            let found = folders(self.forest, &mut self.names, tree)?;
            self.folders.insert(tree, found);
        }
        Ok(self.folders[&tree].get(package.name.as_str()).cloned())
    }
}

/// The folders of all packages in a tree, by name; of several with one name the outermost first
/// one.
fn folders(
    forest: &Forest<'_>,
    names: &mut Names,
    tree: git2::Oid,
) -> Result<HashMap<String, RelPath>, git2::Error> {
    let mut found: Vec<(RelPath, String)> = Vec::new();
    let mut ahead = vec![(String::new(), tree)];
    while let Some((path, id)) = ahead.pop() {
        for entry in forest.tree(id)?.iter() {
            let Ok(name) = entry.name() else { continue };
            match entry.kind() {
                Some(ObjectType::Tree) => ahead.push((format!("{path}{name}/"), entry.id())),
                Some(ObjectType::Blob) if name == "Cargo.toml" => {
                    let name = name_of(forest, names, entry.id())?;
                    if let (Ok(dir), Some(name)) = (RelPath::new(&path), name) {
                        found.push((dir, name.to_owned()));
                    }
                }
                _ => {}
            }
        }
    }
    found.sort_by_key(|(dir, _)| (dir.as_str().matches('/').count(), dir.clone()));
    found.reverse();
    Ok(found.into_iter().map(|(dir, name)| (name, dir)).collect())
}

/// The name of the package that a manifest is of; nothing for what is no package's.
fn name_of<'n>(
    forest: &Forest<'_>,
    names: &'n mut Names,
    manifest: git2::Oid,
) -> Result<Option<&'n str>, git2::Error> {
    let name = match names.entry(manifest) {
        Entry::Occupied(known) => known.into_mut(),
        Entry::Vacant(place) => place.insert(package_name(&forest.text(manifest)?)),
    };
    Ok(name.as_deref())
}
