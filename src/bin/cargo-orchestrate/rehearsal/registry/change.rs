//! Changes to what is held: the yanked flag and owners.

use super::Rules;
use super::answer::{Answer, Refusal};
use super::call::{Owners, Release};
use super::fault::Fault;
use super::read;
use super::server::Server;
use super::shelf::Lag;
use serde::Deserialize;
use serde_json::json;
use std::time::Duration;

/// Sets or clears the yanked flag; doing it twice is no error.
pub(super) fn yank(
    server: &Server,
    release: &Release,
    yanked: bool,
    message: Option<String>,
    faults: &[Fault],
) -> Result<Answer, Refusal> {
    set(server, release, yanked, message, faults)?;
    Ok(Answer::json(&json!({ "ok": true })))
}

#[derive(Deserialize)]
struct Amendment {
    version: AmendedVersion,
}

#[derive(Deserialize)]
struct AmendedVersion {
    #[serde(default)]
    yanked: Option<bool>,
    #[serde(default)]
    yank_message: Option<String>,
}

/// `PATCH` of a version: the only way to give a reason for a yank.
pub(super) fn amend(
    server: &Server,
    release: &Release,
    body: &[u8],
    faults: &[Fault],
) -> Result<Answer, Refusal> {
    let Amendment { version } = serde_json::from_slice(body)
        .map_err(|error| Refusal::bad(format!("invalid request: {error}")))?;
    let message = version.yank_message;
    if version.yanked == Some(false) && message.is_some() {
        return Err(Refusal::bad("Cannot set yank message when unyanking"));
    }
    let is_yanked = server
        .shelf()
        .package(&release.name)
        .and_then(|held| held.release(&release.version))
        .is_some_and(|held| held.yanked);
    if version.yanked.is_none() && message.is_some() && !is_yanked {
        return Err(Refusal::bad("Cannot update yank message for a version that is not yanked"));
    }
    set(server, release, version.yanked.unwrap_or(is_yanked), message, faults)?;
    read::version(server, release)
}

fn set(
    server: &Server,
    release: &Release,
    yanked: bool,
    message: Option<String>,
    faults: &[Fault],
) -> Result<(), Refusal> {
    let Release { name, version } = release;
    let lag = faults.iter().find_map(|fault| match fault {
        Fault::YankLag { ms, reads } => Some(Lag::new(Duration::from_millis(*ms), *reads)),
        _ => None,
    });
    let upstream = match &server.upstream {
        Some(upstream) => upstream.lines(name)?,
        None => Vec::new(),
    };
    let mut shelf = server.shelf();
    let held = shelf.package(name);
    if held.is_some_and(|held| held.release(version).is_some()) {
        return shelf.change(name).set_yanked(version, yanked, message, lag.unwrap_or_default());
    }
    if upstream.iter().any(|line| line.vers == *version) {
        // The flag changes here only; upstream is never written to.
        shelf.change(name).upstream_yanks.insert(version.clone(), yanked);
        return Ok(());
    }
    if held.is_some_and(|held| !held.versions.is_empty()) || !upstream.is_empty() {
        return Err(Refusal::no_version(name, version));
    }
    Err(Refusal::no_package(name))
}

#[derive(Deserialize)]
struct OwnersChange {
    #[serde(alias = "owners")]
    users: Vec<String>,
}

/// Lists, invites or removes owners of a package that is held here.
pub(super) fn owners(
    server: &Server,
    name: &str,
    what: Owners,
    body: &[u8],
) -> Result<Answer, Refusal> {
    let mut shelf = server.shelf();
    let owners = shelf.owners(name).ok_or_else(|| Refusal::no_package(name))?;
    if what == Owners::List {
        let user = |(id, login): (usize, &String)| json!({ "id": id + 1, "login": login, "name": login, "kind": "user" });
        let users: Vec<_> = owners.iter().enumerate().map(user).collect();
        return Ok(Answer::json(&json!({ "users": users })));
    }
    let OwnersChange { users } = serde_json::from_slice(body)
        .map_err(|error| Refusal::bad(format!("invalid request: {error}")))?;
    let text = if what == Owners::Remove {
        remove(owners, &users)?
    } else {
        invite(owners, &users, name, server.options.rules)?
    };
    Ok(Answer::json(&json!({ "ok": true, "msg": text })))
}

fn remove(owners: &mut Vec<String>, users: &[String]) -> Result<String, Refusal> {
    let stays = |login: &String| !users.contains(login);
    if !owners.iter().any(stays) {
        return Err(Refusal::bad(
            "cannot remove all individual owners of a crate. Team member don't have permission to \
             modify owners, so at least one individual owner is required.",
        ));
    }
    owners.retain(stays);
    Ok("owners successfully removed".into())
}

fn invite(
    owners: &mut Vec<String>,
    users: &[String],
    name: &str,
    rules: Rules,
) -> Result<String, Refusal> {
    if let Some(login) = users.iter().find(|login| owners.contains(login)) {
        return Err(Refusal::bad(format!("`{login}` is already an owner")));
    }
    let invited =
        |login: &String| format!("user {login} has been invited to be an owner of crate {name}");
    let text: Vec<_> = users.iter().map(invited).collect();
    // On crates.io it is an invitation, and nobody here can accept it.
    if rules == Rules::Private {
        owners.extend(users.iter().cloned());
    }
    Ok(text.join(","))
}
