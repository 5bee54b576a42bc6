//! Why a member is not released.

use super::{Example, table};

table! {
    NO_CHANGE {
        id: "no-change",
        doc: "What would be packed is what was released.",
        decides: "A package stays when no file that is packed, no key of its manifest and, for a \
            binary, no locked version differs from its last release, whatever commits say.",
        why: "A version with the same content is noise for everybody who depends on it.",
        example: Example {
            packages: "a 1.2.0",
            happened: "a? test: one more",
            asked: "",
            result: "nothing",
        },
        policy: &[("inputs", "of a package, more files that count, though they are not packed")],
        source: None,
    }
    REQUIREMENT_MATCHES {
        id: "requirement-matches",
        doc: "The requirement matches the dependency's new version as well.",
        decides: "A dependent stays when its requirement takes in the new version of a released \
            dependency.",
        why: "Its users get the new version with `cargo update`; a release would bring them nothing.",
        example: Example {
            packages: "b 1.0.0; a 1.0.0 -> b ^1.0.0",
            happened: "b: feat: stream cursors",
            asked: "",
            result: "b 1.0.0 -> 1.1.0",
        },
        policy: &[("propagate", "`\"always\"` releases it all the same")],
        source: Some("the Cargo Book, \"Specifying Dependencies\""),
    }
    OUT_ALREADY {
        id: "out-already",
        doc: "It is published, and a part of a release that is half out.",
        decides: "What an unfinished release has published already is not published again; its \
            missing tag is made.",
        why: "A registry takes every version once.",
        example: Example {
            packages: "a 0.2.0 published=0.1.0,0.2.0 from=1a2b3c4; b 0.2.0 released=0.1.0 at=1a2b3c4",
            happened: "",
            asked: "",
            result: "b 0.2.0",
        },
        policy: &[],
        source: None,
    }
    WAITS_FOR_HALF_OUT {
        id: "waits-for-half-out",
        doc: "Another release is half out, and is finished first.",
        decides: "While a release is half out, nothing else is planned: the next plan has it.",
        why: "What users see now are versions that were made for others that they cannot get.",
        example: Example {
            packages: "a 0.2.0 published=0.1.0,0.2.0 from=1a2b3c4; b 0.2.0 released=0.1.0 at=1a2b3c4; c 1.0.0",
            happened: "c: fix: read to the end",
            asked: "",
            result: "b 0.2.0",
        },
        policy: &[],
        source: None,
    }
    NOT_PUBLISHED {
        id: "not-published",
        doc: "`publish = false`: no registry takes it.",
        decides: "A member with `publish = false` is never released. Its requirements on others are \
            rewritten with theirs, and a version that it inherits moves in its manifest.",
        why: "Its manifest says so.",
        example: Example {
            packages: "a 1.0.0; tool 1.0.0 unpublishable -> a 1.0.0",
            happened: "a: feat!: drop the old reader\ntool: feat: more",
            asked: "",
            result: "a 1.0.0 -> 2.0.0",
        },
        policy: &[],
        source: Some("the Cargo Book, \"The Manifest Format\", `publish`"),
    }
    HELD {
        id: "held",
        doc: "Policy `release = false`: it is not released with the others.",
        decides: "A package with `release = false` is left out of every plan, of its group as well. \
            The plan names it when it would have to follow.",
        why: "Some packages have a rhythm of their own, or are not ready.",
        example: Example {
            packages: "a 1.0.0; b 1.0.0 held",
            happened: "a: fix: read to the end\nb: fix: read to the end",
            asked: "",
            result: "a 1.0.0 -> 1.0.1",
        },
        policy: &[("release", "of a package, `true`, which is the default, lets it go")],
        source: None,
    }
    EXCLUDED {
        id: "excluded",
        doc: "`--exclude` keeps it out.",
        decides: "A package that changed stays when `--exclude` names it, unless it must follow \
            what is released: then it moves for its own changes, too.",
        why: "To leave a change for later is harmless; to leave a requirement behind is not.",
        example: Example {
            packages: "a 1.0.0; b 1.0.0",
            happened: "a: fix: read to the end\nb: fix: read to the end",
            asked: "--exclude b",
            result: "a 1.0.0 -> 1.0.1",
        },
        policy: &[("release", "of a package, `false` keeps it out for good")],
        source: None,
    }
    NOT_SELECTED {
        id: "not-selected",
        doc: "`--package` names others, and none of them needs it.",
        decides: "With `-p` a package that changed stays when it is neither selected, nor needed by \
            one that is, nor tied to one by a fixed group.",
        why: "Who names packages means these and what they need.",
        example: Example {
            packages: "a 1.0.0; b 1.0.0",
            happened: "a: fix: read to the end\nb: fix: read to the end",
            asked: "-p a",
            result: "a 1.0.0 -> 1.0.1",
        },
        policy: &[],
        source: None,
    }
    OUTSIDE_HOTFIX {
        id: "outside-hotfix",
        doc: "`--hotfix` brings only what was touched since the last release, and what must follow.",
        decides: "A package that no registry has, or whose line of pre-releases could go on, stays out \
            of a hotfix, unless what was touched needs it. Nobody follows who need not, whatever \
            `propagate` says, and no line of pre-releases begins. A version that is more than a \
            patch of the last release is an error, unless `--bump` asks for it.",
        why: "Who mends an old release wants the smallest release that mends it.",
        example: Example {
            packages: "a 1.0.0; b 0.1.0 new",
            happened: "a: fix: read to the end",
            asked: "--hotfix",
            result: "a 1.0.0 -> 1.0.1",
        },
        policy: &[],
        source: None,
    }
}
