//! What we would have released beside what was, and why the two differ.

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// A package that one of the two releases.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) package: String,
    pub(crate) from: String,
    pub(crate) ours: Option<String>,
    pub(crate) theirs: Option<String>,
    pub(crate) verdict: Verdict,
    /// What kind of difference it is; empty where there is none.
    pub(crate) class: String,
    /// Our first reason.
    pub(crate) reason: String,
}

/// How ours and theirs compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    SameVersion,
    OtherVersion,
    OnlyOurs,
    OnlyTheirs,
}

impl Verdict {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::SameVersion => "same",
            Self::OtherVersion => "other version",
            Self::OnlyOurs => "only ours",
            Self::OnlyTheirs => "only theirs",
        }
    }
}

/// What the maintainers released of a package.
#[derive(Debug)]
pub(crate) struct Theirs {
    pub(crate) version: String,
    /// The commit that they released it from.
    pub(crate) oid: String,
    /// Whether the package was there to be planned.
    pub(crate) was_member: bool,
}

/// One row per package that either releases, by name.
///
/// `changed` lists the files of a package that differ between two commits; `later` says which version
/// a package got in a later release.
pub(crate) fn rows(
    plan: &Value,
    theirs: &BTreeMap<String, Theirs>,
    changed: &dyn Fn(&str, &str, &str) -> Vec<String>,
    later: &dyn Fn(&str) -> Option<String>,
) -> Vec<Row> {
    let by_name = |key: &str| -> BTreeMap<String, &Value> {
        let entries = plan[key].as_array().into_iter().flatten();
        entries.map(|entry| (text(&entry["name"]), entry)).collect()
    };
    let (packages, unchanged) = (by_name("packages"), by_name("unchanged"));
    let names: BTreeSet<&String> = packages.keys().chain(theirs.keys()).collect();
    let row = |name: &String| {
        let (ours, stays) = (packages.get(name).copied(), unchanged.get(name).copied());
        let released = theirs.get(name);
        let to = ours.map(|entry| text(&entry["to"]));
        let verdict = match (&to, released) {
            (Some(ours), Some(theirs)) if numbers(ours) == numbers(&theirs.version) => {
                Verdict::SameVersion
            }
            (Some(_), Some(_)) => Verdict::OtherVersion,
            (Some(_), None) => Verdict::OnlyOurs,
            (None, _) => Verdict::OnlyTheirs,
        };
        let since = |from: Option<&str>, to: &str| {
            from.map_or_else(Vec::new, |from| changed(name, from, to))
        };
        let came_later = || {
            let files = released.map(|it| since(Some("HEAD"), &it.oid)).unwrap_or_default();
            files.iter().any(|file| !is_of_the_release(file))
        };
        let class = match verdict {
            Verdict::SameVersion => String::new(),
            Verdict::OtherVersion => other_version(ours, released, is_guessed(plan, name)),
            Verdict::OnlyOurs => {
                let ours = ours.unwrap_or(&Value::Null);
                let files = since(ours["baseline"].as_str(), "HEAD");
                only_ours(ours, &files, is_guessed(plan, name), later(name))
            }
            Verdict::OnlyTheirs => only_theirs(stays, released, &came_later),
        };
        let entry = ours.or(stays).unwrap_or(&Value::Null);
        Row {
            package: name.clone(),
            from: text(ours.map_or(&entry["version"], |ours| &ours["from"])),
            ours: to,
            theirs: released.map(|theirs| theirs.version.clone()),
            verdict,
            class,
            reason: first_reason(entry),
        }
    };
    names.into_iter().map(row).collect()
}

fn first_reason(entry: &Value) -> String {
    let reason = &entry["reasons"][0];
    format!("[{}] {}", text(&reason["rule"]), text(&reason["text"]))
}

fn other_version(ours: Option<&Value>, theirs: Option<&Theirs>, is_guessed: bool) -> String {
    let to = ours.map(|entry| text(&entry["to"])).unwrap_or_default();
    let theirs = theirs.map(|theirs| theirs.version.clone()).unwrap_or_default();
    let rule = ours.map(|entry| text(&entry["reasons"][0]["rule"])).unwrap_or_default();
    let (us, them) = (numbers(&to), numbers(&theirs));
    if them.1 != us.1 && (them.1.is_empty() || us.1.is_empty()) {
        return "a pre-release line begins or ends: human decision".to_owned();
    }
    if them > us {
        return if is_guessed {
            "they move further; no conventional commit: level guessed".to_owned()
        } else {
            format!("they move further than `{rule}`: human decision")
        };
    }
    format!("we move further: {rule}")
}

fn only_ours(ours: &Value, files: &[String], guessed: bool, later: Option<String>) -> String {
    let rule = text(&ours["reasons"][0]["rule"]);
    let follows = ours["reasons"][0]["because"].as_array().is_some_and(|why| !why.is_empty());
    let files: Vec<&str> = files.iter().map(String::as_str).filter(|it| !it.is_empty()).collect();
    let all = |of: &dyn Fn(&str) -> bool| !files.is_empty() && files.iter().all(|file| of(file));
    let said = text(&ours["reasons"][0]["text"]);
    let class = if text(&ours["to"]).starts_with("0.0.") || said.contains("last release is 0.0.") {
        "placeholder"
    } else if rule == "never-published" {
        "not published yet"
    } else if rule == "raised-by-hand" {
        "raised by hand"
    } else if follows {
        "follows"
    } else if all(&is_text) {
        "docs only"
    } else if all(&|file| is_text(file) || is_aside(file)) {
        "tests, benches or examples only"
    } else if all(&|file| is_text(file) || is_aside(file) || file.ends_with("Cargo.toml")) {
        manifest_only(ours)
    } else if guessed {
        "no conventional commit: level guessed"
    } else if rule == "conventional-fix" && !said.starts_with("fix") {
        "no commit says fix or feature"
    } else {
        &rule
    };
    match later {
        Some(version) => format!("{class}; they wait until {version}"),
        None => format!("{class}; they never release it"),
    }
}

/// What kind of key comes first among those of the manifest that changed.
fn manifest_only(ours: &Value) -> &'static str {
    let reasons = ours["reasons"].as_array().into_iter().flatten();
    let changed = reasons.filter(|reason| reason["rule"] == "manifest-changed");
    let key = changed.map(|reason| text(&reason["text"])).next().unwrap_or_default();
    if key.starts_with("`lints") {
        "lint only"
    } else if key.contains("dependencies.") {
        "requirements only"
    } else {
        "manifest only"
    }
}

fn only_theirs(
    stays: Option<&Value>,
    theirs: Option<&Theirs>,
    came_later: &dyn Fn() -> bool,
) -> String {
    match stays {
        _ if theirs.is_some_and(|theirs| !theirs.was_member) => "was no member yet".to_owned(),
        Some(entry) => match text(&entry["reasons"][0]["rule"]).as_str() {
            "no-change" if came_later() => "changed after this commit".to_owned(),
            "no-change" => "nothing packed changed: human decision".to_owned(),
            rule => rule.to_owned(),
        },
        None => "unknown to the plan".to_owned(),
    }
}

fn is_text(file: &str) -> bool {
    let name = file.rsplit('/').next().unwrap_or_default();
    [".md", ".txt", ".svg", ".png"].iter().any(|end| name.ends_with(end))
        || name.starts_with("LICENSE")
}

/// Whether a release itself edits the file.
fn is_of_the_release(file: &str) -> bool {
    let name = file.rsplit('/').next().unwrap_or_default();
    name == "Cargo.toml" || name.to_lowercase().starts_with("changelog")
}

fn is_aside(file: &str) -> bool {
    let aside = ["tests", "benches", "examples", "fuzz"];
    file.split('/').rev().skip(1).any(|folder| aside.contains(&folder))
}

fn is_guessed(plan: &Value, name: &str) -> bool {
    let findings = plan["findings"].as_array().into_iter().flatten();
    let other = |c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_');
    findings
        .filter(|finding| finding["code"] == "level-guessed")
        .any(|finding| text(&finding["text"]).split(other).any(|word| word == name))
}

/// The three numbers of a version and its pre-release, for comparing.
fn numbers(version: &str) -> ([u64; 3], String) {
    let version = version.split('+').next().unwrap_or_default();
    let (core, pre) = version.split_once('-').unwrap_or((version, ""));
    let mut numbers = [0; 3];
    for (slot, number) in numbers.iter_mut().zip(core.split('.')) {
        *slot = number.parse().unwrap_or(0);
    }
    (numbers, pre.to_owned())
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
