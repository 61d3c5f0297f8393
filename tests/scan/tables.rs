//! Tables as people make them over time: dropped and added columns, defaults, generated columns, inheritance, partitions.

use crate::common::{column, declare, imported, tenant_with};
use xtask::World;

fn one(columns: &str) -> World {
    let mut world = tenant_with(&[r#"{"user_id":"a","name":"Ada","n":7,"o":"old","x":"ex"}"#]);
    declare(&mut world, "users", columns);
    world
}

fn is(texts: &[&str]) -> Vec<Vec<Option<String>>> {
    vec![texts.iter().map(|text| Some((*text).to_owned())).collect()]
}

#[test]
fn dropped_columns_leave_the_others_in_place() {
    let mut world = one("o text, user_id text, n int, x text, name text");
    world.run("prepare p as select u, name, n::text from users u");
    assert_eq!(
        world.query_text("execute p"),
        is(&["(old,a,7,ex,Ada)", "Ada", "7"])
    );
    world.run("alter foreign table users drop column o, drop column x");
    assert_eq!(
        world.query_text("select * from users"),
        is(&["a", "7", "Ada"])
    );
    assert_eq!(
        world.query_text("select u, name, n::text from users u"),
        is(&["(a,7,Ada)", "Ada", "7"])
    );
    world.run("alter foreign table users add column x text, alter column n type text");
    assert_eq!(
        world.query_text("select x, n, u from users u"),
        is(&["ex", "7", "(a,7,Ada,ex)"])
    );
    world.run("alter foreign table users rename column x to o");
    assert_eq!(
        world.query_text("select u.* from users u"),
        is(&["a", "7", "Ada", "old"])
    );
    for gone in ["user_id", "n", "name", "o"] {
        world.run(&format!("alter foreign table users drop column {gone}"));
    }
    assert_eq!(world.query_text("select * from users").len(), 1);
    assert_eq!(world.query_text("select u from users u"), is(&["()"]));
}

#[test]
fn a_default_is_for_inserting_and_changes_no_row_read() {
    let mut world =
        one("name text default 'nobody', missing text default 'default', n int not null");
    world.run("alter foreign table users add column later text default 'late'");
    assert_eq!(
        world.query_text("select name, missing, n::text, later from users"),
        [[Some("Ada".to_owned()), None, Some("7".to_owned()), None]]
    );
}

#[test]
fn a_column_not_null_is_believed_and_not_checked() {
    let mut world = one("name text not null, missing text not null, check (n > 100), n int");
    assert_eq!(
        world.query_text("select name, missing, n::text from users"),
        [[Some("Ada".to_owned()), None, Some("7".to_owned())]]
    );
}

#[test]
fn stored_generated_columns_are_computed_from_the_others() {
    let mut world = one(
        "name text, n int, twice int generated always as (n * 2) stored,
         greeting text generated always as ('Hello ' || name) stored, gone text generated always as (missing || 'x') stored,
         missing text, read text options (path 'o') generated always as (name) stored",
    );
    assert_eq!(
        world.query_text("select greeting from users"),
        is(&["Hello Ada"])
    );
    assert_eq!(
        world.query_text("select twice::text from users where twice > 13"),
        is(&["14"])
    );
    assert_eq!(
        world.query_text("select count(*)::text from users where greeting = 'x'"),
        is(&["0"])
    );
    assert_eq!(world.query_text("select gone from users"), [[None]]);
    assert_eq!(world.query_text("select read from users"), is(&["old"]));
    assert_eq!(
        world.query_text("select u from users u"),
        is(&["(Ada,7,14,\"Hello Ada\",,,old)"])
    );
    world.run("alter foreign table users drop column missing cascade");
    assert_eq!(
        world.query_text("select u from users u"),
        is(&["(Ada,7,14,\"Hello Ada\",old)"])
    );
}

#[test]
fn a_generated_column_may_ask_for_the_table_and_may_fail() {
    let mut world = one(
        "n int, place oid generated always as (tableoid) stored, bad int generated always as (1 / (n - 7)) stored",
    );
    assert_eq!(
        world.query_text("select place::regclass::text from users"),
        is(&["users"])
    );
    assert_eq!(world.error("select bad from users").code().code(), "22012");
    assert_eq!(world.query_text("select n::text from users"), is(&["7"]));
}

#[test]
fn a_foreign_table_can_inherit_from_a_local_one() {
    let mut world = imported(120);
    world.run(
        "create table people (name text, user_id text);
         insert into people values ('Local', 'local|1');
         create foreign table tenant (user_id text, email text, name text) inherits (people) server auth0 options (object 'users')",
    );
    assert_eq!(
        world.value("select count(*) from people"),
        Some("121".into())
    );
    assert_eq!(
        world.value("select count(*) from only people"),
        Some("1".into())
    );
    assert_eq!(
        column(&mut world, "select tableoid::regclass::text || ' ' || count(*) from people group by tableoid order by 1"),
        ["people 1", "tenant 120"]
    );
    assert_eq!(
        world.value("select count(*) from people p join users u on p.user_id = u.user_id and p.name = u.name"),
        Some("120".into())
    );
    // Another order of columns in the child: the parent's row still has the parent's.
    assert_eq!(
        world.value("select count(*) from people p, users u where p::people = row(u.name, u.user_id)::people"),
        Some("120".into())
    );
    world.run("create table more (extra int) inherits (people); alter foreign table tenant no inherit people");
    assert_eq!(world.value("select count(*) from people"), Some("1".into()));
}

#[test]
fn a_local_table_can_inherit_from_a_foreign_one() {
    let mut world = imported(120);
    world.run("create table staff (desk int) inherits (users); insert into staff (user_id, desk) values ('staff|1', 4)");
    assert_eq!(
        world.value("select count(*) from users"),
        Some("121".into())
    );
    assert_eq!(
        world.value("select count(*) from only users"),
        Some("120".into())
    );
    assert_eq!(
        world.value("select name from users where user_id = 'staff|1'"),
        None
    );
}

#[test]
fn a_foreign_table_can_be_a_partition() {
    let mut world = imported(120);
    world.run(
        "create table everyone (source text, user_id text, name text) partition by list (source);
         create table everyone_local partition of everyone for values in ('local');
         create foreign table everyone_auth0 partition of everyone for values in ('auth0') server auth0 options (object 'users');
         insert into everyone values ('local', 'local|1', 'Local')",
    );
    assert_eq!(
        world.value("select count(*) from everyone"),
        Some("121".into())
    );
    assert_eq!(
        world.value(
            "select count(*) from everyone e where e.user_id in (select user_id from users)"
        ),
        Some("120".into())
    );
    assert_eq!(
        column(
            &mut world,
            "select distinct tableoid::regclass::text from everyone order by 1"
        ),
        ["everyone_auth0", "everyone_local"]
    );
    assert_eq!(
        world.value("select e from everyone e where user_id = 'local|1'"),
        Some("(local,local|1,Local)".into())
    );
    world.sim.clear_journal();
    assert_eq!(
        world.value("select count(*) from everyone where source = 'local'"),
        Some("1".into())
    );
    assert_eq!(
        world.sim.journal().len(),
        0,
        "the other partition is not read"
    );
    world.run("set enable_partitionwise_join = on; set enable_partitionwise_aggregate = on; set enable_partition_pruning = off");
    assert_eq!(
        world.value("select count(*) from everyone a join everyone b using (user_id, name)"),
        Some("121".into())
    );
    let error = world.error("insert into everyone values ('auth0', 'x', 'y')");
    assert_eq!(
        (error.code().code(), error.message()),
        ("0A000", "foreign table \"everyone_auth0\" is not updatable")
    );
    world.run("alter table everyone detach partition everyone_auth0");
    assert_eq!(
        world.value("select count(*) from everyone"),
        Some("1".into())
    );
}

#[test]
fn a_view_and_a_rule_stand_on_a_foreign_table_like_on_any_other() {
    let mut world = imported(120);
    world.run(
        "create view verified as select user_id, email from users where email_verified with check option;
         create view barrier with (security_barrier) as select * from verified",
    );
    let both = world.query_text(
        "select (select count(*) from barrier), (select count(*) from users where email_verified)",
    );
    assert_eq!(both[0][0], both[0][1]);
    let error = world.error("update verified set email = 'x'");
    assert_eq!(
        (error.code().code(), error.message()),
        ("0A000", "foreign table \"users\" is not updatable")
    );
}
