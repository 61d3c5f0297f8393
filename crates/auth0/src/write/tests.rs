//! Rows in, requests out.

use proptest::prelude::*;
use serde_json::{json, Map, Value};

use super::*;
use crate::catalog::find;
use crate::catalog::writes::Method;

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

#[test]
fn an_insert_sends_what_is_given() {
    let steps = insert(
        object("users"),
        &row(json!({"connection": "db", "email": "a@x", "password": "p", "name": null, "user_metadata": {"a": 1}})),
    )
    .unwrap();
    assert_eq!(
        shown(&steps),
        [
            r#"POST /api/v2/users {"connection":"db","email":"a@x","password":"*****","user_metadata":{"a":1}}"#
        ]
    );
    assert_eq!(steps[0].body.as_ref().unwrap()["password"], "p");
    assert_eq!(steps[0].orders_by(), None);
}

#[test]
fn an_insert_without_what_is_needed_is_refused() {
    let without = insert(object("users"), &row(json!({"email": "a@x"})));
    assert!(
        matches!(
            without,
            Err(Error::NullColumn {
                column: "connection",
                ..
            })
        ),
        "{without:?}"
    );
    let read_only = insert(
        object("users"),
        &row(json!({"connection": "db", "logins_count": 1})),
    );
    assert!(
        matches!(read_only, Err(Error::ReadOnlyColumn { ref column, .. }) if column == "logins_count")
    );
    let never = insert(object("user_sessions"), &row(json!({"id": "s"})));
    assert!(
        matches!(never, Err(Error::Unwritable { ref can, .. }) if *can == [Op::Update, Op::Delete]),
        "{never:?}"
    );
    let parent = insert(
        object("organization_invitations"),
        &row(json!({"client_id": "c", "inviter": {}, "invitee": {}})),
    );
    assert!(
        matches!(
            parent,
            Err(Error::NullColumn {
                column: "organization_id",
                ..
            })
        ),
        "{parent:?}"
    );
}

#[test]
fn values_in_a_path_are_encoded() {
    let steps = delete(object("users"), &row(json!({"user_id": "auth0|a/b ü"}))).unwrap();
    assert_eq!(
        shown(&steps),
        ["DELETE /api/v2/users/auth0%7Ca%2Fb%20%C3%BC"]
    );
    let empty = delete(object("users"), &row(json!({"user_id": ""})));
    assert!(
        matches!(
            empty,
            Err(Error::NullColumn {
                column: "user_id",
                ..
            })
        ),
        "{empty:?}"
    );
}

#[test]
fn no_value_leads_to_another_call() {
    for id in [".", ".."] {
        let up = delete(
            object("client_credentials"),
            &row(json!({"client_id": "c", "id": id})),
        );
        assert!(
            matches!(up, Err(Error::ColumnValue { column: "id", .. })),
            "{up:?}"
        );
    }
    let dots = delete(object("users"), &row(json!({"user_id": "../clients"}))).unwrap();
    assert_eq!(shown(&dots), ["DELETE /api/v2/users/..%2Fclients"]);
}

#[test]
fn only_what_differs_is_changed() {
    let old = json!({"user_id": "u", "name": "A", "nickname": "n", "email": null});
    let new = json!({"user_id": "u", "name": "B", "nickname": "n", "email": null});
    let all = ["user_id", "name", "nickname", "email"];
    assert_eq!(
        change(old.clone(), new, &all).unwrap(),
        [r#"PATCH /api/v2/users/u {"name":"B"}"#]
    );
    assert_eq!(change(old.clone(), old, &all).unwrap(), [""; 0]);
    // What was there before is not known, and need not be.
    let blind = change(
        json!({"user_id": "u"}),
        json!({"name": "B", "picture": null}),
        &["name", "picture"],
    );
    assert_eq!(
        blind.unwrap(),
        [r#"PATCH /api/v2/users/u {"name":"B","picture":null}"#]
    );
}

#[test]
fn what_is_read_only_stays() {
    let old = json!({"user_id": "u", "logins_count": 1});
    let id = change(old.clone(), json!({"user_id": "v"}), &["user_id"]);
    assert!(
        matches!(id, Err(Error::ReadOnlyColumn { key: true, .. })),
        "{id:?}"
    );
    let count = change(old.clone(), json!({"logins_count": 2}), &["logins_count"]);
    assert!(
        matches!(count, Err(Error::ReadOnlyColumn { key: false, .. })),
        "{count:?}"
    );
    assert!(change(old, json!({"logins_count": 1}), &["logins_count"])
        .unwrap()
        .is_empty());
    let blocked = change(
        json!({"user_id": "u"}),
        json!({"blocked": null}),
        &["blocked"],
    );
    assert!(
        matches!(
            blocked,
            Err(Error::NullColumn {
                column: "blocked",
                ..
            })
        ),
        "{blocked:?}"
    );
}

#[test]
fn what_may_not_go_together_goes_one_after_the_other() {
    let new = json!({"username": "n", "email": "e@x", "email_verified": true, "password": "p", "name": "N", "connection": "db", "client_id": "c"});
    let changed = [
        "name",
        "password",
        "email_verified",
        "email",
        "username",
        "connection",
        "client_id",
    ];
    let steps = update(
        object("users"),
        &row(json!({"user_id": "u"})),
        &row(new),
        &changed,
    )
    .unwrap();
    let columns: Vec<_> = steps.iter().map(|step| step.columns.clone()).collect();
    assert_eq!(
        columns,
        [
            vec!["username", "name", "connection"],
            vec!["email", "email_verified", "connection", "client_id"],
            vec!["password", "connection"],
        ]
    );
}

#[test]
fn what_goes_with_others_does_not_go_alone() {
    let alone = change(
        json!({"user_id": "u"}),
        json!({"connection": "db"}),
        &["connection"],
    );
    assert!(
        matches!(
            alone,
            Err(Error::Unaccompanied {
                column: "connection",
                ..
            })
        ),
        "{alone:?}"
    );
    let same = json!({"user_id": "u", "email": "e@x"});
    let unchanged = change(
        same,
        json!({"email": "e@x", "connection": "db"}),
        &["email", "connection"],
    );
    assert!(unchanged.unwrap().is_empty());
    let mail = change(
        json!({"user_id": "u"}),
        json!({"verify_email": true}),
        &["verify_email"],
    );
    assert_eq!(
        mail.unwrap(),
        [r#"PATCH /api/v2/users/u {"verify_email":true}"#]
    );
    // It reads as NULL, so NULL is what it was.
    assert!(change(
        json!({"user_id": "u"}),
        json!({"password": null}),
        &["password"]
    )
    .unwrap()
    .is_empty());
}

#[test]
fn metadata_is_made_what_it_shall_be() {
    let meta = |old: Value, new: Value| {
        change(
            json!({"user_id": "u", "app_metadata": old}),
            json!({"app_metadata": new}),
            &["app_metadata"],
        )
        .map(|steps| {
            steps
                .first()
                .map(|step| step.trim_start_matches("PATCH /api/v2/users/u ").to_owned())
        })
    };
    let sent = |body: &str| Ok(Some(format!(r#"{{"app_metadata":{body}}}"#)));
    assert_eq!(
        meta(
            json!({"a": 1, "b": {"c": 1, "d": 2}}),
            json!({"b": {"c": 1}})
        ),
        sent(r#"{"a":null,"b":{"c":1}}"#)
    );
    assert_eq!(meta(json!({"a": 1}), json!({})), sent("{}"));
    assert_eq!(meta(json!({"a": 1}), json!(null)), sent("{}"));
    assert_eq!(meta(json!(null), json!({})), Ok(None));
    assert_eq!(meta(json!(null), json!({"a": [1]})), sent(r#"{"a":[1]}"#));
    assert_eq!(meta(json!({"a": 1}), json!({"a": 1})), Ok(None));
    assert!(matches!(
        meta(json!({}), json!([1])),
        Err(Error::ColumnValue { .. })
    ));
}

#[test]
fn the_old_value_is_needed_only_for_a_merge() {
    let users = object("users");
    assert!(!needs_old(users, "name", Some(&json!("a"))));
    assert!(needs_old(users, "app_metadata", Some(&json!({"a": 1}))));
    assert!(!needs_old(users, "app_metadata", Some(&json!({}))));
    assert!(!needs_old(users, "app_metadata", None));
    assert!(needs_old(object("clients"), "client_metadata", None));
    let blind = change(
        json!({"user_id": "u"}),
        json!({"app_metadata": {"a": 1}}),
        &["app_metadata"],
    );
    assert!(matches!(blind, Err(Error::OldValue { .. })));
    let cleared = change(
        json!({"user_id": "u"}),
        json!({"app_metadata": null}),
        &["app_metadata"],
    );
    assert_eq!(
        cleared.unwrap(),
        [r#"PATCH /api/v2/users/u {"app_metadata":{}}"#]
    );
}

#[test]
fn pairs_go_together_and_once() {
    let rows: Vec<Row> = (0..120)
        .map(|i| row(json!({"user_id": format!("u{}", i % 2), "role_id": format!("r{}", i / 2)})))
        .chain([row(json!({"user_id": "u0", "id": "r59"}))])
        .collect();
    let batches = batch(object("user_roles"), Op::Insert, &rows).unwrap();
    let sizes: Vec<_> = batches
        .iter()
        .map(|batch| (batch.step.path.as_str(), batch.rows.len()))
        .collect();
    let (u0, u1) = ("/api/v2/users/u0/roles", "/api/v2/users/u1/roles");
    assert_eq!(sizes, [(u0, 50), (u1, 50), (u0, 11), (u1, 10)]);
    assert_eq!(
        batches[2].step.body.as_ref().unwrap()["roles"]
            .as_array()
            .unwrap()
            .len(),
        10
    );
    let mut all: Vec<usize> = batches
        .iter()
        .flat_map(|batch| batch.rows.clone())
        .collect();
    all.sort_unstable();
    assert_eq!(all, (0..121).collect::<Vec<_>>());
    let differ = row(json!({"user_id": "u", "id": "a", "role_id": "b"}));
    assert!(matches!(
        insert(object("user_roles"), &differ),
        Err(Error::ColumnValue { .. })
    ));
}

#[test]
fn elements_have_the_form_that_the_api_takes() {
    let permission =
        row(json!({"role_id": "r", "resource_server_identifier": "api", "permission_name": "p"}));
    assert_eq!(
        shown(&insert(object("role_permissions"), &permission).unwrap()),
        [
            r#"POST /api/v2/roles/r/permissions {"permissions":[{"permission_name":"p","resource_server_identifier":"api"}]}"#
        ]
    );
    let client = row(json!({"connection_id": "c", "client_id": "a"}));
    assert_eq!(
        shown(&delete(object("connection_clients"), &client).unwrap()),
        [r#"PATCH /api/v2/connections/c/clients [{"client_id":"a","status":false}]"#]
    );
    let blocks = [
        row(json!({"user_id": "u", "ip": "1.1.1.1"})),
        row(json!({"user_id": "u", "ip": "2.2.2.2"})),
    ];
    let batches = batch(object("user_blocks"), Op::Delete, &blocks).unwrap();
    assert_eq!(
        (batches.len(), batches[0].rows.len(), &batches[0].step.body),
        (1, 2, &None)
    );
    let grant = row(json!({"organization_id": "o", "client_grant_id": "g"}));
    assert_eq!(
        shown(&insert(object("organization_client_grants"), &grant).unwrap()),
        [r#"POST /api/v2/organizations/o/client-grants {"grant_id":"g"}"#]
    );
}

#[test]
fn a_whole_row_is_sent_where_the_api_replaces_it() {
    let templates = object("guardian_sms_templates");
    let old = row(json!({"enrollment_message": "a", "verification_message": "b"}));
    let new = row(json!({"enrollment_message": "c", "verification_message": "b"}));
    let steps = update(templates, &old, &new, &["enrollment_message"]).unwrap();
    assert_eq!(
        shown(&steps),
        [
            r#"PUT /api/v2/guardian/factors/sms/templates {"enrollment_message":"c","verification_message":"b"}"#
        ]
    );
    assert_eq!(
        keys(templates, Op::Update),
        ["enrollment_message", "verification_message"]
    );
}

#[test]
fn what_is_replaced_whole_is_read_first() {
    let texts = object("prompt_custom_texts");
    let text = |screen: &str, title: &str| {
        row(
            json!({"prompt": "login", "language": "en", "screen": screen, "texts": {"title": title}}),
        )
    };
    let there = json!({"login": {"title": "Hi"}, "other": {"title": "O"}});
    let sent = |steps: Vec<Step>, there: &Value| {
        let [step] = steps.try_into().unwrap();
        let get = step.reads().unwrap();
        assert_eq!(get.path, "/api/v2/prompts/login/custom-text/en");
        step.upon(there.clone())
            .map(|step| step.map(|step| (step.method, step.body.unwrap())))
    };
    let put = |body: Value| Ok(Some((Method::Put, body)));
    let new = insert(texts, &text("new", "N")).unwrap();
    assert_eq!(
        sent(new.clone(), &there),
        put(json!({"login": {"title": "Hi"}, "new": {"title": "N"}, "other": {"title": "O"}}))
    );
    assert_eq!(sent(new, &json!({})), put(json!({"new": {"title": "N"}})));
    let again = insert(texts, &text("other", "N")).unwrap();
    assert!(sent(again, &there).is_err_and(|error| error.is_conflict()));
    let (old, new) = (text("login", "Hi"), text("login", "Ho"));
    let changed = update(texts, &old, &new, &["texts"]).unwrap();
    assert_eq!(
        sent(changed, &there),
        put(json!({"login": {"title": "Ho"}, "other": {"title": "O"}}))
    );
    assert_eq!(keys(texts, Op::Update), ["prompt", "language", "screen"]);
    let gone = delete(texts, &old).unwrap();
    assert_eq!(
        sent(gone.clone(), &there),
        put(json!({"other": {"title": "O"}}))
    );
    assert_eq!(
        sent(gone.clone(), &json!({"other": {"title": "O"}})),
        Ok(None)
    );
    assert!(matches!(
        sent(gone, &json!("?")),
        Err(Error::Unreadable { .. })
    ));

    let policies = object("guardian_policies");
    let policy = insert(policies, &row(json!({"policy": "all-applications"}))).unwrap();
    let of = |step: &Step, there: Value| step.upon(there).unwrap().map(|step| step.body.unwrap());
    assert_eq!(
        of(&policy[0], json!(["x"])),
        Some(json!(["x", "all-applications"]))
    );
    assert_eq!(of(&policy[0], json!(["all-applications"])), None);
}

#[test]
fn a_batch_can_be_taken_apart() {
    let rows = ["a", "b"].map(|role| row(json!({"user_id": "u", "role_id": role})));
    let step = &batch(object("user_roles"), Op::Delete, &rows).unwrap()[0].step;
    let bodies: Vec<_> = step
        .apart()
        .iter()
        .map(|step| step.body.clone().unwrap())
        .collect();
    assert_eq!(bodies, [json!({"roles": ["a"]}), json!({"roles": ["b"]})]);
    let alone = &batch(object("user_roles"), Op::Delete, &rows[..1]).unwrap()[0].step;
    assert!(alone.apart().is_empty());
}

#[test]
fn secrets_are_not_shown() {
    let secret = row(json!({"hook_id": "h", "name": "N", "value": "SECRET"}));
    assert_eq!(
        shown(&insert(object("hook_secrets"), &secret).unwrap()),
        [r#"POST /api/v2/hooks/h/secrets {"N":"*****"}"#]
    );
    let client = row(
        json!({"name": "n", "client_secret": "SECRET", "encryption_key": {"pub": "SECRET"}, "token_endpoint_auth_method": "none"}),
    );
    // A new client's secret is Auth0's.
    assert!(insert(object("clients"), &client).is_err());
    let steps = update(
        object("clients"),
        &row(json!({"client_id": "c"})),
        &client,
        &[
            "client_secret",
            "encryption_key",
            "token_endpoint_auth_method",
        ],
    )
    .unwrap();
    assert!(!shown(&steps)[0].contains("SECRET"), "{}", shown(&steps)[0]);
    assert!(shown(&steps)[0].contains(r#""token_endpoint_auth_method":"none""#));
    let connection = row(
        json!({"name": "n", "strategy": "oidc", "options": {"client_secret": "SECRET", "deep": [{"api_key": "SECRET"}], "issuer": "https://i"}}),
    );
    let text = shown(&insert(object("connections"), &connection).unwrap()).concat();
    assert!(
        !text.contains("SECRET") && text.contains("https://i"),
        "{text}"
    );
    let action = row(
        json!({"name": "n", "supported_triggers": [], "secrets": [{"name": "k", "value": "SECRET"}]}),
    );
    let text = shown(&insert(object("actions"), &action).unwrap()).concat();
    assert!(
        !text.contains("SECRET") && text.contains(r#""name":"k""#),
        "{text}"
    );
}

#[test]
fn what_is_stored_has_the_values_of_the_path() {
    let sent = row(json!({"organization_id": "o", "client_id": "c", "ttl_sec": 5}));
    let answer = br#"{"id":"uinv_1","client_id":"c"}"#;
    let invitations = object("organization_invitations");
    let read = |bytes: Vec<u8>| serde_json::from_slice::<Value>(&bytes).unwrap();
    assert_eq!(
        read(stored(invitations, Op::Insert, Some(answer), &sent)),
        json!({"id": "uinv_1", "client_id": "c", "organization_id": "o"})
    );
    assert_eq!(
        read(stored(invitations, Op::Insert, None, &sent)),
        json!({"client_id": "c", "organization_id": "o"})
    );
    let pair = row(json!({"user_id": "u", "role_id": "r"}));
    assert_eq!(
        read(stored(object("user_roles"), Op::Insert, None, &pair)),
        json!({"user_id": "u", "id": "r"})
    );
}

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
