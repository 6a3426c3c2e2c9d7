//! Rich text to a target: one module each.

pub mod docx;
pub mod html;
pub mod json;
pub mod latex;
pub mod markdown;
mod marked_up;
pub mod mediawiki;
pub mod rtf;
mod runs;
pub mod text;
pub mod typst;
