//! auth0.create_views(): each view made, read, and paid for.

use std::collections::BTreeMap;

use crate::support::{calls, column, notices, role, told, world};
use auth0::catalog::views::VIEWS;
use simulator::{Config, Scale};
use xtask::{world as connection, World};

fn imported(users: usize) -> World {
    let mut world = World::new(Config {
        users,
        scale: Scale {
            logs: 2000,
            ..Scale::default()
        },
        ..Config::default()
    });
    world.run(
        "create schema auth0_data;
         import foreign schema auth0 from server auth0 into auth0_data;
         set search_path = auth0_data, public",
    );
    world
}

#[test]
fn every_view_is_made_and_costs_what_is_said() {
    let mut world = imported(250);
    let mut made = column(&mut world, "select auth0.create_views('auth0_data')");
    assert!(calls(&world).is_empty(), "nothing is asked");
    let mut known: Vec<&str> = VIEWS.iter().map(|view| view.name).collect();
    made.sort();
    known.sort_unstable();
    assert_eq!(made, known);
    // Again: they are replaced.
    world.run("select auth0.create_views('auth0_data')");
    for view in VIEWS {
        let comment = format!(
            "select obj_description('{}'::regclass, 'pg_class')",
            view.name
        );
        assert!(world.value(&comment).unwrap().contains(view.calls));
    }
    let mut rows = BTreeMap::new();
    let mut cost = BTreeMap::new();
    calls(&world);
    for view in VIEWS {
        rows.insert(
            view.name,
            world
                .query_text(&format!("select * from {}", view.name))
                .len(),
        );
        cost.insert(view.name, calls(&world).len());
    }
    let pages = |rows: usize| rows.div_ceil(100).max(1);
    assert_eq!(cost["blocked_users"], pages(rows["blocked_users"]));
    // A condition on times finds a little more than it must.
    let stale = cost["stale_users"];
    assert!((pages(rows["stale_users"])..=3).contains(&stale), "{stale}");
    assert_eq!(cost["users_without_mfa"], 3);
    let roles = world.sim.objects(&["roles"]).len();
    assert_eq!(cost["admins_by_role"], 1 + roles);
    assert_eq!(cost["clients_with_weak_settings"], 1);
    assert_eq!(cost["connections_without_protection"], 3);
    assert_eq!(cost["expiring_signing_keys"], 1);
}

#[test]
fn blocked_stale_and_unprotected_users_are_those_the_tenant_has() {
    let mut world = imported(120);
    world.run("select auth0.create_views('auth0_data')");
    let users = world.sim.users();
    let of = |wanted: &dyn Fn(&serde_json::Value) -> bool| {
        let ids = users.iter().filter(|user| wanted(user));
        let mut ids: Vec<String> = ids
            .map(|user| user["user_id"].as_str().unwrap().to_owned())
            .collect();
        ids.sort();
        ids
    };
    let ids = |world: &mut World, view: &str| {
        column(
            world,
            &format!("select user_id from {view} order by user_id collate \"C\""),
        )
    };
    let blocked = of(&|user| user["blocked"] == true);
    assert!(!blocked.is_empty());
    assert_eq!(ids(&mut world, "blocked_users"), blocked);
    let without = of(&|user| user.get("multifactor").is_none());
    assert!(!without.is_empty() && without.len() < users.len());
    assert_eq!(ids(&mut world, "users_without_mfa"), without);
    // Seeded users were all created and seen long ago, but for one.
    let now = world
        .value("select to_char(now() at time zone 'utc', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"')")
        .unwrap();
    world.sim.put_user_raw(
        "auth0|fresh",
        &format!(r#"{{"user_id":"auth0|fresh","created_at":"{now}","updated_at":"{now}"}}"#),
    );
    assert_eq!(ids(&mut world, "stale_users"), of(&|_| true));
}

#[test]
fn failed_logins_of_a_day_are_counted_by_address() {
    let mut world = imported(1);
    world.run("select auth0.create_views('auth0_data')");
    let at = |world: &mut World, ago: &str| {
        let sql = format!(
            "select to_char((now() - interval '{ago}') at time zone 'utc', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"')"
        );
        world.value(&sql).unwrap()
    };
    let (recent, old) = (at(&mut world, "1 hour"), at(&mut world, "25 hours"));
    for i in 0..150 {
        let (ip, ty, date) = match i {
            0..120 => ("203.0.113.1", "fp", &recent),
            120..140 => ("203.0.113.2", "limit_wc", &recent),
            140..145 => ("203.0.113.3", "s", &recent),
            _ => ("203.0.113.4", "fp", &old),
        };
        let log = serde_json::json!({
            "log_id": format!("9999{i:04}"), "_id": format!("9999{i:04}"), "date": date, "type": ty,
            "ip": ip, "user_name": format!("u{}", i % 3),
        });
        world.sim.put_object(&["logs"], log);
    }
    calls(&world);
    let rows = world.query_text(
        "select host(ip), failures, names, types from failed_logins_by_ip order by failures desc",
    );
    let cells: Vec<Vec<&str>> = rows
        .iter()
        .map(|row| row.iter().map(|cell| cell.as_deref().unwrap()).collect())
        .collect();
    assert_eq!(
        cells,
        [
            ["203.0.113.1", "120", "3", "{fp}"],
            ["203.0.113.2", "20", "3", "{limit_wc}"]
        ]
    );
    assert_eq!(calls(&world).len(), 2, "140 logs");
}

#[test]
fn admins_of_some_roles_cost_the_calls_of_these() {
    let mut world = imported(20);
    world.run("select auth0.create_views('auth0_data')");
    let name = world
        .value("select name from roles order by name limit 1")
        .unwrap();
    calls(&world);
    world.query_text(&format!(
        "select * from admins_by_role where role = '{name}'"
    ));
    let asked = calls(&world);
    let of_roles = asked.iter().filter(|call| call.contains("/users")).count();
    assert_eq!(of_roles, 1, "{asked:?}");
}

#[test]
fn weak_clients_and_connections_say_why() {
    let mut world = imported(1);
    world.run("select auth0.create_views('auth0_data')");
    let problems = column(
        &mut world,
        "select distinct unnest(problems) from clients_with_weak_settings",
    );
    assert!(!problems.is_empty());
    let weak = column(&mut world, "select name from connections_without_protection where 'no brute-force protection' = any (problems) order by 1");
    let there = column(&mut world, "select name from connections where strategy = 'auth0' and options ->> 'brute_force_protection' is distinct from 'true' order by 1");
    assert!(!there.is_empty());
    assert_eq!(weak, there);
    // Without the tenant's protection, theirs does nothing.
    let mut tenant = world.query_text("select attrs from brute_force_protection");
    let mut tenant: serde_json::Value =
        serde_json::from_str(&tenant.remove(0).remove(0).unwrap()).unwrap();
    tenant["enabled"] = false.into();
    let path = ["attack-protection", "brute-force-protection"];
    world.sim.set_object(&path, Some(tenant));
    let weak = column(&mut world, "select name from connections_without_protection where 'no brute-force protection in the tenant' = any (problems) order by 1");
    let all = column(
        &mut world,
        "select name from connections where strategy = 'auth0' order by 1",
    );
    assert!(all.len() > there.len());
    assert_eq!(weak, all);
}

#[test]
fn a_certificate_is_read_to_its_end() {
    let mut world = imported(1);
    // What stands in a certificate between its issuer and its subject: from 2024-01-01 to so many days from now.
    world.run(
        "create table auth0_data.pem (days int);
         insert into auth0_data.pem values (30), (3000)",
    );
    let key = "select format('MIIC%s', encode(('\\x301e170d' || encode('240101000000Z', 'hex') || '170d' ||
        encode(convert_to(to_char((now() + days * interval '1 day') at time zone 'utc', 'YYMMDDHH24MISS') || 'Z', 'utf8'), 'hex'))::bytea, 'base64'))
        from auth0_data.pem order by days";
    let certificates = column(&mut world, key);
    // The view over a table of ours with the same columns.
    let view = VIEWS
        .iter()
        .find(|view| view.name == "expiring_signing_keys")
        .unwrap();
    world.run("create table keys (kid text, fingerprint text, current_since timestamptz, previous bool, revoked bool, cert text)");
    for (kid, cert) in ["soon", "late"].iter().zip(&certificates) {
        world.run(&format!(
            "insert into keys values ('{kid}', '', now(), null, null, E'-----BEGIN CERTIFICATE-----\r\n{cert}\r\n-----END CERTIFICATE-----\r\n')"
        ));
    }
    world.run(
        "insert into keys values ('odd', '', now(), null, null, 'MII'), ('none', '', now(), null, null, null),
           ('old', '', now(), true, null, null), ('gone', '', now(), true, true, null)",
    );
    let sql = format!(
        "select kid, expires_at::date - current_date from ({}) v order by kid",
        view.query(|_| "keys".to_owned())
    );
    let rows = world.query_text(&sql);
    let kids: Vec<_> = rows.iter().map(|row| row[0].as_deref().unwrap()).collect();
    assert_eq!(kids, ["old", "soon"]);
    assert_eq!(rows[1][1].as_deref(), Some("30"));
}

#[test]
fn what_is_missing_is_named_and_skipped() {
    let mut world = world();
    world.run(
        "create schema part;
         import foreign schema auth0 limit to (users) from server auth0 into part;
         alter foreign table part.users rename to people",
    );
    let heard = notices(&world, "select auth0.create_views('part')");
    assert!(
        heard
            .iter()
            .any(|notice| notice.contains("admins_by_role") && notice.contains("roles")),
        "{heard:?}"
    );
    assert!(world
        .value("select count(*) from part.blocked_users")
        .is_some());
    assert!(told(&world.error("select * from part.admins_by_role")).starts_with("42P01"));
    let error = told(&world.error("select auth0.create_views('nowhere')"));
    assert!(
        error.contains("schema \"nowhere\" does not exist"),
        "{error}"
    );
    world.run(
        "create server other foreign data wrapper auth0_fdw options (domain 'other.eu.auth0.com');
         import foreign schema auth0 limit to (roles) from server other into part",
    );
    let error = told(&world.error("select auth0.create_views('part')"));
    assert!(
        error.contains("belong to one server, not to several: auth0, other"),
        "{error}"
    );
}

#[test]
fn a_view_that_cannot_be_made_keeps_no_other_from_being_made() {
    let mut world = imported(1);
    world.run(
        "drop foreign table clients;
         create foreign table clients (client_id text, name text) server auth0 options (object 'clients');
         alter foreign table signing_keys alter column revoked type text;
         alter foreign table connections rename to blocked_users;
         create view stale_users as select 1 as one",
    );
    let heard = notices(&world, "select auth0.create_views('auth0_data')");
    let why = |view: &str, says: &str| {
        let start = format!("view \"{view}\" is left out, because ");
        let told = heard.iter().find(|notice| notice.starts_with(&start));
        assert!(
            told.is_some_and(|told| told.contains(says)),
            "{view}: {heard:?}"
        );
    };
    why(
        "clients_with_weak_settings",
        "column c.token_endpoint_auth_method does not exist",
    );
    why("expiring_signing_keys", "IS NOT TRUE must be type boolean");
    why("blocked_users", "\"blocked_users\" is not a view");
    why("stale_users", "view column \"one\"");
    assert_eq!(heard.len(), 4, "{heard:?}");
    let made = "select count(*) from pg_views where schemaname = 'auth0_data'";
    assert_eq!(world.value(made), Some((VIEWS.len() - 3).to_string()));
    assert_eq!(
        world.value("select one from stale_users"),
        Some("1".to_owned())
    );
}

#[test]
fn views_show_no_more_than_their_reader_may_see() {
    let mut world = imported(3);
    let user = role(&mut world, "reader");
    let mut sql = world.db.connect_as(&user);
    let error = told(&connection::error(
        &mut sql,
        "select auth0.create_views('auth0_data')",
    ));
    assert!(error.starts_with("42501"), "{error}");
    world.run("select auth0.create_views('auth0_data')");
    let version = world.value("select current_setting('server_version_num')::int >= 150000");
    if version.as_deref() == Some("t") {
        world.run(&format!(
            "grant usage on schema auth0_data to {user}; grant select on auth0_data.blocked_users to {user}"
        ));
        let read = "select count(*) from auth0_data.blocked_users";
        let error = told(&connection::error(&mut sql, read));
        assert_eq!(error, "42501: permission denied for foreign table users");
        world.run(&format!("grant select on auth0_data.users to {user}"));
        assert_eq!(connection::query_text(&mut sql, read).len(), 1);
    }
}
