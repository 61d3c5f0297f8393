//! Builds the extension with cargo-pgrx and puts it into a Postgres.

use crate::command::{as_root, command, is_root, run, say};
use crate::pg_config::PgConfig;
use crate::places::{pgrx_home, tools, workspace};
use std::collections::hash_map::DefaultHasher;
use std::fs;
use std::hash::{Hash, Hasher};
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What the built extension depends on, besides Postgres and the toolchain.
const SOURCES: [&str; 7] = [
    "Cargo.toml",
    "Cargo.lock",
    "auth0_fdw.control",
    "src",
    "sql",
    "crates/auth0",
    ".cargo",
];

/// The pinned cargo-pgrx.
pub fn pgrx() -> Command {
    let mut pgrx = command(tools().join("bin").join("cargo-pgrx"));
    pgrx.arg("pgrx");
    pgrx
}

/// The cargo features for this Postgres.
pub fn features(postgres: &PgConfig) -> [String; 3] {
    let feature = format!("pg{}", postgres.major());
    [
        "--no-default-features".to_owned(),
        "--features".to_owned(),
        feature,
    ]
}

/// The pgrx home that knows this Postgres and no other; to be `PGRX_HOME` of whatever compiles pgrx.
pub fn home(postgres: &PgConfig) -> io::Result<PathBuf> {
    let home = pgrx_home(postgres.major());
    let text = format!(
        "[configs]\npg{} = {:?}\n",
        postgres.major(),
        postgres.path()
    );
    let file = home.join("config.toml");
    // Its time stamp counts: pgrx is compiled anew when the file is newer.
    if fs::read_to_string(&file).ok().as_ref() != Some(&text) {
        fs::create_dir_all(&home)?;
        fs::write(file, text)?;
    }
    Ok(home)
}

/// Builds the extension for this Postgres and installs it, each only when something changed.
pub fn build_and_install(postgres: &PgConfig) -> io::Result<()> {
    let package = package(postgres)?;
    install(&package)
}

/// A tree with the extension's files as they shall stand below `/`.
fn package(postgres: &PgConfig) -> io::Result<PathBuf> {
    let home = home(postgres)?;
    let (tree, stamp) = (home.join("package"), home.join("package.stamp"));
    let state = state_of_sources(postgres)?;
    if tree.is_dir() && fs::read_to_string(&stamp).ok().as_ref() == Some(&state) {
        say("The extension is built already");
        return Ok(tree);
    }
    say(&format!(
        "Building the extension for {}",
        postgres.version()
    ));
    if tree.is_dir() {
        fs::remove_dir_all(&tree)?;
    }
    let mut package = pgrx();
    package
        .current_dir(workspace())
        .env("PGRX_HOME", &home)
        .args(["package", "--pg-config"])
        .arg(postgres.path())
        .arg("--out-dir")
        .arg(&tree)
        .args(features(postgres));
    run(&mut package)?;
    fs::write(stamp, state)?;
    Ok(tree)
}

/// Copies the files of a package tree that differ from what is installed. Not in place: a server that has the
/// old library loaded keeps it.
fn install(tree: &Path) -> io::Result<()> {
    let mut changed = 0;
    for from in files_below(tree)? {
        let inside = from.strip_prefix(tree).map_err(io::Error::other)?;
        let to = Path::new("/").join(inside);
        let content = fs::read(&from)?;
        if fs::read(&to).is_ok_and(|there| there == content) {
            continue;
        }
        if changed == 0 && !is_root() {
            say("Installing the extension through sudo");
        }
        say(&format!("Installing {}", to.display()));
        let mode = if to.extension().is_some_and(|e| e == "so") {
            "0755"
        } else {
            "0644"
        };
        // Renamed into place: who loads it meanwhile gets the old file or the new one.
        let mut beside = to.clone().into_os_string();
        beside.push(".new");
        run(as_root("install")
            .args(["-D", "-m", mode])
            .arg(&from)
            .arg(&beside))?;
        run(as_root("mv").arg("-f").arg(&beside).arg(&to))?;
        changed += 1;
    }
    if changed == 0 {
        say("The extension is installed already");
    }
    Ok(())
}

/// Changes whenever what would be built changes.
fn state_of_sources(postgres: &PgConfig) -> io::Result<String> {
    let mut hasher = DefaultHasher::new();
    for source in SOURCES {
        let path = workspace().join(source);
        let files = if path.is_file() {
            vec![path]
        } else {
            files_below(&path)?
        };
        for file in files {
            file.strip_prefix(workspace())
                .unwrap_or(&file)
                .hash(&mut hasher);
            fs::read(&file)?.hash(&mut hasher);
        }
    }
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let rustc = crate::command::capture(command(rustc).arg("--version"))?;
    (rustc, postgres.version(), postgres.path()).hash(&mut hasher);
    (std::env::var_os("RUSTFLAGS"), tools()).hash(&mut hasher);
    Ok(format!("{:016x}\n", hasher.finish()))
}

/// All files below a directory, in a fixed order; none if it does not exist.
fn files_below(dir: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    if !dir.is_dir() {
        return Ok(files);
    }
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        if path.is_dir() {
            files.extend(files_below(&path)?);
        } else {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}
