//! Uploads: what is to be sent is put together one by one, then several go at once.

use super::answer::{Accepted, Answer};
use super::api::{Guarded, now};
use super::http::Sender;
use super::provider::Purpose;
use super::registries::Registries;
use super::secret::Secret;
use cargo_orchestrate::model::{Digest, RegistryName};
use cargo_orchestrate::run::TroubleKind;
use crates_io::{NewCrate, Registry};
use std::fs::File;
use std::path::{Path, PathBuf};

/// A packed package with all that one upload needs, the credential included. Never kept.
pub(crate) struct Parcel {
    base: String,
    secret: Secret,
    metadata: NewCrate,
    crate_file: PathBuf,
}

impl Registries {
    /// Puts an upload together: asks for a credential, sends nothing of the package.
    ///
    /// # Errors
    /// [`Answer`], of which it is certain that nothing happened.
    pub(crate) fn parcel(
        &self,
        registry: &RegistryName,
        metadata: NewCrate,
        crate_file: &Path,
        checksum: &Digest,
    ) -> Result<Parcel, Answer> {
        let (name, version) = (metadata.name.as_str(), metadata.vers.as_str());
        let purpose = Purpose::Publish { name, version, checksum: checksum.as_str() };
        let (base, secret) = self.admission(registry, &purpose)?;
        Ok(Parcel { base, secret, metadata, crate_file: crate_file.to_owned() })
    }

    /// Sends each parcel once, all at the same time, each on a connection of its own. The outcomes
    /// are in the order of the parcels; a parcel that could not be put together has its own.
    pub(crate) fn send_all<E: From<Answer>>(
        &self,
        parcels: Vec<Result<Parcel, E>>,
    ) -> Vec<Result<Accepted, E>> {
        let sender = self.client.sender();
        std::thread::scope(|scope| {
            let start = |parcel: Parcel| scope.spawn(move || parcel.send(sender));
            let threads: Vec<_> = parcels.into_iter().map(|parcel| parcel.map(start)).collect();
            let outcome = |thread: std::thread::ScopedJoinHandle<'_, _>| {
                thread.join().unwrap_or_else(|_| Err(Answer::lost())).map_err(E::from)
            };
            threads.into_iter().map(|thread| thread.and_then(outcome)).collect()
        })
    }
}

impl Parcel {
    fn send(self, sender: &Sender) -> Result<Accepted, Answer> {
        let file = File::open(&self.crate_file).map_err(|error| {
            let text = format!("could not read `{}`: {error}", self.crate_file.display());
            Answer::before(TroubleKind::Local, text)
        })?;
        let token = Some(self.secret.expose().to_owned());
        let mut api = Registry::new_handle(self.base, token, Guarded(sender), true);
        let warnings = api
            .publish(&self.metadata, &file)
            .map_err(|error| Answer::from_error(&error, &self.secret, now()))?;
        let categories = warnings.invalid_categories.into_iter();
        let badges = warnings.invalid_badges.into_iter();
        let warnings = categories
            .map(|slug| format!("`{slug}` is no category and was ignored"))
            .chain(badges.map(|badge| format!("badge `{badge}` is not valid and was ignored")))
            .chain(warnings.other)
            .collect();
        Ok(Accepted { warnings })
    }
}
