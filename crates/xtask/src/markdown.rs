//! The SQL in Markdown files: found, made runnable, run as it stands.
//!
//! A fenced block whose info string begins with `sql` is run; after a comma may stand:
//!
//! - `fails`: it must end in an error; `fails=HV00D`: in an error of this SQLSTATE;
//! - `skip`: it is not run.
//!
//! An HTML comment `<!-- sql` … `-->`, each marker at the start of its own line, is run too: set-up that
//! readers need not see.
//! [`Placeholders`] says which words stand for the reader's own tenant.

use serde_json::json;
use simulator::Simulator;
use std::io;
use std::path::Path;

/// One piece of SQL in a Markdown file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// The headings it stands under, outermost first.
    pub headings: Vec<String>,
    /// The line of its first statement, counted from one.
    pub line: usize,
    /// What follows `sql` in the info string.
    pub flags: Vec<String>,
    /// Whether it stands in a comment.
    pub hidden: bool,
    /// The SQL.
    pub sql: String,
}

impl Block {
    /// Whether it is to be run.
    pub fn runs(&self) -> bool {
        !self.flags.iter().any(|flag| flag == "skip")
    }

    /// If it must fail: the SQLSTATE asked for, or an empty one for any.
    pub fn failure(&self) -> Option<&str> {
        self.flags
            .iter()
            .find_map(|flag| match flag.split_once('=') {
                Some(("fails", state)) => Some(state),
                None if flag == "fails" => Some(""),
                _ => None,
            })
    }

    /// Whether it stands under this heading.
    pub fn is_under(&self, heading: &str) -> bool {
        self.headings.iter().any(|h| h == heading)
    }
}

/// The SQL blocks of a Markdown file, in order.
pub fn doc_sql(path: &Path) -> io::Result<Vec<Block>> {
    let text = std::fs::read_to_string(path)
        .map_err(|e| io::Error::new(e.kind(), format!("{}: {e}", path.display())))?;
    Ok(blocks(&text))
}

/// The SQL blocks of a Markdown text, in order.
pub fn blocks(text: &str) -> Vec<Block> {
    let mut found = Vec::new();
    let mut headings: Vec<(usize, String)> = Vec::new();
    let mut lines = text.lines().enumerate();
    while let Some((number, line)) = lines.next() {
        let (end, flags, hidden) = if let Some(info) = line.trim_start().strip_prefix("```") {
            ("```", sql_flags(info), false)
        } else if let Some(info) = line.strip_prefix("<!-- ") {
            if info.contains("-->") {
                continue;
            }
            ("-->", sql_flags(info), true)
        } else {
            let level = line.bytes().take_while(|b| *b == b'#').count();
            if let Some(title) = line[level..].strip_prefix(' ').filter(|_| level > 0) {
                headings.retain(|(above, _)| *above < level);
                headings.push((level, title.trim().to_owned()));
            }
            continue;
        };
        let body: Vec<&str> = lines
            .by_ref()
            .map(|(_, line)| line)
            .take_while(|line| line.trim() != end)
            .collect();
        if let Some(flags) = flags {
            let headings = headings.iter().map(|(_, title)| title.clone()).collect();
            let sql = body.join("\n");
            found.push(Block {
                headings,
                line: number + 2,
                flags,
                hidden,
                sql,
            });
        }
    }
    found
}

/// The flags after `sql`, unless the block is of another language.
fn sql_flags(info: &str) -> Option<Vec<String>> {
    let mut words = info
        .trim()
        .split([',', ' '])
        .filter(|word| !word.is_empty());
    (words.next()? == "sql").then(|| words.map(str::to_owned).collect())
}

/// What `YOUR_TOKEN` may do: few things, for the token's text grows with each and the demo shows it.
const TOKEN_SCOPES: [&str; 4] = ["read:users", "create:users", "update:users", "delete:users"];

/// What documents write for the reader's tenant, and what stands there when we run them.
pub struct Placeholders(Vec<(&'static str, String)>);

impl Placeholders {
    /// The simulated tenant in place of the reader's.
    pub fn of(simulator: &Simulator) -> Placeholders {
        let client = simulator.client();
        let access_token = simulator.token_with(json!({
            "sub": "auth0|5f7c8ec7c33c6c004bbafe82",
            "aud": "https://api.example.com",
            "scope": "openid read:notes",
            "permissions": ["read:notes"],
            "https://example.com/roles": ["editor"],
            "https://example.com/db_role": "webuser",
        }));
        let id_token = simulator.token_with(json!({
            "sub": "auth0|5f7c8ec7c33c6c004bbafe82",
            "aud": client.id,
            "scope": null,
            "email": "ann@example.com",
            "email_verified": true,
            "name": "Ann Lee",
        }));
        let url = simulator.url().trim_end_matches('/').to_owned();
        Placeholders(vec![
            // A domain means https, which the simulator speaks only when asked to.
            ("domain 'your-tenant.eu.auth0.com'", format!("url '{url}'")),
            ("https://your-tenant.eu.auth0.com", url),
            ("YOUR_ACCESS_TOKEN", access_token),
            ("YOUR_ID_TOKEN", id_token),
            ("YOUR_TOKEN", simulator.token(&TOKEN_SCOPES)),
            ("YOUR_CLIENT_ID", client.id),
            ("YOUR_CLIENT_SECRET", client.secret),
        ])
    }

    /// The text with every placeholder replaced.
    pub fn fill(&self, text: &str) -> String {
        self.0
            .iter()
            .fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
    }
}

/// A psql script that runs the blocks in one session and ends with an error as soon as one does not do what
/// its document says. For a `show`, it prints
/// each heading before the blocks that stand under it, and each statement before its result.
pub fn script(blocks: &[Block], placeholders: &Placeholders, show: bool) -> String {
    let echo = if show { "queries" } else { "none" };
    let mut script = format!("\\set ON_ERROR_STOP on\n\\set ECHO {echo}\n");
    let mut heading = None;
    for block in blocks.iter().filter(|block| block.runs()) {
        if show && heading != block.headings.last() {
            heading = block.headings.last();
            let title = heading.map_or("", String::as_str).replace('\'', "’");
            script.push_str(&format!("\\echo '\\n==> {title}\\n'\n"));
        }
        let sql = placeholders.fill(&block.sql);
        let Some(state) = block.failure() else {
            script.push_str(&match block.hidden && show {
                true => format!(
                    "\\set ECHO none\n\\set QUIET on\n\\o /dev/null\n{sql}\n\\o\n\\set QUIET off\n\\set ECHO {echo}\n"
                ),
                false => format!("{sql}\n"),
            });
            continue;
        };
        let line = block.line;
        // psql remembers the last error for as long as the session lasts, hence the reset.
        script.push_str(&format!(
            "\\set LAST_ERROR_SQLSTATE 00000\n\\set ON_ERROR_STOP off\n{sql}\n\\set ON_ERROR_STOP on\n\
             \\set ECHO none\n\
             select :'LAST_ERROR_SQLSTATE' = '00000' or :'LAST_ERROR_SQLSTATE' not like '{state}%' as unexpected \\gset\n\
             \\if :unexpected\n\
             \\warn the block at line {line} must fail with SQLSTATE {state} and gave :LAST_ERROR_SQLSTATE\n\
             do $$ begin raise exception 'line {line} did not fail as documented'; end $$;\n\
             \\endif\n\
             \\set ECHO {echo}\n"
        ));
    }
    script
}

#[cfg(test)]
mod tests {
    use super::blocks;

    const TEXT: &str = "# A\n## Quick start\n```sql\nselect 1;\n```\n### Errors\n```sql,fails=HV00D\nselect x;\n```\n\
        ```sh\nsql\n# no heading\n```\n<!-- sql\ncreate role r;\n-->\n<!-- aside -->\n## B\n```sql,skip\nselect 2;\n```\n";

    #[test]
    fn blocks_know_their_place_and_flags() {
        let found = blocks(TEXT);
        let lines: Vec<usize> = found.iter().map(|block| block.line).collect();
        assert_eq!(lines, [4, 8, 15, 20]);
        assert_eq!(found[0].sql, "select 1;");
        assert_eq!(found[1].headings, ["A", "Quick start", "Errors"]);
        assert_eq!(found[1].failure(), Some("HV00D"));
        assert!(found[2].hidden && found[2].is_under("Quick start"));
        assert!(!found[3].runs() && found[3].failure().is_none());
        assert_eq!(found[3].headings, ["A", "B"]);
    }
}
