//! Checking the packed packages against the rules of their registries, before any is sent.

use super::{Failed, local, nothing_happened};
use crate::observe::git::is_out;
use crate::registry::contents;
use cargo_orchestrate::facts::{Contents, EntryKind};
use cargo_orchestrate::model::{Package, RelPath, Workspace};
use cargo_orchestrate::plan::{Finding, Severity, Upload, packed_findings};
use cargo_orchestrate::policy::Policy;
use cargo_orchestrate::run::TroubleKind;
use std::collections::BTreeSet;
use std::path::Path;

/// What the check goes by.
#[derive(Clone, Copy)]
pub(super) struct Rules<'a> {
    pub(super) repository: &'a Path,
    pub(super) members: &'a Workspace,
    pub(super) policy: &'a Policy,
}

impl Rules<'_> {
    /// Checks all packages and tells of everything at once; `packed` says where each lies.
    pub(super) fn check<P: AsRef<Path>>(
        &self,
        packages: &[(&Upload, P)],
        heard: &dyn Fn(&str),
    ) -> Result<(), Failed> {
        let mut findings: Vec<Finding> = Vec::new();
        for (upload, path) in packages {
            let mut contents = contents(path.as_ref())
                .map_err(|error| local(format!("look into the packed {upload}"), &error))?;
            let member = self.members.packages.get(&upload.package);
            if let Some(package) = member {
                self.trace(package, &mut contents);
            }
            let manifest = member.map_or_else(RelPath::root, |package| package.manifest.clone());
            findings.extend(packed_findings(upload, &contents, &manifest, self.policy));
        }
        let (errors, warnings): (Vec<_>, Vec<_>) =
            findings.into_iter().partition(|finding| finding.severity == Severity::Error);
        for warning in &warnings {
            heard(&format!("warning: {}", line(warning)));
        }
        if errors.is_empty() {
            return Ok(());
        }
        let concerned: BTreeSet<_> = errors.iter().filter_map(|it| it.package.as_ref()).collect();
        let count = match concerned.len() {
            1 => "1 packed package".to_owned(),
            more => format!("{more} packed packages"),
        };
        let mut text = format!("{count} must not be published as packed");
        for error in &errors {
            text.push('\n');
            text.push_str(&line(error));
        }
        Err(nothing_happened(TroubleKind::Rejected, text))
    }

    /// Says of each file where it comes from, if that is outside of the repository: Cargo follows
    /// links, and packs what they lead to.
    fn trace(&self, package: &Package, contents: &mut Contents) {
        let Ok(repository) = self.repository.canonicalize() else { return };
        let folder = self.repository.join(package.dir.as_str());
        for entry in contents.entries.iter_mut().filter(|entry| entry.kind == EntryKind::File) {
            let below = entry.below();
            // A readme or licence beside the package is packed under its bare name.
            let beside =
                package.outside.iter().find(|path| path.as_str().rsplit('/').next() == Some(below));
            let source = beside
                .map_or_else(|| folder.join(below), |path| self.repository.join(path.as_str()));
            let real = source.canonicalize().ok();
            let real = real.filter(|real| is_out(&repository, real));
            entry.outside = real.map(|real| real.display().to_string());
        }
    }
}

/// A finding in one line.
fn line(finding: &Finding) -> String {
    let package = finding.package.as_ref().map(|name| format!("{name}: ")).unwrap_or_default();
    let hint = finding.hint.as_ref().map(|hint| format!("; {hint}")).unwrap_or_default();
    format!("{package}[{}] {}{hint}", finding.code, finding.text)
}
