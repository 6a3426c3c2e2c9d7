//! Sorting (clause "Sort"): keys by macro or variable, compared as the language collates.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::ops::Range;

use icu_collator::options::{AlternateHandling, CollatorOptions, Strength};
use icu_collator::preferences::CollationNumericOrdering;
use icu_collator::{CollatorBorrowed, CollatorPreferences};
use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::citeproc_js;
use super::compiled::Compiled;
use super::context::EvaluationContext;
use super::element::{Element, SortKey, SortSource, Text, TextSource};
use super::evaluate::{self, Evaluator, citation_label};
use super::output_tree::{Node, NodeContent, NodeRole};
use super::variables::{self, VariableId, VariableKind};

/// A maker of sort keys: byte strings that compare as the language collates.
pub(super) struct Collation {
    collator: Option<CollatorBorrowed<'static>>,
    is_arabic: bool,
}

impl Collation {
    /// Returns the collation of a language: it ignores case, accents and punctuation, and sorts numbers by
    /// value.
    pub(super) fn new(language: &str) -> Self {
        let mut preferences = icu_collator_locale(language);
        preferences.numeric_ordering = Some(CollationNumericOrdering::True);
        let mut options = CollatorOptions::default();
        options.strength = Some(Strength::Primary);
        options.alternate_handling = Some(AlternateHandling::Shifted);
        Self {
            collator: CollatorBorrowed::try_new(preferences, options).ok(),
            is_arabic: language.split(['-', '_']).next() == Some("ar"),
        }
    }

    /// Returns the key of text. Words are separated by a character that sorts before all letters.
    fn key(&self, text: &str) -> Option<Vec<u8>> {
        (!text.is_empty()).then(|| self.collate(&parted(text)))
    }

    /// Returns the key of a cite's authors, by which cites are grouped.
    pub(super) fn authors_key(&self, authors: &str) -> Option<Vec<u8>> {
        (!authors.is_empty()).then(|| self.collate(authors))
    }

    /// Returns the key of a cite in its group.
    pub(super) fn grouped_key(&self, first: Option<&str>, place: usize) -> Vec<u8> {
        let first = first.map(parted);
        self.collate(&citeproc_js::group_sort_text(first.as_deref(), place))
    }

    fn collate(&self, text: &str) -> Vec<u8> {
        let text = text.trim_start_matches(['[', ']', '\'', '"']);
        let text = if self.is_arabic {
            without_arabic_article(text)
        } else {
            Cow::Borrowed(text)
        };
        let prepared: String = text.chars().flat_map(char::to_lowercase).collect();
        let mut key = Vec::with_capacity(prepared.len() + 4);
        match &self.collator {
            Some(collator) => {
                let Ok(()) = collator.write_sort_key_to(&prepared, &mut key);
            }
            None => key.extend_from_slice(prepared.as_bytes()),
        }
        key
    }
}

/// The order of texts in a language.
pub struct TextOrder {
    collator: Option<CollatorBorrowed<'static>>,
    /// Whether particles of names count.
    keeps_particles: bool,
}

impl TextOrder {
    /// Returns the order of a language such as `tr-TR`.
    pub fn new(language: &str) -> Self {
        let mut preferences = icu_collator_locale(language);
        preferences.numeric_ordering = Some(CollationNumericOrdering::True);
        let mut options = CollatorOptions::default();
        options.strength = Some(Strength::Tertiary);
        options.alternate_handling = Some(AlternateHandling::Shifted);
        Self {
            collator: CollatorBorrowed::try_new(preferences, options).ok(),
            keeps_particles: keeps_particles(language),
        }
    }

    /// Returns the sort key of a name with the family name first. In most languages it is sorted without a particle in
    /// lower case ("de Angelis"), and in all of them without the Arabic article.
    pub fn name_key(&self, name: &str) -> Vec<u8> {
        let name = if self.keeps_particles {
            name
        } else {
            without_particles(name)
        };
        self.key(&without_arabic_article(name))
    }

    /// Returns a sort key: bytes that compare as the language sorts.
    pub fn key(&self, text: &str) -> Vec<u8> {
        let mut key = Vec::with_capacity(text.len() + 8);
        match &self.collator {
            Some(collator) => {
                let Ok(()) = collator.write_sort_key_to(text, &mut key);
            }
            None => key.extend_from_slice(text.as_bytes()),
        }
        key
    }
}

/// Returns whether a language sorts names by their particles. Its speakers in Belgium do, unlike those in the Netherlands.
fn keeps_particles(language: &str) -> bool {
    let base = language.split(['-', '_']).next().unwrap_or_default();
    base == "en" || language.eq_ignore_ascii_case("nl-BE")
}

/// Returns a name without the particles that it begins with.
fn without_particles(name: &str) -> &str {
    const PARTICLES: [&str; 24] = [
        "a", "af", "av", "da", "das", "de", "del", "della", "den", "der", "di", "do", "dos", "du",
        "het", "la", "le", "ten", "ter", "van", "vom", "von", "zu", "zur",
    ];
    let mut rest = name;
    while let Some((word, after)) = rest.split_once(' ')
        && PARTICLES.contains(&word)
        && !after.is_empty()
    {
        rest = after;
    }
    rest
}

/// Returns a name without the article that Arabic names begin with, and with one letter for both forms of a final h.
fn without_arabic_article(name: &str) -> Cow<'_, str> {
    let latin = ["al-", "el-", "Al-", "El-", "al\u{2010}"];
    if let Some(rest) = latin.iter().find_map(|article| name.strip_prefix(article)) {
        return Cow::Borrowed(rest);
    }
    let rest = match name.strip_prefix("ال") {
        // Other names merely begin with these letters.
        Some(rest) if rest.chars().take_while(|c| c.is_alphabetic()).count() > 2 => rest,
        _ => name,
    };
    if rest.contains('ة') {
        Cow::Owned(rest.replace('ة', "ه"))
    } else {
        Cow::Borrowed(rest)
    }
}

/// Returns text with its words separated by a character that sorts before all letters.
fn parted(text: &str) -> String {
    let mut parted = text.replace(' ', "|");
    parted.push('|');
    parted
}

fn icu_collator_locale(language: &str) -> CollatorPreferences {
    language
        .parse::<icu_locale_core::Locale>()
        .map(|locale| CollatorPreferences::from(&locale))
        .unwrap_or_default()
}

/// The sort keys of one item; a missing one sorts last in either direction.
pub(super) type SortKeys = Vec<Option<Vec<u8>>>;

/// Returns the sort keys of an item.
pub(super) fn sort_keys(
    keys: &[SortKey],
    context: EvaluationContext<'_>,
    collation: &Collation,
) -> SortKeys {
    keys.iter()
        .map(|key| {
            let text = key_text(key, context)?;
            collation.key(&text)
        })
        .collect()
}

/// Returns the text of a sort key of an item; none if it is empty, which sorts last (clause "Sorting").
pub(super) fn key_text(key: &SortKey, context: EvaluationContext<'_>) -> Option<String> {
    let context = EvaluationContext {
        sort_key: Some(key),
        ..context
    };
    let text = match key.source {
        SortSource::Macro(number) => {
            let mut evaluator = Evaluator::new(context);
            let node = evaluator.sort_macro(number)?;
            Some(plain(&node))
        }
        SortSource::Variable(variable) => variable_text(variable, context),
    };
    text.filter(|text| !text.is_empty())
}

fn variable_text(variable: VariableId, context: EvaluationContext<'_>) -> Option<String> {
    let item = context.item;
    match variables::kind(variable) {
        VariableKind::Date => item.date(variable)?.sort_key([true; 3]),
        VariableKind::Names => {
            let names = evaluate::sort_names(context, variable)?;
            Some(plain(&names))
        }
        VariableKind::Number if variable == variables::CITATION_NUMBER => {
            context.number.map(|number| format!("{number:020}"))
        }
        VariableKind::Number => {
            let text = item.text(variable)?;
            Some(padded(text))
        }
        VariableKind::Text if variable == variables::CITATION_LABEL => {
            Some(citation_label(item, context.locale))
        }
        VariableKind::Text => item.text(variable).map(without_markup),
    }
}

/// Returns a number as a key of fixed length. Text without a number is returned unchanged.
fn padded(text: &str) -> String {
    let Some(start) = text.find(|character: char| character.is_ascii_digit()) else {
        return text.to_owned();
    };
    let digits: String = text
        .get(start..)
        .unwrap_or_default()
        .chars()
        .take_while(char::is_ascii_digit)
        .collect();
    let negative = text
        .get(..start)
        .is_some_and(|before| before.ends_with('-'));
    let number: i128 = digits.parse().unwrap_or(0);
    let number = if negative {
        99_999_999_999_999_999_999 - number
    } else {
        number
    };
    format!("{number:020}")
}

/// Returns the characters of a tree without markup.
fn plain(node: &Node<'_>) -> String {
    let mut text = String::new();
    fn collect(node: &Node<'_>, bare: bool, into: &mut String) {
        let bare = match node.tag {
            NodeRole::DateMacro => true,
            NodeRole::SortDate | NodeRole::Names => false,
            _ => bare,
        };
        if !bare {
            into.push_str(&node.prefix);
        }
        match &node.content {
            NodeContent::Text(_) | NodeContent::Link { .. } if bare => {}
            NodeContent::Text(text) | NodeContent::Link { text, .. } => {
                into.push_str(&without_markup(text));
            }
            NodeContent::Children(children, delimiter) => {
                for (at, child) in children.iter().enumerate() {
                    if at > 0 && !bare {
                        into.push_str(delimiter);
                    }
                    collect(child, bare, into);
                }
            }
        }
        if !bare {
            into.push_str(&node.suffix);
        }
    }
    collect(node, false, &mut text);
    text
}

fn without_markup(text: &str) -> String {
    if !text.contains('<') {
        return text.to_owned();
    }
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        let (before, tag) = rest.split_at(at);
        result.push_str(before);
        match tag.find('>') {
            Some(end)
                if tag.starts_with("</")
                    || tag
                        .get(1..2)
                        .is_some_and(|c| c.chars().all(char::is_alphabetic)) =>
            {
                rest = tag.get(end + 1..).unwrap_or_default();
            }
            _ => {
                result.push('<');
                rest = tag.get(1..).unwrap_or_default();
            }
        }
    }
    result.push_str(rest);
    result
}

/// Returns items in the order of their sort keys. `text` returns the text of one key of an item.
///
/// Most items differ in the first key, and many have the same authors or year. So each key is made only of items whose
/// keys before it are equal, and only once of equal texts (`benches/csl.rs`, `bibliography_of_100000`).
pub(super) fn order(
    count: usize,
    keys: &[SortKey],
    collation: &Collation,
    text: impl Fn(usize, &SortKey) -> Option<String> + Sync,
) -> Vec<usize> {
    let mut order: Vec<usize> = (0..count).collect();
    // The places of the items whose keys are equal so far.
    let mut ties: Vec<Range<usize>> = std::iter::once(0..count).collect();
    for key in keys {
        let items = |tie: &Range<usize>| order.get(tie.clone()).unwrap_or_default();
        let tied: Vec<usize> = ties.iter().flat_map(items).copied().collect();
        let mut ranked = ranks(&tied, key, collation, &text);
        let mut rest = ranked.as_mut_slice();
        let mut next = Vec::new();
        for tie in ties {
            let (ranked, after) = rest.split_at_mut(tie.len());
            rest = after;
            ranked.par_sort_by_key(|(rank, _)| *rank);
            let mut start = tie.start;
            for equal in ranked.chunk_by(|(left, _), (right, _)| left == right) {
                let end = start + equal.len();
                if equal.len() > 1 {
                    next.push(start..end);
                }
                start = end;
            }
            let slots = order.get_mut(tie).unwrap_or_default();
            for (slot, (_, item)) in slots.iter_mut().zip(ranked) {
                *slot = *item;
            }
        }
        ties = next;
        if ties.is_empty() {
            break;
        }
    }
    order
}

/// Returns items with the ranks of a key of theirs. Equal keys have the same rank, and items without one the last.
fn ranks(
    items: &[usize],
    key: &SortKey,
    collation: &Collation,
    text: &(impl Fn(usize, &SortKey) -> Option<String> + Sync),
) -> Vec<(usize, usize)> {
    const CHUNK: usize = 4096;
    let mut distinct: FxHashMap<String, usize> = FxHashMap::default();
    let mut numbered: Vec<(Option<usize>, usize)> = Vec::with_capacity(items.len());
    for chunk in items.chunks(CHUNK) {
        let texts: Vec<Option<String>> = chunk.par_iter().map(|item| text(*item, key)).collect();
        for (text, item) in texts.into_iter().zip(chunk) {
            let number = text.filter(|text| !text.is_empty()).map(|text| {
                let next = distinct.len();
                *distinct.entry(text).or_insert(next)
            });
            numbered.push((number, *item));
        }
    }
    let mut collated: Vec<(Vec<u8>, usize)> = distinct
        .into_par_iter()
        .map(|(text, number)| (collation.key(&text).unwrap_or_default(), number))
        .collect();
    collated.par_sort_unstable_by(|(left, _), (right, _)| {
        compare_one(Some(left), Some(right), key.descending)
    });
    let mut ranks = vec![0; collated.len()];
    for (rank, equal) in collated
        .chunk_by(|left, right| left.0 == right.0)
        .enumerate()
    {
        for (_, number) in equal {
            if let Some(slot) = ranks.get_mut(*number) {
                *slot = rank;
            }
        }
    }
    let rank = |number: Option<usize>| number.and_then(|number| ranks.get(number).copied());
    numbered
        .into_iter()
        .map(|(number, item)| (rank(number).unwrap_or(usize::MAX), item))
        .collect()
}

/// Compares the sort keys of two items.
pub(super) fn compare(left: &SortKeys, right: &SortKeys, keys: &[SortKey]) -> Ordering {
    for ((left, right), key) in left.iter().zip(right).zip(keys) {
        let order = compare_one(left.as_deref(), right.as_deref(), key.descending);
        if order != Ordering::Equal {
            return order;
        }
    }
    Ordering::Equal
}

/// Compares one key; a missing one sorts last in either direction.
pub(super) fn compare_one(left: Option<&[u8]>, right: Option<&[u8]>, descending: bool) -> Ordering {
    match (left, right) {
        (None, None) => Ordering::Equal,
        (None, Some(_)) => Ordering::Greater,
        (Some(_), None) => Ordering::Less,
        (Some(left), Some(right)) if descending => right.cmp(left),
        (Some(left), Some(right)) => left.cmp(right),
    }
}

/// Returns whether a sort key is a date, directly or through a macro.
pub(super) fn is_date_key(key: &SortKey, style: &Compiled) -> bool {
    fn holds_date(elements: &[Element], style: &Compiled) -> bool {
        elements.iter().any(|element| match element {
            Element::Date(_) => true,
            Element::Text(Text {
                source: TextSource::Macro(number),
                ..
            }) => style
                .macros
                .get(*number)
                .is_some_and(|elements| holds_date(elements, style)),
            Element::Group(group) => holds_date(&group.children, style),
            Element::Choose(choose) => {
                choose
                    .branches
                    .iter()
                    .any(|branch| holds_date(&branch.children, style))
                    || holds_date(&choose.otherwise, style)
            }
            _ => false,
        })
    }
    match key.source {
        SortSource::Variable(variable) => variables::kind(variable) == VariableKind::Date,
        SortSource::Macro(number) => style
            .macros
            .get(number)
            .is_some_and(|elements| holds_date(elements, style)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order_of(items: &[[&str; 2]], descending: bool) -> Vec<usize> {
        let key = |variable, descending| SortKey {
            source: SortSource::Variable(variable),
            descending,
            names_min: None,
            names_use_first: None,
            names_use_last: None,
        };
        let keys = [key(0, false), key(1, descending)];
        order(items.len(), &keys, &Collation::new("en"), |item, key| {
            let place = usize::from(matches!(key.source, SortSource::Variable(1)));
            let text = items.get(item)?.get(place)?;
            (!text.is_empty()).then(|| (*text).to_owned())
        })
    }

    #[test]
    fn a_later_key_orders_what_earlier_keys_leave_equal() {
        let items = [["b", "1"], ["A", "2"], ["a", "1"], ["b", "1"], ["c", "0"]];
        assert_eq!(order_of(&items, false), [2, 1, 0, 3, 4]);
        assert_eq!(order_of(&items, true), [1, 2, 0, 3, 4]);
    }

    #[test]
    fn an_item_without_a_key_is_last_in_either_direction() {
        let items = [["", "1"], ["a", ""], ["a", "2"], ["a", "1"]];
        assert_eq!(order_of(&items, false), [3, 2, 1, 0]);
        assert_eq!(order_of(&items, true), [2, 3, 1, 0]);
    }

    #[test]
    fn many_equal_items_keep_their_order() {
        let items = vec![["a", "1"]; 10_000];
        assert!(order_of(&items, true).is_sorted());
    }

    fn sorted<'n>(language: &str, names: &[&'n str]) -> Vec<&'n str> {
        let order = TextOrder::new(language);
        let mut names = names.to_vec();
        names.sort_by_key(|name| order.name_key(name));
        names
    }

    #[test]
    fn particles_sort_as_the_language_sorts_them() {
        let names = [
            "von Hippel, Eric",
            "Illich, Ivan",
            "Ziegler, A",
            "de la Cruz, Juan",
            "Davis, B",
        ];
        let without = [
            "de la Cruz, Juan",
            "Davis, B",
            "von Hippel, Eric",
            "Illich, Ivan",
            "Ziegler, A",
        ];
        for language in ["de-DE", "nl-NL", "fr-FR", "es-ES"] {
            assert_eq!(sorted(language, &names), without, "{language}");
        }
        let with = [
            "Davis, B",
            "de la Cruz, Juan",
            "Illich, Ivan",
            "von Hippel, Eric",
            "Ziegler, A",
        ];
        for language in ["en-US", "en-GB", "nl-BE"] {
            assert_eq!(sorted(language, &names), with, "{language}");
        }
    }

    #[test]
    fn the_arabic_article_does_not_sort() {
        assert_eq!(
            sorted("ar", &["ياسر", "النجار", "باسم", "الهادي"]),
            ["باسم", "النجار", "الهادي", "ياسر"]
        );
        assert_eq!(
            sorted("en-US", &["Zaki", "al-Khalili", "Hassan"]),
            ["Hassan", "al-Khalili", "Zaki"]
        );
        // The letters are part of this name.
        assert_eq!(sorted("ar", &["بدر", "الي"]), ["الي", "بدر"]);
    }
}
