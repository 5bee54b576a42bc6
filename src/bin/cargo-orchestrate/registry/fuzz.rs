//! Targets: answers of a registry, and archives.

use super::answer::Answer;
use super::contents::read;
use super::index::answer;
use super::retry::retry_at;
use super::secret::Secret;
use cargo_orchestrate::facts::Published;
use cargo_orchestrate::model::{PackageName, Timestamp};
use cargo_orchestrate::run::{Certainty, TroubleKind};
use crates_io::Error;
use http::{Response, StatusCode};
use std::time::Duration;

/// The first line is a status, the next ones headers up to an empty one, the rest the body.
fn message(bytes: &[u8]) -> Option<(StatusCode, Vec<String>, String)> {
    let text = std::str::from_utf8(bytes).ok()?;
    let (status, rest) = text.split_once('\n')?;
    let (headers, body) = rest.split_once("\n\n").unwrap_or(("", rest));
    let status = StatusCode::from_u16(status.trim().parse().ok()?).ok()?;
    Some((status, headers.lines().map(str::to_owned).collect(), body.to_owned()))
}

/// No answer to a write is taken for more than it says, and none for a token.
pub(crate) fn api_errors(bytes: &[u8]) {
    const TOKEN: &str = "cio-s3cret";
    let Some((code, headers, body)) = message(bytes) else { return };
    let now = Timestamp(1_000_000);
    if let Some(at) = retry_at(&headers, &body, now) {
        assert!(at >= now && at.since(now) <= Duration::from_hours(14 * 24));
    }
    let secret = Secret::new(TOKEN);
    let body = format!("{body} {TOKEN}");
    let errors = Error::Api { code, headers: headers.clone(), errors: vec![body.clone()] };
    let garbage = Error::Code { code, headers, body };
    for (error, is_api) in [(errors, true), (garbage, false)] {
        let Answer { certainty, trouble } = Answer::from_error(&error, &secret, now);
        assert!(!trouble.text.contains(TOKEN) && !trouble.text.contains('\u{1b}'), "{trouble:?}");
        let is_final = certainty == Certainty::NothingHappened;
        if code.is_success() && !is_api {
            assert!(!is_final, "a success that cannot be read may be one: {trouble:?}");
        }
        if code.is_server_error() && !is_api {
            assert!(!is_final, "a server that failed may have stored it: {trouble:?}");
        }
        if trouble.retry_at.is_some() {
            assert!(matches!(trouble.kind, TroubleKind::Throttled | TroubleKind::Unavailable));
        }
    }
}

/// An index answer is about the package that was asked for, or it is unknown.
pub(crate) fn index_lines(bytes: &[u8]) {
    let package = PackageName::new("lib1").expect("a name");
    for status in [200, 304, 404, 503] {
        let response = Response::builder().status(status).body(bytes.to_vec()).expect("a response");
        match answer(&package, &response) {
            Published::Known(versions) => {
                assert!(status == 404 || (status == 200 && !versions.is_empty()));
                assert!(versions.iter().all(|version| version.checksum.as_str().len() == 64));
            }
            Published::Unknown(why) => assert!(!why.is_empty()),
        }
    }
}

/// Any bytes are an archive or a broken one, and reading it is bounded.
pub(crate) fn tar_list(bytes: &[u8]) {
    let contents = read(bytes, bytes.len() as u64);
    assert!(contents.broken.is_some() || contents.unpacked_bytes > 0 || bytes.is_empty());
    for entry in &contents.entries {
        assert!(entry.below().len() <= entry.path.len());
    }
}
