//! A file from outside the API, piece by piece: unpacked if it is gzip, whatever its name and headers say.

use std::io::Write;
use std::time::Duration;

use bytes::Bytes;
use flate2::write::MultiGzDecoder;
use url::{Host, Url};

use super::failure::{cut_off, Failure, FailureKind};
use super::stats::Stats;
use super::transport::within;
use crate::options::Tenant;

/// Packed bytes unpacked in one go: at most a thousand times as many come of them.
const SIP: usize = 1024;

/// A file on its way.
pub struct Download {
    response: reqwest::Response,
    timeout: Duration,
    received: usize,
    packed: Bytes,
    unpacker: Unpacker,
}

/// What the first bytes have shown the file to be.
enum Unpacker {
    /// Not seen yet.
    Unknown,
    /// Text.
    Plain,
    /// gzip.
    Gzip(Box<MultiGzDecoder<Vec<u8>>>),
    /// Nothing follows.
    Ended,
}

fn bad(reason: String, retry: bool) -> Failure {
    Failure {
        kind: FailureKind::Body,
        reason,
        retry,
    }
}

/// The address of a file: the scheme may be missing. Nothing goes over plain http but to this machine.
pub fn address(location: &str, tenant: &Tenant) -> Result<Url, Failure> {
    let whole = match location.contains("://") {
        true => location.to_owned(),
        // Only a tenant on this machine has its files here, too.
        false if tenant.is_loopback() => format!("http://{location}"),
        false => format!("https://{location}"),
    };
    let url = Url::parse(&whole).map_err(|_| bad("a location that is no URL".into(), false))?;
    let here = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    };
    match url.scheme() {
        "https" => Ok(url),
        "http" if here && tenant.is_loopback() => Ok(url),
        _ => Err(bad("a location that is not https".into(), false)),
    }
}

impl Download {
    /// The body of an answer, if it is a success. An expired location is worth another.
    pub fn new(response: reqwest::Response, timeout: Duration) -> Result<Self, Failure> {
        match response.status().as_u16() {
            200..=299 => Ok(Download {
                response,
                timeout,
                received: 0,
                packed: Bytes::new(),
                unpacker: Unpacker::Unknown,
            }),
            status => Err(bad(format!("HTTP {status} of the file's storage"), true)),
        }
    }

    /// Appends the next piece to `text`; false at the end.
    pub async fn next(&mut self, text: &mut Vec<u8>, stats: &Stats) -> Result<bool, Failure> {
        let before = text.len();
        while text.len() == before {
            if self.packed.is_empty() && !self.receive(text).await? {
                return Ok(text.len() > before);
            }
            self.unpack(text)?;
        }
        stats.received(text.len() - before);
        Ok(true)
    }

    /// The next bytes as they come; false at the end.
    async fn receive(&mut self, text: &mut Vec<u8>) -> Result<bool, Failure> {
        let received = self.received;
        let chunk = async {
            let chunk = self.response.chunk().await;
            chunk.map_err(|e| cut_off(&e, received))
        };
        if let Some(chunk) = within(self.timeout, chunk).await? {
            self.received += chunk.len();
            self.packed = chunk;
            return Ok(true);
        }
        if let Unpacker::Gzip(mut decoder) = std::mem::replace(&mut self.unpacker, Unpacker::Ended)
        {
            decoder.try_finish().map_err(|_| self.damaged())?;
            text.append(decoder.get_mut());
        }
        Ok(false)
    }

    fn unpack(&mut self, text: &mut Vec<u8>) -> Result<(), Failure> {
        if let Unpacker::Unknown = self.unpacker {
            // A chunk has at least one byte, and no text of ours begins with gzip's first.
            self.unpacker = match self.packed.first() {
                None => return Ok(()),
                Some(0x1f) => Unpacker::Gzip(Box::new(MultiGzDecoder::new(Vec::new()))),
                Some(_) => Unpacker::Plain,
            };
        }
        match &mut self.unpacker {
            Unpacker::Gzip(decoder) => {
                let sip = self.packed.split_to(SIP.min(self.packed.len()));
                if decoder.write_all(&sip).is_err() {
                    return Err(self.damaged());
                }
                text.append(decoder.get_mut());
            }
            _ => text.extend_from_slice(&std::mem::take(&mut self.packed)),
        }
        Ok(())
    }

    fn damaged(&self) -> Failure {
        bad(
            format!("damaged or cut off after {} bytes", self.received),
            true,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locations() {
        let tenant = Tenant::from_domain("t.eu.auth0.com").unwrap();
        let shown = |location| address(location, &tenant).ok().map(String::from);
        let url = "https://x.cloudfront.net/t.json.gz?Expires=1";
        assert_eq!(shown(url).as_deref(), Some(url));
        assert_eq!(shown(&url[8..]).as_deref(), Some(url));
        for location in [
            "http://x.cloudfront.net/t",
            "http://127.0.0.1/t",
            "file:///etc/passwd",
            "",
        ] {
            assert_eq!(shown(location), None, "{location}");
        }
        let here = Tenant::from_url("http://127.0.0.1:1").unwrap();
        assert!(address("http://127.0.0.1:1/t", &here).is_ok());
        assert!(address("127.0.0.1:1/t", &here).is_ok());
        assert!(address("http://example.com/t", &here).is_err());
    }
}
