//! Text case (clause "Text-case").

use icu_casemap::CaseMapper;
use icu_locale_core::langid;

use super::citeproc_js;
use super::element::TextCase;
use super::formula;

/// A piece of text after a separator.
#[derive(Debug, Clone, Copy)]
struct CasePiece<'t> {
    text: &'t str,
    /// The separator before it: a tag of the markup, a punctuation mark, or a formula.
    before: &'t str,
}

/// Changes the case of text. Markup stays as it is, and so does text in `nocase`, small capitals, superscript
/// and subscript, formulas, and words such as "example.org" with a punctuation mark inside.
pub(super) fn apply(text: &str, case: TextCase, language: &str) -> String {
    if case == TextCase::CapitalizeFirst && is_simple(text) {
        let first = text.split(' ').next().unwrap_or_default();
        return if first.bytes().any(|byte| byte.is_ascii_uppercase()) {
            text.to_owned()
        } else {
            capitalize(text, language)
        };
    }
    let pieces = split(text);
    match case {
        TextCase::Lowercase => map_words(&pieces, |word| lower(word, language)),
        TextCase::Uppercase => map_words(&pieces, |word| upper(word, language)),
        TextCase::CapitalizeAll => map_words(&joined_at_apostrophes(text, pieces), |word| {
            if word == lower(word, language) && !has_inner_mark(word) {
                capitalize(word, language)
            } else {
                word.to_owned()
            }
        }),
        TextCase::CapitalizeFirst => {
            let mut first = true;
            map_words(&pieces, |word| {
                if first {
                    first = false;
                    if word == lower(word, language) && !has_inner_mark(word) {
                        return capitalize(word, language);
                    }
                }
                word.to_owned()
            })
        }
        TextCase::Sentence => {
            let mut first = true;
            map_words(&pieces, |word| {
                let is_first = std::mem::take(&mut first);
                if has_inner_mark(word) {
                    word.to_owned()
                } else if is_first {
                    capitalize(word, language)
                } else if has_inner_capital(word) {
                    word.to_owned()
                } else {
                    lower(word, language)
                }
            })
        }
        TextCase::Title => title(&pieces, language),
    }
}

/// Returns whether text begins with a word and has nothing but words, as most terms do.
fn is_simple(text: &str) -> bool {
    !text.starts_with(' ')
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b' ')
}

/// Returns whether a word has a capital inside, as "iPhone" and "OpenAlex" do. Its case is part of its spelling.
fn has_inner_capital(word: &str) -> bool {
    word.chars().skip(1).any(char::is_uppercase) && word.chars().any(char::is_lowercase)
}

/// Tags that protect their content, with their closing tags.
const PROTECTED: &[(&str, &str)] = &[
    ("<span", "</span>"),
    ("<sc>", "</sc>"),
    ("<sub>", "</sub>"),
    ("<sup>", "</sup>"),
];

/// Returns the length of a markup tag at the beginning of text.
fn tag_length(text: &str) -> Option<usize> {
    for tag in [
        "<i>", "</i>", "<b>", "</b>", "<sc>", "</sc>", "<sub>", "</sub>", "<sup>", "</sup>",
        "</span>",
    ] {
        if text.starts_with(tag) {
            return Some(tag.len());
        }
    }
    if text.starts_with("<span ") {
        let end = text.find('>')?;
        let tag = text.get(..end)?;
        let known = tag.contains("nocase") || tag.contains("nodecor") || tag.contains("small-caps");
        return known.then_some(end + 1);
    }
    None
}

fn is_sign(character: char) -> bool {
    matches!(
        character,
        '\u{2018}' | '\u{2019}' | '\u{201c}' | '\u{201d}' | '"' | '\'' | '-' | '\u{2010}'
            ..='\u{2013}'
                | '\u{2014}'
                | '\u{2015}'
                | '/'
                | '.'
                | ','
                | ';'
                | '?'
                | '!'
                | ':'
                | '['
                | ']'
                | '('
                | ')'
    )
}

/// Returns whether the mark at the beginning of `rest` is inside a word, as in "example.org" and "commu(o)nism".
/// The full stops of an abbreviation such as "n.d." are not, nor is the bracket of "author(s)".
fn is_inner_mark(before: &str, rest: &str) -> bool {
    let ends = |letters: usize| {
        let last = before.chars().rev().take(letters);
        last.filter(|c| c.is_alphanumeric()).count() == letters
    };
    let Some(behind) = rest.strip_prefix('(') else {
        let goes_on = rest.chars().skip(1).take(2).filter(|c| c.is_lowercase());
        return ends(2) && goes_on.count() == 2;
    };
    let inside = behind
        .chars()
        .take_while(|c| c.is_alphanumeric())
        .map(char::len_utf8)
        .sum();
    let closing = behind.get(inside..).and_then(|rest| rest.strip_prefix(')'));
    ends(1) && inside > 0 && closing.is_some_and(|rest| rest.starts_with(char::is_alphanumeric))
}

/// Returns whether a word has a punctuation mark inside, so that its case is part of its spelling.
fn has_inner_mark(word: &str) -> bool {
    word.contains(['.', '('])
}

fn split(text: &str) -> Vec<CasePiece<'_>> {
    let mut pieces = Vec::new();
    let mut before = "";
    let mut start = 0;
    let mut at = 0;
    let mut in_word_bracket = false;
    while let Some(character) = text.get(at..).and_then(|rest| rest.chars().next()) {
        let rest = text.get(at..).unwrap_or_default();
        let in_word = match character {
            '.' | '(' => is_inner_mark(text.get(..at).unwrap_or_default(), rest),
            ')' => in_word_bracket,
            _ => false,
        };
        in_word_bracket = match character {
            '(' => in_word,
            ')' => false,
            _ => in_word_bracket && character.is_alphanumeric(),
        };
        let length = if in_word {
            None
        } else if character == '<' {
            tag_length(rest)
        } else if matches!(character, '$' | '\\') {
            formula::at_start(rest).map(str::len)
        } else if character == ' ' && (rest.starts_with(" \"") || rest.starts_with(" '")) {
            // An opening quotation mark.
            Some(2)
        } else if is_sign(character) {
            Some(character.len_utf8())
        } else {
            None
        };
        match length {
            Some(length) => {
                pieces.push(CasePiece {
                    text: text.get(start..at).unwrap_or_default(),
                    before,
                });
                before = text.get(at..at + length).unwrap_or_default();
                at += length;
                start = at;
            }
            None => at += character.len_utf8(),
        }
    }
    pieces.push(CasePiece {
        text: text.get(start..).unwrap_or_default(),
        before,
    });
    pieces
}

/// Joins the pieces around an apostrophe within a word: "Master's" is one word.
fn joined_at_apostrophes<'t>(text: &'t str, pieces: Vec<CasePiece<'t>>) -> Vec<CasePiece<'t>> {
    let mut joined: Vec<CasePiece<'t>> = Vec::with_capacity(pieces.len());
    let mut end = 0;
    for piece in pieces {
        let goes_on = matches!(piece.before, "'" | "\u{2019}")
            && piece.text.starts_with(char::is_alphanumeric);
        let start = end;
        end += piece.before.len() + piece.text.len();
        match joined.last_mut() {
            Some(last) if goes_on && last.text.ends_with(char::is_alphanumeric) => {
                let from = start - last.text.len();
                last.text = text.get(from..end).unwrap_or(last.text);
            }
            _ => joined.push(piece),
        }
    }
    joined
}

/// Tracks open tags, and whether text at this point may change.
#[derive(Default)]
struct ProtectionState {
    open: Vec<&'static str>,
}

impl ProtectionState {
    fn pass(&mut self, tag: &str) -> bool {
        if let Some((_, end)) = PROTECTED.iter().find(|(start, _)| tag.starts_with(start)) {
            self.open.push(end);
        } else if self.open.last().is_some_and(|end| *end == tag) {
            self.open.pop();
        }
        self.open.is_empty()
    }
}

fn is_gap(character: char) -> bool {
    matches!(
        character,
        ' ' | '\u{a0}' | '\u{2000}'..='\u{200b}' | '\u{205f}' | '\u{3000}'
    )
}

/// Returns the words of text and the gaps between them, in order.
fn words(text: &str) -> impl Iterator<Item = (&str, bool)> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let gap = is_gap(first);
        let end = rest
            .char_indices()
            .find(|(_, character)| is_gap(*character) != gap)
            .map_or(rest.len(), |(at, _)| at);
        let (word, after) = rest.split_at(end);
        rest = after;
        Some((word, gap))
    })
}

fn is_formula(separator: &str) -> bool {
    separator.len() > 1 && separator.starts_with(['$', '\\'])
}

fn map_words(pieces: &[CasePiece<'_>], mut change: impl FnMut(&str) -> String) -> String {
    let mut result = String::new();
    let mut protection = ProtectionState::default();
    for piece in pieces {
        result.push_str(piece.before);
        if is_formula(piece.before) {
            change("");
        }
        if !protection.pass(piece.before) {
            // Protected text still counts as the first word.
            if words(piece.text).any(|(_, gap)| !gap) {
                change("");
            }
            result.push_str(piece.text);
            continue;
        }
        for (word, gap) in words(piece.text) {
            if gap {
                result.push_str(word);
            } else {
                result.push_str(&change(word));
            }
        }
    }
    result
}

fn is_small(lowered: &str) -> bool {
    citeproc_js::TITLE_CASE_STOP_WORDS
        .binary_search(&lowered)
        .is_ok()
}

fn title(pieces: &[CasePiece<'_>], language: &str) -> String {
    let mut result = String::new();
    let mut protection = ProtectionState::default();
    let mut first = true;
    let mut after_stop = false;
    // The position of the last word in the result, which is capitalized even if it is a stop word.
    let mut last_word: Option<(usize, usize)> = None;
    // The closing marks of the open quotations.
    let mut quotes: Vec<char> = Vec::new();
    for (number, piece) in pieces.iter().enumerate() {
        result.push_str(piece.before);
        let open = protection.pass(piece.before);
        after_stop |= piece.before.ends_with(['!', '?', ':']);
        if is_formula(piece.before) {
            last_word = None;
            first = false;
            after_stop = false;
        }
        // After an apostrophe a word continues; after an opening quotation mark one begins.
        let mut keep_initial = false;
        match piece.before {
            "\u{201c}" => quotes.push('\u{201d}'),
            "\u{2018}" => quotes.push('\u{2019}'),
            " \"" => quotes.push('"'),
            // citeproc-js takes the mark for an apostrophe here.
            " '" => {
                quotes.push('\'');
                keep_initial = true;
            }
            "\u{201d}" | "\u{2019}" | "\"" | "'" => {
                let sign = piece.before.chars().next();
                if quotes.last().copied() == sign {
                    quotes.pop();
                } else {
                    keep_initial = true;
                }
            }
            _ => {}
        }
        if !open {
            if !piece.text.trim().is_empty() {
                last_word = None;
                first = false;
                after_stop = false;
            }
            result.push_str(piece.text);
            continue;
        }
        let followed_by_hyphen =
            number == 0 && pieces.get(1).is_some_and(|next| next.before == "-");
        let mut begins_piece = true;
        let mut rest = words(piece.text).peekable();
        while let Some((word, gap)) = rest.next() {
            if gap {
                result.push_str(word);
                begins_piece = false;
                continue;
            }
            let lowered = lower(word, language);
            let long = word.chars().nth(1).is_some();
            let wanted = long && !is_small(&lowered)
                || followed_by_hyphen && rest.peek().is_none()
                || first
                || after_stop;
            let start = result.len();
            let is_kept = keep_initial && begins_piece || has_inner_mark(word);
            if wanted && word == lowered && !is_kept {
                result.push_str(&capitalize(word, language));
            } else {
                result.push_str(word);
            }
            last_word = if keep_initial && begins_piece {
                None
            } else {
                Some((start, result.len()))
            };
            first = false;
            after_stop = false;
            begins_piece = false;
        }
    }
    if let Some((start, end)) = last_word
        && let Some(word) = result.get(start..end)
        && word.chars().nth(1).is_some()
        && is_small(&lower(word, language))
    {
        let capital = capitalize(word, language);
        result.replace_range(start..end, &capital);
    }
    result
}

fn is_turkic(language: &str) -> bool {
    language.starts_with("tr") || language.starts_with("az")
}

fn lower(word: &str, language: &str) -> String {
    if is_turkic(language) && word.contains(['I', '\u{130}']) {
        return word
            .replace('I', "\u{131}")
            .replace('\u{130}', "i")
            .to_lowercase();
    }
    word.to_lowercase()
}

/// Returns a word in capitals. Greek ones have no accents, in whatever language they are quoted.
fn upper(word: &str, language: &str) -> String {
    let is_greek = |c: char| matches!(c, '\u{370}'..='\u{3ff}' | '\u{1f00}'..='\u{1fff}');
    let rules = if word.contains(is_greek) {
        langid!("el")
    } else if is_turkic(language) {
        langid!("tr")
    } else if language.starts_with("lt") {
        langid!("lt")
    } else {
        return word.to_uppercase();
    };
    CaseMapper::new()
        .uppercase_to_string(word, &rules)
        .into_owned()
}

/// Returns a word with its first letter in upper case.
pub(super) fn capitalize(word: &str, language: &str) -> String {
    let mut characters = word.chars();
    let Some(first) = characters.next() else {
        return String::new();
    };
    let rest = characters.as_str();
    // A lone Greek letter is a symbol.
    if rest.is_empty() && ('\u{370}'..='\u{3ff}').contains(&first) {
        return word.to_owned();
    }
    match (first, language.get(..2)) {
        ('i', _) if is_turkic(language) => format!("\u{130}{rest}"),
        // The Dutch ij is one letter.
        ('i', Some("nl")) if rest.starts_with('j') => {
            format!("IJ{}", rest.get(1..).unwrap_or_default())
        }
        // A word does not begin with two capitals for one letter.
        ('ß', _) => word.to_owned(),
        _ => first.to_uppercase().chain(rest.chars()).collect(),
    }
}

/// Removes full stops, except those inside a word.
pub(super) fn strip_periods(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        if character == '.'
            && characters
                .peek()
                .is_none_or(|next| !next.is_ascii_lowercase())
        {
            continue;
        }
        result.push(character);
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_and_words_with_inner_marks_keep_their_case() {
        for (text, title) in [
            ("the $n \\log n$ bound", "The $n \\log n$ Bound"),
            ("$\\alpha$-helix of things", "$\\alpha$-Helix of Things"),
            (
                "news on example.org and next.js",
                "News on example.org and next.js",
            ),
            ("a commu(o)nism of author(s)", "A commu(o)nism of Author(s)"),
            ("costs of $5 or $6", "Costs of $5 or $6"),
        ] {
            assert_eq!(apply(text, TextCase::Title, "en"), title);
        }
        assert_eq!(apply("n.d.", TextCase::CapitalizeFirst, "en"), "N.d.");
        assert_eq!(
            apply("$x$ is it", TextCase::CapitalizeFirst, "en"),
            "$x$ is it"
        );
        assert_eq!(apply("GNU at $X$", TextCase::Lowercase, "en"), "gnu at $X$");
        assert_eq!(apply("in node.js", TextCase::Uppercase, "en"), "IN NODE.JS");
        assert_eq!(
            apply("in node.js", TextCase::CapitalizeAll, "en"),
            "In node.js"
        );
    }
}
