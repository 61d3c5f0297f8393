//! The bare client: reqwest, the same pages, the same number under way, each parsed into a `serde_json::Value`.

use std::time::{Duration, Instant};

use futures_util::{stream, StreamExt};
use reqwest::Client;
use tokio::runtime::{Builder, Runtime};

fn page_url(url: &str, page: usize) -> String {
    format!("{url}/api/v2/users?include_totals=true&page={page}&per_page=100&sort=created_at%3A1")
}

async fn body(client: &Client, url: String, token: &str) -> Vec<u8> {
    let response = client
        .get(url)
        .bearer_auth(token)
        .send()
        .await
        .expect("an answer");
    assert!(response.status().is_success());
    response.bytes().await.expect("a body").to_vec()
}

fn runtime() -> Runtime {
    Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime")
}

fn read(url: &str, token: &str, pages: usize, concurrency: usize, parse: bool) -> Duration {
    let runtime = runtime();
    let start = Instant::now();
    runtime.block_on(async {
        let client = Client::new();
        let mut answers = stream::iter(0..pages)
            .map(|page| body(&client, page_url(url, page), token))
            .buffered(concurrency);
        let mut rows = 0;
        while let Some(answer) = answers.next().await {
            if parse {
                let page: serde_json::Value = serde_json::from_slice(&answer).expect("JSON");
                rows += page["users"].as_array().expect("users").len();
            }
        }
        assert!(!parse || rows > 0);
    });
    start.elapsed()
}

/// Fetches the pages and throws them away.
pub fn fetch(url: &str, token: &str, pages: usize, concurrency: usize) -> Duration {
    read(url, token, pages, concurrency, false)
}

/// Fetches the pages and parses each.
pub fn fetch_and_parse(url: &str, token: &str, pages: usize, concurrency: usize) -> Duration {
    read(url, token, pages, concurrency, true)
}

/// Sends the bodies as new users, so many at a time, and parses each answer.
pub fn post(url: &str, token: &str, bodies: Vec<String>, concurrency: usize) -> Duration {
    let runtime = runtime();
    let start = Instant::now();
    runtime.block_on(async {
        let client = Client::new();
        let mut answers = stream::iter(bodies)
            .map(|body| {
                client
                    .post(format!("{url}/api/v2/users"))
                    .bearer_auth(token)
                    .header("content-type", "application/json")
                    .body(body)
                    .send()
            })
            .buffered(concurrency);
        while let Some(answer) = answers.next().await {
            let answer = answer.expect("an answer");
            assert!(answer.status().is_success());
            let body = answer.bytes().await.expect("a body");
            let _: serde_json::Value = serde_json::from_slice(&body).expect("JSON");
        }
    });
    start.elapsed()
}

/// Reads everything in windows of 1000, as a careful client would: ten pages side by side, then from the last row's time
/// on. Each page is parsed.
pub fn windows(url: &str, token: &str, concurrency: usize) -> Duration {
    let runtime = runtime();
    let start = Instant::now();
    runtime.block_on(async {
        let client = Client::new();
        let mut from: Option<String> = None;
        loop {
            let filter = from.as_ref().map_or_else(String::new, |from| {
                format!(
                    "&q=created_at%3A%5B{}%20TO%20*%5D",
                    from.replace(':', "%3A")
                )
            });
            let mut answers = stream::iter(0..10)
                .map(|page| body(&client, format!("{}{filter}", page_url(url, page)), token))
                .buffered(concurrency);
            let mut last = None;
            let mut rows = 0;
            while let Some(answer) = answers.next().await {
                let page: serde_json::Value = serde_json::from_slice(&answer).expect("JSON");
                let users = page["users"].as_array().expect("users");
                rows += users.len();
                if let Some(user) = users.last() {
                    last = user["created_at"].as_str().map(str::to_owned);
                }
            }
            if rows < 1000 {
                break;
            }
            from = last;
        }
    });
    start.elapsed()
}

/// A client with a warm connection.
pub struct Session {
    runtime: Runtime,
    client: Client,
}

impl Session {
    /// Not connected yet.
    pub fn new() -> Session {
        Session {
            runtime: runtime(),
            client: Client::new(),
        }
    }

    /// Fetches and parses an address.
    pub fn get(&mut self, url: &str, token: &str) -> Duration {
        let start = Instant::now();
        self.runtime.block_on(async {
            let answer = body(&self.client, url.to_owned(), token).await;
            let _: serde_json::Value = serde_json::from_slice(&answer).expect("JSON");
        });
        start.elapsed()
    }

    /// Fetches and parses the first page.
    pub fn page(&mut self, url: &str, token: &str) -> Duration {
        let start = Instant::now();
        self.runtime.block_on(async {
            let answer = body(&self.client, page_url(url, 0), token).await;
            let _: serde_json::Value = serde_json::from_slice(&answer).expect("JSON");
        });
        start.elapsed()
    }
}
