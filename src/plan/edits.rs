//! The texts that a release changes: versions, requirements and the members' entries in
//! `Cargo.lock`.

use super::consumed;
use super::manifests::Manifests;
use super::{FileEdit, Finding, Location, PlanError, RequirementChange};
use crate::decide::Decided;
use crate::facts::Facts;
use crate::manifest::lock;
use crate::manifest::{
    self, CannotRewrite, Declaration, Manifest, NotEditable, Spot, Table, TextEdit,
};
use crate::model::graph;
use crate::model::{Package, PackageName, RelPath, Version, VersionReq, Workspace};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// All edits of a release.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Edits {
    /// Sorted by path.
    pub(super) files: Vec<FileEdit>,
    /// Sorted by file and key.
    pub(super) requirements: Vec<RequirementChange>,
    pub(super) findings: Vec<Finding>,
}

/// Makes the edits; members in `frozen` are released exactly as they stand.
///
/// # Errors
/// [`PlanError`] when a manifest or `Cargo.lock` cannot be read.
pub(super) fn make(
    facts: &Facts,
    manifests: &Manifests<'_>,
    decided: &Decided,
    frozen: &BTreeSet<PackageName>,
) -> Result<Edits, PlanError> {
    if decided.decisions.is_empty() {
        return Ok(Edits::default());
    }
    let mut editor = Editor {
        workspace: &facts.workspace,
        manifests,
        moves: moves(&facts.workspace, decided),
        versions: versions(&facts.workspace, decided),
        members: facts.workspace.packages.values().map(|it| (&it.manifest, it)).collect(),
        inherited: HashSet::new(),
        rebuilt: decided
            .decisions
            .iter()
            .map(|decision| &decision.package)
            .filter(|name| !frozen.contains(*name))
            .collect(),
        loops: graph::dev_cycles(&facts.workspace),
        edits: BTreeMap::new(),
        result: Edits::default(),
    };
    editor.versions();
    editor.requirements(facts)?;
    editor.lockfile(facts)?;
    let mut edits = editor.finish(facts);
    edits.files.extend(consumed::edits(facts, &consuming(decided)));
    edits.files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(edits)
}

/// The packages whose changesets a release uses up: those of one that is half out were used up, or
/// left alone, when it was begun.
pub(super) fn consuming(decided: &Decided) -> BTreeSet<&PackageName> {
    let released = decided.decisions.iter().filter(|_| decided.half_out.is_none());
    released.map(|decision| &decision.package).collect()
}

/// The members whose version in their manifest changes, from what to what.
fn moves(workspace: &Workspace, decided: &Decided) -> BTreeMap<PackageName, (Version, Version)> {
    let released = decided
        .decisions
        .iter()
        .map(|decision| (decision.package.clone(), (decision.from.clone(), decision.to.clone())));
    let shared = decided.shared.iter().flat_map(|to| {
        let inheriting = workspace.packages.values().filter(|package| package.inherits_version);
        inheriting.map(move |package| (package.name.clone(), (package.version.clone(), to.clone())))
    });
    released.chain(shared).filter(|(_, (from, to))| from != to).collect()
}

/// The versions that requirements must match from now on: of all that move or are released.
fn versions(workspace: &Workspace, decided: &Decided) -> BTreeMap<PackageName, Version> {
    let moved = moves(workspace, decided).into_iter().map(|(name, (_, to))| (name, to));
    let released = decided.decisions.iter();
    released.map(|decision| (decision.package.clone(), decision.to.clone())).chain(moved).collect()
}

struct Editor<'a> {
    workspace: &'a Workspace,
    manifests: &'a Manifests<'a>,
    /// By manifest, the member that it is of.
    members: HashMap<&'a RelPath, &'a Package>,
    /// The aliases that packages which are packed anew inherit.
    inherited: HashSet<&'a str>,
    moves: BTreeMap<PackageName, (Version, Version)>,
    versions: BTreeMap<PackageName, Version>,
    /// The packages that are packed anew, so that they name what they are built with.
    rebuilt: BTreeSet<&'a PackageName>,
    /// Members that need each other through versioned dev-dependencies.
    loops: Vec<Vec<PackageName>>,
    edits: BTreeMap<RelPath, Vec<TextEdit>>,
    result: Edits,
}

impl Editor<'_> {
    fn versions(&mut self) {
        let root = self.workspace.root_manifest();
        for (name, (_, to)) in self.moves.clone() {
            let package = &self.workspace.packages[&name];
            let file = if package.inherits_version { &root } else { &package.manifest };
            let Some(manifest) = self.manifests.get(file) else { continue };
            let spot = if package.inherits_version {
                manifest.workspace_version()
            } else {
                manifest.version()
            };
            if let Some(spot) = spot {
                self.edit(file, spot, to.to_string());
            }
        }
    }

    fn requirements(&mut self, facts: &Facts) -> Result<(), PlanError> {
        let named: BTreeSet<PackageName> = self.versions.keys().cloned().collect();
        let rebuilt = self.rebuilt.iter().filter_map(|name| self.workspace.packages.get(*name));
        let manifests = rebuilt.filter_map(|package| self.manifests.get(&package.manifest));
        let entries = manifests.flat_map(Manifest::declarations);
        self.inherited =
            entries.filter(|entry| entry.inherited).map(|entry| entry.alias.as_str()).collect();
        for (file, manifest) in self.manifests.around(facts, &named.iter().collect())? {
            for declaration in manifest.declarations() {
                self.requirement(file, declaration);
            }
        }
        Ok(())
    }

    fn requirement(&mut self, file: &RelPath, declaration: &Declaration) {
        let Some(spot) = &declaration.requirement else { return };
        let Some(member) = member(self.workspace, file, declaration) else { return };
        let Some(to) = self.versions.get(&member.name).cloned() else { return };
        let matches = VersionReq::parse(&spot.value).is_ok_and(|req| req.matches(&to));
        let may_stay = !self.is_built_anew(file, declaration)
            || (declaration.table == Table::Dev && self.is_in_loop(file, &member.name));
        if matches && may_stay {
            return;
        }
        match manifest::rewrite(&spot.value, &to) {
            Ok(Some(text)) => {
                if self.edit(file, spot, text.clone()) {
                    self.result.requirements.push(RequirementChange {
                        file: file.clone(),
                        key: declaration.key.clone(),
                        from: spot.value.clone(),
                        to: text,
                    });
                }
            }
            Ok(None) => {}
            Err(_) if matches => {}
            Err(error) => self.result.findings.push(
                Finding::error("cannot-rewrite", self.unwritten(file, declaration, &error))
                    .about(&member.name)
                    .at(Location { file: file.clone(), line: spot.line, column: spot.column })
                    .hint(format!("write a requirement that matches {to}")),
            ),
        }
    }

    /// What cannot be rewritten, where, and why.
    fn unwritten(
        &self,
        file: &RelPath,
        declaration: &Declaration,
        error: &CannotRewrite,
    ) -> String {
        let whose = match self.members.get(file) {
            Some(package) if declaration.table != Table::Workspace => package.name.as_str(),
            _ => "the workspace",
        };
        let (requirement, to) = (&error.requirement, &error.version);
        let dependency = &declaration.package;
        format!(
            "the requirement `{requirement}` of {whose} on {dependency} cannot follow to {to}: {}",
            error.obstacle
        )
    }

    /// Whether a package that is packed anew uses this declaration, itself or by inheriting it.
    fn is_built_anew(&self, file: &RelPath, declaration: &Declaration) -> bool {
        if declaration.table == Table::Workspace {
            return self.inherited.contains(declaration.alias.as_str());
        }
        self.members.get(file).is_some_and(|package| self.rebuilt.contains(&package.name))
    }

    /// Whether the package of a manifest is `other`, or they need each other through dev-dependencies.
    /// The version that such a requirement would be raised to can only come later.
    fn is_in_loop(&self, file: &RelPath, other: &PackageName) -> bool {
        let Some(package) = self.members.get(file) else { return false };
        if package.name == *other {
            return true;
        }
        self.loops.iter().any(|names| names.contains(&package.name) && names.contains(other))
    }

    fn lockfile(&mut self, facts: &Facts) -> Result<(), PlanError> {
        let Some(lockfile) = &facts.lockfile else { return Ok(()) };
        match lock::member_edits(&lockfile.text, &self.moves) {
            Ok(edits) if edits.is_empty() => {}
            Ok(edits) => {
                self.edits.insert(lockfile.path.clone(), edits);
            }
            Err(error) if error.is_for_cargo() && lockfile.tracked => self.result.findings.push(
                Finding::error("stale-lockfile", error.to_string())
                    .hint("`cargo update --workspace --offline`, then commit Cargo.lock"),
            ),
            // Cargo brings a file that nobody keeps up to date by itself.
            Err(error) if error.is_for_cargo() => {}
            Err(error) => return Err(PlanError::Lockfile(error)),
        }
        Ok(())
    }

    /// Notes an edit, once for each place; `false` when the place cannot be edited.
    fn edit(&mut self, file: &RelPath, spot: &Spot, to: String) -> bool {
        match spot.edit(to) {
            Ok(edit) => {
                let edits = self.edits.entry(file.clone()).or_default();
                if !edits.contains(&edit) {
                    edits.push(edit);
                }
                true
            }
            Err(error) => {
                let NotEditable { line, column, .. } = error;
                let at = Location { file: file.clone(), line, column };
                let finding = Finding::error("not-editable", error.to_string()).at(at);
                self.result.findings.push(finding.hint("write the string without escapes"));
                false
            }
        }
    }

    fn finish(mut self, facts: &Facts) -> Edits {
        for (path, edits) in self.edits {
            let edit = FileEdit::of(facts, path, edits);
            self.result.files.push(edit.expect("only texts among the facts are edited"));
        }
        self.result.requirements.sort();
        self.result
    }
}

/// The member that a declaration names by its path; nothing for everything else.
pub(super) fn member<'a>(
    workspace: &'a Workspace,
    file: &RelPath,
    declaration: &Declaration,
) -> Option<&'a Package> {
    let path = declaration.path.as_ref().filter(|_| !declaration.git)?;
    let package = workspace.packages.get(&declaration.package)?;
    (file.parent().join(path).ok()? == package.dir).then_some(package)
}
