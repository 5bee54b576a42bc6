//! What the configuration gives to remark on.

use super::Place;
use crate::model::PackageName;

/// Something in the configuration that a person should look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyNote {
    pub place: Place,
    pub weight: NoteWeight,
    /// The package it is about, when it is about one.
    pub package: Option<PackageName>,
    /// What is odd, one line.
    pub text: String,
    /// What was probably meant, or what to do.
    pub hint: Option<String>,
}

/// How much a [`PolicyNote`] weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoteWeight {
    /// It has less effect than was probably meant; everything else is clear.
    WithoutEffect,
    /// It cannot be told what is meant, so nothing is released before it is mended.
    Conflict,
}

impl PolicyNote {
    pub(super) fn without_effect(place: Place, text: String) -> Self {
        Self { place, weight: NoteWeight::WithoutEffect, package: None, text, hint: None }
    }

    pub(super) fn conflict(place: Place, text: String) -> Self {
        Self { weight: NoteWeight::Conflict, ..Self::without_effect(place, text) }
    }

    pub(super) fn about(mut self, package: &PackageName) -> Self {
        self.package = Some(package.clone());
        self
    }

    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}
