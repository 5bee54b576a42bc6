//! A registry on the loopback interface that behaves like crates.io and is gone afterwards.
//!
//! It speaks Cargo's sparse index and web API, refuses what crates.io refuses, hands through the
//! packages that it does not hold from the registry that does, and can be told to delay, fail or
//! lie. It must never send anything but reads to that other registry.
//!
//! A request becomes a [`call::Call`]; [`server::Server`] answers it from the [`shelf::Shelf`] and
//! the [`upstream::Upstream`], bent by the [`fault::Faults`]; [`embedded`] puts it on a socket.
//! Read [`server`] next.

mod call;
mod upload;
mod check;
mod tarball;
mod limit;
mod line;
mod shelf;
mod upstream;
mod fetch;
mod fault;
mod log;
mod answer;
mod server;
mod trusted;
mod publish;
mod read;
mod change;
mod control;
mod connection;
mod embedded;
#[cfg(test)]
mod tests;

pub(crate) use embedded::{EmbeddedRegistry, serve_foreground};
pub(crate) use fetch::{Fetch, FetchError, Fetched};

use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

/// How an embedded registry behaves.
#[derive(Clone)]
pub(crate) struct Options {
    /// Where to listen; port 0 takes a free one.
    pub(crate) listen: SocketAddr,
    /// The one token that may write; without it every write is allowed.
    pub(crate) token: Option<String>,
    /// Whether reading needs the token, too.
    pub(crate) auth_required: bool,
    /// What is refused.
    pub(crate) rules: Rules,
    /// The status of a refused upload.
    pub(crate) statuses: Statuses,
    /// Where packages come from that are not held here.
    pub(crate) upstream: Option<UpstreamOptions>,
    /// How it is reached.
    pub(crate) outgoing: Outgoing,
    /// Whether the endpoints below `/_control/` exist.
    pub(crate) control: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            token: None,
            auth_required: false,
            rules: Rules::CratesIo,
            statuses: Statuses::CratesIo,
            upstream: None,
            outgoing: Outgoing::default(),
            control: false,
        }
    }
}

// By hand, so that the token stays out of logs.
impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("listen", &self.listen)
            .field("rules", &self.rules)
            .field("upstream", &self.upstream)
            .finish_non_exhaustive()
    }
}

/// The registry behind this one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct UpstreamOptions {
    /// The url of its sparse index, with or without `sparse+`.
    pub(crate) index_url: String,
    /// Folders of `.crate` files that are used instead of a download when their checksum is right:
    /// those in `$CARGO_HOME/registry/cache/`.
    pub(crate) caches: Vec<PathBuf>,
}

/// How upstream is reached. What is not named here comes from the environment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Outgoing {
    /// Cargo's `http.cainfo`.
    pub(crate) ca_file: Option<PathBuf>,
    /// Cargo's `http.proxy`.
    pub(crate) proxy: Option<String>,
}

/// What a registry refuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rules {
    /// As crates.io: description and licence, known dependencies, none from other registries.
    CratesIo,
    /// As private registries do: only what no registry can store.
    Private,
}

/// The HTTP status of a refused upload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Statuses {
    /// 200 with an `errors` body, as crates.io answers Cargo.
    CratesIo,
    /// The status that fits the error.
    Plain,
}
