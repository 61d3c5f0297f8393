//! A loop over all users in auth0-python, Auth0's own SDK.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use simulator::{Config, Simulator};
use xtask::python::python;
use xtask::{command, places};

/// How long the loop takes, from the first request to the last row; the SDK insists on https.
pub fn loop_over(users: usize) -> Duration {
    let pins = places::workspace().join("crates/simulator/tests/sdk/requirements.txt");
    let python = python(&pins).expect("a Python with the SDK");
    let config = Config {
        users,
        tls: true,
        user_bytes: Some(1000),
        window: None,
        total_cap: None,
        ..Config::default()
    };
    let sim = Simulator::start(config).expect("the simulator starts");
    let certificate = places::target().join("bench-certificate.pem");
    std::fs::write(&certificate, sim.certificate().expect("a certificate")).expect("a file");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/loop.py");
    let said = command::capture(
        Command::new(&python)
            .arg(script)
            .arg(sim.url().replace("https://", ""))
            .arg(xtask::world::token(&sim))
            .arg(users.to_string())
            .env("SSL_CERT_FILE", &certificate)
            .env("REQUESTS_CA_BUNDLE", &certificate),
    )
    .expect("the loop runs");
    Duration::from_secs_f64(said.trim().parse().expect("seconds"))
}
