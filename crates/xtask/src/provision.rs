//! Installs what the commands need and the machine lacks, and says so.

use crate::command::{as_root, capture, cargo, command, is_root, run, say, shown, succeeds};
use crate::extension::pgrx;
use crate::pg_config::{debian, PgConfig, MAJORS, REFERENCE};
use crate::places::{tools, PGRX_VERSION};
use std::io;
use std::path::Path;

/// What building needs besides Postgres; bindgen reads Postgres' headers through libclang.
const BUILD_PACKAGES: [&str; 4] = ["build-essential", "clang", "libclang-dev", "pkg-config"];

/// What the tests need besides: the simulator is judged by Auth0's Python SDK in a virtual environment,
/// and logins must not leak through a connection pool.
const TEST_PACKAGES: [&str; 2] = ["pgbouncer", "python3-venv"];

/// Everything the extension is built with, and the Postgres to build it for: that of this `pg_config`, which
/// need not exist yet if it is where Debian would put it, else Debian's.
pub fn provision(pg_config: Option<&Path>) -> io::Result<PgConfig> {
    let mut wanted = missing(&BUILD_PACKAGES);
    let path = match pg_config {
        Some(path) => path.to_owned(),
        None => debian(debian_major()?),
    };
    if let Some(major) = MAJORS.into_iter().find(|major| path == debian(*major)) {
        let server = format!("postgresql-{major}");
        let headers = format!("postgresql-server-dev-{major}");
        wanted.extend(missing(&[&server, &headers]));
    }
    install(&wanted)?;
    let found = PgConfig::at(&path)?;
    let headers = found.directory("--includedir-server")?;
    if !headers.join("postgres.h").is_file() {
        let headers = headers.display();
        return Err(io::Error::other(format!(
            "the server's headers are missing from {headers}"
        )));
    }
    cargo_pgrx()?;
    Ok(found)
}

/// What the outside-in tests need.
pub fn provision_tests() -> io::Result<()> {
    install(&missing(&TEST_PACKAGES))
}

/// Installs these Debian packages, saying so; nothing to do for an empty list.
pub fn install(packages: &[String]) -> io::Result<()> {
    if packages.is_empty() {
        return Ok(());
    }
    let list = packages.join(" ");
    if !has_apt() {
        return Err(io::Error::other(format!(
            "this is not Debian, so please install what the Debian packages {list} contain"
        )));
    }
    if !is_root() && !succeeds(command("sudo").arg("-V")) {
        return Err(io::Error::other(format!(
            "neither root nor sudo here; as root, run: apt-get install {list}"
        )));
    }
    say(&format!("Installing Debian packages: {list}"));
    // What is asked on a terminal would stop a run that nobody watches.
    let apt = |arguments: &[&str]| {
        let mut apt = as_root("env");
        apt.args([
            "DEBIAN_FRONTEND=noninteractive",
            "apt-get",
            "-q",
            "-o",
            "DPkg::Lock::Timeout=300",
        ])
        .args(arguments);
        say(&shown(&apt));
        run(&mut apt)
    };
    apt(&["update"])?;
    let mut arguments = vec!["install", "-y", "--no-install-recommends"];
    arguments.extend(packages.iter().map(String::as_str));
    apt(&arguments)
}

/// Those of the packages that dpkg does not know as installed. Elsewhere than on Debian we cannot know, and
/// the build will say what it lacks.
pub fn missing(packages: &[&str]) -> Vec<String> {
    if !has_apt() {
        return Vec::new();
    }
    let installed = |package: &str| {
        let status =
            capture(command("dpkg-query").args(["-W", "-f", "${db:Status-Status}", package]));
        status.is_ok_and(|status| status == "installed")
    };
    let absent = packages.iter().filter(|package| !installed(package));
    absent.map(|package| (*package).to_owned()).collect()
}

fn has_apt() -> bool {
    succeeds(command("apt-get").arg("--version"))
}

/// The reference major where it is installed or can be, else what is installed, else the newest on offer.
fn debian_major() -> io::Result<u32> {
    let installed = |major: &u32| debian(*major).is_file();
    if installed(&REFERENCE) {
        return Ok(REFERENCE);
    }
    let newest_first = || MAJORS.into_iter().rev();
    let offered = |major: &u32| {
        let name = format!("postgresql-server-dev-{major}");
        capture(command("apt-cache").args(["show", &name])).is_ok_and(|text| !text.is_empty())
    };
    if has_apt() && !newest_first().any(|major| offered(&major)) {
        say("Reading Debian's package lists");
        run(as_root("apt-get").args(["-q", "update"]))?;
    }
    let found = std::iter::once(REFERENCE).find(offered);
    let found = found.or_else(|| newest_first().find(installed));
    found
        .or_else(|| newest_first().find(offered))
        .ok_or_else(|| io::Error::other("no Postgres found; name one with --pg-config PATH"))
}

/// What only the checks need: a toolchain installed with the minimal profile has neither rustfmt nor clippy.
pub fn provision_checks() -> io::Result<()> {
    for (component, subcommand) in [("rustfmt", "fmt"), ("clippy", "clippy")] {
        if succeeds(cargo().args([subcommand, "--version"])) {
            continue;
        }
        say(&format!("Installing the Rust component {component}"));
        run(command("rustup").args(["component", "add", component]))?;
    }
    Ok(())
}

/// Puts the pinned cargo-pgrx among our tools.
pub fn cargo_pgrx() -> io::Result<()> {
    let version = capture(pgrx().arg("--version"));
    if version.is_ok_and(|version| version.ends_with(PGRX_VERSION)) {
        return Ok(());
    }
    let root = tools();
    say(&format!(
        "Installing cargo-pgrx {PGRX_VERSION} into {} (once; takes some minutes)",
        root.display()
    ));
    let mut install = cargo();
    install
        .args([
            "install",
            "cargo-pgrx",
            "--locked",
            "--quiet",
            "--force",
            "--root",
        ])
        .arg(&root)
        .args(["--version", &format!("={PGRX_VERSION}")]);
    run(&mut install)
}
