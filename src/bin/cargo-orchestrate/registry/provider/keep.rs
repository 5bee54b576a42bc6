//! Credentials that their providers let us keep, so that a person is not asked for each package.

use super::Purpose;
use crate::registry::secret::Secret;
use cargo_orchestrate::model::{RegistryName, Timestamp};
use std::collections::BTreeMap;
use std::time::Duration;

/// A credential, and what its provider allows to be done with it beside this one request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct Provided {
    pub(in super::super) secret: Secret,
    /// For what other requests it may be kept; nothing when it may not.
    pub(in super::super) keep: Option<Keep>,
}

/// For which requests a credential may be kept, and how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) struct Keep {
    /// Nothing is for as long as this program runs.
    pub(in super::super) until: Option<Timestamp>,
    /// Whether it serves every request; otherwise it serves reads.
    pub(in super::super) is_for_all: bool,
}

impl Keep {
    /// Whether it serves this request now; one that is about to run out does not, as for Cargo.
    fn serves(self, purpose: &Purpose<'_>, now: Timestamp) -> bool {
        const MARGIN: Duration = Duration::from_mins(1);
        self.until.is_none_or(|until| now.after(MARGIN) < until)
            && (self.is_for_all || *purpose == Purpose::Read)
    }
}

/// What is kept, by registry.
#[derive(Debug, Default)]
pub(in super::super) struct Kept(BTreeMap<RegistryName, (Secret, Keep)>);

impl Kept {
    /// What serves this request.
    pub(in super::super) fn serving(
        &self,
        name: &RegistryName,
        purpose: &Purpose<'_>,
        now: Timestamp,
    ) -> Option<Secret> {
        let (secret, keep) = self.0.get(name)?;
        keep.serves(purpose, now).then(|| secret.clone())
    }

    /// Keeps what may be kept, and hands out the credential.
    pub(in super::super) fn take(&mut self, name: &RegistryName, provided: Provided) -> Secret {
        match provided.keep {
            Some(keep) => {
                self.0.insert(name.clone(), (provided.secret.clone(), keep));
            }
            None => drop(self.0.remove(name)),
        }
        provided.secret
    }

    /// Lets go of all.
    pub(in super::super) fn forget(&mut self) {
        self.0.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_serves_what_its_provider_said() {
        let upload = Purpose::Publish { name: "a", version: "1.0.0", checksum: "" };
        let (now, name) = (Timestamp(1_000_000), RegistryName::crates_io());
        let table = [
            (None, upload, false),
            (Some(Keep { until: None, is_for_all: true }), upload, true),
            (Some(Keep { until: None, is_for_all: false }), upload, false),
            (Some(Keep { until: None, is_for_all: false }), Purpose::Read, true),
            (Some(Keep { until: Some(Timestamp(1_061_000)), is_for_all: true }), upload, true),
            (Some(Keep { until: Some(Timestamp(1_059_000)), is_for_all: true }), upload, false),
        ];
        for (keep, purpose, expected) in table {
            let mut kept = Kept::default();
            kept.take(&name, Provided { secret: Secret::new("t0"), keep });
            let serving = kept.serving(&name, &purpose, now);
            assert_eq!(serving.is_some(), expected, "{keep:?} {purpose:?}");
            kept.forget();
            assert_eq!(kept.serving(&name, &purpose, now), None);
        }
    }
}
