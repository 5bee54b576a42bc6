//! What can go wrong between us and a server.

use cargo_orchestrate::run::Certainty;
use std::error::Error;

/// Why there is no response.
#[derive(Debug, thiserror::Error)]
pub(crate) enum HttpError {
    /// The request could not be put together.
    #[error("the request could not be made")]
    Request(#[source] curl::Error),
    /// No connection was made: nothing of the request left this machine.
    #[error("`{host}` could not be reached")]
    Unreached { host: String, source: curl::Error },
    /// The request, or a part of it, had been sent.
    #[error("no complete answer from `{host}`")]
    Broken { host: String, source: curl::Error },
    /// The response is longer than anything of its kind should be.
    #[error("the answer of `{host}` is longer than {limit_bytes} bytes")]
    TooLong { host: String, limit_bytes: usize },
    /// Nobody is to be asked.
    #[error("nobody is asked: `--offline`, or `net.offline` in Cargo's configuration")]
    Offline,
    /// A redirect led from `https` to `http`.
    #[error("`{host}` redirected to an address without TLS")]
    Insecure { host: String },
    /// A response with a status of success and a body that does not say so.
    #[error("`{host}` answered success with an unintelligible body")]
    Garbled { host: String },
    /// The archive is longer than the web API can say.
    #[error("the package is too large for `{host}`")]
    TooLarge { host: String },
    /// The transfer machinery itself failed.
    #[error("the transfer was given up")]
    Machinery(#[source] curl::MultiError),
    /// The thread that reads is gone.
    #[error("the read was given up")]
    Lost,
}

impl HttpError {
    /// Whether the request may have had an effect on the other side.
    pub(crate) fn certainty(&self) -> Certainty {
        match self {
            Self::Request(_) | Self::Unreached { .. } | Self::Offline | Self::TooLarge { .. } => {
                Certainty::NothingHappened
            }
            Self::Broken { .. }
            | Self::TooLong { .. }
            | Self::Insecure { .. }
            | Self::Garbled { .. }
            | Self::Machinery(_)
            | Self::Lost => Certainty::Unknown,
        }
    }

    /// Whether asking again might help.
    pub(crate) fn is_passing(&self) -> bool {
        matches!(self, Self::Unreached { .. } | Self::Broken { .. } | Self::Machinery(_))
    }
}

/// An error and its causes in one line, outermost first.
pub(crate) fn words(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}
