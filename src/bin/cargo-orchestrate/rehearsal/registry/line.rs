//! One line of a package's index file, made from what was uploaded.

use super::upload::{self, Metadata};
use serde::Serialize;
use std::collections::BTreeMap;

/// A version in the index, field by field in the order that crates.io writes them (Cargo Book,
/// "Index Format").
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct IndexLine {
    pub(super) name: String,
    pub(super) vers: String,
    pub(super) deps: Vec<IndexDependency>,
    pub(super) cksum: String,
    pub(super) features: BTreeMap<String, Vec<String>>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) features2: BTreeMap<String, Vec<String>>,
    pub(super) yanked: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) links: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) rust_version: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) v: Option<u8>,
}

/// A dependency in the index: `name` is the name in the manifest, `package` the real one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(super) struct IndexDependency {
    pub(super) name: String,
    pub(super) req: String,
    pub(super) features: Vec<String>,
    pub(super) optional: bool,
    pub(super) default_features: bool,
    pub(super) target: Option<String>,
    pub(super) kind: String,
    /// The index of another registry; null means this one.
    pub(super) registry: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) package: Option<String>,
}

impl IndexLine {
    /// The line of an uploaded version. A dependency on a registry in `own_urls` is one on this
    /// registry.
    pub(super) fn new(metadata: &Metadata, checksum: &str, own_urls: &[String]) -> Self {
        let mut deps: Vec<_> =
            metadata.deps.iter().map(|dep| IndexDependency::new(dep, own_urls)).collect();
        // Cargo wants the normal one first where a package is required in several kinds.
        deps.sort_by(|a, b| (&a.name, rank(&a.kind), a).cmp(&(&b.name, rank(&b.kind), b)));
        let (features, features2) = split(metadata.features.clone());
        Self {
            name: metadata.name.clone(),
            vers: metadata.vers.clone(),
            deps,
            cksum: checksum.into(),
            // Cargo before 1.51 ignores `v` and `features2`, and later ones skip what they do not
            // know; so 2 is written only where it means something.
            v: (!features2.is_empty()).then_some(2),
            features,
            features2,
            yanked: false,
            links: metadata.links.clone(),
            rust_version: metadata.rust_version.clone(),
        }
    }

    /// The line as text, without the line end.
    pub(super) fn render(&self, yanked: bool) -> String {
        let shown = Self { yanked, ..self.clone() };
        serde_json::to_string(&shown).expect("an index line has only string keys")
    }
}

impl IndexDependency {
    fn new(dep: &upload::Dependency, own_urls: &[String]) -> Self {
        let (name, package) = match &dep.explicit_name_in_toml {
            Some(alias) => (alias.clone(), Some(dep.name.clone())),
            None => (dep.name.clone(), None),
        };
        Self {
            name,
            req: dep.version_req.clone(),
            features: dep.features.clone(),
            optional: dep.optional,
            default_features: dep.default_features,
            target: dep.target.clone(),
            kind: dep.kind.clone().unwrap_or_else(|| "normal".into()),
            registry: dep.registry.clone().filter(|url| !own_urls.contains(url)),
            package,
        }
    }
}

fn rank(kind: &str) -> u8 {
    match kind {
        "normal" => 0,
        "build" => 1,
        _ => 2,
    }
}

type Features = BTreeMap<String, Vec<String>>;

/// Parts features that old Cargos cannot read (`dep:x`, `x?/y`), and those that enable one of
/// them, from the others (RFC 3143).
fn split(features: Features) -> (Features, Features) {
    let is_new = |value: &String| value.starts_with("dep:") || value.contains("?/");
    let (mut new, mut old): (Features, Features) =
        features.into_iter().partition(|(_, values)| values.iter().any(is_new));
    loop {
        let (moved, stay): (Features, Features) = old
            .into_iter()
            .partition(|(_, values)| values.iter().any(|value| new.contains_key(value)));
        old = stay;
        if moved.is_empty() {
            return (old, new);
        }
        new.extend(moved);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(metadata: &str, expected: &str) {
        let metadata: Metadata = serde_json::from_str(metadata).expect("metadata");
        let own = ["sparse+http://here/".to_owned()];
        assert_eq!(IndexLine::new(&metadata, "c0", &own).render(false), expected);
    }

    #[test]
    fn a_plain_package_has_a_short_line() {
        check(
            r#"{"name":"a","vers":"1.0.0","deps":[],"features":{}}"#,
            r#"{"name":"a","vers":"1.0.0","deps":[],"cksum":"c0","features":{},"yanked":false}"#,
        );
    }

    #[test]
    fn a_renamed_dependency_swaps_its_names() {
        check(
            r#"{"name":"a","vers":"1.0.0","features":{},"deps":[{"optional":false,"default_features":true,
               "name":"real","features":["x"],"version_req":"^1","target":"cfg(unix)","kind":"dev",
               "explicit_name_in_toml":"alias"}]}"#,
            r#"{"name":"a","vers":"1.0.0","deps":[{"name":"alias","req":"^1","features":["x"],"optional":false,"default_features":true,"target":"cfg(unix)","kind":"dev","registry":null,"package":"real"}],"cksum":"c0","features":{},"yanked":false}"#,
        );
    }

    #[test]
    fn only_another_registry_is_named() {
        let dep = |name: &str, registry: &str| {
            format!(
                r#"{{"name":"{name}","version_req":"^1","kind":"normal","registry":"{registry}"}}"#
            )
        };
        let line = |name: &str, registry: &str| {
            format!(
                r#"{{"name":"{name}","req":"^1","features":[],"optional":false,"default_features":true,"target":null,"kind":"normal","registry":{registry}}}"#
            )
        };
        check(
            &format!(
                r#"{{"name":"a","vers":"1.0.0","deps":[{},{}]}}"#,
                dep("there", "sparse+http://there/"),
                dep("here", "sparse+http://here/")
            ),
            &format!(
                r#"{{"name":"a","vers":"1.0.0","deps":[{},{}],"cksum":"c0","features":{{}},"yanked":false}}"#,
                line("here", "null"),
                line("there", "\"sparse+http://there/\"")
            ),
        );
    }

    #[test]
    fn features_in_the_new_syntax_and_what_enables_them_go_to_features2() {
        check(
            r#"{"name":"a","vers":"1.0.0","links":"z","rust_version":"1.70",
               "features":{"std":[],"net":["dep:b"],"default":["net","std"],"weak":["c?/x"]}}"#,
            r#"{"name":"a","vers":"1.0.0","deps":[],"cksum":"c0","features":{"std":[]},"features2":{"default":["net","std"],"net":["dep:b"],"weak":["c?/x"]},"yanked":false,"links":"z","rust_version":"1.70","v":2}"#,
        );
    }
}
