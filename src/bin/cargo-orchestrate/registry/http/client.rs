//! The client: single requests, and many reads at once.

use super::body::Body;
use super::reader::{Job, Outcome, Reader};
use super::transfer;
use super::{HttpError, Settings};
use ::http::{Request, Response};
use std::collections::BTreeSet;
use std::fs::File;
use std::sync::OnceLock;
use std::sync::mpsc::{Sender as Reply, channel};

/// The longest response of the web API that is read.
const LONGEST_ANSWER: usize = 1024 * 1024;
/// The longest index entry or package that is read.
const LONGEST_FILE: usize = 64 * 1024 * 1024;

/// Whom a client may ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    Everybody,
    /// Every request fails before anything is sent.
    Nobody,
}

/// An HTTP client. Connections of reads are kept and used again.
pub(crate) struct Client {
    sender: Sender,
    /// Started with the first read; without a thread there is none.
    reader: OnceLock<Option<Reader>>,
}

/// What sends writes, each on a connection of its own; threads may share it.
#[derive(Debug, Clone)]
pub(crate) struct Sender {
    settings: Settings,
    reach: Reach,
}

impl Sender {
    /// Performs one request of the web API on a connection of its own.
    pub(crate) fn send(&self, request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, HttpError> {
        self.send_body(request.map(Body::from))
    }

    /// Performs one request of the web API whose body goes on with a file, which is read while it
    /// is sent.
    pub(crate) fn send_file(
        &self,
        request: Request<Vec<u8>>,
        file: File,
        size_bytes: u64,
    ) -> Result<Response<Vec<u8>>, HttpError> {
        self.send_body(request.map(|head| Body::with_file(head, file, size_bytes)))
    }

    fn send_body(&self, request: Request<Body>) -> Result<Response<Vec<u8>>, HttpError> {
        if self.reach == Reach::Nobody {
            return Err(HttpError::Offline);
        }
        let mut easy = transfer::prepare(&self.settings, request, LONGEST_ANSWER)?;
        let result = easy.perform();
        transfer::finish(&mut easy, result)
    }
}

impl Client {
    /// A client that follows these settings.
    pub(crate) fn new(settings: Settings, reach: Reach) -> Self {
        curl::init();
        Self { sender: Sender { settings, reach }, reader: OnceLock::new() }
    }

    /// What sends the writes of this client.
    pub(crate) fn sender(&self) -> &Sender {
        &self.sender
    }

    /// Performs one read.
    pub(crate) fn fetch(&self, request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, HttpError> {
        self.fetch_all(vec![request]).pop().expect("one request has one outcome")
    }

    /// Performs reads, many at once; the outcomes are in the order of the requests.
    pub(crate) fn fetch_all(
        &self,
        requests: Vec<Request<Vec<u8>>>,
    ) -> Vec<Result<Response<Vec<u8>>, HttpError>> {
        let mut outcomes: Vec<_> = requests.iter().map(|_| None).collect();
        self.fetch_each(requests, |place, outcome| outcomes[place] = Some(outcome));
        let outcome = |outcome: Option<_>| outcome.expect("each request has one outcome");
        outcomes.into_iter().map(outcome).collect()
    }

    /// Performs reads, many at once; `heard` gets each outcome as soon as it is there, with the
    /// place of its request.
    pub(crate) fn fetch_each(
        &self,
        requests: Vec<Request<Vec<u8>>>,
        mut heard: impl FnMut(usize, Result<Response<Vec<u8>>, HttpError>),
    ) {
        let mut left: BTreeSet<usize> = (0..requests.len()).collect();
        let (reply, outcomes) = channel();
        self.hand_over(requests, &reply);
        drop(reply);
        for (place, outcome) in outcomes {
            left.remove(&place);
            heard(place, outcome);
        }
        // The thread is gone, or there never was one.
        for place in left {
            heard(place, Err(HttpError::Lost));
        }
    }

    fn hand_over(&self, requests: Vec<Request<Vec<u8>>>, reply: &Reply<Outcome>) {
        let requests = requests.into_iter().enumerate();
        if self.sender.reach == Reach::Nobody {
            requests.for_each(|(place, _)| answer(reply, place, HttpError::Offline));
            return;
        }
        let settings = &self.sender.settings;
        let reader = self.reader.get_or_init(|| Reader::start(settings.multiplexing).ok());
        let job = |(place, request): (_, Request<_>)| match transfer::prepare(
            settings,
            request.map(Body::from),
            LONGEST_FILE,
        ) {
            Ok(easy) => Some(Job { place, easy, reply: reply.clone() }),
            Err(error) => {
                answer(reply, place, error);
                None
            }
        };
        if let Some(reader) = reader {
            reader.read(requests.filter_map(job));
        }
    }
}

fn answer(reply: &Reply<Outcome>, place: usize, error: HttpError) {
    // Whoever asked listens until the last reply is dropped.
    let _ = reply.send((place, Err(error)));
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client").field("sender", &self.sender).finish_non_exhaustive()
    }
}
