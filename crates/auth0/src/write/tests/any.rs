//! Whatever the rows are: properties.

use super::*;
use proptest::prelude::*;
use serde_json::json;

/// The API's rule: the first level is merged, null takes a key away, the empty object all.
fn merged(old: &Map<String, Value>, sent: &Map<String, Value>) -> Map<String, Value> {
    if sent.is_empty() {
        return Map::new();
    }
    let mut kept = old.clone();
    kept.extend(sent.clone());
    kept.retain(|_, value| !value.is_null());
    kept
}

fn any_json(depth: u32) -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-3i64..3).prop_map(Value::from),
        "[a-c]{0,2}".prop_map(Value::from),
    ];
    leaf.prop_recursive(depth, 12, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            prop::collection::btree_map("[a-d]", inner, 0..3)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

fn metadata() -> impl Strategy<Value = Map<String, Value>> {
    prop::collection::btree_map("[a-e]", any_json(2), 0..5)
        .prop_map(|map| map.into_iter().collect())
}

/// What the API can hold: no null at the first level.
fn holdable(map: &Map<String, Value>) -> Map<String, Value> {
    let mut map = map.clone();
    map.retain(|_, value| !value.is_null());
    map
}

proptest! {
    #[test]
    fn merging_what_is_sent_gives_what_was_wanted(old in metadata(), new in metadata()) {
        let old = holdable(&old);
        let before = json!({"user_id": "u", "app_metadata": old.clone()});
        let after = json!({"app_metadata": new.clone()});
        let steps = update(object("users"), &row(before), &row(after), &["app_metadata"]).unwrap();
        let result = match steps.first() {
            None => old,
            Some(step) => {
                let sent = step.body.as_ref().unwrap()["app_metadata"].as_object().unwrap();
                merged(&old, sent)
            }
        };
        prop_assert_eq!(result, holdable(&new));
    }

    #[test]
    fn no_request_has_what_may_not_go_together(changed in prop::collection::btree_set(0usize..18, 0..18)) {
        let record = writes(object("users")).unwrap().update.as_ref().unwrap();
        let writable = record.writable();
        let changed: Vec<&str> = changed.iter().filter_map(|i| writable.get(*i).copied()).collect();
        let new: Row = writable.iter().map(|column| {
            let value = if record.merges(column).is_some() { json!({}) } else { json!("x") };
            ((*column).to_owned(), value)
        }).collect();
        let Ok(steps) = update(object("users"), &row(json!({"user_id": "u"})), &new, &changed) else {
            // Only for what goes with others and is alone.
            prop_assert!(changed.contains(&"connection") || changed.contains(&"client_id"));
            return Ok(());
        };
        let mut sent: Vec<&str> = Vec::new();
        for step in &steps {
            for (a, b) in record.apart {
                prop_assert!(!(step.columns.contains(a) && step.columns.contains(b)));
            }
            let body = step.body.as_ref().unwrap().as_object().unwrap();
            prop_assert_eq!(body.len(), step.columns.len());
            sent.extend(step.columns.iter().copied());
        }
        sent.sort_unstable();
        sent.dedup();
        for column in &changed {
            prop_assert!(sent.contains(column) || record.companions.iter().any(|c| c.column == *column));
        }
        prop_assert!(sent.iter().all(|column| changed.contains(column)));
        prop_assert!(steps.len() <= 3);
    }

    #[test]
    fn every_row_is_in_one_batch(rows in prop::collection::vec((0u8..4, 0u8..30), 0..200)) {
        let rows: Vec<Row> = rows.iter().map(|(organization, user)| {
            row(json!({"organization_id": format!("o{organization}"), "user_id": format!("u{user}")}))
        }).collect();
        let batches = batch(object("organization_members"), Op::Delete, &rows).unwrap();
        let mut all: Vec<usize> = Vec::new();
        for one in &batches {
            let elements = one.step.body.as_ref().unwrap()["members"].as_array().unwrap();
            prop_assert!((1..=10).contains(&elements.len()));
            for at in &one.rows {
                let named = rows[*at]["user_id"].clone();
                prop_assert!(elements.contains(&named));
                let organization = rows[*at]["organization_id"].as_str().unwrap();
                let path = format!("/{organization}/");
                prop_assert!(one.step.path.contains(&path));
            }
            all.extend(&one.rows);
        }
        all.sort_unstable();
        prop_assert_eq!(all, (0..rows.len()).collect::<Vec<_>>());
    }
}
