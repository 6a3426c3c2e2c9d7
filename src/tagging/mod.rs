//! Movements and themes: the vocabulary of tags.
//!
//! A [`Vocabulary`] is a TOML file with tags, their hierarchy and what is known of them, and the works
//! that belong to each with the reason. peerbib ships one (`bib/vocabulary.toml`).

mod vocabulary;

pub use vocabulary::{Vocabulary, VocabularyError, VocabularyReceipt};
