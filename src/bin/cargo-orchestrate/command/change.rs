//! `change`: writes a changeset.

use super::session::{Session, Site};
use crate::cli::{self, Global, MessageFormat};
use crate::failure::Failure;
use crate::ui::{self, Screen};
use cargo_orchestrate::decide::without_changeset;
use cargo_orchestrate::facts::Facts;
use cargo_orchestrate::facts::changeset::{Level, compose, file_name};
use cargo_orchestrate::model::{PackageName, RelPath};
use cargo_orchestrate::wire::{ChangeDocument, ExitCode};
use std::fs::{self, File};
use std::io::Write;
use std::path::Path;

/// Asks for what the flags do not say, and writes the file.
pub(super) fn run(
    global: &Global,
    options: &cli::Change,
    screen: &Screen,
) -> Result<ExitCode, Failure> {
    let session = Session::open(&Site::from(global))?;
    let facts = session.local_facts(None)?;
    check(&facts, &options.intents)?;
    let (intents, text) = match (&options.intents[..], &options.message) {
        ([_, ..], Some(text)) => (options.intents.clone(), text.clone()),
        _ => asked(&facts, options, screen)?,
    };
    if text.trim().is_empty() {
        return Err(Failure::new(
            ExitCode::Usage,
            "a changeset without a text tells nobody anything",
        )
        .now("nothing was written")
        .next("cargo orchestrate change -p NAME=LEVEL -m TEXT", "says what the change means"));
    }
    let source = compose(&intents, &text);
    let folder = &facts.changesets.folder;
    let root = session.checkout.repository_root.join(folder.as_str());
    let taken = |name: &str| root.join(name).symlink_metadata().is_ok();
    let name = file_name(&source, &text, taken);
    write(&root, &name, &source)?;
    let file = folder.join(&name).expect("a plain name stays below its folder");
    tell(screen, &file)?;
    Ok(ExitCode::Done)
}

/// Every name is a publishable member's, and stands once.
fn check(facts: &Facts, intents: &[(PackageName, Level)]) -> Result<(), Failure> {
    for (at, (name, _)) in intents.iter().enumerate() {
        let names = facts.workspace.packages.keys().map(PackageName::as_str);
        let Some(package) = facts.workspace.packages.get(name) else {
            return Err(Failure::unknown_package(name.as_str(), names).now("nothing was written"));
        };
        if !package.is_publishable() {
            let text = format!("`{name}` is never released: no registry takes it");
            return Err(Failure::new(ExitCode::Usage, text).now("nothing was written"));
        }
        if intents[..at].iter().any(|(other, _)| other == name) {
            let text = format!("`{name}` was given two levels");
            return Err(Failure::new(ExitCode::Usage, text).now("nothing was written"));
        }
    }
    Ok(())
}

fn asked(
    facts: &Facts,
    options: &cli::Change,
    screen: &Screen,
) -> Result<(Vec<(PackageName, Level)>, String), Failure> {
    if !ui::can_ask(screen) {
        let text = "there is no terminal to ask for packages, levels and text on";
        return Err(Failure::new(ExitCode::Usage, text)
            .now("nothing was written")
            .next("cargo orchestrate change -p NAME=LEVEL -m TEXT", "says it all with flags"));
    }
    let changed = without_changeset(facts);
    let is_changed = |name: &PackageName| changed.contains(name);
    let names = facts.workspace.publishable().map(|package| package.name.clone());
    let (mut first, rest): (Vec<PackageName>, Vec<PackageName>) = names.partition(is_changed);
    let marked = first.len();
    first.extend(rest);
    let intents = match &options.intents[..] {
        [] => ui::ask_intents(&first, marked)?,
        given => given.to_vec(),
    };
    let text = match &options.message {
        Some(text) => text.clone(),
        None => ui::ask_text()?,
    };
    Ok((intents, text))
}

/// Writes a new file; one that is there by now is not touched.
fn write(folder: &Path, name: &str, source: &str) -> Result<(), Failure> {
    let doing = || format!("could not write `{}`", folder.join(name).display());
    let failed = |error| {
        Failure::new(ExitCode::OutputNotWritten, doing()).because(error).now("nothing was written")
    };
    fs::create_dir_all(folder).map_err(failed)?;
    let path = folder.join(name);
    let mut file = File::create_new(&path).map_err(failed)?;
    file.write_all(source.as_bytes()).map_err(|error| {
        // Half a changeset would be a mistake that nobody made.
        let _ = fs::remove_file(&path);
        failed(error)
    })
}

fn tell(screen: &Screen, file: &RelPath) -> Result<(), Failure> {
    match screen.format {
        MessageFormat::Json => screen.line(&ChangeDocument { file: file.clone() }.to_json()),
        MessageFormat::Human => {
            screen.print(&format!("{file}\n"))?;
            screen.status("Next:", &format!("git add {file}, and commit it with the change"));
            Ok(())
        }
    }
}
