//! Link tables: pairs made and cut in batches.

use crate::samples::{pairs, value};
use crate::tenant::{finish, object, row, submit, Tenant};
use auth0::catalog::writes::{self, Element, Op};
use auth0::catalog::Object;
use auth0::engine::Outcome;
use auth0::write::{self, Row};
use serde_json::{json, Value};
use simulator::{Config, Fault, FaultKind};

fn tenant() -> Tenant {
    Tenant::of(Config {
        users: 30,
        ..Config::default()
    })
}

fn carry_out(tenant: &Tenant, object: &'static Object, op: Op, rows: &[Row]) -> usize {
    let batches = write::batch(object, op, rows).expect("batches");
    let steps = batches.into_iter().map(|batch| vec![batch.step]).collect();
    let written = tenant.write(steps);
    for done in &written.done {
        assert!(
            matches!(done.outcome, Outcome::Stored(_)),
            "{}: {:?}",
            object.name,
            done.outcome
        );
    }
    written.done.len()
}

/// How many of the pairs a read shows.
fn there(tenant: &Tenant, object: &'static Object, rows: &[Row]) -> usize {
    let mut found: Vec<Row> = Vec::new();
    let mut seen = Vec::new();
    for row in rows {
        let path: Vec<&Value> = object.variables().map(|column| &row[column]).collect();
        if !seen.contains(&path) {
            found.extend(tenant.rows(object, row));
            seen.push(path);
        }
    }
    let hidden = |column: &str| object.named(column).is_some_and(|column| column.secret);
    let shows = |row: &&Row| {
        found.iter().any(|one| {
            row.iter()
                .all(|(column, value)| one[column] == *value || hidden(column))
        })
    };
    rows.iter().filter(shows).count()
}

#[test]
fn pairs_are_made_and_cut_in_batches() {
    let mut links = 0;
    for record in writes::all() {
        let Some(batch) = record
            .insert
            .as_ref()
            .and_then(|insert| insert.batch.as_ref())
        else {
            continue;
        };
        links += 1;
        let (tenant, object) = (tenant(), object(record.object));
        let mut rows = pairs(&tenant.sim, object.name);
        assert!(rows.len() > 1, "{}", object.name);
        assert_eq!(there(&tenant, object, &rows), 0, "{}", object.name);
        let calls = carry_out(&tenant, object, Op::Insert, &rows);
        let paths = if object.name == "role_groups" {
            rows.len()
        } else {
            rows.len().div_ceil(batch.most)
        };
        assert_eq!(calls, paths, "{}", object.name);
        assert_eq!(there(&tenant, object, &rows), rows.len(), "{}", object.name);
        if let Some(update) = &record.update {
            for column in update.columns {
                let mut new = rows[0].clone();
                let known = object.named(column).expect("a column");
                new.insert((*column).into(), value(&tenant.sim, object, known, 1));
                let steps = write::update(object, &rows[0], &new, &[column]).expect("steps");
                let outcome = tenant.one(steps);
                assert!(matches!(outcome, Outcome::Stored(_)), "{outcome:?}");
                rows[0] = new;
                assert_eq!(there(&tenant, object, &rows), rows.len(), "{}", object.name);
            }
        }
        // A pair that is there already is no error; an entry with a value is.
        match batch.element {
            Element::Entry(..) => {
                let steps = write::insert(object, &rows[0]).expect("steps");
                let error = tenant.error(steps);
                assert!(error.is_conflict(), "{}: {error:?}", object.name);
            }
            _ => {
                carry_out(&tenant, object, Op::Insert, &rows);
            }
        }
        carry_out(&tenant, object, Op::Delete, &rows[1..]);
        assert_eq!(there(&tenant, object, &rows), 1, "{}", object.name);
        carry_out(&tenant, object, Op::Delete, &rows);
        assert_eq!(there(&tenant, object, &rows), 0, "{}", object.name);
        carry_out(&tenant, object, Op::Delete, &rows);
    }
    assert_eq!(links, 17);
}

#[test]
fn one_that_is_gone_does_not_keep_the_others() {
    let tenant = tenant();
    let object = object("user_roles");
    let mut rows = pairs(&tenant.sim, "user_roles");
    carry_out(&tenant, object, Op::Insert, &rows);
    // A role that is gone: Auth0 then refuses all of the request.
    rows.push(row(
        json!({"user_id": rows[0]["user_id"], "role_id": "rol_gone"}),
    ));
    assert_eq!(carry_out(&tenant, object, Op::Delete, &rows), 1);
    assert_eq!(there(&tenant, object, &rows), 0);
    let asked = tenant.asked();
    assert_eq!(asked.len(), 1 + 1 + rows.len());
    let ids: Vec<_> = asked
        .iter()
        .filter_map(|entry| entry.header("x-correlation-id"))
        .collect();
    assert_eq!((ids[1], ids[2]), ("test-0-1", "test-0-1.0"));

    // Half of it done is not known to be so.
    carry_out(&tenant, object, Op::Insert, &rows[..2]);
    tenant.sim.inject(
        Fault::new(FaultKind::ResetBeforeResponse)
            .method("DELETE")
            .after(2),
    );
    let batches = write::batch(object, Op::Delete, &rows).expect("batches");
    let error = tenant.error(vec![batches.into_iter().next().expect("a batch").step]);
    assert!(error.is_uncertain(), "{error:?}");
}

#[test]
fn a_limit_is_no_row_that_is_there_already() {
    let tenant = tenant();
    let organization = json!({"id": "org_000000000000000", "name": "fresh"});
    tenant
        .sim
        .put_object(&["organizations"], organization.clone());
    let user = tenant.sim.user_ids()[0].clone();
    let members = ["organizations", "org_000000000000000", "members"];
    tenant.sim.put_object(&members, json!({ "user_id": user }));
    let mut rows = Vec::new();
    for i in 0..51 {
        let id = format!("rol_{i:016}");
        tenant
            .sim
            .put_object(&["roles"], json!({"id": id, "name": id}));
        rows.push(row(
            json!({"organization_id": organization["id"], "user_id": user, "role_id": id}),
        ));
    }
    let batches =
        write::batch(object("organization_member_roles"), Op::Insert, &rows).expect("batches");
    assert_eq!(batches.len(), 2);
    let mut writer = tenant.writer(true);
    for (at, batch) in batches.into_iter().enumerate() {
        submit(&mut writer, at as u64, vec![batch.step]);
    }
    let written = finish(&mut writer);
    assert!(matches!(written.done[0].outcome, Outcome::Stored(_)));
    let Outcome::Failed(error) = &written.done[1].outcome else {
        panic!("{:?}", written.done[1].outcome);
    };
    assert!(
        matches!(error, auth0::Error::Rejected { refusal, .. } if refusal.status == 409),
        "{error:?}"
    );
}
