//! Every object that can be written, with a fault at each of its calls: what the outcome says and what is there agree.

use crate::objects::{existing, find, made, records};
use crate::samples::{new_row, value};
use crate::tenant::Tenant;
use auth0::catalog::writes::Writes;
use auth0::catalog::{Object, Shape};
use auth0::engine::Outcome;
use auth0::write::{self, Row, Step};
use simulator::{Config, Fault, FaultKind};

fn tenant() -> Tenant {
    Tenant::of(Config {
        users: 6,
        ..Config::default()
    })
}

fn refused() -> FaultKind {
    FaultKind::Status {
        code: 400,
        body: Some(r#"{"statusCode":400,"error":"Bad Request","message":"no"}"#.into()),
        headers: Vec::new(),
    }
}

/// Carries the steps out once with each kind of fault; whether the tenant was left as it was by a refusal is `same`'s to
/// say.
fn faulted(tenant: &Tenant, object: &Object, steps: &[Step], same: &mut dyn FnMut() -> bool) {
    let method = steps[0].method.name();
    for (kind, uncertain) in [(refused(), false), (FaultKind::ResetBeforeResponse, true)] {
        tenant.sim.clear_journal();
        tenant.sim.inject(Fault::new(kind.clone()).method(method));
        let outcome = tenant.one(steps.to_vec());
        let Outcome::Failed(error) = &outcome else {
            panic!("{method} {kind:?}: {outcome:?}");
        };
        assert_eq!(error.is_uncertain(), uncertain, "{method}: {error:?}");
        assert_eq!(tenant.asked().len(), 1, "{} {method} {kind:?}", object.name);
        if !uncertain {
            assert!(same(), "{method}: changed although refused");
        }
    }
}

#[test]
fn what_is_refused_changes_nothing_and_what_is_not_known_is_said_to_be_so() {
    let mut wrong = Vec::new();
    let mut calls = 0;
    for (object, record) in records() {
        let outcome = std::panic::catch_unwind(|| each(object, record));
        match outcome {
            Ok(faulted) => calls += faulted,
            Err(panic) => {
                let text = panic.downcast_ref::<String>().cloned().unwrap_or_default();
                wrong.push(format!("{}: {text}", object.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(calls > 150, "{calls}");
}

/// How many calls were faulted.
fn each(object: &'static Object, record: &Writes) -> usize {
    let mut calls = 0;
    if record.insert.is_some() && object.shape != Shape::One {
        let tenant = tenant();
        let row = new_row(&tenant.sim, object);
        let count = || tenant.rows(object, &row).len();
        let before = count();
        let steps = write::insert(object, &row).expect("steps");
        faulted(&tenant, object, &steps, &mut || count() == before);
        calls += 1;
    }
    let row = |tenant: &Tenant| -> Row {
        match &record.insert {
            Some(_) => made(tenant, object, record),
            None => existing(tenant, object),
        }
    };
    if let Some(update) = &record.update {
        let tenant = tenant();
        let old = row(&tenant);
        let column = update.columns[0];
        let known = object.named(column).expect("a column");
        let mut new = old.clone();
        let other = (1..3).map(|nth| value(&tenant.sim, object, known, nth));
        let other = other.into_iter().find(|other| *other != old[column]);
        new.insert(column.into(), other.expect("another value"));
        let steps = write::update(object, &old, &new, &[column]).expect("steps");
        let unchanged =
            || find(&tenant, object, &old).is_some_and(|now| now[column] == old[column]);
        faulted(&tenant, object, &steps, &mut || unchanged());
        calls += 1;
    }
    if record.delete.is_some() {
        let tenant = tenant();
        let old = row(&tenant);
        let steps = write::delete(object, &old).expect("steps");
        let there = || match object.id {
            "" => !tenant.rows(object, &old).is_empty(),
            _ => find(&tenant, object, &old).is_some(),
        };
        faulted(&tenant, object, &steps, &mut || there());
        calls += 1;
    }
    calls
}
