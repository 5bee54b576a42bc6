use super::{Outlook, RepositoryImpact, UseState, edits, findings, impact};
use crate::facts::testing::workspace;
use crate::facts::{
    Dependencies, Downstream, EditWish, Facts, Published, PublishedVersion, RequirementEdit,
    Tracked,
};
use crate::model::{Digest, Oid, PackageName, RelPath, Version};
use std::collections::BTreeMap;

fn version(text: &str) -> Version {
    Version::parse(text).expect("a version")
}

fn name(text: &str) -> PackageName {
    PackageName::new(text).expect("a name")
}

/// A registry with `lib1 1.0.0 1.1.0 2.0.0!; lib2 0.3.0`, where `!` says yanked.
fn published(text: &str) -> BTreeMap<PackageName, Published> {
    let one = |line: &str| {
        let mut words = line.split_whitespace();
        let package = name(words.next().expect("a name"));
        let entry = |word: &str| PublishedVersion {
            version: version(word.trim_end_matches('!')),
            yanked: word.ends_with('!'),
            checksum: Digest::of(word.as_bytes()),
            dependencies: Dependencies::default(),
        };
        (package, Published::Known(words.map(entry).collect()))
    };
    text.split(';').map(one).collect()
}

/// A repository with these files: `== path` before the text of each.
fn repository(text: &str) -> Downstream {
    let files = text.split("== ").skip(1).map(|part| {
        let (path, text) = part.split_once('\n').unwrap_or((part, ""));
        (RelPath::new(path.trim()).expect("a path"), text.to_owned())
    });
    let tracked =
        Tracked { head: Oid::from_hex("aaaa"), files: files.collect(), ..Tracked::default() };
    Downstream { name: "app".to_owned(), at: "../app".to_owned(), seen: Ok(tracked) }
}

fn facts(registry: &str, files: &str) -> Facts {
    Facts {
        workspace: workspace("lib1 1.1.0;lib2 0.3.0"),
        published: published(registry),
        downstream: vec![repository(files)],
        ..Facts::default()
    }
}

fn line(repository: &RepositoryImpact) -> String {
    if let Some(trouble) = &repository.trouble {
        return trouble.clone();
    }
    let uses = repository.uses.iter().map(|it| {
        let used = &it.used;
        let state = serde_json::to_value(it.state).expect("a word");
        let by = it.satisfied_by.as_ref().map(|by| format!(" {by}")).unwrap_or_default();
        let locked =
            used.locked.iter().map(|it| format!(" locked {it}")).collect::<Vec<_>>().concat();
        let requirement = used.requirement.as_deref().unwrap_or("none");
        let at = format!("{}:{}:{}", used.at.file, used.at.line, used.at.column);
        format!(
            "{} {requirement} at {at}{locked}: {}{by}",
            used.key,
            state.as_str().unwrap_or_default()
        )
    });
    uses.collect::<Vec<_>>().join("\n")
}

/// What becomes of a lone `lib1 = "…"`.
fn fate(requirement: &str, registry: &str, outlook: &Outlook) -> (UseState, Option<String>) {
    let files =
        format!("== Cargo.toml\n[package]\nname = 'app'\n[dependencies]\nlib1 = '{requirement}'\n");
    let told = impact(outlook, &facts(registry, &files));
    let used = &told[0].uses[0];
    (used.state, used.satisfied_by.as_ref().map(ToString::to_string))
}

#[test]
fn a_requirement_takes_the_new_version_up_or_needs_an_edit() {
    use UseState::{Broken, NeedsEdit, TakenUp, Unaffected, Unknown};
    let table = [
        ("1", "lib1 1.0.0", "1.1.0", TakenUp, Some("1.1.0")),
        ("1.0", "lib1 1.0.0", "2.0.0", NeedsEdit, Some("1.0.0")),
        ("=1.0.0", "lib1 1.0.0", "1.0.1", NeedsEdit, Some("1.0.0")),
        (">=1, <3", "lib1 1.0.0", "2.0.0", TakenUp, Some("2.0.0")),
        // A pre-release is for who asks for it.
        ("1", "lib1 1.0.0", "2.0.0-rc.1", Unaffected, Some("1.0.0")),
        ("2.0.0-rc.1", "lib1 2.0.0-rc.1", "2.0.0-rc.2", TakenUp, Some("2.0.0-rc.2")),
        // A fix for an older line.
        ("2", "lib1 1.0.0 2.0.0", "1.0.1", Unaffected, Some("2.0.0")),
        ("1", "lib1 1.0.0 2.0.0", "1.0.1", TakenUp, Some("1.0.1")),
        ("3", "lib1 1.0.0", "2.0.0", Broken, None),
        ("", "lib1 1.0.0", "2.0.0", Unknown, None),
        ("1", "lib2 0.3.0", "2.0.0", Unknown, None),
    ];
    for (requirement, registry, to, state, by) in table {
        let coming = BTreeMap::from([(name("lib1"), version(to))]);
        let outlook = Outlook { coming, ..Outlook::default() };
        let expected = (state, by.map(str::to_owned));
        assert_eq!(fate(requirement, registry, &outlook), expected, "{requirement} {to}");
    }
}

#[test]
fn a_requirement_falls_back_to_a_live_version_or_breaks() {
    use UseState::{Breaks, Broken, FallsBack, Unaffected};
    let table = [
        ("1", "lib1 1.0.0 1.1.0", FallsBack, Some("1.0.0")),
        ("=1.0.0", "lib1 1.0.0 1.1.0", Unaffected, Some("1.0.0")),
        ("1.1", "lib1 1.0.0 1.1.0", Breaks, None),
        // Who resolves anew has another one already.
        ("1", "lib1 1.1.0 1.2.0", Unaffected, Some("1.2.0")),
        // One that was yanked before is nothing to fall back to.
        ("1", "lib1 1.0.0! 1.1.0", Breaks, None),
        // Taken back already.
        ("1", "lib1 1.0.0 1.1.0!", FallsBack, Some("1.0.0")),
        ("1.1", "lib1 1.0.0 1.1.0!", Breaks, None),
        ("2", "lib1 1.0.0 1.1.0", Broken, None),
    ];
    let (lib1, gone) = (name("lib1"), version("1.1.0"));
    let outlook = Outlook::without([(&lib1, &gone)]);
    for (requirement, registry, state, by) in table {
        let expected = (state, by.map(str::to_owned));
        assert_eq!(fate(requirement, registry, &outlook), expected, "{requirement} {registry}");
    }
    let files = "== Cargo.toml\n[package]\nname = 'app'\n[dependencies]\nlib1 = '1.1'";
    let told = findings(&impact(&outlook, &facts("lib1 1.0.0 1.1.0", files)));
    assert_eq!(
        told[0].text,
        "`app` requires lib1 1.1 (Cargo.toml:4), and no live version satisfies that afterwards"
    );
}

#[test]
fn every_form_of_a_dependency_is_found() {
    let files = "== Cargo.toml
[workspace]
members = ['crates/*', './tool/']
exclude = ['crates/old']
[workspace.dependencies]
one = { package = 'lib1', version = '1.0' }
lib2 = '0.3'
[patch.crates-io]
lib2 = { path = 'elsewhere' }
== Cargo.lock
version = 4
[[package]]
name = 'lib1'
version = '1.0.0'
source = 'registry+https://example.invalid/index'
[[package]]
name = 'lib1'
version = '0.9.0'
source = 'git+https://example.invalid/lib1'
== crates/a/Cargo.toml
[package]
name = 'a'
[dependencies]
one.workspace = true
lib2 = { workspace = true, optional = true }
other = '9'
[dev-dependencies]
lib1 = { version = '1', path = '../../../greetings/lib1' }
[target.'cfg(unix)'.build-dependencies.lib1]
version = '=1.0.0'
features = ['x']
[target.'cfg(windows)'.dependencies]
lib1 = { git = 'https://example.invalid/lib1', version = '1' }
== crates/old/Cargo.toml
[dependencies]
lib1 = '0.1'
== tests/fixture/Cargo.toml
[dependencies
== tool/Cargo.toml
[package]
name = 'tool'
[dependencies]
lib1 = { version = '1', registry = 'corp' }
hidden = { path = '../deep/hidden' }
== deep/hidden/Cargo.toml
[package]
name = 'hidden'
[dependencies]
lib1 = '*'
";
    let outlook = Outlook {
        coming: BTreeMap::from([(name("lib1"), version("1.1.0"))]),
        ..Outlook::default()
    };
    let told = impact(&outlook, &facts("lib1 1.0.0;lib2 0.3.0", files));
    assert_eq!(
        line(&told[0]),
        "dependencies.one 1.0 at Cargo.toml:5:38 locked 1.0.0: taken-up 1.1.0\n\
         dependencies.lib2 0.3 at Cargo.toml:6:9: elsewhere\n\
         dev-dependencies.lib1 1 at crates/a/Cargo.toml:8:21 locked 1.0.0: elsewhere\n\
         target.'cfg(unix)'.build-dependencies.lib1 =1.0.0 at crates/a/Cargo.toml:10:12 locked 1.0.0: needs-edit 1.0.0\n\
         target.'cfg(windows)'.dependencies.lib1 1 at crates/a/Cargo.toml:13:59 locked 1.0.0: elsewhere\n\
         dependencies.lib1 * at deep/hidden/Cargo.toml:4:9 locked 1.0.0: taken-up 1.1.0\n\
         dependencies.lib1 1 at tool/Cargo.toml:4:21 locked 1.0.0: elsewhere"
    );
    assert_eq!(told[0].unread, 2);
    let one = &told[0].uses[0].used;
    assert_eq!(one.rename.as_deref(), Some("one"));
    assert_eq!(one.inherits.as_deref(), Some("workspace.dependencies.one"));
}

#[test]
fn a_folder_without_a_manifest_holds_whatever_is_highest_in_it() {
    let package = "[package]\nname = 'x'\n[dependencies]\nlib1 = '1'\n";
    let files = format!(
        "== a/Cargo.toml\n{package}== a/fuzz/Cargo.toml\n[dependencies\n== b/c/Cargo.toml\n{package}"
    );
    let told = impact(&Outlook::default(), &facts("lib1 1.0.0", &files));
    let read: Vec<&str> = told[0].uses.iter().map(|it| it.used.file.as_str()).collect();
    assert_eq!(read, ["a/Cargo.toml", "b/c/Cargo.toml"]);
    assert_eq!(told[0].unread, 1);
}

#[test]
fn what_cannot_be_read_is_told_with_its_place() {
    let table = [
        ("== Cargo.toml\n[package]\nname = 'x'\n[dependencies]\nlib1 = 1\n", "Cargo.toml:4:8"),
        ("== Cargo.toml\n[package\n", "Cargo.toml:1:9"),
        ("== README.md\n", "no `Cargo.toml`"),
    ];
    for (files, expected) in table {
        let told = impact(&Outlook::default(), &facts("lib1 1.0.0", files));
        assert!(line(&told[0]).contains(expected), "{told:?}");
        assert_eq!(findings(&told)[0].code, "downstream-unread");
    }
}

/// The edits of the repository with these files, a line each, and its first manifest afterwards.
fn edited(wish: EditWish, registry: &str, outlook: &Outlook, files: &str) -> (String, String) {
    let facts = facts(registry, files);
    let impacts = impact(outlook, &facts);
    let decided = edits(wish, &impacts, outlook, &facts);
    let text = decided.iter().map(|decided| match decided {
        Ok(edit) => {
            let one =
                |it: &RequirementEdit| format!("{}:{} {} -> {}", it.file, it.line, it.from, it.to);
            edit.requirements.iter().map(one).collect::<Vec<_>>().join("; ")
        }
        Err((name, why)) => format!("{name}: {why}"),
    });
    let text = text.collect::<Vec<_>>().join("\n");
    let seen = facts.downstream[0].seen.as_ref().expect("it was read");
    let after = decided.iter().flatten().find_map(|edit| {
        let file = *edit.files().first()?;
        edit.applied(file, &seen.files[file]).ok()
    });
    (text, after.unwrap_or_default())
}

#[test]
fn requirements_are_bumped_as_they_are_written_and_pinned_to_the_last_good() {
    let coming = BTreeMap::from([(name("lib1"), version("2.0.0"))]);
    let new = Outlook { coming, ..Outlook::default() };
    let (lib1, gone) = (name("lib1"), version("1.1.0"));
    let back = Outlook::without([(&lib1, &gone)]);
    let none = Outlook::default();
    let table = [
        (EditWish::Bump, &new, "1.0", "lib1 1.0.0", "1.0 -> 2.0"),
        (EditWish::Bump, &new, ">=1, <2", "lib1 1.0.0", ">=1, <2 -> >=2, <3"),
        (EditWish::Bump, &new, "=1.0.0", "lib1 1.0.0", "=1.0.0 -> =2.0.0"),
        (EditWish::Bump, &new, "*", "lib1 1.0.0", ""),
        (EditWish::Bump, &new, "3", "lib1 1.0.0 3.0.0", ""),
        // After the release the newest is what there is to follow.
        (EditWish::Bump, &none, "1", "lib1 1.0.0 2.0.0 3.0.0!", "1 -> 2"),
        (EditWish::Bump, &none, "1", "lib1 1.0.0 2.0.0-rc.1", ""),
        (EditWish::Bump, &new, "\\u003c2", "lib1 1.0.0", "written with escapes"),
        (EditWish::Pin, &back, "1", "lib1 1.0.0 1.1.0", "1 -> =1.0.0"),
        (EditWish::Pin, &back, "1.1", "lib1 1.0.0 1.1.0!", "1.1 -> =1.0.0"),
        (EditWish::Pin, &back, "=1.0.0", "lib1 1.0.0 1.1.0", ""),
        (EditWish::Pin, &back, "1", "lib1 1.1.0", "no version of lib1 is left to pin to"),
    ];
    for (wish, outlook, requirement, registry, expected) in table {
        let files = format!("== Cargo.toml\n[dependencies]\nlib1 = \"{requirement}\" # why\n");
        let (told, after) = edited(wish, registry, outlook, &files);
        assert!(told.ends_with(expected) || told.contains(expected), "{requirement}: {told}");
        assert_eq!(told.is_empty(), expected.is_empty(), "{requirement}: {told}");
        assert!(after.is_empty() || after.ends_with("\" # why\n"), "{after}");
    }
}

#[test]
fn a_requirement_that_several_inherit_is_edited_once() {
    let files = "== Cargo.toml
[workspace]
members = ['a', 'b']
[workspace.dependencies]
lib1 = '1'
== a/Cargo.toml
[dependencies]
lib1.workspace = true
[dev-dependencies]
lib1.workspace = true
== b/Cargo.toml
[dependencies]
lib1.workspace = true
";
    let coming = BTreeMap::from([(name("lib1"), version("2.0.0"))]);
    let new = Outlook { coming, ..Outlook::default() };
    let (told, after) = edited(EditWish::Bump, "lib1 1.0.0", &new, files);
    assert_eq!(told, "Cargo.toml:4 1 -> 2");
    assert!(after.ends_with("lib1 = '2'\n"), "{after}");
}
