//! What stands between `crates_io` and the network.

use super::http::{HttpError, Sender};
use http::header::{ACCEPT_ENCODING, HeaderValue};
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
pub(super) struct Guarded<'a> {
    sender: &'a Sender,
    archive: RefCell<Option<Archive>>,
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
        Self { sender, archive: RefCell::new(None) }
    }

    /// Sends one upload with this archive instead of the empty one.
    pub(super) fn with_archive(sender: &'a Sender, archive: Archive) -> Self {
        Self { sender, archive: RefCell::new(Some(archive)) }
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
            None => self.sender.send(request)?,
        };
        let (parts, body) = response.into_parts();
        let body = String::from_utf8_lossy(&body).into_owned().into_bytes();
        if wants_ok && parts.status.is_success() && says_not_ok(&body) {
            return Err(HttpError::Garbled { host });
        }
        Ok(Response::from_parts(parts, body))
    }
}

fn says_not_ok(body: &[u8]) -> bool {
    #[derive(serde::Deserialize)]
    struct Acknowledgement {
        ok: bool,
    }
    serde_json::from_slice::<Acknowledgement>(body).is_ok_and(|it| !it.ok)
}
