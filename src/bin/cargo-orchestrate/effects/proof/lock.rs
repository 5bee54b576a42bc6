//! What a lock file says of the versions that came from registries.

use cargo_orchestrate::model::Version;
use cargo_orchestrate::plan::Upload;

/// The version of this package that a lock file has from a registry; the highest of several.
pub(crate) fn selected(lock: &str, upload: &Upload) -> Option<Upload> {
    let version = versions(lock, upload).max()?;
    Some(Upload { version, ..upload.clone() })
}

/// Whether a lock file names exactly this version from a registry.
pub(crate) fn selects(lock: &str, upload: &Upload) -> bool {
    versions(lock, upload).any(|version| version == upload.version)
}

/// The versions of this package that a lock file has from registries: `sparse+` stands before the
/// addresses of sparse ones, but for crates.io.
fn versions<'a>(lock: &'a str, upload: &Upload) -> impl Iterator<Item = Version> + use<'a> {
    let name = format!("name = \"{}\"", upload.package);
    let is_it = move |entry: &&str| {
        let has = |is: &dyn Fn(&str) -> bool| entry.lines().any(|line| is(line.trim()));
        let sources = ["source = \"registry+", "source = \"sparse+"];
        has(&|line| line == name) && has(&|line| sources.iter().any(|it| line.starts_with(it)))
    };
    lock.split("[[package]]").filter(is_it).filter_map(|entry| {
        let line = entry.lines().find_map(|line| line.trim().strip_prefix("version = \""))?;
        Version::parse(line.strip_suffix('"')?).ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use cargo_orchestrate::model::{PackageName, RegistryName};

    #[test]
    fn only_a_version_from_a_registry_counts_as_selected() {
        let upload = Upload {
            package: PackageName::new("lib1").expect("a name"),
            version: Version::new(0, 2, 0),
            registry: RegistryName::crates_io(),
        };
        let member = "[[package]]\nname = \"lib1\"\nversion = \"0.2.0\"\n";
        let registry = format!("{member}source = \"registry+https://example.invalid\"\n");
        assert!(!selects(member, &upload));
        assert!(selects(&registry, &upload));
        assert!(!selects(&registry.replace("0.2.0", "0.2.1"), &upload));
        assert_eq!(selected(member, &upload), None);
        let both = format!("[[package]]\n{}\n{registry}", registry.replace("0.2.0", "0.10.0"));
        let highest = selected(&both, &upload).map(|it| it.version.to_string());
        assert_eq!(highest.as_deref(), Some("0.10.0"));
        // As Cargo writes a sparse registry that is not crates.io.
        let sparse = registry.replace("registry+", "sparse+");
        assert!(selects(&sparse, &upload));
        assert_eq!(selected(&sparse, &upload), Some(upload.clone()));
        let git = registry.replace("registry+", "git+");
        assert!(!selects(&git, &upload));
    }
}
