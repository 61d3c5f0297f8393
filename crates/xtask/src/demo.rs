//! `cargo xtask demo`: the README's quick start, run before the reader's eyes.

use crate::cluster::Cluster;
use crate::command::say;
use crate::database::SUPERUSER;
use crate::extension;
use crate::markdown::{doc_sql, script, Block, Placeholders};
use crate::places::workspace;
use crate::provision::provision;
use simulator::{Config, Simulator};
use std::io;
use std::path::PathBuf;

/// The sections of README.md that are run, with all below them.
pub const SECTIONS: [&str; 2] = ["Quick start", "A query of each kind"];

/// How many users the simulated tenant has.
const USERS: usize = 250;

/// How to show it.
#[derive(Debug, Default)]
pub struct Options {
    /// Keeps tenant and Postgres running until Ctrl-C.
    pub stay: bool,
    /// Not Debian's Postgres but this one's.
    pub pg_config: Option<PathBuf>,
}

/// Runs the demo; whether every statement did what the README says.
pub fn demo(options: &Options) -> io::Result<bool> {
    let blocks = blocks()?;
    let postgres = provision(options.pg_config.as_deref())?;
    extension::build_and_install(&postgres)?;
    let tenant = Simulator::start(Config {
        users: USERS,
        ..Config::default()
    })?;
    say(&format!(
        "A simulated Auth0 tenant with {USERS} users answers at {}",
        tenant.url()
    ));
    let cluster = Cluster::start(postgres.path())?;
    say(&format!(
        "{} runs in {}",
        postgres.version(),
        cluster.data_dir().display()
    ));
    say(
        "What follows is the SQL of README.md, with the simulated tenant's address and token in it",
    );
    let database = cluster.create_database();
    let succeeded = database.psql_shown(&script(&blocks, &Placeholders::of(&tenant), true))?;
    println!();
    say(&match succeeded {
        true => format!(
            "Done; the tenant has answered {} requests",
            tenant.journal().len()
        ),
        false => "A statement did not do what README.md says".to_owned(),
    });
    if options.stay {
        let psql = cluster.bin_dir().join("psql");
        say("Both go on running until Ctrl-C. In another terminal:");
        println!("{} '{}'", psql.display(), database.conn_string(SUPERUSER));
        let token = tenant.token(&["read:users"]);
        println!(
            "curl -H 'Authorization: Bearer {token}' {}/api/v2/users",
            tenant.url()
        );
        loop {
            std::thread::park();
        }
    }
    Ok(succeeded)
}

/// The README's blocks that are part of the demo.
fn blocks() -> io::Result<Vec<Block>> {
    let readme = workspace().join("README.md");
    let mut blocks = doc_sql(&readme)?;
    blocks.retain(|block| SECTIONS.iter().any(|section| block.is_under(section)));
    if blocks.is_empty() {
        let file = readme.display();
        return Err(io::Error::other(format!(
            "{file} has no SQL under {SECTIONS:?}"
        )));
    }
    Ok(blocks)
}
