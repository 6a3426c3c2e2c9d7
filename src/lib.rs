//! peerbib: a citation and bibliography manager for the literature of peer production and the commons.
//!
//! # The way of a reference
//!
//! ```text
//! refs.bib ──► formats ──► Work ──► library (SQLite) ──► query ──► reading list ──► csl ──► output ──► list.html
//!              reading       │      works, tags,          selection  sections,       rich    text, HTML,
//!              never loses   │      history, full text               order           text    Markdown
//!                            └──► CSL item (derived, rebuildable)
//! ```
//!
//! Data goes one way, left to right, and nothing to the left of an arrow knows what is on its right.
//!
//! - [`text`]: case and accent folding, word splitting
//! - [`model`]: the reference itself, as it was written and as CSL sees it
//! - [`formats`]: reading and writing reference formats
//! - [`library`]: the SQLite store, with tags and an undo log
//! - [`query`]: the language in which a person says which works are meant
//! - [`checks`]: what is missing, wrong or doubtful in a reference, and how to mend it
//! - [`tagging`]: the vocabulary of movements and themes
//! - [`reading_list`]: works in sections, in an order, annotated, and what changed from edition to edition
//! - [`csl`]: the citation processor, usable alone
//! - [`output`]: rich text to text, HTML, Markdown
//! - [`documents`]: citations inside documents: Markdown, LaTeX, Typst
//! - [`charts`]: timelines and counts of works as SVG, as a page, in the terminal
//! - [`config`]: what a person set once and for all
//! - [`bundled`]: the bibliographies and the vocabulary inside the program

pub mod bundled;
pub mod charts;
pub mod checks;
pub mod config;
pub mod csl;
pub mod documents;
pub mod formats;
pub mod library;
pub mod model;
pub mod output;
pub mod query;
pub mod reading_list;
pub mod suggest;
pub mod tagging;
pub mod text;
