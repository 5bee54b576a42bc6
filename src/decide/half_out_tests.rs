//! What counts as a release that is half out, and what is finished of it; `notation.rs` says how to
//! read the worlds.

use super::notation::{check, check_with, request, world};
use super::{decide, doubtful};

#[test]
fn what_is_missing_goes_out_at_the_version_that_it_has() {
    // A break since the last release asks for more than what somebody chose: it stands all the same.
    check(
        "a 0.1.1 published=0.1.0,0.1.1 from=c1; b 0.1.1 released=0.1.0 at=c1 -> a 0.1.1",
        "b: feat!: all anew",
        "b 0.1.1 (patch): half-out
         ! a: no tag for 0.1.1",
    );
    // Who went out at a commit of its own is evidence for those that stood there.
    check(
        "a 0.2.0 published=0.1.0,0.2.0 from=c1; b 0.2.0 published=0.1.0,0.2.0 from=c2 at=c1,c2
         c 0.2.0 released=0.1.0 at=c1,c2; d 0.2.0 released=0.1.0 at=c2",
        "",
        "c 0.2.0 (minor): half-out
         d 0.2.0 (minor): half-out
         ! a: no tag for 0.2.0
         ! b: no tag for 0.2.0",
    );
}

#[test]
fn what_was_raised_later_waits_unless_it_is_needed() {
    check(
        "a 0.2.0 published=0.1.0,0.2.0 from=c1; b 0.2.0 released=0.1.0 at=c1; c 0.3.0 released=0.2.0",
        "c: fix: it",
        "b 0.2.0 (minor): half-out
         ! a: no tag for 0.2.0",
    );
    check(
        "a 0.2.0 published=0.1.0,0.2.0 from=c1; b 0.2.0 released=0.1.0 at=c1 -> c 0.3; c 0.3.0 released=0.2.0",
        "",
        "b 0.2.0 (minor): half-out
         c 0.3.0 (minor): half-out
         ! a: no tag for 0.2.0",
    );
}

#[test]
fn tags_without_versions_are_published_with_what_requires_them() {
    check(
        "a 0.2.0; b 0.2.0 tagged=0.2.0 published=0.1.0 at=0000000 -> a 0.2
         c 0.2.0 tagged=0.2.0 published=0.1.0 at=0000000 -> b 0.2",
        "a: feat!: later",
        "b 0.2.0 (minor): tagged-never-published
         c 0.2.0 (minor): tagged-never-published",
    );
}

#[test]
fn a_first_release_that_stopped_is_finished() {
    check(
        "a 0.1.0 from=c1; b 0.1.0 new at=c1 -> a 0.1",
        "a: fix: later",
        "b 0.1.0 (none): half-out
         ! a: no tag for 0.1.0",
    );
}

#[test]
fn what_a_release_passed_over_is_not_half_of_it() {
    // `c1` brought 0.2.0 of `a`; `b` had its version before, and nobody wanted it out.
    check(
        "a 0.2.0 published=0.1.0,0.2.0 from=c1; b 0.2.0 released=0.1.0 at=c1 before=c1",
        "a: fix: it",
        "a 0.2.0 -> 0.2.1 (patch): conventional-fix, packed-files-changed
         b 0.2.0 (minor): raised-by-hand
         ! a: no tag for 0.2.0",
    );
    // `c1` brought both, and `c2` another release without `b`.
    check(
        "a 0.2.0 published=0.1.0,0.2.0 from=c1; b 0.2.0 released=0.1.0 at=c1,c2 before=c2
         c 0.2.0 published=0.1.0,0.2.0 from=c2",
        "",
        "b 0.2.0 (minor): raised-by-hand
         ! a: no tag for 0.2.0
         ! c: no tag for 0.2.0",
    );
    // It was released from a commit after the one that raised both.
    check(
        "a 0.2.0 published=0.1.0,0.2.0 from=c1 before=c1; b 0.2.0 released=0.1.0 at=c1 before=c1",
        "",
        "b 0.2.0 (minor): half-out
         ! a: no tag for 0.2.0",
    );
    // A new member beside the first release of another, in a workspace of many years.
    check(
        "a 0.1.0 from=c1; b 0.1.0 new at=c1; c 0.2.0 published=0.1.0,0.2.0",
        "",
        "b 0.1.0 (none): never-published
         ! a: no tag for 0.1.0",
    );
}

#[test]
fn what_is_no_half_of_anything_is_planned_as_always() {
    // A new member beside old ones may have waited for long.
    check(
        "a 0.2.0 published=0.1.0,0.2.0 from=c1; b 0.1.0 new at=c1",
        "a: fix: it",
        "a 0.2.0 -> 0.2.1 (patch): conventional-fix, packed-files-changed
         b 0.1.0 (none): never-published
         ! a: no tag for 0.2.0",
    );
    // A tag for one version is what somebody decided, or a mistake.
    check(
        "b 0.2.0 tagged=0.2.0 published=0.1.0 at=0000000",
        "",
        "b 0.2.0 (minor): tagged-never-published",
    );
    // What was taken back is not finished.
    check(
        "a 0.2.0 released=0.1.0 yanked=0.2.0 from=c1; b 0.2.0 released=0.1.0 at=c1",
        "",
        "b 0.2.0 (minor): raised-by-hand
         ! a: no tag for 0.1.0",
    );
    // The registry does not answer for it.
    check(
        "a 0.2.0 published=0.1.0,0.2.0 from=c1; b 0.2.0 silent at=c1",
        "",
        "! a: no tag for 0.2.0
         ! b: no answer",
    );
    // Policy keeps it back.
    check(
        "a 0.2.0 published=0.1.0,0.2.0 from=c1; b 0.2.0 released=0.1.0 at=c1 held",
        "",
        "! a: no tag for 0.2.0",
    );
    // Who names packages or versions means these.
    check_with(
        "a 0.2.0 published=0.1.0,0.2.0 from=c1; b 0.2.0 released=0.1.0 at=c1",
        "",
        "b=0.3.0",
        "b 0.2.0 -> 0.3.0 (minor): requested
         ! a: no tag for 0.2.0",
    );
}

#[test]
fn a_number_that_somebody_else_may_have_taken_is_doubtful_where_it_is_built_on() {
    let table = [
        // Published, and nobody knows from which commit; its last release is known.
        ("b 0.2.0 published=0.1.0,0.2.0 tagged=0.1.0; c 0.2.0 released=0.1.0 -> b 0.2", "b"),
        // Nothing of it was ever tagged: there is nothing to compare with.
        ("b 0.2.0 untagged; c 0.2.0 released=0.1.0 -> b 0.2", ""),
        ("b 0.2.0; c 0.2.0 released=0.1.0 -> b 0.2", ""),
        ("b 0.2.0 published=0.1.0,0.2.0 tagged=0.1.0; c 0.2.0 released=0.1.0", ""),
    ];
    for (packages, expected) in table {
        let (facts, mut policy) = world(packages, "");
        let decided = decide(&facts, &policy.clone(), &request("", &mut policy)).expect("decided");
        let released = decided.decisions.iter().map(|decision| decision.package.clone()).collect();
        let found = doubtful(&facts, &released);
        let found: Vec<&str> = found.iter().map(|there| there.package.name.as_str()).collect();
        assert_eq!(found.join(" "), expected, "{packages}");
    }
}
