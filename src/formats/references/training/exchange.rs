//! Makes further references of hand-labelled ones: values with the same label change places, so that the model sees each
//! layout with many titles and names, and each title in many layouts.

use std::collections::HashMap;

use peerbib::formats::references::evaluation::Label;

use crate::generate::damaged;
use crate::values::{Pieces, Random};

/// The percentage of values that are exchanged.
const EXCHANGED: usize = 70;

/// Returns references with the layouts of hand-labelled ones, and with values of others.
pub(crate) fn exchange(count: usize, references: &[Pieces], seed: u64) -> Vec<Pieces> {
    let mut random = Random::new(seed);
    let mut values: HashMap<(Label, String), Vec<&str>> = HashMap::new();
    for (label, text) in references.iter().flatten() {
        if let Some(value) = ExchangedValue::of(*label, text) {
            let group = (*label, value.group());
            values.entry(group).or_default().push(value.content);
        }
    }
    (0..count)
        .map(|_| {
            let pieces = random.pick(references).iter().map(|(label, text)| {
                let exchanged = ExchangedValue::of(*label, text)
                    .filter(|_| random.chance(EXCHANGED))
                    .and_then(|value| {
                        let others = values.get(&(*label, value.group()))?;
                        Some(value.with(random.pick::<&str>(others)))
                    });
                (*label, exchanged.unwrap_or_else(|| text.clone()))
            });
            let pieces = pieces.collect();
            damaged(pieces, &mut random)
        })
        .collect()
}

/// A value between its introductory word and its punctuation: `In`, `Title`, `. `.
struct ExchangedValue<'t> {
    before: &'t str,
    content: &'t str,
    after: &'t str,
    label: Label,
}

impl<'t> ExchangedValue<'t> {
    /// Returns the value of a piece; none for labels whose values the model need not know, and for values that contain
    /// marks that may belong to the layout.
    fn of(label: Label, text: &'t str) -> Option<ExchangedValue<'t>> {
        let is_exchanged = matches!(
            label,
            Label::Author
                | Label::Title
                | Label::Journal
                | Label::ContainerTitle
                | Label::Publisher
                | Label::Location
                | Label::CollectionTitle
        );
        let start = text.find(char::is_alphanumeric).filter(|_| is_exchanged)?;
        let (mut before, mut rest) = text.split_at_checked(start)?;
        if label == Label::ContainerTitle || label == Label::Journal {
            let is_in = |word: &str| matches!(word, "In" | "in" | "In:" | "in:");
            if let Some((word, _)) = rest.split_once(' ')
                && is_in(word)
            {
                (before, rest) = text.split_at_checked(start + word.len() + 1)?;
            }
        }
        // The period of an initial is part of a name.
        let content = if label == Label::Author {
            rest.trim_end()
        } else {
            rest.trim_end_matches(|c: char| !c.is_alphanumeric() && !matches!(c, '?' | '!'))
        };
        let after = rest.strip_prefix(content)?;
        let has_marks = content.contains(['"', '(', ')', '[', ']'])
            || content.contains(['\u{201c}', '\u{201d}', '\u{ab}', '\u{bb}', '\u{2018}']);
        let is_usual = (2..200).contains(&content.len()) && !has_marks;
        is_usual.then_some(ExchangedValue {
            before,
            content,
            after,
            label,
        })
    }

    fn with(&self, content: &str) -> String {
        [self.before, content, self.after].concat()
    }

    /// Returns the layout of names, which all names of a list have: which of the first words are initials, end with a comma,
    /// or are in capitals, and how the names are joined and end.
    fn group(&self) -> String {
        if self.label != Label::Author {
            return String::new();
        }
        let mut group = String::new();
        for word in self.content.split_whitespace().take(2) {
            let letters = word.chars().filter(|c| c.is_alphabetic());
            let count = letters.clone().count();
            let is_upper = letters.clone().all(char::is_uppercase);
            group.push(match (count, is_upper) {
                (0..=2, true) => 'i',
                (_, true) => 'X',
                _ => 'x',
            });
            group.extend(word.chars().last().filter(|c| !c.is_alphanumeric()));
        }
        let joins = ["&", "and", "et", ";", "al."];
        group.extend(joins.map(|join| {
            if self.content.contains(join) {
                '1'
            } else {
                '0'
            }
        }));
        group.extend(self.content.chars().last().filter(|c| !c.is_alphanumeric()));
        group
    }
}
