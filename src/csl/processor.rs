//! The processor: formats citations and bibliographies of items in a style and a locale.

use std::panic::resume_unwind;
use std::sync::mpsc;
use std::thread;

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use super::bundled::EmbeddedLocales;
use super::citation::{Citation, CitationMode, Cite, FormattedCitation};
use super::cite_grouping::{self, AuthorPart};
use super::citeproc_js::first_range::{FirstRange, first_range};
use super::context::{CiteDetails, Disambiguation, LayoutKind, Purpose, RenderTrace};
use super::counters;
use super::disambiguation::{self, CiteText};
use super::element::{Element, SortSource, TermForm, Text, TextSource};
use super::given_names;
use super::item::Item;
use super::locale::{Locale, LocaleSource};
use super::numbers;
use super::output_tree::Node;
use super::positions;
use super::prepared::{Prepared, subsequent_cite};
use super::prepared_item::PreparedItem;
use super::reference_grouping::substitute_author;
use super::render::{self, Renderer};
use super::sorting::{self, Collation};
use super::style::Style;
use super::variables::{self, VariableId};
use super::{
    Abbreviations, Bibliography, BibliographyEntry, LabelledText, RichText, Warning, citeproc_js,
};

/// Formats citations and bibliographies.
///
/// Creating a processor sorts, numbers and disambiguates the items. Afterwards, citations and the
/// bibliography only read the result. See the [module](super) for an example.
pub struct Processor<'a> {
    prepared: Prepared<'a>,
    /// The items in the order of the bibliography.
    order: Vec<usize>,
}

impl<'a> Processor<'a> {
    /// Creates a processor for items in `locale`, or else in the default locale of the style, or else in
    /// American English.
    ///
    /// The items are those that the document cites, in the order in which it cites them, followed by those
    /// that only the bibliography lists. Numeric styles count them in this order unless they sort their
    /// bibliographies. Of several items with the same key, only the first counts.
    pub fn new(style: &'a Style, locale: Option<&str>, items: &'a [Item]) -> Self {
        Self::with_locales(style, locale, items, &EmbeddedLocales)
    }

    /// Creates a processor that takes its locale files from `locales`.
    pub fn with_locales(
        style: &'a Style,
        locale: Option<&str>,
        items: &'a [Item],
        locales: &dyn LocaleSource,
    ) -> Self {
        Self::with_abbreviations(style, locale, items, locales, Abbreviations::default())
    }

    /// Creates a processor with abbreviations for what the style prints in short form.
    pub fn with_abbreviations(
        style: &'a Style,
        locale: Option<&str>,
        items: &'a [Item],
        locales: &dyn LocaleSource,
        abbreviations: Abbreviations,
    ) -> Self {
        let variables = &style.compiled.variables;
        let items = items
            .par_iter()
            .map(|item| PreparedItem::new(item, variables))
            .collect();
        Self::of_prepared(style, locale, items, locales, abbreviations)
    }

    /// Creates a processor for items that are read as they are needed, such as those of a large library: each array
    /// is dropped as soon as the processor has what the style asks of its items.
    ///
    /// # Errors
    ///
    /// The first error of `items`.
    pub fn of_chunks<E>(
        style: &'a Style,
        locale: Option<&str>,
        items: impl IntoIterator<Item = Result<Vec<Item>, E>>,
    ) -> Result<Self, E> {
        let variables = &style.compiled.variables;
        // While one array is prepared, the next one is read.
        let (sender, receiver) = mpsc::sync_channel::<Vec<Item>>(0);
        let prepared = thread::scope(|scope| {
            let preparation = scope.spawn(move || {
                let mut prepared = Vec::new();
                for chunk in receiver {
                    let prepare = |item| PreparedItem::new(item, variables);
                    prepared.par_extend(chunk.par_iter().map(prepare));
                }
                prepared
            });
            for chunk in items {
                // Fails only after a panic, which `join` returns.
                let _ = sender.send(chunk?);
            }
            drop(sender);
            Ok(preparation
                .join()
                .unwrap_or_else(|panic| resume_unwind(panic)))
        })?;
        let abbreviations = Abbreviations::default();
        Ok(Self::of_prepared(
            style,
            locale,
            prepared,
            &EmbeddedLocales,
            abbreviations,
        ))
    }

    fn of_prepared(
        style: &'a Style,
        locale: Option<&str>,
        mut items: Vec<PreparedItem>,
        locales: &dyn LocaleSource,
        abbreviations: Abbreviations,
    ) -> Self {
        let language = locale
            .filter(|language| !language.is_empty())
            .or(style.default_locale.as_deref())
            .unwrap_or("en-US");
        let compiled = &style.compiled;
        let mut locale = Locale::assemble(language, locales, &compiled.locales);
        let made_for = style.default_locale.as_deref().unwrap_or("en-US");
        locale.moves_counters =
            counters::has_counters(language) && !counters::has_counters(made_for);
        let mut index: FxHashMap<Box<str>, usize> = FxHashMap::default();
        index.reserve(items.len());
        items.retain(|item| {
            let next = index.len();
            let is_new = !index.contains_key(&item.id);
            if is_new {
                index.insert(item.id.clone(), next);
            }
            is_new
        });
        let count = items.len();
        let mut prepared = Prepared {
            style,
            collation: Collation::new(locale.language()),
            locale,
            items,
            index,
            abbreviations,
            disambiguations: vec![Disambiguation::default(); count],
            numbers: (1..=count).collect(),
            no_disambiguation: Disambiguation::default(),
            first_range: None,
        };
        // Namesakes are found first, because entries are also sorted by the given names that they show.
        let cites = compared_cites(&mut prepared);
        let order = bibliography_order(&prepared);
        prepared.numbers = citation_numbers(style, &order);
        let unlike = match first_range(&prepared, &order) {
            Some(FirstRange::Cite(item)) => Some(item),
            Some(FirstRange::Entry(item)) => {
                prepared.first_range = Some(item);
                None
            }
            None => None,
        };
        prepared.disambiguations = disambiguations(&prepared, &cites, &order, unlike);
        Self { prepared, order }
    }

    /// Returns the citation keys in the order of the bibliography.
    pub fn order(&self) -> impl Iterator<Item = &str> {
        self.order
            .iter()
            .filter_map(|at| Some(&*self.prepared.items.get(*at)?.id))
    }

    /// Formats the citations of a document, in document order.
    ///
    /// Cites with unknown keys are left out, with a warning.
    pub fn citations(&self, citations: &[Citation]) -> Vec<FormattedCitation> {
        let distance = self.prepared.style.compiled.options.near_note_distance;
        let contexts = positions::positions(citations, distance);
        let by_note = distinguished_by_note(&self.prepared, citations);
        citations
            .par_iter()
            .zip(&contexts)
            .map(|(citation, contexts)| {
                let details: Vec<CiteDetails> = citation
                    .cites
                    .iter()
                    .zip(contexts)
                    .map(|(cite, context)| {
                        let (locator, label) = locator(cite, &self.prepared.locale);
                        CiteDetails {
                            locator,
                            label,
                            position: cite.position.unwrap_or(context.position),
                            near_note: if cite.position.is_some() {
                                cite.near_note
                            } else {
                                context.near_note
                            },
                            first_note: cite.first_reference_note.or(context.first_note),
                            distinguished_by_note: by_note.contains(cite.id.as_str()),
                        }
                    })
                    .collect();
                self.citation(citation, &details)
            })
            .collect()
    }

    fn citation(&self, citation: &Citation, details: &[CiteDetails]) -> FormattedCitation {
        let mut warnings = Vec::new();
        for cite in &citation.cites {
            if self.prepared.position(&cite.id).is_none() {
                let key = cite.id.clone();
                warnings.push(Warning::UnknownKey { key });
            }
        }
        let cites = cite_grouping::in_order(&self.prepared, citation, details);
        let mut format = |part: Option<AuthorPart>| {
            let (content, empty) = cite_grouping::format(&self.prepared, &cites, part);
            warnings.extend(empty.into_iter().map(|key| Warning::EmptyCite { key }));
            content
        };
        let (authors, content) = match citation.mode {
            CitationMode::Composite => {
                let authors = format(Some(AuthorPart::InSentence));
                (authors, format(Some(AuthorPart::Suppressed)))
            }
            CitationMode::AuthorOnly => (RichText::new(), format(Some(AuthorPart::Only))),
            CitationMode::SuppressAuthor => (RichText::new(), format(Some(AuthorPart::Suppressed))),
            CitationMode::Normal => (RichText::new(), format(None)),
        };
        FormattedCitation {
            authors,
            content,
            note: citation.note,
            keys: cites.iter().map(|cite| cite.cite.id.clone()).collect(),
            warnings,
        }
    }

    /// Returns the text of a composite citation as citeproc-js joins its parts: the authors, `infix`, and
    /// the rest.
    pub fn joined(&self, citation: &FormattedCitation, infix: &str) -> RichText {
        let mut renderer = Renderer::new(&self.prepared.locale);
        if let Some(node) = Node::text(infix) {
            renderer.node(&node);
        }
        citeproc_js::join_composite(citation, renderer.into_rich_text())
    }

    /// Formats the bibliography of all items. A style without a bibliography ([`Style::has_bibliography`]) gives each
    /// item as it is first cited, in the order of the items.
    pub fn bibliography_or_citations(&self) -> Bibliography {
        self.bibliography().unwrap_or_else(|| {
            let keys = self.prepared.items.iter().map(|item| &*item.id);
            let citations: Vec<Citation> = keys
                .clone()
                .zip(1..)
                .map(|(key, note)| Citation::new(vec![Cite::new(key)], note))
                .collect();
            let mut bibliography = Bibliography {
                layout: self.prepared.style.bibliography_layout(),
                ..Bibliography::default()
            };
            for (citation, key) in self.citations(&citations).into_iter().zip(keys) {
                bibliography.warnings.extend(citation.warnings);
                if !citation.content.is_empty() {
                    bibliography.entries.push(BibliographyEntry {
                        key: key.to_owned(),
                        content: citation.content,
                    });
                }
            }
            bibliography
        })
    }

    /// Formats the bibliography of all items; none if the style has no bibliography.
    pub fn bibliography(&self) -> Option<Bibliography> {
        self.bibliography_of(|_| true)
    }

    /// Formats the bibliography of the items whose keys are `wanted`. They are numbered and disambiguated
    /// among all items.
    pub fn bibliography_of(&self, wanted: impl Fn(&str) -> bool) -> Option<Bibliography> {
        let prepared = &self.prepared;
        prepared.style.compiled.bibliography.as_ref()?;
        let listed: Vec<(usize, &str)> = self
            .order
            .iter()
            .filter_map(|at| Some((*at, &*prepared.items.get(*at)?.id)))
            .filter(|(_, key)| wanted(key))
            .collect();
        let mut bibliography = Bibliography {
            layout: prepared.style.compiled.options.layout,
            ..Bibliography::default()
        };
        for (content, (_, key)) in self.entries(&listed).into_iter().zip(&listed) {
            let key = (*key).to_owned();
            match content {
                Some(content) => bibliography
                    .entries
                    .push(BibliographyEntry { key, content }),
                None => bibliography.warnings.push(Warning::EmptyEntry { key }),
            }
        }
        Some(bibliography)
    }

    /// Formats the bibliography as plain text that says which variable each piece prints: data for training
    /// programs that read reference lists.
    pub fn labelled_bibliography(&self) -> Vec<(String, Vec<LabelledText>)> {
        let prepared = &self.prepared;
        let names = &prepared.style.compiled.variables;
        let entries = self.order.iter().filter_map(|at| {
            let key = prepared.items.get(*at)?.id.to_string();
            let (tree, _) = prepared.entry(*at)?;
            Some((key, render::labelled_entry(&prepared.locale, names, &tree)))
        });
        entries.collect()
    }

    /// Returns the text of each entry; none where nothing prints.
    fn entries(&self, listed: &[(usize, &str)]) -> Vec<Option<RichText>> {
        let prepared = &self.prepared;
        let options = &prepared.style.compiled.options;
        let printed = |tree: &Node<'_>| {
            Some(render::entry(&prepared.locale, tree)).filter(|content| !content.is_empty())
        };
        let Some(substitute) = &options.author_substitute else {
            return listed
                .par_iter()
                .map(|(item, _)| printed(&prepared.entry(*item)?.0))
                .collect();
        };
        // Each entry is compared with the previous one. Chunks are formatted in parallel, and each begins
        // by looking at the entry before it.
        const CHUNK: usize = 256;
        let chunks: Vec<Vec<Option<RichText>>> = listed
            .par_chunks(CHUNK)
            .enumerate()
            .map(|(number, chunk)| {
                let mut previous = (number * CHUNK)
                    .checked_sub(1)
                    .and_then(|at| listed.get(at))
                    .and_then(|(item, _)| prepared.entry(*item))
                    .map(|(_, names)| names)
                    .unwrap_or_default();
                chunk
                    .iter()
                    .map(|(item, _)| {
                        let (mut tree, names) = prepared.entry(*item)?;
                        if !names.is_empty() {
                            let rule = options.author_substitute_rule;
                            substitute_author(&mut tree, &names, &previous, substitute, rule);
                            previous = names;
                        }
                        // An empty substitute is removed together with the delimiter after it.
                        printed(&tree.without(&Node::is_empty_text)?)
                    })
                    .collect()
            })
            .collect();
        chunks.into_iter().flatten().collect()
    }
}

/// Returns the items in the order of the bibliography.
fn bibliography_order(prepared: &Prepared<'_>) -> Vec<usize> {
    let count = prepared.items.len();
    let Some(section) = &prepared.style.compiled.bibliography else {
        return (0..count).collect();
    };
    sorting::order(count, &section.sort, &prepared.collation, |item, key| {
        let context = prepared.context(item, LayoutKind::Bibliography, Purpose::Sort)?;
        sorting::key_text(key, context)
    })
}

/// Returns the citation number of each item. A bibliography that is sorted by descending numbers counts
/// from its end.
fn citation_numbers(style: &Style, order: &[usize]) -> Vec<usize> {
    let compiled = &style.compiled;
    let descending = compiled
        .bibliography
        .as_ref()
        .and_then(|section| section.sort.first())
        .is_some_and(|key| key.descending && is_number_key(&key.source, &compiled.macros));
    let mut numbers = vec![0; order.len()];
    for (place, item) in order.iter().enumerate() {
        if let Some(number) = numbers.get_mut(*item) {
            *number = if descending {
                order.len() - place
            } else {
                place + 1
            };
        }
    }
    numbers
}

/// Returns whether a sort key is the citation number.
fn is_number_key(source: &SortSource, macros: &[Vec<Element>]) -> bool {
    match source {
        SortSource::Variable(variable) => *variable == variables::CITATION_NUMBER,
        SortSource::Macro(number) => matches!(
            macros.get(*number).map(Vec::as_slice),
            Some([Element::Text(Text {
                source: TextSource::Variable {
                    variable: variables::CITATION_NUMBER,
                    ..
                },
                ..
            })])
        ),
    }
}

/// A cite before disambiguation by cite, to be compared with others.
struct ComparedCite {
    text: String,
    /// Whether one of its lists does not show all its names.
    hides_names: bool,
}

impl ComparedCite {
    fn new(text: String, trace: &RenderTrace) -> Self {
        let mut lists = trace.name_lists.iter();
        Self {
            text,
            hides_names: lists.any(|list| list.shown < list.total),
        }
    }
}

/// Returns the cites of all items; none if the style does not disambiguate. If the style adds given names, finds the
/// persons with the same family name.
fn compared_cites(prepared: &mut Prepared<'_>) -> Vec<ComparedCite> {
    let options = &prepared.style.compiled.options;
    let needed = options.add_names
        || options.add_givenname
        || options.add_year_suffix
        || options.has_disambiguate;
    if !needed {
        return Vec::new();
    }
    let (mut cites, printed): (Vec<ComparedCite>, Vec<Vec<VariableId>>) = (0..prepared.items.len())
        .into_par_iter()
        .map(|item| {
            let (text, mut trace) = prepared.compare_text(item, &prepared.no_disambiguation);
            let mut variables = std::mem::take(&mut trace.name_variables);
            variables.sort_unstable();
            variables.dedup();
            (ComparedCite::new(text, &trace), variables)
        })
        .unzip();
    if !options.add_givenname {
        return cites;
    }
    let Some(rule) = given_names::rule_by_name(options) else {
        given_names::find_namesakes_within_items(&mut prepared.items, &printed, options);
        return cites;
    };
    let has_namesakes = given_names::find_namesakes(&mut prepared.items, &printed, rule, options);
    let changed = cites.par_iter_mut().zip(has_namesakes).enumerate();
    changed.for_each(|(item, (cite, has_namesakes))| {
        if has_namesakes {
            cite.text = prepared.compare_text(item, &prepared.no_disambiguation).0;
        }
    });
    cites
}

/// Finds the items whose cites are equal, and what disambiguates them. The cite of the item `unlike` is equal
/// to no other.
fn disambiguations(
    prepared: &Prepared<'_>,
    cites: &[ComparedCite],
    order: &[usize],
    unlike: Option<usize>,
) -> Vec<Disambiguation> {
    let options = &prepared.style.compiled.options;
    let count = prepared.items.len();
    let mut disambiguations = vec![Disambiguation::default(); count];
    let mut groups: FxHashMap<&str, Vec<usize>> = FxHashMap::default();
    for (item, cite) in cites.iter().enumerate() {
        if unlike == Some(item) {
            continue;
        }
        groups.entry(&cite.text).or_default().push(item);
    }
    let mut groups: Vec<Vec<usize>> = groups
        .into_values()
        .filter(|group| group.len() > 1)
        .collect();
    groups.sort_unstable();
    let mut ranks = vec![0; count];
    for (rank, item) in order.iter().enumerate() {
        if let Some(slot) = ranks.get_mut(*item) {
            *slot = rank;
        }
    }
    let cites = Cites {
        prepared,
        compared: cites,
        ranks: &ranks,
    };
    let resolved: Vec<(usize, Disambiguation)> = groups
        .par_iter()
        .flat_map_iter(|group| disambiguation::resolve(group, options, &cites))
        .collect();
    for (item, disambiguation) in resolved {
        if let Some(slot) = disambiguations.get_mut(item) {
            *slot = disambiguation;
        }
    }
    disambiguations
}

/// The cites that disambiguation compares.
struct Cites<'p, 'a> {
    prepared: &'p Prepared<'a>,
    compared: &'p [ComparedCite],
    ranks: &'p [usize],
}

impl CiteText for Cites<'_, '_> {
    fn cite(&self, item: usize, disambiguation: &Disambiguation) -> (String, RenderTrace) {
        self.prepared.compare_text(item, disambiguation)
    }

    fn hides_names(&self, item: usize) -> bool {
        self.compared.get(item).is_none_or(|cite| cite.hides_names)
    }

    fn rank(&self, item: usize) -> usize {
        self.ranks.get(item).copied().unwrap_or(usize::MAX)
    }
}

/// Returns the keys of the items that need no text for `disambiguate` conditions, because their cites
/// show the number of the note in which the work was first cited.
fn distinguished_by_note<'c>(
    prepared: &Prepared<'_>,
    citations: &'c [Citation],
) -> FxHashSet<&'c str> {
    let options = &prepared.style.compiled.options;
    if !options.has_disambiguate || !options.note_class {
        return FxHashSet::default();
    }
    let mut namesakes: FxHashMap<String, usize> = FxHashMap::default();
    for (item, added) in prepared.disambiguations.iter().enumerate() {
        if added.disambiguate > 0 {
            let (text, _) = prepared.compare_text(item, &prepared.no_disambiguation);
            *namesakes.entry(text).or_default() += 1;
        }
    }
    // Each item that would get more text, once, with the first note that cites it.
    let mut seen = FxHashSet::default();
    let mut by_text: FxHashMap<String, Vec<&'c str>> = FxHashMap::default();
    for citation in citations.iter().filter(|citation| citation.note != 0) {
        for cite in &citation.cites {
            let key = cite.id.as_str();
            let Some(item) = prepared.position(key) else {
                continue;
            };
            if prepared.disambiguation(item).disambiguate == 0 || !seen.insert(key) {
                continue;
            }
            let with = |first_note| {
                let details = CiteDetails {
                    first_note,
                    ..subsequent_cite()
                };
                prepared
                    .compare_text_with(item, &prepared.no_disambiguation, &details)
                    .0
            };
            let text = with(Some(citation.note));
            let without = with(None);
            let among = namesakes.get(&without).copied().unwrap_or_default();
            if text != without && citeproc_js::notes_distinguish(among) {
                by_text.entry(text).or_default().push(key);
            }
        }
    }
    by_text
        .into_values()
        .filter(|keys| keys.len() == 1)
        .flatten()
        .collect()
}

/// Returns the locator of a cite and its label, which may be written in front of the locator: "ch. 5".
fn locator(cite: &Cite, locale: &Locale) -> (Option<String>, Option<String>) {
    let Some((text, _)) = cite.locator_key() else {
        return (None, None);
    };
    let label = cite.label.as_deref().map(|label| {
        if label == "sub verbo" {
            "sub-verbo".to_owned()
        } else {
            label.to_owned()
        }
    });
    if label.as_deref().is_none_or(|label| label == "page")
        && let Some((term, rest)) = numbers::leading_label(text)
        && locale.term(term, TermForm::Long, false).is_some()
    {
        return (Some(rest.to_owned()), Some(term.to_owned()));
    }
    if let Some((number, term)) = counters::split_counter(text)
        && label
            .as_deref()
            .is_none_or(|label| label == "page" || label == term)
        && locale.term(term, TermForm::Long, false).is_some()
    {
        return (Some(number), Some(term.to_owned()));
    }
    (Some(text.to_owned()), label)
}
