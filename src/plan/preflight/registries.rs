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
        if let Some(why) = &registry.unreachable {
            let text = format!("the registry `{name}` does not answer: {why}");
            findings.push(
                Finding::error("registry-unreachable", text)
                    .hint("try again when the registry answers"),
            );
        }
        if !registry.has_credential {
            let text = format!("there is no credential for the registry `{name}`");
            // Planning needs none; publishing turns this into an error.
            findings.push(Finding::warning("no-credential", text).hint(credential_hint(name)));
        }
    }
    findings.extend(not_allowed(draft));
    findings
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

/// How a person gives Cargo a credential for a registry.
#[must_use]
pub fn credential_hint(name: &RegistryName) -> String {
    if name.is_crates_io() {
        return "`cargo login`, or set CARGO_REGISTRY_TOKEN".to_owned();
    }
    let variable = name.as_str().to_uppercase().replace('-', "_");
    format!("`cargo login --registry {name}`, or set CARGO_REGISTRIES_{variable}_TOKEN")
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
