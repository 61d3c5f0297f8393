//! Accounts and sessions: opened by ID tokens, valid until they are not, in tables that nobody needs to see.

use crate::support::{issuer, token_with, until, value, world_with, Role};
use postgres::Client;
use serde_json::{json, Value};
use xtask::World;

fn world() -> World {
    let mut world =
        world_with(json!({ "client_ids": ["webapp"], "roles_claim": "https://example.com/roles" }));
    world.run("select auth0.create_auth_schema('auth')");
    world
}

fn id_token(world: &World, user: &str, more: Value) -> String {
    let mut claims = json!({ "aud": "webapp", "email": format!("{user}@example.com"), "email_verified": true, "name": "Ann" });
    for (name, value) in more.as_object().unwrap() {
        claims[name] = value.clone();
    }
    token_with(&world.sim, user, claims)
}

fn open(sql: &mut Client, id_token: &str) -> String {
    value(
        sql,
        &format!("select auth0.create_session('{id_token}', '192.0.2.7')"),
    )
    .unwrap()
}

fn valid(sql: &mut Client, token: &str) -> bool {
    value(
        sql,
        &format!("select valid from auth0.validate_session('{token}')"),
    )
    .as_deref()
        == Some("t")
}

#[test]
fn by_a_role_that_sees_no_table() {
    let world = world();
    let app = Role::new(&world, "app", "");
    let mut sql = world.db.connect_as(&app.name);
    let session = open(
        &mut sql,
        &id_token(
            &world,
            "auth0|ann",
            json!({ "https://example.com/roles": ["editor"] }),
        ),
    );
    assert_eq!(session.len(), 43);
    for hidden in [
        "select * from auth.users",
        "select * from auth.sessions",
        "select auth0.revoke_sessions('auth0|ann')",
        "select auth0.purge_sessions()",
        "select auth0.create_auth_schema('x')",
    ] {
        assert_eq!(
            xtask::world::error(&mut sql, hidden).code().code(),
            "42501",
            "{hidden}"
        );
    }
    let row = xtask::world::query_text(&mut sql, &format!(
        "select valid, user_id, email, name, expires_at - now() between '23:59' and '24:00' from auth0.validate_session('{session}')"
    ));
    let expected =
        ["t", "auth0|ann", "auth0|ann@example.com", "Ann", "t"].map(|text| Some(text.to_owned()));
    assert_eq!(row, [expected]);
    // Bound like a token.
    sql.batch_execute(&format!("begin; select auth0.login_session('{session}')"))
        .unwrap();
    assert_eq!(
        value(
            &mut sql,
            "select auth0.user_id() || auth0.email() || auth0.has_role('editor')"
        )
        .as_deref(),
        Some("auth0|annauth0|ann@example.comtrue")
    );
    sql.batch_execute("commit").unwrap();
    assert_eq!(value(&mut sql, "select auth0.user_id()"), None);
    // What is no session.
    let almost = format!("{}A", &session[..42]);
    for bad in ["", "x", almost.as_str(), &"x".repeat(100_000)] {
        let row = xtask::world::query_text(
            &mut sql,
            &format!("select * from auth0.validate_session('{bad}')"),
        );
        let [nothing] = row.as_slice() else {
            panic!("{row:?}")
        };
        assert!(
            bad == session
                || nothing[0].as_deref() == Some("f") && nothing[1..].iter().all(Option::is_none),
            "{row:?}"
        );
        if bad != session {
            assert_eq!(
                xtask::world::error(&mut sql, &format!("select auth0.login_session('{bad}')"))
                    .code()
                    .code(),
                "28000"
            );
        }
    }
    assert_eq!(
        value(&mut sql, "select valid from auth0.validate_session(null)").as_deref(),
        Some("f")
    );
}

#[test]
fn only_hashes_are_kept() {
    let mut world = world();
    let id_token = id_token(&world, "auth0|ann", json!({}));
    let session = open(&mut world.sql, &id_token);
    let kept = world.value("select sessions::text || users::text from auth.sessions join auth.users using (user_id)").unwrap();
    assert!(
        !kept.contains(&session) && !kept.contains(&id_token),
        "{kept}"
    );
    assert_eq!(
        world
            .value(&format!(
                "select token_hash = sha256('{session}') from auth.sessions"
            ))
            .as_deref(),
        Some("t")
    );
    // The hash opens nothing.
    let hash = world
        .value("select encode(token_hash, 'hex') from auth.sessions")
        .unwrap();
    assert!(!valid(&mut world.sql, &hash));
    assert_ne!(open(&mut world.sql, &id_token), session);
}

#[test]
fn whom_it_refuses() {
    let mut world = world();
    let refused = |world: &mut World, token: &str| {
        let error = world.error(&format!("select auth0.create_session('{token}')"));
        assert_eq!(error.code().code(), "28000", "{error}");
        error.detail().unwrap().to_owned()
    };
    let other_app = id_token(&world, "auth0|ann", json!({ "aud": "otherapp" }));
    assert!(refused(&mut world, &other_app).contains("audience"));
    let access = token_with(&world.sim, "auth0|ann", json!({ "scope": "openid" }));
    assert!(refused(&mut world, &access).contains("audience"));
    let good = id_token(&world, "auth0|ann", json!({ "nonce": "n1" }));
    let tampered = good.replace('.', ".e");
    assert!(refused(&mut world, &tampered).contains("Failed check"));
    assert_eq!(
        world.value("select count(*) from auth.users").as_deref(),
        Some("0")
    );
    assert_eq!(
        world
            .error(&format!(
                "select auth0.create_session('{good}', nonce => 'n2')"
            ))
            .code()
            .code(),
        "28000"
    );
    for ttl in ["'0'", "'-1 hour'", "null"] {
        assert_eq!(
            world
                .error(&format!(
                    "select auth0.create_session('{good}', ttl => {ttl})"
                ))
                .code()
                .code(),
            "22023"
        );
    }
    let session = open(&mut world.sql, &good);
    world.run("update auth.users set deactivated_at = now()");
    assert!(!valid(&mut world.sql, &session));
    assert!(refused(&mut world, &good).contains("deactivated"));
    // An id that another issuer has vouched for.
    world.run("update auth.users set deactivated_at = null, issuer = 'https://other.example/'");
    assert!(refused(&mut world, &good).contains("another issuer"));
}

#[test]
fn an_address_never_tells_who_it_is() {
    let mut world = world();
    let ann = id_token(&world, "auth0|ann", json!({ "email": "ann@example.com" }));
    let eve = id_token(
        &world,
        "auth0|eve",
        json!({ "email": "ann@example.com", "email_verified": false }),
    );
    open(&mut world.sql, &ann);
    let session = open(&mut world.sql, &eve);
    let rows = world.query_text(
        "select user_id, email, email_verified, logins_count from auth.users order by 1",
    );
    let expected = [
        ["auth0|ann", "ann@example.com", "t", "1"],
        ["auth0|eve", "ann@example.com", "f", "1"],
    ]
    .map(|row| row.map(|text| Some(text.to_owned())));
    assert_eq!(rows, expected);
    world.run(&format!("begin; select auth0.login_session('{session}')"));
    assert_eq!(
        world.value("select auth0.user_id()").as_deref(),
        Some("auth0|eve")
    );
    assert_eq!(world.value("select auth0.email()"), None);
    world.run("commit");
    // Coming again changes the account, and what a token leaves out stays.
    let again = token_with(
        &world.sim,
        "auth0|ann",
        json!({ "aud": "webapp", "name": "Ann B." }),
    );
    open(&mut world.sql, &again);
    let row = world.query_text("select email, email_verified, name, logins_count from auth.users where user_id = 'auth0|ann'");
    assert_eq!(
        row,
        [["ann@example.com", "t", "Ann B.", "2"].map(|text| Some(text.to_owned()))]
    );
    let _ = issuer(&world.sim);
}

#[test]
fn how_it_ends() {
    let mut world = world();
    let ann = id_token(&world, "auth0|ann", json!({}));
    let [first, second, third] = [(); 3].map(|()| open(&mut world.sql, &ann));
    assert_eq!(
        world
            .value(&format!("select auth0.revoke_session('{first}')"))
            .as_deref(),
        Some("t")
    );
    assert_eq!(
        world
            .value(&format!("select auth0.revoke_session('{first}')"))
            .as_deref(),
        Some("f")
    );
    assert!(!valid(&mut world.sql, &first) && valid(&mut world.sql, &second));
    assert_eq!(
        world
            .value("select auth0.revoke_sessions('auth0|ann')")
            .as_deref(),
        Some("2")
    );
    assert!(!valid(&mut world.sql, &second) && !valid(&mut world.sql, &third));
    let short = world
        .value(&format!(
            "select auth0.create_session('{ann}', ttl => '3 seconds')"
        ))
        .unwrap();
    world.run(&format!("select auth0.login_session('{short}', 'session')"));
    assert_eq!(
        world.value("select auth0.user_id()").as_deref(),
        Some("auth0|ann")
    );
    until("the session expires", || !valid(&mut world.sql, &short));
    assert_eq!(
        world.value("select auth0.user_id()"),
        None,
        "bound, and expired all the same"
    );
    let lasting = open(&mut world.sql, &ann);
    assert_eq!(
        world.value("select auth0.purge_sessions()").as_deref(),
        Some("4")
    );
    assert!(valid(&mut world.sql, &lasting));
    world.run("delete from auth.users");
    assert!(!valid(&mut world.sql, &lasting));
}

#[test]
fn tables_of_ones_own() {
    let mut world = world();
    let owner = Role::new(&world, "owner", "");
    world.run(&format!(
        "create table profiles (user_id text primary key references auth.users, made_by text);
         create function auth.greet() returns trigger language plpgsql set search_path = public as
           $$ begin insert into profiles values (new.user_id, current_user); return new; end $$;
         create trigger greet after insert on auth.users for each row execute function auth.greet();
         alter table auth.users owner to {0}; alter table auth.sessions owner to {0}; grant usage on schema auth to {0};
         grant insert on profiles to {0}; alter table auth.users force row level security; alter table auth.users enable row level security",
        owner.name
    ));
    let ann = id_token(&world, "auth0|ann", json!({}));
    let app = Role::new(&world, "app", "");
    let mut sql = world.db.connect_as(&app.name);
    let session = open(&mut sql, &ann);
    assert!(valid(&mut sql, &session));
    // A trigger gets the rights of the tables' owner: neither the caller's nor a superuser's.
    assert_eq!(
        world.value("select made_by from profiles"),
        Some(owner.name.clone())
    );
    assert_eq!(
        value(&mut sql, "select current_user"),
        Some(app.name.clone())
    );
    world.run(&format!("alter table auth.sessions owner to {}", app.name));
    assert!(world
        .error(&format!("select auth0.validate_session('{session}')"))
        .detail()
        .unwrap()
        .contains("different owners"));
    world.run("drop table profiles cascade; drop schema auth cascade");
    assert_eq!(
        world
            .error("select auth0.validate_session('x')")
            .code()
            .code(),
        "28000"
    );
}

#[test]
fn many_at_once() {
    let world = world();
    let tokens: Vec<String> = (0..4)
        .map(|n| id_token(&world, &format!("auth0|user{n}"), json!({})))
        .collect();
    std::thread::scope(|scope| {
        for _ in 0..8 {
            let (db, tokens) = (&world.db, &tokens);
            scope.spawn(move || {
                let mut sql = db.connect();
                for round in 0..10 {
                    let session = open(&mut sql, &tokens[round % 4]);
                    assert!(valid(&mut sql, &session));
                }
            });
        }
    });
    let mut sql = world.db.connect();
    assert_eq!(
        value(
            &mut sql,
            "select string_agg(logins_count::text, ',' order by user_id) from auth.users"
        )
        .as_deref(),
        Some("24,24,16,16")
    );
    assert_eq!(
        value(
            &mut sql,
            "select count(distinct token_hash) from auth.sessions"
        )
        .as_deref(),
        Some("80")
    );
}

#[test]
fn not_set_up() {
    let mut world = world_with(json!({ "client_ids": ["webapp"] }));
    let error = world.error("select auth0.validate_session('x')");
    assert_eq!(error.code().code(), "28000");
    assert!(error.detail().unwrap().contains("create_auth_schema"));
    for name in ["", "auth0", "pg_x"] {
        assert_eq!(
            world
                .error(&format!("select auth0.create_auth_schema('{name}')"))
                .code()
                .code(),
            "22023"
        );
    }
    world.run("select auth0.create_auth_schema('My \"auth\"')");
    assert_eq!(
        world
            .error("select auth0.create_auth_schema('other')")
            .code()
            .code(),
        "22023"
    );
    let ann = id_token(&world, "auth0|ann", json!({}));
    let session = open(&mut world.sql, &ann);
    assert!(valid(&mut world.sql, &session));
}
