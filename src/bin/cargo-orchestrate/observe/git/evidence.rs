//! What would make a package, packed now, differ from its last release.

use super::baseline::Since;
use super::forest::{Forest, Found};
use super::inputs::Inputs;
use super::trees::{self, Interest};
use cargo_orchestrate::facts::{Evidence, Packed, member_requirement};
use cargo_orchestrate::manifest::lock::Lock;
use cargo_orchestrate::manifest::{self, is_workspace_root};
use cargo_orchestrate::model::{EdgeKind, Package, PackageName, RelPath, VersionReq, Workspace};
use git2::{ObjectType, Oid};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;

/// Compares packages with their releases; remembers the root manifests and the dependencies that
/// packages share.
pub(super) struct Comparison<'a, 'git> {
    forest: &'a Forest<'git>,
    workspace: &'a Workspace,
    /// The tree of HEAD.
    head: Oid,
    /// The last release of each member that has one.
    releases: &'a BTreeMap<&'a PackageName, Since>,
    roots: RefCell<HashMap<Oid, Rc<manifest::Root>>>,
    /// Nothing for a lock file that cannot be read.
    locks: RefCell<HashMap<Oid, Option<Rc<Lock>>>>,
    /// For each member, what its normal and build dependencies name.
    direct: BTreeMap<PackageName, BTreeSet<PackageName>>,
}

impl<'a, 'git> Comparison<'a, 'git> {
    pub(super) fn new(
        forest: &'a Forest<'git>,
        workspace: &'a Workspace,
        head: Oid,
        releases: &'a BTreeMap<&'a PackageName, Since>,
    ) -> Self {
        let direct = workspace.packages.values().map(|package| {
            let edges = package.edges.iter().map(|edge| (edge.kind, &edge.to));
            let externals = package.externals.iter().map(|other| (other.kind, &other.name));
            let names = edges.chain(externals).filter(|(kind, _)| *kind != EdgeKind::Dev);
            (package.name.clone(), names.map(|(_, name)| name.clone()).collect())
        });
        Self {
            forest,
            workspace,
            head,
            releases,
            roots: RefCell::new(HashMap::new()),
            locks: RefCell::new(HashMap::new()),
            direct: direct.collect(),
        }
    }

    /// Everything that differs, sorted.
    pub(super) fn evidence(
        &self,
        package: &Package,
        since: &Since,
        packed: &Packed,
        inputs: &Inputs<'_>,
    ) -> Result<BTreeSet<Evidence>, git2::Error> {
        let mut evidence = BTreeSet::new();
        self.files(package, since, packed, &mut evidence)?;
        for path in &inputs.packed {
            let (old, new) = self.both(since, path.as_str(), path.as_str())?;
            if old != new {
                evidence.insert(Evidence::Path(path.clone()));
            }
        }
        self.manifest(package, since, &mut evidence)?;
        if package.has_binary {
            self.locked(package, since, &mut evidence)?;
        }
        self.declared(since, inputs, &mut evidence)?;
        Ok(evidence)
    }

    /// What the two trees have at a path each.
    fn both(
        &self,
        since: &Since,
        old: &str,
        new: &str,
    ) -> Result<(Option<Found>, Option<Found>), git2::Error> {
        let old = self.forest.at(since.tree, old)?;
        Ok((old, self.forest.at(self.head, new)?))
    }

    fn files(
        &self,
        package: &Package,
        since: &Since,
        packed: &Packed,
        evidence: &mut BTreeSet<Evidence>,
    ) -> Result<(), git2::Error> {
        let dir = &package.dir;
        let (old, new) = self.both(since, since.dir.as_str(), dir.as_str())?;
        if old == new {
            return Ok(());
        }
        let folder = |found: Option<Found>| {
            found.filter(|found| found.kind == ObjectType::Tree).map(|found| found.id)
        };
        let is_submodule =
            |found: Option<Found>| found.is_some_and(|found| found.kind == ObjectType::Commit);
        if is_submodule(old) || is_submodule(new) {
            evidence.insert(Evidence::Path(dir.clone()));
            return Ok(());
        }
        let mut interest = Interest::default();
        interest.add(dir.as_str());
        let home = Some(dir.as_str());
        trees::compare(
            self.forest,
            dir.as_str(),
            (folder(old), folder(new)),
            &interest,
            &mut |found| {
                if found.old_home != home && found.new_home != home {
                    return;
                }
                let Ok(path) = RelPath::new(found.path) else { return };
                let rest = path.below(dir).unwrap_or_default();
                if rest != "Cargo.toml" && packed.contains(rest) {
                    evidence.insert(Evidence::Path(path));
                }
            },
        )
    }

    /// The declared inputs that differ; what is packed has been told.
    fn declared(
        &self,
        since: &Since,
        inputs: &Inputs<'_>,
        evidence: &mut BTreeSet<Evidence>,
    ) -> Result<(), git2::Error> {
        let Some(interest) = inputs.interest() else { return Ok(()) };
        let trees = (Some(since.tree), Some(self.head));
        trees::compare(self.forest, "", trees, &interest, &mut |found| {
            let Ok(path) = RelPath::new(found.path) else { return };
            if inputs.declare(&path) && !evidence.contains(&Evidence::Path(path.clone())) {
                evidence.insert(Evidence::Input(path));
            }
        })
    }

    fn manifest(
        &self,
        package: &Package,
        since: &Since,
        evidence: &mut BTreeSet<Evidence>,
    ) -> Result<(), git2::Error> {
        let old_path = since.dir.join("Cargo.toml").expect("a file below a folder");
        let new_root_path = self.workspace.root_manifest();
        let old_root_path = self.old_root(since, &new_root_path)?;
        let (old, new) = self.both(since, old_path.as_str(), package.manifest.as_str())?;
        let (old_root, new_root) =
            self.both(since, old_root_path.as_str(), new_root_path.as_str())?;
        if (old, old_root) == (new, new_root) {
            return Ok(());
        }
        let keys = |member: Option<Found>, root: Option<Found>, is_root: bool| {
            let text = member.map(|found| self.forest.text(found.id)).transpose()?;
            let root = self.root(root.map(|found| found.id))?;
            let text = text.unwrap_or_default();
            Ok::<_, git2::Error>(manifest::effective_in(&text, &root, is_root))
        };
        let old = keys(old, old_root, old_path == old_root_path)?;
        let new = keys(new, new_root, package.manifest == new_root_path)?;
        for key in manifest::difference(&old, &new) {
            let values = (old.get(&key), new.get(&key));
            if !self.is_follow_up(package, &key, values)? {
                evidence.insert(Evidence::ManifestKey(key));
            }
        }
        Ok(())
    }

    /// Whether a key is the requirement on another member, and was raised with that member's version.
    ///
    /// Every release tool does that, and what a release did is no change; who was left behind by it
    /// shows in what its published version requires. Where a version is raised before its release,
    /// as some do right after the last one, nobody has to follow whose release accepts it as well.
    fn is_follow_up(
        &self,
        package: &Package,
        key: &str,
        (old, new): (Option<&String>, Option<&String>),
    ) -> Result<bool, git2::Error> {
        let member =
            member_requirement(package, key).and_then(|name| self.workspace.packages.get(name));
        let (Some(member), Some(old), Some(new)) = (member, old, new) else { return Ok(false) };
        let plain = |value: &str| value.trim_matches('"').to_owned();
        if !manifest::is_raised(&plain(old), &plain(new), &member.version) {
            return Ok(false);
        }
        let Some(release) = self.releases.get(&member.name) else { return Ok(false) };
        let is_ahead = member.version.cmp_precedence(&release.baseline.version).is_gt();
        let accepts = |requirement: VersionReq| requirement.matches(&member.version);
        if is_ahead && VersionReq::parse(&plain(old)).is_ok_and(accepts) {
            return Ok(true);
        }
        let then = self.keys_at(package, release)?;
        Ok(then.get(key) == Some(new))
    }

    /// The keys of the manifest of `package` as it was when another member was released; none when
    /// it was elsewhere then.
    fn keys_at(
        &self,
        package: &Package,
        release: &Since,
    ) -> Result<BTreeMap<String, String>, git2::Error> {
        let path = package.manifest.as_str();
        let Some(text) = self.forest.text_at(release.tree, path)? else {
            return Ok(BTreeMap::new());
        };
        let root_path = self.old_root(release, &self.workspace.root_manifest())?;
        let root = self.forest.at(release.tree, root_path.as_str())?;
        let root = self.root(root.map(|found| found.id))?;
        Ok(manifest::effective_in(&text, &root, package.manifest == root_path))
    }

    /// The root manifest at the baseline: where it is now, else the nearest one above the package.
    fn old_root(&self, since: &Since, now: &RelPath) -> Result<RelPath, git2::Error> {
        if self.forest.at(since.tree, now.as_str())?.is_some() {
            return Ok(now.clone());
        }
        let mut folder = since.dir.clone();
        loop {
            let path = folder.join("Cargo.toml").expect("a file below a folder");
            let text = self.forest.text_at(since.tree, path.as_str())?;
            if text.is_some_and(|text| is_workspace_root(&text)) {
                return Ok(path);
            }
            if folder.as_str().is_empty() {
                return Ok(now.clone());
            }
            folder = folder.parent();
        }
    }

    fn root(&self, id: Option<Oid>) -> Result<Rc<manifest::Root>, git2::Error> {
        let Some(id) = id else {
            return Ok(Rc::new(manifest::Root::new("")));
        };
        if let Some(root) = self.roots.borrow().get(&id) {
            return Ok(Rc::clone(root));
        }
        let root = Rc::new(manifest::Root::new(&self.forest.text(id)?));
        self.roots.borrow_mut().insert(id, Rc::clone(&root));
        Ok(root)
    }

    fn lock(&self, id: Oid) -> Result<Option<Rc<Lock>>, git2::Error> {
        if let Some(lock) = self.locks.borrow().get(&id) {
            return Ok(lock.clone());
        }
        let lock = Lock::parse(&self.forest.text(id)?).ok().map(Rc::new);
        self.locks.borrow_mut().insert(id, lock.clone());
        Ok(lock)
    }

    /// What changed in the part of `Cargo.lock` that a binary is built from. Without a lock file
    /// on both sides that names the package there is nothing to compare.
    fn locked(
        &self,
        package: &Package,
        since: &Since,
        evidence: &mut BTreeSet<Evidence>,
    ) -> Result<(), git2::Error> {
        let path = self.workspace.root.join("Cargo.lock").expect("a file below a folder");
        let (Some(old), Some(new)) = self.both(since, path.as_str(), path.as_str())? else {
            return Ok(());
        };
        if old == new {
            return Ok(());
        }
        let reach = |found: Found| {
            let lock = self.lock(found.id)?;
            let reached = lock.and_then(|lock| lock.reach(&package.name, &self.direct).ok());
            Ok::<_, git2::Error>(reached)
        };
        let (Some(old), Some(new)) = (reach(old)?, reach(new)?) else {
            return Ok(());
        };
        let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
        for name in names.into_iter().filter(|name| old.get(*name) != new.get(*name)) {
            let versions = new
                .get(name)
                .into_iter()
                .flatten()
                .map(|entry| entry.split_whitespace().next().unwrap_or_default().to_owned());
            let versions: Vec<String> = versions.collect();
            let text = if versions.is_empty() {
                format!("{name} (no longer)")
            } else {
                format!("{name} {}", versions.join(", "))
            };
            evidence.insert(Evidence::Locked(text));
        }
        Ok(())
    }
}
