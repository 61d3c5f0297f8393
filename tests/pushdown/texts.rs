//! Never fewer rows: texts that a search compares in another way than Postgres, or reads as something else.

use crate::support::{found, named, searched, tenant_with};
use serde_json::json;

#[test]
fn mixed_case() {
    let mut world = named(&["Jane", "jane", "JANE"]);
    assert_eq!(found(&mut world, "name = 'Jane'"), "u0");
    assert_eq!(found(&mut world, "name in ('jane', 'JANE')"), "u1 u2");
    assert_eq!(found(&mut world, "name <> 'Jane'"), "u1 u2");
    assert_eq!(found(&mut world, "not (name = 'Jane' or blocked)"), "");
    assert_eq!(
        found(&mut world, "not (name = 'Jane') and blocked is null"),
        "u1 u2"
    );
    assert_eq!(found(&mut world, "name ilike 'jAn_'"), "u0 u1 u2");
    assert_eq!(found(&mut world, "username = 'jane'"), "u1");
    assert_eq!(found(&mut world, "username ilike 'jane'"), "u0 u1 u2");
    assert_eq!(found(&mut world, "lower(name) = 'jane'"), "u0 u1 u2");
}

#[test]
fn the_same_address_in_another_case() {
    let mut world = tenant_with(&[
        json!({"email": "Ann@Example.com"}),
        json!({"email": "ann@example.com"}),
        json!({"email": "Ann@Example.com"}),
    ]);
    assert_eq!(found(&mut world, "email = 'Ann@Example.com'"), "u0 u2");
    assert_eq!(found(&mut world, "email = 'ann@example.com'"), "u1");
    assert_eq!(found(&mut world, "email = 'ANN@EXAMPLE.COM'"), "");
    assert_eq!(
        found(&mut world, "email ilike 'ANN@EXAMPLE.COM'"),
        "u0 u1 u2"
    );
    // So many that they are searched for: neither lost nor doubled where searches overlap.
    let many: Vec<String> = (0..120)
        .map(|n| format!("'somebody.{n}@example.com'"))
        .collect();
    assert_eq!(
        found(
            &mut world,
            &format!(
                "email in ('Ann@Example.com', {}, 'ann@example.com')",
                many.join(",")
            )
        ),
        "u0 u1 u2"
    );
}

#[test]
fn spaces_at_the_ends() {
    let mut world = named(&["jane", "jane ", " jane", "jane  smith", "jane smith", " "]);
    assert_eq!(found(&mut world, "name = 'jane '"), "u1");
    assert_eq!(found(&mut world, "name = ' jane'"), "u2");
    assert_eq!(found(&mut world, "name = ' '"), "u5");
    assert_eq!(found(&mut world, "name in ('jane', 'jane ')"), "u0 u1");
    assert_eq!(found(&mut world, "name like 'jane %'"), "u1 u3 u4");
    assert_eq!(found(&mut world, "name = 'jane  smith'"), "u3");
    assert_eq!(found(&mut world, "name like '% '"), "u1 u5");
}

#[test]
fn quotes_and_backslashes() {
    let mut world = named(&["O'Brien", "a \"b\" c", "a\\b", "a\\", "\\\"", "\""]);
    assert_eq!(found(&mut world, "name = 'O''Brien'"), "u0");
    assert_eq!(found(&mut world, "name = 'a \"b\" c'"), "u1");
    assert_eq!(found(&mut world, r"name = 'a\b'"), "u2");
    assert_eq!(found(&mut world, r"name = 'a\'"), "u3");
    assert_eq!(found(&mut world, r#"name in ('\"', '"')"#), "u4 u5");
    assert_eq!(found(&mut world, r"name like 'a\\%'"), "u2 u3");
    assert_eq!(found(&mut world, "name like '%\"%'"), "u1 u4 u5");
    assert_eq!(searched(&mut world, r#"name = '\"'"#), r#"name:"\\\"""#);
}

#[test]
fn asterisks_and_question_marks_are_no_wildcards() {
    let mut world = named(&["a*c", "abc", "a?c", "*", "?", "abcc"]);
    assert_eq!(found(&mut world, "name = 'a*c'"), "u0");
    assert_eq!(found(&mut world, "name = '*'"), "u3");
    assert_eq!(found(&mut world, "name = '?'"), "u4");
    assert_eq!(found(&mut world, "name like 'a*%'"), "u0");
    assert_eq!(found(&mut world, "name ^@ 'a?'"), "u2");
    assert_eq!(found(&mut world, "name like '%*%'"), "u0 u3");
    assert_eq!(found(&mut world, "username in ('*', 'a*c')"), "u0 u3");
}

#[test]
fn percent_underscore_and_escapes() {
    let mut world = named(&["50% off", "50_off", "50 off", "50x off", "%", "_", "a\\%b"]);
    assert_eq!(found(&mut world, r"name like '50\%%'"), "u0");
    assert_eq!(found(&mut world, r"name like '50\_%'"), "u1");
    assert_eq!(found(&mut world, "name like '50_off'"), "u1 u2");
    assert_eq!(found(&mut world, "name like '50!%%' escape '!'"), "u0");
    assert_eq!(found(&mut world, r"name like '50\%%' escape ''"), "");
    assert_eq!(found(&mut world, r"name like '\%'"), "u4");
    assert_eq!(found(&mut world, "name like '_'"), "u4 u5");
    assert_eq!(found(&mut world, r"name like 'a\\\%b'"), "u6");
    assert_eq!(found(&mut world, r"name ^@ 'a\%'"), "u6");
    assert_eq!(found(&mut world, "name like '%%'"), "u0 u1 u2 u3 u4 u5 u6");
    assert_eq!(found(&mut world, "name not like '50%'"), "u4 u5 u6");
}

#[test]
fn words_of_the_search_language() {
    let names = [
        "AND",
        "OR",
        "NOT",
        "TO",
        "a AND b",
        "NOT a",
        "[a TO b]",
        "(a)",
        "name:a",
        "a~",
        "a^2",
        "-a",
        "+a",
        "a||b",
        "a && b",
        "/a/",
        "_exists_:name",
        ">a",
        "!",
    ];
    let mut world = named(&names);
    for (n, name) in names.iter().enumerate() {
        for condition in [
            format!("name = '{name}'"),
            format!("username = '{name}'"),
            format!("name in ('{name}', 'nobody')"),
            format!("name = '{name}' and (username = '{name}' or blocked)"),
        ] {
            assert_eq!(
                found(&mut world, &condition),
                format!("u{n}"),
                "{condition}"
            );
        }
        let starting = found(
            &mut world,
            &format!("name like '{}%'", name.replace('_', "\\_")),
        );
        assert!(
            starting.split(' ').any(|id| id == format!("u{n}")),
            "{name}: {starting}"
        );
        let holding = found(
            &mut world,
            &format!("name like '%{}%'", name.replace('_', "\\_")),
        );
        assert!(
            holding.split(' ').any(|id| id == format!("u{n}")),
            "{name}: {holding}"
        );
    }
}

#[test]
fn empty_texts() {
    let mut world = tenant_with(&[
        json!({"name": "", "username": "", "email": ""}),
        json!({}),
        json!({"name": "x"}),
    ]);
    assert_eq!(found(&mut world, "name = ''"), "u0");
    assert_eq!(found(&mut world, "email = ''"), "u0");
    assert_eq!(found(&mut world, "user_id = ''"), "");
    assert_eq!(found(&mut world, "name in ('', 'x')"), "u0 u2");
    assert_eq!(found(&mut world, "name is null"), "u1");
    assert_eq!(found(&mut world, "name is not null"), "u0 u2");
    assert_eq!(found(&mut world, "name like ''"), "u0");
    assert_eq!(found(&mut world, "name ^@ ''"), "u0 u2");
    assert_eq!(found(&mut world, "coalesce(username, '') = ''"), "u0 u1 u2");
}

#[test]
fn letters_beyond_ascii() {
    let names = [
        "İstanbul",
        "istanbul",
        "ISTANBUL",
        "ıstanbul",
        "Straße",
        "STRASSE",
        "strasse",
        "ΟΔΟΣ",
        "οδος",
        "οδοσ",
        "caf\u{e9}",
        "cafe\u{301}",
        "CAF\u{c9}",
        "\u{212a}elvin",
        "kelvin",
        "\u{17f}un",
        "sun",
        "ǅ",
        "日本語",
        "😀 x",
    ];
    let mut world = named(&names);
    for (n, name) in names.iter().enumerate() {
        assert_eq!(
            found(&mut world, &format!("name = '{name}'")),
            format!("u{n}"),
            "{name}"
        );
        assert_eq!(
            found(&mut world, &format!("username = '{name}'")),
            format!("u{n}"),
            "{name}"
        );
        let start: String = name.chars().take(1).collect();
        for condition in [
            format!("name ^@ '{start}'"),
            format!("name like '{start}%'"),
            format!("name ilike '{name}'"),
            format!("name ilike '%{name}%'"),
        ] {
            let ids = found(&mut world, &condition);
            assert!(
                ids.split(' ').any(|id| id == format!("u{n}")),
                "{condition}: {ids}"
            );
        }
    }
    found(&mut world, "name ilike 'i%'");
    found(&mut world, "name ilike '%stanbul'");
    found(&mut world, "name ilike 'K%'");
    found(&mut world, "name ilike 'kelvin'");
    found(&mut world, "name ilike 's%'");
    found(&mut world, "name ilike 'istanbul' collate \"tr-TR-x-icu\"");
    found(&mut world, "name ilike 'ISTANBUL' collate \"tr-TR-x-icu\"");
    found(&mut world, "name ilike 'kelvin' collate \"en-US-x-icu\"");
}

#[test]
fn very_long_texts() {
    let long = "x".repeat(300);
    let longer = format!("{}y", "é".repeat(2000));
    let mut world = named(&[&long, &format!("{long}z"), &longer, "x"]);
    assert_eq!(found(&mut world, &format!("name = '{long}'")), "u0");
    assert_eq!(found(&mut world, &format!("username = '{longer}'")), "u2");
    assert_eq!(found(&mut world, &format!("name like '{long}%'")), "u0 u1");
    assert_eq!(
        found(&mut world, &format!("name ^@ '{}'", &longer[..400])),
        "u2"
    );
    assert_eq!(found(&mut world, &format!("user_id = '{longer}'")), "");
    assert_eq!(
        found(&mut world, &format!("email = '{longer}@example.com'")),
        ""
    );
    assert_eq!(
        found(
            &mut world,
            &format!("user_id in ('u3', '{}')", "w".repeat(9000))
        ),
        "u3"
    );
}
