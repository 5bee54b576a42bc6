//! Taking back versions that no journal knows of: another tool published them, or some time ago.

use super::budget::budgets;
use super::compute::{item, proof, yank_ids, yanks};
use super::reach::reach;
use super::{Direction, Item, Residue, Rollback, Way, Wish, beyond, damage};
use crate::facts::{Facts, Published};
use crate::model::{PackageName, PlanId, Version, nearest};
use crate::plan::{Finding, Guard, Upload, no_person_credential};
use crate::policy::Policy;
use std::collections::{BTreeMap, BTreeSet};

/// By version, those that require it.
type Users<'u> = BTreeMap<&'u Upload, BTreeSet<&'u Upload>>;

/// Decides how these versions are taken back: yanked, each after those among them that require
/// it by what the index says. The workspace stays as it is: what it was before, nobody wrote down.
///
/// Nothing is refused by an error: what stands in the way is a finding.
#[must_use]
pub fn versions(
    asked: &[(PackageName, Version)],
    facts: &Facts,
    policy: &Policy,
    wish: &Wish,
) -> Rollback {
    let mut findings = Vec::new();
    if wish.way.reverts() {
        let text =
            "the files of the workspace stay as they are: no release of this program is named";
        findings.push(Finding::note("yank-only", text));
    }
    let found: Vec<Upload> =
        asked.iter().filter_map(|(name, it)| upload(name, it, facts, &mut findings)).collect();
    let found: BTreeSet<Upload> = found.into_iter().collect();
    let users = users(&found, facts);
    let found = dependents_first(&found, &users);
    let gone: BTreeSet<&Upload> = found.iter().collect();
    let items: Vec<Item> =
        found.iter().map(|upload| item(upload, &gone, facts, wish.way)).collect();
    let reach = reach(items, &gone, facts, &mut findings);
    let items = &reach.items;
    damage::look(items, wish, &mut findings);
    findings.extend(closure(asked, &damage::along(&gone, facts)));
    let registries: BTreeSet<_> = found.iter().map(|upload| &upload.registry).collect();
    for name in registries {
        let registry = facts.registries.get(name);
        findings.extend(registry.and_then(|registry| no_person_credential(name, registry)));
    }
    let mut steps = yanks(items, wish, |upload| users[upload].iter().copied().collect());
    let names: Vec<String> = asked.iter().map(|(name, it)| format!("{name}@{it}")).collect();
    let all = yank_ids(&steps);
    steps.extend(proof(items, all.clone()));
    if wish.way == Way::Pin {
        let of = (&*names.join(" "), &*all);
        steps.extend(beyond::pins(&reach, facts, policy, wish, of, &mut findings));
    }
    findings.sort();
    findings.dedup();
    let items = reach.items;
    let residue = match items.len() {
        0 => Vec::new(),
        count => vec![Residue::BurnedVersions { count }, Residue::LockFiles],
    };
    Rollback {
        id: PlanId::default(),
        of: names.join(", "),
        direction: Direction::Rollback,
        way: if wish.way == Way::Hotfix { Way::Hotfix } else { Way::YankOnly },
        way_by: wish.way_by.clone(),
        base: facts.repository.head.clone(),
        budget: budgets(&items, policy, |item| !item.is_yanked),
        items,
        pins: Vec::new(),
        residue,
        guards: vec![Guard::Head { oid: facts.repository.head.clone() }],
        findings,
        steps,
    }
    .identified()
}

/// The version as its registry has it; a finding where it does not.
fn upload(
    name: &PackageName,
    version: &Version,
    facts: &Facts,
    findings: &mut Vec<Finding>,
) -> Option<Upload> {
    let mut refuse = |code: &str, text: String, hint: String| {
        let finding = Finding::error(code, text).about(name);
        findings.push(if hint.is_empty() { finding } else { finding.hint(hint) });
        None
    };
    let Some(package) = facts.workspace.packages.get(name) else {
        let known = facts.workspace.packages.keys().map(PackageName::as_str);
        let near = nearest(name.as_str(), known);
        let hint = near.map(|near| format!("did you mean `{near}`?")).unwrap_or_default();
        return refuse("unknown-package", format!("no member is called `{name}`"), hint);
    };
    let Some(registry) = package.registry() else {
        let text = format!("{name} is not published: `publish = false`");
        return refuse("not-published", text, String::new());
    };
    let published = facts.published.get(name);
    if let Some(Published::Unknown(why)) = published {
        let text = format!("{registry} could not be asked for {name} {version}: {why}");
        return refuse("registry-unreachable", text, "try again when it answers".to_owned());
    }
    let Some(entry) = published.and_then(|published| published.version(version)) else {
        let mut known: Vec<&Version> =
            published.iter().flat_map(|it| it.versions()).map(|it| &it.version).collect();
        known.sort();
        let last: Vec<String> = known.iter().rev().take(5).map(ToString::to_string).collect();
        let hint = match last.as_slice() {
            [] => "it was never published there".to_owned(),
            last => format!("its last versions are {}", last.join(", ")),
        };
        return refuse("not-published", format!("{name} {version} is not on {registry}"), hint);
    };
    let version = entry.version.clone();
    Some(Upload { package: name.clone(), version, registry: registry.clone() })
}

/// What to type to take all that would break back as well.
fn closure(asked: &[(PackageName, Version)], along: &BTreeSet<Upload>) -> Option<Finding> {
    const MOST: usize = 12;
    let along: Vec<String> =
        along.iter().map(|it| format!("{}@{}", it.package, it.version)).collect();
    let more = along.len().saturating_sub(MOST);
    let named = along.iter().take(MOST).cloned().collect::<Vec<_>>().join(", ");
    let text = match (along.len(), more) {
        (0, _) => return None,
        (1, _) => format!("1 version would have to go as well: {named}"),
        (all, 0) => format!("{all} versions would have to go as well: {named}"),
        (all, more) => {
            format!("{all} versions would have to go as well: {named} and {more} more")
        }
    };
    let asked = asked.iter().map(|(name, version)| format!("{name}@{version}"));
    let all: Vec<String> = asked.chain(along).collect();
    let command = format!("cargo orchestrate yank-rollback {}", all.join(" "));
    let note = Finding::note("closure", text);
    Some(if more == 0 { note.hint(format!("{command}    takes all of it back")) } else { note })
}

/// For each of these versions, those among them that require it by what the index says.
fn users<'u>(uploads: &'u BTreeSet<Upload>, facts: &Facts) -> Users<'u> {
    let mut named: BTreeMap<&PackageName, Vec<&Upload>> = BTreeMap::new();
    for upload in uploads {
        named.entry(&upload.package).or_default().push(upload);
    }
    let mut users: Users<'u> = uploads.iter().map(|upload| (upload, BTreeSet::new())).collect();
    for user in uploads {
        let entry = facts.published.get(&user.package).and_then(|it| it.version(&user.version));
        for (name, requirement) in entry.iter().flat_map(|entry| entry.dependencies.iter()) {
            let there = named.get(&name).into_iter().flatten();
            for upload in there.filter(|it| requirement.matches(&it.version)) {
                users.entry(upload).or_default().insert(user);
            }
        }
    }
    users
}

/// The same, so that none stands before one that requires it.
fn dependents_first(uploads: &BTreeSet<Upload>, users: &Users<'_>) -> Vec<Upload> {
    let mut left: BTreeSet<&Upload> = uploads.iter().collect();
    let mut ordered = Vec::with_capacity(left.len());
    while !left.is_empty() {
        let is_free = |upload: &&&Upload| {
            !users[**upload].iter().any(|user| user != *upload && left.contains(user))
        };
        // A loop is nothing that a registry can hold; were there one, any order is as good.
        let next = left.iter().find(is_free).or_else(|| left.first()).copied();
        let next = next.expect("something is left");
        left.remove(next);
        ordered.push(next.clone());
    }
    ordered
}
