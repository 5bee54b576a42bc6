//! What must still be true when a plan is carried out.

use crate::model::{Digest, Oid, PackageName, RelPath, Version};
use serde::{Deserialize, Serialize};

/// A fact the plan rests on.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", rename_all_fields = "kebab-case")]
pub enum Guard {
    /// This commit is checked out.
    Head { oid: Oid },
    /// This file has these contents.
    File { path: RelPath, digest: Digest },
    /// There is no file of this name.
    Absent { path: RelPath },
    /// The highest version of the package ever published is this one; nothing: none was.
    Highest {
        package: PackageName,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        version: Option<Version>,
    },
}
