//! Rows that go together, and what is sent whole.

use super::*;
use crate::catalog::writes::Method;
use serde_json::json;

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
    assert!(steps[0].reads().is_none() && keys(templates, Op::Update).is_empty());
    // What the statement does not see is taken from what is there.
    let new = row(json!({"enrollment_message": "c"}));
    let [step] = &update(templates, &Row::new(), &new, &["enrollment_message"]).unwrap()[..] else {
        panic!("one request");
    };
    assert_eq!(
        step.reads().unwrap().path,
        "/api/v2/guardian/factors/sms/templates"
    );
    let there = json!({"enrollment_message": "a", "verification_message": "b"});
    let whole = step.upon(there).unwrap().unwrap();
    assert_eq!(
        whole.body,
        Some(json!({"enrollment_message": "c", "verification_message": "b"}))
    );
}

#[test]
fn secrets_inside_of_a_document_are_kept() {
    let connections = object("connections");
    let old = row(json!({"id": "con_1", "options": {"scope": [1]}}));
    let change = |options: Value| {
        let new = row(json!({"id": "con_1", "options": options}));
        let steps = update(connections, &old, &new, &["options"]).unwrap();
        keeping_secrets(steps).remove(0)
    };
    let step = change(json!({"scope": [2], "email": {"from": "a"}}));
    assert_eq!(step.reads().unwrap().path, "/api/v2/connections/con_1");
    let there =
        json!({"options": {"scope": [1], "client_secret": "s", "email": {"credentials": 7}}});
    assert_eq!(
        step.upon(there).unwrap().unwrap().body,
        Some(json!({"options": {
            "scope": [2], "client_secret": "s", "email": {"from": "a", "credentials": 7}
        }}))
    );
    // Nothing to put it into; and other columns have none.
    assert!(change(Value::Null).reads().is_none());
    let new = row(json!({"id": "con_1", "options": {"scope": [1]}, "realms": ["r"]}));
    let steps = update(connections, &old, &new, &["realms"]).unwrap();
    assert!(keeping_secrets(steps)[0].reads().is_none());
}

#[test]
fn what_auth0_would_replace_is_looked_for_first() {
    let new = insert(
        object("rules_configs"),
        &row(json!({"key": "k", "value": "v"})),
    )
    .unwrap();
    assert_eq!(new[0].reads().unwrap().path, "/api/v2/rules-configs");
    let upon = |keys: Value| new[0].upon(keys).map(|step| step.is_some());
    assert_eq!(upon(json!([{"key": "x"}])), Ok(true));
    assert!(upon(json!([{"key": "x"}, {"key": "k"}])).is_err_and(|error| error.is_conflict()));
    let template = insert(
        object("universal_login_template"),
        &row(json!({"body": "b"})),
    )
    .unwrap();
    assert!(template[0].goes_without());
    let there = template[0].upon(json!({"body": "old"}));
    assert!(there.is_err_and(|error| error.is_conflict()));
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
