//! What the sparse index of a registry says.

use super::cache;
use super::http::{HttpError, words};
use super::line::{self, LineError};
use super::provider::Purpose;
use super::registries::{Registries, authorize, request};
use super::secret::Secret;
use cargo_orchestrate::facts::{Published, PublishedVersion};
use cargo_orchestrate::model::{Digest, PackageName, RegistryName};
use crates_index::{Crate, SparseIndex};
use http::header::{IF_MODIFIED_SINCE, IF_NONE_MATCH};
use http::{Request, Response};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How long to wait before a round of reads that failed in passing. The first round does not wait;
/// a round without failures of that kind does not either.
pub(super) const PAUSES: [Duration; 4] = [
    Duration::ZERO,
    Duration::from_millis(300),
    Duration::from_millis(1500),
    Duration::from_millis(1500),
];

/// One package to read.
#[derive(Debug)]
struct Pending<'a> {
    package: &'a PackageName,
    registry: &'a RegistryName,
    index: SparseIndex,
    /// Whether the entry on disk is of no use.
    is_fresh: bool,
    /// Why it has to be read again.
    why: String,
}

/// What came of one read.
enum Verdict {
    Settled(Published),
    /// Nothing yet: the server failed in passing.
    Later(String),
    /// Nothing yet: the request was lacking something that it will have next time.
    Again(String),
}

impl Registries {
    /// What the registries hold of these packages, read all at once.
    ///
    /// One entry per package. An entry that was read before is asked for again, but comes from the
    /// cache on disk when the registry says that it did not change. No answer is
    /// [`Published::Unknown`], never an absence.
    pub(crate) fn published(
        &self,
        wanted: &[(PackageName, RegistryName)],
    ) -> BTreeMap<PackageName, Published> {
        let mut known = BTreeMap::new();
        let mut pending = Vec::new();
        for (package, registry) in wanted {
            match self.sparse_index(registry) {
                Ok(index) => {
                    let why = String::new();
                    pending.push(Pending { package, registry, index, is_fresh: false, why });
                }
                Err(text) => {
                    known.insert(package.clone(), Published::Unknown(text));
                }
            }
        }
        let mut is_passing = false;
        for pause in self.pauses {
            if is_passing {
                std::thread::sleep(pause);
            }
            (pending, is_passing) = self.round(pending, &mut known);
            if pending.is_empty() {
                break;
            }
        }
        known
            .extend(pending.into_iter().map(|it| (it.package.clone(), Published::Unknown(it.why))));
        known
    }

    /// Reads everything that is pending once. Returns what is still pending, and whether some of it
    /// is because of failures that may pass.
    fn round<'a>(
        &self,
        pending: Vec<Pending<'a>>,
        known: &mut BTreeMap<PackageName, Published>,
    ) -> (Vec<Pending<'a>>, bool) {
        let mut secrets: BTreeMap<&RegistryName, Result<Secret, String>> = BTreeMap::new();
        let mut asked = Vec::new();
        let mut requests = Vec::new();
        for read in pending {
            let mut request = request(read.index.make_cache_request(read.package.as_str()));
            if read.is_fresh {
                request.headers_mut().remove(IF_NONE_MATCH);
                request.headers_mut().remove(IF_MODIFIED_SINCE);
            }
            if self.is_closed(read.registry) {
                let secret = secrets.entry(read.registry).or_insert_with(|| {
                    self.credential(read.registry, &Purpose::Read).map_err(|error| words(&error))
                });
                match secret {
                    Ok(secret) => authorize(&mut request, secret),
                    Err(text) => {
                        known.insert(read.package.clone(), Published::Unknown(text.clone()));
                        continue;
                    }
                }
            }
            requests.push(request);
            asked.push(read);
        }
        let mut left = Vec::new();
        let mut is_passing = false;
        for (mut read, outcome) in asked.into_iter().zip(self.client.fetch_all(requests)) {
            let was_authorized = secrets.contains_key(read.registry);
            let verdict = self.settle(&mut read, outcome, was_authorized);
            let why = match verdict {
                Verdict::Settled(published) => {
                    known.insert(read.package.clone(), published);
                    continue;
                }
                Verdict::Later(why) => {
                    is_passing = true;
                    why
                }
                Verdict::Again(why) => why,
            };
            left.push(Pending { why, ..read });
        }
        (left, is_passing)
    }

    /// Decides what an outcome says, and keeps a new entry on disk.
    fn settle(
        &self,
        read: &mut Pending<'_>,
        outcome: Result<Response<Vec<u8>>, HttpError>,
        was_authorized: bool,
    ) -> Verdict {
        let response = match outcome {
            Ok(response) => response,
            Err(error) if error.is_passing() => return Verdict::Later(words(&error)),
            Err(error) => return Verdict::Settled(Published::Unknown(words(&error))),
        };
        Verdict::Settled(match response.status().as_u16() {
            200 => {
                let folder = self.folder(&read.index);
                match cache::keep(&read.index, folder.as_deref(), read.package, response.clone()) {
                    Ok(Some(entry)) => entry_answer(read.package, &entry),
                    // One odd line is enough; read what can be read.
                    _ => answer(read.package, &response),
                }
            }
            304 => match self.cached(&read.index, read.package) {
                Some(versions) => {
                    let folder = self.folder(&read.index);
                    cache::confirm(&read.index, folder.as_deref(), read.package);
                    Published::Known(versions)
                }
                None if !read.is_fresh => {
                    read.is_fresh = true;
                    return Verdict::Again("the entry on disk is damaged".into());
                }
                None => answer(read.package, &response),
            },
            401 if !was_authorized => match self.wants_credential(read.registry) {
                Ok(true) => return Verdict::Again("the index wants a credential".into()),
                Ok(false) => answer(read.package, &response),
                Err(text) => Published::Unknown(text),
            },
            status @ 500.. => {
                return Verdict::Later(format!("the index answered with status {status}"));
            }
            404 | 410 | 451 => {
                let folder = self.folder(&read.index);
                cache::keep_absence(&read.index, folder.as_deref(), read.package);
                answer(read.package, &response)
            }
            _ => answer(read.package, &response),
        })
    }

    pub(super) fn sparse_index(&self, registry: &RegistryName) -> Result<SparseIndex, String> {
        let url = self.configuration.index(registry).map_err(|error| words(&error))?;
        // Without a cache folder the entry is looked for where there never is one.
        let folder = self.folder_of(&url).unwrap_or_else(|| Path::new("/dev/null").to_owned());
        Ok(SparseIndex::at_path(folder, url))
    }

    pub(super) fn folder(&self, index: &SparseIndex) -> Option<PathBuf> {
        self.folder_of(&format!("sparse+{}", index.url()))
    }

    fn cached(&self, index: &SparseIndex, package: &PackageName) -> Option<Vec<PublishedVersion>> {
        let versions = cache::versions(index, self.folder(index).as_deref(), package);
        versions.ok().filter(|versions| !versions.is_empty())
    }

    /// Where entries of an index are kept.
    fn folder_of(&self, url: &str) -> Option<PathBuf> {
        Some(self.cache.as_ref()?.join(Digest::of(url.as_bytes()).short(16)))
    }

    /// One read, with a credential where the registry wants one.
    pub(super) fn fetch_authorized(
        &self,
        registry: &RegistryName,
        mut request: Request<Vec<u8>>,
    ) -> Result<Response<Vec<u8>>, String> {
        if self.is_closed(registry) {
            let secret =
                self.credential(registry, &Purpose::Read).map_err(|error| words(&error))?;
            authorize(&mut request, &secret);
            return self.client.fetch(request).map_err(|error| words(&error));
        }
        let response = self.client.fetch(request.clone()).map_err(|error| words(&error))?;
        if response.status().as_u16() == 401 && self.wants_credential(registry)? {
            return self.fetch_authorized(registry, request);
        }
        Ok(response)
    }

    /// Asks `config.json` whether a refused read deserves a credential.
    pub(super) fn wants_credential(&self, registry: &RegistryName) -> Result<bool, String> {
        self.points(registry).map_err(|error| words(&error))?;
        Ok(self.is_closed(registry))
    }
}

pub(super) fn versions(
    package: &PackageName,
    entry: &Crate,
) -> Result<Vec<PublishedVersion>, LineError> {
    let lines = entry.versions().iter().enumerate();
    lines.map(|(line, version)| line::from_entry(package, line + 1, version)).collect()
}

fn entry_answer(package: &PackageName, entry: &Crate) -> Published {
    match versions(package, entry) {
        Ok(versions) => Published::Known(versions),
        Err(error) => Published::Unknown(words(&error)),
    }
}

/// What a response to a read of the index says.
pub(super) fn answer(package: &PackageName, response: &Response<Vec<u8>>) -> Published {
    match response.status().as_u16() {
        200 => match line::parse(package, response.body()) {
            Ok(versions) => Published::Known(versions),
            Err(error) => Published::Unknown(words(&error)),
        },
        // Not there, no longer there, not to be shown (Cargo Book, "Index Format").
        404 | 410 | 451 => Published::Known(Vec::new()),
        status => Published::Unknown(format!("the index answered with status {status}")),
    }
}
