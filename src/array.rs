//! Postgres' arrays.
#![allow(unsafe_code)]

use std::ptr;

use pgrx::pg_sys::{self, Datum, Oid};

/// How many dimensions an array has.
///
/// # Safety
/// `datum` must be an array, and not NULL.
pub unsafe fn dimensions(datum: Datum) -> i32 {
    // SAFETY: the caller's promise.
    unsafe {
        let array = pg_sys::pg_detoast_datum(datum.cast_mut_ptr()).cast::<pg_sys::ArrayType>();
        (*array).ndim
    }
}

/// The elements of an array of `ty`, in order, whatever its dimensions; its NULLs are `None`.
///
/// # Safety
/// `datum` must be such an array, and not NULL. The elements live as long as it does.
pub unsafe fn elements(datum: Datum, ty: Oid) -> Vec<Option<Datum>> {
    // SAFETY: the caller's promise; Postgres itself says how elements of the type are stored.
    unsafe {
        let array = pg_sys::pg_detoast_datum(datum.cast_mut_ptr()).cast::<pg_sys::ArrayType>();
        let (mut length, mut by_value, mut alignment) = (0, false, 0);
        pg_sys::get_typlenbyvalalign(ty, &mut length, &mut by_value, &mut alignment);
        let (mut values, mut nulls, mut count) = (ptr::null_mut(), ptr::null_mut(), 0);
        pg_sys::deconstruct_array(
            array,
            ty,
            length.into(),
            by_value,
            alignment,
            &mut values,
            &mut nulls,
            &mut count,
        );
        (0..count as usize)
            .map(|n| (!*nulls.add(n)).then(|| *values.add(n)))
            .collect()
    }
}
