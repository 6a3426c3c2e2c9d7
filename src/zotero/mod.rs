//! Zotero: its items, and what they are in BibLaTeX.
//!
//! An [`Item`] is a work with everything that belongs to it, whether it was read from Zotero's database or came from
//! its connector in a browser.

mod item;

pub use item::{
    Annotation, AnnotationKind, Attachment, Creator, CreatorName, Item, LinkMode, Note, Tag,
    TagOrigin,
};
