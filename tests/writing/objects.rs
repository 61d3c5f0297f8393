//! The objects that people manage: made, read back, changed and taken away through SQL.

use crate::support::{body, psql, sent, user, writable};
use simulator::{Fault, FaultKind};
use xtask::World;

/// Makes a row, changes it and takes it away; each must be one write, and be seen by the next read.
#[track_caller]
fn round(world: &mut World, table: &str, columns: &str, values: &str, set: (&str, &str), id: &str) {
    let made = world.value(&format!(
        "insert into {table} ({columns}) values ({values}) returning {id}"
    ));
    let made = made.unwrap_or_else(|| panic!("{table}: no {id}"));
    let there = format!("select count(*) from {table} where {id} = '{made}'");
    assert_eq!(world.value(&there).as_deref(), Some("1"), "{table}: made");
    let (column, value) = set;
    let calls = sent(
        world,
        &format!("update {table} set {column} = {value} where {id} = '{made}'"),
    );
    let writes = |calls: &[String]| calls.iter().filter(|call| !call.starts_with("GET")).count();
    assert_eq!(writes(&calls), 1, "{table}: {calls:?}");
    let changed = world.value(&format!(
        "select {column} is not distinct from {value} from {table} where {id} = '{made}'"
    ));
    assert_eq!(changed.as_deref(), Some("t"), "{table}: changed");
    let calls = sent(world, &format!("delete from {table} where {id} = '{made}'"));
    assert_eq!(writes(&calls), 1, "{table}: {calls:?}");
    assert_eq!(world.value(&there).as_deref(), Some("0"), "{table}: gone");
}

#[test]
fn objects_are_made_changed_and_taken_away() {
    let mut world = writable(0);
    for (table, columns, values, set, id) in [
        (
            "roles",
            "name, description",
            "'auditor', 'reads'",
            ("description", "'reads more'"),
            "id",
        ),
        (
            "organizations",
            "name, display_name",
            "'acme-2', 'Acme'",
            ("display_name", "'Acme Inc'"),
            "id",
        ),
        (
            "clients",
            "name, app_type",
            "'An app', 'spa'",
            ("description", "'of ours'"),
            "client_id",
        ),
        (
            "resource_servers",
            "name, identifier",
            "'An API', 'https://api.example.com'",
            ("name", "'The API'"),
            "id",
        ),
        (
            "connections",
            "name, strategy",
            "'another-database', 'auth0'",
            ("is_domain_connection", "true"),
            "id",
        ),
    ] {
        round(&mut world, table, columns, values, set, id);
    }
}

#[test]
fn members_of_an_organization_are_pairs() {
    let mut world = writable(0);
    let ids = [0, 1].map(|n| user(&mut world, &format!("m{n}@example.com")));
    let organization = world
        .value("insert into organizations (name) values ('acme-2') returning id")
        .unwrap();
    let calls = sent(
        &mut world,
        &format!(
            "insert into organization_members (organization_id, user_id) values ('{organization}', '{}'), ('{organization}', '{}')",
            ids[0], ids[1]
        ),
    );
    assert_eq!(
        calls,
        [format!("POST /api/v2/organizations/{organization}/members")]
    );
    let count = format!(
        "select count(*) from organization_members where organization_id = '{organization}'"
    );
    assert_eq!(world.value(&count).as_deref(), Some("2"));
    world.run(&format!("delete from organization_members where organization_id = '{organization}' and user_id = '{}'", ids[0]));
    assert_eq!(world.value(&count).as_deref(), Some("1"));
}

#[test]
fn what_auth0_replaces_whole_is_changed_row_by_row() {
    let mut world = writable(0);
    let texts = "select string_agg(screen || ':' || (texts ->> 'title'), ' ' order by screen) from prompt_custom_texts where prompt = 'login' and language = 'en'";
    let path = "/api/v2/prompts/login/custom-text/en";
    let (get, put) = (format!("GET {path}"), format!("PUT {path}"));
    assert_eq!(
        world.value(texts).as_deref(),
        Some("login:Welcome \"back\"")
    );
    let insert = "insert into prompt_custom_texts (prompt, language, screen, texts) values ('login', 'en', 'two', '{\"title\": \"Two\"}')";
    assert_eq!(sent(&mut world, insert), [get.as_str(), &put]);
    let error = world.error(insert);
    assert_eq!(error.code().code(), "23505", "{error:?}");
    assert!(
        error
            .detail()
            .unwrap()
            .contains("There is \"two\" already."),
        "{error:?}"
    );
    let skipped = world.sql.execute(
        &format!("{insert}, ('login', 'en', 'three', '{{}}') on conflict do nothing"),
        &[],
    );
    assert_eq!(skipped.unwrap(), 1);
    world.run("update prompt_custom_texts set texts = texts || '{\"title\": \"Hello\"}' where prompt = 'login' and language = 'en' and screen = 'login'");
    world.run("delete from prompt_custom_texts where prompt = 'login' and language = 'en' and screen = 'three'");
    assert_eq!(world.value(texts).as_deref(), Some("login:Hello two:Two"));
    // Nothing to change, nothing to send.
    let policies = "insert into guardian_policies (policy) values ('all-applications')";
    assert_eq!(
        sent(&mut world, policies),
        ["GET /api/v2/guardian/policies"]
    );
    world.run(
        "delete from guardian_policies; insert into guardian_policies values ('confidence-score')",
    );
    let policies = world.value("select string_agg(policy, ' ') from guardian_policies");
    assert_eq!(policies.as_deref(), Some("confidence-score"));
    let plan = world.explain("", insert);
    assert!(
        plan.contains(
            "Auth0 Write: PUT /api/v2/prompts/{prompt}/custom-text/{language} (after a GET)"
        ),
        "{plan}"
    );
}

#[test]
fn the_secrets_of_hooks_are_sent_and_not_shown() {
    let mut world = writable(0);
    world.run(
        "create schema secret; import foreign schema auth0 limit to (hooks, hook_secrets) from server auth0 into secret options (include_secrets 'true');
         set search_path = secret; set auth0_fdw.max_deletes = 0",
    );
    let hook = world
        .value("select id from hooks order by id limit 1")
        .unwrap();
    let insert = format!("insert into hook_secrets (hook_id, name, value) values ('{hook}', 'A', 'Hush-Hush'), ('{hook}', 'B', 'Hush-Hush')");
    let said = psql(
        &world,
        &format!("set search_path = secret; set auth0_fdw.dry_run = on; {insert};"),
    );
    assert!(
        said.contains("{\"A\":\"*****\"}") && !said.contains("Hush"),
        "{said}"
    );
    let path = format!("/api/v2/hooks/{hook}/secrets");
    assert_eq!(
        sent(&mut world, &insert),
        [format!("POST {path}"), format!("POST {path}")]
    );
    let error = world.error(&insert);
    assert!(!format!("{error:?}").contains("Hush"), "{error:?}");
    let update = format!(
        "update hook_secrets set value = 'Another' where hook_id = '{hook}' and name = 'A'"
    );
    assert_eq!(
        sent(&mut world, &update),
        [format!("GET {path}"), format!("PATCH {path}")]
    );
    assert_eq!(body(&world), serde_json::json!({"A": "Another"}));
    let delete = format!("delete from hook_secrets where hook_id = '{hook}'");
    assert_eq!(
        sent(&mut world, &delete),
        [format!("GET {path}"), format!("DELETE {path}")]
    );
}

#[test]
fn an_action_is_changed_and_deployed() {
    let mut world = writable(0);
    let made = "insert into actions (name, supported_triggers, code) values ('greet', '[{\"id\": \"post-login\", \"version\": \"v3\"}]', 'old') returning id";
    let id = world.value(made).unwrap();
    let path = format!("/api/v2/actions/actions/{id}");
    let update = format!("update actions set code = 'new', deploy = true where id = '{id}'");
    let (patch, deploy) = (format!("PATCH {path}"), format!("POST {path}/deploy"));
    assert_eq!(sent(&mut world, &update), [patch.as_str(), &deploy]);
    let shown = format!("select deployed_version ->> 'code', all_changes_deployed, deploy from actions where id = '{id}'");
    let row = |cells: [Option<&str>; 3]| vec![cells.map(|cell| cell.map(str::to_owned)).to_vec()];
    assert_eq!(
        world.query_text(&shown),
        row([Some("new"), Some("t"), None])
    );
    let only = format!("update actions set deploy = true where id = '{id}' returning name");
    assert_eq!(
        sent(&mut world, &only),
        [format!("GET {path}"), deploy.clone()]
    );
    let not = format!("update actions set code = 'newer', deploy = false where id = '{id}'");
    assert_eq!(sent(&mut world, &not), [patch]);
    assert_eq!(
        world.query_text(&shown),
        row([Some("new"), Some("f"), None])
    );
    let refused = FaultKind::Status {
        code: 400,
        body: None,
        headers: Vec::new(),
    };
    world.sim.inject(Fault::new(refused).method("POST"));
    let error = world.error(&update);
    let detail = error.detail().unwrap_or_default();
    assert!(
        detail.contains("Changed: code. Failed: deploy."),
        "{detail}"
    );
}

#[test]
fn actions_are_bound_to_triggers() {
    let mut world = writable(0);
    let actions = world.query_text("select id from actions order by id limit 2");
    let [one, two] = [0, 1].map(|at: usize| actions[at][0].clone().unwrap());
    let path = "/api/v2/actions/triggers/post-change-password/bindings";
    let (get, patch) = (format!("GET {path}"), format!("PATCH {path}"));
    let names = "select string_agg(display_name, ' ') from action_trigger_bindings where trigger_id = 'post-change-password'";
    world.run("delete from action_trigger_bindings where trigger_id = 'post-change-password'");
    let insert = format!(
        "insert into action_trigger_bindings (trigger_id, action_id, display_name)
         values ('post-change-password', '{one}', 'first'), ('post-change-password', '{two}', 'second')"
    );
    assert_eq!(sent(&mut world, &insert), [get.as_str(), &patch]);
    assert_eq!(world.value(names).as_deref(), Some("first second"));
    world.run("update action_trigger_bindings set display_name = '1st' where trigger_id = 'post-change-password' and display_name = 'first'");
    assert_eq!(world.value(names).as_deref(), Some("1st second"));
    let bound = world.value("select action ->> 'id' from action_trigger_bindings where trigger_id = 'post-change-password' and display_name = '1st'");
    assert_eq!(bound, Some(one));
    world.run("delete from action_trigger_bindings where trigger_id = 'post-change-password' and display_name = '1st'");
    assert_eq!(world.value(names).as_deref(), Some("second"));
}
