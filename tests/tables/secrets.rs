//! Secrets in objects are only shown to those who ask for them.

use simulator::Config;
use xtask::World;

#[test]
fn secrets_are_imported_only_if_asked_for() {
    let mut world = World::new(Config {
        users: 1,
        ..Config::default()
    });
    world.run(
        "create schema shown;
         import foreign schema auth0 limit to (clients, connections) from server auth0 into public;
         import foreign schema auth0 limit to (clients, connections) from server auth0 into shown options (include_secrets 'true')",
    );
    let secrets =
        world.query_text("select client_secret from shown.clients where client_secret is not null");
    assert!(!secrets.is_empty());
    let columns = "select count(*) from pg_attribute where attname = 'client_secret' and attrelid = 'public.clients'::regclass";
    assert_eq!(world.value(columns).unwrap(), "0");
    let text = |world: &mut World, sql: &str| format!("{:?}", world.query_text(sql));
    let all = text(&mut world, "select attrs from shown.clients");
    let hidden = text(&mut world, "select attrs from public.clients");
    for secret in secrets.into_iter().flatten().flatten() {
        assert!(
            all.contains(&secret) && !hidden.contains(&secret),
            "{secret}"
        );
    }
    let of = "select count(*) from public.clients where attrs ? 'client_secret' or attrs ? 'name' is false";
    assert_eq!(world.value(of).unwrap(), "0");
    // Inside a column, too; the rest of it stays.
    let inside = "select count(*) filter (where s.options ? 'client_secret') > 0,
            count(*) filter (where p.options ? 'client_secret'),
            count(*) filter (where s.options - 'client_secret' is distinct from p.options - 'client_secret') < count(*)
        from shown.connections s join public.connections p using (id)";
    let rows = world.query_text(inside);
    assert_eq!(rows[0][1].as_deref(), Some("0"), "{rows:?}");
    assert_eq!(rows[0][2].as_deref(), Some("t"), "{rows:?}");
}
