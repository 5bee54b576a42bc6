//! The one thread that performs all reads: whoever asks waits for its own answers only, and all
//! share the connections.

use super::HttpError;
use super::transfer::{self, Transfer};
use ::http::Response;
use curl::easy::Easy2;
use curl::multi::{Easy2Handle, Multi, MultiWaker};
use std::collections::BTreeMap;
use std::sync::mpsc::{Receiver, Sender, TryRecvError, channel};
use std::time::Duration;

/// Reads under way at once; the others wait for a place.
const IN_FLIGHT: usize = 128;
/// Connections to one server that does not speak HTTP/2.
const CONNECTIONS: usize = 8;

/// The outcome of a read, with the place of its request among those it was asked with.
pub(super) type Outcome = (usize, Result<Response<Vec<u8>>, HttpError>);

/// Something to read, and who wants it.
pub(super) struct Job {
    pub(super) place: usize,
    pub(super) easy: Easy2<Transfer>,
    pub(super) reply: Sender<Outcome>,
}

/// The way to the thread. When it is dropped the thread finishes what is under way and ends.
pub(super) struct Reader {
    jobs: Option<Sender<Job>>,
    waker: MultiWaker,
}

impl Reader {
    /// Starts the thread.
    pub(super) fn start(multiplexing: bool) -> std::io::Result<Self> {
        let (jobs, todo) = channel();
        let (told, waker) = channel();
        let work = move || {
            let mut multi = Multi::new();
            // What the library at hand cannot do is left out: slower, not wrong.
            let _ = multi.pipelining(false, multiplexing);
            let _ = multi.set_max_host_connections(CONNECTIONS);
            let _ = told.send(multi.waker());
            Batch { multi: &multi, running: BTreeMap::new(), count: 0 }.work(&todo);
        };
        std::thread::Builder::new().name("reader".to_owned()).spawn(work)?;
        let waker = waker.recv().map_err(std::io::Error::other)?;
        Ok(Self { jobs: Some(jobs), waker })
    }

    /// Hands reads over; their outcomes go to whoever holds the other end of each.
    pub(super) fn read(&self, jobs: impl IntoIterator<Item = Job>) {
        let sender = self.jobs.as_ref().expect("the way is open until it is dropped");
        for job in jobs {
            // A thread that is gone drops the reply, which the other end notices.
            let _ = sender.send(job);
        }
        let _ = self.waker.wakeup();
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.jobs = None;
        let _ = self.waker.wakeup();
    }
}

/// The transfers under way, by their number.
struct Batch<'a> {
    multi: &'a Multi,
    running: BTreeMap<usize, Running>,
    count: usize,
}

struct Running {
    handle: Easy2Handle<Transfer>,
    place: usize,
    reply: Sender<Outcome>,
}

impl Batch<'_> {
    fn work(&mut self, todo: &Receiver<Job>) {
        loop {
            if self.running.is_empty() {
                let Ok(job) = todo.recv() else { return };
                self.start(job);
            }
            while self.running.len() < IN_FLIGHT {
                match todo.try_recv() {
                    Ok(job) => self.start(job),
                    Err(TryRecvError::Empty | TryRecvError::Disconnected) => break,
                }
            }
            if let Err(error) = self.advance() {
                for (_, lost) in std::mem::take(&mut self.running) {
                    let outcome = Err(HttpError::Machinery(error.clone()));
                    let _ = lost.reply.send((lost.place, outcome));
                }
            }
        }
    }

    fn start(&mut self, Job { place, easy, reply }: Job) {
        let number = self.count;
        self.count += 1;
        let started = self.multi.add2(easy).map_err(HttpError::Machinery).and_then(|mut handle| {
            handle.set_token(number).map_err(HttpError::Request)?;
            Ok(handle)
        });
        match started {
            Ok(handle) => {
                self.running.insert(number, Running { handle, place, reply });
            }
            Err(error) => {
                let _ = reply.send((place, Err(error)));
            }
        }
    }

    /// Moves all transfers on, answers for those that are finished, and else waits for an event.
    fn advance(&mut self) -> Result<(), curl::MultiError> {
        let busy = self.multi.perform()?;
        let mut finished = Vec::new();
        self.multi.messages(|message| {
            if let Ok(number) = message.token()
                && let Some(running) = self.running.get(&number)
                && let Some(result) = message.result_for2(&running.handle)
            {
                finished.push((number, result));
            }
        });
        if finished.is_empty() && busy > 0 {
            self.multi.poll(&mut [], Duration::from_millis(500))?;
        }
        for (number, result) in finished {
            let Running { handle, place, reply } =
                self.running.remove(&number).expect("a finished transfer was running");
            let outcome = match self.multi.remove2(handle) {
                Ok(mut easy) => transfer::finish(&mut easy, result),
                Err(error) => Err(HttpError::Machinery(error)),
            };
            // Nobody waits for it any more where this fails.
            let _ = reply.send((place, outcome));
        }
        Ok(())
    }
}
