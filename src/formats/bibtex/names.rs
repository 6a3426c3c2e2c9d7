//! Lists of names, by BibTeX's rules and BibLaTeX's extended name format (BibLaTeX manual, §3.6).

use super::tex;
use super::tex_writer::to_tex;
use crate::model::{Name, PersonName, before_et_al, is_et_al, is_name_suffix};

/// Reads a list of names, in TeX: names joined by `and` outside braces.
pub(crate) fn read_names(tex: &str) -> Vec<Name> {
    let (tex, is_truncated) = match list_before_et_al(tex) {
        Some(before) => (before, true),
        None => (tex, false),
    };
    let names = split_list(tex).into_iter().filter(|name| !name.is_empty());
    let mut names: Vec<Name> = names.map(read_name).collect();
    if is_truncated {
        names.push(Name::Others);
    }
    names
}

/// Returns a list of names without the "et al." at its end that stands for "and others"; `None` if there is no
/// such.
pub(crate) fn list_before_et_al(tex: &str) -> Option<&str> {
    // "and al.", "and et al.", "et. al.", ", et al"
    if let Some((before, last)) = last_of_list(tex)
        && !last.eq_ignore_ascii_case("others")
        // A group is a name, unless a declaration begins it.
        && (!last.starts_with('{') || last.starts_with("{\\"))
        // A person may be called "Al".
        && (last.eq_ignore_ascii_case("al.") || is_et_al(&tex::plain(last)))
    {
        return Some(before);
    }
    // "and {et al.}"
    let before = before_et_al(tex)?;
    let list = (before.strip_suffix("and")).filter(|list| list.ends_with([' ', '\t', '\n', '~']));
    let before = list.unwrap_or(before);
    let before = before.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, '~' | ','));
    let is_balanced = before.matches('{').count() == before.matches('}').count();
    (!before.is_empty() && is_balanced).then_some(before)
}

/// Returns the last name of a list of several, and the list before it.
fn last_of_list(tex: &str) -> Option<(&str, &str)> {
    let last = *split_list(tex).last()?;
    let before = tex.trim_end().strip_suffix(last)?.trim_end();
    let before = before
        .get(..before.len().checked_sub("and".len())?)?
        .trim_end_matches(|c: char| c.is_whitespace() || matches!(c, '~' | ','));
    (!before.is_empty() && !last.is_empty()).then_some((before, last))
}

/// Returns the trimmed items of a list joined by `and` (names, publishers, places).
pub(crate) fn split_list(tex: &str) -> Vec<&str> {
    let mut items = Vec::new();
    let mut start = 0;
    let mut depth = 0_usize;
    let bytes = tex.as_bytes();
    let is_space = |index: Option<usize>| {
        let byte = index.and_then(|index| bytes.get(index));
        byte.is_some_and(|byte| byte.is_ascii_whitespace() || *byte == b'~')
    };
    for (index, byte) in bytes.iter().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' => depth = depth.saturating_sub(1),
            b'a' | b'A' if depth == 0 => {
                let is_and = bytes
                    .get(index..index + 3)
                    .is_some_and(|word| word.eq_ignore_ascii_case(b"and"))
                    && (is_space(index.checked_sub(1)) || index == 0)
                    && (is_space(Some(index + 3)) || index + 3 == bytes.len());
                if is_and && index >= start {
                    items.push(tex.get(start..index).unwrap_or_default().trim());
                    start = index + 3;
                }
            }
            _ => {}
        }
    }
    items.push(tex.get(start..).unwrap_or_default().trim());
    items
}

fn read_name(tex: &str) -> Name {
    if tex.eq_ignore_ascii_case("others") {
        return Name::Others;
    }
    if let Some(inside) = only_group(tex) {
        return Name::Corporate(text(inside));
    }
    let parts = split_commas(tex);
    if let Some(person) = extended(&parts) {
        return Name::Person(person);
    }
    let person = match parts.as_slice() {
        [] => PersonName::default(),
        [all] => first_von_last(all),
        // "Martin Luther King, Jr." is not a person called "Jr.".
        [name, suffix] if is_name_suffix(suffix) => PersonName {
            suffix: text(suffix),
            ..first_von_last(name)
        },
        [last, given, suffix] if is_name_suffix(suffix) && !is_name_suffix(given) => {
            von_last(last, given, suffix)
        }
        [last, given] => von_last(last, given, ""),
        [last, suffix, given] => von_last(last, given, suffix),
        [last, suffix, given @ ..] => von_last(last, &given.join(", "), suffix),
    };
    if person.family.is_empty() && person.given.is_empty() {
        return Name::Corporate(text(tex));
    }
    Name::Person(person)
}

/// Returns a list of names in TeX, which [`read_names`] reads as the same list; `use_prefix` is the
/// default for names that do not set it.
pub(crate) fn write_names(names: &[Name], use_prefix: bool) -> String {
    let names: Vec<String> = names
        .iter()
        .map(|name| write_name(name, use_prefix))
        .collect();
    names.join(" and ")
}

fn write_name(name: &Name, use_prefix: bool) -> String {
    let person = match name {
        Name::Others => return "others".to_owned(),
        Name::Corporate(name) => return format!("{{{}}}", to_tex(name)),
        Name::Person(person) => person,
    };
    let [prefix, family, suffix, given] = [
        &person.prefix,
        &person.family,
        &person.suffix,
        &person.given,
    ]
    .map(|part| name_part(part));
    let last = [prefix, family]
        .iter()
        .filter(|part| !part.is_empty())
        .cloned()
        .collect::<Vec<_>>()
        .join(" ");
    let simple = match (suffix.as_str(), given.as_str()) {
        ("", "") => last,
        ("", given) => format!("{last}, {given}"),
        (suffix, given) => format!("{last}, {suffix}, {given}"),
    };
    // TeX has one sign for the apostrophe.
    let with_apostrophes = |person: &PersonName| {
        let mut person = person.clone();
        for part in [
            &mut person.family,
            &mut person.given,
            &mut person.prefix,
            &mut person.suffix,
        ] {
            *part = part.replace('\'', "\u{2019}");
        }
        person
    };
    let means = |tex: &str| {
        let names = read_names(tex);
        let [Name::Person(read)] = names.as_slice() else {
            return false;
        };
        let stays = |person: &PersonName| {
            person.prefix.is_empty() || person.use_prefix.unwrap_or(use_prefix)
        };
        let same = PersonName {
            use_prefix: person.use_prefix,
            junior_comma: person.junior_comma,
            ..with_apostrophes(read)
        } == with_apostrophes(person);
        same && stays(read) == stays(person)
    };
    if !person.junior_comma && means(&simple) {
        return simple;
    }
    // Braces keep the words of a part together.
    let braced = |part: &str| match part {
        "" => String::new(),
        part => format!("{{{}}}", name_part(part)),
    };
    if person.prefix.is_empty() && !person.junior_comma {
        let family = braced(&person.family);
        let tight = match (person.suffix.as_str(), person.given.as_str()) {
            ("", given) => format!("{family}, {}", name_part(given)),
            (suffix, given) => format!("{family}, {}, {}", name_part(suffix), name_part(given)),
        };
        if means(&tight) {
            return tight;
        }
        let braced_parts = format!(
            "{family}, {}, {}",
            braced(&person.suffix),
            braced(&person.given)
        );
        if !person.suffix.is_empty() && means(&braced_parts) {
            return braced_parts;
        }
        let tighter = format!("{family}, {}", braced(&person.given));
        if person.suffix.is_empty() && means(&tighter) {
            return tighter;
        }
    }
    let mut parts: Vec<String> = [
        ("family", &person.family),
        ("given", &person.given),
        ("prefix", &person.prefix),
        ("suffix", &person.suffix),
    ]
    .into_iter()
    .filter(|(_, part)| !part.is_empty())
    .map(|(name, part)| {
        let tex = name_part(part);
        let safe = !tex.contains([',', '=', '"', '{']) && split_list(&tex).len() == 1;
        format!("{name}={}", if safe { tex } else { format!("{{{tex}}}") })
    })
    .collect();
    if person.junior_comma {
        parts.push("juniorcomma=true".to_owned());
    }
    if let Some(stays) = person.use_prefix.filter(|_| !person.prefix.is_empty()) {
        parts.push(format!("useprefix={stays}"));
    }
    parts.join(", ")
}

/// Returns a part of a name in TeX. An apostrophe is not escaped, because names have no quotation marks.
fn name_part(part: &str) -> String {
    to_tex(part).replace("\\textquotesingle{}", "'")
}

/// Ties in names are spaces, and marks that protect words from changes of case have no use.
fn text(tex: &str) -> String {
    let text = tex::html(tex);
    if text.contains('\u{A0}') {
        text.replace('\u{A0}', " ").trim().to_owned()
    } else {
        text
    }
}

/// Returns the inside of a name that is one group in braces as a whole. A special character such as
/// `{\'E}` is not such a group.
fn only_group(tex: &str) -> Option<&str> {
    let inside = tex.strip_prefix('{')?.strip_suffix('}')?;
    let mut depth = 0_usize;
    for byte in inside.bytes() {
        match byte {
            b'{' => depth += 1,
            b'}' => depth = depth.checked_sub(1)?,
            _ => {}
        }
    }
    (depth == 0 && !inside.starts_with('\\')).then_some(inside)
}

/// Returns the parts between commas outside braces.
fn split_commas(tex: &str) -> Vec<&str> {
    split_outside_braces(tex, |byte| byte == b',')
}

/// Returns the words between white space and ties outside braces; empty ones left out.
fn words(tex: &str) -> Vec<&str> {
    let mut words = split_outside_braces(tex, |byte| byte.is_ascii_whitespace() || byte == b'~');
    words.retain(|word| !word.is_empty());
    words
}

fn split_outside_braces(tex: &str, separates: impl Fn(u8) -> bool) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut start = 0;
    let mut depth = 0_usize;
    let mut escaped = false;
    for (index, byte) in tex.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' => depth = depth.saturating_sub(1),
            // `\~n` is an accent, not a tie.
            _ if depth == 0 && !escaped && separates(byte) => {
                parts.push(tex.get(start..index).unwrap_or_default().trim());
                start = index + 1;
            }
            _ => {}
        }
        escaped = byte == b'\\' && !escaped;
    }
    parts.push(tex.get(start..).unwrap_or_default().trim());
    parts
}

/// Parses `First von Last`.
fn first_von_last(tex: &str) -> PersonName {
    let words = words(tex);
    let Some((last, before)) = words.split_last() else {
        return PersonName::default();
    };
    let first_lower = before.iter().position(|word| is_lower(word));
    let Some(first_lower) = first_lower else {
        return PersonName {
            family: text(last),
            given: text(&before.join(" ")),
            ..PersonName::default()
        };
    };
    let (given, rest) = words.split_at(first_lower);
    let (prefix, family) = split_von(rest);
    PersonName {
        family: text(&family),
        given: text(&given.join(" ")),
        prefix: text(&prefix),
        ..PersonName::default()
    }
}

/// Parses `von Last, First` and `von Last, Jr, First`.
fn von_last(last: &str, given: &str, suffix: &str) -> PersonName {
    let (prefix, family) = split_von(&words(last));
    PersonName {
        family: text(&family),
        given: text(&words(given).join(" ")),
        prefix: text(&prefix),
        suffix: text(suffix),
        ..PersonName::default()
    }
}

/// Splits off the "von" part, which ends with the last lower-case word before the last word.
fn split_von(words: &[&str]) -> (String, String) {
    let before_last = words.split_last().map_or(&[][..], |(_, before)| before);
    let von = before_last
        .iter()
        .rposition(|word| is_lower(word))
        .map_or(0, |last| last + 1);
    // "Della Porta" is a family name of two words, "de Porta" one with a prefix.
    let von = if words.first().is_some_and(|word| is_lower(word)) {
        von
    } else {
        0
    };
    let (prefix, family) = words.split_at(von.min(words.len()));
    (prefix.join(" "), family.join(" "))
}

/// Returns whether a word begins with a small letter: BibTeX looks at the first letter outside
/// braces, or inside a special character (`{\'e}`); a word without one has no case.
fn is_lower(word: &str) -> bool {
    let mut depth = 0_usize;
    let characters = word.char_indices();
    for (index, character) in characters {
        match character {
            '{' => {
                let inside = word.get(index + 1..).unwrap_or_default();
                if depth == 0 && inside.starts_with('\\') {
                    return special_is_lower(inside);
                }
                depth += 1;
            }
            '}' => depth = depth.saturating_sub(1),
            '\\' if depth == 0 => {
                return special_is_lower(word.get(index..).unwrap_or_default());
            }
            _ if depth == 0 && character.is_alphabetic() => return character.is_lowercase(),
            _ => {}
        }
    }
    false
}

/// Returns whether a special character such as `\'e`, `\oe` or `\v{s}` prints a lower-case letter.
fn special_is_lower(tex: &str) -> bool {
    let text = tex::plain(tex.split_once('}').map_or(tex, |(inside, _)| inside));
    let first = text.chars().find(|character| character.is_alphabetic());
    first.is_some_and(char::is_lowercase)
}

/// Parses `family=…, given=…, prefix=…, suffix=…, useprefix=…`, with any further keys.
fn extended(parts: &[&str]) -> Option<PersonName> {
    let mut person = PersonName::default();
    for (name, value) in name_keys(parts)? {
        let is_true = value.eq_ignore_ascii_case("true");
        match name.to_ascii_lowercase().as_str() {
            "family" => person.family = text(value),
            "given" => person.given = text(value),
            "prefix" => person.prefix = text(value),
            "suffix" => person.suffix = text(value),
            "useprefix" => person.use_prefix = Some(is_true),
            "juniorcomma" => person.junior_comma = is_true,
            // Initials, sorting templates and identifiers have no use in CSL.
            _ => {}
        }
    }
    (!person.family.is_empty() || !person.given.is_empty()).then_some(person)
}

/// Returns the keys and values of a name in the extended format; `None` if it is not in this format.
fn name_keys<'t>(parts: &[&'t str]) -> Option<Vec<(&'t str, &'t str)>> {
    parts
        .iter()
        .map(|part| {
            let (name, value) = part.split_once('=')?;
            let name = name.trim();
            let is_key = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
            if name.is_empty() || !name.bytes().all(is_key) {
                return None;
            }
            let value = value.trim();
            let quoted = value
                .strip_prefix('"')
                .and_then(|value| value.strip_suffix('"'));
            Some((name, quoted.unwrap_or(value)))
        })
        .collect()
}

/// Returns whether a name is in BibLaTeX's extended format.
pub(crate) fn is_extended(name: &str) -> bool {
    name.contains('=') && extended(&split_commas(name)).is_some()
}

/// Returns the keys in a list of names that BibLaTeX does not define, such as `orcid`.
pub(crate) fn unknown_name_keys(tex: &str) -> Vec<&str> {
    const KNOWN: &[&str] = &[
        "family",
        "given",
        "prefix",
        "suffix",
        "family-i",
        "given-i",
        "prefix-i",
        "suffix-i",
        "useprefix",
        "juniorcomma",
        "id",
        "hash",
        "gender",
        "nosortprefix",
        "nametemplates",
        "sortingnamekeytemplate",
        "sortingnamekeytemplatename",
        "uniquenametemplatename",
        "labelalphanametemplatename",
    ];
    let mut unknown = Vec::new();
    if !tex.contains('=') {
        return unknown;
    }
    for name in split_list(tex) {
        let parts = split_commas(name);
        if extended(&parts).is_some() {
            let keys = name_keys(&parts)
                .unwrap_or_default()
                .into_iter()
                .map(|(key, _)| key);
            unknown.extend(keys.filter(|key| !KNOWN.contains(&key.to_ascii_lowercase().as_str())));
        }
    }
    unknown.sort_unstable();
    unknown.dedup();
    unknown
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(given: &str, prefix: &str, family: &str, suffix: &str) -> Name {
        Name::Person(PersonName {
            family: family.to_owned(),
            given: given.to_owned(),
            prefix: prefix.to_owned(),
            suffix: suffix.to_owned(),
            ..PersonName::default()
        })
    }

    #[test]
    fn bibtex_rules() {
        for (tex, name) in [
            ("Donald E. Knuth", person("Donald E.", "", "Knuth", "")),
            (
                "Ludwig van Beethoven",
                person("Ludwig", "van", "Beethoven", ""),
            ),
            (
                "van Beethoven, Ludwig",
                person("Ludwig", "van", "Beethoven", ""),
            ),
            (
                "de la Vall{\\'e}e Poussin, Charles Louis",
                person("Charles Louis", "de la", "Vallée Poussin", ""),
            ),
            (
                "King, Jr, Martin Luther",
                person("Martin Luther", "", "King", "Jr"),
            ),
            (
                "{Della Porta}, Donatella",
                person("Donatella", "", "Della Porta", ""),
            ),
            (
                "Della Porta, Donatella",
                person("Donatella", "", "Della Porta", ""),
            ),
            (
                "{\\'E}mile {\\'e}tienne Zola",
                person("Émile", "étienne", "Zola", ""),
            ),
            ("Aristotle", person("", "", "Aristotle", "")),
            (
                "jean de la fontaine",
                person("", "jean de la", "fontaine", ""),
            ),
            ("Per~Brinch Hansen", person("Per Brinch", "", "Hansen", "")),
            ("山田, 太郎", person("太郎", "", "山田", "")),
            (
                "{P2P Foundation and Friends}",
                Name::Corporate("P2P Foundation and Friends".to_owned()),
            ),
            ("others", Name::Others),
        ] {
            assert_eq!(read_names(tex), [name], "{tex}");
        }
    }

    #[test]
    fn and_splits_outside_braces_only() {
        assert_eq!(
            read_names("A B and {C and D} AND\nE, F and others").len(),
            4
        );
        assert_eq!(read_names("Alexandra Andrews").len(), 1);
    }

    #[test]
    fn names_are_written_so_that_they_are_read_as_themselves() {
        for name in [
            person("Vincent", "van", "Gogh", ""),
            person("Ana", "", "de Souza", ""),
            person("Charles", "De", "Gaulle", ""),
            person("Martin Luther", "", "King", "Jr."),
            person("danah", "", "boyd", ""),
            person("A, B", "", "Sand and Stone", ""),
            person("", "", "Aristotle", ""),
            person("", "", "Two Words", ""),
            person("Björk", "", "", ""),
            person("J.", "", "R&D", "III"),
            Name::Corporate("Free and Open, Inc.".to_owned()),
            Name::Corporate("others".to_owned()),
            Name::Others,
        ] {
            let tex = write_names(std::slice::from_ref(&name), false);
            assert_eq!(read_names(&tex), [name], "{tex}");
        }
    }

    #[test]
    fn the_extended_format() {
        let names = read_names(
            "family=Goethe, given=Johann Wolfgang, prefix=von, useprefix=false and given=Hans, family=Lee",
        );
        assert_eq!(
            names[0],
            Name::Person(PersonName {
                family: "Goethe".to_owned(),
                given: "Johann Wolfgang".to_owned(),
                prefix: "von".to_owned(),
                suffix: String::new(),
                use_prefix: Some(false),
                junior_comma: false,
            })
        );
        assert_eq!(names[1], person("Hans", "", "Lee", ""));
        let name = "family=Bennett, given=Frank G., given-i=FG, suffix=Jr., juniorcomma=true, orcid=1, x-y={a,b}";
        let Name::Person(person) = &read_names(name)[0] else {
            panic!("not a person");
        };
        assert_eq!(
            (person.family.as_str(), person.suffix.as_str()),
            ("Bennett", "Jr.")
        );
        assert!(person.junior_comma);
        assert_eq!(unknown_name_keys(name), ["orcid", "x-y"]);
        assert_eq!(unknown_name_keys("E=mc, Two = 2"), [""; 0]);
    }

    #[test]
    fn et_al_is_and_others() {
        for tex in [
            "Reed, Ann and others",
            "Reed, Ann and al.",
            "Reed, Ann and et al.",
            "Reed, Ann and {et al.}",
            "Reed, Ann et. al.",
            "Reed, Ann et~al",
            "Reed, Ann, et al.",
        ] {
            assert_eq!(
                read_names(tex),
                [person("Ann", "", "Reed", ""), Name::Others],
                "{tex}"
            );
        }
        for tex in [
            "Reed, Ann and Gore, Al",
            "Vietal",
            "Al",
            "Weird Al",
            "Fetal, Al.",
        ] {
            assert!(!read_names(tex).contains(&Name::Others), "{tex}");
        }
    }
}
