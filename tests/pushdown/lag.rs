//! Never fewer rows: a user that the search index has not seen yet is found by id and by e-mail address.

use crate::support::{tenant, tenant_of};
use simulator::Config;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;
use xtask::World;

/// Creates a user as an application does, through the API: the index learns of it only later.
fn create(world: &World, id: &str, email: &str) {
    let url = world.sim.url();
    let host = url.trim_start_matches("http://");
    let body = format!(
        r#"{{"connection":"Username-Password-Authentication","user_id":"{id}","email":"{email}","password":"correct horse 1"}}"#
    );
    let mut stream = TcpStream::connect(host).expect("a connection to the tenant");
    let (token, length) = (xtask::world::token(&world.sim), body.len());
    write!(
        stream,
        "POST /api/v2/users HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {token}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
    )
    .expect("a request");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
}

#[test]
fn by_id_and_by_address_at_once() {
    let mut world = tenant(Config {
        users: 20,
        index_lag: Duration::from_secs(3600),
        ..Config::default()
    });
    create(&world, "new", "new@example.com");
    assert_eq!(
        world.value("select count(*) from users where name = 'new@example.com'"),
        Some("0".into()),
        "the index lags"
    );
    world.run("create table orders (user_id text, email text); insert into orders values ('auth0|new', 'new@example.com'); analyze orders");
    for query in [
        "select email from users where user_id = 'auth0|new'",
        "select email from users where email = 'new@example.com'",
        "select email from users where user_id in ('auth0|new', 'nobody')",
        "select email from users where user_id = 'auth0|new' and name like 'new%' and not email_verified",
        "select email from users where email = 'new@example.com' and created_at > now() - interval '1 hour'",
        "select email from users where attrs ->> 'user_id' = 'auth0|new'",
        "select email from users where user_id = 'auth0|new' order by created_at limit 1",
        "select max(email) from users where user_id = 'auth0|new'",
        "select u.email from orders join users u using (user_id)",
        "select u.email from orders left join users u using (email)",
        "select email from users where user_id = (select user_id from orders)",
        "select email from users where user_id = any (array(select user_id from orders))",
        "select email from users u where exists (select from orders where orders.user_id = u.user_id) and user_id = 'auth0|new'",
    ] {
        assert_eq!(world.query_text(query), [[Some("new@example.com".to_owned())]], "{query}");
    }
    assert_eq!(
        world.value("select count(*) from users where user_id = 'auth0|new'"),
        Some("1".into())
    );
    assert_eq!(
        world.value("select exists (select from users where email = 'new@example.com')"),
        Some("t".into())
    );
    world.run("prepare p (text) as select email from users where user_id = $1; set plan_cache_mode = force_generic_plan");
    assert_eq!(
        world.value("execute p ('auth0|new')"),
        Some("new@example.com".into())
    );
}

#[test]
fn who_is_gone_is_gone_at_once() {
    let mut world = tenant_of(5);
    let id = world.sim.user_ids().remove(0);
    world.sim.remove_user(&id);
    assert_eq!(
        world.value(&format!(
            "select count(*) from users where user_id = '{id}'"
        )),
        Some("0".into())
    );
    assert_eq!(
        world
            .query_text(&format!("select from users where user_id in ('{id}', 'x')"))
            .len(),
        0
    );
}
