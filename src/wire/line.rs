//! The frame of every document.

use serde::Serialize;

#[derive(Serialize)]
struct Line<'a, T> {
    reason: &'a str,
    v: u32,
    #[serde(flatten)]
    body: &'a T,
}

/// One line of JSON without the end of line: `reason` and `v` first, then the keys of `body`.
pub(super) fn line<T: Serialize>(reason: &str, body: &T) -> String {
    serde_json::to_string(&Line { reason, v: super::VERSION, body })
        .expect("documents have string keys and nothing that JSON cannot hold")
}
