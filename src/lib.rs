//! peerbib: a citation and bibliography manager for the literature of peer production and the commons.

pub mod csl;
pub mod formats;
pub mod output;
pub mod work;
