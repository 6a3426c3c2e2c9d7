//! The lines of a text with a reference list: their markers, indents and beginnings.

use std::borrow::Cow;

use super::words::{self, WordClass};
use crate::text::single_spaced;

/// A marker before a reference in a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Marker {
    None,
    /// A bullet: `*`, `-`, `•`.
    Bullet(char),
    /// A number: `1.`, `[1]`, `(1)`.
    Number {
        number: u32,
        style: u8,
    },
}

impl Marker {
    /// Returns what is equal for all markers of a list.
    pub(crate) fn kind(self) -> Option<(char, u8)> {
        match self {
            Marker::None => None,
            Marker::Bullet(bullet) => Some((bullet, 0)),
            Marker::Number { style, .. } => Some(('1', style)),
        }
    }
}

/// A line.
#[derive(Debug, Clone)]
pub(crate) struct Line<'t> {
    /// Its number, from 1.
    pub(crate) number: usize,
    /// Its text without indent and marker.
    pub(crate) text: &'t str,
    /// Its marker as written, with the spaces after it.
    marker_text: &'t str,
    pub(crate) indent: usize,
    /// Its length with its indent, in characters.
    pub(crate) width: usize,
    pub(crate) marker: Marker,
    pub(crate) is_heading: bool,
    pub(crate) beginning: Beginning,
    pub(crate) has_year: bool,
    pub(crate) has_address: bool,
    /// The text with the markup of a wiki replaced, where there is some.
    replaced: Option<String>,
}

impl Line<'_> {
    /// Returns whether there is nothing on the line.
    pub(crate) fn is_blank(&self) -> bool {
        self.text.trim().is_empty() && self.marker == Marker::None
    }

    /// Returns the text without the markup of a wiki.
    pub(crate) fn content(&self) -> &str {
        self.replaced.as_deref().unwrap_or(self.text)
    }
}

/// Returns whether a text is that of a MediaWiki page.
pub(crate) fn is_mediawiki(text: &str) -> bool {
    let head = head(text, 200_000);
    let marks = ["''", "[[", "==", "[http", "<ref", "{{", "<br"];
    marks.iter().filter(|mark| head.contains(**mark)).count() >= 2 || head.contains("[[Category:")
}

/// Returns the lines of a text.
pub(crate) fn lines(text: &str, is_wiki: bool) -> impl Iterator<Item = Line<'_>> {
    text.split('\n')
        .zip(1..)
        .flat_map(|(line, number)| {
            let line = line.strip_suffix('\r').unwrap_or(line);
            line.split('\r').map(move |line| (line, number))
        })
        .map(move |(line, number)| read_line(line, number, is_wiki))
}

/// Lines longer than this are prose, whatever is in them.
const LONGEST_LINE: usize = 20_000;

fn read_line(line: &str, number: usize, is_wiki: bool) -> Line<'_> {
    let line = line.trim_end().trim_start_matches('\u{feff}');
    let body = line
        .trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '\u{200b}' | '\u{200e}'));
    let indent = line
        .get(..line.len() - body.len())
        .unwrap_or_default()
        .chars()
        .map(|c| if c == '\t' { 4 } else { 1 })
        .sum();
    let is_too_long = body.len() > LONGEST_LINE;
    let (marker, text) = if is_too_long {
        (Marker::None, body)
    } else {
        marker(body, is_wiki)
    };
    // Plain lists have links, too: `[https://a.example Title]`.
    let has_markup = is_wiki || text.contains("[http");
    let replaced = if is_too_long {
        None
    } else if has_markup {
        Some(without_wiki_markup(text))
    } else {
        without_markdown_links(text)
    };
    let content = replaced.as_deref().unwrap_or(text);
    let scanned = if is_too_long { "" } else { content };
    Line {
        number,
        text,
        marker_text: body.get(..body.len() - text.len()).unwrap_or_default(),
        indent,
        width: if is_too_long {
            body.len()
        } else {
            line.chars().count()
        },
        marker,
        is_heading: is_heading(body),
        beginning: Beginning::of(scanned),
        has_year: has_year(scanned)
            || ["n.d.", "(in press)", "orthcoming"]
                .iter()
                .any(|phrase| scanned.contains(phrase)),
        has_address: scanned
            .split_whitespace()
            .any(|word| words::is_url(word) || words::is_doi(word)),
        replaced,
    }
}

/// Returns the marker of a line, and the text after it.
fn marker(body: &str, is_wiki: bool) -> (Marker, &str) {
    let first = body.chars().next().unwrap_or(' ');
    let after_first = body.get(first.len_utf8()..).unwrap_or_default();
    if matches!(
        first,
        '*' | '\u{2022}'
            | '\u{25cf}'
            | '\u{25aa}'
            | '\u{b7}'
            | '\u{25e6}'
            | '\u{2023}'
            | '\u{f0b7}'
    ) || (is_wiki && matches!(first, '#' | ':' | ';'))
    {
        let rest = after_first
            .trim_start_matches(['*', '#', ':', ';'])
            .trim_start();
        // `**bold**` is no bullet, and a wiki's list may be nested.
        let is_bold = after_first.starts_with('*') && !is_wiki;
        if !rest.is_empty() && !is_bold {
            return (Marker::Bullet(if is_wiki { '*' } else { first }), rest);
        }
    }
    if matches!(first, '-' | '\u{2013}' | '+' | '>' | 'o') && after_first.starts_with([' ', '\t']) {
        return (Marker::Bullet(first), after_first.trim_start());
    }
    if let Some((number, style, rest)) = number_marker(body) {
        return (Marker::Number { number, style }, rest);
    }
    if let Some(rest) = after_label(body) {
        return (Marker::Bullet('['), rest);
    }
    (Marker::None, body)
}

/// Returns the text after a label of letters and a year: `[Ben06]`, `[GHJ+99a]`, `[Benkler2006]`.
fn after_label(body: &str) -> Option<&str> {
    const LONGEST: usize = 20;
    let (label, rest) = body.strip_prefix('[')?.split_once(']')?;
    let bare = label.trim_end_matches(|c: char| c.is_ascii_lowercase());
    let letters = bare.trim_end_matches(|c: char| c.is_ascii_digit());
    let digits = bare.len() - letters.len();
    let is_label = label.chars().count() <= LONGEST
        && matches!(digits, 2 | 4)
        && letters.starts_with(char::is_alphabetic)
        && letters
            .chars()
            .all(|c| c.is_alphabetic() || matches!(c, '+' | '-'));
    let rest = rest.strip_prefix(':').unwrap_or(rest);
    let text = rest.trim_start();
    (is_label && text.len() < rest.len() && !text.is_empty()).then_some(text)
}

fn number_marker(body: &str) -> Option<(u32, u8, &str)> {
    let (open, inside) = match body.chars().next()? {
        '[' => (Some(']'), body.get(1..)?),
        '(' => (Some(')'), body.get(1..)?),
        _ => (None, body),
    };
    let digits = inside.bytes().take_while(u8::is_ascii_digit).count();
    if !(1..=3).contains(&digits) {
        return None;
    }
    let number: u32 = inside.get(..digits)?.parse().ok()?;
    let rest = inside.get(digits..)?;
    let (style, rest) = match open {
        Some(close) => (if close == ']' { 1 } else { 2 }, rest.strip_prefix(close)?),
        None => {
            if let Some(rest) = rest.strip_prefix('.') {
                (3, rest)
            } else if let Some(rest) = rest.strip_prefix(')') {
                (4, rest)
            } else if rest.starts_with("  ") || rest.starts_with('\t') {
                (5, rest)
            } else {
                // `1 Benkler, Y.`, as footnotes are printed.
                let after = rest.strip_prefix(' ')?;
                const LEAD_INS: [&str; 6] = ["See ", "see ", "Cf. ", "Vgl. ", "Siehe ", "Voir "];
                let has_lead_in = LEAD_INS.iter().any(|lead_in| after.starts_with(lead_in));
                if !has_lead_in && !Beginning::of(after).is_name() {
                    return None;
                }
                (6, after)
            }
        }
    };
    let rest = rest.strip_prefix('.').unwrap_or(rest);
    let body = rest.trim_start();
    // `1.5 million`, `3(2)`
    let is_separate = rest.len() > body.len() || body.starts_with(char::is_alphabetic);
    (is_separate && !body.is_empty()).then_some((number, style, body))
}

fn is_heading(body: &str) -> bool {
    if body.starts_with("==") && body.ends_with('=') {
        return true;
    }
    if let Some(rest) = body.strip_prefix('#')
        && rest.trim_start_matches('#').starts_with(' ')
        && !has_year(rest)
    {
        return true;
    }
    if body.len() > 80 {
        return false;
    }
    let plain = body
        .trim_matches(|c: char| !c.is_alphanumeric())
        .to_lowercase();
    #[rustfmt::skip]
    const HEADINGS: &[&str] = &[
        "references", "bibliography", "works cited", "literature", "sources", "further reading", "notes", "literatur",
        "literaturverzeichnis", "quellen", "bibliographie", "références", "bibliografía", "referencias", "bibliografia",
        "referências", "riferimenti bibliografici", "literatuur", "referenties", "litteratur", "referenser", "källor",
        "βιβλιογραφία", "литература", "список литературы", "referències", "endnotes", "footnotes", "reference list",
        "list of references", "references and notes", "selected bibliography", "reading list", "readings",
    ];
    HEADINGS.contains(&plain.as_str())
}

/// Returns whether a line of a text is the heading of a reference list.
pub(crate) fn has_list_heading(text: &str) -> bool {
    text.lines().any(|line| is_heading(line.trim()))
}

/// Returns whether a text has a year.
pub(crate) fn has_year(text: &str) -> bool {
    let bytes = text.as_bytes();
    let mut run = 0;
    for at in 0..=bytes.len() {
        let is_digit = bytes.get(at).is_some_and(u8::is_ascii_digit);
        if is_digit {
            run += 1;
            continue;
        }
        if run == 4 {
            let year = text
                .get(at - 4..at)
                .and_then(|year| year.parse::<u32>().ok());
            let before = (at - 4).checked_sub(1).and_then(|before| bytes.get(before));
            let is_in_address = before.is_some_and(|byte| matches!(byte, b'/' | b'=' | b'%'));
            if year.is_some_and(|year| (1450..=2100).contains(&year)) && !is_in_address {
                return true;
            }
        }
        run = 0;
    }
    false
}

/// The beginning of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Beginning {
    /// `Family, A.`
    InvertedInitials,
    /// `Family, Given`
    InvertedName,
    /// `A. Family`
    Initials,
    /// `Given Family`, followed by a comma, a period or a year.
    Name,
    /// A few words before a year in parentheses.
    BeforeYear,
    /// A dash for the author of the reference before.
    SameAuthor,
    /// A quotation mark.
    Quote,
    /// A letter in upper case.
    Capital,
    /// Anything else, such as a letter in lower case, a digit or an address.
    Other,
}

impl Beginning {
    /// Returns how a text begins.
    pub(crate) fn of(text: &str) -> Beginning {
        let text = text.trim_start();
        if same_author(text).is_some() {
            return Beginning::SameAuthor;
        }
        let first = text.chars().next().unwrap_or(' ');
        if matches!(first, '"' | '\u{201c}' | '\u{201e}' | '\u{ab}' | '\u{2018}') {
            return Beginning::Quote;
        }
        if begins_with_han_name(text) {
            return Beginning::Name;
        }
        let mut words = text.split_whitespace();
        let mut word = words.next().unwrap_or_default();
        let mut particles = 0;
        while particles < 3 && is_lower_case_particle(word) {
            word = words.next().unwrap_or_default();
            particles += 1;
        }
        word = without_joined_particle(word);
        if !word.starts_with(char::is_uppercase) {
            return Beginning::Other;
        }
        let rest: Vec<&str> = words.take(4).collect();
        let next = rest.first().copied().unwrap_or_default();
        let is_initial = |word: &str| {
            let bare = word.trim_end_matches([',', ';', ':', ')']);
            let letters = bare.chars().filter(|c| c.is_alphabetic()).count();
            // `Sebastopol, CA: O'Reilly` is a place.
            let is_run =
                letters <= 2 && bare.chars().all(char::is_uppercase) && !word.ends_with(':');
            bare.starts_with(char::is_uppercase)
                && (1..=3).contains(&letters)
                && (bare.ends_with('.') || is_run)
        };
        let is_capital = |word: &str| word.starts_with(char::is_uppercase);
        if is_initial(word) && word.ends_with('.') {
            let family = rest
                .iter()
                .find(|word| !is_initial(word) && **word != "&" && **word != "and");
            if family.is_some_and(|word| {
                is_capital(word)
                    || words::classes_of(&words::plain(word)).contains(WordClass::PARTICLE)
            }) {
                return Beginning::Initials;
            }
        }
        let bare = word.trim_end_matches([',', '.', ';', ':']);
        let is_plain = bare.chars().count() > 1
            && bare
                .chars()
                .all(|c| c.is_alphabetic() || matches!(c, '-' | '\'' | '\u{2019}' | '\u{2010}'));
        if is_plain {
            // A family name of two words: `Ruiz Cayuela, S.`
            let two_words = !word.ends_with([',', '.']) && is_capital(next) && next.ends_with(',');
            // `Van Buuren S,`
            let is_particle = words::classes_of(&words::plain(word)).contains(WordClass::PARTICLE);
            if is_particle && is_capital(next) && rest.get(1).is_some_and(|word| is_initial(word)) {
                return Beginning::InvertedInitials;
            }
            let (comma, after) = if two_words {
                (true, rest.get(1).copied().unwrap_or_default())
            } else {
                (word.ends_with(','), next)
            };
            if comma && is_initial(after) {
                return Beginning::InvertedInitials;
            }
            // `Bauwens. M.`, `Smith JK,`
            if (word.ends_with('.') || !word.ends_with(','))
                && !two_words
                && is_initial(next)
                && next.len() <= 5
            {
                return Beginning::InvertedInitials;
            }
            if comma && is_capital(after) {
                return Beginning::InvertedName;
            }
            // `Gruber et al., 2015`
            if matches!(next, "et") && matches!(after_et(&rest), "al" | "alii") {
                return Beginning::Name;
            }
            // `SIERVO (M.)`
            if next.starts_with('(') && is_initial(next.trim_start_matches('(')) {
                return Beginning::InvertedInitials;
            }
            // `Pujadas i Font, M.`: a family name of three words.
            if !word.ends_with([',', '.'])
                && rest.get(1).is_some_and(|third| third.ends_with(','))
                && rest.get(2).is_some_and(|fourth| is_initial(fourth))
                && (is_capital(next) || next.chars().count() <= 3)
            {
                return Beginning::InvertedInitials;
            }
            if is_capital(next)
                && (next.ends_with([',', '.', ':'])
                    || rest.get(1).is_some_and(|word| {
                        matches!(*word, "and" | "&" | "und" | "et") || word.starts_with('(')
                    }))
            {
                return Beginning::Name;
            }
        }
        // `H Johansson, P Sjolander`
        let is_letter = word.chars().count() <= 2 && word.chars().all(char::is_uppercase);
        if is_letter && is_capital(next) && next.ends_with(',') {
            return Beginning::Initials;
        }
        if is_before_year(text) {
            return Beginning::BeforeYear;
        }
        Beginning::Capital
    }

    /// Returns whether the text begins with a name.
    pub(crate) fn is_name(self) -> bool {
        matches!(
            self,
            Beginning::InvertedInitials
                | Beginning::InvertedName
                | Beginning::Initials
                | Beginning::Name
                | Beginning::BeforeYear
                | Beginning::SameAuthor
        )
    }

    /// Returns how much a line that begins so looks like the beginning of a reference.
    pub(crate) fn score(self) -> f32 {
        match self {
            Beginning::SameAuthor => 6.0,
            Beginning::InvertedInitials => 2.5,
            Beginning::InvertedName => 1.0,
            Beginning::Initials | Beginning::BeforeYear => 1.5,
            Beginning::Name => 0.5,
            Beginning::Quote => -0.5,
            Beginning::Capital => -1.5,
            Beginning::Other => -6.0,
        }
    }

    /// Returns how plausible it is that a text that begins so is a reference.
    pub(crate) fn plausibility(self) -> f32 {
        match self {
            Beginning::SameAuthor | Beginning::InvertedInitials => 2.0,
            Beginning::InvertedName | Beginning::Initials | Beginning::BeforeYear => 1.5,
            Beginning::Name => 1.0,
            Beginning::Quote => 0.5,
            Beginning::Capital => 0.25,
            Beginning::Other => -0.5,
        }
    }
}

/// Returns whether a text begins with a name in Chinese or Japanese: a few letters before a mark.
fn begins_with_han_name(text: &str) -> bool {
    const LONGEST: usize = 8;
    let letters = text.chars().take(LONGEST + 1);
    let count = letters.take_while(|c| is_east_asian(*c)).count();
    let after = text.chars().nth(count).unwrap_or(' ');
    (2..=LONGEST).contains(&count) && !after.is_alphanumeric()
}

/// Returns whether a letter is that of a script that sets no spaces between words: Han, Hiragana, Katakana.
pub(crate) fn is_east_asian(letter: char) -> bool {
    matches!(letter, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{3005}' | '\u{f900}'..='\u{faff}')
}

/// Returns whether a word is a particle before a family name: `van`, `'t`.
fn is_lower_case_particle(word: &str) -> bool {
    let bare = word.trim_start_matches(['\'', '\u{2019}']);
    let is_apostrophized = bare.len() < word.len() && matches!(bare, "t" | "s");
    is_apostrophized
        || (word.starts_with(char::is_lowercase)
            && words::classes_of(&words::plain(word)).contains(WordClass::PARTICLE))
}

/// Returns a family name without a particle that is joined to it: `al-Hassan`, `d'Ornano`.
fn without_joined_particle(word: &str) -> &str {
    const LONGEST_PARTICLE: usize = 5;
    match word.split_once(['-', '\'', '\u{2019}']) {
        Some((particle, name))
            if (1..=LONGEST_PARTICLE).contains(&particle.len())
                && particle.bytes().all(|byte| byte.is_ascii_lowercase())
                && name.starts_with(char::is_uppercase) =>
        {
            name
        }
        _ => word,
    }
}

/// Returns the word after "et".
fn after_et<'t>(rest: &[&'t str]) -> &'t str {
    rest.get(1)
        .copied()
        .unwrap_or_default()
        .trim_end_matches(['.', ',', ':'])
}

/// Returns whether a text begins with a few words and the year after them: `Global Seed Alliance. (2020).`,
/// `UNRISC. 2016.`
fn is_before_year(text: &str) -> bool {
    const MOST_WORDS: usize = 12;
    let mut before = "";
    for (at, word) in text.split_whitespace().take(MOST_WORDS).enumerate() {
        let digits: String = word
            .trim_start_matches(['(', '['])
            .chars()
            .take_while(char::is_ascii_digit)
            .collect();
        if at > 0 && digits.len() == 4 && has_year(&digits) {
            // A year that nothing separates from the words is part of a sentence.
            let is_separate = word.starts_with(['(', '[']) || before.ends_with(['.', ',', ';']);
            return is_separate && word.ends_with([')', ']', '.', ',', ':', ';']);
        }
        before = word;
    }
    false
}

/// Returns the text after a dash or a word that stands for the author of the reference before: `———.`, `Ders.:`.
pub(crate) fn same_author(text: &str) -> Option<&str> {
    const WORDS: [&str; 8] = [
        "Ders.", "Dies.", "Id.", "Ead.", "Idem", "Eadem", "IDEM", "ID.",
    ];
    if let Some(rest) = WORDS.iter().find_map(|word| text.strip_prefix(word))
        && rest.starts_with([',', ':', '.', ' '])
    {
        let after = rest.trim_start_matches(['.', ',', ':', ' ']);
        let is_sentence = after.starts_with(char::is_lowercase);
        return (!after.is_empty() && !is_sentence).then_some(after);
    }
    let rest = text.trim_start_matches([
        '\u{2014}', '\u{2013}', '\u{2015}', '_', '-', '\u{2012}', '\u{2e3a}', '\u{2e3b}',
    ]);
    let dashes = text.get(..text.len() - rest.len()).unwrap_or_default();
    let is_dash = match dashes.chars().count() {
        0 => false,
        1 => !dashes.starts_with(['-', '_', '\u{2013}', '\u{2012}']),
        2 => dashes.contains(['\u{2014}', '\u{2015}']),
        _ => true,
    };
    let after = rest.trim_start_matches(['.', ',', ':', ' ']);
    (is_dash && rest.starts_with(['.', ',', ':', ' ', '(']) && !after.is_empty()).then_some(after)
}

/// Joins the lines of a reference: with a space, or without one where a word or an address was broken.
pub(crate) fn joined(lines: &[Line<'_>]) -> String {
    let mut text = String::new();
    for (at, line) in lines.iter().enumerate() {
        if at == 0 {
            text.push_str(&collapsed(line.content()));
            continue;
        }
        // What looks like a marker on a later line is a number at the end of a range, or a dash.
        let with_marker;
        let content = if line.marker_text.is_empty() {
            line.content()
        } else {
            with_marker = format!("{}{}", line.marker_text, line.content());
            &with_marker
        };
        let next = collapsed(content);
        let first = next.split(' ').next().unwrap_or_default();
        let last = text.rsplit(' ').next().unwrap_or_default();
        let first_character = first.chars().next().unwrap_or(' ');
        if words::is_url(last) && continues_address(last, first, next.contains(' ')) {
            text.push_str(&next);
            continue;
        }
        let before_hyphen = last.strip_suffix(['-', '\u{2010}', '\u{ad}']);
        match before_hyphen.and_then(|before| before.chars().next_back()) {
            Some(c) if c.is_alphabetic() && first_character.is_lowercase() => {
                // `transfor-` and `mation`; a compound keeps its hyphen where the word after it is a whole one.
                let keeps = matches!(
                    words::plain(last).as_str(),
                    "peer"
                        | "self"
                        | "non"
                        | "co"
                        | "open"
                        | "post"
                        | "anti"
                        | "pre"
                        | "e"
                        | "socio"
                        | "multi"
                        | "well"
                        | "re-"
                        | "inter-"
                );
                if !keeps {
                    let hyphen = text.chars().next_back().map_or(0, char::len_utf8);
                    text.truncate(text.len() - hyphen);
                }
                text.push_str(&next);
            }
            Some(c) if c.is_ascii_digit() && first_character.is_ascii_digit() => {
                text.push_str(&next);
            }
            Some(c) if c.is_alphabetic() && first_character.is_uppercase() => text.push_str(&next),
            _ if last.ends_with('\u{2013}') && first_character.is_ascii_digit() => {
                text.push_str(&next);
            }
            _ => {
                text.push(' ');
                text.push_str(&next);
            }
        }
    }
    text
}

/// Returns whether an address goes on in the first word of the next line.
fn continues_address(address: &str, word: &str, has_more: bool) -> bool {
    if address.ends_with(['>', ')', ']', ',', ';']) || words::is_url(word) && word.contains("://") {
        return false;
    }
    let bare = word.trim_end_matches('.');
    if address.ends_with(['-', '/', '_', '=', '&', '?', '%', '.']) {
        let begins = word.starts_with(|c: char| {
            c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '/' | '?' | '%' | '-')
        });
        return begins
            && (!has_more
                || bare.contains(['/', '.', '-', '_', '%', '='])
                || address.ends_with(['-', '_', '%']));
    }
    let looks_like_path = bare.contains(['/', '_', '%', '=', '?'])
        || [".html", ".htm", ".pdf", ".php"]
            .iter()
            .any(|end| bare.ends_with(end));
    looks_like_path
        || (!has_more
            && word.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
            && bare.contains('-'))
}

/// Returns a text with single spaces.
fn collapsed(text: &str) -> Cow<'_, str> {
    let is_plain = !text.contains([
        '\t', '\u{a0}', '\u{200b}', '\u{202f}', '\u{2009}', '\u{ad}', '\u{b}', '\u{c}',
    ]) && !text.contains("  ");
    if is_plain && text.trim().len() == text.len() {
        return Cow::Borrowed(text);
    }
    let text: String = text.chars().filter(|c| !matches!(c, '\u{200b}')).collect();
    Cow::Owned(single_spaced(&text))
}

/// Replaces the markup of a wiki: links by their text and address, quotes and tags by nothing.
fn without_wiki_markup(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['[', '\'', '<', '&', '{']) {
        let (before, mark) = rest.split_at(at);
        plain.push_str(before);
        rest = mark;
        if let Some(link) = rest.strip_prefix("[[") {
            if let Some((inside, after)) = split_near(link, "]]") {
                let shown = inside.rsplit('|').next().unwrap_or_default();
                if !inside.starts_with("Category:")
                    && !inside.starts_with("File:")
                    && !inside.starts_with("Image:")
                {
                    plain.push_str(shown);
                }
                rest = after;
                continue;
            }
        } else if let Some(link) = rest.strip_prefix('[')
            && (link.starts_with("http") || link.starts_with("www.") || link.starts_with("ftp"))
        {
            if let Some((inside, after)) = split_near(link, "]") {
                let (address, shown) = inside.split_once([' ', '|']).unwrap_or((inside, ""));
                plain.push_str(shown);
                if !shown.is_empty() {
                    plain.push(' ');
                }
                plain.push_str(address);
                if after.starts_with(|c: char| c.is_alphanumeric() || c == '(') {
                    plain.push(' ');
                }
                rest = after;
                continue;
            }
        } else if rest.starts_with("''") {
            rest = rest.trim_start_matches('\'');
            continue;
        } else if let Some(tag) = rest.strip_prefix('<') {
            if let Some((inside, after)) = split_near(tag, ">")
                && inside.len() < 60
                && inside.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/' || c == '!')
                && !inside.starts_with("http")
            {
                rest = after;
                continue;
            }
        } else if let Some(after) = rest.strip_prefix("&nbsp;") {
            plain.push(' ');
            rest = after;
            continue;
        } else if let Some(after) = rest.strip_prefix("&amp;") {
            plain.push('&');
            rest = after;
            continue;
        } else if let Some(after) = rest.strip_prefix("&quot;") {
            plain.push('"');
            rest = after;
            continue;
        }
        let first = rest.chars().next().map_or(1, char::len_utf8);
        let (kept, after) = rest.split_at(first);
        plain.push_str(kept);
        rest = after;
    }
    plain.push_str(rest);
    plain
}

/// Replaces links of Markdown, `[Title](https://a.example)`, by their text and address; none if there are none.
fn without_markdown_links(text: &str) -> Option<String> {
    let mut plain = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("](http") {
        let (before, link) = rest.split_at(at);
        let Some((address, after)) = link.get(2..).and_then(|link| split_near(link, ")")) else {
            break;
        };
        let (before, shown) = before.rsplit_once('[').unwrap_or((before, ""));
        plain.push_str(before);
        plain.push_str(shown);
        if shown != address {
            plain.push(' ');
            plain.push_str(address);
        }
        rest = after;
    }
    (rest.len() < text.len()).then(|| plain + rest)
}

/// Returns the beginning of a text, of at most this many bytes.
pub(crate) fn head(text: &str, bytes: usize) -> &str {
    let mut end = bytes.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default()
}

/// Returns the end of a text, of at most this many bytes.
pub(crate) fn tail(text: &str, bytes: usize) -> &str {
    let mut start = text.len().saturating_sub(bytes);
    while !text.is_char_boundary(start) {
        start += 1;
    }
    text.get(start..).unwrap_or_default()
}

/// Splits at the end of a link or a tag, which is not far away, so that brackets that are never closed cost little.
fn split_near<'t>(text: &'t str, end: &str) -> Option<(&'t str, &'t str)> {
    const FAR: usize = 1_000;
    let near = head(text, FAR);
    let at = near.find(end)?;
    Some((text.get(..at)?, text.get(at + end.len()..)?))
}
