//! The table of rules: every reason names one of these.

/// A rule that can move a package, or keep it where it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// Stable, kebab-case; stands in plans and JSON.
    pub id: &'static str,
    /// What the rule says, one line.
    pub doc: &'static str,
}

macro_rules! rules {
    ($($const:ident $id:literal $doc:literal)*) => {
        $(
            #[doc = $doc]
            pub const $const: Rule = Rule { id: $id, doc: $doc };
        )*
        /// All rules, those that move a package first.
        pub const RULES: &[Rule] = &[$($const),*];
    };
}

rules! {
    REQUESTED "requested" "The command line asks for this version or this part."
    CONVENTIONAL_BREAKING "conventional-breaking" "A commit says `!` or `BREAKING CHANGE:`."
    CONVENTIONAL_FEATURE "conventional-feature" "A commit of type `feat`."
    CONVENTIONAL_FIX "conventional-fix" "A commit of any other kind, and what is packed changed."
    CHANGESET "changeset" "A changeset names it, with this level."
    PACKED_FILES_CHANGED "packed-files-changed" "Files that are packed differ from the last release."
    DECLARED_INPUT_CHANGED "declared-input-changed" "Files that its `inputs` name differ from the last release."
    MANIFEST_CHANGED "manifest-changed" "The manifest, inherited keys filled in, differs from the last release."
    API_CHECK "api-check" "Its public interface differs from the last release by more than the commits say."
    LOCKED_DEPENDENCY_CHANGED "locked-dependency-changed" "A binary would be built with other versions than the last release."
    NEVER_PUBLISHED "never-published" "The registry has no version; it is released at its manifest's."
    TAGGED_NEVER_PUBLISHED "tagged-never-published" "The tag exists and the registry lacks the version; nothing changed since."
    RAISED_BY_HAND "raised-by-hand" "The manifest is ahead of the last release, as far as the changes need or further."
    LEFT_BEHIND "left-behind" "An earlier release did not take it along; what it requires as published is out of date."
    REQUIREMENT_OUT_OF_RANGE "requirement-out-of-range" "The requirement does not match the dependency's new version."
    ALWAYS_PROPAGATE "always-propagate" "Policy `propagate = \"always\"`: released because the dependency is."
    BUILT_WITH_BREAKING "built-with-breaking" "It is released anyway, and against an incompatible version of a dependency."
    BREAKING_THROUGH_LIBRARY "breaking-through-library" "Its library may expose a dependency that breaks."
    PRIVATE_EDGE_PATCH "private-edge-patch" "The dependency that breaks is marked private."
    BINARY_ONLY_PATCH "binary-only-patch" "It has only binaries, which expose no dependency."
    BUILD_DEPENDENCY_PATCH "build-dependency-patch" "A build-dependency shows in no interface."
    BREAKING_THROUGH_PUBLIC_EDGE "breaking-through-public-edge" "Its library exposes a dependency that breaks: the dependency is marked public."
    FIXED_GROUP "fixed-group" "The members of a fixed group move together, to one version."
    LINKED_GROUP "linked-group" "The members of a linked group that move share a version, counted from the group's highest."
    PRE_RELEASE_LINE "pre-release-line" "The command line or policy puts it on this line of pre-releases."
    LINE_FINISHED "line-finished" "It leaves its line of pre-releases for the release."
    INHERITED_VERSION "inherited-version" "Members that inherit the workspace's version move together."
    NEEDED_BY_SELECTED "needed-by-selected" "A selected package was built with its changes."
    NO_CHANGE "no-change" "What would be packed is what was released."
    REQUIREMENT_MATCHES "requirement-matches" "The requirement matches the dependency's new version as well."
    NOT_PUBLISHED "not-published" "`publish = false`: no registry takes it."
    HELD "held" "Policy `release = false`: it is not released with the others."
    EXCLUDED "excluded" "`--exclude` keeps it out."
    NOT_SELECTED "not-selected" "`--package` names others, and none of them needs it."
    PUBLISHED_WITHOUT_TAG "published-without-tag" "The manifest's version is published; without its tag later changes cannot be told."
}

#[cfg(test)]
mod tests {
    use super::RULES;
    use std::collections::BTreeSet;

    #[test]
    fn every_rule_has_its_own_id() {
        let ids: BTreeSet<&str> = RULES.iter().map(|rule| rule.id).collect();
        assert_eq!(ids.len(), RULES.len());
    }
}
