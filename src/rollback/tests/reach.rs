//! Who uses what is taken back outside of the workspace.

use super::released::{World, findings};
use crate::decide::notation::name;
use crate::facts::{Downstream, Tracked};
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
    world.facts.dependents.insert(name("lib2"), 7);
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
