//! Labelled references, their features, and how well a model labels them: what the training tool needs.

use std::fmt::Write as _;
use std::ops::Range;

use super::corrections::correct_labels;
pub use super::features::{Features, features};
pub use super::labels::Label;
pub use super::model::Model;
use super::normalise;
pub use super::tokens::tokens;
use super::{plausibility, segments};
use crate::model::{CslItem, CslName};

/// A reference with the label of each token.
#[derive(Debug, Clone)]
pub struct LabelledReference {
    text: String,
    tokens: Vec<Range<usize>>,
    labels: Vec<Label>,
}

impl LabelledReference {
    /// Joins labelled pieces of text. A token has the label of its first letter or digit.
    pub fn new(pieces: &[(Label, String)]) -> LabelledReference {
        let mut text = String::new();
        let mut ends = Vec::with_capacity(pieces.len());
        for (label, piece) in pieces {
            text.push_str(piece);
            ends.push((text.len(), *label));
        }
        let tokens = tokens(&text);
        let labels = tokens
            .iter()
            .map(|token| {
                let token_text = text.get(token.clone()).unwrap_or_default();
                let first = token_text.find(char::is_alphanumeric).unwrap_or_default();
                let at = token.start + first;
                ends.iter()
                    .find(|(end, _)| at < *end)
                    .map_or(Label::Note, |(_, label)| *label)
            })
            .collect();
        LabelledReference {
            text,
            tokens,
            labels,
        }
    }

    /// Returns the features of the tokens.
    pub fn features(&self) -> Features {
        features(&self.text, &self.tokens)
    }

    /// Returns the label of each token.
    pub fn labels(&self) -> &[Label] {
        &self.labels
    }
}

/// Reads the references of AnyStyle's XML: an element for each, with one for each labelled piece of text in it.
pub fn from_xml(xml: &str) -> Result<Vec<Vec<(Label, String)>>, roxmltree::Error> {
    let document = roxmltree::Document::parse(xml)?;
    let references = document.root_element().children();
    Ok(references
        .filter(roxmltree::Node::is_element)
        .map(|reference| {
            let pieces = reference.children();
            pieces
                .filter_map(|piece| {
                    let label = Label::named(piece.tag_name().name())?;
                    let text = piece.text().unwrap_or_default();
                    Some((label, format!("{} ", text.trim())))
                })
                .collect()
        })
        .collect())
}

/// The labels that a model gives to a labelled reference, and the items of both.
struct Reading {
    labels: Vec<Label>,
    confidence: f32,
    expected: CslItem,
    found: CslItem,
}

impl Reading {
    fn of(model: &Model, reference: &LabelledReference) -> Reading {
        let labelling = model.label(&reference.features());
        let item = |labels: &[Label]| {
            let mut labels = labels.to_vec();
            correct_labels(&reference.text, &reference.tokens, &mut labels);
            normalise::item(&segments(&reference.text, &reference.tokens, &labels))
        };
        let found = item(&labelling.labels);
        Reading {
            confidence: labelling.confidence * plausibility(&found),
            expected: item(&reference.labels),
            found,
            labels: labelling.labels,
        }
    }

    /// Returns the title, the year and the first author as they should be and as they were read. A value that the
    /// reference does not have is none.
    fn values(&self) -> [(&'static str, Option<String>, Option<String>); 3] {
        let title = |item: &CslItem| item.text("title");
        let year = |item: &CslItem| normalise::year(item).map(|year| year.to_string());
        let author = |item: &CslItem| item.principal_names().first().map(CslName::short);
        [
            ("title", title(&self.expected), title(&self.found)),
            ("year", year(&self.expected), year(&self.found)),
            ("author", author(&self.expected), author(&self.found)),
        ]
    }
}

/// Returns whether a value was read as it should be, apart from capitals and punctuation.
fn is_right(expected: &str, found: Option<&str>) -> bool {
    found.is_some_and(|found| letters(found) == letters(expected))
}

/// Returns a report on how well a model labels references, and on the items that come of it: a line for each figure,
/// with its name, the number that is right, and the number of all.
pub fn measure(model: &Model, references: &[LabelledReference]) -> String {
    let mut tokens = Share::default();
    let mut whole = Share::default();
    let mut values = [Share::default(); 3];
    let mut sure_titles = Share::default();
    for reference in references {
        let reading = Reading::of(model, reference);
        let equal = reading
            .labels
            .iter()
            .zip(&reference.labels)
            .filter(|(found, label)| found == label)
            .count();
        tokens.right += equal;
        tokens.of += reference.labels.len();
        whole.count(equal == reference.labels.len());
        for (share, (name, expected, found)) in values.iter_mut().zip(reading.values()) {
            let Some(expected) = expected else { continue };
            let is_right = is_right(&expected, found.as_deref());
            share.count(is_right);
            if name == "title" && reading.confidence >= 0.9 {
                sure_titles.count(is_right);
            }
        }
    }
    let [titles, years, authors] = values;
    let mut report = String::new();
    for (name, share) in [
        ("tokens", tokens),
        ("whole", whole),
        ("title", titles),
        ("year", years),
        ("author", authors),
        ("title at confidence 0.9", sure_titles),
    ] {
        let _ = writeln!(report, "{name}\t{}\t{}", share.right, share.of);
    }
    report
}

/// Returns the references that a model labels wrongly: the values that are wrong in the item, and the runs of labels as
/// they are and as they should be.
pub fn mistakes(model: &Model, references: &[LabelledReference]) -> String {
    let mut report = String::new();
    for reference in references {
        let reading = Reading::of(model, reference);
        if reading.labels == reference.labels {
            continue;
        }
        let _ = writeln!(report, "{:.2}\t{}", reading.confidence, reference.text);
        for (name, expected, found) in reading.values() {
            if let Some(expected) = expected
                && !is_right(&expected, found.as_deref())
            {
                let found = found.unwrap_or_default();
                let _ = writeln!(report, "  wrong {name}: {found} instead of {expected}");
            }
        }
        for (name, labels) in [("is", &reference.labels), ("read", &reading.labels)] {
            let runs: Vec<String> = segments(&reference.text, &reference.tokens, labels)
                .iter()
                .map(|segment| format!("[{} {}]", segment.label.name(), segment.text))
                .collect();
            let _ = writeln!(report, "  {name}: {}", runs.join(" "));
        }
    }
    report
}

/// Returns the letters and digits of a text, in lower case.
fn letters(text: &str) -> String {
    let letters = text.chars().filter(|c| c.is_alphanumeric());
    letters.flat_map(char::to_lowercase).collect()
}

#[derive(Debug, Clone, Copy, Default)]
struct Share {
    right: usize,
    of: usize,
}

impl Share {
    fn count(&mut self, is_right: bool) {
        self.right += usize::from(is_right);
        self.of += 1;
    }
}
