//! Who has to follow a released dependency, and how far that moves it.

use super::{Example, table};

table! {
    REQUIREMENT_OUT_OF_RANGE {
        id: "requirement-out-of-range",
        doc: "The requirement does not match the dependency's new version.",
        decides: "A dependent is released, its requirement rewritten, when the requirement excludes \
            the dependency's new version. `=` and `~` are no special case: they exclude sooner. A \
            pre-release lies outside of every range that does not name it.",
        why: "Until it is released, users of the dependent cannot get the new version; while the \
            requirement matches, they get it without a release.",
        example: Example {
            packages: "b 1.0.0; a 1.0.0 -> b ^1.0.0; c 1.0.0 -> b =1.0.0",
            happened: "b: fix: read to the end",
            asked: "",
            result: "b 1.0.0 -> 1.0.1; c 1.0.0 -> 1.0.1",
        },
        policy: &[("propagate", "`\"always\"` releases every dependent, this one or not")],
        source: Some("the Cargo Book, \"Specifying Dependencies\""),
    }
    ALWAYS_PROPAGATE {
        id: "always-propagate",
        doc: "Policy `propagate = \"always\"`: released because the dependency is.",
        decides: "With that policy every dependent is released with a dependency, also where its \
            requirement matches the new version. Dev-dependencies are left out here, too.",
        why: "Some projects want every published version to have been built with the newest of \
            the others.",
        example: Example {
            packages: "b 1.0.0; a 1.0.0 -> b ^1.0.0",
            happened: "b: fix: read to the end",
            asked: "propagate = \"always\"",
            result: "a 1.0.0 -> 1.0.1; b 1.0.0 -> 1.0.1",
        },
        policy: &[("propagate", "`\"when-needed\"`, which is the default, switches it off")],
        source: None,
    }
    BUILT_WITH_BREAKING {
        id: "built-with-breaking",
        doc: "It is released anyway, and against an incompatible version of a dependency.",
        decides: "A package that is released for another reason, and whose requirement matches both \
            the old and the new version of a dependency that breaks, is built with the new one, \
            and moves as far as for any break. It is no reason for a release by itself.",
        why: "Its lower bound is raised to what it was built with, so that its users get the break, \
            too.",
        example: Example {
            packages: "b 1.0.0; a 1.0.0 -> b >=1",
            happened: "b: feat!: drop the old reader\na: fix: read to the end",
            asked: "",
            result: "a 1.0.0 -> 2.0.0; b 1.0.0 -> 2.0.0",
        },
        policy: &[("private", "of a package, a dependency that does not show, so that it is a patch")],
        source: None,
    }
    BREAKING_THROUGH_LIBRARY {
        id: "breaking-through-library",
        doc: "Its library may expose a dependency that breaks.",
        decides: "When a normal dependency breaks, a dependent with a library breaks as well, and \
            its own dependents are looked at in turn. A dependency breaks when its new version is \
            not compatible with the old one by Cargo's rules, so that in 0.0.z every release does.",
        why: "A type of the dependency in the library's interface is another type afterwards. Nobody \
            can see from the manifest that there is none; who knows can say so.",
        example: Example {
            packages: "lib1 0.1.0; lib2 0.2.0 -> lib1 0.1.0; lib3 0.3.0 -> lib2 0.2.0",
            happened: "lib1: feat!: greet takes a name",
            asked: "",
            result: "lib1 0.1.0 -> 0.2.0; lib2 0.2.0 -> 0.3.0; lib3 0.3.0 -> 0.4.0",
        },
        policy: &[("private", "of a package, dependencies that never show; a break there is a patch")],
        source: Some("the Cargo Book, \"SemVer Compatibility\"; RFC 1977, public dependencies"),
    }
    BREAKING_THROUGH_PUBLIC_EDGE {
        id: "breaking-through-public-edge",
        doc: "Its library exposes a dependency that breaks: the dependency is marked public.",
        decides: "The same as `breaking-through-library`, but known and not supposed: the manifest \
            says `public = true`, or the configuration lists the dependency as public.",
        why: "The plan should tell what is known from what is feared.",
        example: Example {
            packages: "b 1.0.0; a 1.0.0 -public-> b ^1.0.0",
            happened: "b: feat!: drop the old reader",
            asked: "",
            result: "a 1.0.0 -> 2.0.0; b 1.0.0 -> 2.0.0",
        },
        policy: &[("public", "of a package, dependencies that surely show")],
        source: Some("RFC 3516, public and private dependencies"),
    }
    PRIVATE_EDGE_PATCH {
        id: "private-edge-patch",
        doc: "The dependency that breaks is marked private.",
        decides: "A dependent that follows a break of a dependency it lists as private gets a patch, \
            and the break goes no further.",
        why: "What never shows in an interface cannot break anybody who uses it.",
        example: Example {
            packages: "lib1 0.1.0; lib2 0.2.0 -private-> lib1 0.1.0; lib3 0.3.0 -> lib2 0.2",
            happened: "lib1: feat!: greet takes a name",
            asked: "",
            result: "lib1 0.1.0 -> 0.2.0; lib2 0.2.0 -> 0.2.1",
        },
        policy: &[("private", "of a package, the list of such dependencies")],
        source: Some("RFC 3516, public and private dependencies"),
    }
    BINARY_ONLY_PATCH {
        id: "binary-only-patch",
        doc: "It has only binaries, which expose no dependency.",
        decides: "A package without a library that follows a break gets a patch.",
        why: "Nobody can depend on a binary; its command line is what its own commits speak of.",
        example: Example {
            packages: "lib 0.3.0; cli 1.3.0 bin -> lib 0.3.0",
            happened: "lib: feat!: greet takes a name",
            asked: "",
            result: "cli 1.3.0 -> 1.3.1; lib 0.3.0 -> 0.4.0",
        },
        policy: &[],
        source: None,
    }
    BUILD_DEPENDENCY_PATCH {
        id: "build-dependency-patch",
        doc: "A build-dependency shows in no interface.",
        decides: "A dependent that follows a break of what it only needs to build gets a patch. When \
            it needs the same package in both ways, the normal dependency decides.",
        why: "A build script runs before the library is compiled; its types cannot get into it.",
        example: Example {
            packages: "gen 1.0.0; a 1.0.0 -build-> gen 1.0.0",
            happened: "gen: feat!: other options",
            asked: "",
            result: "a 1.0.0 -> 1.0.1; gen 1.0.0 -> 2.0.0",
        },
        policy: &[],
        source: None,
    }
    NEEDED_BY_SELECTED {
        id: "needed-by-selected",
        doc: "A selected package was built with its changes.",
        decides: "With `-p`, a changed dependency of a selected package comes along, compatible \
            change or not, one that has to follow such a change as well, and what these need in \
            turn. Dependents do not come along: their \
            requirements are rewritten so that the workspace resolves, and the plan names who \
            would follow.",
        why: "The selected package was compiled and tested with these changes. Published without \
            them it may not even build.",
        example: Example {
            packages: "a 1.0.0; b 1.0.0 -> a 1.0.0; c 1.0.0",
            happened: "a: fix: read to the end\nb: feat: stream cursors\nc: fix: the same",
            asked: "-p b",
            result: "a 1.0.0 -> 1.0.1; b 1.0.0 -> 1.1.0",
        },
        policy: &[],
        source: None,
    }
}
