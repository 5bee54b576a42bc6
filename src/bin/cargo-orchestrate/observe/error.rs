//! Why something could not be looked at.

use super::limits::MOST_MEMBERS;
use cargo_orchestrate::facts::PatternError;
use cargo_orchestrate::facts::metadata::FactsError;
use cargo_orchestrate::model::PackageName;
use cargo_orchestrate::plan::Location;
use git2::{ErrorClass, ErrorCode};
use std::path::PathBuf;

/// Why the workspace or its repository could not be looked at.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ObserveError {
    /// There is no `Cargo.toml` in the folder, or in any folder above.
    #[error("there is no `Cargo.toml` in `{}` or in any folder above it", .0.display())]
    NoWorkspace(PathBuf),
    /// `--manifest-path` names a file that does not exist.
    #[error("the manifest `{}` does not exist", .0.display())]
    NoManifest(PathBuf),
    /// A file that must be text is not.
    #[error("could not read `{0}:{1}:{2}`: it is not UTF-8; save it as UTF-8", .at.file, .at.line, .at.column)]
    NotUtf8 { at: Location },
    /// Cargo refused the workspace. The text is Cargo's own, with file, line and column.
    #[error("`cargo metadata` failed\n{0}")]
    Cargo(String),
    /// Cargo could not be started, or answered in a way that cannot be read.
    #[error("could not ask `cargo metadata`")]
    CargoAnswer(#[source] cargo_metadata::Error),
    /// What Cargo said does not make a workspace that can be released.
    #[error(transparent)]
    Facts(#[from] FactsError),
    /// No git repository is around the workspace.
    #[error("`{}` is not in a git repository", .0.display())]
    NoRepository(PathBuf),
    /// The repository has no working tree.
    #[error("the git repository `{}` is bare: it has no working tree", .0.display())]
    Bare(PathBuf),
    /// The repository belongs to somebody else and `safe.directory` does not list it.
    #[error("the git repository around `{}` belongs to another user", .0.display())]
    NotOwned(PathBuf),
    /// The branch has no commit yet.
    #[error("the branch `{0}` has no commits yet")]
    NoCommits(String),
    /// A file could not be read, or is not UTF-8.
    #[error("could not read `{}`", path.display())]
    Read {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    /// A file has more than is read of its kind.
    #[error("`{}` has more than {mebibytes} MiB, and no more is read", path.display())]
    TooLong { path: PathBuf, mebibytes: u64 },
    /// The workspace has more members than can be meant.
    #[error("the workspace has {count} members, and no more than {MOST_MEMBERS} are read")]
    TooManyMembers { count: usize },
    /// Cargo says more, or takes longer, than a description of a workspace can.
    #[error("`cargo metadata --no-deps` did not come to an end")]
    CargoWithoutEnd,
    /// `include` or `exclude` of a package holds something that is no pattern.
    #[error("could not tell which files of `{package}` are packed")]
    Pattern {
        package: PackageName,
        /// Where it stands, and the line; nothing when it is not found again.
        at: Option<Box<(Location, String)>>,
        #[source]
        source: Box<PatternError>,
    },
    /// A revision is not there.
    #[error("there is no revision `{revision}`")]
    NoRevision {
        revision: String,
        #[source]
        source: git2::Error,
    },
    /// A revision is not there, or has no history in common with HEAD as far as the clone reaches.
    #[error("could not find where HEAD and `{revision}` parted")]
    NotParted {
        revision: String,
        #[source]
        source: git2::Error,
    },
    /// A commit, tree or file that the history names is not there, as in a partial clone.
    #[error("could not read {what}")]
    Git {
        /// What was being read, as ``the history of `HEAD` ``.
        what: String,
        #[source]
        source: git2::Error,
    },
}

impl ObserveError {
    /// Turns a failure of libgit2 while reading `what` into an error.
    pub(super) fn git(what: impl Into<String>) -> impl FnOnce(git2::Error) -> Self {
        let what = what.into();
        move |source| Self::Git { what, source }
    }

    /// Whether an object is missing that the history names: in a partial clone, or a damaged one.
    pub(crate) fn is_of_missing_object(&self) -> bool {
        match self {
            Self::Git { source, .. } => {
                source.class() == ErrorClass::Odb && source.code() == ErrorCode::NotFound
            }
            _ => false,
        }
    }
}
