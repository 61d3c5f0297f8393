//! Columns with a `path`: into objects, arrays and keys with odd names, and what a missing step gives.

use crate::common::{column, declare, plain_copy, tenant_of, tenant_with};

const ODD: &str = r#"{"user_id":"a","app_metadata":{"a.b":{"c":1},"":{"":2},"q\"'x":3,"back\\slash":4,"sp ace":5,
    "list":[10,[20,{"k":30}],null],"0":"zero","n":null,"s":"text","\u00fc":6}}"#;

#[test]
fn every_step_of_a_path_leads_where_it_says() {
    let mut world = tenant_with(&[ODD]);
    for (path, expected) in [
        (r"app_metadata.a\.b.c", Some("1")),
        (r#"app_metadata.q"''x"#, Some("3")),
        (r"app_metadata.back\\slash", Some("4")),
        ("app_metadata.sp ace", Some("5")),
        ("app_metadata.ü", Some("6")),
        ("app_metadata.list.0", Some("10")),
        ("app_metadata.list.1.0", Some("20")),
        ("app_metadata.list.1.1.k", Some("30")),
        ("app_metadata.list.1", Some(r#"[20,{"k":30}]"#)),
        ("app_metadata.0", Some("zero")),
        ("app_metadata.list.2", None),
        ("app_metadata.list.3", None),
        ("app_metadata.list.-1", None),
        ("app_metadata.list.x", None),
        ("app_metadata.list.99999999999999999999", None),
        ("app_metadata.n.x", None),
        ("app_metadata.s.x", None),
        ("app_metadata.s.0", None),
        ("app_metadata.a.b.c", None),
        ("app_metadata.missing.x.y", None),
        ("missing", None),
        ("missing.0", None),
    ] {
        world.run("drop foreign table if exists users");
        declare(
            &mut world,
            "users",
            &format!("v text options (path '{path}')"),
        );
        assert_eq!(
            world.value("select v from users").as_deref(),
            expected,
            "{path}"
        );
    }
}

#[test]
fn a_column_without_path_is_the_key_of_its_name_dots_and_all() {
    let mut world = tenant_with(&[r#"{"user_id":"a","x.y":1,"x":{"y":2},"attrs":3}"#]);
    declare(
        &mut world,
        "users",
        r#""x.y" int, nested int options (path 'x.y'), escaped int options (path 'x\.y'), inner_attrs int options (path 'attrs'), attrs jsonb"#,
    );
    assert_eq!(
        world.query_text(r#"select "x.y"::text, nested::text, escaped::text, inner_attrs::text, attrs ->> 'attrs' from users"#),
        [["1", "2", "1", "3", "3"].map(|text| Some(text.to_owned()))]
    );
}

#[test]
fn paths_and_postgres_operators_agree_on_every_user() {
    let mut world = tenant_of(250);
    plain_copy(&mut world);
    for (path, ty) in [
        ("identities,0,connection", "text"),
        ("identities,0,user_id", "text"),
        ("identities,1,profileData,email", "text"),
        ("identities,0,isSocial", "bool"),
        ("user_metadata,address,city", "text"),
        ("user_metadata,address,geo,lat", "numeric"),
        ("user_metadata,tags,1", "text"),
        ("user_metadata,age", "int"),
        ("user_metadata,note", "text"),
        ("app_metadata,roles", "jsonb"),
        ("app_metadata,seats", "float8"),
        ("multifactor,0", "text"),
    ] {
        world.run("drop foreign table if exists users");
        let dotted = path.replace(',', ".");
        declare(
            &mut world,
            "users",
            &format!("user_id text, v {ty} options (path '{dotted}')"),
        );
        let theirs = format!("(attrs #>> '{{{path}}}')::{ty}");
        assert_eq!(
            world.value(&format!(
                "select count(*) from users full join plain using (user_id) where v is distinct from {theirs}"
            )),
            Some("0".into()),
            "{path}"
        );
        assert_ne!(
            world.value("select count(v) from users").as_deref(),
            (path != "user_metadata,note").then_some("0")
        );
    }
}

#[test]
fn many_columns_may_look_into_one_key() {
    let mut world = tenant_with(&[r#"{"user_id":"a","m":{"x":1,"y":[2,3]},"n":{"x":4}}"#]);
    declare(
        &mut world,
        "users",
        "y1 int options (path 'm.y.1'), m jsonb, x int options (path 'm.x'), again int options (path 'm.x'),
         n jsonb, nx int options (path 'n.x'), attrs jsonb, id text options (path 'user_id')",
    );
    assert_eq!(
        world.value("select concat_ws(' ', y1, m ->> 'x', x, again, n ->> 'x', nx, attrs #>> '{m,x}', id) from users"),
        Some("3 1 1 1 4 4 1 a".into())
    );
    assert_eq!(
        world.value("select concat_ws(' ', nx, y1) from users"),
        Some("4 3".into())
    );
}

#[test]
fn the_whole_object_is_attrs_of_any_type_that_can_hold_it() {
    let raw = r#"{"user_id":"a", "z":1 ,"b":{"y":2,  "x":3}}"#;
    let mut world = tenant_with(&[raw]);
    for (ty, expected) in [
        ("json", raw),
        ("text", raw),
        (
            "jsonb",
            r#"{"b": {"x": 3, "y": 2}, "z": 1, "user_id": "a"}"#,
        ),
    ] {
        world.run("drop foreign table if exists users");
        declare(&mut world, "users", &format!("attrs {ty}"));
        assert_eq!(
            world.value("select attrs::text from users").as_deref(),
            Some(expected),
            "{ty}"
        );
    }
    world.run("drop foreign table users");
    declare(&mut world, "users", "attrs int");
    assert_eq!(
        world.error("select attrs from users").code().code(),
        "HV004"
    );
}

#[test]
fn a_path_that_is_none_is_refused_when_declared() {
    let mut world = tenant_of(0);
    for path in ["", ".", "a.", ".a", "a..b", r"a\"] {
        let error = world.error(&format!(
            "create foreign table users (v text options (path '{path}')) server auth0 options (object 'users')"
        ));
        assert_eq!(error.code().code(), "HV024", "{path}: {error:?}");
        assert_eq!(error.message(), "invalid value for option \"path\"");
        assert_eq!(
            error.hint(),
            Some("It must be keys and array positions joined by dots, such as user_metadata.plan or identities.0.connection.")
        );
    }
}

#[test]
fn a_path_changed_is_read_anew_by_a_prepared_statement() {
    let mut world = tenant_with(&[r#"{"user_id":"a","m":{"x":1,"y":2}}"#]);
    declare(&mut world, "users", "v int options (path 'm.x')");
    world.run("prepare p as select v from users");
    assert_eq!(column(&mut world, "execute p"), ["1"]);
    world.run("alter foreign table users alter v options (set path 'm.y')");
    assert_eq!(column(&mut world, "execute p"), ["2"]);
    world.run("alter foreign table users alter v options (drop path)");
    assert_eq!(world.query_text("execute p"), [[None]]);
}
