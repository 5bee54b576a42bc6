//! What a registry asks of a package beside its files.
//!
//! The limits are those of crates.io (`crates_io_validation`, `controllers/krate/publish.rs`).

use super::Draft;
use crate::model::Package;
use crate::plan::{Finding, Planned};

const NAME_CHARACTERS: usize = 64;
const DESCRIPTION_BYTES: usize = 1000;
const VERSION_CHARACTERS: usize = 150;
const KEYWORDS: usize = 5;
const KEYWORD_CHARACTERS: usize = 20;
const CATEGORIES: usize = 5;
const FEATURES: usize = 300;
const DEPENDENCIES: usize = 500;

/// What crates.io would refuse; a warning for packages that go elsewhere.
pub(super) fn findings(_draft: &Draft<'_>, planned: &Planned, package: &Package) -> Vec<Finding> {
    let severe = planned.registry.is_crates_io();
    let finding = if severe { Finding::error } else { Finding::warning };
    let manifest = &package.manifest;
    let faults =
        required(package).into_iter().chain(limits(planned, package)).chain(links(package));
    faults
        .map(|(code, text, fix)| {
            finding(code, text).about(&package.name).hint(format!("{fix} in {manifest}"))
        })
        .collect()
}

type Fault = (&'static str, String, String);

fn required(package: &Package) -> Vec<Fault> {
    let metadata = &package.metadata;
    let mut faults: Vec<Fault> = Vec::new();
    let is_blank = |text: &Option<String>| text.as_ref().is_none_or(|text| text.trim().is_empty());
    if is_blank(&metadata.description) {
        let text = "it has no description".to_owned();
        faults.push(("no-description", text, "set `description`".to_owned()));
    }
    if is_blank(&metadata.license) && is_blank(&metadata.license_file) {
        let text = "it has no license".to_owned();
        faults.push(("no-license", text, "set `license` or `license-file`".to_owned()));
    }
    faults
}

fn limits(planned: &Planned, package: &Package) -> Vec<Fault> {
    let metadata = &package.metadata;
    let mut faults: Vec<Fault> = Vec::new();
    let mut over = |code, what: &str, count: usize, limit: usize, key: &str| {
        if count > limit {
            let text = format!("it has {count} {what}, crates.io takes {limit}");
            faults.push((code, text, format!("shorten `{key}`")));
        }
    };
    let description = metadata.description.as_deref().unwrap_or_default();
    let dependencies = package.edges.len() + package.externals.len();
    over(
        "description-too-long",
        "bytes of description",
        description.len(),
        DESCRIPTION_BYTES,
        "description",
    );
    over("too-many-keywords", "keywords", metadata.keywords.len(), KEYWORDS, "keywords");
    over("too-many-categories", "categories", metadata.categories.len(), CATEGORIES, "categories");
    over("too-many-features", "features", metadata.features, FEATURES, "features");
    over("too-many-dependencies", "dependencies", dependencies, DEPENDENCIES, "dependencies");
    let version = planned.to.to_string().chars().count();
    over("version-too-long", "characters in its version", version, VERSION_CHARACTERS, "version");
    let name = package.name.as_str();
    if !name.is_ascii() || name.len() > NAME_CHARACTERS {
        let text = format!("crates.io takes names of at most {NAME_CHARACTERS} ASCII characters");
        faults.push(("bad-name", text, "change `name`".to_owned()));
    }
    for keyword in metadata.keywords.iter().filter(|keyword| !is_keyword(keyword)) {
        let text = format!("`{keyword}` is no keyword that crates.io takes");
        faults.push(("bad-keyword", text, "change `keywords`".to_owned()));
    }
    faults
}

fn is_keyword(text: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '+');
    text.len() <= KEYWORD_CHARACTERS
        && text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text.chars().all(fits)
}

fn links(package: &Package) -> Vec<Fault> {
    let metadata = &package.metadata;
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
            ("bad-url", text, format!("change `{key}`"))
        })
        .collect()
}
