//! Names of packages and registries, checked where they enter.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A text that cannot be the name of a package or a registry.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a valid name: letters, digits, `-` and `_` only")]
pub struct InvalidName(pub String);

macro_rules! name {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Checks a text and makes it a name.
            ///
            /// # Errors
            /// [`InvalidName`] when the text is empty, begins with `-`, or holds a character that
            /// is no letter, digit, `-` or `_`.
            pub fn new(text: impl Into<String>) -> Result<Self, InvalidName> {
                let text = text.into();
                let fits = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
                if text.is_empty() || text.starts_with('-') || !text.chars().all(fits) {
                    return Err(InvalidName(text));
                }
                Ok(Self(text))
            }

            /// The name as written.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidName;
            fn try_from(text: String) -> Result<Self, InvalidName> {
                Self::new(text)
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> String {
                name.0
            }
        }

        impl std::str::FromStr for $name {
            type Err = InvalidName;
            fn from_str(text: &str) -> Result<Self, InvalidName> {
                Self::new(text)
            }
        }
    };
}

name! {
    /// The name of a Cargo package, as its manifest writes it.
    PackageName
}
name! {
    /// The name of a registry in Cargo's configuration; the default registry is `crates-io`.
    RegistryName
}

impl RegistryName {
    /// Cargo's default registry.
    #[must_use]
    pub fn crates_io() -> Self {
        Self("crates-io".into())
    }

    /// Whether this is Cargo's default registry.
    #[must_use]
    pub fn is_crates_io(&self) -> bool {
        self.0 == "crates-io"
    }
}
