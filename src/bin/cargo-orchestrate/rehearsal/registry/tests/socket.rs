//! The registry on a real socket.

use super::super::{EmbeddedRegistry, Options, UpstreamOptions};
use super::upload;
use std::io::{self, Read, Write};
use std::net::TcpStream;

fn start(options: Options) -> EmbeddedRegistry {
    EmbeddedRegistry::start(Options { control: true, ..options }).expect("loopback is there")
}

/// Sends a request and reads until the connection ends.
fn ask(registry: &EmbeddedRegistry, line: &str, body: &[u8]) -> io::Result<String> {
    let url = registry.index_url();
    let address = url.trim_start_matches("sparse+http://").trim_end_matches("/index/");
    let mut stream = TcpStream::connect(address)?;
    let length = body.len();
    write!(
        stream,
        "{line} HTTP/1.1\r\nhost: {address}\r\nuser-agent: test\r\nconnection: close\r\n\
         content-length: {length}\r\n\r\n"
    )?;
    stream.write_all(body)?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

fn body(answer: &str) -> &str {
    answer.split_once("\r\n\r\n").map_or("", |(_, body)| body)
}

#[test]
fn it_answers_on_loopback_until_it_is_stopped() {
    let registry = start(Options::default());
    let config = ask(&registry, "GET /index/config.json", b"").expect("an answer");
    let origin = registry.index_url().replace("sparse+", "").replace("/index/", "");
    assert_eq!(body(&config), format!(r#"{{"api":"{origin}","dl":"{origin}/api/v1/crates"}}"#));
    let published = ask(&registry, "PUT /api/v1/crates/new", &upload("lib1", "0.1.0", ""));
    assert!(published.expect("an answer").contains("warnings"));
    assert_eq!(registry.contents().packages[0].versions[0].version, "0.1.0");
    let address = origin.trim_start_matches("http://");
    let mut idle = TcpStream::connect(address).expect("it listens");
    registry.stop();
    // An end or a reset; as long as it ran, this would wait.
    assert!(matches!(idle.read(&mut [0]), Ok(0) | Err(_)));
}

#[test]
fn an_unchanged_index_file_is_not_sent_again() {
    let registry = start(Options::default());
    ask(&registry, "PUT /api/v1/crates/new", &upload("lib1", "0.1.0", "")).expect("an answer");
    let first = ask(&registry, "GET /index/li/b1/lib1", b"").expect("an answer");
    let tag = first.lines().find(|line| line.starts_with("etag: ")).expect("a tag");
    let line = "GET /index/li/b1/lib1 HTTP/1.1\r\nif-none-match: ";
    let again = format!("{line}{}\r\nx:", tag.trim_start_matches("etag: "));
    let second = ask(&registry, &again, b"").expect("an answer");
    assert!(second.starts_with("HTTP/1.1 304 "), "{second}");
}

#[test]
fn a_connection_is_reset_or_cut_when_a_rule_says_so() {
    let registry = start(Options::default());
    let rules = br#"[
        {"operation":"publish","nth":1,"fault":{"kind":"reset","when":"after"}},
        {"operation":"publish","nth":2,"fault":{"kind":"truncate","keep-bytes":7}}
    ]"#;
    ask(&registry, "POST /_control/faults", rules).expect("an answer");
    let publish = |version| ask(&registry, "PUT /api/v1/crates/new", &upload("lib1", version, ""));
    let reset = publish("0.1.0").expect_err("no answer");
    assert_eq!(reset.kind(), io::ErrorKind::ConnectionReset);
    let cut = publish("0.2.0").expect("the beginning of an answer");
    assert_eq!(body(&cut), "{\"warnin".get(..7).expect("seven letters"));
    assert!(publish("0.3.0").expect("an answer").contains("warnings"));
    assert_eq!(registry.contents().packages[0].versions.len(), 3);
}

#[test]
fn one_registry_stands_in_front_of_another() {
    let behind = start(Options::default());
    ask(&behind, "PUT /api/v1/crates/new", &upload("lib1", "0.1.0", "")).expect("an answer");
    let upstream = UpstreamOptions { index_url: behind.index_url(), ..UpstreamOptions::default() };
    let front = start(Options { upstream: Some(upstream), ..Options::default() });
    ask(&front, "PUT /api/v1/crates/new", &upload("lib1", "0.2.0", "")).expect("an answer");
    let index = ask(&front, "GET /index/li/b1/lib1", b"").expect("an answer");
    assert_eq!(body(&index).lines().count(), 2);
    let download = ask(&front, "GET /api/v1/crates/lib1/0.1.0/download", b"").expect("an answer");
    let origin = behind.index_url().replace("sparse+", "").replace("/index/", "");
    assert!(download.contains(&format!("location: {origin}/api/v1/crates/lib1/0.1.0/download")));
}
