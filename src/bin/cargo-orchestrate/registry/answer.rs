//! What the answer to a write means: what is now true, and what to do next.

use super::http::{HttpError, words};
use super::retry::{header, retry_at};
use super::secret::Secret;
use cargo_orchestrate::model::{Digest, Timestamp};
use cargo_orchestrate::run::Certainty::{self, NothingHappened, Unknown};
use cargo_orchestrate::run::{Trouble, TroubleKind};
use crates_io::Error;

/// The registry took an upload over. Whether it has it only the index says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Accepted {
    /// What the registry had to say about it.
    pub(crate) warnings: Vec<String>,
}

/// A write that was not acknowledged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Answer {
    /// Whether the write may have happened all the same; then only the index decides.
    pub(crate) certainty: Certainty,
    pub(crate) trouble: Trouble,
}

/// What the registry's own database says of a version, ahead of its index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Recorded {
    /// It is there; not every registry tells the checksum.
    Present { checksum: Option<Digest>, yanked: Option<bool> },
    /// The database answered and does not have it.
    Absent,
    /// The registry does not answer such questions, or did not this time.
    Unknown(String),
}

impl From<Answer> for (Certainty, Trouble) {
    fn from(answer: Answer) -> Self {
        (answer.certainty, answer.trouble)
    }
}

impl Answer {
    /// Trouble before anything was sent.
    pub(super) fn before(kind: TroubleKind, text: impl Into<String>) -> Self {
        let trouble = Trouble { kind, text: text.into(), retry_at: None };
        Self { certainty: NothingHappened, trouble }
    }

    /// The answer behind an error of `crates_io`; `secret` never appears in its text.
    pub(super) fn from_error(error: &Error<HttpError>, secret: &Secret, now: Timestamp) -> Self {
        let mut answer = match error {
            Error::Api { code, headers, errors } => {
                classify(code.as_u16(), headers, Said::Errors(&errors.join("; ")), now)
            }
            Error::Code { code, headers, body } => {
                classify(code.as_u16(), headers, Said::Body(body), now)
            }
            Error::Transport(error) => {
                Self { certainty: error.certainty(), trouble: unavailable(words(error)) }
            }
            Error::InvalidToken(error) => {
                Self::before(TroubleKind::Unauthorized, error.to_string())
            }
            Error::Io(_) | Error::Http(_) => Self::before(TroubleKind::Local, words(error)),
            // A success whose body cannot be read, or an error this program does not know.
            _ => Self { certainty: Unknown, trouble: unavailable(words(error)) },
        };
        answer.trouble.text = presentable(&secret.hide_in(&answer.trouble.text));
        answer
    }
}

fn unavailable(text: String) -> Trouble {
    Trouble { kind: TroubleKind::Unavailable, text, retry_at: None }
}

/// What came with a status.
#[derive(Debug, Clone, Copy)]
enum Said<'a> {
    /// The `errors` of the web API.
    Errors(&'a str),
    /// Anything else.
    Body(&'a str),
}

/// Wordings of a version that is there already. Whose it is the index tells.
const DUPLICATE: [&str; 5] = [
    "already uploaded",
    "already been uploaded",
    "already exists",
    "already been published",
    "already published",
];
/// Wordings of a limit on the number of requests.
const THROTTLED: [&str; 4] =
    ["try again after", "too many requests", "rate limit", "in a short period of time"];
/// Wordings of a credential that is missing, unknown, or not enough.
const UNAUTHORIZED: [&str; 11] = [
    "authentication failed",
    "requires authentication",
    "must be logged in",
    "required permissions",
    "seem to be an owner",
    "already be an owner",
    "using trusted publishing",
    "not valid for crate",
    "invalid token",
    "invalid authentication token",
    "trusted publishing tokens",
];
/// Wordings of a server in trouble, under whatever status.
const SERVER: [&str; 3] = ["internal server error", "timed out", "service unavailable"];

/// What a status with its headers and body means for a write.
fn classify(status: u16, headers: &[String], said: Said<'_>, now: Timestamp) -> Answer {
    let (Said::Errors(words) | Said::Body(words)) = said;
    let lower = words.to_lowercase();
    let has = |list: &[&str]| list.iter().any(|wording| lower.contains(wording));
    let is_api = matches!(said, Said::Errors(_));
    // Errors under a status of success are refusals too: crates.io answers old clients that way.
    let is_refusal = (400..500).contains(&status) || (is_api && (200..300).contains(&status));
    let read_only = is_api && (lower.contains("read-only") || lower.contains("read only"));
    let (certainty, kind) = match status {
        408 => (Unknown, TroubleKind::Unavailable),
        429 => (NothingHappened, TroubleKind::Throttled),
        409 => (Unknown, TroubleKind::Rejected),
        _ if read_only => (NothingHappened, TroubleKind::Unavailable),
        _ if is_refusal && has(&DUPLICATE) => (Unknown, TroubleKind::Rejected),
        _ if is_refusal && is_api && has(&UNAUTHORIZED) => {
            (NothingHappened, TroubleKind::Unauthorized)
        }
        _ if is_refusal && is_api && has(&THROTTLED) => (NothingHappened, TroubleKind::Throttled),
        401 | 403 => (NothingHappened, TroubleKind::Unauthorized),
        407 => (NothingHappened, TroubleKind::Unavailable),
        200..=299 if has(&SERVER) => (Unknown, TroubleKind::Unavailable),
        _ if is_refusal => (NothingHappened, TroubleKind::Rejected),
        // Not followed, and a server that only points elsewhere did nothing itself; nor did one that
        // says that it cannot do this.
        300..=399 | 501 => (NothingHappened, TroubleKind::Rejected),
        _ => (Unknown, TroubleKind::Unavailable),
    };
    let retry_at = match kind {
        TroubleKind::Throttled | TroubleKind::Unavailable => retry_at(headers, words, now),
        _ => None,
    };
    let trouble = Trouble { kind, text: text(status, headers, said), retry_at };
    Answer { certainty, trouble }
}

fn text(status: u16, headers: &[String], said: Said<'_>) -> String {
    match (status, said) {
        (_, Said::Errors(text)) if !text.trim().is_empty() => text.to_owned(),
        (300..=399, _) => {
            let place = header(headers, "location").unwrap_or("another address");
            format!("the registry redirected a write to {place}, which is not followed")
        }
        _ => format!("the registry answered with status {status}"),
    }
}

/// A text of the other side that can be shown: one line of bounded length.
pub(super) fn presentable(text: &str) -> String {
    const LONGEST: usize = 1000;
    let mut shown = String::new();
    for word in text.split(|c: char| c.is_whitespace() || c.is_control()) {
        if word.is_empty() {
            continue;
        }
        if !shown.is_empty() {
            shown.push(' ');
        }
        shown.push_str(word);
    }
    if shown.chars().count() > LONGEST {
        shown = shown.chars().take(LONGEST).chain(['…']).collect();
    }
    shown
}

#[cfg(test)]
mod tests;
