//! Lock files that a killed process left behind.
//!
//! git writes an index or a reference into a `.lock` file beside it and then renames that. A kill in
//! between leaves the file, and nothing can be written there until it is gone. We hold the lock of
//! this workspace's runs, so no other run is at work; somebody's own git is done in a moment.

use git2::Repository;
use std::path::Path;
use std::time::{Duration, Instant};

/// A lock file that is this old belongs to nobody.
const UNTOUCHED: Duration = Duration::from_secs(1);
/// So long is waited for one to go or to grow old.
const PATIENCE: Duration = Duration::from_secs(3);
const PAUSE: Duration = Duration::from_millis(50);

/// Clears the way to the index.
pub(super) fn clear_index(repository: &Repository) {
    clear(&repository.path().join("index.lock"));
}

/// Clears the way to a reference, as `refs/heads/main` or `HEAD`.
pub(super) fn clear_reference(repository: &Repository, name: &str) {
    for folder in [repository.commondir(), repository.path()] {
        clear(&folder.join(format!("{name}.lock")));
    }
}

fn clear(lock: &Path) {
    let begin = Instant::now();
    while begin.elapsed() < PATIENCE {
        let Ok(touched) = std::fs::metadata(lock).and_then(|lock| lock.modified()) else { return };
        if touched.elapsed().is_ok_and(|age| age > UNTOUCHED) {
            // If it cannot be removed, git says so in a moment and better than we could.
            let _ = std::fs::remove_file(lock);
            return;
        }
        std::thread::sleep(PAUSE);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_that_nobody_holds_any_more_is_cleared() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let repository = Repository::init(folder.path()).expect("a repository");
        let lock = repository.path().join("refs/tags/a-v1.0.0.lock");
        std::fs::write(&lock, "").expect("a lock file");
        let old = std::time::SystemTime::now() - 2 * UNTOUCHED;
        let file = std::fs::File::options().write(true).open(&lock).expect("the lock file");
        file.set_modified(old).expect("a time");
        clear_reference(&repository, "refs/tags/a-v1.0.0");
        assert!(!lock.exists());
    }
}
