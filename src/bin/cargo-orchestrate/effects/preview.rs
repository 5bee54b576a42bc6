//! Registries as they will be once packages that are packed are out.
//!
//! Cargo shows the packages of one call to each other as those of one registry. A package that
//! needs an unpublished one of another registry would be told that there is none. So an embedded
//! registry takes the place of that one: it holds what was packed for it and hands through
//! everything else. By source replacement, under which lock files name the real registry, and the
//! checksums are those of what will be there; so the packed bytes are those of a package that was packed
//! after what it needs was out.

use super::{Failed, local};
use crate::redact;
use crate::registry::Registries;
use crate::rehearsal::registry::{
    EmbeddedRegistry, Fetch, FetchError, Fetched, Options, Rules, UpstreamOptions,
};
use crate::rehearsal::stand_in::crate_caches;
use cargo_orchestrate::model::RegistryName;
use cargo_orchestrate::plan::Upload;
use cargo_util::ProcessBuilder;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::io::{Seek as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Registries that other ones stand in for; they are the real ones again when this is dropped.
pub(super) struct Preview {
    registries: BTreeMap<RegistryName, EmbeddedRegistry>,
    /// What Cargo is told, in a file: arguments are for everybody to see.
    configuration: tempfile::NamedTempFile,
    /// What the stand-ins want to hear, for what they show may be for few.
    token: String,
    cargo_home: PathBuf,
}

impl Preview {
    /// Shows these packages, each where it goes to; `packed` says where each lies.
    pub(super) fn of(
        registries: &Arc<Registries>,
        uploads: &[&Upload],
        packed: &dyn Fn(&Upload) -> PathBuf,
        cargo_home: &Path,
    ) -> Result<Self, Failed> {
        let failed = |error: &dyn std::error::Error| local("show what was packed", error);
        let configuration = tempfile::NamedTempFile::new().map_err(|error| failed(&error))?;
        let token = unguessable();
        redact::remember(&token);
        let cargo_home = cargo_home.to_owned();
        let mut preview = Self { registries: BTreeMap::new(), configuration, token, cargo_home };
        for upload in uploads {
            if !preview.registries.contains_key(&upload.registry) {
                let started = preview.stand_in(registries, &upload.registry)?;
                preview.registries.insert(upload.registry.clone(), started);
            }
            let path = packed(upload);
            let mut file = std::fs::File::open(&path).map_err(|error| failed(&error))?;
            let metadata = registries
                .new_crate(&upload.registry, &file)
                .map_err(|error| local(format!("read the packed {upload}"), &error))?;
            file.rewind().map_err(|error| failed(&error))?;
            let metadata = serde_json::to_vec(&metadata).map_err(|error| failed(&error))?;
            let bytes = std::fs::read(&path).map_err(|error| failed(&error))?;
            let held = preview.registries[&upload.registry].hold(&metadata, bytes);
            held.map_err(|error| failed(&error))?;
        }
        preview.write(registries).map_err(|error| failed(&error))?;
        Ok(preview)
    }

    fn stand_in(
        &self,
        registries: &Arc<Registries>,
        name: &RegistryName,
    ) -> Result<EmbeddedRegistry, Failed> {
        let index_url = registries
            .index_of(name)
            .map_err(|error| local(format!("stand in for `{name}`"), &error))?;
        let caches = crate_caches(&self.cargo_home);
        let options = Options {
            token: Some(self.token.clone()),
            auth_required: true,
            rules: Rules::Private,
            upstream: Some(UpstreamOptions { index_url, caches }),
            ..Options::default()
        };
        let behind = Behind { registries: Arc::clone(registries), name: name.clone() };
        EmbeddedRegistry::start_reading(options, Box::new(behind))
            .map_err(|error| local(format!("stand in for `{name}`"), &error))
    }

    /// Writes down for Cargo what stands where.
    fn write(&mut self, registries: &Registries) -> std::io::Result<()> {
        let mut text = String::new();
        for (name, it) in &self.registries {
            let (source, address) = registries.source(name);
            let (source, index, with) =
                (quoted(&source), quoted(&it.index_url()), quoted(&stand_in(name)));
            let address = address.map(|it| format!("registry = {}\n", quoted(&it)));
            let address = address.unwrap_or_default();
            let _ = write!(
                text,
                "[registries.{with}]\nindex = {index}\ncredential-provider = \"cargo:token\"\n\
                 [source.{source}]\n{address}replace-with = {with}\n",
            );
        }
        self.configuration.write_all(text.as_bytes())?;
        self.configuration.flush()
    }

    /// Has Cargo take the stand-ins for what they stand in for.
    pub(super) fn show(&self, cargo: &mut ProcessBuilder) {
        cargo.arg("--config").arg(self.configuration.path());
        for name in self.registries.keys() {
            let name = stand_in(name).to_uppercase().replace('-', "_");
            cargo.env(&format!("CARGO_REGISTRIES_{name}_TOKEN"), &self.token);
        }
        for variable in ["no_proxy", "NO_PROXY"] {
            let others = std::env::var(variable).map(|it| format!(",{it}")).unwrap_or_default();
            cargo.env(variable, format!("127.0.0.1{others}"));
        }
    }

    /// Removes what Cargo keeps of registries that will never be again.
    fn forget(&self) -> std::io::Result<()> {
        let kept = self.cargo_home.join("registry");
        for entry in std::fs::read_dir(kept.join("index"))?.flatten() {
            let points = std::fs::read_to_string(entry.path().join("config.json"));
            let points = points.unwrap_or_default();
            let is_ours = |it: &EmbeddedRegistry| points.contains(&format!("\"{}\"", it.origin()));
            if self.registries.values().any(is_ours) {
                for below in ["index", "cache", "src"] {
                    // What is not there was never needed.
                    let _ = std::fs::remove_dir_all(kept.join(below).join(entry.file_name()));
                }
            }
        }
        Ok(())
    }
}

impl Drop for Preview {
    fn drop(&mut self) {
        // What is left takes room and harms nobody.
        let _ = self.forget();
    }
}

/// What Cargo calls the stand-in of a registry.
fn stand_in(name: &RegistryName) -> String {
    format!("orchestrate-preview-{name}")
}

/// A text as a value of TOML.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// What nobody else on this machine knows for as long as it counts.
fn unguessable() -> String {
    // The keys of each of these are random.
    let word = || RandomState::new().build_hasher().finish();
    format!("{:016x}{:016x}", word(), word())
}

/// The registry that is stood in for.
struct Behind {
    registries: Arc<Registries>,
    name: RegistryName,
}

impl Fetch for Behind {
    fn get(&self, url: &str, etag: Option<&str>) -> Result<Fetched, FetchError> {
        let answer = self.registries.behind(&self.name, url, etag);
        let answer = answer.map_err(|why| FetchError::because(url, why))?;
        FetchError::or_fetched(url, u32::from(answer.status), answer.etag, answer.body)
    }
}
