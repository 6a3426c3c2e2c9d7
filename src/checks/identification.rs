//! Works whose identification is uncertain. Each is reported once: missing fields are part of that
//! finding.

use super::{CheckedEntry, RuleFinding, required};

pub(super) fn look(entry: &CheckedEntry<'_>, found: &mut Vec<RuleFinding>) {
    let Some(field) = entry.own("identification") else {
        return;
    };
    let missing = required::missing(entry);
    let not_known = if missing.is_empty() {
        String::new()
    } else {
        format!("; unknown: {}", missing.join(", "))
    };
    let value = field.text.trim().to_lowercase();
    let message = match value.as_str() {
        "certain" => return,
        "probable" => {
            format!("probable: the work was inferred, not seen in a list of references{not_known}")
        }
        "unresolved" => format!("unresolved: the work has not been identified{not_known}"),
        other => {
            found.push(
                RuleFinding::warning(field.name, format!("unknown value \u{201c}{other}\u{201d}"))
                    .help(
                        "write probable or unresolved, or remove the field if the work is certain",
                    ),
            );
            return;
        }
    };
    found.push(
        RuleFinding::notice(field.name, message)
            .help("see the annotation; remove the field once confirmed"),
    );
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
            "unresolved: the work has not been identified; unknown: title"
        );
        assert_eq!(found_in(source, required::look), []);
        assert_eq!(found_in("@misc{a, title = {A}}", look), []);
        let other = found_in("@misc{a, identification = {maybe}}", look);
        assert_eq!(other[0].1, "unknown value \u{201c}maybe\u{201d}");
    }
}
