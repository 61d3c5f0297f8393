//! What a scan brings and what it costs: rows, types, plans, paging.
