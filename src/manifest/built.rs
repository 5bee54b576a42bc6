//! What of a packed manifest a build of the package goes by.

use super::PackedManifest;
use toml_edit::{DocumentMut, Item, TableLike, Value};

/// A packed manifest as far as a build of the package goes by it.
#[derive(Debug, Clone)]
pub struct BuiltManifest {
    /// The text without dependencies for tests, which take no part.
    pub text: String,
    /// `1`, `2` or `3`: said, or what the edition brings.
    pub resolver: String,
    /// Its `[profile.dev]`, where that could decide whether the package compiles: each setting as
    /// Cargo's `--config` takes it.
    pub profile: Vec<String>,
    /// The names of the packages it needs.
    pub needs: Vec<String>,
}

impl BuiltManifest {
    /// Reads the text of a packed manifest.
    ///
    /// # Errors
    /// Why it is no TOML, one line.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut document: DocumentMut =
            text.parse().map_err(|error: toml_edit::TomlError| error.message().to_owned())?;
        let package = document.get("package").and_then(Item::as_table_like);
        let string = |key: &str| package?.get(key)?.as_str();
        let resolver = string("resolver").unwrap_or(match string("edition") {
            None | Some("2015" | "2018") => "1",
            Some("2021") => "2",
            Some(_) => "3",
        });
        let resolver = resolver.to_owned();
        let profiles = document.get("profile").and_then(Item::as_table_like);
        let profile = profiles.and_then(|it| it.get("dev")).filter(|profile| decides(profile));
        let profile = profile.map(|it| settings("profile.dev", it)).unwrap_or_default();
        // With the first resolver, dependencies for tests have a say in the features of the others.
        if resolver != "1" {
            without_tests(&mut document);
        }
        let text = document.to_string();
        let needs = PackedManifest::parse(&text)?.dependencies;
        let needs = needs.into_iter().map(|dependency| dependency.name).collect();
        Ok(Self { text, resolver, profile, needs })
    }
}

/// Whether a profile, or what it holds for single packages, sets more than how good the code is.
fn decides(profile: &Item) -> bool {
    const DECIDING: [&str; 3] = ["panic", "debug-assertions", "overflow-checks"];
    let mut entries = profile.as_table_like().into_iter().flat_map(TableLike::iter);
    entries.any(|(key, item)| DECIDING.contains(&key) || decides(item))
}

/// What a table holds, as lines of `key.key = value`.
fn settings(above: &str, item: &Item) -> Vec<String> {
    let Some(table) = item.as_table_like() else {
        let value = item.as_value().map(|value| value.clone().decorated("", ""));
        return value.map(|value| format!("{above} = {value}")).into_iter().collect();
    };
    let entries = table.iter();
    entries
        .flat_map(|(key, item)| settings(&format!("{above}.{}", toml_edit::Key::new(key)), item))
        .collect()
}

/// Takes the dependencies for tests out, and what features say of those.
fn without_tests(document: &mut DocumentMut) {
    const TESTS: [&str; 2] = ["dev-dependencies", "dev_dependencies"];
    let mut gone: Vec<String> = Vec::new();
    let mut stay: Vec<String> = Vec::new();
    let targets = document.get_mut("target").and_then(Item::as_table_like_mut);
    let mut targets: Vec<_> = targets.into_iter().flat_map(TableLike::iter_mut).collect();
    for target in targets.iter_mut().filter_map(|(_, target)| target.as_table_like_mut()) {
        part(target, &TESTS, &mut gone, &mut stay);
    }
    part(document.as_table_mut(), &TESTS, &mut gone, &mut stay);
    let is_gone = |value: &Value| {
        let alias = value.as_str().and_then(|text| text.split_once('/')).map(|(alias, _)| alias);
        let alias = alias.map(|alias| alias.strip_suffix('?').unwrap_or(alias));
        alias.is_some_and(|alias| {
            gone.iter().any(|it| it == alias) && !stay.iter().any(|it| it == alias)
        })
    };
    let features = document.get_mut("features").and_then(Item::as_table_like_mut);
    for (_, values) in features.into_iter().flat_map(TableLike::iter_mut) {
        if let Some(values) = values.as_array_mut() {
            values.retain(|value| !is_gone(value));
        }
    }
}

/// Removes the tables for tests from one that holds dependencies; says which aliases were in them,
/// and which are in the others.
fn part(table: &mut dyn TableLike, tests: &[&str], gone: &mut Vec<String>, stay: &mut Vec<String>) {
    let aliases = |item: &Item| -> Vec<String> {
        let table = item.as_table_like();
        table.into_iter().flat_map(TableLike::iter).map(|(alias, _)| alias.to_owned()).collect()
    };
    for kind in tests {
        if let Some(removed) = table.remove(kind) {
            gone.extend(aliases(&removed));
        }
    }
    for kind in ["dependencies", "build-dependencies", "build_dependencies"] {
        if let Some(kept) = table.get(kind) {
            stay.extend(aliases(kept));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::BuiltManifest;

    #[test]
    fn tests_take_no_part_in_a_build() {
        let text = "[package]\nname = \"a\"\nedition = \"2021\"\n[features]\n\
                    f = [\"t/g\", \"u?/g\", \"both/g\", \"b\"]\nb = []\n\
                    [dependencies.both]\nversion = \"1\"\n[dev-dependencies.both]\nversion = \"1\"\n\
                    [dev-dependencies.t]\nversion = \"1\"\n\
                    [target.\"cfg(unix)\".dev-dependencies.u]\nversion = \"1\"\n\
                    [target.\"cfg(unix)\".build-dependencies.v]\nversion = \"1\"\npackage = \"w\"\n";
        let built = BuiltManifest::parse(text).expect("a manifest");
        assert!(!built.text.contains("dev-dependencies"), "{}", built.text);
        assert!(built.text.contains("f = [ \"both/g\", \"b\"]"), "{}", built.text);
        assert_eq!(built.needs, ["both", "w"]);
        assert_eq!(built.resolver, "2");
    }

    #[test]
    fn the_resolver_is_said_or_comes_with_the_edition() {
        let table = [
            ("", "1"),
            ("edition = \"2018\"", "1"),
            ("edition = \"2018\"\nresolver = \"2\"", "2"),
            ("edition = \"2021\"", "2"),
            ("edition = \"2021\"\nresolver = \"1\"", "1"),
            ("edition = \"2024\"", "3"),
        ];
        for (lines, expected) in table {
            let text = format!("[package]\nname = \"a\"\n{lines}\n[dev-dependencies]\nt = \"1\"\n");
            let built = BuiltManifest::parse(&text).expect("a manifest");
            assert_eq!(built.resolver, expected, "{lines}");
            assert_eq!(built.text == text, expected == "1", "{lines}");
        }
        let profiles = [
            ("dev", "panic = \"abort\" # no std", &["profile.dev.panic = \"abort\""][..]),
            (
                "dev.package.\"*\"",
                "overflow-checks = true\nopt-level = 1",
                &[
                    "profile.dev.package.\"*\".overflow-checks = true",
                    "profile.dev.package.\"*\".opt-level = 1",
                ],
            ),
            ("dev", "debug = false", &[]),
            ("release", "panic = \"abort\"", &[]),
        ];
        for (name, line, expected) in profiles {
            let text = format!("[package]\nname = \"a\"\n[profile.{name}]\n{line}\n");
            let built = BuiltManifest::parse(&text).expect("a manifest");
            assert_eq!(built.profile, expected, "{text}");
        }
        assert!(BuiltManifest::parse("[package").is_err());
    }
}
