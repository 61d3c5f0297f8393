//! One row: what is sent of it, what is refused, and what is shown.

use super::*;
use serde_json::json;

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
    // It reads as NULL, so NULL is what it was; but that alone cannot be meant so.
    let beside = change(
        json!({"user_id": "u", "name": "n"}),
        json!({"name": "n", "password": null}),
        &["name", "password"],
    );
    assert!(beside.unwrap().is_empty());
    let alone = change(
        json!({"user_id": "u"}),
        json!({"password": null}),
        &["password"],
    );
    assert!(
        matches!(
            alone,
            Err(Error::NullColumn {
                column: "password",
                ..
            })
        ),
        "{alone:?}"
    );
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
