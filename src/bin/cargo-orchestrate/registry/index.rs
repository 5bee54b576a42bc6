//! What the sparse index of a registry says.

use super::http::{HttpError, words};
use super::line;
use super::provider::Purpose;
use super::registries::{Registries, authorize, request};
use super::secret::Secret;
use cargo_orchestrate::facts::{Published, PublishedVersion};
use cargo_orchestrate::model::{Digest, PackageName, RegistryName};
use crates_index::SparseIndex;
use http::header::{CACHE_CONTROL, ETAG, HeaderValue, IF_MODIFIED_SINCE, IF_NONE_MATCH};
use http::{Request, Response};
use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

/// How long to wait before a read that failed in passing is tried again.
const PAUSES: [Duration; 2] = [Duration::from_millis(300), Duration::from_millis(1500)];

/// What a look at one package saw, with the tag the server gave it.
#[derive(Debug)]
pub(super) struct Seen {
    etag: HeaderValue,
    versions: Vec<PublishedVersion>,
}

/// One package to read, and what came of it.
struct Read<'a> {
    package: &'a PackageName,
    registry: &'a RegistryName,
    index: SparseIndex,
    outcome: Result<Response<Vec<u8>>, HttpError>,
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
        let mut reads = Vec::new();
        for (package, registry) in wanted {
            match self.sparse_index(registry) {
                Ok(index) => reads.push((package, registry, index)),
                Err(text) => {
                    known.insert(package.clone(), Published::Unknown(text));
                }
            }
        }
        for read in self.read_all(reads) {
            let package = read.package.clone();
            known.insert(package, self.settle(read));
        }
        known
    }

    /// What the registry holds of one package now: caches on the way are told to ask again, and
    /// only what this process saw itself is reused.
    pub(crate) fn look(&self, registry: &RegistryName, package: &PackageName) -> Published {
        let index = match self.sparse_index(registry) {
            Ok(index) => index,
            Err(text) => return Published::Unknown(text),
        };
        let mut request = request(index.make_cache_request(package.as_str()));
        let headers = request.headers_mut();
        headers.remove(IF_NONE_MATCH);
        headers.remove(IF_MODIFIED_SINCE);
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        let key = (registry.clone(), package.clone());
        if let Some(seen) = self.memory().seen.get(&key) {
            headers.insert(IF_NONE_MATCH, seen.etag.clone());
        }
        let response = match self.fetch_authorized(registry, request) {
            Ok(response) => response,
            Err(text) => return Published::Unknown(text),
        };
        let mut memory = self.memory();
        if response.status().as_u16() == 304 {
            let seen = memory.seen.get(&key);
            return seen.map_or_else(
                || Published::Unknown("the index says unchanged to a first request".into()),
                |seen| Published::Known(seen.versions.clone()),
            );
        }
        memory.seen.remove(&key);
        let published = answer(package, &response);
        if let (Published::Known(versions), Some(etag)) = (&published, response.headers().get(ETAG))
            && response.status().is_success()
        {
            let seen = Seen { etag: etag.clone(), versions: versions.clone() };
            memory.seen.insert(key, seen);
        }
        published
    }

    fn sparse_index(&self, registry: &RegistryName) -> Result<SparseIndex, String> {
        let url = self.configuration.index(registry).map_err(|error| words(&error))?;
        let folder = match &self.cache {
            Some(cache) => cache.join(Digest::of(url.as_bytes()).short(16)),
            None => Path::new("/nonexistent").to_owned(),
        };
        Ok(SparseIndex::at_path(folder, url))
    }

    /// One read, with a credential where the registry wants one.
    fn fetch_authorized(
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
    fn wants_credential(&self, registry: &RegistryName) -> Result<bool, String> {
        self.points(registry).map_err(|error| words(&error))?;
        Ok(self.is_closed(registry))
    }

    fn read_all<'a>(
        &self,
        wanted: Vec<(&'a PackageName, &'a RegistryName, SparseIndex)>,
    ) -> Vec<Read<'a>> {
        let mut secrets: BTreeMap<&RegistryName, Secret> = BTreeMap::new();
        for (_, registry, _) in &wanted {
            if self.is_closed(registry)
                && !secrets.contains_key(*registry)
                && let Ok(secret) = self.credential(registry, &Purpose::Read)
            {
                secrets.insert(registry, secret);
            }
        }
        let requests = wanted.iter().map(|(package, registry, index)| {
            let mut request = request(index.make_cache_request(package.as_str()));
            if let Some(secret) = secrets.get(*registry) {
                authorize(&mut request, secret);
            }
            request
        });
        let outcomes = self.client.fetch_all(requests.collect());
        wanted
            .into_iter()
            .zip(outcomes)
            .map(|((package, registry, index), outcome)| Read { package, registry, index, outcome })
            .collect()
    }

    /// Turns an outcome into what is known, asking again where that may help.
    fn settle(&self, mut read: Read<'_>) -> Published {
        for pause in PAUSES {
            if !is_passing(&read.outcome) {
                break;
            }
            std::thread::sleep(pause);
            let request = request(read.index.make_cache_request(read.package.as_str()));
            read.outcome = self.client.fetch(request);
        }
        let response = match read.outcome {
            Ok(response) => response,
            Err(error) => return Published::Unknown(words(&error)),
        };
        match response.status().as_u16() {
            401 => {
                let request = request(read.index.make_cache_request(read.package.as_str()));
                match self.fetch_authorized(read.registry, request) {
                    Ok(response) => self.keep(&read.index, read.package, response),
                    Err(text) => Published::Unknown(text),
                }
            }
            _ => self.keep(&read.index, read.package, response),
        }
    }

    /// Reads a response and keeps a new entry on disk.
    fn keep(
        &self,
        index: &SparseIndex,
        package: &PackageName,
        response: Response<Vec<u8>>,
    ) -> Published {
        match response.status().as_u16() {
            200 => {
                let published = answer(package, &response);
                if matches!(published, Published::Known(_)) && self.cache.is_some() {
                    // Without the cache the next read is slower, nothing else.
                    let _ = index.parse_cache_response(package.as_str(), response, true);
                }
                published
            }
            304 => match from_cache(index, package) {
                Some(versions) => Published::Known(versions),
                None => self.read_afresh(index, package),
            },
            _ => answer(package, &response),
        }
    }

    /// Asks for the whole entry, the one on disk being of no use.
    fn read_afresh(&self, index: &SparseIndex, package: &PackageName) -> Published {
        let mut request = request(index.make_cache_request(package.as_str()));
        request.headers_mut().remove(IF_NONE_MATCH);
        request.headers_mut().remove(IF_MODIFIED_SINCE);
        match self.client.fetch(request) {
            Ok(response) => answer(package, &response),
            Err(error) => Published::Unknown(words(&error)),
        }
    }
}

fn is_passing(outcome: &Result<Response<Vec<u8>>, HttpError>) -> bool {
    match outcome {
        Ok(response) => response.status().is_server_error(),
        Err(error) => error.is_passing(),
    }
}

fn from_cache(index: &SparseIndex, package: &PackageName) -> Option<Vec<PublishedVersion>> {
    let entry = index.crate_from_cache(package.as_str()).ok()?;
    let lines = entry.versions().iter().enumerate();
    let versions: Result<Vec<_>, _> =
        lines.map(|(line, version)| line::from_entry(package, line + 1, version)).collect();
    versions.ok().filter(|versions| !versions.is_empty())
}

/// What a response to a read of the index says.
fn answer(package: &PackageName, response: &Response<Vec<u8>>) -> Published {
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
