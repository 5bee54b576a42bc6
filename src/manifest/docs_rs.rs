//! What a packed manifest tells docs.rs, and what of that it would not understand.

use crate::model::nearest;
use std::collections::BTreeSet;
use toml_edit::{DocumentMut, Item, TableLike, Value};

/// What docs.rs reads, and of which kind each is.
const KEYS: [(&str, Kind); 9] = [
    ("features", Kind::Texts),
    ("all-features", Kind::Switch),
    ("no-default-features", Kind::Switch),
    ("default-target", Kind::Text),
    ("targets", Kind::Texts),
    ("additional-targets", Kind::Texts),
    ("rustc-args", Kind::Texts),
    ("rustdoc-args", Kind::Texts),
    ("cargo-args", Kind::Texts),
];

/// How people write the table where docs.rs does not look for it.
const ELSEWHERE: [&str; 5] = ["docs.rs", "docs-rs", "docs_rs", "docsrs", "doc"];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Texts,
    Switch,
}

/// What is wrong with the `[package.metadata.docs.rs]` of a packed manifest, in the order of its
/// keys; empty where there is none, or nothing is wrong.
///
/// # Errors
/// Why it is no TOML, one line.
pub fn docs_faults(manifest: &str) -> Result<Vec<String>, String> {
    let document: DocumentMut =
        manifest.parse().map_err(|error: toml_edit::TomlError| error.message().to_owned())?;
    let metadata = table(document.as_table(), "package").and_then(|it| table(it, "metadata"));
    let Some(metadata) = metadata else { return Ok(Vec::new()) };
    let astray = ELSEWHERE.iter().filter(|name| table(metadata, name).is_some());
    let mut faults: Vec<String> = astray
        .map(|name| format!("docs.rs does not read `metadata.{name:?}`: it is `metadata.docs.rs`"))
        .collect();
    let Some(docs) = table(metadata, "docs").and_then(|docs| table(docs, "rs")) else {
        return Ok(faults);
    };
    faults.extend(docs.iter().filter_map(|(key, item)| known(key, item)));
    let is_on = |key: &str| docs.get(key).and_then(Item::as_bool) == Some(true);
    let features = texts(docs, "features");
    if is_on("all-features") && !features.is_empty() {
        faults.push("`all-features` and `features` exclude each other".to_owned());
    }
    let exist = features_of(document.as_table());
    faults.extend(features.iter().filter_map(|feature| absent(feature, &exist)));
    let targets = ["targets", "additional-targets"].into_iter().flat_map(|key| texts(docs, key));
    let default = docs.get("default-target").and_then(Item::as_str).map(str::to_owned);
    let targets = default.into_iter().chain(targets).filter(|target| !is_target(target));
    faults.extend(targets.map(|target| format!("`{target}` is no target triple")));
    Ok(faults)
}

/// What is wrong with a key by itself.
fn known(key: &str, item: &Item) -> Option<String> {
    let Some((_, kind)) = KEYS.iter().find(|(known, _)| *known == key) else {
        let hint = nearest(key, KEYS.iter().map(|(known, _)| *known));
        let hint = hint.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
        return Some(format!("docs.rs knows no key `{key}`{hint}"));
    };
    let (fits, what) = match kind {
        Kind::Text => (item.is_str(), "a string"),
        Kind::Switch => (item.is_bool(), "`true` or `false`"),
        Kind::Texts => {
            let array = item.as_array();
            (array.is_some_and(|all| all.iter().all(Value::is_str)), "an array of strings")
        }
    };
    (!fits).then(|| format!("`{key}` must be {what}"))
}

/// What is wrong with the name of a feature; one of a dependency is that dependency's.
fn absent(feature: &str, exist: &BTreeSet<String>) -> Option<String> {
    if exist.contains(feature) || feature.contains('/') || feature == "default" {
        return None;
    }
    let near = nearest(feature, exist.iter().map(String::as_str));
    let hint = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
    Some(format!("there is no feature `{feature}`{hint}"))
}

/// The features that a manifest has: those it lists, and its optional dependencies where no feature
/// says `dep:`.
fn features_of(document: &dyn TableLike) -> BTreeSet<String> {
    let listed = table(document, "features").into_iter().flat_map(TableLike::iter);
    let listed: Vec<(&str, &Item)> = listed.collect();
    let values = listed.iter().filter_map(|(_, item)| item.as_array()).flatten();
    let hidden: BTreeSet<&str> =
        values.filter_map(|value| value.as_str()?.strip_prefix("dep:")).collect();
    let targets = table(document, "target").into_iter().flat_map(TableLike::iter);
    let tables = targets.filter_map(|(_, item)| item.as_table_like());
    let optional = std::iter::once(document).chain(tables).flat_map(|table| {
        ["dependencies", "build-dependencies"].into_iter().flat_map(move |kind| {
            let entries = self::table(table, kind).into_iter().flat_map(TableLike::iter);
            let is_optional = |item: &Item| item.as_table_like()?.get("optional")?.as_bool();
            entries.filter(move |(_, item)| is_optional(item) == Some(true)).map(|(alias, _)| alias)
        })
    });
    let optional = optional.filter(|alias| !hidden.contains(alias));
    listed.iter().map(|(name, _)| *name).chain(optional).map(str::to_owned).collect()
}

fn table<'a>(table: &'a dyn TableLike, key: &str) -> Option<&'a dyn TableLike> {
    table.get(key)?.as_table_like()
}

fn texts(table: &dyn TableLike, key: &str) -> Vec<String> {
    let array = table.get(key).and_then(Item::as_array);
    array.into_iter().flatten().filter_map(|it| it.as_str().map(str::to_owned)).collect()
}

/// Whether a text has the form of a target: two to five words between hyphens. Which there are, only
/// a compiler knows.
fn is_target(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let is_word = |part: &&str| {
        let fits = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '.';
        !part.is_empty() && part.chars().all(fits)
    };
    (2..=5).contains(&parts.len()) && parts.iter().all(is_word)
}

#[cfg(test)]
mod tests {
    use super::docs_faults;

    fn faults(docs: &str) -> String {
        let text = format!(
            "[package]\nname = \"a\"\n{docs}\n[features]\nserde = [\"dep:se\"]\nfull = []\n\
             [dependencies]\nse = {{ version = \"1\", optional = true }}\n\
             [target.'cfg(unix)'.dependencies]\nnet = {{ version = \"1\", optional = true }}\n"
        );
        docs_faults(&text).expect("a manifest").join(" | ")
    }

    #[test]
    fn docs_rs_is_told_what_it_knows() {
        let table = [
            ("", ""),
            ("features = [\"full\", \"net\", \"net/x\", \"default\"]", ""),
            ("features = [\"se\"]", "there is no feature `se`"),
            ("features = [\"sedre\"]", "there is no feature `sedre`; did you mean `serde`?"),
            ("features = \"full\"", "`features` must be an array of strings"),
            (
                "all_features = true",
                "docs.rs knows no key `all_features`; did you mean `all-features`?",
            ),
            ("all-features = \"yes\"", "`all-features` must be `true` or `false`"),
            (
                "all-features = true\nfeatures = [\"full\"]",
                "`all-features` and `features` exclude each other",
            ),
            ("all-features = false\nfeatures = [\"full\"]", ""),
            ("default-target = \"x86_64-unknown-linux-gnu\"\ntargets = [\"wasm32-wasip1\"]", ""),
            ("targets = [\"thumbv8m.main-none-eabihf\", \"aarch64-apple-ios-sim\"]", ""),
            ("targets = [\"linux\"]", "`linux` is no target triple"),
            ("default-target = \"x86_64 linux\"", "`x86_64 linux` is no target triple"),
            ("zzz = 1", "docs.rs knows no key `zzz`"),
            ("rustdoc-args = [\"--cfg\", \"docsrs\"]\ncargo-args = [\"-Z\"]", ""),
        ];
        for (lines, expected) in table {
            let docs = format!("[package.metadata.docs.rs]\n{lines}");
            assert_eq!(faults(&docs), expected, "{lines}");
        }
        let astray = faults("[package.metadata.\"docs.rs\"]\nall-features = true");
        assert!(astray.contains("`metadata.docs.rs`"), "{astray}");
        assert!(faults("[package.metadata.docs]\nother = 1").is_empty());
        assert!(docs_faults("[package").is_err());
    }
}
