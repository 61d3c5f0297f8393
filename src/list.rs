//! Postgres' lists, whose accessors are inline functions of its headers.
#![allow(unsafe_code)]

use pgrx::pg_sys;

/// The pointers of a list, in order; none for the null list.
///
/// # Safety
/// `list` must be a list of pointers to `T`, or null, and must not change while the iterator is used.
pub unsafe fn iter<T>(list: *mut pg_sys::List) -> impl Iterator<Item = *mut T> {
    // SAFETY: the caller's promise; a list has as many elements as its length says.
    let length = if list.is_null() {
        0
    } else {
        unsafe { (*list).length as usize }
    };
    (0..length).map(move |n| unsafe { (*(*list).elements.add(n)).ptr_value.cast::<T>() })
}
