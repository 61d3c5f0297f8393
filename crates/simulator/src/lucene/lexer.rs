//! Words, quotes, brackets and operators of `q`.

/// One token.
#[derive(Debug, Clone, PartialEq)]
pub enum Token {
    /// `(`
    Open,
    /// `)`
    Close,
    /// `AND`, `&&`
    And,
    /// `OR`, `||`
    Or,
    /// `NOT`, `!`, `-` before a clause
    Not,
    /// A word and the colon after it.
    Field(String),
    /// A quoted value.
    Quoted(String),
    /// A word, cut at its unescaped asterisks.
    Word(Vec<String>),
    /// A range: its ends, and whether each belongs to it.
    Range {
        /// First bound and whether it is inclusive.
        from: (String, bool),
        /// Last bound and whether it is inclusive.
        to: (String, bool),
    },
}

/// Cuts `q` into tokens.
pub fn tokens(text: &str) -> Result<Vec<Token>, String> {
    let chars: Vec<char> = text.chars().collect();
    let mut at = 0;
    let mut found = Vec::new();
    while let Some(&c) = chars.get(at) {
        let next = chars.get(at + 1).copied();
        match c {
            c if c.is_whitespace() => at += 1,
            '(' => push(&mut found, &mut at, Token::Open, 1),
            ')' => push(&mut found, &mut at, Token::Close, 1),
            '&' if next == Some('&') => push(&mut found, &mut at, Token::And, 2),
            '|' if next == Some('|') => push(&mut found, &mut at, Token::Or, 2),
            '!' | '-' => push(&mut found, &mut at, Token::Not, 1),
            '+' => at += 1,
            '"' => {
                let text = quoted(&chars, &mut at)?;
                if matches!(chars.get(at), Some('~' | '^')) {
                    return Err("fuzzy search and boosting are not supported".into());
                }
                found.push(Token::Quoted(text));
            }
            '[' | '{' => found.push(range(&chars, &mut at)?),
            _ => word(&chars, &mut at, &mut found)?,
        }
    }
    Ok(found)
}

fn push(found: &mut Vec<Token>, at: &mut usize, token: Token, length: usize) {
    found.push(token);
    *at += length;
}

/// A quoted text, from its first quote to behind its last.
fn quoted(chars: &[char], at: &mut usize) -> Result<String, String> {
    let mut out = String::new();
    *at += 1;
    loop {
        match chars.get(*at) {
            None => return Err("unterminated quote".into()),
            Some('"') => {
                *at += 1;
                return Ok(out);
            }
            Some('\\') => {
                *at += 1;
                out.extend(chars.get(*at));
            }
            Some(c) => out.push(*c),
        }
        *at += 1;
    }
}

/// `[a TO b}`; bounds are plain words or quoted.
fn range(chars: &[char], at: &mut usize) -> Result<Token, String> {
    let from_inclusive = chars[*at] == '[';
    *at += 1;
    let from = bound(chars, at)?;
    if bound(chars, at)? != "TO" {
        return Err("expected TO in the range".into());
    }
    let to = bound(chars, at)?;
    skip_space(chars, at);
    let to_inclusive = match chars.get(*at) {
        Some(']') => true,
        Some('}') => false,
        _ => return Err("unterminated range".into()),
    };
    *at += 1;
    Ok(Token::Range {
        from: (from, from_inclusive),
        to: (to, to_inclusive),
    })
}

fn bound(chars: &[char], at: &mut usize) -> Result<String, String> {
    skip_space(chars, at);
    if chars.get(*at) == Some(&'"') {
        return quoted(chars, at);
    }
    let mut out = String::new();
    while let Some(&c) = chars.get(*at) {
        if c.is_whitespace() || c == ']' || c == '}' {
            break;
        }
        if c == '\\' {
            *at += 1;
            out.extend(chars.get(*at));
        } else {
            out.push(c);
        }
        *at += 1;
    }
    if out.is_empty() {
        return Err("missing bound in the range".into());
    }
    Ok(out)
}

fn skip_space(chars: &[char], at: &mut usize) {
    while chars.get(*at).is_some_and(|c| c.is_whitespace()) {
        *at += 1;
    }
}

/// A word: an operator, a field with its colon, or a value.
fn word(chars: &[char], at: &mut usize, found: &mut Vec<Token>) -> Result<(), String> {
    let start = *at;
    let mut parts = vec![String::new()];
    let mut escaped = false;
    while let Some(&c) = chars.get(*at) {
        let next = chars.get(*at + 1).copied();
        match c {
            '\\' => {
                let literal = next.ok_or("a backslash at the end")?;
                parts.last_mut().into_iter().for_each(|p| p.push(literal));
                escaped = true;
                *at += 1;
            }
            '*' => parts.push(String::new()),
            '?' => return Err("the wildcard ? is not supported".into()),
            '~' | '^' => return Err("fuzzy search and boosting are not supported".into()),
            '/' if *at == start => return Err("regular expressions are not supported".into()),
            '>' | '<' | '=' if *at == start => {
                return Err(format!("operator '{c}' is not supported"))
            }
            '|' if next == Some('|') => break,
            '&' if next == Some('&') => break,
            ':' | '(' | ')' | '"' | '[' | ']' | '{' | '}' => break,
            c if c.is_whitespace() => break,
            c => parts.last_mut().into_iter().for_each(|p| p.push(c)),
        }
        *at += 1;
    }
    let plain = parts.len() == 1;
    if chars.get(*at) == Some(&':') {
        if !plain || parts[0].is_empty() {
            return Err("a field name is missing".into());
        }
        *at += 1;
        found.push(Token::Field(parts.remove(0)));
        return Ok(());
    }
    if *at == start {
        return Err(format!("unexpected '{}'", chars[start]));
    }
    found.push(match parts[0].as_str() {
        "AND" if plain && !escaped => Token::And,
        "OR" if plain && !escaped => Token::Or,
        "NOT" if plain && !escaped => Token::Not,
        _ => Token::Word(parts),
    });
    Ok(())
}
