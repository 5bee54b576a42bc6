//! Reading and writing the log: the longest valid prefix, synced appends.

use super::record::{BadLine, Record, parse};
use crate::fail_point;
use cargo_orchestrate::model::Digest;
use cargo_orchestrate::run::{Event, Log, LogError};
use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// A log that cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum JournalError {
    #[error("could not read the journal `{path}`")]
    Read { path: PathBuf, source: io::Error },
    #[error("line {line} of the journal `{path}` is damaged, and lines after it are not")]
    Damaged { path: PathBuf, line: usize },
    #[error(
        "the journal `{path}` was written by a newer version of this program (format {format})"
    )]
    Newer { path: PathBuf, format: u32 },
}

/// What a log holds.
#[derive(Debug, Default)]
pub(crate) struct Contents {
    pub(crate) events: Vec<Event>,
    /// The length of the valid part; what is behind it is a line that was torn by a crash.
    pub(super) valid_bytes: u64,
    last: Option<Digest>,
}

/// Reads the longest valid prefix of a log. A file that does not exist is an empty log.
///
/// A broken last line was torn by a crash and does not count. A broken line with valid ones after
/// it is damage, and nothing is done on top of it.
pub(crate) fn read(path: &Path) -> Result<Contents, JournalError> {
    let bytes = match std::fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Contents::default()),
        Err(source) => return Err(JournalError::Read { path: path.to_owned(), source }),
    };
    contents(&bytes, path)
}

/// The events of a log that is whole: nothing is torn off what was copied.
pub(crate) fn events(bytes: &[u8]) -> Result<Vec<Event>, JournalError> {
    let path = Path::new("wal");
    let contents = contents(bytes, path)?;
    if contents.valid_bytes != bytes.len() as u64 {
        let line = contents.events.len() + 1;
        return Err(JournalError::Damaged { path: path.to_owned(), line });
    }
    Ok(contents.events)
}

/// Reads the longest valid prefix; `path` is for what is said about it.
pub(super) fn contents(bytes: &[u8], path: &Path) -> Result<Contents, JournalError> {
    let mut contents = Contents::default();
    let mut at = 0;
    for (index, line) in bytes.split_inclusive(|byte| *byte == b'\n').enumerate() {
        let whole = line.strip_suffix(b"\n");
        match whole.map(parse) {
            Some(Ok(record)) if contents.continues_with(&record) => {
                contents.events.push(record.event);
                contents.last = whole.map(Digest::of);
                contents.valid_bytes += line.len() as u64;
            }
            Some(Err(BadLine::Newer(format))) => {
                return Err(JournalError::Newer { path: path.to_owned(), format });
            }
            _ if valid_line_in(&bytes[at + line.len()..]) => {
                return Err(JournalError::Damaged { path: path.to_owned(), line: index + 1 });
            }
            _ => break,
        }
        at += line.len();
    }
    Ok(contents)
}

impl Contents {
    fn continues_with(&self, record: &Record) -> bool {
        record.seq == self.events.len() as u64
            && record.prev == *self.last.as_ref().unwrap_or(&Digest::of(b""))
    }
}

fn valid_line_in(bytes: &[u8]) -> bool {
    bytes.split_inclusive(|byte| *byte == b'\n').any(|line| {
        line.strip_suffix(b"\n").is_some_and(|line| parse(line) != Err(BadLine::Broken))
    })
}

/// A log open for writing.
#[derive(Debug)]
pub(crate) struct WriteAhead {
    file: File,
    path: PathBuf,
    seq: u64,
    last: Digest,
}

impl WriteAhead {
    /// Opens a log behind the contents read from it; a torn last line is cut off.
    pub(crate) fn open(path: &Path, contents: &Contents) -> io::Result<Self> {
        let file = OpenOptions::new().create(true).append(true).open(path)?;
        if file.metadata()?.len() != contents.valid_bytes {
            file.set_len(contents.valid_bytes)?;
        }
        file.sync_all()?;
        if let Some(folder) = path.parent() {
            sync_folder(folder)?;
        }
        let last = contents.last.clone().unwrap_or_else(|| Digest::of(b""));
        let (path, seq) = (path.to_owned(), contents.events.len() as u64);
        Ok(Self { file, path, seq, last })
    }
}

impl Log for WriteAhead {
    /// One write and one sync for all of them. A crash in between leaves whole lines and at most
    /// one that is torn, which reading cuts off.
    fn append_all(&mut self, events: &[Event]) -> Result<(), LogError> {
        let mut lines = String::new();
        for event in events {
            let line = Record::new(self.seq, self.last.clone(), event.clone()).to_line();
            self.last = Digest::of(line.as_bytes());
            self.seq += 1;
            lines.push_str(&line);
            lines.push('\n');
        }
        self.write(lines.as_bytes()).map_err(LogError)
    }
}

impl WriteAhead {
    fn write(&mut self, lines: &[u8]) -> io::Result<()> {
        let synced = self.file.metadata()?.len();
        if let Err(error) = fail_point::write("the journal") {
            // As a disk that has room for a half of it.
            self.file.write_all(&lines[..lines.len() / 2])?;
            return Err(error);
        }
        self.file.write_all(lines)?;
        fail_point::unsynced("the journal, written", &self.path, synced);
        self.file.sync_data()?;
        fail_point::place("the journal, synced");
        Ok(())
    }
}

/// Makes the names in a folder durable.
pub(crate) fn sync_folder(folder: &Path) -> io::Result<()> {
    // Windows cannot open a folder as a file, and its renames need no such sync.
    if cfg!(windows) { Ok(()) } else { File::open(folder)?.sync_all() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cargo_orchestrate::model::Timestamp;
    use cargo_orchestrate::plan::StepId;

    fn events() -> Vec<Event> {
        let step = StepId("upload:lib1@0.2.0".into());
        vec![
            Event::Began { at: Timestamp(1) },
            Event::Started { step: step.clone(), attempt: 1, at: Timestamp(2) },
            Event::InDoubt { step, why: "the connection broke\n".into(), at: Timestamp(3) },
        ]
    }

    fn write(path: &Path, events: &[Event]) {
        let mut log = WriteAhead::open(path, &read(path).expect("readable")).expect("opens");
        for event in events {
            log.append(event).expect("appends");
        }
    }

    #[test]
    fn what_is_appended_is_read_again_over_several_openings() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("wal");
        write(&path, &events()[..1]);
        write(&path, &events()[1..]);
        assert_eq!(read(&path).expect("readable").events, events());
    }

    #[test]
    fn a_log_cut_anywhere_in_its_last_line_reads_as_the_lines_before_and_goes_on() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("wal");
        write(&path, &events());
        let whole = std::fs::read(&path).expect("readable");
        let last = whole[..whole.len() - 1].iter().rposition(|b| *b == b'\n').expect("lines") + 1;
        for cut in last..whole.len() {
            std::fs::write(&path, &whole[..cut]).expect("written");
            assert_eq!(read(&path).expect("readable").events, events()[..2], "cut at {cut}");
            write(&path, &events()[2..]);
            assert_eq!(read(&path).expect("readable").events, events(), "cut at {cut}");
        }
    }

    #[test]
    fn a_group_cut_anywhere_reads_as_its_first_whole_lines_and_goes_on() {
        let folder = tempfile::tempdir().expect("a folder");
        let (path, grouped) = (folder.path().join("single"), folder.path().join("wal"));
        write(&path, &events());
        let mut log =
            WriteAhead::open(&grouped, &read(&grouped).expect("readable")).expect("opens");
        log.append_all(&events()).expect("appends");
        let whole = std::fs::read(&grouped).expect("readable");
        assert_eq!(whole, std::fs::read(&path).expect("readable"), "grouping changes no byte");
        for cut in 0..whole.len() {
            let lines = whole[..cut].split(|byte| *byte == b'\n').count() - 1;
            std::fs::write(&path, &whole[..cut]).expect("written");
            assert_eq!(read(&path).expect("readable").events, events()[..lines], "cut at {cut}");
            write(&path, &events()[lines..]);
            assert_eq!(std::fs::read(&path).expect("readable"), whole, "cut at {cut}");
        }
    }

    #[test]
    fn a_flipped_byte_before_the_last_line_is_damage() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("wal");
        write(&path, &events());
        let mut bytes = std::fs::read(&path).expect("readable");
        bytes[30] ^= 1;
        std::fs::write(&path, bytes).expect("written");
        assert!(matches!(read(&path), Err(JournalError::Damaged { line: 1, .. })));
    }
}
