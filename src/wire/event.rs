//! What happens during a run, one line an event.

use super::line::line;
use crate::model::{PackageName, Timestamp, Version};
use crate::plan::{Action, Step, Upload, Yank};
use crate::run::{Doing, Ending, Event, Receipt, Trouble, TroubleKind};
use serde::Serialize;
use std::time::Duration;

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
    #[serde(skip_serializing_if = "Option::is_none")]
    wave: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    waves: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    under_way: Option<Vec<Entry<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    left_seconds: Option<u64>,
    /// Whether that is only what budgets make it wait.
    #[serde(skip_serializing_if = "Option::is_none")]
    left_at_least: Option<bool>,
}

/// One package that something goes on with.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Entry<'a> {
    package: &'a PackageName,
    version: &'a Version,
    doing: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<String>,
}

/// Where a run is while it waits.
#[derive(Debug, Clone, Copy, Default)]
pub struct UnderWay<'a> {
    /// What is going on with single steps.
    pub doing: &'a [(Doing, &'a Step)],
    /// The first wave that is not done, and the last.
    pub wave: Option<(usize, usize)>,
    /// How long the uploads still take, and whether that is all or only what budgets make them wait.
    pub left: Option<(bool, Duration)>,
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
    at: &UnderWay<'_>,
    now: Timestamp,
    time: impl Fn(Timestamp) -> String,
) -> String {
    let mut body = about(Some(step), time(now));
    body.wave = at.wave.map(|(wave, _)| wave);
    body.waves = at.wave.map(|(_, waves)| waves);
    body.under_way = Some(at.doing.iter().filter_map(|one| entry(one, &time)).collect());
    body.left_seconds =
        at.left.map(|(_, left)| left.as_secs() + u64::from(left.subsec_nanos() > 0));
    body.left_at_least = at.left.map(|(is_all, _)| !is_all);
    body.until = Some(time(until));
    body.text = Some(why);
    line("waiting", &body)
}

fn entry<'a>(
    (doing, step): &(Doing, &'a Step),
    time: &impl Fn(Timestamp) -> String,
) -> Option<Entry<'a>> {
    let upload = upload(&step.action)?;
    let (doing, until) = match doing {
        Doing::Sending => ("sending", None),
        Doing::Showing => ("showing", None),
        Doing::InDoubt => ("in-doubt", None),
        Doing::Held(until) => ("held", Some(time(*until))),
    };
    Some(Entry { package: &upload.package, version: &upload.version, doing, until })
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
        Action::Gate { .. } => "gate",
        Action::PushCommit { .. } => "push-commit",
        Action::Upload(_) => "upload",
        Action::Tag { .. } => "tag",
        Action::PushTags { .. } => "push-tags",
        Action::Yank(_) => "yank",
        Action::Unyank(_) => "unyank",
        Action::EditDownstream { .. } => "edit-downstream",
        Action::WithdrawDownstream { .. } => "withdraw-downstream",
        Action::ProveResolution { .. } => "prove-resolution",
    }
}
