//! The workspace that is published: layers of packages that were never released.

use super::LAYERS;
use crate::support::Sandbox;
use std::fmt::Write as _;

/// Writes it. Everything goes to the registry `local`: tools that ask for crates.io by its real
/// name find nothing on a machine without it.
pub(super) fn write(sandbox: &Sandbox, packages: usize) {
    let layer = |package: usize| package * LAYERS / packages;
    let first = |layer: usize| (layer * packages).div_ceil(LAYERS);
    let mut root = String::from("[workspace]\nresolver = \"3\"\nmembers = [\"p*\"]\n");
    root.push_str("\n[workspace.dependencies]\n");
    for package in 0..packages {
        let name = format!("p{package:03}");
        let at = format!("path = \"{name}\", version = \"0.1.0\"");
        let _ = writeln!(root, "{name} = {{ {at}, registry = \"local\" }}");
        let mut manifest = format!(
            "[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\
             description = \"A package\"\nlicense = \"MIT\"\npublish = [\"local\"]\n\n\
             [dependencies]\n"
        );
        if layer(package) > 0 {
            let (from, to) = (first(layer(package) - 1), first(layer(package)));
            // Up to three of the layer below, so that each layer has to wait for it.
            let width = to - from;
            let mut below: Vec<usize> =
                (0..3).map(|step| from + (package + step) % width).collect();
            below.sort_unstable();
            below.dedup();
            for package in below {
                let _ = writeln!(manifest, "p{package:03}.workspace = true");
            }
        }
        sandbox.write(&format!("{name}/Cargo.toml"), &manifest);
        let text = format!("pub fn number() -> usize {{\n    {package}\n}}\n");
        sandbox.write(&format!("{name}/src/lib.rs"), &text);
    }
    sandbox.write("Cargo.toml", &root);
    sandbox.write(".gitignore", "/target\n");
}
