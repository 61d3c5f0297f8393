//! Every SQL statement in the documents does what the document says.

use simulator::{Config, Simulator};
use std::path::Path;
use xtask::markdown::{doc_sql, script, Placeholders};
use xtask::{places, Cluster};

/// Runs a document's SQL from top to bottom in a database of its own, beside a tenant of 250 users.
fn run(file: &Path) {
    let blocks = doc_sql(file).unwrap();
    if blocks.is_empty() {
        return;
    }
    let sim = Simulator::start(Config {
        users: 250,
        ..Config::default()
    })
    .unwrap();
    let database = Cluster::shared().create_database();
    let output = database.psql(&script(&blocks, &Placeholders::of(&sim), false));
    assert!(
        output.status.success(),
        "{}\n{}",
        file.display(),
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
fn readme() {
    run(&places::workspace().join("README.md"));
}

#[test]
fn docs() {
    let docs = places::workspace().join("docs");
    for entry in std::fs::read_dir(docs).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "md") {
            run(&path);
        }
    }
}
