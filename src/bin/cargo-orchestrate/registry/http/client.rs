//! The client: single requests, and many reads at once.

use super::transfer::{self, Transfer};
use super::{HttpError, Settings};
use ::http::{Request, Response};
use curl::easy::Easy2;
use curl::multi::{Easy2Handle, Multi};
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// The longest response of the web API that is read.
const LONGEST_ANSWER: usize = 1024 * 1024;
/// The longest index entry or package that is read.
const LONGEST_FILE: usize = 64 * 1024 * 1024;
/// Reads under way at once; the others wait for a place.
const IN_FLIGHT: usize = 128;
/// Connections to one server that does not speak HTTP/2.
const CONNECTIONS: usize = 8;

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
    multi: Mutex<Multi>,
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
        let mut multi = Multi::new();
        // What the library at hand cannot do is left out: slower, not wrong.
        let _ = multi.pipelining(false, settings.multiplexing);
        let _ = multi.set_max_host_connections(CONNECTIONS);
        Self { sender: Sender { settings, reach }, multi: Mutex::new(multi) }
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
        if self.sender.reach == Reach::Nobody {
            return requests.iter().map(|_| Err(HttpError::Offline)).collect();
        }
        let count = requests.len();
        let mut outcomes = BTreeMap::new();
        let multi = self.multi.lock().unwrap_or_else(PoisonError::into_inner);
        let mut batch = Batch { multi: &multi, running: BTreeMap::new() };
        let mut waiting = requests.into_iter().enumerate();
        while outcomes.len() < count {
            while batch.running.len() < IN_FLIGHT
                && let Some((index, request)) = waiting.next()
            {
                let started = transfer::prepare(&self.sender.settings, request, LONGEST_FILE)
                    .and_then(|easy| batch.start(index, easy));
                if let Err(error) = started {
                    outcomes.insert(index, Err(error));
                }
            }
            if batch.running.is_empty() {
                continue;
            }
            match batch.advance() {
                Ok(finished) => outcomes.extend(finished),
                Err(error) => {
                    let left = std::mem::take(&mut batch.running);
                    outcomes.extend(
                        left.into_keys().map(|it| (it, Err(HttpError::Machinery(error.clone())))),
                    );
                }
            }
        }
        outcomes.into_values().collect()
    }
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client").field("sender", &self.sender).finish_non_exhaustive()
    }
}

/// The transfers of one call that are under way, by the place of their request.
struct Batch<'a> {
    multi: &'a Multi,
    running: BTreeMap<usize, Easy2Handle<Transfer>>,
}

type Outcome = (usize, Result<Response<Vec<u8>>, HttpError>);

impl Batch<'_> {
    fn start(&mut self, index: usize, easy: Easy2<Transfer>) -> Result<(), HttpError> {
        let mut handle = self.multi.add2(easy).map_err(HttpError::Machinery)?;
        handle.set_token(index).map_err(HttpError::Request)?;
        self.running.insert(index, handle);
        Ok(())
    }

    /// Moves all transfers on, waits for the next event, and returns those that are finished.
    fn advance(&mut self) -> Result<Vec<Outcome>, curl::MultiError> {
        let busy = self.multi.perform()?;
        let mut finished = Vec::new();
        self.multi.messages(|message| {
            if let Ok(index) = message.token()
                && let Some(handle) = self.running.get(&index)
                && let Some(result) = message.result_for2(handle)
            {
                finished.push((index, result));
            }
        });
        let mut outcomes = Vec::with_capacity(finished.len());
        for (index, result) in finished {
            let handle = self.running.remove(&index).expect("a finished transfer was running");
            let outcome = match self.multi.remove2(handle) {
                Ok(mut easy) => transfer::finish(&mut easy, result),
                Err(error) => Err(HttpError::Machinery(error)),
            };
            outcomes.push((index, outcome));
        }
        if outcomes.is_empty() && busy > 0 {
            self.multi.wait(&mut [], Duration::from_millis(500))?;
        }
        Ok(outcomes)
    }
}
