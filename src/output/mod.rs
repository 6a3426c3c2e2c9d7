//! Rich text to a target.
