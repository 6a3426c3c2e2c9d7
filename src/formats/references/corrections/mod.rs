//! Corrects the labels of a reference where its text leaves no doubt, so that the model need not be certain.

mod containers;
mod dates;
mod east_asian;
mod names;
mod titles;

use std::ops::Range;

use super::labels::Label;
use super::words::{self, WordClass};

/// Corrects labels where the text leaves no doubt.
pub(crate) fn correct_labels(text: &str, places: &[Range<usize>], labels: &mut [Label]) {
    let tokens: Vec<&str> = places
        .iter()
        .map(|place| text.get(place.clone()).unwrap_or_default())
        .collect();
    let mut reference = LabelledTokens {
        tokens: tokens.as_slice(),
        labels,
    };
    label_addresses(&mut reference);
    label_numbers(&mut reference);
    names::divide_at_dashes(&mut reference);
    dates::move_pages(&mut reference);
    dates::label_missing_dates(&mut reference);
    dates::find_date(&mut reference);
    names::find_names_before_year(&mut reference);
    names::label_roles(&mut reference);
    names::find_authors(&mut reference);
    names::end_names(&mut reference);
    titles::find_quoted_title(&mut reference);
    titles::divide_at_slashes(&mut reference);
    titles::close_parentheses(&mut reference);
    containers::find_before_place(&mut reference);
    containers::find_date(&mut reference);
    containers::begin_with_in(&mut reference);
    titles::continue_after_colon(&mut reference);
    titles::join_parenthesis(&mut reference);
    titles::continue_without_mark(&mut reference);
    titles::continue_after_function_word(&mut reference);
    titles::divide_at_phrase(&mut reference);
    titles::divide_before_pages(&mut reference);
    titles::divide_before_imprint(&mut reference);
    titles::find_thesis(&mut reference);
    titles::find_publisher(&mut reference);
    containers::find_journal(&mut reference);
    containers::begin_with_abbreviation(&mut reference);
    containers::find_volume_before(&mut reference);
    titles::find_title(&mut reference);
    titles::find_title_without_names(&mut reference);
    containers::find_site(&mut reference);
    east_asian::label(&mut reference);
}

/// The tokens of a reference with their labels.
struct LabelledTokens<'t, 'l> {
    tokens: &'l [&'t str],
    labels: &'l mut [Label],
}

impl<'t> LabelledTokens<'t, '_> {
    /// Returns the text of a token, or nothing after the last.
    fn token(&self, at: usize) -> &'t str {
        self.tokens.get(at).copied().unwrap_or_default()
    }

    fn label(&self, at: usize) -> Option<Label> {
        self.labels.get(at).copied()
    }

    fn len(&self) -> usize {
        self.labels.len()
    }

    fn has(&self, labels: &[Label]) -> bool {
        self.labels.iter().any(|label| labels.contains(label))
    }

    /// Returns whether a token is of a class of words.
    fn is(&self, at: usize, class: WordClass) -> bool {
        words::classes_of(&words::plain(self.token(at))).contains(class)
    }

    fn any_is(&self, range: Range<usize>, class: WordClass) -> bool {
        range.into_iter().any(|at| self.is(at, class))
    }

    /// Returns the runs of tokens with the same label.
    fn runs(&self) -> Vec<(Label, Range<usize>)> {
        let mut runs: Vec<(Label, Range<usize>)> = Vec::new();
        for (at, label) in self.labels.iter().enumerate() {
            match runs.last_mut() {
                Some((last, range)) if last == label => range.end = at + 1,
                _ => runs.push((*label, at..at + 1)),
            }
        }
        runs
    }

    /// Returns the tokens from a place on that have the same label; none after the last.
    fn run_at(&self, start: usize) -> Range<usize> {
        let label = self.label(start);
        let rest = self.labels.iter().skip(start);
        let length = rest.take_while(|next| Some(**next) == label).count();
        start..start + length
    }

    /// Returns the first run with one of these labels.
    fn first_run_of(&self, wanted: &[Label]) -> Option<Range<usize>> {
        let start = self
            .labels
            .iter()
            .position(|label| wanted.contains(label))?;
        Some(self.run_at(start))
    }

    /// Returns the first run with a label.
    fn first_run(&self, wanted: Label) -> Option<Range<usize>> {
        self.first_run_of(&[wanted])
    }

    /// Returns where the reference begins after its number in a list.
    fn start(&self) -> usize {
        let is_number = |label: &&Label| **label == Label::CitationNumber;
        self.labels.iter().take_while(is_number).count()
    }

    fn set(&mut self, range: Range<usize>, label: Label) {
        for slot in self.labels.get_mut(range).unwrap_or_default() {
            *slot = label;
        }
    }

    /// Returns whether a sentence ends with a token: after a period that is not that of an initial or an abbreviation.
    fn ends_sentence(&self, at: usize) -> bool {
        let token = self.token(at);
        let bare = token.trim_end_matches(['"', '\u{201d}', '\u{2019}', '\'', '\u{bb}', ')', ']']);
        let plain = words::plain(token);
        let is_abbreviation = words::classes_of(&plain).contains(WordClass::ABBREVIATION);
        bare.ends_with(['?', '!'])
            || (bare.ends_with('.')
                && plain.chars().count() > 2
                && !plain.contains('.')
                && !is_abbreviation)
    }
}

/// Labels DOIs and addresses.
fn label_addresses(reference: &mut LabelledTokens<'_, '_>) {
    for at in 0..reference.len() {
        let token = reference.token(at);
        if words::is_doi(token) && !words::is_url(token) {
            reference.set(at..at + 1, Label::Doi);
        } else if words::is_url(token) && reference.label(at) != Some(Label::Doi) {
            reference.set(at..at + 1, Label::Url);
        }
    }
}

/// Labels the number after "ISBN" or "ISSN".
fn label_numbers(reference: &mut LabelledTokens<'_, '_>) {
    let mut follows = false;
    for at in 0..reference.len() {
        let token = reference.token(at);
        let is_name = matches!(
            words::plain(token).as_str(),
            "isbn" | "issn" | "eissn" | "isbn-13" | "isbn-10"
        );
        let has_digits = token.contains(|c: char| c.is_ascii_digit());
        follows = is_name || (follows && has_digits);
        if follows {
            reference.set(at..at + 1, Label::Isbn);
        }
    }
}

/// Returns whether a word is one or two capitals, as initials without a period are.
fn is_initials(word: &str) -> bool {
    (1..=2).contains(&word.chars().count()) && word.chars().all(char::is_uppercase)
}

/// Returns whether a token says that the work is part of what follows: `In`, `dans`, `En:`. Without a colon, "En" and "I"
/// may begin a title.
fn is_in(token: &str) -> bool {
    let bare = token.trim_end_matches(':');
    matches!(bare, "In" | "in" | "IN" | "Dans" | "dans")
        || (bare.len() < token.len()
            && words::classes_of(&words::plain(bare)).contains(WordClass::IN))
}

/// Returns whether a token is a dash by itself.
fn is_dash(token: &str) -> bool {
    matches!(token, "-" | "\u{2013}" | "\u{2014}" | "|" | "--")
}
