//! Lines of pre-releases: start, next number, another line, end.

use super::notation::check_with;

#[test]
fn a_line_starts_at_the_release_that_the_changes_lead_to() {
    check_with(
        "a 1.0.3",
        "a: feat: x",
        "pre:rc",
        "
         a 1.0.3 -> 1.1.0-rc.1 (minor): conventional-feature, packed-files-changed, pre-release-line",
    );
}

#[test]
fn a_line_goes_on_with_its_next_number() {
    check_with(
        "a 1.1.0-rc.1 published=1.0.3,1.1.0-rc.1",
        "a: fix: x",
        "",
        "
         a 1.1.0-rc.1 -> 1.1.0-rc.2 (pre): conventional-fix, packed-files-changed",
    );
}

#[test]
fn a_bigger_change_raises_the_base_of_a_line() {
    check_with(
        "a 1.1.0-rc.1 published=1.0.3,1.1.0-rc.1",
        "a: feat!: x",
        "",
        "
         a 1.1.0-rc.1 -> 2.0.0-rc.1 (major): conventional-breaking, packed-files-changed",
    );
}

#[test]
fn finishing_is_a_release_with_nothing_else_changed() {
    check_with(
        "a 1.1.0-rc.1 published=1.0.3,1.1.0-rc.1",
        "",
        "finish",
        "
         a 1.1.0-rc.1 -> 1.1.0 (pre): line-finished",
    );
}

#[test]
fn one_package_is_finished_alone() {
    check_with(
        "a 1.1.0-rc.1 published=1.0.3,1.1.0-rc.1; b 1.0.0",
        "b: fix: y",
        "finish:a",
        "
         a 1.1.0-rc.1 -> 1.1.0 (pre): line-finished
         b 1.0.0 -> 1.0.1 (patch): conventional-fix, packed-files-changed",
    );
}

#[test]
fn a_line_gives_way_to_a_later_one() {
    check_with(
        "a 1.1.0-beta.2 published=1.0.3,1.1.0-beta.2",
        "a: fix: x",
        "pre:rc",
        "
         a 1.1.0-beta.2 -> 1.1.0-rc.1 (pre): conventional-fix, packed-files-changed, pre-release-line",
    );
}

#[test]
fn to_go_to_another_line_needs_no_other_change() {
    check_with(
        "a 1.1.0-beta.2 published=1.0.3,1.1.0-beta.2",
        "",
        "pre:a=rc",
        "
         a 1.1.0-beta.2 -> 1.1.0-rc.1 (pre): pre-release-line",
    );
}

#[test]
fn everything_goes_to_a_later_line_together() {
    check_with(
        "a 1.1.0-alpha.2 published=1.0.3,1.1.0-alpha.2; b 1.1.0-rc.1 published=1.0.0,1.1.0-rc.1; c 1.0.0",
        "",
        "pre:beta",
        "
         a 1.1.0-alpha.2 -> 1.1.0-beta.1 (pre): pre-release-line",
    );
}

#[test]
fn a_line_that_lies_below_is_no_reason_for_a_release() {
    check_with(
        "a 1.1.0-rc.2 published=1.0.3,1.1.0-rc.2",
        "",
        "pre:a=beta",
        "
         ! a: not released, its line stays",
    );
}

#[test]
fn a_line_that_lies_below_is_told_and_not_taken() {
    check_with(
        "a 1.1.0-rc.2 published=1.0.3,1.1.0-rc.2",
        "a: fix: x",
        "pre:beta",
        "
         a 1.1.0-rc.2 -> 1.1.0-rc.3 (pre): conventional-fix, packed-files-changed
         ! a: beta lies below, next is 1.1.0-rc.3",
    );
}

#[test]
fn a_stable_dependent_follows_a_pre_release() {
    check_with(
        "b 1.0.0; a 1.0.0 -> b 1.0.0",
        "b: feat: x",
        "pre:b=rc",
        "
         a 1.0.0 -> 1.0.1 (patch): requirement-out-of-range < b
         b 1.0.0 -> 1.1.0-rc.1 (minor): conventional-feature, packed-files-changed, pre-release-line",
    );
}

#[test]
fn everything_released_goes_on_the_line() {
    check_with(
        "b 1.0.0; a 1.0.0 -> b 1.0.0",
        "b: feat: x",
        "pre:rc",
        "
         a 1.0.0 -> 1.0.1-rc.1 (patch): requirement-out-of-range < b, pre-release-line
         b 1.0.0 -> 1.1.0-rc.1 (minor): conventional-feature, packed-files-changed, pre-release-line",
    );
}

#[test]
fn a_dependent_whose_requirement_matches_the_next_pre_release_stays() {
    check_with(
        "b 1.1.0-rc.1 published=1.0.0,1.1.0-rc.1; a 1.0.1-rc.1 published=1.0.0,1.0.1-rc.1 -> b 1.1.0-rc.1",
        "b: fix: x",
        "",
        "
         b 1.1.0-rc.1 -> 1.1.0-rc.2 (pre): conventional-fix, packed-files-changed",
    );
}

#[test]
fn who_is_finished_on_a_pre_release_is_told() {
    check_with(
        "b 1.1.0-rc.1 published=1.0.0,1.1.0-rc.1; a 1.0.1-rc.1 published=1.0.0,1.0.1-rc.1 -> b 1.1.0-rc.1",
        "",
        "finish:a",
        "
         a 1.0.1-rc.1 -> 1.0.1 (pre): line-finished
         ! a: finished on b 1.1.0-rc.1",
    );
}

#[test]
fn all_lines_are_finished_together() {
    check_with(
        "b 1.1.0-rc.1 published=1.0.0,1.1.0-rc.1; a 1.0.1-rc.1 published=1.0.0,1.0.1-rc.1 -> b 1.1.0-rc.1",
        "",
        "finish",
        "
         a 1.0.1-rc.1 -> 1.0.1 (pre): line-finished
         b 1.1.0-rc.1 -> 1.1.0 (pre): line-finished",
    );
}

#[test]
fn a_fixed_group_goes_on_a_line_together() {
    check_with(
        "a 1.0.0; b 1.0.0",
        "a: feat: x",
        "fixed:g=a,b pre:rc",
        "
         a 1.0.0 -> 1.1.0-rc.1 (minor): conventional-feature, packed-files-changed, pre-release-line, fixed-group
         b 1.0.0 -> 1.1.0-rc.1 (minor): fixed-group < a, pre-release-line",
    );
}

#[test]
fn a_fixed_group_is_finished_together() {
    check_with(
        "a 1.1.0-rc.1 published=1.0.0,1.1.0-rc.1; b 1.1.0-rc.1 published=1.0.0,1.1.0-rc.1",
        "",
        "fixed:g=a,b finish:a",
        "
         a 1.1.0-rc.1 -> 1.1.0 (pre): line-finished, fixed-group
         b 1.1.0-rc.1 -> 1.1.0 (pre): fixed-group < a",
    );
}

#[test]
fn a_line_for_what_is_not_released_is_told() {
    check_with(
        "a 1.0.0",
        "",
        "pre:a=rc",
        "
         ! a: not released, its line stays",
    );
}

#[test]
fn an_end_of_what_is_on_no_line_is_told() {
    check_with(
        "a 1.0.0",
        "",
        "finish:a",
        "
         ! a: not released, its line stays",
    );
}

#[test]
fn a_first_release_can_be_a_pre_release() {
    check_with(
        "a 0.1.0 new",
        "",
        "pre:rc",
        "
         a 0.1.0 -> 0.1.0-rc.1 (none): never-published, pre-release-line",
    );
}
