//! A few rows of the table of faults; `cargo xtask torture` tries them all.

use crate::program;
use crate::support::parallel;
use crate::support::torture::{Row, rows, run};

/// One of each kind: an upload nobody knows the end of, one that was never stored, a success that
/// is none, a stranger's version, an index in trouble, a revoked token, a process killed
/// with an upload in flight and again while it resumes, a lost machine, kept bytes that are torn, a
/// remote that does not answer, hostile words, a rollback killed between two yanks; a credential that is
/// to follow a redirect, an index that unpacks without end, one of two registries that fails.
const SELECTION: [&str; 16] = [
    "U01", "U06b", "U10", "U16b", "I03", "A01", "K04c", "K07", "U13d", "X09", "S08a", "R05c",
    "F21", "S06", "N11b", "B12",
];

#[test]
fn a_selection_of_faults_is_survived() {
    let mut selected = rows();
    selected.retain(|row| SELECTION.contains(&row.id));
    assert_eq!(selected.len(), SELECTION.len(), "a row of the selection is gone");
    parallel::each(
        &selected,
        |row: &Row| format!("{} {}", row.id, row.words),
        |row| {
            let verdict = run(program(), row);
            assert!(
                verdict.missed.is_none() && verdict.violations.is_empty(),
                "{:?} {:?}\n{}",
                verdict.missed,
                verdict.violations,
                verdict.story
            );
        },
    );
}

#[test]
fn a_program_as_it_is_released_has_no_points_to_fail_at() {
    let name = b"CARGO_ORCHESTRATE_FAIL_POINT";
    let bytes = std::fs::read(program()).unwrap();
    let has = bytes.windows(name.len()).any(|window| window == name);
    assert_eq!(has, cfg!(feature = "fail-points"));
}

#[test]
fn every_row_has_a_name_of_its_own() {
    let mut names: Vec<_> = rows().iter().map(|row| row.id).collect();
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count);
    assert!(count > 150, "only {count} rows are left");
}
