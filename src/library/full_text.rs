//! The words of the full-text index: what is written into it, and how to ask for it.
//!
//! Words are folded before they are written down and before they are looked for, in the same way: no case,
//! no accents, `ø` as `o`, `ß` as `ss`. SQLite splits what it gets only at white space, so that three more
//! kinds of tokens can be between the words, which no word of a person can be mistaken for:
//!
//! - `#3` ends a value of three words, and `##3` the name of an organization. The phrase `peer production #2`
//!   is a value that is “peer production” from its beginning to its end; and no phrase goes from one value
//!   into the next.
//! - `=volume=12` is a word in a field that has no column of its own, and `=volume#1` the end of a value of it.
//!   A work has a field where a token begins with `=volume#`.

use std::borrow::Cow;

use crate::formats::bibtex::schema;
use crate::text::{fold, split_words, words};

/// The columns of the full-text index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Column {
    /// Titles and subtitles.
    Title,
    /// Authors, or editors and similar roles if there are none.
    Author,
    /// Editors.
    Editor,
    /// All other people and organizations that contributed to the work.
    Contributor,
    /// The journal, book, series or event that the work is part of.
    Container,
    /// The publisher, institution or school.
    Publisher,
    /// The place of publication.
    Place,
    /// The abstract.
    Abstract,
    /// Keywords.
    Keywords,
    /// Notes and annotations, those of the entry and the private one.
    Note,
    /// All other values that words are searched in: keys, years, identifiers, editions.
    Other,
    /// Fields that have no column of their own, word by word, and the names of all fields.
    Fields,
}

impl Column {
    /// All columns, in the order of the table. FTS5 needs two bytes less for each word of the first one, which has the
    /// most.
    pub(super) const ALL: [Self; 12] = [
        Self::Fields,
        Self::Title,
        Self::Author,
        Self::Editor,
        Self::Contributor,
        Self::Container,
        Self::Publisher,
        Self::Place,
        Self::Abstract,
        Self::Keywords,
        Self::Note,
        Self::Other,
    ];

    /// Returns the name of the column in the table.
    pub fn name(self) -> &'static str {
        match self {
            Self::Title => "title",
            Self::Author => "author",
            Self::Editor => "editor",
            Self::Contributor => "contributor",
            Self::Container => "container",
            Self::Publisher => "publisher",
            Self::Place => "place",
            Self::Abstract => "abstract",
            Self::Keywords => "keywords",
            Self::Note => "note",
            Self::Other => "other",
            Self::Fields => "fields",
        }
    }
}

/// The kind of a name: of a person, with a family name, or of an organization.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NameOf {
    Person,
    Organisation,
}

/// Adds a value to the text of a column.
pub(super) fn add_value(column: &mut String, text: &str) {
    let count = add_words(column, text);
    if count > 0 {
        add_end(column, "#", count);
    }
}

/// Adds a name to the text of a column.
pub(super) fn add_name(column: &mut String, name: &str, of: NameOf) {
    let count = add_words(column, name);
    let sign = match of {
        NameOf::Person => "#",
        NameOf::Organisation => "##",
    };
    add_end(column, sign, count);
}

/// Adds a value of a field without a column of its own; an empty text marks that the field exists.
pub(super) fn add_field(column: &mut String, field: &str, text: &str) {
    let mut count = 0;
    for word in split_words(&fold(text)) {
        count += 1;
        column.push('=');
        column.push_str(field);
        column.push('=');
        column.push_str(word);
        column.push(' ');
    }
    column.push('=');
    column.push_str(field);
    add_end(column, "#", count);
}

/// Adds words to the text of a column, and returns their number.
pub(super) fn add_words(column: &mut String, text: &str) -> usize {
    let mut count = 0;
    for word in split_words(&fold(text)) {
        count += 1;
        column.push_str(word);
        column.push(' ');
    }
    count
}

fn add_end(column: &mut String, sign: &str, count: usize) {
    use std::fmt::Write as _;
    let _ = write!(column, "{sign}{count} ");
}

/// Returns the tokens of a text as FTS5 splits and shortens them: see the table `full_text` in the schema.
pub(super) fn tokens(text: &str) -> impl Iterator<Item = &[u8]> {
    /// `FTS5_MAX_TOKEN_SIZE`.
    const LONGEST: usize = 32_768;
    let is_between =
        |byte: &u8| byte.is_ascii() && !byte.is_ascii_alphanumeric() && !b"=#_".contains(byte);
    let tokens = text.as_bytes().split(is_between);
    tokens
        .filter(|token| !token.is_empty())
        .map(|token| token.get(..LONGEST).unwrap_or(token))
}

/// The part of a value that a text must match.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// As consecutive words, anywhere in the value.
    Words,
    /// As consecutive words, the last of which may be incomplete.
    Beginning,
    /// The whole value.
    Whole,
}

/// Returns the FTS5 query for a text in columns; in all of them if none is given. `None` if the text has no word.
pub fn expression(columns: &[Column], text: &str, extent: Extent) -> Option<String> {
    let words = words(text);
    if words.is_empty() {
        return None;
    }
    let phrase = words.join(" ");
    let filter = filter(columns);
    Some(match extent {
        Extent::Words => format!("{filter}\"{phrase}\""),
        Extent::Beginning => format!("{filter}\"{phrase}\" *"),
        Extent::Whole => format!("{filter}\"{phrase} #{}\"", words.len()),
    })
}

/// Returns the FTS5 query for a whole name: in the order in which it is read, family name first with a comma, or the
/// family name alone.
pub fn name_expression(columns: &[Column], text: &str) -> Option<String> {
    /// The maximal number of words before a family name.
    const GIVEN: usize = 6;
    let read = match text.split_once(',') {
        Some((family, given)) if !given.trim().is_empty() => {
            // East Asian names are indexed in both orders.
            format!("{given} {family}")
        }
        _ => text.to_owned(),
    };
    let words = words(&read);
    let count = words.len();
    if count == 0 {
        return None;
    }
    let phrase = words.join(" ");
    let filter = filter(columns);
    let mut names = vec![
        format!("\"{phrase} #{count}\""),
        format!("\"{phrase} ##{count}\""),
    ];
    if !text.trim_end_matches([',', ' ']).contains(',') {
        names.extend((1..=GIVEN).map(|given| format!("\"{phrase} #{}\"", count + given)));
    }
    Some(format!("{filter}({})", names.join(" OR ")))
}

/// Returns the FTS5 query for a text in a field without a column of its own.
pub fn field_expression(field: &str, text: &str, extent: Extent) -> Option<String> {
    let words = words(text);
    if words.is_empty() {
        return None;
    }
    let count = words.len();
    let tokens: Vec<String> = words
        .into_iter()
        .map(|word| format!("={field}={word}"))
        .collect();
    let phrase = tokens.join(" ");
    Some(match extent {
        Extent::Words => format!("fields : \"{phrase}\""),
        Extent::Beginning => format!("fields : \"{phrase}\" *"),
        Extent::Whole => format!("fields : \"{phrase} ={field}#{count}\""),
    })
}

/// Returns the FTS5 query for works that have a field.
pub fn presence_expression(field: &str) -> String {
    format!("fields : \"={field}#\" *")
}

fn filter(columns: &[Column]) -> String {
    match columns {
        [] => String::new(),
        [one] => format!("{} : ", one.name()),
        several => {
            let names: Vec<&str> = several.iter().map(|column| column.name()).collect();
            format!("{{{}}} : ", names.join(" "))
        }
    }
}

/// Returns the name under which a field is indexed: in lower case, BibLaTeX's name for a field of BibTeX (BibLaTeX
/// manual, §2.2.5), and without characters at which FTS5 splits tokens.
pub fn field_name(field: &str) -> Cow<'_, str> {
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let name = if field.bytes().all(is_plain) {
        Cow::Borrowed(field)
    } else {
        let name = fold(field);
        let name = name
            .chars()
            .map(|c| if c.is_alphanumeric() { c } else { '_' });
        Cow::Owned(name.collect())
    };
    match schema::field(&name) {
        Some(field) if field.base != name => Cow::Borrowed(field.base),
        _ => name,
    }
}

/// Returns the digits of an ISBN, converted to thirteen if it is one.
pub fn isbn_digits(text: &str) -> String {
    match text.trim().parse::<crate::model::Isbn>() {
        Ok(isbn) => isbn.to_string(),
        Err(_) => text.chars().filter(char::is_ascii_alphanumeric).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_end_with_the_number_of_their_words() {
        let mut column = String::new();
        add_value(&mut column, "Peer Production");
        add_name(&mut column, "Elinor Ostrom", NameOf::Person);
        add_name(&mut column, "P2P Foundation", NameOf::Organisation);
        add_field(&mut column, "volume", "12");
        assert_eq!(
            column,
            "peer production #2 elinor ostrom #2 p2p foundation ##2 =volume=12 =volume#1 "
        );
    }
}
