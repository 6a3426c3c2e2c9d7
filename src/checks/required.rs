//! Checks of required fields.

use super::{CheckedEntry, RuleFinding};
use crate::formats::bibtex::schema::{self, OneOf};

fn needs(entry_type: &str) -> &'static [OneOf] {
    schema::entry_type(entry_type).map_or(&[], |row| row.required)
}

/// Returns the fields that an entry of a type requires; of alternatives, the first.
pub fn required_fields(entry_type: &str) -> Vec<&'static str> {
    let first = |need: &OneOf| need.first().copied();
    let required: Vec<&str> = needs(entry_type).iter().filter_map(first).collect();
    if required.is_empty() {
        return vec!["author", "title", "date"];
    }
    required
}

/// Returns the required fields that are missing.
fn missing(entry: &CheckedEntry<'_>) -> Vec<&'static str> {
    needs(entry.kind())
        .iter()
        .filter(|need| !need.iter().any(|name| entry.has(name)))
        .filter_map(|need| need.first().copied())
        .collect()
}

pub(super) fn look(entry: &CheckedEntry<'_>, found: &mut Vec<RuleFinding>) {
    let kind = entry.kind();
    for field in missing(entry) {
        let alternatives: &[&str] = needs(kind)
            .iter()
            .find(|need| need.first() == Some(&field))
            .copied()
            .unwrap_or_default();
        let help = match alternatives {
            ["date", ..] => {
                "add date, or pubstate = {forthcoming} if it has not appeared yet".to_owned()
            }
            [only] => format!("add {only}"),
            [first @ .., last] => format!("add {} or {last}", first.join(", ")),
            [] => continue,
        };
        found.push(RuleFinding::warning(field, format!("@{kind} requires {field}")).help(help));
    }
}

#[cfg(test)]
mod tests {
    use super::super::entry::found_in;
    use super::*;

    fn fields(source: &str) -> Vec<String> {
        let found = found_in(source, look).into_iter();
        found.map(|(field, ..)| field).collect()
    }

    #[test]
    fn each_type_has_its_own_needs() {
        assert_eq!(
            fields("@article{a}"),
            ["author", "title", "journaltitle", "date"]
        );
        assert_eq!(
            fields("@thesis{a, author={W}, title={T}, year=2001}"),
            ["type", "institution"]
        );
        assert_eq!(
            fields("@phdthesis{a, author={W}, title={T}, school={S}, year=2001}"),
            [""; 0]
        );
        assert_eq!(
            fields("@book{a, editor={W}, title={T}, year=2001}"),
            [""; 0]
        );
        assert_eq!(fields("@online{a, title={T}}"), ["url"]);
        assert_eq!(fields("@whatever{a}"), [""; 0]);
    }

    #[test]
    fn older_names_of_fields_will_do() {
        let source = "@article{a, author={W}, title={T}, journal={J}, year=2001}";
        assert_eq!(fields(source), [""; 0]);
    }

    #[test]
    fn a_forthcoming_work_needs_no_date() {
        let source = "@book{a, author={W}, title={T}, pubstate={forthcoming}}";
        assert_eq!(fields(source), [""; 0]);
    }

    #[test]
    fn an_empty_field_is_a_missing_one() {
        assert_eq!(fields("@misc{a, title={{}}}"), ["title"]);
    }
}
