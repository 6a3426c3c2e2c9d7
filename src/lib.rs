//! peerbib: a citation and bibliography manager for the literature of peer production and the commons.
//!
//! # The path of a reference
//!
//! ```text
//! refs.bib ──► formats ──► Entry ──► library (SQLite) ──► query ──► reading list ──► csl ──► output ──► list.html
//!              never         │       works, tags,         selection  sections,       rich    text, HTML,
//!              loses         │       history, full text              order           text    Markdown
//!              anything      └──► CSL item (derived, can be rebuilt)
//! ```
//!
//! Data flows one way, left to right. A module knows nothing about the modules to its right.
//!
//! - [`text`]: case and accent folding, word splitting
//! - [`model`]: a BibLaTeX entry and its parts: names, dates, identifiers
//! - [`formats`]: reading and writing reference formats
//! - [`checks`]: finds what is missing, wrong or doubtful in an entry, and how to fix it
//! - [`csl`]: the citation processor, usable alone
//! - [`library`]: the SQLite store, with tags and an undo log
//! - [`query`]: the query language
//! - [`tagging`]: the vocabulary of movements and themes, and rules that assign tags
//! - [`bundled`]: the bibliographies, vocabulary and rules inside the program
//! - [`reading_list`]: selection, sections, order, annotations, snapshots
//! - [`output`]: converts rich text to text, HTML, Markdown, LaTeX, Word and more
//! - [`documents`]: citations inside Markdown, LaTeX and Typst documents
//! - [`charts`]: timelines and statistics as SVG, HTML and text
//! - [`config`]: the user's settings
//!
//! # Cargo features
//!
//! `formats` and `csl` each build alone, without SQLite and without the dependencies of the command line:
//! `peerbib = { default-features = false, features = ["csl"] }`. `library` adds the store with `query`,
//! `tagging` and `reading_list`; `output` adds `output`, `documents` and `charts`; `cli`, the default, adds
//! the program.

#[cfg(feature = "library")]
pub mod bundled;
#[cfg(feature = "output")]
pub mod charts;
#[cfg(feature = "formats")]
pub mod checks;
#[cfg(feature = "cli")]
pub mod config;
#[cfg(feature = "csl")]
pub mod csl;
#[cfg(feature = "output")]
pub mod documents;
#[cfg(feature = "formats")]
pub mod formats;
#[cfg(feature = "library")]
pub mod library;
pub mod model;
#[cfg(feature = "output")]
pub mod output;
#[cfg(feature = "library")]
pub mod query;
#[cfg(feature = "library")]
pub mod reading_list;
pub mod suggest;
#[cfg(feature = "library")]
pub mod tagging;
pub mod text;
