//! The processor: a style, a locale and works, from which citations and a bibliography come.

use std::borrow::Cow;

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use super::EmbeddedLocales;
use super::citation::{Citation, CitationMode, Cite, FormattedCitation};
use super::clusters;
use super::compose::Composer;
use super::disambiguation::{self, Ambiguity, CiteText, GivenNames};
use super::element::SortSource;
use super::evaluate::{CiteDetails, Context, Evaluator, Observations, Part, Purpose};
use super::locale::{Locale, LocaleSource};
use super::output_tree::{Content, Node, Tag};
use super::positions::{self, CitePosition};
use super::sorting::{self, Collation, SortKeys};
use super::style::{DemoteParticle, GivennameRule, Style, SubstituteRule};
use super::variables;
use super::works::Work;
use super::{Abbreviations, Bibliography, BibliographyEntry, RichText};
use crate::model::CslItem;

/// Formats citations and bibliographies.
///
/// Works are made ready, sorted, numbered and told apart when the processor is made; after that,
/// citations and the bibliography only read what is known. See the [module](super) for an example.
pub struct Processor<'a> {
    pub(super) style: &'a Style,
    pub(super) locale: Locale,
    pub(super) works: Vec<Work<'a>>,
    pub(super) abbreviations: Abbreviations,
    pub(super) collation: Collation,
    pub(super) given_names: GivenNames,
    /// What is added to each work's cites.
    pub(super) ambiguities: Vec<Ambiguity>,
    /// The citation number of each work.
    pub(super) numbers: Vec<usize>,
    /// The works in the order of the bibliography.
    order: Vec<usize>,
    index: FxHashMap<&'a str, usize>,
    no_ambiguity: Ambiguity,
}

impl<'a> Processor<'a> {
    /// A processor for works, in the locale that is asked for, or that of the style, or American
    /// English.
    ///
    /// The works are those that the document cites, in the order in which it cites them, and those
    /// that the bibliography lists besides; styles with numbers count them in this order if they do
    /// not sort their bibliographies. Of works with the same key only the first counts.
    pub fn new(style: &'a Style, locale: Option<&str>, works: &'a [CslItem]) -> Self {
        Self::with_locales(style, locale, works, &EmbeddedLocales)
    }

    /// A processor with locale files of the caller's.
    pub fn with_locales(
        style: &'a Style,
        locale: Option<&str>,
        works: &'a [CslItem],
        locales: &dyn LocaleSource,
    ) -> Self {
        Self::with_abbreviations(style, locale, works, locales, Abbreviations::default())
    }

    /// A processor with abbreviations for what the style asks for in short form.
    pub fn with_abbreviations(
        style: &'a Style,
        locale: Option<&str>,
        works: &'a [CslItem],
        locales: &dyn LocaleSource,
        abbreviations: Abbreviations,
    ) -> Self {
        let language = locale
            .filter(|language| !language.is_empty())
            .or(style.default_locale.as_deref())
            .unwrap_or("en-US");
        let compiled = &style.compiled;
        let locale = Locale::assemble(language, locales, &compiled.locales);
        let mut seen = FxHashSet::default();
        let items: Vec<&CslItem> = works
            .iter()
            .filter(|item| seen.insert(item.id.as_str()))
            .collect();
        let works: Vec<Work<'a>> = items
            .par_iter()
            .map(|item| Work::new(item, &compiled.variables))
            .collect();
        let index = items
            .iter()
            .enumerate()
            .map(|(at, item)| (item.id.as_str(), at))
            .collect();
        let collation = Collation::new(locale.language());
        let count = works.len();
        let mut processor = Self {
            style,
            locale,
            works,
            abbreviations,
            collation,
            given_names: GivenNames::none(),
            ambiguities: vec![Ambiguity::default(); count],
            numbers: (1..=count).collect(),
            order: (0..count).collect(),
            index,
            no_ambiguity: Ambiguity::default(),
        };
        processor.sort();
        processor.disambiguate();
        processor
    }

    /// The work with a citation key.
    pub(super) fn position(&self, key: &str) -> Option<usize> {
        self.index.get(key).copied()
    }

    /// The year suffixes that works were given, by citation key.
    pub fn year_suffixes(&self) -> impl Iterator<Item = (&str, String)> {
        self.works
            .iter()
            .zip(&self.ambiguities)
            .filter_map(|(work, ambiguity)| {
                Some((
                    work.id,
                    super::evaluate::year_suffix(ambiguity.year_suffix?),
                ))
            })
    }

    /// The citation keys in the order of the bibliography.
    pub fn order(&self) -> impl Iterator<Item = &str> {
        self.order
            .iter()
            .filter_map(|at| Some(self.works.get(*at)?.id))
    }

    pub(super) fn context(&self, work: usize, part: Part, purpose: Purpose) -> Option<Context<'_>> {
        let compiled = &self.style.compiled;
        let area = match part {
            Part::Citation => &compiled.citation,
            Part::Bibliography => compiled.bibliography.as_ref()?,
        };
        Some(Context {
            style: compiled,
            locale: &self.locale,
            area,
            part,
            purpose,
            work: self.works.get(work)?,
            cite: None,
            number: self.numbers.get(work).copied(),
            ambiguity: &self.no_ambiguity,
            given_names: &self.given_names,
            abbreviations: &self.abbreviations,
            sort_key: None,
        })
    }

    /// Puts the works in the order of the bibliography and numbers them.
    fn sort(&mut self) {
        let keys = match &self.style.compiled.bibliography {
            Some(area) => area.sort.as_slice(),
            None => &[],
        };
        let mut descending_numbers = false;
        if !keys.is_empty() {
            let values: Vec<SortKeys> = (0..self.works.len())
                .into_par_iter()
                .map(|work| {
                    self.context(work, Part::Bibliography, Purpose::Sort)
                        .map(|context| sorting::sort_keys(keys, context, &self.collation))
                        .unwrap_or_default()
                })
                .collect();
            let empty = SortKeys::new();
            let value = |work: &usize| values.get(*work).unwrap_or(&empty);
            self.order
                .par_sort_by(|left, right| sorting::compare(value(left), value(right), keys));
            descending_numbers = keys.first().is_some_and(|key| {
                key.descending && is_number_key(&key.source, &self.style.compiled.macros)
            });
        }
        let count = self.order.len();
        for (place, work) in self.order.iter().enumerate() {
            if let Some(number) = self.numbers.get_mut(*work) {
                *number = if descending_numbers {
                    count - place
                } else {
                    place + 1
                };
            }
        }
    }

    /// Finds the works whose cites are equal, and what tells them apart.
    fn disambiguate(&mut self) {
        let options = &self.style.compiled.options;
        let by_name = options.add_givenname && options.givenname_rule != GivennameRule::ByCite;
        let needed = options.add_names
            || options.add_givenname
            || options.add_year_suffix
            || options.has_disambiguate;
        if !needed || self.works.is_empty() {
            return;
        }
        let count = self.works.len();
        if by_name {
            // The persons that cites name at all are those to be told apart.
            let variables: Vec<FxHashSet<variables::VariableId>> = (0..count)
                .into_par_iter()
                .map(|work| {
                    let (_, observations) = self.compare_text(work, &self.no_ambiguity);
                    observations.name_variables.into_iter().collect()
                })
                .collect();
            let names = self
                .works
                .iter()
                .zip(&variables)
                .flat_map(|(work, variables)| {
                    let mut variables: Vec<_> = variables.iter().collect();
                    variables.sort_unstable();
                    let primary = options.givenname_rule.primary_only();
                    variables.into_iter().flat_map(move |variable| {
                        let names = work.names(*variable);
                        let count = if primary { 1 } else { names.len() };
                        names.iter().take(count).filter(|name| !name.is_literal())
                    })
                });
            self.given_names = GivenNames::new(
                options.givenname_rule,
                options.demote_particle == DemoteParticle::Never,
                names,
            );
        }
        let texts: Vec<String> = (0..count)
            .into_par_iter()
            .map(|work| self.compare_text(work, &self.no_ambiguity).0)
            .collect();
        let mut groups: FxHashMap<&str, Vec<usize>> = FxHashMap::default();
        for (work, text) in texts.iter().enumerate() {
            groups.entry(text).or_default().push(work);
        }
        let mut groups: Vec<Vec<usize>> = groups
            .into_values()
            .filter(|group| group.len() > 1)
            .collect();
        groups.sort_unstable();
        let mut ranks = vec![0; count];
        for (rank, work) in self.order.iter().enumerate() {
            if let Some(slot) = ranks.get_mut(*work) {
                *slot = rank;
            }
        }
        let cites = Cites {
            processor: self,
            ranks: &ranks,
        };
        let resolved: Vec<(usize, Ambiguity)> = groups
            .par_iter()
            .flat_map_iter(|group| disambiguation::resolve(group, options, &cites))
            .collect();
        for (work, ambiguity) in resolved {
            if let Some(slot) = self.ambiguities.get_mut(work) {
                *slot = ambiguity;
            }
        }
    }

    /// The cite of a work as it is compared with others: in the form of a subsequent cite, without
    /// what differs from cite to cite.
    fn compare_text(&self, work: usize, ambiguity: &Ambiguity) -> (String, Observations) {
        let details = CiteDetails {
            position: CitePosition::Subsequent,
            near_note: true,
            ..CiteDetails::default()
        };
        self.compare_text_with(work, ambiguity, &details)
    }

    fn compare_text_with(
        &self,
        work: usize,
        ambiguity: &Ambiguity,
        details: &CiteDetails,
    ) -> (String, Observations) {
        let Some(context) = self.context(work, Part::Citation, Purpose::Compare) else {
            return (String::new(), Observations::default());
        };
        let context = Context {
            cite: Some(details),
            ambiguity,
            ..context
        };
        let mut evaluator = Evaluator::new(context);
        let text = evaluator
            .layout()
            .map(|node| node.key())
            .unwrap_or_default();
        (text, evaluator.observations)
    }

    /// Formats the citations of a document, in their order.
    ///
    /// Cites of works that the processor does not know are left out.
    pub fn citations(&self, citations: &[Citation]) -> Vec<FormattedCitation> {
        let distance = self.style.compiled.options.near_note_distance;
        let placed = positions::positions(citations, distance);
        let first_notes = self.first_notes(citations);
        citations
            .par_iter()
            .zip(&placed)
            .map(|(citation, placed)| {
                let details: Vec<CiteDetails> = citation
                    .cites
                    .iter()
                    .zip(placed)
                    .map(|(cite, placed)| {
                        let (locator, label) = locator(cite, &self.locale);
                        CiteDetails {
                            locator,
                            label,
                            position: cite.position.unwrap_or(placed.position),
                            near_note: if cite.position.is_some() {
                                cite.near_note
                            } else {
                                placed.near_note
                            },
                            first_note: cite.first_reference_note.or(placed.first_note),
                            told_by_note: first_notes.contains(cite.id.as_str()),
                        }
                    })
                    .collect();
                self.citation(citation, &details)
            })
            .collect()
    }

    /// The works that need no more text to tell their cites apart, as these show the number of the
    /// note in which the work was cited first.
    fn first_notes<'c>(&self, citations: &'c [Citation]) -> FxHashSet<&'c str> {
        let options = &self.style.compiled.options;
        if !options.has_disambiguate || !options.note_class {
            return FxHashSet::default();
        }
        // Among three works and more the reference processor adds the text nevertheless.
        let mut namesakes: FxHashMap<String, usize> = FxHashMap::default();
        for (work, added) in self.ambiguities.iter().enumerate() {
            if added.disambiguate > 0 {
                let (text, _) = self.compare_text(work, &self.no_ambiguity);
                *namesakes.entry(text).or_default() += 1;
            }
        }
        // Each work that would get more text, once, with the first note that cites it.
        let mut seen = FxHashSet::default();
        let mut by_text: FxHashMap<String, Vec<&'c str>> = FxHashMap::default();
        for citation in citations.iter().filter(|citation| citation.note != 0) {
            for cite in &citation.cites {
                let key = cite.id.as_str();
                let Some(work) = self.position(key) else {
                    continue;
                };
                let added = self
                    .ambiguities
                    .get(work)
                    .map_or(0, |added| added.disambiguate);
                if added == 0 || !seen.insert(key) {
                    continue;
                }
                let with = |first_note| {
                    let details = CiteDetails {
                        position: CitePosition::Subsequent,
                        near_note: true,
                        first_note,
                        ..CiteDetails::default()
                    };
                    self.compare_text_with(work, &self.no_ambiguity, &details).0
                };
                let text = with(Some(citation.note));
                let without = with(None);
                if text != without && namesakes.get(&without).is_none_or(|count| *count < 3) {
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

    fn citation(&self, citation: &Citation, details: &[CiteDetails]) -> FormattedCitation {
        let cites = clusters::in_order(self, citation, details);
        let keys = cites.iter().map(|entry| entry.cite.id.clone()).collect();
        let content = match &citation.mode {
            CitationMode::Composite { infix } => {
                let authors = clusters::format(self, &cites, Some(clusters::Show::AuthorOnly));
                let rest = clusters::format(self, &cites, Some(clusters::Show::WithoutAuthor));
                clusters::join_composite(&self.locale, authors, infix, rest)
            }
            CitationMode::AuthorOnly => {
                clusters::format(self, &cites, Some(clusters::Show::AuthorOnly))
            }
            CitationMode::SuppressAuthor => {
                clusters::format(self, &cites, Some(clusters::Show::WithoutAuthor))
            }
            CitationMode::Normal => clusters::format(self, &cites, None),
        };
        FormattedCitation {
            content,
            note: citation.note,
            keys,
        }
    }

    /// The bibliography of all works; none if the style has no bibliography.
    pub fn bibliography(&self) -> Option<Bibliography> {
        self.bibliography_of(|_| true)
    }

    /// The bibliography of those works whose citation key is wanted, numbered and told apart among
    /// all works.
    pub fn bibliography_of(&self, wanted: impl Fn(&str) -> bool) -> Option<Bibliography> {
        self.style.compiled.bibliography.as_ref()?;
        let options = &self.style.compiled.options;
        let listed: Vec<usize> = self
            .order
            .iter()
            .copied()
            .filter(|work| self.works.get(*work).is_some_and(|work| wanted(work.id)))
            .collect();
        let rendered: Vec<Option<RichText>> = if let Some(substitute) = &options.author_substitute {
            // Each entry is compared with the one before it; a stretch of entries begins with one
            // look back.
            const STRETCH: usize = 256;
            let stretches: Vec<Vec<Option<RichText>>> = listed
                .par_chunks(STRETCH)
                .enumerate()
                .map(|(stretch, works)| {
                    let mut before = (stretch * STRETCH)
                        .checked_sub(1)
                        .and_then(|at| listed.get(at))
                        .and_then(|work| self.entry_tree(*work))
                        .map(|tree| substitution_names(&tree))
                        .unwrap_or_default();
                    works
                        .iter()
                        .map(|work| {
                            let (mut tree, fixed) = self.entry(*work)?;
                            let names = if fixed {
                                Vec::new()
                            } else {
                                substitution_names(&tree)
                            };
                            if !names.is_empty() {
                                substitute_author(
                                    &mut tree,
                                    &names,
                                    &before,
                                    substitute,
                                    options.author_substitute_rule,
                                );
                                before = names;
                            }
                            // An empty substitute takes the delimiter behind it along.
                            let tree = tree.without(&|node| {
                                matches!(&node.content, Content::Text(text) if text.is_empty())
                            })?;
                            Some(self.compose(&tree))
                        })
                        .collect()
                })
                .collect();
            stretches.into_iter().flatten().collect()
        } else {
            listed
                .par_iter()
                .map(|work| self.entry_tree(*work).map(|tree| self.compose(&tree)))
                .collect()
        };
        let numeric = options.numeric_citations;
        let entries = listed
            .iter()
            .zip(rendered)
            .enumerate()
            .filter_map(|(place, (work, content))| {
                let content = match content {
                    Some(content) if !content.is_empty() => content,
                    _ if numeric => vec![super::Inline::Text(format!(
                        "{}. [CSL STYLE ERROR: reference with no printed form.]",
                        place + 1
                    ))],
                    _ => return None,
                };
                Some(BibliographyEntry {
                    key: self.works.get(*work)?.id.to_owned(),
                    content,
                })
            })
            .collect();
        Some(Bibliography {
            entries,
            layout: options.layout,
        })
    }

    fn entry_tree(&self, work: usize) -> Option<Node<'_>> {
        self.entry(work).map(|(tree, _)| tree)
    }

    /// The tree of an entry, and whether its head cannot be substituted.
    fn entry(&self, work: usize) -> Option<(Node<'_>, bool)> {
        let context = self.context(work, Part::Bibliography, Purpose::Print)?;
        let ambiguity = self.ambiguities.get(work).unwrap_or(&self.no_ambiguity);
        let mut evaluator = Evaluator::new(Context {
            ambiguity,
            ..context
        });
        let tree =
            evaluator.bibliography_layout(self.style.compiled.options.layout.second_field_align)?;
        Some((tree, evaluator.head_is_fixed))
    }

    fn compose(&self, tree: &Node<'_>) -> RichText {
        let mut composer = Composer::new(&self.locale);
        composer.node(tree);
        let mut content = composer.into_rich_text();
        // Spaces at the ends of an entry stand outside the blocks that they are next to.
        if let Some(super::Inline::Display(_, block)) = content.first_mut()
            && take_space(block.first_mut(), true)
        {
            content.insert(0, super::Inline::Text(" ".to_owned()));
        }
        if let Some(super::Inline::Display(_, block)) = content.last_mut()
            && take_space(block.last_mut(), false)
        {
            content.push(super::Inline::Text(" ".to_owned()));
        }
        content
    }
}

/// Takes a space from the beginning or the end of a piece of text.
fn take_space(piece: Option<&mut super::Inline>, first: bool) -> bool {
    let Some(super::Inline::Text(text)) = piece else {
        return false;
    };
    let rest = if first {
        text.strip_prefix(' ')
    } else {
        text.strip_suffix(' ')
    };
    match rest {
        Some(rest) if !rest.is_empty() => {
            *text = rest.to_owned();
            true
        }
        _ => false,
    }
}

/// The locator of a cite and its label, which may be written in front of it: "ch. 5".
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
        && let Some((term, rest)) = super::numbers::leading_label(text)
        && locale
            .term(term, super::element::TermForm::Long, false)
            .is_some()
    {
        return (Some(rest.to_owned()), Some(term.to_owned()));
    }
    (Some(text.to_owned()), label)
}

/// Whether a sort key is the citation number.
fn is_number_key(source: &SortSource, macros: &[Vec<super::element::Element>]) -> bool {
    use super::element::{Element, Text, TextSource};
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

/// Cites for disambiguation to look at.
struct Cites<'p, 'a> {
    processor: &'p Processor<'a>,
    ranks: &'p [usize],
}

impl CiteText for Cites<'_, '_> {
    fn cite(&self, work: usize, ambiguity: &Ambiguity) -> (String, Observations) {
        self.processor.compare_text(work, ambiguity)
    }

    fn rank(&self, work: usize) -> usize {
        self.ranks.get(work).copied().unwrap_or(usize::MAX)
    }
}

fn is_creator(tag: Tag) -> bool {
    matches!(tag, Tag::Names | Tag::Substitute)
}

/// What stands at the head of an entry, name by name, as far as it can be substituted.
fn substitution_names(tree: &Node<'_>) -> Vec<String> {
    let Some(head) = tree.find(&is_creator) else {
        return Vec::new();
    };
    if head.tag == Tag::Substitute {
        return vec![head.key()];
    }
    fn collect(node: &Node<'_>, into: &mut Vec<String>) {
        if node.tag == Tag::Name {
            // The affixes of a name are what parts it from the others.
            let mut inner = node.clone();
            inner.prefix = Cow::Borrowed("");
            inner.suffix = Cow::Borrowed("");
            into.push(inner.key());
        } else if let Content::Children(children, _) = &node.content {
            for child in children {
                collect(child, into);
            }
        }
    }
    let mut names = Vec::new();
    collect(head, &mut names);
    names
}

/// Puts a substitute in the place of names that are those of the entry before (clause
/// "Reference Grouping").
fn substitute_author(
    tree: &mut Node<'_>,
    names: &[String],
    before: &[String],
    substitute: &str,
    rule: SubstituteRule,
) {
    if before.is_empty() {
        return;
    }
    let Some(head) = tree.find_mut(&is_creator) else {
        return;
    };
    let common = names
        .iter()
        .zip(before)
        .take_while(|(left, right)| left == right)
        .count();
    let all = names == before;
    match rule {
        SubstituteRule::CompleteAll if all => {
            let list = if head.tag == Tag::Names {
                head.find_mut(&|tag| tag == Tag::NameList)
            } else {
                Some(head)
            };
            if let Some(list) = list {
                list.content = Content::Text(Cow::Owned(substitute.to_owned()));
                if list.tag == Tag::Substitute {
                    list.tag = Tag::None;
                }
            }
        }
        _ if head.tag == Tag::Substitute && all => {
            head.content = Content::Text(Cow::Owned(substitute.to_owned()));
        }
        SubstituteRule::CompleteEach if all => replace_names(head, usize::MAX, substitute),
        SubstituteRule::PartialEach => replace_names(head, common, substitute),
        SubstituteRule::PartialFirst => replace_names(head, common.min(1), substitute),
        _ => {}
    }
}

fn replace_names(node: &mut Node<'_>, count: usize, substitute: &str) {
    fn walk(node: &mut Node<'_>, left: &mut usize, substitute: &str) {
        if *left == 0 {
            return;
        }
        if node.tag == Tag::Name {
            node.content = Content::Text(Cow::Owned(substitute.to_owned()));
            *left -= 1;
        } else if let Content::Children(children, _) = &mut node.content {
            for child in children {
                walk(child, left, substitute);
            }
        }
    }
    let mut left = count;
    walk(node, &mut left, substitute);
}
