//! Writing entries in one normal form.

use super::abbreviations::{ValuePart, definitions, parts};
use super::bib_file::{BibFile, FilePiece};
use super::entry::{FieldRange, layout};
use crate::model::Entry;

/// Returns a work from its parts; the values are TeX without delimiters, and braces go around them.
pub(crate) fn new_work(entry_type: &str, key: &str, fields: Vec<(String, String)>) -> Entry {
    let fields: Vec<(String, String)> = fields
        .into_iter()
        .map(|(name, value)| (name, format!("{{{value}}}")))
        .collect();
    work_of_fields(entry_type, key, &fields)
}

/// Returns a work from its parts; the values are as an entry has them, with delimiters.
pub(crate) fn work_of_fields<N, V>(entry_type: &str, key: &str, fields: &[(N, V)]) -> Entry
where
    N: AsRef<str>,
    V: AsRef<str>,
{
    let (text, places) = text_and_places(entry_type, key, fields);
    let entry_type = "@".len().."@".len() + entry_type.len();
    let places = places.into_iter();
    Entry::new(
        text.into(),
        key.to_owned(),
        &entry_type,
        places.map(|field| (field.name, field.value)),
    )
}

/// Returns the text of an entry, one field a line.
pub(crate) fn entry_text<N, V>(entry_type: &str, key: &str, fields: &[(N, V)]) -> String
where
    N: AsRef<str>,
    V: AsRef<str>,
{
    text_and_places(entry_type, key, fields).0
}

/// Returns the text of an entry, and the places of the names and values of its fields in it.
fn text_and_places<N, V>(
    entry_type: &str,
    key: &str,
    fields: &[(N, V)],
) -> (String, Vec<FieldRange>)
where
    N: AsRef<str>,
    V: AsRef<str>,
{
    let mut text = format!("@{entry_type}{{{key},\n");
    let width = fields
        .iter()
        .map(|(name, _)| name.as_ref().chars().count())
        .max()
        .unwrap_or(0)
        .min(14);
    let mut places = Vec::with_capacity(fields.len());
    for (name, value) in fields {
        let (name, value) = (name.as_ref(), value.as_ref());
        let name_start = text.len() + "  ".len();
        text.push_str(&format!("  {name:<width$} = {value},\n"));
        let value_end = text.len() - ",\n".len();
        places.push(FieldRange {
            name: name_start..name_start + name.len(),
            value: value_end - value.len()..value_end,
        });
    }
    text.push('}');
    (text, places)
}

/// Returns an entry in the normal form: type and field names in lower case, one field per line,
/// values in braces with white space collapsed, abbreviations unchanged. The content does not
/// change; an entry with a value that cannot be put in braces stays unchanged.
pub fn tidy_entry(work: &Entry) -> String {
    let fields: Vec<(String, String)> = work
        .fields()
        .map(|field| (field.name.to_lowercase(), tidy_value(field.value)))
        .collect();
    let text = entry_text(&work.kind(), &work.key, &fields);
    match layout(&text) {
        Ok(layout) if layout.fields.len() == fields.len() && layout.close + 1 == text.len() => text,
        _ => work.source().to_owned(),
    }
}

/// Returns a whole file in the normal form: abbreviations, preamble, comments and entries in order,
/// separated by empty lines. Free text and malformed entries stay unchanged.
pub fn tidy(file: &BibFile) -> String {
    let mut text = String::new();
    for piece in &file.pieces {
        let piece = match piece {
            FilePiece::Entry { work, .. } => tidy_entry(work),
            FilePiece::Abbreviation { text, .. } => tidy_abbreviation(text),
            other => other.text().trim().to_owned(),
        };
        if piece.is_empty() {
            continue;
        }
        if !text.is_empty() {
            text.push_str("\n\n");
        }
        text.push_str(&piece);
    }
    if !text.is_empty() {
        text.push('\n');
    }
    text
}

fn tidy_abbreviation(source: &str) -> String {
    let lines: Vec<String> = definitions(source)
        .into_iter()
        .map(|(name, value)| format!("@string{{{name} = {}}}", tidy_value(value)))
        .collect();
    lines.join("\n")
}

fn tidy_value(value: &str) -> String {
    let parts: Vec<String> = parts(value)
        .map(|part| match part {
            ValuePart::Name(name) => name.to_owned(),
            ValuePart::Text(text) if is_number(text) => text.to_owned(),
            ValuePart::Text(text) => format!("{{{}}}", collapsed(text)),
        })
        .collect();
    if parts.is_empty() {
        return "{}".to_owned();
    }
    parts.join(" # ")
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Collapses white space. At the ends it becomes one space, because parts are joined; paragraphs are kept.
fn collapsed(text: &str) -> String {
    let mut collapsed = String::with_capacity(text.len());
    let mut space = String::new();
    for character in text.chars() {
        if character.is_ascii_whitespace() {
            space.push(character);
            continue;
        }
        push_space(&mut collapsed, &mut space);
        collapsed.push(character);
    }
    push_space(&mut collapsed, &mut space);
    collapsed
}

fn push_space(text: &mut String, space: &mut String) {
    if space.is_empty() {
        return;
    }
    let breaks = space.matches('\n').count();
    text.push_str(if breaks > 1 { "\n\n" } else { " " });
    space.clear();
}

#[cfg(test)]
mod tests {
    use super::super::read;
    use super::*;

    #[test]
    fn tidying_changes_the_look_and_nothing_else() {
        let file = read(
            "Hello\n@STRING(ACM = \"A C M\")\n@Article{k,\n Title=\"One\n   two\", YEAR = 1999, month=jan#\"~1\",\n journal = ACM}",
        );
        let tidy = tidy(&file);
        assert_eq!(
            tidy,
            "Hello\n\n@string{ACM = {A C M}}\n\n@article{k,\n  title   = {One two},\n  year    = 1999,\n  month   = jan # {~1},\n  journal = ACM,\n}\n"
        );
        assert_eq!(super::tidy(&read(&tidy)), tidy);
    }

    fn is_sound(source: &str) -> bool {
        layout(source).is_ok_and(|layout| layout.close + 1 == source.len())
    }

    #[test]
    fn new_works_are_sound() {
        let work = new_work("book", "k", vec![("title".to_owned(), "x".to_owned())]);
        assert!(is_sound(work.source()));
        assert_eq!(work.source(), "@book{k,\n  title = {x},\n}");
    }
}
