//! Which commits belong to which package.
//!
//! One walk over the history serves all packages. A commit that is in no package's range costs a
//! look at a few bits; one that is in some is compared with its parent, in the folders of those
//! packages alone.

use super::baseline::Since;
use super::forest::Forest;
use super::from_git;
use super::graph::{Graph, Marks, Node, message};
use super::inputs::Inputs;
use super::kept::{Change, Changes, Kept};
use super::trees::{self, Difference, Interest};
use crate::observe::ObserveError;
use crate::redact;
use cargo_orchestrate::facts::{Commit, Evidence, HandedDown, Packed, Scopes, shared_key};
use cargo_orchestrate::model::{Package, RelPath, Workspace};
use git2::{ObjectType, Oid};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;

/// So many changes of one commit are kept at most.
const MOST_CHANGES: usize = 500;

/// A package with a baseline, while its commits are collected.
pub(super) struct Watched<'a> {
    pub(super) package: &'a Package,
    pub(super) since: Since,
    packed: &'a Packed,
    inputs: &'a Inputs<'a>,
    pub(super) evidence: BTreeSet<Evidence>,
    /// Newest first.
    pub(super) commits: Vec<Commit>,
    pub(super) touched: Touched,
    /// Whether the clone lacks a commit that may lie in front of the baseline.
    pub(super) is_cut_off: bool,
}

/// What commits that are not our own did to the manifests of a package since its baseline.
#[derive(Debug, Default)]
pub(super) struct Touched {
    /// Whether one touched the package's own manifest.
    pub(super) manifest: bool,
    /// The keys that members inherit which one changed in the root manifest.
    pub(super) shared_keys: BTreeSet<String>,
}

impl<'a> Watched<'a> {
    pub(super) fn new(
        package: &'a Package,
        since: Since,
        packed: &'a Packed,
        inputs: &'a Inputs<'a>,
        evidence: BTreeSet<Evidence>,
    ) -> Self {
        let (commits, touched) = (Vec::new(), Touched::default());
        let is_cut_off = false;
        Self { package, since, packed, inputs, evidence, commits, touched, is_cut_off }
    }

    /// The keys of the manifest that differ, as the root manifest's would be named.
    fn shared_keys(&self) -> BTreeSet<&str> {
        let keys = self.evidence.iter().filter_map(|evidence| match evidence {
            Evidence::ManifestKey(key) => Some(shared_key(key)),
            _ => None,
        });
        keys.collect()
    }

    /// The folders the package has had.
    fn folders(&self) -> impl Iterator<Item = &RelPath> {
        let before = (self.since.dir != self.package.dir).then_some(&self.since.dir);
        std::iter::once(&self.package.dir).chain(before)
    }
}

/// The history to collect from.
pub(super) struct Commits<'a, 'git> {
    pub(super) forest: &'a Forest<'git>,
    pub(super) graph: &'a Graph,
    /// The root manifest of the workspace.
    pub(super) root: &'a RelPath,
    /// What root manifests hand down, by their ids; neighbouring commits share them.
    handed_down: RefCell<HashMap<Oid, Rc<HandedDown>>>,
    kept: &'a RefCell<Kept>,
}

impl<'a, 'git> Commits<'a, 'git> {
    pub(super) fn new(
        forest: &'a Forest<'git>,
        graph: &'a Graph,
        root: &'a RelPath,
        kept: &'a RefCell<Kept>,
    ) -> Self {
        Self { forest, graph, root, handed_down: RefCell::default(), kept }
    }

    /// Gives every watched package its commits, the newest first: not merges, not our own release
    /// commits, not what the baseline contains.
    pub(super) fn collect(
        &self,
        workspace: &Workspace,
        watched: &mut [Watched<'_>],
    ) -> Result<(), ObserveError> {
        let scopes = Scopes::new(workspace.packages.keys());
        let order = self.graph.newest_first();
        let ranges = Ranges::of(self.graph, watched, order);
        let mut paths = Paths::default();
        for &at in order {
            let node = &self.graph.nodes[at];
            if !node.is_present() && self.graph.is_behind_head(at) {
                for index in ranges.active(at) {
                    watched[index].is_cut_off = true;
                }
            }
            let is_plain = node.parents.len() < 2 && node.is_present() && !node.is_own;
            if !is_plain || !self.graph.is_behind_head(at) {
                continue;
            }
            let active = ranges.active(at);
            if active.is_empty() {
                continue;
            }
            let named = node.scope.as_deref().map(|scope| scopes.named_by(scope));
            let named = named.unwrap_or_default();
            let touched = self.touched(node, &active, watched, &mut paths)?;
            let belongs = |index: &usize| {
                if named.is_empty() {
                    touched.contains(index)
                } else {
                    named.contains(&&watched[*index].package.name)
                }
            };
            let owners: Vec<usize> = active.iter().copied().filter(belongs).collect();
            if owners.is_empty() {
                continue;
            }
            let commit = Commit {
                oid: from_git(node.id),
                message: self.message(node.id)?,
                routed_by_scope: !named.is_empty(),
            };
            for index in owners {
                watched[index].commits.push(commit.clone());
            }
        }
        Ok(())
    }

    fn message(&self, commit: Oid) -> Result<String, ObserveError> {
        if let Some(known) = self.kept.borrow().message(commit) {
            // Kept by a run that did not know what is a secret here.
            return Ok(redact::hidden(known).into_owned());
        }
        let message = message(self.forest.repository, commit)?;
        let message = redact::hidden(&message).into_owned();
        self.kept.borrow_mut().keep_message(commit, &message);
        Ok(message)
    }

    /// The changed packages whose packed files or inherited keys a commit touches.
    fn touched(
        &self,
        node: &Node,
        active: &[usize],
        watched: &mut [Watched<'_>],
        paths: &mut Paths,
    ) -> Result<BTreeSet<usize>, ObserveError> {
        let mut touched = BTreeSet::new();
        let changed: Vec<usize> =
            active.iter().copied().filter(|index| !watched[*index].evidence.is_empty()).collect();
        let parent = node.parents.first().map(|parent| &self.graph.nodes[*parent]);
        if changed.is_empty() || parent.is_some_and(|parent| !parent.is_present()) {
            return Ok(touched);
        }
        paths.update(&changed, watched, self.root);
        let parent = parent.and_then(|parent| parent.tree);
        let mut manifests = BTreeSet::new();
        let mut root_changed = false;
        let report = &mut |found: Difference<'_>| {
            root_changed |= found.path == self.root.as_str();
            paths.owners(&found, watched, &mut touched, &mut manifests);
        };
        let trees = (parent, node.tree);
        let trouble = || ObserveError::git(format!("what the commit `{}` changed", node.id));
        self.changes(node.id, trees, &paths.interest, report).map_err(trouble())?;
        for index in manifests {
            watched[index].touched.manifest = true;
        }
        let inherits = |index: &usize| !watched[*index].shared_keys().is_empty();
        if root_changed && changed.iter().any(inherits) {
            let keys = self.inherited(node.id, trees).map_err(trouble())?;
            for index in changed {
                if watched[index].shared_keys().iter().any(|key| keys.contains(*key)) {
                    touched.insert(index);
                }
                watched[index].touched.shared_keys.extend(keys.iter().cloned());
            }
        }
        Ok(touched)
    }

    /// Reports what a commit changed, as far as anybody asks about it or further.
    fn changes(
        &self,
        commit: Oid,
        trees: (Option<Oid>, Option<Oid>),
        interest: &Interest,
        report: &mut dyn FnMut(Difference<'_>),
    ) -> Result<(), git2::Error> {
        let mut kept = self.kept.borrow_mut();
        if kept.changes(commit).is_none() {
            let mut changes = Vec::new();
            let mut is_many = false;
            let note = &mut |found: Difference<'_>| {
                is_many |= changes.len() == MOST_CHANGES;
                if !is_many {
                    changes.push(Change::of(&found));
                }
            };
            trees::compare(self.forest, "", trees, &Interest::everything(), note)?;
            let changes = if is_many { Changes::Many } else { Changes::Few(changes) };
            kept.keep_changes(commit, changes);
        }
        match kept.changes(commit) {
            Some(Changes::Few(changes)) => {
                for change in changes {
                    report(change.difference());
                }
                Ok(())
            }
            _ => trees::compare(self.forest, "", trees, interest, report),
        }
    }

    /// What members inherit differently after a commit.
    fn inherited(
        &self,
        commit: Oid,
        (before, after): (Option<Oid>, Option<Oid>),
    ) -> Result<BTreeSet<String>, git2::Error> {
        let at = (commit, Oid::hash_object(ObjectType::Blob, self.root.as_str().as_bytes())?);
        if let Some(known) = self.kept.borrow().inherited(at) {
            return Ok(known.clone());
        }
        let (before, after) = (self.root_manifest(before)?, self.root_manifest(after)?);
        let keys = self.handed_down(before)?.difference(&*self.handed_down(after)?);
        self.kept.borrow_mut().keep_inherited(at, keys.clone());
        Ok(keys)
    }

    /// The root manifest in a tree; nothing when no file is there.
    fn root_manifest(&self, tree: Option<Oid>) -> Result<Option<Oid>, git2::Error> {
        let Some(tree) = tree else { return Ok(None) };
        let found = self.forest.at(tree, self.root.as_str())?;
        Ok(found.filter(|found| found.kind == ObjectType::Blob).map(|found| found.id))
    }

    fn handed_down(&self, root: Option<Oid>) -> Result<Rc<HandedDown>, git2::Error> {
        let Some(id) = root else { return Ok(Rc::new(HandedDown::of(""))) };
        if let Some(known) = self.handed_down.borrow().get(&id) {
            return Ok(Rc::clone(known));
        }
        let read = Rc::new(HandedDown::of(&self.forest.text(id)?));
        self.handed_down.borrow_mut().insert(id, Rc::clone(&read));
        Ok(read)
    }
}

/// Which commits lie in front of which package's baseline.
struct Ranges {
    /// Which baselines contain a node.
    marks: Marks,
    /// For each distinct baseline, the packages that have it.
    packages: Vec<Vec<usize>>,
}

impl Ranges {
    fn of(graph: &Graph, watched: &[Watched<'_>], order: &[usize]) -> Self {
        let mut by_node: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (index, watched) in watched.iter().enumerate() {
            let node = graph.find(watched.since.commit).expect("every baseline was read");
            by_node.entry(node).or_default().push(index);
        }
        let (tips, packages): (Vec<usize>, Vec<Vec<usize>>) = by_node.into_iter().unzip();
        Self { marks: graph.contained_in(&tips, order), packages }
    }

    /// The packages whose baseline does not contain a node, in order.
    fn active(&self, node: usize) -> Vec<usize> {
        let numbered = self.packages.iter().enumerate();
        let outside = numbered.filter(|(number, _)| !self.marks.has(node, *number));
        let mut active: Vec<usize> =
            outside.flat_map(|(_, packages)| packages.iter().copied()).collect();
        active.sort_unstable();
        active
    }
}

/// Who owns which path, among the packages a commit may belong to. Neighbouring commits mostly
/// have the same ones.
#[derive(Default)]
struct Paths {
    packages: Vec<usize>,
    folders: HashMap<String, Vec<usize>>,
    inputs: HashMap<String, Vec<usize>>,
    /// Those with declared inputs, of which there are few.
    declaring: BTreeSet<usize>,
    interest: Interest,
}

impl Paths {
    fn update(&mut self, packages: &[usize], watched: &[Watched<'_>], root: &RelPath) {
        if self.packages == packages {
            return;
        }
        *self = Self { packages: packages.to_vec(), ..Self::default() };
        self.interest.add(root.as_str());
        for &index in packages {
            for folder in watched[index].folders() {
                self.interest.add(folder.as_str());
                self.folders.entry(folder.as_str().to_owned()).or_default().push(index);
            }
            for input in &watched[index].inputs.packed {
                self.interest.add(input.as_str());
                self.inputs.entry(input.as_str().to_owned()).or_default().push(index);
            }
            for base in watched[index].inputs.bases() {
                self.interest.add_whole(base.as_str());
                self.declaring.insert(index);
            }
        }
    }

    /// Adds the packages that pack what differs; `manifests` gets those whose manifest it is.
    fn owners(
        &self,
        found: &Difference<'_>,
        watched: &[Watched<'_>],
        touched: &mut BTreeSet<usize>,
        manifests: &mut BTreeSet<usize>,
    ) {
        let homes = [found.old_home, found.new_home].into_iter().flatten();
        let mut owned = homes.filter_map(|home| Some((home, self.folders.get(home)?))).peekable();
        let is_elsewhere = self.declaring.is_empty() && self.inputs.is_empty();
        if is_elsewhere && owned.peek().is_none() {
            return;
        }
        let Ok(path) = RelPath::new(found.path) else { return };
        for (home, indices) in owned {
            let Ok(folder) = RelPath::new(home) else { continue };
            let rest = path.below(&folder).unwrap_or_default();
            for &index in indices {
                if watched[index].packed.contains(rest) {
                    touched.insert(index);
                }
                if rest == "Cargo.toml" {
                    manifests.insert(index);
                }
            }
        }
        if is_elsewhere {
            return;
        }
        let declare = |index: &usize| watched[*index].inputs.declare(&path);
        touched.extend(self.declaring.iter().copied().filter(declare));
        let mut at = path.as_str();
        while !at.is_empty() {
            touched.extend(self.inputs.get(at).into_iter().flatten());
            at = at.rsplit_once('/').map_or("", |(above, _)| above);
        }
    }
}
