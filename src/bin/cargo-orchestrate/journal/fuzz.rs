//! Targets: a log of any bytes, and a log that a crash or a disk went over.

use super::log::contents;
use super::record::Record;
use cargo_orchestrate::model::{Digest, Timestamp};
use cargo_orchestrate::plan::StepId;
use cargo_orchestrate::run::{Event, RunState};
use std::path::Path;

/// Any bytes are a log, or a reason why not; what is read is a prefix that reads the same alone.
pub(crate) fn journal_read(bytes: &[u8]) {
    let Ok(read) = contents(bytes, Path::new("wal")) else { return };
    let valid = usize::try_from(read.valid_bytes).expect("no longer than the bytes");
    let prefix = contents(&bytes[..valid], Path::new("wal")).expect("the valid part is valid");
    assert_eq!(prefix.events, read.events);
    assert_eq!(prefix.valid_bytes, read.valid_bytes);
    let _ = RunState::fold(read.events.iter());
}

/// A log of ours, cut, flipped or spliced: what is read is what was written first, or it is refused.
pub(crate) fn journal_crash(bytes: &[u8]) {
    let events = events();
    let mut log = lines(&events);
    for change in bytes.chunks_exact(3) {
        let at = usize::from(u16::from_be_bytes([change[0], change[1]])) % (log.len() + 1);
        match change[2] % 4 {
            0 => log.truncate(at),
            1 if at < log.len() => log[at] ^= 1 << (change[2] % 8),
            2 => drop(log.drain(at..(at + usize::from(change[2])).min(log.len()))),
            _ => {
                let copy = log[at..(at + usize::from(change[2])).min(log.len())].to_vec();
                log.splice(at..at, copy);
            }
        }
    }
    if let Ok(read) = contents(&log, Path::new("wal")) {
        assert!(events.starts_with(&read.events), "{:?}", read.events);
    }
}

fn events() -> Vec<Event> {
    let at = Timestamp(1);
    let step = |name: &str| StepId(format!("upload:{name}@0.2.0"));
    let mut events = vec![Event::Began { at }];
    for name in ["a", "b"] {
        events.push(Event::Started { step: step(name), attempt: 1, at });
        events.push(Event::Accepted { step: step(name), at });
        events.push(Event::InDoubt { step: step(name), why: "lost\n\u{1b}".into(), at });
    }
    events
}

fn lines(events: &[Event]) -> Vec<u8> {
    let mut log = Vec::new();
    let mut last = Digest::of(b"");
    for (seq, event) in (0..).zip(events) {
        let line = Record::new(seq, last, event.clone()).to_line();
        last = Digest::of(line.as_bytes());
        log.extend_from_slice(line.as_bytes());
        log.push(b'\n');
    }
    log
}
