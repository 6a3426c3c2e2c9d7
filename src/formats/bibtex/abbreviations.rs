//! `@string` abbreviations, and the text of a value without its delimiters.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::entry::{is_name_byte, layout};

/// The abbreviations that hold in a file: the names of the months, and what its `@string`s define.
///
/// Names are compared without regard to case. A clone is cheap: it shares the definitions.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Strings(Arc<Definitions>);

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Definitions {
    /// By name in lower case; the value is TeX, without delimiters.
    values: HashMap<String, String>,
    /// The names in lower case whose text would exceed [`MAX_EXPANSION`] or [`MAX_DEFINED`].
    too_long: HashSet<String>,
    /// The length of the text that the values got from other abbreviations.
    expanded: usize,
    /// The meanings before names were defined again, in the order of the file. Hardly any file defines a name twice.
    earlier: Vec<Strings>,
    /// The place in `earlier` of the meanings that hold for an entry, by its key.
    by_entry: HashMap<String, usize>,
}

/// The maximum number of names in all of [`Strings::earlier`] together. Without it, a file that defines many names
/// again and again would take quadratic memory.
const MAX_EARLIER: usize = 200_000;

/// The maximum length, in bytes, of the text that one entry or one `@string` gets from abbreviations.
///
/// Each `@string` may repeat another, so 1 KB of definitions can stand for more text than fits in memory.
pub(crate) const MAX_EXPANSION: usize = 64 * 1024;

/// The maximum length, in bytes, of the text that all `@string`s of a file get from each other.
const MAX_DEFINED: usize = 4 * 1024 * 1024;

/// A problem with the definition of an abbreviation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DefinitionProblem {
    /// It uses this name, which is not defined.
    Undefined(String),
    /// Its text would be too long, so this name is not defined.
    TooLong(String),
}

/// The months, which every BibTeX style defines: their names, and the numbers that BibLaTeX wants.
pub(super) const MONTHS: [(&str, &str, &str); 12] = [
    ("jan", "1", "January"),
    ("feb", "2", "February"),
    ("mar", "3", "March"),
    ("apr", "4", "April"),
    ("may", "5", "May"),
    ("jun", "6", "June"),
    ("jul", "7", "July"),
    ("aug", "8", "August"),
    ("sep", "9", "September"),
    ("oct", "10", "October"),
    ("nov", "11", "November"),
    ("dec", "12", "December"),
];

/// Returns the name of a month, from 1.
pub(super) fn month_name(month: u8) -> Option<&'static str> {
    let (_, _, name) = MONTHS.get(usize::from(month).checked_sub(1)?)?;
    Some(name)
}

impl Strings {
    /// Adds the definitions of one `@string{…}`; later definitions replace earlier ones.
    ///
    /// Returns the undefined names that it uses, and those whose text would be too long.
    pub fn define(&mut self, source: &str) -> Vec<DefinitionProblem> {
        let mut problems = Vec::new();
        for (name, value) in definitions(source) {
            let key = name.to_lowercase();
            let expanded = self.expanded_length(value);
            let defined = Arc::make_mut(&mut self.0);
            if expanded > MAX_EXPANSION || defined.expanded + expanded > MAX_DEFINED {
                problems.push(DefinitionProblem::TooLong(name.to_owned()));
                defined.values.remove(&key);
                defined.too_long.insert(key);
                continue;
            }
            defined.expanded += expanded;
            let resolved = self.resolve(value);
            let undefined = resolved.undefined.into_iter();
            problems.extend(undefined.map(DefinitionProblem::Undefined));
            let text = resolved.text.into_owned();
            let defined = Arc::make_mut(&mut self.0);
            defined.too_long.remove(&key);
            defined.values.insert(key, text);
        }
        problems
    }

    /// Returns the length of the text that a value gets from abbreviations, without building it;
    /// `usize::MAX` if one of them is too long to be defined.
    pub(crate) fn expanded_length(&self, value: &str) -> usize {
        // The usual value is one braced or quoted text, and needs no look.
        if value.starts_with(['{', '"']) && !value.contains('#') {
            return 0;
        }
        parts(value).fold(0, |length, part| match part {
            ValuePart::Text(_) => length,
            ValuePart::Name(name) if self.0.too_long.contains(&name.to_lowercase()) => usize::MAX,
            ValuePart::Name(name) => {
                length.saturating_add(self.get(name).map_or(name.len(), str::len))
            }
        })
    }

    /// Returns the abbreviations that hold for the entry of this key: a file may define a name again between two
    /// entries.
    pub fn of_entry(&self, key: &str) -> &Self {
        let earlier = self.0.by_entry.get(key);
        earlier
            .and_then(|index| self.0.earlier.get(*index))
            .unwrap_or(self)
    }

    /// Returns whether a name has several meanings, for different entries.
    pub fn has_several_meanings(&self) -> bool {
        !self.0.earlier.is_empty()
    }

    /// Returns whether a definition gives a name that is defined another meaning.
    pub(crate) fn gives_new_meaning(&self, name: &str, value: &str) -> bool {
        self.is_user_defined(name)
            && self.expanded_length(value) <= MAX_EXPANSION
            && self.get(name) != Some(&*self.resolve(value).text)
    }

    /// Remembers what holds for these entries before names are defined again. Returns whether there was space.
    pub(crate) fn remember_for(&mut self, keys: Vec<&str>) -> bool {
        let defined = Arc::make_mut(&mut self.0);
        if (defined.earlier.len() + 1).saturating_mul(defined.values.len()) > MAX_EARLIER {
            return false;
        }
        let index = defined.earlier.len();
        defined.earlier.push(Self(Arc::new(Definitions {
            values: defined.values.clone(),
            too_long: defined.too_long.clone(),
            ..Definitions::default()
        })));
        let keys = keys.into_iter().map(|key| (key.to_owned(), index));
        defined.by_entry.extend(keys);
        true
    }

    /// Gives names that are defined only later to earlier entries, too.
    pub(crate) fn complete_earlier(&mut self) {
        if !self.has_several_meanings() {
            return;
        }
        let Definitions {
            values, earlier, ..
        } = Arc::make_mut(&mut self.0);
        for earlier in earlier {
            let earlier = Arc::make_mut(&mut earlier.0);
            for (name, value) in &*values {
                if !earlier.values.contains_key(name) {
                    earlier.values.insert(name.clone(), value.clone());
                }
            }
        }
    }

    /// Returns whether the file itself defines this name.
    pub(crate) fn is_user_defined(&self, name: &str) -> bool {
        self.0.values.contains_key(&name.to_lowercase())
    }

    /// Returns the value of an abbreviation, in TeX; a month is its number.
    pub fn get(&self, name: &str) -> Option<&str> {
        let name = name.to_lowercase();
        match self.0.values.get(&name) {
            Some(value) => Some(value),
            None => month(&name).map(|(_, number, _)| *number),
        }
    }

    /// Returns the text of a value as written in a file: without delimiters, abbreviations
    /// expanded, parts joined. An undefined abbreviation is replaced by its name.
    pub fn resolve<'v>(&self, value: &'v str) -> ResolvedValue<'v> {
        let mut undefined = Vec::new();
        let mut text = Cow::Borrowed("");
        let alone = value.bytes().all(is_name_byte);
        for (index, part) in parts(value).enumerate() {
            let part = match part {
                ValuePart::Text(text) => Cow::Borrowed(text),
                ValuePart::Name(name) => match self.get(name) {
                    // In `"10~" # jan` the number would be taken for the day, so it is the name there.
                    Some(_) if !alone && !self.is_user_defined(name) => {
                        let name = month(&name.to_lowercase()).map(|(_, _, name)| *name);
                        Cow::Borrowed(name.unwrap_or_default())
                    }
                    Some(meaning) => Cow::Owned(meaning.to_owned()),
                    None => {
                        undefined.push(name.to_owned());
                        Cow::Borrowed(name)
                    }
                },
            };
            if index == 0 {
                text = part;
            } else {
                text.to_mut().push_str(&part);
            }
        }
        ResolvedValue { text, undefined }
    }
}

fn month(name: &str) -> Option<&'static (&'static str, &'static str, &'static str)> {
    MONTHS.iter().find(|(short, _, _)| *short == name)
}

/// A value without its delimiters and abbreviations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResolvedValue<'v> {
    /// TeX.
    pub text: Cow<'v, str>,
    /// Abbreviations that are not defined.
    pub undefined: Vec<String>,
}

/// Returns the names and values that a `@string{name = value}` defines.
pub(crate) fn definitions(source: &str) -> Vec<(&str, &str)> {
    // A definition is an entry without a key, so the reader of entries can read it.
    let Some((open, _)) = source.char_indices().find(|(_, c)| matches!(c, '{' | '(')) else {
        return Vec::new();
    };
    let (head, rest) = source.split_at(open + 1);
    const KEY: &str = "x,";
    let with_key = [head, KEY, rest].concat();
    let Ok(layout) = layout(&with_key) else {
        return Vec::new();
    };
    let part = |range: std::ops::Range<usize>| {
        let start = range.start.saturating_sub(KEY.len());
        let end = range.end.saturating_sub(KEY.len());
        source.get(start..end).unwrap_or_default()
    };
    let fields = layout.fields.into_iter();
    fields
        .map(|field| (part(field.name), part(field.value)))
        .collect()
}

/// Keeps the `@string`s whose names occur in `values`, and those that they use in turn. A `@preamble` stays.
pub fn used_definitions<'v>(
    definitions: Vec<String>,
    values: impl IntoIterator<Item = &'v str>,
) -> Vec<String> {
    let names_in = |value: &str| -> Vec<String> {
        parts(value)
            .filter_map(|part| match part {
                ValuePart::Name(name) => Some(name.to_lowercase()),
                ValuePart::Text(_) => None,
            })
            .collect()
    };
    let mut by_name: HashMap<String, Vec<usize>> = HashMap::new();
    for (index, text) in definitions.iter().enumerate() {
        for (name, _) in self::definitions(text) {
            by_name.entry(name.to_lowercase()).or_default().push(index);
        }
    }
    let mut pending: Vec<String> = values.into_iter().flat_map(names_in).collect();
    let mut used = HashSet::new();
    while let Some(name) = pending.pop() {
        // Each name is looked up once.
        for index in by_name.remove(&name).unwrap_or_default() {
            let Some(text) = definitions.get(index).filter(|_| used.insert(index)) else {
                continue;
            };
            pending.extend(
                self::definitions(text)
                    .into_iter()
                    .flat_map(|(_, value)| names_in(value)),
            );
        }
    }
    let definitions = definitions.into_iter().enumerate();
    definitions
        .filter(|(index, text)| used.contains(index) || is_preamble(text))
        .map(|(_, text)| text)
        .collect()
}

fn is_preamble(text: &str) -> bool {
    text.get(.."@preamble".len())
        .is_some_and(|start| start.eq_ignore_ascii_case("@preamble"))
}

/// One part of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ValuePart<'v> {
    /// TeX in braces or quotation marks (here without them), or a number.
    Text(&'v str),
    /// The name of an abbreviation.
    Name(&'v str),
}

/// Returns the parts of a value as written, which are joined by `#`.
pub(crate) fn parts(value: &str) -> impl Iterator<Item = ValuePart<'_>> {
    let mut rest = value;
    let mut done = false;
    std::iter::from_fn(move || {
        if done {
            return None;
        }
        rest = skip_space_and_comments(rest);
        let (part, after) = first_part(rest)?;
        let after = skip_space_and_comments(after);
        match after.strip_prefix('#') {
            Some(after) => rest = after,
            None => done = true,
        }
        Some(part)
    })
}

fn skip_space_and_comments(text: &str) -> &str {
    let mut rest = text.trim_start();
    while rest.starts_with('%') {
        rest = rest
            .find(['\n', '\r'])
            .and_then(|end| rest.get(end..))
            .unwrap_or_default()
            .trim_start();
    }
    rest
}

fn first_part(text: &str) -> Option<(ValuePart<'_>, &str)> {
    let mut depth = 0_usize;
    let bytes = text.bytes().enumerate();
    match text.bytes().next()? {
        open @ (b'{' | b'"') => {
            for (index, byte) in bytes.skip(1) {
                match byte {
                    b'{' => depth += 1,
                    b'}' if depth > 0 => depth -= 1,
                    b'}' if open == b'{' => {
                        return Some((
                            ValuePart::Text(text.get(1..index)?),
                            text.get(index + 1..)?,
                        ));
                    }
                    b'"' if open == b'"' && depth == 0 => {
                        return Some((
                            ValuePart::Text(text.get(1..index)?),
                            text.get(index + 1..)?,
                        ));
                    }
                    _ => {}
                }
            }
            // Not closed, which the reader of entries does not let through.
            Some((ValuePart::Text(text.get(1..)?), ""))
        }
        _ => {
            let end = text.bytes().take_while(|byte| is_name_byte(*byte)).count();
            let (word, after) = text.split_at(end);
            let ends_well = after.is_empty() || after.trim_start().starts_with(['#', '%']);
            if !ends_well || word.is_empty() {
                return Some((ValuePart::Text(text.trim_end()), ""));
            }
            if word.bytes().all(|byte| byte.is_ascii_digit()) {
                return Some((ValuePart::Text(word), after));
            }
            Some((ValuePart::Name(word), after))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_resolved_and_joined() {
        let mut strings = Strings::default();
        strings.define("@STRING{acm = \"ACM\", press = acm # { Press}}");
        assert_eq!(
            strings.resolve("Press # {, } # 1999").text,
            "ACM Press, 1999"
        );
        assert_eq!(strings.resolve("{a {b} \"c\"}").text, "a {b} \"c\"");
        assert_eq!(strings.resolve("\"a {\"}b{\"}\"").text, "a {\"}b{\"}");
        assert_eq!(strings.resolve("jan").text, "1");
        assert_eq!(strings.resolve("").text, "");
    }

    #[test]
    fn used_definitions_include_those_that_they_use() {
        let definitions = [
            "@string{acm = {ACM}}",
            "@string{Press = ACM # { Press}}",
            "@string{mit = {MIT}}",
        ];
        let used = used_definitions(
            definitions.map(str::to_owned).to_vec(),
            ["{mit}", "press # { 2}"],
        );
        assert_eq!(used, &definitions[..2]);
    }

    #[test]
    fn abbreviations_that_double_each_other_are_too_long() {
        let mut strings = Strings::default();
        strings.define("@string{a0 = {0123456789}}");
        for level in 1..60 {
            let below = level - 1;
            let problems = strings.define(&format!("@string{{A{level} = a{below} # a{below}}}"));
            // 10 * 2^12 bytes are still allowed.
            let too_long = (level > 12).then(|| DefinitionProblem::TooLong(format!("A{level}")));
            assert_eq!(problems, Vec::from_iter(too_long));
        }
        assert_eq!(strings.expanded_length("a12 # {x} # a12"), 2 * 40_960);
        assert_eq!(strings.expanded_length("a40"), usize::MAX);
        assert_eq!(strings.get("a40"), None);
        assert_eq!(strings.define("@string{a40 = {short}}"), []);
        assert_eq!(strings.get("a40"), Some("short"));
    }

    #[test]
    fn all_abbreviations_together_have_a_maximum_length() {
        let mut strings = Strings::default();
        strings.define(&format!("@string{{a = {{{}}}}}", "x".repeat(60_000)));
        let defined = (0..1000)
            .filter(|number| {
                strings
                    .define(&format!("@string{{b{number} = a}}"))
                    .is_empty()
            })
            .count();
        assert_eq!(defined, MAX_DEFINED / 60_000);
    }

    #[test]
    fn an_undefined_abbreviation_keeps_its_name() {
        let resolved = Strings::default().resolve("foo # {bar}");
        assert_eq!(resolved.text, "foobar");
        assert_eq!(resolved.undefined, ["foo"]);
    }

    #[test]
    fn earlier_entries_keep_what_held_for_them() {
        let mut strings = Strings::default();
        strings.define("@string{j = {One}}");
        assert!(!strings.gives_new_meaning("j", "{One}"));
        assert!(strings.gives_new_meaning("J", "{Two}"));
        assert!(strings.remember_for(vec!["a"]));
        strings.define("@string{J = {Two}, k = {Later}}");
        strings.complete_earlier();
        assert_eq!(strings.of_entry("a").resolve("j # k").text, "OneLater");
        assert_eq!(strings.of_entry("b").resolve("j").text, "Two");
    }

    #[test]
    fn a_file_may_redefine_the_months() {
        let mut strings = Strings::default();
        strings.define("@string(jan = {Januar})");
        assert_eq!(strings.get("JAN"), Some("Januar"));
    }
}
