//! How the tags of a release are named.

use crate::facts::Facts;
use crate::model::{PackageName, Version};
use std::cmp::Reverse;

/// Templates, the customary first.
const TEMPLATES: [&str; 5] =
    ["{name}-v{version}", "{name}@{version}", "{name}/v{version}", "v{version}", "{version}"];

/// How the tags of this workspace are named: as configured, else like most of those there are,
/// else with the package's name unless there is only one.
pub(super) fn template(facts: &Facts, configured: Option<&str>) -> String {
    if let Some(configured) = configured {
        return configured.to_owned();
    }
    let single = facts.workspace.publishable().count() == 1;
    let votes = |template: &str| {
        let tags = facts.repository.tags.keys();
        tags.filter(|tag| facts.workspace.packages.keys().any(|name| fits(template, name, tag)))
            .count()
    };
    let usable = TEMPLATES.iter().enumerate().filter(|(_, t)| single || t.contains("{name}"));
    let most = usable
        .map(|(rank, template)| (votes(template), Reverse(rank), *template))
        .max()
        .filter(|(votes, ..)| *votes > 0);
    let fallback = if single { "v{version}" } else { "{name}-v{version}" };
    most.map_or(fallback, |(_, _, template)| template).to_owned()
}

/// `template` with its placeholders filled in.
pub(super) fn name(template: &str, package: &PackageName, version: &Version) -> String {
    template.replace("{name}", package.as_str()).replace("{version}", &version.to_string())
}

fn fits(template: &str, package: &PackageName, tag: &str) -> bool {
    let filled = template.replace("{name}", package.as_str());
    let rest = filled
        .split_once("{version}")
        .and_then(|(before, after)| tag.strip_prefix(before)?.strip_suffix(after));
    rest.is_some_and(|version| Version::parse(version).is_ok())
}
