//! Works of which it is not certain which is meant. Such a work is told once: that its title or journal
//! is missing goes without saying.

use super::{CheckedEntry, Found, required};

pub(super) fn look(entry: &CheckedEntry<'_>, found: &mut Vec<Found>) {
    let Some(field) = entry.own("identification") else {
        return;
    };
    let missing = required::missing(entry);
    let not_known = if missing.is_empty() {
        String::new()
    } else {
        format!("; not known: {}", missing.join(", "))
    };
    let value = field.text.trim().to_lowercase();
    let message = match value.as_str() {
        "certain" => return,
        "probable" => format!(
            "probable: which work is meant was inferred, not seen in a list of references{not_known}"
        ),
        "unresolved" => format!("unresolved: it is not known which work is meant{not_known}"),
        other => {
            found.push(
                Found::warning(
                    field.name,
                    format!("\u{201c}{other}\u{201d} is not a known value"),
                )
                .help("write probable or unresolved, or leave the field out where it is certain"),
            );
            return;
        }
    };
    found.push(Found::notice(field.name, message).help(
        "its annotation says what was found; take the field out once you have seen the source",
    ));
}

#[cfg(test)]
mod tests {
    use super::super::entry::found_in;
    use super::*;

    #[test]
    fn what_is_not_known_is_told_once() {
        let source = "@misc{a, author = {Wren, Ada}, year = 2002, identification = {unresolved}}";
        let found = found_in(source, look);
        assert_eq!(
            found[0].1,
            "unresolved: it is not known which work is meant; not known: title"
        );
        assert_eq!(found_in(source, required::look), []);
        assert_eq!(found_in("@misc{a, title = {A}}", look), []);
        let other = found_in("@misc{a, identification = {maybe}}", look);
        assert_eq!(other[0].1, "\u{201c}maybe\u{201d} is not a known value");
    }
}
