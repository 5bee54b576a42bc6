//! Who may be using what is taken back, and who breaks.

use super::{Item, RequiredBy, Wish};
use crate::facts::Facts;
use crate::model::{PackageName, Version};
use crate::plan::{Finding, Upload};
use std::collections::BTreeSet;

/// The live versions of members, outside `gone`, whose requirement matches `upload`.
pub(super) fn required_by(
    upload: &Upload,
    gone: &BTreeSet<&Upload>,
    facts: &Facts,
) -> Vec<RequiredBy> {
    let is_gone = |package: &PackageName, version: &Version| {
        gone.iter().any(|gone| gone.package == *package && gone.version == *version)
    };
    let others = facts.published.get(&upload.package);
    let mut found = Vec::new();
    for (package, published) in &facts.published {
        for entry in published.versions().iter().filter(|entry| !entry.yanked) {
            let on_it = entry.dependencies.on(&upload.package);
            let on_it = on_it.filter(|requirement| requirement.matches(&upload.version));
            // Few have one, and looking through what is gone takes longer.
            for requirement in on_it.filter(|_| !is_gone(package, &entry.version)) {
                let is_satisfied_otherwise = others.is_some_and(|others| {
                    others.versions().iter().any(|other| {
                        !other.yanked
                            && !is_gone(&upload.package, &other.version)
                            && requirement.matches(&other.version)
                    })
                });
                found.push(RequiredBy {
                    package: package.clone(),
                    version: entry.version.clone(),
                    requirement: requirement.to_string(),
                    is_satisfied_otherwise,
                });
            }
        }
    }
    found.sort();
    found.dedup();
    found
}

/// The live versions of members that must go as well, for nothing that is left satisfies them, or
/// those that need them in turn; by name and version.
pub(super) fn along(gone: &BTreeSet<&Upload>, facts: &Facts) -> BTreeSet<Upload> {
    let mut along: BTreeSet<Upload> = BTreeSet::new();
    loop {
        let all: BTreeSet<&Upload> = gone.iter().copied().chain(&along).collect();
        let users = all.iter().flat_map(|upload| required_by(upload, &all, facts));
        let broken = users.filter(|user| !user.is_satisfied_otherwise).filter_map(|user| {
            let registry = facts.workspace.packages.get(&user.package)?.registry()?.clone();
            Some(Upload { package: user.package, version: user.version, registry })
        });
        let broken: Vec<Upload> = broken.collect();
        let before = along.len();
        along.extend(broken);
        if along.len() == before {
            return along;
        }
    }
}

/// Says which live versions would no longer resolve, and which packages nobody could use any more.
pub(super) fn look(items: &[Item], wish: &Wish, findings: &mut Vec<Finding>) {
    for item in items {
        let Upload { package, version, .. } = &item.upload;
        for user in item.required_by.iter().filter(|user| !user.is_satisfied_otherwise) {
            let text = format!(
                "{} {} requires {package} {}, and only {version} satisfies that",
                user.package, user.version, user.requirement
            );
            let hint = format!("cargo yank {}@{}", user.package, user.version);
            findings.push(Finding::error("would-break", text).about(package).hint(hint));
        }
        if item.last_good.is_none() {
            let text = format!("{package} has no other live version: nobody new can use it then");
            findings.push(if wish.allow_last {
                Finding::warning("last-version", text).about(package)
            } else {
                Finding::error("last-version", text)
                    .about(package)
                    .hint("publish a version that works first, or say --allow-last")
            });
        }
    }
}
