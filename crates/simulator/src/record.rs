//! One user, role, log … as text with the places of its root attributes marked, so that pages and projections are copies of bytes.

use crate::json;
use crate::time;
use bytes::Bytes;
use std::borrow::Cow;
use std::collections::HashMap;

/// Numbers for the names of root attributes.
#[derive(Debug, Clone, Default)]
pub struct Keys(HashMap<Box<str>, u32>);

/// A stored object.
#[derive(Debug)]
pub struct Record {
    /// What it is found by.
    pub id: Box<str>,
    /// Its place in the order of creation.
    pub order: u64,
    /// The instants of [`DATES`], read once: searches compare them in every user. None where there is no date.
    pub dates: [Option<i64>; DATES.len()],
    full: Text,
    /// Without the identity providers' tokens, for callers that may not see them; None when there are none.
    public: Option<Text>,
}

#[derive(Debug)]
struct Text {
    raw: Bytes,
    members: Box<[Member]>,
}

#[derive(Debug, Clone, Copy)]
struct Member {
    key: u32,
    start: u32,
    value: u32,
    end: u32,
}

/// The root attributes that are dates.
pub const DATES: [&str; 4] = ["created_at", "updated_at", "last_login", "date"];

/// Which root attributes an answer shows.
#[derive(Debug, Clone)]
pub struct Fields {
    listed: Vec<bool>,
    include: bool,
}

/// Keys of an identity that only `read:user_idp_tokens` shows.
const IDP_TOKENS: [&str; 4] = [
    "access_token",
    "access_token_secret",
    "refresh_token",
    "expires_in",
];

impl Keys {
    fn number(&mut self, key: &str) -> u32 {
        if let Some(known) = self.0.get(key) {
            return *known;
        }
        let number = self.0.len() as u32;
        self.0.insert(key.into(), number);
        number
    }
}

impl Fields {
    /// The named attributes, or all but them.
    pub fn new<'a>(keys: &Keys, names: impl Iterator<Item = &'a str>, include: bool) -> Fields {
        let mut listed = vec![false; keys.0.len()];
        for name in names {
            if let Some(&number) = keys.0.get(name) {
                listed[number as usize] = true;
            }
        }
        Fields { listed, include }
    }

    fn shows(&self, key: u32) -> bool {
        self.listed.get(key as usize).copied().unwrap_or(false) == self.include
    }
}

impl Record {
    /// Marks the attributes in `raw`; text that is no object is kept and has none.
    pub fn new(id: &str, order: u64, raw: String, keys: &mut Keys) -> Record {
        let public = without_idp_tokens(&raw).map(|text| Text::new(text, keys));
        let full = Text::new(raw, keys);
        let date = |name| time::parse(&json::text(full.get(*keys.0.get(name)?)?)?);
        Record {
            id: id.into(),
            order,
            dates: DATES.map(date),
            full,
            public,
        }
    }

    /// The whole user.
    pub fn raw(&self, idp_tokens: bool) -> &Bytes {
        &self.text_for(idp_tokens).raw
    }

    /// The same as search shows it: of a user larger than `most` bytes only the attributes that fit, in order.
    pub fn write_within(
        &self,
        most: usize,
        out: &mut Vec<u8>,
        fields: Option<&Fields>,
        idp_tokens: bool,
    ) {
        let text = self.text_for(idp_tokens);
        if text.raw.len() <= most {
            return self.write(out, fields, idp_tokens);
        }
        let mut room = most;
        let fitting = text.members.iter().filter(|member| {
            let size = (member.end - member.start) as usize + 1;
            let fits = size <= room;
            room -= if fits { size } else { 0 };
            fits
        });
        out.push(b'{');
        for (i, member) in fitting
            .filter(|member| fields.is_none_or(|fields| fields.shows(member.key)))
            .enumerate()
        {
            if i > 0 {
                out.push(b',');
            }
            out.extend_from_slice(&text.raw[member.start as usize..member.end as usize]);
        }
        out.push(b'}');
    }

    /// Appends the user to `out`, only with the attributes that `fields` shows.
    pub fn write(&self, out: &mut Vec<u8>, fields: Option<&Fields>, idp_tokens: bool) {
        let text = self.text_for(idp_tokens);
        let Some(fields) = fields else {
            out.extend_from_slice(&text.raw);
            return;
        };
        out.push(b'{');
        let mut first = true;
        let mut run: Option<(u32, u32)> = None;
        let mut flush = |run: Option<(u32, u32)>, out: &mut Vec<u8>| {
            if let Some((start, end)) = run {
                if !std::mem::replace(&mut first, false) {
                    out.push(b',');
                }
                out.extend_from_slice(&text.raw[start as usize..end as usize]);
            }
        };
        for member in &text.members {
            if fields.shows(member.key) {
                run = Some((run.map_or(member.start, |(start, _)| start), member.end));
            } else {
                flush(run.take(), out);
            }
        }
        flush(run, out);
        out.push(b'}');
    }

    /// The raw value of a root attribute.
    pub fn get(&self, keys: &Keys, name: &str) -> Option<&str> {
        self.full.get(*keys.0.get(name)?)
    }

    /// The raw value of a root attribute as those see it who may not see the identity providers' tokens.
    pub fn shown(&self, keys: &Keys, name: &str) -> Option<&str> {
        self.text_for(false).get(*keys.0.get(name)?)
    }

    /// The same without a copy where it can be.
    pub fn plain(&self, keys: &Keys, name: &str) -> Option<Cow<'_, str>> {
        json::text(self.get(keys, name)?)
    }

    /// A root attribute that is a string.
    pub fn text(&self, keys: &Keys, name: &str) -> Option<String> {
        json::string(self.get(keys, name)?)
    }

    fn text_for(&self, idp_tokens: bool) -> &Text {
        match &self.public {
            Some(public) if !idp_tokens => public,
            _ => &self.full,
        }
    }
}

impl Text {
    fn new(raw: String, keys: &mut Keys) -> Text {
        let members = json::members(&raw)
            .unwrap_or_default()
            .into_iter()
            .map(|m| Member {
                key: keys.number(&m.key),
                start: m.start as u32,
                value: m.value as u32,
                end: m.end as u32,
            })
            .collect();
        Text {
            raw: raw.into(),
            members,
        }
    }

    fn get(&self, key: u32) -> Option<&str> {
        let member = self.members.iter().rev().find(|m| m.key == key)?;
        std::str::from_utf8(&self.raw[member.value as usize..member.end as usize]).ok()
    }
}

/// The user without tokens in its identities, or None when it has none.
fn without_idp_tokens(raw: &str) -> Option<String> {
    if !IDP_TOKENS.iter().any(|key| raw.contains(key)) {
        return None;
    }
    let mut user = json::Object::parse(raw)?;
    let identities: Vec<String> = json::elements(user.get("identities")?)?
        .into_iter()
        .map(|identity| match json::Object::parse(identity) {
            Some(mut identity) => {
                IDP_TOKENS.iter().for_each(|key| identity.remove(key));
                identity.text()
            }
            None => identity.to_string(),
        })
        .collect();
    user.set("identities", format!("[{}]", identities.join(",")));
    Some(user.text())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(user: &Record, fields: Option<&Fields>, idp_tokens: bool) -> String {
        let mut out = Vec::new();
        user.write(&mut out, fields, idp_tokens);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn projections_copy_bytes() {
        let mut keys = Keys::default();
        let raw = r#"{"user_id":"a", "x":1e400,"email":"e","n":{"email":2}}"#;
        let user = Record::new("a", 1, raw.into(), &mut keys);
        assert_eq!(written(&user, None, false), raw);
        let pick = |names: &[&str], include| {
            let fields = Fields::new(&keys, names.iter().copied(), include);
            written(&user, Some(&fields), false)
        };
        assert_eq!(pick(&["email", "absent"], true), r#"{"email":"e"}"#);
        assert_eq!(
            pick(&["n", "user_id"], true),
            r#"{"user_id":"a","n":{"email":2}}"#
        );
        assert_eq!(
            pick(&["n", "email"], false),
            r#"{"user_id":"a", "x":1e400}"#
        );
        assert_eq!(pick(&["absent"], true), "{}");
        assert_eq!(user.get(&keys, "x"), Some("1e400"));
        assert_eq!(user.text(&keys, "email").as_deref(), Some("e"));
    }

    #[test]
    fn search_shows_what_fits() {
        let mut keys = Keys::default();
        let raw = r#"{"user_id":"a","big":"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx","n":1}"#;
        let user = Record::new("a", 1, raw.into(), &mut keys);
        let within = |most| {
            let mut out = Vec::new();
            user.write_within(most, &mut out, None, true);
            String::from_utf8(out).unwrap()
        };
        assert_eq!(within(1000), raw);
        assert_eq!(within(30), r#"{"user_id":"a","n":1}"#);
    }

    #[test]
    fn idp_tokens_are_hidden() {
        let mut keys = Keys::default();
        let raw = r#"{"user_id":"a","identities":[{"provider":"github","access_token":"t","user_id":7}]}"#;
        let user = Record::new("a", 1, raw.into(), &mut keys);
        assert_eq!(written(&user, None, true), raw);
        assert_eq!(
            written(&user, None, false),
            r#"{"user_id":"a","identities":[{"provider":"github","user_id":7}]}"#
        );
    }
}
