//! Initials (clause "Name", `initialize-with`).

use std::borrow::Cow;

use super::citeproc_js;
use super::name_parts::{begins_alphabetic, is_alphabetic_script};

/// A part of a given name, and whether a hyphen precedes it.
struct GivenNamePart<'n> {
    text: &'n str,
    hyphen: bool,
}

fn parts(given: &str) -> impl Iterator<Item = GivenNamePart<'_>> {
    let is_gap = |character: char| character.is_whitespace() || character == '-';
    let mut rest = given;
    std::iter::from_fn(move || {
        let start = rest.find(|character| !is_gap(character))?;
        let (gap, from) = rest.split_at(start);
        let (text, after) = from.split_at(from.find(is_gap).unwrap_or(from.len()));
        rest = after;
        let hyphen = gap.contains('-');
        Some(GivenNamePart { text, hyphen })
    })
}

/// Prepares a given name: full stops separate initials, so that "J.R." is two names, and hyphens are as the
/// style wants them.
fn prepare(given: &str, hyphen: bool) -> Cow<'_, str> {
    if !given.contains(['-', '.']) {
        return Cow::Borrowed(given);
    }
    let mut result = String::with_capacity(given.len() + 4);
    let mut characters = given.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '-' if !hyphen => result.push(' '),
            // A hyphen before a lower-case letter is part of the name: "Ji-young".
            '-' if characters
                .peek()
                .is_some_and(|next| next.is_ascii_lowercase()) =>
            {
                result.push('\u{2013}');
            }
            '.' => {
                result.push('.');
                if characters
                    .peek()
                    .is_some_and(|next| *next != ' ' && *next != '-' && !is_mark(*next))
                {
                    result.push(' ');
                }
            }
            _ => result.push(character),
        }
    }
    Cow::Owned(result)
}

fn is_capital(character: char) -> bool {
    if character.is_ascii() {
        return character.is_ascii_uppercase();
    }
    let mut upper = character.to_uppercase();
    character.is_alphabetic() && upper.next() == Some(character) && upper.next().is_none()
}

fn is_leading_vowel(character: char) -> bool {
    matches!(character, '\u{e40}'..='\u{e44}' | '\u{ec0}'..='\u{ec4}')
}

/// The first of the private-use characters that stand for tags such as `<b>` while initials are made.
const FIRST_MARK: u32 = 0xf_0000;
const MOST_MARKS: usize = 1_000;

fn is_mark(character: char) -> bool {
    (FIRST_MARK..FIRST_MARK + MOST_MARKS as u32).contains(&u32::from(character))
}

/// Applies `make` to a given name whose tags are replaced by single characters.
fn around_tags(given: &str, make: impl FnOnce(&str) -> String) -> String {
    let mut tags = Vec::new();
    let mut marked = String::with_capacity(given.len());
    let mut rest = given;
    while let Some((before, tag)) = rest.split_once('<') {
        let mark = u32::try_from(tags.len())
            .ok()
            .map(|place| FIRST_MARK + place);
        let (Some((tag, after)), Some(mark)) = (tag.split_once('>'), mark.and_then(char::from_u32))
        else {
            break;
        };
        if tags.len() == MOST_MARKS {
            break;
        }
        marked.push_str(before);
        marked.push(mark);
        tags.push(tag);
        rest = after;
    }
    marked.push_str(rest);
    let made = make(&marked);
    let mut result = String::with_capacity(made.len() + given.len());
    for character in made.chars() {
        let place = u32::from(character).checked_sub(FIRST_MARK);
        match place.and_then(|place| tags.get(usize::try_from(place).ok()?)) {
            Some(tag) => {
                result.push('<');
                result.push_str(tag);
                result.push('>');
            }
            None => result.push(character),
        }
    }
    result
}

/// Splits the marks of tags off both ends of a part.
fn without_marks(text: &str) -> (&str, &str, &str) {
    let inner = text.trim_start_matches(is_mark);
    let (before, _) = text.split_at(text.len() - inner.len());
    let core = inner.trim_end_matches(is_mark);
    let (_, after) = inner.split_at(core.len());
    (before, core, after)
}

/// Adds the marks that end with a part before the space after it.
fn push_end_marks(result: &mut String, marks: &str) {
    if !marks.is_empty() {
        let space = result.split_off(result.trim_end().len());
        result.push_str(marks);
        result.push_str(&space);
    }
}

/// Returns a given name as initials, each followed by `with`. If `with` contains "%s", the initial replaces
/// it. Tags such as `<b>` stay around what they enclose.
pub(super) fn initialize(given: &str, with: &str, hyphen: bool) -> String {
    if given.contains('<') {
        return around_tags(given, |marked| initials_of(marked, with, hyphen));
    }
    initials_of(given, with, hyphen)
}

fn initials_of(given: &str, with: &str, hyphen: bool) -> String {
    if given.is_empty() {
        return String::new();
    }
    let template = with.contains("%s");
    if citeproc_js::is_title(given)
        || (!begins_alphabetic(given.trim_start_matches(is_mark)) && !template)
    {
        return given.to_owned();
    }
    let prepared = prepare(given, hyphen);
    let mut result = String::new();
    for part in parts(&prepared) {
        let (before, text, after) = without_marks(part.text);
        // In Thai and Lao, a vowel may be written before the consonant with which the name begins.
        let text = text.trim_start_matches(is_leading_vowel);
        let Some(first) = text.chars().next() else {
            result.push_str(before);
            continue;
        };
        if is_capital(first) || (template && !begins_alphabetic(text)) {
            if part.hyphen {
                // The hyphen replaces the space after the previous initial.
                let kept = result.trim_end().len();
                result.truncate(kept);
                result.push('-');
            }
            // "Th." and "Ph." stay as they are. Several capitals at the start become one, and the others
            // lower-case.
            let letters = text.trim_end_matches('.');
            let behind = letters.get(first.len_utf8()..).unwrap_or_default();
            let small = behind.trim_start_matches(char::is_uppercase);
            let capitals = behind.get(..behind.len() - small.len()).unwrap_or_default();
            let more = if letters.starts_with("IJ") && letters != "IJ" {
                // A single letter in Dutch, as in "IJsbrand".
                Cow::Borrowed("J")
            } else if text.ends_with('.') && !behind.is_empty() {
                Cow::Borrowed(behind)
            } else if !small.is_empty() {
                Cow::Owned(capitals.to_lowercase())
            } else {
                Cow::Borrowed("")
            };
            result.push_str(before);
            if template {
                result.push_str(&with.replace("%s", &format!("{first}{more}")));
            } else {
                result.push(first);
                result.push_str(&more);
                result.push_str(with);
            }
        } else if text.chars().any(is_alphabetic_script) {
            // A particle or another lower-case word stays whole.
            if !result.is_empty() && !result.ends_with(' ') {
                result.push(' ');
            }
            result.push_str(before);
            result.push_str(text);
            result.push(' ');
        } else {
            result.push_str(before);
        }
        push_end_marks(&mut result, after);
    }
    finish(result)
}

/// Returns a given name with its initials in the style's form and its full names unchanged.
pub(super) fn normalize_with(given: &str, with: &str, hyphen: bool) -> String {
    if given.contains('<') {
        return around_tags(given, |marked| normalized(marked, with, hyphen));
    }
    normalized(given, with, hyphen)
}

fn normalized(given: &str, with: &str, hyphen: bool) -> String {
    if !begins_alphabetic(given.trim_start_matches(is_mark)) {
        return given.to_owned();
    }
    let prepared = prepare(given, hyphen);
    let mut result = String::new();
    for part in parts(&prepared) {
        let (before, text, after) = without_marks(part.text);
        if part.hyphen {
            let kept = result.trim_end().len();
            result.truncate(kept);
            result.push('-');
        }
        let letters = text.trim_end_matches('.');
        let single = letters.chars().count() == 1 && letters.chars().all(is_capital);
        let abbreviated = text.len() > letters.len() || single;
        if abbreviated {
            result.push_str(before);
            result.push_str(letters);
            result.push_str(with);
        } else {
            if !result.is_empty() && !result.ends_with([' ', '-']) {
                result.push(' ');
            }
            result.push_str(before);
            result.push_str(text);
            result.push(' ');
        }
        push_end_marks(&mut result, after);
    }
    finish(result)
}

/// Applies [`normalize_with`] to the suffix of a name.
pub(super) fn normalize(suffix: &str, with: &str) -> String {
    normalize_with(suffix, with, true)
}

/// Removes spaces at the end, around hyphens and after others.
fn finish(mut text: String) -> String {
    text.truncate(
        text.trim_end_matches(['\t', '\n', '\r', ' ', '\u{feff}', '\u{a0}'])
            .len(),
    );
    if !text.contains(['-', '\u{2013}']) && !text.contains("  ") {
        return text;
    }
    let text = text.replace('\u{2013}', "-");
    let mut result = String::with_capacity(text.len());
    let mut space = false;
    for character in text.chars() {
        if character == ' ' {
            space = true;
            continue;
        }
        if space && character != '-' && !result.ends_with('-') {
            result.push(' ');
        }
        space = false;
        result.push(character);
    }
    result
}
