//! Entries that begin with the kind of work or with the title, as wikis and activists write them:
//! `Paper: Peer Production and the Firm. Yochai Benkler. Strategic Organization, 2016`.
//!
//! The model knows references that begin with their authors best, so the authors are put there.

use super::line::{self, Beginning};
use super::words::{self, WordClass};

/// The kinds of works that entries begin with.
#[rustfmt::skip]
const KINDS: &[&str] = &[
    "article", "blog", "blog post", "book", "book chapter", "chapter", "conference paper", "dissertation",
    "documentary", "draft", "ebook", "e-book", "essay", "film", "interview", "lecture", "manifesto", "ma thesis",
    "master thesis", "paper", "phd thesis", "podcast", "policy paper", "presentation", "report", "special issue",
    "study", "talk", "thesis", "video", "webinar", "white paper", "working paper",
];

/// The longest list of authors, in words.
const MOST_WORDS: usize = 24;

/// Returns a reference with its authors at the beginning; none if they are there already or cannot be recognized.
pub(super) fn authors_first(text: &str) -> Option<String> {
    let (kind, entry) = without_kind(text);
    let has_authors_first = matches!(
        Beginning::of(entry),
        Beginning::InvertedInitials
            | Beginning::InvertedName
            | Beginning::Initials
            | Beginning::SameAuthor
    );
    if has_authors_first {
        return kind.map(|_| entry.to_owned());
    }
    let found = quoted_title(entry)
        .or_else(|| byline(entry))
        .or_else(|| kind.and_then(|_| title_and_names(entry)));
    let Some((title, names, rest)) = found else {
        return kind.map(|_| entry.to_owned());
    };
    let title = title.trim_end_matches([' ', '.', ',']);
    // The address of a link follows its text.
    let (title, address) = match title.rsplit_once(' ') {
        Some((title, address)) if words::is_url(address) => (title, format!(" {address}")),
        _ => (title, String::new()),
    };
    let end = match title.ends_with(['?', '!', '"', '\u{201d}', '\u{bb}']) {
        true => "",
        false => ".",
    };
    let rest = rest.trim_start_matches([' ', '.', ',', ';']);
    Some(format!("{names}. {title}{end} {rest}{address}"))
}

/// Returns the kind of work that an entry begins with, and the entry without it.
fn without_kind(text: &str) -> (Option<&str>, &str) {
    let Some((kind, entry)) = text.split_once(':') else {
        return (None, text);
    };
    let is_kind = KINDS
        .iter()
        .any(|known| known.eq_ignore_ascii_case(kind.trim()));
    if is_kind && entry.starts_with(' ') {
        (Some(kind), entry.trim_start())
    } else {
        (None, text)
    }
}

/// Splits `“Title”, Christian Siefkes, keimform.de, 2011` into title, names and the rest.
fn quoted_title(text: &str) -> Option<(&str, &str, &str)> {
    const MARKS: [(char, char); 4] = [
        ('"', '"'),
        ('\u{201c}', '\u{201d}'),
        ('\u{ab}', '\u{bb}'),
        ('\u{201e}', '\u{201c}'),
    ];
    let first = text.chars().next()?;
    let (_, close) = MARKS.iter().find(|(open, _)| *open == first)?;
    let end = first.len_utf8() + text.get(first.len_utf8()..)?.find(*close)? + close.len_utf8();
    let (title, after) = text.split_at_checked(end)?;
    let after = after.trim_start_matches([' ', ',', '.']);
    let by = after_by(after);
    let after = by.unwrap_or(after);
    let length = names_length(after, by.is_none())?;
    let (names, rest) = after.split_at_checked(length)?;
    Some((title, names, rest))
}

/// Returns what follows "by", with or without a kind of work before it: `a lecture by Silke Helfrich`.
fn after_by(text: &str) -> Option<&str> {
    let text = text
        .strip_prefix("a ")
        .or_else(|| text.strip_prefix("an "))
        .unwrap_or(text);
    let (kind, after) = text.split_once("by ").or_else(|| text.split_once("By "))?;
    let kind = kind.trim();
    let is_kind = kind.is_empty() || KINDS.iter().any(|known| known.eq_ignore_ascii_case(kind));
    is_kind.then_some(after)
}

/// Splits `Title. By Michel Bauwens, Vasilis Kostakis and Alex Pazaitis. Publisher` in the same way.
fn byline(text: &str) -> Option<(&str, &str, &str)> {
    let (title, after) = [". By ", ", by ", ". by ", "? By ", ", By "]
        .iter()
        .filter_map(|by| {
            let at = text.find(by)?;
            // The question mark belongs to the title.
            Some((text.get(..at + 1)?, text.get(at + by.len()..)?))
        })
        .min_by_key(|(title, _)| title.len())?;
    let length = names_length(after, false)?;
    let (names, rest) = after.split_at_checked(length)?;
    // `Benkler, Y. (2006), by` is a reference that begins with its author.
    let is_title = title.split(' ').count() > 1 && !line::has_year(title);
    is_title.then_some((title, names, rest))
}

/// Splits `Title. Yochai Benkler. Strategic Organization, 2016` in the same way.
fn title_and_names(text: &str) -> Option<(&str, &str, &str)> {
    let ends = text.match_indices(['.', '?', '!']);
    for (at, mark) in ends {
        let end = at + mark.len();
        let (title, after) = text.split_at_checked(end)?;
        if !after.starts_with(' ') || is_abbreviated(title) {
            continue;
        }
        let after = after.trim_start();
        let length = names_length(after, false)?;
        let (names, rest) = after.split_at_checked(length)?;
        // A sentence of names ends.
        return rest
            .starts_with(['.', ',', '('])
            .then_some((title, names, rest));
    }
    None
}

/// Returns whether a text ends in an initial or an abbreviation.
fn is_abbreviated(text: &str) -> bool {
    let last = text
        .trim_end_matches('.')
        .rsplit([' ', '-'])
        .next()
        .unwrap_or_default();
    text.ends_with('.')
        && (last.chars().count() == 1 || matches!(last, "vs" | "Dr" | "Prof" | "St" | "No" | "Vol"))
}

/// Returns the length of the names of persons at the beginning of a text; none if there are none. Each has a given name
/// and a family name. Where it is doubtful whether there are names, one of them must have a common given name.
fn names_length(text: &str, is_doubtful: bool) -> Option<usize> {
    let mut length = 0;
    let mut has_given_name = false;
    let mut rest = text;
    let mut words = 0;
    loop {
        let (name, count) = name_at(rest)?;
        words += count;
        let first = name.split(' ').next().unwrap_or_default();
        has_given_name |= words::classes_of(&words::plain(first)).contains(WordClass::GIVEN_NAME);
        length += name.len();
        rest = text.get(length..)?;
        let separators = [
            ", and ", " and ", " & ", ", & ", ", ", " und ", " et ", " y ", " e ",
        ];
        let next = separators.iter().find_map(|separator| {
            let after = rest.strip_prefix(separator)?;
            name_at(after).map(|_| separator.len())
        });
        match next {
            Some(separator) if words < MOST_WORDS => {
                length += separator;
                rest = text.get(length..)?;
            }
            _ => break,
        }
    }
    for others in [" et al.", ", et al.", " et al", " and others"] {
        if rest.starts_with(others) {
            length += others.len();
            break;
        }
    }
    Some(length).filter(|_| has_given_name || !is_doubtful)
}

/// Returns the name of a person at the beginning of a text, and the number of its words.
fn name_at(text: &str) -> Option<(&str, usize)> {
    let mut end = 0;
    let mut count = 0;
    for word in text.split_inclusive(' ') {
        let bare = word.trim_end();
        let name = bare.trim_end_matches([',', '.', ';', ':', '(', ')']);
        let is_initial =
            name.chars().filter(|c| c.is_alphabetic()).count() == 1 && bare.ends_with('.');
        let class = words::classes_of(&words::plain(name));
        let is_particle = count > 0 && class.contains(WordClass::PARTICLE) && name == bare;
        let is_part = name.starts_with(char::is_uppercase)
            && !name.contains(|c: char| {
                c.is_ascii_digit() || matches!(c, '"' | '/' | '(' | '\u{201c}')
            })
            && name.chars().any(char::is_lowercase)
            && !is_of_organization(name, class);
        if is_initial || is_particle {
            end += word.len();
            count += usize::from(is_initial);
            continue;
        }
        if !is_part {
            break;
        }
        count += 1;
        if name.len() < bare.len() || word.len() == bare.len() {
            // A mark, or the end of the text.
            return finished(text, end + name.len(), count);
        }
        end += word.len();
        if count > 4 {
            return None;
        }
    }
    finished(text, end, count)
}

/// Returns whether a word is of the name of an organization, a place or a title rather than of a person.
fn is_of_organization(word: &str, class: WordClass) -> bool {
    #[rustfmt::skip]
    const WORDS: &[&str] = &[
        "Association", "Blog", "Center", "Centre", "Commons", "Conference", "Foundation", "Group", "Initiative",
        "Institute", "Journal", "Lab", "Magazine", "Network", "Organization", "Press", "Project", "Review", "School",
        "Society", "Stiftung", "University", "Verlag", "The",
    ];
    let other = WordClass::PUBLISHER
        .union(WordClass::JOURNAL)
        .union(WordClass::PLACE)
        .union(WordClass::EVENT);
    WORDS.contains(&word) || class.contains(other)
}

/// Returns a name of two to four words without the space after it.
fn finished(text: &str, end: usize, count: usize) -> Option<(&str, usize)> {
    let name = text.get(..end)?.trim_end();
    (2..=4).contains(&count).then_some((name, count))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn authors_after_a_title_are_put_first() {
        for (entry, first) in [
            (
                "Paper: Peer Production and the Firm. Yochai Benkler. Strategic Organization, 2016",
                "Yochai Benkler. Peer Production and the Firm. Strategic Organization, 2016",
            ),
            (
                "Peer to Peer: A Manifesto. By Michel Bauwens, Vasilis Kostakis, and Alex Pazaitis. UWP, 2019.",
                "Michel Bauwens, Vasilis Kostakis, and Alex Pazaitis. Peer to Peer: A Manifesto. UWP, 2019.",
            ),
            (
                "\u{201c}Phases of capitalism\u{201d}, Christian Siefkes, keimform.de, 2011",
                "Christian Siefkes. \u{201c}Phases of capitalism\u{201d} keimform.de, 2011",
            ),
            (
                "Cooperative Weather Stations, by Irma Toledano. Skyward Press, 2009.",
                "Irma Toledano. Cooperative Weather Stations. Skyward Press, 2009.",
            ),
            (
                "Interview with Stefan Meretz, by Michel Bauwens. P2P Foundation Blog, 2010",
                "Michel Bauwens. Interview with Stefan Meretz. P2P Foundation Blog, 2010",
            ),
            (
                "Video: \u{201c}The Wealth of the Commons\u{201d}, lecture by Silke Helfrich, Berlin 2012",
                "Silke Helfrich. \u{201c}The Wealth of the Commons\u{201d} Berlin 2012",
            ),
            ("Report: Open for business. 2014", "Open for business. 2014"),
        ] {
            assert_eq!(authors_first(entry).as_deref(), Some(first), "{entry}");
        }
    }

    #[test]
    fn other_references_stay_as_they_are() {
        for reference in [
            "Benkler, Y. (2006). The wealth of networks. Yale University Press.",
            "Ostrom, Elinor. Governing the Commons. Cambridge University Press, 1990.",
            "The commons in history. New York: Norton, 1998.",
            "\u{201c}A title\u{201d}, The Guardian, 2011",
            "Stefan Merten. Free Software. 2000",
        ] {
            assert_eq!(authors_first(reference), None, "{reference}");
        }
    }
}
