//! Starting a tenant, and ending it.

use crate::config::{Config, Scale};
use crate::handle::Handle;
use crate::keys;
use crate::seed::{self, Plan};
use crate::server;
use crate::state::{lock, State};
use std::io;
use std::net::TcpListener;
use std::ops::Deref;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::sync::oneshot;
use tokio_rustls::rustls::{self, pki_types};
use tokio_rustls::TlsAcceptor;

/// More objects than these are seeded when it starts, fewer when the first of them is asked for.
const LARGE: usize = 1000;

/// A running tenant. Dropping it closes its ports and every connection.
pub struct Simulator {
    handle: Handle,
    certificate: Option<String>,
    secure_url: Option<String>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Simulator {
    /// Seeds a tenant and serves it on 127.0.0.1 from a thread of its own.
    pub fn start(config: Config) -> io::Result<Simulator> {
        let (listener, port) = listen(config.port)?;
        let (acceptor, certificate) = if config.tls || config.secure_door {
            let (acceptor, certificate) = acceptor().map_err(io::Error::other)?;
            (Some(acceptor), Some(certificate))
        } else {
            (None, None)
        };
        let secure = |port| format!("https://localhost:{port}");
        let (base, tls) = if config.tls {
            (secure(port), acceptor.clone())
        } else {
            (format!("http://127.0.0.1:{port}"), None)
        };
        let door = config.secure_door.then(|| listen(0)).transpose()?;
        let secure_url = door.as_ref().map(|(_, port)| secure(*port));
        let Scale {
            each,
            organizations,
            members,
            logs,
            ..
        } = config.scale;
        let large = each + organizations + members + logs > LARGE;
        let state = Arc::new(State::new(base, config));
        populate(&state);
        if large {
            // Not while a client waits for its first answer.
            drop(state.world());
        }
        // Made here, so that the first request does not wait for it.
        keys::current(&state.config());
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let (stop, stopped) = oneshot::channel();
        let shared = state.clone();
        let thread = std::thread::Builder::new()
            .name("simulator".into())
            .spawn(move || {
                runtime.block_on(async {
                    // Registering a listening socket fails only without a reactor; this runtime has one.
                    let door = door.map(|(door, _)| tokio::net::TcpListener::from_std(door));
                    if let Some(Ok(door)) = door {
                        // It ends with the runtime.
                        let for_ever = std::future::pending();
                        tokio::spawn(server::run(shared.clone(), door, acceptor, for_ever));
                    }
                    if let Ok(listener) = tokio::net::TcpListener::from_std(listener) {
                        let stopped = async { drop(stopped.await) };
                        server::run(shared, listener, tls, stopped).await;
                    }
                });
            })?;
        Ok(Simulator {
            handle: Handle(state),
            certificate,
            secure_url,
            stop: Some(stop),
            thread: Some(thread),
        })
    }

    /// The certificate to trust, as PEM, when it serves https.
    pub fn certificate(&self) -> Option<&str> {
        self.certificate.as_deref()
    }

    /// Where it serves https beside its own address, if that was asked for.
    pub fn secure_url(&self) -> Option<&str> {
        self.secure_url.as_deref()
    }
}

impl Deref for Simulator {
    type Target = Handle;

    fn deref(&self) -> &Handle {
        &self.handle
    }
}

fn listen(port: u16) -> io::Result<(TcpListener, u16)> {
    let listener = TcpListener::bind(("127.0.0.1", port))?;
    listener.set_nonblocking(true)?;
    let port = listener.local_addr()?.port();
    Ok((listener, port))
}

fn populate(state: &State) {
    let config = state.config();
    let plan = Plan::of(&config);
    let mut tenant = lock(&state.tenant);
    for i in 0..config.users {
        let (id, json) = seed::user(plan, i);
        tenant.put(&id, json, Duration::ZERO);
    }
}

fn acceptor() -> Result<(TlsAcceptor, String), Box<dyn std::error::Error + Send + Sync>> {
    let (certificate, key, pem) = keys::tls_certificate()?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(
            vec![pki_types::CertificateDer::from(certificate)],
            pki_types::PrivatePkcs8KeyDer::from(key).into(),
        )?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok((TlsAcceptor::from(Arc::new(config)), pem))
}

impl Drop for Simulator {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
