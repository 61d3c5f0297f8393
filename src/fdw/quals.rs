//! Expression trees become conditions that Auth0 may be able to look for.
//!
//! Only built-in operators on built-in types count, recognised by what Postgres knows of them and never by name. What is
//! not understood stays with Postgres; what is understood is looked at again by Postgres all the same.
#![allow(unsafe_code)]

use auth0::catalog::{endpoint, Object};
use auth0::options::OnTypeError;
use auth0::plan::{Comparison, Field, Filter, Kind, Truth};
use pgrx::pg_sys::{self, Node, NodeTag, Oid};

use super::attribute::{Attribute, Source};
use super::json_path;
use super::operand::{How, Operand};
use crate::list;

/// Operator families whose members have the meaning that a search has.
pub mod family {
    use pgrx::pg_sys::Oid;
    /// `=` and the like on truth values.
    pub const BOOL: Oid = Oid::from_u32(424);
    /// On timestamps and dates, also with each other.
    pub const DATETIME: Oid = Oid::from_u32(434);
    /// On network addresses.
    pub const NETWORK: Oid = Oid::from_u32(1974);
    /// On smallint, integer and bigint, also with each other.
    pub const INTEGER: Oid = Oid::from_u32(1976);
    /// On texts.
    pub const TEXT: Oid = Oid::from_u32(1994);
}

/// Operators that are in no such family. The numbers are fixed in Postgres' pg_operator.dat.
mod operator {
    pub const LIKE: u32 = 1209;
    pub const ILIKE: u32 = 1627;
    pub const STARTS_WITH: u32 = 3877;
    pub const CONTAINS: u32 = 3246;
    pub const CONTAINED: u32 = 3250;
}

/// The first number that an operator of a user or an extension can have.
const FIRST_FOREIGN: u32 = 16384;

/// Reads the clauses of one relation and collects their values' expressions.
pub struct Reader<'a> {
    root: *mut pg_sys::PlannerInfo,
    relid: u32,
    /// The object.
    pub object: &'static Object,
    attributes: &'a [Attribute],
    /// The values' expressions.
    pub operands: Vec<Operand>,
}

/// What an expression of the relation's own stands for.
struct Target<'a> {
    attribute: &'a Attribute,
    field: Option<Field>,
    /// Whether it was taken out of a JSON document as text.
    extracted: bool,
}

impl<'a> Reader<'a> {
    /// For the relation `relid` of a query.
    ///
    /// # Safety
    /// `root` must be the planner's, for as long as the reader is used.
    pub unsafe fn new(
        root: *mut pg_sys::PlannerInfo,
        relid: u32,
        object: &'static Object,
        attributes: &'a [Attribute],
    ) -> Self {
        Reader {
            root,
            relid,
            object,
            attributes,
            operands: Vec::new(),
        }
    }

    /// The condition that a clause is, if Auth0 can look for it.
    ///
    /// # Safety
    /// `clause` must be an expression of the planner's for this relation.
    pub unsafe fn clause(&mut self, clause: *mut Node) -> Option<Filter> {
        let before = self.operands.len();
        // SAFETY: the caller's promise.
        let found = unsafe { self.node(clause) }.filter(|found| found.is_possible(self.object));
        if found.is_none() {
            self.operands.truncate(before);
        }
        found
    }

    unsafe fn node(&mut self, node: *mut Node) -> Option<Filter> {
        // SAFETY: `node` is an expression, and its tag says which.
        unsafe {
            match (*node).type_ {
                NodeTag::T_Var => self.truth(node, Truth::True),
                NodeTag::T_BoolExpr => self.bool_expr(node.cast()),
                NodeTag::T_BooleanTest => self.boolean_test(node.cast()),
                NodeTag::T_NullTest => self.null_test(node.cast()),
                NodeTag::T_OpExpr => self.op_expr(node.cast()),
                NodeTag::T_ScalarArrayOpExpr => self.array_expr(node.cast()),
                _ => None,
            }
        }
    }

    unsafe fn bool_expr(&mut self, expr: *mut pg_sys::BoolExpr) -> Option<Filter> {
        // SAFETY: a BoolExpr whose arguments are expressions.
        unsafe {
            let args: Vec<*mut Node> = list::iter((*expr).args).collect();
            match (*expr).boolop {
                pg_sys::BoolExprType::NOT_EXPR => self.truth(*args.first()?, Truth::False),
                pg_sys::BoolExprType::OR_EXPR => {
                    let arms: Option<Vec<_>> = args.iter().map(|arg| self.clause(*arg)).collect();
                    Some(Filter::Or(arms?))
                }
                _ => Some(Filter::And(
                    args.iter()
                        .map(|arg| self.clause(*arg).unwrap_or(Filter::Local))
                        .collect(),
                )),
            }
        }
    }

    unsafe fn boolean_test(&mut self, test: *mut pg_sys::BooleanTest) -> Option<Filter> {
        use pg_sys::BoolTestType::*;
        // SAFETY: a BooleanTest.
        let (arg, kind) = unsafe { ((*test).arg.cast(), (*test).booltesttype) };
        let truth = match kind {
            IS_TRUE => Truth::True,
            IS_NOT_TRUE => Truth::NotTrue,
            IS_FALSE => Truth::False,
            IS_NOT_FALSE => Truth::NotFalse,
            // SAFETY: as above.
            IS_UNKNOWN => return unsafe { self.presence(arg, false) },
            // SAFETY: as above.
            _ => return unsafe { self.presence(arg, true) },
        };
        // SAFETY: as above.
        unsafe { self.truth(arg, truth) }
    }

    unsafe fn null_test(&mut self, test: *mut pg_sys::NullTest) -> Option<Filter> {
        // SAFETY: a NullTest.
        unsafe {
            if (*test).argisrow {
                return None;
            }
            let present = (*test).nulltesttype == pg_sys::NullTestType::IS_NOT_NULL;
            self.presence((*test).arg.cast(), present)
        }
    }

    /// A column that is there or not. Where misfits become NULL, that is something Auth0 does not know.
    unsafe fn presence(&mut self, node: *mut Node, present: bool) -> Option<Filter> {
        // SAFETY: an expression.
        let target = unsafe { self.target(node) }?;
        let field = target.field.filter(|_| !target.extracted)?;
        if target.attribute.on_type_error == OnTypeError::Null
            || !self.is_best_type(&field, target.attribute)
        {
            return None;
        }
        Some(if present {
            Filter::Present(field)
        } else {
            Filter::Absent(field)
        })
    }

    unsafe fn truth(&mut self, node: *mut Node, truth: Truth) -> Option<Filter> {
        // SAFETY: an expression.
        let target = unsafe { self.target(node) }?;
        let field = target.field?;
        (self.is_best_type(&field, target.attribute)
            && field.kind(self.object) == Some(Kind::Truth))
        .then_some(Filter::Is(field, truth))
    }

    unsafe fn op_expr(&mut self, expr: *mut pg_sys::OpExpr) -> Option<Filter> {
        // SAFETY: an OpExpr whose arguments are expressions.
        unsafe {
            let args: Vec<*mut Node> = list::iter((*expr).args).collect();
            let [left, right] = args.as_slice() else {
                return None;
            };
            let (opno, collation) = ((*expr).opno, (*expr).inputcollid);
            if let Some(target) = self.target(*left) {
                return self.compare(target, opno, false, *right, collation);
            }
            let target = self.target(*right)?;
            self.compare(target, opno, true, *left, collation)
        }
    }

    unsafe fn compare(
        &mut self,
        target: Target,
        opno: Oid,
        swapped: bool,
        value: *mut Node,
        collation: Oid,
    ) -> Option<Filter> {
        if opno.to_u32() >= FIRST_FOREIGN {
            return None;
        }
        // SAFETY: an operator and an expression of the planner's.
        unsafe {
            let ty = pg_sys::exprType(value);
            match (opno.to_u32(), swapped) {
                (operator::CONTAINS, false) | (operator::CONTAINED, true) => {
                    return self.contains(target, value)
                }
                (operator::LIKE | operator::ILIKE | operator::STARTS_WITH, false) => {
                    let field = self.text(&target, ty, collation)?;
                    let n = self.operand(value, How::Text)?;
                    return Some(match opno.to_u32() {
                        operator::LIKE => Filter::Like(field, false, n),
                        operator::ILIKE => Filter::Like(field, true, n),
                        _ => Filter::StartsWith(field, n),
                    });
                }
                _ => {}
            }
            let strategy = |family| pg_sys::get_op_opfamily_strategy(opno, family);
            if matches!(target.attribute.source, Source::Query) && strategy(family::TEXT) == EQUAL {
                let n = self.operand(value, How::text(ty)?)?;
                return Some(Filter::Query(n));
            }
            if strategy(family::TEXT) == EQUAL {
                let field = self.text(&target, ty, collation)?;
                let n = self.operand(value, How::text(ty)?)?;
                return Some(Filter::Equal(field, n));
            }
            let field = target.field.filter(|_| !target.extracted)?;
            if !self.is_best_type(&field, target.attribute) {
                return None;
            }
            let (family, how) = match field.kind(self.object)? {
                Kind::Truth => (family::BOOL, How::Bool),
                Kind::Address => (family::NETWORK, How::Address),
                Kind::Integer | Kind::Exact if is_integer(target.attribute.ty) => {
                    (family::INTEGER, How::integer(ty)?)
                }
                Kind::Time => (family::DATETIME, How::time(ty)?),
                _ => return None,
            };
            let comparison = match (strategy(family), swapped) {
                (EQUAL, _) => None,
                (1, false) | (5, true) => Some(Comparison::Less),
                (2, false) | (4, true) => Some(Comparison::LessEqual),
                (4, false) | (2, true) => Some(Comparison::GreaterEqual),
                (5, false) | (1, true) => Some(Comparison::Greater),
                _ => return None,
            };
            let n = self.operand(value, how)?;
            Some(match comparison {
                None => Filter::Equal(field, n),
                Some(comparison) => Filter::Compare(field, comparison, n),
            })
        }
    }

    unsafe fn array_expr(&mut self, expr: *mut pg_sys::ScalarArrayOpExpr) -> Option<Filter> {
        // SAFETY: a ScalarArrayOpExpr has two arguments, a scalar and an array.
        unsafe {
            let args: Vec<*mut Node> = list::iter((*expr).args).collect();
            let [left, array] = args.as_slice() else {
                return None;
            };
            let opno = (*expr).opno;
            if !(*expr).useOr || opno.to_u32() >= FIRST_FOREIGN {
                return None;
            }
            let target = self.target(*left)?;
            let ty = pg_sys::exprType(*array);
            if pg_sys::get_op_opfamily_strategy(opno, family::TEXT) == EQUAL {
                let how = How::texts(ty)?;
                let field = self.text(&target, pg_sys::TEXTOID, (*expr).inputcollid)?;
                let n = self.operand(*array, how)?;
                return Some(Filter::OneOf(field, n));
            }
            let field = target.field.filter(|_| !target.extracted)?;
            if pg_sys::get_op_opfamily_strategy(opno, family::INTEGER) == EQUAL
                && is_integer(target.attribute.ty)
                && self.is_best_type(&field, target.attribute)
            {
                let n = self.operand(*array, How::integers(ty)?)?;
                return Some(Filter::OneOf(field, n));
            }
            None
        }
    }

    unsafe fn contains(&mut self, target: Target, value: *mut Node) -> Option<Filter> {
        let field = match (&target.attribute.source, target.field) {
            (Source::Whole, field) => field,
            (Source::Path(_), field) => Some(field?),
            (Source::Query, _) => return None,
        };
        if target.extracted {
            return None;
        }
        // SAFETY: an expression of the planner's.
        let n = unsafe { self.operand(value, How::Json) }?;
        Some(Filter::Contains(field, n))
    }

    /// The field of a text comparison whose equality is that of bytes.
    unsafe fn text(&self, target: &Target, ty: Oid, collation: Oid) -> Option<Field> {
        let field = target.field.clone()?;
        let declared = target.attribute;
        // varchar(n) cuts spaces off, so it shows other values than Auth0 has.
        let is_text = declared.ty == pg_sys::TEXTOID
            || (declared.ty == pg_sys::VARCHAROID && declared.typmod < 0);
        let kind = field.kind(self.object)?;
        let fits = matches!(
            kind,
            Kind::Folded | Kind::Exact | Kind::Address | Kind::Scalar | Kind::Identity
        );
        // SAFETY: a collation of the planner's.
        let bytewise = collation == Oid::INVALID
            || unsafe { pg_sys::get_collation_isdeterministic(collation) };
        let value_is_text = ty == pg_sys::TEXTOID || ty == pg_sys::VARCHAROID;
        (fits && bytewise && value_is_text && (target.extracted || is_text)).then_some(field)
    }

    /// Whether the column has the type that shows the field's values as they are.
    fn is_best_type(&self, field: &Field, attribute: &Attribute) -> bool {
        let is = |types: &[Oid]| types.contains(&attribute.ty);
        match field.kind(self.object) {
            Some(Kind::Truth) => is(&[pg_sys::BOOLOID]),
            Some(Kind::Integer) => is_integer(attribute.ty),
            Some(Kind::Time) => is(&[pg_sys::TIMESTAMPTZOID]) && attribute.typmod < 0,
            Some(Kind::Address) => is(&[pg_sys::INETOID]),
            // What is put into a path is shown as it was given, so a number has but one text.
            Some(Kind::Exact) if field.as_key().is_some_and(endpoint::is_place_key) => {
                is(&[pg_sys::TEXTOID]) || is_integer(attribute.ty)
            }
            Some(Kind::Folded | Kind::Exact) => is(&[pg_sys::TEXTOID]),
            _ => false,
        }
    }

    /// The relation's own part of a comparison.
    unsafe fn target(&self, node: *mut Node) -> Option<Target<'a>> {
        // SAFETY: `node` is an expression, and its tag says which.
        unsafe {
            let node = strip(node);
            if (*node).type_ == NodeTag::T_Var {
                let attribute = self.attribute(node.cast())?;
                return Some(Target {
                    attribute,
                    field: attribute.field(),
                    extracted: false,
                });
            }
            let (base, steps) = json_path::read(node)?;
            let attribute = self.attribute(strip(base).cast())?;
            if ![pg_sys::JSONBOID, pg_sys::JSONOID].contains(&attribute.ty) {
                return None;
            }
            let field = match attribute.source {
                Source::Whole => Field::inside(steps.first()?, steps.get(1..)?.to_vec()),
                _ => steps
                    .iter()
                    .fold(attribute.field()?, |field, step| field.step(step)),
            };
            Some(Target {
                attribute,
                field: Some(field),
                extracted: true,
            })
        }
    }

    unsafe fn attribute(&self, var: *mut pg_sys::Var) -> Option<&'a Attribute> {
        // SAFETY: checked to be a Var before its fields are read.
        unsafe {
            if (*var).xpr.type_ != NodeTag::T_Var
                || (*var).varno as u32 != self.relid
                || (*var).varlevelsup != 0
            {
                return None;
            }
            let number = (*var).varattno;
            self.attributes.iter().find(|one| one.number == number)
        }
    }

    /// Notes a value's expression; `None` if it cannot be known before the rows are.
    unsafe fn operand(&mut self, value: *mut Node, how: How) -> Option<usize> {
        // SAFETY: an expression of the planner's.
        unsafe {
            let own =
                pg_sys::bms_is_member(self.relid as i32, pg_sys::pull_varnos(self.root, value));
            if own || pg_sys::contain_volatile_functions(value) || pg_sys::contain_subplans(value) {
                return None;
            }
        }
        self.operands.push(Operand { expr: value, how });
        Some(self.operands.len() - 1)
    }
}

/// Whether it is a type of whole numbers.
pub fn is_integer(ty: Oid) -> bool {
    [pg_sys::INT2OID, pg_sys::INT4OID, pg_sys::INT8OID].contains(&ty)
}

/// B-tree's strategy number of equality.
const EQUAL: i32 = 3;

/// Without casts that change nothing (varchar to text).
unsafe fn strip(node: *mut Node) -> *mut Node {
    let mut node = node;
    // SAFETY: a RelabelType's argument is an expression.
    unsafe {
        while (*node).type_ == NodeTag::T_RelabelType {
            node = (*node.cast::<pg_sys::RelabelType>()).arg.cast();
        }
    }
    node
}
