//! The tag vocabulary and the rules that assign tags to works.
//!
//! A [`Vocabulary`] is a TOML file that contains tags with their hierarchy and descriptions, and the works
//! that belong to each tag with the reason. [`Rules`] are a TOML file as well: each rule has a condition,
//! which is a query, and the tags that matching works get. [`apply`] runs the rules of a library and records
//! the words on which each condition matched (`match_evidence.rs`); [`check`] finds problems in the rules.
//! peerbib bundles one of each (`bib/vocabulary.toml` and `bib/rules.toml`).

mod check;
mod match_evidence;
mod rules;
mod vocabulary;

pub use check::{RuleProblem, RuleTestResult, check, test};
pub use rules::{
    BrokenRule, RuleRunReport, Rules, RulesError, apply, apply_to_changed, install, split_rules,
};
pub use vocabulary::{Vocabulary, VocabularyChanges, VocabularyError, VocabularyReport};
