//! What the training tool needs: labelled references, their features, and how well a model labels them.

use std::fmt::Write as _;
use std::ops::Range;

pub use super::features::{Features, features};
pub use super::labels::Label;
pub use super::model::Model;
use super::normalise;
pub use super::tokens::tokens;
use super::{correct_labels, plausibility, segments};

/// A reference with the label of each token.
#[derive(Debug, Clone)]
pub struct LabelledText {
    text: String,
    tokens: Vec<Range<usize>>,
    labels: Vec<Label>,
}

impl LabelledText {
    /// Joins labelled pieces of text. A token has the label of its first letter or digit.
    pub fn new(pieces: &[(Label, String)]) -> LabelledText {
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
        LabelledText {
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

/// Returns a report on how well a model labels references, and on the items that come of it: a line for each figure,
/// with its name, the number that is right, and the number of all.
pub fn measure(model: &Model, references: &[LabelledText]) -> String {
    let mut tokens = Share::default();
    let mut whole = Share::default();
    let mut titles = Share::default();
    let mut years = Share::default();
    let mut authors = Share::default();
    let mut sure_titles = Share::default();
    for reference in references {
        let found = model.label(&reference.features());
        let equal = found
            .labels
            .iter()
            .zip(&reference.labels)
            .filter(|(found, label)| found == label)
            .count();
        tokens.right += equal;
        tokens.of += reference.labels.len();
        whole.count(equal == reference.labels.len());
        let item = |labels: &[Label]| {
            let mut labels = labels.to_vec();
            correct_labels(&reference.text, &reference.tokens, &mut labels);
            normalise::item(&segments(&reference.text, &reference.tokens, &labels))
        };
        let (expected, read) = (item(&reference.labels), item(&found.labels));
        if let Some(title) = expected.text("title") {
            let is_right = read
                .text("title")
                .is_some_and(|read| letters(&read) == letters(&title));
            titles.count(is_right);
            if found.confidence * plausibility(&read) >= 0.9 {
                sure_titles.count(is_right);
            }
        }
        if let Some(year) = normalise::year(&expected) {
            years.count(normalise::year(&read) == Some(year));
        }
        if let Some(author) = expected.principal_names().first() {
            let read = read.principal_names().first();
            let is_right =
                read.is_some_and(|read| letters(&read.short()) == letters(&author.short()));
            authors.count(is_right);
        }
    }
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

/// Returns the references that a model labels wrongly, with the runs of labels as they are and as they should be.
pub fn mistakes(model: &Model, references: &[LabelledText]) -> String {
    let mut report = String::new();
    for reference in references {
        let found = model.label(&reference.features());
        if found.labels == reference.labels {
            continue;
        }
        let _ = writeln!(report, "{:.2}\t{}", found.confidence, reference.text);
        for (name, labels) in [("is", &reference.labels), ("read", &found.labels)] {
            let runs: Vec<String> = segments(&reference.text, &reference.tokens, labels)
                .iter()
                .map(|segment| format!("[{} {}]", segment.label.name(), segment.text))
                .collect();
            let _ = writeln!(report, "  {name}: {}", runs.join(" "));
        }
    }
    report
}

/// The letters and digits of a text, in lower case.
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
