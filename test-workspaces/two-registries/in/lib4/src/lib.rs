//! A library of a test workspace.

/// Greets.
pub fn greet() -> &'static str {
    "hello"
}
