//! What holds for every requirement and every text, checked on generated ones.

use super::*;
use crate::model::{RelPath, Version, VersionReq};
use proptest::prelude::*;

const LAST: u64 = 3;

/// Versions with small numbers, some of them pre-releases.
fn version() -> impl Strategy<Value = Version> {
    let pre = prop_oneof![4 => Just(""), 1 => Just("-rc.1"), 1 => Just("-a.2")];
    (0..=LAST, 0..=LAST, 0..=LAST, pre).prop_map(|(major, minor, patch, pre)| {
        Version::parse(&format!("{major}.{minor}.{patch}{pre}")).expect("a version")
    })
}

/// A version of one to three numbers, with a wildcard or a pre-release now and then.
fn partial() -> impl Strategy<Value = String> {
    let short = prop::collection::vec(0..=LAST, 1..=3)
        .prop_map(|numbers| numbers.iter().map(u64::to_string).collect::<Vec<_>>().join("."));
    let wild = prop::collection::vec(0..=LAST, 1..=2).prop_map(|numbers| {
        numbers.iter().map(|number| format!("{number}.")).collect::<Vec<_>>().concat() + "*"
    });
    prop_oneof![4 => short, 1 => wild, 1 => version().prop_map(|version| version.to_string())]
}

fn comparator() -> impl Strategy<Value = String> {
    let operator = prop::sample::select(vec!["", "^", "~", "=", ">=", ">", "<", "<=", "^ ", ">= "]);
    (operator, partial()).prop_map(|(operator, partial)| format!("{operator}{partial}"))
}

fn requirement() -> impl Strategy<Value = String> {
    let comma = prop::sample::select(vec![",", ", ", " , "]);
    let several = (prop::collection::vec(comparator(), 2..=3), comma)
        .prop_map(|(comparators, comma)| comparators.join(comma));
    prop_oneof![3 => comparator(), 3 => several, 1 => Just("*".to_owned())]
}

/// All versions with small numbers, the lowest first.
fn grid() -> impl Iterator<Item = Version> {
    let all = || 0..=LAST + 1;
    all().flat_map(move |major| {
        all().flat_map(move |minor| all().map(move |patch| Version::new(major, minor, patch)))
    })
}

fn matching(requirement: &str) -> Vec<Version> {
    let parsed = VersionReq::parse(requirement).expect("a requirement");
    grid().filter(|version| parsed.matches(version)).collect()
}

fn stable(version: &Version) -> Version {
    Version::new(version.major, version.minor, version.patch)
}

/// What is not a number; `>` cannot say where it begins and may become `>=`.
fn without_numbers(text: &str) -> String {
    text.replace(">=", ">").chars().filter(|c| !c.is_ascii_digit()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..Default::default() })]

    #[test]
    fn a_rewritten_requirement_matches_and_rewriting_it_again_changes_nothing(
        requirement in requirement(),
        to in version(),
    ) {
        if let Ok(rewritten) = rewrite(&requirement, &to) {
            prop_assert!(rewritten.as_ref() != Some(&requirement));
            let now = rewritten.unwrap_or(requirement);
            prop_assert!(VersionReq::parse(&now).expect("a requirement").matches(&to), "{now}");
            prop_assert_eq!(rewrite(&now, &to), Ok(None), "{}", now);
        }
    }

    #[test]
    fn only_numbers_change_where_no_pre_release_is_around(
        requirement in requirement(),
        to in version(),
    ) {
        let requirement = requirement.replace("-rc.1", "").replace("-a.2", "");
        let to = stable(&to);
        if let Ok(Some(rewritten)) = rewrite(&requirement, &to) {
            prop_assert_eq!(without_numbers(&rewritten), without_numbers(&requirement));
        }
    }

    /// The oracle lists versions; it knows nothing of operators.
    #[test]
    fn the_lowest_version_allowed_is_the_one_asked_for_as_far_as_the_precision_says(
        operator in prop::sample::select(vec!["", "^", "~", "=", ">="]),
        numbers in prop::collection::vec(0..=LAST, 1..=3),
        to in version(),
    ) {
        let to = stable(&to);
        let texts: Vec<String> = numbers.iter().map(u64::to_string).collect();
        let requirement = format!("{operator}{}", texts.join("."));
        let now = rewrite(&requirement, &to).expect("these always can").unwrap_or(requirement);
        let patch = if numbers.len() > 2 { to.patch } else { 0 };
        let minor = if numbers.len() > 1 { to.minor } else { 0 };
        let lowest = matching(&now).into_iter().next();
        prop_assert_eq!(lowest, Some(Version::new(to.major, minor, patch)), "{}", now);
    }

    /// A range written out, `>=1.2.3, <2.0.0`, goes where `^1.2.3` goes.
    #[test]
    fn a_compatible_range_written_out_follows_like_a_default_requirement(
        from in version(),
        to in version(),
    ) {
        let (from, to) = (stable(&from), stable(&to));
        let (from, to) = (from.clone().min(to.clone()), from.max(to));
        let end = match (from.major, from.minor, from.patch) {
            (0, 0, patch) => format!("0.0.{}", patch + 1),
            (0, minor, _) => format!("0.{}.0", minor + 1),
            (major, ..) => format!("{}.0.0", major + 1),
        };
        let range = format!(">={from}, <{end}");
        let now = rewrite(&range, &to).expect("these always can").unwrap_or(range);
        prop_assert_eq!(matching(&now), matching(&format!("^{to}")), "{}", now);
    }

    #[test]
    fn no_requirement_panics(requirement in ".{0,12}", to in version()) {
        let _ = rewrite(&requirement, &to);
    }

    #[test]
    fn no_manifest_panics(lines in prop::collection::vec(line(), 0..8), end in "\r?\n?") {
        let text = lines.join("\n") + &end;
        let parsed = Manifest::parse(&RelPath::default(), &text);
        let _ = effective(&text, &text, true);
        let _ = effective(&text, "[workspace.dependencies]\nlib1.features = ['x']\n", false);
        let _ = lock::member_edits(&text, &std::collections::BTreeMap::new());
        let spots = parsed.iter().flat_map(Manifest::declarations);
        for spot in spots.filter_map(|declaration| declaration.requirement.as_ref()) {
            let edit = spot.edit("2.0.0");
            prop_assert!(edit.is_err() || apply(&text, &[edit.expect("plain")]).is_ok());
        }
    }
}

/// Lines that manifests have, and lines that nearly are.
fn line() -> impl Strategy<Value = String> {
    let fixed = prop::sample::select(vec![
        "[package]",
        "[project]",
        "[workspace]",
        "[workspace.package]",
        "[workspace.dependencies]",
        "[dependencies]",
        "[[dependencies]]",
        "[dependencies.lib1]",
        "[target.'cfg(unix)'.dependencies]",
        "[target]",
        "[features]",
        "[lints]",
        "[[package]]",
        "version = \"1.0\"",
        "version = 1",
        "version.workspace = true",
        "workspace = true",
        "lib1 = \"1.0\"",
        "lib1 = '''1.0'''",
        "lib1 = \"\\u0031.0\"",
        "lib1 = { version = \"1.0\", path = \"..\", features = [1, \"x\"] }",
        "lib1 = { workspace = true, default-features = 3 }",
        "lib1 = []",
        "lib1.version = \"1.0\"",
        "lib1.workspace = \"true\"",
        "readme.workspace = true",
        "resolver = 2",
        "\u{feff}",
        "# ä\r",
    ]);
    prop_oneof![12 => fixed.prop_map(str::to_owned), 1 => ".{0,20}"]
}
