//! The points, counted in the order in which they are passed.

use crate::interrupt;
use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Which point, counted from 1, and what happens there: `17:kill`.
const WHICH: &str = "CARGO_ORCHESTRATE_FAIL_POINT";
/// A file that gets a line for each point that is passed: its kind and name.
const LIST: &str = "CARGO_ORCHESTRATE_FAIL_POINTS";

/// How many were passed.
static PASSED: AtomicUsize = AtomicUsize::new(0);

/// What is to happen at the point that is passed now, if anything.
fn due(kind: &str, name: &str) -> Option<&'static str> {
    static ORDER: OnceLock<Option<(usize, String)>> = OnceLock::new();
    let number = PASSED.fetch_add(1, Ordering::SeqCst) + 1;
    if let Some(list) = std::env::var_os(LIST) {
        let file = OpenOptions::new().create(true).append(true).open(list);
        // Whoever reads the list finds it too short.
        let _ = file.and_then(|mut file| writeln!(file, "{kind} {name}"));
    }
    let order = ORDER.get_or_init(|| {
        let text = std::env::var(WHICH).ok()?;
        let (number, action) = text.split_once(':')?;
        Some((number.parse().ok()?, action.to_owned()))
    });
    let (wanted, action) = order.as_ref()?;
    (*wanted == number).then_some(action.as_str())
}

/// A place between two effects: the process may end here.
pub(crate) fn place(name: &str) {
    if let Some(action) = due("place", name) {
        end(action);
    }
}

/// A write that is about to happen: it may fail, or the process may end before it.
pub(crate) fn write(name: &str) -> io::Result<()> {
    match due("write", name) {
        Some("enospc") => Err(io::Error::from_raw_os_error(28)),
        Some("eio") => Err(io::Error::from_raw_os_error(5)),
        Some(action) => {
            end(action);
            Ok(())
        }
        None => Ok(()),
    }
}

/// A file that was written behind its first `synced` bytes and not synced since: power may be cut
/// here, and what is behind those may be lost in part.
pub(crate) fn unsynced(name: &str, path: &Path, synced: u64) {
    let Some(action) = due("unsynced", name) else { return };
    let length = path.metadata().map_or(synced, |metadata| metadata.len());
    let behind = length.saturating_sub(synced);
    let kept = match action {
        "power-none" => 0,
        "power-one" => behind.min(1),
        "power-half" => behind / 2,
        "power-most" => behind.saturating_sub(1),
        _ => behind,
    };
    if kept < behind {
        let file = OpenOptions::new().write(true).open(path);
        let cut = file.and_then(|file| file.set_len(synced + kept));
        cut.expect("a file that was just written can be cut");
    }
    end(action);
}

/// Ends the process as a signal does: at once, or when it is asked to.
fn end(action: &str) {
    let signal = |name: &str| {
        let process = std::process::id().to_string();
        let sent = Command::new("kill").args([name, &process]).status();
        sent.expect("`kill` is installed");
    };
    if action == "term" {
        signal("-TERM");
        while !interrupt::is_asked() {
            std::thread::yield_now();
        }
    } else {
        signal("-KILL");
        loop {
            std::thread::park();
        }
    }
}
