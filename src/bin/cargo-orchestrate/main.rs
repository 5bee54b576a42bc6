//! The shell of `cargo orchestrate`: observes the world, asks the core, acts and shows.
// The shell is where the outside is touched; the library is held to `clippy.toml` instead.
// A fuzzer brings its own beginning, and uses a part of the shell.
#![cfg_attr(fuzzing, no_main, allow(dead_code, unused_imports))]
#![allow(clippy::disallowed_methods, clippy::disallowed_types, clippy::disallowed_macros)]

mod cli;
mod command;
mod observe;
mod registry;
mod effects;
mod api_check;
mod rehearsal;
mod journal;
mod machine;
mod ui;
mod interrupt;
mod fail_point;
mod redact;
mod failure;
#[cfg(any(test, fuzzing))]
mod fuzz;

use cargo_orchestrate::wire::ExitCode;
use std::panic::{self, PanicHookInfo};

fn main() {
    machine::keep_to_itself();
    panic::set_hook(Box::new(report_bug));
    let code = panic::catch_unwind(run).unwrap_or(ExitCode::Bug);
    std::process::exit(code as i32);
}

fn run() -> ExitCode {
    let invocation = match cli::parse(std::env::args_os()) {
        Ok(invocation) => invocation,
        Err(code) => return code,
    };
    let screen = ui::Screen::new(&invocation.global);
    interrupt::listen();
    let place = invocation.global.place();
    command::run(&invocation, &screen)
        .unwrap_or_else(|failure| screen.fail(&failure.in_place(&place)))
}

/// Says that this is a bug and where; a run that was under way can be continued all the same.
fn report_bug(panic: &PanicHookInfo<'_>) {
    use std::io::Write as _;
    let text = panic.payload_as_str().unwrap_or("no text");
    let place = panic.location().map(|at| format!("{}:{}", at.file(), at.line()));
    // stderr may be closed, and a panic in here would end everything without its exit code.
    let _ = writeln!(
        std::io::stderr(),
        "error: this is a bug in cargo-orchestrate {}: {} ({})\n  \
         {:<9}   {}/issues\n  \
         {:<9}   a release under way can be continued: run the same command again",
        env!("CARGO_PKG_VERSION"),
        ui::text::plain(&redact::hidden(text)),
        place.as_deref().unwrap_or("unknown place"),
        "report",
        env!("CARGO_PKG_REPOSITORY"),
        "now",
    );
}
