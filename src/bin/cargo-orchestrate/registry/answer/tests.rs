//! The table of answers. On the left what came back, on the right what it means.

use super::*;

const NOW: Timestamp = Timestamp(0);

fn check(status: u16, headers: &[&str], said: Said<'_>, expected: &str) {
    let headers: Vec<String> = headers.iter().map(ToString::to_string).collect();
    let answer = classify(status, &headers, said, NOW);
    let at = answer.trouble.retry_at.map_or(String::new(), |at| format!(" at {}", at.0 / 1000));
    let shown = format!("{:?} {:?}{at}", answer.certainty, answer.trouble.kind);
    assert_eq!(shown, expected, "{status} {headers:?} {said:?}");
}

#[test]
fn crates_io_answers_refusals_with_any_status() {
    let limit = "You have published too many new crates in a short period of time. Please try \
                 again after Wed, 21 Oct 2026 07:28:00 GMT or email help@crates.io";
    let duplicate = "crate version `0.1.0` is already uploaded";
    let owner = "this crate exists but you don't seem to be an owner. If you believe this is a \
                 mistake, perhaps you need to accept an invitation to be an owner before publishing.";
    let scope = "this token does not have the required permissions to perform this action";
    let headers =
        ["date: Wed, 21 Oct 2026 07:18:00 GMT", "retry-after: Wed, 21 Oct 2026 07:28:00 GMT"];
    for status in [200, 400] {
        check(status, &[], Said::Errors(duplicate), "Unknown Rejected");
        check(status, &headers[..1], Said::Errors(limit), "NothingHappened Throttled at 600");
        check(status, &[], Said::Errors(owner), "NothingHappened Unauthorized");
        check(status, &[], Said::Errors(scope), "NothingHappened Unauthorized");
        check(status, &[], Said::Errors("authentication failed"), "NothingHappened Unauthorized");
        check(status, &[], Said::Errors("no known crate named `x`"), "NothingHappened Rejected");
        check(
            status,
            &[],
            Said::Errors("missing or empty metadata fields: description"),
            "NothingHappened Rejected",
        );
    }
    check(429, &headers, Said::Errors(limit), "NothingHappened Throttled at 600");
    check(429, &[], Said::Errors("too many versions today"), "NothingHappened Throttled");
    check(
        200,
        &[],
        Said::Errors("crates.io is currently in read-only mode for maintenance."),
        "NothingHappened Unavailable",
    );
    check(200, &[], Said::Errors("Internal Server Error"), "Unknown Unavailable");
}

#[test]
fn other_registries_answer_in_their_own_ways() {
    let duplicate = "Crate with version already exists: lib1-0.1.0";
    check(400, &[], Said::Errors(duplicate), "Unknown Rejected");
    check(400, &[], Said::Body(duplicate), "Unknown Rejected");
    check(409, &[], Said::Body(""), "Unknown Rejected");
    check(401, &[], Said::Body(""), "NothingHappened Unauthorized");
    check(403, &[], Said::Body(""), "NothingHappened Unauthorized");
    check(404, &[], Said::Body("<html>"), "NothingHappened Rejected");
    check(501, &[], Said::Body(""), "NothingHappened Rejected");
    check(413, &[], Said::Body("too large"), "NothingHappened Rejected");
    check(429, &["retry-after: 7"], Said::Body(""), "NothingHappened Throttled at 7");
}

#[test]
fn a_server_in_trouble_may_have_stored_it() {
    check(408, &[], Said::Body(""), "Unknown Unavailable");
    check(500, &[], Said::Errors("already uploaded"), "Unknown Unavailable");
    check(502, &[], Said::Body("<html>"), "Unknown Unavailable");
    check(503, &["retry-after: 5"], Said::Body(""), "Unknown Unavailable at 5");
    check(503, &[], Said::Errors("read-only mode"), "NothingHappened Unavailable");
    check(307, &["location: http://evil/"], Said::Body(""), "NothingHappened Rejected");
    check(200, &[], Said::Body("too many"), "Unknown Unavailable");
}

#[test]
fn what_the_other_side_says_is_one_line_without_the_token() {
    let error = Error::Api {
        code: http::StatusCode::FORBIDDEN,
        headers: Vec::new(),
        errors: vec!["token cio123 is\u{1b}[31m\nunknown".into()],
    };
    let answer = Answer::from_error(&error, &Secret::new("cio123"), NOW);
    assert_eq!(answer.trouble.text, "token [redacted] is [31m unknown");
    assert_eq!(presentable(&"x".repeat(2000)).chars().count(), 1001);
}
