//! Asks an issuer for its keys: one bounded, uncredentialed GET on the network thread.

use std::task::Poll;
use std::time::Duration;

use url::Url;

use super::KeySet;
use crate::client::failure::{cut_off, unanswered};
use crate::engine::{Job, Runtime};

/// Auth0's document has about 5 kB.
const LONGEST_BODY: usize = 512 * 1024;

/// A question under way. Dropped, it is taken back.
#[derive(Debug)]
pub struct Fetch(Job<Result<KeySet, String>>);

impl Fetch {
    /// Sends it.
    pub fn start(runtime: &Runtime, url: &str, timeout: Duration) -> Self {
        let url = url.to_owned();
        Fetch(Job::start(runtime, async move {
            match tokio::time::timeout(timeout, fetch(&url)).await {
                Ok(outcome) => outcome,
                Err(_) => Err(format!("no complete answer within {} s", timeout.as_secs())),
            }
        }))
    }

    /// The keys, or why there are none, once that is known.
    pub fn poll(&self) -> Poll<Result<KeySet, String>> {
        self.0.poll()
    }
}

/// Redirects are not followed: keys are believed for the address that was declared, not for where it points.
async fn fetch(url: &str) -> Result<KeySet, String> {
    let loopback = Url::parse(url).is_ok_and(|url| url.scheme() == "http");
    let mut builder = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .user_agent(concat!("auth0_fdw/", env!("CARGO_PKG_VERSION")));
    if loopback {
        builder = builder.no_proxy();
    }
    let client = builder.build().map_err(|error| unanswered(&error).reason)?;
    let request = client
        .get(url)
        .header(reqwest::header::ACCEPT, "application/json");
    let mut response = request
        .send()
        .await
        .map_err(|error| unanswered(&error).reason)?;
    if response.status().as_u16() != 200 {
        return Err(format!("HTTP {}", response.status().as_u16()));
    }
    let mut body = Vec::new();
    while let Some(chunk) = response
        .chunk()
        .await
        .map_err(|error| cut_off(&error, body.len()).reason)?
    {
        if body.len() + chunk.len() > LONGEST_BODY {
            return Err(format!("an answer of more than {} kB", LONGEST_BODY / 1024));
        }
        body.extend_from_slice(&chunk);
    }
    KeySet::parse(&body)
}
