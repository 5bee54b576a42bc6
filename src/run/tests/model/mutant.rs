//! The loop with one of its rules left out.

/// The rule that is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mutant {
    None,
    /// An answer of success counts as proof.
    TrustsTheAnswer,
    /// Any bytes under our version count as ours.
    TakesAnyBytes,
    /// A look that failed counts as one that saw nothing.
    TakesNoAnswerForAbsence,
    /// The intent is not written before the effect.
    SendsWithoutIntent,
    /// A later process packs anew.
    PacksAgain,
    /// What was sent is sent again without a look.
    SendsAgainUnasked,
    /// A lost answer counts as a request that never left.
    ForgetsDoubts,
    /// "Already uploaded" counts as success.
    TakesDuplicatesForOurs,
    /// Everything goes at once.
    IgnoresNeeds,
    /// Tags are pushed with the commit.
    TagsFirst,
    /// The commit is pushed at the end.
    PushesLast,
    /// A refused push counts as one that was taken.
    IgnoresRefusedPushes,
    /// What failed once is never tried again.
    GivesUpOnce,
}
