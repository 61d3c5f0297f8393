//! A throwaway Postgres cluster: made in a fresh directory, gone when dropped, whatever happens to us.

use crate::command::{capture, command, is_root, user_id};
use crate::database::{Address, Database};
use crate::pg_config::PgConfig;
use std::io::{self, Write};
use std::net::TcpListener;
use std::os::unix::fs::{chown, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::OnceLock;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Another process may take the free port we found before Postgres does; each try looks for a new one.
const START_TRIES: u32 = 5;

/// What a cluster for tests is set to: room for many connections, no durability.
const SETTINGS: [(&str, &str); 9] = [
    ("listen_addresses", "127.0.0.1"),
    ("max_connections", "300"),
    ("shared_buffers", "64MB"),
    ("fsync", "off"),
    ("synchronous_commit", "off"),
    ("full_page_writes", "off"),
    ("autovacuum", "off"),
    ("timezone", "UTC"),
    ("log_line_prefix", "%m [%p] %d "),
];

/// A running Postgres of our own.
pub struct Cluster {
    dir: PathBuf,
    address: Address,
    /// Waits for its standard input to close, then stops Postgres and removes `dir`. The kernel closes
    /// that pipe even if we are killed, so no server is ever left behind.
    keeper: Child,
}

impl Cluster {
    /// Makes and starts a cluster with the Postgres of this `pg_config`.
    pub fn start(pg_config: &Path) -> io::Result<Cluster> {
        Cluster::start_with(pg_config, &[])
    }

    /// The same with more settings for `postgresql.conf`; they win over ours.
    pub fn start_with(pg_config: &Path, extra_conf: &[(&str, &str)]) -> io::Result<Cluster> {
        let bin_dir = PgConfig::at(pg_config)?.directory("--bindir")?;
        let dir = fresh_directory()?;
        let address = Address {
            bin_dir,
            socket_dir: dir.clone(),
            port: 0,
        };
        let keeper = keeper(&address.bin_dir, &dir)?;
        let mut cluster = Cluster {
            dir,
            address,
            keeper,
        };
        cluster.init(extra_conf)?;
        let mut tries = 0;
        loop {
            tries += 1;
            cluster.take_port()?;
            match cluster.launch() {
                Ok(()) => return Ok(cluster),
                Err(_) if tries < START_TRIES => {}
                Err(e) => {
                    let log = cluster.log();
                    return Err(io::Error::other(format!("{e}\n{log}")));
                }
            }
        }
    }

    /// The cluster that all tests of this process share; it goes when the process ends.
    pub fn shared() -> &'static Cluster {
        static SHARED: OnceLock<Cluster> = OnceLock::new();
        SHARED.get_or_init(|| {
            let started = PgConfig::for_tests().and_then(|found| Cluster::start(found.path()));
            started.unwrap_or_else(|e| panic!("the tests' Postgres does not start: {e}"))
        })
    }

    /// A new, empty database, without the extension; dropped with the value.
    pub fn create_database(&self) -> Database {
        Database::create(&self.address)
    }

    /// Everything the server has logged so far.
    pub fn log(&self) -> String {
        let text = std::fs::read(self.dir.join("log")).unwrap_or_default();
        String::from_utf8_lossy(&text).into_owned()
    }

    /// The cluster's data directory.
    pub fn data_dir(&self) -> PathBuf {
        self.dir.join("data")
    }

    /// The port, on 127.0.0.1 and in the name of the Unix socket.
    pub fn port(&self) -> u16 {
        self.address.port
    }

    /// The directory of the Unix socket.
    pub fn socket_dir(&self) -> &Path {
        &self.address.socket_dir
    }

    /// Where this Postgres' programs are.
    pub fn bin_dir(&self) -> &Path {
        &self.address.bin_dir
    }

    /// The superuser.
    pub fn superuser(&self) -> &'static str {
        crate::database::SUPERUSER
    }

    /// The process id of the postmaster, while it runs.
    pub fn postmaster_pid(&self) -> Option<u32> {
        let text = std::fs::read_to_string(self.data_dir().join("postmaster.pid")).ok()?;
        text.lines().next()?.trim().parse().ok()
    }

    /// `pg_ctl stop -m MODE` (smart, fast or immediate), and how long it took.
    pub fn stop(&self, mode: &str) -> io::Result<Duration> {
        let started = Instant::now();
        capture(self.pg_ctl().args(["stop", "-w", "-m", mode]))?;
        Ok(started.elapsed())
    }

    /// Starts again what [`Cluster::stop`] stopped, on the same port.
    pub fn launch(&self) -> io::Result<()> {
        let mut start = self.pg_ctl();
        start
            .args(["start", "-w", "-s", "-t", "60", "-l"])
            .arg(self.dir.join("log"));
        // The server inherits these: a pipe of ours would stay open as long as it runs.
        let status = start
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()?;
        if status.success() {
            return Ok(());
        }
        Err(io::Error::other("Postgres does not start; its log:"))
    }

    /// Stops (fast) and starts again.
    pub fn restart(&self) -> io::Result<()> {
        self.stop("fast")?;
        self.launch()
    }

    fn init(&self, extra_conf: &[(&str, &str)]) -> io::Result<()> {
        let mut initdb = unprivileged(&self.address.bin_dir.join("initdb"))?;
        initdb
            .args([
                "--auth=trust",
                "--encoding=UTF8",
                "--locale=C.UTF-8",
                "--no-sync",
            ])
            .arg(format!("--username={}", crate::database::SUPERUSER))
            .arg("-D")
            .arg(self.data_dir());
        capture(&mut initdb)?;
        let socket_dir = self.address.socket_dir.display().to_string();
        let ours = [("unix_socket_directories", socket_dir.as_str())];
        let mut text = String::new();
        for (name, value) in ours.iter().chain(&SETTINGS).chain(extra_conf) {
            text.push_str(&format!("{name} = '{}'\n", value.replace('\'', "''")));
        }
        let file = self.data_dir().join("postgresql.conf");
        let mut conf = std::fs::OpenOptions::new().append(true).open(file)?;
        conf.write_all(text.as_bytes())
    }

    /// Finds a free port and writes it where the server will read it.
    fn take_port(&mut self) -> io::Result<()> {
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        self.address.port = port;
        let file = self.data_dir().join("postgresql.auto.conf");
        std::fs::write(file, format!("port = {port}\n"))
    }

    fn pg_ctl(&self) -> Command {
        let program = self.address.bin_dir.join("pg_ctl");
        // Nobody to drop to was already an error when the cluster was made.
        let mut command = unprivileged(&program).unwrap_or_else(|_| command(&program));
        command.arg("-D").arg(self.data_dir());
        command
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        // Nothing can be done about a keeper that fails; it cleans up in any order of events.
        let _ = self.keeper.wait();
    }
}

/// A directory that belongs to whoever runs Postgres. Not below the build directory: `/root` is closed to
/// others, and a socket's path may have no more than 107 bytes.
fn fresh_directory() -> io::Result<PathBuf> {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    let name = format!(
        "auth0_fdw-{}-{}-{:x}",
        std::process::id(),
        COUNT.fetch_add(1, Ordering::Relaxed),
        since.subsec_nanos()
    );
    let dir = std::env::temp_dir().join(name);
    std::fs::create_dir(&dir)?;
    std::fs::set_permissions(&dir, std::fs::Permissions::from_mode(0o755))?;
    if let Some((uid, gid)) = postgres_user()? {
        chown(&dir, Some(uid), Some(gid))?;
    }
    Ok(dir)
}

fn keeper(bin_dir: &Path, dir: &Path) -> io::Result<Child> {
    const SCRIPT: &str = r#"cat
        "$1/pg_ctl" stop -s -w -m immediate -D "$2/data"
        rm -rf "$2""#;
    unprivileged(Path::new("sh"))?
        .args(["-c", SCRIPT, "sh"])
        .args([bin_dir, dir])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        // Ctrl-C is for us, not for it.
        .process_group(0)
        .spawn()
}

/// A command run by somebody who is not root, as Postgres demands.
fn unprivileged(program: &Path) -> io::Result<Command> {
    let mut command = command(program);
    // The caller's directory may be closed to the user we drop to.
    command.current_dir("/");
    if let Some((uid, gid)) = postgres_user()? {
        command.uid(uid).gid(gid);
    }
    Ok(command)
}

/// Whom to drop to when we are root: the `postgres` of the distribution's package.
fn postgres_user() -> io::Result<Option<(u32, u32)>> {
    static USER: OnceLock<Option<(u32, u32)>> = OnceLock::new();
    if !is_root() {
        return Ok(None);
    }
    if let Some(found) = USER.get() {
        return Ok(*found);
    }
    let name = ["postgres", "nobody"]
        .into_iter()
        .find(|name| user_id(&["-u", name]).is_ok());
    let name = name.ok_or_else(|| {
        io::Error::other("Postgres will not run as root, and there is no user postgres")
    })?;
    let user = Some((user_id(&["-u", name])?, user_id(&["-g", name])?));
    Ok(*USER.get_or_init(|| user))
}
