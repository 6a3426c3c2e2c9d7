//! The query language: how a person says which works are meant.
//!
//! ```text
//! commons "peer production"          words and phrases, anywhere in the work; coop* for beginnings
//! author:benkler title:wealth        in one place
//! year:2002..2006  year:2010..       a year, or a span open at either end
//! type:article                       a BibLaTeX type
//! movement:oekonux theme:germ-form   a tag, with the narrower tags under it
//! -theme:policy                      not
//! (author:merten OR author:meretz)   either
//! ```
//!
//! Conditions that stand side by side hold together. Case and accents do not matter. A query is cut
//! into tokens ([`lexer`]), read into a tree ([`Query`]) and translated into a condition of the library
//! ([`Query::translate`]).

mod lexer;
mod parser;
mod sql;

pub use parser::{Place, Query, YearSpan};

/// A query that cannot be read, or that asks for something that the library does not know.
#[derive(Debug, thiserror::Error)]
pub enum QueryError {
    /// The query is not written as the language asks.
    #[error("the query cannot be read: {message}\n\n    {query}\n    {:>width$}", "^", width = .position + 1)]
    Malformed {
        /// The query.
        query: String,
        /// The character at which it goes wrong, counted from 0.
        position: usize,
        /// What is wrong there.
        message: String,
        /// What to write instead.
        help: Option<String>,
    },
    /// The library does not know what is asked for, or cannot be read.
    #[error(transparent)]
    Library(#[from] crate::library::LibraryError),
}

impl QueryError {
    /// What the reader can do about it.
    pub fn help(&self) -> Option<String> {
        match self {
            Self::Malformed { help, .. } => help
                .clone()
                .or_else(|| Some("`peerbib find --help` shows what a query can say".into())),
            Self::Library(error) => error.help(),
        }
    }
}
