//! Whether uploads go with a token that is made for the job, instead of one that somebody keeps.

/// When uploads to crates.io use trusted publishing: the CI job proves who it is and gets a token
/// for half an hour.
///
/// Such a token publishes new versions of packages that are there, and does nothing else: the
/// first version of a package, yanks and unyanks want a token of a person.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum TrustedPublishing {
    /// Where Cargo would find no credential and the job can prove who it is.
    #[default]
    Auto,
    /// For every upload, whatever credential there is beside it.
    Always,
    /// For none.
    Never,
}

impl TrustedPublishing {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Auto, Self::Always, Self::Never];

    /// As configuration writes it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Always => "always",
            Self::Never => "never",
        }
    }

    /// Whether uploads go that way, where Cargo finds a credential or not, and the job can prove
    /// who it is or not.
    #[must_use]
    pub fn applies(self, has_credential: bool, has_identity: bool) -> bool {
        match self {
            Self::Auto => has_identity && !has_credential,
            Self::Always => has_identity,
            Self::Never => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::TrustedPublishing::{Always, Auto, Never};

    #[test]
    fn a_token_of_a_person_comes_first_unless_told_otherwise() {
        let table = [
            (Auto, true, true, false),
            (Auto, true, false, false),
            (Auto, false, true, true),
            (Auto, false, false, false),
            (Always, true, true, true),
            (Always, true, false, false),
            (Always, false, true, true),
            (Never, true, true, false),
            (Never, false, true, false),
        ];
        for (choice, has_credential, has_identity, expected) in table {
            let applies = choice.applies(has_credential, has_identity);
            assert_eq!(applies, expected, "{choice:?} {has_credential} {has_identity}");
        }
    }
}
