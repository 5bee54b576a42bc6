//! Packages whose versions hang together, and lines of pre-releases.

use super::{Example, table};

table! {
    FIXED_GROUP {
        id: "fixed-group",
        doc: "The members of a fixed group move together, to one version.",
        decides: "When one member is released all are, at the version that the weightiest change \
            gives, counted from the group's highest last release. A new member goes out at the \
            group's version. `-p` with one member brings the others, and `--exclude` does not hold \
            one back.",
        why: "Users of a family of packages want one number that says which of them fit together.",
        example: Example {
            packages: "a 1.2.0; b 1.0.0; c 3.0.0",
            happened: "b: feat: stream cursors",
            asked: "fixed group core of a, b",
            result: "a 1.2.0 -> 1.3.0; b 1.0.0 -> 1.3.0",
        },
        policy: &[("group", "`kind = \"fixed\"`, with the packages, or patterns of their names")],
        source: None,
    }
    LINKED_GROUP {
        id: "linked-group",
        doc: "The members of a linked group that move share a version, counted from the group's highest.",
        decides: "Members that have a reason to be released go out at one version, which is counted \
            from the highest last release of the whole group; the others stay.",
        why: "The same number says that versions belong together, without releases of packages in \
            which nothing changed.",
        example: Example {
            packages: "a 1.2.0; b 1.0.0; c 1.1.0",
            happened: "a: fix: read to the end\nb: feat: stream cursors",
            asked: "linked group core of a, b, c",
            result: "a 1.2.0 -> 1.3.0; b 1.0.0 -> 1.3.0",
        },
        policy: &[("group", "`kind = \"linked\"`, with the packages, or patterns of their names")],
        source: None,
    }
    INHERITED_VERSION {
        id: "inherited-version",
        doc: "Members that inherit the workspace's version move together.",
        decides: "Members with `version.workspace = true` are a fixed group without being told, \
            joined with every fixed group that holds one of them. The number is edited in \
            `[workspace.package]` alone; a package that happens to have the same number and does \
            not inherit it is no member.",
        why: "There is one number in one place; it cannot move for one of them only.",
        example: Example {
            packages: "a 0.2.0 inherits; b 0.2.0 inherits; c 0.2.0",
            happened: "b: feat!: drop the old reader",
            asked: "",
            result: "a 0.2.0 -> 0.3.0; b 0.2.0 -> 0.3.0",
        },
        policy: &[("release", "of a package, `false` takes it out of the release; its number moves")],
        source: Some("the Cargo Book, \"Workspaces\", the `package` table"),
    }
    PRE_RELEASE_LINE {
        id: "pre-release-line",
        doc: "The command line or policy puts it on this line of pre-releases.",
        decides: "`--pre rc` puts everything that is released on the line `rc`, `--pre NAME=rc` one \
            package. The base is what the changes since the last stable release lead to, then the \
            number is counted: 1.0.3 with a feature is 1.1.0-rc.1, with the next fix 1.1.0-rc.2, \
            and 2.0.0-rc.1 when a break lands. A line goes on by itself. One that would lie below \
            what is there, as beta after rc, is told and not taken.",
        why: "A pre-release says which release it leads to, so that what the line holds already is \
            not counted twice.",
        example: Example {
            packages: "a 1.0.3",
            happened: "a: feat: stream cursors",
            asked: "--pre rc",
            result: "a 1.0.3 -> 1.1.0-rc.1",
        },
        policy: &[("pre", "the line, for all that is released or, of a package, for that one")],
        source: Some("SemVer 2.0.0, items 9 and 11"),
    }
    LINE_FINISHED {
        id: "line-finished",
        doc: "It leaves its line of pre-releases for the release.",
        decides: "`--finish` makes the release of every line, `--finish NAME` of one package, whether \
            anything changed since the last pre-release or not. A release that still requires a \
            pre-release of another member is told.",
        why: "The release is what the pre-releases were for; that is worth a version by itself.",
        example: Example {
            packages: "a 1.1.0-rc.2 published=1.0.3,1.1.0-rc.2",
            happened: "",
            asked: "--finish",
            result: "a 1.1.0-rc.2 -> 1.1.0",
        },
        policy: &[("pre", "is set aside by `--finish`, and goes on with the release after it")],
        source: Some("SemVer 2.0.0, item 11"),
    }
}
