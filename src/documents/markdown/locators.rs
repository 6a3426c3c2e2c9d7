//! Locators at the start of the text after a key: `, pp. 12-14 and elsewhere`.
//!
//! The syntax is that of pandoc (manual, "Citation syntax"): a label in any of its forms in the document's
//! language or English, followed by numbers; without a label, numbers are pages. Braces delimit a locator
//! explicitly: `{pp. iv, vi-xi}`, `{s.v. commons}`. Empty braces mean that there is no locator.

use crate::csl::{EmbeddedLocales, Locale};

/// The written forms of locator labels, longest first.
#[derive(Debug, Clone)]
pub(super) struct LocatorLabels {
    labels: Vec<(String, &'static str)>,
}

/// Common English forms in addition to those of the locale.
#[rustfmt::skip]
const EXTRA_LABELS: &[(&str, &str)] = &[
    ("ch.", "chapter"), ("chs.", "chapter"), ("chap.", "chapter"), ("chaps.", "chapter"), ("b.", "book"),
    ("bk.", "book"), ("bks.", "book"), ("col.", "column"), ("cols.", "column"), ("f.", "folio"), ("fol.", "folio"),
    ("fols.", "folio"), ("no.", "number"), ("nos.", "number"), ("nr.", "number"), ("l.", "line"), ("ll.", "line"),
    ("n.", "note"), ("nn.", "note"), ("op.", "opus"), ("opp.", "opus"), ("p.", "page"), ("pp.", "page"),
    ("pg.", "page"), ("para.", "paragraph"), ("paras.", "paragraph"), ("par.", "paragraph"), ("¶", "paragraph"),
    ("¶¶", "paragraph"), ("pt.", "part"), ("pts.", "part"), ("sec.", "section"), ("secs.", "section"),
    ("sect.", "section"), ("§", "section"), ("§§", "section"), ("s.v.", "sub-verbo"), ("s.vv.", "sub-verbo"),
    ("sub verbo", "sub-verbo"), ("v.", "verse"), ("vv.", "verse"), ("vol.", "volume"), ("vols.", "volume"),
    ("fig.", "figure"), ("figs.", "figure"), ("tab.", "table"), ("eq.", "equation"), ("app.", "appendix"),
    ("art.", "article-locator"),
];

/// A locator and its label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Locator {
    pub(super) label: &'static str,
    pub(super) value: String,
}

impl LocatorLabels {
    /// Returns the labels of these languages and of English.
    pub(super) fn new<'l>(languages: impl Iterator<Item = &'l str>) -> Self {
        let labels_of =
            |language| Locale::assemble(language, &EmbeddedLocales, &[]).locator_labels();
        let own: Vec<_> = languages.flat_map(labels_of).collect();
        let english = labels_of("en-US");
        let mut labels: Vec<(String, &'static str)> = Vec::new();
        let more = EXTRA_LABELS
            .iter()
            .map(|(label, term)| ((*label).to_owned(), *term));
        for (label, term) in own.into_iter().chain(more).chain(english) {
            let label = label.to_lowercase();
            if !labels.iter().any(|(known, _)| *known == label) {
                labels.push((label, term));
            }
        }
        labels.sort_by_key(|(label, _)| std::cmp::Reverse(label.len()));
        Self { labels }
    }

    /// Splits the text after a key into a locator and the rest, which starts with a comma if it needs one.
    pub(super) fn split(&self, suffix: &str) -> (Option<Locator>, String) {
        // In Markdown, `\ ` is a space that does not break: `p.\ 12`.
        let unescaped = suffix.replace("\\ ", "\u{a0}");
        let suffix = unescaped.as_str();
        let inside = suffix.trim_start();
        let inside = inside.strip_prefix(',').unwrap_or(inside).trim_start();
        if let Some((braced, rest)) = braced(inside) {
            let braced = braced.trim();
            let (label, value) = match self.label(braced) {
                Some((label, rest)) => (label, rest.trim()),
                None => ("page", braced),
            };
            let locator = (!value.is_empty()).then(|| Locator {
                label,
                value: value.to_owned(),
            });
            return (locator, rest.to_owned());
        }
        let labelled = self.label(inside).and_then(|(label, rest)| {
            let end = numbers(rest, true);
            (end > 0).then_some((label, rest, end))
        });
        let found = labelled.or_else(|| {
            let end = numbers(inside, false);
            (end > 0).then_some(("page", inside, end))
        });
        match found {
            Some((label, text, end)) => {
                let value = text.get(..end).unwrap_or_default().trim().to_owned();
                let rest = text.get(end..).unwrap_or_default();
                (Some(Locator { label, value }), with_comma(rest))
            }
            None => (None, with_comma(suffix.trim_end())),
        }
    }

    /// Returns the label at the start of a text, and the text after it.
    fn label<'t>(&self, text: &'t str) -> Option<(&'static str, &'t str)> {
        self.labels.iter().find_map(|(label, term)| {
            let length = prefix_length(text, label)?;
            let rest = text.get(length..)?;
            // "page" is a label, but not as the start of "pagemaster".
            let ends_in_letter = label.chars().next_back().is_some_and(char::is_alphabetic);
            let goes_on = rest.starts_with(char::is_alphabetic);
            (!(ends_in_letter && goes_on)).then_some((*term, rest))
        })
    }
}

/// Returns the length of the prefix of `text` that equals `label`, ignoring case.
fn prefix_length(text: &str, label: &str) -> Option<usize> {
    let mut rest = label.chars().peekable();
    for (at, character) in text.char_indices() {
        if rest.peek().is_none() {
            return Some(at);
        }
        let character = if character == '\u{a0}' {
            ' '
        } else {
            character
        };
        for lower in character.to_lowercase() {
            let wanted = rest.next()?;
            let wanted = if wanted == '\u{a0}' { ' ' } else { wanted };
            if wanted != lower {
                return None;
            }
        }
    }
    rest.peek().is_none().then_some(text.len())
}

/// Adds a comma before the rest, unless it starts with punctuation or a space.
fn with_comma(rest: &str) -> String {
    let rest = rest.trim_end();
    if rest.is_empty() || rest.starts_with(|c: char| c.is_whitespace() || is_punctuation(c)) {
        rest.to_owned()
    } else {
        format!(", {rest}")
    }
}

fn is_punctuation(character: char) -> bool {
    (character.is_ascii_punctuation() && !matches!(character, '*' | '_'))
        || matches!(character, '\u{2010}'..='\u{2027}' | '\u{ab}' | '\u{bb}')
}

/// Returns the content of braces and the text after them.
fn braced(text: &str) -> Option<(&str, &str)> {
    if !text.starts_with('{') {
        return None;
    }
    let mut depth = 0_usize;
    for (at, character) in text.char_indices() {
        match character {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some((text.get(1..at)?, text.get(at + 1..)?));
        }
    }
    None
}

/// Returns the end of the numbers at the start of a text: "3-5, 7a, (iv)". The first number must contain a
/// digit or, after a label, be a Roman numeral; the same holds for each further one.
fn numbers(text: &str, labelled: bool) -> usize {
    let mut end = 0;
    loop {
        let rest = text.get(end..).unwrap_or_default();
        let mut start = 0;
        if end > 0 && rest.starts_with([',', ';']) {
            start += 1;
        }
        let spaces = rest.get(start..).unwrap_or_default();
        start += spaces.len() - spaces.trim_start_matches([' ', '\u{a0}']).len();
        if end > 0 && start == 0 {
            return end;
        }
        let word = rest.get(start..).unwrap_or_default();
        let length = word_length(word);
        let word = word.get(..length).unwrap_or_default();
        let is_number = word.chars().any(|c| c.is_numeric()) || labelled && is_roman_range(word);
        if !is_number {
            return end;
        }
        end += start + length;
    }
}

/// Returns the length of a word that may be a number: up to a space or punctuation mark, with balanced
/// brackets, and including full stops inside ("1.2").
fn word_length(text: &str) -> usize {
    let mut open: Vec<char> = Vec::new();
    let mut end = 0;
    let mut characters = text.char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        let next_end = at + character.len_utf8();
        let next_goes_on = characters
            .peek()
            .is_some_and(|(_, next)| next.is_alphanumeric());
        match character {
            '(' => open.push(')'),
            '[' => open.push(']'),
            '{' => open.push('}'),
            ')' | ']' | '}' if open.pop() != Some(character) => break,
            ')' | ']' | '}' => {}
            '-' | '\u{2013}' | '\u{2014}' | ':' | '/' | '\u{2011}'
                if next_goes_on || character == '-' => {}
            '.' if next_goes_on => {}
            '*' | '_' | '\\' | '"' => break,
            _ if is_punctuation(character) => break,
            _ if character.is_whitespace() => break,
            _ => {}
        }
        if open.is_empty() {
            end = next_end;
        }
    }
    // A trailing dash does not belong to the number.
    let word = text.get(..end).unwrap_or_default();
    word.trim_end_matches(['-', ':']).len()
}

/// Returns whether a word consists of Roman numerals or ranges of them: "iv", "vi-xi", "(xv)-(xvii)".
fn is_roman_range(word: &str) -> bool {
    let mut parts = word
        .split(['-', '\u{2013}'])
        .map(|part| part.trim_matches(['(', ')', '[', ']']))
        .filter(|part| !part.is_empty())
        .peekable();
    parts.peek().is_some() && parts.all(is_roman)
}

fn is_roman(word: &str) -> bool {
    const STEPS: [(&str, u32); 13] = [
        ("m", 4),
        ("cm", 1),
        ("d", 1),
        ("cd", 1),
        ("c", 3),
        ("xc", 1),
        ("l", 1),
        ("xl", 1),
        ("x", 3),
        ("ix", 1),
        ("v", 1),
        ("iv", 1),
        ("i", 3),
    ];
    let lower = word.to_ascii_lowercase();
    let mut rest = lower.as_str();
    for (step, times) in STEPS {
        for _ in 0..times {
            rest = rest.strip_prefix(step).unwrap_or(rest);
        }
    }
    let one_case = word.chars().all(char::is_lowercase) || word.chars().all(char::is_uppercase);
    !word.is_empty() && rest.is_empty() && one_case
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(suffix: &str) -> (String, String, String) {
        let (locator, rest) = LocatorLabels::new(std::iter::once("en-US")).split(suffix);
        match locator {
            Some(Locator { label, value }) => (label.to_owned(), value, rest),
            None => (String::new(), String::new(), rest),
        }
    }

    #[test]
    fn labels_numbers_and_the_rest_are_distinguished() {
        for (suffix, label, value, rest) in [
            (", p.\\ 12", "page", "12", ""),
            (
                ", ch.\\ 3, see also there",
                "chapter",
                "3",
                ", see also there",
            ),
            (", pp. 12-14", "page", "12-14", ""),
            (" p. 33", "page", "33", ""),
            ("p.3", "page", "3", ""),
            (
                ", 33-35, 38 and *passim*",
                "page",
                "33-35, 38",
                " and *passim*",
            ),
            (", chap. 4", "chapter", "4", ""),
            (", ch. 4, sec. 2", "chapter", "4", ", sec. 2"),
            (" §§ 3-4", "section", "3-4", ""),
            (", ¶ 7", "paragraph", "7", ""),
            (", figure 4 and so on", "figure", "4", " and so on"),
            (", ll. 3-5, 7", "line", "3-5, 7", ""),
            (
                ", pp. iv, vi-xi, (xv)-(xvii) with suffix",
                "page",
                "iv, vi-xi, (xv)-(xvii)",
                " with suffix",
            ),
            (
                ", {pp. iv, vi-xi, (xv)-(xvii)} with suffix here",
                "page",
                "iv, vi-xi, (xv)-(xvii)",
                " with suffix here",
            ),
            (
                "{pp. iv, vi-xi}, and more",
                "page",
                "iv, vi-xi",
                ", and more",
            ),
            (", {}, 99 years later", "", "", ", 99 years later"),
            (", {s.v. commons}", "sub-verbo", "commons", ""),
            (", vol. I, p. 3", "volume", "I", ", p. 3"),
            (", 12ff.", "page", "12ff", "."),
            (", 1:33-34", "page", "1:33-34", ""),
            (", 1.2.3", "page", "1.2.3", ""),
            (" whatever", "", "", " whatever"),
            (", iv", "", "", ", iv"),
            ("b", "", "", ", b"),
            (": foo", "", "", ": foo"),
            (", pagemaster 3", "", "", ", pagemaster 3"),
            (", p. civil", "", "", ", p. civil"),
            ("", "", "", ""),
        ] {
            let expected = (label.to_owned(), value.to_owned(), rest.to_owned());
            assert_eq!(split(suffix), expected, "{suffix}");
        }
    }

    #[test]
    fn labels_in_the_language_of_the_document_are_known() {
        let german = LocatorLabels::new(std::iter::once("de-DE"));
        let label = |suffix: &str| german.split(suffix).0.map(|locator| locator.label);
        assert_eq!(label(", S. 12"), Some("page"));
        assert_eq!(label(", Kap. 3"), Some("chapter"));
        assert_eq!(label(", Bd. 2"), Some("volume"));
        assert_eq!(label(", pp. 12"), Some("page"));
    }
}
