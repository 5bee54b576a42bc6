//! What goes back to the client.

use serde_json::{Value, json};

/// A request, read to its end.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    /// Its method.
    pub(super) method: http::Method,
    /// Path and query as sent.
    pub(super) path: String,
    /// Its headers.
    pub(super) headers: http::HeaderMap,
    /// All of its body.
    pub(super) body: Vec<u8>,
}

impl Asked {
    /// A header as text; unreadable ones count as absent.
    pub(super) fn header(&self, name: http::HeaderName) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}

/// An answer, complete.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Answer {
    /// The HTTP status.
    pub(super) status: u16,
    /// Headers beside the length.
    pub(super) headers: Vec<(&'static str, String)>,
    /// The body.
    pub(super) body: Vec<u8>,
}

impl Answer {
    /// 200 with a JSON body.
    pub(super) fn json(value: &Value) -> Self {
        Self::with_json(200, value)
    }

    /// Any status with a JSON body.
    pub(super) fn with_json(status: u16, value: &Value) -> Self {
        Self {
            status,
            headers: vec![("content-type", "application/json; charset=utf-8".into())],
            body: value.to_string().into_bytes(),
        }
    }

    /// A status without a body.
    pub(super) fn empty(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: Vec::new() }
    }

    /// Adds a header.
    pub(super) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

/// How an answer reaches the client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Delivery {
    /// Whole.
    Whole(Answer),
    /// The head and this many bytes of the body, then the connection is closed.
    Cut(Answer, usize),
    /// Not at all: the connection is reset.
    Reset,
}

/// A request that is turned down, with the words for the client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    /// The HTTP status that fits.
    pub(super) status: u16,
    /// The text, worded as crates.io words it where crates.io refuses the same.
    pub(super) detail: String,
}

impl Refusal {
    /// A refusal with a status of its own.
    pub(super) fn new(status: u16, detail: impl Into<String>) -> Self {
        Self { status, detail: detail.into() }
    }

    /// The client sent something wrong.
    pub(super) fn bad(detail: impl Into<String>) -> Self {
        Self::new(400, detail)
    }

    /// The client may not.
    pub(super) fn forbidden(detail: impl Into<String>) -> Self {
        Self::new(403, detail)
    }

    /// No such package.
    pub(super) fn no_package(name: &str) -> Self {
        Self::new(404, format!("crate `{name}` does not exist"))
    }

    /// No such version.
    pub(super) fn no_version(name: &str, version: &str) -> Self {
        Self::new(404, format!("crate `{name}` does not have a version `{version}`"))
    }

    /// The answer in the shape that Cargo shows to its user.
    pub(super) fn answer(&self) -> Answer {
        Answer::with_json(self.status, &json!({ "errors": [{ "detail": self.detail }] }))
    }
}
