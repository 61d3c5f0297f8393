//! Conditions and their values become calls, for objects whose list takes no search: what stands in the path, look-ups
//! by key, parameters that leave rows out.
//!
//! What a call says of its rows is never narrower than the conditions, and Postgres looks at each row again.

use std::collections::BTreeMap;

use super::bind::{is_placeable, is_sayable, keys, MOST_LOOKUPS};
use super::filter::{Comparison, Filter, Truth, Value};
use super::range;
use super::reads::Reads;
use crate::catalog::template::{self, Put};
use crate::catalog::{self, ByKey, Object, Paging, Param, ParamKind, Shape};
use crate::engine::{Ask, Fan, ScanRequest, Sketch};

/// Most texts in one call's parameters: a URL has an end.
const MOST_TEXTS: usize = 20;

/// What a query says of an object.
#[derive(Debug, Default)]
struct Known {
    /// For keys, the texts that are wanted.
    texts: BTreeMap<&'static str, Vec<Put>>,
    /// Parameters beside those of texts.
    params: Vec<(&'static str, String)>,
}

/// The calls for the rows of `object` that the conditions hold for, of which `reads` are wanted. `lookups`: how many look-ups
/// cost no more than the list.
pub fn route(
    object: &'static Object,
    conjuncts: &[&Filter],
    values: &[Value],
    lookups: usize,
    reads: &Reads,
) -> Ask {
    let mut known = Known::default();
    for key in object.keys() {
        let lists = conjuncts
            .iter()
            .filter(|one| one.key(object) == Some(key))
            .filter_map(|one| keys(object, one, values));
        if let Some(shortest) = lists.min_by_key(Vec::len) {
            if shortest.is_empty() {
                return Ask::Nothing;
            }
            known.texts.insert(key, shortest);
        }
    }
    for conjunct in conjuncts {
        for (name, text) in other_param(object, conjunct, values) {
            // One of each is enough: Postgres looks again.
            if !known.params.iter().any(|(known, _)| *known == name) {
                known.params.push((name, text));
            }
        }
    }
    if known.is_backwards(object) {
        return Ask::Nothing;
    }
    known.ask(object, lookups.max(MOST_LOOKUPS), reads)
}

/// Whether all rows of the object are asked for.
pub fn is_whole(ask: &Ask) -> bool {
    match ask {
        Ask::Search(None) => true,
        Ask::Lists(lists) => lists
            .iter()
            .all(|list| list.given.is_empty() && list.params == 0),
        Ask::Fan(fan) => {
            is_whole(&fan.parent.ask)
                && fan.only.is_empty()
                && fan
                    .lists
                    .iter()
                    .all(|list| list.known.is_empty() && list.params.is_empty())
        }
        _ => false,
    }
}

impl Known {
    /// Whether the days end before they begin.
    fn is_backwards(&self, object: &Object) -> bool {
        let day = |kind: ParamKind| {
            let param = object.params.iter().find(|param| param.kind == kind)?;
            let (_, day) = self.params.iter().find(|(name, _)| *name == param.name)?;
            // What EXPLAIN does not know yet is no number.
            day.parse::<u64>().ok()
        };
        match (day(ParamKind::FromDay), day(ParamKind::ToDay)) {
            (Some(from), Some(to)) => from > to,
            _ => false,
        }
    }

    fn ask(&self, object: &'static Object, lookups: usize, reads: &Reads) -> Ask {
        for by in object.by_key {
            if by.single && !reads.is_looked_up() {
                continue;
            }
            if let Some(sketches) = self.look_up(object, by, lookups) {
                return lists(sketches);
            }
        }
        let listed = self.listed(object);
        match reads.detail {
            Some(by) if !matches!(listed, Ask::Nothing | Ask::Needs(_)) => {
                self.each(object, by, listed, reads)
            }
            _ => listed,
        }
    }

    /// Each row of the list, or of those of it that are wanted, by its id.
    fn each(&self, object: &'static Object, by: &'static ByKey, listed: Ask, reads: &Reads) -> Ask {
        let variables = template::variables(by.path);
        let columns: Vec<_> = variables.map(|name| (name, object.key_of(name))).collect();
        let wanted = |(_, key): &(_, &'static str)| Some((*key, self.texts.get(key)?.clone()));
        let keys = columns
            .iter()
            .map(|(_, key)| *key)
            .chain(reads.listed.iter().copied());
        Ask::Fan(Box::new(Fan {
            parent: ScanRequest {
                keys: keys.map(str::to_owned).collect(),
                whole: false,
                narrow: true,
                ask: listed,
                ..ScanRequest::of(object)
            },
            only: columns.iter().filter_map(wanted).collect(),
            columns,
            lists: vec![Sketch {
                object,
                template: by.path,
                shape: Shape::One,
                paging: Paging::None,
                known: Vec::new(),
                params: Vec::new(),
                keep: None,
            }],
            given: reads.listed.clone(),
        }))
    }

    /// The list, or those of all parents.
    fn listed(&self, object: &'static Object) -> Ask {
        let mut known: Vec<(&'static str, Vec<Put>)> = Vec::new();
        let mut lacking = Vec::new();
        for variable in object.variables() {
            let fixed = object.values.iter().find(|(name, _)| *name == variable);
            if let Some(texts) = self.texts.get(object.key_of(variable)) {
                // What no path can say is no row's value: rows have what the path says.
                let fits = |put: &&Put| !matches!(put, Put::Value(text) if !is_placeable(text));
                known.push((variable, texts.iter().filter(fits).cloned().collect()));
            } else if let Some((_, values)) = fixed {
                let values = values.iter().map(|value| Put::Value((*value).to_owned()));
                known.push((variable, values.collect()));
            } else {
                lacking.push(variable);
            }
        }
        let one = |(_, texts): &(_, Vec<Put>)| {
            matches!(texts.as_slice(), [Put::Value(_) | Put::Words(_)])
        };
        let alone = lacking.is_empty() && known.iter().all(one);
        let Some(variants) = self.variants(object, alone) else {
            return Ask::Nothing;
        };
        let sketch = |known: Vec<(&'static str, Put)>| {
            variants.iter().map(move |(params, keep)| Sketch {
                object,
                template: object.path,
                shape: object.shape,
                paging: object.paging,
                known: known.clone(),
                params: params.clone(),
                keep: keep.clone(),
            })
        };
        if lacking.is_empty() {
            return lists(product(&known).into_iter().flat_map(sketch).collect());
        }
        let from_parent = |variable: &&str| {
            let mut columns = object.parent.iter().flat_map(|parent| parent.columns);
            columns.any(|(own, _)| own == variable)
        };
        if !lacking.iter().all(from_parent) {
            lacking.retain(|variable| !from_parent(variable));
            return Ask::Needs(lacking);
        }
        let Some((parent, of)) = object
            .parent
            .as_ref()
            .and_then(|parent| Some((parent, catalog::find(parent.object)?)))
        else {
            return Ask::Needs(lacking);
        };
        // What is known of the parent's rows narrows them; all that it has goes into the path.
        let mut above = Known::default();
        let (mut columns, mut only) = (Vec::new(), Vec::new());
        for (own, theirs) in parent.columns {
            let key = of.named(theirs).map_or(*theirs, |column| column.key);
            columns.push((*own, key));
            if let Some(position) = known.iter().position(|(name, _)| name == own) {
                let texts = known.remove(position).1;
                only.push((key, texts.clone()));
                above.texts.insert(key, texts);
            }
        }
        let ask = match of.is_searched() {
            true => Ask::Search(None),
            false => above.ask(of, MOST_LOOKUPS, &Reads::default()),
        };
        if ask == Ask::Nothing {
            return ask;
        }
        let parent = ScanRequest {
            keys: columns.iter().map(|(_, key)| (*key).to_owned()).collect(),
            whole: false,
            narrow: true,
            ask,
            ..ScanRequest::of(of)
        };
        Ask::Fan(Box::new(Fan {
            parent,
            columns,
            only,
            lists: product(&known).into_iter().flat_map(sketch).collect(),
            given: Vec::new(),
        }))
    }

    /// Look-ups by a key, if there are not too many.
    fn look_up(
        &self,
        object: &'static Object,
        by: &'static ByKey,
        lookups: usize,
    ) -> Option<Vec<Sketch>> {
        let mut known = Vec::new();
        for variable in template::variables(by.path) {
            let texts = self.texts.get(object.key_of(variable))?;
            let said = |put: &Put| !matches!(put, Put::Value(text) if !is_placeable(text));
            if !texts.iter().all(said) {
                return None;
            }
            known.push((variable, texts.clone()));
        }
        let all = product(&known);
        // The list of a child costs a call a parent, be they ever so many.
        let any = lookups == usize::MAX || object.variables().next().is_some();
        let few = any || all.len() <= lookups;
        let otherwise = |(name, put)| match put {
            Put::Each(text) if !any => (
                name,
                Put::Each(format!("{text}, or the list for more than {lookups}")),
            ),
            put => (name, put),
        };
        let all = all
            .into_iter()
            .map(|known| known.into_iter().map(otherwise).collect());
        let sketches = all.map(|known| Sketch {
            object,
            template: by.path,
            shape: if by.single { Shape::One } else { object.shape },
            paging: if by.single {
                Paging::None
            } else {
                object.paging
            },
            known,
            params: Vec::new(),
            keep: None,
        });
        few.then(|| sketches.collect())
    }

    /// The sets of parameters that calls are made with, and which rows are kept of each. `None` if no row can match. Several
    /// values of a parameter are a call each, and so more than the list without it, unless that is one list, of any
    /// length.
    #[allow(clippy::type_complexity)]
    fn variants(
        &self,
        object: &'static Object,
        alone: bool,
    ) -> Option<Vec<(Vec<(&'static str, String)>, Option<(&'static str, String)>)>> {
        let mut params = self.params.clone();
        let mut several: Option<(&'static Param, Vec<String>)> = None;
        for param in object.params.iter().filter(|one| one.kind.is_of_texts()) {
            let Some(texts) = self.texts.get(object.key_of(param.column)) else {
                continue;
            };
            let each = texts.iter().any(|put| matches!(put, Put::Each(_)));
            let texts: Vec<String> = texts.iter().cloned().map(Put::shown).collect();
            let said = |text: &String| {
                is_sayable(text) && !(param.kind == ParamKind::Joined && text.contains(','))
            };
            if texts.len() > MOST_TEXTS || !texts.iter().all(said) {
                continue;
            }
            match (param.kind, texts.as_slice()) {
                (ParamKind::AnyOf, _) => {
                    params.extend(texts.into_iter().map(|text| (param.name, text)));
                }
                (ParamKind::Joined, _) => params.push((param.name, texts.join(","))),
                (_, [_]) if each && !alone => {}
                (_, [text]) => params.push((param.name, text.clone())),
                // One parameter at a time has a call for each of its values.
                _ if alone && several.is_none() && texts.len() <= MOST_LOOKUPS => {
                    several = Some((param, texts));
                }
                _ => {}
            }
        }
        let Some((param, texts)) = several else {
            return Some(vec![(params, None)]);
        };
        let key = object.named(param.column)?.key;
        Some(
            texts
                .into_iter()
                .map(|text| {
                    let mut own = params.clone();
                    own.push((param.name, text.clone()));
                    (own, Some((key, text)))
                })
                .collect(),
        )
    }
}

/// Lists of which nothing is lacking.
fn lists(sketches: Vec<Sketch>) -> Ask {
    let lists: Vec<_> = sketches.iter().filter_map(|one| one.listing(&[])).collect();
    match lists.is_empty() {
        true => Ask::Nothing,
        false => Ask::Lists(lists),
    }
}

/// Every way to take one value of each.
fn product(known: &[(&'static str, Vec<Put>)]) -> Vec<Vec<(&'static str, Put)>> {
    known.iter().fold(vec![Vec::new()], |ways, (name, puts)| {
        ways.iter()
            .flat_map(|way| {
                puts.iter().map(move |put| {
                    let mut longer = way.clone();
                    longer.push((*name, put.clone()));
                    longer
                })
            })
            .collect()
    })
}

/// The parameter for a condition on a truth value or a time.
fn other_param(
    object: &'static Object,
    filter: &Filter,
    values: &[Value],
) -> Vec<(&'static str, String)> {
    let value = |n: &usize| values.get(*n).unwrap_or(&Value::Null);
    match filter {
        Filter::Is(field, truth) => {
            let key = field.as_key().unwrap_or_default();
            let param = object.param(key, ParamKind::is_of_truth);
            match (param, truth) {
                (Some(param), Truth::True) => vec![(param.name, "true".to_owned())],
                (Some(param), Truth::False) if param.kind == ParamKind::Truth => {
                    vec![(param.name, "false".to_owned())]
                }
                _ => Vec::new(),
            }
        }
        Filter::Equal(field, n) => match value(n) {
            Value::Bool(true) => {
                other_param(object, &Filter::Is(field.clone(), Truth::True), values)
            }
            Value::Bool(false) => {
                other_param(object, &Filter::Is(field.clone(), Truth::False), values)
            }
            time => times(object, field.as_key().unwrap_or_default(), None, time),
        },
        Filter::Compare(field, comparison, n) => {
            let key = field.as_key().unwrap_or_default();
            times(object, key, Some(*comparison), value(n))
        }
        _ => Vec::new(),
    }
}

/// The bounds of a time, widened to what a parameter can say.
fn times(
    object: &'static Object,
    key: &str,
    comparison: Option<Comparison>,
    value: &Value,
) -> Vec<(&'static str, String)> {
    let (from, to) = match value {
        Value::Time(micros) => match range::of_time(comparison, *micros) {
            Some(bounds) => bounds,
            None => return Vec::new(),
        },
        Value::Unknown(words) => match comparison {
            Some(Comparison::Less | Comparison::LessEqual) => (None, Some(words.clone())),
            Some(_) => (Some(words.clone()), None),
            None => (Some(words.clone()), Some(words.clone())),
        },
        _ => return Vec::new(),
    };
    // `2024-01-31T10:00:00.000Z`, as `range` writes it.
    let day = |time: String| match value {
        Value::Time(_) => time.chars().take(10).filter(|c| *c != '-').collect(),
        _ => time,
    };
    [(from, ParamKind::FromDay), (to, ParamKind::ToDay)]
        .into_iter()
        .filter_map(|(bound, kind)| {
            let param = object.param(key, |one| one == kind)?;
            Some((param.name, day(bound?)))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Listing;
    use crate::plan::Field;

    fn ask(object: &str, filters: &[Filter], values: &[Value]) -> Ask {
        let filters: Vec<&Filter> = filters.iter().collect();
        let reads = Reads::default();
        route(catalog::find(object).unwrap(), &filters, values, 0, &reads)
    }

    fn shown(list: &Listing) -> String {
        let query = list
            .get
            .query
            .iter()
            .map(|(key, value)| format!("{key}={value}"));
        let query = query.collect::<Vec<_>>().join("&");
        match query.is_empty() {
            true => list.get.path.clone(),
            false => format!("{}?{query}", list.get.path),
        }
    }

    fn calls(object: &str, filters: &[Filter], values: &[Value]) -> Vec<String> {
        match ask(object, filters, values) {
            Ask::Lists(lists) => lists.iter().map(shown).collect(),
            other => panic!("{other:?}"),
        }
    }

    fn equal(key: &str, n: usize) -> Filter {
        Filter::Equal(Field::key(key), n)
    }

    fn text(value: &str) -> Value {
        Value::Text(value.to_owned())
    }

    #[test]
    fn paths_keys_and_parameters() {
        assert_eq!(calls("roles", &[], &[]), ["/api/v2/roles"]);
        assert_eq!(
            calls("roles", &[equal("id", 0)], &[text("a/b")]),
            ["/api/v2/roles/a%2Fb"]
        );
        assert_eq!(
            calls("roles", &[equal("name", 0)], &[text("Admin")]),
            ["/api/v2/roles?name_filter=Admin"]
        );
        assert_eq!(
            calls("user_roles", &[equal("user_id", 0)], &[text("auth0|1")]),
            ["/api/v2/users/auth0%7C1/roles"]
        );
        let two = Filter::OneOf(Field::key("user_id"), 0);
        let values = [Value::Texts(vec![
            "a".into(),
            "b".into(),
            "a".into(),
            "".into(),
        ])];
        assert_eq!(
            calls("user_roles", &[two], &values),
            ["/api/v2/users/a/roles", "/api/v2/users/b/roles"]
        );
        assert_eq!(
            calls(
                "organization_member_roles",
                &[equal("organization_id", 0), equal("user_id", 1)],
                &[text("o"), text("u")]
            ),
            ["/api/v2/organizations/o/members/u/roles"]
        );
        let strategies = Filter::OneOf(Field::key("strategy"), 0);
        assert_eq!(
            calls(
                "connections",
                &[strategies],
                &[Value::Texts(vec!["x".into(), "y".into()])]
            ),
            ["/api/v2/connections?strategy=x&strategy=y"]
        );
    }

    #[test]
    fn several_values_of_one_parameter_are_calls_whose_rows_are_disjoint() {
        let names = Filter::OneOf(Field::key("name"), 0);
        let values = [Value::Texts(vec!["a".into(), "ab".into()])];
        let Ask::Lists(lists) = ask("roles", &[names], &values) else {
            panic!()
        };
        assert_eq!(
            lists.iter().map(shown).collect::<Vec<_>>(),
            [
                "/api/v2/roles?name_filter=a",
                "/api/v2/roles?name_filter=ab"
            ]
        );
        assert_eq!(lists[0].keep, Some(("name", "a".to_owned())));
    }

    #[test]
    fn nothing_can_match() {
        assert_eq!(
            ask("roles", &[equal("id", 0)], &[Value::Null]),
            Ask::Nothing
        );
        assert_eq!(
            ask("user_roles", &[equal("user_id", 0)], &[text("")]),
            Ask::Nothing
        );
        let none = Filter::OneOf(Field::key("user_id"), 0);
        assert_eq!(
            ask("user_roles", &[none], &[Value::Texts(vec![])]),
            Ask::Nothing
        );
    }

    #[test]
    fn no_row_has_such_a_key() {
        let dots = Value::Texts(vec![".".into(), "..".into(), "".into()]);
        let ids = Filter::OneOf(Field::key("id"), 0);
        assert_eq!(ask("roles", &[ids], &[dots]), Ask::Nothing);
        let name = [equal("name", 0)];
        assert_eq!(ask("organizations", &name, &[text("")]), Ask::Nothing);
        // This one is a parameter, which says what it finds and not what there is.
        assert_ne!(ask("roles", &name, &[text("")]), Ask::Nothing);
    }

    #[test]
    fn days_that_end_before_they_begin_have_no_rows() {
        let date = |comparison, n| Filter::Compare(Field::key("date"), comparison, n);
        let between = [
            date(Comparison::GreaterEqual, 0),
            date(Comparison::LessEqual, 1),
        ];
        let day = 86_400_000_000;
        let asked = |from: i64, to: i64| {
            ask(
                "daily_stats",
                &between,
                &[Value::Time(from), Value::Time(to)],
            )
        };
        assert_eq!(asked(2 * day, day - 1), Ask::Nothing);
        assert!(
            matches!(asked(day + 1, day), Ask::Lists(_)),
            "a part of one day"
        );
        let unknown = Value::Unknown("a".to_owned());
        assert_ne!(
            ask("daily_stats", &between, &[Value::Time(day), unknown]),
            Ask::Nothing
        );
    }

    #[test]
    fn children_of_all_parents() {
        let Ask::Fan(fan) = ask("user_roles", &[], &[]) else {
            panic!()
        };
        assert_eq!(fan.parent.object.name, "users");
        assert_eq!(fan.columns, [("user_id", "user_id")]);
        assert!(is_whole(&Ask::Fan(fan)));
        let known = [equal("organization_id", 0)];
        let Ask::Fan(fan) = ask("organization_member_roles", &known, &[text("o")]) else {
            panic!()
        };
        let Ask::Lists(members) = &fan.parent.ask else {
            panic!()
        };
        assert!(shown(&members[0]).starts_with("/api/v2/organizations/o/members"));
        assert!(!is_whole(&Ask::Fan(fan)));
        let Ask::Fan(fan) = ask("organization_member_roles", &[], &[]) else {
            panic!()
        };
        assert!(
            matches!(&fan.parent.ask, Ask::Fan(above) if above.parent.object.name == "organizations")
        );
        assert!(matches!(ask("jobs", &[], &[]), Ask::Needs(columns) if columns == ["id"]));
    }

    #[test]
    fn all_that_is_lacking_is_named_at_once() {
        let lacks = |object: &str, filters: &[Filter]| ask(object, filters, &[text("x")]).lacks();
        assert_eq!(lacks("prompt_screen_renderings", &[]), ["prompt", "screen"]);
        let prompt = [equal("prompt", 0)];
        assert_eq!(lacks("prompt_screen_renderings", &prompt), ["screen"]);
        for object in catalog::OBJECTS {
            assert_eq!(
                lacks(object.name, &[]),
                object.required(),
                "{}",
                object.name
            );
        }
    }

    #[test]
    fn what_a_parameter_cannot_say_is_left_to_postgres() {
        for value in ["", " a", "a\n"] {
            assert_eq!(
                calls("roles", &[equal("name", 0)], &[text(value)]),
                ["/api/v2/roles"]
            );
        }
        let many = Value::Texts((0..30).map(|n| n.to_string()).collect());
        let filter = Filter::OneOf(Field::key("id"), 0);
        assert_eq!(calls("roles", &[filter], &[many]), ["/api/v2/roles"]);
    }
}
