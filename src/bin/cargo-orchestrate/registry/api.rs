//! The web API of a registry: uploads, yanks, downloads.

use super::answer::{Answer, Recorded};
use super::credential::{self, CredentialError};
use super::guarded::Guarded;
use super::http::{HttpError, words};
use super::new_crate::{Destination, new_crate};
use super::packed::PackedError;
use super::provider::Purpose;
use super::registries::{PointsError, Registries, authorize};
use super::secret::Secret;
use super::trusted::{Job, TrustedError};
use cargo_orchestrate::model::{Digest, PackageName, RegistryName, Timestamp, Version};
use cargo_orchestrate::policy::TrustedPublishing;
use cargo_orchestrate::run::{Certainty, Trouble, TroubleKind};
use crates_index::IndexConfig;
use crates_io::{NewCrate, Registry};
use http::{Request, Response};
use std::io::{Read, Seek};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

impl Registries {
    /// The metadata to send with a packed package, as Cargo would send it to this registry.
    ///
    /// # Errors
    /// When the package or the manifest in it cannot be read.
    pub(crate) fn new_crate(
        &self,
        registry: &RegistryName,
        packed: impl Read + Seek,
    ) -> Result<NewCrate, PackedError> {
        let index = self.configuration.written_index(registry);
        let configured = self.configuration.table(registry).and_then(|table| table.index.clone());
        let to = Destination {
            is_crates_io: registry.is_crates_io(),
            indexes: index.into_iter().chain(configured).collect(),
        };
        new_crate(packed, &to)
    }

    /// Marks a version as not to be used, with a reason where the registry takes one. Doing it twice
    /// is the same as once.
    ///
    /// # Errors
    /// The trouble, and whether the registry may have done it all the same.
    pub(crate) fn yank(
        &self,
        registry: &RegistryName,
        package: &PackageName,
        version: &Version,
        reason: Option<&str>,
    ) -> Result<(), (Certainty, Trouble)> {
        let (name, version) = (package.as_str(), version.to_string());
        let purpose = Purpose::Yank { name, version: &version };
        let guarded = Guarded::with_reason(self.client.sender(), reason);
        Ok(self.write(registry, &purpose, guarded, |api| api.yank(name, &version))?)
    }

    /// Takes a yank back. Doing it twice is the same as once.
    ///
    /// # Errors
    /// The trouble, and whether the registry may have done it all the same.
    pub(crate) fn unyank(
        &self,
        registry: &RegistryName,
        package: &PackageName,
        version: &Version,
    ) -> Result<(), (Certainty, Trouble)> {
        let (name, version) = (package.as_str(), version.to_string());
        let purpose = Purpose::Unyank { name, version: &version };
        let guarded = Guarded::new(self.client.sender());
        Ok(self.write(registry, &purpose, guarded, |api| api.unyank(name, &version))?)
    }

    /// The bytes of a published version. They are not compared with any checksum here.
    ///
    /// # Errors
    /// The trouble; nothing is ever changed by asking.
    pub(crate) fn download(
        &self,
        registry: &RegistryName,
        package: &PackageName,
        version: &Version,
    ) -> Result<Vec<u8>, Trouble> {
        let points = self.points(registry).map_err(|error| points_trouble(&error))?;
        let version_text = version.to_string();
        let config = IndexConfig { dl: points.dl, api: None };
        let url = match config.download_url(package.as_str(), &version_text) {
            Some(url) => url,
            // The address is made of the checksum, which the index has.
            None => self
                .look(registry, package)
                .version(version)
                .and_then(|entry| bytes(&entry.checksum))
                .and_then(|sum| {
                    config.download_url_with_checksum(package.as_str(), &version_text, &sum)
                })
                .ok_or_else(|| trouble(TroubleKind::Unavailable, "no address to download from"))?,
        };
        let mut request = read(&url)?;
        if self.is_closed(registry) {
            let secret = self
                .credential(registry, &Purpose::Read)
                .map_err(|error| trouble(TroubleKind::Unauthorized, words(&error)))?;
            authorize(&mut request, &secret);
        }
        let response = self
            .client
            .fetch(request)
            .map_err(|error| trouble(TroubleKind::Unavailable, words(&error)))?;
        match response.status().as_u16() {
            200 => Ok(response.into_body()),
            401 | 403 => Err(trouble(TroubleKind::Unauthorized, "the download was refused")),
            status @ (404 | 410) => {
                let text = format!("there is nothing to download: status {status}");
                Err(trouble(TroubleKind::Rejected, text))
            }
            status => {
                let text = format!("the download was answered with status {status}");
                Err(trouble(TroubleKind::Unavailable, text))
            }
        }
    }

    /// The question to a registry's database, which knows an upload before the index does.
    ///
    /// Not part of what every registry speaks: only crates.io's way of answering is understood, and
    /// every other answer is [`Recorded::Unknown`].
    ///
    /// # Errors
    /// Why it cannot be asked.
    pub(super) fn record_question(
        &self,
        registry: &RegistryName,
        package: &PackageName,
        version: &Version,
    ) -> Result<Request<Vec<u8>>, String> {
        let api = self.api(registry).map_err(|error| words(&error))?;
        let url = format!("{api}/api/v1/crates/{package}/{version}");
        let mut request = read(&url).map_err(|trouble| trouble.text)?;
        if self.is_closed(registry) {
            let secret =
                self.credential(registry, &Purpose::Read).map_err(|error| words(&error))?;
            authorize(&mut request, &secret);
        }
        Ok(request)
    }

    /// What the registry's database says of a version.
    pub(crate) fn recorded(
        &self,
        registry: &RegistryName,
        package: &PackageName,
        version: &Version,
    ) -> Recorded {
        let asked = self.record_question(registry, package, version);
        let response = asked.and_then(|it| self.client.fetch(it).map_err(|error| words(&error)));
        response.map_or_else(Recorded::Unknown, |response| recorded(version, &response))
    }

    /// Performs one request of the web API with a credential asked for now.
    fn write<'a, T>(
        &'a self,
        registry: &RegistryName,
        purpose: &Purpose<'_>,
        guarded: Guarded<'a>,
        request: impl FnOnce(&mut Registry<Guarded<'a>>) -> Result<T, crates_io::Error<HttpError>>,
    ) -> Result<T, Answer> {
        let (base, secret) = self.admission(registry, purpose)?;
        let token = Some(secret.expose().to_owned());
        let mut api = Registry::new_handle(base, token, guarded, true);
        request(&mut api).map_err(|error| {
            let answer = Answer::from_error(&error, &secret, now());
            if answer.trouble.kind == TroubleKind::Unauthorized {
                self.forget();
            }
            answer
        })
    }

    /// Where the web API is, and a credential asked for now.
    pub(super) fn admission(
        &self,
        registry: &RegistryName,
        purpose: &Purpose<'_>,
    ) -> Result<(String, Secret), Answer> {
        let before = |trouble: Trouble| Answer::before(trouble.kind, trouble.text);
        let base = self.api(registry).map_err(|error| before(points_trouble(&error)))?;
        let secret = self
            .credential(registry, purpose)
            .map_err(|error| Answer::before(credential_kind(&error), words(&error)))?;
        Ok((base, secret))
    }

    /// This job before a registry that uploads go to by trusted publishing.
    pub(super) fn job(&self, registry: &RegistryName) -> Result<Option<Job>, Answer> {
        let refused =
            |error: CredentialError| Answer::before(credential_kind(&error), words(&error));
        let Some(identity) = self.identity(registry) else {
            credential::is_permitted(&self.configuration).map_err(refused)?;
            let is_forced = self.trusted_publishing == TrustedPublishing::Always
                && registry.is_crates_io()
                && !self.configuration.is_stood_in(registry);
            return if is_forced {
                Err(refused(TrustedError::NoIdentity.into()))
            } else {
                Ok(None)
            };
        };
        let before = |trouble: Trouble| Answer::before(trouble.kind, trouble.text);
        let base = self.api(registry).map_err(|error| before(points_trouble(&error)))?;
        let mint = Arc::clone(&self.mint);
        Ok(Some(Job { mint, identity, registry: registry.clone(), base }))
    }
}

/// What a registry's database says of a version.
pub(super) fn recorded(version: &Version, response: &Response<Vec<u8>>) -> Recorded {
    let json: Option<serde_json::Value> = serde_json::from_slice(response.body()).ok();
    let json = json.unwrap_or_default();
    let entry = &json["version"];
    match response.status().as_u16() {
        200 if entry["num"].as_str() == Some(&version.to_string()) => Recorded::Present {
            checksum: entry["checksum"].as_str().map(Digest::from_hex),
            yanked: entry["yanked"].as_bool(),
        },
        // A 404 in the API's own words; any other may come from a server without such a page.
        404 if json["errors"][0]["detail"].as_str().is_some_and(is_absence) => Recorded::Absent,
        status => Recorded::Unknown(format!("the registry answered with status {status}")),
    }
}

/// crates.io: ``crate `x` does not exist``, ``crate `x` does not have a version `1.0.0` ``.
fn is_absence(detail: &str) -> bool {
    detail.contains("does not exist") || detail.contains("does not have a version")
}

pub(super) fn read(url: &str) -> Result<Request<Vec<u8>>, Trouble> {
    let request = Request::get(url).body(Vec::new());
    request.map_err(|error| trouble(TroubleKind::Local, words(&error)))
}

fn bytes(digest: &Digest) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    for (index, byte) in bytes.iter_mut().enumerate() {
        let pair = digest.as_str().get(2 * index..2 * index + 2)?;
        *byte = u8::from_str_radix(pair, 16).ok()?;
    }
    Some(bytes)
}

fn trouble(kind: TroubleKind, text: impl Into<String>) -> Trouble {
    Trouble { kind, text: text.into(), retry_at: None }
}

fn points_trouble(error: &PointsError) -> Trouble {
    let kind = match error {
        PointsError::Credential(error) => credential_kind(error),
        PointsError::Http { .. } | PointsError::Status { .. } | PointsError::Syntax { .. } => {
            TroubleKind::Unavailable
        }
        PointsError::Registry(_) | PointsError::NoApi(_) | PointsError::Insecure { .. } => {
            TroubleKind::Local
        }
    };
    trouble(kind, words(error))
}

pub(super) fn credential_kind(error: &CredentialError) -> TroubleKind {
    match error {
        CredentialError::Missing { .. }
        | CredentialError::Malformed { .. }
        | CredentialError::Provider { .. }
        | CredentialError::Untrusted(_)
        | CredentialError::Unsupported { .. }
        | CredentialError::Elsewhere { .. } => TroubleKind::Unauthorized,
        CredentialError::File(_) => TroubleKind::Local,
        CredentialError::Trusted(error) => error.kind(),
    }
}

pub(super) fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}
