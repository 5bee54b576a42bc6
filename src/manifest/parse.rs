//! A manifest as far as releases edit it.

use super::declaration::{Declaration, Table, declarations, first, flag, table_of};
use super::inherit::Root;
use super::packing::Patterns;
use super::spot::Spot;
use super::syntax::{Fault, SyntaxError, Text};
use crate::model::RelPath;
use toml_edit::{Document, TableLike};

/// What a manifest says about versions and dependencies, each with its place in the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    version: Option<Spot>,
    workspace_version: Option<Spot>,
    inherits_version: bool,
    include: Patterns,
    exclude: Patterns,
    declarations: Vec<Declaration>,
}

impl Manifest {
    /// Reads a manifest; `path` is for the error alone.
    ///
    /// Only what stands in this text is looked at: nothing inherited is filled in, and `[patch]`
    /// and `[replace]` are no declarations.
    ///
    /// # Errors
    /// [`SyntaxError`] when the text is not TOML, or where a version or a dependency entry has a
    /// shape that Cargo refuses as well.
    pub fn parse(path: &RelPath, text: &str) -> Result<Self, SyntaxError> {
        let text = Text::new(text);
        read(&text).map_err(|fault| fault.locate(path, &text))
    }

    /// `version` of `[package]`; nothing when it is inherited or absent.
    #[must_use]
    pub fn version(&self) -> Option<&Spot> {
        self.version.as_ref()
    }

    /// `version` of `[workspace.package]`.
    #[must_use]
    pub fn workspace_version(&self) -> Option<&Spot> {
        self.workspace_version.as_ref()
    }

    /// Whether the version is `version.workspace = true`.
    #[must_use]
    pub fn inherits_version(&self) -> bool {
        self.inherits_version
    }

    /// The patterns of `package.include`, filled in from the root where they are inherited.
    #[must_use]
    pub fn include(&self, root: &Root) -> Vec<String> {
        self.include.filled_in("include", root)
    }

    /// The patterns of `package.exclude`, filled in from the root where they are inherited.
    #[must_use]
    pub fn exclude(&self, root: &Root) -> Vec<String> {
        self.exclude.filled_in("exclude", root)
    }

    /// Every entry of every dependency table, those for targets and `[workspace.dependencies]`
    /// included, in the order of the text.
    #[must_use]
    pub fn declarations(&self) -> &[Declaration] {
        &self.declarations
    }

    /// The entry of `[workspace.dependencies]` that an inherited entry of this alias stands for.
    #[must_use]
    pub fn shared(&self, alias: &str) -> Option<&Declaration> {
        let shared = |entry: &&Declaration| entry.table == Table::Workspace;
        self.declarations.iter().filter(shared).find(|entry| entry.alias == alias)
    }
}

fn read(text: &Text<'_>) -> Result<Manifest, Fault> {
    let document = Document::parse(text.text).map_err(|error| Fault::toml(&error))?;
    let root: &dyn TableLike = document.as_table();
    let mut version = None;
    let mut inherits_version = false;
    // `[project]` is what Cargo called `[package]` at first and still reads.
    if let Some((name, package)) = first(root, &["package", "project"])
        && let Some(item) = table_of(package, name)?.get("version")
    {
        let key = format!("{name}.version");
        match item.as_table_like() {
            Some(table) => inherits_version = flag(table, "workspace", &key)?,
            None => version = Some(Spot::of(item, text, &key)?),
        }
    }
    Ok(Manifest {
        version,
        inherits_version,
        workspace_version: workspace_version(root, text)?,
        include: Patterns::read(root, "include"),
        exclude: Patterns::read(root, "exclude"),
        declarations: declarations(root, text)?,
    })
}

fn workspace_version(root: &dyn TableLike, text: &Text<'_>) -> Result<Option<Spot>, Fault> {
    let Some(workspace) = root.get("workspace") else {
        return Ok(None);
    };
    let Some(package) = table_of(workspace, "workspace")?.get("package") else {
        return Ok(None);
    };
    let version = table_of(package, "workspace.package")?.get("version");
    version.map(|item| Spot::of(item, text, "workspace.package.version")).transpose()
}
