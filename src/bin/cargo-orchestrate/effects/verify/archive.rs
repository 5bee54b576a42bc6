//! A packed package as it is verified: what its archive holds.

use cargo_orchestrate::manifest::BuiltManifest;
use cargo_orchestrate::manifest::lock::unsealed;
use cargo_orchestrate::model::{Digest, PackageName, Version};
use cargo_orchestrate::plan::Upload;
use flate2::read::GzDecoder;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::{Component, Path, PathBuf};

/// What names the commit, and nothing that is built.
pub(super) const COMMIT: &str = ".cargo_vcs_info.json";

/// What an archive holds, but for the bytes of its files.
pub(super) struct Archive {
    pub(super) upload: Upload,
    path: PathBuf,
    pub(super) manifest: BuiltManifest,
    /// The text of the packed lock file, where there is one.
    pub(super) lock: Option<String>,
    /// The digest of all that a build can see of it, whatever the commit.
    pub(super) content: Digest,
}

/// A file of an archive, by its path in the package.
pub(super) struct Packed<'a> {
    pub(super) path: PathBuf,
    pub(super) bytes: &'a [u8],
    /// Whether it may be run.
    pub(super) runs: bool,
}

impl Archive {
    /// Reads an archive; `released` are the packages of the release.
    pub(super) fn read(
        upload: &Upload,
        path: PathBuf,
        released: &BTreeMap<PackageName, Version>,
    ) -> io::Result<Self> {
        let (mut manifest, mut lock) = (None, None);
        let mut content = BTreeMap::new();
        each(&path, upload, &mut |file| {
            let digest = || Digest::of(file.bytes);
            let text = || String::from_utf8(file.bytes.to_vec()).map_err(io::Error::other);
            let digest = match file.path.to_str() {
                Some(COMMIT) => return Ok(()),
                Some("Cargo.toml") => {
                    manifest = Some(BuiltManifest::parse(&text()?).map_err(io::Error::other)?);
                    digest()
                }
                Some("Cargo.lock") => {
                    let text = text()?;
                    let digest = Digest::of(unsealed(&text, released).as_bytes());
                    lock = Some(text);
                    digest
                }
                _ => digest(),
            };
            content.insert(file.path, (file.runs, digest));
            Ok(())
        })?;
        let mut text = String::new();
        for (path, (runs, digest)) in &content {
            let _ = writeln!(text, "{} {runs} {digest}", path.display());
        }
        let manifest =
            manifest.ok_or_else(|| io::Error::other("there is no `Cargo.toml` in it"))?;
        let content = Digest::of(text.as_bytes());
        Ok(Self { upload: upload.clone(), path, manifest, lock, content })
    }

    /// The folder that its files are in: `NAME-VERSION`.
    pub(super) fn folder(&self) -> String {
        folder(&self.upload)
    }

    /// Every file with its bytes, as a build is to find it.
    pub(super) fn each(
        &self,
        look: &mut dyn FnMut(Packed<'_>) -> io::Result<()>,
    ) -> io::Result<()> {
        each(&self.path, &self.upload, &mut |file| {
            let is_manifest = file.path == Path::new("Cargo.toml");
            let bytes = if is_manifest { self.manifest.text.as_bytes() } else { file.bytes };
            look(Packed { bytes, ..file })
        })
    }
}

fn folder(upload: &Upload) -> String {
    format!("{}-{}", upload.package, upload.version)
}

fn each(
    path: &Path,
    upload: &Upload,
    look: &mut dyn FnMut(Packed<'_>) -> io::Result<()>,
) -> io::Result<()> {
    let file = BufReader::new(File::open(path)?);
    let mut archive = tar::Archive::new(GzDecoder::new(file));
    let mut bytes = Vec::new();
    for entry in archive.entries()? {
        let mut entry = entry?;
        if !entry.header().entry_type().is_file() {
            continue;
        }
        let whole = entry.path()?.into_owned();
        let inside = whole.strip_prefix(folder(upload)).ok();
        let inside =
            inside.filter(|it| it.components().all(|it| matches!(it, Component::Normal(_))));
        let Some(inside) = inside else {
            let text = format!("`{}` is not in the folder of the package", whole.display());
            return Err(io::Error::other(text));
        };
        bytes.clear();
        entry.read_to_end(&mut bytes)?;
        let runs = entry.header().mode()? & 0o111 != 0;
        look(Packed { path: inside.to_owned(), bytes: &bytes, runs })?;
    }
    Ok(())
}
