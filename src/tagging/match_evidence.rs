//! Finds the words of a work that satisfy the condition of a rule.
//!
//! A condition is a tree of queries. Terms below a negation describe what a work is not, so they match no
//! words. Every other term is evaluated separately for the work. If it searches for words, they are looked up
//! in the work and returned as spelled there, with capitals and accents; a match in a name returns the whole
//! name.

use crate::library::full_text::Column;
use crate::library::{Filter, Library, MatchedCondition, MatchedWork};
use crate::model::{CslValue, markup};
use crate::query::{Matching, NodeKind, Query, QueryError, SearchIn, Term};
use crate::text::{self, Word, words_with_ranges};

/// A term of a rule's condition that is not negated.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct PositiveTerm {
    /// The term as written in the rule.
    written: String,
    /// The term translated into a condition.
    pub(super) condition: Filter,
    /// The words that the term searches for, if it does.
    words: Option<Phrase>,
}

/// Consecutive words in a part of a work.
#[derive(Debug, Clone, PartialEq)]
struct Phrase {
    place: SearchIn,
    /// The folded words.
    words: Vec<String>,
    /// Whether the last word is a prefix.
    beginning: bool,
}

/// Returns the terms of a query that are not negated, in order.
///
/// # Errors
///
/// Returns [`QueryError`] if a term refers to a tag that is not in `library`.
pub(super) fn positive_terms(
    query: &Query,
    library: &Library,
) -> Result<Vec<PositiveTerm>, QueryError> {
    query
        .positive_terms()
        .iter()
        .map(|term| {
            let words = match &term.root().kind {
                NodeKind::Term {
                    term: Term::Text { place, matching },
                    ..
                } => Phrase::from_matching(place, matching),
                _ => None,
            };
            Ok(PositiveTerm {
                written: term.text().to_owned(),
                condition: term.translate_for_rule(library)?,
                words,
            })
        })
        .collect()
}

/// Returns the tags in a query, negated or not. A name before a colon may be a facet or a field; only the
/// library can tell.
pub(super) fn referenced_tags(query: &Query) -> Vec<String> {
    let mut found = Vec::new();
    let mut pending = vec![query.root()];
    while let Some(node) = pending.pop() {
        match &node.kind {
            NodeKind::All(parts) | NodeKind::Any(parts) => pending.extend(parts.iter().rev()),
            NodeKind::Not(inner) => pending.push(inner),
            NodeKind::Term { term, .. } => match term {
                Term::Tag {
                    facet: Some(name),
                    matching,
                }
                | Term::Named { name, matching } => {
                    found.push(format!("{name}:{}", matching.text()));
                }
                Term::Tag {
                    facet: None,
                    matching,
                } => found.push(matching.text().to_owned()),
                _ => {}
            },
        }
    }
    found
}

/// Returns the terms that match a work, each with the matched words.
pub(super) fn matches(terms: &[PositiveTerm], met: &MatchedWork<'_>) -> Vec<MatchedCondition> {
    terms
        .iter()
        .zip(met.parts)
        .filter(|(_, holds)| **holds)
        .map(|(term, _)| MatchedCondition {
            condition: term.written.clone(),
            text: term.words.as_ref().and_then(|words| words.find_in(met)),
        })
        .collect()
}

impl Phrase {
    /// Returns the words that a text term searches for, or `None` for a pattern or a text without words.
    fn from_matching(place: &SearchIn, matching: &Matching) -> Option<Self> {
        let beginning = match matching {
            Matching::Words(_) | Matching::Whole(_) => false,
            Matching::Beginning(_) => true,
            Matching::Pattern(_) => return None,
        };
        let words = text::words(matching.text());
        (!words.is_empty()).then(|| Self {
            place: place.clone(),
            words,
            beginning,
        })
    }

    /// Returns whether the term searches a column of the full-text index.
    fn searches(&self, column: Column) -> bool {
        match &self.place {
            SearchIn::Anywhere => true,
            SearchIn::Columns(columns) | SearchIn::Names(columns) => columns.contains(&column),
            SearchIn::Field(_) => false,
        }
    }

    /// Returns the matched text: the whole name of a person or journal, or only the words of a longer text.
    fn find_in(&self, met: &MatchedWork<'_>) -> Option<String> {
        let in_title = || self.searches(Column::Title).then(|| self.span(met.title))?;
        let in_author = || self.searches(Column::Author).then(|| self.author(met))?;
        in_title().or_else(in_author).or_else(|| self.in_item(met))
    }

    fn author(&self, met: &MatchedWork<'_>) -> Option<String> {
        let authors: Vec<String> = serde_json::from_str(met.authors).ok()?;
        authors
            .into_iter()
            .find(|author| self.span(author).is_some())
    }

    /// Searches the CSL variables.
    fn in_item(&self, met: &MatchedWork<'_>) -> Option<String> {
        let item = (met.item)()?;
        item.variables.iter().find_map(|(variable, value)| {
            let is_container = variable.contains("container")
                || variable.contains("collection")
                || variable.starts_with("event");
            let column = match variable {
                _ if is_container => Column::Container,
                "author" => Column::Author,
                "editor" => Column::Editor,
                "abstract" => Column::Abstract,
                "publisher" => Column::Publisher,
                "publisher-place" | "event-place" => Column::Place,
                "note" | "annote" => Column::Note,
                "keyword" => Column::Keywords,
                _ if variable.contains("title") => Column::Title,
                _ if matches!(value, CslValue::Names(_)) => Column::Contributor,
                _ => Column::Other,
            };
            let is_meant = self.searches(column);
            match value {
                CslValue::Text(text) if is_meant => {
                    let text = markup::plain(text);
                    let span = self.span(&text)?;
                    Some(if is_container { text } else { span })
                }
                CslValue::Names(names) if is_meant => names
                    .iter()
                    .map(|name| name.reading_order())
                    .find(|name| self.span(name).is_some()),
                _ => None,
            }
        })
    }

    /// Returns the words as spelled in `text`.
    fn span(&self, text: &str) -> Option<String> {
        let found = words_with_ranges(text);
        let last = self.words.len().checked_sub(1)?;
        let fits = |(index, (word, wanted)): (usize, (&Word, &String))| {
            word.folded == *wanted
                || (index == last && self.beginning && word.folded.starts_with(wanted))
        };
        let window = found
            .windows(self.words.len())
            .find(|window| window.iter().zip(&self.words).enumerate().all(fits))?;
        let (first, last) = (window.first()?, window.last()?);
        text.get(first.range.start..last.range.end)
            .map(str::to_owned)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(words: &str, beginning: bool, text: &str) -> Option<String> {
        let words = Phrase {
            place: SearchIn::Columns(&[Column::Title]),
            words: text::words(words),
            beginning,
        };
        words.span(text)
    }

    #[test]
    fn words_are_shown_as_they_stand_in_the_text() {
        let found = span("open source", false, "Free/Libre Open-Source Software");
        assert_eq!(found.as_deref(), Some("Open-Source"));
        assert_eq!(
            span("soderberg", false, "Johan Söderberg").as_deref(),
            Some("Söderberg")
        );
        assert_eq!(
            span("postcap", true, "To Postcapitalism").as_deref(),
            Some("Postcapitalism")
        );
        assert_eq!(span("postcap", false, "To Postcapitalism"), None);
        assert_eq!(span("merten", false, "Stefan Meretz"), None);
    }
}
