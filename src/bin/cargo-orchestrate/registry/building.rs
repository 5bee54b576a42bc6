//! What Cargo's configuration says of what is built for, and how the compiler is called.

use super::Registries;
use cargo_config2::TargetTripleRef;

/// For which machine Cargo compiles, and what the compiler is told.
#[derive(Debug)]
pub(crate) struct Building {
    /// Nothing where that is the machine it runs on.
    pub(crate) target: Option<String>,
    pub(crate) flags: Vec<String>,
}

impl Registries {
    /// What Cargo's configuration says of building on `host`; nothing where that is not to be said in
    /// one answer: several targets, or one that a file describes.
    ///
    /// `hidden` are the variables that the compiler must not see: it is asked where flags are for
    /// some machines alone, and a checkout may say which program the compiler is.
    pub(crate) fn building(&self, host: &str, hidden: &[String]) -> Option<Building> {
        let cargo = &self.configuration.without(host, hidden)?;
        let target = match cargo.build.target.as_deref().unwrap_or_default() {
            [] => None,
            [one] if one.spec_path().is_none() => Some(one.triple().to_owned()),
            _ => return None,
        };
        let triple: TargetTripleRef<'_> = match &target {
            Some(target) => target.as_str().into(),
            None => host.into(),
        };
        let flags = cargo.rustflags(triple).ok()?;
        Some(Building { target, flags: flags.map(|flags| flags.flags).unwrap_or_default() })
    }
}
