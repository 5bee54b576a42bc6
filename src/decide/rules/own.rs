//! What happened to the package itself, and how far that moves it.

use super::{Example, table};

table! {
    REQUESTED {
        id: "requested",
        doc: "The command line asks for this version or this part.",
        decides: "`--bump NAME=VERSION` releases a package at exactly this version, and \
            `--bump NAME=patch|minor|major` moves at least that part, whether anything changed or \
            not. A version that is lower than what is there, or than what the changes need, is \
            refused; a part never lowers what the changes need.",
        why: "A person may know more than commits say. Less than they say would break somebody.",
        example: Example {
            packages: "a 1.2.0",
            happened: "a: fix: read to the end",
            asked: "--bump a=minor",
            result: "a 1.2.0 -> 1.3.0",
        },
        policy: &[],
        source: None,
    }
    CONVENTIONAL_BREAKING {
        id: "conventional-breaking",
        doc: "A commit says `!` or `BREAKING CHANGE:`.",
        decides: "A commit since the last release that marks a break moves the major number; below \
            1.0.0 the leftmost number that is not zero. It counts for the packages whose packed \
            files it touches, or for the one that its scope names. A commit that a later one \
            reverts by name does not count, nor does a commit when nothing that is packed changed.",
        why: "Users with a requirement as `^1.2` must not get what does not compile for them.",
        example: Example {
            packages: "a 1.2.0; b 0.4.1; c 0.0.3",
            happened: "a: feat!: drop the old reader\nb: feat!: the same\nc: feat!: the same",
            asked: "",
            result: "a 1.2.0 -> 2.0.0; b 0.4.1 -> 0.5.0; c 0.0.3 -> 0.0.4",
        },
        policy: &[],
        source: Some("Conventional Commits 1.0.0; the Cargo Book, \"SemVer Compatibility\""),
    }
    CONVENTIONAL_FEATURE {
        id: "conventional-feature",
        doc: "A commit of type `feat`.",
        decides: "A feature moves the minor number, below 1.0.0 the patch number.",
        why: "In 0.y.z Cargo takes a raised minor number for a break, so that a minor number for \
            every feature would make all dependents follow for nothing.",
        example: Example {
            packages: "a 1.2.0; b 0.4.1",
            happened: "a: feat: stream cursors\nb: feat: stream cursors",
            asked: "",
            result: "a 1.2.0 -> 1.3.0; b 0.4.1 -> 0.4.2",
        },
        policy: &[("features-move-minor", "`true` moves the minor number in 0.y.z, too")],
        source: Some("Conventional Commits 1.0.0; the Cargo Book, \"SemVer Compatibility\""),
    }
    CONVENTIONAL_FIX {
        id: "conventional-fix",
        doc: "A commit of any other kind, and what is packed changed.",
        decides: "A commit of another type, or of none, moves the patch number when it touches what \
            is packed. When no commit says how much it changes, a note asks whether a patch is \
            enough.",
        why: "The registry holds other bytes than the repository: whoever waits for the change \
            needs a version. A refactoring is no less released than a fix.",
        example: Example {
            packages: "a 1.2.0",
            happened: "a: perf: look only once",
            asked: "",
            result: "a 1.2.0 -> 1.2.1",
        },
        policy: &[],
        source: Some("Conventional Commits 1.0.0"),
    }
    CHANGESET {
        id: "changeset",
        doc: "A changeset names it, with this level.",
        decides: "A file in the folder of changesets moves the packages that it names by the level \
            that it gives them, even when nothing that is packed changed. The highest of commits \
            and changesets counts; `none` says that a change needs no release, and lowers nothing \
            that commits say. The release commit removes the files that it used up.",
        why: "Who makes a change knows best what it means; a commit message is often too late or \
            too short for it.",
        example: Example {
            packages: "a 1.2.0",
            happened: "a: fix: read to the end\nchangeset eager-reader.md for a (minor): reads ahead",
            asked: "",
            result: "a 1.2.0 -> 1.3.0",
        },
        policy: &[
            ("changesets", "names another folder than `.changeset`"),
            ("require-changeset", "`true` refuses a release of changed packages that none names"),
        ],
        source: None,
    }
    PACKED_FILES_CHANGED {
        id: "packed-files-changed",
        doc: "Files that are packed differ from the last release.",
        decides: "A package changed when a file that Cargo would pack differs from the last release: \
            `include` and `exclude` are honoured, symlinks are followed, `readme` and \
            `license-file` count where they lie outside of the folder, and packages inside the \
            folder do not. By itself, without a commit that says more, that is a patch.",
        why: "What users get is what is packed. A test that is left out of the package is no reason \
            for a release, and a commit message without a change neither.",
        example: Example {
            packages: "a 1.2.0",
            happened: "file `a/README.md` of a changed",
            asked: "",
            result: "a 1.2.0 -> 1.2.1",
        },
        policy: &[("inputs", "of a package, more files that count, though they are not packed")],
        source: Some("the Cargo Book, \"The Manifest Format\", `exclude` and `include`"),
    }
    DECLARED_INPUT_CHANGED {
        id: "declared-input-changed",
        doc: "Files that its `inputs` name differ from the last release.",
        decides: "A file that the package's `inputs` name counts as its content, wherever in the \
            repository it lies, and commits that touch it belong to the package.",
        why: "Code that is generated from `../proto` is other code when a file there changes, \
            although no file in the package's folder does.",
        example: Example {
            packages: "a 1.2.0",
            happened: "input `proto/query.proto` of a changed",
            asked: "",
            result: "a 1.2.0 -> 1.2.1",
        },
        policy: &[("inputs", "of a package, the patterns, as `[\"../proto/**\"]`")],
        source: None,
    }
    MANIFEST_CHANGED {
        id: "manifest-changed",
        doc: "The manifest, inherited keys filled in, differs from the last release.",
        decides: "A key of the package's manifest that Cargo packs differs. Keys that it inherits \
            from `[workspace.package]` and `[workspace.dependencies]` are filled in first, so that \
            they count for the members that use them and for no other. Formatting, comments, \
            the requirements of dev-dependencies on other members, and what the last release itself \
            wrote do not count.",
        why: "Dependencies, features and metadata are as much part of a package as its code, and a \
            release must not be the reason for the next one.",
        example: Example {
            packages: "a 1.2.0",
            happened: "key `dependencies.serde.version` of a changed",
            asked: "",
            result: "a 1.2.0 -> 1.2.1",
        },
        policy: &[],
        source: Some("the Cargo Book, \"Workspaces\""),
    }
    LOCKED_DEPENDENCY_CHANGED {
        id: "locked-dependency-changed",
        doc: "A binary would be built with other versions than the last release.",
        decides: "A package with a binary changed when an entry of `Cargo.lock` differs that its \
            normal or build-dependencies reach. A library has no such reason.",
        why: "`cargo install --locked` builds a binary with the lock file in its package. Who uses \
            a library resolves anew.",
        example: Example {
            packages: "a 1.2.0 bin",
            happened: "lock `serde 1.0.229` of a changed",
            asked: "",
            result: "a 1.2.0 -> 1.2.1",
        },
        policy: &[],
        source: Some("the Cargo Book, `cargo package` and `cargo install --locked`"),
    }
    API_CHECK {
        id: "api-check",
        doc: "Its public interface differs from the last release by more than the commits say.",
        decides: "With `api-check = \"raise\"`, what `cargo-semver-checks` finds moves a library as a \
            commit would that says so. It raises only: an interface that stayed the same lowers \
            nothing. With `\"report\"` a version that promises too little is an error, with the \
            evidence.",
        why: "A function that is gone is a break, whatever the commit calls it.",
        example: Example {
            packages: "a 1.2.0",
            happened: "a: fix: tidy up\ncargo-semver-checks: a breaks",
            asked: "api-check = \"raise\"",
            result: "a 1.2.0 -> 2.0.0",
        },
        policy: &[
            ("api-check", "`\"off\"`, `\"report\"` or `\"raise\"`; of a package, `false` leaves it out"),
        ],
        source: Some("`cargo-semver-checks`; the Cargo Book, \"SemVer Compatibility\""),
    }
}
