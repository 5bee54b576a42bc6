//! The endpoints by which a test in another process directs the registry.
//!
//! They exist only where [`super::Options::control`] says so, and are not in the log.

use super::answer::{Answer, Asked, Refusal};
use super::fault::Rule;
use super::publish::store;
use super::server::Server;
use super::shelf::Lag;
use super::upload::{Dependency, Metadata};
use flate2::Compression;
use flate2::write::GzEncoder;
use semver::Version;
use serde::Deserialize;
use serde_json::{Value, json};
use std::io;
use std::sync::atomic::Ordering;

/// Answers a control request; `what` is method and path, as in `POST faults`.
pub(super) fn answer(server: &Server, what: &str, asked: &Asked) -> Answer {
    if !server.options.control {
        return Refusal::new(404, "Not Found").answer();
    }
    directed(server, what, asked).unwrap_or_else(|refusal| refusal.answer())
}

fn directed(server: &Server, what: &str, asked: &Asked) -> Result<Answer, Refusal> {
    let body = asked.body.as_slice();
    match what {
        "POST faults" => {
            let rules: OneOrMany = parse(body)?;
            rules.into_iter().for_each(|rule| server.faults().add(rule));
        }
        "DELETE faults" => server.faults().clear(),
        "GET log" => {
            // The connection that this came over is one of them.
            let connections = server.connections.load(Ordering::SeqCst);
            let log = json!({ "requests": server.log().entries(), "connections": connections });
            return Ok(Answer::json(&log));
        }
        "GET contents" => return Ok(Answer::json(&json!(server.shelf().contents()))),
        "POST publish-foreign" => {
            let foreign: Foreign = parse(body)?;
            return foreign.publish(server);
        }
        "POST lose" => {
            let lost: Lost = parse(body)?;
            let mut shelf = server.shelf();
            shelf.change(&lost.name).versions.retain(|held| held.line.vers != lost.version);
        }
        "POST limits" => server.limits().set(&parse(body)?),
        "POST trusted" => server.trusted().set_terms(parse(body)?),
        "POST trusted/expire" => server.trusted().expire(),
        "GET trusted" => return Ok(Answer::json(&server.trusted().told())),
        "GET github/id-token" => return server.trusted().github(asked),
        "POST gitlab/id-token" => {
            let job: GitlabJob = parse(body)?;
            return Ok(server.trusted().gitlab(job.aud));
        }
        _ => return Err(Refusal::new(404, "Not Found")),
    }
    Ok(Answer::json(&json!({ "ok": true })))
}

fn parse<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, Refusal> {
    serde_json::from_slice(body).map_err(|error| Refusal::bad(format!("invalid request: {error}")))
}

/// One rule or several.
#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    Many(Vec<Rule>),
    One(Rule),
}

impl OneOrMany {
    fn into_iter(self) -> impl Iterator<Item = Rule> {
        match self {
            Self::Many(rules) => rules.into_iter(),
            Self::One(rule) => vec![rule].into_iter(),
        }
    }
}

/// What a job's `id_tokens` say.
#[derive(Deserialize)]
struct GitlabJob {
    aud: String,
}

/// A version that is to vanish, as after an intervention in the registry's database.
#[derive(Deserialize)]
struct Lost {
    name: String,
    version: String,
}

/// A version that a stranger publishes.
#[derive(Deserialize)]
pub(super) struct Foreign {
    /// The package.
    pub(super) name: String,
    /// The version.
    pub(super) version: String,
    /// Goes into the packed source, so that its bytes differ from those of another seed.
    #[serde(default)]
    pub(super) seed: String,
    /// What it requires, as an upload says it.
    #[serde(default)]
    pub(super) deps: Vec<Dependency>,
}

impl Foreign {
    /// Puts it on the shelf.
    pub(super) fn publish(&self, server: &Server) -> Result<Answer, Refusal> {
        let number =
            Version::parse(&self.version).map_err(|_| Refusal::bad("an invalid semver version"))?;
        let crate_file =
            self.packed().map_err(|error| Refusal::new(500, format!("pack: {error}")))?;
        let metadata = Metadata {
            name: self.name.clone(),
            vers: self.version.clone(),
            deps: self.deps.clone(),
            ..Metadata::default()
        };
        let own_urls = server.own_urls();
        let mut stock = server.shelf();
        store(&mut stock, &own_urls, &metadata, number, crate_file, Lag::default());
        let held = stock.package(&self.name).and_then(|held| held.versions.last());
        let checksum = held.map_or(Value::Null, |held| held.line.cksum.clone().into());
        Ok(Answer::json(&json!({ "ok": true, "checksum": checksum })))
    }

    fn packed(&self) -> io::Result<Vec<u8>> {
        let Self { name, version, seed, .. } = self;
        let manifest = format!(
            "[package]\nname = \"{name}\"\nversion = \"{version}\"\nedition = \"2021\"\n\
             description = \"foreign\"\nlicense = \"MIT\"\n"
        );
        let source = format!("// {}\n", seed.escape_default());
        pack(&[
            (&format!("{name}-{version}/Cargo.toml"), &manifest),
            (&format!("{name}-{version}/src/lib.rs"), &source),
        ])
    }
}

/// A gzipped tar of text files, byte for byte the same each time.
pub(super) fn pack(files: &[(&str, &str)]) -> io::Result<Vec<u8>> {
    let mut archive = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    for (path, text) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(text.len() as u64);
        header.set_mode(0o644);
        archive.append_data(&mut header, path, text.as_bytes())?;
    }
    archive.into_inner()?.finish()
}
