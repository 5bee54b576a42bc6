//! This job before one registry.

use super::{Identity, Mint, TrustedError};
use crate::registry::answer::Answer;
use crate::registry::api::now;
use crate::registry::secret::Secret;
use cargo_orchestrate::model::RegistryName;
use cargo_orchestrate::run::Certainty::NothingHappened;
use cargo_orchestrate::run::TroubleKind;
use std::sync::Arc;

/// What it takes to get a token, now and once more.
#[derive(Debug, Clone)]
pub(in super::super) struct Job {
    pub(in super::super) mint: Arc<Mint>,
    pub(in super::super) identity: Identity,
    pub(in super::super) registry: RegistryName,
    /// The base address of the registry's web API.
    pub(in super::super) base: String,
}

impl Job {
    /// A token for one request.
    ///
    /// # Errors
    /// [`TrustedError`] when there is none for this job.
    pub(in super::super) fn token(&self) -> Result<Secret, TrustedError> {
        self.mint.token(&self.registry, &self.base, &self.identity, now())
    }

    /// Another token in place of one that the registry does not take any more, where its answer
    /// says that.
    pub(in super::super) fn another(&self, refused: &Secret, answer: &Answer) -> Option<Secret> {
        if !is_over(answer) {
            return None;
        }
        self.mint.reject(&self.registry, refused);
        self.token().ok()
    }
}

/// Whether a registry refused a token because it does not know it any more. A token that is known
/// and not enough is refused in words that speak of packages; another one would not be more.
fn is_over(answer: &Answer) -> bool {
    const NOT_ENOUGH: [&str; 5] =
        ["not valid for", "do not support", "only be used", "permissions", "owner"];
    let text = answer.trouble.text.to_lowercase();
    answer.certainty == NothingHappened
        && answer.trouble.kind == TroubleKind::Unauthorized
        && !NOT_ENOUGH.iter().any(|words| text.contains(words))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_token_that_is_not_known_any_more_is_replaced() {
        let table = [
            (TroubleKind::Unauthorized, "Invalid authentication token", true),
            (TroubleKind::Unauthorized, "authentication failed", true),
            (TroubleKind::Unauthorized, "the token has expired", true),
            (
                TroubleKind::Unauthorized,
                "The provided access token is not valid for crate `a`",
                false,
            ),
            (
                TroubleKind::Unauthorized,
                "Trusted Publishing tokens do not support creating new crates",
                false,
            ),
            (TroubleKind::Throttled, "the token has expired", false),
        ];
        for (kind, text, expected) in table {
            assert_eq!(is_over(&Answer::before(kind, text)), expected, "{text}");
        }
    }
}
