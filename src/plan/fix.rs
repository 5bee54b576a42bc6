//! Dev-dependencies that keep packages from being published, and the edits that mend them.
//!
//! Cargo packs a dev-dependency that has a version and asks the registry for it, though nobody who
//! uses the package needs it. In a loop, on the package itself, or on a member that is not published,
//! it can never be there in time; by path alone it is not packed.

use super::{Location, PlanError};
use crate::manifest::{Declaration, Manifest, Root, Table, TextEdit, apply, without_version};
use crate::model::{Edge, EdgeKind, Package, PackageName, RelPath, Workspace, graph};
use std::collections::BTreeMap;

/// One dev-dependency that must not have a version, and what is to be done about that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// The package whose tests need it.
    pub package: PackageName,
    pub to: PackageName,
    pub file: RelPath,
    /// The line of the entry, from 1.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
    /// Whether the version comes from `[workspace.dependencies]`.
    pub inherited: bool,
    /// The edits of the file; why there are none where a person has to make them.
    pub edits: Result<Vec<TextEdit>, String>,
    /// The lines that change, without indentation, as they are and as they will be.
    pub before: String,
    pub after: String,
}

/// The fixes of all members that are published, by file and line.
///
/// # Errors
/// [`PlanError`] when a manifest cannot be read.
pub fn fixes(
    workspace: &Workspace,
    texts: &BTreeMap<RelPath, String>,
) -> Result<Vec<Fix>, PlanError> {
    let loops = graph::dev_cycles(workspace);
    let together = |a: &PackageName, b: &PackageName| {
        loops.iter().any(|names| names.contains(a) && names.contains(b))
    };
    let is_unpublished = |name: &PackageName| {
        workspace.packages.get(name).is_some_and(|package| !package.is_publishable())
    };
    let root = Root::new(texts.get(&workspace.root_manifest()).map_or("", String::as_str));
    let mut fixes = Vec::new();
    for package in workspace.publishable() {
        let mut wrong = package
            .edges
            .iter()
            .filter(|edge| edge.kind == EdgeKind::Dev && edge.is_packed())
            .filter(|edge| {
                let to = &edge.to;
                *to == package.name || together(&package.name, to) || is_unpublished(to)
            })
            .peekable();
        let Some(text) = texts.get(&package.manifest).filter(|_| wrong.peek().is_some()) else {
            continue;
        };
        let manifest = Manifest::parse(&package.manifest, text).map_err(PlanError::Manifest)?;
        fixes.extend(wrong.filter_map(|edge| {
            let entries = || manifest.declarations().iter().filter(|entry| declares(entry, edge));
            // Cargo tells a target in its own spelling, which need not be the manifest's.
            let exact = entries().find(|entry| entry.target == edge.target);
            let declaration = exact.or_else(|| entries().find(|it| it.target.is_some()))?;
            Some(fix(workspace, package, edge, declaration, text, &root))
        }));
    }
    fixes.sort_by(|a, b| (&a.file, a.line, a.column).cmp(&(&b.file, b.line, b.column)));
    fixes.dedup_by(|a, b| (&a.file, a.line, a.column) == (&b.file, b.line, b.column));
    Ok(fixes)
}

/// Whether an entry of a package's own manifest is where its edge comes from, for some target.
fn declares(declaration: &Declaration, edge: &Edge) -> bool {
    declaration.table == Table::Dev
        && declaration.alias == edge.rename.as_deref().unwrap_or(edge.to.as_str())
}

fn fix(
    workspace: &Workspace,
    package: &Package,
    edge: &Edge,
    declaration: &Declaration,
    text: &str,
    root: &Root,
) -> Fix {
    let to = workspace.packages.get(&edge.to).map_or_else(RelPath::root, |to| to.dir.clone());
    let edits = without_version(text, declaration, root, &to.seen_from(&package.dir));
    let edits = edits.map_err(|error| error.to_string());
    let (before, after) = edits.as_ref().map_or_else(
        |_| (line_of(text, declaration.line), String::new()),
        |edits| changed_lines(text, edits),
    );
    Fix {
        package: package.name.clone(),
        to: edge.to.clone(),
        file: package.manifest.clone(),
        line: declaration.line,
        column: declaration.column,
        inherited: edge.inherited,
        edits,
        before,
        after,
    }
}

fn line_of(text: &str, line: usize) -> String {
    text.lines().nth(line - 1).unwrap_or_default().trim().to_owned()
}

/// The lines of a text that its edits touch, and what becomes of them; several joined by `; `.
fn changed_lines(text: &str, edits: &[TextEdit]) -> (String, String) {
    let first = edits.iter().map(|edit| edit.start).min().unwrap_or_default();
    let last = edits.iter().map(|edit| edit.end).max().unwrap_or_default();
    let start = text[..first].rfind('\n').map_or(0, |newline| newline + 1);
    // An edit that removes a line takes the line's end too.
    let within = if text[..last].ends_with('\n') { last - 1 } else { last };
    let end = text[within..].find('\n').map_or(text.len(), |newline| within + newline + 1);
    let edited = apply(text, edits).expect("edits made from a text fit it");
    let kept = text.len() - end;
    let joined = |lines: &str| {
        let lines: Vec<&str> = lines.lines().map(str::trim).collect();
        lines.join("; ")
    };
    (joined(&text[start..end]), joined(&edited[start..edited.len() - kept]))
}

impl Fix {
    /// Where the entry stands.
    #[must_use]
    pub fn place(&self) -> Location {
        Location { file: self.file.clone(), line: self.line, column: self.column }
    }

    /// What is to be done, in words: the line as it is and as it will be.
    #[must_use]
    pub fn words(&self) -> String {
        let Self { file, line, before, after, .. } = self;
        match &self.edits {
            Ok(_) if after.is_empty() => format!("{file}:{line}: remove `{before}`"),
            Ok(_) => format!("{file}:{line}: `{before}` becomes `{after}`"),
            Err(why) => {
                format!("{file}:{line}: write it with `path` and without `version` ({why})")
            }
        }
    }
}

/// What to do about several of them, as a hint of a finding.
pub(super) fn hint(fixes: &[&Fix]) -> String {
    if fixes.is_empty() {
        return "drop `version` from the dev-dependency".to_owned();
    }
    let mut parts: Vec<String> = fixes.iter().take(3).map(|fix| fix.words()).collect();
    if fixes.len() > parts.len() {
        parts.push(format!("and {} more", fixes.len() - parts.len()));
    }
    if fixes.iter().all(|fix| fix.edits.is_ok()) {
        let what = if fixes.len() == 1 { "this edit" } else { "these edits" };
        parts.push(format!("`cargo orchestrate plan --fix` makes {what}"));
    }
    parts.join("; ")
}

#[cfg(test)]
#[path = "fix_tests.rs"]
mod tests;
