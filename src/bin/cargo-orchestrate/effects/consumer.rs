//! A project of its own that depends on packages, as their users have one.

use cargo_orchestrate::plan::Upload;
use std::fmt::Write as _;
use std::path::Path;
use std::{fs, io};

/// Writes the project: a library without code and a requirement on each package, from the registry
/// that the package is on.
pub(crate) fn write(
    folder: &Path,
    name: &str,
    dependencies: &[(&Upload, String)],
) -> io::Result<()> {
    fs::create_dir_all(folder.join("src"))?;
    fs::write(folder.join("src/lib.rs"), "")?;
    let mut manifest = format!(
        "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2021\"\n\n\
         [workspace]\n\n[dependencies]\n",
    );
    for (upload, requirement) in dependencies {
        let registry = if upload.registry.is_crates_io() {
            String::new()
        } else {
            format!(", registry = \"{}\"", upload.registry)
        };
        writeln!(manifest, "{} = {{ version = \"{requirement}\"{registry} }}", upload.package)
            .expect("a string takes everything");
    }
    fs::write(folder.join("Cargo.toml"), manifest)
}
