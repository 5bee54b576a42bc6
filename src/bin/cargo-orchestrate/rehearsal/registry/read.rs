//! Answers that change nothing: index, downloads, facts.

use super::answer::{Answer, Asked, Refusal};
use super::call::Release;
use super::fault::Fault;
use super::server::Server;
use super::shelf::Age;
use super::upstream::{CrateFile, merge};
use cargo_orchestrate::model::Digest;
use serde_json::{Value, json};

/// `config.json` of the index.
pub(super) fn config(server: &Server) -> Answer {
    let origin = &server.origin;
    let mut config = json!({ "dl": format!("{origin}/api/v1/crates"), "api": origin });
    if server.options.auth_required {
        config["auth-required"] = true.into();
    }
    Answer::json(&config)
}

/// The index file of a package.
pub(super) fn entry(
    server: &Server,
    asked: &Asked,
    name: &str,
    faults: &[Fault],
) -> Result<Answer, Refusal> {
    let stale = faults.contains(&Fault::StaleIndex {});
    let age = if stale { Age::Stale } else { Age::Current };
    let body = index_file(server, name, age)?;
    if body.is_empty() {
        return Err(Refusal::new(404, "Not Found"));
    }
    let etag = format!("\"{}\"", Digest::of(&body));
    let known = asked.header(http::header::IF_NONE_MATCH).unwrap_or_default();
    // Upstream caches mark their tags as weak; the comparison ignores that (RFC 9110, 13.1.2).
    let matches = known
        .split(',')
        .map(|tag| tag.trim().trim_start_matches("W/"))
        .any(|tag| tag == etag || tag == "*");
    if matches {
        return Ok(Answer::empty(304).header("etag", etag));
    }
    Ok(Answer { body, ..Answer::empty(200) }
        .header("etag", etag)
        .header("content-type", "text/plain"))
}

fn index_file(server: &Server, name: &str, age: Age) -> Result<Vec<u8>, Refusal> {
    let (local, yanks) = {
        let mut shelf = server.shelf();
        let yanks = shelf.package(name).map(|held| held.upstream_yanks.clone());
        (shelf.index_lines(name, age), yanks.unwrap_or_default())
    };
    let upstream = match &server.upstream {
        Some(upstream) => upstream.entry(name)?,
        None => None,
    };
    let upstream = upstream.as_deref().map_or(&[][..], Vec::as_slice);
    if local.is_empty() && yanks.is_empty() {
        return Ok(upstream.to_vec());
    }
    Ok(merge(upstream, &yanks, &local).into_bytes())
}

/// The bytes of a version, or the way to where they are.
pub(super) fn download(server: &Server, release: &Release) -> Result<Answer, Refusal> {
    let Release { name, version } = release;
    let held = server.shelf().crate_file(name, version);
    if let Some(bytes) = held {
        return Ok(gzip(bytes.to_vec()));
    }
    let elsewhere = match &server.upstream {
        Some(upstream) => upstream.crate_file(name, version)?,
        None => None,
    };
    match elsewhere {
        Some(CrateFile::Here(bytes)) => Ok(gzip(bytes)),
        Some(CrateFile::At(url)) => Ok(Answer::empty(302).header("location", url)),
        None => Err(Refusal::no_version(name, version)),
    }
}

fn gzip(body: Vec<u8>) -> Answer {
    Answer { body, ..Answer::empty(200) }.header("content-type", "application/gzip")
}

/// `GET /api/v1/crates/NAME`.
pub(super) fn package(server: &Server, name: &str) -> Result<Answer, Refusal> {
    let versions = versions(server, name)?;
    if versions.is_empty() {
        return Err(Refusal::no_package(name));
    }
    let newest = versions
        .iter()
        .filter(|version| version["yanked"] == false)
        .filter_map(|version| semver::Version::parse(version["num"].as_str()?).ok())
        .max();
    let newest = newest.map_or_else(|| "0.0.0".into(), |version| version.to_string());
    Ok(Answer::json(&json!({
        "crate": {
            "id": name, "name": name, "description": null,
            "max_version": newest, "newest_version": newest,
        },
        "versions": versions,
    })))
}

/// `GET /api/v1/crates/NAME/VERSION`: the registry's own record, whatever its index shows.
pub(super) fn version(server: &Server, release: &Release) -> Result<Answer, Refusal> {
    let Release { name, version } = release;
    let versions = versions(server, name)?;
    if versions.is_empty() {
        return Err(Refusal::no_package(name));
    }
    let found = versions.into_iter().find(|known| known["num"] == version.as_str());
    let found = found.ok_or_else(|| Refusal::no_version(name, version))?;
    Ok(Answer::json(&json!({ "version": found })))
}

/// `GET /api/v1/site_metadata`.
pub(super) fn site_metadata() -> Answer {
    Answer::json(&json!({
        "deployed_sha": null, "commit": null, "read_only": false, "banner_message": null,
    }))
}

fn versions(server: &Server, name: &str) -> Result<Vec<Value>, Refusal> {
    let fact = |version: &str, yanked: bool, message: Option<&str>, checksum: &str| {
        json!({
            "crate": name, "num": version, "yanked": yanked, "yank_message": message,
            "checksum": checksum, "dl_path": format!("/api/v1/crates/{name}/{version}/download"),
        })
    };
    let upstream = match &server.upstream {
        Some(upstream) => upstream.lines(name)?,
        None => Vec::new(),
    };
    let shelf = server.shelf();
    let held = shelf.package(name);
    let mut facts = Vec::new();
    for line in upstream {
        let changed = held.and_then(|held| held.upstream_yanks.get(&line.vers));
        let replaced = held.is_some_and(|held| held.release(&line.vers).is_some());
        if !replaced {
            facts.push(fact(&line.vers, *changed.unwrap_or(&line.yanked), None, &line.cksum));
        }
    }
    for release in held.into_iter().flat_map(|held| &held.versions) {
        let message = release.yank_message.as_deref();
        facts.push(fact(&release.line.vers, release.yanked, message, &release.line.cksum));
    }
    Ok(facts)
}
