//! Who uses what is taken back outside of the workspace.

use super::released::{World, findings};
use crate::decide::notation::name;
use crate::facts::{Dependent, Dependents, Downstream, Tracked};
use crate::model::RelPath;
use crate::plan::sample::{BREAK, CHAIN};

pub(super) fn repository(name: &str, requires: &str) -> Downstream {
    let text = format!("[package]\nname = 'x'\n[dependencies]\n{requires}\n");
    let path = RelPath::new("Cargo.toml").expect("a path");
    let files = [(path, text)].into_iter().collect();
    let seen = Ok(Tracked { files, ..Tracked::default() });
    Downstream { name: name.to_owned(), at: format!("../{name}"), seen }
}

#[test]
fn each_version_says_who_takes_it_and_what_they_get_instead() {
    let mut world = World::released(CHAIN, BREAK);
    world.facts.downstream = vec![
        repository("fine", "lib1 = '>=0.1'"),
        repository("old", "lib1 = '0.1'"),
        repository("new", "lib1 = '0.2'\nlib2 = { git = 'x', version = '0.3' }"),
        Downstream { seen: Err("it is gone".to_owned()), ..repository("gone", "") },
    ];
    world.facts.dependents.insert(name("lib2"), Dependents { total: 7, ..Dependents::default() });
    let rollback = world.rollback();
    let told = rollback.items.iter().flat_map(|item| {
        let used = item.downstream.iter().map(|it| {
            let by = it.satisfied_by.as_ref().map_or("nothing".to_owned(), ToString::to_string);
            format!("{} {} {}: {by}", item.upload.package, it.repository, it.requirement)
        });
        used.chain(item.dependents.map(|number| format!("{} {number}", item.upload.package)))
    });
    assert_eq!(
        told.collect::<Vec<_>>(),
        ["lib2 7", "lib1 fine >=0.1: 0.1.0", "lib1 new 0.2: nothing"]
    );
    // Whether that is in the way is for a person to say.
    assert_eq!(rollback.errors().count(), 0);
    assert_eq!(
        findings(&rollback),
        ["warning downstream-breaks lib1", "warning downstream-unread"]
    );
}

#[test]
fn packages_of_others_are_told_from_ours_and_who_of_them_breaks() {
    let mut world = World::released(CHAIN, BREAK);
    let required = [
        ("x", ">=0.1"),
        ("y", "=0.2.0"),
        ("z", "0.1"),
        // A member is looked at by what the index says.
        ("lib2", "=0.2.0"),
    ];
    let required = required.map(|(user, requirement)| Dependent {
        package: name(user),
        version: "1.0.0".parse().expect("a version"),
        requirement: requirement.parse().expect("a requirement"),
    });
    let dependents = Dependents { total: 9, looked_at: 4, required: required.to_vec() };
    world.facts.dependents.insert(name("lib1"), dependents);
    let rollback = world.rollback();
    let lib1 = rollback.items.iter().find(|item| item.upload.package == name("lib1"));
    let lib1 = lib1.expect("it is taken back");
    let told =
        lib1.required_elsewhere.iter().map(|it| (it.package.as_str(), it.is_satisfied_otherwise));
    assert_eq!(told.collect::<Vec<_>>(), [("x", true), ("y", false)]);
    assert_eq!((lib1.dependents, lib1.dependents_looked_at), (Some(9), 4));
    let breaks = rollback.findings.iter().find(|it| it.code == "dependents-break");
    let text = &breaks.expect("one breaks").text;
    assert!(text.ends_with("and no other live version: y 1.0.0 requires =0.2.0"), "{text}");
    assert_eq!(rollback.errors().count(), 0);
}
