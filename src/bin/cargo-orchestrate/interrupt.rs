//! Ctrl-C, SIGTERM and SIGHUP: the first asks the run to stop after the step it is in, the second
//! stops at once. Either way the same command continues later.

use crate::effects::child;
use cargo_orchestrate::wire::ExitCode;
use std::io::Write as _;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError, mpsc};
use std::time::{Duration, Instant};

/// How long what is on its way may still take once somebody asked to stop.
const GRACE: Duration = Duration::from_secs(30);

static ASKED: OnceLock<Instant> = OnceLock::new();
static AT_PROMPT: AtomicBool = AtomicBool::new(false);
/// What is still done when the process ends at once.
static FAREWELL: Mutex<Option<Box<dyn Fn() + Send>>> = Mutex::new(None);
/// For how long: whoever asks a second time does not want to wait.
const FAREWELL_TIME: Duration = Duration::from_secs(2);

/// Starts to listen for signals. Without it, and where it does not work, a signal ends the
/// process, which the journal survives too.
pub(crate) fn listen() {
    let _ = ctrlc::set_handler(|| {
        let again = ASKED.set(Instant::now()).is_err();
        if again || AT_PROMPT.load(Ordering::SeqCst) {
            crate::ui::show_cursor();
            let text = "stopped at once; what was on its way is in doubt until the same command \
                        looks for it";
            say(if again { text } else { "" });
            child::end_all();
            farewell();
            std::process::exit(ExitCode::Interrupted as i32);
        }
        say("stopping: what is on its way gets 30 seconds; once more stops at once");
    });
}

/// Says what is still done when a signal ends the process at once.
pub(crate) fn at_last(action: impl Fn() + Send + 'static) {
    *FAREWELL.lock().unwrap_or_else(PoisonError::into_inner) = Some(Box::new(action));
}

/// Does it on a thread of its own, which may be stuck behind one that does not end.
fn farewell() {
    let action = FAREWELL.lock().unwrap_or_else(PoisonError::into_inner).take();
    let Some(action) = action else { return };
    let (done, is_done) = mpsc::channel();
    std::thread::spawn(move || {
        action();
        let _ = done.send(());
    });
    let _ = is_done.recv_timeout(FAREWELL_TIME);
}

/// A line on stderr, which may be closed with its terminal.
fn say(text: &str) {
    let _ = writeln!(std::io::stderr(), "\n{text}");
}

/// Whether somebody asked to stop.
#[must_use]
pub(crate) fn is_asked() -> bool {
    ASKED.get().is_some()
}

/// Whether somebody asked to stop so long ago that nothing may be waited for any more.
#[must_use]
pub(crate) fn is_overdue() -> bool {
    ASKED.get().is_some_and(|since| since.elapsed() > GRACE)
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
