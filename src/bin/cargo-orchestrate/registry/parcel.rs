//! An upload: what is to be sent is put together first, and sent once.

use super::answer::{Accepted, Answer};
use super::api::now;
use super::guarded::{Archive, Guarded};
use super::http::{Sender, words};
use super::provider::Purpose;
use super::registries::Registries;
use super::secret::Secret;
use super::trusted::{Job, TrustedError};
use cargo_orchestrate::model::{Digest, RegistryName};
use cargo_orchestrate::run::TroubleKind;
use crates_io::{NewCrate, Registry};

/// A packed package with all that one upload needs, the credential included. Never kept.
pub(crate) struct Parcel {
    base: String,
    secret: Secret,
    /// Where the credential is from, if it was made for this job.
    job: Option<Job>,
    metadata: NewCrate,
    archive: Archive,
}

impl Registries {
    /// Puts an upload together: asks for a credential, sends nothing of the package. Nobody is
    /// asked for two credentials at once.
    ///
    /// # Errors
    /// [`Answer`], of which it is certain that nothing happened.
    pub(crate) fn parcel(
        &self,
        registry: &RegistryName,
        metadata: NewCrate,
        archive: Archive,
        checksum: &Digest,
    ) -> Result<Parcel, Answer> {
        let (name, version) = (metadata.name.as_str(), metadata.vers.as_str());
        let purpose = Purpose::Publish { name, version, checksum: checksum.as_str() };
        let _one_at_a_time = self.asking();
        if let Some(job) = self.job(registry)? {
            let refused = |error: TrustedError| Answer::before(error.kind(), words(&error));
            let (base, secret) = (job.base.clone(), job.token().map_err(refused)?);
            return Ok(Parcel { base, secret, job: Some(job), metadata, archive });
        }
        let (base, secret) = self.admission(registry, &purpose)?;
        Ok(Parcel { base, secret, job: None, metadata, archive })
    }

    /// Sends a parcel once, on a connection of its own.
    pub(crate) fn send(&self, parcel: Parcel) -> Result<Accepted, Answer> {
        let sent = parcel.send(self.client.sender());
        if matches!(&sent, Err(answer) if answer.trouble.kind == TroubleKind::Unauthorized) {
            self.forget();
        }
        sent
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
        let local = |error: std::io::Error| {
            Answer::before(TroubleKind::Local, format!("could not make a temporary file: {error}"))
        };
        let instead = tempfile::tempfile().map_err(local)?;
        let archive = self.archive.again().map_err(|error| {
            Answer::before(TroubleKind::Local, format!("could not read the kept package: {error}"))
        })?;
        let token = Some(secret.expose().to_owned());
        let guarded = Guarded::with_archive(sender, archive);
        let mut api = Registry::new_handle(self.base.clone(), token, guarded, true);
        let warnings = api
            .publish(&self.metadata, &instead)
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
