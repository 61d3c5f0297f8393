//! The commands of this repository.

use std::io;
use std::path::PathBuf;
use std::process::ExitCode;
use xtask::{check, demo, extension, pg_config, provision};

const USAGE: &str = "\
cargo xtask demo [--stay] [--pg-config PATH]
    Runs the README's quick start against a simulated tenant and a throwaway Postgres.
    --stay keeps both running.

cargo xtask install [--pg-config PATH]
    Builds the extension and installs it into the Postgres of PATH, else of the pg_config on PATH,
    else Debian's.

cargo xtask test [FILTER] [--outside-in] [--pg-config PATH]
    Runs all checks and tests. With FILTER only the outside-in tests whose names contain it, with
    --outside-in all of those.

Each installs what it needs and the machine lacks, and says so.
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Some((name, rest)) = arguments.split_first() else {
        eprint!("{USAGE}");
        return ExitCode::from(2);
    };
    let outcome = match name.as_str() {
        "demo" => parse(rest).and_then(run_demo),
        "install" => parse(rest).and_then(run_install),
        "test" => parse(rest).and_then(run_test),
        "help" | "--help" | "-h" => {
            print!("{USAGE}");
            return ExitCode::SUCCESS;
        }
        _ => Err(Failure::Usage(format!("no such command: {name}"))),
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(Failure::Usage(what)) => {
            eprint!("error: {what}\n\n{USAGE}");
            ExitCode::from(2)
        }
        Err(Failure::Work(e)) => {
            eprintln!("error: {e}");
            ExitCode::FAILURE
        }
    }
}

enum Failure {
    Usage(String),
    Work(io::Error),
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Failure {
        Failure::Work(error)
    }
}

/// What was typed after the command.
#[derive(Default)]
struct Arguments {
    flags: Vec<String>,
    pg_config: Option<PathBuf>,
    filter: Option<String>,
}

impl Arguments {
    fn take(&mut self, flag: &str) -> bool {
        let before = self.flags.len();
        self.flags.retain(|f| f != flag);
        self.flags.len() < before
    }

    /// An error for what the command does not know.
    fn end(&self) -> Result<(), Failure> {
        match self.flags.first().or(self.filter.as_ref()) {
            Some(word) => Err(Failure::Usage(format!("this command does not take {word}"))),
            None => Ok(()),
        }
    }
}

fn parse(words: &[String]) -> Result<Arguments, Failure> {
    let mut arguments = Arguments::default();
    let mut words = words.iter();
    while let Some(word) = words.next() {
        if word == "--pg-config" {
            let path = words
                .next()
                .ok_or_else(|| Failure::Usage("--pg-config needs a path".into()))?;
            arguments.pg_config = Some(PathBuf::from(path));
        } else if word.starts_with('-') {
            arguments.flags.push(word.clone());
        } else if arguments.filter.is_none() {
            arguments.filter = Some(word.clone());
        } else {
            return Err(Failure::Usage(format!("one argument too many: {word}")));
        }
    }
    Ok(arguments)
}

fn run_demo(mut arguments: Arguments) -> Result<bool, Failure> {
    let stay = arguments.take("--stay");
    arguments.end()?;
    Ok(demo::demo(&demo::Options {
        stay,
        pg_config: arguments.pg_config,
    })?)
}

fn run_install(arguments: Arguments) -> Result<bool, Failure> {
    arguments.end()?;
    let fallback = pg_config::on_path();
    let postgres = provision::provision(arguments.pg_config.as_deref(), fallback.as_deref())?;
    extension::build_and_install(&postgres)?;
    Ok(true)
}

fn run_test(mut arguments: Arguments) -> Result<bool, Failure> {
    let outside_in = arguments.take("--outside-in");
    let filter = arguments.filter.take();
    arguments.end()?;
    Ok(check::test(&check::Options {
        filter,
        outside_in,
        pg_config: arguments.pg_config,
    })?)
}
