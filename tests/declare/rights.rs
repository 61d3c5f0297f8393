//! Whose rights and whose credentials a query has: views, SET ROLE, SECURITY DEFINER.

use crate::support::{create_vault, declare, keep, requests, role, tenant, told, world, KeyId};
use simulator::Simulator;
use xtask::world::{error, query_text, token};
use xtask::World;

const READ: &str = "select count(user_id) from users";

/// A server that is two tenants: of three users for the superuser, of eight for the role.
struct Two {
    w: World,
    theirs: Simulator,
    role: String,
}

fn two() -> Two {
    let mut w = world(3);
    let theirs = tenant(8);
    let role = role(&mut w, "reader");
    declare(&mut w, &[]);
    w.run(&format!(
        "create user mapping for postgres server auth0 options (api_key '{}');
         create user mapping for {role} server auth0 options (api_key '{}')",
        token(&w.sim),
        token(&theirs)
    ));
    Two { w, theirs, role }
}

fn one(sql: &mut postgres::Client, query: &str) -> String {
    query_text(sql, query).remove(0).remove(0).unwrap()
}

#[test]
fn a_role_needs_usage_on_the_schema_and_select_on_the_table_and_nothing_else() {
    let mut w = world(3);
    create_vault(&mut w, KeyId::Absent);
    let (url, token, user) = (w.sim.url(), token(&w.sim), role(&mut w, "reader"));
    keep(&mut w, &token, "auth0");
    declare(&mut w, &[("url", &url), ("api_key_name", "auth0")]);
    w.run("create schema app; alter foreign table users set schema app");
    let mut sql = w.db.connect_as(&user);
    let read = "select count(user_id) from app.users";
    assert_eq!(
        told(&error(&mut sql, read)),
        "42501: permission denied for schema app"
    );
    w.run(&format!("grant usage on schema app to {user}"));
    assert_eq!(
        told(&error(&mut sql, read)),
        "42501: permission denied for foreign table users"
    );
    assert!(requests(&w.sim).is_empty());
    w.run(&format!("grant select on app.users to {user}"));
    assert_eq!(one(&mut sql, read), "3");
    w.run(&format!(
        "revoke select on app.users from {user}; grant select (email) on app.users to {user}"
    ));
    assert_eq!(
        one(&mut sql, "select count(email) >= 0 from app.users"),
        "t"
    );
    assert_eq!(
        error(&mut sql, "select user_id from app.users")
            .code()
            .code(),
        "42501"
    );
}

#[test]
fn each_role_reads_with_its_own_mapping() {
    let mut two = two();
    two.w.run(&format!("grant select on users to {}", two.role));
    assert_eq!(two.w.value(READ).unwrap(), "3");
    let mut sql = two.w.db.connect_as(&two.role);
    assert_eq!(one(&mut sql, READ), "8");
}

#[test]
fn a_view_reads_with_the_mapping_of_its_owner() {
    let mut two = two();
    two.w.run(&format!(
        "create view shown as select * from users; grant select on shown to {0};
         create view barred with (security_barrier) as select * from users; grant select on barred to {0};
         grant create on schema public to {0}",
        two.role
    ));
    let mut sql = two.w.db.connect_as(&two.role);
    // Counted by Auth0, and here.
    for count in ["count(*)", "count(user_id)"] {
        for view in ["shown", "barred"] {
            let read = format!("select {count} from {view}");
            assert_eq!(one(&mut sql, &read), "3", "{read}");
        }
    }
    assert_eq!(
        one(
            &mut sql,
            "select count(*) from shown a join shown b using (user_id)"
        ),
        "3"
    );
    assert_eq!(error(&mut sql, READ).code().code(), "42501");
    // And the other way round: the superuser through the role's view.
    two.w.run(&format!("grant select on users to {}", two.role));
    sql.batch_execute("create view mine as select * from users")
        .unwrap();
    assert_eq!(two.w.value("select count(*) from mine").unwrap(), "8");
    assert_eq!(two.w.value("select count(user_id) from mine").unwrap(), "8");
    assert_eq!(
        two.w
            .value(
                "select (select count(user_id) from mine) || ' ' || (select count(*) from users)"
            )
            .unwrap(),
        "8 3"
    );
}

#[test]
fn a_materialized_view_is_refreshed_with_the_mapping_of_its_owner() {
    let mut two = two();
    two.w.run(&format!(
        "grant select on users to {0}; grant create on schema public to {0};
         create materialized view ours as select * from users",
        two.role
    ));
    let mut sql = two.w.db.connect_as(&two.role);
    sql.batch_execute("create materialized view theirs as select * from users with no data")
        .unwrap();
    two.w.run("refresh materialized view theirs");
    let both = "select (select count(*) from ours) || ' ' || (select count(*) from theirs)";
    assert_eq!(two.w.value(both).unwrap(), "3 8");
}

#[test]
fn a_view_over_a_view_reads_with_the_mapping_of_the_inner_ones_owner() {
    let mut two = two();
    two.w.run(&format!(
        "create view inner_one as select * from users; grant select on inner_one to {0};
         grant create on schema public to {0}",
        two.role
    ));
    let mut sql = two.w.db.connect_as(&two.role);
    sql.batch_execute("create view outer_one as select * from inner_one")
        .unwrap();
    for count in ["count(*)", "count(user_id)"] {
        let read = format!("select {count} from outer_one");
        assert_eq!(one(&mut sql, &read), "3");
        assert_eq!(two.w.value(&read).unwrap(), "3");
    }
}

#[test]
fn a_view_with_security_invoker_reads_with_the_mapping_of_who_asks() {
    let mut two = two();
    two.w.run(&format!(
        "create view shown with (security_invoker) as select * from users; grant select on shown, users to {}",
        two.role
    ));
    let mut sql = two.w.db.connect_as(&two.role);
    for count in ["count(*)", "count(user_id)"] {
        let read = format!("select {count} from shown");
        assert_eq!(one(&mut sql, &read), "8");
        assert_eq!(two.w.value(&read).unwrap(), "3");
    }
}

#[test]
fn set_role_changes_the_mapping_within_a_connection_and_a_prepared_statement() {
    let mut two = two();
    two.w.run(&format!("grant select on users to {}", two.role));
    two.w
        .run("set plan_cache_mode = force_generic_plan; prepare p as select count(*) from users");
    for _ in 0..2 {
        assert_eq!(two.w.value("execute p").unwrap(), "3");
        two.w.run(&format!("set role {}", two.role));
        assert_eq!(two.w.value("execute p").unwrap(), "8");
        assert_eq!(two.w.value(READ).unwrap(), "8");
        two.w.run("reset role");
    }
    two.w
        .run(&format!("set session authorization {}", two.role));
    assert_eq!(two.w.value("execute p").unwrap(), "8");
}

#[test]
fn a_security_definer_function_reads_with_the_mapping_of_its_owner() {
    let mut two = two();
    two.w.run(
        "create function definer() returns bigint language sql security definer as 'select count(*) from users';
         create function invoker() returns bigint language plpgsql as
           'begin return (select count(*) from users); end'",
    );
    let mut sql = two.w.db.connect_as(&two.role);
    assert_eq!(one(&mut sql, "select definer()"), "3");
    assert_eq!(error(&mut sql, "select invoker()").code().code(), "42501");
    two.w.run(&format!("grant select on users to {}", two.role));
    assert_eq!(
        one(
            &mut sql,
            "select invoker() || ' ' || definer() || ' ' || invoker()"
        ),
        "8 3 8"
    );
}

#[test]
fn a_cursor_of_a_security_definer_function_keeps_its_owners_rights() {
    let mut two = two();
    two.w.run(
        "create function opened() returns refcursor language plpgsql security definer as $$
           declare c refcursor := 'c'; begin open c for select user_id from users; return c; end $$",
    );
    let mut sql = two.w.db.connect_as(&two.role);
    sql.batch_execute("begin; select opened()").unwrap();
    assert_eq!(query_text(&mut sql, "fetch all from c").len(), 3);
    assert!(requests(&two.theirs).is_empty());
}

#[test]
fn row_security_of_vault_is_the_server_owners() {
    let mut w = world(3);
    create_vault(&mut w, KeyId::Absent);
    let (url, token) = (w.sim.url(), token(&w.sim));
    let (owner, user) = (role(&mut w, "owner"), role(&mut w, "reader"));
    keep(&mut w, &token, "auth0");
    declare(&mut w, &[("url", &url), ("api_key_name", "auth0")]);
    w.run(&format!(
        "grant usage on foreign data wrapper auth0_fdw to {owner};
         alter server auth0 owner to {owner};
         drop view vault.decrypted_secrets;
         alter table vault.secrets rename column secret to decrypted_secret;
         alter table vault.secrets rename to decrypted_secrets;
         alter table vault.decrypted_secrets enable row level security;
         create policy p on vault.decrypted_secrets using (current_user = '{owner}');
         grant usage on schema vault to {owner};
         grant select on vault.decrypted_secrets to {owner}, {user};
         grant usage on schema vault to {user};
         grant select on users to {user}"
    ));
    let mut sql = w.db.connect_as(&user);
    assert_eq!(
        query_text(&mut sql, "select * from vault.decrypted_secrets").len(),
        0
    );
    assert_eq!(one(&mut sql, READ), "3");
    // Nothing of the owner's is left behind.
    assert_eq!(one(&mut sql, "select current_user::text"), user);
    assert_eq!(
        query_text(&mut sql, "select * from vault.decrypted_secrets").len(),
        0
    );
}

#[test]
fn after_a_failed_look_up_the_session_is_the_roles_again() {
    let mut w = world(3);
    create_vault(&mut w, KeyId::Absent);
    let (url, user) = (w.sim.url(), role(&mut w, "reader"));
    declare(&mut w, &[("url", &url), ("api_key_name", "nothing")]);
    w.run(&format!("grant select on users to {user}"));
    w.run("create or replace view vault.decrypted_secrets as
             select id, name, description, (1 / (random() * 0)::int)::text as decrypted_secret from vault.secrets;
           insert into vault.secrets (name, secret) values ('boom', 'x')");
    let mut sql = w.db.connect_as(&user);
    for name in ["nothing", "boom"] {
        w.run(&format!(
            "alter server auth0 options (set api_key_name '{name}')"
        ));
        assert_eq!(error(&mut sql, READ).code().code(), "28000", "{name}");
        assert_eq!(one(&mut sql, "select current_user::text"), user);
        let caught = format!(
            "do $$ begin perform * from users; exception when others then
               if current_user <> '{user}' then raise 'still somebody else'; end if;
               begin perform decrypted_secret from vault.decrypted_secrets; raise 'may read vault';
               exception when insufficient_privilege then null; end;
             end $$"
        );
        sql.batch_execute(&caught).unwrap();
    }
}
