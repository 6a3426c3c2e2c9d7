//! Private remarks in fields that styles print.

use super::{CheckedEntry, RuleFinding};
use crate::formats::bibtex;

/// The fields that are printed as they are (BibLaTeX manual, §2.2.2).
const PRINTED: &[&str] = &["addendum", "howpublished", "note", "titleaddon"];

/// Typical words of private remarks.
#[rustfmt::skip]
const PRIVATE: &[&str] = &[
    "ask", "borrowed", "check", "cite this", "fixme", "i have", "lent to", "look up", "must read", "my copy",
    "my notes", "my own", "not read", "not yet read", "pdf in", "read this", "reread", "remember", "to check", "to do",
    "to read", "todo", "unread", "verify", "xxx", "???",
];

pub(super) fn look(entry: &CheckedEntry<'_>, found: &mut Vec<RuleFinding>) {
    for field in entry.own_fields() {
        if !PRINTED.contains(&field.lower.as_str()) {
            continue;
        }
        let text = bibtex::plain(&field.text);
        if let Some(sign) = PRIVATE
            .iter()
            .find(|sign| stands_in(&text.to_lowercase(), sign))
        {
            let start: String = text.trim().chars().take(60).collect();
            found.push(
                RuleFinding::warning(
                    field.name,
                    format!("\u{201c}{start}\u{201d} looks like a private remark (\u{201c}{sign}\u{201d}) that would be printed"),
                )
                .help("move it to the field annotation, which is printed only on request"),
            );
        }
    }
}

/// Returns whether a text contains these words as whole words.
fn stands_in(text: &str, words: &str) -> bool {
    if !words.starts_with(char::is_alphanumeric) {
        return text.contains(words);
    }
    text.match_indices(words).any(|(start, _)| {
        let before = text
            .get(..start)
            .and_then(|before| before.chars().next_back());
        let after = text
            .get(start + words.len()..)
            .and_then(|after| after.chars().next());
        let goes_on = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '-');
        !goes_on(before) && !goes_on(after)
    })
}

#[cfg(test)]
mod tests {
    use super::super::entry::found_in;
    use super::*;

    #[test]
    fn remarks_to_oneself_are_reported() {
        for private in [
            "TODO: page numbers",
            "check the year",
            "My copy is at home",
            "really 1976???",
            "to read",
        ] {
            let source = format!("@misc{{a, note = {{{private}}}}}");
            assert_eq!(found_in(&source, look).len(), 1, "{private}");
            let source = format!("@misc{{a, annotation = {{{private}}}}}");
            assert_eq!(found_in(&source, look), [], "{private}");
        }
        for printed in [
            "Second edition",
            "Checkpoint Charlie",
            "Fact-check column",
            "Basket of goods",
            "Paper presented at todos",
        ] {
            let source = format!("@misc{{a, note = {{{printed}}}}}");
            assert_eq!(found_in(&source, look), [], "{printed}");
        }
    }
}
