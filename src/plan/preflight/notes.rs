//! What deciding came across, in words.

use super::{Draft, listed};
use crate::decide::{Idle, Note};
use crate::model::{Bump, Impact, PackageName, Version, breaks, bump_between};
use crate::plan::leftover::Leftover;
use crate::plan::{Finding, Location, Verification};
use crate::policy::ReleaseType;
use std::collections::BTreeMap;

/// The notes as findings, and what else a reader of the plan should know.
pub(super) fn findings(draft: &Draft<'_>) -> Vec<Finding> {
    let mut findings: Vec<Finding> = Vec::new();
    let mut silent: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut untagged: BTreeMap<bool, Vec<(&PackageName, &Version)>> = BTreeMap::new();
    let mut guessed: Vec<&PackageName> = Vec::new();
    let mut raised: BTreeMap<&Version, Vec<&PackageName>> = BTreeMap::new();
    let mut taken: BTreeMap<(&Version, &Version, bool), Vec<&PackageName>> = BTreeMap::new();
    for note in &draft.decided.notes {
        match note {
            // A registry that is not configured has a finding of its own.
            Note::RegistryUnreachable { package, .. } if !is_configured(draft, package) => {}
            Note::RegistryUnreachable { package, why } => {
                silent.entry(why).or_default().push(package.as_str());
            }
            Note::TagMissing { .. } if draft.facts.repository.shallow => {}
            Note::TagMissing { package, .. } if is_made_up(draft, package) => {}
            Note::TagMissing { package, version, known } => {
                untagged.entry(*known).or_default().push((package, version));
            }
            Note::RaisedTooLittle { package, needed, .. } if draft.inherits_version(package) => {
                raised.entry(needed).or_default().push(package);
            }
            Note::LevelGuessed { package } => guessed.push(package),
            Note::VersionExists { package, version, latest, yanked } => {
                taken.entry((version, latest, *yanked)).or_default().push(package);
            }
            _ => findings.extend(finding(note)),
        }
    }
    if !guessed.is_empty() {
        let text = format!(
            "the commits of {} do not say how much they change; each counts as a fix",
            listed(&guessed)
        );
        findings.push(
            Finding::note("level-guessed", text)
                .hint("`cargo orchestrate plan --bump NAME=minor`, where it is more"),
        );
    }
    findings.extend(untagged.iter().map(|(known, packages)| tag_missing(*known, packages)));
    findings.extend(taken.into_iter().map(|(of, packages)| version_exists(of, &packages, draft)));
    // The others are served by the highest as well.
    findings.extend(raised.pop_last().map(|(needed, packages)| shared_too_low(needed, &packages)));
    for (why, packages) in silent {
        let text = format!("the registry does not say what it has of {}: {why}", listed(&packages));
        let hint = match &draft.facts.offline {
            None => "try again when the registry answers".to_owned(),
            Some(offline) => {
                format!("`cargo orchestrate plan` {} asks it once", offline.because.way_back())
            }
        };
        findings.push(Finding::error("registry-unreachable", text).hint(hint));
    }
    findings.extend(made_up(draft));
    if draft.options.verification == Verification::None && !draft.packages.is_empty() {
        let text = "nobody builds the packages from what was packed: `--no-verify`";
        findings.push(Finding::warning("not-verified", text));
    }
    let new: Vec<&str> = draft.packages.iter().filter(|p| p.new).map(|p| p.name.as_str()).collect();
    if !new.is_empty() {
        let text = format!("first release of {}", listed(&new));
        findings.push(Finding::note("first-release", text));
    }
    findings
}

fn is_configured(draft: &Draft<'_>, package: &PackageName) -> bool {
    let planned = draft.planned_as(package).map(|planned| &planned.registry);
    let asked = planned.or(draft.options.registry.as_ref());
    let member = draft.facts.workspace.packages.get(package);
    let registry = asked.or_else(|| member.and_then(|member| member.registry()));
    registry.is_none_or(|registry| draft.facts.registries.contains_key(registry))
}

fn is_made_up(draft: &Draft<'_>, package: &PackageName) -> bool {
    let mut packages = draft.leftovers.iter().flat_map(|leftover| &leftover.packages);
    packages.any(|(name, _)| name == package)
}

/// Tags that an earlier release did not come to make and that are made now.
fn made_up(draft: &Draft<'_>) -> impl Iterator<Item = Finding> {
    let (here, missing): (Vec<&Leftover>, Vec<_>) =
        draft.leftovers.iter().partition(|leftover| leftover.is_here);
    let names = |of: Vec<&Leftover>| of.into_iter().map(|it| it.tag.name.clone()).collect();
    let (here, missing): (Vec<String>, Vec<String>) = (names(here), names(missing));
    let made =
        || format!("an earlier release went out without {}; made with this one", listed(&missing));
    let pushed = || format!("the remote does not have {}; pushed with this release", listed(&here));
    let made = (!missing.is_empty()).then(|| Finding::note("tag-made-up", made()));
    let pushed = (!here.is_empty()).then(|| Finding::note("tag-not-pushed", pushed()));
    made.into_iter().chain(pushed)
}

/// Published versions that no tag names; `known` when their commits are known all the same.
fn tag_missing(known: bool, packages: &[(&PackageName, &Version)]) -> Finding {
    let finding = if known { Finding::note } else { Finding::warning };
    let found = if let [(package, version)] = packages {
        let text = format!("{version} is published, and no tag in the history of HEAD says so");
        finding("tag-missing", text).about(package)
    } else {
        let names: Vec<String> =
            packages.iter().map(|(package, version)| format!("{package} {version}")).collect();
        let text =
            format!("no tag in the history of HEAD says that {} are published", listed(&names));
        finding("tag-missing", text)
    };
    found.hint("cargo orchestrate status")
}

/// The next version of these is in the registry already, with the latest beside it.
fn version_exists(
    (version, latest, yanked): (&Version, &Version, bool),
    packages: &[&PackageName],
    draft: &Draft<'_>,
) -> Finding {
    let yanked = if yanked { " (yanked)" } else { "" };
    // What breaks its own last release may break the latest as well.
    let planned = || packages.iter().filter_map(|name| draft.planned_as(name));
    let breaks = planned().any(|planned| breaks(&planned.from, &planned.to));
    let breaking = breaks.then(|| Impact::Breaking.bump_for(latest));
    let least = breaking.unwrap_or(Bump::Patch);
    let free = planned().map(|planned| planned.bump).fold(least, Bump::max).apply(latest);
    if draft.release_type == ReleaseType::Hotfix {
        let text = format!(
            "{version} of {} is in the registry already{yanked}: its line went on",
            listed(packages)
        );
        return Finding::error("version-exists", text)
            .hint("mend the last release of the line: `git switch --detach TAG`, then the fix");
    }
    let pull = "`git pull`, if this branch is behind that release; else `cargo orchestrate plan";
    if let [package] = packages {
        let text =
            format!("{version} is in the registry already{yanked}; the latest version is {latest}");
        let hint = format!("{pull} --bump {package}={free}`");
        return Finding::error("version-exists", text).about(package).hint(hint);
    }
    let text = format!(
        "{version} of {} is in the registry already{yanked}; the latest version is {latest}",
        listed(packages)
    );
    Finding::error("version-exists", text).hint(format!("{pull} --bump NAME={free}`"))
}

/// The version that members inherit was raised by hand, and not far enough for these.
fn shared_too_low(needed: &Version, packages: &[&PackageName]) -> Finding {
    let text = format!(
        "the workspace's version is too low for the changes of {}: they need {needed}",
        listed(packages)
    );
    Finding::error("raised-too-little", text)
        .hint(format!("set `version` in `[workspace.package]` to {needed}"))
}

fn finding(note: &Note) -> Option<Finding> {
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
                .hint(format!("cargo orchestrate plan --bump {package}={needed}"))
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
                 since or has to follow"
            );
            Finding::error("tagged-never-published", text).about(package).hint(format!(
                "publish the tag first (`git switch --detach {tag}`), or leave {version} out: `cargo \
                 orchestrate plan --bump {package}=patch`"
            ))
        }
        Note::WouldFollow { package, requirement, dependency, to, held_by } => {
            let to = to.as_ref().map(|to| format!(" {to}"));
            let text = format!(
                "would follow {dependency}{}, which its requirement `{requirement}` excludes",
                to.unwrap_or_default()
            );
            let hint = match held_by {
                Some(held) if held == package => ALLOW.to_owned(),
                Some(held) => format!("take `release = false` out of {held}'s configuration"),
                None => format!("cargo orchestrate plan -p {package}"),
            };
            Finding::note("would-follow", text).about(package).hint(hint)
        }
        Note::ChangesetMissing { package } => {
            let text = "it changed, and no changeset says what that means for its users";
            Finding::error("changeset-missing", text)
                .about(package)
                .hint(format!("cargo orchestrate change -p {package}=patch"))
        }
        Note::ChangesetIdle { package, file, why } => {
            let why = which(*why);
            let text = format!("a changeset names {package}, which {why}");
            let at = Location { file: file.clone(), line: 1, column: 1 };
            Finding::warning("changeset-without-effect", text)
                .about(package)
                .at(at)
                .hint("take the package out of the changeset")
        }
        Note::LineGoesDown { package, id, to } => {
            let text = format!(
                "the line of pre-releases `{id}` lies below the version that is there; the next \
                 one would be {to}"
            );
            Finding::error("line-goes-down", text).about(package).hint(format!(
                "`cargo orchestrate plan --finish {package}`, or a line that comes after it"
            ))
        }
        Note::LineIgnored { package } => {
            let text = "a line of pre-releases was asked for, or its end, and it is not released";
            Finding::warning("line-ignored", text)
                .about(package)
                .hint(format!("`cargo orchestrate plan --bump {package}=patch` releases it"))
        }
        Note::FinishedOnPreRelease { package, dependency, version } => {
            let text = format!(
                "leaves its pre-releases and requires the pre-release {dependency} {version}"
            );
            Finding::warning("finished-on-pre-release", text).about(package).hint(format!(
                "`cargo orchestrate plan --finish {dependency}`, beside what is asked for"
            ))
        }
        Note::BumpIgnored { package, why } => {
            let text = format!("a version was asked for {package}, which {}", which(*why));
            let finding = Finding::warning("bump-ignored", text).about(package);
            way_out(finding, package, *why)
        }
        Note::SelectionIgnored { package, why } => {
            let text = format!("`-p` selects {package}, which {}", which(*why));
            let finding = Finding::warning("selection-ignored", text).about(package);
            way_out(finding, package, *why)
        }
        Note::ExclusionOverruled { package } => {
            let text = format!(
                "`--exclude {package}` does not hold it back: it has to go with what is released"
            );
            Finding::warning("exclusion-overruled", text)
                .about(package)
                .hint(format!("`cargo orchestrate plan --explain {package}` says with whom"))
        }
        Note::BeyondLine { package, last, to } => {
            let text = format!("{to} is no patch of {last}, the last release of its line");
            let level = bump_between(last, to);
            let hint = format!(
                "`cargo orchestrate plan --hotfix --bump {package}={level}` says that it is meant"
            );
            Finding::error("beyond-line", text).about(package).hint(hint)
        }
        Note::NothingToFinish { package } => {
            let text = format!("`--finish {package}` ends no line of pre-releases: it is on none");
            Finding::warning("line-ignored", text).about(package)
        }
        Note::RegistryUnreachable { .. }
        | Note::TagMissing { .. }
        | Note::LevelGuessed { .. }
        | Note::VersionExists { .. } => return None,
    })
}

const ALLOW: &str = "take `release = false` out of its configuration";

/// What is so with a package, behind `which`.
fn which(why: Idle) -> &'static str {
    match why {
        Idle::Unpublished => "no registry takes",
        Idle::Held => "`release = false` keeps back",
        Idle::Excluded => "`--exclude` keeps out",
        Idle::NotSelected => "`-p` does not select",
    }
}

fn way_out(finding: Finding, package: &PackageName, why: Idle) -> Finding {
    match why {
        Idle::Unpublished => finding,
        Idle::Held => finding.hint(ALLOW),
        Idle::Excluded => finding.hint(format!("leave `--exclude {package}` out")),
        Idle::NotSelected => finding.hint(format!("add `-p {package}`")),
    }
}
