//! What a release or a rollback means for repositories downstream.

use super::line::line;
use crate::downstream::{Outlook, RepositoryImpact};
use crate::facts::RepositoryEdit;
use crate::model::{Oid, PackageName, PlanId, Version};
use crate::plan::Finding;
use serde::Serialize;

/// What `impact` prints.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct ImpactDocument {
    #[serde(flatten)]
    pub subject: ImpactSubject,
    /// The versions that come and go, by name.
    pub versions: Vec<MovingVersion>,
    /// In the order of the configuration.
    pub repositories: Vec<RepositoryImpact>,
    pub findings: Vec<Finding>,
    /// The branches that were asked for; none where nothing needs an edit.
    pub edits: Vec<EditedRepository>,
}

/// What was asked about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "of", rename_all = "kebab-case")]
pub enum ImpactSubject {
    /// Carrying out the plan of this id.
    Plan { id: PlanId },
    /// Taking back this release, tag, or these versions.
    Rollback {
        #[serde(rename = "release")]
        of: String,
    },
}

/// A version that comes or goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct MovingVersion {
    pub name: PackageName,
    pub version: Version,
    /// `comes` or `goes`.
    pub moves: &'static str,
}

/// The branch with the edits of a repository, and how it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct EditedRepository {
    #[serde(flatten)]
    pub edit: RepositoryEdit,
    /// `made`, `there` where an earlier run made it, `failed`.
    pub state: &'static str,
    /// Where the branch stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commit: Option<Oid>,
    pub pushed: bool,
    /// Why it could not be made or pushed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trouble: Option<String>,
}

impl EditedRepository {
    /// An edit of which nothing is done.
    #[must_use]
    pub fn new(edit: RepositoryEdit) -> Self {
        Self { edit, state: "failed", commit: None, pushed: false, trouble: None }
    }
}

impl ImpactDocument {
    /// The document; `remarks` says what to remark on.
    #[must_use]
    pub fn new(
        subject: ImpactSubject,
        outlook: &Outlook,
        repositories: Vec<RepositoryImpact>,
        remarks: impl FnOnce(&[RepositoryImpact]) -> Vec<Finding>,
    ) -> Self {
        let moving = |name: &PackageName, version: &Version, moves| MovingVersion {
            name: name.clone(),
            version: version.clone(),
            moves,
        };
        let coming = outlook.coming.iter().map(|(name, it)| moving(name, it, "comes"));
        let going = outlook
            .going
            .iter()
            .flat_map(|(name, all)| all.iter().map(move |it| moving(name, it, "goes")));
        let findings = remarks(&repositories);
        let versions = coming.chain(going).collect();
        Self { subject, versions, repositories, findings, edits: Vec::new() }
    }

    /// One line of JSON, without the end of line.
    #[must_use]
    pub fn to_json(&self) -> String {
        line("impact", self)
    }
}
