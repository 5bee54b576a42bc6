//! Index entries kept on disk between runs, in the format of `crates_index`.
//!
//! The time of a file says when the registry last said so: that it sent the entry, that the entry
//! did not change, or that it has no such package. Keeping nothing makes the next run slower and
//! leaves `--offline` without an answer, nothing else; so what goes wrong here is passed over.

use super::http::words;
use super::index;
use super::short::Short;
use cargo_orchestrate::facts::PublishedVersion;
use cargo_orchestrate::model::{Digest, PackageName, Timestamp};
use crates_index::{Crate, SparseIndex};
use http::Response;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

/// The folder of what published packages say of their commits, by their checksums.
const COMMITS: &str = ".commits";

/// Reads the entry out of a successful response and keeps it for the next run.
///
/// `crates_index` writes in place, where another process, or a crash, could make a later run read
/// half an entry, that is, miss versions. It is made to write beside the cache, and the whole file
/// is moved in. An entry that came without a tag is kept too, and asked for in full again.
///
/// # Errors
/// When `crates_index` cannot read the entry; then nothing is kept.
pub(super) fn keep(
    index: &SparseIndex,
    folder: Option<&Path>,
    package: &PackageName,
    response: Response<Vec<u8>>,
) -> Result<Option<Crate>, crates_index::Error> {
    let name = package.as_str();
    let Some((folder, beside)) = folder.and_then(|it| Some((it, beside(it)?))) else {
        return index.parse_cache_response(name, response, false);
    };
    let writer = SparseIndex::at_path(beside.path().to_owned(), index.url().to_owned());
    let entry = writer.parse_cache_response(name, response, true)?;
    if let Some(file) = file_below(index, name) {
        let (from, to) = (beside.path().join(&file), folder.join(&file));
        let parent = to.parent().unwrap_or(folder);
        let _ = fs::create_dir_all(parent).and_then(|()| fs::rename(from, to));
        let _ = fs::remove_file(folder.join(absence(&file)));
    }
    Ok(entry)
}

/// The versions of an entry that is kept.
///
/// # Errors
/// A text that says why there are none.
pub(super) fn versions(
    index: &SparseIndex,
    folder: Option<&Path>,
    package: &PackageName,
) -> Result<Vec<PublishedVersion>, String> {
    let file = file_below(index, package.as_str());
    let short = folder.zip(file).and_then(|(folder, file)| Short::beside(folder, &file));
    if let Some(versions) = short.as_ref().and_then(Short::read) {
        return Ok(versions);
    }
    let entry = index.crate_from_cache(package.as_str());
    let entry = entry.map_err(|_| "its kept index entry is damaged".to_owned())?;
    let versions = index::versions(package, &entry).map_err(|error| words(&error))?;
    if let Some(short) = short {
        short.keep(&versions);
    }
    Ok(versions)
}

/// Keeps that the registry has no such package.
pub(super) fn keep_absence(index: &SparseIndex, folder: Option<&Path>, package: &PackageName) {
    let Some((folder, file)) = folder.zip(file_below(index, package.as_str())) else { return };
    let at = folder.join(absence(&file));
    let _ = fs::create_dir_all(at.parent().unwrap_or(folder));
    let _ = File::create(&at).and_then(|file| file.set_modified(SystemTime::now()));
    let _ = fs::remove_file(folder.join(file));
}

/// Keeps that the registry said again what is kept.
pub(super) fn confirm(index: &SparseIndex, folder: Option<&Path>, package: &PackageName) {
    let Some((folder, file)) = folder.zip(file_below(index, package.as_str())) else { return };
    let file = File::options().append(true).open(folder.join(file));
    let _ = file.and_then(|file| file.set_modified(SystemTime::now()));
}

/// When the registry last said what is kept of a package; nothing when nothing is.
pub(super) fn kept(
    index: &SparseIndex,
    folder: Option<&Path>,
    package: &PackageName,
) -> Option<Timestamp> {
    time(&folder?.join(file_below(index, package.as_str())?))
}

/// When the registry last said that it has no such package; nothing when it did not.
pub(super) fn kept_absence(
    index: &SparseIndex,
    folder: Option<&Path>,
    package: &PackageName,
) -> Option<Timestamp> {
    time(&folder?.join(absence(&file_below(index, package.as_str())?)))
}

/// What is kept of the commit that the bytes of this checksum were packed from.
pub(super) fn kept_commit(folder: Option<&Path>, checksum: &Digest) -> Option<String> {
    let text = fs::read_to_string(folder?.join(COMMITS).join(checksum.to_string())).ok()?;
    // A line without its end was not written in full.
    text.strip_suffix('\n').map(str::to_owned)
}

/// Keeps it.
pub(super) fn keep_commit(folder: Option<&Path>, checksum: &Digest, text: &str) {
    let Some(folder) = folder.map(|folder| folder.join(COMMITS)) else { return };
    let _ = fs::create_dir_all(&folder);
    let _ = fs::write(folder.join(checksum.to_string()), format!("{text}\n"));
}

fn time(path: &Path) -> Option<Timestamp> {
    let modified = fs::metadata(path).ok()?.modified().ok()?;
    Some(Timestamp::default().after(modified.duration_since(UNIX_EPOCH).unwrap_or_default()))
}

/// Where it is kept that there is no entry, which `crates_index` has no format for.
fn absence(entry: &Path) -> PathBuf {
    Path::new(".absent").join(entry.strip_prefix(".cache").unwrap_or(entry))
}

/// An empty folder on the same file system, removed when it is dropped.
fn beside(folder: &Path) -> Option<tempfile::TempDir> {
    fs::create_dir_all(folder).ok()?;
    tempfile::Builder::new().prefix("new-").tempdir_in(folder).ok()
}

/// Where `crates_index` keeps the entry of a package, below the folder of the index.
fn file_below(index: &SparseIndex, name: &str) -> Option<PathBuf> {
    let url = index.crate_url(name)?;
    Some(Path::new(".cache").join(url.strip_prefix(index.url())?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_that_is_kept_is_found_again() {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let url = "sparse+http://127.0.0.1:1/index/".to_owned();
        let index = SparseIndex::at_path(directory.path().to_owned(), url);
        let package = PackageName::new("Lib1").expect("a name");
        let line = format!(
            r#"{{"name":"Lib1","vers":"0.1.0","deps":[],"features":{{}},"cksum":"{}"}}"#,
            "ab".repeat(32)
        );
        let mut response = Response::new(line.into_bytes());
        response.headers_mut().insert("etag", http::HeaderValue::from_static("tag"));
        let entry = keep(&index, Some(directory.path()), &package, response);
        assert!(entry.expect("an entry").is_some());
        let kept = index.crate_from_cache("Lib1").expect("a kept entry");
        assert_eq!(kept.versions().len(), 1);
        let request = index.make_cache_request("Lib1").expect("a request");
        let headers = request.headers_ref().expect("headers");
        assert_eq!(headers["if-none-match"], "tag");
        let left = std::fs::read_dir(directory.path()).expect("a folder").count();
        assert_eq!(left, 1, "only `.cache` is left");
    }

    #[test]
    fn an_absence_takes_the_place_of_an_entry_and_the_other_way_round() {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let folder = Some(directory.path());
        let url = "sparse+http://127.0.0.1:1/index/".to_owned();
        let index = SparseIndex::at_path(directory.path().to_owned(), url);
        let package = PackageName::new("lib1").expect("a name");
        let is_kept = || {
            let (entry, absence) =
                (kept(&index, folder, &package), kept_absence(&index, folder, &package));
            (entry.is_some(), absence.is_some())
        };
        assert_eq!(is_kept(), (false, false));
        let line = format!(
            r#"{{"name":"lib1","vers":"0.1.0","deps":[],"features":{{}},"cksum":"{}"}}"#,
            "ab".repeat(32)
        );
        keep(&index, folder, &package, Response::new(line.clone().into_bytes())).expect("an entry");
        assert_eq!(is_kept(), (true, false), "an entry without a tag is kept as well");
        keep_absence(&index, folder, &package);
        assert_eq!(is_kept(), (false, true));
        keep(&index, folder, &package, Response::new(line.into_bytes())).expect("an entry");
        assert_eq!(is_kept(), (true, false));
    }
}
