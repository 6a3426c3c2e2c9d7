//! Matching: whether two references are of the same work, and by what.
//!
//! Works are looked up by [match keys](Identity::match_keys), numbers that two references of one work are likely
//! to share; whatever shares one is then compared in full by [`Identity::same_work`]. An ISBN is that of a
//! book, so it never joins two of its chapters; editions and volumes are works of their own.

use std::collections::HashMap;

use crate::formats::bibtex::schema::{self, TypeClass};
use crate::model::markup;
use crate::model::{CslItem, CslName, Entry};
use crate::text::fold;

/// The features that identify the work of a reference, in a form that can be compared.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Identity {
    class: TypeClass,
    /// Its letters and digits, without case and accents, with single spaces between words.
    pub(super) title: String,
    /// The family name of the first author or editor, likewise.
    pub(super) author: String,
    pub(super) year: Option<i32>,
    edition: String,
    volume: String,
    issue: String,
    first_page: String,
    container: String,
    pub(super) doi: Option<String>,
    pub(super) isbns: Vec<String>,
    pub(super) eprint: Option<String>,
}

/// The evidence that two references are the same work.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Evidence {
    Doi(String),
    Isbn(String),
    Eprint(String),
    /// Title, first author, year and type.
    Fingerprint,
}

impl Identity {
    pub(super) fn of(work: &Entry, item: &CslItem, heads: &[CslName]) -> Self {
        let text = |variable: &str| item.text(variable).unwrap_or_default();
        let word = |variable: &str| normalised(&text(variable));
        let author = heads.first().map(|name| {
            normalised(&CslName::joined([
                &name.non_dropping_particle,
                &name.family,
                &name.literal,
            ]))
        });
        let mut title = word("title");
        // A volume of a larger work is not another volume of it.
        if let Some(volume) = item.text("volume-title") {
            title.push(' ');
            title.push_str(&normalised(&volume));
        }
        Self {
            class: schema::entry_type(&work.kind())
                .map_or_else(TypeClass::default, |row| row.class),
            title,
            author: author.unwrap_or_default(),
            year: item.date("issued").and_then(crate::model::CslDate::year),
            edition: word("edition"),
            volume: word("volume"),
            issue: word("issue"),
            first_page: first_page(&text("page")),
            container: word("container-title"),
            doi: item.text("DOI").and_then(|doi| normal_doi(&doi)),
            isbns: item
                .text("ISBN")
                .map(|isbn| normal_isbns(&isbn))
                .unwrap_or_default(),
            eprint: eprint(work),
        }
    }

    /// Returns numbers that another reference of the work probably also has.
    pub(super) fn match_keys(&self) -> Vec<i64> {
        let mut keys = Vec::new();
        if let Some(doi) = &self.doi {
            keys.push(match_key(&["doi", doi]));
        }
        if let Some(eprint) = &self.eprint {
            keys.push(match_key(&["eprint", eprint]));
        }
        if self.class != TypeClass::Part {
            let isbns = self.isbns.iter();
            keys.extend(isbns.map(|isbn| match_key(&["isbn", isbn])));
        }
        if let (Some(year), false) = (self.year, self.title.is_empty()) {
            keys.push(match_key(&[
                "work",
                &self.title,
                &self.author,
                &year.to_string(),
            ]));
        }
        keys.sort_unstable();
        keys.dedup();
        keys
    }

    /// Returns how the two are recognized as the same work, if they are: by DOI, eprint, ISBN, or the fingerprint.
    pub(super) fn same_work(&self, other: &Self) -> Option<Evidence> {
        if self.is_another_issue_of(other) {
            return None;
        }
        if let (Some(one), Some(two)) = (&self.doi, &other.doi) {
            // Two DOIs are two works: a preprint, or a chapter that is called like its book.
            if one != two {
                return None;
            }
            let close = years_differ_by(self.year, other.year) <= 1;
            return (close && self.kind_fits(other) && self.title_fits(other))
                .then(|| Evidence::Doi(one.clone()));
        }
        if let (Some(one), Some(two)) = (&self.eprint, &other.eprint)
            && one == two
            && self.title_fits(other)
        {
            return Some(Evidence::Eprint(one.clone()));
        }
        let same_year = self.year == other.year;
        if self.class == TypeClass::Book && other.class == TypeClass::Book && same_year {
            let shared = self.isbns.iter().find(|isbn| other.isbns.contains(isbn));
            if let Some(isbn) = shared
                && self.title_fits(other)
            {
                return Some(Evidence::Isbn(isbn.clone()));
            }
        }
        let same = same_year
            && self.year.is_some()
            && !self.title.is_empty()
            && self.title == other.title
            && self.author == other.author
            && self.class == other.class
            && self.place_fits(other);
        same.then_some(Evidence::Fingerprint)
    }

    /// Returns what distinguishes two references that [`Identity::same_work`] does not consider the same work.
    pub(super) fn difference_from(&self, other: &Self) -> &'static str {
        if differ(
            self.doi.as_deref().unwrap_or(""),
            other.doi.as_deref().unwrap_or(""),
        ) {
            return "another DOI";
        }
        if self.title.is_empty() || !self.title_fits(other) {
            return "another title";
        }
        if self.class != other.class {
            return "another type";
        }
        if differ(&self.author, &other.author) {
            return "another author";
        }
        if years_differ_by(self.year, other.year) > 0 {
            return "another year";
        }
        if self.is_another_issue_of(other) {
            return "another edition, volume, issue or page";
        }
        if self.title != other.title {
            return "not quite the same title";
        }
        if self.year.is_none() || other.year.is_none() {
            return "no year";
        }
        if self.author != other.author {
            return "no author";
        }
        "too little in common"
    }

    /// Returns whether two references with the same key are of unrelated works, or of two editions or volumes. A
    /// reference that was only corrected is still of the same work.
    pub(super) fn is_another_work_than(&self, other: &Self) -> bool {
        if let (Some(one), Some(two)) = (&self.doi, &other.doi)
            && one == two
        {
            return false;
        }
        let year_differs = years_differ_by(self.year, other.year) > 0;
        if self.is_another_issue_of(other) && year_differs {
            return true;
        }
        let author_differs = differ(&self.author, &other.author);
        let title_differs =
            !self.title.is_empty() && !other.title.is_empty() && !self.title_fits(other);
        // A chapter and its book, two chapters of one book.
        let one_is_part = (self.class == TypeClass::Part) != (other.class == TypeClass::Part);
        title_differs && (author_differs || year_differs || one_is_part)
    }

    /// Returns whether no value that both have shows that they are different works, apart from titles and names.
    pub(super) fn may_be(&self, other: &Self) -> bool {
        !self.is_another_issue_of(other)
            && (self.doi.is_none() || other.doi.is_none())
            && (self.class == TypeClass::Part) == (other.class == TypeClass::Part)
            && years_differ_by(self.year, other.year) <= 1
            && !(self.class == TypeClass::Book && years_differ_by(self.year, other.year) > 0)
            && self.place_fits(other)
    }

    /// Returns whether neither DOI, edition, volume, issue nor first page tell any two of several apart.
    pub(super) fn can_be_one_work<'i>(identities: impl IntoIterator<Item = &'i Self>) -> bool {
        let mut known: HashMap<(&str, TypeClass), &str> = HashMap::new();
        let any = TypeClass::default();
        identities.into_iter().all(|identity| {
            let values = [
                ("doi", any, identity.doi.as_deref().unwrap_or_default()),
                ("edition", any, identity.edition.as_str()),
                ("volume", any, &identity.volume),
                ("issue", any, &identity.issue),
                ("page", identity.class, &identity.first_page),
            ];
            values.into_iter().all(|(name, class, value)| {
                value.is_empty() || *known.entry((name, class)).or_insert(value) == value
            })
        })
    }

    /// Returns whether edition, volume, issue or first page distinguish the two.
    fn is_another_issue_of(&self, other: &Self) -> bool {
        differ(&self.edition, &other.edition)
            || differ(&self.volume, &other.volume)
            || differ(&self.issue, &other.issue)
            || (self.class == other.class && differ(&self.first_page, &other.first_page))
    }

    fn kind_fits(&self, other: &Self) -> bool {
        (self.class == TypeClass::Part) == (other.class == TypeClass::Part)
            || self.class == TypeClass::Other
            || other.class == TypeClass::Other
            || self.title == other.title
    }

    /// Returns whether the titles may be of the same work: one may lack the subtitle, or have a misprint.
    pub(super) fn title_fits(&self, other: &Self) -> bool {
        let (one, two) = (self.title.as_str(), other.title.as_str());
        if one.is_empty() || two.is_empty() || one.starts_with(two) || two.starts_with(one) {
            return true;
        }
        strsim::normalized_levenshtein(one, two) >= 0.8
    }

    /// Returns whether equal titles mean the same work. A title of one or two words ("Introduction", "Book review") can
    /// belong to many works of an author and year, so the containers must be equal, too.
    fn place_fits(&self, other: &Self) -> bool {
        let is_common = self.title.split(' ').count() < 3;
        !is_common || self.container == other.container
    }
}

/// Returns whether both are known and different.
fn differ(one: &str, two: &str) -> bool {
    !one.is_empty() && !two.is_empty() && one != two
}

fn years_differ_by(one: Option<i32>, two: Option<i32>) -> u32 {
    match (one, two) {
        (Some(one), Some(two)) => one.abs_diff(two),
        _ => 0,
    }
}

/// Returns the letters and digits of a text, without case and accents, with single spaces between words.
pub(super) fn normalised(text: &str) -> String {
    let folded = fold(&markup::plain(text));
    let mut words = String::with_capacity(folded.len());
    let mut begins_word = false;
    let mut add = |word: &str, begins_word: bool| {
        if begins_word && !words.is_empty() {
            words.push(' ');
        }
        words.push_str(word);
    };
    for character in folded.chars() {
        match character {
            letter if letter.is_alphanumeric() => {
                add(letter.encode_utf8(&mut [0; 4]), begins_word);
                begins_word = false;
            }
            '&' => {
                add("and", true);
                begins_word = true;
            }
            '\'' | '\u{2019}' => {}
            _ => begins_word = true,
        }
    }
    words
}

fn first_page(pages: &str) -> String {
    let digits = pages.trim_start().chars();
    digits.take_while(|c| c.is_alphanumeric()).collect()
}

/// Returns a DOI in its usual form, without a prefix; `None` if it is not a DOI.
pub(super) fn normal_doi(text: &str) -> Option<String> {
    let text = text.trim().to_lowercase();
    let start = text.find("10.")?;
    let doi = text.get(start..)?.trim_end_matches(['.', ',', ' ']);
    doi.contains('/').then(|| doi.to_owned())
}

/// Returns the ISBNs in a text, each with thirteen digits.
pub(super) fn normal_isbns(text: &str) -> Vec<String> {
    let mut isbns = Vec::new();
    for part in text.split([',', ';', ' ', '/']) {
        let digits: String = part
            .chars()
            .filter(|c| c.is_ascii_digit() || matches!(c, 'x' | 'X'))
            .collect();
        match digits.len() {
            13 => isbns.push(digits),
            10 => isbns.push(thirteen_digits(&digits)),
            _ => {}
        }
    }
    if isbns.is_empty() {
        // An ISBN may be written with spaces between its groups.
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        if digits.len() == 13 {
            isbns.push(digits);
        }
    }
    isbns
}

/// Returns the ISBN-13 of an ISBN-10.
fn thirteen_digits(ten: &str) -> String {
    let mut digits = format!("978{}", ten.get(..9).unwrap_or_default());
    let sum: u32 = digits
        .chars()
        .filter_map(|c| c.to_digit(10))
        .zip([1, 3].into_iter().cycle())
        .map(|(digit, weight)| digit * weight)
        .sum();
    digits.push(char::from_digit((10 - sum % 10) % 10, 10).unwrap_or('0'));
    digits
}

/// Returns the archive and the number in it: `arxiv 2101.00001`, without the version.
fn eprint(work: &Entry) -> Option<String> {
    let plain = |name: &str| {
        let value = work.field(name)?.trim_matches(['{', '}', '"', ' ']);
        (!value.is_empty()).then(|| value.to_lowercase())
    };
    let archive = plain("eprinttype").or_else(|| plain("archiveprefix"))?;
    let number = plain("eprint")?;
    let number = number.strip_prefix("arxiv:").unwrap_or(&number);
    let number = match number.rsplit_once('v') {
        Some((number, version)) if version.bytes().all(|byte| byte.is_ascii_digit()) => number,
        _ => number,
    };
    Some(format!("{archive} {number}"))
}

/// Returns a hash of words: FNV-1a, which is the same on every machine and in every version. Its halves are combined,
/// as its author recommends: works with the same hash are compared anyway, and four bytes take half the space.
fn match_key(words: &[&str]) -> i64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for word in words {
        for byte in word.bytes().chain([0]) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
    let [a, b, c, d, ..] = (hash ^ (hash >> 32)).to_le_bytes();
    i64::from(i32::from_le_bytes([a, b, c, d]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::bibtex;
    use crate::library::derived_tables::principal_names;

    fn identity(source: &str) -> Identity {
        let work = bibtex::parse_entry(source).unwrap();
        let derived = bibtex::derive(&work, &bibtex::Strings::default(), &|_| None);
        Identity::of(&work, &derived.item, principal_names(&derived.item))
    }

    fn same(one: &str, two: &str) -> bool {
        let (one, two) = (identity(one), identity(two));
        let shared = one
            .match_keys()
            .iter()
            .any(|key| two.match_keys().contains(key));
        let same = one.same_work(&two).is_some();
        assert_eq!(same, two.same_work(&one).is_some());
        same && shared
    }

    #[test]
    fn a_doi_is_known_however_it_is_written() {
        assert!(same(
            "@article{a, title={Coase's Penguin}, doi={10.2307/1562247}, year=2002}",
            "@misc{b, title={Coase's penguin, or, {Linux}}, doi={https://doi.org/10.2307/1562247}}"
        ));
        assert!(!same(
            "@article{a, title={Coase's Penguin}, doi={10.2307/1}, year=2002}",
            "@article{b, title={Coase's Penguin}, doi={10.2307/2}, year=2002}"
        ));
    }

    #[test]
    fn isbns_of_ten_and_thirteen_digits_are_one() {
        assert!(same(
            "@book{a, title={The Wealth of Networks}, isbn={0-300-11056-1}, year=2006}",
            "@book{b, title={The Wealth of Networks: How}, isbn={9780300110562}, year=2006}"
        ));
    }

    #[test]
    fn two_chapters_of_one_book_are_two_works() {
        assert!(!same(
            "@incollection{a, title={One}, booktitle={B}, isbn={9780300110562}, year=2006}",
            "@incollection{b, title={Two}, booktitle={B}, isbn={9780300110562}, year=2006}"
        ));
        assert!(!same(
            "@book{a, title={The Whole Book}, isbn={9780300110562}, year=2006}",
            "@incollection{b, title={The Whole Book}, isbn={9780300110562}, year=2006}"
        ));
    }

    #[test]
    fn editions_and_volumes_are_works_of_their_own() {
        let book = "@book{a, author={Marx, Karl}, title={Das Kapital {BAND}}, year=1962, OTHER}";
        let with = |band: &str, other: &str| book.replace("{BAND}", band).replace("OTHER", other);
        assert!(same(&with("", ""), &with("", "volume=1")));
        assert!(!same(&with("", "volume=2"), &with("", "volume=1")));
        assert!(!same(&with("", "edition=2"), &with("", "edition=1")));
        assert!(!same(&with("", ""), &with("", "").replace("1962", "1964")));
    }

    #[test]
    fn common_titles_are_distinguished_by_their_place() {
        assert!(!same(
            "@incollection{a, author={Hess, C}, title={Introduction}, booktitle={One}, year=2006}",
            "@incollection{b, author={Hess, C}, title={Introduction}, booktitle={Two}, year=2006}"
        ));
    }

    #[test]
    fn the_fingerprint_looks_past_case_braces_accents_and_dashes() {
        assert!(same(
            "@article{a, author={S{\\\"o}derberg, Johan}, title={Copyleft vs. {C}opyright}, year=2002}",
            "@article{b, author={Johan Söderberg}, title={Copyleft vs copyright}, date={2002-03}}"
        ));
    }

    #[test]
    fn a_corrected_entry_is_still_of_the_same_work() {
        let one = identity("@book{a, author={Benkler}, title={The Wealth of Nets}, year=2005}");
        let two = identity("@book{a, author={Benkler}, title={The Wealth of Networks}, year=2006}");
        assert!(!one.is_another_work_than(&two));
        let other = identity("@book{a, author={Ostrom}, title={Governing the Commons}, year=1990}");
        assert!(one.is_another_work_than(&other));
    }
}
