//! What happens during a run, one line an event.

use super::line::line;
use crate::model::{PackageName, Version};
use crate::plan::{Action, Step, Upload};
use crate::run::{Ending, Event, Receipt, Trouble};
use serde::Serialize;

#[derive(Default, Serialize)]
#[serde(rename_all = "kebab-case")]
struct Body<'a> {
    at: &'a str,
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
    trouble: Option<&'a Trouble>,
    /// Whether the same command may get further by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    retryable: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    how: Option<Ending>,
}

/// An event as one line of JSON; `step` is the step it is about and `at` its time in RFC 3339.
#[must_use]
pub fn event_line(event: &Event, step: Option<&Step>, at: &str) -> String {
    let mut body = about(step, at);
    body.step = body.step.or(event.step().map(|id| id.0.as_str()));
    let reason = match event {
        Event::Began { .. } => "began",
        Event::Resumed { .. } => "resumed",
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
            body.trouble = Some(trouble);
            body.retryable = Some(true);
            "failed"
        }
        Event::Rejected { trouble, .. } => {
            body.trouble = Some(trouble);
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
pub fn waiting_line(step: &Step, until: &str, why: &str, at: &str) -> String {
    let mut body = about(Some(step), at);
    body.until = Some(until);
    body.text = Some(why);
    line("waiting", &body)
}

fn about<'a>(step: Option<&'a Step>, at: &'a str) -> Body<'a> {
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
        Action::Upload(upload) | Action::Yank(upload) | Action::Unyank(upload) => Some(upload),
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
