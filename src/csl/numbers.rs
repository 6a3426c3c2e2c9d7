//! Number variables and page ranges (clause "Number" and appendix V).

use super::citeproc_js;
use super::element::{NumberForm, PageRangeFormat, TermForm};
use super::locale::{Gender, Locale};

/// A number variable, split into its parts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct NumberValue {
    pub(super) parts: Vec<NumberPart>,
    /// Whether the variable is numeric (clause "Choose", `is-numeric`).
    pub(super) numeric: bool,
    /// Whether its label is plural.
    pub(super) plural: bool,
    /// The label at the beginning of the value, such as "ch." in a locator.
    pub(super) label: Option<&'static str>,
}

/// One number, or one piece of text, in a number variable.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct NumberPart {
    /// The separator before the next part, as written.
    pub(super) joiner: String,
    /// The letters before the digits, as in "S12".
    pub(super) prefix: String,
    pub(super) value: String,
    pub(super) numeric: bool,
    /// The term of the label before this part, if it is not the first.
    pub(super) label: Option<&'static str>,
    pub(super) plural: bool,
}

/// Returns the term of a label at the beginning of text, and the text after it.
pub(super) fn leading_label(text: &str) -> Option<(&'static str, &str)> {
    let (word, rest) = text.split_once('.')?;
    let (_, term) = citeproc_js::LOCATOR_LABELS
        .iter()
        .find(|(label, _)| *label == word)?;
    let after = rest.trim_start();
    (after.len() < rest.len() && !after.is_empty()).then_some((*term, after))
}

/// Returns whether text consists of digits.
pub(super) fn is_plain_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Returns whether a value is a number in the sense of `is-numeric`: digits with letters around them.
fn is_number(value: &str) -> bool {
    split_prefix(value).is_some()
}

fn is_roman(value: &str) -> bool {
    !value.is_empty() && value.bytes().all(|byte| b"ivxlcmIVXLCM".contains(&byte))
}

/// Splits the letters before a number off. The number may have letters after it.
fn split_prefix(value: &str) -> Option<(&str, &str)> {
    let bytes = value.as_bytes();
    // The prefix is everything before the last run of digits.
    let last_digit = bytes.iter().rposition(u8::is_ascii_digit)?;
    let tail = value.get(last_digit + 1..)?;
    if !tail
        .bytes()
        .all(|byte| byte.is_ascii_alphabetic() || byte == b',' || byte == b'-')
    {
        return None;
    }
    let mut start = last_digit;
    while start > 0 && bytes.get(start - 1).is_some_and(u8::is_ascii_digit) {
        start -= 1;
    }
    let prefix = value.get(..start)?;
    if prefix.is_empty() {
        return Some(("", value));
    }
    let letters = prefix.trim_start_matches(|character: char| character.is_ascii_digit());
    let is_prefix = !letters.is_empty() && letters.bytes().all(|byte| byte.is_ascii_alphabetic());
    if !is_prefix {
        return None;
    }
    // Zeros after the letters belong to them, unless the number is nothing but zeros.
    let digits = value.get(start..=last_digit)?;
    let zeros = digits.len() - digits.trim_start_matches('0').len();
    let at = start + zeros.min(digits.len() - 1);
    Some((value.get(..at)?, value.get(at..)?))
}

/// Returns the ends of a range of pages that consist of parts, as in "97:1–97:13" and "12-1–12-14". Only the en
/// dash tells such a range from its ends.
fn compound_range(text: &str) -> Option<(&str, &str)> {
    let (first, last) = text.split_once('\u{2013}')?;
    let (first, last) = (first.trim(), last.trim());
    let is_compound = |end: &str| {
        end.contains(['-', ':'])
            && end
                .chars()
                .all(|c| c.is_alphanumeric() || matches!(c, '-' | ':' | '.'))
    };
    (is_compound(first) && is_compound(last)).then_some((first, last))
}

impl NumberValue {
    /// Splits the value of a number variable.
    pub(super) fn parse(value: &str, variable: &str, locale: &Locale) -> Self {
        let text = value.trim();
        let labelled = matches!(variable, "locator" | "page" | "number");
        // By far the most frequent case.
        if is_plain_number(text) {
            return Self {
                plural: variable.starts_with("number-of-")
                    && text.trim_start_matches('0') != "1"
                    && !text.trim_start_matches('0').is_empty(),
                numeric: true,
                label: None,
                parts: vec![NumberPart {
                    value: text.to_owned(),
                    numeric: true,
                    ..NumberPart::default()
                }],
            };
        }
        if variable == "page"
            && let Some((first, last)) = compound_range(text)
        {
            return Self {
                plural: true,
                numeric: true,
                label: None,
                parts: [(first, "\u{2013}"), (last, "")]
                    .map(|(value, joiner)| NumberPart {
                        value: value.to_owned(),
                        joiner: joiner.to_owned(),
                        numeric: true,
                        plural: true,
                        ..NumberPart::default()
                    })
                    .into(),
            };
        }
        let owned;
        let is_of_pages = matches!(variable, "page" | "locator");
        let text = if is_of_pages && text.contains('\u{2013}') {
            owned = text.replace('\u{2013}', "-");
            &owned
        } else {
            text
        };
        let mut result = Self::default();
        for (piece, joiner) in split_joined(text, locale) {
            let mut piece = piece;
            let mut labels_here = Vec::new();
            if labelled {
                // "ch. 2 p. 5" has two labelled parts separated by a space only.
                while let Some((term, rest)) = leading_label(piece) {
                    let known = locale.term(term, TermForm::Long, false).is_some();
                    if !known {
                        break;
                    }
                    let (value, next) = match find_label(rest) {
                        Some(at) => {
                            let (value, next) = rest.split_at(at);
                            (value.trim_end(), Some(next.trim_start()))
                        }
                        None => (rest, None),
                    };
                    labels_here.push((Some(term), value));
                    match next {
                        Some(next) => piece = next,
                        None => {
                            piece = "";
                            break;
                        }
                    }
                }
            }
            if !piece.is_empty() || labels_here.is_empty() {
                labels_here.push((None, piece));
            }
            let count = labels_here.len();
            for (at, (label, value)) in labels_here.into_iter().enumerate() {
                let first = result.parts.is_empty();
                if first {
                    result.label = label;
                }
                let (prefix, number) = split_prefix(value).unwrap_or(("", value));
                result.parts.push(NumberPart {
                    joiner: if at + 1 == count {
                        joiner.clone()
                    } else {
                        " ".to_owned()
                    },
                    prefix: prefix.to_owned(),
                    value: number.to_owned(),
                    numeric: false,
                    label: if first { None } else { label },
                    plural: false,
                });
            }
        }
        result.find_numeric(variable);
        result
    }

    /// Determines which parts are numeric: those that begin with a number. Several numbers under one label
    /// are plural.
    fn find_numeric(&mut self, variable: &str) {
        let mut start = 0;
        while start < self.parts.len() {
            let mut end = start + 1;
            while self.parts.get(end).is_some_and(|part| part.label.is_none()) {
                end += 1;
            }
            let Some(group) = self.parts.get_mut(start..end) else {
                break;
            };
            let Some(first) = group.first() else { break };
            let value = &first.value;
            let digits_then_letters = {
                let rest = value.trim_start_matches(|character: char| character.is_ascii_digit());
                rest.len() < value.len()
                    && rest.bytes().all(|byte| {
                        byte.is_ascii_alphabetic() || matches!(byte, b'-' | b',' | b':')
                    })
            };
            let slashed = group.len() == 1 && {
                let mut parts = value.split('/');
                value.contains('/')
                    && parts.all(|part| {
                        !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit())
                    })
            };
            let small_roman = !value.is_empty() && value.bytes().all(|byte| b"ixv".contains(&byte));
            let rest_numeric = group.iter().skip(1).all(|part| {
                part.value.starts_with(|first: char| first.is_ascii_digit())
                    || is_roman(&part.value)
                    || part.value.is_empty()
                    || part.value.chars().count() <= 3
            });
            let numeric = (digits_then_letters || small_roman || slashed) && rest_numeric;
            let countable =
                value.starts_with(|first: char| first.is_ascii_digit()) || is_roman(value);
            let escaped = group
                .iter()
                .filter(|part| part.joiner.starts_with('\\'))
                .count();
            let plural = numeric && countable && group.len() - escaped.min(group.len()) > 1;
            for part in group {
                part.numeric = numeric;
                part.plural = plural;
            }
            start = end;
        }
        if let Some(first) = self.parts.first() {
            self.numeric = first.numeric;
            self.plural = first.plural;
            if self.numeric && variable.starts_with("number-of-") {
                self.plural |= first.value.parse::<u64>().is_ok_and(|number| number > 1);
            }
        }
        if let [part] = self.parts.as_mut_slice()
            && variable == "number"
            && part.value.contains('|')
        {
            part.value = part.value.replace('|', ", ");
            part.numeric = true;
            part.plural = true;
            self.numeric = true;
            self.plural = true;
        }
    }

    /// Formats the number for a locale and a style.
    pub(super) fn format(&self, context: &NumberContext<'_>) -> String {
        let mut text = String::new();
        let mut skip_to = 0;
        for (at, part) in self.parts.iter().enumerate() {
            if at < skip_to {
                continue;
            }
            if let Some(term) = part.label {
                let label = context
                    .locale
                    .term(term, TermForm::Short, part.plural)
                    .unwrap_or(term);
                text.push_str(label);
                text.push(' ');
            }
            if part.joiner == "-"
                && let Some(next) = self.parts.get(at + 1)
                && next.label.is_none()
            {
                if next.prefix != part.prefix {
                    // Numbers of different series are not a range.
                    context.push_number(part, &mut text);
                    text.push('-');
                    continue;
                }
                let chained = next.joiner == "-"
                    || at > 0
                        && self
                            .parts
                            .get(at - 1)
                            .is_some_and(|before| before.joiner == "-");
                self.push_range(part, next, chained, context, &mut text);
                skip_to = at + 2;
                push_joiner(&next.joiner, context, next.numeric, &mut text);
                continue;
            }
            context.push_number(part, &mut text);
            if at + 1 < self.parts.len() {
                push_joiner(&part.joiner, context, part.numeric, &mut text);
            }
        }
        text
    }

    fn push_range(
        &self,
        from: &NumberPart,
        to: &NumberPart,
        chained: bool,
        context: &NumberContext<'_>,
        text: &mut String,
    ) {
        let plain = |part: &NumberPart| {
            part.value.bytes().all(|byte| byte.is_ascii_digit()) && !part.value.is_empty()
        };
        let roman_or_plain = |part: &NumberPart| plain(part) || is_roman(&part.value);
        let delimiter =
            if (roman_or_plain(from) && roman_or_plain(to)) || from.numeric && context.dashes() {
                context.range_delimiter()
            } else {
                "-"
            };
        let mut to_shown = None;
        if context.is_page
            && !chained
            && context.form == NumberForm::Numeric
            && is_number(&from.value)
            && is_number(&to.value)
            && (to.prefix.is_empty() || to.prefix == from.prefix)
        {
            to_shown = page_range_end(from, to, context.page_range_format);
        }
        context.push_number(from, text);
        text.push_str(delimiter);
        match to_shown {
            Some(shown) => text.push_str(&shown),
            None => context.push_number(to, text),
        }
    }
}

fn push_joiner(joiner: &str, context: &NumberContext<'_>, numeric: bool, text: &mut String) {
    match joiner {
        "-" if numeric && context.dashes() => text.push_str(context.range_delimiter()),
        "\\-" => text.push('-'),
        "\u{2013}" if context.variable == "page" => text.push_str(context.range_delimiter()),
        "&" => {
            text.push(' ');
            text.push_str(
                context
                    .locale
                    .term("and", TermForm::Symbol, false)
                    .filter(|term| Some(*term) != context.locale.term("and", TermForm::Long, false))
                    .unwrap_or("&"),
            );
            text.push(' ');
        }
        joiner => text.push_str(joiner),
    }
}

/// The context in which a number is formatted.
pub(super) struct NumberContext<'a> {
    pub(super) locale: &'a Locale,
    pub(super) variable: &'a str,
    pub(super) form: NumberForm,
    pub(super) gender: Option<Gender>,
    /// Whether the number is one of pages.
    pub(super) is_page: bool,
    pub(super) page_range_format: Option<PageRangeFormat>,
}

impl NumberContext<'_> {
    fn dashes(&self) -> bool {
        matches!(
            self.variable,
            "page" | "locator" | "issue" | "volume" | "edition" | "number" | "collection-number"
        )
    }

    fn range_delimiter(&self) -> &str {
        let term = if self.variable == "collection-number" {
            "year-range-delimiter"
        } else {
            "page-range-delimiter"
        };
        self.locale
            .term(term, TermForm::Long, false)
            .unwrap_or("\u{2013}")
    }

    fn push_number(&self, part: &NumberPart, text: &mut String) {
        let number = (part.numeric && part.prefix.is_empty())
            .then(|| part.value.parse::<u64>().ok())
            .flatten();
        match (self.form, number) {
            (NumberForm::Numeric, _) | (_, None) => {
                text.push_str(&part.prefix);
                text.push_str(&part.value);
            }
            (NumberForm::Ordinal, Some(number)) => {
                text.push_str(&self.locale.ordinal(number, self.gender));
            }
            (NumberForm::LongOrdinal, Some(number)) => {
                text.push_str(&self.locale.long_ordinal(number, self.gender));
            }
            (NumberForm::Roman, Some(number)) => match roman(number) {
                Some(roman) => text.push_str(&roman),
                None => text.push_str(&part.value),
            },
        }
    }
}

/// Returns a number in lower-case Roman numerals, up to 5999.
pub(super) fn roman(number: u64) -> Option<String> {
    const NUMERALS: [(u64, &str); 13] = [
        (1000, "m"),
        (900, "cm"),
        (500, "d"),
        (400, "cd"),
        (100, "c"),
        (90, "xc"),
        (50, "l"),
        (40, "xl"),
        (10, "x"),
        (9, "ix"),
        (5, "v"),
        (4, "iv"),
        (1, "i"),
    ];
    if number >= 6000 {
        return None;
    }
    let mut rest = number;
    let mut text = String::new();
    for (value, numeral) in NUMERALS {
        while rest >= value {
            text.push_str(numeral);
            rest -= value;
        }
    }
    Some(text)
}

/// Returns the position of the space before the next label.
fn find_label(text: &str) -> Option<usize> {
    text.match_indices(' ').map(|(at, _)| at).find(|at| {
        text.get(at + 1..)
            .is_some_and(|rest| leading_label(rest).is_some())
    })
}

/// Splits a value at hyphens, commas, semicolons, ampersands and "and".
fn split_joined<'t>(text: &'t str, locale: &Locale) -> Vec<(&'t str, String)> {
    let and = locale.term("and", TermForm::Long, false).unwrap_or("and");
    // If one hyphen is escaped by a backslash, the others do not make ranges either.
    let escapes = text.contains("\\-");
    let mut parts = Vec::new();
    let mut start = 0;
    let mut at = 0;
    while at < text.len() {
        let Some(rest) = text.get(at..) else { break };
        let joiner = joiner_at(rest, and, escapes);
        match joiner {
            Some((length, joiner)) if at > 0 || joiner == "-" => {
                let piece = text.get(start..at).unwrap_or_default();
                parts.push((piece, joiner));
                at += length;
                start = at;
            }
            _ => at += rest.chars().next().map_or(1, char::len_utf8),
        }
    }
    parts.push((text.get(start..).unwrap_or_default(), String::new()));
    parts
}

fn joiner_at(rest: &str, and: &str, escapes: bool) -> Option<(usize, String)> {
    let spaces = rest.len() - rest.trim_start().len();
    let after = rest.trim_start();
    let trailing = |rest: &str| rest.len() - rest.trim_start().len();
    if let Some(behind) = after.strip_prefix('&') {
        return Some((spaces + 1 + trailing(behind), "&".to_owned()));
    }
    let dash = after.trim_start_matches('\\');
    let slashes = after.len() - dash.len();
    if dash.starts_with(['-', '\u{2013}']) {
        let behind = dash.trim_start_matches(['-', '\u{2013}']);
        let length = spaces + slashes + (dash.len() - behind.len()) + trailing(behind);
        if slashes > 0 {
            return Some((length, "\\-".to_owned()));
        }
        if escapes {
            return None;
        }
        // An en dash stays as it is written; a hyphen becomes the dash of the locale.
        let written = rest.get(..length)?;
        let joiner = if written.contains('-') { "-" } else { written };
        return Some((length, joiner.to_owned()));
    }
    if spaces == 0 {
        for sign in [',', ';'] {
            if let Some(behind) = after.strip_prefix(sign) {
                let gap = trailing(behind);
                if gap > 0 {
                    if sign == ','
                        && let Some(length) = word_and(behind.trim_start(), and)
                    {
                        let whole = 1 + gap + length;
                        return Some((whole, rest.get(..whole)?.to_owned()));
                    }
                    return Some((1 + gap, format!("{sign} ")));
                }
            }
        }
        return None;
    }
    let length = word_and(after, and)?;
    Some((spaces + length, rest.get(..spaces + length)?.to_owned()))
}

/// Returns the length of "and" in English or the locale's language, with the space after it.
fn word_and(text: &str, and: &str) -> Option<usize> {
    ["and", and]
        .into_iter()
        .filter(|word| !word.is_empty())
        .find_map(|word| {
            let behind = text.strip_prefix(word)?;
            let gap = behind.len() - behind.trim_start().len();
            (gap > 0).then_some(word.len() + gap)
        })
}

/// Returns the end of a page range in a format (appendix V); none if it stays as written.
fn page_range_end(
    from: &NumberPart,
    to: &NumberPart,
    format: Option<PageRangeFormat>,
) -> Option<String> {
    let digits = |text: &str| -> String { text.chars().take_while(char::is_ascii_digit).collect() };
    let start = digits(&from.value);
    let mut end = to.value.clone();
    let start_number: u64 = start.parse().ok()?;
    let shortened: u64 = digits(&end).parse().ok()?;
    if format.is_none() && start_number > shortened {
        return None;
    }
    // Abbreviated ends are expanded first: 321-8 is 321-328.
    if end.len() < from.value.len() {
        let missing = from.value.len() - end.len();
        end = format!("{}{end}", from.value.get(..missing)?);
    }
    let end_number: u64 = digits(&end).parse().ok()?;
    if start_number >= end_number {
        return None;
    }
    Some(match format {
        None | Some(PageRangeFormat::Expanded) => format!("{}{end}", from.prefix),
        // The other formats omit what both ends share, and so the letters before the digits.
        Some(PageRangeFormat::Minimal) => minimal(&from.value, &end, 1),
        Some(PageRangeFormat::MinimalTwo) => minimal(&from.value, &end, 2),
        Some(PageRangeFormat::Chicago15) => {
            if start_number > 100
                && !start_number.is_multiple_of(100)
                && start_number / 100 == end_number / 100
            {
                (end_number % 100).to_string()
            } else if start_number >= 10_000 {
                (end_number % 1000).to_string()
            } else {
                end
            }
        }
        Some(PageRangeFormat::Chicago16) => {
            if start_number > 100 && !start_number.is_multiple_of(100) {
                let mut divisor = 100;
                for _ in 2..end.len() {
                    if start_number / divisor == end_number / divisor {
                        return Some((end_number % divisor).to_string());
                    }
                    divisor *= 10;
                }
            }
            end
        }
    })
}

/// Returns the end of a range without the digits it shares with the beginning.
pub(super) fn minimal(from: &str, to: &str, at_least: usize) -> String {
    if from.len() != to.len() {
        return to.to_owned();
    }
    let common = from
        .bytes()
        .zip(to.bytes())
        .take_while(|(left, right)| left == right)
        .count();
    let keep = (to.len() - common).max(at_least);
    to.get(to.len().saturating_sub(keep)..)
        .unwrap_or(to)
        .to_owned()
}

/// Returns a year suffix: a to z, then aa, ab and so on.
pub(super) fn year_suffix(number: usize) -> String {
    let mut rest = number + 1;
    let mut letters = Vec::new();
    while rest > 0 {
        rest -= 1;
        letters.push(char::from(b'a' + u8::try_from(rest % 26).unwrap_or(0)));
        rest /= 26;
    }
    letters.iter().rev().collect()
}
