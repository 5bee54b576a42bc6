use super::super::testing::World;
use super::*;
use cargo_orchestrate::facts::Dependencies;
use cargo_orchestrate::model::Digest;
use std::fs;

/// Members `a` and `app`, of which `a` changed since its release.
fn world() -> World {
    let mut world = World::released();
    world.write(&[("a/src/lib.rs", "changed")]);
    world.commit("fix: mend");
    world
}

/// Lets every answer that is kept say what is not so; such an answer is known when it is given.
fn lie(world: &World) {
    let checkout = world.checkout().expect("a checkout");
    let mut lies = 0;
    for answer in checkout.answers.all() {
        let Some(mut told) = answer.read().and_then(|bytes| Told::read(&bytes)) else { continue };
        for history in told.histories.values_mut() {
            history.evidence.push(Evidence::Locked("a lie".to_owned()));
            lies += 1;
        }
        answer.keep(told.bytes());
    }
    assert!(lies > 0, "no answer is kept");
}

/// Whether a world that is asked, lied about, changed, and asked again tells the lie.
fn is_kept_after(change: impl FnOnce(&mut World)) -> bool {
    let mut world = world();
    world.told();
    lie(&world);
    change(&mut world);
    world.told().contains("a lie")
}

#[test]
fn the_same_question_gets_the_answer_that_is_kept() {
    assert!(is_kept_after(|_| ()));
    assert!(is_kept_after(|world| world.write(&[("a/src/lib.rs", "not committed")])));
}

#[test]
fn whatever_an_answer_depends_on_makes_another_question() {
    type Change = Box<dyn FnOnce(&mut World)>;
    let a = PackageName::new("a").expect("a name");
    let (known, yanked, unknown) = (a.clone(), a.clone(), a);
    let published = |yanked| {
        let version = PublishedVersion {
            version: Version::new(0, 1, 0),
            yanked,
            checksum: Digest::of(b""),
            dependencies: Dependencies::default(),
        };
        Published::Known(vec![version])
    };
    let changes: Vec<(&str, Change)> = vec![
        ("a commit", Box::new(|world| drop(world.commit("chore: nothing")))),
        ("a tag", Box::new(|world| world.tag("a-v0.1.1"))),
        (
            "a tag that moved",
            Box::new(|world| {
                let head = world.git.find_object(world.head(), None).expect("a commit");
                world.git.tag_lightweight("a-v0.1.0", &head, true).expect("a tag");
            }),
        ),
        ("a manifest", Box::new(|world| world.edit("a/Cargo.toml", "/tests", "/benches"))),
        (
            "a published version",
            Box::new(move |world| drop(world.published.insert(known, published(false)))),
        ),
        (
            "a yanked version",
            Box::new(move |world| drop(world.published.insert(yanked, published(true)))),
        ),
        (
            "no answer of a registry",
            Box::new(move |world| {
                world.published.insert(unknown, Published::Unknown("no answer".to_owned()));
            }),
        ),
        (
            "a symlink that is staged",
            Box::new(|world| {
                std::os::unix::fs::symlink("../README.md", world.folder.path().join("a/link"))
                    .expect("a symlink");
                let mut index = world.git.index().expect("an index");
                index.add_path(std::path::Path::new("a/link")).expect("a symlink");
                index.write().expect("an index");
            }),
        ),
        (
            "a policy",
            Box::new(|world| {
                let key = "\n[package.metadata.orchestrate]\ninputs = ['../README.md']\n";
                let path = world.folder.path().join("a/Cargo.toml");
                let text = fs::read_to_string(&path).expect("a manifest");
                fs::write(path, text + key).expect("a manifest");
            }),
        ),
        (
            "damage",
            Box::new(|world| {
                let kept = world.folder.path().join(".git/orchestrate/kept/answers");
                for entry in fs::read_dir(kept).expect("answers").flatten() {
                    fs::write(entry.path(), "not an answer").expect("a file");
                }
            }),
        ),
    ];
    for (what, change) in changes {
        assert!(!is_kept_after(change), "{what}");
    }
}

#[test]
fn what_a_published_package_says_of_its_commit_is_asked_again() {
    let mut world = World::released();
    let (first, name) = (world.head(), PackageName::new("a").expect("a name"));
    world.edit("a/Cargo.toml", "0.1.0", "0.1.1");
    let second = world.commit("chore: release without a tag");
    let version = |patch| PublishedVersion {
        version: Version::new(0, 1, patch),
        yanked: false,
        checksum: Digest::of(b""),
        dependencies: Dependencies::default(),
    };
    world.published.insert(name, Published::Known(vec![version(0), version(1)]));
    world.vcs_info.insert("a 0.1.1".into(), second);
    world.told();
    lie(&world);
    assert!(world.told().contains("a lie"));
    world.vcs_info.insert("a 0.1.1".into(), super::super::from_git(first));
    assert!(!world.told().contains("a lie"));
}

#[test]
fn a_shallow_clone_has_no_answers() {
    let mut world = world();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut clone = std::process::Command::new("git");
    let url = format!("file://{}", world.folder.path().display());
    clone.args(["clone", "--quiet", "--depth=1", &url]).arg(folder.path());
    assert!(clone.status().expect("git").success());
    world.git = git2::Repository::open(folder.path()).expect("a clone");
    world.folder = folder;
    world.told();
    let checkout = world.checkout().expect("a checkout");
    assert_eq!(checkout.answers.all().len(), 0);
}
