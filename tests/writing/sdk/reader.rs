//! The process in which Auth0's own SDK reads: it is asked a line and answers a line.

use auth0::write::Row;
use serde_json::{json, Value};
use simulator::Simulator;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};
use xtask::{command, places, python};

/// The SDK at work. It ends with the value.
pub struct Reader {
    child: Child,
    ask: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Reader {
    /// Starts it, with the pins of the simulator's own test.
    pub fn start() -> Reader {
        let pins = places::workspace().join("crates/simulator/tests/sdk/requirements.txt");
        let python = python::python(&pins).expect("a Python with the SDK");
        let mut child = command::command(python)
            .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/writing/sdk/read.py"))
            .env("NO_PROXY", "localhost")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the SDK starts");
        let ask = child.stdin.take().expect("its input");
        let answers = BufReader::new(child.stdout.take().expect("its output"));
        Reader {
            child,
            ask,
            answers,
        }
    }

    /// Says which tenant is read from now on; it must have a secure door.
    pub fn turn_to(&mut self, sim: &Simulator) {
        let url = sim.secure_url().expect("a secure door");
        self.answer(json!({
            "domain": url.replace("https://", ""),
            "certificate": sim.certificate(),
            "token": sim.token_with(json!({"iss": format!("{url}/")})),
        }));
    }

    /// The objects that it knows how to read.
    pub fn objects(&mut self) -> Vec<String> {
        let said = self.answer(json!({"objects": true}));
        let names = said["objects"].as_array().expect("names");
        let text = |name: &Value| name.as_str().expect("a name").to_owned();
        names.iter().map(text).collect()
    }

    /// All that it finds where this row of the object is.
    pub fn read(&mut self, object: &str, row: &Row) -> Vec<Value> {
        let said = self.answer(json!({"object": object, "row": row}));
        match &said["found"] {
            Value::Array(found) => found.clone(),
            _ => panic!("the SDK cannot read it: {}", said["error"]),
        }
    }

    fn answer(&mut self, asked: Value) -> Value {
        writeln!(self.ask, "{asked}").expect("it can be asked");
        let mut line = String::new();
        self.answers.read_line(&mut line).expect("an answer");
        serde_json::from_str(&line).unwrap_or_else(|e| panic!("{e}: {line:?}, asked {asked}"))
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        // What it does nobody waits for any more.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
