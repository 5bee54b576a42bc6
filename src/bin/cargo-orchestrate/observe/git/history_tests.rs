use super::super::testing::World;
use cargo_orchestrate::facts::{Dependencies, Published, PublishedVersion};
use cargo_orchestrate::model::{Digest, PackageName, Version};
use snapbox::{assert_data_eq, str};

/// Versions; `!` in front of one says that it was yanked.
fn publish(world: &mut World, package: &str, versions: &str) {
    let version = |word: &str| PublishedVersion {
        version: Version::parse(word.trim_start_matches('!')).expect("a version"),
        yanked: word.starts_with('!'),
        checksum: Digest::of(b""),
        dependencies: Dependencies::default(),
    };
    let versions = versions.split_whitespace().map(version).collect();
    let name = PackageName::new(package).expect("a name");
    world.published.insert(name, Published::Known(versions));
}

#[test]
fn nothing_changed_is_nothing_told() {
    let world = World::released();
    assert_data_eq!(world.told(), str![""]);
}

#[test]
fn a_file_that_is_packed_counts_and_one_that_is_left_out_does_not() {
    let mut world = World::released();
    world.write(&[("a/tests/t.rs", "changed"), ("unrelated.txt", "")]);
    world.commit("test: more");
    assert_data_eq!(world.told(), str![""]);
    world.write(&[("a/src/lib.rs", "changed"), ("a/src/new.rs", "")]);
    world.commit("fix: mend");
    assert_data_eq!(
        world.told(),
        str![[r"
a since a-v0.1.0: a/src/lib.rs, a/src/new.rs | fix: mend

"]]
    );
}

#[test]
fn a_readme_outside_of_the_package_counts() {
    let mut world = World::released();
    world.write(&[("README.md", "more words")]);
    world.commit("docs: more words");
    assert_data_eq!(
        world.told(),
        str![[r"
a since a-v0.1.0: README.md | docs: more words

"]]
    );
}

#[cfg(unix)]
#[test]
fn what_a_symlink_leads_to_counts() {
    let mut world = World::released();
    let link = world.folder.path().join("app/LICENSE");
    world.write(&[("LICENSE", "MIT")]);
    std::os::unix::fs::symlink("../LICENSE", link).expect("a symlink");
    world.commit("docs: license");
    world.tag("app-v1.0.1");
    assert_data_eq!(world.told(), str![""]);
    world.write(&[("LICENSE", "MIT, really")]);
    world.commit("docs: really");
    assert_data_eq!(
        world.told(),
        str![[r"
app since app-v1.0.1: LICENSE | docs: really

"]]
    );
}

#[test]
fn an_inherited_key_counts_for_those_that_inherit_it() {
    // behaviour.md, case 19.
    let mut world = World::released();
    world.edit("Cargo.toml", "license = 'MIT'", "license = 'Apache-2.0'");
    world.commit("chore: nobody inherits this");
    world.edit("Cargo.toml", "serde = '1'", "serde = '1.0.5'");
    world.commit("build: newer serde");
    assert_data_eq!(
        world.told(),
        str![[r"
a since a-v0.1.0: dependencies.serde.version | build: newer serde

"]]
    );
}

#[test]
fn the_lock_file_counts_for_what_a_binary_is_built_from() {
    let mut world = World::released();
    world.edit("Cargo.lock", "1.0.1", "1.0.2");
    world.commit("build: update");
    assert_data_eq!(
        world.told(),
        str![[r"
app since app-v1.0.0: serde 1.0.2

"]]
    );
}

#[test]
fn a_scope_routes_a_commit_away_from_its_paths() {
    let mut world = World::released();
    world.write(&[("a/src/lib.rs", "1")]);
    world.commit("feat(app): only for the app");
    world.write(&[("a/src/lib.rs", "2")]);
    world.commit("fix(parser): a scope that is no package");
    assert_data_eq!(
        world.told(),
        str![[r"
a since a-v0.1.0: a/src/lib.rs | fix(parser): a scope that is no package
app since app-v1.0.0:  | feat(app): only for the app (by scope)

"]]
    );
}

#[test]
fn merges_add_nothing_and_the_newest_comes_first() {
    let mut world = World::released();
    let base = world.head();
    world.write(&[("a/src/lib.rs", "main")]);
    world.commit("fix: on main");
    let main = world.head();
    world.write(&[("a/src/lib.rs", ""), ("a/src/side.rs", "side")]);
    let side = world.commit_on("feat: on the side", &[base], None);
    let side = git2::Oid::from_str(side.as_str()).expect("an id");
    world.write(&[("a/src/lib.rs", "main")]);
    world.commit_on("Merge side", &[main, side], Some("HEAD"));
    assert_data_eq!(
        world.told(),
        str![[r"
a since a-v0.1.0: a/src/lib.rs, a/src/side.rs | feat: on the side | fix: on main

"]]
    );
}

#[test]
fn a_nested_package_is_not_part_of_the_one_around_it() {
    let mut world = World::released();
    world.write(&[("a/fuzz/Cargo.toml", "[package]\nname = 'fuzz'"), ("a/fuzz/x.rs", "")]);
    world.edit("Cargo.toml", "[workspace]", "[workspace]\nexclude = ['a/fuzz']");
    world.commit("test: fuzz");
    assert_data_eq!(world.told(), str![""]);
}

#[test]
fn a_package_is_found_again_where_its_folder_was() {
    let mut world = World::released();
    let root = world.folder.path().to_owned();
    std::fs::create_dir(root.join("crates")).expect("a folder");
    std::fs::rename(root.join("a"), root.join("crates/a")).expect("a move");
    world.edit("Cargo.toml", "'a', ", "'crates/a', ");
    world.edit("crates/a/Cargo.toml", "../README.md", "../../README.md");
    world.commit("refactor: move");
    assert_data_eq!(world.told(), str![""]);
    world.write(&[("crates/a/src/lib.rs", "changed")]);
    world.commit("fix: mend");
    assert_data_eq!(
        world.told(),
        str![[r"
a since a-v0.1.0: crates/a/src/lib.rs | fix: mend | refactor: move

"]]
    );
}

#[test]
fn what_our_own_release_left_in_a_manifest_is_no_change() {
    let mut world = World::released();
    world.edit("a/Cargo.toml", "version = '0.1.0'", "version = '0.2.0'");
    world.edit("Cargo.toml", "version = '0.1'", "version = '0.2'");
    world.commit("chore: release\n\nOrchestrate-Plan: 12ab\n");
    world.tag("a-v0.2.0");
    assert_data_eq!(world.told(), str![""]);
    // As soon as somebody else makes the requirement say something else, it is a change.
    world.edit("Cargo.toml", "version = '0.2'", "version = '=0.2.0'");
    world.commit("build: exactly");
    assert_data_eq!(
        world.told(),
        str![[r"
app since app-v1.0.0: dependencies.a.version | build: exactly

"]]
    );
}

#[test]
fn what_another_tool_s_release_left_in_a_manifest_is_no_change() {
    let mut world = World::released();
    world.edit("a/Cargo.toml", "version = '0.1.0'", "version = '0.2.0'");
    world.edit("Cargo.toml", "version = '0.1'", "version = '0.2'");
    world.commit("chore: Release");
    world.tag("a-v0.2.0");
    assert_data_eq!(world.told(), str![""]);
}

#[test]
fn a_requirement_that_is_raised_while_the_member_stays_is_a_change() {
    let mut world = World::released();
    world.edit("Cargo.toml", "version = '0.1'", "version = '0.1.0'");
    world.commit("build: precise");
    assert_data_eq!(
        world.told(),
        str![[r"
app since app-v1.0.0: dependencies.a.version | build: precise

"]]
    );
}

#[test]
fn a_requirement_that_follows_a_version_raised_by_hand_is_a_change_where_it_must_follow() {
    let mut world = World::released();
    world.edit("a/Cargo.toml", "version = '0.1.0'", "version = '0.1.1'");
    world.edit("Cargo.toml", "version = '0.1'", "version = '0.1.1'");
    world.commit("chore: after the release");
    assert_data_eq!(world.told(), str![""]);
    world.edit("a/Cargo.toml", "version = '0.1.1'", "version = '0.2.0'");
    world.edit("Cargo.toml", "version = '0.1.1'", "version = '0.2.0'");
    world.commit("chore: the next one breaks");
    assert_data_eq!(
        world.told(),
        str![[r"
app since app-v1.0.0: dependencies.a.version | chore: the next one breaks | chore: after the release

"]]
    );
}

#[test]
fn a_yanked_release_is_no_baseline_while_a_live_one_has_a_tag() {
    let mut world = World::released();
    world.write(&[("a/src/lib.rs", "bad")]);
    world.edit("a/Cargo.toml", "0.1.0", "0.1.1");
    world.commit("feat: bad");
    world.tag("a-v0.1.1");
    publish(&mut world, "a", "0.1.0 !0.1.1");
    assert_data_eq!(
        world.told(),
        str![[r"
a since a-v0.1.0: a/src/lib.rs | feat: bad

"]]
    );
}

#[test]
fn without_a_tag_the_commit_in_the_published_package_is_the_baseline() {
    let mut world = World::released();
    world.write(&[("a/src/lib.rs", "second")]);
    world.edit("a/Cargo.toml", "0.1.0", "0.1.1");
    let second = world.commit("fix: second");
    world.write(&[("a/src/lib.rs", "third")]);
    world.commit("fix: third");
    publish(&mut world, "a", "0.1.0 0.1.1");
    world.vcs_info.insert("a 0.1.1".into(), second);
    assert_data_eq!(
        world.told(),
        str![[r"
a since vcs-info: a/src/lib.rs | fix: third

"]]
    );
}

#[test]
fn a_member_that_was_never_released_is_new() {
    let mut world = World::released();
    world.write(&[
        ("b/Cargo.toml", "[package]\nname = 'b'\nversion = '0.1.0'"),
        ("b/src/lib.rs", ""),
    ]);
    world.edit("Cargo.toml", "['a', ", "['a', 'b', ");
    world.commit("feat: b");
    assert_data_eq!(
        world.told(),
        str![[r"
b: new

"]]
    );
}

#[test]
fn a_workspace_may_lie_below_the_repositorys_root() {
    let mut world = World::new(&[
        (
            "rust/Cargo.toml",
            "[package]\nname = 'top'\nversion = '0.1.0'\nedition.workspace = true\n[workspace]\nmembers = ['sub']\nresolver = '2'\n[workspace.package]\nedition = '2021'\n",
        ),
        ("rust/src/lib.rs", ""),
        ("rust/sub/Cargo.toml", "[package]\nname = 'sub'\nversion = '0.1.0'\n"),
        ("rust/sub/src/lib.rs", ""),
        ("other/file", ""),
    ]);
    world.below = "rust";
    world.commit("feat: all of it");
    world.tag("v0.1.0");
    world.tag("sub-v0.1.0");
    world.write(&[("other/file", "changed"), ("rust/sub/src/lib.rs", "changed")]);
    world.commit("fix: below");
    world.edit("rust/Cargo.toml", "2021", "2024");
    world.commit("build: edition");
    assert_data_eq!(
        world.told(),
        str![[r"
sub since sub-v0.1.0: rust/sub/src/lib.rs | fix: below
top since v0.1.0: package.edition, package.resolver | build: edition

"]]
    );
}

#[test]
fn a_submodule_counts_by_the_commit_it_stands_at() {
    let mut world = World::released();
    let stand = |world: &World, commit: git2::Oid| {
        let mut index = world.git.index().expect("an index");
        let mut entry = index.get_path("a/src/lib.rs".as_ref(), 0).expect("an entry");
        (entry.path, entry.mode, entry.id) = (b"a/vendored".to_vec(), 0o160_000, commit);
        index.add(&entry).expect("an entry");
        index.write().expect("an index");
    };
    let first = world.head();
    stand(&world, first);
    world.commit_index("feat: vendor");
    world.tag("a-v0.1.1");
    assert_data_eq!(world.told(), str![""]);
    let second = world.head();
    stand(&world, second);
    world.commit_index("feat: newer");
    assert_data_eq!(
        world.told(),
        str![[r"
a since a-v0.1.1: a/vendored | feat: newer

"]]
    );
}

/// Makes the clone shallow: `after` stays, and its parent `cut` is not there.
fn lose(world: &World, cut: git2::Oid, after: git2::Oid) {
    let git = world.folder.path().join(".git");
    std::fs::write(git.join("shallow"), format!("{after}\n")).expect("a file");
    let id = cut.to_string();
    let lost = git.join("objects").join(&id[..2]).join(&id[2..]);
    std::fs::remove_file(lost).expect("an object");
}

#[test]
fn a_shallow_clone_is_told_as_far_as_it_goes() {
    let mut world = World::released();
    let cut = world.head();
    world.write(&[("a/src/lib.rs", "1")]);
    world.commit("fix: after the cut");
    world.tag("app-v1.0.1");
    world.write(&[("app/src/main.rs", "2")]);
    world.commit("fix: newest");
    let after = world.git.find_commit(world.head()).expect("a commit").parent_id(0);
    lose(&world, cut, after.expect("a parent"));
    assert!(world.state().shallow);
    assert!(world.history().values().all(|history| !history.is_cut_off));
    assert_data_eq!(
        world.told(),
        str![[r"
a: new
app since app-v1.0.1: app/src/main.rs | fix: newest

"]]
    );
}

#[test]
fn what_a_shallow_clone_lacks_of_a_merged_branch_is_noticed() {
    let mut world = World::released();
    let base = world.head();
    let id = |oid: cargo_orchestrate::model::Oid| git2::Oid::from_str(oid.as_str()).expect("an id");
    world.write(&[("a/src/side.rs", "1")]);
    let first = id(world.commit_on("feat!: nobody sees it", &[base], None));
    world.write(&[("a/src/side.rs", "2")]);
    let second = id(world.commit_on("fix: seen", &[first], None));
    world.commit_on("Merge side", &[base, second], Some("HEAD"));
    assert!(world.history().values().all(|history| !history.is_cut_off));
    lose(&world, first, second);
    let cut_off: Vec<bool> =
        world.history().into_values().map(|history| history.is_cut_off).collect();
    assert_eq!(cut_off, [true, true], "the commit may name any package in its scope");
}
