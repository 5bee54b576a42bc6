//! What an earlier pack of the same version left behind for Cargo to find.
//!
//! While packing, Cargo shows the packages to each other through a registry that lives as long as
//! the call. To Cargo a version from a registry never changes: it neither unpacks it again nor
//! compiles it again (1.95). So when a package was mended after its dependents failed to verify,
//! they would be verified against the old one, for ever, unless that is removed.

use cargo_orchestrate::plan::Upload;
use std::fs::{read_dir, remove_dir_all};
use std::io;
use std::path::{Path, PathBuf};

/// Removes what Cargo unpacked of a version out of the registry that only packing has. Cargo
/// names the folders of registries by their host, which a local one does not have: `-0123456789abcdef`.
pub(super) fn unpacked(cargo_home: &Path, upload: &Upload) -> io::Result<()> {
    for registry in folders(&cargo_home.join("registry").join("src")) {
        let is_local = registry.file_name().is_some_and(|name| name.as_encoded_bytes()[0] == b'-');
        if is_local {
            remove(&registry.join(format!("{}-{}", upload.package, upload.version)))?;
        }
    }
    Ok(())
}

/// Makes Cargo compile a package again. What is removed says only that it need not be.
pub(super) fn built(target: &Path, upload: &Upload) -> io::Result<()> {
    let outer = std::iter::once(target.to_owned()).chain(folders(target));
    for profile in outer.flat_map(|folder| folders(&folder)) {
        for fingerprint in folders(&profile.join(".fingerprint")) {
            let name = fingerprint.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            if name.rsplit_once('-').is_some_and(|(name, _)| name == upload.package.as_str()) {
                remove(&fingerprint)?;
            }
        }
    }
    Ok(())
}

fn folders(folder: &Path) -> Vec<PathBuf> {
    let entries = read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).filter(|path| path.is_dir()).collect()
}

fn remove(folder: &Path) -> io::Result<()> {
    match remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cargo_orchestrate::model::{PackageName, RegistryName, Version};
    use std::fs::create_dir_all;

    #[test]
    fn only_what_packing_left_of_this_version_is_removed() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let upload = Upload {
            package: PackageName::new("lib").expect("a name"),
            version: Version::new(0, 1, 0),
            registry: RegistryName::crates_io(),
        };
        let paths = [
            ("registry/src/-0123456789abcdef/lib-0.1.0", false),
            ("registry/src/-0123456789abcdef/lib-0.1.1", true),
            ("registry/src/registry.example-1949cf8c6b5b557f/lib-0.1.0", true),
            ("target/debug/.fingerprint/lib-0123456789abcdef", false),
            ("target/debug/.fingerprint/lib-macros-0123456789abcdef", true),
            ("target/debug/deps", true),
            ("target/x86_64-unknown-linux-gnu/debug/.fingerprint/lib-0123456789abcdef", false),
        ];
        for (path, _) in paths {
            create_dir_all(folder.path().join(path)).expect("a new folder");
        }
        unpacked(folder.path(), &upload).expect("they can be removed");
        built(&folder.path().join("target"), &upload).expect("they can be removed");
        for (path, stays) in paths {
            assert_eq!(folder.path().join(path).exists(), stays, "{path}");
        }
    }
}
