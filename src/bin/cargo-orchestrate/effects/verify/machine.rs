//! What builds, and for which machines, in the compiler's own words.

use crate::effects::process;
use crate::registry::Registries;
use cargo_orchestrate::facts::Machine;
use std::path::Path;

/// What a verification is done with.
pub(in crate::effects) struct Surroundings {
    /// What Cargo and the compiler say they are; empty where one does not answer.
    pub(super) toolchain: String,
    /// Nothing where it is not known for what is built.
    pub(super) machines: Option<Machines>,
}

impl Surroundings {
    /// Asks Cargo and the compiler as they are for this workspace; `registries` know how Cargo is
    /// configured.
    pub(in crate::effects) fn ask(workspace: &Path, registries: Option<&Registries>) -> Self {
        let toolchain = process::toolchain(workspace);
        let machines = registries.and_then(|it| Machines::ask(workspace, it, &toolchain));
        Self { toolchain, machines }
    }
}

/// The machine that builds, and the one that is built for.
pub(super) struct Machines {
    pub(super) host: Machine,
    pub(super) target: Machine,
    /// The name of the first.
    pub(super) triple: String,
}

impl Machines {
    /// Asks the compiler; `toolchain` is what it said of itself. Nothing where it does not tell.
    fn ask(workspace: &Path, registries: &Registries, toolchain: &str) -> Option<Self> {
        let triple = toolchain.lines().rev().find_map(|line| line.strip_prefix("host: "))?;
        let hidden: Vec<String> = process::credential_variables().collect();
        let building = registries.building(triple, &hidden)?;
        let ask = |target: Option<&str>, flags: &[String]| {
            let mut rustc = process::command(&process::rustc_program(), workspace);
            rustc.args(flags).args(&["--print", "cfg"]);
            if let Some(target) = target {
                rustc.args(&["--target", target]);
            }
            let ran = process::run(&rustc).ok().filter(|ran| ran.success)?;
            Some(Machine::new(target.unwrap_or(triple), &ran.stdout))
        };
        let (host, target) = match &building.target {
            None => {
                let host = ask(None, &building.flags)?;
                (host.clone(), host)
            }
            // With a target, the flags are for what is built for it alone.
            Some(target) => (ask(None, &[])?, ask(Some(target), &building.flags)?),
        };
        Some(Self { host, target, triple: triple.to_owned() })
    }
}
