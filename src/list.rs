//! Postgres' lists, whose accessors are inline functions of its headers.
#![allow(unsafe_code)]

use pgrx::pg_sys;

/// The pointers of a list, in order; none for the null list.
///
/// # Safety
/// `list` must be a list of pointers to `T`, or null, and must not change while the iterator is used.
pub unsafe fn iter<T>(list: *mut pg_sys::List) -> impl Iterator<Item = *mut T> {
    // SAFETY: the caller's promise: a list, or null.
    let length = unsafe { list.as_ref() }.map_or(0, |list| list.length as usize);
    // SAFETY: as above, for as long as the iterator is used.
    (0..length).map(move |n| unsafe { (*(*list).elements.add(n)).ptr_value.cast::<T>() })
}

/// The integers of a list of integers, in order.
///
/// # Safety
/// `list` must be a list of integers, or null, and must not change while the iterator is used.
pub unsafe fn integers(list: *mut pg_sys::List) -> impl Iterator<Item = i32> {
    // SAFETY: the caller's promise: a list, or null.
    let length = unsafe { list.as_ref() }.map_or(0, |list| list.length as usize);
    // SAFETY: as above, for as long as the iterator is used.
    (0..length).map(move |n| unsafe { (*(*list).elements.add(n)).int_value })
}
