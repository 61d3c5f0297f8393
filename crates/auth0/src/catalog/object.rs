//! What an object is: how it is listed, how its rows are found, what they hold.

use super::template;

/// The best SQL type of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Type {
    /// `text`
    Text,
    /// `text[]`
    TextArray,
    /// `bool`
    Bool,
    /// `bigint`
    Bigint,
    /// `numeric`
    Numeric,
    /// `timestamptz`
    Timestamptz,
    /// `inet`
    Inet,
    /// `jsonb`
    Jsonb,
}

impl Type {
    /// As SQL writes it, whatever the search_path.
    pub fn sql(self) -> &'static str {
        match self {
            Type::Text => "pg_catalog.text",
            Type::TextArray => "pg_catalog.text[]",
            Type::Bool => "pg_catalog.bool",
            Type::Bigint => "pg_catalog.int8",
            Type::Numeric => "pg_catalog.numeric",
            Type::Timestamptz => "pg_catalog.timestamptz",
            Type::Inet => "pg_catalog.inet",
            Type::Jsonb => "pg_catalog.jsonb",
        }
    }
}

/// How the API's search compares the values of a key.
/// Source: <https://auth0.com/docs/manage-users/user-search/user-search-query-syntax>.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Search {
    /// It does not look at them.
    Never,
    /// As whole texts without regard to case.
    Folded,
    /// As whole texts.
    Exact,
    /// As the texts of IP addresses.
    Address,
    /// As truth values; an absent one is neither.
    Truth,
    /// As whole numbers.
    Integer,
    /// As times in milliseconds.
    Time,
    /// Every scalar inside, by its path; no ranges and no patterns.
    Metadata,
}

/// The search language that a list takes in its parameter `q`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// None: rows are found by what the path, [`ByKey`] and [`Param`] say.
    None,
    /// That of `GET /users`.
    Users,
    /// That of `GET /logs`.
    Logs,
}

/// How an answer holds its rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// A bare array of them, or an envelope that has them under this key.
    List(&'static str),
    /// The answer is the one row.
    One,
    /// The same, of an answer that may be empty: it is there, and that is all it says.
    There,
    /// An array if it is one, else one row.
    Either,
    /// A bare array of scalars; each is a row with the scalar under this key.
    Scalars(&'static str),
    /// One scalar, which is a row with it under this key.
    Scalar(&'static str),
    /// An object of which each entry is a row: the entry's name under the first key, its value under the second.
    Entries(&'static str, &'static str),
    /// A list (key of its rows) whose rows have an array (key) of the objects that are wanted, each of which is given
    /// values of the row it came from: the row's key, and the key it gets.
    Nested(
        &'static str,
        &'static str,
        &'static [(&'static str, &'static str)],
    ),
}

/// How a list is paged. Neither `next` nor `total` says where it ends: a page that is not full does, or one without
/// `next`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Paging {
    /// All in one answer.
    None,
    /// `page` and `per_page`, of at most so many rows; up to [`Object::window`] rows.
    Offset(u64),
    /// `from` and `take`, of at most so many rows; without end. Preferred where both are offered.
    Checkpoint(u64),
    /// Both, of at most so many rows, where `next` is told even at the end: a list that fits on a page is read by offset,
    /// which saves the empty page after it.
    Both(u64),
}

impl Paging {
    /// Most rows of a page; none if there are no pages.
    pub fn most(self) -> Option<u64> {
        match self {
            Paging::None => None,
            Paging::Offset(most) | Paging::Checkpoint(most) | Paging::Both(most) => Some(most),
        }
    }
}

/// A call that brings the rows with one value of a key, consistent at once.
#[derive(Debug)]
pub struct ByKey {
    /// The column with the key's values; it has the key's name.
    pub key: &'static str,
    /// The call, as [`Object::path`]. Other columns in it must have a value, too.
    pub path: &'static str,
    /// Whether the answer is the object itself, with 404 for none; else a list.
    pub single: bool,
}

/// A query parameter of a list call that leaves rows out.
#[derive(Debug)]
pub struct Param {
    /// The parameter.
    pub name: &'static str,
    /// The column it is about.
    pub column: &'static str,
    /// What it finds.
    pub kind: ParamKind,
}

/// What a parameter finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParamKind {
    /// Rows with just this text.
    Equal,
    /// Rows with one of several texts: it may be sent more than once.
    AnyOf,
    /// Rows with one of several texts, joined by commas.
    Joined,
    /// Rows whose text contains this one, in any case.
    Contains,
    /// Rows with this truth value.
    Truth,
    /// Rows in which this is true; it can only be sent as `true`.
    OnlyTrue,
    /// Rows from this day on (`YYYYMMDD`, UTC).
    FromDay,
    /// Rows up to and with this day (`YYYYMMDD`, UTC).
    ToDay,
}

impl ParamKind {
    /// Whether it takes texts that rows have.
    pub fn is_of_texts(self) -> bool {
        matches!(
            self,
            ParamKind::Equal | ParamKind::AnyOf | ParamKind::Joined | ParamKind::Contains
        )
    }

    /// Whether it takes one text, so that several are a call each.
    pub fn is_of_one(self) -> bool {
        matches!(self, ParamKind::Equal | ParamKind::Contains)
    }

    /// Whether it takes a truth value.
    pub fn is_of_truth(self) -> bool {
        matches!(self, ParamKind::Truth | ParamKind::OnlyTrue)
    }

    /// Whether it takes the beginning or the end of a time.
    pub fn is_of_time(self) -> bool {
        matches!(self, ParamKind::FromDay | ParamKind::ToDay)
    }
}

/// Where the values in the path come from when a query does not give them: from the rows of another object.
#[derive(Debug)]
pub struct Parent {
    /// That object.
    pub object: &'static str,
    /// Column of ours that stands in the path, and the parent's column with its values.
    pub columns: &'static [(&'static str, &'static str)],
}

/// Which reads of an object bring a column, where its list and a read by id show different parts of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// Both.
    Always,
    /// Only a read by id.
    ById,
    /// Only the list.
    Listed,
}

/// One column of an imported table.
#[derive(Debug)]
pub struct Column {
    /// SQL name.
    pub name: &'static str,
    /// Top-level JSON key.
    pub key: &'static str,
    /// Best SQL type.
    pub ty: Type,
    /// How it can be searched, where the list takes a [`Language`].
    pub search: Search,
    /// Holds a secret: imported only if asked for.
    pub secret: bool,
    /// Can be sent, and never comes back: it reads as NULL.
    pub write_only: bool,
    /// Which reads bring it.
    pub shown: Shown,
    /// One line for the documents.
    pub doc: &'static str,
}

impl Column {
    /// A column whose name is its key.
    pub const fn new(name: &'static str, ty: Type, doc: &'static str) -> Column {
        Column {
            name,
            key: name,
            ty,
            search: Search::Never,
            secret: false,
            write_only: false,
            shown: Shown::Always,
            doc,
        }
    }

    /// Whose key is another.
    pub const fn key(mut self, key: &'static str) -> Column {
        self.key = key;
        self
    }

    /// Which the list's language searches.
    pub const fn search(mut self, search: Search) -> Column {
        self.search = search;
        self
    }

    /// Which holds a secret.
    pub const fn secret(mut self) -> Column {
        self.secret = true;
        self
    }

    /// Which can be sent, and never comes back.
    pub const fn write_only(mut self) -> Column {
        self.write_only = true;
        self
    }

    /// Which only a read by id brings.
    pub const fn by_id(mut self) -> Column {
        self.shown = Shown::ById;
        self
    }

    /// Which only the list brings.
    pub const fn listed(mut self) -> Column {
        self.shown = Shown::Listed;
        self
    }
}

/// One object that the API has.
#[derive(Debug)]
pub struct Object {
    /// Table name and value of the option `object`.
    pub name: &'static str,
    /// Chapter of the documents.
    pub area: &'static str,
    /// One line for the documents.
    pub doc: &'static str,
    /// The call that lists it. `{column}` stands for a value, which each row then has, and `?parameter=` may follow.
    pub path: &'static str,
    /// How an answer holds rows.
    pub shape: Shape,
    /// How it is paged.
    pub paging: Paging,
    /// The search language of the list.
    pub language: Language,
    /// JSON key that identifies a row among those of one list; empty if there is none.
    pub id: &'static str,
    /// Where values for the path come from.
    pub parent: Option<Parent>,
    /// Columns in the path that have these values and no others.
    pub values: &'static [(&'static str, &'static [&'static str])],
    /// Calls that find rows by the value of a key, the most selective first.
    pub by_key: &'static [ByKey],
    /// Parameters that leave rows out.
    pub params: &'static [Param],
    /// Key by which pages are ordered, so that they do not shift: one that never changes. For those with a language.
    pub order: &'static str,
    /// Keys the API sorts by, which every row has.
    pub sortable: &'static [&'static str],
    /// Most rows one list reaches by offset.
    pub window: u64,
    /// Keys that every read of it lets `fields` name: of others it is not known that all do.
    pub selectable: &'static [&'static str],
    /// Keys that only come when `fields` names them.
    pub on_request: &'static [&'static str],
    /// Any of these scopes lets a token read it.
    pub scopes: &'static [&'static str],
    /// Dotted paths of secrets in its objects.
    pub secrets: &'static [&'static str],
    /// Top-level keys of documents that may have secrets nobody has listed: what is named like one is hidden, too.
    pub guarded: &'static [&'static str],
    /// Known columns, in the order of the import.
    pub columns: &'static [Column],
}

/// Most rows that offsets reach. Source: <https://auth0.com/docs/api/management/v2>.
pub const WINDOW: u64 = 1000;

/// An object with what most have; records give the rest.
pub const PLAIN: Object = Object {
    name: "",
    area: "",
    doc: "",
    path: "",
    shape: Shape::List(""),
    paging: Paging::None,
    language: Language::None,
    id: "id",
    parent: None,
    values: &[],
    by_key: &[],
    params: &[],
    order: "",
    sortable: &[],
    window: WINDOW,
    selectable: &[],
    on_request: &[],
    scopes: &[],
    secrets: &[],
    guarded: &[],
    columns: &[],
};

/// Each record is there once, so its address is its identity.
impl PartialEq for Object {
    fn eq(&self, other: &Object) -> bool {
        std::ptr::eq(self, other)
    }
}

impl Object {
    /// The column for a top-level key, be it under the key's own name or another.
    pub fn column(&self, key: &str) -> Option<&'static Column> {
        self.columns.iter().find(|column| column.key == key)
    }

    /// The column of this name.
    pub fn named(&self, name: &str) -> Option<&'static Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// The JSON key that a column of this name shows.
    pub fn key_of<'a>(&self, name: &'a str) -> &'a str {
        self.named(name).map_or(name, |column| column.key)
    }

    /// The look-up by a key.
    pub fn by_key(&self, key: &str) -> Option<&'static ByKey> {
        self.by_key.iter().find(|by| by.key == key)
    }

    /// The read by id, if it shows what the list does not.
    pub fn detail(&self) -> Option<&'static ByKey> {
        let by_id = |column: &Column| column.shown == Shown::ById;
        let mut reads = self.by_key.iter();
        reads.find(|by| by.single && by.key == self.id && self.columns.iter().any(by_id))
    }

    /// The columns in the path, in order, each once.
    pub fn variables(&self) -> impl Iterator<Item = &'static str> {
        let mut seen = Vec::new();
        template::variables(self.path).filter(move |name| {
            let new = !seen.contains(name);
            seen.push(name);
            new
        })
    }

    /// The keys by whose values rows are asked for with calls of their own, the most selective first: those of look-ups,
    /// and of objects without a language those in the path and those that parameters compare.
    pub fn keys(&self) -> Vec<&'static str> {
        let mut keys: Vec<&'static str> = self.by_key.iter().map(|by| by.key).collect();
        if !self.is_searched() {
            keys.extend(self.variables());
            let texts = self.params.iter().filter(|param| param.kind.is_of_texts());
            keys.extend(texts.map(|param| param.column));
        }
        let mut found: Vec<&'static str> = Vec::new();
        for name in keys {
            let key = self.named(name).map_or(name, |column| column.key);
            if !found.contains(&key) {
                found.push(key);
            }
        }
        found
    }

    /// The parameter that compares a key's values, if the list has one of this kind.
    pub fn param(&self, key: &str, fits: impl Fn(ParamKind) -> bool) -> Option<&'static Param> {
        let of_key = |param: &&Param| self.key_of(param.column) == key && fits(param.kind);
        self.params.iter().find(of_key)
    }

    /// Whether a table declares it itself, with a path of its own.
    pub fn is_declared(&self) -> bool {
        self.scopes.is_empty()
    }

    /// Whether its list takes a search.
    pub fn is_searched(&self) -> bool {
        self.language != Language::None
    }
}
