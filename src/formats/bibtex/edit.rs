//! Edits in the text of an entry that leave the rest unchanged and keep the entry's layout.

use std::ops::Range;

use super::entry::{self, EntryError, Layout, layout};
use super::tex_writer::is_balanced;
use super::writer;

/// Sets a field: the value of the first field called `name` is replaced, or the field is added at the end.
///
/// `source` is an entry as it was written, `value` TeX without delimiters. A replaced value keeps
/// its delimiters; a new field takes indentation, spacing, delimiters and case from the fields
/// before it. Fails if `source` is not a well-formed entry.
pub fn set_field(source: &str, name: &str, value: &str) -> Result<String, EntryError> {
    let layout = layout(source)?;
    let existing = layout.fields.iter().find(|field| {
        let found = source.get(field.name.clone()).unwrap_or_default();
        found.eq_ignore_ascii_case(name)
    });
    let edited = match existing {
        Some(field) => {
            let written = source.get(field.value.clone()).unwrap_or_default();
            replaced(source, &field.value, &delimited(value, written))
        }
        None => added(source, &layout, name, value),
    };
    let mut fields = fields(source, &layout);
    match fields
        .iter_mut()
        .find(|(found, _)| found.eq_ignore_ascii_case(name))
    {
        Some((_, written)) => *written = delimited(value, written),
        None => fields.push((name, format!("{{{value}}}"))),
    }
    sound_or_rebuilt(source, &layout, edited, &fields)
}

/// Returns the edited entry if it is as meant, or else a rewritten one. Editing an entry with syntax errors (a missing
/// comma, a value without delimiters) may fail. The normal form is then better than the old layout: the edit matters
/// more.
fn sound_or_rebuilt(
    source: &str,
    before: &Layout,
    edited: String,
    fields: &[(&str, String)],
) -> Result<String, EntryError> {
    let part = |range: &Range<usize>| source.get(range.clone()).unwrap_or_default();
    let key = part(&before.key);
    let is_as_meant = entry::parse(edited.as_str().into()).is_ok_and(|parsed| {
        let found = parsed.work.fields();
        parsed.work.key == key
            && found.len() == fields.len()
            && found
                .zip(fields)
                .all(|(one, (name, _))| one.name.eq_ignore_ascii_case(name))
    });
    if is_as_meant {
        return Ok(edited);
    }
    let rebuilt = writer::entry_text(part(&before.entry_type), key, fields);
    layout(&rebuilt).map(|_| rebuilt)
}

fn fields<'s>(source: &'s str, layout: &Layout) -> Vec<(&'s str, String)> {
    let part = |range: &Range<usize>| source.get(range.clone()).unwrap_or_default();
    let fields = layout.fields.iter();
    fields
        .map(|field| (part(&field.name), part(&field.value).to_owned()))
        .collect()
}

/// Removes every field called `name`, with its line. Fails if `source` is not a well-formed entry.
pub fn remove_field(source: &str, name: &str) -> Result<String, EntryError> {
    let before = layout(source)?;
    let mut kept = fields(source, &before);
    kept.retain(|(found, _)| !found.eq_ignore_ascii_case(name));
    if kept.len() == before.fields.len() {
        return Ok(source.to_owned());
    }
    // Everything between the preceding text and the end of the value is removed, including the
    // preceding comma; the comma after it stays.
    let mut edited = String::with_capacity(source.len());
    let mut copied = 0;
    let mut end_before = before.key.end;
    for field in &before.fields {
        let found = source.get(field.name.clone()).unwrap_or_default();
        if found.eq_ignore_ascii_case(name) {
            edited.push_str(source.get(copied..end_before).unwrap_or_default());
            copied = field.value.end;
        }
        end_before = field.value.end;
    }
    edited.push_str(source.get(copied..).unwrap_or_default());
    sound_or_rebuilt(source, &before, edited, &kept)
}

/// Replaces the citation key. Fails if `source` is not a well-formed entry, or `key` not a citation
/// key.
pub fn set_key(source: &str, key: &str) -> Result<String, EntryError> {
    let before = layout(source)?;
    let edited = replaced(source, &before.key, key);
    let after = layout(&edited)?;
    if edited.get(after.key) != Some(key) || after.fields.len() != before.fields.len() {
        return Err(EntryError::NoKey);
    }
    Ok(edited)
}

/// Replaces the entry type. Fails if `source` is not a well-formed entry, or `name` not the name of a type.
pub fn set_entry_type(source: &str, name: &str) -> Result<String, EntryError> {
    let before = layout(source)?;
    let edited = replaced(source, &before.entry_type, name);
    let after = layout(&edited)?;
    if edited.get(after.entry_type) != Some(name) || after.fields.len() != before.fields.len() {
        return Err(EntryError::NoHead);
    }
    Ok(edited)
}

fn replaced(source: &str, range: &Range<usize>, with: &str) -> String {
    let before = source.get(..range.start).unwrap_or_default();
    let after = source.get(range.end..).unwrap_or_default();
    [before, with, after].concat()
}

/// Returns a value without its delimiters, if it is a single `{…}` or `"…"`.
pub fn without_delimiters(value: &str) -> &str {
    let inside = |open: char, close: char| value.strip_prefix(open)?.strip_suffix(close);
    // `{a} # {b}` is two.
    let inside = inside('{', '}').or_else(|| inside('"', '"'));
    inside.filter(|inside| is_balanced(inside)).unwrap_or(value)
}

/// Returns `value` in the delimiters that the field had, or in braces if it had none or they do not
/// fit.
fn delimited(value: &str, written: &str) -> String {
    let bare = !written.is_empty() && !written.starts_with(['{', '"']);
    if bare && !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        return value.to_owned();
    }
    if written.starts_with('"') && !value.contains('"') {
        return format!("\"{value}\"");
    }
    format!("{{{value}}}")
}

fn added(source: &str, layout: &Layout, name: &str, value: &str) -> String {
    let after = match layout.fields.last() {
        Some(field) => field.value.end,
        None => layout.key.end,
    };
    let model = layout.fields.last().map(|field| {
        let written = source.get(field.name.clone()).unwrap_or_default();
        let equals = source
            .get(field.name.end..field.value.start)
            .unwrap_or(" = ");
        let value = source.get(field.value.clone()).unwrap_or_default();
        let start = match layout.fields.len() {
            1 => layout.key.end,
            count => layout
                .fields
                .get(count - 2)
                .map_or(layout.key.end, |field| field.value.end),
        };
        let before = source.get(start..field.name.start).unwrap_or_default();
        (before, written, equals, value)
    });
    let (before, name, equals, value) = match model {
        None => (
            ",\n  ".to_owned(),
            name.to_owned(),
            " = ".to_owned(),
            format!("{{{value}}}"),
        ),
        Some((before, written, equals, model)) => {
            // Between two fields are a comma, perhaps a comment, and white space; the comment is
            // not repeated.
            let space = before.get(before.trim_end().len()..).unwrap_or_default();
            let name = if written.chars().any(char::is_lowercase) {
                match written.chars().next() {
                    Some(first) if first.is_uppercase() => {
                        let (head, tail) =
                            name.split_at(name.chars().next().map_or(0, char::len_utf8));
                        head.to_uppercase() + tail
                    }
                    _ => name.to_owned(),
                }
            } else {
                name.to_uppercase()
            };
            (
                format!(",{space}"),
                name.clone(),
                aligned(equals, written, &name),
                delimited(value, if model.starts_with('"') { "\"" } else { "{" }),
            )
        }
    };
    let insertion = format!("{before}{name}{equals}{value}");
    replaced(source, &(after..after), &insertion)
}

/// Returns the equals sign with the white space around it; where that lines it up with others, so
/// it does for the new name.
fn aligned(equals: &str, written: &str, name: &str) -> String {
    let blanks = equals.find('=').unwrap_or(0);
    if blanks < 2 {
        return equals.to_owned();
    }
    let width = written.chars().count() + blanks;
    let padding = width.saturating_sub(name.chars().count()).max(1);
    let rest = equals.get(blanks..).unwrap_or(equals);
    format!("{}{rest}", " ".repeat(padding))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_keep_the_manner_of_the_entry() {
        let source = "@Book{key,\n    Title     = \"One\",\n    Year      = 1999,\n}";
        assert_eq!(
            set_field(source, "title", "Two").unwrap(),
            "@Book{key,\n    Title     = \"Two\",\n    Year      = 1999,\n}"
        );
        assert_eq!(
            set_field(source, "year", "2000").unwrap(),
            "@Book{key,\n    Title     = \"One\",\n    Year      = 2000,\n}"
        );
        assert_eq!(
            set_field(source, "doi", "10.1/x").unwrap(),
            "@Book{key,\n    Title     = \"One\",\n    Year      = 1999,\n    Doi       = {10.1/x},\n}"
        );
        assert_eq!(
            remove_field(source, "TITLE").unwrap(),
            "@Book{key,\n    Year      = 1999,\n}"
        );
        assert_eq!(
            remove_field(source, "year").unwrap(),
            "@Book{key,\n    Title     = \"One\",\n}"
        );
        assert_eq!(
            set_key("@a{ old , t = {x}}", "new").unwrap(),
            "@a{ new , t = {x}}"
        );
        assert_eq!(set_key("@a{k}", "a, b = {c}"), Err(EntryError::NoKey));
        assert_eq!(
            remove_field("@a{k, t = {x}\n u = {y}}", "t").unwrap(),
            "@a{k\n u = {y}}"
        );
        assert_eq!(set_field("@a{k}", "t", "x").unwrap(), "@a{k,\n  t = {x}}");
        assert_eq!(
            set_field("@a{k,t={1}}", "u", "2").unwrap(),
            "@a{k,t={1},u={2}}"
        );
    }
}
