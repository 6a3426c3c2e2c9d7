//! Names of persons and institutions, split into the parts that styles arrange.

use serde_json::Value as Json;

use super::item::{ItemName, is_east_asian_letter};

/// The other persons with the family name of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Namesakes {
    /// Whether any has other initials.
    pub(super) other_initials: bool,
    /// Whether any has the same initials and another given name.
    pub(super) same_initials: bool,
}

/// A name with its particles split off.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct NameParts {
    pub(super) family: Box<str>,
    pub(super) given: Box<str>,
    pub(super) dropping_particle: Box<str>,
    pub(super) non_dropping_particle: Box<str>,
    pub(super) suffix: Box<str>,
    pub(super) comma_suffix: bool,
    /// Whether a comma precedes the dropping particle, which is so for "et al" only.
    pub(super) comma_particle: bool,
    pub(super) static_ordering: bool,
    /// Whether the list was truncated after this name.
    pub(super) truncated: bool,
    /// The name of an institution, or another name to be printed verbatim.
    pub(super) literal: Box<str>,
    pub(super) script: NameScript,
    /// The persons with the same family name, if the style goes by them.
    pub(super) namesakes: Namesakes,
}

/// The order and separation of the parts of a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum NameScript {
    /// Given name first, spaces between.
    #[default]
    Latin,
    /// Family name first, spaces between.
    Mixed,
    /// Family name first, nothing between.
    EastAsian,
}

impl NameParts {
    /// Converts a name of CSL-JSON; none if it is empty.
    pub(super) fn from_csl(name: &ItemName) -> Option<Self> {
        let text = |part: &Option<String>| part.as_deref().unwrap_or_default().into();
        let on = |flag: &Option<Box<Json>>| flag.as_deref().is_some_and(truthy);
        let parse = name.parse_names.as_deref().is_none_or(truthy);
        let result = Self {
            family: text(&name.family),
            given: text(&name.given),
            dropping_particle: text(&name.dropping_particle),
            non_dropping_particle: text(&name.non_dropping_particle),
            suffix: text(&name.suffix),
            comma_suffix: on(&name.comma_suffix),
            static_ordering: on(&name.static_ordering),
            truncated: name.truncated == Some(true),
            literal: text(&name.literal),
            ..Self::default()
        };
        result.finish(parse, on(&name.isinstitution))
    }

    /// Converts a name with fields that CSL-JSON does not define.
    pub(super) fn from_json(name: &Json) -> Option<Self> {
        if let Json::String(literal) = name {
            return (!literal.is_empty()).then(|| Self::literal(literal));
        }
        let text = |part: &str| match name.get(part) {
            Some(Json::String(text)) => text.as_str().into(),
            Some(Json::Number(number)) => number.to_string().into(),
            _ => Box::default(),
        };
        let on = |part: &str| name.get(part).is_some_and(truthy);
        let parse = name.get("parse-names").is_none_or(truthy) && !on("static-particles");
        let result = Self {
            family: text("family"),
            given: text("given"),
            dropping_particle: text("dropping-particle"),
            non_dropping_particle: text("non-dropping-particle"),
            suffix: text("suffix"),
            comma_suffix: on("comma-suffix"),
            static_ordering: on("static-ordering"),
            truncated: on("truncated"),
            literal: text("literal"),
            ..Self::default()
        };
        result.finish(parse, on("isInstitution"))
    }

    /// Returns a name to be printed verbatim.
    pub(super) fn literal(literal: &str) -> Self {
        Self {
            literal: literal.into(),
            ..Self::default()
        }
    }

    /// Returns the name of a person.
    pub(super) fn person(family: &str, given: &str) -> Self {
        let name = Self {
            family: family.into(),
            given: given.into(),
            ..Self::default()
        };
        name.finish(true, false).unwrap_or_default()
    }

    fn finish(mut self, parse: bool, institution: bool) -> Option<Self> {
        if institution && self.given.is_empty() && self.literal.is_empty() {
            self.literal = std::mem::take(&mut self.family);
        }
        if !self.literal.is_empty() {
            return Some(self);
        }
        let mut parse = parse;
        if self.family.len() > 2
            && let Some(family) = self
                .family
                .strip_prefix('"')
                .and_then(|family| family.strip_suffix('"'))
        {
            // Quotation marks protect a name from being split.
            self.family = family.into();
            parse = false;
        }
        if parse
            && self.non_dropping_particle.is_empty()
            && !self.family.is_empty()
            && !self.given.is_empty()
        {
            self.take_particles();
        }
        self.script = script(&self);
        let empty = self.family.is_empty()
            && self.given.is_empty()
            && self.non_dropping_particle.is_empty()
            && self.dropping_particle.is_empty();
        (!empty).then_some(self)
    }

    /// Splits off particles and suffixes: lower-case words before a family name or after a given name are
    /// particles, and what follows a comma in the given name is a suffix.
    fn take_particles(&mut self) {
        let mut rest = &*self.family;
        let mut taken = 0;
        while let Some(length) = leading_particle(rest) {
            taken += length;
            rest = rest.get(length..).unwrap_or_default();
        }
        if taken > 0 {
            let particle = self.family.get(..taken).unwrap_or_default();
            let trimmed = particle.trim();
            // "’t " keeps its space, as nothing else separates it from the name.
            self.non_dropping_particle =
                if particle.ends_with(' ') && trimmed.ends_with(['\'', '\u{2019}']) {
                    format!("{trimmed} ").into()
                } else {
                    trimmed.into()
                };
            self.family = rest.into();
        }
        if self.suffix.is_empty()
            && let Some(comma) = self.given.find(',')
        {
            let mut after = self.given.get(comma + 1..).unwrap_or_default();
            let forced = after.starts_with('!');
            after = after.trim_start_matches('!').trim_start();
            if after.replace('.', "") == "et al" && self.dropping_particle.is_empty() {
                self.dropping_particle = after.into();
                self.comma_particle = true;
            } else {
                self.suffix = after.into();
                self.comma_suffix |= forced;
            }
            let given = self.given.get(..comma).unwrap_or_default();
            self.given = given.trim_end().into();
        }
        let mut end = self.given.len();
        while let Some(start) = trailing_particle(self.given.get(..end).unwrap_or_default()) {
            end = start;
        }
        if end < self.given.len() {
            let (given, particle) = self.given.split_at(end);
            self.dropping_particle = particle.trim().into();
            self.given = given.trim_end().into();
        }
    }

    /// Returns the parts as they were written, to compare names. The name of an institution is equal whether it
    /// is a literal name or a family name.
    pub(super) fn raw(&self) -> String {
        let parts = [
            &self.family,
            &self.given,
            &self.dropping_particle,
            &self.non_dropping_particle,
            &self.suffix,
            &self.literal,
        ];
        let mut raw = String::new();
        for part in parts.iter().filter(|part| !part.is_empty()) {
            if !raw.is_empty() {
                raw.push('\n');
            }
            raw.push_str(part);
        }
        raw
    }

    /// Returns whether the name has one part only, such as that of an institution.
    pub(super) fn is_literal(&self) -> bool {
        !self.literal.is_empty()
    }
}

fn truthy(value: &Json) -> bool {
    match value {
        Json::Null | Json::Bool(false) => false,
        Json::Number(number) => number.as_f64() != Some(0.0),
        Json::String(text) => !text.is_empty(),
        _ => true,
    }
}

fn is_apostrophe(character: char) -> bool {
    matches!(character, '\'' | '\u{2019}' | '\u{2bb}')
}

/// Returns whether the first letter of a word is lower-case.
fn begins_small(word: &str) -> bool {
    word.trim_start_matches(|character: char| {
        character == '-' || is_apostrophe(character) || character.is_whitespace()
    })
    .chars()
    .next()
    .is_some_and(|first| {
        let mut upper = first.to_uppercase();
        upper.next() != Some(first)
    })
}

/// Returns the length of a particle at the beginning of a family name, with its separator.
fn leading_particle(family: &str) -> Option<usize> {
    // The longest prefix without a space that ends in a hyphen or an apostrophe, or the text up to the space.
    let first_space = family.find(' ');
    let mut end = None;
    for (at, character) in family.char_indices() {
        if character == ' ' {
            end = Some(at + 1);
            break;
        }
        if (character == '-' || is_apostrophe(character)) && at > 0 && first_space.is_none() {
            end = Some(at + character.len_utf8());
        }
    }
    let mut end = end?;
    while family.get(end..)?.starts_with(' ') {
        end += 1;
    }
    (end < family.len() && begins_small(family.get(..end)?)).then_some(end)
}

/// Returns the position of the space before a particle at the end of a given name.
fn trailing_particle(given: &str) -> Option<usize> {
    let trimmed = given.trim_end();
    let at = trimmed.rfind(' ')?;
    let word = trimmed.get(at + 1..)?;
    (at > 0 && !word.is_empty() && begins_small(word)).then_some(at)
}

/// Returns whether a character belongs to a script that separates words by spaces. citeproc-js knows some of them;
/// names in the others, such as Devanagari and Georgian, are printed like names in Cyrillic.
pub(super) fn is_alphabetic_script(character: char) -> bool {
    matches!(character,
        '-' | '0'..='9' | 'a'..='z' | 'A'..='Z'
        | '\u{0e01}'..='\u{0e5b}' | '\u{00c0}'..='\u{017f}' | '\u{0370}'..='\u{03ff}'
        | '\u{0400}'..='\u{052f}' | '\u{0590}'..='\u{05d4}' | '\u{05d6}'..='\u{05ff}'
        | '\u{1f00}'..='\u{1fff}' | '\u{0600}'..='\u{06ff}' | '\u{200c}'..='\u{200e}'
        | '\u{0218}'..='\u{021b}' | '\u{202a}'..='\u{202e}')
        || (!character.is_ascii() && character.is_alphabetic() && !is_east_asian_letter(character))
}

/// Returns whether text begins with a letter of such a script, or with an ampersand.
pub(super) fn begins_alphabetic(text: &str) -> bool {
    text.chars().next().is_some_and(|first| {
        first == '&' || (is_alphabetic_script(first) && !first.is_ascii_digit() && first != '-')
    })
}

fn script(name: &NameParts) -> NameScript {
    let family = name.family.replace('"', "");
    if family.chars().any(is_alphabetic_script) {
        NameScript::Latin
    } else if begins_alphabetic(&name.given) {
        NameScript::Mixed
    } else {
        NameScript::EastAsian
    }
}
