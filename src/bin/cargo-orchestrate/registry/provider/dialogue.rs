//! A program that is asked for a credential: started, heard out within limits, and ended.
//!
//! It may hang, talk without end, say nothing that can be understood, or not be there. Each is a
//! failure with a sentence, and none of what it said is repeated: that may hold a token.

use cargo_config2::PathAndArgs;
use std::io::{BufRead, BufReader, IsTerminal, Read, Write};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::{Duration, Instant};
use zeroize::Zeroizing;

/// How long and how much.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// For all that it has to say.
    pub(super) answer: Duration,
    /// From its last word to its end.
    pub(super) end: Duration,
    /// The longest that it may say at once.
    pub(super) line_bytes: usize,
}

impl Limits {
    /// Longer where a person can be asked for a password or a touch of a key.
    pub(super) fn usual() -> Self {
        let answer = if std::io::stdin().is_terminal() {
            Duration::from_mins(10)
        } else {
            Duration::from_mins(1)
        };
        Self { answer, end: Duration::from_secs(10), line_bytes: 1 << 20 }
    }
}

/// A program under way.
pub(super) struct Dialogue {
    child: Child,
    /// What it said; the end of the channel is the end of its output.
    heard: Receiver<Heard>,
    limits: Limits,
    deadline: Instant,
}

enum Heard {
    Line(Zeroizing<String>),
    TooLong,
    NoText,
}

impl Dialogue {
    /// Starts the program; its input is a pipe when `talks`, and ours otherwise.
    pub(super) fn start(mut command: Command, talks: bool, limits: Limits) -> Result<Self, String> {
        command.stdout(Stdio::piped());
        if talks {
            command.stdin(Stdio::piped());
        }
        // A person may be asked on the terminal; nobody reads what else it says there.
        if !std::io::stderr().is_terminal() {
            command.stderr(Stdio::null());
        }
        let mut child =
            command.spawn().map_err(|error| format!("could not be started: {error}"))?;
        let output = child.stdout.take().expect("the output is a pipe");
        // It is not read further ahead than it is heard.
        let (speak, heard) = sync_channel(1);
        // Not joined: a grandchild may hold the pipe open for ever.
        std::thread::spawn(move || {
            let mut output = BufReader::new(output);
            while let Some(heard) = line(&mut output, limits.line_bytes) {
                let is_end = !matches!(heard, Heard::Line(_));
                if speak.send(heard).is_err() || is_end {
                    return;
                }
            }
        });
        let deadline = Instant::now() + limits.answer;
        Ok(Self { child, heard, limits, deadline })
    }

    /// What it says next, without the line feed; nothing when it has no more to say.
    pub(super) fn hear(&mut self) -> Result<Option<Zeroizing<String>>, String> {
        const SLICE: Duration = Duration::from_millis(100);
        loop {
            let left = self.deadline.saturating_duration_since(Instant::now());
            match self.heard.recv_timeout(left.min(SLICE)) {
                Ok(Heard::Line(line)) => return Ok(Some(line)),
                Ok(Heard::TooLong) => return Err("says more than any token is long".to_owned()),
                Ok(Heard::NoText) => return Err("printed no text".to_owned()),
                Err(RecvTimeoutError::Disconnected) => return Ok(None),
                Err(RecvTimeoutError::Timeout) if crate::interrupt::is_asked() => {
                    return Err("was not waited for: somebody asked to stop".to_owned());
                }
                Err(RecvTimeoutError::Timeout) if left.is_zero() => {
                    let seconds = self.limits.answer.as_secs();
                    return Err(format!("did not answer within {seconds} s"));
                }
                Err(RecvTimeoutError::Timeout) => {}
            }
        }
    }

    /// Its input; taken once, it is closed where what was taken is dropped.
    pub(super) fn input(&mut self) -> ChildStdin {
        self.child.stdin.take().expect("the input is a pipe and taken once")
    }

    /// Waits for its end, which counts only when it is a good one.
    pub(super) fn end(mut self) -> Result<(), String> {
        const STEP: Duration = Duration::from_millis(5);
        let deadline = Instant::now() + self.limits.end;
        loop {
            let ended = self.child.try_wait().map_err(|error| format!("was lost: {error}"))?;
            match ended {
                Some(status) if status.success() => return Ok(()),
                Some(status) => return Err(how(status)),
                None if Instant::now() >= deadline => return Err("did not end".to_owned()),
                None => std::thread::sleep(STEP),
            }
        }
    }
}

impl Drop for Dialogue {
    /// Leaves no program behind, whatever went wrong with it.
    fn drop(&mut self) {
        if !matches!(self.child.try_wait(), Ok(Some(_))) {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

fn how(status: ExitStatus) -> String {
    format!("ended with {status}")
}

/// The command behind a configured path with its arguments, without these.
pub(super) fn program(command: &PathAndArgs) -> Command {
    Command::new(&command.path)
}

/// Sends one line.
pub(super) fn say(mut input: ChildStdin, line: &str) -> Result<ChildStdin, String> {
    let sent = input.write_all(line.as_bytes()).and_then(|()| input.write_all(b"\n"));
    sent.and_then(|()| input.flush()).map_err(|error| format!("does not listen: {error}"))?;
    Ok(input)
}

/// The next line, of at most so many bytes.
fn line(output: &mut impl BufRead, most_bytes: usize) -> Option<Heard> {
    let mut bytes = Zeroizing::new(Vec::new());
    let most = u64::try_from(most_bytes).unwrap_or(u64::MAX).saturating_add(1);
    let read = output.take(most).read_until(b'\n', &mut bytes).ok()?;
    if read == 0 {
        return None;
    }
    if bytes.last() == Some(&b'\n') {
        bytes.pop();
        if bytes.last() == Some(&b'\r') {
            bytes.pop();
        }
    } else if bytes.len() > most_bytes {
        return Some(Heard::TooLong);
    }
    Some(match std::str::from_utf8(&bytes) {
        Ok(text) => Heard::Line(Zeroizing::new(text.to_owned())),
        Err(_) => Heard::NoText,
    })
}
