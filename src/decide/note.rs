//! What deciding came across that a person should know; the preflight turns it into findings.

use crate::model::{PackageName, PreId, RelPath, Version};

/// Why what was asked for has no effect on a package.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Idle {
    /// No registry takes the package.
    Unpublished,
    /// Policy `release = false`.
    Held,
    /// The command line keeps it out.
    Excluded,
    /// The command line selects others.
    NotSelected,
}

/// Something that stood out while deciding.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Note {
    /// The manifest was raised by hand, but not far enough.
    RaisedTooLittle { package: PackageName, manifest: Version, needed: Version },
    /// A version was asked for that is below what the changes need.
    AskedTooLittle { package: PackageName, asked: Version, needed: Version },
    /// A version was asked for that does not lie above what is there.
    Downgrade { package: PackageName, asked: Version, above: Version },
    /// The tag exists, the registry lacks the version, and the package changed since the
    /// tag or has to follow.
    TaggedNeverPublished { package: PackageName, version: Version, tag: String },
    /// The version is published and has no tag; `known` when its commit is known all the same.
    TagMissing { package: PackageName, version: Version, known: bool },
    /// The version that would be released is in the registry already.
    VersionExists { package: PackageName, version: Version, latest: Version, yanked: bool },
    /// The registry did not say what it holds of the package.
    RegistryUnreachable { package: PackageName, why: String },
    /// The package is left out, although its requirement does not match the new version.
    WouldFollow {
        package: PackageName,
        requirement: String,
        dependency: PackageName,
        /// The version that the dependency would get.
        to: Option<Version>,
        /// Whom policy holds, so that it does not follow: itself, or the nearest that it would follow.
        held_by: Option<PackageName>,
    },
    /// Its version rests on commits that do not say how much they change.
    LevelGuessed { package: PackageName },
    /// The line of pre-releases asked for lies below the version that is there.
    LineGoesDown { package: PackageName, id: PreId, to: Version },
    /// A line of pre-releases was asked for, or its end, and the package is not released.
    LineIgnored { package: PackageName },
    /// It leaves its line of pre-releases, and requires something that does not.
    FinishedOnPreRelease { package: PackageName, dependency: PackageName, version: Version },
    /// Policy wants a changeset for what changes, and none names it.
    ChangesetMissing { package: PackageName },
    /// A changeset names a package that is not released, so that it has no effect.
    ChangesetIdle { package: PackageName, file: RelPath, why: Idle },
    /// A version was asked for a package that is not released.
    BumpIgnored { package: PackageName, why: Idle },
    /// A package was selected, and is not released whatever changed.
    SelectionIgnored { package: PackageName, why: Idle },
    /// The command line keeps the package out, and it is released because it has to follow.
    ExclusionOverruled { package: PackageName },
    /// A hotfix would be more than a patch of the last release.
    BeyondLine { package: PackageName, last: Version, to: Version },
    /// The end of a line of pre-releases was asked for, and it is on none.
    NothingToFinish { package: PackageName },
}
