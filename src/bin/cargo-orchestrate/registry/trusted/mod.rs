//! Trusted publishing: a CI job proves who it is and gets a token for half an hour.
//!
//! `identity.rs` is how the job proves it, `exchange.rs` the two requests of the registry, and
//! `minted.rs` the tokens that were made: each is made right before it is needed, renewed before it
//! runs out, and revoked when the program ends, however it ends. A kill that nobody can react to is
//! the exception: nobody knows that token any more, and it runs out by itself.

mod identity;
mod exchange;
mod minted;
mod job;

pub(super) use identity::Identity;
pub(super) use job::Job;
pub(super) use minted::Mint;

use super::http::{HttpError, words};
use cargo_orchestrate::model::RegistryName;
use cargo_orchestrate::run::TroubleKind;

/// Why there is no token.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TrustedError {
    /// Nothing in the environment says which job this is.
    #[error(
        "nothing here says which CI job this is: on GitHub the job wants `permissions: id-token: \
         write`, on GitLab `id_tokens: CRATES_IO_ID_TOKEN: aud: crates.io`"
    )]
    NoIdentity,
    /// The address for identities is neither `https` nor on this machine.
    #[error("`{0}` is an address without TLS")]
    Insecure(&'static str),
    /// The CI system was asked for the identity and did not answer.
    #[error("could not ask for the job's ID token: {}", words(.0))]
    Unasked(HttpError),
    /// It answered something else.
    #[error("the question for the job's ID token was answered with status {0} and no token")]
    NoToken(u16),
    /// An identity that the registry will not take.
    #[error("the ID token is made for {found}, and the registry wants `{wanted}`")]
    Audience { found: String, wanted: String },
    /// What the environment holds is no identity.
    #[error("`{0}` holds no ID token")]
    Malformed(String),
    /// Each is good for one exchange.
    #[error(
        "the ID tokens of this job are used up ({}): run the job again, or give it one more, as \
         `{}`", used.join(", "), next
    )]
    UsedUp { used: Vec<String>, next: String },
    /// The registry did not answer.
    #[error("could not ask registry `{name}` for a token: {}", words(source))]
    Unreached { name: RegistryName, source: HttpError },
    /// The registry answered, and not with a token.
    #[error("registry `{name}` gives this job no token: {text}")]
    Refused { name: RegistryName, status: u16, text: String },
}

impl TrustedError {
    /// What to do about it.
    pub(super) fn kind(&self) -> TroubleKind {
        match self {
            Self::Unasked(_) | Self::Unreached { .. } => TroubleKind::Unavailable,
            Self::NoToken(status) | Self::Refused { status, .. } if *status >= 500 => {
                TroubleKind::Unavailable
            }
            Self::Refused { status: 429, .. } => TroubleKind::Throttled,
            _ => TroubleKind::Unauthorized,
        }
    }
}
