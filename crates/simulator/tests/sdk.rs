//! Auth0's own Python SDK, unchanged, against the simulator over https.

use simulator::{ClientSpec, Config, Simulator};
use std::path::Path;
use std::process::Command;
use xtask::python::python;

const USERS: usize = 230;

/// Runs a command and fails with all it said when it fails.
fn run(command: &mut Command) -> String {
    let output = command
        .output()
        .unwrap_or_else(|e| panic!("{command:?}: {e}"));
    let said = format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(output.status.success(), "{command:?}\n{said}");
    said
}

#[test]
fn the_python_sdk_is_content() {
    let scripts = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sdk");
    let python = python(&scripts.join("requirements.txt")).unwrap();
    let sim = Simulator::start(Config {
        users: USERS,
        tls: true,
        ..Config::default()
    })
    .unwrap();
    let own = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("sdk-{}", std::process::id()));
    std::fs::create_dir_all(&own).unwrap();
    let certificate = own.join("certificate.pem");
    std::fs::write(&certificate, sim.certificate().unwrap()).unwrap();
    let pair = simulator::rsa_pair();
    let key = own.join("key.pem");
    std::fs::write(&key, &pair.private_pem).unwrap();
    let by_key = sim.add_client(ClientSpec {
        public_key_pem: Some(pair.public_pem),
        ..ClientSpec::default()
    });
    let client = sim.client();

    let said = run(Command::new(python)
        .arg(scripts.join("drive.py"))
        .arg(sim.url().replace("https://", ""))
        .args([&client.id, &client.secret, &by_key.id])
        .arg(&key)
        .arg(USERS.to_string())
        .env("SSL_CERT_FILE", &certificate)
        .env("REQUESTS_CA_BUNDLE", &certificate)
        .env("NO_PROXY", "localhost"));
    assert!(said.contains("the SDK is content"), "{said}");

    let statuses: Vec<u16> = sim.journal().iter().map(|entry| entry.status).collect();
    let refused = statuses.iter().filter(|status| **status == 429).count();
    assert!(
        refused >= 2,
        "one that the SDK waited out, one that it reported: {statuses:?}"
    );
    std::fs::remove_dir_all(own).unwrap();
}
