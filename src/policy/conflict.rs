//! What the configuration says twice in different ways, or against the manifests.

use super::{Group, GroupKind, Place, Policy, PolicyNote, nearest};
use crate::model::{Package, PackageName, Workspace};
use std::collections::BTreeMap;

/// A dependency that a package calls private or public, and where.
#[derive(Debug, Clone)]
pub(super) struct Mark {
    pub(super) dependent: PackageName,
    pub(super) dependency: PackageName,
    pub(super) place: Place,
}

/// All conflicts, in the order of the groups, those of edges last.
pub(super) fn conflicts(
    policy: &Policy,
    workspace: &Workspace,
    private: &[Mark],
    public: &[Mark],
) -> Vec<PolicyNote> {
    let mut notes = Vec::new();
    let mut home: BTreeMap<&PackageName, &Group> = BTreeMap::new();
    for (index, group) in policy.groups.iter().enumerate() {
        if policy.groups[..index].iter().any(|other| other.name == group.name) {
            let text = format!("two groups are called `{}`", group.name);
            notes.push(
                PolicyNote::conflict(group.place.clone(), text).hint("give one another name"),
            );
        }
        for name in &group.packages {
            match home.get(name) {
                Some(other) => notes.push(in_two(name, other, group)),
                None => drop(home.insert(name, group)),
            }
        }
        let members = || group.packages.iter().filter_map(|name| workspace.packages.get(name));
        notes.extend(split(group, &members(), policy));
        notes.extend(inherited(group, members(), workspace, policy));
    }
    notes.extend(private.iter().filter_map(|mark| both(mark, policy, workspace)));
    notes.extend(private.iter().chain(public).filter_map(|mark| no_edge(mark, workspace)));
    notes
}

/// A template of tags without `{name}` where the packages have versions of their own: one tag would
/// come to stand for releases of several.
pub(super) fn shared_tag(
    place: Place,
    policy: &Policy,
    workspace: &Workspace,
) -> Option<PolicyNote> {
    let template = policy.tag_template.as_ref().filter(|template| !template.contains("{name}"))?;
    let released = || workspace.publishable().filter(|it| !policy.held.contains(&it.name));
    let is_all = |group: &Group| released().all(|it| group.packages.contains(&it.name));
    if policy.groups.iter().any(|group| group.kind == GroupKind::Fixed && is_all(group)) {
        return None;
    }
    let first = released().next()?;
    let other = released().find(|other| other.version != first.version)?;
    let text = format!(
        "`tag`: `{template}` does not say which package is released, and their versions differ ({} \
         {}, {} {}): the same tag would stand for different releases",
        first.name, first.version, other.name, other.version
    );
    let hint = "write `{name}-v{version}`, or keep the packages together in a `fixed` group";
    Some(PolicyNote::without_effect(place, text).hint(hint))
}

fn in_two(name: &PackageName, first: &Group, second: &Group) -> PolicyNote {
    let called = |group: &Group| format!("`{}` ({})", group.name, group.kind.as_str());
    let (first, text) = (called(first), called(second));
    let text = format!("{name} is in the groups {first} and {text}, and can be in one only");
    let hint = format!("take {name} out of one of them");
    PolicyNote::conflict(second.place.clone(), text).about(name).hint(hint)
}

/// Members that cannot move with the others, because they are not released.
fn split<'a>(
    group: &Group,
    members: &(impl Iterator<Item = &'a Package> + Clone),
    policy: &Policy,
) -> Vec<PolicyNote> {
    let stay = |text: &str, why: &dyn Fn(&Package) -> bool| {
        let names: Vec<&str> =
            members.clone().filter(|package| why(package)).map(|p| p.name.as_str()).collect();
        let text = format!(
            "group `{}` is split: {text} keeps {} back when the others move",
            group.name,
            names.join(", ")
        );
        let note = PolicyNote::without_effect(group.place.clone(), text);
        (!names.is_empty()).then(|| note.hint("take them out of `packages`"))
    };
    let unpublished = stay("`publish = false`", &|package| !package.is_publishable());
    let held = stay("`release = false`", &|package| {
        package.is_publishable() && policy.held.contains(&package.name)
    });
    unpublished.into_iter().chain(held).collect()
}

/// Members whose version stands in the root manifest, together with that of others.
fn inherited<'a>(
    group: &Group,
    members: impl Iterator<Item = &'a Package>,
    workspace: &Workspace,
    policy: &Policy,
) -> Option<PolicyNote> {
    let inheriting: Vec<&Package> = members.filter(|package| package.inherits_version).collect();
    let name = &inheriting.first()?.name;
    if group.kind == GroupKind::Linked {
        let text = format!(
            "group `{}` is linked, and {name} inherits the workspace's version: it moves with all \
             that inherit it",
            group.name
        );
        let hint = "make the group `fixed`, or give the package a version of its own";
        return Some(PolicyNote::conflict(group.place.clone(), text).about(name).hint(hint));
    }
    let outside: Vec<&str> = workspace
        .publishable()
        .filter(|package| package.inherits_version && !group.packages.contains(&package.name))
        .filter(|package| !policy.held.contains(&package.name))
        .map(|package| package.name.as_str())
        .collect();
    if outside.is_empty() {
        return None;
    }
    let text = format!(
        "group `{}` holds {name}, which inherits the workspace's version; so do {}, and they move \
         with the group",
        group.name,
        outside.join(", ")
    );
    let hint = "add them to `packages`, or give them versions of their own";
    Some(PolicyNote::without_effect(group.place.clone(), text).hint(hint))
}

/// An edge that is called private or public, and is not there.
fn no_edge(mark: &Mark, workspace: &Workspace) -> Option<PolicyNote> {
    let Mark { dependent, dependency, place } = mark;
    let edges = &workspace.packages.get(dependent)?.edges;
    if edges.iter().any(|edge| edge.to == *dependency) {
        return None;
    }
    let text = format!("{dependent} does not depend on {dependency}");
    let note = PolicyNote::without_effect(place.clone(), text);
    let near = nearest(dependency.as_str(), edges.iter().map(|edge| edge.to.as_str()));
    let note = note.about(dependent);
    Some(match near {
        Some(near) => note.hint(format!("did you mean `{near}`?")),
        None => note.hint("take it out of the list"),
    })
}

/// An edge that is called private and public.
fn both(mark: &Mark, policy: &Policy, workspace: &Workspace) -> Option<PolicyNote> {
    let Mark { dependent, dependency, place } = mark;
    let edges = workspace.packages.get(dependent)?.edges.iter();
    let by_manifest = edges.filter(|edge| edge.to == *dependency).any(|edge| edge.public);
    let by_policy = policy.public_edges.contains(&(dependent.clone(), dependency.clone()));
    let says = match (by_policy, by_manifest) {
        (true, _) => "the list `public` names it too",
        (false, true) => "its entry in the manifest says `public = true`",
        (false, false) => return None,
    };
    let text = format!("the dependency on {dependency} is called private, and {says}");
    let hint = "keep the one that is true";
    Some(PolicyNote::conflict(place.clone(), text).about(dependent).hint(hint))
}
