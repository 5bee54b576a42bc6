//! Child processes that do not outlive us and do not keep us for ever.
//!
//! On Linux the kernel ends a child when we die, however that happens; elsewhere, and where a
//! signal ends us at once, [`end_all`] does. Cargo gets a process group of its own, so that what it
//! starts ends with it; git stays in ours, for an ssh that it starts may ask on the terminal.

use std::collections::BTreeMap;
use std::io::{self, Read};
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError, mpsc};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// With whom a child ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Group {
    /// With the terminal's: an interrupt typed there reaches it, too.
    Ours,
    /// With what it starts itself.
    Own,
}

/// The children that run now, by their numbers.
static RUNNING: Mutex<BTreeMap<u32, Group>> = Mutex::new(BTreeMap::new());

/// A child that runs; when this is dropped nobody ends it any more.
#[derive(Debug)]
pub(crate) struct Running {
    pub(crate) child: Child,
    group: Group,
}

impl Running {
    /// Starts a child.
    pub(crate) fn start(mut command: Command, group: Group) -> io::Result<Self> {
        bind(&mut command, group);
        let child = command.spawn()?;
        running().insert(child.id(), group);
        Ok(Self { child, group })
    }

    /// Asks it, and with a group of its own all that it started, to end, and waits for that.
    pub(crate) fn end(mut self) -> io::Result<()> {
        terminate(self.child.id(), self.group);
        // One that does not listen is not asked again.
        if !ends_within(&mut self.child, Duration::from_secs(5))? {
            self.child.kill()?;
        }
        self.child.wait().map(drop)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        running().remove(&self.child.id());
    }
}

/// Runs a command to its end, or to the end of its time; with no time it may take as long as it
/// likes. None where it took too long and was ended.
pub(crate) fn output(
    mut command: Command,
    group: Group,
    limit: Option<Duration>,
) -> io::Result<Option<Output>> {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut running = Running::start(command, group)?;
    let stdout = drain(running.child.stdout.take());
    let stderr = drain(running.child.stderr.take());
    if let Some(limit) = limit
        && !ends_within(&mut running.child, limit)?
    {
        return running.end().map(|()| None);
    }
    let (stdout, stderr) = (read(stdout), read(stderr));
    let status = running.child.wait()?;
    Ok(Some(Output { status, stdout, stderr }))
}

/// How long a child may take, and how much it may say.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    pub(crate) time: Duration,
    pub(crate) bytes: u64,
}

/// Runs a command to its end. None where it took longer or said more and was ended.
pub(crate) fn bounded(
    mut command: Command,
    group: Group,
    bounds: Bounds,
) -> io::Result<Option<Output>> {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut running = Running::start(command, group)?;
    let id = running.child.id();
    let (over, is_over) = mpsc::channel::<()>();
    // Whoever reads must not look at a clock: a pipe wakes at once, a clock does not.
    let watch = std::thread::spawn(move || {
        let is_late = is_over.recv_timeout(bounds.time) == Err(mpsc::RecvTimeoutError::Timeout);
        if is_late {
            terminate(id, group);
        }
        is_late
    });
    let stderr = drain(running.child.stderr.take().map(|pipe| pipe.take(bounds.bytes)));
    let mut stdout = Vec::new();
    if let Some(pipe) = running.child.stdout.take() {
        pipe.take(bounds.bytes + 1).read_to_end(&mut stdout)?;
    }
    let is_too_much = stdout.len() as u64 > bounds.bytes;
    if is_too_much {
        terminate(id, group);
    }
    let status = running.child.wait()?;
    drop(over);
    let is_late = watch.join().unwrap_or_default();
    let output = Output { status, stdout, stderr: read(stderr) };
    Ok((!is_late && !is_too_much).then_some(output))
}

/// Ends all children; for when this process is about to end, too.
pub(crate) fn end_all() {
    for (id, group) in running().iter() {
        terminate(*id, *group);
    }
}

fn running() -> MutexGuard<'static, BTreeMap<u32, Group>> {
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Waits; says whether the child ended in time.
fn ends_within(child: &mut Child, limit: Duration) -> io::Result<bool> {
    let began = Instant::now();
    let mut pause = Duration::from_millis(1);
    while child.try_wait()?.is_none() {
        if began.elapsed() > limit {
            return Ok(false);
        }
        std::thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(20));
    }
    Ok(true)
}

/// Reads a pipe to its end beside us, so that it never fills up.
fn drain(pipe: Option<impl Read + Send + 'static>) -> JoinHandle<Vec<u8>> {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut pipe) = pipe {
            // What came before a broken pipe is all there is to know.
            let _ = pipe.read_to_end(&mut bytes);
        }
        bytes
    })
}

fn read(reader: JoinHandle<Vec<u8>>) -> Vec<u8> {
    reader.join().unwrap_or_default()
}

#[cfg(unix)]
fn terminate(id: u32, group: Group) {
    use rustix::process::{Pid, Signal, kill_process, kill_process_group};
    let Some(pid) = i32::try_from(id).ok().and_then(Pid::from_raw) else { return };
    // One that is gone already is what was wanted.
    let _ = match group {
        Group::Ours => kill_process(pid, Signal::TERM),
        Group::Own => kill_process_group(pid, Signal::TERM),
    };
}

#[cfg(not(unix))]
fn terminate(_: u32, _: Group) {}

/// Ties a child to us before it begins.
#[cfg(unix)]
fn bind(command: &mut Command, group: Group) {
    use std::os::unix::process::CommandExt as _;
    if group == Group::Own {
        command.process_group(0);
    }
    #[cfg(target_os = "linux")]
    die_with_us(command);
}

#[cfg(not(unix))]
fn bind(_: &mut Command, _: Group) {}

#[cfg(target_os = "linux")]
#[allow(unsafe_code)]
fn die_with_us(command: &mut Command) {
    use rustix::process::{Signal, set_parent_process_death_signal};
    use std::os::unix::process::CommandExt as _;
    // SAFETY: between fork and exec only a system call is made, and no memory is allocated.
    unsafe {
        command.pre_exec(|| {
            set_parent_process_death_signal(Some(Signal::TERM)).map_err(io::Error::from)
        });
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn a_child_that_takes_too_long_is_ended_with_all_that_it_started() {
        let script = "sleep 600 & echo $!; wait";
        let began = Instant::now();
        let output = output(shell(script), Group::Own, Some(Duration::from_millis(200)));
        assert!(output.expect("it starts").is_none());
        assert!(began.elapsed() < Duration::from_mins(1));
        let swift = super::output(shell("echo said; exit 3"), Group::Ours, None);
        let swift = swift.expect("it starts").expect("it ends");
        assert_eq!((swift.status.code(), &swift.stdout[..]), (Some(3), &b"said\n"[..]));
    }

    #[test]
    fn a_child_that_says_or_takes_too_much_is_ended() {
        let bounds = |millis, bytes| Bounds { time: Duration::from_millis(millis), bytes };
        let table = [
            ("echo said; echo it >&2; exit 3", bounds(60_000, 5), true),
            ("echo said", bounds(60_000, 4), false),
            ("exec cat /dev/zero", bounds(60_000, 1 << 20), false),
            ("exec sleep 600", bounds(50, 5), false),
        ];
        for (script, bounds, is_within) in table {
            let output = bounded(shell(script), Group::Ours, bounds).expect("it starts");
            assert_eq!(output.is_some(), is_within, "{script}");
            if let Some(output) = output {
                assert_eq!((output.status.code(), &output.stdout[..]), (Some(3), &b"said\n"[..]));
                assert_eq!(output.stderr, b"it\n");
            }
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn what_a_child_started_ends_with_its_group() {
        let mut command = shell("sleep 600 & echo $!; wait");
        command.stdout(Stdio::piped());
        let mut running = Running::start(command, Group::Own).expect("it starts");
        let mut said = String::new();
        let mut pipe = io::BufReader::new(running.child.stdout.take().expect("a pipe"));
        io::BufRead::read_line(&mut pipe, &mut said).expect("it says the number");
        let inner: u32 = said.trim().parse().expect("a number");
        assert!(crate::machine::process_start(inner).is_some());
        running.end().expect("it ends");
        // The kernel delivers the signal when it comes to it.
        let began = Instant::now();
        while crate::machine::process_start(inner).is_some() {
            assert!(began.elapsed() < Duration::from_secs(30), "it goes on");
            std::thread::yield_now();
        }
    }
}
