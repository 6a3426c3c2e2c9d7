//! What the training tool needs: labelled references, their features, and how well a model labels them.

use std::fmt::Write as _;
use std::ops::Range;

pub use super::features::{Features, features};
pub use super::labels::Label;
pub use super::model::Model;
pub use super::tokens::tokens;

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

/// Returns a report on how well a model labels references.
pub fn measure(model: &Model, references: &[LabelledText]) -> String {
    let mut tokens = 0;
    let mut right = 0;
    let mut whole = 0;
    for reference in references {
        let found = model.label(&reference.features());
        let equal = found
            .labels
            .iter()
            .zip(&reference.labels)
            .filter(|(found, label)| found == label)
            .count();
        tokens += reference.labels.len();
        right += equal;
        whole += usize::from(equal == reference.labels.len());
    }
    let mut report = String::new();
    let mut line = |name: &str, right: usize, of: usize| {
        let _ = writeln!(report, "{name}\t{right}\t{of}");
    };
    line("tokens", right, tokens);
    line("whole", whole, references.len());
    report
}
