//! PostgREST, played statement by statement as its Query/PreQuery.hs writes them: the transaction with its access mode,
//! one SELECT of set_config calls, the pre-request, the query, the end.

use crate::support::{issuer, register, token_with, value, world_with, Role};
use postgres::error::DbError;
use postgres::Client;
use serde_json::{json, Value};
use xtask::World;

const ROLE_CLAIM: &str = "https://example.com/role";

struct Rest {
    world: World,
    sql: Client,
    authenticator: Role,
    anon: Role,
    webuser: Role,
}

fn rest() -> Rest {
    let mut world = world_with(json!({}));
    let authenticator = Role::new(&world, "authenticator", "noinherit");
    let anon = Role::new(&world, "anon", "");
    let webuser = Role::new(&world, "webuser", "");
    let secret = Role::new(&world, "secret", "");
    register(
        &mut world,
        json!({ "db_role_claim": ROLE_CLAIM, "db_roles": [webuser.name, secret.name, "postgres"] }),
    );
    world.run(&format!(
        "grant {1}, {2} to {0};
         create table notes (owner text, body text); insert into notes values ('auth0|ann', 'a'), ('auth0|bob', 'b');
         select auth0.enable_owner_policy('notes', 'owner'); grant select, insert on notes to {1}, {2}",
        authenticator.name, anon.name, webuser.name
    ));
    let sql = world.db.connect_as(&authenticator.name);
    Rest {
        world,
        sql,
        authenticator,
        anon,
        webuser,
    }
}

impl Rest {
    /// One request: its headers, the claims PostgREST found in the token (if it checks tokens), the query.
    fn request(
        &mut self,
        mode: &str,
        headers: &Value,
        claims: Option<&Value>,
        query: &str,
    ) -> Result<Vec<Vec<Option<String>>>, Box<DbError>> {
        let sql = &mut self.sql;
        sql.batch_execute(&format!("BEGIN ISOLATION LEVEL READ COMMITTED {mode}"))
            .unwrap();
        let role = claims
            .and_then(|claims| claims[ROLE_CLAIM].as_str())
            .unwrap_or(&self.anon.name)
            .to_owned();
        let mut all = claims.cloned().unwrap_or(json!({}));
        all["role"] = json!(role);
        let outcome = (|| {
            sql.execute(
                "select set_config('search_path', $1, true), set_config('role', $2, true), set_config('request.jwt.claims', $3, true), \
                 set_config('request.method', $4, true), set_config('request.path', $5, true), set_config('request.headers', $6, true), \
                 set_config('request.cookies', $7, true)",
                &[&"\"public\"", &role, &all.to_string(), &"GET", &"/notes", &headers.to_string(), &"{}"],
            )?;
            sql.query("select \"auth0\".\"pre_request\"()", &[])?;
            sql.simple_query(query)
        })();
        match outcome {
            Ok(_) => {
                // Again, in the form that is easy to read.
                let rows = xtask::world::query_text(sql, query);
                sql.batch_execute("COMMIT").unwrap();
                Ok(rows)
            }
            Err(error) => {
                sql.batch_execute("ROLLBACK").unwrap();
                Err(Box::new(error.as_db_error().unwrap().clone()))
            }
        }
    }

    fn token(&self, user: &str, role: &str) -> String {
        token_with(&self.world.sim, user, json!({ ROLE_CLAIM: role }))
    }
}

fn with(token: &str) -> Value {
    json!({ "host": "localhost:3000", "authorization": format!("Bearer {token}"), "accept": "*/*" })
}

const WHO: &str = "select current_user, auth0.user_id(), (select string_agg(body, ',') from notes)";

#[test]
fn a_request_is_its_tokens() {
    let mut rest = rest();
    let (anon, webuser) = (rest.anon.name.clone(), rest.webuser.name.clone());
    let token = rest.token("auth0|ann", &webuser);
    let nobody = json!({ "host": "localhost:3000" });
    for mode in ["READ ONLY", "READ WRITE"] {
        let rows = rest.request(mode, &with(&token), None, WHO).unwrap();
        assert_eq!(
            rows,
            [[
                Some(webuser.clone()),
                Some("auth0|ann".into()),
                Some("a".into())
            ]]
        );
        // The next request of the connection is nobody's.
        let rows = rest.request(mode, &nobody, None, WHO).unwrap();
        assert_eq!(rows, [[Some(anon.clone()), None, None]]);
        let basic = json!({ "authorization": "Basic dTpw" });
        assert_eq!(rest.request(mode, &basic, None, WHO).unwrap()[0][1], None);
    }
    let none_named = token_with(&rest.world.sim, "auth0|bob", json!({}));
    let rows = rest
        .request("READ ONLY", &with(&none_named), None, WHO)
        .unwrap();
    assert_eq!(
        rows,
        [[Some(anon), Some("auth0|bob".into()), Some("b".into())]]
    );
}

#[test]
fn a_bad_token_is_no_request() {
    let mut rest = rest();
    let webuser = rest.webuser.name.clone();
    let token = rest.token("auth0|ann", &webuser);
    for bad in [
        "nonsense".to_owned(),
        token[..token.len() - 4].to_owned(),
        format!("{token} x"),
    ] {
        let error = rest
            .request("READ ONLY", &with(&bad), None, WHO)
            .unwrap_err();
        assert_eq!(error.code().code(), "28000", "{bad}");
    }
    let expired = token_with(
        &rest.world.sim,
        "auth0|ann",
        json!({ "exp": 1_000_000_000 }),
    );
    assert_eq!(
        rest.request("READ ONLY", &with(&expired), None, WHO)
            .unwrap_err()
            .code()
            .code(),
        "28000"
    );
}

#[test]
fn roles_it_may_not_have() {
    let mut rest = rest();
    let secret = format!("secret_{}", rest.world.db.name());
    for (role, reason) in [
        ("postgres", "superuser"),
        ("pg_read_all_data", "db_roles"),
        ("none", "db_roles"),
        ("nobody", "db_roles"),
    ] {
        let token = rest.token("auth0|ann", role);
        let error = rest
            .request("READ ONLY", &with(&token), None, WHO)
            .unwrap_err();
        assert_eq!(error.code().code(), "42501", "{role}");
        assert!(
            error.detail().unwrap().contains(reason),
            "{role}: {:?}",
            error.detail()
        );
    }
    // One that is gone, or that the login role is no member of: Postgres' own refusal.
    let token = rest.token("auth0|ann", &secret);
    let error = rest
        .request("READ ONLY", &with(&token), None, WHO)
        .unwrap_err();
    assert_eq!(error.code().code(), "42501");
    assert_eq!(
        value(&mut rest.sql, "select current_user").as_deref(),
        Some(rest.authenticator.name.as_str())
    );
}

#[test]
fn claims_in_a_setting_are_believed_only_where_that_was_said() {
    let mut rest = rest();
    let issuer = issuer(&rest.world.sim);
    let webuser = rest.webuser.name.clone();
    let nobody = json!({ "host": "localhost:3000" });
    let claims = json!({
        "iss": issuer, "sub": "auth0|bob", "aud": crate::support::AUDIENCE, "exp": crate::support::now() + 60, ROLE_CLAIM: webuser,
    });
    assert_eq!(
        rest.request("READ ONLY", &nobody, Some(&claims), WHO)
            .unwrap()[0][1],
        None
    );
    let authenticator = rest.authenticator.name.clone();
    rest.world.run(&format!(
        "select auth0.configure_postgrest('{authenticator}', '{issuer}')"
    ));
    assert_eq!(
        rest.request("READ ONLY", &nobody, Some(&claims), WHO)
            .unwrap()[0][1],
        None
    );
    rest.world.run(&format!(
        "select auth0.configure_postgrest('{authenticator}', '{issuer}', trust_claims => true)"
    ));
    let rows = rest
        .request("READ ONLY", &nobody, Some(&claims), WHO)
        .unwrap();
    assert_eq!(
        rows,
        [[Some(webuser), Some("auth0|bob".into()), Some("b".into())]]
    );
    // Anonymous ones stay so; others are checked but for the signature.
    assert_eq!(
        rest.request("READ ONLY", &nobody, None, WHO).unwrap()[0][1],
        None
    );
    for (name, value, check) in [
        ("exp", json!(1), "expired"),
        ("aud", json!("x"), "audience"),
        ("iss", json!("https://evil.example/"), "issuer"),
    ] {
        let mut bad = claims.clone();
        bad[name] = value;
        let error = rest
            .request("READ ONLY", &nobody, Some(&bad), WHO)
            .unwrap_err();
        assert!(
            error
                .detail()
                .unwrap()
                .starts_with(&format!("Failed check: {check}.")),
            "{:?}",
            error.detail()
        );
    }
    // Whoever runs SQL within the request cannot say that it is somebody else.
    let forge = format!(
        "select set_config('request.jwt.claims', '{}', true)",
        json!({
            "iss": issuer, "sub": "auth0|eve", "aud": crate::support::AUDIENCE, "exp": crate::support::now() + 60
        })
    );
    let rows = rest
        .request(
            "READ WRITE",
            &nobody,
            Some(&claims),
            &format!("{forge}; select auth0.pre_request(); select auth0.user_id()"),
        )
        .unwrap();
    assert_eq!(rows.last().unwrap()[0], None);
    // Nor can another login role.
    let mut other = rest.world.db.connect_as(&rest.anon.name);
    other
        .batch_execute(&format!("begin; {forge}; select auth0.pre_request()"))
        .unwrap();
    assert_eq!(value(&mut other, "select auth0.user_id()"), None);
    let mut superuser = rest.world.db.connect();
    superuser
        .batch_execute(&format!(
            "set session authorization {authenticator}; begin; {forge}; select auth0.pre_request()"
        ))
        .unwrap();
    assert_eq!(value(&mut superuser, "select auth0.user_id()"), None);
}

#[test]
fn its_configuration_follows_the_keys() {
    let mut rest = rest();
    let (issuer, authenticator) = (issuer(&rest.world.sim), rest.authenticator.name.clone());
    // As PostgREST reads it (Config/Database.hs).
    let setting = |rest: &mut Rest, name: &str| {
        value(&mut rest.sql, &format!(
            "select substr(s, strpos(s, '=') + 1) from pg_db_role_setting, unnest(setconfig) s
             where setrole = current_user::regrole and setdatabase in (0, (select oid from pg_database where datname = current_catalog))
               and s like 'pgrst.{name}=%'"
        ))
    };
    let mut listener = rest.world.db.connect();
    listener.batch_execute("listen pgrst").unwrap();
    rest.world.run(&format!(
        "select auth0.configure_postgrest('{authenticator}', '{issuer}')"
    ));
    let keys: Value = serde_json::from_str(&setting(&mut rest, "jwt_secret").unwrap()).unwrap();
    assert_eq!(keys["keys"].as_array().unwrap().len(), 2);
    assert_eq!(
        setting(&mut rest, "jwt_aud").as_deref(),
        Some(crate::support::AUDIENCE)
    );
    assert_eq!(
        setting(&mut rest, "jwt_role_claim_key").as_deref(),
        Some(".\"https://example.com/role\"")
    );
    assert_eq!(
        setting(&mut rest, "db_pre_request").as_deref(),
        Some("auth0.pre_request")
    );
    let told = |listener: &mut Client| {
        let mut payloads = Vec::new();
        let mut waiting = listener.notifications();
        let mut iterator = waiting.timeout_iter(std::time::Duration::from_millis(500));
        while let Ok(Some(notification)) =
            postgres::fallible_iterator::FallibleIterator::next(&mut iterator)
        {
            payloads.push(notification.payload().to_owned());
        }
        payloads
    };
    assert_eq!(told(&mut listener), ["reload config"]);
    rest.world.run("select * from auth0.refresh_keys()");
    assert_eq!(told(&mut listener), [""; 0], "nothing has changed");
    rest.world.sim.rotate_keys();
    let rows = rest.world.query_text("select * from auth0.refresh_keys()");
    assert_eq!(
        rows,
        [[
            Some(issuer),
            Some("fetched, and written for PostgREST".into())
        ]]
    );
    assert_eq!(told(&mut listener), ["reload config"]);
    let rotated: Value = serde_json::from_str(&setting(&mut rest, "jwt_secret").unwrap()).unwrap();
    assert_eq!(rotated["keys"].as_array().unwrap().len(), 3);
    // For administrators only.
    for sql in [
        format!("select auth0.configure_postgrest('{authenticator}', 'x')"),
        "select auth0.refresh_keys()".into(),
    ] {
        assert_eq!(
            xtask::world::error(&mut rest.sql, &sql).code().code(),
            "42501",
            "{sql}"
        );
    }
    assert_eq!(
        rest.world
            .error("select auth0.configure_postgrest('nobody_at_all', 'x')")
            .code()
            .code(),
        "42704"
    );
    assert_eq!(
        rest.world
            .error(&format!(
                "select auth0.configure_postgrest('{authenticator}', 'x')"
            ))
            .code()
            .code(),
        "42704"
    );
}
