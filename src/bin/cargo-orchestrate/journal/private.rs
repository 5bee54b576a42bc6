//! Folders and files that nobody else on this machine reads or puts in our way.

use std::fs;
use std::io;
use std::path::Path;

/// Makes a folder that is its owner's alone, with those above it, or makes one so that is there.
pub(crate) fn folder(path: &Path) -> io::Result<()> {
    no_link(path)?;
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)?;
    close(path)
}

/// Refuses a symbolic link: whoever put it there would have us write elsewhere.
pub(super) fn no_link(path: &Path) -> io::Result<()> {
    match fs::symlink_metadata(path) {
        Ok(found) if found.is_symlink() => {
            Err(io::Error::other("it is a symbolic link; remove it, and try again"))
        }
        // What is not there is made.
        _ => Ok(()),
    }
}

#[cfg(unix)]
fn close(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = fs::metadata(path)?.permissions().mode();
    let closed = mode & !0o077;
    if mode == closed {
        return Ok(());
    }
    fs::set_permissions(path, fs::Permissions::from_mode(closed))
}

#[cfg(not(unix))]
fn close(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    #[test]
    fn a_folder_is_its_owners_alone_and_no_link() {
        let world = tempfile::tempdir().expect("a folder");
        let (ours, open) = (world.path().join("a/b"), world.path().join("open"));
        fs::create_dir(&open).expect("a folder");
        fs::set_permissions(&open, fs::Permissions::from_mode(0o755)).expect("it is ours");
        for path in [&ours, &open] {
            folder(path).expect("made");
            let mode = fs::metadata(path).expect("there").permissions().mode();
            assert_eq!(mode & 0o777, 0o700, "{}", path.display());
        }
        let link = world.path().join("link");
        std::os::unix::fs::symlink(&open, &link).expect("a link");
        assert!(folder(&link).is_err());
        std::os::unix::fs::symlink(world.path().join("nowhere"), world.path().join("dangling"))
            .expect("a link");
        assert!(folder(&world.path().join("dangling")).is_err());
    }
}
