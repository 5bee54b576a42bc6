//! Looks at what the index shows now: caches on the way are told to ask again, and only what this
//! process saw itself is reused.

use super::answer::Recorded;
use super::api::recorded;
use super::cache;
use super::http::words;
use super::index::answer;
use super::provider::Purpose;
use super::registries::{Registries, authorize, request};
use cargo_orchestrate::facts::{Published, PublishedVersion};
use cargo_orchestrate::model::{PackageName, RegistryName, Version};
use crates_index::SparseIndex;
use http::header::{CACHE_CONTROL, ETAG, HeaderValue, IF_MODIFIED_SINCE, IF_NONE_MATCH};
use http::{Request, Response};

/// What a look at one package saw, with the tag the server gave it.
#[derive(Debug)]
pub(super) struct Seen {
    etag: HeaderValue,
    versions: Vec<PublishedVersion>,
}

/// What to look at.
#[derive(Debug)]
pub(crate) struct Wanted {
    pub(crate) registry: RegistryName,
    pub(crate) package: PackageName,
    /// The version that the registry's database is asked for, too.
    pub(crate) recorded: Option<Version>,
}

/// A part of what was seen.
#[derive(Debug)]
pub(crate) enum Part {
    Index(Published),
    Record(Recorded),
}

/// A read that is to be made, with the index it goes to.
type Question = (SparseIndex, Request<Vec<u8>>);

/// What a request asks for.
enum Asked<'a> {
    Index(Box<Question>),
    Record(&'a Version),
}

impl Registries {
    /// What the registry holds of one package now.
    pub(crate) fn look(&self, registry: &RegistryName, package: &PackageName) -> Published {
        self.look_all(&[(registry, package)]).pop().expect("one look has one answer")
    }

    /// What the registries hold of these packages now, in their order, asked for all at once.
    pub(crate) fn look_all(&self, wanted: &[(&RegistryName, &PackageName)]) -> Vec<Published> {
        let mut published: Vec<_> = wanted.iter().map(|_| None).collect();
        let look = |(registry, package): &(&RegistryName, &PackageName)| {
            let (registry, package) = ((*registry).clone(), (*package).clone());
            Wanted { registry, package, recorded: None }
        };
        let wanted: Vec<Wanted> = wanted.iter().map(look).collect();
        self.look_each(&wanted, |place, part| {
            if let Part::Index(shown) = part {
                published[place] = Some(shown);
            }
        });
        let published = published.into_iter();
        published.map(|shown| shown.expect("each look has one answer")).collect()
    }

    /// Asks for all of it at once. `heard` gets each part as soon as it is there, with the place of
    /// what was wanted: the index for all, and the database where a version is named.
    pub(crate) fn look_each(&self, wanted: &[Wanted], mut heard: impl FnMut(usize, Part)) {
        let mut asked = Vec::new();
        let mut requests = Vec::new();
        for (place, Wanted { registry, package, recorded }) in wanted.iter().enumerate() {
            match self.question(registry, package) {
                Ok(question) => {
                    requests.push(question.1.clone());
                    asked.push((place, Asked::Index(Box::new(question))));
                }
                Err(text) => heard(place, Part::Index(Published::Unknown(text))),
            }
            let Some(version) = recorded else { continue };
            match self.record_question(registry, package, version) {
                Ok(request) => {
                    asked.push((place, Asked::Record(version)));
                    requests.push(request);
                }
                Err(text) => heard(place, Part::Record(Recorded::Unknown(text))),
            }
        }
        self.client.fetch_each(requests, |number, response| {
            let (place, question) = &asked[number];
            let Wanted { registry, package, .. } = &wanted[*place];
            let response = response.map_err(|error| words(&error));
            let part = match question {
                Asked::Index(question) => {
                    let (index, request) = &**question;
                    let response =
                        response.and_then(|response| self.admitted(registry, request, response));
                    Part::Index(response.map_or_else(Published::Unknown, |response| {
                        self.seen(registry, package, index, response)
                    }))
                }
                Asked::Record(version) => Part::Record(
                    response
                        .map_or_else(Recorded::Unknown, |response| recorded(version, &response)),
                ),
            };
            heard(*place, part);
        });
    }

    fn question(&self, registry: &RegistryName, package: &PackageName) -> Result<Question, String> {
        let index = self.sparse_index(registry)?;
        let mut request = request(index.make_cache_request(package.as_str()));
        let headers = request.headers_mut();
        headers.remove(IF_NONE_MATCH);
        headers.remove(IF_MODIFIED_SINCE);
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        if let Some(seen) = self.memory().seen.get(&(registry.clone(), package.clone())) {
            headers.insert(IF_NONE_MATCH, seen.etag.clone());
        }
        if self.is_closed(registry) {
            let secret =
                self.credential(registry, &Purpose::Read).map_err(|error| words(&error))?;
            authorize(&mut request, &secret);
        }
        Ok((index, request))
    }

    /// The response, or that to a second request where the first lacked a credential.
    fn admitted(
        &self,
        registry: &RegistryName,
        request: &Request<Vec<u8>>,
        response: Response<Vec<u8>>,
    ) -> Result<Response<Vec<u8>>, String> {
        if response.status().as_u16() == 401 && self.wants_credential(registry)? {
            return self.fetch_authorized(registry, request.clone());
        }
        Ok(response)
    }

    /// What a response says, kept for the next look and for the next run.
    fn seen(
        &self,
        registry: &RegistryName,
        package: &PackageName,
        index: &SparseIndex,
        response: Response<Vec<u8>>,
    ) -> Published {
        let key = (registry.clone(), package.clone());
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
        if response.status().is_success() {
            // The next run, above all one without the network, is to know what was seen here.
            let folder = self.folder(index);
            let _ = cache::keep(index, folder.as_deref(), package, response);
        }
        published
    }
}
