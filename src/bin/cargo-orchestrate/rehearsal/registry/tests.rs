//! The registry as its clients see it.

use super::control::pack;

/// A `.crate` of these files.
pub(super) fn packed(files: &[(&str, &str)]) -> Vec<u8> {
    pack(files).expect("writing to memory cannot fail")
}
