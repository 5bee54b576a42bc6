//! What became of the versions that a run published, looked at once more.

use super::{RunState, Status, Trouble, TroubleKind};
use crate::facts::Published;
use crate::model::Digest;
use crate::plan::{Action, Step, Upload};

/// What became of one version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// The index shows it with our checksum.
    Ours,
    /// It does, and somebody yanked it.
    Yanked,
    /// It was seen, and the index does not show it any more.
    Lost,
    /// The index shows it with this checksum, which is not ours.
    Foreign(Digest),
    /// It is not there, and this run never saw it there.
    NotOut,
    /// Nobody can tell; the text says why.
    Unknown(String),
}

impl Fate {
    /// Whether a person has to know of it and decide.
    #[must_use]
    pub fn needs_decision(&self) -> bool {
        matches!(self, Self::Lost | Self::Foreign(_))
    }
}

/// What became of an upload of a run, of which the index says `published` now.
#[must_use]
pub fn fate(step: &Step, upload: &Upload, state: &RunState, published: &Published) -> Fate {
    if let Published::Unknown(why) = published {
        return Fate::Unknown(why.clone());
    }
    let was_seen = matches!(state.status(&step.id), Status::Done(_));
    match (published.version(&upload.version), state.packed(upload)) {
        (None, _) if was_seen => Fate::Lost,
        (None, _) => Fate::NotOut,
        (Some(entry), Some(sealed)) if entry.checksum != *sealed => {
            Fate::Foreign(entry.checksum.clone())
        }
        (Some(entry), None) => Fate::Foreign(entry.checksum.clone()),
        (Some(entry), Some(_)) if entry.yanked => Fate::Yanked,
        (Some(_), Some(_)) => Fate::Ours,
    }
}

/// The uploads of steps.
pub fn uploads(steps: &[Step]) -> impl Iterator<Item = (&Step, &Upload)> {
    steps.iter().filter_map(|step| match &step.action {
        Action::Upload(upload) => Some((step, upload)),
        _ => None,
    })
}

impl Trouble {
    /// That a version which was seen is gone, so that its bytes are to be sent again.
    #[must_use]
    pub fn lost() -> Self {
        Self::new(TroubleKind::Disproved, "it was in the index, and is gone")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::{Dependencies, PublishedVersion};
    use crate::model::{PackageName, RegistryName, Timestamp, Version};
    use crate::plan::{StepId, Verification};
    use crate::run::{Artifact, Event, Receipt};

    fn upload() -> Upload {
        Upload {
            package: PackageName::new("lib").expect("a name"),
            version: Version::new(0, 2, 0),
            registry: RegistryName::crates_io(),
        }
    }

    fn published(checksum: &str, yanked: bool) -> Published {
        Published::Known(vec![PublishedVersion {
            version: Version::new(0, 2, 0),
            yanked,
            checksum: Digest::from_hex(checksum),
            dependencies: Dependencies::default(),
        }])
    }

    #[test]
    fn what_the_index_says_now_and_what_was_seen_then_tell_what_became_of_a_version() {
        let at = Timestamp(1);
        let packages = vec![upload()];
        let pack = Step {
            id: StepId("pack".into()),
            action: Action::Pack { packages, verification: Verification::Build },
            needs: Vec::new(),
        };
        let step =
            Step { id: StepId("upload".into()), action: Action::Upload(upload()), ..pack.clone() };
        let artifact = Artifact { upload: upload(), sha256: Digest::from_hex("ab"), size_bytes: 1 };
        let receipt = Receipt::Packed { artifacts: vec![artifact], without_lockfile: None };
        let packed = Event::Done { step: pack.id, receipt, at };
        let checksum = Digest::from_hex("ab");
        let seen =
            Event::Done { step: step.id.clone(), receipt: Receipt::Visible { checksum }, at };
        let none = Published::Known(Vec::new());
        let table = [
            (true, published("ab", false), Fate::Ours),
            // A run that was killed before it saw it: the bytes say whose it is.
            (false, published("ab", false), Fate::Ours),
            (true, published("ab", true), Fate::Yanked),
            (true, published("cd", false), Fate::Foreign(Digest::from_hex("cd"))),
            (true, published("cd", true), Fate::Foreign(Digest::from_hex("cd"))),
            (true, none.clone(), Fate::Lost),
            (false, none, Fate::NotOut),
            (true, Published::Unknown("503".into()), Fate::Unknown("503".into())),
        ];
        for (was_seen, published, expected) in table {
            let events = [packed.clone(), seen.clone()];
            let state = RunState::fold(&events[..if was_seen { 2 } else { 1 }]);
            assert_eq!(fate(&step, &upload(), &state, &published), expected, "{published:?}");
        }
    }
}
