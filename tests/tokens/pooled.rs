//! Through a real PgBouncer in transaction mode: many clients share few connections, and nobody is left in them.

use crate::support::{token, value, world, Role};
use postgres::{Client, NoTls};
use std::net::TcpListener;
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use xtask::{Cluster, World};

/// A PgBouncer of our own, stopped when dropped. Needs the Debian package pgbouncer.
struct Bouncer {
    child: Child,
    target: String,
    dir: PathBuf,
}

impl Bouncer {
    fn start(world: &World, user: &str) -> Bouncer {
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let cluster = Cluster::shared();
        let dir = std::env::temp_dir().join(format!("pgbouncer-{}-{port}", std::process::id()));
        std::fs::create_dir(&dir).unwrap();
        let config = dir.join("pgbouncer.ini");
        std::fs::write(
            &config,
            format!(
                "[databases]\n{db} = host={host} port={pg_port} user={user}\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\n\
                 unix_socket_dir =\nauth_type = any\npool_mode = transaction\ndefault_pool_size = 2\nmax_client_conn = 100\n",
                db = world.db.name(),
                host = cluster.socket_dir().display(),
                pg_port = cluster.port(),
            ),
        )
        .unwrap();
        let mut command = Command::new("/usr/sbin/pgbouncer");
        command
            .arg("-q")
            .arg(&config)
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        // It will not run as root; whoever owns the cluster's directory is not.
        let owner = std::fs::metadata(cluster.socket_dir()).unwrap();
        if std::fs::metadata("/proc/self").unwrap().uid() == 0 {
            command.uid(owner.uid()).gid(owner.gid());
        }
        let child = command
            .spawn()
            .expect("the Debian package pgbouncer is installed");
        let target = format!(
            "host=127.0.0.1 port={port} user=anybody dbname={}",
            world.db.name()
        );
        let bouncer = Bouncer { child, target, dir };
        crate::support::until("PgBouncer answers", || bouncer.try_connect().is_ok());
        bouncer
    }

    fn try_connect(&self) -> Result<Client, postgres::Error> {
        Client::connect(&self.target, NoTls)
    }
}

impl Drop for Bouncer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_dir_all(&self.dir);
    }
}

#[test]
fn nobody_is_left_in_a_shared_connection() {
    let mut world = world();
    let app = Role::new(&world, "pooled", "");
    world.run(&format!(
        "create table notes (owner text, body text); insert into notes select 'auth0|user' || n % 8, n from generate_series(1, 800) n;
         select auth0.enable_owner_policy('notes', 'owner'); grant select on notes to {}",
        app.name
    ));
    let bouncer = Bouncer::start(&world, &app.name);
    let backends = std::sync::Mutex::new(std::collections::HashSet::new());
    let rounds = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for n in 0..8 {
            let (sim, bouncer, backends, rounds) = (&world.sim, &bouncer, &backends, &rounds);
            scope.spawn(move || {
                let user = format!("auth0|user{n}");
                let token = token(sim, &user);
                let mut sql = bouncer.try_connect().unwrap();
                for round in 0..40 {
                    let end = if round % 3 == 0 { "rollback" } else { "commit" };
                    // One message a statement, so that the pooler sees each transaction's end.
                    sql.batch_execute("begin").unwrap();
                    sql.batch_execute(&format!("select auth0.login('{token}')"))
                        .unwrap();
                    assert_eq!(
                        value(
                            &mut sql,
                            "select string_agg(distinct owner, ',') || count(*) from notes"
                        ),
                        Some(format!("{user}100"))
                    );
                    assert_eq!(
                        value(&mut sql, "select auth0.user_id()").as_deref(),
                        Some(user.as_str())
                    );
                    backends
                        .lock()
                        .unwrap()
                        .insert(value(&mut sql, "select pg_backend_pid()"));
                    sql.batch_execute(end).unwrap();
                    assert_eq!(value(&mut sql, "select auth0.user_id()"), None);
                    assert_eq!(
                        value(&mut sql, "select count(*) from notes").as_deref(),
                        Some("0")
                    );
                    rounds.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
    });
    assert_eq!(rounds.into_inner(), 320);
    let shared = backends.into_inner().unwrap().len();
    assert!(shared <= 2, "{shared} connections: nothing was shared");
    drop(bouncer);
}
