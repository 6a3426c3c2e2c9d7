//! What a person sees who runs peerbib: a module for each subcommand, and some for what concerns
//! them all. Every test has a home, a data directory and a library of its own.

// A test that cannot set up its desk has failed anyway.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod bad_input;
mod check;
mod comfort;
mod completions;
mod config;
mod desk;
mod export;
#[path = "../facts/mod.rs"]
mod facts;
mod find;
mod format;
mod help;
mod history;
mod import;
mod init;
mod man;
mod quickstart;
mod show;
mod stats;
mod style;
mod tag;
mod tags;
mod timeline;
mod why;
