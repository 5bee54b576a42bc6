//! What Cargo says of a workspace that it does not take, with the place where it only names the file.

use crate::failure::Failure;
use cargo_orchestrate::manifest::Manifest;
use cargo_orchestrate::model::{RelPath, VersionReq, nearest};
use cargo_orchestrate::plan::Location;
use cargo_orchestrate::wire::ExitCode;
use std::path::{Component, Path, PathBuf};

/// What was being done.
const CANNOT: &str = "cannot read the workspace";

/// What Cargo said, its own words under ours.
pub(super) fn cargo_refused(said: &str) -> Failure {
    let lines = said.lines().map(str::trim_end).filter(|line| !line.trim().is_empty());
    let lines: Vec<&str> = lines.map(|line| line.trim_start_matches("error: ")).collect();
    if let Some((Spot { at, line, length }, label)) = drawn(&lines) {
        let mut words = lines.into_iter().filter(|line| !is_of_drawing(line));
        let first = words.next().unwrap_or("a manifest is wrong");
        let failure = Failure::new(ExitCode::Metadata, format!("{CANNOT}: {first}"));
        return words.fold(failure.at(at, line, length, label), Failure::now);
    }
    let mut lines = lines.into_iter();
    let first = lines.next().unwrap_or("it said nothing");
    let failure = Failure::new(ExitCode::Metadata, format!("{CANNOT}: {first}"));
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

/// The one place that Cargo drew, as rustc draws places, and what it wrote beside the marks.
fn drawn(lines: &[&str]) -> Option<(Spot, String)> {
    let mut arrows = lines.iter().enumerate().filter(|(_, line)| is_arrow(line));
    let (first, arrow) = arrows.next().filter(|_| arrows.next().is_none())?;
    let mut place = arrow.trim_start().strip_prefix("--> ")?.rsplitn(3, ':');
    let (column, line) = (place.next()?.parse().ok()?, place.next()?.parse().ok()?);
    let file = RelPath::new(place.next()?).ok()?;
    let mut drawing = lines[first + 1..].iter().take_while(|line| is_of_drawing(line));
    let excerpt = drawing.find_map(|drawn| {
        let (number, rest) = drawn.split_once('|')?;
        let is_there = number.trim().parse::<usize>().ok()? == line;
        is_there.then(|| rest.strip_prefix(' ').unwrap_or(rest).to_owned())
    })?;
    let marks = drawing.next().map(|drawn| drawn.trim_start_matches([' ', '|']));
    let marks = marks.unwrap_or_default();
    let label = marks.trim_start_matches('^');
    let spot = Spot {
        at: Location { file, line, column },
        line: excerpt,
        length: marks.len() - label.len(),
    };
    Some((spot, label.trim().to_owned()))
}

fn is_arrow(line: &str) -> bool {
    line.trim_start().starts_with("--> ")
}

/// Whether a line is part of a place that is drawn: the arrow, a gutter, or a numbered line.
fn is_of_drawing(line: &str) -> bool {
    let number = line.split_once('|').map(|(number, _)| number.trim());
    is_arrow(line) || number.is_some_and(|it| it.chars().all(|digit| digit.is_ascii_digit()))
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

#[cfg(test)]
mod tests {
    use super::cargo_refused;

    #[test]
    fn a_place_that_cargo_draws_is_a_place_for_programs_too() {
        let said = "error: unclosed table, expected `]`\n    --> beta/Cargo.toml:10:14\n     |\n  \
                    10 |   [deps | x\n     |          ^^^ expected `]`\n\
                    failed to load manifest for workspace member `/ws/beta`\n";
        let document = cargo_refused(said).to_json();
        for expected in [
            "\"text\":\"cannot read the workspace: unclosed table, expected `]`\"",
            "\"at\":{\"file\":\"beta/Cargo.toml\",\"line\":10,\"column\":14}",
            "\"facts\":[{\"text\":\"failed to load manifest for workspace member `/ws/beta`\"}]",
        ] {
            assert!(document.contains(expected), "{expected}: {document}");
        }
    }

    #[test]
    fn what_cargo_says_without_a_place_is_kept_whole() {
        let document = cargo_refused("error: a | b\nCaused by:\n  --> nowhere\n  c").to_json();
        for word in ["cannot read the workspace: a | b", "Caused by:", "--> nowhere", "  c"] {
            assert!(document.contains(word), "{word}: {document}");
        }
    }
}
