//! One database of a throwaway cluster, and the ways into it.

use crate::command::command;
use postgres::{Client, NoTls};
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

/// The superuser of every throwaway cluster.
pub const SUPERUSER: &str = "postgres";

/// How to reach a cluster.
#[derive(Clone, Debug)]
pub(crate) struct Address {
    pub(crate) bin_dir: PathBuf,
    pub(crate) socket_dir: PathBuf,
    pub(crate) port: u16,
}

impl Address {
    fn conn_string(&self, user: &str, database: &str) -> String {
        let host = self.socket_dir.display();
        format!(
            "host={host} port={} user={user} dbname={database}",
            self.port
        )
    }

    fn connect(&self, user: &str, database: &str) -> Result<Client, postgres::Error> {
        Client::connect(&self.conn_string(user, database), NoTls)
    }
}

/// A database that is dropped with the value.
pub struct Database {
    address: Address,
    name: String,
}

impl Database {
    pub(crate) fn create(address: &Address) -> Database {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("test_{}", COUNT.fetch_add(1, Ordering::Relaxed));
        let mut client = address
            .connect(SUPERUSER, "postgres")
            .expect("the cluster accepts connections");
        client
            .batch_execute(&format!("create database {name} template template0"))
            .expect("a database can be created");
        Database {
            address: address.clone(),
            name,
        }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// A connection as the superuser.
    pub fn connect(&self) -> Client {
        self.connect_as(SUPERUSER)
    }

    /// A connection as this role.
    pub fn connect_as(&self, user: &str) -> Client {
        let client = self.address.connect(user, &self.name);
        client.unwrap_or_else(|e| panic!("{user} cannot connect to {}: {e}", self.name))
    }

    /// What libpq and the `postgres` crate need to connect.
    pub fn conn_string(&self, user: &str) -> String {
        self.address.conn_string(user, &self.name)
    }

    /// `psql` of this Postgres, as the superuser, without the user's psqlrc; add what it shall do.
    pub fn psql_command(&self) -> Command {
        let mut psql = command(self.address.bin_dir.join("psql"));
        psql.args(["-X", "-P", "pager=off", "-d"])
            .arg(self.conn_string(SUPERUSER));
        psql
    }

    /// Runs a script in psql, up to the first error.
    pub fn psql(&self, script: &str) -> Output {
        self.psql_with(&["-v", "ON_ERROR_STOP=1"], script)
    }

    /// Runs a script in psql before the user's eyes; whether it came to its end.
    pub fn psql_shown(&self, script: &str) -> io::Result<bool> {
        let mut child = self.psql_command().stdin(Stdio::piped()).spawn()?;
        let written = child
            .stdin
            .take()
            .map(|mut stdin| stdin.write_all(script.as_bytes()));
        let succeeded = child.wait()?.success();
        // After an error psql reads no further, which is no error of its own.
        Ok(succeeded && matches!(written, Some(Ok(()))))
    }

    /// Runs a script in psql with these arguments; it goes on after errors unless they say otherwise.
    pub fn psql_with(&self, args: &[&str], script: &str) -> Output {
        let mut psql = self.psql_command();
        psql.args(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = psql.spawn().expect("psql can be started");
        let mut stdin = child.stdin.take().expect("its input is a pipe");
        std::thread::scope(|scope| {
            // Writing beside reading: neither side's pipe can fill up and stop the other. psql leaves
            // early after an error, and then cannot be written to.
            scope.spawn(move || stdin.write_all(script.as_bytes()));
            child.wait_with_output().expect("psql ends")
        })
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // A cluster that is stopped, or a test that crashed it, takes the database with it anyway.
        if let Ok(mut client) = self.address.connect(SUPERUSER, "postgres") {
            let _ = client.batch_execute(&format!(
                "drop database if exists {} with (force)",
                self.name
            ));
        }
    }
}
