//! Reading from another registry over HTTP.

use super::Outgoing;
use curl::easy::{Easy, List};
use std::fmt;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Gets a url: the seam for tests without a second registry, and for whoever reads that one anyway.
pub(crate) trait Fetch: Send + Sync {
    /// Gets `url`, unless it still has that `etag`.
    fn get(&self, url: &str, etag: Option<&str>) -> Result<Fetched, FetchError>;
}

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Fetched {
    /// The body, and the tag to ask with next time.
    Found {
        /// `ETag`.
        etag: Option<String>,
        /// All of it.
        body: Vec<u8>,
    },
    /// 304.
    Same,
    /// 404, and what index servers answer for files that they never had.
    Absent,
}

/// The other registry could not be read.
#[derive(Debug)]
pub(crate) struct FetchError {
    url: String,
    status: Option<u32>,
    why: Option<String>,
    source: Option<curl::Error>,
}

impl FetchError {
    /// An answer that makes no sense.
    pub(super) fn answer(url: &str, status: Option<u32>) -> Self {
        Self { url: url.into(), status, why: None, source: None }
    }

    /// No answer, and why.
    pub(crate) fn because(url: &str, why: String) -> Self {
        Self { url: url.into(), status: None, why: Some(why), source: None }
    }

    /// What a status, and what came with it, say of an address.
    pub(crate) fn or_fetched(
        url: &str,
        status: u32,
        etag: Option<String>,
        body: Vec<u8>,
    ) -> Result<Fetched, Self> {
        match status {
            200 => Ok(Fetched::Found { etag, body }),
            304 => Ok(Fetched::Same),
            404 | 410 | 451 => Ok(Fetched::Absent),
            other => Err(Self::answer(url, Some(other))),
        }
    }
}

impl fmt::Display for FetchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "read `{}` from upstream", self.url)?;
        match (self.status, &self.why, &self.source) {
            (Some(status), ..) => write!(f, " (status {status})"),
            (None, Some(why), _) => write!(f, " ({why})"),
            (None, None, Some(source)) => write!(f, " ({source})"),
            (None, None, None) => Ok(()),
        }
    }
}

impl std::error::Error for FetchError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_ref().map(|source| source as _)
    }
}

/// [`Fetch`] with curl, as Cargo itself reads.
pub(super) struct Curl {
    ca_file: Option<PathBuf>,
    proxy: Option<String>,
    /// Handles at rest; each keeps its connection open.
    idle: Mutex<Vec<Easy>>,
}

impl Curl {
    /// Reads with this CA file and proxy. What is not named comes from the environment: curl
    /// itself looks at `https_proxy`, and OpenSSL at `SSL_CERT_FILE`.
    pub(super) fn new(outgoing: &Outgoing) -> Self {
        // Cargo does not look at CURL_CA_BUNDLE, but curl's own program does, and so do people.
        let bundle = || std::env::var_os("CURL_CA_BUNDLE").map(PathBuf::from);
        Self {
            ca_file: outgoing.ca_file.clone().or_else(bundle),
            proxy: outgoing.proxy.clone(),
            idle: Mutex::default(),
        }
    }

    fn connect(&self, easy: &mut Easy) -> Result<(), curl::Error> {
        if let Some(file) = &self.ca_file {
            easy.cainfo(file)?;
        }
        if let Some(proxy) = &self.proxy {
            easy.proxy(proxy)?;
        }
        easy.connect_timeout(Duration::from_secs(20))?;
        easy.low_speed_limit(10)?;
        easy.low_speed_time(Duration::from_secs(30))
    }
}

impl Fetch for Curl {
    fn get(&self, url: &str, etag: Option<&str>) -> Result<Fetched, FetchError> {
        let idle = || self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let mut easy = { idle().pop() }.unwrap_or_else(Easy::new);
        let sent = self.connect(&mut easy).and_then(|()| perform(&mut easy, url, etag));
        let got = sent.map_err(|source| FetchError {
            url: url.into(),
            status: None,
            why: None,
            source: Some(source),
        });
        easy.reset();
        idle().push(easy);
        let (status, found_etag, body) = got?;
        FetchError::or_fetched(url, status, found_etag, body)
    }
}

type Got = (u32, Option<String>, Vec<u8>);

fn perform(easy: &mut Easy, url: &str, etag: Option<&str>) -> Result<Got, curl::Error> {
    easy.url(url)?;
    easy.useragent(concat!("cargo-orchestrate/", env!("CARGO_PKG_VERSION")))?;
    easy.accept_encoding("")?;
    easy.follow_location(true)?;
    let mut headers = List::new();
    if let Some(etag) = etag {
        headers.append(&format!("If-None-Match: {etag}"))?;
    }
    easy.http_headers(headers)?;
    let mut found = None;
    let mut body = Vec::new();
    {
        let mut transfer = easy.transfer();
        transfer.header_function(|line| {
            let line = String::from_utf8_lossy(line);
            let tag = line.split_once(':').filter(|(name, _)| name.eq_ignore_ascii_case("etag"));
            if let Some((_, value)) = tag {
                found = Some(value.trim().to_owned());
            }
            true
        })?;
        transfer.write_function(|part| {
            body.extend_from_slice(part);
            Ok(part.len())
        })?;
        transfer.perform()?;
    }
    Ok((easy.response_code()?, found, body))
}
