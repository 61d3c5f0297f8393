//! Which Postgres: its `pg_config`, its version, its directories.

use crate::command::{capture, command};
use std::io;
use std::path::{Path, PathBuf};

/// Names the `pg_config` that tests run with.
pub const PG_CONFIG_VARIABLE: &str = "AUTH0_FDW_PG_CONFIG";

/// The majors that the extension can be built for.
pub const MAJORS: [u32; 5] = [14, 15, 16, 17, 18];

/// The major that everything is measured by.
pub const REFERENCE: u32 = 15;

/// One installed Postgres.
#[derive(Clone, Debug)]
pub struct PgConfig {
    path: PathBuf,
    version: String,
    major: u32,
}

impl PgConfig {
    /// The Postgres of this `pg_config`.
    pub fn at(path: &Path) -> io::Result<PgConfig> {
        let version = capture(command(path).arg("--version"))?;
        let major = major(&version)
            .filter(|major| MAJORS.contains(major))
            .ok_or_else(|| {
                let path = path.display();
                io::Error::other(format!(
                    "{path} is of {version}; supported are Postgres 14 to 18"
                ))
            })?;
        let path = path.to_owned();
        Ok(PgConfig {
            path,
            version,
            major,
        })
    }

    /// The Postgres that tests run with: `AUTH0_FDW_PG_CONFIG`, else Debian's package of the reference major.
    pub fn for_tests() -> io::Result<PgConfig> {
        match std::env::var_os(PG_CONFIG_VARIABLE) {
            Some(path) => PgConfig::at(Path::new(&path)),
            None => PgConfig::at(&debian(REFERENCE)),
        }
    }

    /// The `pg_config` itself.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// 15, 17…
    pub fn major(&self) -> u32 {
        self.major
    }

    /// As the program says it: `PostgreSQL 15.13 (Debian …)`.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// One of the directories it knows, such as `--bindir`.
    pub fn directory(&self, option: &str) -> io::Result<PathBuf> {
        capture(command(&self.path).arg(option)).map(PathBuf::from)
    }
}

/// Where Debian's package of a major has its `pg_config`.
pub fn debian(major: u32) -> PathBuf {
    PathBuf::from(format!("/usr/lib/postgresql/{major}/bin/pg_config"))
}

/// The first `pg_config` on PATH that has its server beside it. Debian puts a client's one in /usr/bin.
pub fn on_path() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .filter(|dir| dir.join("postgres").is_file())
        .map(|dir| dir.join("pg_config"))
        .find(|file| file.is_file())
}

fn major(version: &str) -> Option<u32> {
    let number = version.split_whitespace().nth(1)?;
    let digits = number.split(|c: char| !c.is_ascii_digit()).next()?;
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::major;

    #[test]
    fn the_major_is_read_from_releases_and_previews() {
        assert_eq!(major("PostgreSQL 15.13 (Debian 15.13-0+deb12u1)"), Some(15));
        assert_eq!(major("PostgreSQL 18beta2"), Some(18));
        assert_eq!(major("PostgreSQL"), None);
    }
}
