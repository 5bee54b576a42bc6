//! The steps that the in-memory world carries out: a release, and its rollback.

use super::tree::edits;
use crate::model::{Digest, PackageName, RegistryName, Version};
use crate::plan::{Action, FileEdit, Step, StepId, TagPoint, Upload, Yank};

pub fn upload(name: &str) -> Upload {
    Upload {
        package: PackageName::new(name).expect("a name"),
        version: Version::new(0, 2, 0),
        registry: RegistryName::crates_io(),
    }
}

pub fn ours(upload: &Upload) -> Digest {
    Digest::of(upload.to_string().as_bytes())
}

pub fn id(text: &str) -> StepId {
    StepId(text.to_owned())
}

fn step(name: &str, action: Action, needs: &[&str]) -> Step {
    Step { id: id(name), action, needs: needs.iter().map(|need| id(need)).collect() }
}

/// A chain a, b on a, c on b, and d alone, released with everything around it.
pub fn release() -> Vec<Step> {
    let tags = ["a", "b", "c", "d"].map(|name| TagPoint {
        name: format!("{name}-v0.2.0"),
        message: name.to_owned(),
        commit: None,
    });
    let up = |name: &str, needs: &[&str]| {
        step(&format!("upload:{name}"), Action::Upload(upload(name)), needs)
    };
    vec![
        step("write-files", Action::WriteFiles { files: edits() }, &[]),
        step(
            "commit",
            Action::Commit { message: String::new(), files: vec![], removed: vec![] },
            &["write-files"],
        ),
        step(
            "pack",
            Action::Pack {
                packages: ["a", "b", "c", "d"].map(upload).to_vec(),
                verification: crate::plan::Verification::Build,
            },
            &["commit"],
        ),
        step(
            "push-commit",
            Action::PushCommit { remote: "origin".into(), branch: "main".into() },
            &["pack"],
        ),
        up("a", &["push-commit"]),
        up("b", &["push-commit", "upload:a"]),
        up("c", &["push-commit", "upload:b"]),
        up("d", &["push-commit"]),
        step(
            "tag",
            Action::Tag { tags: tags.to_vec() },
            &["upload:a", "upload:b", "upload:c", "upload:d"],
        ),
        step(
            "push-tags",
            Action::PushTags {
                remote: "origin".into(),
                tags: tags.iter().map(|tag| tag.name.clone()).collect(),
            },
            &["tag"],
        ),
    ]
}

/// The rollback of [`release`]: dependents first, then the files as they were.
pub fn rollback() -> Vec<Step> {
    let yank = |name: &str, needs: &[&str]| {
        step(
            &format!("yank:{name}"),
            Action::Yank(Yank { upload: upload(name), reason: None }),
            needs,
        )
    };
    vec![
        yank("c", &[]),
        yank("b", &["yank:c"]),
        yank("a", &["yank:b"]),
        yank("d", &[]),
        step(
            "prove",
            Action::ProveResolution {
                without: ["a", "b", "c", "d"].map(upload).to_vec(),
                with: Vec::new(),
            },
            &["yank:a", "yank:b", "yank:c", "yank:d"],
        ),
        step(
            "write-files",
            Action::WriteFiles { files: edits().iter().map(FileEdit::reversed).collect() },
            &["yank:a", "yank:b", "yank:c", "yank:d"],
        ),
    ]
}
