//! What stands between `crates_io` and the network.

use super::http::{HttpError, Sender};
use http::header::{ACCEPT_ENCODING, CONTENT_TYPE, HeaderValue};
use http::{Request, Response};
use std::cell::RefCell;
use std::fs::File;
use std::io::{self, Seek as _};

/// What sends, as `crates_io` sees it.
///
/// `crates_io` panics on an acknowledgement that says `"ok": false`, and gives up on a body that is
/// no UTF-8 without looking at the status; neither gets that far.
///
/// `crates_io` would also hold the whole archive of an upload in memory: it is given an empty one
/// in its place, and the archive is sent from its file, a piece at a time.
///
/// It knows no reason of a yank either: the way of crates.io to give one is tried first.
pub(super) struct Guarded<'a> {
    sender: &'a Sender,
    archive: RefCell<Option<Archive>>,
    /// What a yank is to say.
    reason: Option<String>,
}

/// An open `.crate` file, from its beginning.
#[derive(Debug)]
pub(crate) struct Archive {
    pub(crate) file: File,
    pub(crate) size_bytes: u64,
}

impl Archive {
    /// The same file, from its beginning once more.
    pub(super) fn again(&self) -> io::Result<Self> {
        let mut file = self.file.try_clone()?;
        file.rewind()?;
        Ok(Self { file, size_bytes: self.size_bytes })
    }
}

impl<'a> Guarded<'a> {
    /// Sends requests as they are.
    pub(super) fn new(sender: &'a Sender) -> Self {
        Self { sender, archive: RefCell::new(None), reason: None }
    }

    /// Sends one upload with this archive instead of the empty one.
    pub(super) fn with_archive(sender: &'a Sender, archive: Archive) -> Self {
        Self { sender, archive: RefCell::new(Some(archive)), reason: None }
    }

    /// Sends one yank with this reason, if the registry takes it.
    pub(super) fn with_reason(sender: &'a Sender, reason: Option<&str>) -> Self {
        Self { reason: reason.map(str::to_owned), ..Self::new(sender) }
    }
}

impl crates_io::HttpClient for Guarded<'_> {
    type Error = HttpError;

    fn request(&self, request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, HttpError> {
        let host = request.uri().host().unwrap_or_default().to_owned();
        let path = request.uri().path().to_owned();
        let mut request = request;
        request.headers_mut().insert(ACCEPT_ENCODING, HeaderValue::from_static("gzip"));
        let wants_ok = request.method() != http::Method::GET && !path.ends_with("/crates/new");
        let response = match self.archive.take() {
            Some(archive) => {
                // The length of the archive, 32 bits, ends what comes before it.
                let body = request.body_mut();
                let size = u32::try_from(archive.size_bytes);
                let size = size.map_err(|_| HttpError::TooLarge { host: host.clone() })?;
                body.truncate(body.len() - size_of::<u32>());
                body.extend(size.to_le_bytes());
                self.sender.send_file(request, archive.file, archive.size_bytes)?
            }
            None => match self.amended(&request)? {
                Some(response) => response,
                None => self.sender.send(request)?,
            },
        };
        let (parts, body) = response.into_parts();
        let body = String::from_utf8_lossy(&body).into_owned().into_bytes();
        if wants_ok && parts.status.is_success() && says_not_ok(&body) {
            return Err(HttpError::Garbled { host });
        }
        Ok(Response::from_parts(parts, body))
    }
}

impl Guarded<'_> {
    /// The answer to a yank that came with its reason; nothing where there is no reason, or where
    /// the registry knows no such request or took it for something else: then it is still to yank.
    fn amended(&self, yank: &Request<Vec<u8>>) -> Result<Option<Response<Vec<u8>>>, HttpError> {
        let Some(reason) = &self.reason else { return Ok(None) };
        let address = yank.uri().to_string();
        let Some(version) = address.strip_suffix("/yank") else { return Ok(None) };
        let body = serde_json::json!({"version": {"yanked": true, "yank_message": reason}});
        let mut request = Request::patch(version);
        for (name, value) in yank.headers() {
            request = request.header(name, value);
        }
        let request = request.header(CONTENT_TYPE, "application/json");
        let Ok(request) = request.body(body.to_string().into_bytes()) else { return Ok(None) };
        let response = self.sender.send(request)?;
        let status = response.status().as_u16();
        if response.status().is_success() {
            let answer: Option<serde_json::Value> = serde_json::from_slice(response.body()).ok();
            let is_yanked = answer.is_some_and(|it| it["version"]["yanked"] == true);
            let (parts, _) = response.into_parts();
            return Ok(is_yanked.then(|| Response::from_parts(parts, br#"{"ok":true}"#.to_vec())));
        }
        Ok((!matches!(status, 400 | 404 | 405 | 415 | 422 | 501)).then_some(response))
    }
}

fn says_not_ok(body: &[u8]) -> bool {
    #[derive(serde::Deserialize)]
    struct Acknowledgement {
        ok: bool,
    }
    serde_json::from_slice::<Acknowledgement>(body).is_ok_and(|it| !it.ok)
}
