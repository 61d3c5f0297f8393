//! Time and memory.

use std::time::{Duration, Instant};

/// How long `work` takes.
pub fn time(work: impl FnOnce()) -> Duration {
    let start = Instant::now();
    work();
    start.elapsed()
}

/// The median duration of `rounds` runs.
pub fn median(rounds: usize, mut work: impl FnMut() -> Duration) -> Duration {
    middle((0..rounds).map(|_| work()).collect())
}

/// The medians of several things that take turns, so that a change of the machine's mood hits all alike.
/// One round before those that count warms everything up.
pub fn take_turns<const N: usize>(
    rounds: usize,
    mut works: [&mut dyn FnMut() -> Duration; N],
) -> [Duration; N] {
    let mut taken: [Vec<Duration>; N] = std::array::from_fn(|_| Vec::new());
    for round in 0..=rounds {
        for (work, taken) in works.iter_mut().zip(&mut taken) {
            let duration = work();
            if round > 0 {
                taken.push(duration);
            }
        }
    }
    taken.map(middle)
}

fn middle(mut durations: Vec<Duration>) -> Duration {
    durations.sort();
    durations[durations.len() / 2]
}

/// The median of figures.
pub fn middle_of(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}

/// Milliseconds, for people.
pub fn ms(duration: Duration) -> String {
    let ms = duration.as_secs_f64() * 1000.0;
    if ms < 10.0 {
        format!("{ms:.2} ms")
    } else {
        format!("{ms:.0} ms")
    }
}

/// The processor time that a process' main thread has had: other work on the machine does not count in it.
pub fn processor_time(pid: i32) -> Duration {
    let text = std::fs::read_to_string(format!("/proc/{pid}/schedstat")).expect("the backend runs");
    let nanoseconds = text
        .split_whitespace()
        .next()
        .and_then(|figure| figure.parse().ok());
    Duration::from_nanos(nanoseconds.expect("Linux tells schedstat"))
}

/// The most memory a process has had, in KiB.
pub fn rss_peak(pid: i32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).expect("the backend runs");
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .expect("Linux tells VmHWM");
    line.trim()
        .trim_end_matches(" kB")
        .parse()
        .expect("a number")
}
