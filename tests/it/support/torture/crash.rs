//! The crash matrix: every point that a clean run passes, and every way in which it can fail there.
//!
//! The program must be built with its feature `fail-points`; see its `fail_point` module.

use super::row::{Expect, Row, publish};
use super::victim::Victim;
use super::world::{Beginning, Template};
use std::fs;
use std::path::Path;

/// Which point fails, counted from 1, and how: `17:kill`.
const WHICH: &str = "CARGO_ORCHESTRATE_FAIL_POINT";
/// Where the program writes down the points that it passes.
const LIST: &str = "CARGO_ORCHESTRATE_FAIL_POINTS";

/// A command whose points are tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Crash {
    Publish,
    Rollback,
    Undo,
}

impl Crash {
    fn beginning(self, workspace: &'static str) -> Beginning {
        match self {
            Self::Publish => Beginning::Played(workspace),
            Self::Rollback => Beginning::Released(workspace),
            Self::Undo => Beginning::TakenBack(workspace),
        }
    }

    fn victim(self) -> Victim {
        match self {
            Self::Publish => Victim::publish(),
            Self::Rollback => Victim::rollback(),
            Self::Undo => Victim::undo(),
        }
    }

    fn letter(self) -> char {
        match self {
            Self::Publish => 'p',
            Self::Rollback => 'r',
            Self::Undo => 'u',
        }
    }
}

/// The rows of a command: each point that a clean run passes, each way to fail there.
///
/// # Panics
/// When the program passes no points, as one without the feature.
pub fn crashes(
    program: &Path,
    workspace: &'static str,
    crash: Crash,
    ways: fn(&str) -> &'static [&'static str],
) -> Vec<Row> {
    let beginning = crash.beginning(workspace);
    let world = Template::of(program, beginning).copy(program);
    let list = world.scene.root.join("points");
    let victim = crash.victim();
    world.run(&victim.clone().told(LIST, list.to_string_lossy())).expect_code(0);
    let points = fs::read_to_string(&list).unwrap_or_default();
    assert!(!points.is_empty(), "the program was built without its feature `fail-points`");
    let mut rows = Vec::new();
    for (at, point) in points.lines().enumerate() {
        let (kind, name) = point.split_once(' ').unwrap_or((point, ""));
        for action in ways(kind) {
            let number = at + 1;
            let id = leak(format!("{}{number:03}-{action}", crash.letter()));
            let words = leak(format!("{action} at point {number}: {name}"));
            let row = publish(id, words).of(beginning).expect(Expect::Somehow);
            let first = vec![(WHICH.to_owned(), format!("{number}:{action}"))];
            rows.push(Row { victim: victim.clone(), told_once: [first, Vec::new()], ..row });
        }
    }
    rows
}

/// The ways in which a point of a kind fails that differ most.
pub fn main_ways(kind: &str) -> &'static [&'static str] {
    match kind {
        "write" => &["kill", "enospc"],
        "unsynced" => &["power-none", "power-half"],
        _ => &["kill"],
    }
}

/// All ways in which a point of a kind can fail.
pub fn all_ways(kind: &str) -> &'static [&'static str] {
    match kind {
        "write" => &["kill", "term", "enospc", "eio"],
        "unsynced" => &["power-none", "power-one", "power-half", "power-most", "kill"],
        _ => &["kill", "term"],
    }
}

impl Row {
    /// The same, with another crash at that point of the first resume.
    #[must_use]
    pub fn and_again(mut self, number: usize, action: &str) -> Self {
        self.told_once[1] = vec![(WHICH.to_owned(), format!("{number}:{action}"))];
        self.id = leak(format!("{}+{number:03}-{action}", self.id));
        self.words = leak(format!("{}, then {action} at point {number}", self.words));
        self
    }
}

/// Names of rows live as long as the process.
fn leak(text: String) -> &'static str {
    Box::leak(text.into_boxed_str())
}
