//! `cargo xtask test`: everything that can be proved about this checkout, in one run.

use crate::command::{cargo, say, shown};
use crate::extension;
use crate::pg_config::{PgConfig, PG_CONFIG_VARIABLE};
use crate::places::workspace;
use crate::provision::{provision, provision_checks, provision_tests};
use std::io::{self, BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// What to test, and with which Postgres.
#[derive(Debug, Default)]
pub struct Options {
    /// Only the outside-in tests whose names contain this.
    pub filter: Option<String>,
    /// Only the outside-in tests.
    pub outside_in: bool,
    /// Not Debian 12's Postgres but this one's.
    pub pg_config: Option<PathBuf>,
}

/// Runs the tests; whether all of them passed. A failing step does not keep later ones from running, unless
/// there is nothing to test without it.
pub fn test(options: &Options) -> io::Result<bool> {
    let postgres = provision(options.pg_config.as_deref())?;
    provision_tests()?;
    let mut report = Report::new(&postgres)?;
    if options.filter.is_none() && !options.outside_in {
        provision_checks()?;
        report.step("format", cargo().args(["fmt", "--all", "--check"]))?;
        let mut clippy = cargo();
        clippy.args(["clippy", "--workspace", "--all-targets", "--quiet"]);
        clippy
            .args(extension::features(&postgres))
            .args(["--", "-D", "warnings"]);
        report.step("clippy", &mut clippy)?;
        let packages = ["-p", "auth0", "-p", "simulator", "-p", "xtask"];
        report.step(
            "unit tests",
            cargo()
                .args(["test", "--quiet", "--no-fail-fast"])
                .args(packages),
        )?;
    }
    if report.within("extension", || extension::build_and_install(&postgres)) {
        let mut outside_in = cargo();
        outside_in.args(["test", "-p", "outside-in", "--no-fail-fast"]);
        if let Some(filter) = &options.filter {
            outside_in.args(["--", filter]);
        }
        report.step("outside-in tests", &mut outside_in)?;
        if options.filter.is_some() && report.results.is_empty() {
            report
                .steps
                .push(("no outside-in test has such a name", false, Duration::ZERO));
        }
    }
    Ok(report.print())
}

struct Report {
    environment: Vec<(&'static str, PathBuf)>,
    steps: Vec<(&'static str, bool, Duration)>,
    /// The test runner's own words.
    results: Vec<String>,
}

impl Report {
    fn new(postgres: &PgConfig) -> io::Result<Report> {
        let environment = vec![
            ("PGRX_HOME", extension::home(postgres)?),
            (PG_CONFIG_VARIABLE, postgres.path().to_owned()),
        ];
        Ok(Report {
            environment,
            steps: Vec::new(),
            results: Vec::new(),
        })
    }

    /// Runs a command whose output the user sees; what a test runner sums up is kept for the end.
    fn step(&mut self, name: &'static str, command: &mut Command) -> io::Result<()> {
        say(&format!("{name}: {}", shown(command)));
        let started = Instant::now();
        command
            .current_dir(workspace())
            .envs(self.environment.iter().map(|(n, v)| (n, v)));
        let mut child = command.stdout(Stdio::piped()).spawn()?;
        if let Some(output) = child.stdout.take() {
            let mut ours = io::stdout().lock();
            for line in BufReader::new(output).split(b'\n') {
                let line = line?;
                ours.write_all(&line)?;
                ours.write_all(b"\n")?;
                ours.flush()?;
                let text = String::from_utf8_lossy(&line);
                // A binary of which nothing ran has nothing to say.
                let empty = text.contains(" 0 passed; 0 failed; 0 ignored");
                if text.starts_with("test result:") && !empty {
                    self.results.push(text.into_owned());
                }
            }
        }
        let passed = child.wait()?.success();
        self.steps.push((name, passed, started.elapsed()));
        Ok(())
    }

    /// The same for a step that is not a single command.
    fn within(&mut self, name: &'static str, work: impl FnOnce() -> io::Result<()>) -> bool {
        say(name);
        let started = Instant::now();
        let outcome = work();
        if let Err(e) = &outcome {
            eprintln!("error: {e}");
        }
        self.steps.push((name, outcome.is_ok(), started.elapsed()));
        outcome.is_ok()
    }

    /// Prints how each step went and then every summary line of the test runner.
    fn print(&self) -> bool {
        println!();
        say("Summary");
        for (name, passed, time) in &self.steps {
            let word = if *passed { "ok" } else { "FAILED" };
            println!("{word:6} {name} ({:.1} s)", time.as_secs_f32());
        }
        for line in &self.results {
            println!("{line}");
        }
        self.steps.iter().all(|(_, passed, _)| *passed)
    }
}
