//! Index entries, read line by line.

use cargo_orchestrate::facts::{Dependencies, PublishedVersion};
use cargo_orchestrate::model::{Digest, PackageName, Version, VersionReq};
use crates_index::DependencyKind;
use serde::Deserialize;

/// Why an index entry cannot be relied on.
#[derive(Debug, thiserror::Error)]
pub(super) enum LineError {
    #[error("the index entry is empty")]
    Empty,
    #[error("line {line} of the index entry cannot be read")]
    Syntax { line: usize, source: serde_json::Error },
    #[error("line {line} of the index entry has a version `{version}` that is none")]
    Version { line: usize, version: String },
    #[error("line {line} of the index entry has a checksum that is none")]
    Checksum { line: usize },
    #[error("line {line} of the index entry is about another package")]
    OtherPackage { line: usize },
}

/// What every line has, whatever else a later format adds or changes.
#[derive(Deserialize)]
struct Core {
    name: String,
    vers: String,
    cksum: String,
    #[serde(default)]
    yanked: bool,
}

/// Reads an index entry of `package`, one version a line.
///
/// A line whose dependencies cannot be read still counts as a version, without dependencies: a
/// version that is there must never look absent. A line without even name, version and checksum
/// makes the whole entry unreliable.
pub(super) fn parse(
    package: &PackageName,
    body: &[u8],
) -> Result<Vec<PublishedVersion>, LineError> {
    let lines = body.split(|&byte| byte == b'\n').enumerate();
    let versions = lines
        .filter(|(_, text)| !text.trim_ascii().is_empty())
        .map(|(index, text)| version(package, index + 1, text))
        .collect::<Result<Vec<_>, _>>()?;
    if versions.is_empty() { Err(LineError::Empty) } else { Ok(versions) }
}

fn version(package: &PackageName, line: usize, text: &[u8]) -> Result<PublishedVersion, LineError> {
    if let Ok(entry) = serde_json::from_slice::<crates_index::Version>(text) {
        return from_entry(package, line, &entry);
    }
    let core: Core =
        serde_json::from_slice(text).map_err(|source| LineError::Syntax { line, source })?;
    if core.cksum.len() != 64 || !core.cksum.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(LineError::Checksum { line });
    }
    let checksum = Digest::from_hex(core.cksum.to_ascii_lowercase());
    published(package, line, (&core.name, &core.vers), core.yanked, checksum)
}

/// One version as `crates_index` reads it.
pub(super) fn from_entry(
    package: &PackageName,
    line: usize,
    entry: &crates_index::Version,
) -> Result<PublishedVersion, LineError> {
    let checksum = Digest::from_hex(hex(entry.checksum()));
    let name = (entry.name(), entry.version());
    let mut published = published(package, line, name, entry.is_yanked(), checksum)?;
    published.dependencies = entry
        .dependencies()
        .iter()
        .filter(|dependency| dependency.kind() != DependencyKind::Dev)
        .filter_map(|dependency| {
            let name = PackageName::new(dependency.crate_name()).ok()?;
            Some((name, VersionReq::parse(dependency.requirement()).ok()?))
        })
        .collect();
    Ok(published)
}

fn published(
    package: &PackageName,
    line: usize,
    (name, version): (&str, &str),
    yanked: bool,
    checksum: Digest,
) -> Result<PublishedVersion, LineError> {
    // The index files packages under their name in lower case.
    if !name.eq_ignore_ascii_case(package.as_str()) {
        return Err(LineError::OtherPackage { line });
    }
    let version = Version::parse(version)
        .map_err(|_| LineError::Version { line, version: version.to_owned() })?;
    Ok(PublishedVersion { version, yanked, checksum, dependencies: Dependencies::default() })
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        write!(text, "{byte:02x}").expect("writing to a string cannot fail");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::super::http::words;
    use super::*;

    fn check(body: &str, expected: &str) {
        let package = PackageName::new("lib1").expect("a name");
        let body = body.replace("SUM", &"ab".repeat(32));
        let text = match parse(&package, body.as_bytes()) {
            Ok(versions) => versions.iter().map(show).collect::<Vec<_>>().join("; "),
            Err(error) => words(&error),
        };
        assert_eq!(text, expected);
    }

    fn show(entry: &PublishedVersion) -> String {
        let yanked = if entry.yanked { " yanked" } else { "" };
        let needs = entry.dependencies.iter().map(|(name, req)| format!(" {name} {req}"));
        format!("{}{yanked}{}", entry.version, needs.collect::<String>())
    }

    #[test]
    fn a_line_is_a_version() {
        check(
            concat!(
                r#"{"name":"lib1","vers":"0.1.0","deps":[],"features":{},"cksum":"SUM","yanked":true}"#,
                "\n",
                r#"{"name":"lib1","vers":"0.2.0","deps":[{"name":"alias","req":"^1.0","features":[],"#,
                r#""optional":false,"default_features":true,"target":null,"kind":"normal","#,
                r#""package":"base"},{"name":"test","req":"^1","features":[],"optional":false,"#,
                r#""default_features":true,"target":null,"kind":"dev"}],"#,
                r#""features":{},"cksum":"SUM","yanked":false}"#,
                "\n"
            ),
            "0.1.0 yanked; 0.2.0 base ^1.0",
        );
    }

    #[test]
    fn an_odd_line_does_not_hide_a_version() {
        check(
            concat!(
                r#"{"name":"lib1","vers":"0.1.0","deps":"later","cksum":"SUM"}"#,
                "\n",
                r#"{"name":"LIB1","vers":"0.2.0","deps":[],"features":{},"cksum":"SUM"}"#
            ),
            "0.1.0; 0.2.0",
        );
    }

    #[test]
    fn garbage_is_not_an_absence() {
        check("", "the index entry is empty");
        check(
            "<html>",
            "line 1 of the index entry cannot be read: expected value at line 1 column 1",
        );
        check(
            r#"{"name":"lib2","vers":"0.1.0","deps":[],"features":{},"cksum":"SUM"}"#,
            "line 1 of the index entry is about another package",
        );
        check(
            r#"{"name":"lib1","vers":"0.1.0","deps":[],"features":{},"cksum":"short"}"#,
            "line 1 of the index entry has a checksum that is none",
        );
        check(
            r#"{"name":"lib1","vers":"one","deps":[],"features":{},"cksum":"SUM"}"#,
            "line 1 of the index entry has a version `one` that is none",
        );
    }
}
