//! A reading list in the forms in which people hand it on: one module each.
//!
//! Rich text is laid flat to runs (`runs`), which every form but HTML is written from; what the forms of
//! text with markup have in common is in `marked_up`. A form that is a whole document has its frame, such
//! as a page or a preamble, in a file of `templates`, with a name between dollar signs where something goes
//! in. What a form tells of a work beyond its entry comes from [`Works`].

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
mod mediawiki_escape;
mod mediawiki_templates;
pub mod pandoc;
pub mod rtf;
mod template;
pub mod text;
mod text_runs;
pub mod typst;
mod urls;

pub use item_metadata::{ListedWork, Works};
