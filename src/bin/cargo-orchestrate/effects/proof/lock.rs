//! What a lock file says of the versions that came from registries.

use cargo_orchestrate::model::Version;
use cargo_orchestrate::plan::Upload;

/// The version of this package that a lock file has from a registry; the highest of several.
pub(super) fn selected(lock: &str, upload: &Upload) -> Option<Upload> {
    let name = format!("name = \"{}\"", upload.package);
    let version = |entry: &str| {
        let line = entry.lines().find_map(|line| line.strip_prefix("version = \""))?;
        Version::parse(line.strip_suffix('"')?).ok()
    };
    let is_it = |entry: &&str| {
        let mut lines = entry.lines();
        lines.any(|line| line == name) && entry.contains("source = \"registry")
    };
    let version = lock.split("[[package]]").filter(is_it).filter_map(version).max()?;
    Some(Upload { version, ..upload.clone() })
}

/// Whether a lock file names exactly this version from a registry.
pub(crate) fn selects(lock: &str, upload: &Upload) -> bool {
    let name = format!("name = \"{}\"", upload.package);
    let version = format!("version = \"{}\"", upload.version);
    lock.split("[[package]]").any(|entry| {
        let has = |line: &str| entry.lines().any(|l| l.trim() == line);
        has(&name) && has(&version) && entry.lines().any(|l| l.starts_with("source = \"registry"))
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
    }
}
