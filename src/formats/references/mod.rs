//! Plain reference lists, as they stand at the end of a chapter, on a wiki page or in a syllabus.
//!
//! 1. `split` divides a text into references, and leaves out headings and prose.
//! 2. `tokens` divides a reference into words; `features` describes each of them; `model` labels them: a linear-chain
//!    conditional random field, whose probabilities say how certain a reading is.
//! 3. `normalise` makes a CSL item of the labelled parts, with `names` and `dates`.
//!
//! The model is trained offline; see `training`.

mod dates;
mod features;
mod labels;
mod line;
mod model;
mod names;
mod normalise;
mod quotation;
pub(crate) mod reading;
mod split;
mod title_first;
mod tokens;
pub mod training;
mod wiki_entries;
mod words;

use std::ops::Range;

pub use labels::Label;
pub use model::{Labelling, Model};
use normalise::Segment;
pub use reading::{reading_of, set_reading};
pub use split::OtherText;

use super::csl_to_bib::ParsedItems;
use super::{Diagnostic, ReadFormat, Records, Severity};
use crate::model::CslItem;

/// Reads plain reference lists.
pub(crate) struct ReferenceLists;

impl ReadFormat for ReferenceLists {
    fn read(&self, text: &str) -> Records {
        Records::Items(read(text).into_items())
    }
}

/// Returns whether a text is a reference list, or has one under a heading at its end.
pub(crate) fn sniff(text: &str) -> bool {
    // The list of a chapter stands at its end.
    const SEEN: usize = 200_000;
    let text = line::tail(text, SEEN);
    let is_markup = text.trim_start().starts_with(['<', '{', '[', '@', '%'])
        && !text.trim_start().starts_with("[1]");
    if is_markup {
        return false;
    }
    let split = split::split(text);
    let listed: usize = split
        .references
        .iter()
        .map(|reference| reference.text.len())
        .sum();
    match split.references.len() {
        0 => false,
        1 | 2 => listed * 2 > text.trim().len(),
        _ => listed * 4 > text.trim().len() || line::has_list_heading(text),
    }
}

/// A reference of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Reference {
    /// The line where it begins, from 1.
    pub line: usize,
    /// Its text, on one line.
    pub source: String,
    /// Its tokens with their labels.
    pub tokens: Vec<LabelledToken>,
    /// The reference as a CSL item, with `source` and `confidence` in its variable `custom`.
    pub item: CslItem,
    /// The probability that it was read right.
    pub confidence: f32,
}

/// A token with its label.
#[derive(Debug, Clone, PartialEq)]
pub struct LabelledToken {
    /// The text.
    pub text: String,
    /// The label.
    pub label: Label,
    /// The probability of the label.
    pub confidence: f32,
}

/// The references of a text.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ReferenceList {
    /// The references, in their order.
    pub references: Vec<Reference>,
    /// The lines that hold none.
    pub other: Vec<OtherText>,
}

impl ReferenceList {
    /// Returns the references as items, with what was left out among the problems.
    pub fn into_items(self) -> ParsedItems {
        let mut items = ParsedItems::default();
        if self.references.is_empty() {
            items.problems.push(Diagnostic {
                line: 0,
                key: None,
                field: None,
                message: "no references found".to_owned(),
                severity: Severity::Warning,
            });
            return items;
        }
        // The lines of a long text around a list are named together.
        const NAMED: usize = 10;
        for other in self.other.iter().take(NAMED) {
            let lines = match other.lines {
                1 => String::new(),
                count => format!(" and {} more lines", count - 1),
            };
            items.problems.push(Diagnostic {
                line: other.line,
                key: None,
                field: None,
                message: format!(
                    "not a reference: \u{201c}{}\u{201d}{lines}",
                    other.beginning
                ),
                severity: Severity::Notice,
            });
        }
        if let Some(other) = self.other.get(NAMED) {
            let lines: usize = self.other.iter().skip(NAMED).map(|other| other.lines).sum();
            items.problems.push(Diagnostic {
                line: other.line,
                key: None,
                field: None,
                message: format!("{lines} more lines from here on are no references"),
                severity: Severity::Notice,
            });
        }
        for reference in self.references {
            let Reference {
                line, source, item, ..
            } = reference;
            items.accept(line, item, || source);
        }
        items
    }
}

/// Reads the references of a text. Takes time in proportion to its length, whatever the text is.
pub fn read(text: &str) -> ReferenceList {
    let split = split::split(&wiki_entries::joined(text));
    let mut list = ReferenceList {
        other: split.other,
        ..ReferenceList::default()
    };
    let Some(model) = Model::bundled() else {
        return list;
    };
    let mut authors = String::new();
    for raw in split.references {
        let text = readable(&raw.text, &authors);
        let text = title_first::authors_first(&text).unwrap_or(text);
        let reference = read_reference(model, raw.line, raw.text, &text);
        let found = leading_names(&reference.tokens);
        if !found.is_empty() {
            authors = found;
        }
        list.references.push(reference);
    }
    list
}

/// Reads one reference again with labels that a person corrected. They are certain.
pub fn relabelled(reference: &Reference, labels: &[Label]) -> Reference {
    let mut tokens = reference.tokens.clone();
    for (token, label) in tokens.iter_mut().zip(labels) {
        token.label = *label;
        token.confidence = 1.0;
    }
    let texts: Vec<&str> = tokens.iter().map(|token| token.text.as_str()).collect();
    let text = texts.join(" ");
    let mut at = 0;
    let places: Vec<Range<usize>> = texts
        .iter()
        .map(|token| {
            let place = at..at + token.len();
            at = place.end + 1;
            place
        })
        .collect();
    let labels: Vec<Label> = tokens.iter().map(|token| token.label).collect();
    let item = normalise::item(&segments(&text, &places, &labels));
    Reference {
        tokens,
        item: with_source(item, &reference.source, 1.0),
        confidence: 1.0,
        ..reference.clone()
    }
}

/// Returns the text of a reference as it is labelled: with the names that a dash stands for, and without `[online]`.
fn readable(source: &str, authors: &str) -> String {
    let mut text = match line::same_author(source) {
        Some(rest) if !authors.is_empty() => {
            let separator = if authors.ends_with(['.', ',', ':', ')']) {
                " "
            } else {
                ", "
            };
            format!("{authors}{separator}{rest}")
        }
        _ => source.to_owned(),
    };
    const MEDIA: [&str; 9] = [
        "[online]",
        "[Online]",
        "[WWW Document]",
        "[Internet]",
        "[en ligne]",
        "[En ligne]",
        "[en línea]",
        "[En línea]",
        "[em linha]",
    ];
    for medium in MEDIA {
        if text.contains(medium) {
            text = text.replace(medium, " ");
        }
    }
    without_type_codes(&text).unwrap_or(text)
}

/// Replaces the codes of the Chinese standard GB/T 7714 for the type and the medium of a work, `[J]`, `[M/OL]`, and
/// `[C]//` before the work that it is part of; none if there are none.
fn without_type_codes(text: &str) -> Option<String> {
    const TYPES: [&str; 14] = [
        "M", "C", "N", "J", "D", "R", "S", "P", "G", "DB", "CP", "EB", "A", "Z",
    ];
    const MEDIA: [&str; 4] = ["OL", "MT", "DK", "CD"];
    let mut plain = String::new();
    let mut rest = text;
    let mut searched = 0;
    while let Some(open) = rest.get(searched..).and_then(|text| text.find('[')) {
        let open = searched + open;
        let inside = rest.get(open + 1..).unwrap_or_default();
        let close = inside.bytes().take(6).position(|byte| byte == b']');
        let code = close
            .and_then(|close| inside.get(..close))
            .unwrap_or_default();
        let (kind, medium) = code.split_once('/').unwrap_or((code, "OL"));
        if open == 0 || !TYPES.contains(&kind) || !MEDIA.contains(&medium) {
            searched = open + 1;
            continue;
        }
        plain.push_str(rest.get(..open).unwrap_or_default());
        rest = inside.get(code.len() + 1..).unwrap_or_default();
        searched = 0;
        if let Some(container) = rest.strip_prefix("//") {
            plain.push_str(". In: ");
            rest = container;
        }
    }
    (rest.len() < text.len()).then(|| plain + rest)
}

/// Returns the names at the beginning of a reference.
fn leading_names(tokens: &[LabelledToken]) -> String {
    let names: Vec<&str> = tokens
        .iter()
        .skip_while(|token| token.label == Label::CitationNumber)
        .take_while(|token| matches!(token.label, Label::Author | Label::Editor))
        .map(|token| token.text.as_str())
        .collect();
    names.join(" ")
}

fn read_reference(model: &Model, line: usize, source: String, text: &str) -> Reference {
    let places = tokens::tokens(text);
    let Labelling {
        mut labels,
        confidences,
        confidence,
    } = model.label(&features::features(text, &places));
    correct_labels(text, &places, &mut labels);
    let item = normalise::item(&segments(text, &places, &labels));
    // Only labels that a person has set are certain.
    let confidence = (confidence * plausibility(&item)).min(0.99);
    let tokens = places
        .iter()
        .zip(labels)
        .zip(confidences)
        .map(|((place, label), confidence)| LabelledToken {
            text: text.get(place.clone()).unwrap_or_default().to_owned(),
            label,
            confidence,
        })
        .collect();
    Reference {
        line,
        tokens,
        item: with_source(item, &source, confidence),
        source,
        confidence,
    }
}

/// Corrects labels where the text leaves no doubt.
pub(crate) fn correct_labels(text: &str, places: &[Range<usize>], labels: &mut [Label]) {
    let tokens: Vec<&str> = places
        .iter()
        .map(|place| text.get(place.clone()).unwrap_or_default())
        .collect();
    for (token, label) in tokens.iter().zip(labels.iter_mut()) {
        if words::is_doi(token) && !words::is_url(token) {
            *label = Label::Doi;
        } else if words::is_url(token) && *label != Label::Doi {
            *label = Label::Url;
        }
    }
    label_numbers(&tokens, labels);
    label_missing_dates(&tokens, labels);
    find_date(&tokens, labels);
    label_roles(&tokens, labels);
    end_dates(&tokens, labels);
    end_names(&tokens, labels);
    find_quoted_title(&tokens, labels);
    close_parentheses(&tokens, labels);
    find_journal(&tokens, labels);
    find_title(&tokens, labels);
    find_site(&tokens, labels);
    find_byline(&tokens, labels);
}

/// Labels what says that there is no date, after the names: `(n.d.)`, `o. J.`.
fn label_missing_dates(tokens: &[&str], labels: &mut [Label]) {
    for at in 1..labels.len() {
        let follows_names = matches!(labels.get(at - 1), Some(Label::Author | Label::Editor));
        let one = tokens.get(at).copied().unwrap_or_default();
        let two = tokens.get(at + 1).copied().unwrap_or_default();
        let count = if words::is_no_date(&words::plain(one)) {
            1
        } else if words::is_no_date(&format!("{}{}", words::plain_start(one), words::plain(two))) {
            2
        } else {
            continue;
        };
        if follows_names || one.starts_with(['(', '[']) {
            for label in labels.iter_mut().skip(at).take(count) {
                *label = Label::Date;
            }
        }
    }
}

/// Makes a date of the year after the names or at the end, if there is no other: `Lind K 2005 A Title`.
fn find_date(tokens: &[&str], labels: &mut [Label]) {
    let is_dated = tokens.iter().zip(labels.iter()).any(|(token, label)| {
        *label == Label::Date && (line::has_year(token) || words::is_no_date(&words::plain(token)))
    });
    let is_year = |token: &str| {
        let bare = token.trim_matches(|c: char| !c.is_alphanumeric());
        let bare = bare.trim_end_matches(|c: char| c.is_ascii_lowercase());
        bare.len() == 4 && line::has_year(bare)
    };
    let is_possible = |label: &Label| !matches!(label, Label::Url | Label::Doi | Label::Isbn);
    // All before the first year are names: `Broumas, Antonios 2020 Intellectual Commons`.
    let number = labels
        .iter()
        .take_while(|label| **label == Label::CitationNumber)
        .count();
    let has_names = labels
        .iter()
        .any(|label| matches!(label, Label::Author | Label::Editor));
    let year = tokens.iter().position(|token| is_year(token));
    if let Some(year) = year
        && (!is_dated || !has_names)
        && year > number + 1
        && tokens
            .get(year + 1)
            .is_some_and(|next| next.starts_with(|c: char| !c.is_lowercase()))
        && are_names(tokens.get(number..year).unwrap_or_default())
        && labels.get(year).is_some_and(is_possible)
    {
        let label = match labels.get(number) {
            Some(Label::Editor) => Label::Editor,
            _ => Label::Author,
        };
        for slot in labels.iter_mut().take(year).skip(number) {
            *slot = label;
        }
        if let Some(slot) = labels.get_mut(year) {
            *slot = Label::Date;
        }
        return;
    }
    let names = labels
        .iter()
        .take_while(|label| matches!(label, Label::CitationNumber | Label::Author | Label::Editor))
        .count();
    let last = labels
        .iter()
        .rposition(|label| !matches!(label, Label::Url | Label::Doi | Label::Note))
        .unwrap_or_default();
    for at in [names, names.saturating_sub(1), last] {
        if at > 0
            && tokens.get(at).is_some_and(|token| is_year(token))
            && let Some(label) = labels.get_mut(at)
            && is_possible(label)
        {
            *label = Label::Date;
            return;
        }
    }
}

/// Returns whether words may be names with commas or initials, and nothing else.
fn are_names(tokens: &[&str]) -> bool {
    let is_marked = tokens
        .iter()
        .any(|token| token.ends_with(',') || is_initials(token.trim_end_matches(['.', ',', ':'])));
    is_marked
        && tokens.iter().all(|token| {
            let class = words::classes_of(&words::plain(token));
            let class_of_names = words::WordClass::AND
                .union(words::WordClass::PARTICLE)
                .union(words::WordClass::EDITOR)
                .union(words::WordClass::OTHERS);
            let joins_names = class.contains(class_of_names) || *token == "&";
            let has_other_marks = token.contains(|c: char| {
                c.is_ascii_digit() || [':', '\u{201c}', '"', '?', '!'].contains(&c)
            });
            let is_function_word = class.contains(words::WordClass::FUNCTION);
            let is_capital = token.starts_with(char::is_uppercase);
            !has_other_marks && (joins_names || (is_capital && !is_function_word))
        })
}

/// Gives a role in parentheses the label of the names before it: `(a cura di)`, `(Hrsg.)`.
fn label_roles(tokens: &[&str], labels: &mut [Label]) {
    const LONGEST_ROLE: usize = 3;
    for at in 1..labels.len() {
        let Some(names @ (Label::Author | Label::Editor)) = labels.get(at - 1).copied() else {
            continue;
        };
        if labels.get(at) == Some(&names)
            || !tokens
                .get(at)
                .is_some_and(|token| token.starts_with(['(', '[']))
        {
            continue;
        }
        let rest = tokens.get(at..).unwrap_or_default();
        let Some(end) = rest
            .iter()
            .take(LONGEST_ROLE)
            .position(|token| token.contains([')', ']']))
        else {
            continue;
        };
        let is_role = rest.iter().take(end + 1).any(|token| {
            words::classes_of(&words::plain(token)).contains(words::WordClass::EDITOR)
        });
        if is_role {
            for label in labels.iter_mut().skip(at).take(end + 1) {
                *label = Label::Editor;
            }
            // The names before it are those of editors.
            for label in labels.iter_mut().take(at).rev() {
                if *label != names {
                    break;
                }
                *label = Label::Editor;
            }
        }
    }
}

/// Ends names where the title begins: after `A.:`, and after the period behind the initials of names that have no other,
/// as in `HELFRICH S. Free, fair and alive`.
fn end_names(tokens: &[&str], labels: &mut [Label]) {
    let start = labels
        .iter()
        .take_while(|label| **label == Label::CitationNumber)
        .count();
    let length = labels
        .iter()
        .skip(start)
        .take_while(|label| **label == Label::Author)
        .count();
    let end = start + length;
    let has_title = labels.contains(&Label::Title);
    if length == 0 {
        return;
    }
    // Names stand on one side of the date: `De Angelis M 2017 Omnia Sunt Communia: On the commons`.
    let dates = labels
        .iter()
        .skip(end)
        .take_while(|label| **label == Label::Date)
        .count();
    let more = labels
        .iter()
        .skip(end + dates)
        .take_while(|label| **label == Label::Author)
        .count();
    if dates > 0 && labels.get(end + dates + more) == Some(&Label::Title) {
        for label in labels.iter_mut().skip(end + dates).take(more) {
            *label = Label::Title;
        }
    }
    if has_title && labels.get(end) != Some(&Label::Title) {
        return;
    }
    let names = tokens.get(start..end).unwrap_or_default();
    let Some(last) = end_of_names(names) else {
        return;
    };
    for label in labels.iter_mut().take(end).skip(start + last + 1) {
        *label = Label::Title;
    }
}

/// Returns the last token of names, if punctuation shows it.
fn end_of_names(names: &[&str]) -> Option<usize> {
    let mut has_bare_initials = false;
    for (at, token) in names.iter().enumerate() {
        let letters = token.trim_end_matches(['.', ',', ':']);
        let marks = token.get(letters.len()..).unwrap_or_default();
        if !is_initials(letters) {
            continue;
        }
        if marks == ".:" {
            return Some(at);
        }
        if marks == "," {
            has_bare_initials = true;
        }
        let next = names.get(at + 1).copied().unwrap_or_default();
        let goes_on = matches!(
            words::plain(next).as_str(),
            "and" | "et" | "und" | "y" | "" | "jr"
        ) || is_initials(next.trim_end_matches(['.', ',', ':']));
        let family = names
            .get(..at)
            .unwrap_or_default()
            .iter()
            .rev()
            .find(|token| !is_initials(token));
        let is_capitals = family.is_some_and(|family| {
            family.chars().count() > 2 && family.chars().all(char::is_uppercase)
        });
        if marks == "." && !goes_on && (is_capitals || has_bare_initials) {
            return Some(at);
        }
    }
    None
}

/// Returns whether a word is one or two capitals, as initials without a period are.
fn is_initials(word: &str) -> bool {
    (1..=2).contains(&word.chars().count()) && word.chars().all(char::is_uppercase)
}

/// Ends a title before a parenthesis that is closed in another part: `Title (Unpublished manuscript)`.
fn close_parentheses(tokens: &[&str], labels: &mut [Label]) {
    let Some(start) = labels.iter().position(|label| *label == Label::Title) else {
        return;
    };
    let length = labels
        .iter()
        .skip(start)
        .take_while(|label| **label == Label::Title)
        .count();
    let end = start + length;
    let Some(next) = labels.get(end).copied() else {
        return;
    };
    let mut open = None;
    for at in start..end {
        let token = tokens.get(at).copied().unwrap_or_default();
        if token.contains(['(', '[']) {
            open = Some(at);
        }
        if token.contains([')', ']']) {
            open = None;
        }
    }
    let is_closed_soon = tokens
        .iter()
        .skip(end)
        .take(12)
        .any(|token| token.contains([')', ']']));
    if let Some(open) = open
        && open > start
        && is_closed_soon
    {
        for label in labels.iter_mut().take(end).skip(open) {
            *label = next;
        }
    }
}

/// Makes a title of what stands in quotation marks after the names, and ends it where these end.
fn find_quoted_title(tokens: &[&str], labels: &mut [Label]) {
    const LONGEST_TITLE: usize = 50;
    let is_before_title = |label: &Label| {
        matches!(
            label,
            Label::CitationNumber | Label::Author | Label::Editor | Label::Date
        )
    };
    let Some(start) = tokens
        .iter()
        .position(|token| quotation::opens(token).is_some())
    else {
        return;
    };
    // All before it are names, a number and a date, or else it is not the first title.
    if !labels.iter().take(start).all(is_before_title) || start > LONGEST_TITLE {
        return;
    }
    let Some(mark) = tokens.get(start).and_then(|token| quotation::opens(token)) else {
        return;
    };
    let Some(length) = tokens
        .get(start..)
        .unwrap_or_default()
        .iter()
        .take(LONGEST_TITLE)
        .position(|token| quotation::closes(token, mark))
    else {
        return;
    };
    let end = start + length + 1;
    let after = tokens.get(end).copied().unwrap_or_default();
    let is_in = words::classes_of(&words::plain(after)).contains(words::WordClass::IN);
    let last = tokens.get(end - 1).copied().unwrap_or_default();
    let is_end = after.is_empty()
        || is_in
        || after.starts_with(['(', '['])
        || last.contains(['.', ',', '?', '!', ';', ':']);
    let is_labelled = labels
        .get(start..end)
        .unwrap_or_default()
        .iter()
        .any(|label| matches!(label, Label::Title | Label::Author | Label::Editor));
    if !is_end || !is_labelled {
        return;
    }
    for label in labels.get_mut(start..end).unwrap_or_default() {
        *label = Label::Title;
    }
    // What the title took from what follows: `“Title,” Journal` or `„Titel“, in: Buch`.
    let taken = labels
        .iter()
        .skip(end)
        .take_while(|label| **label == Label::Title)
        .count();
    let follows = labels.get(end + taken).copied();
    let has_review = after.eq_ignore_ascii_case("review");
    let label = match follows {
        _ if has_review => Label::Title,
        Some(label @ (Label::Journal | Label::ContainerTitle | Label::Editor)) if is_in => label,
        Some(label @ (Label::Journal | Label::ContainerTitle)) => label,
        Some(Label::Volume) => Label::Journal,
        _ if is_in => Label::ContainerTitle,
        _ => Label::Title,
    };
    for slot in labels.iter_mut().skip(end).take(taken) {
        *slot = label;
    }
    // Names before the title of an article are those of its authors.
    if labels.get(start.saturating_sub(1)) == Some(&Label::Editor)
        && !tokens
            .iter()
            .take(start)
            .any(|token| words::classes_of(&words::plain(token)).contains(words::WordClass::EDITOR))
    {
        for label in labels.iter_mut().take(start) {
            if *label == Label::Editor {
                *label = Label::Author;
            }
        }
    }
}

/// Finds the authors after the title: `Title, by Given Family. Publisher`.
fn find_byline(tokens: &[&str], labels: &mut [Label]) {
    const MOST_WORDS: usize = 12;
    if labels
        .iter()
        .any(|label| matches!(label, Label::Author | Label::Editor))
    {
        return;
    }
    let Some(by) = tokens
        .iter()
        .zip(labels.iter())
        .skip(1)
        .position(|(token, label)| {
            matches!(*token, "by" | "By") && matches!(label, Label::Title | Label::ContainerTitle)
        })
        .map(|at| at + 1)
    else {
        return;
    };
    let is_separate = tokens
        .get(by - 1)
        .is_some_and(|token| token.ends_with(|c: char| !c.is_alphanumeric()))
        || labels.get(by + 1) != Some(&Label::Title);
    let names: usize = tokens
        .get(by + 1..)
        .unwrap_or_default()
        .iter()
        .take(MOST_WORDS)
        .take_while(|token| {
            token.starts_with(char::is_uppercase)
                || matches!(**token, "and" | "&")
                || words::classes_of(&words::plain(token)).contains(words::WordClass::PARTICLE)
        })
        .enumerate()
        .find_map(|(at, token)| {
            let is_initial = words::plain(token).chars().count() <= 1;
            (token.ends_with(['.', ',', ';']) && !is_initial).then_some(at + 1)
        })
        .unwrap_or_else(|| {
            let rest = tokens.get(by + 1..).unwrap_or_default();
            if rest.len() <= 4 { rest.len() } else { 0 }
        });
    if !is_separate || names == 0 {
        return;
    }
    for label in labels.iter_mut().skip(by).take(names + 1) {
        *label = Label::Author;
    }
}

/// Labels the number after "ISBN" or "ISSN".
fn label_numbers(tokens: &[&str], labels: &mut [Label]) {
    let mut follows = false;
    for (token, label) in tokens.iter().zip(labels) {
        let is_name = matches!(
            words::plain(token).as_str(),
            "isbn" | "issn" | "eissn" | "isbn-13" | "isbn-10"
        );
        let has_digits = token.contains(|c: char| c.is_ascii_digit());
        follows = is_name || (follows && has_digits);
        if follows {
            *label = Label::Isbn;
        }
    }
}

/// Makes a periodical of what was taken for a publisher and its place before a volume with an issue: `TripleC:
/// Communication, Capitalism & Critique, 12(1)`.
fn find_journal(tokens: &[&str], labels: &mut [Label]) {
    if labels
        .iter()
        .any(|label| matches!(label, Label::Journal | Label::ContainerTitle))
    {
        return;
    }
    let is_issue = |token: &str| {
        let bare = token.trim_end_matches([',', '.', ':', ';']);
        bare.strip_suffix(')')
            .and_then(|rest| rest.split_once('('))
            .is_some_and(|(volume, issue)| {
                !volume.is_empty()
                    && volume.bytes().all(|byte| byte.is_ascii_digit())
                    && !issue.is_empty()
            })
    };
    let Some(volume) = tokens.iter().position(|token| is_issue(token)) else {
        return;
    };
    let is_imprint = |label: &Label| matches!(label, Label::Publisher | Label::Location);
    let count = labels
        .iter()
        .take(volume)
        .rev()
        .take_while(|label| is_imprint(label))
        .count();
    if count == 0 {
        return;
    }
    for label in labels.iter_mut().take(volume).skip(volume - count) {
        *label = Label::Journal;
    }
    if let Some(label) = labels.get_mut(volume) {
        *label = Label::Volume;
    }
}

/// Ends a date in parentheses with its parenthesis, `(2016, May) 19 years later`, and gives a day to the month before it,
/// `2020, March 30. Title`.
fn end_dates(tokens: &[&str], labels: &mut [Label]) {
    for at in 1..labels.len() {
        let before = tokens.get(at - 1).copied().unwrap_or_default();
        let day = tokens.get(at).copied().unwrap_or_default();
        let is_day = day
            .trim_end_matches(['.', ',', ':'])
            .parse()
            .is_ok_and(|day: u32| (1..=31).contains(&day));
        if labels.get(at - 1) == Some(&Label::Date)
            && is_day
            && day.ends_with(['.', ',', ':'])
            && words::classes_of(&words::plain(before)).contains(words::WordClass::MONTH)
            && let Some(label @ Label::Title) = labels.get_mut(at)
        {
            *label = Label::Date;
        }
    }
    let mut is_open = false;
    let mut is_closed = false;
    for at in 0..labels.len() {
        let token = tokens.get(at).copied().unwrap_or_default();
        if labels.get(at) != Some(&Label::Date) {
            (is_open, is_closed) = (false, false);
            continue;
        }
        if is_closed {
            let next = labels.iter().skip(at).find(|label| **label != Label::Date);
            if next == Some(&Label::Title)
                && let Some(label) = labels.get_mut(at)
            {
                *label = Label::Title;
            }
        }
        is_open |= token.starts_with('(');
        is_closed |= is_open && token.trim_end_matches(['.', ',', ':']).ends_with(')');
    }
}

/// Makes a title of the first part that could be one, if there is none and no periodical.
fn find_title(tokens: &[&str], labels: &mut [Label]) {
    if labels
        .iter()
        .any(|label| matches!(label, Label::Title | Label::Journal))
    {
        return;
    }
    let Some(start) = labels
        .iter()
        .position(|label| *label == Label::ContainerTitle)
    else {
        return;
    };
    let begins_with_in = tokens.get(start).is_some_and(|token| {
        words::classes_of(&words::plain(token)).contains(words::WordClass::IN)
    });
    if begins_with_in {
        return;
    }
    for label in labels.iter_mut().skip(start) {
        if *label != Label::ContainerTitle {
            break;
        }
        *label = Label::Title;
    }
}

/// Finds the site of a page: capitalized words in a sentence of their own between the title and the address.
fn find_site(tokens: &[&str], labels: &mut [Label]) {
    let has_container = labels.iter().any(|label| {
        matches!(
            label,
            Label::Journal | Label::ContainerTitle | Label::Publisher
        )
    });
    let Some(end) = labels
        .windows(2)
        .position(|pair| matches!(pair, [Label::Title, Label::Note | Label::Url]))
    else {
        return;
    };
    let start = labels
        .iter()
        .take(end + 1)
        .rposition(|label| *label != Label::Title)
        .map_or(0, |before| before + 1);
    let ends_sentence = |token: &&str| {
        let bare = token.trim_end_matches(['"', '\u{201d}', '\u{2019}', '\'', '\u{bb}']);
        bare.ends_with(['.', '?', '!'])
            && (*token == "." || words::plain(token).chars().count() > 2)
    };
    let title = tokens.get(start..end).unwrap_or_default();
    let Some(last) = title.iter().rposition(ends_sentence) else {
        return;
    };
    let site = tokens.get(start + last + 1..=end).unwrap_or_default();
    let is_name = (1..=7).contains(&site.len())
        && site.iter().all(|word| {
            word.starts_with(|c: char| !c.is_lowercase())
                || words::classes_of(&words::plain(word)).contains(words::WordClass::FUNCTION)
                || word.starts_with("and")
        });
    if has_container || !is_name || last < 1 {
        return;
    }
    for label in labels.iter_mut().take(end + 1).skip(start + last + 1) {
        *label = Label::ContainerTitle;
    }
}

/// Returns the runs of tokens with the same label.
pub(crate) fn segments<'t>(
    text: &'t str,
    places: &[Range<usize>],
    labels: &[Label],
) -> Vec<Segment<'t>> {
    let mut segments: Vec<(Label, Range<usize>)> = Vec::new();
    for (place, label) in places.iter().zip(labels) {
        match segments.last_mut() {
            Some((last, range)) if last == label => range.end = place.end,
            _ => segments.push((*label, place.clone())),
        }
    }
    segments
        .into_iter()
        .map(|(label, range)| Segment {
            label,
            text: text.get(range).unwrap_or_default(),
        })
        .collect()
}

/// Returns how plausible an item is by what it has: a reference has a title, names and a date.
fn plausibility(item: &CslItem) -> f32 {
    let title = item.text("title").unwrap_or_default();
    let mut plausibility = 1.0;
    if title.chars().filter(|c| c.is_alphabetic()).count() < 2 {
        plausibility *= 0.3;
    }
    if item.principal_names().is_empty() {
        plausibility *= 0.7;
    }
    if normalise::year(item).is_none() && !item.variables.contains_key("URL") {
        plausibility *= 0.7;
    }
    // The title may hold the series, the periodical or the proceedings.
    let has_container = item.variables.contains_key("container-title");
    if item.variables.contains_key("page") && !has_container {
        plausibility *= 0.85;
    }
    if !has_container && has_second_sentence(&title) {
        plausibility *= 0.9;
    }
    plausibility
}

/// Returns whether a title goes on for some words after a period.
fn has_second_sentence(title: &str) -> bool {
    const FEWEST_WORDS: usize = 3;
    title.rsplit_once(". ").is_some_and(|(_, after)| {
        after.starts_with(char::is_uppercase) && after.split(' ').count() >= FEWEST_WORDS
    })
}

fn with_source(mut item: CslItem, source: &str, confidence: f32) -> CslItem {
    set_reading(&mut item, source, confidence);
    item
}
