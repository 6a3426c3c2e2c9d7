//! How an entry is written down: fields that are there twice, white space around values.

use super::{CheckedEntry, Found};

pub(super) fn duplicate_fields(entry: &CheckedEntry<'_>, found: &mut Vec<Found>) {
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
            ("is there twice, with the same value", "take one out")
        } else {
            (
                "is there twice, with two values, of which the first counts",
                "keep the right one, and take the other out",
            )
        };
        found.push(Found::warning(field.name, format!("{} {message}", field.lower)).help(help));
    }
}

pub(super) fn white_space(entry: &CheckedEntry<'_>, found: &mut Vec<Found>) {
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
            Found::notice(field.name, "there is white space around the value")
                .help("it is of no use; take it out")
                .mend(field, trimmed.to_owned()),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::super::entry::found_in;
    use super::*;

    #[test]
    fn a_field_that_is_there_twice_is_told() {
        let found = found_in(
            "@misc{a, note = {A}, Note = {B}, title = {T}, title = {T}}",
            duplicate_fields,
        );
        assert_eq!(
            found[0].1,
            "note is there twice, with two values, of which the first counts"
        );
        assert_eq!(found[1].1, "title is there twice, with the same value");
    }

    #[test]
    fn white_space_around_a_value_is_taken_out() {
        let found = found_in(
            "@misc{a, title = {  T\n }, note = \"N\", year = 2001}",
            white_space,
        );
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].2.as_deref(), Some("T"));
    }
}
