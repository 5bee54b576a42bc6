//! What the credentials at hand can do of what is planned, and what they cannot.

use crate::facts::{Facts, Registry};
use crate::model::RegistryName;
use crate::plan::{Finding, Planned};
use crate::policy::{Policy, TrustedPublishing};
use std::collections::BTreeSet;

/// What for the credentials are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Intent {
    /// A look at what would be released: no credential is needed for that.
    Plan,
    /// A release that is about to begin.
    Publish,
}

/// What the credentials at hand cannot do of a release of these packages.
///
/// That there is none is worth a warning while nothing is sent, and an error after that.
#[must_use]
pub fn credential_findings(
    packages: &[Planned],
    facts: &Facts,
    policy: &Policy,
    intent: Intent,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    let wanted: BTreeSet<&RegistryName> = packages.iter().map(|it| &it.registry).collect();
    for name in wanted {
        let Some(registry) = facts.registries.get(name) else { continue };
        findings.extend(missing(name, registry, policy, intent));
        if registry.trusted_publishing {
            let new = packages.iter().filter(|it| it.new && it.registry == *name);
            findings.extend(new.map(never_published));
            if !registry.has_credential {
                findings.push(no_way_back(name));
            }
        }
    }
    findings
}

/// Whether a finding is one of [`credential_findings`].
#[must_use]
pub fn is_credential_finding(finding: &Finding) -> bool {
    matches!(
        finding.code.as_str(),
        "no-credential"
            | "credential-unusable"
            | "no-identity"
            | "trusted-publishing-new"
            | "no-yank-credential"
    )
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

/// That nobody may yank, unyank or whatever else needs a credential of a person.
#[must_use]
pub fn no_person_credential(name: &RegistryName, registry: &Registry) -> Option<Finding> {
    if registry.has_credential {
        return None;
    }
    if let Some(why) = &registry.credential_trouble {
        return Some(unusable(name, why, Finding::error));
    }
    let text = if registry.trusted_publishing {
        format!("there is no credential for {name} that may yank: trusted publishing cannot")
    } else {
        format!("there is no credential for {name}")
    };
    Some(Finding::error("no-credential", text).hint(credential_hint(name)))
}

fn missing(
    name: &RegistryName,
    registry: &Registry,
    policy: &Policy,
    intent: Intent,
) -> Option<Finding> {
    if registry.trusted_publishing {
        return None;
    }
    let finding = |code: &str, text: String| match intent {
        Intent::Plan => Finding::warning(code, text),
        Intent::Publish => Finding::error(code, text),
    };
    if name.is_crates_io() && policy.trusted_publishing == TrustedPublishing::Always {
        let text = "`trusted-publishing` is \"always\", and nothing here says which CI job this is";
        let hint = "GitHub: `permissions: id-token: write`; GitLab: `id_tokens: CRATES_IO_ID_TOKEN: \
                    aud: crates.io`";
        return Some(finding("no-identity", text.to_owned()).hint(hint));
    }
    if let Some(why) = &registry.credential_trouble {
        return Some(unusable(name, why, finding));
    }
    let text = format!("there is no credential for the registry `{name}`");
    (!registry.has_credential).then(|| finding("no-credential", text).hint(credential_hint(name)))
}

/// A credential that is configured and not to be had.
fn unusable(name: &RegistryName, why: &str, finding: impl Fn(&str, String) -> Finding) -> Finding {
    let text = format!("the credential for the registry `{name}` cannot be had: {why}");
    finding("credential-unusable", text)
        .hint("see to what is said there, or set a token in the environment")
}

fn never_published(planned: &Planned) -> Finding {
    let text = "trusted publishing cannot publish a package for the first time";
    let hint = format!(
        "publish {} with a token of yours, or `--exclude {0}`; then set trusted publishing up for it",
        planned.name
    );
    Finding::error("trusted-publishing-new", text).about(&planned.name).hint(hint)
}

fn no_way_back(name: &RegistryName) -> Finding {
    let text = format!(
        "the credentials here could not take this release back: trusted publishing cannot yank on \
         {name}"
    );
    let hint = "keep a token that may yank where you can run `cargo orchestrate yank-rollback`";
    Finding::warning("no-yank-credential", text).hint(hint)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::build;
    use crate::plan::sample::{BREAK, CHAIN, codes, complete, options};

    #[test]
    fn what_the_credentials_cannot_do_is_found_before_anything_happens() {
        use TrustedPublishing::{Always, Auto};
        let first = "fresh 0.1.0 new";
        let table = [
            (CHAIN, Auto, (true, false), "", ""),
            (CHAIN, Auto, (false, false), "warning no-credential", "error no-credential"),
            (
                CHAIN,
                Auto,
                (false, true),
                "warning no-yank-credential",
                "warning no-yank-credential",
            ),
            (CHAIN, Always, (true, true), "", ""),
            (CHAIN, Always, (true, false), "warning no-identity", "error no-identity"),
            (
                first,
                Always,
                (true, true),
                "error trusted-publishing-new fresh",
                "error trusted-publishing-new fresh",
            ),
        ];
        for (world, choice, (has_credential, trusted_publishing), planning, publishing) in table {
            let happened = if world == CHAIN { BREAK } else { "fresh: feat: it" };
            let (mut facts, mut policy) = complete(world, happened);
            policy.trusted_publishing = choice;
            let registry = facts.registries.get_mut(&RegistryName::crates_io()).expect("crates-io");
            registry.has_credential = has_credential;
            registry.trusted_publishing = trusted_publishing;
            let request = crate::decide::Request::default();
            let plan = build(&facts, &policy, &request, &options()).expect("a plan");
            let told: Vec<Finding> =
                plan.findings.iter().filter(|it| is_credential_finding(it)).cloned().collect();
            assert_eq!(codes(&told).join("; "), planning, "{world} {choice:?}");
            let again = credential_findings(&plan.packages, &facts, &policy, Intent::Publish);
            assert!(again.iter().all(is_credential_finding));
            assert_eq!(codes(&again).join("; "), publishing, "{world} {choice:?}");
        }
    }

    #[test]
    fn a_credential_that_cannot_be_had_is_found_when_planning() {
        let (mut facts, policy) = complete(CHAIN, BREAK);
        let name = RegistryName::crates_io();
        let registry = facts.registries.get_mut(&name).expect("crates-io");
        registry.has_credential = false;
        registry.credential_trouble = Some("credential provider `vault` is not there".to_owned());
        registry.in_workspace = true;
        let registry = registry.clone();
        let plan = build(&facts, &policy, &crate::decide::Request::default(), &options());
        let findings = plan.expect("a plan").findings;
        assert_eq!(codes(&findings), ["warning credential-unusable", "warning workspace-registry"]);
        let back = no_person_credential(&name, &registry).expect("a finding");
        assert_eq!(codes(&[back]), ["error credential-unusable"]);
    }
}
