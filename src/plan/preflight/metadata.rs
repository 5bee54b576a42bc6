//! What a registry will refuse about a package, as far as its manifest alone shows it.

use super::Draft;
use crate::facts::Published;
use crate::model::Package;
use crate::plan::rules::{metadata, severity};
use crate::plan::{Finding, Planned};
use semver::BuildMetadata;

/// What crates.io would refuse; what that means for other registries is for policy to say.
pub(super) fn findings(draft: &Draft<'_>, planned: &Planned, package: &Package) -> Vec<Finding> {
    let severe = severity(draft.policy, &planned.registry);
    let manifest = &package.manifest;
    let packed = package.edges.iter().filter(|edge| edge.is_packed()).count();
    let dependencies = packed + package.externals.len();
    let name = package.name.as_str();
    let faults = metadata::faults(name, &planned.to, &package.metadata, dependencies);
    let findings = faults.into_iter().map(|fault| {
        let fix = format!("{} in {manifest}", fault.fix);
        severe(fault.code, fault.text).about(&package.name).hint(fix)
    });
    let reserved = (planned.new && metadata::is_reserved(name)).then(|| {
        let text = format!("crates.io reserves the name `{name}`");
        severe("bad-name", text).about(&package.name).hint(format!("change `name` in {manifest}"))
    });
    findings.chain(reserved).chain(same_but_build(draft, planned)).collect()
}

/// A version that differs from a published one by its build metadata alone, which a registry
/// does not tell from it.
fn same_but_build(draft: &Draft<'_>, planned: &Planned) -> Option<Finding> {
    let Some(Published::Known(versions)) = draft.facts.published.get(&planned.name) else {
        return None;
    };
    let bare = |version: &semver::Version| semver::Version {
        build: BuildMetadata::EMPTY,
        ..version.clone()
    };
    let same = |other: &&semver::Version| **other != planned.to && bare(other) == bare(&planned.to);
    let taken = versions.iter().map(|entry| &entry.version).find(same)?;
    let text = format!("{} is taken by {taken}: what follows `+` does not count", planned.to);
    let hint = "choose another number: `cargo orchestrate plan --bump".to_owned();
    let severe = severity(draft.policy, &planned.registry);
    Some(
        severe("version-taken", text)
            .about(&planned.name)
            .hint(format!("{hint} {}=patch`", planned.name)),
    )
}
