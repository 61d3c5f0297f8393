//! Rows in, requests out.

mod any;
mod links;
mod rows;

use serde_json::{Map, Value};

use super::*;
use crate::catalog::find;

fn object(name: &str) -> &'static Object {
    find(name).unwrap()
}

fn row(value: Value) -> Row {
    match value {
        Value::Object(map) => map,
        _ => panic!("no row"),
    }
}

fn shown(steps: &[Step]) -> Vec<String> {
    steps.iter().map(Step::shown).collect()
}

fn change(old: Value, new: Value, changed: &[&str]) -> Result<Vec<String>> {
    update(object("users"), &row(old), &row(new), changed).map(|steps| shown(&steps))
}
