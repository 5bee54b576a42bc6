use super::*;
use crate::plan::build;
use crate::plan::sample::{complete, options};

fn branch(name: &str, is_here: bool, holds: &[&str], lacks: &[&str]) -> OtherBranch {
    OtherBranch {
        name: name.to_owned(),
        is_here,
        holds: holds.iter().map(|hex| Oid::from_hex(*hex)).collect(),
        lacks: lacks.iter().map(|hex| Oid::from_hex(*hex)).collect(),
    }
}

/// What is still needed where, in lines, when `a` is mended by commit 0000001 and `b` by 0000002.
fn told(branches: Vec<OtherBranch>) -> Vec<String> {
    let (mut facts, policy) = complete("a 1.2.0; b 0.1.0; c 3.0.0", "a: fix: x\nb: fix: y");
    facts.branches = branches;
    // The last releases are all at 0000000; a later one of `a` is elsewhere.
    let elsewhere = crate::facts::Tag {
        oid: Oid::from_hex("dddddd"),
        commit: Oid::from_hex("dddddd"),
        reachable: false,
    };
    facts.repository.tags.insert("a-v1.3.0".to_owned(), elsewhere.clone());
    facts.repository.tags.insert("a-v1.1.0".to_owned(), elsewhere);
    let request = crate::decide::Request { hotfix: true, ..Default::default() };
    let plan = build(&facts, &policy, &request, &options()).expect("a plan");
    let line = |it: &StillNeeded| format!("{}: {}; {}", it.branch, it.switch, it.command);
    plan.still_needed.iter().map(line).collect()
}

#[test]
fn branches_that_are_later_and_lack_commits_of_the_fix_are_named() {
    let all = ["0000001", "0000002"];
    assert_eq!(
        told(vec![
            branch("main", true, &["0000000"], &all),
            branch("origin/next", false, &["dddddd"], &["0000002"]),
            branch("old", true, &[], &all),
            branch("has-it", true, &["0000000", "dddddd"], &[]),
            branch("else", true, &["0000000"], &["0000009"]),
        ]),
        [
            "origin/next: git switch --track origin/next; git cherry-pick -x 0000002",
            "main: git switch main; git cherry-pick -x 0000001 0000002",
        ]
    );
}

#[test]
fn a_name_that_a_shell_would_take_apart_is_quoted() {
    let odd = branch("x;touch$IFS'y", true, &["0000000"], &["0000001"]);
    assert_eq!(
        told(vec![odd]),
        [r"x;touch$IFS'y: git switch 'x;touch$IFS'\''y'; git cherry-pick -x 0000001"]
    );
}
