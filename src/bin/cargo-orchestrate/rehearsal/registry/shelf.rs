//! What the registry holds, and how much of it the index shows already.

use super::answer::Refusal;
use super::line::IndexLine;
use semver::Version;
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// All packages that were uploaded here, by name in lower case.
#[derive(Debug, Default)]
pub(super) struct Shelf {
    packages: BTreeMap<String, Held>,
}

/// A package that was uploaded here, or of which a foreign version was yanked here.
#[derive(Debug, Default)]
pub(super) struct Held {
    /// The name as first uploaded.
    pub(super) name: String,
    /// Logins, in the order in which they came.
    pub(super) owners: Vec<String>,
    /// Versions in the order of upload.
    pub(super) versions: Vec<HeldRelease>,
    /// Yanked flags that were changed here on versions that upstream holds.
    pub(super) upstream_yanks: BTreeMap<String, bool>,
    /// The index as it was before the last change, for stale answers.
    before: Vec<String>,
}

/// A version that was uploaded here.
#[derive(Debug, Clone)]
pub(super) struct HeldRelease {
    pub(super) version: Version,
    pub(super) line: IndexLine,
    pub(super) crate_file: Arc<Vec<u8>>,
    pub(super) yanked: bool,
    pub(super) yank_message: Option<String>,
    /// Hides the version from the index.
    pub(super) lag: Lag,
    /// Hides the last change of the yanked flag from the index.
    pub(super) yank_lag: Lag,
}

/// How long the index does not show something: until a moment and for a number of reads.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Lag {
    until: Option<Instant>,
    reads: u32,
}

impl Lag {
    /// A lag of so long or so many reads of the index, whichever ends last.
    pub(super) fn new(time: Duration, reads: u32) -> Self {
        Self { until: (!time.is_zero()).then(|| Instant::now() + time), reads }
    }

    /// Counts a read; whether the thing is hidden from it.
    fn hides(&mut self) -> bool {
        if self.reads > 0 {
            self.reads -= 1;
            return true;
        }
        self.until.is_some_and(|until| Instant::now() < until)
    }

    fn is_over(self) -> bool {
        self.reads == 0 && self.until.is_none_or(|until| Instant::now() >= until)
    }
}

impl Shelf {
    /// A package by its name in any case.
    pub(super) fn package(&self, name: &str) -> Option<&Held> {
        self.packages.get(&name.to_ascii_lowercase())
    }

    /// A package to change; a place is made for it, and its index is kept for stale answers.
    pub(super) fn change(&mut self, name: &str) -> &mut Held {
        let held = self.packages.entry(name.to_ascii_lowercase()).or_default();
        if held.name.is_empty() {
            name.clone_into(&mut held.name);
        }
        held.before = held.versions.iter().filter_map(HeldRelease::shown).collect();
        held
    }

    /// The owners of a package, to change.
    pub(super) fn owners(&mut self, name: &str) -> Option<&mut Vec<String>> {
        let held = self.packages.get_mut(&name.to_ascii_lowercase());
        held.filter(|held| !held.versions.is_empty()).map(|held| &mut held.owners)
    }

    /// The name under which a package is held that differs from `name` only in `-`, `_` or case.
    pub(super) fn twin(&self, name: &str) -> Option<&str> {
        let canonical = |name: &str| name.to_ascii_lowercase().replace('_', "-");
        let wanted = canonical(name);
        self.packages
            .values()
            .filter(|held| !held.versions.is_empty())
            .map(|held| held.name.as_str())
            .find(|held| *held != name && canonical(held) == wanted)
    }

    /// The lines that the index shows of a package; reading wears lags off.
    pub(super) fn index_lines(&mut self, name: &str, age: Age) -> Vec<String> {
        let Some(held) = self.packages.get_mut(&name.to_ascii_lowercase()) else {
            return Vec::new();
        };
        match age {
            Age::Stale => held.before.clone(),
            Age::Current => held.versions.iter_mut().filter_map(HeldRelease::read).collect(),
        }
    }

    /// The bytes of a version.
    pub(super) fn crate_file(&self, name: &str, version: &str) -> Option<Arc<Vec<u8>>> {
        self.package(name)?.release(version).map(|release| Arc::clone(&release.crate_file))
    }

    /// Everything, for tests.
    pub(super) fn contents(&self) -> Contents {
        let packages = self.packages.values().map(|held| HeldPackage {
            name: held.name.clone(),
            owners: held.owners.clone(),
            versions: held.versions.iter().map(HeldVersion::of).collect(),
            upstream_yanks: held.upstream_yanks.clone(),
        });
        Contents { packages: packages.collect() }
    }
}

/// Which state of the index is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Age {
    /// What is true, as far as lags let it show.
    Current,
    /// The state before the last change.
    Stale,
}

impl Held {
    /// A version; `+build` counts when it is given.
    pub(super) fn release(&self, version: &str) -> Option<&HeldRelease> {
        self.versions.iter().find(|release| release.line.vers == version)
    }

    /// Changes the yanked flag of a version held here.
    pub(super) fn set_yanked(
        &mut self,
        version: &str,
        yanked: bool,
        message: Option<String>,
        lag: Lag,
    ) -> Result<(), Refusal> {
        let name = self.name.clone();
        let release = self
            .versions
            .iter_mut()
            .find(|release| release.line.vers == version)
            .ok_or_else(|| Refusal::no_version(&name, version))?;
        if release.yanked != yanked {
            release.yank_lag = lag;
        }
        release.yanked = yanked;
        release.yank_message = message.filter(|_| yanked);
        Ok(())
    }
}

impl HeldRelease {
    fn read(&mut self) -> Option<String> {
        if self.lag.hides() {
            return None;
        }
        let flipped = self.yank_lag.hides();
        Some(self.line.render(self.yanked != flipped))
    }

    fn shown(&self) -> Option<String> {
        let yanked = if self.yank_lag.is_over() { self.yanked } else { !self.yanked };
        self.lag.is_over().then(|| self.line.render(yanked))
    }
}

/// What the registry holds, whatever the index shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Contents {
    /// Packages by name.
    pub(crate) packages: Vec<HeldPackage>,
}

/// A package in [`Contents`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct HeldPackage {
    /// Its name.
    pub(crate) name: String,
    /// Logins.
    pub(crate) owners: Vec<String>,
    /// Versions in the order of upload.
    pub(crate) versions: Vec<HeldVersion>,
    /// Versions that upstream holds and whose flag was changed here.
    pub(crate) upstream_yanks: BTreeMap<String, bool>,
}

/// A version in [`Contents`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct HeldVersion {
    /// The version.
    pub(crate) version: String,
    /// Whether it is yanked.
    pub(crate) yanked: bool,
    /// SHA-256 of its `.crate`.
    pub(crate) checksum: String,
    /// Why it was yanked.
    pub(crate) yank_message: Option<String>,
}

impl HeldVersion {
    fn of(release: &HeldRelease) -> Self {
        Self {
            version: release.line.vers.clone(),
            yanked: release.yanked,
            checksum: release.line.cksum.clone(),
            yank_message: release.yank_message.clone(),
        }
    }
}
