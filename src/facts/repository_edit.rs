//! Requirements rewritten in a repository downstream, on a branch of their own.

use crate::manifest::{Manifest, Spot, TextEdit, apply};
use crate::model::{Digest, Oid, PackageName, RelPath};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What the requirements downstream are to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EditWish {
    /// The version that comes, else the newest that is there.
    Bump,
    /// Exactly the last good version, where one that goes could be taken.
    Pin,
    /// What they said before they were pinned.
    Unpin,
}

impl EditWish {
    /// In one word, as the flag and the name of the branch have it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Bump => "bump",
            Self::Pin => "pin",
            Self::Unpin => "unpin",
        }
    }

    /// The first line of the commit.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Bump => "chore: take up released versions",
            Self::Pin => "fix: pin to the last good versions",
            Self::Unpin => "chore: lift pins to the last good versions",
        }
    }
}

/// The edits of one repository, all or none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct RepositoryEdit {
    /// The name of the repository in the configuration.
    pub repository: String,
    pub wish: EditWish,
    /// The commit that the edits were made for.
    pub base: Oid,
    /// The branch for them; named by what they are, so that the same edits have the same branch.
    pub branch: String,
    /// By file and place.
    pub requirements: Vec<RequirementEdit>,
}

/// A requirement that is rewritten.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct RequirementEdit {
    /// From the root of the repository.
    pub file: RelPath,
    /// From 1.
    pub line: usize,
    /// The dotted key of the entry that has the requirement.
    pub key: String,
    pub package: PackageName,
    pub from: String,
    pub to: String,
}

impl RepositoryEdit {
    /// These edits, and the branch that is theirs: `orchestrate/bump-1f3a5c7e`.
    #[must_use]
    pub fn new(
        wish: EditWish,
        repository: &str,
        base: &Oid,
        requirements: BTreeSet<RequirementEdit>,
    ) -> Self {
        let requirements: Vec<RequirementEdit> = requirements.into_iter().collect();
        let text =
            serde_json::to_string(&requirements).expect("requirements hold nothing JSON cannot");
        Self {
            repository: repository.to_owned(),
            wish,
            base: base.clone(),
            branch: format!("orchestrate/{}-{}", wish.word(), Digest::of(text.as_bytes()).short(8)),
            requirements,
        }
    }

    /// The files that have any of the requirements.
    #[must_use]
    pub fn files(&self) -> BTreeSet<&RelPath> {
        self.requirements.iter().map(|it| &it.file).collect()
    }

    /// The text of one of the files with its edits made.
    ///
    /// # Errors
    /// Which requirement is not there as it was, or cannot be written.
    pub fn applied(&self, file: &RelPath, text: &str) -> Result<String, String> {
        let manifest = Manifest::parse(file, text).map_err(|error| format!("{file}: {error}"))?;
        let of_file = self.requirements.iter().filter(|it| it.file == *file);
        let edits = of_file.map(|it| {
            let spot = spot(&manifest, &it.key, &it.from);
            let spot = spot.ok_or_else(|| format!("{file}: `{}` is not {}", it.key, it.from))?;
            spot.edit(it.to.clone()).map_err(|error| format!("{file}:{}: {error}", it.line))
        });
        let edits = edits.collect::<Result<Vec<TextEdit>, String>>()?;
        apply(text, &edits).map_err(|error| format!("{file}: {error}"))
    }

    /// Those of the edits that stand in this text of one of the files, turned round.
    #[must_use]
    pub fn turned(&self, file: &RelPath, text: &str) -> Vec<RequirementEdit> {
        let Ok(manifest) = Manifest::parse(file, text) else { return Vec::new() };
        let of_file = self.requirements.iter().filter(|it| it.file == *file);
        let turned = of_file.filter_map(|it| {
            let line = spot(&manifest, &it.key, &it.to)?.line;
            let (from, to) = (it.to.clone(), it.from.clone());
            Some(RequirementEdit { line, from, to, ..it.clone() })
        });
        turned.collect()
    }
}

/// Where the entry with this key has this requirement.
fn spot(manifest: &Manifest, key: &str, value: &str) -> Option<Spot> {
    let declared = manifest.declarations().iter().find(|it| it.key == key)?;
    declared.requirement.clone().filter(|spot| spot.value == value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decide::notation::name;

    fn edit(from: &str, to: &str) -> RepositoryEdit {
        let requirement = RequirementEdit {
            file: file(),
            line: 3,
            key: "target.'cfg(unix)'.dependencies.lib1".to_owned(),
            package: name("lib1"),
            from: from.to_owned(),
            to: to.to_owned(),
        };
        let base = Oid::from_hex("ab".repeat(20));
        RepositoryEdit::new(EditWish::Pin, "app", &base, [requirement].into())
    }

    fn file() -> RelPath {
        RelPath::new("cli/Cargo.toml").expect("a path")
    }

    const TEXT: &str = "[dependencies]\nlib1 = \"1\"\n[target.'cfg(unix)'.dependencies]\n\
                        lib1 = { version = '1', optional = true } # as ever\n";

    #[test]
    fn only_what_is_meant_is_rewritten_and_turned_round() {
        let pinned = edit("1", "=1.0.2").applied(&file(), TEXT).expect("it is there");
        assert_eq!(pinned, TEXT.replace("'1'", "'=1.0.2'"));
        let turned = edit("1", "=1.0.2").turned(&file(), &pinned);
        let told: Vec<_> = turned.iter().map(|it| (it.line, &*it.from, &*it.to)).collect();
        assert_eq!(told, [(4, "=1.0.2", "1")]);
        let back = RepositoryEdit { requirements: turned, ..edit("", "") };
        assert_eq!(back.applied(&file(), &pinned).as_deref(), Ok(TEXT));
    }

    #[test]
    fn what_somebody_wrote_since_is_left_alone() {
        let why = edit("2", "=1.0.2").applied(&file(), TEXT).expect_err("it is 1");
        assert_eq!(why, "cli/Cargo.toml: `target.'cfg(unix)'.dependencies.lib1` is not 2");
        assert_eq!(edit("1", "=1.0.2").turned(&file(), TEXT), []);
        assert_eq!(edit("1", "=1.0.2").turned(&file(), "no manifest"), []);
    }

    #[test]
    fn the_same_edits_have_the_same_branch() {
        assert_eq!(edit("1", "=1.0.2").branch, edit("1", "=1.0.2").branch);
        assert_ne!(edit("1", "=1.0.2").branch, edit("1", "=1.0.3").branch);
        assert!(edit("1", "=1.0.2").branch.starts_with("orchestrate/pin-"));
    }
}
