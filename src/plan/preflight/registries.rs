//! The registries that the packages go to.

use super::{Draft, listed};
use crate::model::{PublishTo, RegistryName};
use crate::plan::Finding;
use crate::policy::nearest;
use std::collections::BTreeSet;

/// What keeps the registries from taking anything.
pub(super) fn findings(draft: &Draft<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let wanted: BTreeSet<&RegistryName> = draft.packages.iter().map(|p| &p.registry).collect();
    for name in wanted {
        let Some(registry) = draft.facts.registries.get(name) else {
            findings.push(unknown(draft, name));
            continue;
        };
        if registry.in_workspace {
            findings.push(defined_inside(name, &registry.index));
        }
        if let Some(why) = &registry.unreachable {
            let text = format!("the registry `{name}` does not answer: {why}");
            findings.push(
                Finding::error("registry-unreachable", text)
                    .hint("try again when the registry answers"),
            );
        }
    }
    findings.extend(not_allowed(draft));
    findings
}

/// Whoever may change the workspace may change where its packages and their credential go.
fn defined_inside(name: &RegistryName, index: &str) -> Finding {
    let text = format!(
        "the workspace itself says where `{name}` is: packages and the credential for it go to \
         `{index}`"
    );
    let variable = name.as_str().to_uppercase().replace('-', "_");
    Finding::warning("workspace-registry", text).hint(format!(
        "`CARGO_REGISTRIES_{variable}_INDEX`, or Cargo's configuration at home, says it from outside"
    ))
}

fn unknown(draft: &Draft<'_>, name: &RegistryName) -> Finding {
    let text = format!("no registry `{name}` is configured");
    let known = draft.facts.registries.keys().map(RegistryName::as_str);
    let hint = match nearest(name.as_str(), known) {
        Some(nearest) => format!("did you mean `{nearest}`?"),
        None => format!("`[registries.{name}] index = \"sparse+URL\"` in .cargo/config.toml"),
    };
    Finding::error("unknown-registry", text).hint(hint)
}

/// Packages whose manifest names other registries than the one asked for.
fn not_allowed(draft: &Draft<'_>) -> Vec<Finding> {
    let refuses = |(planned, package): &(&crate::plan::Planned, &crate::model::Package)| {
        let PublishTo::Registries(allowed) = &package.publish else { return false };
        // A manifest that says nothing reads as `crates-io` alone and allows every registry.
        let says_something = *allowed != [RegistryName::crates_io()];
        says_something && !allowed.contains(&planned.registry)
    };
    let refused = draft.planned().filter(refuses).map(|(planned, package)| {
        let PublishTo::Registries(allowed) = &package.publish else { unreachable!("just matched") };
        let text = format!("its manifest allows {}, not `{}`", listed(allowed), planned.registry);
        Finding::error("registry-not-allowed", text)
            .about(&planned.name)
            .hint(format!("add \"{}\" to `publish` in {}", planned.registry, package.manifest))
    });
    refused.collect()
}
