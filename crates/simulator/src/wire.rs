//! Connections and response bodies that can be made to misbehave.

use crate::export::File;
use crate::state::Flight;
use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use std::collections::VecDeque;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;
use std::task::{ready, Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::Sleep;
use tokio_rustls::server::TlsStream;

/// How long a body waits before it breaks off, so that what was sent before is on the wire.
const FLUSH: Duration = Duration::from_millis(20);

/// A client's connection, which closes with a reset when told so.
pub struct Connection {
    stream: Stream,
    reset: Arc<AtomicBool>,
}

enum Stream {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

impl Connection {
    /// An http connection.
    pub fn plain(stream: TcpStream, reset: Arc<AtomicBool>) -> Connection {
        Connection {
            stream: Stream::Plain(stream),
            reset,
        }
    }

    /// An https connection.
    pub fn tls(stream: TlsStream<TcpStream>, reset: Arc<AtomicBool>) -> Connection {
        Connection {
            stream: Stream::Tls(Box::new(stream)),
            reset,
        }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        if self.reset.load(Ordering::Relaxed) {
            let tcp = match &self.stream {
                Stream::Plain(stream) => stream,
                Stream::Tls(stream) => stream.get_ref().0,
            };
            // With nothing to linger for, close sends RST instead of FIN.
            let _ = tcp.set_zero_linger();
        }
    }
}

macro_rules! on_stream {
    ($self:ident, $stream:ident => $call:expr) => {
        match &mut $self.get_mut().stream {
            Stream::Plain(inner) => {
                let $stream = Pin::new(inner);
                $call
            }
            Stream::Tls(inner) => {
                let $stream = Pin::new(inner.as_mut());
                $call
            }
        }
    };
}

impl AsyncRead for Connection {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        on_stream!(self, stream => stream.poll_read(cx, buf))
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        on_stream!(self, stream => stream.poll_write(cx, buf))
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        on_stream!(self, stream => stream.poll_write_vectored(cx, bufs))
    }

    fn is_write_vectored(&self) -> bool {
        match &self.stream {
            Stream::Plain(stream) => stream.is_write_vectored(),
            Stream::Tls(stream) => stream.is_write_vectored(),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        on_stream!(self, stream => stream.poll_flush(cx))
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.reset.load(Ordering::Relaxed) {
            return Poll::Ready(Ok(()));
        }
        on_stream!(self, stream => stream.poll_shutdown(cx))
    }
}

/// One thing a body does.
pub enum Step {
    /// Sends bytes.
    Send(Bytes),
    /// Sends bytes one at a time, with a pause before each.
    Drip(Bytes, Duration),
    /// Sends a file, chunk by chunk as it is read.
    File(Box<File>),
    /// Sends the same bytes for ever.
    Repeat(Bytes),
    /// Sends nothing for ever.
    Hang,
    /// Breaks the connection off.
    Break {
        /// With a reset instead of an orderly close.
        reset: bool,
    },
}

/// A response body: steps to take, and the record of the request, closed when the body is.
pub struct ReplyBody {
    steps: VecDeque<Step>,
    /// None makes the answer chunked.
    length: Option<u64>,
    pause: Option<Pin<Box<Sleep>>>,
    reset: Arc<AtomicBool>,
    flight: Flight,
}

impl ReplyBody {
    /// A body of these steps; `length` is what Content-Length will say.
    pub fn new(
        steps: Vec<Step>,
        length: Option<u64>,
        reset: Arc<AtomicBool>,
        flight: Flight,
    ) -> ReplyBody {
        ReplyBody {
            steps: steps.into(),
            length,
            pause: None,
            reset,
            flight,
        }
    }

    /// Waits once for `pause`; ready again and again afterwards.
    fn poll_pause(&mut self, cx: &mut Context<'_>, pause: Duration) -> Poll<()> {
        let sleep = self
            .pause
            .get_or_insert_with(|| Box::pin(tokio::time::sleep(pause)));
        sleep.as_mut().poll(cx)
    }
}

impl Drop for ReplyBody {
    fn drop(&mut self) {
        self.flight.end(self.steps.is_empty());
    }
}

/// Why a body ended early: it was told to.
#[derive(Debug)]
pub struct BrokenOff;

impl std::fmt::Display for BrokenOff {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("broken off as ordered")
    }
}

impl std::error::Error for BrokenOff {}

impl Body for ReplyBody {
    type Data = Bytes;
    type Error = BrokenOff;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BrokenOff>>> {
        let this = self.get_mut();
        match this.steps.front_mut() {
            None => Poll::Ready(None),
            Some(Step::Hang) => Poll::Pending,
            Some(Step::Repeat(bytes)) => {
                let bytes = bytes.clone();
                // Lets the connection notice that the client has left, however fast it reads.
                ready!(this.poll_pause(cx, Duration::ZERO));
                this.pause = None;
                Poll::Ready(Some(Ok(Frame::data(bytes))))
            }
            Some(Step::Break { reset }) => {
                let reset = *reset;
                ready!(this.poll_pause(cx, FLUSH));
                this.reset.fetch_or(reset, Ordering::Relaxed);
                Poll::Ready(Some(Err(BrokenOff)))
            }
            Some(Step::Drip(_, every)) => {
                let every = *every;
                ready!(this.poll_pause(cx, every));
                this.pause = None;
                let Some(Step::Drip(bytes, _)) = this.steps.front_mut() else {
                    return Poll::Ready(None);
                };
                let byte = bytes.split_to(1.min(bytes.len()));
                if bytes.is_empty() {
                    this.steps.pop_front();
                }
                Poll::Ready(Some(Ok(Frame::data(byte))))
            }
            Some(Step::File(file)) => match file.next() {
                Some(chunk) => Poll::Ready(Some(Ok(Frame::data(chunk)))),
                None => {
                    this.steps.pop_front();
                    Pin::new(this).poll_frame(cx)
                }
            },
            Some(Step::Send(bytes)) => {
                let bytes = std::mem::take(bytes);
                this.steps.pop_front();
                Poll::Ready(Some(Ok(Frame::data(bytes))))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.steps.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        match self.length {
            Some(length) => SizeHint::with_exact(length),
            None => SizeHint::default(),
        }
    }
}
