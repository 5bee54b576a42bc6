//! One request and its response, as curl's callbacks see them.

use super::body::Body;
use super::{HttpError, Settings};
use crate::interrupt;
use crate::redact;
use ::http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode};
use curl::easy::{Easy2, Handler, HttpVersion, List, ReadError, SeekResult, WriteError};
use std::io::SeekFrom;
use std::time::Duration;

/// What every request may take, whatever its size.
const BASE_TIME: Duration = Duration::from_mins(1);
/// The slowest transfer worth waiting for, bytes per second.
const SLOWEST: u64 = 50 * 1024;
/// The size of response that the time limit of a read allows for.
const EXPECTED_RESPONSE: u64 = 10 * 1024 * 1024;

/// The state of one transfer.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own, not a state")]
pub(super) struct Transfer {
    host: String,
    is_secure: bool,
    to_send: Body,
    /// Whether curl asked for a part of the body.
    began: bool,
    limit_bytes: usize,
    is_too_long: bool,
    /// Whether it was begun after the time of what was on its way.
    is_last: bool,
    status: Option<StatusCode>,
    headers: HeaderMap,
    received: Vec<u8>,
}

impl Handler for Transfer {
    fn write(&mut self, data: &[u8]) -> Result<usize, WriteError> {
        if self.received.len() + data.len() > self.limit_bytes {
            self.is_too_long = true;
            return Ok(0);
        }
        self.received.extend_from_slice(data);
        Ok(data.len())
    }

    fn read(&mut self, data: &mut [u8]) -> Result<usize, ReadError> {
        self.began = true;
        // What cannot be read is not sent: the request stays incomplete.
        self.to_send.read(data).map_err(|_| ReadError::Abort)
    }

    fn seek(&mut self, whence: SeekFrom) -> SeekResult {
        let SeekFrom::Start(position) = whence else { return SeekResult::CantSeek };
        match self.to_send.seek(position) {
            Ok(()) => SeekResult::Ok,
            Err(_) => SeekResult::Fail,
        }
    }

    /// Somebody who asked to stop does not wait for a server for ever; what is begun after that is
    /// there to leave things clean.
    fn progress(&mut self, _: f64, _: f64, _: f64, _: f64) -> bool {
        self.is_last || !interrupt::is_overdue()
    }

    fn header(&mut self, line: &[u8]) -> bool {
        let line = String::from_utf8_lossy(line);
        let line = line.trim_end();
        if line.starts_with("HTTP/") {
            // A new response begins: after `100 Continue`, or behind a redirect.
            self.headers.clear();
            self.received.clear();
            self.status = line.split(' ').nth(1).and_then(|code| code.parse().ok());
        } else if let Some((name, value)) = line.split_once(':')
            && let Ok(name) = name.parse::<HeaderName>()
            && let Ok(value) =
                HeaderValue::from_bytes(&redact::returned(value.trim().as_bytes().to_vec()))
        {
            self.headers.append(name, value);
        }
        true
    }
}

/// Makes a handle that performs `request` and takes a response of at most `limit_bytes`.
pub(super) fn prepare(
    settings: &Settings,
    request: Request<Body>,
    limit_bytes: usize,
) -> Result<Easy2<Transfer>, HttpError> {
    configure(settings, request, limit_bytes).map_err(HttpError::Request)
}

fn configure(
    settings: &Settings,
    request: Request<Body>,
    limit_bytes: usize,
) -> Result<Easy2<Transfer>, curl::Error> {
    let (parts, body) = request.into_parts();
    let has_body = body.size_bytes() > 0;
    let is_read = parts.method == Method::GET;
    if parts.headers.contains_key(::http::header::AUTHORIZATION) {
        redact::is_sent();
    }
    let size = if is_read { EXPECTED_RESPONSE } else { body.size_bytes() };
    let mut easy = Easy2::new(Transfer {
        host: parts.uri.authority().map(|it| it.host().to_owned()).unwrap_or_default(),
        is_secure: parts.uri.scheme_str() == Some("https"),
        to_send: body,
        began: false,
        limit_bytes,
        is_too_long: false,
        is_last: interrupt::is_overdue(),
        status: None,
        headers: HeaderMap::new(),
        received: Vec::new(),
    });
    settings.apply(&mut easy)?;
    easy.progress(true)?;
    easy.url(&parts.uri.to_string())?;
    easy.timeout(BASE_TIME + Duration::from_secs(size / SLOWEST))?;
    if settings.multiplexing {
        easy.http_version(HttpVersion::V2TLS)?;
        easy.pipewait(is_read)?;
    } else {
        easy.http_version(HttpVersion::V11)?;
    }
    if is_read {
        easy.get(true)?;
        // A credential is for whoever was asked, not for whom that one names.
        easy.follow_location(!parts.headers.contains_key(::http::header::AUTHORIZATION))?;
        easy.max_redirections(5)?;
    } else {
        // On a used connection curl may repeat a request that got no answer; a write must not be
        // repeated behind our back.
        easy.fresh_connect(true)?;
        easy.forbid_reuse(true)?;
        if has_body || parts.method == Method::PUT {
            easy.upload(true)?;
            easy.in_filesize(size)?;
        }
        easy.custom_request(parts.method.as_str())?;
    }
    let mut headers = List::new();
    for (name, value) in &parts.headers {
        let Ok(value) = value.to_str() else { continue };
        if name == ::http::header::ACCEPT_ENCODING {
            // Told this way curl also decodes what comes back.
            easy.accept_encoding(value)?;
        } else {
            headers.append(&format!("{name}: {value}"))?;
        }
    }
    easy.http_headers(headers)?;
    Ok(easy)
}

/// The response of a finished transfer.
pub(super) fn finish(
    easy: &mut Easy2<Transfer>,
    result: Result<(), curl::Error>,
) -> Result<Response<Vec<u8>>, HttpError> {
    let left = left_this_machine(easy);
    let ends_insecure =
        easy.effective_url().ok().flatten().is_some_and(|url| url.starts_with("http://"));
    let transfer = easy.get_mut();
    let host = transfer.host.clone();
    if transfer.is_too_long {
        return Err(HttpError::TooLong { host, limit_bytes: transfer.limit_bytes });
    }
    match result {
        Err(source) if never_connected(&source) || !left => {
            return Err(HttpError::Unreached { host, source });
        }
        Err(source) => return Err(HttpError::Broken { host, source }),
        Ok(()) if transfer.is_secure && ends_insecure => return Err(HttpError::Insecure { host }),
        Ok(()) => {}
    }
    let Some(status) = transfer.status else { return Err(HttpError::Garbled { host }) };
    let mut response = Response::new(redact::returned(std::mem::take(&mut transfer.received)));
    *response.status_mut() = status;
    *response.headers_mut() = std::mem::take(&mut transfer.headers);
    Ok(response)
}

/// Whether anything of the request can have reached the server: a part of its body, or for a
/// request without a body its head.
fn left_this_machine(easy: &Easy2<Transfer>) -> bool {
    let transfer = easy.get_ref();
    if transfer.to_send.size_bytes() > 0 {
        return transfer.began;
    }
    easy.request_size().map_or(true, |bytes| bytes > 0)
        || easy.pretransfer_time().map_or(true, |time| !time.is_zero())
}

fn never_connected(error: &curl::Error) -> bool {
    error.is_couldnt_resolve_host()
        || error.is_couldnt_resolve_proxy()
        || error.is_couldnt_connect()
        || error.is_ssl_connect_error()
        || error.is_peer_failed_verification()
        || error.is_ssl_cacert()
        || error.is_ssl_cacert_badfile()
        || error.is_ssl_certproblem()
        || error.is_ssl_issuer_error()
        || error.is_unsupported_protocol()
        || error.is_url_malformed()
}
