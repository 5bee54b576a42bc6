//! Child processes that take long: what they say is heard while they work, and they can be stopped.

use super::child::{Group, Running};
use super::{Failed, local, nothing_happened};
use crate::redact;
use cargo_orchestrate::run::TroubleKind;
use cargo_util::ProcessBuilder;
use std::io::{BufRead as _, BufReader, Read};
use std::process::{ExitStatus, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

/// How long a request to stop may go unheard while the child says nothing.
const LISTENING: Duration = Duration::from_millis(100);

/// Who listens.
#[derive(Clone, Copy)]
pub(super) struct Listener<'a> {
    /// Hears every line.
    pub(super) heard: &'a dyn Fn(&str),
    /// Whether somebody asked to stop.
    pub(super) interrupted: &'a dyn Fn() -> bool,
}

impl Listener<'_> {
    /// Runs Cargo to its end; all that it said where it failed.
    pub(super) fn run(self, command: &ProcessBuilder) -> Result<Result<(), Vec<String>>, Failed> {
        let mut cargo = command.build_command();
        cargo.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let running =
            Running::start(cargo, Group::Own).map_err(|error| local("start cargo", &error))?;
        Ok(match self.to_its_end(running, None)? {
            (End::Status(status), _) if status.success() => Ok(()),
            (_, said) => Err(said),
        })
    }

    /// Hears a child to its end, or to the end of its time: what is piped of its output, in the order
    /// in which the lines come.
    pub(super) fn to_its_end(
        self,
        mut running: Running,
        limit: Option<Duration>,
    ) -> Result<(End, Vec<String>), Failed> {
        let began = Instant::now();
        let (tell, lines) = mpsc::channel();
        if let Some(output) = running.child.stdout.take() {
            listen(output, tell.clone());
        }
        if let Some(output) = running.child.stderr.take() {
            listen(output, tell.clone());
        }
        drop(tell);
        let mut said: Vec<String> = Vec::new();
        loop {
            if (self.interrupted)() {
                // Nothing is lost: what it did is done again from the start.
                let _ = running.end();
                return Err(nothing_happened(TroubleKind::Local, "somebody asked to stop"));
            }
            if limit.is_some_and(|limit| began.elapsed() > limit) {
                let _ = running.end();
                return Ok((End::TooLate, said));
            }
            match lines.recv_timeout(LISTENING) {
                Ok(line) => {
                    let line = redact::hidden(&line).into_owned();
                    (self.heard)(&line);
                    said.push(line);
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        let status = running.child.wait().map_err(|error| local("wait for a child", &error))?;
        Ok((End::Status(status), said))
    }
}

/// How a child ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    Status(ExitStatus),
    /// It took too long and was ended.
    TooLate,
}

/// Tells the lines of a child's output as they come; the channel ends with all output.
fn listen(output: impl Read + Send + 'static, tell: Sender<String>) {
    std::thread::spawn(move || {
        for line in BufReader::new(output).split(b'\n').map_while(Result::ok) {
            if tell.send(String::from_utf8_lossy(&line).into_owned()).is_err() {
                return;
            }
        }
    });
}

/// Whether Cargo failed since a server did not answer or answered that it cannot: nothing that the
/// packages are to blame for, and worth another try.
pub(super) fn is_outage(said: &[String]) -> bool {
    const SILENCE: [&str; 5] = [
        "Could not resolve host",
        "Could not connect to server",
        "Connection reset",
        "Operation too slow",
        "Timeout was reached",
    ];
    said.iter().any(|line| {
        SILENCE.iter().any(|words| line.contains(words))
            || (line.contains("failed to get successful HTTP response") && line.contains(", got 5"))
    })
}

#[cfg(test)]
mod tests {
    use super::is_outage;

    #[test]
    fn a_server_that_is_down_is_told_from_packages_that_do_not_build() {
        let table = [
            ("  failed to get successful HTTP response from `http://x/` (::1), got 503", true),
            ("  failed to get successful HTTP response from `http://x/` (::1), got 404", false),
            ("  [6] Could not resolve hostname (Could not resolve host: x)", true),
            ("error: could not compile `lib1` (lib) due to 1 previous error", false),
        ];
        for (line, expected) in table {
            assert_eq!(is_outage(&[line.to_owned()]), expected, "{line}");
        }
    }
}
