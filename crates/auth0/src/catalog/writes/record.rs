//! What a record says of how an object is written: one call for each kind of change.

use std::fmt;

use crate::catalog::template;

/// How a request is sent that changes something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Method {
    /// `POST`
    Post,
    /// `PATCH`
    Patch,
    /// `PUT`
    Put,
    /// `DELETE`
    Delete,
}

impl Method {
    /// As HTTP writes it.
    pub fn name(self) -> &'static str {
        match self {
            Method::Post => "POST",
            Method::Patch => "PATCH",
            Method::Put => "PUT",
            Method::Delete => "DELETE",
        }
    }
}

/// What a statement does to a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Op {
    /// `INSERT`
    Insert,
    /// `UPDATE`
    Update,
    /// `DELETE`
    Delete,
}

impl Op {
    /// The statement.
    pub fn command(self) -> &'static str {
        match self {
            Op::Insert => "INSERT",
            Op::Update => "UPDATE",
            Op::Delete => "DELETE",
        }
    }
}

impl Op {
    /// What has been done to a row: `written` or `deleted`.
    pub fn done(self) -> &'static str {
        match self {
            Op::Insert | Op::Update => "written",
            Op::Delete => "deleted",
        }
    }
}

impl fmt::Display for Op {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Op::Insert => "insert into",
            Op::Update => "update",
            Op::Delete => "delete from",
        })
    }
}

/// How an object is changed. Columns are those of the object's read record; a body has their JSON keys.
#[derive(Debug)]
pub struct Writes {
    /// The object.
    pub object: &'static str,
    /// How a row is made; `None` where the API does not.
    pub insert: Option<Insert>,
    /// How a row is changed.
    pub update: Option<Update>,
    /// How a row is taken away.
    pub delete: Option<Delete>,
    /// Names and dotted paths (of JSON keys) that are secret in bodies, beside the object's own secrets.
    pub secrets: &'static [&'static str],
}

/// What a successful answer holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// The row as it is stored.
    Row,
    /// Nothing of use: the row is what was sent.
    Nothing,
}

/// How a row is made.
#[derive(Debug)]
pub struct Insert {
    /// `POST`, or `PUT` where that is the way.
    pub method: Method,
    /// The call, with `{column}` for a value.
    pub path: &'static str,
    /// Columns the body may have.
    pub columns: &'static [&'static str],
    /// Those without which Auth0 refuses it; those in the path are always needed.
    pub required: &'static [&'static str],
    /// What is read first where Auth0 would replace a row that is there: the call, and the column whose value a row of the
    /// list has that it answers with. Without one, any answer is the row.
    pub absent: Option<(&'static str, Option<&'static str>)>,
    /// Columns whose key in the body is another than the column's.
    pub keys: &'static [(&'static str, &'static str)],
    /// What comes back.
    pub answer: Answer,
    /// How several rows with the same path go in one request.
    pub batch: Option<Batch>,
}

/// How rows are put together in the body of one request.
#[derive(Debug)]
pub struct Batch {
    /// The key that holds the array of rows; empty if the body is that array, or if there is no body.
    pub key: &'static str,
    /// What stands in the array for a row.
    pub element: Element,
    /// Most rows in one request.
    pub most: usize,
    /// Whether the request replaces all rows with its path, so that they are read first and sent with the change.
    pub whole: bool,
}

/// What stands for a row in a [`Batch`].
#[derive(Debug)]
pub enum Element {
    /// The value of this column.
    Scalar(&'static str),
    /// An object with these columns, and one more entry whose value is a truth.
    Object(&'static [&'static str], Option<(&'static str, bool)>),
    /// The body itself, for one row: its name in this column is the key of its value in that.
    Entry(&'static str, &'static str),
    /// An object with `ref`, which is of this type and has the value of this column, and perhaps the `display_name`.
    Binding(&'static str, &'static str, bool),
    /// Nothing: the request is for all rows with the same path, and has no body.
    Nothing,
}

/// How a row is changed.
#[derive(Debug)]
pub struct Update {
    /// `PATCH`, or `PUT` where that is the way.
    pub method: Method,
    /// The call, with `{column}` for a value, which cannot be changed.
    pub path: &'static str,
    /// Columns that can be changed. Where one request cannot have all that a statement changes, their order is that of the
    /// requests.
    pub columns: &'static [&'static str],
    /// Columns of objects whose first level the API merges with what there is.
    pub merged: &'static [Merged],
    /// Columns whose value `null` takes away.
    pub nullable: &'static [&'static str],
    /// Columns that must not be in one request.
    pub apart: &'static [(&'static str, &'static str)],
    /// Columns that only go with others.
    pub companions: &'static [Companion],
    /// Columns whose truth is a call.
    pub acts: &'static [Act],
    /// Whether the body is the whole row, as it shall be: what it lacks is lost, or missed.
    pub whole: bool,
    /// How the row stands in the body, if not by its columns.
    pub batch: Option<Batch>,
    /// Columns whose key in the body is another than the column's.
    pub keys: &'static [(&'static str, &'static str)],
    /// What comes back.
    pub answer: Answer,
}

/// A column whose first level the API merges with what there is: a key is only taken away by `null`.
#[derive(Debug)]
pub struct Merged {
    /// The column.
    pub column: &'static str,
    /// Whether the empty object takes all keys away.
    pub empties: bool,
}

/// A column that goes with others, in each request that has one of them.
#[derive(Debug)]
pub struct Companion {
    /// The column.
    pub column: &'static str,
    /// The others.
    pub of: &'static [&'static str],
    /// Whether it also means something without them.
    pub alone: bool,
}

/// A column whose truth is a call of its own, after what else is changed.
#[derive(Debug)]
pub struct Act {
    /// The column.
    pub column: &'static str,
    /// `POST` as a rule.
    pub method: Method,
    /// The call, with `{column}` for a value.
    pub path: &'static str,
}

/// How a row is taken away.
#[derive(Debug)]
pub struct Delete {
    /// `DELETE`, or another method where a body says what goes.
    pub method: Method,
    /// The call, with `{column}` for a value.
    pub path: &'static str,
    /// How several rows with the same path go in one request.
    pub batch: Option<Batch>,
}

impl Batch {
    /// The same, where a request replaces all there is.
    pub const fn whole(mut self) -> Batch {
        self.whole = true;
        self
    }

    /// How much goes in one request, in words.
    fn capacity(&self) -> String {
        match self.most {
            1 if self.whole => "after a GET".to_owned(),
            _ if self.whole => "for all rows of a path, after a GET".to_owned(),
            usize::MAX => "for all rows of a path".to_owned(),
            1 => "for one row".to_owned(),
            most => format!("up to {most} rows of a path"),
        }
    }

    /// The columns that stand in the body.
    pub fn columns(&self) -> Vec<&'static str> {
        match &self.element {
            Element::Scalar(column) => vec![column],
            Element::Object(columns, _) => columns.to_vec(),
            Element::Entry(name, value) => vec![name, value],
            Element::Binding(_, column, false) => vec![column],
            Element::Binding(_, column, true) => vec![column, "display_name"],
            Element::Nothing => Vec::new(),
        }
    }
}

impl Insert {
    /// Every column that may have a value.
    pub fn writable(&self) -> Vec<&'static str> {
        let batched = self.batch.iter().flat_map(Batch::columns);
        template::variables(self.path)
            .chain(self.columns.iter().copied())
            .chain(batched)
            .collect()
    }

    /// Every column that must have a value.
    pub fn needed(&self) -> Vec<&'static str> {
        let batched = self.batch.iter().flat_map(Batch::columns);
        template::variables(self.path)
            .chain(self.required.iter().copied())
            .chain(batched)
            .collect()
    }
}

impl Update {
    /// Every column that may be set.
    pub fn writable(&self) -> Vec<&'static str> {
        let companions = self.companions.iter().map(|companion| companion.column);
        let acts = self.acts.iter().map(|act| act.column);
        let columns = self.columns.iter().copied();
        columns.chain(companions).chain(acts).collect()
    }

    /// How a column's first level is merged, if it is.
    pub fn merges(&self, column: &str) -> Option<&'static Merged> {
        self.merged.iter().find(|merged| merged.column == column)
    }
}

impl Delete {
    /// The columns that say what goes.
    pub fn needed(&self) -> Vec<&'static str> {
        let batched = self.batch.iter().flat_map(Batch::columns);
        template::variables(self.path).chain(batched).collect()
    }
}

impl Writes {
    /// The columns whose values of the old row an `UPDATE` or `DELETE` needs to find it.
    pub fn keys(&self, op: Op) -> Vec<&'static str> {
        match op {
            Op::Insert => Vec::new(),
            Op::Update => self.update.as_ref().map_or_else(Vec::new, |update| {
                let in_body = update.batch.iter().flat_map(Batch::columns);
                template::variables(update.path)
                    .chain(in_body.filter(|column| !update.columns.contains(column)))
                    .collect()
            }),
            Op::Delete => self.delete.as_ref().map_or_else(Vec::new, Delete::needed),
        }
    }

    /// What the API does at all.
    pub fn can(&self) -> Vec<Op> {
        let ops = [Op::Insert, Op::Update, Op::Delete];
        ops.into_iter().filter(|op| self.allows(*op)).collect()
    }

    /// Whether the API does this at all.
    pub fn allows(&self, op: Op) -> bool {
        self.call(op).is_some()
    }

    /// How a row's request is sent, and its path.
    pub fn call(&self, op: Op) -> Option<(Method, &'static str)> {
        match op {
            Op::Insert => self.insert.as_ref().map(|one| (one.method, one.path)),
            Op::Update => self.update.as_ref().map(|one| (one.method, one.path)),
            Op::Delete => self.delete.as_ref().map(|one| (one.method, one.path)),
        }
    }

    /// How many rows a request may be for, and whether what is there is read before it; `None` for one row alone.
    pub fn manner(&self, op: Op) -> Option<String> {
        let after = || "after a GET".to_owned();
        match (op, self.batch(op), &self.insert) {
            (Op::Update, Some(batch), _) => batch.whole.then(after),
            (_, Some(batch), _) => Some(batch.capacity()),
            (Op::Insert, None, Some(insert)) => insert.absent.map(|_| after()),
            _ => None,
        }
    }

    /// How several rows go in one request, if they may.
    pub fn batch(&self, op: Op) -> Option<&Batch> {
        match op {
            Op::Insert => self.insert.as_ref()?.batch.as_ref(),
            Op::Update => self.update.as_ref()?.batch.as_ref(),
            Op::Delete => self.delete.as_ref()?.batch.as_ref(),
        }
    }
}
