//! The commands of this repository.

use std::io;
use std::path::PathBuf;
use std::process::ExitCode;
use xtask::{bench, check, chroot, demo, extension, pg_config, provision};

const USAGE: &str = "\
cargo xtask demo [--stay] [--pg-config PATH]
    Runs the README's quick start against a simulated tenant and a throwaway Postgres.
    --stay keeps both running.

cargo xtask install [--pg-config PATH]
    Builds the extension and installs it into the Postgres of PATH, else of the pg_config on PATH,
    else Debian's.

cargo xtask test [FILTER] [--outside-in] [--pg-config PATH | --pg 17|18]
    Runs all checks and tests. With FILTER only the outside-in tests whose names contain it, with
    --outside-in all of those. With --pg the outside-in tests run in a newer Debian with its Postgres,
    which is put below target/ once; needs root.

cargo xtask bench [PART] [--pg-config PATH]
    Measures the extension against a bare HTTP client that fetches and parses the same pages; with PART (large, memory,
    latency, warm, load, pushdown, tables, writing, python, tokens) only that.

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
        "bench" => parse(rest).and_then(run_bench),
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
    pg: Option<u32>,
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
        let pg = self.pg.map(|_| "--pg");
        match self
            .flags
            .first()
            .or(self.filter.as_ref())
            .map(String::as_str)
            .or(pg)
        {
            Some(word) => Err(Failure::Usage(format!("this command does not take {word}"))),
            None => Ok(()),
        }
    }
}

fn parse(words: &[String]) -> Result<Arguments, Failure> {
    let mut arguments = Arguments::default();
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let mut value = || {
            let value = words.next().cloned();
            value.ok_or_else(|| Failure::Usage(format!("{word} needs a value")))
        };
        if word == "--pg-config" {
            arguments.pg_config = Some(PathBuf::from(value()?));
        } else if word == "--pg" {
            let major = value()?.parse();
            arguments.pg = Some(major.map_err(|_| Failure::Usage("--pg takes 17 or 18".into()))?);
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
    let pg_config = arguments.pg_config.or_else(pg_config::on_path);
    let postgres = provision::provision(pg_config.as_deref())?;
    extension::build_and_install(&postgres)?;
    Ok(true)
}

fn run_bench(mut arguments: Arguments) -> Result<bool, Failure> {
    let part = arguments.filter.take();
    arguments.end()?;
    bench::bench(arguments.pg_config.as_deref(), part.as_deref())?;
    Ok(true)
}

fn run_test(mut arguments: Arguments) -> Result<bool, Failure> {
    let outside_in = arguments.take("--outside-in");
    let (filter, pg) = (arguments.filter.take(), arguments.pg.take());
    arguments.end()?;
    if let Some(major) = pg {
        return Ok(chroot::test(major, filter.as_deref())?);
    }
    Ok(check::test(&check::Options {
        filter,
        outside_in,
        pg_config: arguments.pg_config,
    })?)
}
