//! How requests are made, as Cargo's configuration has it.

use curl::easy::{Easy2, SslOpt};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Cargo's default for `http.timeout`.
const TIMEOUT: Duration = Duration::from_secs(30);
/// Cargo's default for `http.low-speed-limit`, bytes per second.
const LOW_SPEED_LIMIT: u32 = 10;

/// The settings of the client; the values of Cargo's `[http]` table after its defaults.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    proxy: Option<String>,
    certificates: Option<PathBuf>,
    /// For connecting, and for going on below the low speed limit.
    timeout: Duration,
    low_speed_limit: u32,
    check_revocation: Option<bool>,
    pub(super) multiplexing: bool,
    user_agent: String,
}

impl Settings {
    /// The settings of `[http]`; `environment` answers for variables by name.
    ///
    /// Certificates come from `http.cainfo`, else from `CURL_CA_BUNDLE`, else from `SSL_CERT_FILE`,
    /// as the curl program does; without any of them from where the TLS library looks. A relative
    /// `http.cainfo` is looked for below `directory`.
    pub(crate) fn new(
        http: &cargo_config2::HttpConfig,
        directory: &Path,
        environment: impl Fn(&str) -> Option<String>,
    ) -> Self {
        let certificates = http
            .cainfo
            .as_ref()
            .map(|path| directory.join(path))
            .or_else(|| environment("CURL_CA_BUNDLE").map(PathBuf::from))
            .or_else(|| environment("SSL_CERT_FILE").map(PathBuf::from));
        Self {
            proxy: http.proxy.clone(),
            certificates,
            timeout: http.timeout.map_or(TIMEOUT, |seconds| Duration::from_secs(seconds.into())),
            low_speed_limit: http.low_speed_limit.unwrap_or(LOW_SPEED_LIMIT),
            check_revocation: http.check_revoke,
            multiplexing: http.multiplexing.unwrap_or(true),
            user_agent: http.user_agent.clone().unwrap_or_else(user_agent),
        }
    }

    /// Makes a handle follow the settings.
    pub(super) fn apply<H>(&self, easy: &mut Easy2<H>) -> Result<(), curl::Error> {
        easy.useragent(&self.user_agent)?;
        easy.connect_timeout(self.timeout)?;
        easy.low_speed_limit(self.low_speed_limit)?;
        easy.low_speed_time(self.timeout)?;
        easy.http_09_allowed(false)?;
        // Without a setting libcurl reads the proxy variables of the environment by itself.
        if let Some(proxy) = &self.proxy {
            easy.proxy(proxy)?;
        }
        if let Some(path) = &self.certificates {
            easy.cainfo(path)?;
            if let Some(path) = path.to_str() {
                // Not every TLS library can do this; then its default stays.
                let _ = easy.proxy_cainfo(path);
            }
        }
        if let Some(check) = self.check_revocation {
            // Only Windows knows the difference; elsewhere the option is refused or ignored.
            let _ = easy.ssl_options(SslOpt::new().no_revoke(!check));
        }
        Ok(())
    }
}

/// What crates.io asks of its clients: a name, and where to find who is behind it.
fn user_agent() -> String {
    format!(
        "{}/{} (+{})",
        env!("CARGO_PKG_NAME"),
        env!("CARGO_PKG_VERSION"),
        env!("CARGO_PKG_REPOSITORY")
    )
}
