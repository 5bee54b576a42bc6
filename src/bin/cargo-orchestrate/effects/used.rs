//! Released packages as their users get them: a project of its own that depends on one builds, and
//! its programs install.

use super::heard::{Listener, is_outage};
use super::process::{Cargo, Command, wants_credential};
use super::proof::configuration_around;
use super::verify::told;
use super::{causes, consumer};
use cargo_orchestrate::plan::Upload;
use std::path::{Path, PathBuf};
use std::{fs, io};

/// How many lines of what went wrong are told.
const TOLD_LINES: usize = 12;

/// Where and how released packages are tried.
pub(crate) struct Users<'a> {
    pub(crate) workspace: &'a Path,
    /// Empty, and gone afterwards.
    pub(crate) folder: &'a Path,
    /// Where all of them are compiled, so that what they share is compiled once.
    pub(crate) target: &'a Path,
    pub(crate) cargo: Cargo<'a>,
    /// Hears what Cargo says.
    pub(crate) heard: &'a dyn Fn(&str),
    pub(crate) interrupted: &'a dyn Fn() -> bool,
}

/// How a trial ended.
pub(crate) enum Trial {
    /// It works, with this lock file where there is one.
    Works(String),
    /// It does not; the text says why.
    Fails(String),
    /// A server does not answer, or this machine failed.
    Unknown(String),
    /// The registry wants a credential, which no build gets.
    Closed,
}

/// How a call of Cargo ended.
enum Call {
    Worked,
    Failed(Vec<String>),
    NotMade(String),
}

impl Users<'_> {
    /// Resolves and checks a project that depends on exactly this version, without a lock file.
    pub(crate) fn depend(&self, upload: &Upload) -> Trial {
        let folder = self.folder.join(format!("{}-{}", upload.package, upload.version));
        let only = [(upload, exactly(upload))];
        if let Err(error) = consumer::write(&folder, "orchestrate-consumer", &only) {
            return not_set_up(&error);
        }
        let check = |flags: &[&str]| {
            let mut cargo = self.cargo.building(&folder);
            cargo.arg("check").arg("--target-dir").arg(self.target).args(flags);
            self.call(cargo, &self.around())
        };
        let mut called = check(&[]);
        if let Call::Failed(said) = &called
            && wants_credential(&said.join("\n"))
        {
            // What only resolves and downloads runs no code of packages.
            let mut fetch = self.cargo.resolving(&folder);
            fetch.arg("fetch");
            called = match self.call(fetch, &self.around()) {
                Call::Worked => check(&["--offline"]),
                other => other,
            };
        }
        match called {
            Call::Worked => match fs::read_to_string(folder.join("Cargo.lock")) {
                Ok(lock) => Trial::Works(lock),
                Err(error) => Trial::Unknown(format!("could not read the resolution: {error}")),
            },
            other => other.into(),
        }
    }

    /// Installs the programs of this version into a folder of its own.
    pub(crate) fn install(&self, upload: &Upload) -> Trial {
        let root = self.folder.join("installed");
        if let Err(error) = fs::create_dir_all(&root) {
            return not_set_up(&error);
        }
        let mut cargo = self.cargo.building(&root);
        cargo.args(&["install", "--debug", "--force", upload.package.as_str()]);
        cargo.arg("--version").arg(exactly(upload)).arg("--root").arg(&root);
        if !upload.registry.is_crates_io() {
            cargo.args(&["--registry", upload.registry.as_str()]);
        }
        cargo.arg("--target-dir").arg(self.target);
        // Cargo installs by the configuration of the user alone, which may not know the registry.
        match self.call(cargo, &configuration_around(self.workspace)) {
            Call::Failed(said) if wants_credential(&said.join("\n")) => Trial::Closed,
            called => called.into(),
        }
    }

    /// The configuration of the workspace, where Cargo does not find it by itself.
    fn around(&self) -> Vec<PathBuf> {
        let is_below = self.folder.starts_with(self.workspace);
        if is_below { Vec::new() } else { configuration_around(self.workspace) }
    }

    fn call(&self, mut cargo: Command, configuration: &[PathBuf]) -> Call {
        for file in configuration {
            cargo.arg("--config").arg(file);
        }
        let listener = Listener { heard: self.heard, interrupted: self.interrupted };
        match listener.run(&cargo) {
            Ok(Ok(())) => Call::Worked,
            Ok(Err(said)) => Call::Failed(said),
            Err((_, trouble)) => Call::NotMade(trouble.text),
        }
    }
}

impl From<Call> for Trial {
    fn from(call: Call) -> Self {
        match call {
            Call::Worked => Self::Works(String::new()),
            Call::NotMade(why) => Self::Unknown(why),
            Call::Failed(said) => {
                let lines = told(&said);
                let text = lines[..lines.len().min(TOLD_LINES)].join("\n");
                if is_outage(&said) { Self::Unknown(text) } else { Self::Fails(text) }
            }
        }
    }
}

/// The requirement that takes this version alone; build metadata has no say in it.
fn exactly(upload: &Upload) -> String {
    let version = upload.version.to_string();
    format!("={}", version.split('+').next().unwrap_or(&version))
}

fn not_set_up(error: &io::Error) -> Trial {
    Trial::Unknown(format!("could not set up the trial: {}", causes(error)))
}
