//! Every row of the table in docs/writing.md costs the requests it says.

use crate::support::writable;
use xtask::places;

#[test]
fn every_statement_costs_what_the_document_says() {
    let text =
        std::fs::read_to_string(places::workspace().join("docs/writing.md")).expect("the document");
    let mut world = writable(0);
    let mut id = String::new();
    let mut rows = 0;
    for line in text
        .lines()
        .filter(|line| line.starts_with("| `") && !line.contains("auth0_fdw."))
    {
        let line = line.replace("\\|", "\u{1}");
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let [statement, said] = cells.as_slice() else {
            panic!("not two cells: {line}")
        };
        let statement = statement
            .trim_matches('`')
            .replace('\u{1}', "|")
            .replace("$id", &id);
        world.sim.clear_journal();
        world.run(&statement);
        let mut made: Vec<(String, usize)> = Vec::new();
        for entry in world.sim.journal() {
            match made.iter_mut().find(|(method, _)| *method == entry.method) {
                Some((_, count)) => *count += 1,
                None => made.push((entry.method.clone(), 1)),
            }
        }
        let made: Vec<String> = made
            .iter()
            .map(|(method, count)| format!("{count} {method}"))
            .collect();
        assert_eq!(made.join(", "), *said, "{statement}");
        if id.is_empty() {
            id = world
                .value("select user_id from users where email = 'one@example.com'")
                .expect("an id");
        }
        rows += 1;
    }
    assert!(rows > 10, "only {rows} rows");
}
