//! The format of one line: `crc32c length json`, each line naming the digest of the one before it.

use crate::redact;
use cargo_orchestrate::model::Digest;
use cargo_orchestrate::run::Event;
use serde::{Deserialize, Serialize};

/// The format this program writes; it reads no higher one.
const FORMAT: u32 = 1;
/// A longer line is no line of ours.
const LONGEST_BYTES: usize = 1 << 20;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Record {
    pub(super) v: u32,
    /// From 0, without gaps.
    pub(super) seq: u64,
    /// The digest of the line before, without its line feed; of nothing for the first.
    pub(super) prev: Digest,
    /// The process that wrote it.
    pub(super) pid: u32,
    /// Package and version the event is about, for people who read the log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) package: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) version: Option<String>,
    #[serde(flatten)]
    pub(super) event: Event,
}

impl Record {
    pub(super) fn new(seq: u64, prev: Digest, event: Event) -> Self {
        let subject = event.step().and_then(|step| {
            let (_, what) = step.0.split_once(':')?;
            what.rsplit_once('@')
        });
        let package = subject.map(|(package, _)| package.to_owned());
        let version = subject.map(|(_, version)| version.to_owned());
        Self { v: FORMAT, seq, prev, pid: std::process::id(), package, version, event }
    }

    /// The line, without its line feed.
    pub(super) fn to_line(&self) -> String {
        let json = serde_json::to_string(self).expect("events hold nothing JSON cannot");
        // No field that is read again can be taken for a secret by chance.
        let json = redact::hidden(&json);
        format!("{:08x} {} {json}", crc32c::crc32c(json.as_bytes()), json.len())
    }
}

/// Why bytes are no line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum BadLine {
    Broken,
    /// Written by a newer program.
    Newer(u32),
}

/// Reads one line, without its line feed.
pub(super) fn parse(line: &[u8]) -> Result<Record, BadLine> {
    let text = std::str::from_utf8(line).map_err(|_| BadLine::Broken)?;
    let (crc, rest) = text.split_once(' ').ok_or(BadLine::Broken)?;
    let (length, json) = rest.split_once(' ').ok_or(BadLine::Broken)?;
    let fits = json.len() <= LONGEST_BYTES
        && length.parse() == Ok(json.len())
        && u32::from_str_radix(crc, 16) == Ok(crc32c::crc32c(json.as_bytes()));
    if !fits {
        return Err(BadLine::Broken);
    }
    let value: serde_json::Value = serde_json::from_str(json).map_err(|_| BadLine::Broken)?;
    match value.get("v").and_then(serde_json::Value::as_u64) {
        Some(v) if v > u64::from(FORMAT) => {
            return Err(BadLine::Newer(u32::try_from(v).unwrap_or(u32::MAX)));
        }
        _ => {}
    }
    serde_json::from_value(value).map_err(|_| BadLine::Broken)
}
