//! Writing what a tenant, a connection or a user has one of, and kinds that come with their own rules.

mod common;

use common::{ask, get, Answer};
use serde_json::{json, Value};
use simulator::{Config, Simulator};

fn tenant() -> Simulator {
    Simulator::start(Config {
        users: 6,
        ..Config::default()
    })
    .unwrap()
}

fn read(sim: &Simulator, target: &str) -> Answer {
    get(sim, &format!("/api/v2/{target}"))
}

#[test]
fn there_is_one_email_provider() {
    let sim = tenant();
    let provider = json!({"name": "mandrill", "credentials": {"api_key": "k"}});
    let taken = ask(&sim, "POST", "emails/provider", provider.clone());
    assert_eq!(
        (taken.status, taken.code().as_str()),
        (409, "email_provider_conflict")
    );
    assert_eq!(
        taken.message(),
        "An email provider is already configured: smtp"
    );
    assert_eq!(
        ask(&sim, "DELETE", "emails/provider", Value::Null).status,
        204
    );
    assert_eq!(
        read(&sim, "emails/provider").code(),
        "inexistent_email_provider"
    );
    let again = ask(&sim, "DELETE", "emails/provider", Value::Null);
    assert_eq!(
        (again.status, again.code().as_str()),
        (404, "inexistent_email_provider")
    );
    assert_eq!(
        ask(&sim, "POST", "emails/provider", json!({"name": "x"})).status,
        400
    );
    assert_eq!(ask(&sim, "POST", "emails/provider", provider).status, 201);
    assert_eq!(read(&sim, "emails/provider").json()["name"], "mandrill");
}

#[test]
fn templates_and_themes() {
    let sim = tenant();
    let taken = ask(
        &sim,
        "POST",
        "email-templates",
        json!({"template": "verify_email"}),
    );
    assert_eq!((taken.status, taken.code().as_str()), (409, "-"));
    assert_eq!(taken.message(), "Template verify_email already exists.");
    let new = json!({"template": "user_invitation", "subject": "Come"});
    assert_eq!(ask(&sim, "POST", "email-templates", new).status, 201);
    assert_eq!(
        read(&sim, "email-templates/user_invitation").json()["subject"],
        "Come"
    );

    let page = ask(
        &sim,
        "PUT",
        "branding/templates/universal-login",
        json!({"template": "<html>"}),
    );
    assert_eq!(page.status, 204);
    assert_eq!(
        read(&sim, "branding/templates/universal-login").json(),
        json!({"body": "<html>"})
    );

    let theme = read(&sim, "branding/themes/default").json();
    let id = theme["themeId"].as_str().unwrap();
    let partial = ask(
        &sim,
        "PATCH",
        &format!("branding/themes/{id}"),
        json!({"fonts": {}}),
    );
    assert_eq!(partial.code(), "invalid_body");
    assert_eq!(
        ask(
            &sim,
            "DELETE",
            &format!("branding/themes/{id}"),
            Value::Null
        )
        .status,
        204
    );
    assert_eq!(
        read(&sim, "branding/themes/default").code(),
        "theme_not_found"
    );
}

#[test]
fn a_connection_has_one_scim_configuration() {
    let sim = tenant();
    let new = json!({"id": "con_0000000000000new", "name": "n", "strategy": "okta"});
    sim.put_object(&["connections"], new);
    let target = "connections/con_0000000000000new/scim-configuration";
    assert_eq!(
        ask(&sim, "POST", target, json!({"mapping": []})).status,
        201
    );
    assert_eq!(ask(&sim, "POST", target, json!({})).status, 409);
    let change = json!({"user_id_attribute": "externalId", "mapping": []});
    assert_eq!(ask(&sim, "PATCH", target, change).status, 200);
    let listed = || {
        let rows = read(&sim, "connections-scim-configurations?take=100").json();
        let rows = rows["scim_configurations"].as_array().unwrap().clone();
        rows.into_iter()
            .find(|row| row["connection_id"] == "con_0000000000000new")
    };
    assert_eq!(listed().unwrap()["user_id_attribute"], "externalId");
    assert_eq!(ask(&sim, "DELETE", target, Value::Null).status, 204);
    assert_eq!((read(&sim, target).status, listed()), (404, None));
}

#[test]
fn secrets_are_taken_and_not_shown() {
    let sim = tenant();
    let made = ask(&sim, "PUT", "rules-configs/k", json!({"value": "s"}));
    assert_eq!(
        (made.status, made.json()["value"].as_str()),
        (200, Some("s"))
    );
    let rows = read(&sim, "rules-configs").json();
    let row = rows
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["key"] == "k");
    assert_eq!(row, Some(&json!({"key": "k"})));
    let vault = json!({"name": "v", "app_id": "HTTP", "setup": {"token": "s"}});
    let made = ask(&sim, "POST", "flows/vault/connections", vault).json();
    assert!(made.get("setup").is_none());
    let target = format!("flows/vault/connections/{}", made["id"].as_str().unwrap());
    let changed = ask(&sim, "PATCH", &target, json!({"setup": {"token": "t"}})).json();
    assert!(changed.get("setup").is_none());
}

#[test]
fn ways_to_sign_in_belong_to_a_user() {
    let sim = tenant();
    let phone = json!({"type": "phone", "phone_number": "+4930123"});
    let nobody = ask(
        &sim,
        "POST",
        "users/auth0%7Cnobody/authentication-methods",
        phone.clone(),
    );
    assert_eq!(nobody.status, 404);
    let user = sim.user_ids()[0].replace('|', "%7C");
    let list = format!("users/{user}/authentication-methods");
    let made = ask(&sim, "POST", &list, phone);
    assert_eq!(made.status, 201);
    let one = format!(
        "{list}/{}",
        made.json()["id"].as_str().unwrap().replace('|', "%7C")
    );
    assert_eq!(
        ask(&sim, "PATCH", &one, json!({"name": "Mine"})).status,
        200
    );
    assert_eq!(read(&sim, &one).json()["name"], "Mine");
    assert_eq!(ask(&sim, "DELETE", &one, Value::Null).status, 204);
}
