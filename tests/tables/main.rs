//! The whole tenant as tables: every object read whole, by key, by filter and from its parent, with the requests it costs.

mod budget;
mod every;
mod explain;
mod fan;
mod logs;
mod offered;
mod reads;
mod replay;
mod secrets;
