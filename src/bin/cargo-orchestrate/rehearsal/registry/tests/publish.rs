//! What is taken in, what is refused, and how it then looks.

use super::super::answer::Delivery;
use super::super::{Options, Rules, Statuses};
use super::{Client, framed, packed, upload};

const NEW: &str = "PUT /api/v1/crates/new";

fn error(status: u16, detail: &str) -> String {
    format!(r#"{status} {{"errors":[{{"detail":"{detail}"}}]}}"#)
}

#[test]
fn a_published_version_is_in_the_index_and_can_be_downloaded() {
    let client = Client::new(Options::default(), None);
    assert!(client.publish("lib1", "0.1.0").starts_with("200 {\"warnings\""));
    assert_eq!(client.publish("lib1", "0.2.0").get(..3), Some("200"));
    assert_eq!(client.index("lib1"), "0.1.0 0.2.0");
    let Delivery::Whole(answer) =
        client.deliver("GET /api/v1/crates/lib1/0.1.0/download", None, b"")
    else {
        panic!("downloads are not cut");
    };
    let manifest = "[package]\nname = \"lib1\"\nversion = \"0.1.0\"\n";
    assert_eq!(answer.body, packed(&[("lib1-0.1.0/Cargo.toml", manifest)]));
}

#[test]
fn a_version_is_taken_once_whatever_its_build_metadata() {
    let client = Client::new(Options::default(), None);
    client.publish("lib1", "0.1.0+a");
    let refused = error(200, "crate version `0.1.0+b` is already uploaded");
    assert_eq!(client.publish("lib1", "0.1.0+b"), refused);
    let twin = error(200, "crate was previously named `lib1_x`");
    client.publish("lib1_x", "0.1.0");
    assert_eq!(client.publish("lib1-X", "0.1.0"), twin);
}

#[test]
fn a_dependency_must_be_known() {
    let client = Client::new(Options::default(), None);
    let needs = |what: &str| upload("lib2", "0.1.0", &format!(r#","deps":[{what}]"#));
    let lib1 = needs(r#"{"name":"lib1","version_req":"^0.1"}"#);
    assert_eq!(client.ask(NEW, &lib1), error(200, "no known crate named `lib1`"));
    client.publish("lib1", "0.1.0");
    assert_eq!(client.ask(NEW, &lib1).get(..13), Some("200 {\"warning"));
    let elsewhere = needs(r#"{"name":"x","version_req":"^1","registry":"sparse+http://there/"}"#);
    assert!(client.ask(NEW, &elsewhere).contains("Cross-registry dependencies are not permitted"));
    let private = Client::new(Options { rules: Rules::Private, ..Options::default() }, None);
    assert_eq!(private.ask(NEW, &elsewhere).get(..13), Some("200 {\"warning"));
}

#[test]
fn refused_uploads_have_the_status_that_was_asked_for() {
    let crate_file = packed(&[("lib1-0.1.0/Cargo.toml", "")]);
    let short = framed(r#"{"name":"lib1","vers":"0.1.0"}"#, &crate_file);
    for (statuses, status) in [(Statuses::CratesIo, "200 "), (Statuses::Plain, "400 ")] {
        let client = Client::new(Options { statuses, ..Options::default() }, None);
        for body in [&b"\x01"[..], &[9, 0, 0, 0, 1], &short] {
            let answer = client.ask(NEW, body);
            assert!(answer.starts_with(status) && answer.contains("errors"), "{answer}");
        }
        assert_eq!(client.held("lib1"), "");
    }
}

#[test]
fn only_the_holder_of_the_token_writes() {
    let client = Client::new(Options { statuses: Statuses::Plain, ..Options::default() }, None);
    let with = |line: &str, token: Option<&str>| {
        let body = upload("lib1", "0.1.0", "");
        match client.deliver(line, token, &body) {
            Delivery::Whole(answer) => {
                format!("{} {}", answer.status, String::from_utf8_lossy(&answer.body))
            }
            other => panic!("{other:?}"),
        }
    };
    let missing = error(403, "this action requires authentication");
    let wrong = error(403, "authentication failed");
    for line in [
        NEW,
        "DELETE /api/v1/crates/lib1/0.1.0/yank",
        "PUT /api/v1/crates/lib1/0.1.0/unyank",
        "PATCH /api/v1/crates/lib1/0.1.0",
        "PUT /api/v1/crates/lib1/owners",
    ] {
        assert_eq!(with(line, None), missing, "{line}");
        assert_eq!(with(line, Some("mellon")), wrong, "{line}");
    }
}

#[test]
fn a_yank_shows_in_the_index_and_can_have_a_reason() {
    let client = Client::new(Options::default(), None);
    client.publish("lib1", "0.1.0");
    let yank = "DELETE /api/v1/crates/lib1/0.1.0/yank";
    for _ in 0..2 {
        assert_eq!(client.ask(yank, b""), r#"200 {"ok":true}"#);
    }
    assert_eq!(client.index("lib1"), "0.1.0-");
    assert_eq!(
        client.ask("DELETE /api/v1/crates/lib1/0.2.0/yank", b""),
        error(404, "crate `lib1` does not have a version `0.2.0`")
    );
    client.ask("PUT /api/v1/crates/lib1/0.1.0/unyank", b"");
    assert_eq!(client.index("lib1"), "0.1.0");
    let reason = br#"{"version":{"yanked":true,"yank_message":"broken"}}"#;
    let answer = client.ask("PATCH /api/v1/crates/lib1/0.1.0", reason);
    assert!(answer.contains(r#""yank_message":"broken","yanked":true"#), "{answer}");
    let wrong = br#"{"version":{"yanked":false,"yank_message":"fine"}}"#;
    assert_eq!(
        client.ask("PATCH /api/v1/crates/lib1/0.1.0", wrong),
        error(400, "Cannot set yank message when unyanking")
    );
}

#[test]
fn owners_are_invited_or_added_and_never_all_removed() {
    let owners = "/api/v1/crates/lib1/owners";
    let logins =
        |client: &Client| client.ask(&format!("GET {owners}"), b"").matches("\"login\"").count();
    for (rules, count) in [(Rules::CratesIo, 1), (Rules::Private, 2)] {
        let client = Client::new(Options { rules, ..Options::default() }, None);
        client.publish("lib1", "0.1.0");
        client.ask(&format!("PUT {owners}"), br#"{"users":["bob"]}"#);
        assert_eq!(logins(&client), count);
        let all = client.ask(&format!("DELETE {owners}"), br#"{"users":["bob","rehearsal"]}"#);
        assert!(all.starts_with("400 ") && all.contains("cannot remove all"), "{all}");
        assert_eq!(logins(&client), count);
    }
}
