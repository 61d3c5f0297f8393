//! `document -> 'a' ->> 'b'` and `document #>> '{a,b}'` as a column and the steps into it.
#![allow(unsafe_code)]

use pgrx::pg_sys::{self, Node, NodeTag};
use pgrx::FromDatum;

use crate::{list, text};

/// Operators that end in text: `->>` by key, `->>` by position, `#>>`; of jsonb and of json.
/// The numbers are fixed in Postgres' pg_operator.dat.
const TO_TEXT: [u32; 6] = [3477, 3481, 3206, 3963, 3965, 3967];
/// Operators that end in JSON: `->` by key, `->` by position, `#>`.
const TO_JSON: [u32; 6] = [3211, 3212, 3213, 3962, 3964, 3966];

/// The expression that the steps start from, and the steps. Only of what ends in text.
///
/// # Safety
/// `node` must be an expression of the planner's.
pub unsafe fn read(node: *mut Node) -> Option<(*mut Node, Vec<String>)> {
    // SAFETY: the caller's promise; arguments of operators are expressions.
    unsafe {
        let (mut base, mut steps) = step(node, &TO_TEXT)?;
        while let Some((inner, before)) = step(base, &TO_JSON) {
            steps.splice(0..0, before);
            base = inner;
        }
        Some((base, steps))
    }
}

unsafe fn step(node: *mut Node, operators: &[u32]) -> Option<(*mut Node, Vec<String>)> {
    // SAFETY: called by `read`; the tag is checked before the fields are read.
    unsafe {
        if (*node).type_ != NodeTag::T_OpExpr {
            return None;
        }
        let expr = node.cast::<pg_sys::OpExpr>();
        if !operators.contains(&(*expr).opno.to_u32()) {
            return None;
        }
        let args: Vec<*mut Node> = list::iter((*expr).args).collect();
        let [base, key] = args.as_slice() else {
            return None;
        };
        if (**key).type_ != NodeTag::T_Const {
            return None;
        }
        let key = key.cast::<pg_sys::Const>();
        if (*key).constisnull {
            return None;
        }
        let steps = match (*key).consttype {
            pg_sys::TEXTOID => vec![text::of_datum((*key).constvalue)],
            pg_sys::INT4OID => {
                let position = i32::from_datum((*key).constvalue, false)?;
                // From the end: nothing that a path can say.
                vec![u32::try_from(position).ok()?.to_string()]
            }
            pg_sys::TEXTARRAYOID => text::of_array((*key).constvalue)
                .into_iter()
                .collect::<Option<Vec<_>>>()?,
            _ => return None,
        };
        (!steps.is_empty()).then_some((*base, steps))
    }
}
