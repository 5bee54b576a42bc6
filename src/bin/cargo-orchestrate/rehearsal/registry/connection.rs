//! Connections that can be cut: the faults that happen below HTTP.

use super::answer::{Answer, Delivery};
use super::server::Server;
use axum::body::Body;
use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};

const WHOLE: usize = usize::MAX;
const RESET: usize = usize::MAX - 1;

/// The handle by which a request cuts the connection that it came over.
#[derive(Debug, Clone)]
pub(super) struct Cut(Arc<AtomicUsize>);

impl Cut {
    fn new() -> Self {
        Self(Arc::new(AtomicUsize::new(WHOLE)))
    }

    /// Turns a delivery into the response to hand to the server; what is to be cut off is cut off
    /// when it is written.
    pub(super) fn deliver(&self, delivery: Delivery) -> http::Response<Body> {
        match delivery {
            Delivery::Whole(answer) => response(answer),
            Delivery::Cut(answer, keep) => {
                self.0.store(keep.min(RESET - 1), Ordering::SeqCst);
                response(answer)
            }
            Delivery::Reset => {
                self.0.store(RESET, Ordering::SeqCst);
                response(Answer::empty(500))
            }
        }
    }
}

fn response(answer: Answer) -> http::Response<Body> {
    let mut builder = http::Response::builder().status(answer.status);
    for (name, value) in answer.headers {
        builder = builder.header(name, value);
    }
    builder.body(Body::from(answer.body)).unwrap_or_else(|_| {
        let mut broken = http::Response::new(Body::empty());
        *broken.status_mut() = http::StatusCode::INTERNAL_SERVER_ERROR;
        broken
    })
}

/// A listener whose connections can be cut.
pub(super) struct Cuttable(pub(super) TcpListener, pub(super) Arc<Server>);

impl Listener for Cuttable {
    type Io = Connection;
    type Addr = Cut;

    async fn accept(&mut self) -> (Connection, Cut) {
        // The inherent `accept` would give up on errors that only concern one client.
        let (stream, _) = Listener::accept(&mut self.0).await;
        self.1.connections.fetch_add(1, Ordering::SeqCst);
        // An answer that waits for an acknowledgement is 40 ms late; a failure costs only that.
        let _ = stream.set_nodelay(true);
        let cut = Cut::new();
        (Connection { stream, cut: cut.clone(), body_left: None }, cut)
    }

    fn local_addr(&self) -> io::Result<Cut> {
        Ok(Cut::new())
    }
}

impl Connected<IncomingStream<'_, Cuttable>> for Cut {
    fn connect_info(stream: IncomingStream<'_, Cuttable>) -> Self {
        stream.remote_addr().clone()
    }
}

/// A TCP connection with its [`Cut`].
pub(super) struct Connection {
    stream: TcpStream,
    cut: Cut,
    /// Once an answer is being cut short: bytes of its body that may still leave.
    body_left: Option<usize>,
}

impl Connection {
    /// How much of `buffer` may leave; none when the connection is to end here.
    fn allowance(&mut self, buffer: &[u8]) -> Option<usize> {
        let keep = match self.cut.0.load(Ordering::SeqCst) {
            WHOLE => return Some(buffer.len()),
            RESET => return None,
            keep => keep,
        };
        if let Some(left) = self.body_left {
            return (left > 0).then(|| left.min(buffer.len()));
        }
        // The server hands head and body over in one piece, as `is_write_vectored` is false.
        let head = buffer.windows(4).position(|window| window == b"\r\n\r\n").map(|at| at + 4);
        let Some(head) = head else { return Some(buffer.len()) };
        self.body_left = Some(keep + head);
        Some((keep + head).min(buffer.len()))
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &[u8],
    ) -> Poll<io::Result<usize>> {
        let Some(allowed) = self.allowance(buffer) else {
            if self.body_left.is_none() {
                // Without lingering, closing sends a reset instead of an orderly end.
                self.stream.set_zero_linger()?;
            }
            return Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()));
        };
        let written = Pin::new(&mut self.stream).poll_write(context, &buffer[..allowed]);
        if let (Poll::Ready(Ok(count)), Some(left)) = (&written, &mut self.body_left) {
            *left -= count;
        }
        written
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
