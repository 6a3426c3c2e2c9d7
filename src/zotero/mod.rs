//! Zotero: its items, and what they are in BibLaTeX.
//!
//! A [`ZoteroItem`] is a work with everything that belongs to it, whether it was read from Zotero's database or came from
//! its connector in a browser. [`read`] makes references of items, from which BibLaTeX entries are written like those of
//! other formats: through CSL items, together with the fields of BibLaTeX for which CSL has no variable. Whatever
//! neither can hold is reported, and stays in the JSON of the item, which is the original of the entry.

pub mod connector;
#[cfg(feature = "library")]
pub mod database;
mod dates;
mod extra;
mod item;
mod mapping;
mod notes;
#[cfg(test)]
mod tests;
mod types;

pub use item::{
    Annotation, AnnotationType, Attachment, Creator, CreatorName, LinkMode, TagOrigin, ZoteroItem,
    ZoteroNote, ZoteroTag,
};
pub use mapping::{citation_key, read};
pub use notes::{NoteSection, NoteWriter};
