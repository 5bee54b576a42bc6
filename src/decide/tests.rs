//! How far a package moves by itself; `notation.rs` says how to read the worlds.

use super::notation::{check, check_with};

#[test]
fn the_first_release_is_at_the_version_of_the_manifest() {
    check("a 0.8.0 new", "a: feat!: everything", "a 0.8.0 (none): never-published");
}

#[test]
fn a_version_raised_by_hand_is_kept_when_it_is_enough() {
    check(
        "a 0.2.0 released=0.1.0",
        "a: feat: more",
        "a 0.2.0 (minor): raised-by-hand, conventional-feature, packed-files-changed",
    );
    check("a 0.2.0 released=0.1.0", "", "a 0.2.0 (minor): raised-by-hand");
}

#[test]
fn a_version_raised_by_hand_too_little_is_told() {
    check(
        "a 1.0.1 released=1.0.0",
        "a: feat: more",
        "a 1.0.1 -> 1.1.0 (minor): conventional-feature, packed-files-changed
         ! a: raised to 1.0.1, needs 1.1.0",
    );
}

#[test]
fn a_version_that_somebody_else_published_is_refused() {
    check(
        "a 0.1.0 published=0.1.0,0.1.1",
        "a: fix: it",
        "a 0.1.0 -> 0.1.1 (patch): conventional-fix, packed-files-changed
         ! a: 0.1.1 exists, latest is 0.1.1",
    );
}

#[test]
fn the_number_of_a_yanked_version_is_used_up() {
    check(
        "a 1.0.0 yanked=1.1.0,1.0.4",
        "a: feat: it",
        "a 1.0.0 -> 1.2.0 (minor): conventional-feature, packed-files-changed, yanked-number-skipped",
    );
    check(
        "a 1.0.0 yanked=1.1.0,1.0.4",
        "a: fix: it",
        "a 1.0.0 -> 1.0.5 (patch): conventional-fix, packed-files-changed",
    );
    check(
        "a 1.0.1 tagged=1.0.1 published=1.0.0 yanked=1.0.1",
        "a: fix: it",
        "a 1.0.1 -> 1.0.2 (patch): conventional-fix, packed-files-changed",
    );
}

#[test]
fn an_old_branch_goes_on_from_its_own_release() {
    check(
        "a 0.1.0 published=0.1.0,0.2.0",
        "a: fix: it",
        "a 0.1.0 -> 0.1.1 (patch): conventional-fix, packed-files-changed",
    );
}

#[test]
fn a_pre_release_goes_on_with_its_line() {
    check(
        "a 1.1.0-rc.1 published=1.0.0,1.1.0-rc.1",
        "a: fix: it",
        "a 1.1.0-rc.1 -> 1.1.0-rc.2 (pre): conventional-fix, packed-files-changed",
    );
    check(
        "a 1.1.0-rc.1 published=1.0.0,1.1.0-rc.1 yanked=1.1.0-rc.2",
        "a: feat: it",
        "a 1.1.0-rc.1 -> 1.1.0-rc.3 (pre): conventional-feature, packed-files-changed",
    );
    check(
        "a 1.1.0-rc.3 published=1.0.0,1.1.0-rc.3",
        "a: feat!: it",
        "a 1.1.0-rc.3 -> 2.0.0-rc.1 (major): conventional-breaking, packed-files-changed",
    );
    check(
        "a 0.11.0-rc.0",
        "a: feat!: it",
        "a 0.11.0-rc.0 -> 0.11.0-rc.1 (pre): conventional-breaking, packed-files-changed",
    );
}

#[test]
fn a_pre_release_becomes_a_release_when_it_is_asked_for() {
    let world = "a 1.1.0-rc.1 published=1.0.0,1.1.0-rc.1";
    let expected = "a 1.1.0-rc.1 -> 1.1.0 (pre): requested, conventional-fix, packed-files-changed";
    check_with(world, "a: fix: it", "a=1.1.0", expected);
    check_with(world, "a: fix: it", "a=patch", expected);
}

#[test]
fn build_metadata_tells_no_versions_apart_and_stays() {
    check("a 1.1.0+spec-1 tagged=1.1.0", "", "nothing");
    check(
        "a 1.1.0+spec-1 tagged=1.1.0",
        "a: fix: it",
        "a 1.1.0+spec-1 -> 1.1.1+spec-1 (patch): conventional-fix, packed-files-changed",
    );
    check(
        "a 1.1.1+spec-2 released=1.1.0+spec-1",
        "a: fix: it",
        "a 1.1.1+spec-2 (patch): raised-by-hand, conventional-fix, packed-files-changed",
    );
}

#[test]
fn commits_that_do_not_say_how_much_they_change_are_told() {
    let expected = "a 1.2.0 -> 1.2.1 (patch): conventional-fix, packed-files-changed
                    ! a: its commits do not say";
    check("a 1.2.0", "a: sync: add a lock\na: Mend it", expected);
    check_with(
        "a 1.2.0",
        "a: sync: add a lock",
        "a=minor",
        "a 1.2.0 -> 1.3.0 (minor): requested, conventional-fix, packed-files-changed",
    );
    let expected = "a 1.2.0 -> 1.2.1 (patch): conventional-fix, packed-files-changed";
    check("a 1.2.0", "a: sync: add a lock\na: fix: it", expected);
}

#[test]
fn a_downgrade_is_refused() {
    check_with(
        "a 1.2.0",
        "",
        "a=1.1.0",
        "a 1.2.0 (none): requested
         ! a: asked for 1.1.0, is at 1.2.0",
    );
}

#[test]
fn less_than_the_changes_need_is_refused() {
    check_with(
        "a 1.2.0",
        "a: feat!: it",
        "a=1.3.0",
        "a 1.2.0 -> 2.0.0 (major): requested, conventional-breaking, packed-files-changed
         ! a: asked for 1.3.0, needs 2.0.0",
    );
}

#[test]
fn asking_for_a_part_never_lowers_what_the_changes_need() {
    check_with(
        "a 1.2.0",
        "a: feat: it",
        "a=patch",
        "a 1.2.0 -> 1.3.0 (minor): requested, conventional-feature, packed-files-changed",
    );
}

#[test]
fn commits_without_a_packed_change_release_nothing() {
    check("a 1.0.0", "a? test: more of them\na? feat!: only in the message", "nothing");
}

#[test]
fn a_packed_change_without_a_commit_is_a_patch() {
    check("a 1.0.0", "a~ a/src/lib.rs", "a 1.0.0 -> 1.0.1 (patch): packed-files-changed");
    check("a 1.0.0", "a~ key:dependencies.b.version", "a 1.0.0 -> 1.0.1 (patch): manifest-changed");
    check(
        "a 1.0.0 bin",
        "a~ lock:serde 1.0.1",
        "a 1.0.0 -> 1.0.1 (patch): locked-dependency-changed",
    );
    check("a 1.0.0", "a~ input:b.proto", "a 1.0.0 -> 1.0.1 (patch): declared-input-changed");
}

#[test]
fn a_rewritten_requirement_on_a_sibling_for_tests_is_no_change() {
    let world = "a 1.0.0; b 1.0.0 -dev-> a ^1";
    check(world, "b~ key:dev-dependencies.a.version", "nothing");
    check(
        world,
        "b~ key:dev-dependencies.abc.version",
        "b 1.0.0 -> 1.0.1 (patch): manifest-changed",
    );
}

#[test]
fn a_feature_below_one_is_a_patch_unless_policy_says_minor() {
    check(
        "a 0.3.1",
        "a: feat: it",
        "a 0.3.1 -> 0.3.2 (patch): conventional-feature, packed-files-changed",
    );
    check_with(
        "a 0.3.1; b 0.0.4",
        "a: feat: it\nb: feat: it",
        "minor",
        "a 0.3.1 -> 0.4.0 (minor): conventional-feature, packed-files-changed
         b 0.0.4 -> 0.0.5 (patch): conventional-feature, packed-files-changed",
    );
}

#[test]
fn a_tag_without_its_version_in_the_registry_is_released_as_it_is() {
    check("a 1.0.1 tagged=1.0.1 published=1.0.0", "", "a 1.0.1 (patch): tagged-never-published");
    check("a 0.1.0 tagged=0.1.0 published=", "", "a 0.1.0 (none): tagged-never-published");
}

#[test]
fn a_tag_without_its_version_and_with_changes_needs_a_person() {
    let world = "a 1.0.1 tagged=1.0.1 published=1.0.0";
    check(
        world,
        "a: fix: it",
        "a 1.0.1 -> 1.0.2 (patch): conventional-fix, packed-files-changed
         ! a: a-v1.0.1 was never published, and it changed",
    );
    check_with(
        world,
        "a: fix: it",
        "a=patch",
        "a 1.0.1 -> 1.0.2 (patch): requested, conventional-fix, packed-files-changed",
    );
}

#[test]
fn a_tag_without_its_version_that_has_to_follow_needs_a_person() {
    check(
        "a 1.0.0; n 0.8.0 tagged=0.8.0 published= -> a 1",
        "a: feat!: it",
        "a 1.0.0 -> 2.0.0 (major): conventional-breaking, packed-files-changed
         n 0.8.0 -> 0.9.0 (minor): tagged-never-published, requirement-out-of-range < a, breaking-through-library < a
         ! n: n-v0.8.0 was never published, and it changed",
    );
}

#[test]
fn a_tag_beside_a_published_manifest_is_not_believed() {
    check(
        "a 0.3.1 tagged=1.5.0 published=0.3.1",
        "a: fix: it",
        "a 0.3.1 -> 0.3.2 (patch): conventional-fix, packed-files-changed",
    );
}

#[test]
fn a_published_version_without_its_tag_is_told() {
    check("a 0.2.0 tagged=0.1.0 published=0.1.0,0.2.0", "a: feat: it", "! a: no tag for 0.2.0");
    check("a 0.2.0 untagged", "", "! a: no tag for 0.2.0");
}

#[test]
fn a_release_that_stopped_half_way_goes_on_with_the_same_versions() {
    check(
        "lib1 0.2.0 tagged=0.1.0 published=0.1.0,0.2.0; lib2 0.3.0 released=0.2.0 -> lib1 0.2.0;
         lib3 0.4.0 released=0.3.0 -> lib2 0.3.0",
        "lib1: feat!: it",
        "lib2 0.3.0 (minor): raised-by-hand
         lib3 0.4.0 (minor): raised-by-hand, built-with-breaking < lib2, breaking-through-library < lib2
         ! lib1: no tag for 0.2.0",
    );
}

#[test]
fn without_an_answer_of_the_registry_the_tags_decide_and_it_is_told() {
    check(
        "a 1.0.0 silent",
        "a: fix: it",
        "a 1.0.0 -> 1.0.1 (patch): conventional-fix, packed-files-changed
         ! a: no answer",
    );
}

#[test]
fn a_revert_that_names_its_commit_leaves_the_files_to_decide() {
    check(
        "a 1.0.0",
        "a: feat!: it\na: Revert \"feat!: it\"\\n\\nThis reverts commit 0000001.",
        "a 1.0.0 -> 1.0.1 (patch): packed-files-changed",
    );
}

#[test]
fn an_unknown_name_is_refused_with_the_nearest() {
    check_with(
        "node-core 1.0.0",
        "",
        "-p node-cor",
        "no member of the workspace is called `node-cor`",
    );
}
