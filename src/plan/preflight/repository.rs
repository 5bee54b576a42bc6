//! The working tree, the branch, the remote and the tags.

use super::{Draft, listed};
use crate::decide::Note;
use crate::facts::{Facts, Packed, Published, Remote, RemoteBranch, is_stray};
use crate::model::{Package, PackageName, RelPath};
use crate::plan::rules::outside_repository;
use crate::plan::{Finding, Planned};
use std::collections::{BTreeMap, BTreeSet};

/// What is wrong with the history, whether there is something to release or not.
pub(super) fn history_findings(draft: &Draft<'_>) -> Vec<Finding> {
    let facts = draft.facts;
    if !facts.repository.shallow {
        return Vec::new();
    }
    let names = facts.workspace.publishable().map(|package| &package.name);
    let concerned: Vec<_> = names.filter(|name| draft.decided.concerned.contains(*name)).collect();
    let select = |is_so: &dyn Fn(&PackageName) -> bool| -> Vec<&str> {
        let names = concerned.iter().filter(|name| is_so(name));
        names.map(|name| name.as_str()).collect()
    };
    let lost = select(&|name| is_release_lost(draft, name));
    let is_cut_off = |name: &PackageName| facts.history.get(name).is_some_and(|it| it.is_cut_off);
    let texts = [
        (lost, "the last release of"),
        (select(&is_cut_off), "all that happened since the last release of"),
    ];
    let hint = "`git fetch --unshallow --tags`; in CI check out with `fetch-depth: 0`";
    let texts = texts.iter().filter(|(names, _)| !names.is_empty());
    texts
        .map(|(names, what)| format!("a shallow clone does not hold {what} {}", listed(names)))
        .map(|text| Finding::error("shallow-clone", text).hint(hint))
        .collect()
}

/// Whether a package may have been released at a commit that a shallow clone left out.
fn is_release_lost(draft: &Draft<'_>, name: &PackageName) -> bool {
    let facts = draft.facts;
    facts.repository.shallow
        && facts.history.get(name).is_none_or(|history| history.baseline.is_none())
        && !matches!(facts.published.get(name), Some(Published::Known(v)) if v.is_empty())
}

/// Tags that can only mean one package, stand for no release of it and are not counted from.
pub(super) fn stray_tags(draft: &Draft<'_>) -> Vec<Finding> {
    let facts = draft.facts;
    let is_single = facts.workspace.publishable().count() == 1;
    let packages = facts.workspace.publishable();
    let concerned = packages.filter(|package| draft.decided.concerned.contains(&package.name));
    let stray = concerned.filter_map(|package| {
        let published = facts.published.get(&package.name);
        let mut releases = draft.patterns.releases(&package.name).iter().filter(|release| {
            let tag = facts.repository.tags.get(&release.tag);
            (release.is_named || is_single) && tag.is_some_and(|tag| tag.reachable)
        });
        let release = releases.find(|release| is_stray(package, release, published))?;
        let (tag, manifest) = (&release.tag, &package.version);
        let text = format!("the tag `{tag}` stands for no release: the manifest says {manifest}, and the registry has no {}", release.version);
        Some(Finding::warning("stray-tag", text).about(&package.name).hint(format!(
            "`git tag --delete {tag}`, or set the manifest's version to {}",
            release.version
        )))
    });
    stray.collect()
}

/// What keeps the repository from carrying a release.
pub(super) fn findings(draft: &Draft<'_>) -> Vec<Finding> {
    let facts = draft.facts;
    let repository = &facts.repository;
    let mut findings = Vec::new();
    let untracked = repository.untracked.iter().filter(|path| counts(facts, path));
    let uncommitted: BTreeSet<&RelPath> = repository.dirty.iter().chain(untracked).collect();
    if !uncommitted.is_empty() {
        let paths: Vec<String> = uncommitted.iter().map(|path| format!("`{path}`")).collect();
        let text = format!("the working tree has changes in {}", listed(&paths));
        findings.push(
            Finding::error("dirty-tree", text)
                .hint("commit them, or `git stash --include-untracked`"),
        );
    }
    if let Some(operation) = &repository.in_progress {
        let text = format!("a {operation} is not finished");
        findings.push(
            Finding::error("operation-in-progress", text)
                .hint("finish or abort it; see `git status`"),
        );
    }
    if repository.branch.is_none() && (draft.branch.is_none() || !draft.options.push) {
        let finding = if draft.options.push { Finding::error } else { Finding::warning };
        let text = "HEAD is detached, so no branch carries the release commit";
        findings.push(finding("detached-head", text).hint("`git switch BRANCH`"));
    }
    if draft.options.push {
        findings.extend(remote_findings(draft));
    }
    findings.extend(tag_findings(draft));
    findings
}

/// The packed files of a package that are links out of the repository: what is published cannot be
/// taken back.
pub(super) fn links_out(draft: &Draft<'_>, package: &Package) -> Vec<Finding> {
    let links = &draft.facts.repository.links_out;
    if links.is_empty() {
        return Vec::new();
    }
    let members = draft.facts.workspace.packages.values();
    let nested: Vec<&RelPath> = members
        .map(|member| &member.dir)
        .filter(|dir| dir.below(&package.dir).is_some_and(|rest| !rest.is_empty()))
        .collect();
    // A package whose patterns cannot be read is refused elsewhere.
    let Ok(packed) = Packed::of(package) else { return Vec::new() };
    let packs = |link: &RelPath| {
        let is_others = nested.iter().any(|dir| link.below(dir).is_some());
        let below = link.below(&package.dir).filter(|_| !is_others);
        let below = below.filter(|below| packed.contains(below)).map(ToOwned::to_owned);
        let is_beside = package.outside.contains(link);
        below.or_else(|| is_beside.then(|| link.as_str().rsplit('/').next().map(str::to_owned))?)
    };
    let finding = |(link, to): (&RelPath, &String)| {
        let below = packs(link).filter(|it| !draft.policy.allows_packed(&package.name, it))?;
        Some(outside_repository(&below, to, &package.manifest).about(&package.name))
    };
    links.iter().filter_map(finding).collect()
}

/// Whether a release would have to do with a path that is not tracked, or with something in it: it
/// would be packed, or Cargo or this program read it. A kept plan or a note elsewhere is nobody's
/// business.
fn counts(facts: &Facts, path: &RelPath) -> bool {
    let workspace = &facts.workspace;
    let holds = |inner: &RelPath| inner == path || inner.below(path).is_some();
    let read = ["Cargo.toml", "Cargo.lock", "orchestrate.toml", ".cargo"];
    let changesets = &facts.changesets.folder;
    read.iter().filter_map(|name| workspace.root.join(name).ok()).any(|read| holds(&read))
        || holds(changesets)
        || path.below(changesets).is_some_and(|_| !changesets.as_str().is_empty())
        || workspace.packages.values().any(|package| {
            // A package whose patterns cannot be read is refused elsewhere.
            let packs = |inner: &str| Packed::of(package).is_ok_and(|it| it.contains(inner));
            holds(&package.manifest)
                || package.outside.iter().any(holds)
                || package.is_publishable() && path.below(&package.dir).is_some_and(packs)
        })
}

fn remote_findings(draft: &Draft<'_>) -> Option<Finding> {
    let repository = &draft.facts.repository;
    let Some(Remote { name, branch, .. }) = &repository.remote else {
        let text = "there is no remote to push the release to";
        return Some(
            Finding::error("no-remote", text)
                .hint("`cargo orchestrate plan --no-push`, or `git remote add origin URL`"),
        );
    };
    let ours = draft.branch.unwrap_or("the branch");
    match branch {
        RemoteBranch::Ahead(oid) => {
            let text = format!("{name}/{ours} is at {}, which HEAD does not contain", oid.short(7));
            Some(Finding::error("remote-ahead", text).hint(format!("`git pull {name} {ours}`")))
        }
        RemoteBranch::Unreachable(why) => {
            let text = format!("the remote `{name}` does not answer: {why}");
            let hint = format!("try `git ls-remote {name}`, or `cargo orchestrate plan --no-push`");
            Some(Finding::error("remote-unreachable", text).hint(hint))
        }
        RemoteBranch::Absent | RemoteBranch::At(_) | RemoteBranch::NotAsked => None,
    }
}

fn tag_findings(draft: &Draft<'_>) -> Vec<Finding> {
    let repository = &draft.facts.repository;
    let mut by_tag: BTreeMap<&str, Vec<&Planned>> = BTreeMap::new();
    // Where the last release is not known, the next tag is a guess, and no tag is to be deleted.
    for planned in draft.packages.iter().filter(|it| !is_release_lost(draft, &it.name)) {
        by_tag.entry(&planned.tag).or_default().push(planned);
    }
    let mut findings = Vec::new();
    for (tag, of) in by_tag {
        // A version that is not to be had has its own finding, and its tag is right where it is.
        if of.iter().all(|planned| is_refused(draft, planned)) {
            continue;
        }
        let local = repository.tags.get(tag);
        let stays = of.iter().all(|planned| draft.frozen.contains(&planned.name));
        if let (Some(local), false) = (local, stays) {
            let text = format!("the tag `{tag}` exists, at {}", local.commit.short(7));
            let hint = format!("when it is a mistake: `git tag --delete {tag}`");
            findings.push(Finding::error("tag-exists", text).about(&of[0].name).hint(hint));
            continue;
        }
        let Some(remote) = repository.remote.as_ref().filter(|_| draft.options.push) else {
            continue;
        };
        let there = remote.tags.get(tag);
        if there.is_some() && there != local.map(|local| &local.oid) {
            let text = format!("the tag `{tag}` exists on `{}` with other contents", remote.name);
            let hint = format!("`git fetch {} --tags`, then look at it", remote.name);
            findings.push(Finding::error("tag-exists", text).about(&of[0].name).hint(hint));
        }
    }
    findings
}

/// Whether the version of a package is published already, or not above the one that is there.
fn is_refused(draft: &Draft<'_>, planned: &Planned) -> bool {
    draft.decided.notes.iter().any(|note| match note {
        Note::VersionExists { package, .. } | Note::Downgrade { package, .. } => {
            *package == planned.name
        }
        _ => false,
    })
}
