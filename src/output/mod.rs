//! Output formats for reading lists, one module each.
//!
//! Rich text is flattened into runs (`text_runs`), from which every format except HTML is written. Text
//! formats with markup share `markup_writer`. Complete documents are fill_template into a file of `templates`, in
//! which names between dollar signs are placeholders. Formats that need more than the formatted entry get it
//! from [`MetadataIndex`].

pub mod coins;
pub mod csv;
pub mod docx;
pub mod html;
mod item_metadata;
pub mod json;
pub mod json_ld;
pub mod latex;
mod latex_characters;
pub mod markdown;
mod markup_writer;
pub mod mediawiki;
pub mod pandoc;
pub mod rtf;
mod template;
pub mod text;
mod text_runs;
pub mod typst;
mod urls;

pub use item_metadata::{ItemMetadata, MetadataIndex};
