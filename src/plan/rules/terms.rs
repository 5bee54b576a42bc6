//! What only the registry itself knows, and said.

use super::severity;
use crate::facts::{Facts, Terms};
use crate::model::{PackageName, RegistryName, nearest};
use crate::plan::{Finding, Plan};
use crate::policy::Policy;

/// What the packages that go to this registry make it worth asking for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Questions {
    /// Whether any of them names a category.
    pub categories: bool,
    /// Those that are new to it.
    pub names: Vec<PackageName>,
}

/// What to ask a registry about before this plan is carried out.
#[must_use]
pub fn questions(facts: &Facts, plan: &Plan, registry: &RegistryName) -> Questions {
    let mut questions = Questions::default();
    for planned in plan.packages.iter().filter(|planned| planned.registry == *registry) {
        let package = facts.workspace.packages.get(&planned.name);
        questions.categories |= package.is_some_and(|it| !it.metadata.categories.is_empty());
        if planned.new {
            questions.names.push(planned.name.clone());
        }
    }
    questions
}

/// What stands between this plan and what a registry said of itself.
#[must_use]
pub fn terms(
    facts: &Facts,
    policy: &Policy,
    plan: &Plan,
    registry: &RegistryName,
    terms: &Terms,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    if terms.is_read_only {
        let text = format!("the registry `{registry}` takes no changes for now: it is read-only");
        let hint = "try again when it is back; nothing was changed";
        findings.push(Finding::error("registry-read-only", text).hint(hint));
    }
    let severe = severity(policy, registry);
    for planned in plan.packages.iter().filter(|planned| planned.registry == *registry) {
        let Some(package) = facts.workspace.packages.get(&planned.name) else { continue };
        if let Some(other) = terms.alike.get(&planned.name) {
            let text = format!("`{registry}` has `{other}`, and takes that for the same name");
            let hint = format!("change `name` in {}", package.manifest);
            findings.push(Finding::error("name-taken", text).about(&planned.name).hint(hint));
        }
        let Some(known) = &terms.categories else { continue };
        for category in &package.metadata.categories {
            if known.contains(&category.to_lowercase()) {
                continue;
            }
            let text = format!("`{registry}` has no category `{category}`");
            let hint = match nearest(category, known.iter().map(String::as_str)) {
                Some(near) => format!("`{near}` in {}?", package.manifest),
                None => format!("change `categories` in {}", package.manifest),
            };
            findings.push(severe("unknown-category", text).about(&planned.name).hint(hint));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decide::Request;
    use crate::decide::notation::name;
    use crate::plan::sample::{BREAK, CHAIN, codes, complete, options};

    #[test]
    fn what_a_registry_says_of_itself_stands_between() {
        let (mut facts, policy) = complete(CHAIN, BREAK);
        let registry = RegistryName::crates_io();
        let lib1 = facts.workspace.packages.get_mut(&name("lib1")).expect("lib1");
        lib1.metadata.categories = vec!["Encoding".into(), "encodings".into(), "x".into()];
        let plan = crate::plan::build(&facts, &policy, &Request::default(), &options());
        let plan = plan.expect("a plan");
        let asked = questions(&facts, &plan, &registry);
        assert!(asked.categories && asked.names.is_empty(), "{asked:?}");
        let said = |said: &Terms| {
            let findings = terms(&facts, &policy, &plan, &registry, said);
            assert!(findings.iter().all(|finding| finding.hint.is_some()));
            codes(&findings).join(", ")
        };
        assert_eq!(said(&Terms::default()), "");
        assert_eq!(
            said(&Terms { is_read_only: true, ..Terms::default() }),
            "error registry-read-only"
        );
        let categories = Some(["encoding".to_owned()].into());
        assert_eq!(
            said(&Terms { categories, ..Terms::default() }),
            "error unknown-category lib1, error unknown-category lib1"
        );
        let alike = [(name("lib1"), "LIB1".to_owned())].into();
        assert_eq!(said(&Terms { alike, ..Terms::default() }), "error name-taken lib1");
    }
}
