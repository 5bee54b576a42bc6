//! What deciding came across, in words.

use super::{Draft, listed};
use crate::decide::Note;
use crate::plan::Finding;
use std::collections::BTreeMap;

/// The notes as findings, and what else a reader of the plan should know.
pub(super) fn findings(draft: &Draft<'_>) -> Vec<Finding> {
    let mut findings: Vec<Finding> = Vec::new();
    let mut silent: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for note in &draft.decided.notes {
        if let Note::RegistryUnreachable { package, why } = note {
            silent.entry(why).or_default().push(package.as_str());
        } else {
            findings.extend(finding(note, draft));
        }
    }
    for (why, packages) in silent {
        let text = format!("the registry does not say what it has of {}: {why}", listed(&packages));
        let finding = Finding::error("registry-unreachable", text);
        findings.push(finding.hint("try again when the registry answers"));
    }
    let new: Vec<&str> = draft.packages.iter().filter(|p| p.new).map(|p| p.name.as_str()).collect();
    if !new.is_empty() {
        let text = format!("first release of {}", listed(&new));
        findings.push(Finding::note("first-release", text));
    }
    findings
}

fn finding(note: &Note, draft: &Draft<'_>) -> Option<Finding> {
    Some(match note {
        Note::RaisedTooLittle { package, manifest, needed } => {
            let text = format!("its manifest says {manifest}, and its changes need {needed}");
            Finding::error("raised-too-little", text)
                .about(package)
                .hint(format!("set its version to {needed}"))
        }
        Note::AskedTooLittle { package, asked, needed } => {
            let text = format!("{asked} was asked for, and its changes need {needed}");
            Finding::error("asked-too-little", text)
                .about(package)
                .hint(format!("--bump {package}={needed}"))
        }
        Note::Downgrade { package, asked, above } => {
            let text = format!("{asked} was asked for, which is not above {above}");
            Finding::error("downgrade", text)
                .about(package)
                .hint(format!("ask for a version above {above}"))
        }
        Note::TaggedNeverPublished { package, version, tag } => {
            let text = format!(
                "`{tag}` is tagged, the registry does not have {version}, and the package changed \
                 since"
            );
            Finding::error("tagged-never-published", text).about(package).hint(format!(
                "publish the tag first (`git switch --detach {tag}`), or leave {version} out with \
                 --bump {package}=patch"
            ))
        }
        Note::TagMissing { .. } if draft.facts.repository.shallow => return None,
        Note::TagMissing { package, version, known } => {
            let finding = if *known { Finding::note } else { Finding::warning };
            let text = format!("{version} is published, and no tag in the history of HEAD says so");
            finding("tag-missing", text).about(package).hint("cargo orchestrate status")
        }
        Note::VersionExists { package, version, latest, yanked } => {
            let yanked = if *yanked { " (yanked)" } else { "" };
            let text = format!(
                "{version} is in the registry already{yanked}; the latest version is {latest}"
            );
            Finding::error("version-exists", text)
                .about(package)
                .hint(format!("ask for a free version: --bump {package}=VERSION"))
        }
        Note::WouldFollow { package, requirement, dependency } => {
            let to = draft.planned_as(dependency).map(|planned| format!(" {}", planned.to));
            let text = format!(
                "would follow {dependency}{}, which its requirement `{requirement}` excludes",
                to.unwrap_or_default()
            );
            Finding::note("would-follow", text).about(package).hint(format!("-p {package}"))
        }
        Note::BumpIgnored { package } => {
            Finding::warning("bump-ignored", "a version was asked for, and it is never released")
                .about(package)
        }
        Note::RegistryUnreachable { .. } => return None,
    })
}
