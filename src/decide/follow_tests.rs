//! Who follows whom, and who is asked for; `notation.rs` says how to read the worlds.

use super::notation::{check, check_with};

const CHAIN: &str = "lib1 0.1.0; lib2 0.2.0 -> lib1 0.1.0; lib3 0.3.0 -> lib2 0.2.0;
    bin 1.3.0 bin -> lib3 0.3.0; lib4 0.4.0";

#[test]
fn a_break_climbs_through_libraries_and_ends_at_a_binary() {
    check(
        CHAIN,
        "lib1: feat!: greet takes a name",
        "bin 1.3.0 -> 1.3.1 (patch): requirement-out-of-range < lib3 < lib2 < lib1, binary-only-patch < lib3 < lib2 < lib1
         lib1 0.1.0 -> 0.2.0 (minor): conventional-breaking, packed-files-changed
         lib2 0.2.0 -> 0.3.0 (minor): requirement-out-of-range < lib1, breaking-through-library < lib1
         lib3 0.3.0 -> 0.4.0 (minor): requirement-out-of-range < lib2 < lib1, breaking-through-library < lib2 < lib1",
    );
}

#[test]
fn a_break_behind_a_private_edge_is_a_patch_and_goes_no_further() {
    check(
        "lib1 0.1.0; lib2 0.2.0 -private-> lib1 0.1.0; lib3 0.3.0 -> lib2 0.2",
        "lib1: feat!: greet takes a name",
        "lib1 0.1.0 -> 0.2.0 (minor): conventional-breaking, packed-files-changed
         lib2 0.2.0 -> 0.2.1 (patch): requirement-out-of-range < lib1, private-edge-patch < lib1",
    );
}

#[test]
fn a_breaking_refactor_moves_the_chain_below_and_above_one() {
    check(
        "a 0.8.0; b 0.8.0 -> a 0.8; c 8.0.0 -> b 0.8",
        "a: refactor!: rename",
        "a 0.8.0 -> 0.9.0 (minor): conventional-breaking, packed-files-changed
         b 0.8.0 -> 0.9.0 (minor): requirement-out-of-range < a, breaking-through-library < a
         c 8.0.0 -> 9.0.0 (major): requirement-out-of-range < b < a, breaking-through-library < b < a",
    );
}

#[test]
fn a_compatible_change_moves_a_dependent_only_out_of_its_range() {
    let world = "b 1.0.0; caret 1.0.0 -> b 1.0.0; tilde 1.0.0 -> b ~1.0.0; exact 1.0.0 -> b =1.0.0;
        tests 1.0.0 -dev-> b =1.0.0";
    check(
        world,
        "b: fix: it",
        "b 1.0.0 -> 1.0.1 (patch): conventional-fix, packed-files-changed
         exact 1.0.0 -> 1.0.1 (patch): requirement-out-of-range < b",
    );
    check(
        world,
        "b: feat: it",
        "b 1.0.0 -> 1.1.0 (minor): conventional-feature, packed-files-changed
         exact 1.0.0 -> 1.0.1 (patch): requirement-out-of-range < b
         tilde 1.0.0 -> 1.0.1 (patch): requirement-out-of-range < b",
    );
    check(
        world,
        "b: feat!: it",
        "b 1.0.0 -> 2.0.0 (major): conventional-breaking, packed-files-changed
         caret 1.0.0 -> 2.0.0 (major): requirement-out-of-range < b, breaking-through-library < b
         exact 1.0.0 -> 2.0.0 (major): requirement-out-of-range < b, breaking-through-library < b
         tilde 1.0.0 -> 2.0.0 (major): requirement-out-of-range < b, breaking-through-library < b",
    );
}

#[test]
fn of_a_normal_and_a_dev_edge_the_normal_one_decides() {
    check(
        "a 1.0.0; b 1.0.0 -dev-> a 1.0.0 -> a 1.0.0",
        "a: feat!: it",
        "a 1.0.0 -> 2.0.0 (major): conventional-breaking, packed-files-changed
         b 1.0.0 -> 2.0.0 (major): requirement-out-of-range < a, breaking-through-library < a",
    );
}

#[test]
fn of_a_normal_and_a_build_edge_the_weightier_decides() {
    check(
        "a 1.0.0; b 1.0.0 -build-> a 1.0.0 -> a 1.0.0; c 1.0.0 -build-> a 1.0.0",
        "a: feat!: it",
        "a 1.0.0 -> 2.0.0 (major): conventional-breaking, packed-files-changed
         b 1.0.0 -> 2.0.0 (major): requirement-out-of-range < a, breaking-through-library < a
         c 1.0.0 -> 1.0.1 (patch): requirement-out-of-range < a, build-dependency-patch < a",
    );
}

#[test]
fn a_pre_release_lies_outside_every_range_that_does_not_name_it() {
    check_with(
        "b 1.0.0; a 1.0.0 -> b 1.0.0",
        "b: feat: it",
        "b=1.1.0-rc.1",
        "a 1.0.0 -> 1.0.1 (patch): requirement-out-of-range < b
         b 1.0.0 -> 1.1.0-rc.1 (minor): requested, conventional-feature, packed-files-changed",
    );
}

#[test]
fn members_that_inherit_the_version_move_together() {
    check_with(
        "a 0.2.0 inherits; b 0.2.0 inherits -> a 0.2; c 0.2.0; d 0.2.0 inherits unpublishable",
        "",
        "a=major",
        "a 0.2.0 -> 1.0.0 (major): requested, inherited-version
         b 0.2.0 -> 1.0.0 (major): inherited-version < a, requirement-out-of-range < a, breaking-through-library < a",
    );
}

#[test]
fn the_shared_version_is_the_highest_that_a_member_needs() {
    check(
        "a 0.2.0 inherits; b 0.2.0 inherits; user 1.0.0 -> b 0.2",
        "a: fix: it\nb: feat!: it",
        "a 0.2.0 -> 0.3.0 (minor): inherited-version < b, conventional-fix, packed-files-changed
         b 0.2.0 -> 0.3.0 (minor): conventional-breaking, packed-files-changed, inherited-version
         user 1.0.0 -> 2.0.0 (major): requirement-out-of-range < b, breaking-through-library < b",
    );
}

#[test]
fn a_new_member_goes_out_at_the_shared_version_without_moving_it() {
    check("a 0.2.0 inherits; b 0.2.0 inherits new", "", "b 0.2.0 (none): never-published");
}

#[test]
fn a_fix_below_zero_one_breaks_like_everything_there() {
    check(
        "infant 0.0.3; user 1.0.0 -> infant 0.0.3",
        "infant: fix: it",
        "infant 0.0.3 -> 0.0.4 (patch): conventional-fix, packed-files-changed
         user 1.0.0 -> 2.0.0 (major): requirement-out-of-range < infant, breaking-through-library < infant",
    );
}

#[test]
fn policy_always_lets_every_dependent_follow_but_no_dev_edge() {
    check_with(
        "a 1.0.0; b 1.0.0 -> a ^1; c 1.0.0 -> b ^1; t 1.0.0 -dev-> a ^1",
        "a: fix: it",
        "always",
        "a 1.0.0 -> 1.0.1 (patch): conventional-fix, packed-files-changed
         b 1.0.0 -> 1.0.1 (patch): always-propagate < a
         c 1.0.0 -> 1.0.1 (patch): always-propagate < b < a",
    );
}

#[test]
fn whoever_is_released_anyway_breaks_with_what_it_is_built_with() {
    check(
        "a 1.0.0; b 1.0.0 -> a >=1",
        "a: feat!: it\nb: fix: it",
        "a 1.0.0 -> 2.0.0 (major): conventional-breaking, packed-files-changed
         b 1.0.0 -> 2.0.0 (major): built-with-breaking < a, breaking-through-library < a, conventional-fix, packed-files-changed",
    );
    check(
        "a 1.0.0; b 1.0.0 -> a >=1",
        "a: feat!: it",
        "a 1.0.0 -> 2.0.0 (major): conventional-breaking, packed-files-changed",
    );
}

#[test]
fn unpublishable_members_are_never_released() {
    check(
        "a 1.0.0; tool 1.0.0 unpublishable -> a 1.0.0",
        "a: feat!: it\ntool: feat: it",
        "a 1.0.0 -> 2.0.0 (major): conventional-breaking, packed-files-changed",
    );
}

#[test]
fn a_member_that_policy_holds_is_named_when_it_would_follow() {
    check(
        "a 1.0.0; b 1.0.0 held -> a 1.0.0",
        "a: feat!: it\nb: fix: it",
        "a 1.0.0 -> 2.0.0 (major): conventional-breaking, packed-files-changed
         ! b: would follow a (^1.0.0)",
    );
}

#[test]
fn selecting_a_package_brings_the_changed_dependencies_it_was_built_with() {
    let world = "a 1.0.0; b 1.0.0 -> a 1.0.0; c 1.0.0 -> b 1.0.0; d 1.0.0";
    check_with(
        world,
        "a: fix: it\nb: feat: it\nd: fix: it",
        "-p b",
        "a 1.0.0 -> 1.0.1 (patch): conventional-fix, packed-files-changed, needed-by-selected < b
         b 1.0.0 -> 1.1.0 (minor): conventional-feature, packed-files-changed",
    );
    check_with(world, "a: fix: it\nd: fix: it", "-p b", "nothing");
    check_with(world, "a: fix: it", "-p b -x a", "nothing");
}

#[test]
fn selecting_a_package_brings_what_follows_between_it_and_a_change() {
    check_with(
        CHAIN,
        "lib1: feat!: greet takes a name\nlib4: fix: it",
        "-p lib3",
        "lib1 0.1.0 -> 0.2.0 (minor): conventional-breaking, packed-files-changed, needed-by-selected < lib2
         lib2 0.2.0 -> 0.3.0 (minor): requirement-out-of-range < lib1, breaking-through-library < lib1, needed-by-selected < lib3
         lib3 0.3.0 -> 0.4.0 (minor): requirement-out-of-range < lib2 < lib1, breaking-through-library < lib2 < lib1
         ! bin: would follow lib3 (^0.3.0)",
    );
    check_with(
        "a 1.0.0; b 1.0.0 -> a 1.0.0; c 1.0.0 -> b 1.0.0 -> a 1.0.0",
        "a: feat!: it\nc: fix: it",
        "-p c",
        "a 1.0.0 -> 2.0.0 (major): conventional-breaking, packed-files-changed, needed-by-selected < c
         b 1.0.0 -> 2.0.0 (major): requirement-out-of-range < a, breaking-through-library < a, needed-by-selected < c
         c 1.0.0 -> 2.0.0 (major): requirement-out-of-range < a, breaking-through-library < a, requirement-out-of-range < b < a, breaking-through-library < b < a, conventional-fix, packed-files-changed",
    );
    check_with(
        "a 1.0.0; b 1.0.0 -> a 1.0.0; c 1.0.0 -> b 1.0.0",
        "a: feat: it\nc: fix: it",
        "-p c",
        "c 1.0.0 -> 1.0.1 (patch): conventional-fix, packed-files-changed",
    );
}

#[test]
fn selecting_a_package_leaves_its_dependents_and_names_all_who_would_follow() {
    check_with(
        CHAIN,
        "lib1: feat!: greet takes a name",
        "-p lib1",
        "lib1 0.1.0 -> 0.2.0 (minor): conventional-breaking, packed-files-changed
         ! bin: would follow lib3 (^0.3.0)
         ! lib2: would follow lib1 (^0.1.0)
         ! lib3: would follow lib2 (^0.2.0)",
    );
}

#[test]
fn an_excluded_package_moves_only_when_it_must_and_then_for_its_changes_too() {
    check_with("a 1.0.0", "a: fix: it", "-x a", "nothing");
    check_with(
        "a 1.0.0; b 1.0.0 bin -> a 1.0.0",
        "a: feat!: it\nb: feat: it",
        "-x b",
        "a 1.0.0 -> 2.0.0 (major): conventional-breaking, packed-files-changed
         b 1.0.0 -> 1.1.0 (minor): conventional-feature, packed-files-changed, requirement-out-of-range < a, binary-only-patch < a
         ! b: excluded, and follows",
    );
}

#[test]
fn whoever_an_earlier_release_left_behind_follows_later() {
    check(
        "a 2.0.0 published=1.0.0,2.0.0; b 1.0.0 required=a:^1.0.0 -> a 2.0.0;
         c 1.0.0 bin required=a:^1.0.0 -> a 2.0.0; d 1.0.0 required=a:>=1 -> a 2.0.0",
        "",
        "b 1.0.0 -> 2.0.0 (major): left-behind
         c 1.0.0 -> 1.0.1 (patch): left-behind",
    );
}

#[test]
fn what_is_asked_for_in_vain_is_told() {
    let world = "a 1.0.0; b 1.0.0; held 1.0.0 held; tool 1.0.0 unpublishable";
    let table = [
        ("-p held", "! held: selection ignored, Held"),
        ("-p tool", "! tool: selection ignored, Unpublished"),
        ("-p b", "nothing"),
        ("-p a -x a", "! a: selection ignored, Excluded"),
        ("-x a b=minor -x b", "! b: bump ignored, Excluded"),
        ("-p b a=minor", "! a: bump ignored, NotSelected"),
        (
            "-x a held=minor tool=minor",
            "! held: bump ignored, Held\n! tool: bump ignored, Unpublished",
        ),
        (
            "finish:a",
            "a 1.0.0 -> 1.0.1 (patch): conventional-fix, packed-files-changed\n! a: on no line",
        ),
    ];
    for (asked, expected) in table {
        check_with(world, "a: fix: it\nheld: fix: it\ntool: fix: it", asked, expected);
    }
}
