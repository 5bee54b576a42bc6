//! One package, compared.

use super::Place;
use super::baseline::Sources;
use super::tool::Tool;
use crate::effects::process;
use cargo_orchestrate::facts::{ApiChange, Said};
use cargo_orchestrate::plan::Unchecked;

/// One comparison.
#[derive(Debug)]
pub(super) struct Check<'a> {
    pub(super) place: Place<'a>,
    pub(super) tool: &'a Tool,
    /// Cargo locks a target folder while it builds: whatever runs at one time has one each.
    pub(super) slot: usize,
    pub(super) sources: Sources,
    pub(super) wanted: &'a Unchecked,
}

impl Check<'_> {
    /// Compares.
    ///
    /// # Errors
    /// The tool's own words when it gave no verdict.
    pub(super) fn run(&self) -> Result<ApiChange, String> {
        let folder = self.place.target.join("orchestrate").join("api-check");
        let mut command = self.tool.start(self.place, &folder.join(format!("slot-{}", self.slot)));
        // A patch may change the least, so that everything is looked at.
        command.args(&["--release-type", "patch", "--package", self.wanted.package.as_str()]);
        command.arg("--manifest-path").arg(self.place.workspace.join("Cargo.toml"));
        let mut folders = vec![self.place.repository.display().to_string()];
        match &self.sources {
            Sources::Folder(folder) => {
                command.arg("--baseline-root").arg(folder);
                folders.insert(0, folder.display().to_string());
            }
            Sources::Commit(commit) => {
                command.arg("--baseline-rev").arg(commit.as_str());
            }
        }
        let ran = process::run(&command).map_err(|error| format!("it does not start: {error}"))?;
        let said = Said { success: ran.success, stdout: &ran.stdout, stderr: &ran.stderr };
        let folders: Vec<&str> = folders.iter().map(String::as_str).collect();
        ApiChange::read(&self.wanted.baseline.version, &said, &folders)
    }
}
