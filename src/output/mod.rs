//! Rich text to a target: one module each.

pub mod html;
pub mod markdown;
mod runs;
pub mod text;
