//! What can be created, changed and deleted beside users, as data: which properties bodies may hold, what must be
//! there, what a new object gets, which statuses answer.

use super::kinds::KINDS;
use super::kinds_more::MORE;
use serde_json::{Map, Value};

/// A kind of object that can be written.
pub struct Kind {
    /// Its list, as the read side declares it.
    pub list: &'static str,
    /// `create:…`, `update:…`, `delete:…` this.
    pub noun: &'static str,
    /// What POST must bring.
    pub required: &'static [&'static str],
    /// What POST may bring besides; None where there is no POST.
    pub create: Option<&'static [&'static str]>,
    /// What PATCH may bring; None where there is no PATCH.
    pub update: Option<&'static [&'static str]>,
    /// DELETE exists.
    pub delete: bool,
    /// Attributes that together must be unique in the list: 409 otherwise.
    pub unique: &'static [&'static str],
    /// Attributes whose first level PATCH merges; the others are replaced whole.
    pub merged: &'static [&'static str],
    /// Prefix and length of new ids.
    pub id: Id,
    /// What a new object gets that was not sent.
    pub defaults: fn(&mut Map<String, Value>, &Made),
    /// Status of POST.
    pub created: u16,
    /// Status of DELETE.
    pub deleted: u16,
    /// Deleting what is not there is a 404.
    pub strict: bool,
}

/// How new ids look.
#[derive(Clone, Copy)]
pub enum Id {
    /// A prefix and so many letters and digits.
    Letters(&'static str, usize),
    /// 24 hexadecimal digits.
    Hex,
    /// A UUID.
    Uuid,
    /// The object names itself by an attribute of its own.
    Sent,
}

/// What defaults are made of.
pub struct Made<'a> {
    /// The new id.
    pub id: &'a str,
    /// Now.
    pub now: &'a str,
    /// Letters and digits that nothing else has.
    pub secret: &'a str,
    /// The id in the path, where the list hangs on another object.
    pub parent: &'a str,
    /// The tenant's address.
    pub base: &'a str,
}

/// The kind whose list is declared so.
pub fn kind(list: &str) -> Option<&'static Kind> {
    KINDS.iter().chain(MORE).find(|kind| kind.list == list)
}
