//! What stands in the files: manifests, lock file, sources.

use super::graph::{Graph, Kind};
use super::name;
use crate::random::Random;
use std::fmt::Write as _;

/// So many source files a package has.
const SOURCES: usize = 4;
/// So many functions a source file has.
const FUNCTIONS: usize = 10;

/// The files of the workspace as they are at one moment of its history.
#[derive(Debug)]
pub(super) struct Files<'a> {
    graph: &'a Graph,
    /// How often each source file of each package was changed.
    revisions: Vec<[usize; SOURCES]>,
}

/// A path and what stands there.
pub(super) type File = (String, String);

impl<'a> Files<'a> {
    pub(super) fn new(graph: &'a Graph) -> Self {
        Self { graph, revisions: vec![[0; SOURCES]; graph.edges.len()] }
    }

    pub(super) fn packages(&self) -> usize {
        self.revisions.len()
    }

    /// Everything that no release rewrites.
    pub(super) fn first(&self) -> Vec<File> {
        let mut files: Vec<File> =
            vec![(".gitignore".into(), "/target\n".into()), ("README.md".into(), "# syn\n".into())];
        for package in 0..self.packages() {
            let name = name(package);
            files.push((format!("crates/{name}/README.md"), format!("# {name}\n")));
            files.extend((0..SOURCES).map(|number| self.source(package, number)));
        }
        files
    }

    /// What a release writes: all manifests and the lock file.
    pub(super) fn release(&self, version: &str) -> Vec<File> {
        let members = (0..self.packages()).map(|package| {
            (format!("crates/{}/Cargo.toml", name(package)), self.manifest(package, version))
        });
        let root = [
            ("Cargo.toml".to_owned(), self.root(version)),
            ("Cargo.lock".to_owned(), self.lock(version)),
        ];
        members.chain(root).collect()
    }

    /// Changes one source file of a package.
    pub(super) fn touch(&mut self, package: usize, random: &mut Random) -> File {
        let number = random.below(SOURCES);
        self.revisions[package][number] += 1;
        self.source(package, number)
    }

    fn source(&self, package: usize, number: usize) -> File {
        let revision = self.revisions[package][number];
        let mut text = format!("//! Revision {revision} of file {number}.\n");
        if number == 0 {
            for module in 1..SOURCES {
                let _ = writeln!(text, "pub mod m{module};");
            }
        }
        for function in 0..FUNCTIONS {
            let factor = function + 3;
            let _ = writeln!(
                text,
                "/// Function {function}.\npub fn f{function}(x: usize) -> usize {{\n    \
                 x.wrapping_mul({factor}).wrapping_add({revision})\n}}"
            );
        }
        let file = if number == 0 { "lib".to_owned() } else { format!("m{number}") };
        (format!("crates/{}/src/{file}.rs", name(package)), text)
    }

    /// Every second package inherits what it can.
    fn inherits(package: usize) -> bool {
        !package.is_multiple_of(2)
    }

    fn manifest(&self, package: usize, version: &str) -> String {
        let mut text = format!(
            "[package]\nname = \"{}\"\nversion = \"{version}\"\ndescription = \"package {package}\"\n",
            name(package)
        );
        text.push_str(if Self::inherits(package) {
            "edition.workspace = true\nlicense.workspace = true\nrepository.workspace = true\n\
             rust-version.workspace = true\n"
        } else {
            "edition = \"2021\"\nlicense = \"MIT\"\n\
             repository = \"https://example.invalid/syn\"  # stays\n"
        });
        let edges = &self.graph.edges[package];
        let of = |kind: Kind| edges.iter().filter(move |(_, it)| **it == kind).map(|(to, _)| *to);
        if of(Kind::Optional).next().is_some() {
            text.push_str("\n[features]\n");
            for to in of(Kind::Optional) {
                let _ = writeln!(text, "with-{to:04} = [\"dep:{}\"]", name(to));
            }
        }
        let line = |to: usize, more: &str| {
            if Self::inherits(package) {
                format!("{} = {{ workspace = true{more} }}\n", name(to))
            } else {
                let name = name(to);
                format!("{name} = {{ path = \"../{name}\", version = \"{version}\"{more} }}\n")
            }
        };
        text.push_str("\n[dependencies]\n");
        of(Kind::Normal).for_each(|to| text.push_str(&line(to, "")));
        of(Kind::Optional).for_each(|to| text.push_str(&line(to, ", optional = true")));
        text.push_str("\n[target.'cfg(unix)'.dependencies]\n");
        of(Kind::Target).for_each(|to| text.push_str(&line(to, "")));
        text.push_str("\n[dev-dependencies]\n");
        of(Kind::Dev).for_each(|to| text.push_str(&line(to, "")));
        text
    }

    fn root(&self, version: &str) -> String {
        let mut text = "[workspace]\nresolver = \"2\"\nmembers = [\"crates/*\"]\n\n\
             [workspace.package]\nedition = \"2021\"\nlicense = \"MIT\"\n\
             repository = \"https://example.invalid/syn\"\nrust-version = \"1.70\"\n\n\
             [workspace.dependencies]\n"
            .to_owned();
        for name in (0..self.packages()).map(name) {
            let _ =
                writeln!(text, "{name} = {{ path = \"crates/{name}\", version = \"{version}\" }}");
        }
        text
    }

    fn lock(&self, version: &str) -> String {
        let mut text = "# This file is automatically @generated by Cargo.\n\
             # It is not intended for manual editing.\nversion = 4\n"
            .to_owned();
        for (package, edges) in self.graph.edges.iter().enumerate() {
            let name_of = name(package);
            let _ = write!(text, "\n[[package]]\nname = \"{name_of}\"\nversion = \"{version}\"\n");
            if !edges.is_empty() {
                text.push_str("dependencies = [\n");
                for to in edges.keys() {
                    let _ = writeln!(text, " \"{}\",", name(*to));
                }
                text.push_str("]\n");
            }
        }
        text
    }
}
