//! EXPLAIN: the requests a scan makes, what is pushed down and what is not, and with ANALYZE what it has cost.
#![allow(unsafe_code)]

use std::ffi::CString;
use std::ptr;

use auth0::catalog::template::Put;
use auth0::catalog::Paging;
use auth0::client::Get;
use auth0::engine::{Ask, Fan, Listing, ScanRequest};
use auth0::plan::{asked, describe, Class, Filter, Reads, Value};
use pgrx::{pg_guard, pg_sys};

use super::plan::Pushed;
use super::scan;
use super::values;
use crate::{list, text};

/// ExplainForeignScan.
///
/// # Safety
/// Called by EXPLAIN with a scan begun by [`scan::begin`].
#[pg_guard]
pub unsafe extern "C-unwind" fn scan(
    node: *mut pg_sys::ForeignScanState,
    es: *mut pg_sys::ExplainState,
) {
    // SAFETY: EXPLAIN's own structures.
    let (Some(state), verbose, analyze, timing, costs) = (unsafe {
        (
            scan::state(node),
            (*es).verbose,
            (*es).analyze,
            (*es).timing,
            (*es).costs,
        )
    }) else {
        return;
    };
    let mut out = Output(es);
    // SAFETY: the plan node of this scan, and its expressions.
    let (values, locals) = unsafe {
        let plan = (*node).ss.ps.plan;
        let scan = plan.cast::<pg_sys::ForeignScan>();
        let context = pg_sys::set_deparse_context_plan((*es).deparse_cxt, plan, ptr::null_mut());
        let several = list::iter::<pg_sys::Node>((*es).rtable).count() > 1;
        let show = |expr| {
            let shown = pg_sys::deparse_expression(expr, context, several || verbose, false);
            text::from_server(shown)
        };
        let quals: Vec<_> = list::iter::<pg_sys::Node>((*plan).qual).collect();
        let locals: Vec<String> = state
            .plan
            .local
            .iter()
            .filter_map(|n| quals.get(*n))
            .map(|qual| show(*qual))
            .collect();
        (values::known(scan, &state.plan, show), locals)
    };
    // What one run has asked is known; of several, and of what a look-up join gives, the words say more.
    let run = state.runs.only().filter(|_| state.plan.given.is_none());
    let made = run.and_then(|run| run.values.as_ref()).unwrap_or(&values);
    let (request, _) = state.request(made);
    let calls = requests(&request, state.settings.page_size);
    if state.plan.count {
        out.text("Relations", &format!("Aggregate on ({})", state.plan.alias));
    }
    out.text("Auth0 Request", &calls);
    let object = request.object;
    if let Ask::Fan(fan) = &request.ask {
        out.text("Auth0 For Each Of", &parents(fan, state.settings.page_size));
    }
    if matches!(request.ask, Ask::Search(_)) && state.plan.found > object.window as f64 {
        let key = request.order().key;
        out.text(
            "Auth0 Windows",
            &format!("of {} rows, by {key}", object.window),
        );
    }
    if costs {
        out.integer("Auth0 Estimated Calls", state.plan.calls as u64);
    }
    let describe = |pushed: &Pushed| describe(&pushed.filter, &|n| shown(values.get(n)));
    // Where rows are looked up by a key, the other conditions are not part of the call.
    let key = match &request.ask {
        Ask::Lookups(_) => state.key(),
        _ => None,
    };
    let filters: Vec<&Filter> = state.plan.pushed.iter().map(|one| &one.filter).collect();
    let reads = Reads::of(object, state.keys.iter().map(String::as_str), state.whole);
    let is_asked = match key {
        Some(key) => filters
            .iter()
            .map(|one| one.key(object) == Some(key))
            .collect(),
        None => asked(object, &filters, made, state.plan.lookups(), &reads),
    };
    let (mut asked, mut left) = (Vec::new(), Vec::new());
    for (pushed, is_asked) in state.plan.pushed.iter().zip(is_asked) {
        let side = if is_asked { &mut asked } else { &mut left };
        side.push(pushed);
    }
    for (class, label) in [
        (Class::Exact, "Auth0 Pushed Exactly"),
        (Class::Wider, "Auth0 Pushed Wider"),
    ] {
        let of_class = asked.iter().filter(|pushed| pushed.class == class);
        out.list(
            label,
            &of_class.map(|pushed| describe(pushed)).collect::<Vec<_>>(),
        );
    }
    let left = left.into_iter().map(describe);
    out.list("Auth0 Local", &left.chain(locals).collect::<Vec<_>>());
    if verbose {
        let mut keys: Vec<&str> = state.keys.iter().map(String::as_str).collect();
        if state.whole {
            keys.push("(whole object)");
        }
        if !keys.is_empty() {
            out.text("Auth0 Keys", &keys.join(", "));
        }
        out.integer("Auth0 Concurrency", state.settings.concurrency.into());
    }
    if analyze {
        let totals = state.runs.totals();
        out.integer("Auth0 Calls", totals.calls);
        out.integer("Auth0 Rows", state.runs.fetched());
        out.integer("Auth0 Retries", totals.retries);
        out.integer("Auth0 Bytes", totals.bytes);
        if timing {
            let waited = state.runs.waited();
            out.milliseconds("Auth0 Wait Time", waited.as_secs_f64() * 1000.0);
            out.milliseconds(
                "Auth0 Rate Limit Wait Time",
                totals.limiter_wait.as_secs_f64() * 1000.0,
            );
        }
    }
}

/// The requests in words.
fn requests(request: &ScanRequest, size: u32) -> String {
    let several = |first: String, count: usize, one: &str, more: &str| match count {
        1 => first,
        2 => format!("{first} and 1 more {one}"),
        count => format!("{first} and {} more {more}", count - 1),
    };
    match &request.ask {
        Ask::Nothing => "none: no row can match".to_owned(),
        Ask::Search(_) => shown_get(&request.list(0, request.first(size))),
        Ask::Count(_) => shown_get(&request.list(0, 1)).replacen("page=0...", "page=0", 1),
        Ask::Chunks(chunks) => match chunks.first() {
            Some(chunk) => {
                let first = ScanRequest {
                    ask: Ask::Search(Some(chunk.q())),
                    ..request.clone()
                };
                several(
                    shown_get(&first.list(0, u64::from(size))),
                    chunks.len(),
                    "search",
                    "searches",
                )
            }
            None => String::new(),
        },
        Ask::Lists(lists) => match lists.first() {
            Some(list) => several(
                shown_list(request, list, size),
                lists.len(),
                "list",
                "lists",
            ),
            None => String::new(),
        },
        Ask::Fan(fan) => {
            let words = fan
                .columns
                .iter()
                .map(|(column, _)| (*column, Put::Words(format!("{{{column}}}"))));
            let words: Vec<_> = words.collect();
            let lists: Vec<_> = fan
                .lists
                .iter()
                .filter_map(|one| one.listing(&words))
                .collect();
            match lists.first() {
                Some(list) => several(
                    shown_list(request, list, size),
                    lists.len(),
                    "list",
                    "lists",
                ),
                None => String::new(),
            }
        }
        Ask::Needs(columns) => format!("none: needs a value of {}", columns.join(", ")),
        Ask::Lookups(lookups) => match lookups.first() {
            Some(lookup) => several(
                shown_get(&request.narrowed(lookup.get.clone())),
                lookups.len(),
                "look-up",
                "look-ups",
            ),
            None => String::new(),
        },
    }
}

/// The rows that lists are read for.
fn parents(fan: &Fan, size: u32) -> String {
    let above = match &fan.parent.ask {
        Ask::Fan(above) => format!(", for each of {}", parents(above, size)),
        _ => String::new(),
    };
    format!(
        "{}: {}{above}",
        fan.parent.object.name,
        requests(&fan.parent, size)
    )
}

/// A list's first page.
fn shown_list(request: &ScanRequest, list: &Listing, page_size: u32) -> String {
    let mut get = list.get.clone();
    match list.paging {
        Paging::None => {}
        Paging::Offset(most) | Paging::Both(most) => {
            get.query.push(("page", "0".to_owned()));
            get.query
                .push(("per_page", request.page_size(most, page_size).to_string()));
        }
        Paging::Checkpoint(most) => {
            get.query
                .push(("take", request.page_size(most, page_size).to_string()));
        }
    }
    shown_get(&request.narrowed(get))
}

/// A request as people read it: before percent-encoding.
fn shown_get(get: &Get) -> String {
    let query: Vec<String> = get
        .query
        .iter()
        .map(|(key, value)| {
            if *key == "page" {
                format!("{key}=0...")
            } else {
                format!("{key}={value}")
            }
        })
        .collect();
    if query.is_empty() {
        format!("GET {}", get.path)
    } else {
        format!("GET {}?{}", get.path, query.join("&"))
    }
}

/// A value as SQL writes it.
fn shown(value: Option<&Value>) -> String {
    let quoted = |text: &str| format!("'{}'", text.replace('\'', "''"));
    match value {
        None | Some(Value::Null) => "NULL".to_owned(),
        Some(Value::Unknown(text)) => text.clone(),
        Some(Value::Text(text)) => quoted(text),
        Some(Value::Bool(value)) => value.to_string(),
        Some(Value::Integer(value)) => value.to_string(),
        Some(Value::Time(micros)) => quoted(&auth0::plan::shown_time(*micros)),
        Some(Value::Address(Some(address))) => quoted(address),
        Some(Value::Address(None)) => "(an IPv6 address or network)".to_owned(),
        Some(Value::Texts(texts)) => {
            let shown: Vec<String> = texts.iter().take(3).map(|text| quoted(text)).collect();
            let more = if texts.len() > 3 { ", ..." } else { "" };
            format!("{}{more}", shown.join(", "))
        }
        Some(Value::Integers(numbers)) => {
            let shown: Vec<String> = numbers.iter().take(3).map(ToString::to_string).collect();
            let more = if numbers.len() > 3 { ", ..." } else { "" };
            format!("{}{more}", shown.join(", "))
        }
        Some(Value::Json(document)) => quoted(&document.to_string()),
    }
}

/// EXPLAIN's output, in whatever format it has.
pub struct Output(pub *mut pg_sys::ExplainState);

impl Output {
    /// A label and its text.
    pub fn text(&mut self, label: &str, value: &str) {
        if let (Ok(label), Ok(value)) = (
            CString::new(label),
            CString::new(text::shown(value).as_ref()),
        ) {
            // SAFETY: both strings are copied into EXPLAIN's output.
            unsafe { pg_sys::ExplainPropertyText(label.as_ptr(), value.as_ptr(), self.0) }
        }
    }

    /// A label and several texts; nothing if there are none.
    pub fn list(&mut self, label: &str, values: &[String]) {
        if values.is_empty() {
            return;
        }
        let values: Vec<CString> = values
            .iter()
            .filter_map(|value| CString::new(text::shown(value).as_ref()).ok())
            .collect();
        let Ok(label) = CString::new(label) else {
            return;
        };
        // SAFETY: the strings outlive the call, which copies them into EXPLAIN's output.
        unsafe {
            let mut items: *mut pg_sys::List = ptr::null_mut();
            for value in &values {
                items = pg_sys::lappend(items, value.as_ptr().cast_mut().cast());
            }
            pg_sys::ExplainPropertyList(label.as_ptr(), items, self.0);
        }
    }

    /// A label and a number.
    pub fn integer(&mut self, label: &str, value: u64) {
        if let Ok(label) = CString::new(label) {
            // SAFETY: as above; a null unit means none.
            unsafe {
                pg_sys::ExplainPropertyInteger(label.as_ptr(), ptr::null(), value as i64, self.0)
            }
        }
    }

    /// A label and a time.
    pub fn milliseconds(&mut self, label: &str, value: f64) {
        if let Ok(label) = CString::new(label) {
            // SAFETY: as above.
            unsafe {
                pg_sys::ExplainPropertyFloat(label.as_ptr(), c"ms".as_ptr(), value, 3, self.0)
            }
        }
    }
}
