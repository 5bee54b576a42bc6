//! Index entries kept on disk between runs, in the format of `crates_index`.

use cargo_orchestrate::model::PackageName;
use crates_index::{Crate, SparseIndex};
use http::Response;
use http::header::{ETAG, LAST_MODIFIED};
use std::path::{Path, PathBuf};

/// Reads the entry out of a successful response and keeps it for the next run.
///
/// `crates_index` writes in place, where another process, or a crash, could make a later run read
/// half an entry, that is, miss versions. It is made to write beside the cache, and the whole file
/// is moved in. Keeping nothing makes the next run slower, nothing else.
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
    // Without a tag the next run could not ask whether the entry changed.
    let has_tag = [ETAG, LAST_MODIFIED].iter().any(|tag| response.headers().contains_key(tag));
    let folder = folder.filter(|_| has_tag);
    let Some((folder, beside)) = folder.and_then(|it| Some((it, beside(it)?))) else {
        return index.parse_cache_response(name, response, false);
    };
    let writer = SparseIndex::at_path(beside.path().to_owned(), index.url().to_owned());
    let entry = writer.parse_cache_response(name, response, true)?;
    if let Some(file) = file_below(index, name) {
        let (from, to) = (beside.path().join(&file), folder.join(&file));
        let parent = to.parent().unwrap_or(folder);
        let _ = std::fs::create_dir_all(parent).and_then(|()| std::fs::rename(from, to));
    }
    Ok(entry)
}

/// An empty folder on the same file system, removed when it is dropped.
fn beside(folder: &Path) -> Option<tempfile::TempDir> {
    std::fs::create_dir_all(folder).ok()?;
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
}
