//! Hotfixes: what goes out and what does not, at which numbers.

use super::notation::check_with;

const UNTOUCHED: &str = "a 1.2.0 published=1.2.0,1.3.0,2.0.0; b 1.2.0 -> a ^1.2.0; c 0.1.0 new; \
                         d 1.0.0 tagged=1.0.0 published=0.9.0";

#[test]
fn only_what_was_touched_goes_out_as_a_patch_of_its_line() {
    check_with(
        UNTOUCHED,
        "a: fix: x",
        "hotfix",
        "
         a 1.2.0 -> 1.2.1 (patch): conventional-fix, packed-files-changed",
    );
}

#[test]
fn nobody_follows_who_need_not_and_no_line_begins() {
    check_with(
        UNTOUCHED,
        "a: fix: x",
        "hotfix always",
        "
         a 1.2.0 -> 1.2.1 (patch): conventional-fix, packed-files-changed",
    );
    check_with(
        "a 1.2.0 published=1.2.0,1.3.0; b 2.0.0 -> a =1.2.0; c 3.0.0 -> b ^2.0.0",
        "a: fix: x",
        "hotfix always",
        "
         a 1.2.0 -> 1.2.1 (patch): conventional-fix, packed-files-changed
         b 2.0.0 -> 2.0.1 (patch): requirement-out-of-range < a",
    );
}

#[test]
fn what_a_touched_package_needs_and_nobody_has_comes_along() {
    check_with(
        "a 1.2.0 -> new ^0.1.0; new 0.1.0 new -> newer ^0.1.0; newer 0.1.0 new; other 0.1.0 new",
        "a: fix: x",
        "hotfix",
        "
         a 1.2.0 -> 1.2.1 (patch): conventional-fix, packed-files-changed
         new 0.1.0 (none): never-published
         newer 0.1.0 (none): never-published",
    );
}

#[test]
fn what_is_more_than_a_patch_has_to_be_asked_for() {
    check_with(
        "a 1.2.0 published=1.2.0,1.3.0; b 0.3.1 published=0.3.1",
        "a: feat: x\nb: feat: y",
        "hotfix",
        "
         a 1.2.0 -> 1.3.0 (minor): conventional-feature, packed-files-changed
         b 0.3.1 -> 0.3.2 (patch): conventional-feature, packed-files-changed
         ! a: 1.3.0 exists, latest is 1.3.0
         ! a: 1.3.0 is no patch of 1.2.0",
    );
    check_with(
        "a 1.2.0",
        "a: feat: x",
        "hotfix a=minor",
        "
         a 1.2.0 -> 1.3.0 (minor): requested, conventional-feature, packed-files-changed",
    );
    check_with(
        "a 0.1.0 published=0.1.0,0.2.0; b 0.5.0 -> a ^0.1.0",
        "a: fix!: x",
        "hotfix",
        "
         a 0.1.0 -> 0.2.0 (minor): conventional-breaking, packed-files-changed
         b 0.5.0 -> 0.6.0 (minor): requirement-out-of-range < a, breaking-through-library < a
         ! a: 0.2.0 exists, latest is 0.2.0
         ! a: 0.2.0 is no patch of 0.1.0
         ! b: 0.6.0 is no patch of 0.5.0",
    );
}

#[test]
fn numbers_that_a_line_used_up_are_passed_and_live_ones_are_not() {
    check_with(
        "a 0.1.0 published=0.1.0,0.2.0 yanked=0.1.1",
        "a: fix: x",
        "hotfix",
        "
         a 0.1.0 -> 0.1.2 (patch): conventional-fix, packed-files-changed, yanked-number-skipped",
    );
    check_with(
        "a 0.1.0 published=0.1.0,0.1.1,0.2.0",
        "a: fix: x",
        "hotfix",
        "
         a 0.1.0 -> 0.1.1 (patch): conventional-fix, packed-files-changed
         ! a: 0.1.1 exists, latest is 0.2.0",
    );
}

#[test]
fn a_line_of_pre_releases_is_mended_on_that_line() {
    check_with(
        "a 2.0.0-rc.1 published=1.0.0,2.0.0-rc.1",
        "a: fix: x",
        "hotfix",
        "
         a 2.0.0-rc.1 -> 2.0.0-rc.2 (pre): conventional-fix, packed-files-changed",
    );
}

#[test]
fn without_a_fix_there_is_no_hotfix() {
    check_with(UNTOUCHED, "", "hotfix", "nothing");
}
