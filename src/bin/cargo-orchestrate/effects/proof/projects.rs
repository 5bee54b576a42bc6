//! The projects that a proof resolves: few, each with what may stand in one manifest.

use cargo_orchestrate::facts::Published;
use cargo_orchestrate::model::{PackageName, Version};
use cargo_orchestrate::plan::Upload;
use std::collections::{BTreeMap, BTreeSet};

/// A package that a project requires, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wanted {
    pub(super) upload: Upload,
    pub(super) requirement: String,
    /// What somebody who is alone with that requirement gets, where the index says so.
    pub(super) best: Option<Version>,
}

impl Wanted {
    /// Exactly this version; build metadata has no say in it.
    pub(super) fn exactly(upload: &Upload) -> Self {
        let version = upload.version.to_string();
        let requirement = format!("={}", version.split('+').next().unwrap_or(&version));
        Self { upload: upload.clone(), requirement, best: Some(upload.version.clone()) }
    }

    /// Whatever a new project gets of the package, if there is anything: a pre-release is selected
    /// only by name.
    pub(super) fn any(
        upload: &Upload,
        published: &BTreeMap<PackageName, Published>,
    ) -> Option<Self> {
        let versions = published.get(&upload.package).map_or(&[][..], Published::versions);
        let live = versions.iter().filter(|entry| !entry.yanked && entry.version.pre.is_empty());
        let best = live.map(|entry| entry.version.clone()).max()?;
        let requirement = "*".to_owned();
        Some(Self { upload: upload.clone(), requirement, best: Some(best) })
    }
}

/// The same in as few projects as have no package twice: the first of each package in the first
/// project, and so on.
pub(super) fn projects(wanted: Vec<Wanted>) -> Vec<Vec<Wanted>> {
    let mut projects: Vec<(BTreeSet<PackageName>, Vec<Wanted>)> = Vec::new();
    for one in wanted {
        let package = one.upload.package.clone();
        match projects.iter_mut().find(|(names, _)| !names.contains(&package)) {
            Some((names, project)) => {
                names.insert(package);
                project.push(one);
            }
            None => projects.push((BTreeSet::from([package]), vec![one])),
        }
    }
    projects.into_iter().map(|(_, project)| project).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use cargo_orchestrate::model::RegistryName;

    #[test]
    fn no_project_has_a_package_twice() {
        let wanted = |text: &&str| {
            let (package, version) = text.split_once(' ').expect("two words");
            let package = PackageName::new(package).expect("a name");
            let version = Version::parse(version).expect("a version");
            Wanted::exactly(&Upload { package, version, registry: RegistryName::crates_io() })
        };
        let all = ["a 1.1.0", "a 1.0.0", "b 2.0.0+x", "a 0.9.0", "b 1.0.0"];
        let told = |project: &Vec<Wanted>| {
            let one = |it: &Wanted| format!("{} {}", it.upload.package, it.requirement);
            project.iter().map(one).collect::<Vec<_>>().join(", ")
        };
        let projects: Vec<String> =
            projects(all.iter().map(wanted).collect()).iter().map(told).collect();
        assert_eq!(projects, ["a =1.1.0, b =2.0.0", "a =1.0.0, b =1.0.0", "a =0.9.0"]);
    }
}
