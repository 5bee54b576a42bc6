//! Facts that were gathered without asking anybody.

use crate::model::Timestamp;

/// That neither a registry nor the remote was asked, and how old the answers are that take the
/// place of theirs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offline {
    /// Who said so.
    pub because: OfflineCause,
    /// When the oldest of the kept answers was given; nothing when none is kept.
    pub oldest: Option<Timestamp>,
}

/// Who said that nobody is to be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OfflineCause {
    /// `--offline`.
    Flag,
    /// `net.offline` in Cargo's configuration, or `CARGO_NET_OFFLINE`.
    Configuration,
}

impl OfflineCause {
    /// How a person takes it back, to be read after a command.
    #[must_use]
    pub fn way_back(self) -> &'static str {
        match self {
            Self::Flag => "without `--offline`",
            Self::Configuration => "with CARGO_NET_OFFLINE=false",
        }
    }
}
