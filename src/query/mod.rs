//! The query language, which selects, sorts and limits works.
//!
//! ```text
//! commons "peer production"          words and phrases, anywhere in the work; coop* for prefixes
//! author:benkler title:wealth        in one field
//! title:="the wealth of networks"    the whole value; title:/^the .* of/ is a regular expression
//! year:2002..2006  year:>=2010       a range, open at either end if you like; a comparison
//! type:article,book                  a comma is OR within one field
//! movement:oekonux theme:=policy     a tag with its child tags; = without them
//! has:doi missing:abstract           a field that is set or missing
//! -theme:policy                      not; NOT theme:policy is the same
//! (author:merten OR author:meretz)   either
//! sort:-year,author limit:20         the order, and how many
//! ```
//!
//! All terms must match. Case and accents do not matter. `lexer.rs` splits a query into tokens; `parser.rs`
//! builds a syntax tree ([`Query`], [`QueryNode`]) with the position of each node; [`Query::translate`] turns it
//! into a filter of the library, and [`Query::selection`] adds order and limit. [`FIELDS`] lists the fields.
//!
//! ```
//! use peerbib::library::Library;
//! use peerbib::query::{Query, QueryError};
//!
//! let mut library = Library::temporary()?;
//! library.change("add a book", |change| {
//!     change.works().add("@book{hyde2010, title = {Common as Air}, date = {2010}}", None)
//! })?;
//! let query: Query = "title:common year:2000..".parse()?;
//! let works = library.works().ids(&query.selection(&library)?)?;
//! assert_eq!(library.works().key(works[0])?, "hyde2010");
//! # Ok::<(), QueryError>(())
//! ```

mod ast;
mod error;
mod fields;
mod lexer;
mod parser;
mod time_range;
mod translate;
mod year_range;

pub use ast::{Matching, NodeKind, Query, QueryNode, SearchIn, Term};
pub use error::QueryError;
pub use fields::{FIELDS, QueryField};
pub use time_range::{TimePoint, TimeRange};
pub use year_range::YearRange;

/// The position of a part of a query in its text, in bytes.
pub type QuerySpan = std::ops::Range<usize>;
