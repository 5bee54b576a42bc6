//! What leaves the program: versioned JSON and exit codes.

mod exit;

pub use exit::ExitCode;
