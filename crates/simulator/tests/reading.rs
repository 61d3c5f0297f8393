//! The users listing, the look-ups and what the API says about bad parameters.

mod common;

use common::{call, get};
use serde_json::json;
use simulator::{Config, Simulator, SCOPES};
use std::collections::HashSet;

fn tenant(users: usize) -> Simulator {
    Simulator::start(Config {
        users,
        ..Config::default()
    })
    .unwrap()
}

#[test]
fn pages_cover_the_window_and_no_more() {
    let sim = tenant(1234);
    let mut seen = HashSet::new();
    for page in 0..10 {
        let answer = get(
            &sim,
            &format!("/api/v2/users?per_page=100&page={page}&include_totals=true"),
        )
        .json();
        assert_eq!(answer["start"], page * 100);
        assert_eq!(answer["limit"], 100);
        assert_eq!(answer["length"], 100);
        assert_eq!(answer["total"], 1000, "total is capped");
        for user in answer["users"].as_array().unwrap() {
            assert!(seen.insert(user["user_id"].to_string()));
        }
    }
    let beyond = get(&sim, "/api/v2/users?per_page=100&page=10");
    assert_eq!(
        (beyond.status, beyond.code().as_str()),
        (400, "invalid_paging")
    );
    assert_eq!(get(&sim, "/api/v2/users?per_page=50&page=20").status, 400);

    sim.configure(|config| (config.window, config.total_cap) = (None, None));
    let last = get(
        &sim,
        "/api/v2/users?per_page=100&page=12&include_totals=true",
    )
    .json();
    assert_eq!(
        (last["length"].as_u64(), last["total"].as_u64()),
        (Some(34), Some(1234))
    );
    assert_eq!(
        get(&sim, "/api/v2/users?per_page=100&page=13").json(),
        json!([])
    );
}

#[test]
fn bare_or_enveloped() {
    let sim = tenant(60);
    assert_eq!(
        get(&sim, "/api/v2/users").json().as_array().map(Vec::len),
        Some(50)
    );
    assert!(get(&sim, "/api/v2/users?include_totals=true")
        .json()
        .is_object());
    assert_eq!(
        get(&sim, "/api/v2/users?per_page=0&include_totals=true").json(),
        json!({"start":0,"limit":0,"length":0,"users":[],"total":60})
    );
    sim.configure(|config| config.always_bare = true);
    assert!(get(&sim, "/api/v2/users?include_totals=true")
        .json()
        .is_array());
}

#[test]
fn fields_sort_and_search() {
    let sim = tenant(300);
    let users = get(
        &sim,
        "/api/v2/users?per_page=100&fields=user_id,created_at&sort=created_at:-1",
    )
    .json();
    let times: Vec<&str> = users
        .as_array()
        .unwrap()
        .iter()
        .map(|u| u["created_at"].as_str().unwrap())
        .collect();
    assert!(times.windows(2).all(|w| w[0] >= w[1]));
    assert!(users[0].as_object().unwrap().len() == 2);
    let users = get(
        &sim,
        "/api/v2/users?fields=user_id,name&include_fields=false",
    )
    .json();
    assert!(users[0].get("user_id").is_none() && users[0].get("identities").is_some());
    // Missing values come last, whichever way.
    for order in ["1", "-1"] {
        let users = get(
            &sim,
            &format!("/api/v2/users?per_page=100&sort=last_login:{order}"),
        )
        .json();
        assert!(users[0].get("last_login").is_some());
    }
    let found = get(
        &sim,
        "/api/v2/users?include_totals=true&per_page=100&q=blocked%3Atrue",
    )
    .json();
    let blocked = sim.users().iter().filter(|u| u["blocked"] == true).count();
    assert!(blocked > 0);
    assert_eq!(found["total"], blocked);
}

#[test]
fn ties_need_not_keep_their_order() {
    let sim = tenant(0);
    for (n, time) in [
        (1, "2020"),
        (2, "2021"),
        (3, "2021"),
        (4, "2021"),
        (5, "2022"),
    ] {
        sim.put_user(
            json!({"user_id":n.to_string(),"created_at":format!("{time}-01-01T00:00:00.000Z")}),
        );
    }
    let order = |more: &str| {
        let users = get(
            &sim,
            &format!("/api/v2/users?sort=created_at:1&fields=user_id{more}"),
        )
        .json();
        let ids: Vec<&str> = users
            .as_array()
            .unwrap()
            .iter()
            .map(|u| u["user_id"].as_str().unwrap())
            .collect();
        ids.concat()
    };
    assert_eq!([order(""), order("")], ["12345", "12345"]);
    let seen = [order("&primary_order=false"), order("&primary_order=false")];
    assert_ne!(seen[0], seen[1]);
    assert!(seen
        .iter()
        .all(|ids| ids.starts_with('1') && ids.ends_with('5') && ids.len() == 5));
    sim.configure(|config| config.unstable_ties = true);
    assert_ne!(order(""), order(""));
}

#[test]
fn bad_parameters() {
    let sim = tenant(1);
    for target in [
        "per_page=101",
        "per_page=-1",
        "per_page=x",
        "page=-1",
        "include_totals=yes",
        "sort=name",
        "sort=name:2",
        "sort=a-b:1",
        "search_engine=v9",
        "unknown=1",
    ] {
        let answer = get(&sim, &format!("/api/v2/users?{target}"));
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (400, "invalid_query_string"),
            "{target}"
        );
    }
    assert_eq!(get(&sim, "/api/v2/users?per_page=101").message(),
        "Query validation error: 'Value 101 is greater than maximum 100' on property per_page (Number of results per page. Defaults to 50).");
    for target in [
        "q=name:*a*",
        "q=user_metadata.x:%5B1%20TO%202%5D",
        "sort=user_metadata.x:1",
        "search_engine=v2",
    ] {
        assert_eq!(
            get(&sim, &format!("/api/v2/users?{target}")).status,
            400,
            "{target}"
        );
    }
    let long = "x".repeat(9000);
    assert_eq!(
        get(&sim, &format!("/api/v2/users?q=name:{long}")).status,
        414
    );
}

#[test]
fn one_user() {
    let sim = tenant(0);
    sim.put_user(json!({"user_id":"samlp|a/b|c d","email":"A@x.y","picture":"p","locale":"de"}));
    sim.put_user(json!({"user_id":"auth0|2","email":"a@x.y"}));
    let target = "/api/v2/users/samlp%7Ca%2Fb%7Cc%20d";
    assert_eq!(get(&sim, target).json()["locale"], "de");
    assert_eq!(
        get(&sim, &format!("{target}?fields=email")).json(),
        json!({"email":"A@x.y"})
    );
    assert_eq!(
        get(&sim, &format!("{target}?fields=locale")).code(),
        "invalid_query_string"
    );
    let none = get(&sim, "/api/v2/users/nobody");
    assert_eq!(
        (none.status, none.code().as_str()),
        (404, "inexistent_user")
    );
    assert_eq!(sim.journal()[0].path, "/api/v2/users/samlp|a/b|c d");

    let by_email = |email: &str| get(&sim, &format!("/api/v2/users-by-email?email={email}")).json();
    assert_eq!(by_email("A%40x.y")[0]["user_id"], "samlp|a/b|c d");
    assert_eq!(by_email("a@x.y")[0]["user_id"], "auth0|2");
    assert_eq!(by_email("A@X.y"), json!([]));
    assert_eq!(get(&sim, "/api/v2/users-by-email").status, 400);
}

#[test]
fn raw_users_keep_their_bytes() {
    let sim = tenant(0);
    let raw = "{\"user_id\":\"auth0|1\", \"n\":1e400,\"s\":\"\\ud800\\u0000\",\"n\":2}";
    sim.put_user_raw("auth0|1", raw);
    let body = |target| String::from_utf8(get(&sim, target).body).unwrap();
    assert_eq!(body("/api/v2/users"), format!("[{raw}]"));
    assert_eq!(body("/api/v2/users/auth0%7C1"), raw);
    assert_eq!(
        body("/api/v2/users?fields=s"),
        "[{\"s\":\"\\ud800\\u0000\"}]"
    );
}

#[test]
fn idp_tokens_need_their_scope() {
    let sim = tenant(0);
    sim.put_user(
        json!({"user_id":"github|1","identities":[{"provider":"github","access_token":"x"}]}),
    );
    let seen = |scopes: &[&str]| {
        let answer = call(
            &sim,
            &sim.token(scopes),
            "GET",
            "/api/v2/users/github%7C1",
            "",
        )
        .json();
        answer["identities"][0].get("access_token").is_some()
    };
    assert!(seen(SCOPES));
    assert!(!seen(&["read:users"]));
}
