//! What the product prints in the search's language, read by the simulator's own parser: every value comes back as that
//! one value, and every tree as that tree.

use auth0::plan::{Query as Printed, Term, Test};
use proptest::prelude::*;
use simulator::lucene::{Index, Query as Read, Value};

/// Any text, and texts made of what the language knows.
fn texts() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "AND",
        "OR",
        "NOT",
        "TO",
        " ",
        "  ",
        "\"",
        "\\",
        "\\\"",
        "*",
        "?",
        ":",
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        "^",
        "~",
        "+",
        "-",
        "&&",
        "||",
        "!",
        "/",
        ">",
        "=",
        "_exists_:",
        "a",
        "é",
        "e\u{301}",
        "İ",
        "ı",
        "😀",
        "\t",
        "\n",
        "\u{a0}",
        "\u{2028}",
        "5",
        "true",
        "null",
        "%",
        "_",
        ",",
        ";",
        "#",
    ]);
    prop_oneof![
        any::<String>(),
        prop::collection::vec(pieces, 0..12).prop_map(|pieces| pieces.concat())
    ]
}

fn fields() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        "name",
        "user_id",
        "app_metadata.plan",
        "identities.connection",
    ])
    .prop_map(String::from)
}

/// `field` is `text`, as it is read.
fn is(field: &str, text: &str) -> (String, String, bool) {
    (field.to_owned(), text.to_owned(), true)
}

/// The field, the text and whether it was quoted, of a query that is one comparison.
fn comparison(query: &Read) -> Option<(String, String, bool)> {
    match query {
        Read::Is(field, Value::Exact { text, quoted }) => {
            Some((field.name().to_owned(), text.clone(), *quoted))
        }
        _ => None,
    }
}

fn read(printed: &Printed) -> Read {
    let text = printed.to_string();
    Read::parse(Index::Users, &text).unwrap_or_else(|e| panic!("{text} is refused: {}", e.message))
}

/// A search that the product can build, from exact comparisons up.
fn searches() -> impl Strategy<Value = Printed> {
    let words = prop::sample::select(vec!["true", "false", "0", "13", "5.50"]);
    let leaf = prop_oneof![
        (
            fields(),
            prop::collection::vec(texts().prop_map(Term::Text), 1..4)
        )
            .prop_map(|(field, terms)| Printed::is(&field, terms)),
        words.prop_map(|word| Printed::is("app_metadata.n", vec![Term::Word(word.to_owned())])),
        fields().prop_map(|field| Printed::exists(&field)),
        Just(Printed::Test(
            "logins_count".into(),
            Test::Between(Some("3".into()), None)
        )),
        Just(Printed::Test(
            "name".into(),
            Test::Pattern(vec!["jane".into(), String::new()])
        )),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 1..4).prop_map(Printed::all),
            prop::collection::vec(inner.clone(), 1..4).prop_map(Printed::any),
            inner.prop_map(Printed::negated),
        ]
    })
}

/// The same tree in the reader's words; a list of terms is an OR.
fn same(printed: &Printed, read: &Read) -> bool {
    let all = |printed: &[Printed], read: &[Read]| {
        printed.len() == read.len()
            && printed
                .iter()
                .zip(read)
                .all(|(printed, read)| same(printed, read))
    };
    match (printed, read) {
        (Printed::And(parts), Read::And(read)) | (Printed::Or(parts), Read::Or(read)) => {
            all(parts, read)
        }
        (Printed::Not(inner), Read::Not(read)) => same(inner, read),
        (Printed::Test(field, Test::Exists), Read::Exists(read)) => field == read.name(),
        (Printed::Test(field, Test::Is(terms)), read) => {
            let read = match (terms.as_slice(), read) {
                ([_], one) => vec![one],
                (_, Read::Or(all)) => all.iter().collect(),
                _ => return false,
            };
            terms.len() == read.len()
                && terms.iter().zip(read).all(|(term, read)| {
                    let (text, quoted) = match term {
                        Term::Text(text) => (text, true),
                        Term::Word(word) => (word, false),
                    };
                    comparison(read) == Some((field.clone(), text.clone(), quoted))
                })
        }
        (Printed::Test(field, Test::Pattern(pieces)), Read::Is(read, Value::Wildcard(parts))) => {
            field == read.name() && pieces == parts
        }
        (
            Printed::Test(field, Test::Between(from, to)),
            Read::Is(read, Value::Range(first, last)),
        ) => {
            let text = |bound: &Option<simulator::lucene::Bound>| {
                bound.as_ref().map(|bound| bound.text.clone())
            };
            field == read.name() && *from == text(first) && *to == text(last)
        }
        _ => false,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_text_comes_back_as_that_one_value(field in fields(), text in texts()) {
        let printed = Printed::is(&field, vec![Term::Text(text.clone())]);
        prop_assert_eq!(comparison(&read(&printed)), Some(is(&field, &text)), "{}", printed);
    }

    #[test]
    fn texts_side_by_side_stay_apart(one in texts(), other in texts(), third in texts()) {
        let printed = Printed::all([
            Printed::is("name", vec![Term::Text(one.clone())]),
            Printed::any([
                Printed::is("user_id", vec![Term::Text(other.clone())]),
                Printed::is("nickname", vec![Term::Text(third.clone())]).negated(),
            ]),
        ]);
        let Read::And(all) = read(&printed) else { return Err(TestCaseError::fail(printed.to_string())) };
        let [first, Read::Or(any)] = all.as_slice() else { return Err(TestCaseError::fail(printed.to_string())) };
        let [second, Read::Not(last)] = any.as_slice() else { return Err(TestCaseError::fail(printed.to_string())) };
        prop_assert_eq!(comparison(first), Some(is("name", &one)));
        prop_assert_eq!(comparison(second), Some(is("user_id", &other)));
        prop_assert_eq!(comparison(last), Some(is("nickname", &third)));
    }

    #[test]
    fn a_tree_comes_back_as_that_tree(printed in searches()) {
        // A search for everything or nothing is never sent.
        prop_assume!(!matches!(printed, Printed::Everything | Printed::Nothing));
        let read = read(&printed);
        prop_assert!(same(&printed, &read), "{} was read as {:?}", printed, read);
    }
}
