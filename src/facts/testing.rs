//! Small worlds from text, for the tests of this module.

use crate::model::{
    Package, PackageMetadata, PackageName, PublishTo, RegistryName, RelPath, Version, Workspace,
};

/// A package from `lib1 0.1.0 [inherits] [private] [root]`; its folder has its name, or is the
/// repository's root.
pub(crate) fn package(text: &str) -> Package {
    let mut words = text.split_whitespace();
    let name = PackageName::new(words.next().expect("a name")).expect("a name");
    let version = Version::parse(words.next().expect("a version")).expect("a version");
    let flags: Vec<&str> = words.collect();
    let has = |flag: &str| flags.contains(&flag);
    let dir = RelPath::new(if has("root") { "" } else { name.as_str() }).expect("a folder");
    Package {
        manifest: dir.join("Cargo.toml").expect("a file"),
        publish: if has("private") {
            PublishTo::Nowhere
        } else {
            PublishTo::Registries(vec![RegistryName::crates_io()])
        },
        has_library: true,
        is_macro: false,
        has_binary: false,
        inherits_version: has("inherits"),
        edges: Vec::new(),
        externals: Vec::new(),
        include: Vec::new(),
        exclude: Vec::new(),
        outside: Vec::new(),
        metadata: PackageMetadata::default(),
        name,
        version,
        dir,
    }
}

/// A workspace at the repository's root from packages separated by `;`.
pub(crate) fn workspace(text: &str) -> Workspace {
    let packages = text.split(';').map(package).map(|found| (found.name.clone(), found));
    Workspace { root: RelPath::root(), packages: packages.collect() }
}
