//! The folders of the runs, and the lock that keeps two processes apart.

use super::log::{JournalError, WriteAhead, read, sync_folder};
use super::private;
use cargo_orchestrate::model::{PlanId, Timestamp};
use cargo_orchestrate::run::{Event, RunState};
use cargo_orchestrate::wire::RunKind;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};

/// What a run's folder holds at least one of.
const FILES: [&str; 3] = ["plan.json", "rollback.json", "wal"];

/// How the names of folders begin in which something is tried out.
const SCRATCH: &str = "scratch-";

/// The memory of one repository: `<common git folder>/orchestrate`.
#[derive(Debug, Clone)]
pub(crate) struct Home {
    root: PathBuf,
}

/// The name of a run: the time it began and the first digits of its plan's id.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct RunId(pub(crate) String);

impl std::fmt::Display for RunId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(&self.0)
    }
}

impl RunId {
    /// A name of a run as this program gives them; nothing else may become a folder here.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (time, rest) = text.split_once('-')?;
        let (plan, number) = rest.split_once('-').unwrap_or((rest, "2"));
        let is_time = time.len() == 16
            && time.bytes().enumerate().all(|(at, byte)| match at {
                8 => byte == b'T',
                15 => byte == b'Z',
                _ => byte.is_ascii_digit(),
            });
        let is_plan = plan.len() == 8 && plan.bytes().all(|byte| byte.is_ascii_hexdigit());
        let is_number =
            (1..=6).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit());
        (is_time && is_plan && is_number).then(|| Self(text.to_owned()))
    }

    /// Whether it names this plan.
    pub(crate) fn is_of(&self, plan: &PlanId) -> bool {
        self.0.split('-').nth(1) == Some(plan.short(8))
    }
}

/// A run and where it stands.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) id: RunId,
    pub(crate) kind: RunKind,
    pub(crate) folder: PathBuf,
    /// The text of its plan or rollback, as it was shown.
    pub(crate) document: String,
    pub(crate) state: RunState,
    /// What happened in it until it was read.
    pub(crate) events: Vec<Event>,
}

/// The memory cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum HomeError {
    #[error("could not {doing} `{path}`")]
    Io { doing: &'static str, path: PathBuf, source: io::Error },
    #[error(transparent)]
    Journal(#[from] JournalError),
    #[error("another `cargo orchestrate` is at work in this repository: {holder}")]
    Locked { holder: String },
}

/// Held while this process may change anything; freed by the system when it ends, however it does.
#[derive(Debug)]
pub(crate) struct Lock {
    _file: File,
}

impl Home {
    /// The memory of the repository with this common git folder; nothing is created.
    pub(crate) fn of(common_dir: &Path) -> Self {
        Self { root: common_dir.join("orchestrate") }
    }

    /// Takes the lock, or says who holds it.
    pub(crate) fn lock(&self) -> Result<Lock, HomeError> {
        make_private_folder(&self.root)?;
        let path = self.root.join("lock");
        let fail = |doing| {
            let path = path.clone();
            move |source| HomeError::Io { doing, path, source }
        };
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        let mut file =
            private::no_link(&path).and_then(|()| options.open(&path)).map_err(fail("open"))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                // Only for the message; the lock itself is the system's.
                let _ = file.read_to_string(&mut holder);
                let holder = if holder.is_empty() { "unknown".into() } else { holder };
                return Err(HomeError::Locked { holder: holder.trim().to_owned() });
            }
            Err(TryLockError::Error(source)) => return Err(fail("lock")(source)),
        }
        let since = jiff::Timestamp::now().strftime("%Y-%m-%d %H:%M:%S UTC");
        let (pid, host) = (std::process::id(), crate::machine::host());
        let text = format!("process {pid} on {host}, since {since}\n");
        file.set_len(0)
            .and_then(|()| file.rewind())
            .and_then(|()| file.write_all(text.as_bytes()))
            .map_err(fail("write"))?;
        Ok(Lock { _file: file })
    }

    /// An empty folder for what is tried out; it is gone when it is dropped. What a killed process
    /// left is removed: whoever tries something holds the lock.
    pub(crate) fn scratch(&self) -> Result<tempfile::TempDir, HomeError> {
        make_private_folder(&self.root)?;
        let leftovers = std::fs::read_dir(&self.root).into_iter().flatten().filter_map(Result::ok);
        for entry in leftovers {
            if entry.file_name().to_string_lossy().starts_with(SCRATCH) {
                // It takes room and harms nobody.
                let _ = std::fs::remove_dir_all(entry.path());
            }
        }
        let scratch = tempfile::Builder::new().prefix(SCRATCH).tempdir_in(&self.root);
        let path = || self.root.clone();
        scratch.map_err(|source| HomeError::Io { doing: "make a folder in", path: path(), source })
    }

    /// All runs, oldest first.
    pub(crate) fn runs(&self) -> Result<Vec<Run>, HomeError> {
        let folder = self.root.join("releases");
        let entries = match std::fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(source) => return Err(HomeError::Io { doing: "read", path: folder, source }),
        };
        let names: Vec<String> = entries
            .filter_map(Result::ok)
            // Whatever else was put here is no run.
            .filter(|entry| FILES.iter().any(|file| entry.path().join(file).exists()))
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            // A folder that still has its first name was never finished making.
            .filter(|name| !name.starts_with('.'))
            .collect();
        let mut runs: Vec<Run> =
            names.into_iter().map(|name| self.run(&RunId(name))).collect::<Result<_, _>>()?;
        // Names tell the time to the second only, and a run may take less.
        runs.sort_by(|a, b| (a.state.began, &a.id).cmp(&(b.state.began, &b.id)));
        Ok(runs)
    }

    /// The run of this name.
    pub(crate) fn run(&self, id: &RunId) -> Result<Run, HomeError> {
        let folder = self.root.join("releases").join(&id.0);
        let (kind, name) = if folder.join("rollback.json").exists() {
            (RunKind::Rollback, "rollback.json")
        } else {
            (RunKind::Release, "plan.json")
        };
        let path = folder.join(name);
        let document = std::fs::read_to_string(&path).map_err(|source| HomeError::Io {
            doing: "read",
            path,
            source,
        })?;
        let contents = read(&folder.join("wal"))?;
        let state = RunState::fold(&contents.events);
        let events = contents.events;
        Ok(Run { id: id.clone(), kind, folder, document, state, events })
    }

    /// Begins a run: its folder appears with its plan and the first line of its log, or not at all.
    pub(crate) fn begin(
        &self,
        kind: RunKind,
        plan: &PlanId,
        document: &str,
        at: Timestamp,
    ) -> Result<Run, HomeError> {
        let releases = self.root.join("releases");
        make_private_folder(&releases)?;
        let name = unused(&releases, &format!("{}-{}", compact(at), plan.short(8)));
        let file = if kind == RunKind::Release { "plan.json" } else { "rollback.json" };
        self.appear(&name, file, document, |wal| {
            let fail = |source| HomeError::Io { doing: "write", path: wal.to_owned(), source };
            let mut log = WriteAhead::open(wal, &read(wal)?).map_err(fail)?;
            cargo_orchestrate::run::Log::append(&mut log, &Event::Began { at })
                .map_err(|error| fail(error.0))
        })
    }

    /// Whether there is a run of this name, in whatever state.
    pub(crate) fn knows(&self, id: &RunId) -> bool {
        self.root.join("releases").join(&id.0).exists()
    }

    /// Writes down a release that was begun elsewhere: its plan and its log, all or nothing.
    pub(crate) fn restore(&self, id: &RunId, plan: &str, log: &[u8]) -> Result<Run, HomeError> {
        make_private_folder(&self.root.join("releases"))?;
        self.appear(&id.0, "plan.json", plan, |wal| {
            let fail = |source| HomeError::Io { doing: "write", path: wal.to_owned(), source };
            write_synced(wal, log).map_err(fail)
        })
    }

    /// The same, read and not written: its folder is not there.
    pub(crate) fn read(&self, id: &RunId, plan: &str, log: &[u8]) -> Result<Run, HomeError> {
        let folder = self.root.join("releases").join(&id.0);
        let events = super::log::events(log)?;
        Ok(Run {
            id: id.clone(),
            kind: RunKind::Release,
            folder,
            document: plan.to_owned(),
            state: RunState::fold(&events),
            events,
        })
    }

    /// Makes a run's folder beside its place and moves it there when it is whole.
    fn appear(
        &self,
        name: &str,
        file: &str,
        document: &str,
        write_log: impl FnOnce(&Path) -> Result<(), HomeError>,
    ) -> Result<Run, HomeError> {
        let releases = self.root.join("releases");
        let hidden = releases.join(format!(".{name}"));
        let folder = releases.join(name);
        let fail = |doing, path: &Path| {
            let path = path.to_owned();
            move |source| HomeError::Io { doing, path, source }
        };
        if hidden.exists() {
            std::fs::remove_dir_all(&hidden).map_err(fail("clear", &hidden))?;
        }
        make_private_folder(&hidden.join("artifacts"))?;
        write_synced(&hidden.join(file), document.as_bytes())
            .map_err(fail("write", &hidden.join(file)))?;
        write_log(&hidden.join("wal"))?;
        sync_folder(&hidden).map_err(fail("sync", &hidden))?;
        crate::fail_point::place("a run's folder, before it appears");
        std::fs::rename(&hidden, &folder).map_err(fail("create", &folder))?;
        crate::fail_point::place("a run's folder, when it appeared");
        sync_folder(&releases).map_err(fail("sync", &releases))?;
        self.run(&RunId(name.to_owned()))
    }
}

impl Run {
    /// Opens the log for writing and notes that a process took the run up.
    pub(crate) fn open_log(&mut self) -> Result<WriteAhead, HomeError> {
        let path = self.folder.join("wal");
        let contents = read(&path)?;
        self.state = RunState::fold(&contents.events);
        WriteAhead::open(&path, &contents).map_err(|source| HomeError::Io {
            doing: "open",
            path,
            source,
        })
    }
}

/// The name itself, or with a number behind it when a run has it already: the same plan may begin
/// again within the same second.
fn unused(releases: &Path, name: &str) -> String {
    let numbered = (2..).map(|number| format!("{name}-{number}"));
    std::iter::once(name.to_owned())
        .chain(numbered)
        .find(|name| !releases.join(name).exists())
        .expect("there are more numbers than runs")
}

/// What is remembered from one run to the next, seen from the folder of a run.
pub(crate) fn kept(run: &Path) -> PathBuf {
    run.join("../../kept")
}

/// Writes a file and makes it durable.
pub(crate) fn write_synced(path: &Path, bytes: &[u8]) -> io::Result<()> {
    crate::fail_point::write("a file of the journal")?;
    let mut file = File::create(path)?;
    file.write_all(bytes)?;
    crate::fail_point::unsynced("a file of the journal, written", path, 0);
    file.sync_all()
}

fn make_private_folder(path: &Path) -> Result<(), HomeError> {
    private::folder(path).map_err(|source| HomeError::Io {
        doing: "create",
        path: path.to_owned(),
        source,
    })
}

/// `20261120T101409Z`, so that names sort by time.
fn compact(at: Timestamp) -> String {
    let millis = i64::try_from(at.0).unwrap_or(i64::MAX);
    let time = jiff::Timestamp::from_millisecond(millis).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    time.strftime("%Y%m%dT%H%M%SZ").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use cargo_orchestrate::model::Digest;

    #[test]
    fn only_names_that_this_program_gives_become_folders() {
        for name in ["20261120T101409Z-0a1b2c3d", "20261120T101409Z-0a1b2c3d-2"] {
            assert_eq!(RunId::parse(name), Some(RunId(name.to_owned())));
        }
        let others =
            ["", "x", "../../x", "20261120T101409Z-0a1b2c3d-../x", "20261120T101409Z-..c3d"];
        for name in others.into_iter().chain(["20261120T101409Z-0a1b2c3d/x", "2026-0a1b2c3d"]) {
            assert_eq!(RunId::parse(name), None, "{name}");
        }
    }

    #[test]
    fn runs_that_begin_within_one_second_keep_their_order_and_their_folders() {
        let folder = tempfile::tempdir().expect("a folder");
        let home = Home::of(folder.path());
        let plan = |text: &[u8]| PlanId::from(Digest::of(text));
        let mut begun = Vec::new();
        for (text, at) in [(b"b", 1), (b"a", 2), (b"a", 3), (b"b", 4), (b"a", 5)] {
            let run = home.begin(RunKind::Release, &plan(text), "{}", Timestamp(at));
            begun.push(run.expect("a run begins").id);
        }
        let runs = home.runs().expect("the runs can be read");
        let listed: Vec<RunId> = runs.into_iter().map(|run| run.id).collect();
        assert_eq!(listed, begun);
    }
}
