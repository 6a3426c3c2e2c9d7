//! Asks a person about each reference of a plain reference list: shows how it was read, and lets them correct it.

use std::io::BufRead as _;

use crate::cli::editor::{EditError, EditOutcome, EditRequest, TempFile};
use crate::cli::ui::{TerminalStyle, print_message, print_prompt, wrapped};
use crate::cli::{CommandContext, Result};
use peerbib::formats::bibtex::{self, FilePiece, Strings};
use peerbib::formats::key_pattern::KeyPattern;
use peerbib::formats::references::{self, Label, Reference, ReferenceList};
use peerbib::formats::{ParsedFile, Records};

/// Returns the references of a text that a person accepts, as they corrected them.
pub(crate) fn ask_about_references(context: &CommandContext, text: &str) -> Result<ParsedFile> {
    let list = references::read(text);
    let count = list.references.len();
    let mut accepted = ReferenceList {
        other: list.other,
        ..ReferenceList::default()
    };
    let mut edited = Vec::new();
    let mut references = list.references.into_iter().zip(1..);
    while let Some((mut reference, number)) = references.next() {
        loop {
            show(&reference, number, count);
            match answer("[a]ccept, [s]kip, [e]dit, correct [l]abels, or accept a[ll] the rest? ") {
                Some("a") => accepted.references.push(reference),
                Some("s") => {}
                Some("e") => match edit(context, &reference)? {
                    Some(entry) => edited.push((entry, reference)),
                    None => continue,
                },
                Some("l") => {
                    reference = with_corrected_labels(&reference);
                    continue;
                }
                Some("ll" | "all") => {
                    accepted.references.push(reference);
                    accepted
                        .references
                        .extend(references.by_ref().map(|(reference, _)| reference));
                }
                // The end of the input: nobody is there to accept anything.
                None => return Ok(into_file(accepted, edited, &context.key_pattern(None)?)),
                Some(_) => continue,
            }
            break;
        }
    }
    Ok(into_file(accepted, edited, &context.key_pattern(None)?))
}

fn into_file(
    accepted: ReferenceList,
    edited: Vec<(peerbib::model::Entry, Reference)>,
    pattern: &KeyPattern,
) -> ParsedFile {
    let is_empty = accepted.references.is_empty();
    let mut file = if is_empty {
        ParsedFile {
            items: Some(Vec::new()),
            ..ParsedFile::default()
        }
    } else {
        Records::Items(accepted.into_items()).into_entries_by(pattern)
    };
    for (entry, reference) in edited {
        let mut item = bibtex::derive(&entry, &Strings::default(), &|_| None).item;
        references::set_reading(&mut item, &reference.source, 1.0);
        if let Some(items) = &mut file.items {
            items.push(item);
        }
        file.file.pieces.push(FilePiece::Entry {
            work: Box::new(entry),
            line: reference.line,
            duplicate: None,
            original: Some(reference.source.into()),
            source_key: None,
        });
    }
    file
}

/// Prints a reference with its labels, each in the color of how certain it is.
fn show(reference: &Reference, number: usize, count: usize) {
    let bold = TerminalStyle::Bold;
    let mut text = format!(
        "\n{bold}reference {number} of {count}{bold:#}, line {}, confidence {:.2}\n",
        reference.line, reference.confidence
    );
    for run in reference
        .tokens
        .chunk_by(|one, next| one.label == next.label)
    {
        let words: Vec<&str> = run.iter().map(|token| token.text.as_str()).collect();
        let least = run.iter().map(|token| token.confidence).fold(1.0, f32::min);
        let style = match least {
            0.9.. => TerminalStyle::Green,
            0.5.. => TerminalStyle::Plain,
            _ => TerminalStyle::Red,
        };
        let label = run.first().map_or("", |token| token.label.name());
        text.push_str(&format!(
            "  {label:<16} {style}{}{style:#}\n",
            wrapped(&words.join(" "), 19)
        ));
    }
    print_message(text.trim_end_matches('\n'));
}

/// Asks a question until there is an answer; none at the end of the input.
fn line_of_input(question: &str) -> Option<String> {
    print_prompt(question);
    let mut answer = String::new();
    match std::io::stdin().lock().read_line(&mut answer) {
        Ok(0) | Err(_) => None,
        Ok(_) => Some(answer.trim().to_lowercase()),
    }
}

fn answer(question: &str) -> Option<&'static str> {
    let line = line_of_input(question)?;
    let known = [
        ("a", "a"),
        ("accept", "a"),
        ("s", "s"),
        ("skip", "s"),
        ("e", "e"),
        ("edit", "e"),
        ("l", "l"),
        ("labels", "l"),
        ("ll", "ll"),
        ("all", "ll"),
    ];
    let found = known.into_iter().find(|(word, _)| *word == line);
    Some(found.map_or("?", |(_, answer)| answer))
}

/// Asks for labels of words until an empty line.
fn with_corrected_labels(reference: &Reference) -> Reference {
    let mut labels: Vec<Label> = reference.tokens.iter().map(|token| token.label).collect();
    let words: Vec<String> = reference
        .tokens
        .iter()
        .zip(1..)
        .map(|(token, number)| format!("{number} {}", token.text))
        .collect();
    print_message(format_args!("  {}", wrapped(&words.join("  "), 2)));
    let names: Vec<&str> = Label::ALL.iter().map(|label| label.name()).collect();
    print_message(format_args!("  labels: {}", wrapped(&names.join(" "), 10)));
    while let Some(line) =
        line_of_input("words and their label, such as 12-14 journal; empty when done: ")
    {
        if line.is_empty() {
            break;
        }
        match correction(&line) {
            Some((range, label)) => {
                for slot in labels.iter_mut().take(*range.end()).skip(range.start() - 1) {
                    *slot = label;
                }
            }
            None => print_message("  not understood"),
        }
    }
    references::relabelled(reference, &labels)
}

/// Reads `12-14 journal` or `12 journal`.
fn correction(line: &str) -> Option<(std::ops::RangeInclusive<usize>, Label)> {
    let (words, label) = line.split_once(' ')?;
    let (first, last) = words.split_once('-').unwrap_or((words, words));
    let (first, last): (usize, usize) = (first.parse().ok()?, last.parse().ok()?);
    let is_range = first >= 1 && first <= last;
    is_range.then_some((first..=last, Label::named(label.trim())?))
}

/// Opens the entry of a reference in the editor; returns it if it was changed.
fn edit(context: &CommandContext, reference: &Reference) -> Result<Option<peerbib::model::Entry>> {
    let one = ReferenceList {
        references: vec![reference.clone()],
        ..ReferenceList::default()
    };
    let file = Records::Items(one.into_items()).into_entries().file;
    let text = file.works().next().map_or_else(
        || "@misc{untitled,\n  title = {},\n}".to_owned(),
        |work| work.source().to_owned(),
    );
    let heading = format!(
        "Correct the entry, save it and close the editor.\nIt was read from: {}",
        reference.source
    );
    let request = EditRequest {
        name: "reference.bib",
        text: &format!("{text}\n"),
        comment: ("%", ""),
        heading: &heading,
        alternative: "correct the labels",
    };
    let outcome = TempFile::edit(context, &request, |text| {
        bibtex::parse_entry(text.trim()).map_err(|error| EditError::Invalid(error.to_string()))
    })?;
    Ok(match outcome {
        EditOutcome::Unchanged => None,
        EditOutcome::Done(entry) => Some(entry),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn corrections_name_words_and_a_label() {
        assert_eq!(correction("12-14 journal"), Some((12..=14, Label::Journal)));
        assert_eq!(correction("3 title"), Some((3..=3, Label::Title)));
        for wrong in ["", "title", "0 title", "4-2 title", "3 nothing"] {
            assert_eq!(correction(wrong), None, "{wrong}");
        }
    }
}
