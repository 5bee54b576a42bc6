//! Ctrl-C and SIGTERM: the first asks the run to stop after the step it is in, the second stops at
//! once. Either way the same command continues later.

use cargo_orchestrate::wire::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};

static ASKED: AtomicBool = AtomicBool::new(false);
static AT_PROMPT: AtomicBool = AtomicBool::new(false);

/// Starts to listen for signals. Without it, and where it does not work, a signal ends the
/// process, which the journal survives too.
pub(crate) fn listen() {
    let _ = ctrlc::set_handler(|| {
        let again = ASKED.swap(true, Ordering::SeqCst);
        if again || AT_PROMPT.load(Ordering::SeqCst) {
            crate::ui::show_cursor();
            eprintln!();
            std::process::exit(ExitCode::Interrupted as i32);
        }
    });
}

/// Whether somebody asked to stop.
#[must_use]
pub(crate) fn is_asked() -> bool {
    ASKED.load(Ordering::SeqCst)
}

/// While this lives a question stands on the terminal, and a signal is an answer to it: the
/// process ends at once.
#[must_use]
pub(crate) fn at_prompt() -> impl Drop {
    struct Prompt;
    impl Drop for Prompt {
        fn drop(&mut self) {
            AT_PROMPT.store(false, Ordering::SeqCst);
        }
    }
    AT_PROMPT.store(true, Ordering::SeqCst);
    if is_asked() {
        std::process::exit(ExitCode::Interrupted as i32);
    }
    Prompt
}
