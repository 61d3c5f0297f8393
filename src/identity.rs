//! Whose transaction, whose session this is: known to this process' memory alone. No setting, table or statement can
//! say it; only a verified token or session can.
//!
//! It follows the transaction: what a rolled-back savepoint did is undone. A session's identity that was ended stays
//! ended, whatever is rolled back, so that no error path leaves somebody in a pooled connection.
#![allow(unsafe_code)]

use std::cell::{Cell, RefCell};
use std::ffi::c_void;
use std::rc::Rc;

use auth0::jwt::{seconds_now, Claims, Issuer};
use auth0::Error;
use pgrx::{pg_guard, pg_sys, PgBox};

use crate::error::raise;

/// Somebody whose token or session has been verified.
pub struct Identity {
    /// What the token says.
    pub claims: Claims,
    /// The same as JSON text.
    pub json: String,
    /// From this second on it says nothing any more.
    pub expires: f64,
    /// Who vouches for it.
    pub issuer: Rc<Issuer>,
}

/// For how long an identity is bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Until the transaction ends.
    Transaction,
    /// Until it is ended, or the connection is.
    Session,
}

/// Who it is: the transaction's identity hides the session's.
#[derive(Clone, Default)]
struct Bound {
    session: Option<Rc<Identity>>,
    local: Option<Rc<Identity>>,
}

thread_local! {
    static NOW: RefCell<Bound> = RefCell::default();
    /// What was before each level of subtransaction that changed it, outermost first.
    static BEFORE: RefCell<Vec<(i32, Bound)>> = RefCell::default();
    static ASKED: Cell<bool> = const { Cell::new(false) };
    static ARMED: Cell<bool> = const { Cell::new(false) };
    static NEXT_UTILITY: Cell<pg_sys::ProcessUtility_hook_type> = const { Cell::new(None) };
}

/// Binds an identity.
pub fn bind(identity: Identity, scope: Scope) {
    arm();
    remember();
    let identity = Some(Rc::new(identity));
    NOW.with_borrow_mut(|now| match scope {
        Scope::Transaction => now.local = identity,
        Scope::Session => {
            *now = Bound {
                session: identity,
                local: None,
            }
        }
    });
}

/// Ends it, for the transaction and for the session.
pub fn end() {
    if ARMED.get() {
        remember();
        NOW.set(Bound::default());
        forget_session();
    }
}

/// Asks whoever is bound and has not expired.
pub fn ask<T>(question: impl FnOnce(&Identity) -> Option<T>) -> Option<T> {
    // SAFETY: reads a variable of the backend.
    if unsafe { pg_sys::ParallelWorkerNumber } >= 0 {
        raise(Error::ParallelWorker);
    }
    NOW.with_borrow(|now| {
        let identity = now.local.as_ref().or(now.session.as_ref())?;
        if seconds_now() < identity.expires {
            question(identity)
        } else {
            None
        }
    })
}

/// Whether this has not been asked before in the transaction, rolled-back subtransactions included.
pub fn first_in_transaction() -> bool {
    arm();
    !ASKED.replace(true)
}

/// Keeps what is, so that this level's rollback can bring it back.
fn remember() {
    // SAFETY: reads a variable of the backend.
    let level = unsafe { pg_sys::GetCurrentTransactionNestLevel() };
    BEFORE.with_borrow_mut(|before| {
        if before.last().is_none_or(|(last, _)| *last < level) {
            before.push((level, NOW.with_borrow(Bound::clone)));
        }
    });
}

fn forget_session() {
    NOW.with_borrow_mut(|now| now.session = None);
    BEFORE.with_borrow_mut(|before| {
        for (_, bound) in before {
            bound.session = None;
        }
    });
}

/// Callbacks and hook, once, by the first identity: before it there is nothing to end.
fn arm() {
    if ARMED.replace(true) {
        return;
    }
    // SAFETY: the functions live as long as the library, which is never unloaded; the hook before ours is called by it.
    unsafe {
        pg_sys::RegisterXactCallback(Some(transaction), std::ptr::null_mut());
        pg_sys::RegisterSubXactCallback(Some(subtransaction), std::ptr::null_mut());
        NEXT_UTILITY.set(pg_sys::ProcessUtility_hook);
        pg_sys::ProcessUtility_hook = Some(utility);
    }
}

/// The end of a transaction. Nothing here can fail.
unsafe extern "C-unwind" fn transaction(event: pg_sys::XactEvent::Type, _: *mut c_void) {
    use pg_sys::XactEvent::*;
    let rolled_back = match event {
        XACT_EVENT_COMMIT | XACT_EVENT_PREPARE => false,
        XACT_EVENT_ABORT => true,
        _ => return,
    };
    ASKED.set(false);
    let before = BEFORE.take();
    if let Some((_, bound)) = before.into_iter().next().filter(|_| rolled_back) {
        NOW.set(bound);
    }
    NOW.with_borrow_mut(|now| now.local = None);
}

/// The end of a subtransaction. Nothing here can fail.
unsafe extern "C-unwind" fn subtransaction(
    event: pg_sys::SubXactEvent::Type,
    _: pg_sys::SubTransactionId,
    _: pg_sys::SubTransactionId,
    _: *mut c_void,
) {
    use pg_sys::SubXactEvent::*;
    // SAFETY: reads a variable of the backend; the level is still that of the subtransaction that ends.
    let level = unsafe { pg_sys::GetCurrentTransactionNestLevel() };
    BEFORE.with_borrow_mut(|before| match event {
        SUBXACT_EVENT_ABORT_SUB => {
            while let Some((_, bound)) = before.pop_if(|(last, _)| *last >= level) {
                NOW.set(bound);
            }
        }
        SUBXACT_EVENT_COMMIT_SUB => {
            let outer_has_one = before.iter().any(|(last, _)| *last == level - 1);
            if let Some((last, _)) = before.last_mut().filter(|(last, _)| *last == level) {
                *last = level - 1;
                if outer_has_one {
                    before.pop();
                }
            }
        }
        _ => {}
    });
}

/// What poolers say between two clients ends the session's identity: DISCARD ALL, RESET ALL, and a change of the
/// session's user.
#[pg_guard]
#[allow(clippy::too_many_arguments)] // As many as Postgres passes.
unsafe extern "C-unwind" fn utility(
    statement: *mut pg_sys::PlannedStmt,
    text: *const std::ffi::c_char,
    read_only: bool,
    context: pg_sys::ProcessUtilityContext::Type,
    parameters: pg_sys::ParamListInfo,
    environment: *mut pg_sys::QueryEnvironment,
    receiver: *mut pg_sys::DestReceiver,
    completion: *mut pg_sys::QueryCompletion,
) {
    // SAFETY: what Postgres passes is passed on as it is; the statement is its own.
    unsafe {
        let node = (*statement).utilityStmt;
        let ends = if pgrx::is_a(node, pg_sys::NodeTag::T_DiscardStmt) {
            (*node.cast::<pg_sys::DiscardStmt>()).target == pg_sys::DiscardMode::DISCARD_ALL
        } else if pgrx::is_a(node, pg_sys::NodeTag::T_VariableSetStmt) {
            let set = PgBox::from_pg(node.cast::<pg_sys::VariableSetStmt>());
            let name = crate::text::from_server(set.name);
            set.kind == pg_sys::VariableSetKind::VAR_RESET_ALL
                || (name == "session_authorization" && !set.is_local)
        } else {
            false
        };
        match NEXT_UTILITY.get() {
            Some(next) => next(
                statement,
                text,
                read_only,
                context,
                parameters,
                environment,
                receiver,
                completion,
            ),
            None => pg_sys::standard_ProcessUtility(
                statement,
                text,
                read_only,
                context,
                parameters,
                environment,
                receiver,
                completion,
            ),
        }
        if ends {
            forget_session();
        }
    }
}
