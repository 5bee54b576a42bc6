//! What a run does, as status lines.

use super::style::Tone;
use super::text::{count, cut, first_line, plain, size};
use cargo_orchestrate::facts::RepositoryEdit;
use cargo_orchestrate::model::PackageName;
use cargo_orchestrate::plan::{Action, FileEdit, Step, Upload, Verification, Yank};
use cargo_orchestrate::run::{Event, Receipt, RunState};
use std::collections::BTreeMap;

/// The place of each package's wave, from 1; empty for a run without waves.
pub(super) type Waves = BTreeMap<PackageName, usize>;

/// The columns of a commit's subject that are shown; behind the verb that makes a line of 100.
const SUBJECT: usize = 87;

/// Something to say about a run.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Said {
    Status(Tone, &'static str, String),
    Warning(String),
    /// Only for `--verbose`.
    Detail(&'static str, String),
}

/// What to say when an event was written, if anything.
pub(super) fn said(
    event: &Event,
    step: Option<&Step>,
    state: &RunState,
    waves: &Waves,
) -> Option<Said> {
    let action = step.map(|step| &step.action);
    match (event, action) {
        (Event::Started { attempt, .. }, Some(action)) => {
            let (verb, object) = starting(action, state, waves);
            let again = if *attempt > 1 { format!("  try {attempt}") } else { String::new() };
            Some(Said::Status(Tone::Verb, verb, format!("{object}{again}")))
        }
        (Event::Done { receipt, .. }, Some(action)) => done(action, receipt),
        (Event::Accepted { .. }, Some(action)) => {
            Some(Said::Detail("Accepted", format!("{}; asking the index", name(action))))
        }
        (Event::InDoubt { why, .. }, Some(action)) => Some(Said::Warning(format!(
            "nobody knows whether {} happened ({}); {}",
            name(action),
            first_line(why),
            if upload(action).is_some() { "asking the index" } else { "having a look" },
        ))),
        (Event::NotDone { trouble, .. }, Some(Action::Gate { .. })) => {
            Some(Said::Warning(first_line(&trouble.text)))
        }
        (Event::NotDone { trouble, .. } | Event::Rejected { trouble, .. }, Some(action)) => {
            Some(Said::Warning(format!(
                "{} did not happen: {}",
                name(action),
                first_line(&trouble.text)
            )))
        }
        (Event::Foreign { text, .. }, Some(action)) => {
            Some(Said::Warning(format!("{}: {}", name(action), first_line(text))))
        }
        (Event::Unwinding { why, .. }, _) => {
            Some(Said::Warning(format!("taking everything back: {}", first_line(why))))
        }
        (Event::Undone { .. }, Some(action)) => {
            Some(Said::Status(Tone::Caution, "Took back", name(action)))
        }
        _ => None,
    }
}

fn starting(action: &Action, state: &RunState, waves: &Waves) -> (&'static str, String) {
    match action {
        Action::WriteFiles { files } => ("Writing", written(files)),
        Action::Commit { message, .. } => ("Committing", cut(&first_line(message), SUBJECT)),
        Action::Pack { packages, verification: Verification::Build } => {
            ("Packing", format!("and verifying {}", count(packages.len(), "package")))
        }
        Action::Pack { packages, verification: Verification::None } => {
            ("Packing", format!("{}, not verified", count(packages.len(), "package")))
        }
        Action::Gate { gate, command, .. } => {
            ("Checking", cut(&format!("{}: {}", plain(gate), plain(&command.line())), SUBJECT))
        }
        Action::PushCommit { remote, branch } => {
            let commit = state.commit().map(|oid| format!("commit {}", oid.short(7)));
            let commit = commit.unwrap_or_else(|| "HEAD".to_owned());
            ("Pushing", format!("{commit} to {}/{}", plain(remote), plain(branch)))
        }
        Action::Upload(upload) => match (waves.get(&upload.package), waves.values().max()) {
            (Some(wave), Some(last)) => ("Uploading", format!("{upload}  wave {wave} of {last}")),
            _ => ("Uploading", upload.to_string()),
        },
        Action::Tag { tags } => ("Tagging", count(tags.len(), "package")),
        Action::PushTags { remote, tags } => {
            ("Pushing", format!("{} to {}", count(tags.len(), "tag"), plain(remote)))
        }
        Action::Yank(Yank { upload, .. }) => ("Yanking", upload.to_string()),
        Action::Unyank(upload) => ("Unyanking", upload.to_string()),
        Action::EditDownstream { edit, .. } => {
            ("Editing", format!("{} downstream: {}", plain(&edit.repository), rewritten(edit)))
        }
        Action::WithdrawDownstream { repository, branch, .. } => {
            ("Withdrawing", format!("{branch} of {} downstream", plain(repository)))
        }
        Action::ProveResolution { .. } => ("Proving", "that everything resolves".to_owned()),
    }
}

fn done(action: &Action, receipt: &Receipt) -> Option<Said> {
    let (verb, object) = match (action, receipt) {
        (Action::Upload(upload), Receipt::Visible { checksum }) => {
            ("Published", format!("{upload}  sha256 {}…", checksum.short(8)))
        }
        (Action::Upload(upload), _) => ("Published", upload.to_string()),
        (Action::Pack { .. }, Receipt::Packed { artifacts, without_lockfile }) => {
            let bytes = artifacts.iter().map(|artifact| artifact.size_bytes).sum();
            let packed = format!("{}, {}", count(artifacts.len(), "package"), size(bytes));
            if let Some(why) = without_lockfile {
                let why = plain(why);
                return Some(Said::Warning(format!("packed {packed}, without lock files: {why}")));
            }
            ("Packed", packed)
        }
        (Action::Gate { gate, .. }, _) => ("Passed", format!("the gate {}", plain(gate))),
        (Action::Yank(Yank { upload, .. }), _) => ("Yanked", upload.to_string()),
        (Action::Unyank(upload), _) => ("Unyanked", upload.to_string()),
        (Action::EditDownstream { edit, push }, Receipt::Branch { oid }) => {
            let pushed = if *push { ", pushed" } else { "" };
            let (name, at) = (plain(&edit.repository), oid.short(10));
            ("Edited", format!("{name}: on its branch {} ({at}){pushed}", edit.branch))
        }
        (
            Action::EditDownstream { edit: RepositoryEdit { repository, .. }, .. }
            | Action::WithdrawDownstream { repository, .. },
            Receipt::LeftAlone { why },
        ) => {
            let name = plain(repository);
            return Some(Said::Warning(format!(
                "{name} downstream is left as it is: {}",
                plain(why)
            )));
        }
        (Action::Commit { .. }, Receipt::Commit { oid }) => {
            return Some(Said::Detail("Committed", oid.short(12).to_owned()));
        }
        _ => return None,
    };
    Some(Said::Status(Tone::Verb, verb, object))
}

/// The files, counted: `5 manifests, Cargo.lock`.
fn written(files: &[FileEdit]) -> String {
    let (manifests, others): (Vec<_>, Vec<_>) =
        files.iter().partition(|file| file.path.as_str().ends_with("Cargo.toml"));
    let manifests = (!manifests.is_empty()).then(|| count(manifests.len(), "manifest"));
    let others = others.iter().map(|file| plain(file.path.as_str()));
    manifests.into_iter().chain(others).collect::<Vec<_>>().join(", ")
}

/// The requirements, as they will be: `lib1 =0.1.0, lib2 =0.2.3`.
pub(crate) fn rewritten(edit: &RepositoryEdit) -> String {
    let mut all: Vec<String> =
        edit.requirements.iter().map(|it| format!("{} {}", it.package, plain(&it.to))).collect();
    all.sort();
    all.dedup();
    all.join(", ")
}

/// What an action is, as the subject of a sentence.
pub(super) fn name(action: &Action) -> String {
    match action {
        Action::WriteFiles { files } => format!("writing {}", written(files)),
        Action::Commit { .. } => "the release commit".to_owned(),
        Action::Pack { packages, .. } => format!("packing {}", count(packages.len(), "package")),
        Action::Gate { gate, .. } => format!("the gate {}", plain(gate)),
        Action::PushCommit { remote, branch } => {
            format!("the push to {}/{}", plain(remote), plain(branch))
        }
        Action::Upload(upload) => format!("the upload of {upload}"),
        Action::Tag { tags } => format!("tagging {}", count(tags.len(), "package")),
        Action::PushTags { remote, .. } => format!("the push of the tags to {}", plain(remote)),
        Action::Yank(Yank { upload, .. }) => format!("the yank of {upload}"),
        Action::Unyank(upload) => format!("the unyank of {upload}"),
        Action::EditDownstream { edit, .. } => {
            format!("the branch {} of {} downstream", edit.branch, plain(&edit.repository))
        }
        Action::WithdrawDownstream { repository, branch, .. } => {
            format!("the end of {branch} of {} downstream", plain(repository))
        }
        Action::ProveResolution { .. } => "the proof that everything resolves".to_owned(),
    }
}

/// The version that a step brings out or takes back, if it is about one.
pub(super) fn upload(action: &Action) -> Option<&Upload> {
    match action {
        Action::Upload(upload) | Action::Yank(Yank { upload, .. }) | Action::Unyank(upload) => {
            Some(upload)
        }
        _ => None,
    }
}
