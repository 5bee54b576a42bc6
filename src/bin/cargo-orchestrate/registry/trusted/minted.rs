//! The tokens that were made, from their making to their end.

use super::exchange::{audience, exchange, revoke};
use super::{Identity, TrustedError};
use crate::registry::http::Sender;
use crate::registry::secret::Secret;
use cargo_orchestrate::model::{RegistryName, Timestamp};
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How long a token of crates.io lives. Its answer does not say so, its documentation does.
const LIFE: Duration = Duration::from_mins(30);
/// What is left of its life when a token is given to nobody any more.
const MARGIN: Duration = Duration::from_mins(5);

/// Makes tokens, and ends them.
#[derive(Debug)]
pub(in super::super) struct Mint {
    sender: Sender,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// The token in use, by registry.
    current: BTreeMap<RegistryName, Token>,
    /// Tokens that nobody is given any more and that may still be on their way.
    retired: Vec<Token>,
    /// The variables whose ID tokens were used.
    used: Vec<String>,
}

#[derive(Debug, Clone)]
struct Token {
    secret: Secret,
    /// The web API that it belongs to.
    base: String,
    minted: Timestamp,
    /// Whether another one can be had at any time.
    is_replaceable: bool,
}

impl Token {
    /// Whether a request that is sent now surely arrives within its life.
    fn is_fresh(&self, now: Timestamp) -> bool {
        now.since(self.minted) < LIFE.saturating_sub(MARGIN) && now >= self.minted
    }
}

impl Mint {
    pub(in super::super) fn new(sender: Sender) -> Self {
        Self { sender, state: Mutex::default() }
    }

    /// A token for one request: the one in use, or a new one before that runs out.
    ///
    /// # Errors
    /// [`TrustedError`] when the job cannot prove who it is, or the registry does not believe it.
    pub(in super::super) fn token(
        &self,
        name: &RegistryName,
        base: &str,
        identity: &Identity,
        now: Timestamp,
    ) -> Result<Secret, TrustedError> {
        // Whoever comes second waits and takes what the first one got.
        let mut state = self.state();
        if let Some(token) = state.current.get(name).filter(|token| token.is_fresh(now)) {
            return Ok(token.secret.clone());
        }
        let retired = state.current.remove(name);
        state.retired.extend(retired);
        let secret = self.mint(&mut state, name, base, identity)?;
        let token = Token {
            secret: secret.clone(),
            base: base.to_owned(),
            minted: now,
            is_replaceable: identity.is_endless(),
        };
        state.current.insert(name.clone(), token);
        Ok(secret)
    }

    /// Makes one. An ID token that was used before, by an earlier run of this job, is passed over.
    fn mint(
        &self,
        state: &mut State,
        name: &RegistryName,
        base: &str,
        identity: &Identity,
    ) -> Result<Secret, TrustedError> {
        let mut tries = 0;
        loop {
            let (proof, variable) = identity.token(&self.sender, &audience(base), &state.used)?;
            let made = exchange(&self.sender, name, base, &proof);
            tries += 1;
            match &made {
                Err(TrustedError::Refused { text, .. }) if is_reuse(text) => {}
                // Whether it arrived nobody knows; the next try finds that out.
                Err(TrustedError::Unreached { .. }) => return made,
                _ => {
                    state.used.extend(variable);
                    return made;
                }
            }
            match variable {
                Some(variable) => state.used.push(variable),
                None if tries > 1 => return made,
                None => {}
            }
        }
    }

    /// Gives this token to nobody any more: the registry does not take it.
    pub(in super::super) fn reject(&self, name: &RegistryName, secret: &Secret) {
        let mut state = self.state();
        if state.current.get(name).is_some_and(|token| token.secret == *secret) {
            let rejected = state.current.remove(name);
            state.retired.extend(rejected);
        }
    }

    /// Ends what would be held over a wait and can be had again after it.
    pub(in super::super) fn rest(&self) -> Vec<String> {
        let mut state = self.state();
        let (replaceable, kept): (BTreeMap<_, _>, BTreeMap<_, _>) =
            std::mem::take(&mut state.current).into_iter().partition(|(_, it)| it.is_replaceable);
        state.current = kept;
        let retired = std::mem::take(&mut state.retired);
        drop(state);
        self.end(replaceable.into_values().chain(retired))
    }

    /// Ends every token that was made. What is returned are those that could not be ended, in words.
    pub(in super::super) fn close(&self) -> Vec<String> {
        let mut state = self.state();
        let current = std::mem::take(&mut state.current);
        let retired = std::mem::take(&mut state.retired);
        drop(state);
        self.end(current.into_values().chain(retired))
    }

    fn end(&self, tokens: impl IntoIterator<Item = Token>) -> Vec<String> {
        let ended =
            tokens.into_iter().map(|token| revoke(&self.sender, &token.base, &token.secret));
        ended.filter_map(Result::err).collect()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Mint {
    /// Whoever forgot, or panicked, leaves no token behind.
    fn drop(&mut self) {
        self.close();
    }
}

/// crates.io: "JWT has already been used".
fn is_reuse(text: &str) -> bool {
    text.to_lowercase().contains("already been used")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_renewed_before_its_last_five_minutes() {
        let minted = Timestamp(1_000_000);
        let token =
            Token { secret: Secret::new("t"), base: String::new(), minted, is_replaceable: true };
        let table = [(0, true), (24 * 60 + 59, true), (25 * 60, false), (31 * 60, false)];
        for (seconds, expected) in table {
            let now = minted.after(Duration::from_secs(seconds));
            assert_eq!(token.is_fresh(now), expected, "after {seconds} s");
        }
        // A clock that was set back says nothing about a token's age.
        assert!(!token.is_fresh(Timestamp(999_999)));
    }
}
