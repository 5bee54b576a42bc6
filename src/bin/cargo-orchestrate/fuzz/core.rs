//! Targets in the library: texts of the workspace, and the decisions on them.

use cargo_orchestrate::facts::changeset::{Changesets, Contents, Found};
use cargo_orchestrate::facts::{Sent, detect_tags, version_in};
use cargo_orchestrate::manifest::{Manifest, Spot, TextEdit, apply, reverse, rewrite};
use cargo_orchestrate::model::{
    Edge, EdgeKind, Impact, Package, PackageMetadata, PackageName, PublishTo, RegistryName,
    RelPath, Version, VersionReq, Workspace, graph as graphs,
};
use cargo_orchestrate::policy::Policy;
use cargo_orchestrate::run::{Course, RunState};
use cargo_orchestrate::{export, policy, wire};
use std::collections::{BTreeMap, BTreeSet};

fn text(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes).ok()
}

fn path(text: &str) -> RelPath {
    RelPath::new(text).expect("a path inside")
}

/// An edit changes the strings that were asked for, once; taken back, every byte is as before.
pub(super) fn manifest_edit(bytes: &[u8]) {
    const TO: &str = "7.8.9";
    let Some(before) = text(bytes) else { return };
    let manifest = path("Cargo.toml");
    let Ok(read) = Manifest::parse(&manifest, before) else { return };
    let edits: Vec<TextEdit> = spots(&read).iter().filter_map(|spot| spot.edit(TO).ok()).collect();
    let Ok(after) = apply(before, &edits) else { panic!("edits of spots fit") };
    let again = Manifest::parse(&manifest, &after).expect("an edited manifest can be read");
    assert_eq!(spots(&again).len(), spots(&read).len());
    for (old, new) in spots(&read).iter().zip(spots(&again)) {
        assert_eq!(new.value, if old.verbatim { TO } else { &old.value });
    }
    assert_eq!(apply(&after, &reverse(&edits)).as_deref(), Ok(before));
}

fn spots(manifest: &Manifest) -> Vec<Spot> {
    let requirements = manifest.declarations().iter().filter_map(|it| it.requirement.as_ref());
    let versions = manifest.version().into_iter().chain(manifest.workspace_version());
    let mut spots: Vec<Spot> = versions.chain(requirements).cloned().collect();
    spots.sort_by_key(|spot| spot.start);
    spots
}

/// A rewritten requirement matches the version, and needs no rewriting then; every bump goes up.
pub(super) fn versions_and_requirements(bytes: &[u8]) {
    let Some((requirement, version)) = text(bytes).and_then(|text| text.split_once('\n')) else {
        return;
    };
    let Ok(version) = Version::parse(version.trim_end()) else { return };
    match rewrite(requirement, &version) {
        Ok(Some(new)) => {
            let parsed = VersionReq::parse(&new).expect("a rewritten requirement is one");
            assert!(parsed.matches(&version), "`{new}` does not match {version}");
            assert_eq!(rewrite(&new, &version), Ok(None));
        }
        Ok(None) => {
            let parsed = VersionReq::parse(requirement).expect("what may stay is a requirement");
            assert!(parsed.matches(&version), "`{requirement}` stays and misses {version}");
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
    let last = [version.major, version.minor, version.patch].contains(&u64::MAX);
    for impact in [Impact::Fix, Impact::Feature, Impact::Breaking] {
        if !last {
            assert!(impact.bump_for(&version).apply(&version) > version, "{impact:?}");
        }
    }
}

/// A path is inside, folded, and stays what it is.
pub(super) fn paths(bytes: &[u8]) {
    let Some((folder, rest)) = text(bytes).and_then(|text| text.split_once('\n')) else { return };
    let Ok(folder) = RelPath::new(folder) else { return };
    for path in [Ok(folder.clone()), folder.join(rest)].into_iter().flatten() {
        let parts: Vec<&str> = path.as_str().split('/').collect();
        assert!(
            path == RelPath::root() || parts.iter().all(|part| !["", ".", ".."].contains(part))
        );
        assert!(!path.as_str().contains(['\\', '\0']), "{path}");
        assert_eq!(RelPath::new(path.as_str()).as_ref(), Ok(&path));
    }
}

/// What is read as configuration says where it is wrong.
pub(super) fn config_toml(bytes: &[u8]) {
    let Some(config) = text(bytes) else { return };
    let workspace = workspace(3, &[]);
    let (file, root) = (path("orchestrate.toml"), path("Cargo.toml"));
    if let Err(error) = policy::parse(Some((&file, config)), (&root, ""), &[], &workspace) {
        assert!(error.place.line <= config.lines().count().max(1), "{error}");
        assert!(!error.message.is_empty());
    }
}

/// A changeset is read whole, or its mistakes have places in it.
pub(super) fn changeset(bytes: &[u8]) {
    let folder = path(".changeset");
    let file = path(".changeset/a.md");
    let found = Found { file, tracked: true, contents: Contents::Bytes(bytes.to_vec()) };
    let read = Changesets::read(folder, vec![found], &workspace(3, &[]));
    assert_eq!(read.pending.is_empty(), !read.mistakes.is_empty());
    for mistake in &read.mistakes {
        assert!(mistake.line <= String::from_utf8_lossy(bytes).lines().count() + 1);
    }
    for changeset in &read.pending {
        for intent in &changeset.intents {
            assert!(changeset.source.get(intent.line.clone()).is_some(), "{intent:?}");
        }
    }
}

/// The next tag of a package reads back as the version it is for.
pub(super) fn tags(bytes: &[u8]) {
    let Some(names) = text(bytes) else { return };
    let workspace = workspace(3, &[]);
    let patterns = detect_tags(&workspace, names.lines(), None);
    let version = Version::new(4, 5, 6);
    for package in workspace.packages.keys() {
        let releases = patterns.releases(package);
        assert!(releases.is_sorted_by(|a, b| a.version >= b.version), "{releases:?}");
        let tag = patterns.next_tag(package, &version);
        let template = patterns.template(package);
        assert_eq!(version_in(template, package, &tag).as_ref(), Some(&version), "{tag}");
    }
}

/// A plan that can be read can be written, read again, and shown in every form.
pub(super) fn plan_json(bytes: &[u8]) {
    let Some(document) = text(bytes) else { return };
    let Ok(plan) = wire::parse_plan(document) else { return };
    let written = wire::plan_document(&plan);
    let again = wire::parse_plan(&written).expect("what we write can be read");
    assert_eq!(wire::plan_document(&again), written);
    let course = Course::of(&plan, &Policy::default());
    let forecast = course.forecast(&RunState::default(), &Sent::default());
    let page = export::markdown(&plan, &forecast);
    assert!(!page.contains('\u{1b}') && !page.contains("<script"));
    for picture in [export::dot(&plan), export::mermaid(&plan), export::svg(&plan)] {
        assert!(!picture.contains('\u{1b}'));
    }
}

/// Waves respect every edge, and leave out exactly what is part of a loop or needs one.
pub(super) fn graph(bytes: &[u8]) {
    let Some((count, pairs)) = bytes.split_first() else { return };
    let count = usize::from(count % 12) + 1;
    let edges: Vec<(usize, usize, EdgeKind)> = pairs
        .chunks_exact(2)
        .map(|pair| {
            let kind = [EdgeKind::Normal, EdgeKind::Build, EdgeKind::Dev][usize::from(pair[1]) % 3];
            (usize::from(pair[0]) % count, usize::from(pair[1] / 3) % count, kind)
        })
        .filter(|(from, to, _)| from != to)
        .collect();
    let workspace = workspace(count, &edges);
    let set: BTreeSet<PackageName> = workspace.packages.keys().cloned().collect();
    let order = graphs::order(&workspace, &set);
    let wave = |package: usize| order.waves.iter().position(|wave| wave.contains(&name(package)));
    let orders = |kind: EdgeKind| kind != EdgeKind::Dev;
    let strong = reach(count, edges.iter().filter(|(.., kind)| orders(*kind)));
    let all = reach(count, edges.iter());
    for package in 0..count {
        let is_stuck =
            (0..count).any(|on| strong[on][on] && (on == package || strong[package][on]));
        // A package may also need something stuck by a dev edge that orders.
        assert!(!is_stuck || wave(package).is_none(), "{} needs a loop", name(package));
    }
    for (from, to, kind) in &edges {
        let counts = orders(*kind) || !all[*to][*from];
        if let (true, Some(later)) = (counts, wave(*from)) {
            assert!(wave(*to).is_some_and(|earlier| earlier < later), "{from} before {to}");
        }
    }
}

/// Which package leads to which, over any number of edges.
fn reach<'a>(
    count: usize,
    edges: impl Iterator<Item = &'a (usize, usize, EdgeKind)>,
) -> Vec<Vec<bool>> {
    let mut reach = vec![vec![false; count]; count];
    edges.for_each(|(from, to, _)| reach[*from][*to] = true);
    for over in 0..count {
        for from in 0..count {
            for to in 0..count {
                reach[from][to] |= reach[from][over] && reach[over][to];
            }
        }
    }
    reach
}

fn name(package: usize) -> PackageName {
    PackageName::new(format!("p{package}")).expect("a name")
}

/// Packages `p0`, `p1` and so on at 1.0.0, each edge with a version.
fn workspace(count: usize, edges: &[(usize, usize, EdgeKind)]) -> Workspace {
    let edge = |to: usize, kind: EdgeKind| Edge {
        to: name(to),
        kind,
        requirement: Some(VersionReq::parse("1").expect("a requirement")),
        optional: false,
        target: None,
        rename: None,
        registry: None,
        inherited: false,
        public: false,
    };
    let package = |package: usize| Package {
        name: name(package),
        version: Version::new(1, 0, 0),
        manifest: path(&format!("p{package}/Cargo.toml")),
        dir: path(&format!("p{package}")),
        publish: PublishTo::Registries(vec![RegistryName::crates_io()]),
        has_library: true,
        is_macro: false,
        has_binary: false,
        inherits_version: false,
        edges: edges
            .iter()
            .filter(|(from, ..)| *from == package)
            .map(|(_, to, kind)| edge(*to, *kind))
            .collect(),
        externals: Vec::new(),
        include: Vec::new(),
        exclude: Vec::new(),
        outside: Vec::new(),
        metadata: PackageMetadata::default(),
    };
    let packages: BTreeMap<PackageName, Package> =
        (0..count).map(|number| (name(number), package(number))).collect();
    Workspace { root: RelPath::root(), packages }
}
