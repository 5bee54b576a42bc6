//! What `cargo-semver-checks` says of public interfaces, where policy asks for it.
//!
//! It compares the sources of the last release with those in the working tree. The release is
//! unpacked from its `.crate`, so that every registry will do, and without the network too where
//! Cargo has the file; where nobody has it, git has the commit. The tool compiles what it compares:
//! it gets no credential, and runs for as few packages as can matter, several at a time. What it
//! found is kept by the contents of both sides, so that planning again costs nothing.

mod baseline;
mod check;
mod contents;
mod kept;
mod tool;

use crate::failure::Failure;
use crate::interrupt;
use crate::registry::Registries;
use crate::ui::{self, Screen};
use baseline::Releases;
use cargo_orchestrate::facts::{ApiCheck, Facts};
use cargo_orchestrate::model::PackageName;
use cargo_orchestrate::plan::Unchecked;
use cargo_orchestrate::wire::ExitCode;
use check::Check;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::Path;
use std::sync::Mutex;
use std::sync::mpsc;
use tool::Tool;

/// No more packages than this are compared at a time: each compiles all that it depends on.
const MOST_AT_ONCE: usize = 4;

/// Where interfaces are compared.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place<'a> {
    pub(crate) repository: &'a Path,
    pub(crate) workspace: &'a Path,
    /// Cargo's target folder of the workspace.
    pub(crate) target: &'a Path,
    /// Whether Cargo may download what it lacks.
    pub(crate) network: bool,
    /// What is added to the environment of Cargo.
    pub(crate) environment: &'a [(OsString, OsString)],
}

/// Compares the interfaces of these packages and adds what came of it to the facts.
///
/// # Errors
/// When somebody asked to stop. What goes wrong with a package, or with the tool, is a fact.
pub(crate) fn look(
    place: Place<'_>,
    registries: &Registries,
    facts: &mut Facts,
    wanted: &[Unchecked],
    screen: &Screen,
) -> Result<(), Failure> {
    let mut api = facts.api.take().unwrap_or_default();
    let (macros, wanted): (Vec<_>, Vec<_>) = wanted.iter().partition(|it| it.is_macro);
    api.packages.extend(macros.into_iter().map(|it| (it.package.clone(), ApiCheck::Macro)));
    if !wanted.is_empty() {
        match Tool::find(place) {
            Ok(tool) => {
                api.packages.extend(compare(place, registries, facts, &wanted, &tool, screen)?);
            }
            Err(why) => api.unusable = Some(why),
        }
    }
    facts.api = Some(api);
    Ok(())
}

/// What came of each.
fn compare(
    place: Place<'_>,
    registries: &Registries,
    facts: &Facts,
    wanted: &[&Unchecked],
    tool: &Tool,
    screen: &Screen,
) -> Result<BTreeMap<PackageName, ApiCheck>, Failure> {
    let shelf = registries.cache_base().map(|base| base.join("api"));
    let shelf = shelf.as_deref();
    let mut known = BTreeMap::new();
    let mut open = Vec::new();
    for &wanted in wanted {
        // A file that cannot be read is the tool's to complain about.
        let key = contents::key(place, &facts.workspace, wanted, &tool.version).ok();
        match key.as_deref().and_then(|key| kept::read(shelf, key)) {
            Some(change) => {
                known.insert(wanted.package.clone(), ApiCheck::Compared(change));
            }
            None => open.push((wanted, key)),
        }
    }
    if open.is_empty() {
        return Ok(known);
    }
    let total = open.len();
    let some = ui::text::count(total, "public interface");
    screen.status("Comparing", &format!("{some} with the last release, by {}", tool.version));
    let releases = Releases::new(shelf).map_err(|error| {
        Failure::set_up("could not make a folder for the releases to compare with").because(error)
    })?;
    let open: Vec<_> = open
        .into_iter()
        .map(|(wanted, key)| (wanted, key, releases.sources(registries, wanted)))
        .collect();
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let queue = Mutex::new(open.into_iter());
    let queue = &queue;
    let (done, results) = mpsc::channel();
    std::thread::scope(|scope| {
        for slot in 0..cores.min(MOST_AT_ONCE).min(total) {
            let done = done.clone();
            scope.spawn(move || {
                loop {
                    let next = queue.lock().ok().and_then(|mut queue| queue.next());
                    let Some((wanted, key, sources)) = next.filter(|_| !interrupt::is_asked())
                    else {
                        break;
                    };
                    let found = sources
                        .and_then(|sources| Check { place, tool, slot, sources, wanted }.run())
                        .map_or_else(ApiCheck::Failed, ApiCheck::Compared);
                    if done.send((wanted, key, found)).is_err() {
                        break;
                    }
                }
            });
        }
        drop(done);
        for (count, (wanted, key, found)) in results.iter().enumerate() {
            let (package, since) = (&wanted.package, &wanted.baseline.version);
            let verb = match found {
                ApiCheck::Failed(_) => "No verdict",
                ApiCheck::Compared(_) | ApiCheck::Macro => "Compared",
            };
            screen.status(verb, &format!("{package} with {since} ({}/{total})", count + 1));
            if let (ApiCheck::Compared(change), Some(key)) = (&found, &key) {
                kept::keep(shelf, key, change);
            }
            known.insert(package.clone(), found);
        }
    });
    if interrupt::is_asked() {
        return Err(Failure::new(ExitCode::Interrupted, "stopped while interfaces were compared")
            .now("nothing was changed"));
    }
    Ok(known)
}
