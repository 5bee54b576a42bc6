//! The registry on a socket, on a thread of its own.

use super::Options;
use super::answer::{Answer, Asked, Delivery};
use super::connection::{Cut, Cuttable};
use super::fetch::{Curl, Fetch};
use super::publish::store;
use super::server::Server;
use super::shelf::Lag;
use super::upload::Metadata;
use super::upstream::Upstream;
use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request, State};
use semver::Version;
use std::io::{self, Write};
use std::sync::Arc;
use std::thread::JoinHandle;
use tokio::sync::oneshot;

/// An upload of 10 MiB with 1 MiB of metadata fits, and so does one that is refused as too large.
const BODY_LIMIT_BYTES: usize = 32 * 1024 * 1024;

/// A running registry; it stops when it is dropped, and forgets everything.
pub(crate) struct EmbeddedRegistry {
    server: Arc<Server>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl EmbeddedRegistry {
    /// Starts a registry; it answers as soon as this returns.
    ///
    /// # Errors
    /// When the address cannot be listened on, or no thread can be started.
    pub(crate) fn start(options: Options) -> io::Result<Self> {
        let curl = Box::new(Curl::new(&options.outgoing));
        Self::start_reading(options, curl)
    }

    /// The same with somebody else who reads what stands behind it.
    ///
    /// # Errors
    /// As [`Self::start`].
    pub(crate) fn start_reading(options: Options, fetch: Box<dyn Fetch>) -> io::Result<Self> {
        let listener = std::net::TcpListener::bind(options.listen)?;
        listener.set_nonblocking(true)?;
        let origin = format!("http://{}", listener.local_addr()?);
        let upstream = options.upstream.as_ref().map(|upstream| Upstream::new(upstream, fetch));
        let server = Arc::new(Server::new(options, origin, upstream));
        let (stop, halted) = oneshot::channel();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let shared = Arc::clone(&server);
        let thread = std::thread::Builder::new()
            .name("embedded-registry".into())
            .spawn(move || serve(runtime, listener, &shared, halted))?;
        Ok(Self { server, stop: Some(stop), thread: Some(thread) })
    }

    /// The index, as Cargo's configuration wants it: `sparse+http://127.0.0.1:PORT/index/`.
    pub(crate) fn index_url(&self) -> String {
        format!("sparse+{}/index/", self.server.origin)
    }

    /// `http://127.0.0.1:PORT`: what every address of it begins with.
    pub(crate) fn origin(&self) -> &str {
        &self.server.origin
    }

    /// Holds a package as if it had been uploaded, whatever an upload of it would be told; the
    /// metadata is that of an upload.
    ///
    /// # Errors
    /// When the metadata is not that of a package.
    pub(crate) fn hold(&self, metadata: &[u8], crate_file: Vec<u8>) -> io::Result<()> {
        let metadata: Metadata = serde_json::from_slice(metadata)?;
        let version = Version::parse(&metadata.vers).map_err(io::Error::other)?;
        let own_urls = self.server.own_urls();
        let mut shelf = self.server.shelf();
        store(&mut shelf, &own_urls, &metadata, version, crate_file, Lag::default());
        Ok(())
    }

    /// What the registry holds, whatever its index shows.
    #[cfg(test)]
    pub(crate) fn contents(&self) -> super::shelf::Contents {
        self.server.shelf().contents()
    }

    /// Stops it; open connections are closed, answers under way are lost.
    pub(crate) fn stop(mut self) {
        self.halt();
    }

    fn halt(&mut self) {
        // Either end may be gone already: the thread ends by itself when its listener fails.
        self.stop.take().map(|stop| stop.send(()));
        self.thread.take().map(JoinHandle::join);
    }
}

impl Drop for EmbeddedRegistry {
    fn drop(&mut self) {
        self.halt();
    }
}

/// Serves until standard input ends or the process is told to end; prints the index url as one
/// line of JSON first.
///
/// # Errors
/// When the registry cannot be started or the line cannot be written.
pub(crate) fn serve_foreground(options: Options) -> io::Result<()> {
    let registry = EmbeddedRegistry::start(options)?;
    let line = serde_json::json!({ "reason": "registry", "v": 1, "index": registry.index_url() });
    let mut stdout = io::stdout().lock();
    writeln!(stdout, "{line}")?;
    stdout.flush()?;
    drop(stdout);
    io::copy(&mut io::stdin().lock(), &mut io::sink())?;
    registry.stop();
    Ok(())
}

fn serve(
    runtime: tokio::runtime::Runtime,
    listener: std::net::TcpListener,
    server: &Arc<Server>,
    halted: oneshot::Receiver<()>,
) {
    runtime.block_on(async move {
        let Ok(listener) = tokio::net::TcpListener::from_std(listener) else { return };
        let router = Router::new().fallback(handle).with_state(Arc::clone(server));
        let service = router.into_make_service_with_connect_info::<Cut>();
        let serving = axum::serve(Cuttable(listener, Arc::clone(server)), service).into_future();
        tokio::select! {
            _ = serving => {}
            _ = halted => {}
        }
    });
    // Delayed answers sleep on other threads; nobody waits for those.
    runtime.shutdown_background();
}

async fn handle(
    State(server): State<Arc<Server>>,
    ConnectInfo(cut): ConnectInfo<Cut>,
    request: Request,
) -> http::Response<Body> {
    let (head, body) = request.into_parts();
    let Ok(body) = axum::body::to_bytes(body, BODY_LIMIT_BYTES).await else {
        return cut.deliver(Delivery::Whole(Answer::empty(413)));
    };
    let asked = Asked {
        method: head.method,
        path: head.uri.path_and_query().map_or_else(String::new, ToString::to_string),
        headers: head.headers,
        body: body.into(),
    };
    let answering = tokio::task::spawn_blocking(move || server.answer(&asked));
    cut.deliver(answering.await.unwrap_or_else(|_| Delivery::Whole(Answer::empty(500))))
}
