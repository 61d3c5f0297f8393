//! Acting as somebody else for the length of a call.
#![allow(unsafe_code)]

use pgrx::pg_sys::{self, Oid};

/// Acts as another user, with a search_path that finds nothing but built-in names, until dropped. After an error that is
/// not caught, the end of the (sub)transaction restores both anyway.
pub struct AsUser {
    user: Oid,
    context: i32,
    settings: i32,
}

impl AsUser {
    /// What runs as the user must not outlive the call: no cursors, no temporary tables, no deferred triggers.
    pub fn restricted(to: Oid) -> Self {
        Self::switch(to, pg_sys::SECURITY_RESTRICTED_OPERATION)
    }

    /// As a SECURITY DEFINER function of that user would; a table's policies do not bind its owner.
    pub fn owner(to: Oid) -> Self {
        Self::switch(to, pg_sys::SECURITY_NOFORCE_RLS)
    }

    fn switch(to: Oid, flags: u32) -> Self {
        let (mut user, mut context) = (Oid::INVALID, 0);
        // SAFETY: reads and sets variables of the backend.
        unsafe {
            pg_sys::GetUserIdAndSecContext(&mut user, &mut context);
            let flags = flags | pg_sys::SECURITY_LOCAL_USERID_CHANGE;
            pg_sys::SetUserIdAndSecContext(to, context | flags as i32);
            let settings = pg_sys::NewGUCNestLevel();
            pg_sys::set_config_option(
                c"search_path".as_ptr(),
                c"pg_catalog, pg_temp".as_ptr(),
                pg_sys::GucContext::PGC_USERSET,
                pg_sys::GucSource::PGC_S_SESSION,
                pg_sys::GucAction::GUC_ACTION_SAVE,
                true,
                0,
                false,
            );
            AsUser {
                user,
                context,
                settings,
            }
        }
    }
}

impl Drop for AsUser {
    fn drop(&mut self) {
        // SAFETY: restores what `switch` found.
        unsafe {
            pg_sys::AtEOXact_GUC(false, self.settings);
            pg_sys::SetUserIdAndSecContext(self.user, self.context);
        }
    }
}
