//! A Python with pinned packages, made when it is first asked for.

use crate::command::{capture, command};
use crate::places;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// The interpreter of a virtual environment with what this `requirements.txt` pins; there is one for each set of pins.
/// Needs the Debian package python3-venv.
pub fn python(requirements: &Path) -> io::Result<PathBuf> {
    static MAKING: Mutex<()> = Mutex::new(());
    let _one_at_a_time = MAKING.lock().unwrap_or_else(PoisonError::into_inner);
    let pins = std::fs::read_to_string(requirements)?;
    let name = pins.trim().replace(|c: char| !c.is_alphanumeric(), "-");
    let all = places::target().join("venv");
    let venv = all.join(&name);
    if !venv.exists() {
        // Other processes may be at it, too. What is complete gets the name, and the first to come.
        let ours = all.join(format!("{name}.{}", std::process::id()));
        let python = ours.join("bin/python");
        let pip = ["-m", "pip", "install", "--quiet"];
        capture(
            command("python3")
                .args(["-m", "venv", "--clear"])
                .arg(&ours),
        )?;
        capture(
            command(python)
                .args(pip)
                .args(["--disable-pip-version-check", "-r"])
                .arg(requirements),
        )?;
        if let Err(error) = std::fs::rename(&ours, &venv) {
            std::fs::remove_dir_all(&ours)?;
            if !venv.exists() {
                return Err(error);
            }
        }
    }
    Ok(venv.join("bin/python"))
}
