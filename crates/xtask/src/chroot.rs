//! `cargo xtask test --pg NN`: the outside-in tests in a newer Debian, below the build directory.
//!
//! Every mount is made in a mount namespace of its own, so all are undone when the last process in it is
//! gone, however it ended. The tests' processes end with us: they are in a process namespace as well.

use crate::command::{as_root, capture, cargo, command, run, say};
use crate::pg_config::debian;
use crate::places::{target, tools, workspace};
use crate::provision::{cargo_pgrx, install, missing};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The Debian release that packages each Postgres major.
const RELEASES: [(u32, &str); 2] = [(17, "trixie"), (18, "forky")];

/// Where Debian is, unless the host's apt gets its own from somewhere else.
const DEFAULT_MIRROR: &str = "http://deb.debian.org/debian";

/// Our settings for the apt inside.
const APT_CONF: &str = "\
Acquire::Check-Valid-Until \"false\";
Acquire::https::CAInfo \"/etc/ssl/host.crt\";
APT::Install-Recommends \"false\";
";

/// Whom the host trusts, and where that stands inside: the package ca-certificates writes where the host has it.
const CERTIFICATES: (&str, &str) = ("/etc/ssl/certs/ca-certificates.crt", "/etc/ssl/host.crt");

/// Services are not started while packages are installed.
const POLICY: &str = "#!/bin/sh\nexit 101\n";

/// Mounts what the tests need from the host, runs them inside. Arguments: the root, then pairs of option and
/// directory to mount, a `--`, and the command. Without `exec`, since process 1 of a namespace ignores Ctrl-C.
const INSIDE: &str = r#"set -e
root=$1
shift
rm -rf "$root"/tmp/*
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
while [ "$1" != -- ]; do
    mkdir -p "$root$2"
    mount -o "$1" "$2" "$root$2"
    shift 2
done
shift
chroot "$root" "$@"
"#;

/// Runs the outside-in tests whose names contain the filter with Debian's package of this Postgres; whether
/// all passed.
pub fn test(major: u32, filter: Option<&str>) -> io::Result<bool> {
    let release = RELEASES
        .iter()
        .find(|(m, _)| *m == major)
        .map(|(_, release)| release);
    let release = release.ok_or_else(|| io::Error::other("--pg takes 17 or 18"))?;
    install(&missing(&["debootstrap"]))?;
    cargo_pgrx()?;
    let home = target().join("chroot").join(format!("pg{major}"));
    let root = home.join("root");
    debian_tree(release, &home, &root)?;
    network_files(&root)?;
    // The chroot reads what cargo has downloaded and writes nothing there, hence all of it now.
    run(cargo().current_dir(workspace()).args(["fetch", "--quiet"]))?;
    let sysroot = PathBuf::from(capture(command("rustc").args(["--print", "sysroot"]))?);
    if sysroot == Path::new("/usr") {
        return Err(io::Error::other(
            "a Rust toolchain outside /usr is needed, such as rustup's",
        ));
    }
    let build = home.join("target");
    let bin = build.join("tools/bin");
    fs::create_dir_all(&bin)?;
    fs::copy(tools().join("bin/cargo-pgrx"), bin.join("cargo-pgrx"))?;
    let xtask = build.join("tools/bin/xtask");
    fs::copy(std::env::current_exe()?, &xtask)?;

    say(&format!("Testing in Debian {release}, {}", root.display()));
    let mut inside = as_root("unshare");
    inside
        .args([
            "--mount",
            "--pid",
            "--fork",
            "--kill-child",
            "sh",
            "-c",
            INSIDE,
            "sh",
        ])
        .arg(&root);
    for (options, dir) in [
        ("bind", workspace()),
        ("bind", &build),
        ("bind,ro", &sysroot),
        ("bind,ro", &cargo_home()?),
    ] {
        inside.arg(options).arg(dir);
    }
    inside
        .args(["--", "env", "-i"])
        .args(environment(&sysroot, &build)?);
    inside
        .arg(xtask)
        .args(["test", "--outside-in", "--pg-config"])
        .arg(debian(major));
    inside.args(filter);
    Ok(inside.status()?.success())
}

/// A Debian of that release below `root`, made once.
fn debian_tree(release: &str, home: &Path, root: &Path) -> io::Result<()> {
    let stamp = home.join("root.stamp");
    if stamp.is_file() {
        return Ok(());
    }
    fs::create_dir_all(home)?;
    // What an interrupted run left is of no use.
    run(as_root("rm").arg("-rf").arg(root))?;
    let (mirror, settings) = (mirror(), apt_settings());
    say(&format!(
        "Making a Debian {release} in {} from {mirror} (once)",
        root.display()
    ));
    let mut make = as_root("env");
    if let Some(proxy) = settings
        .iter()
        .find_map(|line| line.strip_prefix("Acquire::http::Proxy "))
    {
        make.arg(format!("http_proxy={}", proxy.trim_matches(['"', ';'])));
    }
    // The script that does for sid does for every release that this debootstrap is too old to know.
    make.args([
        "unshare",
        "--mount",
        "debootstrap",
        "--variant=minbase",
        release,
    ]);
    make.arg(root)
        .args([&mirror, "/usr/share/debootstrap/scripts/sid"]);
    run(&mut make)?;
    let conf = format!("{APT_CONF}{}\n", settings.join("\n"));
    for (path, mode, content) in [
        ("etc/apt/apt.conf.d/90auth0_fdw", "644", conf.as_str()),
        ("usr/sbin/policy-rc.d", "755", POLICY),
    ] {
        let draft = home.join("draft");
        fs::write(&draft, content)?;
        run(as_root("install")
            .args(["-D", "-m", mode])
            .args([draft, root.join(path)]))?;
    }
    fs::write(stamp, release)
}

/// What the network inside needs of the host's, as it is now.
fn network_files(root: &Path) -> io::Result<()> {
    let same = |path| (path, path);
    for (from, to) in [CERTIFICATES, same("/etc/resolv.conf"), same("/etc/hosts")] {
        if Path::new(from).is_file() {
            run(as_root("install")
                .args(["-D", "-m", "644", from])
                .arg(root.join(to.trim_start_matches('/'))))?;
        }
    }
    Ok(())
}

/// Where the host's apt gets the main part of Debian from.
fn mirror() -> String {
    let os = fs::read_to_string("/etc/os-release").unwrap_or_default();
    let codename = os
        .lines()
        .find_map(|line| line.strip_prefix("VERSION_CODENAME="));
    let format = "$(REPO_URI) $(RELEASE)";
    let sources = capture(command("apt-get").args([
        "indextargets",
        "--format",
        format,
        "Created-By: Packages",
    ]));
    let found = sources.unwrap_or_default().lines().find_map(|line| {
        let (uri, release) = line.split_once(' ')?;
        let debian = uri.trim_end_matches('/').ends_with("/debian");
        (debian && Some(release) == codename).then(|| uri.to_owned())
    });
    found.unwrap_or_else(|| DEFAULT_MIRROR.to_owned())
}

/// The host's apt settings about proxies, certificates and dates, as they stand in a configuration file.
fn apt_settings() -> Vec<String> {
    let dump = capture(command("apt-config").arg("dump")).unwrap_or_default();
    let kinds = [
        "Acquire::http::",
        "Acquire::https::",
        "Acquire::Check-",
        "Acquire::Retries",
    ];
    let wanted = |line: &&str| kinds.iter().any(|kind| line.starts_with(kind));
    dump.lines().filter(wanted).map(str::to_owned).collect()
}

fn cargo_home() -> io::Result<PathBuf> {
    if let Some(home) = std::env::var_os("CARGO_HOME") {
        return Ok(PathBuf::from(home));
    }
    let home = std::env::var_os("HOME").ok_or_else(|| io::Error::other("HOME is not set"))?;
    Ok(Path::new(&home).join(".cargo"))
}

/// The environment inside, for `env`.
fn environment(sysroot: &Path, build: &Path) -> io::Result<Vec<String>> {
    let toolchain = sysroot.join("bin");
    let path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    let mut variables = vec![
        format!("PATH={}:{path}", toolchain.display()),
        format!("CARGO={}", toolchain.join("cargo").display()),
        format!("CARGO_HOME={}", cargo_home()?.display()),
        format!("CARGO_TARGET_DIR={}", build.display()),
        "CARGO_NET_OFFLINE=true".to_owned(),
        "HOME=/root".to_owned(),
        "LANG=C.UTF-8".to_owned(),
    ];
    if Path::new(CERTIFICATES.0).is_file() {
        variables.push(format!("SSL_CERT_FILE={}", CERTIFICATES.1));
    }
    let kept = [
        "TERM",
        "RUST_BACKTRACE",
        "http_proxy",
        "https_proxy",
        "no_proxy",
    ];
    for name in kept {
        if let Ok(value) = std::env::var(name) {
            variables.push(format!("{name}={value}"));
        }
    }
    Ok(variables)
}
