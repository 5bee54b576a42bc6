//! A plan's edits of manifests that are put together from every form an entry can have.
//!
//! The texts are written with marks where a requirement stands, so that what they must become is
//! known without reading them: nothing here parses TOML.

use super::sample::{complete, edited, options, path};
use super::{Finding, build};
use crate::decide::Request;
use crate::decide::notation::name;
use crate::manifest::rewrite;
use crate::model::{Version, VersionReq};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// One requirement of `app` on one member.
#[derive(Debug, Clone)]
struct Entry {
    table: &'static str,
    form: usize,
    renamed: bool,
    quote: &'static str,
    requirement: &'static str,
    /// What happened to the member, as a commit's type.
    change: &'static str,
}

const TABLES: [&str; 6] = [
    "dependencies",
    "dev-dependencies",
    "build-dependencies",
    "target.'cfg(unix)'.dependencies",
    "target.x86_64-pc-windows-gnu.build-dependencies",
    "workspace.dependencies",
];

const REQUIREMENTS: [&str; 20] = [
    "1",
    "1.2",
    "1.2.3",
    "^1.2.3",
    "~1.2",
    "~ 1.2.3",
    "=1.2.3",
    "= 1.2",
    "1.*",
    "1.2.*",
    "1.x",
    "*",
    ">=1.2.3",
    ">=1.0, <2",
    ">= 1.2.3 ,< 2.0.0",
    ">=1.2,<1.3",
    ">1.0",
    ">=1, <=1.2.3",
    "<=1.2.3",
    ">1, <1.2.4",
];

fn entry() -> impl Strategy<Value = Entry> {
    let quote = prop::sample::select(vec!["\"", "'", "\"\"\"", "'''"]);
    let change = prop::sample::select(vec!["feat!", "feat", "fix", ""]);
    let requirement = prop::sample::select(REQUIREMENTS.to_vec());
    let table = prop::sample::select(TABLES.to_vec());
    (table, 0..5_usize, any::<bool>(), quote, requirement, change).prop_map(
        |(table, form, renamed, quote, requirement, change)| Entry {
            table,
            form,
            renamed,
            quote,
            requirement,
            change,
        },
    )
}

impl Entry {
    fn alias(&self, number: usize) -> String {
        if self.renamed { format!("alias{number}") } else { format!("m{number}") }
    }

    /// Its lines, and whether they are a table of their own.
    fn lines(&self, number: usize) -> (String, bool) {
        let Self { table, quote, .. } = self;
        let alias = self.alias(number);
        let mark = format!("{quote}⟨{number}⟩{quote}");
        let up = if *table == "workspace.dependencies" { "" } else { "../" };
        let way = format!("'{up}m{number}'");
        let package = |lead: &str, tail: &str| {
            let package = format!("{lead}package = \"m{number}\"{tail}");
            if self.renamed { package } else { String::new() }
        };
        match self.form {
            0 => {
                let package = package("", ", ");
                (
                    format!("{alias} = {{ {package}version = {mark}, path = {way} }} # = \"1\"\n"),
                    false,
                )
            }
            1 => {
                let package = package(",", "");
                (
                    format!("\"{alias}\"={{path={way},features=['1'],version={mark}{package}}}\n"),
                    false,
                )
            }
            2 => {
                let package = package(&format!("{alias}."), "\n");
                (format!("{package}{alias}.version = {mark}\n{alias}.path = {way}\n"), false)
            }
            3 => {
                let package = package("", "\n");
                (format!("[{table}.{alias}]\nversion={mark}\npath = {way}\n{package}"), true)
            }
            _ => {
                let package = package("  ", " # version = \"1\"\n");
                (
                    format!(
                        "[ {table} . \"{alias}\" ]\n{package}  path={way}\n\tversion = {mark} #\n"
                    ),
                    true,
                )
            }
        }
    }
}

/// The tables of these names, with the entries that stand there.
fn tables(entries: &[Entry], wanted: &[&str]) -> String {
    let mut text = String::new();
    for table in wanted {
        let of_table = entries.iter().enumerate().filter(|(_, entry)| entry.table == *table);
        let (own, plain): (Vec<_>, Vec<_>) =
            of_table.map(|(number, entry)| entry.lines(number)).partition(|(_, own)| *own);
        let _ = write!(text, "\n[{table}] # m0 = \"1\"\n");
        if *table == "dependencies" {
            let shared = entries.iter().enumerate().filter(|(_, e)| e.table == TABLES[5]);
            for (number, entry) in shared {
                let _ = writeln!(text, "{}.workspace = true", entry.alias(number));
            }
        }
        text.extend(plain.into_iter().chain(own).map(|(lines, _)| lines));
    }
    text
}

/// The text with something in place of each mark.
fn filled(text: &str, values: &[String]) -> String {
    let numbered = values.iter().enumerate();
    numbered.fold(text.to_owned(), |text, (at, value)| text.replace(&format!("⟨{at}⟩"), value))
}

/// What a requirement becomes, and whether the plan has to refuse it.
fn becomes(entry: &Entry, to: Option<&Version>) -> (String, bool) {
    let Some(to) = to else { return (entry.requirement.to_owned(), false) };
    let stays = entry.requirement.to_owned();
    if let Ok(text) = rewrite(entry.requirement, to) {
        return (text.unwrap_or(stays), false);
    }
    let matches = VersionReq::parse(entry.requirement).expect("a requirement").matches(to);
    (stays, !matches)
}

fn is_refusal(finding: &Finding) -> bool {
    ["cannot-rewrite", "not-editable"].contains(&finding.code.as_str())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..Default::default() })]

    #[test]
    fn only_the_marked_strings_change_and_what_cannot_follow_is_refused(
        entries in prop::collection::vec(entry(), 1..6),
        is_dos in any::<bool>(),
        is_marked in any::<bool>(),
        ends in any::<bool>(),
    ) {
        let shaped = |text: String| {
            let text = if ends { text } else { text.trim_end().to_owned() };
            let text = if is_dos { text.replace('\n', "\r\n") } else { text };
            if is_marked { format!("\u{feff}{text}") } else { text }
        };
        let decoy = "[package.metadata.x]\ntext = '''\n[dependencies]\nm0 = \"1\"\n'''\n";
        let app = format!(
            "# version = \"1.0.0\"\n[package]\nname = \"app\"\nversion = \"⟨app⟩\"\n{decoy}{}",
            tables(&entries, &TABLES[..5])
        );
        let (app, root) = (
            shaped(app),
            shaped(format!("[workspace]\nmembers = [\"*\"]\n{}", tables(&entries, &TABLES[5..]))),
        );
        let mut packages = "app 1.0.0".to_owned();
        let mut happened = "app: fix: it\n".to_owned();
        for (number, entry) in entries.iter().enumerate() {
            let _ = write!(packages, "; m{number} 1.2.3");
            if !entry.change.is_empty() {
                let _ = writeln!(happened, "m{number}: {}: it", entry.change);
            }
        }
        let (mut facts, policy) = complete(&packages, &happened);
        let old: Vec<String> = entries.iter().map(|entry| entry.requirement.to_owned()).collect();
        let texts = [("app/Cargo.toml", &app), ("Cargo.toml", &root)];
        for (file, text) in texts {
            facts.manifests.insert(path(file), filled(text, &old).replace("⟨app⟩", "1.0.0"));
        }
        let plan = build(&facts, &policy, &Request::default(), &options()).expect("a plan");
        let to = |package: &str| plan.package(&name(package)).map(|planned| &planned.to);
        let after = |number: usize| becomes(&entries[number], to(&format!("m{number}")));
        let (new, refused): (Vec<String>, Vec<bool>) = (0..entries.len()).map(after).unzip();
        let now = edited(&facts, &plan);
        for (file, text) in texts {
            let expected = filled(text, &new).replace("⟨app⟩", "1.0.1");
            let text = now.get(&path(file)).unwrap_or(&facts.manifests[&path(file)]);
            prop_assert_eq!(text, &expected);
        }
        let mut places: BTreeMap<(&str, usize), usize> = BTreeMap::new();
        for (number, _) in refused.iter().enumerate().filter(|(_, refused)| **refused) {
            let mark = format!("⟨{number}⟩");
            let at = texts.iter().find_map(|(file, text)| {
                Some((*file, text.lines().position(|line| line.contains(&mark))? + 1))
            });
            *places.entry(at.expect("every mark is somewhere")).or_default() += 1;
        }
        let findings = plan.findings.iter().filter(|finding| is_refusal(finding));
        let mut found: BTreeMap<(&str, usize), usize> = BTreeMap::new();
        for at in findings.filter_map(|finding| finding.at.as_ref()) {
            *found.entry((at.file.as_str(), at.line)).or_default() += 1;
        }
        prop_assert_eq!(found, places);
    }
}
