//! Initials (clause "Name", `initialize-with`).

use super::citeproc_js;
use super::name_parts::{begins_alphabetic, is_alphabetic_script};

/// A part of a given name, and whether a hyphen precedes it.
struct Part<'n> {
    text: &'n str,
    hyphen: bool,
}

fn parts(given: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut hyphen = false;
    let mut start = 0;
    for (at, character) in given.char_indices() {
        if character.is_whitespace() || character == '-' {
            if at > start {
                parts.push(Part {
                    text: given.get(start..at).unwrap_or_default(),
                    hyphen,
                });
                hyphen = false;
            }
            hyphen |= character == '-';
            start = at + character.len_utf8();
        }
    }
    if start < given.len() {
        parts.push(Part {
            text: given.get(start..).unwrap_or_default(),
            hyphen,
        });
    }
    parts
}

/// Prepares a given name: full stops separate initials, so that "J.R." is two names, and hyphens are as the
/// style wants them.
fn prepare(given: &str, hyphen: bool) -> String {
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
                    .is_some_and(|next| *next != ' ' && *next != '-')
                {
                    result.push(' ');
                }
            }
            _ => result.push(character),
        }
    }
    result
}

fn is_capital(character: char) -> bool {
    let mut upper = character.to_uppercase();
    character.is_alphabetic() && upper.next() == Some(character) && upper.next().is_none()
}

/// Returns a given name as initials, each followed by `with`. If `with` contains "%s", the initial replaces
/// it.
pub(super) fn initialize(given: &str, with: &str, hyphen: bool) -> String {
    if given.is_empty() {
        return String::new();
    }
    let template = with.contains("%s");
    if citeproc_js::is_title(given) || (!begins_alphabetic(given) && !template) {
        return given.to_owned();
    }
    let prepared = prepare(given, hyphen);
    let mut result = String::new();
    for part in parts(&prepared) {
        let text = part.text;
        let Some(first) = text.chars().next() else {
            continue;
        };
        if is_capital(first) || (template && !begins_alphabetic(text)) {
            if part.hyphen {
                // The hyphen replaces the space after the previous initial.
                let kept = result.trim_end().len();
                result.truncate(kept);
                result.push('-');
            }
            let mut initial = first.to_string();
            // "Th." and "Ph." stay as they are. Several capitals at the start become one, and the others
            // lower-case.
            let letters = text.trim_end_matches('.');
            let capitals: String = letters
                .chars()
                .skip(1)
                .take_while(|letter| is_capital(*letter))
                .collect();
            let ends_in_stop = text.ends_with('.') && letters.chars().count() > 1;
            if letters.starts_with("IJ") && letters != "IJ" {
                // A single letter in Dutch, as in "IJsbrand".
                initial.push('J');
            } else if ends_in_stop {
                initial.push_str(letters.get(first.len_utf8()..).unwrap_or_default());
            } else if !capitals.is_empty() && capitals.chars().count() + 1 < letters.chars().count()
            {
                initial.push_str(&capitals.to_lowercase());
            }
            if template {
                result.push_str(&with.replace("%s", &initial));
            } else {
                result.push_str(&initial);
                result.push_str(with);
            }
        } else if text.chars().any(is_alphabetic_script) {
            // A particle or another lower-case word stays whole.
            if !result.is_empty() && !result.ends_with(' ') {
                result.push(' ');
            }
            result.push_str(text);
            result.push(' ');
        }
    }
    finish(&result)
}

/// Returns a given name with its initials in the style's form and its full names unchanged.
pub(super) fn normalize_with(given: &str, with: &str, hyphen: bool) -> String {
    if given.is_empty() || !begins_alphabetic(given) {
        return given.to_owned();
    }
    let prepared = prepare(given, hyphen);
    let list = parts(&prepared);
    let mut result = String::new();
    for part in &list {
        let text = part.text;
        if part.hyphen {
            let kept = result.trim_end().len();
            result.truncate(kept);
            result.push('-');
        }
        let letters = text.trim_end_matches('.');
        let single = letters.chars().count() == 1 && letters.chars().all(is_capital);
        let abbreviated = text.len() > letters.len() || single;
        if abbreviated {
            result.push_str(letters);
            result.push_str(with);
        } else {
            if !result.is_empty() && !result.ends_with([' ', '-']) {
                result.push(' ');
            }
            result.push_str(text);
            result.push(' ');
        }
    }
    finish(&result)
}

/// Applies [`normalize_with`] to the suffix of a name.
pub(super) fn normalize(suffix: &str, with: &str) -> String {
    normalize_with(suffix, with, true)
}

fn finish(text: &str) -> String {
    let trimmed = text
        .trim_end_matches(['\t', '\n', '\r', ' ', '\u{feff}', '\u{a0}'])
        .replace('\u{2013}', "-");
    let mut result = String::with_capacity(trimmed.len());
    let mut space = false;
    for character in trimmed.chars() {
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
