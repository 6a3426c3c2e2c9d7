//! The query language: how a person says which works are meant, in which order, and how many.
//!
//! ```text
//! commons "peer production"          words and phrases, anywhere in the work; coop* for beginnings
//! author:benkler title:wealth        in one place
//! title:="the wealth of networks"    the whole of a value; title:/^the .* of/ for a pattern
//! year:2002..2006  year:>=2010       a year, a span open at either end, a comparison
//! type:article,book                  a comma is OR within one field
//! movement:oekonux theme:=policy     a tag with the narrower tags under it; = without them
//! has:doi missing:abstract           what is there and what is not
//! -theme:policy                      not; NOT theme:policy is the same
//! (author:merten OR author:meretz)   either
//! sort:-year,author limit:20         the order, and how many
//! ```
//!
//! Conditions that stand side by side hold together. Case and accents do not matter. A query is cut
//! into tokens (`lexer.rs`), read into a tree ([`Query`], [`Node`]) that remembers where each part stands in
//! the text, and translated into a condition of the library ([`Query::translate`]) or a whole selection
//! ([`Query::selection`]). The fields are in one list, [`FIELDS`].

mod ast;
mod error;
mod fields;
mod lexer;
mod parser;
mod time_range;
mod translate;
mod year_range;

pub use ast::{Matching, Node, NodeKind, Place, Query, Term};
pub use error::QueryError;
pub use fields::{FIELDS, QueryField};
pub use time_range::{Moment, MomentSpan};
pub use year_range::YearSpan;

/// Where a part of a query stands in its text, in bytes.
pub type Span = std::ops::Range<usize>;
