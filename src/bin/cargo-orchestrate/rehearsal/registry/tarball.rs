//! What a registry checks in a `.crate`: a gzipped tar with everything below one folder and one
//! manifest that is the package it says it is.

use super::answer::Refusal;
use flate2::read::GzDecoder;
use semver::Version;
use std::io::Read;
use std::path::{Component, Path};
use tar::{Archive, Entry};

/// crates.io unpacks no more than this.
const UNPACKED_LIMIT_BYTES: u64 = 512 * 1024 * 1024;

/// Checks the packed bytes against the name and version of the metadata.
pub(super) fn check(crate_file: &[u8], name: &str, version: &str) -> Result<(), Refusal> {
    let folder = format!("{name}-{version}");
    let mut manifests = Vec::new();
    let mut archive = Archive::new(GzDecoder::new(crate_file).take(UNPACKED_LIMIT_BYTES));
    for entry in archive.entries().map_err(malformed)? {
        let mut entry = entry.map_err(malformed)?;
        let path = entry_path(&entry, &folder)?;
        let below = path.strip_prefix(&folder).unwrap_or(&path).trim_start_matches('/').to_owned();
        if below.eq_ignore_ascii_case("Cargo.toml") {
            let mut text = String::new();
            entry.read_to_string(&mut text).map_err(malformed)?;
            manifests.push((below, text));
        }
    }
    let paths: Vec<_> = manifests.iter().map(|(path, _)| path.as_str()).collect();
    match manifests.as_slice() {
        [] => Err(Refusal::bad("uploaded tarball is missing a `Cargo.toml` manifest file")),
        [(path, text)] if path == "Cargo.toml" => manifest(text, name, version),
        [(path, _)] => Err(Refusal::bad(format!(
            "uploaded tarball is missing a `Cargo.toml` manifest file; `{path}` was found, but \
             must be named `Cargo.toml` with that exact casing"
        ))),
        _ => Err(Refusal::bad(format!(
            "uploaded tarball contains more than one `Cargo.toml` manifest file; found `{}`",
            paths.join("`, `")
        ))),
    }
}

fn malformed(_: std::io::Error) -> Refusal {
    Refusal::bad("uploaded tarball is malformed or too large when decompressed")
}

/// The path of an entry, which must be a file or folder below `folder`.
fn entry_path<R: Read>(entry: &Entry<'_, R>, folder: &str) -> Result<String, Refusal> {
    let path = entry.path().map_err(malformed)?;
    let shown = path.display().to_string();
    let plain = path.components().all(|part| matches!(part, Component::Normal(_)));
    if !plain || !path.starts_with(Path::new(folder)) || path.to_str().is_none() {
        return Err(Refusal::bad(format!("invalid path found: {shown}")));
    }
    let kind = entry.header().entry_type();
    if !kind.is_file() && !kind.is_dir() {
        return Err(Refusal::bad(format!("unexpected symlink or hard link found: {shown}")));
    }
    Ok(shown)
}

fn manifest(text: &str, name: &str, version: &str) -> Result<(), Refusal> {
    let broken =
        |why: String| Refusal::bad(format!("failed to parse `Cargo.toml` manifest file\n\n{why}"));
    let document: toml_edit::DocumentMut =
        text.parse().map_err(|error: toml_edit::TomlError| broken(error.to_string()))?;
    let field = |key: &str| {
        document
            .get("package")
            .and_then(|package| package.get(key))
            .and_then(toml_edit::Item::as_str)
            .ok_or_else(|| broken(format!("missing field `{key}`")))
    };
    let (packed_name, packed_version) = (field("name")?, field("version")?);
    if packed_name != name {
        return Err(Refusal::bad(format!(
            "metadata name `{name}` does not match manifest name `{packed_name}`"
        )));
    }
    if Version::parse(packed_version).ok() != Version::parse(version).ok() {
        return Err(Refusal::bad(format!(
            "metadata version `{version}` does not match manifest version `{packed_version}`"
        )));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::tests::packed;
    use super::*;

    const GOOD: &str = "[package]\nname = \"a\"\nversion = \"1.0.0\"\n";

    fn verdict(files: &[(&str, &str)]) -> String {
        match check(&packed(files), "a", "1.0.0") {
            Ok(()) => "ok".into(),
            Err(refusal) => refusal.detail,
        }
    }

    #[test]
    fn a_packed_package_is_what_it_says() {
        assert_eq!(verdict(&[("a-1.0.0/Cargo.toml", GOOD), ("a-1.0.0/src/lib.rs", "")]), "ok");
        let table: [(&[(&str, &str)], &str); 6] = [
            (&[("a-1.0.0/src/lib.rs", "")], "uploaded tarball is missing a `Cargo.toml`"),
            (
                &[("a-1.0.0/cargo.toml", GOOD)],
                "uploaded tarball is missing a `Cargo.toml` manifest file; `cargo.toml`",
            ),
            (
                &[("a-1.0.0/Cargo.toml", GOOD), ("a-1.0.0/cargo.toml", GOOD)],
                "uploaded tarball contains more than one `Cargo.toml`",
            ),
            (&[("b-1.0.0/Cargo.toml", GOOD)], "invalid path found: b-1.0.0/Cargo.toml"),
            (
                &[("a-1.0.0/Cargo.toml", "[package]\nname = \"b\"\nversion = \"1.0.0\"\n")],
                "metadata name `a` does not match manifest name `b`",
            ),
            (
                &[("a-1.0.0/Cargo.toml", "[package]\nname = \"a\"\nversion = \"1.0.1\"\n")],
                "metadata version `1.0.0` does not match manifest version `1.0.1`",
            ),
        ];
        for (files, expected) in table {
            let verdict = verdict(files);
            assert!(verdict.starts_with(expected), "{verdict}");
        }
    }

    #[test]
    fn bytes_that_are_no_tarball_are_refused() {
        assert_eq!(check(b"not gzip", "a", "1.0.0").map_err(|refusal| refusal.status), Err(400));
    }
}
