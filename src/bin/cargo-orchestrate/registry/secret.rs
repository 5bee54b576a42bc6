//! Text that must not be shown.

use crate::redact;
use std::fmt;
use zeroize::Zeroizing;

/// A token. Shown it is `[redacted]`; it is not kept longer than the request it is for, and its
/// bytes are overwritten when it goes.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Secret(Zeroizing<String>);

impl Secret {
    /// Wraps a token, and remembers how to recognise it.
    pub(crate) fn new(token: impl Into<String>) -> Self {
        let secret = Self(Zeroizing::new(token.into()));
        redact::remember(&secret.0);
        secret
    }

    /// Wraps what takes the place of a token and is none.
    pub(crate) fn no_secret(text: &str) -> Self {
        Self(Zeroizing::new(text.to_owned()))
    }

    /// The token itself, for the header it is sent in.
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }

    /// `text` with every occurrence of the token replaced.
    pub(crate) fn hide_in(&self, text: &str) -> String {
        if self.0.is_empty() { text.to_owned() } else { text.replace(self.expose(), "[redacted]") }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_never_shown() {
        let secret = Secret::new("cio1234");
        assert_eq!(format!("{secret} {secret:?}"), "[redacted] [redacted]");
        assert_eq!(secret.hide_in("no such token: cio1234"), "no such token: [redacted]");
    }
}
