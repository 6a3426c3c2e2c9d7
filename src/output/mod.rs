//! Rich text to a target.

pub mod html;
