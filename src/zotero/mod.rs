//! Zotero: its items, and what they are in BibLaTeX.
//!
//! An [`Item`] is a work with everything that belongs to it, whether it was read from Zotero's database or came from
//! its connector in a browser.

#[cfg(feature = "library")]
pub mod database;
mod item;
mod notes;

pub use item::{
    Annotation, AnnotationKind, Attachment, Creator, CreatorName, Item, LinkMode, Note, Tag,
    TagOrigin,
};
pub use notes::{NoteSection, NoteWriter};
