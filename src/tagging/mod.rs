//! Movements and themes: the vocabulary of tags, and the rules that put them on works.
//!
//! A [`Vocabulary`] is a TOML file with tags, their hierarchy and what is known of them, and the works
//! that belong to each with the reason. [`Rules`] are a TOML file, too: conditions, which are queries,
//! with the tags that works get which meet them. [`apply`] carries the rules of a library out and keeps on
//! which words of a work each condition holds (`matched.rs`); [`check`] finds what is wrong with them.
//! peerbib ships one of each (`bib/vocabulary.toml` and `bib/rules.toml`).

mod check;
mod match_evidence;
mod rules;
mod vocabulary;

pub use check::{Finding, TestResult, check, test};
pub use rules::{
    Applied, BrokenRule, Rules, RulesError, apply, apply_to_changed, install, split_rules,
};
pub use vocabulary::{Vocabulary, VocabularyChanges, VocabularyError, VocabularyReceipt};
