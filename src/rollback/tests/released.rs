//! A world after a release, and what a rollback of it says, as text.

use crate::decide::notation::name;
use crate::facts::{Facts, Published, PublishedVersion};
use crate::manifest::apply;
use crate::model::{Digest, Oid, RelPath, Timestamp, Version};
use crate::plan::sample::plan;
use crate::plan::{Action, FileEdit, Finding, Plan, Severity, Step, Upload};
use crate::policy::Policy;
use crate::rollback::{Released, Residue, Rollback, Wish, compute};
use crate::run::{Artifact, Event, Receipt, RunState};
use std::collections::BTreeMap;

/// A release that went as far as the events in its journal say.
pub(super) struct World {
    pub(super) facts: Facts,
    pub(super) plan: Plan,
    pub(super) events: Vec<Event>,
    /// The texts before the release.
    pub(super) before: BTreeMap<RelPath, String>,
}

pub(super) const AT: Timestamp = Timestamp(1);

impl World {
    /// The release of these packages after these commits, all of it done.
    pub(super) fn released(packages: &str, happened: &str) -> Self {
        Self::stopped_before("nothing", packages, happened)
    }

    /// The same, stopped before the first step whose name begins so.
    pub(super) fn stopped_before(step: &str, packages: &str, happened: &str) -> Self {
        let (facts, plan) = plan(packages, happened);
        let before = texts(&facts);
        let mut world = Self { facts, plan, events: Vec::new(), before };
        let steps = world.plan.steps.clone();
        for done in steps.iter().take_while(|candidate| !candidate.id.0.starts_with(step)) {
            world.carry_out(done);
        }
        world
    }

    fn carry_out(&mut self, step: &Step) {
        let receipt = match &step.action {
            Action::WriteFiles { files } => {
                write(&mut self.facts, files);
                for planned in &self.plan.packages {
                    let packages = &mut self.facts.workspace.packages;
                    let member = packages.get_mut(&planned.name).expect("a member");
                    member.version = planned.to.clone();
                }
                Receipt::Plain
            }
            Action::Commit { .. } => {
                self.facts.repository.head = Oid::from_hex("bbbbbbbbbb");
                Receipt::Commit { oid: Oid::from_hex("bbbbbbbbbb") }
            }
            Action::Pack { packages, .. } => Receipt::Packed {
                artifacts: packages.iter().map(artifact).collect(),
                without_lockfile: None,
            },
            Action::Upload(upload) => {
                self.publish(upload, &sealed(upload));
                Receipt::Visible { checksum: sealed(upload) }
            }
            _ => Receipt::Plain,
        };
        self.events.push(Event::Done { step: step.id.clone(), receipt, at: AT });
    }

    /// Puts a version into the registry.
    pub(super) fn publish(&mut self, upload: &Upload, checksum: &Digest) {
        let edges = &self.facts.workspace.packages[&upload.package].edges;
        let requires = |edge: &crate::model::Edge| {
            let planned = self.plan.package(&edge.to)?;
            let requirement = format!("^{}", planned.to).parse().expect("a requirement");
            Some((edge.to.clone(), requirement))
        };
        let entry = PublishedVersion {
            version: upload.version.clone(),
            yanked: false,
            checksum: checksum.clone(),
            dependencies: edges.iter().filter_map(requires).collect(),
        };
        let published = self.facts.published.get_mut(&upload.package);
        let Some(Published::Known(versions)) = published else { panic!("a registry that answers") };
        versions.push(entry);
    }

    /// Changes every entry that the registry has of a package.
    pub(super) fn change(&mut self, package: &str, change: impl Fn(&mut PublishedVersion)) {
        let published = self.facts.published.get_mut(&name(package));
        let Some(Published::Known(versions)) = published else { panic!("a registry that answers") };
        versions.iter_mut().for_each(change);
    }

    pub(super) fn state(&self) -> RunState {
        RunState::fold(&self.events)
    }

    pub(super) fn rollback(&self) -> Rollback {
        let state = self.state();
        compute(
            &Released { id: "r1", plan: &self.plan, state: &state },
            &self.facts,
            &Policy::default(),
            &Wish::default(),
        )
    }
}

/// The digest of the bytes that the release packed for this upload.
pub(super) fn sealed(upload: &Upload) -> Digest {
    Digest::of(upload.to_string().as_bytes())
}

fn artifact(upload: &Upload) -> Artifact {
    Artifact { upload: upload.clone(), sha256: sealed(upload), size_bytes: 1 }
}

/// All manifests and the lock file.
pub(super) fn texts(facts: &Facts) -> BTreeMap<RelPath, String> {
    let mut texts = facts.manifests.clone();
    texts.extend(facts.lockfile.iter().map(|lock| (lock.path.clone(), lock.text.clone())));
    texts
}

/// Carries edits out.
pub(super) fn write(facts: &mut Facts, files: &[FileEdit]) {
    for file in files {
        let lockfile = facts.lockfile.as_mut().filter(|lockfile| lockfile.path == file.path);
        let text = match lockfile {
            Some(lockfile) => &mut lockfile.text,
            None => facts.manifests.get_mut(&file.path).expect("a known file"),
        };
        assert_eq!(Digest::of(text.as_bytes()), file.before, "{}", file.path);
        *text = apply(text, &file.edits).expect("the edits fit");
        assert_eq!(Digest::of(text.as_bytes()), file.after, "{}", file.path);
    }
}

/// The edits of a rollback.
pub(super) fn files(rollback: &Rollback) -> Vec<FileEdit> {
    let written = rollback.steps.iter().find_map(|step| match &step.action {
        Action::WriteFiles { files } => Some(files.clone()),
        _ => None,
    });
    written.unwrap_or_default()
}

/// What goes back to what, and what was found; a line each.
pub(super) fn lines(rollback: &Rollback) -> String {
    let item = |item: &crate::rollback::Item| {
        let none = || "nothing".to_owned();
        let last_good = item.last_good.as_ref().map_or_else(none, Version::to_string);
        let yanked = if item.is_yanked { " (yanked already)" } else { "" };
        format!("{} -> {last_good}{yanked}", item.upload)
    };
    let items = rollback.items.iter().map(item);
    let lines: Vec<String> = items.chain(findings(rollback)).collect();
    lines.join("\n")
}

/// The findings, as `error would-break lib1`.
pub(super) fn findings(rollback: &Rollback) -> Vec<String> {
    let line = |finding: &Finding| {
        let severity = match finding.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        };
        let package = finding.package.as_ref().map(|package| format!(" {package}"));
        format!("{severity} {}{}", finding.code, package.unwrap_or_default())
    };
    rollback.findings.iter().map(line).collect()
}

/// The steps with what they need.
pub(super) fn steps(rollback: &Rollback) -> Vec<String> {
    let step = |step: &Step| {
        let needs: Vec<&str> = step.needs.iter().map(|need| need.0.as_str()).collect();
        format!("{} <- {}", step.id, needs.join(" ")).trim_end().to_owned()
    };
    rollback.steps.iter().map(step).collect()
}

pub(super) fn residue(rollback: &Rollback) -> Vec<String> {
    let line = |residue: &Residue| match residue {
        Residue::BurnedVersions { count } => format!("{count} numbers"),
        Residue::LockFiles => "lock files".to_owned(),
        Residue::CommitStays { oid } => format!("commit {oid}"),
        Residue::TagsStay { tags } => format!("tags {}", tags.join(" ")),
    };
    rollback.residue.iter().map(line).collect()
}

#[track_caller]
pub(super) fn check(world: &World, expected: &str) {
    let said = lines(&world.rollback());
    let expected: Vec<&str> = expected.lines().map(str::trim).filter(|l| !l.is_empty()).collect();
    assert_eq!(said, expected.join("\n"), "\n{said}\n");
}
