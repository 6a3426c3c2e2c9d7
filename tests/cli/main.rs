//! What a person sees who runs peerbib: a module for each subcommand, and some for what concerns
//! them all. Every test has a home, a data directory and a library of its own.

// A test that cannot set up its environment has failed anyway.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]
// A test that needs another program says that it was skipped.
#![allow(clippy::print_stderr)]

mod add;
mod backup;
mod bad_input;
mod browser;
mod check;
mod check_online;
mod cite;
mod cite_documents;
mod cite_works;
mod completions;
mod config;
mod convert;
mod crash;
mod dedupe;
mod doctor;
mod edit;
mod export;
#[path = "../facts/mod.rs"]
mod facts;
mod file;
mod find;
mod foreign_formats;
mod format;
mod help;
mod history;
mod history_walk;
mod hostile_files;
mod hostile_formats;
mod hostile_outputs;
mod hostile_overwrites;
mod hostile_terminal;
mod hostile_text;
mod import;
mod import_faults;
mod init;
mod languages;
mod large_library;
mod list;
mod list_file;
mod list_sections;
mod list_snapshots;
mod listen;
mod lookup;
mod lookup_add;
mod lookup_failures;
mod man;
mod messy_library;
mod metadata_server;
mod note;
mod picker;
mod quickstart;
mod readme;
mod references;
mod rules;
mod show;
mod site;
mod site_browser;
mod site_metadata;
mod stats;
mod style;
mod style_download;
mod syllabus;
mod sync;
mod tag;
mod tags;
mod terminal;
mod test_env;
mod timeline;
mod ui;
mod why;
mod works;
mod zotero;
mod zotero_database;
