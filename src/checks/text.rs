//! Checks of the text of values: capitals, HTML, full stops, and letters that were decoded wrongly.

use super::entry::OwnField;
use super::{CheckedEntry, RuleFinding};
use crate::formats::bibtex::{self, schema};
use crate::language;
use crate::text::single_spaced;

/// The titles of the work itself and of those that contain it, apart from journals.
const TITLES: &[&str] = &[
    "title",
    "subtitle",
    "booktitle",
    "booksubtitle",
    "maintitle",
    "mainsubtitle",
    "issuetitle",
    "eventtitle",
];

fn titles<'e, 'a>(entry: &'e CheckedEntry<'a>) -> impl Iterator<Item = &'e OwnField<'a>> {
    let fields = entry.own_fields().iter();
    fields.filter(|field| TITLES.contains(&field.lower.as_str()))
}

/// Returns the fields that are TeX and printed; others hold identifiers, keys and paths, or what people write for
/// themselves.
fn printed_fields<'e, 'a>(entry: &'e CheckedEntry<'a>) -> impl Iterator<Item = &'e OwnField<'a>> {
    let fields = entry.own_fields().iter();
    fields.filter(|field| {
        schema::is_tex(&field.lower)
            && !matches!(field.lower.as_str(), "abstract" | "annotation" | "annote")
    })
}

/// Reports titles in capitals.
pub(super) fn capitals(entry: &CheckedEntry<'_>, found: &mut Vec<RuleFinding>) {
    for field in titles(entry) {
        if !is_all_capitals(&bibtex::plain(&field.text)) {
            continue;
        }
        let finding = RuleFinding::warning(field.name, "the title is in capitals");
        found.push(match in_normal_case(entry, &field.text) {
            Some(title) => finding.help(format!("write {title}")).fix(field, title),
            None => finding.help("write it as on the title page, in lower case"),
        });
    }
}

/// Returns whether a title is in capitals; short ones may be names and acronyms.
fn is_all_capitals(title: &str) -> bool {
    let letters = title.chars().filter(|c| c.is_alphabetic());
    letters.clone().count() > 9
        && title.split_whitespace().count() > 1
        && letters.clone().all(char::is_uppercase)
}

/// Returns an English title in capitals as English titles are written. In other languages, only a person knows which
/// words have a capital.
fn in_normal_case(entry: &CheckedEntry<'_>, title: &str) -> Option<String> {
    let stated = entry
        .own("langid")
        .or_else(|| entry.own("language"))
        .map(|field| {
            language::tag_of(field.text.trim()).map(|tag| language::primary(&tag) == "en")
        });
    let is_english = match stated {
        Some(is_english) => is_english.unwrap_or(false),
        None => language::guess(&title.to_lowercase()).is_none_or(|guess| guess == "en"),
    };
    // The names of commands are not words.
    if !is_english || !title.is_ascii() || title.contains(['\\', '{', '$']) {
        return None;
    }
    let mut result = String::with_capacity(title.len());
    let mut begins = true;
    for word in title.split_inclusive(|c: char| c.is_whitespace() || matches!(c, '-' | '/')) {
        let letters: String = word.chars().filter(|c| c.is_alphanumeric()).collect();
        if is_acronym(&letters) {
            result.push_str(word);
        } else if !begins && SMALL_WORDS.contains(&letters.to_lowercase().as_str()) {
            result.push_str(&word.to_lowercase());
        } else {
            let mut is_first = true;
            result.extend(word.chars().map(|c| match c.is_alphabetic() {
                true if std::mem::take(&mut is_first) => c,
                _ => c.to_ascii_lowercase(),
            }));
        }
        begins = word.trim_end().ends_with([':', '?', '!', '.', '(', '"']);
    }
    Some(result)
}

/// Words that English titles write in lower case.
const SMALL_WORDS: &[&str] = &[
    "a", "an", "and", "as", "at", "but", "by", "for", "from", "if", "in", "into", "nor", "of",
    "off", "on", "onto", "or", "over", "per", "so", "than", "the", "to", "up", "upon", "via", "vs",
    "with", "without", "yet",
];

/// Acronyms with vowels, which could be mistaken for words.
const ACRONYMS: &[&str] = &[
    "AI", "API", "DIY", "EU", "FAO", "FLOSS", "FOSS", "GNU", "GPL", "ICT", "ICTS", "IP", "IT",
    "MIT", "NASA", "NATO", "NGO", "NGOS", "OECD", "OER", "OSS", "UK", "UN", "UNESCO", "UNICEF",
    "USA", "WIPO", "WTO",
];

/// Returns whether a word in capitals is written so in any case.
fn is_acronym(word: &str) -> bool {
    // "IT" is nearly always the pronoun.
    let is_listed = word != "IT" && ACRONYMS.contains(&word);
    let is_number = word.len() > 1 && word.chars().all(|c| matches!(c, 'I' | 'V' | 'X'));
    let has_digit = word.chars().any(|c| c.is_ascii_digit());
    let has_vowel = word.contains(['A', 'E', 'I', 'O', 'U', 'Y']);
    is_listed || is_number || has_digit || (word.len() > 1 && !has_vowel)
}

/// Reports entities and tags of HTML.
pub(super) fn html(entry: &CheckedEntry<'_>, found: &mut Vec<RuleFinding>) {
    for field in printed_fields(entry) {
        let Some((sign, fixed)) = without_html(&field.text) else {
            continue;
        };
        let finding = RuleFinding::warning(field.name, format!("HTML in the value: {sign}"));
        found.push(match fixed {
            Some(fixed) => finding
                .help(format!("write {}", shortened(&fixed)))
                .fix(field, fixed),
            None => finding.help("write it in TeX, such as \\emph{\u{2026}} for <i>"),
        });
    }
}

/// The elements that people and programs leave in values, with the command for each; elements without a command only
/// arrange text.
const ELEMENTS: &[(&str, &str)] = &[
    ("i", "\\emph{"),
    ("em", "\\emph{"),
    ("italic", "\\emph{"),
    ("b", "\\textbf{"),
    ("strong", "\\textbf{"),
    ("bold", "\\textbf{"),
    ("sub", "\\textsubscript{"),
    ("sup", "\\textsuperscript{"),
    ("sc", "\\textsc{"),
    ("u", ""),
    ("p", ""),
    ("br", ""),
    ("div", ""),
    ("span", ""),
    ("title", ""),
    ("a", ""),
    ("font", ""),
];

/// Returns the first entity or tag in a text, and the text in TeX; without the latter if the tags do not match. Returns
/// `None` if there is neither.
fn without_html(text: &str) -> Option<(String, Option<String>)> {
    if !text.contains(['<', '&']) {
        return None;
    }
    let mut sign = None;
    let mut matches = true;
    let mut result = String::with_capacity(text.len());
    let mut open: Vec<&str> = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(['<', '&']) {
        let (before, here) = rest.split_at(at);
        result.push_str(before);
        let after_mark = here.get(1..).unwrap_or_default();
        if here.starts_with('&') {
            if let Some((character, length)) = bibtex::entity(after_mark) {
                let written = here.get(..=length).unwrap_or_default();
                sign.get_or_insert_with(|| written.to_owned());
                // In `\&amp;`, the backslash is there already.
                if result.ends_with('\\') {
                    result.pop();
                }
                match character {
                    '\'' => result.push('\''),
                    _ => result.push_str(&bibtex::to_tex(character.encode_utf8(&mut [0; 4]))),
                }
                rest = after_mark.get(length..).unwrap_or_default();
                continue;
            }
        } else if let Some(tag) = HtmlTag::at(after_mark) {
            sign.get_or_insert_with(|| format!("<{}>", tag.inside));
            if tag.is_closing {
                matches &= open.pop() == Some(tag.element);
                if !tag.command.is_empty() {
                    result.push('}');
                }
            } else {
                result.push_str(tag.command);
                match tag.element {
                    "br" => result.push(' '),
                    element if !tag.inside.ends_with('/') => open.push(element),
                    _ => {}
                }
            }
            rest = after_mark.get(tag.inside.len() + 1..).unwrap_or_default();
            continue;
        }
        result.push_str(here.get(..1).unwrap_or_default());
        rest = after_mark;
    }
    result.push_str(rest);
    let fixed =
        (matches && open.is_empty()).then(|| without_outer_emphasis(single_spaced(&result)));
    Some((
        sign?,
        fixed.filter(|fixed| bibtex::has_matching_braces(fixed)),
    ))
}

/// A tag of HTML.
struct HtmlTag<'t> {
    /// The text between `<` and `>`.
    inside: &'t str,
    element: &'static str,
    command: &'static str,
    is_closing: bool,
}

impl<'t> HtmlTag<'t> {
    /// Reads a tag whose `<` precedes `rest`.
    fn at(rest: &'t str) -> Option<Self> {
        // No tag in a bibliography is longer, and a `<` need not be one.
        let end = rest.bytes().take(200).position(|byte| byte == b'>')?;
        let inside = rest.get(..end)?;
        let is_closing = inside.starts_with('/');
        let name = inside.trim_start_matches('/');
        let name = name
            .split(|c: char| c.is_whitespace() || c == '/')
            .next()
            .unwrap_or_default()
            .to_ascii_lowercase();
        let name = name.strip_prefix("jats:").unwrap_or(&name);
        let (element, command) = ELEMENTS.iter().find(|(element, _)| *element == name)?;
        Some(Self {
            inside,
            element,
            command,
            is_closing,
        })
    }
}

/// Returns a text without a command that emphasizes the whole of it, which says nothing.
fn without_outer_emphasis(text: String) -> String {
    let inside = ["\\emph{", "\\textbf{"]
        .iter()
        .find_map(|command| text.strip_prefix(command)?.strip_suffix('}'));
    match inside.filter(|inside| bibtex::has_matching_braces(inside)) {
        Some(inside) => inside.to_owned(),
        None => text,
    }
}

/// Reports full stops at the end of titles; styles add their own.
pub(super) fn full_stop(entry: &CheckedEntry<'_>, found: &mut Vec<RuleFinding>) {
    for field in titles(entry) {
        let text = field.text.trim_end();
        let Some(before) = text.strip_suffix('.') else {
            continue;
        };
        let last = before
            .rsplit(|c: char| c.is_whitespace() || c == '-')
            .next()
            .unwrap_or_default();
        // "Cong. Rec." is the abbreviated name of a periodical.
        let is_abbreviated = field.name.eq_ignore_ascii_case("booktitle") && before.contains(". ");
        if is_abbreviation(last) || is_abbreviated || before.trim().is_empty() {
            continue;
        }
        found.push(
            RuleFinding::notice(field.name, "the title ends with a full stop")
                .help("remove it; styles add their own")
                .fix(field, before.trim_end().to_owned()),
        );
    }
}

/// Returns whether the full stop after a word belongs to the word.
fn is_abbreviation(word: &str) -> bool {
    const ABBREVIATIONS: &[&str] = &[
        "al", "assoc", "bros", "ca", "cf", "co", "comp", "conf", "corp", "dept", "dr", "ed", "eds",
        "esq", "etc", "gmbh", "inc", "int", "jr", "ltd", "mr", "mrs", "ms", "no", "nr", "prof",
        "proc", "repr", "sr", "st", "univ", "usw", "vol", "vols", "vs",
    ];
    let letters: String = word.chars().filter(|c| c.is_alphabetic()).collect();
    word.ends_with('.')
        || word.contains('.')
        || letters.chars().count() < 2 && !word.ends_with(|c: char| c.is_ascii_digit())
        || ABBREVIATIONS.contains(&letters.to_lowercase().as_str())
}

/// Reports letters that were decoded with the wrong encoding.
pub(super) fn mojibake(entry: &CheckedEntry<'_>, found: &mut Vec<RuleFinding>) {
    for field in entry.own_fields() {
        if field.text.is_ascii() {
            continue;
        }
        if let Some((wrong, right)) = redecoded(&field.text) {
            found.push(
                RuleFinding::warning(field.name, format!("wrongly decoded letters: {wrong}"))
                    .help(format!("write {}", shortened(&right)))
                    .fix(field, right),
            );
        } else if field.text.contains('\u{FFFD}') {
            found.push(
                RuleFinding::warning(field.name, "a letter was lost when the text was decoded")
                    .help(
                        "compare it with the source, or import the file again in its own encoding",
                    ),
            );
        }
    }
}

/// Returns the first wrongly decoded letters, and the text with all of them decoded rightly: UTF-8 that was read as
/// Windows-1252 or Latin-1.
fn redecoded(text: &str) -> Option<(String, String)> {
    let mut first = None;
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(|c: char| !c.is_ascii()) {
        let (before, here) = rest.split_at(at);
        result.push_str(before);
        let length = here.find(|c: char| c.is_ascii()).unwrap_or(here.len());
        let (run, after) = here.split_at(length);
        match as_utf_8(run) {
            Some(right) => {
                first.get_or_insert_with(|| run.to_owned());
                result.push_str(&right);
            }
            None => result.push_str(run),
        }
        rest = after;
    }
    result.push_str(rest);
    Some((first?, result))
}

/// Returns what the bytes of a text mean as UTF-8, if they are UTF-8.
fn as_utf_8(text: &str) -> Option<String> {
    let latin_1 = || -> Option<Vec<u8>> {
        let bytes = text.chars().map(|c| u8::try_from(u32::from(c)).ok());
        bytes.collect()
    };
    let windows_1252 = || {
        let (bytes, _, is_lossy) = encoding_rs::WINDOWS_1252.encode(text);
        (!is_lossy).then(|| bytes.into_owned())
    };
    let decoded = |bytes: Vec<u8>| {
        let text = String::from_utf8(bytes).ok()?;
        // Control characters of Latin-1 are in no text.
        (!text.contains(|c: char| c.is_control())).then_some(text)
    };
    latin_1()
        .and_then(decoded)
        .or_else(|| windows_1252().and_then(decoded))
}

/// Returns a value short enough for a suggestion.
fn shortened(value: &str) -> String {
    const LONGEST: usize = 100;
    if value.chars().count() <= LONGEST {
        return value.to_owned();
    }
    let start: String = value.chars().take(LONGEST).collect();
    format!("{start}\u{2026}")
}

#[cfg(test)]
mod tests {
    use super::super::entry::found_in;
    use super::*;

    fn fixes(
        source: &str,
        look: fn(&CheckedEntry<'_>, &mut Vec<RuleFinding>),
    ) -> Vec<Option<String>> {
        let found = found_in(source, look);
        found.into_iter().map(|(_, _, fix)| fix).collect()
    }

    #[test]
    fn titles_in_capitals_are_quietened_in_english() {
        let title = |title: &str| fixes(&format!("@book{{a, title = {{{title}}}}}"), capitals);
        for (shouted, quiet) in [
            (
                "THE COMMONS IN AN AGE OF P2P",
                "The Commons in an Age of P2P",
            ),
            (
                "GNU AND THE GPL: THE CASE OF BSD",
                "GNU and the GPL: The Case of BSD",
            ),
            ("PART II: IT TAKES A VILLAGE", "Part II: It Takes a Village"),
            ("PEER-TO-PEER ECONOMIES", "Peer-to-Peer Economies"),
        ] {
            assert_eq!(title(shouted), [Some(quiet.to_owned())], "{shouted}");
        }
        assert_eq!(title("DAS ENDE DER WELT UND DER ANFANG"), [None]);
        assert_eq!(title("THE {GNU} PROJECT"), [None]);
        for fine in [
            "The Commons",
            "GNU",
            "PLOS ONE",
            "UNESCO 2030",
            "共有地の悲劇について",
        ] {
            assert_eq!(title(fine), [], "{fine}");
        }
    }

    #[test]
    fn html_becomes_tex() {
        let title = |title: &str| fixes(&format!("@book{{a, title = {{{title}}}}}"), html);
        for (written, tex) in [
            ("Markets &amp; Commons", "Markets \\& Commons"),
            ("Markets \\&amp; Commons", "Markets \\& Commons"),
            (
                "The <i>Homo</i> H<sub>2</sub>O",
                "The \\emph{Homo} H\\textsubscript{2}O",
            ),
            ("<i>The whole title</i>", "The whole title"),
            ("&#8220;Free&#8221; 100&#37;", "“Free” 100\\%"),
            ("<p>One</p> <jats:italic>x</jats:italic>", "One \\emph{x}"),
            ("a<br/>b", "a b"),
        ] {
            assert_eq!(title(written), [Some(tex.to_owned())], "{written}");
        }
        assert_eq!(title("<i>never closed"), [None]);
        for fine in [
            "Markets \\& Commons",
            "a < b > c",
            "AT&T",
            "R&D; more",
            "$a<b$ and $c>d$",
        ] {
            assert_eq!(title(fine), [], "{fine}");
        }
        assert_eq!(fixes("@misc{a, url = {https://e.org/?a&amp;b}}", html), []);
    }

    #[test]
    fn a_full_stop_of_a_title_goes_unless_it_belongs_to_a_word() {
        let title = |title: &str| fixes(&format!("@book{{a, title = {{{title}}}}}"), full_stop);
        assert_eq!(title("The Commons."), [Some("The Commons".to_owned())]);
        assert_eq!(title("The Year 1999."), [Some("The Year 1999".to_owned())]);
        for fine in [
            "The Commons",
            "Hackers Inc.",
            "Made in the U.S.A.",
            "And so on etc.",
            "Wait...",
            "Why?",
            "Room B.",
        ] {
            assert_eq!(title(fine), [], "{fine}");
        }
    }

    #[test]
    fn wrongly_decoded_letters_are_decoded_again() {
        let title = |title: &str| fixes(&format!("@book{{a, title = {{{title}}}}}"), mojibake);
        for (wrong, right) in [
            ("caf\u{c3}\u{a9} t\u{c3}\u{bc}r", "café tür"),
            ("It\u{e2}\u{20ac}\u{2122}s", "It’s"),
            ("a \u{e2}\u{80}\u{93} b", "a – b"),
        ] {
            assert_eq!(title(wrong), [Some(right.to_owned())], "{wrong}");
        }
        assert_eq!(title("lost \u{FFFD}"), [None]);
        for fine in [
            "café",
            "Ã bientôt",
            "São Paulo",
            "naïve – “quoted”",
            "Ελλάδα",
            "日本",
        ] {
            assert_eq!(title(fine), [], "{fine}");
        }
    }
}
