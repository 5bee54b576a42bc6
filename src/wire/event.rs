//! What happens during a run, one line an event.

use super::line::line;
use crate::model::{PackageName, Timestamp, Version};
use crate::plan::{Action, Step, Upload, Yank};
use crate::run::{Ending, Event, Receipt, Trouble, TroubleKind};
use serde::Serialize;

#[derive(Default, Serialize)]
#[serde(rename_all = "kebab-case")]
struct Body<'a> {
    at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    step: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    action: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    package: Option<&'a PackageName>,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<&'a Version>,
    #[serde(skip_serializing_if = "Option::is_none")]
    attempt: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    receipt: Option<&'a Receipt>,
    #[serde(skip_serializing_if = "Option::is_none")]
    trouble: Option<TroubleKind>,
    /// Whether the same command may get further by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    retryable: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    how: Option<Ending>,
}

/// An event as one line of JSON; `step` is the step it is about, and `time` writes a time in
/// RFC 3339.
#[must_use]
pub fn event_line(
    event: &Event,
    step: Option<&Step>,
    time: impl Fn(Timestamp) -> String,
) -> String {
    let mut body = about(step, time(event.at()));
    body.step = body.step.or(event.step().map(|id| id.0.as_str()));
    let reason = match event {
        Event::Began { .. } => "began",
        Event::Resumed { .. } => "resumed",
        Event::Reopened { .. } => "reopened",
        Event::Started { attempt, .. } => {
            body.attempt = Some(*attempt);
            "started"
        }
        Event::Accepted { .. } => "accepted",
        Event::InDoubt { why, .. } => {
            body.text = Some(why);
            "in-doubt"
        }
        Event::NotDone { trouble, .. } => {
            failed(&mut body, trouble, time);
            body.retryable = Some(true);
            "failed"
        }
        Event::Rejected { trouble, .. } => {
            failed(&mut body, trouble, time);
            body.retryable = Some(false);
            "failed"
        }
        Event::Foreign { text, .. } => {
            body.text = Some(text);
            body.retryable = Some(false);
            "foreign"
        }
        Event::Done { receipt, .. } => {
            body.receipt = Some(receipt);
            "done"
        }
        Event::Unwinding { why, .. } => {
            body.text = Some(why);
            "unwinding"
        }
        Event::Undone { .. } => "undone",
        Event::Ended { how, .. } => {
            body.how = Some(*how);
            "ended"
        }
    };
    line(reason, &body)
}

/// A wait as one line of JSON: nothing can be done before `until`, and `why`.
#[must_use]
pub fn waiting_line(
    step: &Step,
    until: Timestamp,
    why: &str,
    now: Timestamp,
    time: impl Fn(Timestamp) -> String,
) -> String {
    let mut body = about(Some(step), time(now));
    body.until = Some(time(until));
    body.text = Some(why);
    line("waiting", &body)
}

fn failed<'a>(body: &mut Body<'a>, trouble: &'a Trouble, time: impl Fn(Timestamp) -> String) {
    body.trouble = Some(trouble.kind);
    body.text = Some(&trouble.text);
    body.retry_after = trouble.retry_at.map(time);
}

fn about(step: Option<&Step>, at: String) -> Body<'_> {
    let upload = step.and_then(|step| upload(&step.action));
    Body {
        at,
        step: step.map(|step| step.id.0.as_str()),
        action: step.map(|step| kind(&step.action)),
        package: upload.map(|upload| &upload.package),
        version: upload.map(|upload| &upload.version),
        ..Body::default()
    }
}

/// The one package that an action is about, where it is about one.
fn upload(action: &Action) -> Option<&Upload> {
    match action {
        Action::Upload(upload) | Action::Yank(Yank { upload, .. }) | Action::Unyank(upload) => {
            Some(upload)
        }
        _ => None,
    }
}

/// The name of an action, as plans write it.
fn kind(action: &Action) -> &'static str {
    match action {
        Action::WriteFiles { .. } => "write-files",
        Action::Commit { .. } => "commit",
        Action::Pack { .. } => "pack",
        Action::PushCommit { .. } => "push-commit",
        Action::Upload(_) => "upload",
        Action::Tag { .. } => "tag",
        Action::PushTags { .. } => "push-tags",
        Action::Yank(_) => "yank",
        Action::Unyank(_) => "unyank",
        Action::ProveResolution { .. } => "prove-resolution",
    }
}
