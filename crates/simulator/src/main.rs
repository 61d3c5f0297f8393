//! `cargo run -p simulator -- --users 250`: a tenant to play with, until Ctrl-C.

use simulator::{Bucket, Config, Simulator, SCOPES};
use std::process::ExitCode;
use std::time::Duration;

const USAGE: &str = "\
Usage: simulator [options]

  --users N          seed N users (250)
  --seed N           which population (1)
  --user-bytes N     make every user about N bytes of JSON
  --tied N           N of the users were created in one millisecond
  --odd              users with awkward values
  --each N           N objects of each other kind (7)
  --organizations N  N organizations (7)
  --members N        with N members together (21)
  --logs N           N tenant logs of one day (60)
  --port N           port on 127.0.0.1 (a free one)
  --latency-ms N     wait before every answer
  --index-lag-ms N   let search see writes later
  --bucket B,R       limit the rate: burst B, R requests a second
  --no-window        let listings be paged beyond 1000 rows
  --always-bare      never send totals
  --no-gzip          never compress answers
  --tls              serve https with a self-signed certificate
  --print-cert       print that certificate
";

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("simulator: {problem}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), String> {
    let Some((config, print_cert)) = parse(std::env::args().skip(1))? else {
        print!("{USAGE}");
        return Ok(());
    };
    let users = config.users;
    let simulator = Simulator::start(config).map_err(|e| e.to_string())?;
    let client = simulator.client();
    let url = simulator.url();
    println!("Auth0 tenant with {users} users at {url}");
    println!("client id:     {}", client.id);
    println!("client secret: {}", client.secret);
    println!("token:         {}", simulator.token(SCOPES));
    if print_cert {
        println!("{}", simulator.certificate().unwrap_or_default());
    }
    println!(
        "
create extension if not exists auth0_fdw;
create server auth0 foreign data wrapper auth0_fdw
  options (url '{url}', client_id '{}', client_secret '{}');
import foreign schema auth0 from server auth0 into public;
select user_id, email, created_at from users limit 5;

Ctrl-C ends it.",
        client.id, client.secret
    );
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|e| e.to_string())?;
    runtime
        .block_on(tokio::signal::ctrl_c())
        .map_err(|e| e.to_string())
}

/// The configuration and whether to print the certificate; None when help was asked for.
fn parse(mut args: impl Iterator<Item = String>) -> Result<Option<(Config, bool)>, String> {
    let mut config = Config {
        users: 250,
        ..Config::default()
    };
    let mut print_cert = false;
    while let Some(arg) = args.next() {
        let mut number = || -> Result<u64, String> {
            let value = args.next().ok_or(format!("{arg} needs a number"))?;
            value
                .parse()
                .map_err(|_| format!("{arg} needs a number, not {value:?}"))
        };
        match arg.as_str() {
            "--users" => config.users = number()? as usize,
            "--seed" => config.seed = number()?,
            "--user-bytes" => config.user_bytes = Some(number()? as usize),
            "--tied" => config.tied_users = number()? as usize,
            "--odd" => config.odd_values = true,
            "--each" => config.scale.each = number()? as usize,
            "--organizations" => config.scale.organizations = number()? as usize,
            "--members" => config.scale.members = number()? as usize,
            "--logs" => config.scale.logs = number()? as usize,
            "--port" => {
                config.port = u16::try_from(number()?).map_err(|_| "--port is at most 65535")?;
            }
            "--latency-ms" => config.latency = Duration::from_millis(number()?),
            "--index-lag-ms" => config.index_lag = Duration::from_millis(number()?),
            "--bucket" => {
                let value = args.next().unwrap_or_default();
                config.bucket = Some(bucket(&value).ok_or(format!(
                    "--bucket needs burst and rate, as in 10,2, not {value:?}"
                ))?);
            }
            "--no-window" => {
                config.window = None;
                config.total_cap = None;
            }
            "--always-bare" => config.always_bare = true,
            "--no-gzip" => config.gzip = false,
            "--tls" => config.tls = true,
            "--print-cert" => {
                config.tls = true;
                print_cert = true;
            }
            "--help" | "-h" => return Ok(None),
            _ => return Err(format!("unknown option {arg}\n\n{USAGE}")),
        }
    }
    Ok(Some((config, print_cert)))
}

fn bucket(text: &str) -> Option<Bucket> {
    let (burst, rate) = text.split_once(',')?;
    let bucket = Bucket {
        burst: burst.trim().parse().ok()?,
        per_second: rate.trim().parse().ok()?,
    };
    (bucket.burst > 0 && bucket.per_second > 0.0).then_some(bucket)
}
