//! The registries of a workspace, and what is remembered of them while the program runs.

use super::api::now;
use super::config::{Configuration, RegistryError, is_safe};
use super::credential::{self, CredentialError};
use super::http::{Client, HttpError, Reach, Settings, words};
use super::index::PAUSES;
use super::look::Seen;
use super::provider::{Kept, Purpose};
use super::secret::Secret;
use super::trusted::{Identity, Mint};
use cargo_orchestrate::facts::{self, OfflineCause};
use cargo_orchestrate::model::{PackageName, RegistryName};
use cargo_orchestrate::policy::TrustedPublishing;
use crates_index::SparseIndex;
use http::Request;
use http::header::{AUTHORIZATION, HeaderValue};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Over a longer wait no credential is held.
const LONGEST_HOLD: Duration = Duration::from_mins(1);

/// What is sent in place of a real token to whoever stands in for a registry.
pub(crate) const STAND_IN_TOKEN: &str = "stand-in";

/// The registries of a workspace.
#[derive(Debug)]
pub(crate) struct Registries {
    pub(super) configuration: Configuration,
    pub(super) client: Client,
    pub(super) offline: Option<OfflineCause>,
    /// Where index entries are kept between runs.
    pub(super) cache: Option<PathBuf>,
    /// Before each round of reads.
    pub(super) pauses: [Duration; 4],
    pub(super) memory: Mutex<Memory>,
    /// Credentials that serve more than one request, by the word of their providers.
    pub(super) kept_credentials: Mutex<Kept>,
    pub(super) mint: Arc<Mint>,
    pub(super) trusted_publishing: TrustedPublishing,
    /// Held while somebody is asked for a credential to write.
    pub(super) asking: Mutex<()>,
}

/// What this process has learnt. Losing it costs requests, nothing else.
#[derive(Debug, Default)]
pub(super) struct Memory {
    points: BTreeMap<RegistryName, Points>,
    /// The registries whose index wants a credential.
    closed: BTreeSet<RegistryName>,
    /// What `look` saw last.
    pub(super) seen: BTreeMap<(RegistryName, PackageName), Seen>,
}

/// `config.json` of an index: where downloads and the web API are.
#[derive(Debug, Clone, serde::Deserialize)]
pub(super) struct Points {
    pub(super) dl: String,
    #[serde(default)]
    pub(super) api: Option<String>,
    #[serde(default, rename = "auth-required")]
    pub(super) auth_required: bool,
}

/// Why the points of a registry are not known.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PointsError {
    #[error(transparent)]
    Registry(#[from] RegistryError),
    #[error(transparent)]
    Credential(#[from] CredentialError),
    #[error("could not read `{url}`")]
    Http { url: String, source: HttpError },
    #[error("`{url}` answered with status {status}")]
    Status { url: String, status: u16 },
    #[error("`{url}` is no registry configuration")]
    Syntax { url: String, source: serde_json::Error },
    #[error("registry `{0}` has no web API")]
    NoApi(RegistryName),
    #[error("registry `{name}` names an address without TLS (`{address}`)")]
    Insecure { name: RegistryName, address: String },
}

impl Registries {
    /// Reads Cargo's configuration as it is for this workspace.
    ///
    /// `stand_ins` are index addresses that take the place of what is configured, by registry; the
    /// credential of a registry that is stood in for is never used, [`STAND_IN_TOKEN`] is. With
    /// `offline`, or where Cargo's configuration says so, no registry is ever asked.
    ///
    /// # Errors
    /// When Cargo's configuration cannot be read. A registry that cannot be used is no error here.
    pub(crate) fn load(
        workspace_root: &Path,
        stand_ins: &BTreeMap<RegistryName, String>,
        offline: bool,
    ) -> Result<Self, RegistryError> {
        let configuration = Configuration::load(workspace_root, stand_ins)?;
        credential::recognise(&configuration);
        let configured = configuration.cargo.net.offline == Some(true);
        let offline = match (offline, configured) {
            (true, _) => Some(OfflineCause::Flag),
            (false, true) => Some(OfflineCause::Configuration),
            (false, false) => None,
        };
        let variable = |name: &str| configuration.variable(name).map(str::to_owned);
        let settings = Settings::new(&configuration.cargo.http, workspace_root, variable);
        let cache = cache_directory(&configuration);
        let reach = offline.map_or(Reach::Everybody, |_| Reach::Nobody);
        let client = Client::new(settings, reach);
        let (memory, asking) = (Mutex::default(), Mutex::default());
        let mint = Arc::new(Mint::new(client.sender().clone()));
        let trusted_publishing = TrustedPublishing::default();
        let pauses = PAUSES;
        let kept_credentials = Mutex::default();
        Ok(Self {
            configuration,
            client,
            offline,
            cache,
            pauses,
            memory,
            kept_credentials,
            mint,
            trusted_publishing,
            asking,
        })
    }

    /// Says when uploads use trusted publishing, where that is not the default.
    pub(crate) fn prefer(&mut self, choice: TrustedPublishing) {
        self.trusted_publishing = choice;
    }

    /// Where this program keeps what it can find out again.
    pub(crate) fn cache_base(&self) -> Option<PathBuf> {
        cache_base(&self.configuration)
    }

    /// Who said that nobody is to be asked, if somebody did.
    pub(crate) fn offline(&self) -> Option<OfflineCause> {
        self.offline
    }

    /// The registries for the facts: those that the configuration defines, and crates.io.
    ///
    /// Nothing is asked, so `unreachable` says only what is wrong with the configuration itself.
    pub(crate) fn facts(&self) -> BTreeMap<RegistryName, facts::Registry> {
        let names = self.configuration.names().into_iter();
        names.map(|name| (name.clone(), self.fact(&name))).collect()
    }

    fn fact(&self, name: &RegistryName) -> facts::Registry {
        let index = self.configuration.index(name);
        let outlook = credential::outlook(&self.configuration, name);
        facts::Registry {
            has_credential: outlook.is_ok(),
            credential_trouble: outlook
                .err()
                .filter(CredentialError::is_trouble)
                .map(|it| words(&it)),
            in_workspace: self.configuration.own.contains(name),
            trusted_publishing: self.identity(name).is_some(),
            unreachable: index.as_ref().err().map(|error| words(error)),
            index: index
                .ok()
                .or_else(|| self.configuration.written_index(name))
                .unwrap_or_default(),
        }
    }

    /// Who this job is for this registry, where uploads use trusted publishing.
    pub(super) fn identity(&self, name: &RegistryName) -> Option<Identity> {
        let is_permitted = credential::is_permitted(&self.configuration).is_ok();
        if self.configuration.is_stood_in(name) || !is_permitted {
            return None;
        }
        let identity = Identity::of(&self.configuration, name);
        let has_credential = credential::outlook(&self.configuration, name).is_ok();
        let applies = self.trusted_publishing.applies(has_credential, identity.is_some());
        identity.filter(|_| applies)
    }

    /// Ends the tokens that were made, now that they are not needed any more; those that could not
    /// be ended are told, in words.
    pub(crate) fn close(&self) -> Vec<String> {
        self.forget();
        self.mint.close()
    }

    /// Lets go of what would be held over a wait of this length and can be had again after it.
    pub(crate) fn rest(&self, length: Duration) {
        if length > LONGEST_HOLD {
            self.forget();
            self.mint.rest();
        }
    }

    /// What ends the tokens when the program ends without coming back here.
    pub(crate) fn farewell(&self) -> impl Fn() + Send + use<> {
        let mint = Arc::downgrade(&self.mint);
        move || drop(mint.upgrade().map(|mint| mint.close()))
    }

    /// The credential for one request.
    pub(super) fn credential(
        &self,
        name: &RegistryName,
        purpose: &Purpose<'_>,
    ) -> Result<Secret, CredentialError> {
        if let Some(secret) = self.kept_credentials().serving(name, purpose, now()) {
            return Ok(secret);
        }
        let provided = credential::credential(&self.configuration, name, purpose)?;
        Ok(self.kept_credentials().take(name, provided))
    }

    /// Lets go of what providers allowed to be kept: it was refused, or is not needed for long.
    pub(super) fn forget(&self) {
        self.kept_credentials().forget();
    }

    fn kept_credentials(&self) -> std::sync::MutexGuard<'_, Kept> {
        self.kept_credentials.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn memory(&self) -> std::sync::MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until nobody else is asked for a credential.
    pub(super) fn asking(&self) -> std::sync::MutexGuard<'_, ()> {
        self.asking.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Where the registry's downloads and web API are; asked for once.
    pub(super) fn points(&self, name: &RegistryName) -> Result<Points, PointsError> {
        if let Some(points) = self.memory().points.get(name) {
            return Ok(points.clone());
        }
        let index = self.configuration.index(name)?;
        let index = SparseIndex::at_path(PathBuf::new(), index);
        let url = format!("{}config.json", index.url());
        let mut request = request(index.make_config_request());
        let mut response = self.read_points(&url, request.clone())?;
        if response.status().as_u16() == 401 {
            self.memory().closed.insert(name.clone());
            authorize(&mut request, &self.credential(name, &Purpose::Read)?);
            response = self.read_points(&url, request)?;
        }
        if !response.status().is_success() {
            return Err(PointsError::Status { url, status: response.status().as_u16() });
        }
        let points: Points = serde_json::from_slice(response.body())
            .map_err(|source| PointsError::Syntax { url, source })?;
        for address in points.api.iter().chain([&points.dl]) {
            if !is_safe(address) {
                let address = address.clone();
                return Err(PointsError::Insecure { name: name.clone(), address });
            }
        }
        let mut memory = self.memory();
        if points.auth_required {
            memory.closed.insert(name.clone());
        }
        memory.points.insert(name.clone(), points.clone());
        Ok(points)
    }

    fn read_points(
        &self,
        url: &str,
        request: Request<Vec<u8>>,
    ) -> Result<http::Response<Vec<u8>>, PointsError> {
        let failed = |source| PointsError::Http { url: url.to_owned(), source };
        self.client.fetch(request).map_err(failed)
    }

    /// The base address of the registry's web API, without a slash at its end.
    pub(super) fn api(&self, name: &RegistryName) -> Result<String, PointsError> {
        let api = self.points(name)?.api.ok_or_else(|| PointsError::NoApi(name.clone()))?;
        Ok(api.trim_end_matches('/').to_owned())
    }

    /// Whether reads of this registry are known to want a credential.
    pub(super) fn is_closed(&self, name: &RegistryName) -> bool {
        self.memory().closed.contains(name)
    }
}

/// Finishes a request that `crates_index` began.
pub(super) fn request(
    builder: Result<http::request::Builder, crates_index::Error>,
) -> Request<Vec<u8>> {
    builder
        .ok()
        .and_then(|builder| builder.body(Vec::new()).ok())
        .expect("an address that was checked makes a request")
}

/// Adds a credential to a request.
pub(super) fn authorize(request: &mut Request<Vec<u8>>, secret: &Secret) {
    if let Ok(mut value) = HeaderValue::from_str(secret.expose()) {
        value.set_sensitive(true);
        request.headers_mut().insert(AUTHORIZATION, value);
    }
}

/// `cargo-orchestrate/index` in the user's cache folder.
fn cache_directory(configuration: &Configuration) -> Option<PathBuf> {
    Some(cache_base(configuration)?.join("index"))
}

/// `cargo-orchestrate` in the user's cache folder.
fn cache_base(configuration: &Configuration) -> Option<PathBuf> {
    let absolute = |path: &&str| Path::new(path).is_absolute();
    let base = match configuration.variable("XDG_CACHE_HOME").filter(absolute) {
        Some(path) => PathBuf::from(path),
        None => std::env::home_dir()?.join(".cache"),
    };
    Some(base.join("cargo-orchestrate"))
}
