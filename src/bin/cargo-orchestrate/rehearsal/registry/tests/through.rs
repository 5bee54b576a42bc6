//! What comes from elsewhere keeps coming from there.

use super::{Client, upload};

const FILES: &[(&str, &str)] = &[
    ("config.json", r#"{"dl":"http://up/dl"}"#),
    (
        "it/oa/itoa",
        concat!(
            r#"{"name":"itoa","vers":"1.0.0","deps":[],"cksum":"c0","features":{},"yanked":false}"#,
            "\n",
            r#"{"name":"itoa","vers":"1.0.1","deps":[],"cksum":"c1","features":{},"yanked":true}"#,
            "\n"
        ),
    ),
    ("do/wn/down", "down"),
];

#[test]
fn a_package_from_elsewhere_is_read_from_there() {
    let client = Client::through(FILES);
    assert_eq!(client.index("itoa"), "1.0.0 1.0.1-");
    assert_eq!(
        client.ask("GET /api/v1/crates/itoa/1.0.0/download", b""),
        "302 location: http://up/dl/itoa/1.0.0/download"
    );
    assert!(client.ask("GET /api/v1/crates/itoa/2.0.0/download", b"").starts_with("404 "));
    assert!(client.index("other").starts_with("404 "));
}

#[test]
fn versions_published_here_join_those_from_elsewhere() {
    let client = Client::through(FILES);
    client.publish("itoa", "1.1.0");
    assert_eq!(client.index("itoa"), "1.0.0 1.0.1- 1.1.0");
    assert!(client.publish("itoa", "1.0.0").contains("is already uploaded"));
    let needs = upload("app", "1.0.0", r#","deps":[{"name":"itoa","version_req":"^1"}]"#);
    assert!(client.ask("PUT /api/v1/crates/new", &needs).contains("warnings"));
}

#[test]
fn a_version_from_elsewhere_is_yanked_here_only() {
    let client = Client::through(FILES);
    client.ask("DELETE /api/v1/crates/itoa/1.0.0/yank", b"");
    client.ask("PUT /api/v1/crates/itoa/1.0.1/unyank", b"");
    assert_eq!(client.index("itoa"), "1.0.0- 1.0.1");
    assert!(client.ask("GET /api/v1/crates/itoa/1.0.0", b"").contains(r#""yanked":true"#));
}

#[test]
fn an_upstream_that_is_down_is_not_an_absence() {
    let client = Client::through(FILES);
    assert!(client.index("down").starts_with("502 "));
    let needs = upload("app", "1.0.0", r#","deps":[{"name":"down","version_req":"^1"}]"#);
    assert!(client.ask("PUT /api/v1/crates/new", &needs).contains("could not read"));
    assert_eq!(client.held("app"), "");
}

#[test]
fn what_is_no_name_never_reaches_upstream() {
    let client = Client::through(FILES);
    for path in
        ["/api/v1/crates/..%2Fx/1.0.0/download", "/api/v1/crates/%C3%A9t%C3%A9/1.0.0/download"]
    {
        assert!(client.ask(&format!("GET {path}"), b"").starts_with("404 "), "{path}");
    }
}
