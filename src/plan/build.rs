//! From facts to the whole plan.

use super::adopted::adopted;
use super::budget::budgets;
use super::consumed;
use super::edits::{self, Edits};
use super::fix::fixes;
use super::leftover::leftovers;
use super::manifests::Manifests;
use super::preflight::{self, Draft};
use super::still_needed::still_needed;
use super::{
    FileEdit, Finding, Guard, Plan, Planned, Unchanged, Verification, canonical, edge, steps,
};
use crate::decide::{
    DecideError, Decided, Decision, Reason, Request, breaking_changes, decide, rules,
};
use crate::facts::{BaselineSource, Facts, Published, TagPatterns, detect_tags};
use crate::manifest::SyntaxError;
use crate::manifest::lock::LockError;
use crate::model::graph::{self, Order};
use crate::model::{PackageName, PlanId, RegistryName};
use crate::policy::{Policy, ReleaseType};
use std::collections::{BTreeMap, BTreeSet};

/// How a plan is to be carried out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// Whether the commit and the tags go to the remote.
    pub push: bool,
    /// Where the packages go, instead of where their manifests say.
    pub registry: Option<RegistryName>,
    /// What the packed packages must stand before they go out.
    pub verification: Verification,
    /// Whether requirements that a rollback pinned may be published.
    pub publish_pins: bool,
    /// What the release replaces, if that is to be yanked afterwards.
    pub hotfix_of: Option<String>,
}

/// Why there is no plan.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// Nothing could be decided.
    #[error(transparent)]
    Decide(#[from] DecideError),
    /// A manifest cannot be read.
    #[error("could not read `{}`", .0.file)]
    Manifest(#[source] SyntaxError),
    /// `Cargo.lock` cannot be read.
    #[error("could not read `Cargo.lock`")]
    Lockfile(#[source] LockError),
}

/// Makes the plan of a release.
///
/// The plan is made in any case; what forbids carrying it out stands in its findings. Same facts,
/// policy, request and options give the same plan, to the byte.
///
/// # Errors
/// [`PlanError`] when a name in the request is unknown or a text cannot be read.
pub fn build(
    facts: &Facts,
    policy: &Policy,
    request: &Request,
    options: &Options,
) -> Result<Plan, PlanError> {
    let decided = decide(facts, policy, request)?;
    let names: BTreeSet<PackageName> =
        decided.decisions.iter().map(|decision| decision.package.clone()).collect();
    let order = graph::order(&facts.workspace, &names);
    let tag_names = facts.repository.tags.keys().map(String::as_str);
    let patterns = detect_tags(&facts.workspace, tag_names, policy.tag_template.as_deref());
    let packages = planned(facts, &decided, &order, &patterns, options);
    let frozen: BTreeSet<PackageName> =
        packages.iter().filter(|p| is_frozen(p)).map(|planned| planned.name.clone()).collect();
    // What is half out goes out as it stands, tagged or not.
    let as_it_is = if decided.half_out.is_some() { &names } else { &frozen };
    let manifests = Manifests::new(facts);
    let edits = edits::make(facts, &manifests, &decided, as_it_is)?;
    let remote = facts.repository.remote.as_ref().filter(|_| options.push);
    let release_type = release_type(request, options, &packages);
    let branch = branch(facts, release_type, &packages);
    let still_needed = still_needed(facts, &packages, &patterns);
    let leftovers = leftovers(facts, &decided, &packages, &patterns);
    let fixes = fixes(&facts.workspace, &facts.manifests)?;
    let draft = Draft {
        facts,
        policy,
        options,
        release_type,
        branch: branch.as_deref(),
        still_needed: &still_needed,
        manifests: &manifests,
        decided: &decided,
        order: &order,
        packages: &packages,
        frozen: &frozen,
        patterns: &patterns,
        leftovers: &leftovers,
        fixes: &fixes,
    };
    let findings = findings(&draft, &edits);
    let steps = steps::of(facts, &draft, &edits, remote.map(|remote| remote.name.as_str()));
    let mut plan = Plan {
        id: PlanId::default(),
        base: facts.repository.head.clone(),
        branch: branch.clone(),
        remote: remote.map(|remote| remote.name.clone()),
        release_type,
        still_needed: still_needed.clone(),
        hotfix_of: options.hotfix_of.clone(),
        guards: guards(facts, &packages, &edits),
        edges: edge::of(&facts.workspace, &packages),
        budget: budgets(&packages, policy),
        packages,
        unchanged: unchanged(facts, &decided),
        waves: order.waves.clone(),
        requirements: edits.requirements.clone(),
        changesets: consumed::consumed(facts, &edits::consuming(&decided)),
        adopts: adopted(facts, &decided, &leftovers, &names, options.registry.as_ref()),
        findings,
        steps,
    };
    plan.id = canonical::identify(&plan);
    Ok(plan)
}

/// What kind of a release it is: a hotfix where that was asked for, else what its versions are.
fn release_type(request: &Request, options: &Options, packages: &[Planned]) -> ReleaseType {
    let is_pre = |planned: &Planned| !planned.to.pre.is_empty();
    if request.hotfix || options.hotfix_of.is_some() {
        ReleaseType::Hotfix
    } else if !packages.is_empty() && packages.iter().all(is_pre) {
        ReleaseType::PreRelease
    } else {
        ReleaseType::Regular
    }
}

/// The branch that will carry the release commit: the one that is checked out. Without one a hotfix
/// makes one on the remote, named after the release that it mends.
fn branch(facts: &Facts, of: ReleaseType, packages: &[Planned]) -> Option<String> {
    let checked_out = facts.repository.branch.as_ref().map(|branch| branch.name.clone());
    let is_hotfix = of == ReleaseType::Hotfix;
    let mends = packages.iter().filter(|_| is_hotfix).find_map(|it| it.baseline.as_deref());
    checked_out.or_else(|| {
        let mends = mends?;
        let tags = &facts.repository.tags;
        let tagged = tags.iter().find(|(_, tag)| tag.commit.as_str() == mends);
        let is_commit = mends.len() == 40 && mends.chars().all(|c| c.is_ascii_hexdigit());
        let short = if is_commit { &mends[..12] } else { mends };
        Some(format!("hotfix/{}", tagged.map_or(short, |(name, _)| name)))
    })
}

/// Whether a package goes out exactly as its tag has it.
fn is_frozen(planned: &Planned) -> bool {
    let tagged = |reason: &Reason| reason.rule == rules::TAGGED_NEVER_PUBLISHED.id;
    planned.to == planned.from && planned.reasons.iter().any(tagged)
}

fn planned(
    facts: &Facts,
    decided: &Decided,
    order: &Order,
    patterns: &TagPatterns,
    options: &Options,
) -> Vec<Planned> {
    let waves: BTreeMap<&PackageName, usize> = order
        .waves
        .iter()
        .enumerate()
        .flat_map(|(index, wave)| wave.iter().map(move |name| (name, index + 1)))
        .collect();
    let planned = |decision: &Decision| {
        let name = &decision.package;
        let package = &facts.workspace.packages[name];
        let registry = options.registry.as_ref().or(package.registry()).cloned();
        Planned {
            name: name.clone(),
            from: decision.from.clone(),
            to: decision.to.clone(),
            bump: decision.bump,
            publish: true,
            registry: registry.unwrap_or_else(RegistryName::crates_io),
            new: decision.new,
            wave: waves.get(name).copied().unwrap_or(order.waves.len() + 1),
            baseline: baseline(facts, name),
            tag: patterns.next_tag(name, &decision.to),
            reasons: decision.reasons.clone(),
            breaking: facts
                .history
                .get(name)
                .map(|history| breaking_changes(name, history, &facts.changesets))
                .unwrap_or_default(),
            last_good: facts
                .published
                .get(name)
                .and_then(|published| published.last_good(&decision.to, |_| false))
                .cloned(),
        }
    };
    decided.decisions.iter().map(planned).collect()
}

fn baseline(facts: &Facts, name: &PackageName) -> Option<String> {
    let baseline = facts.history.get(name)?.baseline.as_ref()?;
    Some(match &baseline.source {
        BaselineSource::Tag(tag) => tag.clone(),
        BaselineSource::VcsInfo => baseline.oid.to_string(),
    })
}

fn unchanged(facts: &Facts, decided: &Decided) -> Vec<Unchanged> {
    let unchanged = decided.unchanged.iter().map(|(name, reasons)| Unchanged {
        name: name.clone(),
        version: facts.workspace.packages[name].version.clone(),
        baseline: baseline(facts, name),
        reasons: reasons.clone(),
    });
    unchanged.collect()
}

fn guards(facts: &Facts, packages: &[Planned], edits: &Edits) -> Vec<Guard> {
    if packages.is_empty() {
        return Vec::new();
    }
    let mut guards = vec![Guard::Head { oid: facts.repository.head.clone() }];
    guards.extend(edits.files.iter().map(FileEdit::guard));
    guards.extend(packages.iter().filter_map(
        |planned| match facts.published.get(&planned.name)? {
            Published::Unknown(_) => None,
            published @ Published::Known(_) => Some(Guard::Highest {
                package: planned.name.clone(),
                version: published.highest().map(|entry| entry.version.clone()),
            }),
        },
    ));
    guards
}

fn findings(draft: &Draft<'_>, edits: &Edits) -> Vec<Finding> {
    let mut findings = preflight::findings(draft);
    findings.extend(edits.findings.iter().cloned());
    for finding in &mut findings {
        // A reader of the text alone must learn which package it is about.
        if let Some(name) = finding.package.as_ref().filter(|name| !names(&finding.text, name)) {
            finding.text = format!("{name}: {}", finding.text);
        }
    }
    findings.sort();
    findings.dedup();
    findings
}

/// Whether a text has the name as a word of its own, and not just as a part of another.
fn names(text: &str, name: &PackageName) -> bool {
    let is_other = |c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_');
    text.split(is_other).any(|word| word == name.as_str())
}
