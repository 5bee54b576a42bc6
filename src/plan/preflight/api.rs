//! Public interfaces that changed more than the version says.

use super::Draft;
use crate::decide::api_words;
use crate::facts::{ApiChange, ApiCheck, Unusable};
use crate::model::{Impact, Version};
use crate::plan::{Finding, Planned};

/// Under-bumps, and what keeps interfaces from being checked.
pub(super) fn findings(draft: &Draft<'_>) -> Vec<Finding> {
    let Some(api) = &draft.facts.api else { return Vec::new() };
    let mut findings: Vec<Finding> = api.unusable.iter().map(unusable).collect();
    let mut macros = Vec::new();
    for planned in draft.packages {
        match api.packages.get(&planned.name) {
            Some(ApiCheck::Compared(change)) => findings.extend(under_bump(planned, change)),
            Some(ApiCheck::Failed(why)) => {
                let name = &planned.name;
                let text = format!("the public interface of {name} could not be checked: {why}");
                let hint = format!("cargo semver-checks -p {name}    says more");
                let finding = Finding::warning("api-check-failed", text);
                findings.push(finding.about(name).hint(hint));
            }
            Some(ApiCheck::Macro) => macros.push(planned.name.as_str()),
            None => {}
        }
    }
    if !macros.is_empty() {
        let text = format!(
            "nothing compares what procedural macros accept and make: {}",
            macros.join(", ")
        );
        findings.push(Finding::note("api-check-macro", text));
    }
    findings
}

fn unusable(why: &Unusable) -> Finding {
    match why {
        Unusable::Missing => {
            let text = "`cargo-semver-checks` is not installed: no public interface was checked";
            Finding::warning("api-check-missing", text)
                .hint("cargo install cargo-semver-checks --locked")
        }
        Unusable::Broken(why) => {
            let text = format!("`cargo-semver-checks` does not start: {why}");
            Finding::warning("api-check-failed", text)
                .hint("cargo install cargo-semver-checks --locked --force")
        }
    }
}

fn under_bump(planned: &Planned, change: &ApiChange) -> Option<Finding> {
    let needs = change.needs?;
    let part = needs.bump_for(&change.since);
    if reaches(&planned.to, &part.apply(&change.since)) {
        return None;
    }
    let (name, to) = (&planned.name, &planned.to);
    let what = match needs {
        Impact::Breaking => "incompatible",
        Impact::Feature | Impact::Fix => "more than a fix",
    };
    let text =
        format!("{name} {to} promises less change than there is ({what}): {}", api_words(change));
    let hint = format!("`cargo orchestrate plan --bump {name}={part}`, or `api-check = \"raise\"`");
    Some(Finding::error("api-under-bump", text).about(name).hint(hint))
}

/// Whether a version, its pre-release part aside, is at least another.
fn reaches(version: &Version, needed: &Version) -> bool {
    let base = Version::new(version.major, version.minor, version.patch);
    base >= *needed || *version >= *needed
}

#[cfg(test)]
mod tests {
    use crate::decide::Request;
    use crate::decide::notation::{name, version};
    use crate::facts::{Api, ApiChange, ApiCheck, ApiEvidence, Unusable};
    use crate::model::Impact;
    use crate::plan::sample::{complete, options};
    use crate::plan::{Finding, build, unchecked};
    use crate::policy::ApiMode;

    fn findings(packages: &str, happened: &str, api: Api) -> Vec<Finding> {
        let (mut facts, mut policy) = complete(packages, happened);
        policy.api_check = ApiMode::Report;
        facts.api = Some(api);
        let plan = build(&facts, &policy, &Request::default(), &options()).expect("a plan");
        plan.findings.into_iter().filter(|finding| finding.code.starts_with("api-")).collect()
    }

    fn of_a(check: ApiCheck) -> Api {
        Api { unusable: None, packages: [(name("a"), check)].into() }
    }

    fn compared(since: &str, needs: Option<Impact>) -> Api {
        let found = |lint: &str| ApiEvidence {
            lint: lint.to_owned(),
            item: format!("{lint} in src/lib.rs:3"),
        };
        let evidence = ["a_missing", "b_missing", "c_missing", "d_missing"].map(found).to_vec();
        of_a(ApiCheck::Compared(ApiChange { since: version(since), needs, evidence }))
    }

    #[test]
    fn a_version_that_says_too_little_is_an_error_with_evidence_and_way_out() {
        let found = findings("a 1.0.0", "a: fix: b", compared("1.0.0", Some(Impact::Breaking)));
        let [finding] = &found[..] else { panic!("{found:?}") };
        assert_eq!(
            (finding.code.as_str(), finding.text.as_str()),
            (
                "api-under-bump",
                "a 1.0.1 promises less change than there is (incompatible): its public interface \
                 differs from 1.0.0: a_missing: a_missing in src/lib.rs:3; b_missing: b_missing in \
                 src/lib.rs:3; c_missing: c_missing in src/lib.rs:3; and 1 more"
            )
        );
        assert_eq!(
            finding.hint.as_deref(),
            Some("`cargo orchestrate plan --bump a=major`, or `api-check = \"raise\"`")
        );
    }

    #[test]
    fn what_a_version_has_to_say_is_read_as_cargo_reads_it() {
        let (breaking, feature) = (Some(Impact::Breaking), Some(Impact::Feature));
        let table = [
            ("a 1.0.0", "a: fix: b", "1.0.0", feature, "minor`"),
            ("a 1.0.0", "a: feat: b", "1.0.0", feature, ""),
            ("a 1.0.0", "a: feat: b", "1.0.0", breaking, "major`"),
            ("a 1.0.0", "a: feat!: b", "1.0.0", breaking, ""),
            ("a 1.0.0", "a: fix: b", "1.0.0", None, ""),
            ("a 0.3.1", "a: fix: b", "0.3.1", breaking, "minor`"),
            ("a 0.3.1", "a: fix: b", "0.3.1", feature, ""),
            ("a 0.0.3", "a: fix: b", "0.0.3", breaking, ""),
            ("a 2.0.0-rc.1 published=1.0.0,2.0.0-rc.1", "a: fix: b", "1.0.0", breaking, ""),
            ("a 1.1.0-rc.1 published=1.0.0,1.1.0-rc.1", "a: fix: b", "1.0.0", breaking, "major`"),
        ];
        for (packages, happened, since, needs, expected) in table {
            let found = findings(packages, happened, compared(since, needs));
            let hints = found.iter().filter_map(|it| {
                let command = it.hint.as_deref()?.split(',').next()?;
                command.strip_prefix("`cargo orchestrate plan --bump a=")
            });
            assert_eq!(hints.collect::<Vec<_>>().join(" "), expected, "{packages} {happened}");
        }
    }

    #[test]
    fn what_could_not_be_checked_is_never_passed_over() {
        let failed = of_a(ApiCheck::Failed("error: it does not build".to_owned()));
        let is_macro = of_a(ApiCheck::Macro);
        let missing = Api { unusable: Some(Unusable::Missing), ..Api::default() };
        let broken =
            Api { unusable: Some(Unusable::Broken("exec format".into())), ..Api::default() };
        for (api, expected) in [
            (
                failed,
                "api-check-failed the public interface of a could not be checked: error: it does not build",
            ),
            (
                missing,
                "api-check-missing `cargo-semver-checks` is not installed: no public interface was checked",
            ),
            (
                is_macro,
                "api-check-macro nothing compares what procedural macros accept and make: a",
            ),
            (broken, "api-check-failed `cargo-semver-checks` does not start: exec format"),
        ] {
            let found = findings("a 1.0.0", "a: fix: b", api);
            let said = found.iter().map(|it| format!("{} {}", it.code, it.text));
            assert_eq!(said.collect::<Vec<_>>(), [expected]);
        }
    }

    #[test]
    fn only_interfaces_that_could_matter_are_checked() {
        let packages = "fixed 1.0.0; broken 1.0.0; app 1.0.0 bin; fresh 1.0.0 new; out 1.0.0; still 1.0.0; \
                        known 1.0.0; zero 0.0.1; user 1.0.0 -> fixed =1.0.0";
        let happened = "fixed: fix: x\nbroken: feat!: x\napp: fix: x\nout: fix: x\nknown: fix: x\nzero: fix: x";
        let (mut facts, mut policy) = complete(packages, happened);
        facts.api = Some(Api::default());
        let known = ApiCheck::Failed("x".to_owned());
        facts.api.as_mut().expect("it was set").packages.insert(name("known"), known);
        policy.unchecked.insert(name("out"));
        for (mode, expected) in
            [(ApiMode::Off, ""), (ApiMode::Report, "fixed user"), (ApiMode::Raise, "fixed user")]
        {
            policy.api_check = mode;
            let plan = build(&facts, &policy, &Request::default(), &options()).expect("a plan");
            let wanted = unchecked(&facts, &policy, &plan);
            let names: Vec<&str> = wanted.iter().map(|it| it.package.as_str()).collect();
            assert_eq!(names.join(" "), expected, "{mode:?}");
        }
    }
}
