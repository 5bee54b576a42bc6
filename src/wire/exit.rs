//! The exit codes, each with its sentence.

/// How a command ended, for the process that started it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum ExitCode {
    /// Done what was asked.
    Done = 0,
    /// A bug in this program.
    Bug = 1,
    /// The command line is not understood.
    Usage = 2,
    /// There is nothing to release and `--require-changes` was given.
    NothingToRelease = 4,
    /// The set-up does not work: no workspace, no repository, no configuration that can be read.
    SetUp = 96,
    /// Refused before any effect: findings of severity error, no consent, a lock held.
    Refused = 97,
    /// The saved plan no longer fits the world.
    Stale = 98,
    /// Stopped part-way; the same command continues.
    Resumable = 100,
    /// The packages did not build or verify, or did not pass a gate; nothing was published.
    Unverified = 101,
    /// `cargo metadata` failed.
    Metadata = 102,
    /// Rolled back, with more left behind than used-up version numbers.
    Residue = 103,
    /// A person has to decide: other bytes stand where ours should, the registry rejects one, or a
    /// rollback is carried out and its proof does not hold.
    NeedsDecision = 105,
    /// The answer could not be written.
    OutputNotWritten = 110,
    /// Interrupted by a signal; the same command continues.
    Interrupted = 130,
}
