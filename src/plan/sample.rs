//! Whole worlds for tests: what `decide/notation.rs` says, with manifests and everything in order.

use super::{Action, Finding, Options, Plan, Verification, build};
use crate::decide::Request;
use crate::decide::notation::world;
use crate::facts::{Branch, Facts, Lockfile, Registry, Remote, RemoteBranch};
use crate::manifest::apply;
use crate::model::{
    Digest, EdgeKind, Oid, Package, PackageName, RegistryName, RelPath, VersionReq,
};
use crate::policy::Policy;
use std::collections::BTreeMap;
use std::fmt::Write as _;

pub(crate) const CHAIN: &str =
    "lib1 0.1.0; lib2 0.2.0 -> lib1 0.1.0; bin 1.3.0 bin -> lib2 0.2.0; lib4 0.4.0";
pub(crate) const BREAK: &str = "lib1: feat!: greet takes a name";

pub(crate) fn path(text: &str) -> RelPath {
    RelPath::new(text).expect("a path inside")
}

/// A world with manifests, a lock file, a branch, a remote and a registry, all in order.
pub(crate) fn complete(packages: &str, happened: &str) -> (Facts, Policy) {
    let (mut facts, policy) = world(packages, happened);
    for package in facts.workspace.packages.values_mut() {
        package.metadata.description = Some("A package".to_owned());
        package.metadata.license = Some("MIT".to_owned());
    }
    let packages: Vec<Package> = facts.workspace.packages.values().cloned().collect();
    for package in &packages {
        facts.manifests.insert(package.manifest.clone(), manifest(package));
    }
    facts.manifests.insert(path("Cargo.toml"), root(&packages));
    facts.lockfile =
        Some(Lockfile { path: path("Cargo.lock"), text: lock(&packages), tracked: true });
    let index = "sparse+https://registry.example/index/".to_owned();
    let crates_io = Registry { index, has_credential: true, ..Registry::default() };
    facts.registries.insert(RegistryName::crates_io(), crates_io);
    facts.repository.head = Oid::from_hex("aaaaaaaaaa");
    facts.repository.branch = Some(Branch { name: "main".to_owned() });
    facts.repository.remote = Some(Remote {
        name: "origin".to_owned(),
        branch: RemoteBranch::At(Oid::from_hex("aaaaaaaaaa")),
        tags: BTreeMap::new(),
        mirrors: BTreeMap::new(),
    });
    (facts, policy)
}

fn manifest(package: &Package) -> String {
    let version = if package.inherits_version {
        "version.workspace = true".to_owned()
    } else {
        format!("version = \"{}\"", package.version)
    };
    let mut text = format!("[package]\nname = \"{}\"\n{version}\n", package.name);
    let tables = [
        (EdgeKind::Normal, "dependencies"),
        (EdgeKind::Build, "build-dependencies"),
        (EdgeKind::Dev, "dev-dependencies"),
    ];
    for (kind, table) in tables {
        let _ = write!(text, "\n[{table}]\n");
        let mut seen = Vec::new();
        for edge in package.edges.iter().filter(|edge| edge.kind == kind) {
            if seen.contains(&&edge.to) {
                continue;
            }
            seen.push(&edge.to);
            let entry = entry(&edge.to, edge.requirement.as_ref(), "../");
            let inherited = format!("{}.workspace = true", edge.to);
            let _ = writeln!(text, "{}", if edge.inherited { inherited } else { entry });
        }
    }
    text
}

fn entry(to: &PackageName, requirement: Option<&VersionReq>, up: &str) -> String {
    let requirement = requirement.map(|requirement| format!("version = \"{requirement}\", "));
    format!("{to} = {{ {}path = \"{up}{to}\" }}", requirement.unwrap_or_default())
}

fn root(packages: &[Package]) -> String {
    let mut text = "# The whole workspace.\n[workspace]\nmembers = [\"*\"]\n".to_owned();
    if let Some(shared) = packages.iter().find(|package| package.inherits_version) {
        let _ = write!(text, "\n[workspace.package]\nversion = \"{}\"\n", shared.version);
    }
    text.push_str("\n[workspace.dependencies]\n");
    let edges = packages.iter().flat_map(|package| &package.edges).filter(|edge| edge.inherited);
    let entries: BTreeMap<_, _> =
        edges.map(|edge| (&edge.to, entry(&edge.to, edge.requirement.as_ref(), ""))).collect();
    for entry in entries.values() {
        let _ = writeln!(text, "{entry}");
    }
    text
}

fn lock(packages: &[Package]) -> String {
    let mut text = "version = 4\n".to_owned();
    for package in packages {
        let (name, version) = (&package.name, &package.version);
        let _ = write!(text, "\n[[package]]\nname = \"{name}\"\nversion = \"{version}\"\n");
    }
    text
}

pub(crate) fn options() -> Options {
    Options {
        push: true,
        registry: None,
        verification: Verification::Build,
        publish_pins: false,
        hotfix_of: None,
    }
}

pub(crate) fn plan(packages: &str, happened: &str) -> (Facts, Plan) {
    let (facts, policy) = complete(packages, happened);
    let plan = build(&facts, &policy, &Request::default(), &options()).expect("a plan");
    (facts, plan)
}

pub(crate) fn codes(findings: &[Finding]) -> Vec<String> {
    let line = |finding: &Finding| {
        let package = finding.package.as_ref().map(|name| format!(" {name}")).unwrap_or_default();
        format!("{:?} {}{package}", finding.severity, finding.code).to_lowercase()
    };
    findings.iter().map(line).collect()
}

/// The texts after the plan's edits.
pub(crate) fn edited(facts: &Facts, plan: &Plan) -> BTreeMap<RelPath, String> {
    let files = plan.steps.iter().find_map(|step| match &step.action {
        Action::WriteFiles { files } => Some(files.clone()),
        _ => None,
    });
    let text = |path: &RelPath| {
        let lockfile = facts.lockfile.as_ref().filter(|lockfile| lockfile.path == *path);
        lockfile.map_or_else(|| facts.manifests[path].clone(), |lockfile| lockfile.text.clone())
    };
    let files = files.unwrap_or_default().into_iter();
    files
        .map(|file| {
            let after = apply(&text(&file.path), &file.edits).expect("the edits fit");
            assert_eq!(Digest::of(after.as_bytes()), file.after);
            (file.path, after)
        })
        .collect()
}
