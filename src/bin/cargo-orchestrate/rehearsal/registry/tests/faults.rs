//! Every fault: what the client gets, and what is then true.

use super::super::Options;
use super::Client;

/// Publishes `lib1 0.1.0` under a rule; `answer` is the beginning of what the client gets.
fn check(fault: &str, answer: &str, held: &str, index: &str) {
    let client = Client::new(Options::default(), None);
    client.fault(&format!(r#"{{"operation":"publish","fault":{fault}}}"#));
    let got = client.publish("lib1", "0.1.0");
    assert!(got.starts_with(answer), "{fault}: {got}");
    assert_eq!(client.held("lib1"), held, "{fault}");
    assert_eq!(client.index("lib1").get(..5).unwrap_or_default(), index, "{fault}");
}

#[test]
fn an_upload_fails_before_or_after_it_is_stored() {
    let gone = "404 {";
    check(r#"{"kind":"status","code":503}"#, "503 {\"errors\"", "", gone);
    check(r#"{"kind":"status","code":502,"body":"<html>"}"#, "502 <html>", "", gone);
    check(r#"{"kind":"status","code":429,"retry-after-seconds":3}"#, "429 retry-after: ", "", gone);
    check(r#"{"kind":"status","code":500,"when":"after"}"#, "500 ", "0.1.0", "0.1.0");
    check(r#"{"kind":"reset"}"#, "reset", "", gone);
    check(r#"{"kind":"reset","when":"after"}"#, "reset", "0.1.0", "0.1.0");
    check(r#"{"kind":"truncate","keep-bytes":5}"#, "200 cut after 5 of ", "0.1.0", "0.1.0");
    check(r#"{"kind":"empty-ok"}"#, "200", "", gone);
    check(r#"{"kind":"forget"}"#, "200 {\"warnings\"", "", gone);
    check(r#"{"kind":"corrupt"}"#, "200 {\"warnings\"", "0.1.0", "0.1.0");
    check(r#"{"kind":"delay","ms":0}"#, "200 {\"warnings\"", "0.1.0", "0.1.0");
    check(r#"{"kind":"index-lag","reads":1}"#, "200 {\"warnings\"", "0.1.0", gone);
    check(r#"{"kind":"index-lag","ms":60000}"#, "200 {\"warnings\"", "0.1.0", gone);
}

#[test]
fn the_index_shows_a_version_once_its_lag_is_over() {
    let client = Client::new(Options::default(), None);
    client.publish("lib1", "0.1.0");
    client.fault(r#"{"operation":"publish","fault":{"kind":"index-lag","reads":2}}"#);
    client.publish("lib1", "0.2.0");
    let reads: Vec<_> = (0..3).map(|_| client.index("lib1")).collect();
    assert_eq!(reads, ["0.1.0", "0.1.0", "0.1.0 0.2.0"]);
}

#[test]
fn corrupted_bytes_have_another_checksum_than_those_sent() {
    let client = Client::new(Options::default(), None);
    client.fault(r#"{"operation":"publish","fault":{"kind":"corrupt"}}"#);
    client.publish("lib1", "0.1.0");
    let sent = client.server.log().entries()[0].checksum.clone().expect("an upload has one");
    let held = client.server.shelf().contents().packages[0].versions[0].checksum.clone();
    assert_ne!(sent, held);
}

#[test]
fn a_yank_can_be_slow_to_show() {
    let client = Client::new(Options::default(), None);
    client.publish("lib1", "0.1.0");
    client.fault(r#"{"operation":"yank","times":0,"fault":{"kind":"yank-lag","reads":1}}"#);
    let yank = "DELETE /api/v1/crates/lib1/0.1.0/yank";
    client.ask(yank, b"");
    let reads: Vec<_> = (0..2).map(|_| client.index("lib1")).collect();
    assert_eq!(
        (reads, client.held("lib1")),
        (vec!["0.1.0".into(), "0.1.0-".into()], "0.1.0-".into())
    );
    client.ask(yank, b"");
    assert_eq!(client.index("lib1"), "0.1.0-");
}

#[test]
fn a_stale_index_is_the_one_before_the_last_change() {
    let client = Client::new(Options::default(), None);
    client.publish("lib1", "0.1.0");
    client.publish("lib1", "0.2.0");
    client.ask("DELETE /api/v1/crates/lib1/0.2.0/yank", b"");
    client.fault(r#"{"operation":"index","package":"lib1","fault":{"kind":"stale-index"}}"#);
    let reads: Vec<_> = (0..2).map(|_| client.index("lib1")).collect();
    assert_eq!(reads, ["0.1.0 0.2.0", "0.1.0 0.2.0-"]);
}

#[test]
fn the_log_has_every_request_and_what_became_of_it() {
    let client = Client::new(Options::default(), None);
    client.fault(r#"[{"operation":"publish","fault":{"kind":"reset","when":"after"}}]"#);
    client.publish("lib1", "0.1.0");
    client.publish("lib1", "0.1.0");
    client.index("lib1");
    let log = client.server.log();
    let seen: Vec<_> = log
        .entries()
        .iter()
        .map(|entry| {
            let error = entry.error.as_deref().unwrap_or("-");
            format!("{} {} {:?} {:?} {error}", entry.order, entry.path, entry.status, entry.faults)
        })
        .collect();
    assert_eq!(
        seen,
        [
            "1 /api/v1/crates/new None [\"reset-after\"] -",
            "2 /api/v1/crates/new Some(200) [] crate version `0.1.0` is already uploaded",
            "3 /index/li/b1/lib1 Some(200) [] -",
        ]
    );
    assert!(log.entries()[0].checksum.is_some() && log.entries()[2].checksum.is_none());
}

#[test]
fn strangers_publish_and_versions_get_lost() {
    let client = Client::new(Options::default(), None);
    let foreign = |seed: &str, version: &str| {
        let body = format!(r#"{{"name":"lib1","version":"{version}","seed":"{seed}"}}"#);
        client.ask("POST /_control/publish-foreign", body.as_bytes())
    };
    assert_ne!(foreign("a", "0.1.0"), foreign("b", "0.2.0"));
    assert_eq!(client.index("lib1"), "0.1.0 0.2.0");
    client.ask("POST /_control/lose", br#"{"name":"lib1","version":"0.1.0"}"#);
    assert_eq!(client.index("lib1"), "0.2.0");
    assert!(client.ask("GET /_control/contents", b"").contains(r#""version":"0.2.0""#));
    assert!(client.ask("POST /_control/faults", b"{}").starts_with("400 "));
}
