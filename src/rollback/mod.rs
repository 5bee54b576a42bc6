//! Taking a release back: which versions, in which order, to what, and what stays undone.
