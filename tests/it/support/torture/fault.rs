//! Faults as values: which request they strike, and what becomes of it.

use super::scene::Scene;
use std::time::Duration;

/// What a request is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    Publish,
    Yank,
    Unyank,
    /// A read of a package's index file.
    Index,
    /// A read of the index's `config.json`.
    Config,
    Download,
    /// A read of package, version or site facts.
    Facts,
    /// What the registry has no name for.
    Other,
}

/// Which requests a fault strikes.
#[derive(Debug, Clone, Copy)]
pub struct On {
    pub operation: Operation,
    /// None is every package.
    pub package: Option<&'static str>,
    /// The first matching request that is struck, counted from 1.
    pub nth: u32,
    /// How many in a row; 0 is all that follow.
    pub times: u32,
    /// The name by which the proxy is called; none is any. Two registries are one under two names.
    pub host: Option<&'static str>,
}

/// The first request of this kind about this package; an empty name is every package.
pub const fn on(operation: Operation, package: &'static str) -> On {
    let package = if package.is_empty() { None } else { Some(package) };
    On { operation, package, nth: 1, times: 1, host: None }
}

impl On {
    pub const fn nth(self, nth: u32) -> Self {
        Self { nth, ..self }
    }

    /// Only of the registry that is called by this name.
    pub const fn at(self, host: &'static str) -> Self {
        Self { host: Some(host), ..self }
    }

    /// So many in a row; 0 is all that follow.
    pub const fn times(self, times: u32) -> Self {
        Self { times, ..self }
    }
}

/// Whether the registry gets the request before the fault strikes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reached {
    /// Nothing was stored.
    No,
    /// It was stored; only the answer goes wrong.
    Yes,
}

/// How long a client is told to stay away.
#[derive(Debug, Clone, Copy)]
pub enum RetryAfter {
    Nothing,
    Seconds(u64),
    /// A date so many seconds ahead of the `Date` of the answer, with a clock that is wrong by as
    /// many hours.
    Date {
        seconds: u64,
        hours_off: i64,
    },
    Raw(&'static str),
}

/// What an answer holds instead of the true one.
#[derive(Debug, Clone, Copy)]
pub enum Body {
    Empty,
    /// The web API's own form of an error.
    Errors(&'static str),
    Html,
    /// Begins as JSON and is none.
    BrokenJson,
    /// Text that would move a terminal or command a CI.
    Hostile,
    Raw(&'static str),
}

/// What becomes of a request.
#[derive(Debug, Clone, Copy)]
pub enum Fault {
    /// The connection ends in the middle of the request's body, with a reset.
    CutMidBody,
    /// The connection ends without an answer once the request is there as a whole.
    Cut(Reached),
    /// Nothing is said and nothing is closed, until the client goes away.
    Silence(Reached),
    /// The answer is this much later.
    Delay(Reached, Duration),
    /// The connection ends within the head of the answer.
    TruncateHead,
    /// The connection ends half-way through the body of the answer.
    TruncateBody,
    /// Another answer.
    Answer(Reached, u16, RetryAfter, Body),
    /// To another server, which says whether it got a credential.
    Redirect(u16),
    /// What the proxy passed on first about the same path.
    Stale,
    /// A different `ETag` each time, whatever is asked.
    EtagFlip,
    /// Says that nothing changed, whatever is asked.
    Unchanged,
    /// The answer comes byte by byte, with this much between two.
    Slow(Duration),
    /// The answer has no end, as far as anybody should read.
    Endless,
    /// A body of so many MiB.
    Huge(usize),
    /// Not HTTP at all.
    Garbage,
    /// A body that calls itself compressed and is not.
    FalseGzip,
    /// A small body that unpacks to so many MiB.
    GzipBomb(usize),
    /// A head without end.
    EndlessHead,
    /// `100 Continue` over and over, and never an answer.
    OnlyContinue,
    /// The true answer, and behind it another one that nobody asked for.
    Twice,
    /// The true body under this length.
    Length(&'static str),
    /// The true answer with this replaced by that.
    Replace(&'static str, &'static str),
    /// The connection is closed behind the answer, unannounced.
    CloseBehind,
    /// Something happens in the world first; then the request goes on.
    Meanwhile(fn(&Scene)),
    /// The true answer, and something happens before it is told.
    Afterwards(fn(&Scene)),
}

impl Fault {
    /// Whether it may cost an upload one more try.
    pub fn spoils(&self) -> bool {
        !matches!(self, Self::Delay(..) | Self::CloseBehind | Self::Slow(_) | Self::Twice)
    }
}

/// The faults in force, with what they counted.
#[derive(Debug, Default)]
pub struct Faults(Vec<(On, Fault, u32)>);

impl Faults {
    pub fn add(&mut self, on: On, fault: Fault) {
        self.0.push((on, fault, 0));
    }

    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// Counts a request and gives the faults that strike it.
    pub fn strike(&mut self, operation: Operation, package: &str, host: &str) -> Vec<Fault> {
        let mut struck = Vec::new();
        for (on, fault, seen) in &mut self.0 {
            if on.operation != operation
                || on.package.is_some_and(|wanted| wanted != package)
                || on.host.is_some_and(|wanted| host.split(':').next() != Some(wanted))
            {
                continue;
            }
            *seen += 1;
            if *seen >= on.nth && (on.times == 0 || *seen < on.nth + on.times) {
                struck.push(*fault);
            }
        }
        struck
    }
}
