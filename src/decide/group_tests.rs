//! Groups: packages whose versions hang together.

use super::notation::check_with;

#[test]
fn one_of_a_fixed_group_moves_all_of_it_from_the_highest_version() {
    check_with(
        "a 1.2.0; b 1.0.0; c 3.0.0",
        "b: feat: more",
        "fixed:core=a,b",
        "
         a 1.2.0 -> 1.3.0 (minor): fixed-group < b
         b 1.0.0 -> 1.3.0 (minor): conventional-feature, packed-files-changed, fixed-group",
    );
}

#[test]
fn a_break_goes_through_a_fixed_group_to_its_dependents() {
    check_with(
        "a 1.2.0; b 1.2.0 -> a ^1; c 3.0.0 -> b ^1",
        "a: feat!: more",
        "fixed:core=a,b",
        "
         a 1.2.0 -> 2.0.0 (major): conventional-breaking, packed-files-changed
         b 1.2.0 -> 2.0.0 (major): requirement-out-of-range < a, breaking-through-library < a
         c 3.0.0 -> 4.0.0 (major): requirement-out-of-range < b < a, breaking-through-library < b < a",
    );
}

#[test]
fn what_only_comes_back_to_a_member_is_told_behind_what_moves_it() {
    check_with(
        "p 0.0.3; a 0.0.3; b 0.0.3 -> a 0.0.3 -private-> p 0.0.3",
        "p: fix: it",
        "fixed:core=a,b",
        "
         a 0.0.3 -> 0.0.4 (patch): fixed-group < b < p
         b 0.0.3 -> 0.0.4 (patch): requirement-out-of-range < p, private-edge-patch < p, fixed-group, requirement-out-of-range < a, breaking-through-library < a
         p 0.0.3 -> 0.0.4 (patch): conventional-fix, packed-files-changed",
    );
}

#[test]
fn a_new_member_of_a_fixed_group_takes_its_version() {
    check_with(
        "a 1.2.0; b 1.0.0 new",
        "",
        "fixed:core=a,b",
        "
         b 1.0.0 -> 1.2.0 (none): never-published, fixed-group",
    );
}

#[test]
fn selecting_one_of_a_fixed_group_brings_the_others() {
    check_with(
        "a 1.2.0; b 1.2.0; c 1.0.0",
        "b: fix: it",
        "fixed:core=a,b -p b",
        "
         a 1.2.0 -> 1.2.1 (patch): fixed-group < b
         b 1.2.0 -> 1.2.1 (patch): conventional-fix, packed-files-changed, fixed-group",
    );
}

#[test]
fn selecting_one_of_a_fixed_group_that_others_move_brings_these() {
    check_with(
        "a 1.2.0; b 1.2.0; c 1.0.0",
        "b: feat: it\nc: fix: it",
        "fixed:core=a,b -p a",
        "
         a 1.2.0 -> 1.3.0 (minor): fixed-group < b
         b 1.2.0 -> 1.3.0 (minor): conventional-feature, packed-files-changed, fixed-group",
    );
}

#[test]
fn who_comes_along_with_a_group_brings_what_it_needs() {
    check_with(
        "a 1.2.0 -> c ^1; b 1.2.0; c 1.0.0",
        "b: fix: it\nc: fix: it\na: fix: x",
        "fixed:core=a,b -p b",
        "
         a 1.2.0 -> 1.2.1 (patch): conventional-fix, packed-files-changed
         b 1.2.0 -> 1.2.1 (patch): conventional-fix, packed-files-changed
         c 1.0.0 -> 1.0.1 (patch): conventional-fix, packed-files-changed, needed-by-selected < a",
    );
}

#[test]
fn a_fixed_group_takes_along_what_is_excluded() {
    check_with(
        "a 1.2.0; b 1.2.0; c 1.0.0",
        "b: fix: it",
        "fixed:core=a,b -x a",
        "
         a 1.2.0 -> 1.2.1 (patch): fixed-group < b
         b 1.2.0 -> 1.2.1 (patch): conventional-fix, packed-files-changed, fixed-group
         ! a: excluded, and follows",
    );
}

#[test]
fn what_is_held_does_not_move_with_its_group() {
    check_with(
        "a 1.2.0 held; b 1.2.0",
        "b: fix: it",
        "fixed:core=a,b",
        "
         b 1.2.0 -> 1.2.1 (patch): conventional-fix, packed-files-changed",
    );
}

#[test]
fn a_version_asked_of_one_is_asked_of_its_fixed_group() {
    check_with(
        "a 1.2.0; b 1.2.0",
        "b: fix: it",
        "fixed:core=a,b a=2.0.0",
        "
         a 1.2.0 -> 2.0.0 (major): requested, fixed-group
         b 1.2.0 -> 2.0.0 (major): fixed-group < a, conventional-fix, packed-files-changed",
    );
}

#[test]
fn a_part_asked_of_one_is_asked_of_its_fixed_group() {
    check_with(
        "a 1.2.0; b 1.2.0",
        "b: fix: it",
        "fixed:core=a,b a=minor",
        "
         a 1.2.0 -> 1.3.0 (minor): requested, fixed-group
         b 1.2.0 -> 1.3.0 (minor): fixed-group < a, conventional-fix, packed-files-changed",
    );
}

#[test]
fn a_yanked_number_of_one_member_is_used_up_for_all() {
    check_with(
        "a 1.2.0 yanked=1.2.1; b 1.2.0",
        "b: fix: it",
        "fixed:core=a,b",
        "
         a 1.2.0 -> 1.2.2 (patch): fixed-group < b, yanked-number-skipped
         b 1.2.0 -> 1.2.2 (patch): conventional-fix, packed-files-changed, fixed-group",
    );
}

#[test]
fn a_number_that_a_member_has_published_already_is_told() {
    check_with(
        "a 1.2.0 published=1.2.0,1.2.1; b 1.2.0",
        "b: fix: it",
        "fixed:core=a,b",
        "
         a 1.2.0 -> 1.2.1 (patch): fixed-group < b
         b 1.2.0 -> 1.2.1 (patch): conventional-fix, packed-files-changed, fixed-group
         ! a: 1.2.1 exists, latest is 1.2.1",
    );
}

#[test]
fn a_member_raised_too_little_by_hand_needs_what_its_group_moves_to() {
    check_with(
        "a 1.0.1 released=1.0.0; b 1.5.0",
        "a: feat: more",
        "fixed:core=a,b",
        "
         a 1.0.1 -> 1.6.0 (minor): conventional-feature, packed-files-changed, fixed-group
         b 1.5.0 -> 1.6.0 (minor): fixed-group < a
         ! a: raised to 1.0.1, needs 1.6.0",
    );
}

#[test]
fn a_member_raised_by_hand_raises_its_fixed_group() {
    check_with(
        "a 1.3.0 released=1.2.0; b 1.2.0",
        "b: fix: it",
        "fixed:core=a,b",
        "
         a 1.3.0 (minor): raised-by-hand, fixed-group
         b 1.2.0 -> 1.3.0 (minor): fixed-group < a, conventional-fix, packed-files-changed",
    );
}

#[test]
fn those_of_a_linked_group_that_move_count_from_its_highest() {
    check_with(
        "a 1.2.0; b 1.0.0; c 3.0.0",
        "b: feat: more",
        "linked:core=a,b",
        "
         b 1.0.0 -> 1.3.0 (minor): conventional-feature, packed-files-changed, linked-group",
    );
}

#[test]
fn those_of_a_linked_group_that_move_share_a_version() {
    check_with(
        "a 1.2.0; b 1.0.0; c 3.0.0",
        "b: feat: more\na: fix: x",
        "linked:core=a,b",
        "
         a 1.2.0 -> 1.3.0 (minor): linked-group < b, conventional-fix, packed-files-changed
         b 1.0.0 -> 1.3.0 (minor): conventional-feature, packed-files-changed, linked-group",
    );
}

#[test]
fn a_linked_group_in_which_nothing_moves_stays_apart() {
    check_with(
        "a 1.2.0; b 1.0.0",
        "",
        "linked:core=a,b",
        "
         nothing",
    );
}

#[test]
fn an_inherited_version_and_a_fixed_group_that_meet_are_one() {
    check_with(
        "a 1.0.0 inherits; b 1.0.0 inherits; c 1.0.0; d 1.0.0",
        "c: feat: x",
        "fixed:core=a,c",
        "
         a 1.0.0 -> 1.1.0 (minor): inherited-version < c
         b 1.0.0 -> 1.1.0 (minor): inherited-version < c
         c 1.0.0 -> 1.1.0 (minor): conventional-feature, packed-files-changed, fixed-group",
    );
}

#[test]
fn a_public_dependency_that_breaks_has_a_reason_of_its_own() {
    check_with(
        "a 1.0.0; b 1.0.0 -public-> a ^1",
        "a: feat!: x",
        "",
        "
         a 1.0.0 -> 2.0.0 (major): conventional-breaking, packed-files-changed
         b 1.0.0 -> 2.0.0 (major): requirement-out-of-range < a, breaking-through-public-edge < a",
    );
}
