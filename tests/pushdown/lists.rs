//! Never fewer rows: lists that are too long for one request, and ids that no path can hold as they are.

use crate::support::{agreed, found, searched, tenant_of, tenant_with};
use serde_json::json;

#[test]
fn long_lists_are_split() {
    let mut world = tenant_of(700);
    let all = "array(select 'auth0|nobody' || n from generate_series(1, 300) n) || array(select user_id from everybody)";
    world.run("create table everybody as select user_id, name, email from users");
    let (rows, asked) = agreed(
        &mut world,
        &format!("select user_id from users where user_id = any ({all})"),
    );
    assert_eq!(rows.len(), 700);
    assert!(asked.len() > 10 && asked.len() <= 26, "{}", asked.len());
    assert!(asked
        .iter()
        .all(|entry| entry.status == 200 && entry.target.len() < 2500));
    let (rows, _) = agreed(&mut world, "select name from users where name = any (array(select name from everybody where name > 'M'))");
    assert!(rows.len() > 100);
    let (rows, _) = agreed(
        &mut world,
        "select email from users where email in (select email from everybody)",
    );
    assert!(rows.len() > 100);
}

#[test]
fn lists_with_repetitions_nulls_and_nothing() {
    let mut world = tenant_with(&[json!({"name": "a"}), json!({"name": "b"}), json!({})]);
    assert_eq!(found(&mut world, "user_id in ('u0', 'u0', 'u1')"), "u0 u1");
    assert_eq!(found(&mut world, "user_id = any ('{u0,null,u0}')"), "u0");
    assert_eq!(found(&mut world, "user_id = any (null::text[])"), "");
    assert_eq!(found(&mut world, "user_id = any ('{}')"), "");
    assert_eq!(found(&mut world, "user_id = any (array[null]::text[])"), "");
    assert_eq!(
        found(&mut world, "user_id = any ('{{u0,u1},{u2,u3}}')"),
        "u0 u1 u2"
    );
    assert_eq!(found(&mut world, "user_id <> all ('{u0}')"), "u1 u2");
    assert_eq!(found(&mut world, "user_id <> all ('{u0,null}')"), "");
    assert_eq!(found(&mut world, "user_id not in ('u0', 'u1')"), "u2");
    assert_eq!(found(&mut world, "user_id <> any ('{u0,u1}')"), "u0 u1 u2");
    assert_eq!(found(&mut world, "user_id = all ('{u0}')"), "u0");
    assert_eq!(
        found(&mut world, "name = any (array['a', null, 'c'])"),
        "u0"
    );
    assert_eq!(
        found(
            &mut world,
            "user_id in ('u0', 'u1') and user_id in ('u1', 'u2')"
        ),
        "u1"
    );
    assert_eq!(
        found(
            &mut world,
            "user_id = 'u0' or user_id = 'u2' or user_id in ('u1')"
        ),
        "u0 u1 u2"
    );
    assert_eq!(found(&mut world, "user_id = 'u0' and user_id = 'u1'"), "");
    assert_eq!(found(&mut world, "user_id = 'u0' or name = 'b'"), "u0 u1");
}

#[test]
fn ids_that_paths_and_queries_know() {
    let ids = [
        "waad|a/b",
        "waad|a?b",
        "waad|a#b",
        "waad|a%41",
        "waad|a b",
        "waad|a+b",
        "waad|a&fields=x",
        "..",
        ".",
        "waad|../x",
        "waad|é",
        "waad|e\u{301}",
        "waad|a\\b",
        "waad|a\"b",
        "waad|*",
        "waad|a;b",
        "waad|a%2Fb",
        "waad|A/B",
        "~",
        "a|b|c",
    ];
    let users: Vec<_> = ids
        .iter()
        .map(|id| json!({"user_id": id, "name": id}))
        .collect();
    let mut world = tenant_with(&users);
    for id in ids {
        for condition in [
            format!("user_id = '{id}'"),
            format!("user_id in ('{id}', 'nobody')"),
            format!("user_id = '{id}' and name = '{id}'"),
        ] {
            assert_eq!(found(&mut world, &condition), id, "{condition}");
        }
    }
    let mut many: Vec<String> = ids.iter().map(|id| format!("'{id}'")).collect();
    let all = found(&mut world, &format!("user_id in ({})", many.join(",")));
    assert_eq!(
        all.split(' ').count() - 1,
        ids.len(),
        "one of them has a space"
    );
    many.extend((0..200).map(|n| format!("'auth0|{n}'")));
    assert_eq!(
        found(&mut world, &format!("user_id in ({})", many.join(","))),
        all
    );
}

#[test]
fn too_much_for_one_search_is_left_to_postgres() {
    let mut world = tenant_of(150);
    let conditions: Vec<String> = (0..200)
        .map(|n| format!("name = 'somebody number {n}' or nickname like 'nick{n}%'"))
        .collect();
    let condition = format!("blocked and ({})", conditions.join(" or "));
    assert_eq!(searched(&mut world, &condition), "blocked:true");
    let conditions: Vec<String> = (0..200)
        .map(|n| format!("(name like 'A{n}%' or nickname <> 'x')"))
        .collect();
    found(&mut world, &conditions.join(" and "));
    let names: Vec<String> = (0..300)
        .map(|n| format!("'{} {n}'", "long name ".repeat(3)))
        .collect();
    found(
        &mut world,
        &format!("family_name not in ({})", names.join(",")),
    );
}
