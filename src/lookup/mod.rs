//! Metadata services on the network: they complete, correct and confirm references.
//!
//! ```text
//! Identifier, title ──► services ──► Record ──► Entry
//!                          │
//!                        Client ──► cache, network
//! ```
//!
//! A [`Service`] turns an identifier or a description into requests, and answers into [`Record`]s, which are cleaned
//! of markup, entities and control characters. [`Catalogue`] knows which services to ask for what. The [`Client`]
//! is the only part that uses the network. Nothing here changes a library.

mod address;
mod cache;
mod clean;
mod client;
mod error;
mod identifier;
mod matching;
mod parallel;
mod record;
mod services;
mod style_repository;
mod verification;

pub use client::{Client, DEFAULT_TIMEOUT, NetworkMode, Settings};
pub use error::{LookupError, RequestFailure};
pub use identifier::{Identifier, UnknownIdentifier};
pub use matching::{
    Difference, Rejection, WorkMatch, differences, identifiers_of, match_work, search_of,
};
pub use parallel::map_in_parallel;
pub use record::{Notice, Record, Source};
pub use services::{Answers, Archived, LinkState};
pub use services::{Catalogue, DEFAULT_CATALOGUE, Search, Service};
pub use style_repository::{DownloadedStyle, download_style};
pub use verification::{Existence, Verification, notices_on, verify};
