//! What the last release left, where manifest, tag and registry do not simply agree.

use super::{Example, table};

table! {
    NEVER_PUBLISHED {
        id: "never-published",
        doc: "The registry has no version; it is released at its manifest's.",
        decides: "The first release of a package is at the version that its manifest says, whatever \
            its commits say. `--bump` can ask for another, and a fixed group or a shared version \
            lifts a new member to the version of the others.",
        why: "There is no last release to count from, and whoever wrote the manifest chose a number.",
        example: Example {
            packages: "a 0.8.0 new",
            happened: "a: feat!: all of it",
            asked: "",
            result: "a 0.8.0",
        },
        policy: &[("release", "of a package, `false` keeps one back that is not ready")],
        source: None,
    }
    TAGGED_NEVER_PUBLISHED {
        id: "tagged-never-published",
        doc: "The tag exists and the registry lacks the version; nothing changed since.",
        decides: "A tag for the manifest's version or a lower one, whose version the registry does \
            not have, is released at that version while nothing changed since. When something did, \
            a person has to choose: release the tagged commit first, or go past the number.",
        why: "A release stopped between tag and upload, and the number is still free. A tag is no \
            proof that anything is published.",
        example: Example {
            packages: "a 1.0.1 tagged=1.0.1 published=1.0.0",
            happened: "",
            asked: "",
            result: "a 1.0.1",
        },
        policy: &[("tag", "how a release is tagged, and so which tags are one")],
        source: None,
    }
    HALF_OUT {
        id: "half-out",
        doc: "The version stands in a commit that others went out from, and the registry lacks it.",
        decides: "Where a published package names the commit that it was packed from, and the \
            manifest of another one said its version there already, which the registry does not \
            have, a release stopped half-way. It is finished before anything else: what is missing \
            goes out at the version that it has, whatever changes say, and tags that are missing \
            are made. What is out is packed again from its commit and compared first. Who names \
            packages or versions on the command line gets a plan as always.",
        why: "Another tool was stopped, or the journal of this one is lost. To raise the numbers \
            once more would leave versions behind that nobody can use together.",
        example: Example {
            packages: "a 0.2.0 published=0.1.0,0.2.0 from=1a2b3c4; b 0.2.0 released=0.1.0 at=1a2b3c4 -> a ^0.2.0",
            happened: "b: feat!: all anew",
            asked: "",
            result: "b 0.2.0",
        },
        policy: &[("tag", "how a release is tagged, and so which tags are missing")],
        source: Some("the Cargo Book, `cargo package`, `.cargo_vcs_info.json`"),
    }
    RAISED_BY_HAND {
        id: "raised-by-hand",
        doc: "The manifest is ahead of the last release, as far as the changes need or further.",
        decides: "A version that somebody wrote into the manifest is released as it is when it is at \
            least what the changes need. When it is lower, that is an error that names the version \
            needed.",
        why: "Whoever raises a version has a reason; to raise it a second time would skip a number, \
            and to release less than the changes need would break somebody.",
        example: Example {
            packages: "a 0.2.0 released=0.1.0",
            happened: "a: feat: stream cursors",
            asked: "",
            result: "a 0.2.0",
        },
        policy: &[],
        source: None,
    }
    YANKED_NUMBER_SKIPPED {
        id: "yanked-number-skipped",
        doc: "The number that would come next was used by a version that was yanked.",
        decides: "A version that was yanked is not what users have, so that changes are counted from \
            the release before it; but its number is used up for ever, and the next one of the \
            same kind is taken.",
        why: "A registry takes every version once. After a rollback the mended release follows the \
            one that was taken back.",
        example: Example {
            packages: "a 1.0.0 yanked=1.1.0",
            happened: "a: feat: stream cursors",
            asked: "",
            result: "a 1.0.0 -> 1.2.0",
        },
        policy: &[],
        source: Some("the Cargo Book, `cargo yank`"),
    }
    LEFT_BEHIND {
        id: "left-behind",
        doc: "An earlier release did not take it along; what it requires as published is out of date.",
        decides: "A package follows later when its published version requires what a released \
            dependency is no longer, although the requirement in the workspace was rewritten \
            meanwhile. It breaks when its library may expose that dependency, else it is a patch.",
        why: "With `-p` the requirements of the others are rewritten so that the workspace \
            resolves. From then on nothing in the workspace shows that users cannot combine the \
            published versions.",
        example: Example {
            packages: "a 2.0.0 published=1.0.0,2.0.0; b 1.0.0 required=a:^1.0.0 -> a 2.0.0",
            happened: "",
            asked: "",
            result: "b 1.0.0 -> 2.0.0",
        },
        policy: &[("private", "of a package, a dependency that does not show, so that it is a patch")],
        source: None,
    }
    PUBLISHED_WITHOUT_TAG {
        id: "published-without-tag",
        doc: "The manifest's version is published; without its tag later changes cannot be told.",
        decides: "A package whose published version has no tag, and does not name its commit either, \
            stays where it is, and a finding offers the tag. Where the published package names the \
            commit it was made from (`.cargo_vcs_info.json`), changes are counted from there.",
        why: "Without the commit of the last release there is nothing to compare with, and a guess \
            would release what did not change, or not release what did.",
        example: Example {
            packages: "a 0.2.0 untagged",
            happened: "a: feat: stream cursors",
            asked: "",
            result: "nothing",
        },
        policy: &[("tag", "how a release is tagged, and so which tags are one")],
        source: Some("the Cargo Book, `cargo package`, `.cargo_vcs_info.json`"),
    }
}
