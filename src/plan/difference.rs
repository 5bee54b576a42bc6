//! What one plan has that another has not, package by package.

use super::{Budget, BudgetKind, Finding, Plan, Planned, RequirementChange};
use crate::decide::Reason;
use crate::model::{Bump, Oid, PackageName, PlanId, RegistryName, RelPath, Version};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// How a plan differs from an older one. What is equal in both is not there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct PlanDifference {
    pub old: PlanEnd,
    pub new: PlanEnd,
    /// Sorted by name.
    pub packages: Vec<PackageDifference>,
    /// Sorted by file and key.
    pub requirements: Vec<RequirementDifference>,
    /// Sorted by registry and kind.
    pub budget: Vec<BudgetDifference>,
    pub findings_added: Vec<Finding>,
    pub findings_gone: Vec<Finding>,
}

/// One of the two plans.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct PlanEnd {
    pub id: PlanId,
    /// The commit that it is for.
    pub base: Oid,
}

/// One package that only one of the plans releases, or that they release otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct PackageDifference {
    pub name: PackageName,
    /// What the older plan does with it; nothing when it is not released there.
    pub old: Option<PackageMove>,
    /// What the newer plan does with it; nothing when it is not released there.
    pub new: Option<PackageMove>,
    /// What the newer plan says of it, be it released or not, and the older did not.
    pub reasons_added: Vec<Reason>,
    pub reasons_gone: Vec<Reason>,
}

/// What a plan does with a package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct PackageMove {
    pub from: Version,
    pub to: Version,
    pub bump: Bump,
    pub wave: usize,
    pub registry: RegistryName,
}

/// One requirement that only one of the plans rewrites, or that they rewrite otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct RequirementDifference {
    pub file: RelPath,
    pub key: String,
    /// What the older plan writes there, if anything.
    pub old: Option<String>,
    /// What the newer plan writes there, if anything.
    pub new: Option<String>,
}

/// What only one of the plans takes from a registry's budget, or what they take otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct BudgetDifference {
    pub registry: RegistryName,
    pub kind: BudgetKind,
    /// What the older plan takes; nothing when it takes none.
    pub old: Option<Budget>,
    /// What the newer plan takes; nothing when it takes none.
    pub new: Option<Budget>,
}

impl PlanDifference {
    /// Whether both plans do the same and find the same, be it on different commits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.packages.is_empty()
            && self.requirements.is_empty()
            && self.budget.is_empty()
            && self.findings_added.is_empty()
            && self.findings_gone.is_empty()
    }
}

/// How `new` differs from `old`.
#[must_use]
pub fn difference(old: &Plan, new: &Plan) -> PlanDifference {
    let end = |plan: &Plan| PlanEnd { id: plan.id.clone(), base: plan.base.clone() };
    let lacks = |all: &[Finding], finding: &&Finding| !all.contains(finding);
    PlanDifference {
        old: end(old),
        new: end(new),
        packages: packages(old, new),
        requirements: requirements(old, new),
        budget: budget(old, new),
        findings_added: new.findings.iter().filter(|f| lacks(&old.findings, f)).cloned().collect(),
        findings_gone: old.findings.iter().filter(|f| lacks(&new.findings, f)).cloned().collect(),
    }
}

fn packages(old: &Plan, new: &Plan) -> Vec<PackageDifference> {
    let (before, after) = (moves(old), moves(new));
    let (said, says) = (reasons(old), reasons(new));
    let names: BTreeSet<&PackageName> = before.keys().chain(after.keys()).copied().collect();
    let one = |name: &PackageName| {
        let of = |all: &BTreeMap<&PackageName, &[Reason]>| -> Vec<Reason> {
            all.get(name).map(|reasons| reasons.to_vec()).unwrap_or_default()
        };
        let (said, says) = (of(&said), of(&says));
        PackageDifference {
            name: name.clone(),
            old: before.get(name).cloned(),
            new: after.get(name).cloned(),
            reasons_added: beyond(&says, &said),
            reasons_gone: beyond(&said, &says),
        }
    };
    let all = names.into_iter().map(one);
    all.filter(|package| {
        let is_same = package.old == package.new;
        !is_same || !package.reasons_added.is_empty() || !package.reasons_gone.is_empty()
    })
    .collect()
}

/// The reasons that the others do not have. Where the chain behind a reason got longer elsewhere, that
/// is told of the packages there.
fn beyond(reasons: &[Reason], others: &[Reason]) -> Vec<Reason> {
    let is_same = |a: &Reason, b: &Reason| (&a.rule, &a.text) == (&b.rule, &b.text);
    let new = reasons.iter().filter(|reason| !others.iter().any(|other| is_same(reason, other)));
    new.cloned().collect()
}

fn moves(plan: &Plan) -> BTreeMap<&PackageName, PackageMove> {
    let of = |planned: &Planned| PackageMove {
        from: planned.from.clone(),
        to: planned.to.clone(),
        bump: planned.bump,
        wave: planned.wave,
        registry: planned.registry.clone(),
    };
    plan.packages.iter().map(|planned| (&planned.name, of(planned))).collect()
}

/// Why each package moves, or why it does not.
fn reasons(plan: &Plan) -> BTreeMap<&PackageName, &[Reason]> {
    let moves = plan.packages.iter().map(|planned| (&planned.name, &planned.reasons[..]));
    moves.chain(plan.unchanged.iter().map(|stays| (&stays.name, &stays.reasons[..]))).collect()
}

fn requirements(old: &Plan, new: &Plan) -> Vec<RequirementDifference> {
    let written = |plan: &'_ Plan| -> BTreeMap<(RelPath, String), String> {
        let one = |change: &RequirementChange| {
            ((change.file.clone(), change.key.clone()), change.to.clone())
        };
        plan.requirements.iter().map(one).collect()
    };
    let (before, after) = (written(old), written(new));
    let places: BTreeSet<_> = before.keys().chain(after.keys()).collect();
    let changed = places.into_iter().filter(|place| before.get(place) != after.get(place));
    changed
        .map(|place| RequirementDifference {
            file: place.0.clone(),
            key: place.1.clone(),
            old: before.get(place).cloned(),
            new: after.get(place).cloned(),
        })
        .collect()
}

fn budget(old: &Plan, new: &Plan) -> Vec<BudgetDifference> {
    let of = |plan: &'_ Plan| -> BTreeMap<(RegistryName, BudgetKind), Budget> {
        plan.budget.iter().map(|it| ((it.registry.clone(), it.kind), it.clone())).collect()
    };
    let (before, after) = (of(old), of(new));
    let kinds: BTreeSet<_> = before.keys().chain(after.keys()).collect();
    let changed = kinds.into_iter().filter(|kind| before.get(kind) != after.get(kind));
    changed
        .map(|kind| BudgetDifference {
            registry: kind.0.clone(),
            kind: kind.1,
            old: before.get(kind).cloned(),
            new: after.get(kind).cloned(),
        })
        .collect()
}
