//! peerbib: a citation and bibliography manager for the literature of peer production and the commons.
//!
//! # Cargo features
//!
//! `csl` is the citation processor alone: `peerbib = { default-features = false, features = ["csl"] }`.
//! `formats` adds the reference formats and checks, without SQLite and without the dependencies of the command
//! line. `library` adds the store with `query`, `tagging` and `reading_list`; `lookup` adds metadata services on
//! the network; `output` adds `output`, `documents` and `charts`; `site` adds the web site; `cli`, the default, adds
//! the program, and `pdf` builds Typst into it.
//!
#![doc = include_str!("ARCHITECTURE.md")]

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
#[cfg(feature = "csl")]
pub mod language;
#[cfg(feature = "library")]
pub mod library;
#[cfg(feature = "lookup")]
pub mod lookup;
#[cfg(feature = "csl")]
pub mod model;
#[cfg(feature = "output")]
pub mod output;
#[cfg(feature = "library")]
pub mod query;
#[cfg(feature = "library")]
pub mod reading_list;
#[cfg(feature = "site")]
pub mod site;
pub mod suggest;
#[cfg(feature = "library")]
pub mod tagging;
pub mod text;
#[cfg(feature = "formats")]
pub mod transliteration;
#[cfg(feature = "formats")]
pub mod zotero;
