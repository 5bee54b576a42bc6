//! Manifests and `Cargo.lock` as text: what they declare and where, what of them would be packed,
//! and edits that leave every other byte alone.
//!
//! Text in, text out; no file is read or written here. Read `parse.rs` for what a manifest
//! declares and where, `requirement.rs` for how a requirement follows a version, `effective.rs`
//! for what a packed manifest would say, and `lock/` for `Cargo.lock`.

mod edit;
mod spot;
mod syntax;
mod parse;
mod declaration;
mod requirement;
mod upper_bound;
mod effective;
mod inherit;
mod canonical;
mod packing;
mod layout;
mod packed;
mod built;
mod docs_rs;
mod targets;
mod unversioned;
pub mod lock;

pub use built::BuiltManifest;
pub use declaration::{Declaration, Table};
pub use docs_rs::docs_faults;
pub use edit::{EditMismatch, TextEdit, apply, reverse};
pub use effective::{difference, effective, effective_in};
pub use inherit::Root;
pub use layout::Layout;
pub use packed::{PackedDependency, PackedManifest};
pub use packing::{is_workspace_root, package_name, package_version};
pub use parse::Manifest;
pub use requirement::{CannotRewrite, Obstacle, is_raised, rewrite};
pub use spot::{NotEditable, Spot};
pub use syntax::SyntaxError;
pub use targets::PackedTargets;
pub use unversioned::{KeepsVersion, without_version};

#[cfg(test)]
mod form_tests;
#[cfg(test)]
mod property_tests;
