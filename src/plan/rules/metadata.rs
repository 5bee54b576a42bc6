//! What crates.io asks of a manifest (`crates_io_validation`, `controllers/krate/publish.rs`).

use super::Fault;
use crate::model::{PackageMetadata, Version};

const NAME_CHARACTERS: usize = 64;
const DESCRIPTION_BYTES: usize = 1000;
const VERSION_CHARACTERS: usize = 150;
const KEYWORDS: usize = 5;
const KEYWORD_CHARACTERS: usize = 20;
const CATEGORIES: usize = 5;
const FEATURES: usize = 300;
const FEATURE_VALUES: usize = 300;
const DEPENDENCIES: usize = 500;

/// Which licence expressions crates.io takes.
const LICENSES: spdx::ParseMode = spdx::ParseMode {
    allow_slash_as_or_operator: true,
    allow_imprecise_license_names: false,
    allow_postfix_plus_on_gpl: true,
    allow_deprecated: true,
    allow_unknown: false,
};

/// All that crates.io would refuse about a package of this name and version.
pub(in crate::plan) fn faults(
    name: &str,
    version: &Version,
    metadata: &PackageMetadata,
    dependencies: usize,
) -> Vec<Fault> {
    let mut faults = required(metadata);
    faults.extend(counts(metadata, dependencies));
    faults.extend(words(name, version, metadata));
    faults.extend(links(metadata));
    faults
}

fn required(metadata: &PackageMetadata) -> Vec<Fault> {
    let mut faults = Vec::new();
    let is_blank = |text: &Option<String>| text.as_ref().is_none_or(|text| text.trim().is_empty());
    if is_blank(&metadata.description) {
        faults.push(Fault::new("no-description", "it has no description", "set `description`"));
    }
    if is_blank(&metadata.license) && is_blank(&metadata.license_file) {
        let fix = "set `license` or `license-file`";
        faults.push(Fault::new("no-license", "it has no license", fix));
    }
    faults
}

fn counts(metadata: &PackageMetadata, dependencies: usize) -> Vec<Fault> {
    let description = metadata.description.as_deref().unwrap_or_default().len();
    let (keywords, categories) = (metadata.keywords.len(), metadata.categories.len());
    let features = metadata.features.len();
    let table = [
        ("description-too-long", "bytes of description", description, DESCRIPTION_BYTES),
        ("too-many-keywords", "keywords", keywords, KEYWORDS),
        ("too-many-categories", "categories", categories, CATEGORIES),
        ("too-many-features", "features", features, FEATURES),
        ("too-many-dependencies", "dependencies", dependencies, DEPENDENCIES),
    ];
    let over = table.into_iter().filter(|(_, _, count, limit)| count > limit);
    let mut faults: Vec<Fault> = over
        .map(|(code, what, count, limit)| {
            let key = what.rsplit(' ').next().unwrap_or(what);
            let text = format!("it has {count} {what}, crates.io takes {limit}");
            Fault::new(code, text, format!("shorten `{key}`"))
        })
        .collect();
    let long = metadata.features.iter().filter(|(_, values)| **values > FEATURE_VALUES);
    faults.extend(long.map(|(name, values)| {
        let text = format!(
            "its feature `{name}` enables {values} others, crates.io takes {FEATURE_VALUES}"
        );
        Fault::new("too-many-features", text, format!("shorten `features.{name}`"))
    }));
    faults
}

fn words(name: &str, version: &Version, metadata: &PackageMetadata) -> Vec<Fault> {
    let mut faults = Vec::new();
    let characters = version.to_string().chars().count();
    if characters > VERSION_CHARACTERS {
        let text = format!(
            "it has {characters} characters in its version, crates.io takes {VERSION_CHARACTERS}"
        );
        faults.push(Fault::new("version-too-long", text, "shorten `version`"));
    }
    if !is_name(name) {
        let text = format!(
            "crates.io takes names that begin with a letter, of at most {NAME_CHARACTERS} letters, \
             digits, `-` and `_`"
        );
        faults.push(Fault::new("bad-name", text, "change `name`"));
    }
    for keyword in metadata.keywords.iter().filter(|keyword| !is_keyword(keyword)) {
        let text = format!("`{keyword}` is no keyword that crates.io takes");
        let fix = format!(
            "change `keywords`: at most {KEYWORD_CHARACTERS} letters, digits, `-`, `_` and `+`"
        );
        faults.push(Fault::new("bad-keyword", text, fix));
    }
    let license = metadata.license.as_deref().filter(|text| !text.trim().is_empty());
    if let Some((license, error)) =
        license.and_then(|it| Some((it, spdx::Expression::parse_mode(it, LICENSES).err()?)))
    {
        let text = format!("`{license}` is no SPDX expression: {}", error.reason);
        faults.push(Fault::new("bad-license", text, "change `license`, as `MIT OR Apache-2.0`,"));
    }
    faults
}

fn is_name(name: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    name.len() <= NAME_CHARACTERS
        && name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(fits)
}

/// Names that crates.io keeps for itself, `-` and `_` not told apart (its table
/// `reserved_crate_names`).
const RESERVED: [&str; 42] = [
    "alloc",
    "arena",
    "ast",
    "aux",
    "builtins",
    "collections",
    "compiler_builtins",
    "compiler_rt",
    "compiletest",
    "con",
    "core",
    "coretest",
    "debug",
    "driver",
    "flate",
    "fmt_macros",
    "grammar",
    "graphviz",
    "macro",
    "macros",
    "nul",
    "prn",
    "proc_macro",
    "rbml",
    "rust_installer",
    "rustbook",
    "rustc",
    "rustc_back",
    "rustc_borrowck",
    "rustc_driver",
    "rustc_llvm",
    "rustc_resolve",
    "rustc_trans",
    "rustc_typeck",
    "rustdoc",
    "rustllvm",
    "rustuv",
    "serialize",
    "std",
    "syntax",
    "test",
    "unicode",
];

/// Whether crates.io gives this name to nobody.
pub(in crate::plan) fn is_reserved(name: &str) -> bool {
    let name = name.to_ascii_lowercase().replace('-', "_");
    let port = name.strip_prefix("com").or_else(|| name.strip_prefix("lpt"));
    let is_port = port.is_some_and(|number| matches!(number.as_bytes(), [b'1'..=b'9']));
    is_port || RESERVED.contains(&name.as_str())
}

fn is_keyword(text: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '+');
    text.len() <= KEYWORD_CHARACTERS
        && text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text.chars().all(fits)
}

fn links(metadata: &PackageMetadata) -> Vec<Fault> {
    let keys = [
        ("homepage", &metadata.homepage),
        ("documentation", &metadata.documentation),
        ("repository", &metadata.repository),
    ];
    let given = keys.into_iter().filter_map(|(key, value)| Some((key, value.as_deref()?)));
    given
        .filter(|(_, url)| !url.starts_with("https://") && !url.starts_with("http://"))
        .map(|(key, _)| {
            let text = format!("its `{key}` does not begin with `https://`");
            Fault::new("bad-url", text, format!("change `{key}`"))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::faults;
    use crate::manifest::PackedManifest;
    use crate::model::Version;

    fn codes(lines: &str) -> String {
        let text = format!("[package]\nname = \"a\"\nversion = \"1.0.0\"\n{lines}");
        let read = PackedManifest::parse(&text).expect("a manifest");
        let count = read.dependencies.len();
        let name = read.name.expect("a name");
        let version = Version::parse(&read.version.expect("a version")).expect("a version");
        let found = faults(&name, &version, &read.metadata, count);
        found.iter().map(|fault| fault.code).collect::<Vec<_>>().join(" ")
    }

    fn features(count: usize, values: usize) -> String {
        let values = vec!["\"b\""; values].join(",");
        let lines = (0..count).map(|n| format!("f{n} = [{values}]\n"));
        format!("description = \"d\"\nlicense = \"MIT\"\n[features]\n{}", lines.collect::<String>())
    }

    #[test]
    fn what_crates_io_refuses_is_found_in_a_manifest() {
        let table = [
            ("", "no-description no-license"),
            ("description = \" \"\nlicense-file = \"x\"", "no-description"),
            ("license = \"MIT/Apache-2.0\"", ""),
            ("license = \"GPL-3.0+ AND (BSD-3-Clause OR MIT)\"", ""),
            ("license = \"MIT License\"", "bad-license"),
            ("license = \"Proprietary\"", "bad-license"),
            ("keywords = [\"1\", \"2\", \"3\", \"4\", \"5\"]", ""),
            ("keywords = [\"1\", \"2\", \"3\", \"4\", \"5\", \"6\"]", "too-many-keywords"),
            (
                "keywords = [\"a b\", \"-a\", \"abcdefghijklmnopqrstu\"]",
                "bad-keyword bad-keyword bad-keyword",
            ),
            ("homepage = \"example.org\"\nrepository = \"git@x\"", "bad-url bad-url"),
        ];
        for (lines, expected) in table {
            let rest = match lines {
                _ if lines.contains("description") || lines.is_empty() => "",
                _ if lines.contains("license") => "description = \"d\"\n",
                _ => "description = \"d\"\nlicense = \"MIT\"\n",
            };
            assert_eq!(codes(&format!("{rest}{lines}")), expected, "{lines}");
        }
    }

    #[test]
    fn limits_hold_to_the_last_one() {
        let table = [
            (features(300, 1), ""),
            (features(301, 1), "too-many-features"),
            (features(1, 300), ""),
            (features(2, 301), "too-many-features too-many-features"),
            (format!("license = \"MIT\"\ndescription = \"{}\"", "x".repeat(1000)), ""),
            (
                format!("license = \"MIT\"\ndescription = \"{}\"", "é".repeat(501)),
                "description-too-long",
            ),
        ];
        for (lines, expected) in table {
            assert_eq!(codes(&lines), expected);
        }
    }
}
