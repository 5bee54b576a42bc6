//! Manifests as text: what they declare and where, and edits that leave every other byte alone.
//!
//! Text in, text out; no file is read or written here.

mod edit;

pub use edit::{EditMismatch, TextEdit, apply};
