//! Checks of formatting: fields given twice, white space around values.

use super::{CheckedEntry, RuleFinding};

pub(super) fn duplicate_fields(entry: &CheckedEntry<'_>, found: &mut Vec<RuleFinding>) {
    let fields = entry.own_fields();
    for (index, field) in fields.iter().enumerate() {
        let earlier = fields
            .iter()
            .take(index)
            .find(|earlier| earlier.lower == field.lower);
        let Some(earlier) = earlier else {
            continue;
        };
        let (message, help) = if earlier.text == field.text {
            ("is given twice with the same value", "remove one")
        } else {
            (
                "is given twice with different values; the first is used",
                "keep the right one and remove the other",
            )
        };
        found.push(
            RuleFinding::warning(field.name, format!("{} {message}", field.lower)).help(help),
        );
    }
}

pub(super) fn white_space(entry: &CheckedEntry<'_>, found: &mut Vec<RuleFinding>) {
    for (index, field) in entry.own_fields().iter().enumerate() {
        let trimmed = field.text.trim();
        let is_first = entry
            .own_fields()
            .iter()
            .take(index)
            .all(|other| other.lower != field.lower);
        if trimmed == field.text || trimmed.is_empty() || !field.is_one_text || !is_first {
            continue;
        }
        found.push(
            RuleFinding::notice(field.name, "white space around the value")
                .help("remove it")
                .fix(field, trimmed.to_owned()),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::super::entry::found_in;
    use super::*;

    #[test]
    fn a_field_that_is_there_twice_is_reported() {
        let found = found_in(
            "@misc{a, note = {A}, Note = {B}, title = {T}, title = {T}}",
            duplicate_fields,
        );
        assert_eq!(
            found[0].1,
            "note is given twice with different values; the first is used"
        );
        assert_eq!(found[1].1, "title is given twice with the same value");
    }

    #[test]
    fn white_space_around_a_value_is_removed() {
        let found = found_in(
            "@misc{a, title = {  T\n }, note = \"N\", year = 2001}",
            white_space,
        );
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].2.as_deref(), Some("T"));
    }
}
