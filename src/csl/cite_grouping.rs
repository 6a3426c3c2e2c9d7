//! Citations of several works: order, grouping and collapsing (clauses "Cite Grouping" and "Cite
//! Collapsing").

use super::citation::{Citation, Cite};
use super::citeproc_js;
use super::compiled::{Compiled, Options};
use super::context::{CiteDetails, EvaluationContext, LayoutKind, Purpose};
use super::element::{Collapse, CommonAttributes, SortKey, TermForm};
use super::evaluate::Evaluator;
use super::output_tree::{Node, NodeContent, NodeRole};
use super::prepared::{Prepared, subsequent_cite};
use super::render::Renderer;
use super::rich_text::RichText;
use super::sorting;

/// A cite whose item is known.
pub(super) struct ResolvedCite<'e> {
    pub(super) cite: &'e Cite,
    details: &'e CiteDetails,
    item: usize,
}

/// The parts of the first cite of a citation that are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AuthorPart {
    /// Its authors only.
    Only,
    /// Its authors, which are followed by the rest elsewhere; they take its prefix, and the rest its suffix.
    InSentence,
    /// Everything except its authors.
    Suppressed,
}

/// Returns the cites of a citation in printing order.
pub(super) fn in_order<'e>(
    prepared: &Prepared<'_>,
    citation: &'e Citation,
    details: &'e [CiteDetails],
) -> Vec<ResolvedCite<'e>> {
    let mut entries: Vec<ResolvedCite<'e>> = citation
        .cites
        .iter()
        .zip(details)
        .filter_map(|(cite, details)| {
            Some(ResolvedCite {
                cite,
                details,
                item: prepared.position(&cite.id)?,
            })
        })
        .collect();
    let style = &prepared.style.compiled;
    let keys = &style.citation.sort;
    if entries.len() < 2 || keys.is_empty() || citation.unsorted {
        return entries;
    }
    let dated = keys.iter().any(|key| sorting::is_date_key(key, style));
    let mut keyed: Vec<_> = entries
        .drain(..)
        .map(|entry| {
            let sort_keys = prepared
                .context(entry.item, LayoutKind::Citation, Purpose::Sort)
                .map(|context| sorting::sort_keys(keys, context, &prepared.collation))
                .unwrap_or_default();
            let suffix = dated
                .then(|| prepared.disambiguation(entry.item).year_suffix)
                .flatten()
                .unwrap_or(0);
            (sort_keys, suffix, entry)
        })
        .collect();
    keyed.sort_by(|left, right| {
        sorting::compare(&left.0, &right.0, keys).then(left.1.cmp(&right.1))
    });
    let options = &style.options;
    let grouped = (options.collapse.is_some() && !options.note_class)
        || options.cite_group_delimiter.is_some()
            && !options.tests_position
            && !options.numeric_citations;
    let entries = keyed.into_iter().map(|(_, _, entry)| entry);
    if grouped && citeproc_js::groups_cites(citation) {
        group_by_authors(prepared, entries, keys)
    } else {
        entries.collect()
    }
}

/// Brings cites with the same authors together: sorts them by their authors as cites show them, then sorts
/// the groups by the first sort key of their first cite.
fn group_by_authors<'e>(
    prepared: &Prepared<'_>,
    entries: impl Iterator<Item = ResolvedCite<'e>>,
    keys: &[SortKey],
) -> Vec<ResolvedCite<'e>> {
    let Some(first_key) = keys.first() else {
        return entries.collect();
    };
    let mut by_authors: Vec<(Option<Vec<u8>>, String, ResolvedCite<'e>)> = entries
        .map(|entry| {
            let authors = authors_text(prepared, entry.item);
            (prepared.collation.authors_key(&authors), authors, entry)
        })
        .collect();
    by_authors.sort_by(|left, right| {
        sorting::compare_one(left.0.as_deref(), right.0.as_deref(), first_key.descending)
    });
    let mut last_authors: Option<String> = None;
    let mut group_key: Option<String> = None;
    let mut grouped: Vec<(Vec<u8>, ResolvedCite<'e>)> = by_authors
        .into_iter()
        .enumerate()
        .map(|(place, (_, authors, entry))| {
            if last_authors.as_ref() != Some(&authors) {
                group_key = prepared
                    .context(entry.item, LayoutKind::Citation, Purpose::Sort)
                    .and_then(|context| sorting::key_text(first_key, context))
                    .filter(|key| !key.is_empty());
                last_authors = Some(authors);
            }
            let key = prepared.collation.grouped_key(group_key.as_deref(), place);
            (key, entry)
        })
        .collect();
    grouped.sort_by(|left, right| {
        sorting::compare_one(Some(&left.0), Some(&right.0), first_key.descending)
    });
    grouped.into_iter().map(|(_, entry)| entry).collect()
}

/// Returns the authors of an item in the form of a subsequent cite.
fn authors_text(prepared: &Prepared<'_>, item: usize) -> String {
    let details = subsequent_cite();
    let Some(context) = prepared.context(item, LayoutKind::Citation, Purpose::Compare) else {
        return String::new();
    };
    let mut evaluator = Evaluator::new(EvaluationContext {
        cite: Some(&details),
        disambiguation: prepared.disambiguation(item),
        ..context
    });
    evaluator
        .layout()
        .as_ref()
        .and_then(|tree| tree.find(&is_names))
        .map(Node::key)
        .unwrap_or_default()
}

/// Returns the output tree of a cite. `continued` says that something was printed before it.
fn cite_tree_after<'p>(
    prepared: &'p Prepared<'_>,
    entry: &'p ResolvedCite<'_>,
    continued: bool,
) -> Option<Node<'p>> {
    let context = prepared.context(entry.item, LayoutKind::Citation, Purpose::Print)?;
    let mut evaluator = Evaluator::new(EvaluationContext {
        cite: Some(entry.details),
        disambiguation: prepared.disambiguation(entry.item),
        ..context
    });
    evaluator.has_predecessor = continued;
    evaluator.layout()
}

/// A cite to be joined to a citation.
struct CitePart<'p> {
    entry: &'p ResolvedCite<'p>,
    tree: Option<Node<'p>>,
    /// The delimiter before it.
    delimiter: String,
    has_locator: bool,
    authors_collapsed: bool,
}

fn is_names(tag: NodeRole) -> bool {
    tag == NodeRole::Names
}

/// Returns the text of a citation, and the keys of the cites for which the style prints nothing.
pub(super) fn format(
    prepared: &Prepared<'_>,
    entries: &[ResolvedCite<'_>],
    author_part: Option<AuthorPart>,
) -> (RichText, Vec<String>) {
    let (mut parts, author_only) = cite_parts(prepared, entries, author_part);
    match prepared.style.compiled.options.collapse {
        Some(Collapse::CitationNumber) => collapse_numbers(prepared, &mut parts, |tag| match tag {
            NodeRole::CitationNumber(number) => Some(number),
            _ => None,
        }),
        Some(Collapse::YearSuffixRanged) => {
            collapse_numbers(prepared, &mut parts, |tag| match tag {
                NodeRole::YearSuffix(number) => Some(number),
                _ => None,
            });
        }
        _ => {}
    }
    let hrefs = entries.iter().map(|entry| entry.cite.href.as_deref());
    let renderer = Renderer::new(&prepared.locale).with_hrefs(hrefs.collect());
    join(prepared, parts, author_only, renderer)
}

/// Returns the cites of a citation with what collapses removed, and whether only authors are printed.
fn cite_parts<'p>(
    prepared: &'p Prepared<'_>,
    entries: &'p [ResolvedCite<'_>],
    author_part: Option<AuthorPart>,
) -> (Vec<CitePart<'p>>, bool) {
    let style = &prepared.style.compiled;
    let takes_suffix = author_part != Some(AuthorPart::InSentence);
    let mut parts: Vec<CitePart<'p>> = Vec::with_capacity(entries.len());
    let mut collapsing = Collapsing::default();
    let mut author_only = false;
    for (at, entry) in entries.iter().enumerate() {
        let (only, without) = match author_part {
            Some(AuthorPart::Only | AuthorPart::InSentence) if at == 0 => (true, false),
            Some(AuthorPart::Suppressed) if at == 0 => (false, true),
            Some(_) | None => (entry.cite.author_only, entry.cite.suppress_author),
        };
        let prefix = entry.cite.prefix.as_deref().unwrap_or_default();
        // After a prefix that ends a sentence, the cite begins one.
        let continued = if prefix.is_empty() {
            at > 0
        } else {
            !citeproc_js::ends_sentence(prefix)
        };
        let mut tree = cite_tree_after(prepared, entry, continued);
        if only {
            author_only = true;
            tree = tree.and_then(authors_of);
        } else if without {
            tree = tree.and_then(without_author);
        }
        let mut collapsed = collapsing.collapse(tree, &style.options);
        let mut delimiter = collapsed.delimiter_after(parts.last(), style);
        if let Some(previous) = at.checked_sub(1).and_then(|before| entries.get(before)) {
            citeproc_js::adjust_delimiter(&mut delimiter, previous.cite, entry.cite);
        }
        if entry.cite.href.is_some() && !only {
            collapsed.tree = collapsed.tree.map(|tree| leading(tree, at));
        }
        let tree = collapsed
            .tree
            .map(|tree| with_affixes(tree, entry, takes_suffix));
        if tree.is_none() && collapsed.without_authors {
            // The collapsed names were the whole cite.
            continue;
        }
        parts.push(CitePart {
            entry,
            tree,
            delimiter,
            has_locator: entry.details.locator.is_some(),
            authors_collapsed: collapsed.without_authors,
        });
        if only {
            break;
        }
    }
    (parts, author_only)
}

/// The values of the cites so far that the next one may share.
#[derive(Default)]
struct Collapsing {
    authors: Option<String>,
    /// The year of the last cite, and whether it has a suffix.
    year: Option<(String, bool)>,
    has_begun: bool,
}

/// A cite without the parts that it shares with the previous one.
struct CollapsedCite<'p> {
    tree: Option<Node<'p>>,
    /// Whether it has the authors of the previous cite.
    same_authors: bool,
    /// Whether these authors were removed.
    without_authors: bool,
    /// Whether the year was removed, too.
    without_year: bool,
    /// Whether it is only a date, which continues the previous cite.
    continues: bool,
}

impl Collapsing {
    fn collapse<'p>(&mut self, tree: Option<Node<'p>>, options: &Options) -> CollapsedCite<'p> {
        let is_year = |tag| matches!(tag, NodeRole::Year(_));
        let find = |tree: &Option<Node<'p>>, wanted: &dyn Fn(NodeRole) -> bool| {
            tree.as_ref()
                .and_then(|tree| tree.find(wanted))
                .map(Node::key)
        };
        let authors = find(&tree, &is_names);
        let continues = authors.is_none() && tree.as_ref().is_some_and(only_dates);
        let same_authors = authors.is_some() && authors == self.authors;
        let mut collapsed = CollapsedCite {
            without_authors: same_authors && collapses_years(options) && self.has_begun,
            tree,
            same_authors,
            without_year: false,
            continues,
        };
        if collapsed.without_authors {
            collapsed.tree = collapsed
                .tree
                .and_then(|tree| remove_first(tree, &is_names));
        }
        let year = find(&collapsed.tree, &is_year);
        let has_suffix = find(&collapsed.tree, &|tag| {
            matches!(tag, NodeRole::YearSuffix(_))
        })
        .is_some();
        collapsed.without_year = collapsed.without_authors
            && options.collapse != Some(Collapse::Year)
            && has_suffix
            && matches!(&self.year, Some((last, true)) if year.as_ref() == Some(last));
        if collapsed.without_year {
            collapsed.tree = collapsed.tree.and_then(|tree| remove_first(tree, &is_year));
        }
        self.year = year.map(|year| (year, has_suffix));
        self.authors = authors.or(self.authors.take());
        self.has_begun = true;
        collapsed
    }
}

fn collapses_years(options: &Options) -> bool {
    matches!(
        options.collapse,
        Some(Collapse::Year | Collapse::YearSuffix | Collapse::YearSuffixRanged)
    )
}

impl CollapsedCite<'_> {
    /// Returns the delimiter between the previous cite and this one.
    fn delimiter_after(&self, previous: Option<&CitePart<'_>>, style: &Compiled) -> String {
        let options = &style.options;
        let collapses = collapses_years(options);
        let ends_group = previous.is_some_and(|previous| {
            previous.has_locator
                || !self.without_authors
                    && (previous.authors_collapsed
                        || options.collapse != Some(Collapse::YearSuffix))
        });
        let layout = &style.citation.delimiter;
        let of_years = options.year_suffix_delimiter.as_ref();
        let of_group = options.cite_group_delimiter.as_ref();
        let delimiter = if self.without_year {
            of_years.or(of_group).unwrap_or(layout)
        } else if self.same_authors
            && let Some(of_group) = of_group
        {
            of_group
        } else if let Some(after_collapse) = &options.after_collapse_delimiter {
            if collapses && ends_group {
                after_collapse
            } else {
                layout
            }
        } else if (self.without_authors || collapses && self.continues) && !options.note_class {
            ", "
        } else {
            layout
        };
        delimiter.to_owned()
    }
}

/// Links a cite as a whole. A cite that contains links stays as it is, because links cannot be nested.
fn leading(tree: Node<'_>, at: usize) -> Node<'_> {
    fn has_link(node: &Node<'_>) -> bool {
        match &node.content {
            NodeContent::Link { .. } => true,
            NodeContent::Children(children, _) => children.iter().any(has_link),
            NodeContent::Text(_) => false,
        }
    }
    if has_link(&tree) {
        return tree;
    }
    Node::wrap(tree).tagged(NodeRole::Cite(at))
}

/// Adds the affixes that the caller gives to a cite.
fn with_affixes<'p>(tree: Node<'p>, entry: &'p ResolvedCite<'_>, takes_suffix: bool) -> Node<'p> {
    let prefix = entry.cite.prefix.as_deref().unwrap_or_default();
    let suffix = entry.cite.suffix.as_deref().filter(|_| takes_suffix);
    let suffix = suffix.unwrap_or_default();
    if prefix.is_empty() && suffix.is_empty() {
        return tree;
    }
    let mut wrapped = Node::wrap(tree);
    if let NodeContent::Children(nodes, _) = &mut wrapped.content {
        nodes.splice(0..0, Node::text(citeproc_js::spaced_prefix(prefix)));
        nodes.extend(Node::text(citeproc_js::spaced_suffix(suffix)));
    }
    wrapped
}

/// Removes the first node with a tag; none if nothing is left.
fn remove_first<'p>(mut tree: Node<'p>, unwanted: &dyn Fn(NodeRole) -> bool) -> Option<Node<'p>> {
    fn walk<'p>(
        node: Node<'p>,
        unwanted: &dyn Fn(NodeRole) -> bool,
        done: &mut bool,
    ) -> Option<Node<'p>> {
        if *done {
            return Some(node);
        }
        if unwanted(node.tag) {
            *done = true;
            return None;
        }
        let mut node = node;
        if let NodeContent::Children(children, _) = &mut node.content {
            let kept: Vec<_> = std::mem::take(children)
                .into_iter()
                .filter_map(|child| walk(child, unwanted, done))
                .collect();
            if kept.is_empty() {
                return None;
            }
            *children = kept;
        }
        Some(node)
    }
    let mut done = false;
    tree.tag = if unwanted(tree.tag) {
        tree.tag
    } else {
        NodeRole::None
    };
    walk(tree, unwanted, &mut done)
}

/// Returns the names of a cite, or their substitute.
fn authors_of(tree: Node<'_>) -> Option<Node<'_>> {
    tree.find(&|tag| matches!(tag, NodeRole::Names | NodeRole::Substitute))
        .cloned()
}

fn without_author(tree: Node<'_>) -> Option<Node<'_>> {
    remove_first(tree, &|tag| {
        matches!(tag, NodeRole::Names | NodeRole::Substitute)
    })
}

/// Collapses runs of three or more consecutive numbers to ranges.
fn collapse_numbers(
    prepared: &Prepared<'_>,
    parts: &mut Vec<CitePart<'_>>,
    number_of: impl Fn(NodeRole) -> Option<usize>,
) {
    let delimiter = prepared
        .locale
        .term("citation-range-delimiter", TermForm::Long, false)
        .unwrap_or("\u{2013}");
    let numbers: Vec<Option<usize>> = parts
        .iter()
        .map(|part| {
            let entry = part.entry;
            let tree = part.tree.as_ref()?;
            let bare = entry.cite.prefix.as_deref().unwrap_or_default().is_empty()
                && entry.cite.suffix.as_deref().unwrap_or_default().is_empty();
            let number = number_of(tree.find(&|tag| number_of(tag).is_some())?.tag)?;
            (bare && leaves(tree) == 1 || ends_in(tree, &number_of)).then_some(number)
        })
        .collect();
    let mut keep = vec![true; parts.len()];
    let mut start = 0;
    while start < numbers.len() {
        let mut end = start + 1;
        while let (Some(Some(before)), Some(Some(next))) = (numbers.get(end - 1), numbers.get(end))
            && *next == before + 1
            && parts
                .get(end)
                .and_then(|part| part.tree.as_ref())
                .is_some_and(|tree| leaves(tree) == 1)
        {
            end += 1;
        }
        if end - start >= 3 {
            for at in start + 1..end - 1 {
                if let Some(keep) = keep.get_mut(at) {
                    *keep = false;
                }
            }
            if let Some(last) = parts.get_mut(end - 1) {
                last.delimiter = delimiter.to_owned();
            }
        }
        start = end;
    }
    let mut at = 0;
    parts.retain(|_| {
        at += 1;
        keep.get(at - 1).copied().unwrap_or(true)
    });
}

/// Returns whether a cite ends in a year suffix, so that a range can begin with it.
fn ends_in(node: &Node<'_>, number_of: &impl Fn(NodeRole) -> Option<usize>) -> bool {
    if matches!(node.tag, NodeRole::YearSuffix(_)) && number_of(node.tag).is_some() {
        return true;
    }
    match &node.content {
        NodeContent::Children(children, _) => {
            children.last().is_some_and(|last| ends_in(last, number_of))
        }
        _ => false,
    }
}

/// Returns whether a cite prints nothing but dates.
fn only_dates(node: &Node<'_>) -> bool {
    match (&node.content, node.tag) {
        (_, NodeRole::Year(_) | NodeRole::YearSuffix(_)) => true,
        (NodeContent::Children(children, _), _) => children.iter().all(only_dates),
        _ => false,
    }
}

fn leaves(node: &Node<'_>) -> usize {
    match &node.content {
        NodeContent::Children(children, _) => children.iter().map(leaves).sum(),
        _ => 1,
    }
}

/// Joins cites to a citation; also returns the keys of those that print nothing.
fn join(
    prepared: &Prepared<'_>,
    parts: Vec<CitePart<'_>>,
    author_only: bool,
    mut renderer: Renderer<'_>,
) -> (RichText, Vec<String>) {
    let section = &prepared.style.compiled.citation;
    let mut empty = Vec::new();
    let mut cites: Vec<(String, Node<'_>)> = Vec::new();
    for part in parts {
        let entry = part.entry;
        let Some(tree) = part.tree else {
            empty.push(entry.cite.id.clone());
            continue;
        };
        let delimiter = if cites.is_empty() {
            String::new()
        } else {
            part.delimiter
        };
        cites.push((delimiter, tree));
    }
    let plain = CommonAttributes::default();
    renderer.citation(
        &cites,
        if author_only {
            &plain
        } else {
            &section.attributes
        },
    );
    (renderer.into_rich_text(), empty)
}
