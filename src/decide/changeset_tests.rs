//! Changesets beside commits.

use super::notation::check_with;

#[test]
fn the_highest_of_commits_and_changesets_counts() {
    check_with(
        "a 1.0.0; b 1.0.0",
        "a: fix: mend
         b: feat!: drop
         + one.md a=minor,b=patch: streams",
        "",
        "a 1.0.0 -> 1.1.0 (minor): changeset, conventional-fix, packed-files-changed
         b 1.0.0 -> 2.0.0 (major): conventional-breaking, packed-files-changed, changeset",
    );
}

#[test]
fn a_changeset_is_a_reason_of_its_own_and_none_is_none() {
    check_with(
        "a 0.1.0; b 0.1.0 -> a 0.1; c 1.0.0",
        "+ one.md a=major,c=none: drop it",
        "",
        "a 0.1.0 -> 0.2.0 (minor): changeset
         b 0.1.0 -> 0.2.0 (minor): requirement-out-of-range < a, breaking-through-library < a",
    );
}

#[test]
fn a_changeset_for_what_is_never_released_is_told() {
    check_with(
        "a 1.0.0 held; b 1.0.0 unpublishable; c 1.0.0",
        "+ one.md a=patch,b=patch,c=patch: all",
        "",
        "c 1.0.0 -> 1.0.1 (patch): changeset
         ! a: .changeset/one.md idle, Held
         ! b: .changeset/one.md idle, Unpublished",
    );
}

#[test]
fn where_policy_wants_changesets_a_change_without_one_is_told() {
    check_with(
        "a 1.0.0; b 1.0.0 -> a ^1; c 1.0.0; d 0.1.0 new",
        "a: feat!: drop
         c: fix: mend
         + one.md c=none: not worth a word",
        "require",
        "a 1.0.0 -> 2.0.0 (major): conventional-breaking, packed-files-changed
         b 1.0.0 -> 2.0.0 (major): requirement-out-of-range < a, breaking-through-library < a
         c 1.0.0 -> 1.0.1 (patch): conventional-fix, packed-files-changed
         d 0.1.0 (none): never-published
         ! a: no changeset",
    );
}
