//! The listener: connections, the life of a request, and what faults do to it.

use crate::encoding;
use crate::errors::ApiError;
use crate::export::File;
use crate::faults::FaultKind;
use crate::handle::Handle;
use crate::journal::Entry;
use crate::reply::Reply;
use crate::request::Request;
use crate::routes;
use crate::state::{lock, Flight, State};
use crate::wire::{BrokenOff, Connection, ReplyBody, Step};
use bytes::Bytes;
use http::{header, HeaderMap, HeaderName, HeaderValue, Response, StatusCode};
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use std::future::Future;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;
use std::time::Instant;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

/// The API refuses larger request bodies.
const MAX_BODY: usize = 1 << 20;

/// Accepts connections until `stop` resolves; the tasks it leaves behind end with the runtime.
pub async fn run(
    state: Arc<State>,
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    stop: impl Future<Output = ()>,
) {
    tokio::pin!(stop);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut stop => return,
        };
        // Out of file descriptors, say: the client sees a refused connection, others go on.
        let Ok((stream, _)) = accepted else { continue };
        tokio::spawn(connection(state.clone(), stream, tls.clone()));
    }
}

async fn connection(state: Arc<State>, stream: TcpStream, tls: Option<TlsAcceptor>) {
    let _open = Open::new(&state);
    let number = state.connections_ever.fetch_add(1, Ordering::SeqCst) + 1;
    let _ = stream.set_nodelay(true);
    let reset = Arc::new(AtomicBool::new(false));
    let io = match tls {
        None => Connection::plain(stream, reset.clone()),
        Some(tls) => match tls.accept(stream).await {
            Ok(stream) => Connection::tls(stream, reset.clone()),
            Err(_) => return,
        },
    };
    let service = service_fn(|request| serve(state.clone(), number, reset.clone(), request));
    // An error means that the client left or that a fault broke the connection: both are recorded with the request.
    let _ = hyper::server::conn::http1::Builder::new()
        .header_read_timeout(None)
        .max_buf_size(1 << 20)
        .serve_connection(TokioIo::new(io), service)
        .await;
}

/// Counts a connection while it is open.
struct Open(Arc<State>);

impl Open {
    fn new(state: &Arc<State>) -> Open {
        state.connections.fetch_add(1, Ordering::SeqCst);
        Open(state.clone())
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.connections.fetch_sub(1, Ordering::SeqCst);
    }
}

async fn serve(
    state: Arc<State>,
    connection: u64,
    reset: Arc<AtomicBool>,
    incoming: http::Request<Incoming>,
) -> Result<Response<ReplyBody>, BrokenOff> {
    let (head, body) = incoming.into_parts();
    let mut request = Request::new(head.method.as_str(), &head.uri, head.headers);
    let target = head
        .uri
        .path_and_query()
        .map_or("/", |target| target.as_str());
    let control = request
        .segments
        .first()
        .is_some_and(|s| s == routes::CONTROL);
    let mut entry = entry(&request, connection);
    entry.target = target.to_string();
    let flight = if control {
        Flight::unrecorded(&state)
    } else {
        Flight::begin(&state, entry)
    };
    let too_long = target.len() > lock(&state.config).max_uri;
    let early = match Limited::new(body, MAX_BODY).collect().await {
        Ok(body) => {
            request.body = body.to_bytes();
            flight.note(|entry| entry.body = String::from_utf8_lossy(&request.body).into_owned());
            too_long.then(|| html(414))
        }
        Err(_) => Some(ApiError::usual(413).reply()),
    };
    if control {
        let reply = early.unwrap_or_else(|| routes::control(&state, &request));
        return Ok(respond(reply, None, false, reset, flight));
    }
    let fault = lock(&state.faults).hit(&request.method, &request.path, &request.query);
    let reply = match (&fault, early) {
        (Some(FaultKind::HangBeforeHeaders), _) => std::future::pending().await,
        (Some(FaultKind::ResetBeforeResponse), _) => {
            reset.store(true, Ordering::Relaxed);
            return Err(BrokenOff);
        }
        (
            Some(FaultKind::Status {
                code,
                body,
                headers,
            }),
            _,
        ) => {
            let mut reply = ApiError::usual(*code).reply();
            if let Some(body) = body {
                reply.body = Bytes::from(body.clone());
            }
            reply.headers.extend(headers.iter().cloned());
            reply
        }
        (Some(FaultKind::Html { code }), _) => html(*code),
        (Some(FaultKind::Garbage), _) => Reply::raw(200, garbage()),
        (Some(FaultKind::EmptyBody), _) => Reply::raw(200, Bytes::new()),
        (Some(FaultKind::EndlessBody), _) => Reply::raw(200, Bytes::from_static(b"[")),
        (Some(FaultKind::Redirect { location }), _) => {
            Reply::raw(302, Bytes::new()).header("location", location.clone())
        }
        (_, Some(early)) => early,
        (_, None) => routes::answer(&state, &request),
    };
    let due = lock(&state.hooks).due(&request.path);
    if !due.is_empty() {
        let handle = Handle(state.clone());
        due.into_iter().for_each(|action| action(&handle));
    }
    let (mut wait, gzip) = {
        let config = lock(&state.config);
        (config.latency, config.gzip)
    };
    let gzip = gzip && encoding::accepts_gzip(request.header("accept-encoding"));
    if let Some(FaultKind::Delay { by }) = fault {
        wait += by;
    }
    if !wait.is_zero() {
        tokio::time::sleep(wait).await;
    }
    Ok(respond(reply, fault, gzip, reset, flight))
}

fn entry(request: &Request, connection: u64) -> Entry {
    Entry {
        number: 0,
        connection,
        method: request.method.clone(),
        path: request.path.clone(),
        target: String::new(),
        query: request.query.clone(),
        headers: redacted(&request.headers),
        body: String::new(),
        status: 0,
        started: Instant::now(),
        ended: None,
        completed: false,
    }
}

fn redacted(headers: &HeaderMap) -> Vec<(String, String)> {
    headers
        .iter()
        .map(|(name, value)| {
            let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
            let value = match (name, value.split_once(' ')) {
                (&header::AUTHORIZATION, Some((scheme, _))) => format!("{scheme} [redacted]"),
                (&header::AUTHORIZATION, None) => "[redacted]".to_string(),
                _ => value,
            };
            (name.as_str().to_string(), value)
        })
        .collect()
}

/// Turns an answer into bytes on the wire, in the way the fault has it.
fn respond(
    reply: Reply,
    fault: Option<FaultKind>,
    gzip: bool,
    reset: Arc<AtomicBool>,
    flight: Flight,
) -> Response<ReplyBody> {
    flight.note(|entry| entry.status = reply.status);
    let mut body = reply.body;
    if fault == Some(FaultKind::TruncatedJson) {
        body.truncate(body.len() / 2);
    }
    let packed = (gzip && fault != Some(FaultKind::EndlessBody))
        .then(|| encoding::gzip(&body))
        .flatten();
    let encoded = packed.is_some();
    let body = packed.unwrap_or(body);
    let mut content_type = reply.content_type;
    if fault == Some(FaultKind::WrongContentType) {
        content_type = "text/html; charset=utf-8";
    }
    let empty = body.is_empty() && reply.file.is_none();
    let (steps, length) = match reply.file {
        Some(file) => (file_steps(file, fault), None),
        None => body_steps(body, fault),
    };
    let mut response = Response::new(ReplyBody::new(steps, length, reset, flight));
    *response.status_mut() =
        StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    if !empty {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    }
    if encoded {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    }
    for (name, value) in reply.headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            headers.append(name, value);
        }
    }
    response
}

/// What a complete body does, and the length it claims; None makes it chunked.
fn body_steps(body: Bytes, fault: Option<FaultKind>) -> (Vec<Step>, Option<u64>) {
    let full = body.len() as u64;
    let half = body.slice(..body.len() / 2);
    match fault {
        Some(FaultKind::ResetMidBody) => (
            vec![Step::Send(half), Step::Break { reset: true }],
            Some(full),
        ),
        Some(FaultKind::Truncate) => (
            vec![Step::Send(half), Step::Break { reset: false }],
            Some(full),
        ),
        Some(FaultKind::TruncateChunked) => {
            (vec![Step::Send(half), Step::Break { reset: false }], None)
        }
        Some(FaultKind::HangMidBody) => (vec![Step::Send(half), Step::Hang], Some(full)),
        Some(FaultKind::Drip { byte_every }) => (vec![Step::Drip(body, byte_every)], Some(full)),
        Some(FaultKind::EndlessBody) => {
            let users = br#"{"user_id":"auth0|endless","name":"Endless"},"#.repeat(1000);
            (vec![Step::Send(body), Step::Repeat(users.into())], None)
        }
        _ if body.is_empty() => (Vec::new(), Some(0)),
        _ => (vec![Step::Send(body)], Some(full)),
    }
}

/// What a file being downloaded does; where the fault breaks it off, half of its rows have gone out.
fn file_steps(mut file: File, fault: Option<FaultKind>) -> Vec<Step> {
    let last = match fault {
        Some(FaultKind::ResetMidBody) => Some(Step::Break { reset: true }),
        Some(FaultKind::Truncate | FaultKind::TruncateChunked) => {
            Some(Step::Break { reset: false })
        }
        Some(FaultKind::HangMidBody) => Some(Step::Hang),
        Some(FaultKind::TruncatedJson) => {
            file.tear();
            None
        }
        Some(FaultKind::Drip { byte_every }) => {
            let whole: Vec<u8> = file.flat_map(|chunk| chunk.to_vec()).collect();
            return vec![Step::Drip(whole.into(), byte_every)];
        }
        _ => None,
    };
    if last.is_some() {
        file.tear();
    }
    let mut steps = vec![Step::File(Box::new(file))];
    steps.extend(last);
    steps
}

/// The page of a proxy in front of the API.
fn html(status: u16) -> Reply {
    let reason = crate::errors::reason(status);
    let page = format!(
        "<html>\r\n<head><title>{status} {reason}</title></head>\r\n<body>\r\n<center><h1>{status} {reason}</h1></center>\r\n<hr><center>cloudflare</center>\r\n</body>\r\n</html>\r\n"
    );
    Reply {
        content_type: "text/html",
        ..Reply::raw(status, page)
    }
}

/// Bytes that are no UTF-8 and no JSON, the same every time.
fn garbage() -> Vec<u8> {
    (0..4096u32).map(|i| (i * 167 + 0x80) as u8).collect()
}
