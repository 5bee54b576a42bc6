//! What Cargo says of a workspace that it does not take, with the place where it only names the file.

use crate::failure::Failure;
use cargo_orchestrate::manifest::Manifest;
use cargo_orchestrate::model::{RelPath, VersionReq, nearest};
use cargo_orchestrate::plan::Location;
use cargo_orchestrate::wire::ExitCode;
use std::path::{Component, Path, PathBuf};

/// What Cargo said, its own words under ours.
pub(super) fn cargo_refused(said: &str) -> Failure {
    let lines = said.lines().map(str::trim_end).filter(|line| !line.trim().is_empty());
    let mut lines = lines.map(|line| line.trim_start_matches("error: "));
    let first = lines.next().unwrap_or("it said nothing");
    let failure = Failure::new(ExitCode::Metadata, format!("cannot read the workspace: {first}"));
    // Cargo names the file, and not the place in it.
    let failure = match bad_requirement(said) {
        Some(Spot { at, line, length }) => failure.at(at, line, length, "not a requirement"),
        None => match bad_path(said) {
            Some((Spot { at, line, length }, label)) => failure.at(at, line, length, label),
            None => failure,
        },
    };
    lines.fold(failure, Failure::now)
}

/// A place in a manifest, with the line and how many characters of it are meant.
struct Spot {
    at: Location,
    line: String,
    length: usize,
}

/// The text of a manifest that Cargo named, and its path from here.
fn manifest(path: &Path) -> Option<(RelPath, String)> {
    let here = std::env::current_dir().and_then(|folder| folder.canonicalize()).ok()?;
    let file = RelPath::new(path.strip_prefix(here).ok()?.to_str()?).ok()?;
    Some((file, std::fs::read_to_string(path).ok()?))
}

/// What stands in backticks behind the last `words`.
fn named<'s>(said: &'s str, words: &str) -> Option<&'s Path> {
    let (_, rest) = said.rsplit_once(words)?;
    Some(Path::new(rest.strip_prefix('`')?.split_once('`')?.0))
}

/// The first requirement that is none in the manifest that Cargo could not parse.
fn bad_requirement(said: &str) -> Option<Spot> {
    let (file, text) = manifest(named(said, "failed to parse manifest at ")?)?;
    let manifest = Manifest::parse(&file, &text).ok()?;
    let mut spots = manifest.declarations().iter().filter_map(|entry| entry.requirement.as_ref());
    let spot = spots.find(|spot| VersionReq::parse(&spot.value).is_err())?;
    let line = text.lines().nth(spot.line - 1)?.to_owned();
    let at = Location { file, line: spot.line, column: spot.column };
    Some(Spot { at, line, length: spot.value.chars().count() })
}

/// The member or path dependency whose folder has no manifest, and what is wrong with it.
fn bad_path(said: &str) -> Option<(Spot, String)> {
    let missing = named(said, "failed to read ")?.parent()?;
    let by_dependency = said.contains("failed to load manifest for dependency ");
    let from = if by_dependency {
        named(said, "failed to load manifest for workspace member ")?.join("Cargo.toml")
    } else {
        named(said, "referenced by workspace at ")?.to_owned()
    };
    let folder = from.parent()?;
    let (file, text) = manifest(&from)?;
    let leads_there = |value: &str| normal(&folder.join(value)) == missing;
    let (number, column, value) = text.lines().enumerate().find_map(|(index, line)| {
        let values = line.split('"').skip(1).step_by(2);
        let value = values.into_iter().find(|value| leads_there(value))?;
        let before = line.find(&format!("\"{value}\""))?;
        Some((index + 1, line[..before].chars().count() + 1, value))
    })?;
    let wanted = missing.file_name()?.to_str()?;
    let beside = std::fs::read_dir(missing.parent()?).ok()?.filter_map(Result::ok);
    let mut beside: Vec<String> = beside
        .filter(|entry| entry.path().join("Cargo.toml").is_file())
        .filter_map(|entry| entry.file_name().into_string().ok())
        .collect();
    beside.sort();
    let near = nearest(wanted, beside.iter().map(String::as_str));
    let label = match near {
        Some(near) => format!("no package is there; did you mean `{near}`?"),
        None => "no package is there".to_owned(),
    };
    let line = text.lines().nth(number - 1)?.to_owned();
    let at = Location { file, line: number, column };
    Some((Spot { at, line, length: value.chars().count() + 2 }, label))
}

/// A path without `.` and `..`.
fn normal(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => drop(normal.pop()),
            part => normal.push(part),
        }
    }
    normal
}
