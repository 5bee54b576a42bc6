//! Uploads: what is to be sent is put together one by one, then several go at once.

use super::answer::{Accepted, Answer};
use super::api::{Guarded, now};
use super::http::{Sender, words};
use super::provider::Purpose;
use super::registries::Registries;
use super::secret::Secret;
use super::trusted::{Job, TrustedError};
use cargo_orchestrate::model::{Digest, RegistryName};
use cargo_orchestrate::run::TroubleKind;
use crates_io::{NewCrate, Registry};
use std::fs::File;
use std::path::{Path, PathBuf};

/// A packed package with all that one upload needs, the credential included. Never kept.
pub(crate) struct Parcel {
    base: String,
    secret: Secret,
    /// Where the credential is from, if it was made for this job.
    job: Option<Job>,
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
        let crate_file = crate_file.to_owned();
        if let Some(job) = self.job(registry)? {
            let refused = |error: TrustedError| Answer::before(error.kind(), words(&error));
            let (base, secret) = (job.base.clone(), job.token().map_err(refused)?);
            return Ok(Parcel { base, secret, job: Some(job), metadata, crate_file });
        }
        let (base, secret) = self.admission(registry, &purpose)?;
        Ok(Parcel { base, secret, job: None, metadata, crate_file })
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
                let sent = thread.join().unwrap_or_else(|_| Err(Answer::lost()));
                let is_refused = |answer: &Answer| answer.trouble.kind == TroubleKind::Unauthorized;
                if sent.as_ref().is_err_and(is_refused) {
                    self.forget();
                }
                sent.map_err(E::from)
            };
            threads.into_iter().map(|thread| thread.and_then(outcome)).collect()
        })
    }
}

impl Parcel {
    /// Sends it; once more where the token ran out on the way, which changed nothing.
    fn send(self, sender: &Sender) -> Result<Accepted, Answer> {
        let sent = self.send_with(sender, &self.secret);
        let another = match (&self.job, &sent) {
            (Some(job), Err(answer)) => job.another(&self.secret, answer),
            _ => None,
        };
        another.map_or(sent, |secret| self.send_with(sender, &secret))
    }

    fn send_with(&self, sender: &Sender, secret: &Secret) -> Result<Accepted, Answer> {
        let file = File::open(&self.crate_file).map_err(|error| {
            let text = format!("could not read `{}`: {error}", self.crate_file.display());
            Answer::before(TroubleKind::Local, text)
        })?;
        let token = Some(secret.expose().to_owned());
        let mut api = Registry::new_handle(self.base.clone(), token, Guarded(sender), true);
        let warnings = api
            .publish(&self.metadata, &file)
            .map_err(|error| Answer::from_error(&error, secret, now()))?;
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
