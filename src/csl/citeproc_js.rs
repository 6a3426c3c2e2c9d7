//! Imitations of citeproc-js, where the specification is silent or says something else.
//!
//! Zotero, Mendeley's successors and the Pandoc of old formatted with citeproc-js, and most styles were
//! written by looking at its output. Where the specification leaves a choice, we make the same one, so that a
//! style prints what its author saw. Each item says what the specification leaves open and why we follow.

use std::borrow::Cow;

use super::citation::{Citation, Cite, FormattedCitation};
use super::locale::Locale;
use super::name_parts::begins_alphabetic;
use super::output_tree::Node;
use super::render::Renderer;
use super::rich_text::{Inline, RichText, plain_text};

// ---- Affixes that the caller gives to a cite ----------------------------------------------------------
//
// The specification does not know them. Word processors pass what a user typed into two input fields, usually
// without spaces.

/// Returns a prefix followed by a space, unless it ends in something that needs none.
pub(super) fn spaced_prefix(prefix: &str) -> Cow<'_, str> {
    let plain = without_tags(prefix);
    let end = plain.trim_end_matches([
        '"', '\'', '\u{201d}', '\u{2019}', '\u{bb}', '\u{202f}', '\u{a0}', ' ',
    ]);
    let Some(last) = end.chars().next_back() else {
        return Cow::Borrowed(prefix);
    };
    let needs_space = begins_alphabetic(last.encode_utf8(&mut [0; 4]))
        || matches!(
            last,
            '.' | ';' | ':' | '!' | '?' | ')' | ']' | ',' | '0'..='9'
        );
    if needs_space && !prefix.ends_with(char::is_whitespace) {
        Cow::Owned(format!("{prefix} "))
    } else {
        Cow::Borrowed(prefix)
    }
}

/// Returns a suffix preceded by a space, unless it begins with punctuation.
pub(super) fn spaced_suffix(suffix: &str) -> Cow<'_, str> {
    if begins_alphabetic(suffix) || suffix.starts_with(['(', '[']) {
        Cow::Owned(format!(" {suffix}"))
    } else {
        Cow::Borrowed(suffix)
    }
}

fn without_tags(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    let mut inside = false;
    for character in text.chars() {
        match character {
            '<' => inside = true,
            '>' if inside => inside = false,
            _ if !inside => result.push(character),
            _ => {}
        }
    }
    result
}

/// Removes the punctuation of the delimiter between two cites where an affix brings its own.
pub(super) fn adjust_delimiter(delimiter: &mut String, previous: &Cite, cite: &Cite) {
    const STOPS: [char; 3] = [';', '.', ','];
    let suffix = previous.suffix.as_deref().unwrap_or_default();
    let prefix = cite.prefix.as_deref().unwrap_or_default();
    if suffix.is_empty() && prefix.starts_with(STOPS) {
        delimiter.clear();
    } else if suffix.ends_with(STOPS) {
        *delimiter = match delimiter.find(' ') {
            Some(space) => delimiter.split_off(space),
            None => String::new(),
        };
    }
}

/// Returns whether a prefix ends a sentence, so that the cite begins one and its first term is capitalized.
pub(super) fn ends_sentence(prefix: &str) -> bool {
    let end = prefix.trim_end_matches(['"', '\'', '\u{201d}', '\u{2019}', '\u{bb}', ' ', '\u{a0}']);
    end.ends_with(['.', '!', '?', ':', ';']) && prefix.trim().contains(' ')
}

// ---- Citations ------------------------------------------------------------------------------------------

/// Returns the suffix of a citation layout as it prints. If it begins with punctuation, only that prints.
pub(super) fn citation_suffix(suffix: &str) -> &str {
    match suffix.chars().next() {
        Some(first @ (':' | '.' | ';' | '!' | '?')) => {
            suffix.get(..first.len_utf8()).unwrap_or(suffix)
        }
        _ => suffix,
    }
}

/// Returns whether cites with the same authors are brought together.
///
/// citeproc-js groups the cites of a document, but not a citation that is formatted outside of one. Outside of
/// a document the caller gives the position of each cite.
pub(super) fn groups_cites(citation: &Citation) -> bool {
    !citation.cites.iter().all(|cite| cite.position.is_some())
}

/// Returns the text by which a group of cites is sorted: the sort key of its first cite and its place.
///
/// citeproc-js appends the place to the key as text. A cite without a key gets the JavaScript value
/// `undefined`, which decides where it is printed.
pub(super) fn group_sort_text(key: Option<&str>, place: usize) -> String {
    format!("{}{place}", key.unwrap_or("undefined"))
}

/// Joins the two parts of a composite citation, with `infix` between them.
pub(super) fn join_composite(
    locale: &Locale,
    citation: &FormattedCitation,
    infix: &str,
) -> RichText {
    let mut result = citation.authors.clone();
    let space = || Inline::Text(" ".to_owned());
    if let Some(node) = Node::text(infix) {
        let begins_with_stop = infix.starts_with(['.', '!', '?', ':', ',', '\u{2019}', '\'']);
        if !begins_with_stop && !plain_text(&result).is_empty() {
            result.push(space());
        }
        let mut renderer = Renderer::new(locale);
        renderer.node(&node);
        result.extend(renderer.into_rich_text());
    }
    if !plain_text(&result).is_empty() && !plain_text(&citation.content).is_empty() {
        result.push(space());
    }
    result.extend(citation.content.iter().cloned());
    result
}

// ---- Disambiguation ---------------------------------------------------------------------------------------

/// Returns whether the number of the note of the first cite counts as disambiguating cites, `among` so many
/// ambiguous ones. citeproc-js adds the text of `disambiguate` conditions anyway if there are three or more.
pub(super) fn notes_distinguish(among: usize) -> bool {
    among < 3
}

/// Shows the full given name of the first person, if citeproc-js would.
///
/// It tries given names before `disambiguate` conditions, and resets them only if the cites are not
/// partially disambiguated afterwards: that is, with three or more cites of which the condition
/// separates some but not all.
pub(super) fn keep_first_given_name(givens: &mut Vec<Vec<u8>>, cites: usize, classes: usize) {
    if cites < 3 || classes < 2 {
        return;
    }
    match givens.first_mut() {
        Some(levels) => match levels.first_mut() {
            Some(level) => *level = 2,
            None => levels.push(2),
        },
        None => givens.push(vec![2]),
    }
}
