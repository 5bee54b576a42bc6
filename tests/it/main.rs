//! All integration tests: the project's own rules, and the real binary in real worlds.
// Tests touch the outside as the shell does.
#![allow(clippy::disallowed_methods, clippy::disallowed_types, clippy::disallowed_macros)]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;
mod tidy;
mod cases;
mod workspaces;
mod plan;
mod shadow;
mod index;
mod fix;
mod inputs;
mod offline;
mod change;
mod changesets;
mod lines;
mod packing;
mod publish;
mod uploads;
mod budget;
mod several;
mod verify;
mod resume;
mod lock;
mod rollback;
mod rollback_kills;
mod rollback_refused;
mod rollback_strangers;
mod others;
mod errors;
mod malformed;
mod mirror;
mod signals;
mod protected;
mod verification;
mod half_out;
mod hostile;
mod impact;
mod downstream;
mod hotfix;
mod gates;
mod hotfix_line;
mod formats;
mod schemas;
mod reference;
mod adversity;
mod canary;
mod credentials;
mod trusted;
mod torture;
mod api_check;

use std::path::Path;
use support::Sandbox;

/// The program under test.
fn program() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_cargo-orchestrate"))
}

/// A world with this test workspace, its history played.
fn sandbox(workspace: &str) -> Sandbox {
    Sandbox::of(program(), workspace)
}
