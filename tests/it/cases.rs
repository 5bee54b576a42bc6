//! Which tests hold which case and which line of the rules.
//!
//! A case is a world that tools for releases are known to answer wrongly, a line is a sentence about
//! what is decided, or about what holds against whoever means harm. Each names the tests that fail when it
//! does not hold, as `module::test`, `test-workspaces/name` or `torture/row`; the test here fails when
//! one of those is gone.

use crate::support::project_root;
use crate::support::torture::rows;
use crate::tidy::rust_files;
use std::collections::BTreeSet;

const CASES: &str = "
1 a break goes up a chain of libraries and ends at a binary
    case_tests::case_01_a_break_goes_up_the_chain_to_the_binary test-workspaces/chain
2 a private edge makes that a patch
    case_tests::case_02_a_private_edge_ends_the_chain test-workspaces/private-edge
3 a breaking refactoring moves all of a chain, each with its reasons back to the first
    case_tests::case_03_a_breaking_refactoring_moves_all_of_a_chain test-workspaces/breaking-refactor
4 what was never published goes out at its manifest's version
    case_tests::case_04_the_first_release_is_at_the_manifests_version test-workspaces/never-released
5 a version raised by hand stays
    case_tests::case_05_a_version_raised_by_hand_stays test-workspaces/raised-by-hand
6 a version that the registry has with other bytes is refused, the latest named
    case_tests::case_06_a_version_that_exists_is_refused_and_the_latest_named
    publish::a_kept_plan_is_refused_when_somebody_else_published
7 a dependent moves when its requirement ends, and never for its tests
    case_tests::case_07_a_dependent_moves_when_its_requirement_ends
    test-workspaces/tilde-and-exact test-workspaces/exact-patch test-workspaces/dev-dependency
8 of a normal and a dev edge the normal one decides
    case_tests::case_08_of_a_normal_and_a_dev_edge_the_normal_one_decides test-workspaces/normal-and-dev
9 a pre-release is named by who requires it
    case_tests::case_09_a_pre_release_is_named_by_who_requires_it requirement_tests::a_pre_release_needs_the_full_form
10 an inherited requirement changes in the root, and its member is a dependent
    case_tests::case_10_an_inherited_requirement_changes_in_the_root_and_makes_a_dependent
    test-workspaces/workspace-dependencies
11 an inherited version moves its members and nobody of the same number
    case_tests::case_11_an_inherited_version_moves_alone test-workspaces/inherited-version
12 tests that need each other by path are fine, with versions they are a finding
    case_tests::case_12_tests_that_need_each_other test-workspaces/dev-cycle test-workspaces/dev-cycle-versioned
13 nothing goes before what it needs, and of the rest first what unlocks most
    case_tests::case_13_what_unlocks_most_goes_first test-workspaces/diamond
14 what is ours already is skipped, and a second run has nothing to do
    case_tests::case_14_a_version_that_is_ours_is_not_released_again
    resume::a_release_goes_on_in_a_fresh_clone publish::a_release_there_and_back
15 a back-port counts from its own branch
    case_tests::case_15_a_back_port_counts_from_its_own_branch test-workspaces/back-port
16 what is a version among tags
    tags_tests::versions_are_told_from_foreign_and_malformed_tags test-workspaces/foreign-tags
17 a rate limit is waited for, and a wait that is too long ends the run with nothing lost
    publish::every_fault_of_an_upload_is_survived
    publish::a_wait_that_is_too_long_is_named_and_the_release_continues_later
18 a downgrade is refused
    case_tests::case_18_a_downgrade_is_refused errors::a_downgrade
19 a requirement in the root counts for the members that inherit it
    test-workspaces/inherited-requirement-change history_tests::an_inherited_key_counts_for_those_that_inherit_it
20 a test that is not packed is no change
    test-workspaces/excluded-test history_tests::a_file_that_is_packed_counts_and_one_that_is_left_out_does_not
";

const LINES: &str = "
the last release is the highest tag that HEAD contains
    baseline_tests::the_highest_live_tag_that_head_contains_comes_first
    repository_tests::tags_say_which_commit_they_stand_for_and_whether_head_has_it
without a tag it is the commit that the published package names
    history_tests::without_a_tag_the_commit_in_the_published_package_is_the_baseline test-workspaces/no-tags
without either the package is new
    history_tests::a_member_that_was_never_released_is_new
a tag is no proof that a version is published
    tests::a_tag_without_its_version_in_the_registry_is_released_as_it_is
    tests::a_tag_beside_a_published_manifest_is_not_believed test-workspaces/tagged-unpublished
a published version without its tag is told with the repair
    tests::a_published_version_without_its_tag_is_told test-workspaces/published-untagged
what is packed decides what changed
    packed::tests::exclude_takes_away_by_gitignore_rules packed::tests::include_names_what_is_packed_and_exclude_counts_no_more
    history_tests::what_a_symlink_leads_to_counts history_tests::a_readme_outside_of_the_package_counts
    history_tests::a_nested_package_is_not_part_of_the_one_around_it test-workspaces/nested test-workspaces/moved-package
inherited keys count for who uses them
    effective_tests::an_inherited_key_counts_for_the_member_that_inherits_it_and_no_other
the lock file counts for what a binary is built from
    history_tests::the_lock_file_counts_for_what_a_binary_is_built_from
    reach_tests::what_members_use_for_tests_alone_is_not_reached
declared inputs count
    inputs_tests::a_declared_input_counts_wherever_it_lies test-workspaces/declared-input
what a release itself wrote is no change
    history_tests::what_our_own_release_left_in_a_manifest_is_no_change
    history_tests::what_another_tool_s_release_left_in_a_manifest_is_no_change
a scope routes a commit, an unknown one does not
    history_tests::a_scope_routes_a_commit_away_from_its_paths
    attribution::tests::scopes_name_packages_however_they_are_spelled test-workspaces/scope-routing
merges add nothing of their own
    history_tests::merges_add_nothing_and_the_newest_comes_first
the highest of commits, changesets, interfaces and requests counts
    changeset_tests::the_highest_of_commits_and_changesets_counts
    api::tests::an_interface_that_breaks_raises_what_commits_call_a_fix
    tests::asking_for_a_part_never_lowers_what_the_changes_need
below 1.0.0 Cargo's reading holds
    version::tests::impacts_move_versions_as_cargo_reads_them
    tests::a_feature_below_one_is_a_patch_unless_policy_says_minor test-workspaces/zero-minor
    test-workspaces/features-move-minor
a line counts from the last stable release
    line_tests::a_line_goes_on_with_its_next_number line_tests::a_bigger_change_raises_the_base_of_a_line
    line_tests::finishing_is_a_release_with_nothing_else_changed tied_oracle::a_line_goes_on_from_its_last_stable_release
a version raised by hand too little is told with the one needed
    tests::a_version_raised_by_hand_too_little_is_told
groups and dependents come to a common fix-point
    rule_line_tests::groups_and_dependents_come_to_a_common_fix_point
    tied_oracle::a_group_shares_the_version_that_its_weightiest_change_needs test-workspaces/fixed-group
members that inherit a version move together, and it is said
    follow_tests::members_that_inherit_the_version_move_together
a dependent follows when its requirement no longer matches, or always
    oracle::everybody_who_must_follow_follows_and_nobody_else
    follow_tests::policy_always_lets_every_dependent_follow_but_no_dev_edge test-workspaces/propagate-always
how far a dependent moves when a dependency breaks
    follow_tests::a_break_climbs_through_libraries_and_ends_at_a_binary
    follow_tests::of_a_normal_and_a_build_edge_the_weightier_decides
    group_tests::a_public_dependency_that_breaks_has_a_reason_of_its_own test-workspaces/build-dependency
a pre-release dependent gets the next pre-release
    rule_line_tests::a_pre_release_dependent_gets_the_next_pre_release
requirements of dev-dependencies are rewritten all the same
    tests::requirements_of_members_that_are_not_released_follow_where_they_must
who is released anyway names what it was built with
    tests::whoever_is_released_anyway_names_what_it_was_built_with
a wildcard is never rewritten
    rule_line_tests::a_wildcard_is_never_rewritten_and_what_it_cannot_follow_is_refused
optional, target-specific, renamed, build and inherited dependencies are treated alike
    test-workspaces/optional test-workspaces/target-specific test-workspaces/renamed
    test-workspaces/build-dependency test-workspaces/workspace-dependencies test-workspaces/multiple-requirements
    rule_line_tests::every_entry_that_names_a_version_is_rewritten_with_its_own_operator
a path without a version is left alone, and refused where it would be published
    tests::dependencies_that_keep_a_package_from_being_published_are_found test-workspaces/path-only
a selection is exactly that and what it needs
    follow_tests::selecting_a_package_brings_the_changed_dependencies_it_was_built_with
    rule_line_tests::a_selection_brings_what_its_packages_were_built_with_however_that_was_decided
    follow_tests::selecting_a_package_brings_what_follows_between_it_and_a_change
    group_tests::selecting_one_of_a_fixed_group_that_others_move_brings_these
    oracle::a_selected_package_and_what_it_needs_go_out_as_they_would_with_everything
    tied_oracle::a_selection_brings_a_fixed_group_to_where_it_would_go_with_everything
what is asked for in vain is told
    follow_tests::what_is_asked_for_in_vain_is_told line_tests::a_line_for_what_is_not_released_is_told
operator and precision stay
    requirement_tests::operator_and_precision_stay requirement_tests::an_upper_bound_moves_with_the_version_that_outgrows_it
    test-workspaces/short-requirement
what cannot be rewritten is refused before anything is written
    requirement_tests::what_cannot_follow_is_refused_with_the_reason
    shadow::what_cargo_would_refuse_afterwards_is_refused_before_anything_is_written
normal, build and versioned dev edges order
    rule_line_tests::a_versioned_dev_edge_orders_and_one_by_path_does_not
a cycle of versioned dev edges is told with the mend
    rule_line_tests::a_cycle_of_versioned_dev_edges_is_told_with_its_members_and_the_mend
    fix::the_finding_names_the_edit_the_flag_makes_it_and_the_release_goes_out
a fix of 0.0.z breaks
    follow_tests::a_fix_below_zero_one_breaks_like_everything_there
    rule_line_tests::every_release_below_zero_one_breaks_all_the_way_up
a linked group counts from its highest version, a new member of a fixed one takes its
    group_tests::those_of_a_linked_group_that_move_count_from_its_highest
    group_tests::a_new_member_of_a_fixed_group_takes_its_version
a selection leaves dependents behind, and names them
    rule_line_tests::a_selection_leaves_dependents_which_still_resolve_and_are_named
    follow_tests::whoever_an_earlier_release_left_behind_follows_later
packed files that every commit leaves to others are a patch
    tests::a_packed_change_without_a_commit_is_a_patch test-workspaces/scope-routing
a revert that names its commit cancels it
    commit::tests::a_revert_and_what_it_names_cancel_each_other
    tests::a_revert_that_names_its_commit_leaves_the_files_to_decide test-workspaces/reverted
a tag that nothing was published for is told with both ways out
    rule_line_tests::a_tag_that_nothing_was_published_for_is_told_with_both_ways_out_once_things_changed
a plan with an error is shown, and exits with 97
    errors::everything_that_is_wrong_is_said_at_once test-workspaces/cycle test-workspaces/missing-metadata
several findings are one answer, sorted, each once
    tests::all_findings_come_in_one_answer tests::what_many_packages_share_is_one_finding
";

/// What is not trusted, and what holds when it means harm.
const SECURITY: &str = "
S1 a credential is in no argument, environment, file, log or answer, whoever says it back
    canary::a_token_of_the_environment_is_nowhere canary::a_token_of_the_credentials_file_is_nowhere
    canary::a_token_of_a_provider_is_nowhere canary::a_token_that_a_program_prints_is_nowhere
    canary::a_token_that_was_made_for_the_job_is_nowhere canary::a_token_that_git_says_is_not_said_again
    adversity::no_child_process_sees_a_credential secret::a_secret_is_never_shown
    process::no_program_that_a_repository_names_sees_the_tokens_for_reading
S1 it goes to the registry alone, with TLS but on this machine, and the checkout has no say in that
    credential/tests::the_checkout_has_no_say_in_where_a_credential_goes
    credential/tests::a_checkout_neither_moves_a_registry_nor_hides_that_it_defines_one
    credentials::a_checkout_that_would_get_at_the_credential_is_refused_before_any_effect
    credentials::a_registry_that_the_checkout_defines_is_shown
    trusted::an_id_token_for_somebody_else_does_not_leave_this_machine
    registry/config::without_tls_only_this_machine_is_reached
S1 it is asked for before each use, and ends with the run
    credentials::a_provider_is_asked_for_each_upload_and_each_yank_with_what_it_is_for
    trusted::a_token_that_expires_during_a_wait_is_made_again_and_all_are_revoked
    trusted::a_refusal_and_a_failure_leave_no_token_behind
    credentials::while_a_token_is_held_no_core_is_dumped
    several::so_are_they_where_the_credentials_are_in_the_environment_which_no_build_sees
    several::what_only_cargo_can_verify_is_verified_without_a_credential_too
S2 names of tags, branches and remotes are no options and no programs
    names::a_tag_that_looks_like_an_option_writes_no_file_and_is_no_release
    names::a_branch_that_looks_like_an_option_is_pushed_by_its_name
    names::a_remote_that_names_a_program_runs_none
S2 programs that git's configuration names are not run, but for hooks of pushes
    configuration::a_plan_starts_no_program_that_git_s_configuration_names
    configuration::a_release_runs_the_hooks_of_its_pushes_and_tells_them_no_credential
S3 words of commits move no terminal and command no CI
    words::hostile_words_are_text_wherever_they_are_shown
    text::a_text_cannot_act_on_the_terminal_or_the_ci torture/S09
S4 in Markdown they are text
    words::hostile_words_are_text_wherever_they_are_shown
    export/tests::markdown_is_a_page_in_which_quoted_text_is_nothing_but_text
    changeset_tests::the_markdown_of_a_changeset_means_what_it_meant
S5 what leaves the repository or looks like a secret is not packed unseen
    files::a_link_out_of_the_repository_is_refused_when_it_is_planned
    files::a_link_that_is_meant_is_allowed_by_name
    metadata_tests::files_outside_of_the_package_are_followed_inside_of_the_repository
    metadata_tests::a_member_outside_of_the_repository_is_an_error
    rules/secret::a_secret_is_known_by_its_name_or_by_the_key_in_it
S6 a write goes to a tracked file of the repository or nowhere
    adversity::a_manifest_that_is_a_link_is_refused_by_name
    effects/files::a_symbolic_link_is_refused_wherever_it_leads
S6 what is remembered is nobody else's
    files::a_lock_or_a_folder_that_is_a_link_is_not_written_through
    files::what_is_remembered_is_its_owners_alone private::a_folder_is_its_owners_alone_and_no_link
    home::only_names_that_this_program_gives_become_folders
S7 what is too large, too deep or too many is refused before it is parsed
    limits::what_is_too_large_or_too_deep_is_refused_by_name limits::a_plan_without_end_is_no_plan
    child::a_child_that_says_or_takes_too_much_is_ended
    observe/cargo/mod::more_members_than_can_be_meant_are_refused
S7 a plan, a journal or a mirror from elsewhere is what it says or is refused
    limits::a_plan_that_was_changed_is_refused
    mirrored_tests::a_mirror_that_is_damaged_or_of_something_else_is_not_used
    log::a_flipped_byte_before_the_last_line_is_damage
S8 an answer of the registry that is not what it should be ends in a sentence
    torture/U08 torture/U08b torture/I08 torture/I09 torture/I10 torture/I11 torture/N01b torture/N02
    torture/N03 torture/N11b torture/N12 torture/N30 torture/S08a
    registry/tests::a_write_is_sent_once_and_never_redirected torture/S06 torture/S06b torture/S06c
";

/// Each entry with the tests that it names.
fn entries(text: &str) -> Vec<(&str, Vec<&str>)> {
    let mut entries: Vec<(&str, Vec<&str>)> = Vec::new();
    for line in text.lines().filter(|line| !line.is_empty()) {
        match (line.strip_prefix("    "), entries.last_mut()) {
            (Some(names), Some((_, tests))) => tests.extend(names.split_whitespace()),
            _ => entries.push((line, Vec::new())),
        }
    }
    entries
}

#[test]
fn every_case_and_every_line_has_tests_that_are_there() {
    let root = project_root();
    let mut files = Vec::new();
    for folder in ["src", "tests"] {
        rust_files(&root, &root.join(folder), &mut files);
    }
    let holds = |named: &str, (path, text): &(String, String)| {
        let (module, test) = named.rsplit_once("::").expect("module::test");
        let module = module.strip_suffix("::tests").unwrap_or(module);
        path.trim_end_matches(".rs").ends_with(module) && text.contains(&format!("fn {test}("))
    };
    let exists = |named: &str| {
        if named.starts_with("test-workspaces/") {
            return root.join(named).join("expected/plan").is_file();
        }
        if let Some(row) = named.strip_prefix("torture/") {
            return rows().iter().any(|known| known.id == row);
        }
        files.iter().any(|file| holds(named, file))
    };
    let all = || [CASES, LINES, SECURITY].into_iter().flat_map(entries);
    for (entry, tests) in all() {
        assert!(!tests.is_empty(), "{entry}: no test");
        for named in tests {
            assert!(exists(named), "{entry}: no {named}");
        }
    }
    assert_eq!(all().map(|(entry, _)| entry).collect::<BTreeSet<_>>().len(), all().count());
}

#[test]
fn no_number_is_left_out() {
    let cases = entries(CASES);
    let numbers = cases.iter().map(|(entry, _)| entry.split(' ').next().unwrap_or_default());
    let expected: Vec<String> = (1..=20).map(|number| number.to_string()).collect();
    assert_eq!(numbers.collect::<Vec<_>>(), expected);
}
