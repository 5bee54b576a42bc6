//! `status --require-changeset`: what changed, and no changeset says what that means.

use super::session::{Session, Site};
use crate::cli::{Global, MessageFormat};
use crate::failure::Failure;
use crate::ui::{Screen, text};
use cargo_orchestrate::decide::without_changeset;
use cargo_orchestrate::wire::{ChangesetsDocument, ExitCode};

/// Looks and shows; asks neither a registry nor a remote.
pub(super) fn run(
    global: &Global,
    since: Option<&str>,
    screen: &Screen,
) -> Result<ExitCode, Failure> {
    let session = Session::open(&Site::from(global))?;
    let facts = session.local_facts(since)?;
    if let Some(mistake) = facts.changesets.mistakes.first() {
        let place = format!("{}:{}:{}", mistake.file, mistake.line, mistake.column);
        return Err(Failure::refused(format!("the changeset at {place} cannot be used"))
            .fact("mistake", &mistake.text)
            .fact("expected", &mistake.hint));
    }
    let document = ChangesetsDocument {
        missing: without_changeset(&facts),
        pending: facts.changesets.pending.iter().map(|it| it.file.clone()).collect(),
    };
    let names: Vec<String> =
        document.missing.iter().map(|name| text::plain(name.as_str())).collect();
    match screen.format {
        MessageFormat::Json => screen.line(&document.to_json())?,
        MessageFormat::Human if names.is_empty() => {
            screen.status("Finished", "a changeset names everything that changed");
        }
        MessageFormat::Human => screen.print(&format!("{}\n", names.join("\n")))?,
    }
    if names.is_empty() {
        return Ok(ExitCode::Done);
    }
    let what = match names.as_slice() {
        [one] => format!("{one} changed, and no changeset names it"),
        more => format!("{} packages changed, and no changeset names them", more.len()),
    };
    let flags: Vec<String> = names.iter().map(|name| format!("-p {name}=patch")).collect();
    Err(Failure::refused(what).next(
        format!("cargo orchestrate change {} -m TEXT", flags.join(" ")),
        "describes the change, with the level that it has; `none` where nobody has to know",
    ))
}
