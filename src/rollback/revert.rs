//! What becomes of the manifests: versions back to the last good ones, requirements pinned there.

use super::{Way, accepts};
use crate::facts::{Facts, Pin};
use crate::manifest::{Declaration, Manifest, Spot, Table, TextEdit, lock};
use crate::model::{Package, PackageName, RelPath, Version};
use crate::plan::{Action, FileEdit, Finding, Plan, Planned, Stand};
use std::collections::BTreeMap;

/// The edits of a revert.
#[derive(Debug, Clone, Default)]
pub(super) struct Revert {
    /// Sorted by path.
    pub(super) files: Vec<FileEdit>,
    /// By file and key.
    pub(super) pins: Vec<Pin>,
}

/// Edits the manifests as they are now, whatever was committed since the release: a version that
/// the release wrote goes back to the last good one, and a requirement that it wrote to the one
/// before. Members outside the release stay as they are; where that is the way, their requirements
/// are pinned to the last good version where they accept the one that is taken back.
pub(super) fn revert(
    plan: &Plan,
    last_good: &BTreeMap<PackageName, Version>,
    facts: &Facts,
    way: Way,
    findings: &mut Vec<Finding>,
) -> Revert {
    let mut edits: BTreeMap<RelPath, Vec<TextEdit>> = BTreeMap::new();
    let mut pins = Vec::new();
    let back = versions(plan, last_good, facts);
    for (path, text) in &facts.manifests {
        let manifest = match Manifest::parse(path, text) {
            Ok(manifest) => manifest,
            Err(error) => {
                findings.push(Finding::error("manifest", format!("`{path}`: {error}")));
                continue;
            }
        };
        let wanted = wanted(path, &manifest, plan, &back, facts, way, &mut pins);
        for (spot, to) in wanted.into_iter().filter(|(spot, to)| spot.value != *to) {
            match spot.edit(to) {
                Ok(edit) => edits.entry(path.clone()).or_default().push(edit),
                Err(error) => {
                    findings.push(Finding::error("manifest", format!("`{path}`: {error}")));
                }
            }
        }
    }
    lockfile(&back, facts, &mut edits, findings);
    let mut files: Vec<FileEdit> =
        edits.into_iter().filter_map(|(path, edits)| FileEdit::of(facts, path, edits)).collect();
    files.extend(changesets(plan, facts, findings));
    files.sort_by(|a, b| a.path.cmp(&b.path));
    pins.sort();
    Revert { files, pins }
}

/// The changesets that the release used up, as they were: what they say waits for the next one.
fn changesets(plan: &Plan, facts: &Facts, findings: &mut Vec<Finding>) -> Vec<FileEdit> {
    let written = plan.steps.iter().filter_map(|step| match &step.action {
        Action::WriteFiles { files } => Some(files),
        _ => None,
    });
    let is_changeset =
        |file: &&FileEdit| plan.changesets.iter().any(|changeset| changeset.file == file.path);
    let mut back = Vec::new();
    for file in written.flatten().filter(is_changeset) {
        match file.stand_in(facts) {
            Stand::After => back.push(file.reversed()),
            Stand::Before => {}
            Stand::Elsewhere => {
                let text = format!("the changeset `{}` is another one now, and stays", file.path);
                findings.push(Finding::warning("changeset-changed", text));
            }
        }
    }
    back
}

/// The version each package of the release goes back to, where its manifest still has the
/// release's.
fn versions(
    plan: &Plan,
    last_good: &BTreeMap<PackageName, Version>,
    facts: &Facts,
) -> BTreeMap<PackageName, Version> {
    let stands = |planned: &&Planned| {
        let member = facts.workspace.packages.get(&planned.name);
        member.is_some_and(|member| member.version == planned.to)
    };
    let goes_to = |planned: &Planned| {
        let good = last_good.get(&planned.name).unwrap_or(&planned.from);
        (planned.name.clone(), good.clone())
    };
    let mut back: BTreeMap<PackageName, Version> =
        plan.packages.iter().filter(stands).map(goes_to).collect();
    // Members that share one version go back together, to the highest of theirs.
    let inherits = |name: &PackageName| {
        facts.workspace.packages.get(name).is_some_and(|member| member.inherits_version)
    };
    let shared = back.iter().filter(|(name, _)| inherits(name)).map(|(_, to)| to.clone()).max();
    if let Some(shared) = shared {
        for (_, to) in back.iter_mut().filter(|(name, _)| inherits(name)) {
            to.clone_from(&shared);
        }
    }
    back
}

/// The values that the spots of one manifest should have.
fn wanted<'m>(
    path: &RelPath,
    manifest: &'m Manifest,
    plan: &Plan,
    back: &BTreeMap<PackageName, Version>,
    facts: &Facts,
    way: Way,
    pins: &mut Vec<Pin>,
) -> Vec<(&'m Spot, String)> {
    let mut wanted = Vec::new();
    let own = facts.workspace.packages.values().find(|member| member.manifest == *path);
    if let (Some(spot), Some(to)) =
        (manifest.version(), own.and_then(|member| back.get(&member.name)))
    {
        wanted.push((spot, to.to_string()));
    }
    let inherited = facts.workspace.packages.values().filter(|member| member.inherits_version);
    if let (Some(spot), Some(to)) =
        (manifest.workspace_version(), inherited.filter_map(|member| back.get(&member.name)).max())
    {
        wanted.push((spot, to.to_string()));
    }
    for declaration in manifest.declarations() {
        let Some(spot) = &declaration.requirement else { continue };
        let is_member = facts.workspace.packages.contains_key(&declaration.package);
        if !is_member || declaration.path.is_none() || declaration.git {
            continue;
        }
        let change = plan.requirements.iter().find(|change| {
            change.file == *path && change.key == declaration.key && change.to == spot.value
        });
        let before = change.map_or(spot.value.as_str(), |change| change.from.as_str());
        match back.get(&declaration.package) {
            Some(to) if way == Way::Pin && is_held(path, declaration, before, plan, facts) => {
                let pin = format!("={to}");
                pins.push(Pin {
                    file: path.clone(),
                    key: declaration.key.clone(),
                    package: declaration.package.clone(),
                    from: before.to_owned(),
                    to: pin.clone(),
                });
                wanted.push((spot, pin));
            }
            Some(to) if accepts(before, to) => wanted.push((spot, before.to_owned())),
            Some(to) => wanted.push((spot, format!("={to}"))),
            None if change.is_some() && declared_accepts(facts, &declaration.package, before) => {
                wanted.push((spot, before.to_owned()));
            }
            _ => {}
        }
    }
    wanted
}

/// Whether a requirement is to be kept from the version that is taken back: a member that was not
/// released uses it, and it accepts that version.
fn is_held(
    path: &RelPath,
    declaration: &Declaration,
    requirement: &str,
    plan: &Plan,
    facts: &Facts,
) -> bool {
    let Some(planned) = plan.package(&declaration.package) else { return false };
    let uses = |member: &&Package| match declaration.table {
        Table::Workspace => {
            member.edges.iter().any(|edge| edge.inherited && edge.to == declaration.package)
        }
        _ => member.manifest == *path,
    };
    let stays = |member: &Package| plan.package(&member.name).is_none();
    requirement != "*"
        && accepts(requirement, &planned.to)
        && facts.workspace.packages.values().filter(uses).any(stays)
}

/// Whether the member's version, which stays, satisfies the requirement.
fn declared_accepts(facts: &Facts, package: &PackageName, requirement: &str) -> bool {
    facts
        .workspace
        .packages
        .get(package)
        .is_some_and(|member| accepts(requirement, &member.version))
}

fn lockfile(
    back: &BTreeMap<PackageName, Version>,
    facts: &Facts,
    edits: &mut BTreeMap<RelPath, Vec<TextEdit>>,
    findings: &mut Vec<Finding>,
) {
    let Some(lockfile) = &facts.lockfile else { return };
    let moves = back
        .iter()
        .filter_map(|(name, to)| {
            let now = facts.workspace.packages.get(name)?.version.clone();
            Some((name.clone(), (now, to.clone())))
        })
        .collect();
    match lock::member_edits(&lockfile.text, &moves) {
        Ok(made) if made.is_empty() => {}
        Ok(made) => {
            edits.insert(lockfile.path.clone(), made);
        }
        Err(error) => {
            let text = format!("`{}`: {error}", lockfile.path);
            let hint = "cargo update --workspace --offline, then commit it";
            findings.push(Finding::error("lock-file", text).hint(hint));
        }
    }
}
