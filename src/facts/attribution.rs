//! Whose a commit is, as far as its message says.

use crate::model::PackageName;
use std::collections::BTreeMap;

/// The trailers by which the program knows its own commits.
const OWN_TRAILERS: [&str; 2] = ["Orchestrate-Release:", "Orchestrate-Plan:"];

/// Whether a commit message says that the commit was made by a release of this program.
///
/// Only trailers count: lines of the last paragraph, as git reads them.
#[must_use]
pub fn is_own_commit(message: &str) -> bool {
    message
        .trim_end()
        .lines()
        .rev()
        .take_while(|line| !line.trim().is_empty())
        .any(|line| OWN_TRAILERS.iter().any(|trailer| line.starts_with(trailer)))
}

/// The scope in the first line of a conventional commit message: `lib1` of `fix(lib1): …`.
#[must_use]
pub fn scope(message: &str) -> Option<&str> {
    let summary = message.trim_start().lines().next()?;
    // Most messages are not conventional; a full parse of each would be waste.
    let open = summary.find('(')?;
    if summary.find(':')? < open {
        return None;
    }
    Some(git_conventional::Commit::parse(summary).ok()?.scope()?.as_str())
}

/// The packages that scopes can name.
#[derive(Debug, Clone, Default)]
pub struct Scopes {
    by_name: BTreeMap<String, PackageName>,
}

impl Scopes {
    /// Scopes that can name these packages; `-` and `_` are one, and so are capitals and small
    /// letters.
    pub fn new<'a>(names: impl IntoIterator<Item = &'a PackageName>) -> Self {
        let by_name = names.into_iter().map(|name| (folded(name.as_str()), name.clone())).collect();
        Self { by_name }
    }

    /// The packages that a scope names, in its order; none when it names none, as `parser` or
    /// `deps` do, and then the paths decide. Several are separated by `,`, `/` or `|`.
    #[must_use]
    pub fn named_by(&self, scope: &str) -> Vec<&PackageName> {
        if let Some(name) = self.by_name.get(&folded(scope)) {
            return vec![name];
        }
        let mut named: Vec<&PackageName> = Vec::new();
        for part in scope.split([',', '/', '|', ' ']).filter(|part| !part.is_empty()) {
            match self.by_name.get(&folded(part)) {
                Some(name) if !named.contains(&name) => named.push(name),
                _ => {}
            }
        }
        named
    }
}

fn folded(name: &str) -> String {
    name.trim().replace('_', "-").to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_is_read_from_conventional_messages_only() {
        let table = [
            ("fix(lib1): mend", Some("lib1")),
            ("feat(lib1)!: new reader\n\nbody", Some("lib1")),
            ("feat(lib1, lib2): both", Some("lib1, lib2")),
            ("fix: mend (lib1): again", None),
            ("Merge branch 'x' (lib1): y", None),
            ("mend lib1", None),
            ("", None),
        ];
        for (message, expected) in table {
            assert_eq!(scope(message), expected, "{message}");
        }
    }

    #[test]
    fn scopes_name_packages_however_they_are_spelled() {
        let names = ["gix-index", "gix", "lib_a"].map(|n| PackageName::new(n).expect("a name"));
        let scopes = Scopes::new(&names);
        let table = [
            ("gix-index", "gix-index"),
            ("gix_index", "gix-index"),
            ("GIX", "gix"),
            ("gix, lib-a", "gix lib_a"),
            ("gix/lib_a", "gix lib_a"),
            ("gix,parser", "gix"),
            ("index", ""),
            ("deps", ""),
        ];
        for (scope, expected) in table {
            let named: Vec<&str> =
                scopes.named_by(scope).into_iter().map(PackageName::as_str).collect();
            assert_eq!(named.join(" "), expected, "{scope}");
        }
    }

    #[test]
    fn our_own_commits_are_known_by_their_trailer() {
        let table = [
            ("chore: release\n\nOrchestrate-Plan: 12ab\n", true),
            ("chore: release\n\nbody\n\nSigned-off-by: me\nOrchestrate-Release: r1", true),
            ("docs: say what `Orchestrate-Plan:` is\n\nOrchestrate-Plan: x\n\nmore", false),
            ("fix: mend", false),
        ];
        for (message, expected) in table {
            assert_eq!(is_own_commit(message), expected, "{message}");
        }
    }
}
