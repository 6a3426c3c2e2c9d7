//! Plain reference lists, as at the end of a chapter, on a wiki page or in a syllabus.
//!
//! 1. `split` divides a text into references, and leaves out headings and prose. Before, `wiki_entries` joins what wiki
//!    pages put on lines of their own.
//! 2. `title_first` puts authors that follow the title before it. `tokens` divides a reference into words; `features`
//!    describes each of them; `model` labels them: a linear-chain conditional random field, whose probabilities say how
//!    certain a reading is.
//! 3. `corrections` corrects what punctuation settles, such as a title in quotation marks.
//! 4. `normalise` makes a CSL item of the labelled parts, with `names` and `dates`.
//!
//! The model is trained offline, by the tool in `training`; `evaluation` measures how well it reads.

mod corrections;
mod dates;
pub mod evaluation;
mod features;
mod labels;
mod line;
mod model;
mod names;
mod normalise;
mod pages;
mod quotation;
pub(crate) mod reading;
mod split;
mod title_first;
mod tokens;
mod wiki_entries;
mod words;

use std::ops::Range;

use corrections::correct_labels;
pub use labels::Label;
pub use model::{Labelling, Model};
use normalise::Segment;
pub use reading::{reading_of, set_reading};
pub use split::OtherText;

use super::csl_to_bib::ParsedItems;
use super::{Diagnostic, ReadFormat, Records, Severity};
use crate::model::{CslItem, SharedText};

/// Reads plain reference lists.
pub(crate) struct ReferenceLists;

impl ReadFormat for ReferenceLists {
    fn read(&self, text: &SharedText) -> Records {
        Records::Items(read(text).into_items())
    }
}

/// Returns whether a text is a reference list, or has one under a heading at its end.
pub(crate) fn sniff(text: &str) -> bool {
    // The list of a chapter is at its end.
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
            // `———, and Silke Helfrich`: the dash stands for the first author only.
            let goes_on = ["and ", "& ", "und ", "et "]
                .iter()
                .any(|and| rest.starts_with(and));
            let authors = if goes_on {
                first_name(authors)
            } else {
                authors
            };
            let separator = if authors.ends_with(['.', ',', ':', ')']) {
                " "
            } else {
                ", "
            };
            format!("{authors}{separator}{rest}")
        }
        _ => source.to_owned(),
    };
    const MEDIA: [&str; 13] = [
        "[Em linha]",
        "[Recurso eletrônico]",
        "[Электронный ресурс]",
        "[Electronic resource]",
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
        // The space before it goes, too, so that a period after it ends the title.
        if let Some(at) = text.find(medium) {
            let before = text.get(..at).unwrap_or_default().trim_end();
            let after = text.get(at + medium.len()..).unwrap_or_default();
            let separator = if after.starts_with(char::is_alphanumeric) {
                " "
            } else {
                ""
            };
            text = format!("{before}{separator}{after}");
        }
    }
    without_type_codes(&text).unwrap_or(text)
}

/// Returns the first of some names: `Bauwens, Michel` of `Bauwens, Michel, and Vasilis Niaros`.
fn first_name(names: &str) -> &str {
    let mut words = names.split_inclusive(' ');
    let mut end = 0;
    let mut commas = 0;
    for word in words.by_ref() {
        let bare = word.trim();
        if matches!(bare, "and" | "&" | "und" | "et") {
            break;
        }
        end += word.len();
        commas += usize::from(bare.ends_with(','));
        if commas == 2 {
            break;
        }
    }
    names
        .get(..end)
        .unwrap_or(names)
        .trim_end_matches([' ', ','])
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
