//! On which words of a work the condition of a rule holds.
//!
//! The condition is a tree of queries. Its *leaves* are the conditions that say something of the work
//! themselves; those below a negation say what the work is not, so they match no words. Each of the other
//! leaves is asked of the work by itself, and where it is about words, these are looked up in the work as
//! they stand there: with their capitals and accents, a name as a whole.

use crate::library::full_text::Column;
use crate::library::{Condition, Library, Match, MatchedWork, folded};
use crate::model::{CslItem, CslValue, markup};
use crate::query::{Matching, NodeKind, Place, Query, QueryError, Term};

/// A condition of a rule that may hold by itself.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Leaf {
    /// As it is written.
    written: String,
    /// Its translation.
    pub(super) condition: Condition,
    /// The words that it asks for, where it asks for words.
    words: Option<Words>,
}

/// Words that follow each other in a place of a work.
#[derive(Debug, Clone, PartialEq)]
struct Words {
    place: Place,
    /// Without case and accents.
    words: Vec<String>,
    /// Whether the last word may go on.
    beginning: bool,
}

/// The leaves of a query that are not below a negation, in its order.
///
/// # Errors
///
/// Where one names a tag that `library` does not have.
pub(super) fn leaves(query: &Query, library: &Library) -> Result<Vec<Leaf>, QueryError> {
    query
        .positive_terms()
        .iter()
        .map(|leaf| {
            let words = match &leaf.root().kind {
                NodeKind::Term {
                    term: Term::Text { place, matching },
                    ..
                } => Words::asked_for(place, matching),
                _ => None,
            };
            Ok(Leaf {
                written: leaf.text().to_owned(),
                condition: leaf.translate(library)?,
                words,
            })
        })
        .collect()
}

/// The tags that a query asks for, negated or not, as a library finds them; among them names before a
/// colon of which the library alone knows whether they are facets or fields.
pub(super) fn tags_asked_for(query: &Query) -> Vec<String> {
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

/// Which of the leaves hold for a work, and on which words.
pub(super) fn matched(leaves: &[Leaf], met: &MatchedWork<'_>) -> Vec<Match> {
    leaves
        .iter()
        .zip(met.parts)
        .filter(|(_, holds)| **holds)
        .map(|(leaf, _)| Match {
            condition: leaf.written.clone(),
            text: leaf.words.as_ref().and_then(|words| words.found_in(met)),
        })
        .collect()
}

impl Words {
    /// What a condition on text asks for; none for a pattern, and none for what has no words.
    fn asked_for(place: &Place, matching: &Matching) -> Option<Self> {
        let beginning = match matching {
            Matching::Words(_) | Matching::Whole(_) => false,
            Matching::Beginning(_) => true,
            Matching::Pattern(_) => return None,
        };
        let words: Vec<String> = tokens(matching.text())
            .map(|(_, word)| folded(word))
            .collect();
        (!words.is_empty()).then(|| Self {
            place: place.clone(),
            words,
            beginning,
        })
    }

    /// Whether the words may stand in what a column of the full-text index holds.
    fn may_stand_in(&self, column: Column) -> bool {
        match &self.place {
            Place::Anywhere => true,
            Place::Columns(columns) | Place::Names(columns) => columns.contains(&column),
            Place::Field(_) => false,
        }
    }

    /// The words as they stand in a work: the whole name of a person and of a journal, and the words
    /// alone of a longer text.
    fn found_in(&self, met: &MatchedWork<'_>) -> Option<String> {
        let in_title = || {
            self.may_stand_in(Column::Title)
                .then(|| self.span(met.title))?
        };
        let in_author = || {
            self.may_stand_in(Column::Author)
                .then(|| self.author(met))?
        };
        in_title().or_else(in_author).or_else(|| self.in_item(met))
    }

    fn author(&self, met: &MatchedWork<'_>) -> Option<String> {
        let authors: Vec<String> = serde_json::from_str(met.authors).ok()?;
        authors
            .into_iter()
            .find(|author| self.span(author).is_some())
    }

    /// The words in the variables of CSL.
    fn in_item(&self, met: &MatchedWork<'_>) -> Option<String> {
        let item: CslItem = serde_json::from_str(met.item).ok()?;
        item.variables.iter().find_map(|(variable, value)| {
            let is_container = variable.contains("container")
                || variable.contains("collection")
                || variable.starts_with("event");
            let column = match variable.as_str() {
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
            let is_meant = self.may_stand_in(column);
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

    /// The words in a text, as they stand there.
    fn span(&self, text: &str) -> Option<String> {
        let first = self.words.first()?;
        let found: Vec<(usize, &str)> = tokens(text).collect();
        let fits = |word: &str, wanted: &str, last: bool| {
            let word = folded(word);
            word == wanted || (last && self.beginning && word.starts_with(wanted))
        };
        let count = self.words.len();
        found.windows(count).find_map(|window| {
            let (start, begin) = window.first()?;
            if !fits(begin, first, count == 1) {
                return None;
            }
            let all = window
                .iter()
                .zip(&self.words)
                .enumerate()
                .all(|(index, ((_, word), wanted))| fits(word, wanted, index + 1 == count));
            let (end, last) = window.last()?;
            all.then(|| text.get(*start..end + last.len()).map(str::to_owned))?
        })
    }
}

/// The words of a text as the full-text index cuts them, with the place where each begins.
fn tokens(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut rest = text.char_indices().peekable();
    std::iter::from_fn(move || {
        while rest.peek().is_some_and(|(_, c)| !is_part_of_word(*c)) {
            rest.next();
        }
        let (start, _) = *rest.peek()?;
        let mut end = start;
        while let Some((at, c)) = rest.peek().filter(|(_, c)| is_part_of_word(*c)) {
            end = at + c.len_utf8();
            rest.next();
        }
        Some((start, text.get(start..end)?))
    })
}

/// Letters, digits, and the accents that follow a letter in decomposed text.
fn is_part_of_word(c: char) -> bool {
    c.is_alphanumeric() || unicode_normalization::char::is_combining_mark(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(words: &str, beginning: bool, text: &str) -> Option<String> {
        let words = Words {
            place: Place::Columns(&[Column::Title]),
            words: tokens(words).map(|(_, word)| folded(word)).collect(),
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
