//! What is wrong with changesets.

use crate::facts::Changesets;
use crate::facts::changeset::MistakeKind;
use crate::plan::{Finding, Location};

/// Every mistake in the folder, whether anything is released or not.
pub(super) fn findings(changesets: &Changesets) -> Vec<Finding> {
    let finding = |mistake: &crate::facts::changeset::Mistake| {
        let code = match mistake.kind {
            MistakeKind::Unreadable => "changeset-unreadable",
            MistakeKind::Malformed => "changeset-malformed",
            MistakeKind::UnknownPackage => "changeset-unknown-package",
        };
        let (file, line, column) = (mistake.file.clone(), mistake.line, mistake.column);
        Finding::error(code, mistake.text.clone())
            .at(Location { file, line, column })
            .hint(mistake.hint.clone())
    };
    changesets.mistakes.iter().map(finding).collect()
}
