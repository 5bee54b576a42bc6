//! The registry as its clients see it.

use super::answer::{Asked, Delivery};
use super::control::pack;
use super::fetch::{Fetch, FetchError, Fetched};
use super::server::Server;
use super::upstream::Upstream;
use super::{Options, UpstreamOptions};
use std::fmt::Write as _;

mod cargo;
mod faults;
mod publish;
mod socket;
mod through;

/// A `.crate` of these files.
pub(super) fn packed(files: &[(&str, &str)]) -> Vec<u8> {
    pack(files).expect("writing to memory cannot fail")
}

/// The body of an upload of `NAME VERSION`; `extra` goes into the metadata.
fn upload(name: &str, version: &str, extra: &str) -> Vec<u8> {
    let manifest = format!("[package]\nname = \"{name}\"\nversion = \"{version}\"\n");
    let json = format!(
        r#"{{"name":"{name}","vers":"{version}","description":"d","license":"MIT"{extra}}}"#
    );
    framed(&json, &packed(&[(&format!("{name}-{version}/Cargo.toml"), &manifest)]))
}

fn framed(json: &str, crate_file: &[u8]) -> Vec<u8> {
    let length = |part: &[u8]| u32::try_from(part.len()).expect("a small part").to_le_bytes();
    let json = json.as_bytes();
    [&length(json)[..], json, &length(crate_file)[..], crate_file].concat()
}

/// A client with the right token.
struct Client {
    server: Server,
}

impl Client {
    fn new(options: Options, upstream: Option<Upstream>) -> Self {
        let options = Options { token: Some("sesame".into()), control: true, ..options };
        Self { server: Server::new(options, "http://here".into(), upstream) }
    }

    /// A registry in front of one that has these files, given as path and text.
    fn through(files: &'static [(&'static str, &'static str)]) -> Self {
        let options =
            UpstreamOptions { index_url: "sparse+http://up/".into(), ..UpstreamOptions::default() };
        Self::new(Options::default(), Some(Upstream::new(&options, Box::new(Shelved(files)))))
    }

    fn deliver(&self, line: &str, token: Option<&str>, body: &[u8]) -> Delivery {
        let (method, path) = line.split_once(' ').expect("method and path");
        let mut headers = http::HeaderMap::new();
        headers.insert("user-agent", "test".parse().expect("a header"));
        if let Some(token) = token {
            headers.insert("authorization", token.parse().expect("a header"));
        }
        self.server.answer(&Asked {
            method: method.parse().expect("a method"),
            path: path.into(),
            headers,
            body: body.to_vec(),
        })
    }

    /// Status and body, or what happened to the connection.
    fn ask(&self, line: &str, body: &[u8]) -> String {
        match self.deliver(line, Some("sesame"), body) {
            Delivery::Whole(answer) => {
                let mut text = answer.status.to_string();
                for (name, value) in &answer.headers {
                    if matches!(*name, "location" | "retry-after") {
                        write!(text, " {name}: {value}").expect("writing to a string cannot fail");
                    }
                }
                let body = String::from_utf8_lossy(&answer.body);
                format!("{text} {}", body.trim_end()).trim_end().into()
            }
            Delivery::Cut(answer, keep) => {
                format!("{} cut after {keep} of {}", answer.status, answer.body.len())
            }
            Delivery::Reset => "reset".into(),
        }
    }

    fn publish(&self, name: &str, version: &str) -> String {
        self.ask("PUT /api/v1/crates/new", &upload(name, version, ""))
    }

    /// The versions in the index, `-` behind the yanked ones.
    fn index(&self, name: &str) -> String {
        let answer = self.ask(&format!("GET /index/{}/{name}", super::call::prefix(name)), b"");
        let Some(lines) = answer.strip_prefix("200 ") else { return answer };
        let versions = lines.lines().map(|line| {
            let line: serde_json::Value = serde_json::from_str(line).expect("an index line");
            let mark = if line["yanked"] == true { "-" } else { "" };
            format!("{}{mark}", line["vers"].as_str().expect("a version"))
        });
        versions.collect::<Vec<_>>().join(" ")
    }

    /// What is held, as [`Client::index`] writes it.
    fn held(&self, name: &str) -> String {
        let contents = self.server.shelf().contents();
        let package = contents.packages.into_iter().find(|package| package.name == name);
        let versions = package.into_iter().flat_map(|package| package.versions);
        let shown =
            versions.map(|held| format!("{}{}", held.version, if held.yanked { "-" } else { "" }));
        shown.collect::<Vec<_>>().join(" ")
    }

    fn fault(&self, rule: &str) {
        assert_eq!(self.ask("POST /_control/faults", rule.as_bytes()), r#"200 {"ok":true}"#);
    }
}

/// An upstream that is a list of files.
struct Shelved(&'static [(&'static str, &'static str)]);

impl Fetch for Shelved {
    fn get(&self, url: &str, _etag: Option<&str>) -> Result<Fetched, FetchError> {
        let path = url.strip_prefix("http://up/").expect("only upstream is asked");
        match self.0.iter().find(|(known, _)| *known == path) {
            Some((_, "down")) => Err(FetchError::answer(url, Some(503))),
            Some((_, text)) => Ok(Fetched::Found { etag: None, body: text.as_bytes().to_vec() }),
            None => Ok(Fetched::Absent),
        }
    }
}
