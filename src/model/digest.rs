//! Fingerprints: SHA-256 digests, git object ids, plan ids.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::fmt;

macro_rules! hex_newtype {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Takes over a lower-case hexadecimal text; its length is not checked.
            #[must_use]
            pub fn from_hex(hex: impl Into<String>) -> Self {
                Self(hex.into())
            }

            /// The lower-case hexadecimal text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// The first `len` hexadecimal digits, for people.
            #[must_use]
            pub fn short(&self, len: usize) -> &str {
                self.0.get(..len).unwrap_or(&self.0)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }
    };
}

hex_newtype! {
    /// The SHA-256 of some bytes: of a `.crate` as the registry index writes it, or of a file.
    Digest
}
hex_newtype! {
    /// The id of a git object.
    Oid
}
hex_newtype! {
    /// The SHA-256 of the canonical JSON of a plan.
    PlanId
}

impl Digest {
    /// The digest of these bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self::finish(&Sha256::digest(bytes))
    }

    /// The digest of everything that a reader gives, a piece at a time.
    ///
    /// # Errors
    /// What the reader fails with.
    pub fn of_all(mut reader: impl std::io::Read) -> std::io::Result<Self> {
        let mut hasher = Sha256::new();
        let mut piece = vec![0; 64 * 1024];
        loop {
            match reader.read(&mut piece) {
                Ok(0) => return Ok(Self::finish(&hasher.finalize())),
                Ok(count) => hasher.update(&piece[..count]),
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    fn finish(sum: &[u8]) -> Self {
        use std::fmt::Write as _;
        let mut hex = String::with_capacity(64);
        for byte in sum {
            write!(hex, "{byte:02x}").expect("writing to a string cannot fail");
        }
        Self(hex)
    }
}

impl From<Digest> for PlanId {
    fn from(digest: Digest) -> Self {
        Self(digest.0)
    }
}
