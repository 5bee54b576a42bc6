//! Requirements that rollbacks hold at the last good versions.

use super::{Facts, RepositoryEdit, RequirementEdit};
use crate::manifest::{Manifest, Spot};
use crate::model::{Oid, PackageName, RelPath};
use serde::{Deserialize, Serialize};

/// A requirement that a rollback set to exactly the last good version, until that is lifted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Pin {
    pub file: RelPath,
    /// The dotted key of the dependency, as `target.'cfg(unix)'.dependencies.lib1`.
    pub key: String,
    /// The package that is required.
    pub package: PackageName,
    /// The requirement as it was written before.
    pub from: String,
    /// `=` and the last good version.
    pub to: String,
}

/// A pin, and whose it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pinned {
    /// The run of the rollback.
    pub rollback: String,
    pub pin: Pin,
}

/// What a rollback pinned in a repository downstream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PinnedDownstream {
    /// The run of the rollback.
    pub rollback: String,
    pub edit: RepositoryEdit,
    /// The commit that the branch was made with.
    pub commit: Oid,
    /// Whether the branch was pushed.
    pub is_pushed: bool,
    pub standing: PinStanding,
}

/// What became of pins in a repository downstream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PinStanding {
    /// What counts there has them: these requirements, turned round, at this commit.
    Taken { base: Oid, requirements: Vec<RequirementEdit> },
    /// They are on their branch alone.
    Offered,
    /// Neither: somebody lifted them.
    Gone,
    /// Nobody can tell; the text says why.
    Unknown(String),
}

impl Facts {
    /// The pins that stand in the manifests, by file and key, with their places; of those on one
    /// requirement the last. What a person wrote instead since lifted the pin.
    #[must_use]
    pub fn standing_pins(&self) -> Vec<(&Pinned, Spot)> {
        let mut standing: Vec<(&Pinned, Spot)> = Vec::new();
        for pinned in self.pins.iter().rev() {
            let place = |pin: &Pin| (pin.file.clone(), pin.key.clone());
            let is_known = standing.iter().any(|(it, _)| place(&it.pin) == place(&pinned.pin));
            if let Some(spot) = self.spot(&pinned.pin).filter(|_| !is_known) {
                standing.push((pinned, spot));
            }
        }
        standing.sort_by(|(a, _), (b, _)| a.pin.cmp(&b.pin));
        standing
    }

    /// The requirement before this pin, and before all that it was put upon.
    #[must_use]
    pub fn before(&self, pin: &Pin) -> &str {
        let mut before = pin;
        for earlier in self.pins.iter().rev().map(|pinned| &pinned.pin) {
            let is_below = (&earlier.file, &earlier.key) == (&before.file, &before.key);
            if is_below && earlier.to == before.from {
                before = earlier;
            }
        }
        self.pins.iter().find(|it| it.pin == *before).map_or("*", |it| it.pin.from.as_str())
    }

    /// Where the pin stands; nothing when something else does.
    fn spot(&self, pin: &Pin) -> Option<Spot> {
        let manifest = Manifest::parse(&pin.file, self.manifests.get(&pin.file)?).ok()?;
        let declared = manifest.declarations().iter().find(|it| it.key == pin.key)?;
        declared.requirement.clone().filter(|spot| spot.value == pin.to)
    }
}
