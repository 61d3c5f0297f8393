//! Running other programs and telling the user about it.

use std::io;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::OnceLock;

/// Tells the user, in one plain line, what happens next.
pub fn say(line: &str) {
    println!("==> {line}");
}

/// A command with the environment of the user's shell: without what `cargo run` adds for the program it
/// runs, which cargo-pgrx would take for the extension's own, and without libpq's defaults.
pub fn command(program: impl AsRef<std::ffi::OsStr>) -> Command {
    let mut command = Command::new(program);
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy();
        let from_cargo = name.starts_with("CARGO_PKG_")
            || name.starts_with("CARGO_MANIFEST_")
            || name == "LD_LIBRARY_PATH";
        let from_libpq = name.starts_with("PG") && !name.starts_with("PGRX");
        if from_cargo || from_libpq {
            command.env_remove(&*name);
        }
    }
    command
}

/// Cargo, the one that runs us when there is one.
pub fn cargo() -> Command {
    command(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// A command that needs root: as it is for root, through sudo for anybody else.
pub fn as_root(program: &str) -> Command {
    if is_root() {
        return command(program);
    }
    let mut sudo = command("sudo");
    sudo.arg(program);
    sudo
}

/// Whether we are root.
pub fn is_root() -> bool {
    static ROOT: OnceLock<bool> = OnceLock::new();
    *ROOT.get_or_init(|| user_id(&[]).is_ok_and(|id| id == 0))
}

/// `id -u`, or with arguments the number that `id` prints for them.
pub fn user_id(args: &[&str]) -> io::Result<u32> {
    let args = if args.is_empty() { &["-u"] } else { args };
    let text = capture(command("id").args(args))?;
    text.parse().map_err(io::Error::other)
}

/// Runs a command that talks to the user itself; an error unless it ends well.
pub fn run(command: &mut Command) -> io::Result<()> {
    let status = command.status().map_err(|e| unstartable(command, e))?;
    if status.success() {
        return Ok(());
    }
    Err(io::Error::other(format!(
        "{} ended with {status}",
        shown(command)
    )))
}

/// Runs a command and gives what it printed, trimmed; its complaints are in the error.
pub fn capture(command: &mut Command) -> io::Result<String> {
    let output = command
        .stdin(Stdio::null())
        .output()
        .map_err(|e| unstartable(command, e))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned());
    }
    Err(io::Error::other(format!(
        "{} ended with {}: {}",
        shown(command),
        output.status,
        String::from_utf8_lossy(&output.stderr).trim()
    )))
}

/// Whether a program can be started and succeeds, whatever it prints.
pub fn succeeds(command: &mut Command) -> bool {
    capture(command).is_ok()
}

/// The command as one would type it.
pub fn shown(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let name = program.file_name().unwrap_or(command.get_program());
    std::iter::once(name)
        .chain(command.get_args())
        .map(|word| word.to_string_lossy())
        .collect::<Vec<_>>()
        .join(" ")
}

fn unstartable(command: &Command, error: io::Error) -> io::Error {
    let program = command.get_program().to_string_lossy();
    io::Error::new(error.kind(), format!("cannot start {program}: {error}"))
}
