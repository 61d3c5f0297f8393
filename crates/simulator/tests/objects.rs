//! Every declared object is served; the families of paging with their oddities; filters, scopes, features, logs.

mod common;

use common::{call, encoded, get, ok, text, Answer};
use serde_json::{json, Value};
use simulator::{Config, Lack, Scale, Simulator, SCOPES};
use std::collections::HashSet;
use std::time::Duration;

fn tenant(users: usize, scale: Scale) -> Simulator {
    Simulator::start(Config {
        users,
        scale,
        ..Config::default()
    })
    .unwrap()
}

fn small() -> Simulator {
    tenant(12, Scale::default())
}

fn len(value: &Value) -> usize {
    value
        .as_array()
        .unwrap_or_else(|| panic!("no array: {value}"))
        .len()
}

/// Every page of a checkpoint listing: the sizes of the pages, and the rows.
fn walk(sim: &Simulator, target: &str, key: &str, take: usize) -> (Vec<usize>, Vec<Value>) {
    let (mut sizes, mut rows) = (Vec::new(), Vec::new());
    let mut from = String::new();
    loop {
        let page = ok(sim, &format!("{target}?take={take}{from}"));
        sizes.push(len(&page[key]));
        rows.extend(page[key].as_array().unwrap().iter().cloned());
        match page["next"].as_str() {
            Some(next) => from = format!("&from={next}"),
            None => return (sizes, rows),
        }
    }
}

#[test]
fn checkpoints() {
    let sim = small();
    let (sizes, rows) = walk(&sim, "organizations", "organizations", 3);
    assert_eq!(sizes, [3, 3, 1]);
    let ids: HashSet<String> = rows.iter().map(|row| text(&row["id"])).collect();
    assert_eq!(ids.len(), 7);
    // Members name a next page that has nothing on it.
    let org = text(&rows[0]["id"]);
    let (sizes, members) = walk(&sim, &format!("organizations/{org}/members"), "members", 2);
    assert_eq!(sizes, [2, 1, 0]);
    assert!(members
        .iter()
        .all(|m| m.get("user_id").is_some() && m.get("roles").is_none()));
    // What goes and comes between two pages neither hides nor doubles what stays.
    let first = ok(&sim, "organizations?take=3");
    assert!(sim.remove_object(&["organizations"], &text(&first["organizations"][1]["id"])));
    sim.put_object(&["organizations"], json!({"id": "org_new", "name": "new"}));
    let rest = ok(
        &sim,
        &format!("organizations?take=100&from={}", text(&first["next"])),
    );
    assert_eq!(len(&rest["organizations"]), 5);
    assert_eq!(rest["organizations"][4]["id"], "org_new");
    assert!(rest.get("next").is_none());
    for target in [
        "organizations?from=nonsense",
        "organizations?from=MTIz&take=2",
    ] {
        assert_eq!(
            get(&sim, &format!("/api/v2/{target}")).status,
            400,
            "{target}"
        );
    }
    sim.configure(|config| config.checkpoint_lifetime = Duration::ZERO);
    let next = text(&ok(&sim, "organizations?take=3")["next"]);
    std::thread::sleep(Duration::from_millis(3));
    let late = get(&sim, &format!("/api/v2/organizations?from={next}"));
    assert_eq!((late.status, late.code().as_str()), (400, "-"));
    // Limits are the endpoint's own.
    assert_eq!(get(&sim, "/api/v2/connection-profiles?take=11").status, 400);
    assert_eq!(
        len(&ok(&sim, "connection-profiles")["connection_profiles"]),
        5
    );
    assert_eq!(get(&sim, "/api/v2/event-streams?take=0").status, 400);
}

#[test]
fn offsets_and_their_envelopes() {
    let sim = tenant(
        12,
        Scale {
            each: 120,
            ..Scale::default()
        },
    );
    assert_eq!(len(&ok(&sim, "roles")), 50);
    let page = ok(&sim, "roles?page=1&per_page=100&include_totals=true");
    assert_eq!(len(&page["roles"]), 20);
    assert_eq!(
        (&page["start"], &page["limit"], &page["total"]),
        (&json!(100), &json!(100), &json!(120))
    );
    assert!(page.get("length").is_none());
    assert_eq!(get(&sim, "/api/v2/roles?per_page=101").status, 400);
    assert_eq!(get(&sim, "/api/v2/roles?per_page=0").status, 400);
    assert_eq!(ok(&sim, "clients?per_page=0"), json!([]));
    assert_eq!(len(&ok(&sim, "connections")), 100, "their default");
    // The window, with and without the hint.
    let role = text(&page["roles"][0]["id"]);
    let beyond = get(
        &sim,
        &format!("/api/v2/roles/{role}/users?page=10&per_page=100"),
    );
    assert_eq!(beyond.status, 400);
    assert_eq!(beyond.message(), "Requesting page 10 exceeds the allowed maximum of 1000 records. To fetch results beyond 1000, use the checkpoint pagination method.");
    let org = text(&ok(&sim, "organizations?per_page=1")[0]["id"]);
    let invitations = format!("organizations/{org}/invitations");
    let beyond = get(&sim, &format!("/api/v2/{invitations}?page=20"));
    assert_eq!(
        beyond.message(),
        "Requesting page exceeds the allowed maximum of 1000 records"
    );
    sim.set_window(None);
    assert_eq!(len(&ok(&sim, &format!("{invitations}?page=20"))), 0);
    // Envelopes that lie.
    let page = ok(&sim, &format!("{invitations}?include_totals=true"));
    assert_eq!((&page["limit"], page.get("total")), (&json!(3), None));
    let target = format!("organizations/{org}/enabled_connections?include_totals=true");
    assert_eq!(ok(&sim, &target)["limit"], 3);
    let user = encoded(&sim.user_ids()[0]);
    let page = ok(
        &sim,
        &format!("users/{user}/organizations?include_totals=true"),
    );
    assert!(len(&page["organizations"]) > 0);
    assert_eq!(page["total"], 0);
    let page = ok(
        &sim,
        &format!("users/{user}/authentication-methods?include_totals=true"),
    );
    assert_eq!(
        (len(&page["authenticators"]), &page["total"]),
        (3, &json!(3))
    );
    let childless = encoded(&sim.user_ids()[11]);
    let page = ok(
        &sim,
        &format!("users/{childless}/authentication-methods?include_totals=true"),
    );
    assert_eq!(page, json!({"authenticators": [], "start": 0, "limit": 50}));
    // Actions leave zeros out, but for modules.
    let page = ok(&sim, "actions/actions?page=0");
    assert_eq!((len(&page["actions"]), &page["per_page"]), (20, &json!(20)));
    assert!(page.get("page").is_none());
    assert_eq!(ok(&sim, "actions/actions?page=2&per_page=50")["page"], 2);
    assert_eq!(ok(&sim, "actions/modules?page=0")["page"], 0);
    let none = ok(&sim, "actions/triggers/send-phone-message/bindings");
    assert_eq!(none, json!({"bindings": [], "per_page": 20}));
    // Link headers have http:// and keep the other parameters.
    let answer = get(&sim, "/api/v2/clients?page=1&per_page=10&is_global=false");
    let link = answer.header("link").unwrap();
    for part in [
        "/api/v2/clients?is_global=false&page=0&per_page=10>; rel=\"first\"",
        "&page=2&per_page=10>; rel=\"next\"",
        "&page=11&per_page=10>; rel=\"last\"",
        "<http://",
    ] {
        assert!(link.contains(part), "{part} in {link}");
    }
    assert_eq!(get(&sim, "/api/v2/roles").header("link"), None);
}

#[test]
fn filters_reach_the_rows() {
    let sim = small();
    let all = ok(&sim, "client-grants");
    for (target, check) in [
        ("client-grants?audience=", "audience"),
        ("client-grants?client_id=", "client_id"),
        ("connections?name=", "name"),
        ("connections?strategy=", "strategy"),
        ("groups?name=", "name"),
        ("device-credentials?type=", "type"),
        ("branding/phone/providers?disabled=", "disabled"),
        ("organizations/name/", "name"),
    ] {
        let (list, _) = target.split_once(['?']).unwrap_or(("organizations", ""));
        let list = ok(&sim, list);
        let rows = list.as_array().cloned().unwrap_or_else(|| {
            let object = list.as_object().unwrap();
            object.values().find_map(Value::as_array).unwrap().clone()
        });
        let wanted = &rows[1][check];
        let shown = wanted.as_str().map_or(wanted.to_string(), String::from);
        let found = ok(&sim, &format!("{target}{}", encoded(&shown)));
        let found: Vec<Value> = match &found {
            Value::Array(rows) => rows.clone(),
            Value::Object(object) => match object.values().find_map(Value::as_array) {
                Some(rows) if !target.starts_with("organizations/") => rows.clone(),
                _ => vec![found.clone()],
            },
            _ => panic!(),
        };
        let expected = rows.iter().filter(|row| &row[check] == wanted).count();
        assert_eq!(found.len(), expected, "{target}{shown}");
        assert!(
            found.iter().all(|row| &row[check] == wanted),
            "{target}{shown}"
        );
    }
    let two = ok(&sim, "connections?strategy=samlp&strategy=oidc");
    assert!(len(&two) >= 2 && len(&two) < len(&ok(&sim, "connections")));
    let role = text(&ok(&sim, "roles")[2]["name"]);
    let part = role[..6].to_uppercase();
    assert_eq!(
        text(&ok(&sim, &format!("roles?name_filter={}", encoded(&part)))[0]["name"]),
        role
    );
    let actions = ok(&sim, "actions/actions?triggerId=post-login");
    assert!(actions["actions"]
        .as_array()
        .unwrap()
        .iter()
        .all(|a| a["supported_triggers"][0]["id"] == "post-login"));
    assert!(actions["total"].as_u64().unwrap() < 7);
    assert_eq!(ok(&sim, "actions/actions?deployed=false")["total"], 1);
    let user = encoded(&sim.user_ids()[0]);
    assert_eq!(
        len(&ok(&sim, &format!("refresh-tokens?user_id={user}"))["refresh_tokens"]),
        3
    );
    assert_eq!(
        len(&ok(&sim, &format!("users/{user}/refresh-tokens"))["tokens"]),
        3
    );
    assert_eq!(get(&sim, "/api/v2/refresh-tokens").status, 400);
    assert_eq!(len(&ok(&sim, &format!("grants?user_id={user}"))), 3);
    let days = ok(&sim, "stats/daily?from=20241101&to=20241105");
    assert_eq!(len(&days), 5);
    assert!(ok(&sim, "stats/active-users").is_u64());
    // Fields, of which clients always add one and members have one more than they show.
    let row = ok(&sim, "clients?fields=name&per_page=1")[0].clone();
    let keys: Vec<&String> = row.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["name", "tenant"]);
    let org = text(&ok(&sim, "organizations")[0]["id"]);
    let members = ok(
        &sim,
        &format!("organizations/{org}/members?fields=user_id,roles"),
    );
    assert!(members[0]["roles"][0]["id"].is_string() && members[0].get("email").is_none());
    assert_eq!(
        get(
            &sim,
            &format!("/api/v2/organizations/{org}/members?fields=x")
        )
        .status,
        400
    );
    assert_eq!(
        get(&sim, "/api/v2/roles?unheard=of").code(),
        "invalid_query_string"
    );
    let sorted = ok(&sim, "organizations?sort=name:-1");
    let names: Vec<String> = sorted
        .as_array()
        .unwrap()
        .iter()
        .map(|o| text(&o["name"]))
        .collect();
    assert!(names.windows(2).all(|two| two[0] >= two[1]));
    assert_eq!(get(&sim, "/api/v2/organizations?sort=id:1").status, 400);
    assert_eq!(len(&all), 7);
}

#[test]
fn users_are_found_by_their_organization() {
    let sim = small();
    let org = text(&ok(&sim, "organizations")[1]["id"]);
    let members = ok(&sim, &format!("organizations/{org}/members"));
    let find = |q: &str| {
        let found = ok(&sim, &format!("users?per_page=100&q={}", encoded(q)));
        let rows = found.as_array().unwrap().iter();
        rows.map(|user| text(&user["user_id"]))
            .collect::<HashSet<_>>()
    };
    let inside = find(&format!("organization_id:\"{org}\""));
    let expected = members.as_array().unwrap().iter();
    assert_eq!(inside, expected.map(|m| text(&m["user_id"])).collect());
    let outside = find(&format!("NOT organization_id:\"{org}\""));
    assert_eq!(inside.len() + outside.len(), 12);
    assert!(inside.is_disjoint(&outside) && !inside.is_empty());
    assert!(find("organization_id:org_none").is_empty());
}

#[test]
fn both_ends_of_a_link_agree() {
    let sim = small();
    for (parents, child, id, back) in [
        ("roles", "users", "user_id", "users/{}/roles"),
        (
            "organizations",
            "client-grants",
            "id",
            "client-grants/{}/organizations",
        ),
        (
            "connections",
            "clients",
            "client_id",
            "clients/{}/connections",
        ),
    ] {
        for parent in ok(&sim, parents).as_array().unwrap() {
            let parent = text(&parent["id"]);
            let list = ok(&sim, &format!("{parents}/{parent}/{child}"));
            let rows = list
                .as_array()
                .unwrap_or_else(|| list[child].as_array().unwrap());
            for row in rows {
                let other = encoded(&text(&row[id]));
                let found = ok(&sim, &back.replace("{}", &other)).to_string();
                assert!(found.contains(&parent), "{parents} {parent} {other}");
            }
        }
    }
}

#[test]
fn what_is_not_there() {
    let sim = small();
    let refusal = |target: &str| {
        let answer = get(&sim, &format!("/api/v2/{target}"));
        (answer.status, answer.message(), answer.code())
    };
    let expect = |message: &str, code: &str| (404, message.to_string(), code.to_string());
    assert_eq!(
        refusal("roles/rol_none"),
        expect("The role does not exist.", "-")
    );
    assert_eq!(
        refusal("roles/rol_none/users"),
        expect("The role does not exist.", "-")
    );
    assert_eq!(
        refusal("organizations/org_none/members"),
        expect("No organization found by that id or name", "-")
    );
    assert_eq!(
        refusal("organizations/name/none"),
        expect("No organization found by that id or name", "-")
    );
    assert_eq!(
        refusal("clients/none"),
        expect("The client does not exist", "inexistent_client")
    );
    assert_eq!(
        refusal("users/none/roles"),
        expect("The user does not exist.", "inexistent_user")
    );
    assert_eq!(
        refusal("actions/actions/none"),
        expect("That action does not exist.", "-")
    );
    assert_eq!(
        refusal("email-templates/mfa_oob_code"),
        expect("The template does not exist.", "inexistent_email_template")
    );
    assert_eq!(refusal("nothing"), expect("Not Found", "-"));
    assert_eq!(ok(&sim, "users/none/logs"), json!([]));
    assert_eq!(ok(&sim, "prompts/reset-password/partials"), json!({}));
    sim.set_object(&["emails", "provider"], None);
    assert_eq!(
        refusal("emails/provider"),
        expect(
            "There is not a configured email provider",
            "inexistent_email_provider"
        )
    );
    // An API is found by its identifier too, encoded twice if need be.
    let api = ok(&sim, "resource-servers")[1].clone();
    let identifier = encoded(&text(&api["identifier"]));
    for target in [identifier.clone(), encoded(&identifier), text(&api["id"])] {
        assert_eq!(ok(&sim, &format!("resource-servers/{target}")), api);
    }
}

#[test]
fn scopes_and_features() {
    let sim = small();
    let with = |scopes: &[&str], target: &str| -> Answer {
        call(
            &sim,
            &sim.token(scopes),
            "GET",
            &format!("/api/v2/{target}"),
            "",
        )
    };
    let refused = with(&["read:users"], "organizations");
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (403, "insufficient_scope")
    );
    assert_eq!(
        refused.message(),
        "Insufficient scope, expected any of: read:organizations,read:organizations_summary"
    );
    assert_eq!(with(&["read:role_members"], "users/x/roles").status, 404);
    let seen = |scopes: &[&str]| {
        with(scopes, "clients").json()[0]
            .get("client_secret")
            .is_some()
    };
    assert!(seen(SCOPES) && !seen(&["read:clients"]));
    sim.lack("hooks", Lack::HooksNotAllowed);
    sim.lack(
        "organizations/{id}/discovery-domains",
        Lack::FeatureNotEnabled400,
    );
    sim.lack(
        "attack-protection/bot-detection",
        Lack::InsufficientEntitlement,
    );
    let org = text(&ok(&sim, "organizations")[0]["id"]);
    let domains = format!("organizations/{org}/discovery-domains");
    for (target, status, code) in [
        ("hooks", 403, "hooks_not_allowed"),
        (domains.as_str(), 400, "feature_not_enabled"),
        (
            "attack-protection/bot-detection",
            403,
            "insufficient_entitlement",
        ),
    ] {
        let answer = get(&sim, &format!("/api/v2/{target}"));
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (status, code),
            "{target}"
        );
    }
    assert_eq!(get(&sim, "/api/v2/rules").status, 200);
    sim.clear_lacks();
    assert_eq!(get(&sim, "/api/v2/hooks").status, 200);
}

#[test]
fn logs_are_searched_and_walked() {
    let sim = tenant(
        12,
        Scale {
            logs: 2300,
            ..Scale::default()
        },
    );
    let newest = ok(&sim, "logs?per_page=100");
    let ids: Vec<String> = newest
        .as_array()
        .unwrap()
        .iter()
        .map(|l| text(&l["_id"]))
        .collect();
    assert!(ids.windows(2).all(|two| two[0] > two[1]));
    assert!((49..=55).contains(&ids[0].len()) && ids[0].bytes().all(|b| b.is_ascii_digit()));
    let page = ok(&sim, "logs?include_totals=true&q=type:fp&per_page=5");
    assert_eq!((&page["length"], &page["total"]), (&json!(5), &json!(5)));
    assert!(page["logs"]
        .as_array()
        .unwrap()
        .iter()
        .all(|log| log["type"] == "fp"));
    assert_eq!(get(&sim, "/api/v2/logs?page=10&per_page=100").status, 400);
    let bad = get(&sim, "/api/v2/logs?q=user_email:x");
    assert_eq!(
        bad.message(),
        "The search query string has an error: unknown field \"user_email\""
    );
    let row = ok(&sim, "logs?fields=type&per_page=1")[0].clone();
    assert_eq!(row.as_object().unwrap().len(), 2);
    // A walk from the oldest meets every log once, in the order of the ids.
    let first = ok(&sim, "logs?sort=date:1&per_page=1")[0].clone();
    let mut seen = vec![text(&first["log_id"])];
    loop {
        let last = seen.last().unwrap().clone();
        let answer = get(
            &sim,
            &format!("/api/v2/logs?from={last}&take=100&q=type:ignored"),
        );
        let rows = answer.json();
        let next = answer.header("link").unwrap().to_string();
        let rows = rows.as_array().unwrap();
        if rows.is_empty() {
            assert!(next.contains(&format!("from={last}&take=100>; rel=\"next\"")));
            break;
        }
        seen.extend(rows.iter().map(|log| text(&log["log_id"])));
        assert!(next.contains(seen.last().unwrap()));
    }
    assert_eq!(seen.len(), 2300);
    assert!(seen.windows(2).all(|two| two[0] < two[1]));
    sim.remove_object(&["logs"], &seen[0]);
    assert_eq!(
        get(&sim, &format!("/api/v2/logs?from={}", seen[0])).status,
        400
    );
    assert_eq!(
        ok(&sim, &format!("logs/{}", seen[1]))["log_id"],
        seen[1].as_str()
    );
    let user = sim.user_ids()[3].clone();
    let own = ok(&sim, &format!("users/{}/logs?per_page=100", encoded(&user)));
    assert!(
        len(&own) > 0
            && own
                .as_array()
                .unwrap()
                .iter()
                .all(|log| log["user_id"] == user.as_str())
    );
    let kinds: HashSet<&str> = newest
        .as_array()
        .unwrap()
        .iter()
        .map(|log| match log.get("organization_id") {
            None => "absent",
            Some(Value::Null) => "null",
            Some(_) => "there",
        })
        .collect();
    assert!(kinds.contains("null") && kinds.contains("absent"));
}
