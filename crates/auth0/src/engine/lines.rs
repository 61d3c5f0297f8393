//! A file of one JSON object a line, on its way.

use crate::client::{Download, Failure, Stats};
use crate::rows::{Columns, Page};

/// Bytes of lines on a page.
const PAGE: usize = 256 << 10;
/// A line that is longer is none: Auth0 stores no user of that size.
const LONGEST_LINE: usize = 64 << 20;
/// The lines of a download.
pub struct Lines {
    download: Download,
    /// What has come and is not handed over.
    text: Vec<u8>,
    /// Lines to pass over.
    skip: u64,
    ended: bool,
}

impl Lines {
    /// Of a file, after the first `skip`.
    pub fn new(download: Download, skip: u64) -> Self {
        Lines {
            download,
            text: Vec::new(),
            skip,
            ended: false,
        }
    }

    /// The next rows, as far as a page goes.
    pub async fn page(
        &mut self,
        columns: &Columns,
        stats: &Stats,
    ) -> std::result::Result<Option<Page>, Failure> {
        loop {
            self.pass_over();
            let whole = match self.ended {
                true => self.text.len(),
                false => self
                    .text
                    .iter()
                    .rposition(|byte| *byte == b'\n')
                    .map_or(0, |at| at + 1),
            };
            if self.skip == 0 && (whole >= PAGE || (self.ended && whole > 0)) {
                let lines: Vec<u8> = self.text.drain(..whole).collect();
                let page = Page::parse(array(&lines), "", columns);
                let page = page.map_err(|reason| Failure::body(format!("{reason}, in a line")))?;
                if page.rows() > 0 {
                    return Ok(Some(page));
                }
            } else if self.ended {
                return Ok(None);
            } else if self.text.len() - whole > LONGEST_LINE {
                return Err(Failure::body("a line without an end".to_owned()));
            } else if !self.download.next(&mut self.text, stats).await? {
                self.ended = true;
            }
        }
    }

    /// Drops lines that have been handed over.
    fn pass_over(&mut self) {
        let mut from = 0;
        while self.skip > 0 {
            let Some(end) = self.text[from..].iter().position(|byte| *byte == b'\n') else {
                break;
            };
            self.skip -= u64::from(!self.text[from..from + end].trim_ascii().is_empty());
            from += end + 1;
        }
        self.text.drain(..from);
    }
}

/// Lines of JSON as one array.
fn array(lines: &[u8]) -> Vec<u8> {
    let mut array = Vec::with_capacity(lines.len() + 2);
    array.push(b'[');
    for line in lines.split(|byte| *byte == b'\n') {
        let line = line.trim_ascii();
        if !line.is_empty() {
            if array.len() > 1 {
                array.push(b',');
            }
            array.extend_from_slice(line);
        }
    }
    array.push(b']');
    array
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_become_an_array() {
        for (lines, wanted) in [
            ("", "[]"),
            ("{}", "[{}]"),
            ("{\"a\":1}\r\n\n{\"a\":2}\n", "[{\"a\":1},{\"a\":2}]"),
        ] {
            assert_eq!(array(lines.as_bytes()), wanted.as_bytes());
        }
    }
}
