//! The registry behind this one: what is not held here keeps coming from where it comes.

use super::UpstreamOptions;
use super::call::prefix;
use super::fetch::{Fetch, FetchError, Fetched};
use cargo_orchestrate::model::{Digest, PackageName};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// An index file is asked for again after this time. A rehearsal is short, and its verdict should
/// not change half-way because a stranger published something.
const FRESH: Duration = Duration::from_mins(10);

/// A sparse index that is only read, and remembered in memory.
pub(super) struct Upstream {
    /// The index url, without `sparse+`, with a slash at the end.
    index_url: String,
    caches: Vec<PathBuf>,
    fetch: Box<dyn Fetch>,
    cache: Mutex<BTreeMap<String, Cached>>,
}

#[derive(Clone)]
struct Cached {
    at: Instant,
    etag: Option<String>,
    /// None: the file does not exist.
    body: Option<Arc<Vec<u8>>>,
}

/// A line of an index file, as far as it must be understood to be merged.
#[derive(Debug, Deserialize)]
pub(super) struct UpstreamLine {
    /// The version.
    pub(super) vers: String,
    /// SHA-256 of the `.crate`.
    #[serde(default)]
    pub(super) cksum: String,
    /// Whether it is yanked.
    #[serde(default)]
    pub(super) yanked: bool,
}

/// The bytes of a version that upstream holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum CrateFile {
    /// From a cache on this machine.
    Here(Vec<u8>),
    /// To be had at a url.
    At(String),
}

#[derive(Deserialize)]
struct Config {
    dl: String,
}

impl Upstream {
    /// An upstream that is read with `fetch`.
    pub(super) fn new(options: &UpstreamOptions, fetch: Box<dyn Fetch>) -> Self {
        let url = options.index_url.as_str();
        let bare = url.strip_prefix("sparse+").unwrap_or(url).trim_end_matches('/');
        Self {
            index_url: format!("{bare}/"),
            caches: options.caches.clone(),
            fetch,
            cache: Mutex::default(),
        }
    }

    /// The index file of a package; none when upstream does not know it.
    pub(super) fn entry(&self, name: &str) -> Result<Option<Arc<Vec<u8>>>, FetchError> {
        // What is no name is in no index, and must not become a path.
        if !name.is_ascii() || PackageName::new(name).is_err() {
            return Ok(None);
        }
        let name = name.to_ascii_lowercase();
        self.read(&format!("{}/{name}", prefix(&name)))
    }

    /// The versions in the index file of a package; empty when upstream does not know it. Lines
    /// that cannot be read are left out.
    pub(super) fn lines(&self, name: &str) -> Result<Vec<UpstreamLine>, FetchError> {
        let body = self.entry(name)?.unwrap_or_default();
        let text = String::from_utf8_lossy(&body);
        Ok(text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect())
    }

    /// The bytes of a version, or where upstream has them; none when it does not have them.
    pub(super) fn crate_file(
        &self,
        name: &str,
        version: &str,
    ) -> Result<Option<CrateFile>, FetchError> {
        let lines = self.lines(name)?;
        let Some(line) = lines.into_iter().find(|line| line.vers == version) else {
            return Ok(None);
        };
        // Name and version stand in upstream's index, so they cannot lead out of the folder.
        let cached = self.caches.iter().find_map(|folder| {
            let bytes = std::fs::read(folder.join(format!("{name}-{version}.crate"))).ok()?;
            (Digest::of(&bytes).as_str() == line.cksum).then_some(bytes)
        });
        if let Some(bytes) = cached {
            return Ok(Some(CrateFile::Here(bytes)));
        }
        let config = self.read("config.json")?.unwrap_or_default();
        let config: Config = serde_json::from_slice(&config)
            .map_err(|_| FetchError::answer(&format!("{}config.json", self.index_url), None))?;
        Ok(Some(CrateFile::At(expand(&config.dl, name, version, &line.cksum))))
    }

    fn read(&self, path: &str) -> Result<Option<Arc<Vec<u8>>>, FetchError> {
        let known = self.cached(path);
        if let Some(cached) = known.as_ref().filter(|cached| cached.at.elapsed() < FRESH) {
            return Ok(cached.body.clone());
        }
        let url = format!("{}{path}", self.index_url);
        let etag = known.as_ref().and_then(|cached| cached.etag.as_deref());
        let fresh = match (self.fetch.get(&url, etag)?, known) {
            (Fetched::Same, Some(cached)) => Cached { at: Instant::now(), ..cached },
            (Fetched::Same, None) => return Err(FetchError::answer(&url, Some(304))),
            (Fetched::Absent, _) => Cached { at: Instant::now(), etag: None, body: None },
            (Fetched::Found { etag, body }, _) => {
                Cached { at: Instant::now(), etag, body: Some(Arc::new(body)) }
            }
        };
        let body = fresh.body.clone();
        self.locked().insert(path.into(), fresh);
        Ok(body)
    }

    fn cached(&self, path: &str) -> Option<Cached> {
        self.locked().get(path).cloned()
    }

    fn locked(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, Cached>> {
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Fills in a `dl` template (Cargo Book, "Index Format").
fn expand(template: &str, name: &str, version: &str, checksum: &str) -> String {
    let markers = [
        ("{crate}", name.to_owned()),
        ("{version}", version.to_owned()),
        ("{prefix}", prefix(name)),
        ("{lowerprefix}", prefix(&name.to_ascii_lowercase())),
        ("{sha256-checksum}", checksum.to_owned()),
    ];
    if !markers.iter().any(|(marker, _)| template.contains(marker)) {
        return format!("{}/{name}/{version}/download", template.trim_end_matches('/'));
    }
    let fill = |text: String, (marker, value): &(&str, String)| text.replace(marker, value);
    markers.iter().fold(template.to_owned(), fill)
}

/// The index file that answers for a package which upstream and this registry hold versions of:
/// upstream's lines, with the yanked flags that were changed here, then `local`. Where both have a
/// version, the local one counts.
pub(super) fn merge(upstream: &[u8], yanks: &BTreeMap<String, bool>, local: &[String]) -> String {
    let version = |line: &str| serde_json::from_str::<UpstreamLine>(line).map(|line| line.vers);
    let ours: Vec<String> = local.iter().filter_map(|line| version(line).ok()).collect();
    let mut out = String::new();
    for line in String::from_utf8_lossy(upstream).lines().filter(|line| !line.trim().is_empty()) {
        let version = version(line).unwrap_or_default();
        if ours.contains(&version) {
            continue;
        }
        match yanks.get(&version) {
            Some(yanked) => out.push_str(&with_flag(line, *yanked)),
            None => out.push_str(line),
        }
        out.push('\n');
    }
    for line in local {
        out.push_str(line);
        out.push('\n');
    }
    out
}

fn with_flag(line: &str, yanked: bool) -> String {
    let Ok(mut value) = serde_json::from_str::<serde_json::Value>(line) else {
        return line.into();
    };
    value["yanked"] = yanked.into();
    value.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_download_template_is_filled_in_as_cargo_does() {
        let table = [
            ("https://x/api/v1/crates", "https://x/api/v1/crates/Itoa/1.0.0/download"),
            ("https://x/{crate}/{version}.crate", "https://x/Itoa/1.0.0.crate"),
            ("https://x/{prefix}/{lowerprefix}/{sha256-checksum}", "https://x/It/oa/it/oa/c0"),
        ];
        for (template, expected) in table {
            assert_eq!(expand(template, "Itoa", "1.0.0", "c0"), expected);
        }
    }

    #[test]
    fn merged_entries_show_foreign_versions_first_and_own_ones_once() {
        let line = |version: &str, yanked: bool, from: &str| {
            format!(r#"{{"cksum":"{from}","vers":"{version}","yanked":{yanked}}}"#)
        };
        let upstream = [line("1.0.0", false, "up"), line("1.1.0", false, "up")].join("\n");
        let yanks = BTreeMap::from([("1.0.0".to_owned(), true)]);
        let local = [line("1.1.0", false, "here"), line("1.2.0", false, "here")];
        let expected =
            [line("1.0.0", true, "up"), line("1.1.0", false, "here"), line("1.2.0", false, "here")];
        let merged = merge(upstream.as_bytes(), &yanks, &local);
        assert_eq!(merged, expected.join("\n") + "\n");
    }
}
