//! Reading a registry for somebody who stands in for it.

use super::config::RegistryError;
use super::registries::Registries;
use cargo_orchestrate::model::RegistryName;
use http::header::{ETAG, IF_NONE_MATCH};
use http::{HeaderValue, Request};

/// What an address of a registry answered.
pub(crate) struct Behind {
    pub(crate) status: u16,
    pub(crate) etag: Option<String>,
    pub(crate) body: Vec<u8>,
}

impl Registries {
    /// Reads an address of a registry's index, with a credential where it wants one. `etag` is that
    /// of an answer that is known.
    ///
    /// # Errors
    /// Why there is no answer, in words.
    pub(crate) fn behind(
        &self,
        registry: &RegistryName,
        url: &str,
        etag: Option<&str>,
    ) -> Result<Behind, String> {
        let mut request = Request::get(url).body(Vec::new()).map_err(|error| error.to_string())?;
        if let Some(etag) = etag.and_then(|etag| HeaderValue::from_str(etag).ok()) {
            request.headers_mut().insert(IF_NONE_MATCH, etag);
        }
        let response = self.fetch_authorized(registry, request)?;
        let etag = response.headers().get(ETAG).and_then(|etag| etag.to_str().ok());
        let (status, etag) = (response.status().as_u16(), etag.map(str::to_owned));
        Ok(Behind { status, etag, body: response.into_body() })
    }

    /// The index of a registry, `sparse+` and all.
    ///
    /// # Errors
    /// When nothing defines it, or it cannot be used.
    pub(crate) fn index_of(&self, registry: &RegistryName) -> Result<String, RegistryError> {
        self.configuration.index(registry)
    }

    /// How Cargo's configuration calls the source that a registry is, and its address where one has
    /// to be given: Cargo takes no two sources of one address.
    pub(crate) fn source(&self, registry: &RegistryName) -> (String, Option<String>) {
        if registry.is_crates_io() {
            return (registry.to_string(), None);
        }
        let written = self.configuration.written_index(registry).unwrap_or_default();
        let is_same =
            |address: &str| address.trim_end_matches('/') == written.trim_end_matches('/');
        let mut named = self.configuration.cargo.sources.iter();
        match named.find(|(_, address)| is_same(address)) {
            Some((name, _)) => (name.clone(), None),
            None => (format!("orchestrate-real-{registry}"), Some(written)),
        }
    }
}
