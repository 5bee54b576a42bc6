//! What somebody meant who wrote a key that means nothing.

use super::nearest;
use super::parse::{PACKAGE_KEYS, TABLE, WORKSPACE_KEYS};

/// What was probably meant by a key that is none of those known there.
pub(super) fn meant(key: &str, known: &[&'static str]) -> String {
    if known == WORKSPACE_KEYS && PACKAGE_KEYS.contains(&key) {
        format!("`{key}` goes into `[package.metadata.{TABLE}]` of a package")
    } else if known == PACKAGE_KEYS && WORKSPACE_KEYS.contains(&key) {
        format!("`{key}` goes into `orchestrate.toml` or `[workspace.metadata.{TABLE}]`")
    } else if known == WORKSPACE_KEYS && [TABLE, "workspace"].contains(&key) {
        "the keys of this file stand in no table".to_owned()
    } else if let Some(near) = nearest(key, known.iter().copied()) {
        format!("did you mean `{near}`?")
    } else {
        format!("the keys here are {}", known.join(", "))
    }
}
