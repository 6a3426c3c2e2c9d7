//! Citations of several works: order, grouping, collapsing (clauses "Cite Grouping" and "Cite
//! Collapsing"), and what callers put before and behind cites.

use std::borrow::Cow;

use super::citation::{Citation, Cite};
use super::compose::Composer;
use super::element::{SortKey, TermForm};
use super::evaluate::{CiteDetails, Context, Evaluator, Part, Purpose};
use super::locale::Locale;
use super::output_tree::{Content, Node, Tag};
use super::person::begins_alphabetic;
use super::positions::CitePosition;
use super::processor::Processor;
use super::rich_text::{RichText, plain_text};
use super::sorting;
use super::style::Collapse;

/// A cite with everything that is known about it.
pub(super) struct Entry<'e> {
    pub(super) cite: &'e Cite,
    details: &'e CiteDetails,
    work: usize,
}

/// Which part of a cite is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Show {
    AuthorOnly,
    WithoutAuthor,
}

/// The cites of a citation in the order in which they are printed.
pub(super) fn in_order<'e>(
    processor: &Processor<'_>,
    citation: &'e Citation,
    details: &'e [CiteDetails],
) -> Vec<Entry<'e>> {
    let mut entries: Vec<Entry<'e>> = citation
        .cites
        .iter()
        .zip(details)
        .filter_map(|(cite, details)| {
            Some(Entry {
                cite,
                details,
                work: processor.position(&cite.id)?,
            })
        })
        .collect();
    let style = &processor.style.compiled;
    let keys = &style.citation.sort;
    if entries.len() < 2 || keys.is_empty() || citation.unsorted {
        return entries;
    }
    let dated = keys.iter().any(|key| sorting::is_date_key(key, style));
    let mut keyed: Vec<_> = entries
        .drain(..)
        .map(|entry| {
            let sort_keys = processor
                .context(entry.work, Part::Citation, Purpose::Sort)
                .map(|context| sorting::sort_keys(keys, context, &processor.collation))
                .unwrap_or_default();
            let suffix = dated
                .then(|| processor.ambiguities.get(entry.work)?.year_suffix)
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
    // A citation whose cites were placed by the caller stands alone, outside of a document, where the
    // reference processor brings nothing together.
    let alone = citation.cites.iter().all(|cite| cite.position.is_some());
    let entries = keyed.into_iter().map(|(_, _, entry)| entry);
    if grouped && !alone {
        group_by_authors(processor, entries, keys)
    } else {
        entries.collect()
    }
}

/// Brings cites of the same authors together: they are sorted by their authors as cites show them,
/// and each group then stands where the first key of its first cite puts it.
fn group_by_authors<'e>(
    processor: &Processor<'_>,
    entries: impl Iterator<Item = Entry<'e>>,
    keys: &[SortKey],
) -> Vec<Entry<'e>> {
    let Some(first_key) = keys.first() else {
        return entries.collect();
    };
    let mut by_authors: Vec<(Option<Vec<u8>>, String, Entry<'e>)> = entries
        .map(|entry| {
            let authors = authors_text(processor, entry.work);
            (processor.collation.authors_key(&authors), authors, entry)
        })
        .collect();
    by_authors.sort_by(|left, right| {
        sorting::compare_one(left.0.as_deref(), right.0.as_deref(), first_key.descending)
    });
    let mut last_authors: Option<String> = None;
    let mut group_key: Option<String> = None;
    let mut grouped: Vec<(Vec<u8>, Entry<'e>)> = by_authors
        .into_iter()
        .enumerate()
        .map(|(place, (_, authors, entry))| {
            if last_authors.as_ref() != Some(&authors) {
                group_key = processor
                    .context(entry.work, Part::Citation, Purpose::Sort)
                    .and_then(|context| sorting::key_text(first_key, context))
                    .filter(|key| !key.is_empty());
                last_authors = Some(authors);
            }
            let key = processor.collation.grouped_key(group_key.as_deref(), place);
            (key, entry)
        })
        .collect();
    grouped.sort_by(|left, right| {
        sorting::compare_one(Some(&left.0), Some(&right.0), first_key.descending)
    });
    grouped.into_iter().map(|(_, entry)| entry).collect()
}

/// The authors of a work in the form of a subsequent cite.
fn authors_text(processor: &Processor<'_>, work: usize) -> String {
    let details = CiteDetails {
        position: CitePosition::Subsequent,
        near_note: true,
        ..CiteDetails::default()
    };
    let (Some(context), Some(ambiguity)) = (
        processor.context(work, Part::Citation, Purpose::Compare),
        processor.ambiguities.get(work),
    ) else {
        return String::new();
    };
    let mut evaluator = Evaluator::new(Context {
        cite: Some(&details),
        ambiguity,
        ..context
    });
    evaluator
        .layout()
        .as_ref()
        .and_then(|tree| tree.find(&is_names))
        .map(Node::key)
        .unwrap_or_default()
}

/// The output tree of a cite; `continued` says that something was printed before it.
fn cite_tree_after<'p>(
    processor: &'p Processor<'_>,
    entry: &'p Entry<'_>,
    continued: bool,
) -> Option<Node<'p>> {
    let context = processor.context(entry.work, Part::Citation, Purpose::Print)?;
    let ambiguity = processor.ambiguities.get(entry.work)?;
    let mut evaluator = Evaluator::new(Context {
        cite: Some(entry.details),
        ambiguity,
        ..context
    });
    evaluator.has_predecessor = continued;
    evaluator.layout()
}

/// A cite on its way into a citation.
struct CitePart<'p> {
    entry: &'p Entry<'p>,
    tree: Option<Node<'p>>,
    /// What stands between it and the one before.
    delimiter: String,
    has_locator: bool,
    authors_collapsed: bool,
}

fn is_names(tag: Tag) -> bool {
    tag == Tag::Names
}

/// The text of a citation.
pub(super) fn format(
    processor: &Processor<'_>,
    entries: &[Entry<'_>],
    show: Option<Show>,
) -> RichText {
    let style = &processor.style.compiled;
    let options = &style.options;
    let area = &style.citation;
    let mut parts: Vec<CitePart<'_>> = Vec::with_capacity(entries.len());
    let mut last_authors: Option<String> = None;
    let mut last_year: Option<(String, bool)> = None;
    let mut author_only = false;
    for (at, entry) in entries.iter().enumerate() {
        let (only, without) = match show {
            Some(Show::AuthorOnly) if at == 0 => (true, false),
            Some(Show::WithoutAuthor) if at == 0 => (false, true),
            Some(_) | None => (entry.cite.author_only, entry.cite.suppress_author),
        };
        let prefix = entry.cite.prefix.as_deref().unwrap_or_default();
        // A prefix that ends a sentence lets the cite begin one.
        let continued = if prefix.is_empty() {
            at > 0
        } else {
            !ends_sentence(prefix)
        };
        let mut tree = cite_tree_after(processor, entry, continued);
        if only {
            tree = tree.and_then(author_part);
            author_only = true;
        } else if without {
            tree = tree.and_then(without_author);
        }
        let authors = tree
            .as_ref()
            .and_then(|tree| tree.find(&is_names))
            .map(Node::key);
        // A cite of nothing but a date reads on from the one before.
        let reads_on = authors.is_none() && tree.as_ref().is_some_and(only_dates);
        let same_authors = authors.is_some() && authors == last_authors;
        let collapses = matches!(
            options.collapse,
            Some(Collapse::Year | Collapse::YearSuffix | Collapse::YearSuffixRanged)
        );
        let mut collapsed = false;
        if same_authors && collapses && at > 0 {
            tree = tree.and_then(|tree| remove_first(tree, &is_names));
            collapsed = true;
        }
        let year = tree
            .as_ref()
            .and_then(|tree| tree.find(&|tag| matches!(tag, Tag::Year(_))))
            .map(Node::key);
        let has_suffix = tree.as_ref().is_some_and(|tree| {
            tree.find(&|tag| matches!(tag, Tag::YearSuffix(_)))
                .is_some()
        });
        let has_locator = entry.details.locator.is_some();
        let mut year_collapsed = false;
        if collapsed
            && matches!(
                options.collapse,
                Some(Collapse::YearSuffix | Collapse::YearSuffixRanged)
            )
            && has_suffix
            && let Some((last, true)) = &last_year
            && year.as_ref() == Some(last)
        {
            tree = tree.and_then(|tree| remove_first(tree, &|tag| matches!(tag, Tag::Year(_))));
            year_collapsed = true;
        }
        last_year = year.map(|year| (year, has_suffix));
        if authors.is_some() {
            last_authors = authors;
        }
        let layout_delimiter = area.delimiter.as_str();
        let before_locator = parts.last().is_some_and(|before| before.has_locator);
        let before_collapsed = parts.last().is_some_and(|before| before.authors_collapsed);
        let layout_or_after = match &options.after_collapse_delimiter {
            Some(after)
                if collapses
                    && at > 0
                    && (before_locator
                        || (!collapsed
                            && (before_collapsed
                                || options.collapse != Some(Collapse::YearSuffix)))) =>
            {
                Some(after.clone())
            }
            Some(_) => Some(layout_delimiter.to_owned()),
            None => None,
        };
        let mut delimiter = if year_collapsed {
            options
                .year_suffix_delimiter
                .as_deref()
                .or(options.cite_group_delimiter.as_deref())
                .unwrap_or(layout_delimiter)
                .to_owned()
        } else if same_authors && let Some(group) = &options.cite_group_delimiter {
            group.clone()
        } else if let Some(delimiter) = layout_or_after {
            delimiter
        } else if (collapsed || collapses && reads_on) && !options.note_class {
            ", ".to_owned()
        } else {
            layout_delimiter.to_owned()
        };
        adjust_delimiter(&mut delimiter, at, entries);
        if entry.cite.href.is_some() && !only {
            tree = tree.map(|tree| leading(tree, at));
        }
        let tree = tree.map(|tree| with_affixes(tree, entry, at == 0));
        if tree.is_none() && collapsed {
            // All of the cite is in what was collapsed.
            continue;
        }
        parts.push(CitePart {
            entry,
            tree,
            delimiter,
            has_locator,
            authors_collapsed: collapsed,
        });
        if only {
            break;
        }
    }
    if options.collapse == Some(Collapse::CitationNumber) {
        collapse_numbers(processor, &mut parts, |tag| match tag {
            Tag::CitationNumber(number) => Some(number),
            _ => None,
        });
    } else if options.collapse == Some(Collapse::YearSuffixRanged) {
        collapse_numbers(processor, &mut parts, |tag| match tag {
            Tag::YearSuffix(number) => Some(number),
            _ => None,
        });
    }
    let hrefs = entries.iter().map(|entry| entry.cite.href.as_deref());
    let composer = Composer::new(&processor.locale).with_hrefs(hrefs.collect());
    compose(processor, parts, author_only, composer)
}

/// Punctuation that a caller puts behind or before a cite takes the place of the delimiter's.
fn adjust_delimiter(delimiter: &mut String, at: usize, entries: &[Entry<'_>]) {
    let Some(before) = at.checked_sub(1).and_then(|before| entries.get(before)) else {
        return;
    };
    let suffix = before.cite.suffix.as_deref().unwrap_or_default();
    let prefix = entries
        .get(at)
        .and_then(|entry| entry.cite.prefix.as_deref())
        .unwrap_or_default();
    let stops = [';', '.', ','];
    let after_stop = suffix.ends_with(stops);
    let before_stop = suffix.is_empty() && prefix.starts_with(stops);
    if before_stop {
        delimiter.clear();
    } else if after_stop {
        *delimiter = match delimiter.find(' ') {
            Some(space) => delimiter.split_off(space),
            None => String::new(),
        };
    }
}

fn ends_sentence(prefix: &str) -> bool {
    let end = prefix.trim_end_matches(['"', '\'', '\u{201d}', '\u{2019}', '\u{bb}', ' ', '\u{a0}']);
    end.ends_with(['.', '!', '?', ':', ';']) && prefix.trim().contains(' ')
}

/// A cite that leads somewhere as a whole; one with addresses in it stays as it is, since a link can hold
/// no other.
fn leading(tree: Node<'_>, at: usize) -> Node<'_> {
    fn has_link(node: &Node<'_>) -> bool {
        match &node.content {
            Content::Link { .. } => true,
            Content::Children(children, _) => children.iter().any(has_link),
            Content::Text(_) => false,
        }
    }
    if has_link(&tree) {
        return tree;
    }
    let cite = Node::group(vec![tree], "").unwrap_or_else(nothing);
    cite.tagged(Tag::Cite(at))
}

/// A cite with what the caller puts before and behind it.
fn with_affixes<'p>(tree: Node<'p>, entry: &'p Entry<'_>, _first: bool) -> Node<'p> {
    let prefix = entry.cite.prefix.as_deref().unwrap_or_default();
    let suffix = entry.cite.suffix.as_deref().unwrap_or_default();
    if prefix.is_empty() && suffix.is_empty() {
        return tree;
    }
    let mut nodes = Vec::with_capacity(3);
    nodes.extend(Node::text(spaced_prefix(prefix)));
    nodes.push(tree);
    nodes.extend(Node::text(spaced_suffix(suffix)));
    Node::group(nodes, "").unwrap_or_else(nothing)
}

/// A node that prints nothing; a group with a node in it never comes to this.
fn nothing<'p>() -> Node<'p> {
    Node::link(String::new(), "")
}

/// A prefix with a space behind it where one is missing.
fn spaced_prefix(prefix: &str) -> Cow<'_, str> {
    let plain = strip_tags(prefix);
    let end = plain.trim_end_matches([
        '"', '\'', '\u{201d}', '\u{2019}', '\u{bb}', '\u{202f}', '\u{a0}', ' ',
    ]);
    let Some(last) = end.chars().next_back() else {
        return Cow::Borrowed(prefix);
    };
    let needs = begins_alphabetic(last.encode_utf8(&mut [0; 4]))
        || matches!(
            last,
            '.' | ';' | ':' | '!' | '?' | ')' | ']' | ',' | '0'..='9'
        );
    if needs && !prefix.ends_with(char::is_whitespace) {
        Cow::Owned(format!("{prefix} "))
    } else {
        Cow::Borrowed(prefix)
    }
}

/// A suffix with a space before it where one is missing.
fn spaced_suffix(suffix: &str) -> Cow<'_, str> {
    if begins_alphabetic(suffix) || suffix.starts_with(['(', '[']) {
        Cow::Owned(format!(" {suffix}"))
    } else {
        Cow::Borrowed(suffix)
    }
}

fn strip_tags(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    let mut inside = false;
    for character in text.chars() {
        match character {
            '<' => inside = true,
            '>' if inside => inside = false,
            _ if !inside => result.push(character),
            _ => {}
        }
    }
    result
}

/// A tree without the first node that is so tagged; none if nothing is left.
fn remove_first<'p>(mut tree: Node<'p>, unwanted: &dyn Fn(Tag) -> bool) -> Option<Node<'p>> {
    fn walk<'p>(
        node: Node<'p>,
        unwanted: &dyn Fn(Tag) -> bool,
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
        if let Content::Children(children, _) = &mut node.content {
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
        Tag::None
    };
    walk(tree, unwanted, &mut done)
}

/// The names of a cite, or what stands for them.
fn author_part(tree: Node<'_>) -> Option<Node<'_>> {
    tree.find(&|tag| matches!(tag, Tag::Names | Tag::Substitute))
        .cloned()
}

fn without_author(tree: Node<'_>) -> Option<Node<'_>> {
    remove_first(tree, &|tag| matches!(tag, Tag::Names | Tag::Substitute))
}

/// Prints runs of three and more numbers that follow on each other as ranges.
fn collapse_numbers(
    processor: &Processor<'_>,
    parts: &mut Vec<CitePart<'_>>,
    number_of: impl Fn(Tag) -> Option<usize>,
) {
    let delimiter = processor
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

/// Whether a year suffix is the last of a cite, so that a range can begin with it.
fn ends_in(node: &Node<'_>, number_of: &impl Fn(Tag) -> Option<usize>) -> bool {
    if matches!(node.tag, Tag::YearSuffix(_)) && number_of(node.tag).is_some() {
        return true;
    }
    match &node.content {
        Content::Children(children, _) => {
            children.last().is_some_and(|last| ends_in(last, number_of))
        }
        _ => false,
    }
}

/// Whether a cite prints dates and nothing else.
fn only_dates(node: &Node<'_>) -> bool {
    match (&node.content, node.tag) {
        (_, Tag::Year(_) | Tag::YearSuffix(_)) => true,
        (Content::Children(children, _), _) => children.iter().all(only_dates),
        _ => false,
    }
}

fn leaves(node: &Node<'_>) -> usize {
    match &node.content {
        Content::Children(children, _) => children.iter().map(leaves).sum(),
        _ => 1,
    }
}

fn compose(
    processor: &Processor<'_>,
    parts: Vec<CitePart<'_>>,
    author_only: bool,
    mut composer: Composer<'_>,
) -> RichText {
    let area = &processor.style.compiled.citation;
    let mut nodes: Vec<Node<'_>> = Vec::new();
    for part in parts {
        let entry = part.entry;
        let tree = match part.tree {
            Some(tree) => tree,
            None if entry.cite.suppress_author => continue,
            None => match Node::text("[CSL STYLE ERROR: reference with no printed form.]") {
                Some(node) => node,
                None => continue,
            },
        };
        if !nodes.is_empty()
            && let Some(delimiter) = Node::text(" ")
        {
            let mut delimiter = delimiter;
            delimiter.content = Content::Children(Vec::new(), Cow::Borrowed(""));
            nodes.push(delimiter.with_prefix(part.delimiter));
        }
        nodes.push(tree);
    }
    if author_only {
        for node in &nodes {
            composer.node(node);
        }
        return composer.into_rich_text();
    }
    let Some(mut cluster) = Node::group(nodes, "") else {
        return vec![super::Inline::Text("[NO_PRINTED_FORM]".to_owned())];
    };
    cluster.prefix = Cow::Borrowed(&area.appearance.prefix);
    // Of a suffix that begins with punctuation, only that counts in a citation.
    let suffix = area.appearance.suffix.as_str();
    cluster.suffix = Cow::Borrowed(match suffix.chars().next() {
        Some(first @ (':' | '.' | ';' | '!' | '?')) => {
            suffix.get(..first.len_utf8()).unwrap_or(suffix)
        }
        _ => suffix,
    });
    if area.appearance.font.is_plain() {
        composer.node(&cluster);
    } else if let Some(mut outer) = Node::group(vec![cluster], "") {
        outer.font = area.appearance.font;
        composer.node(&outer);
    }
    composer.into_rich_text()
}

/// Authors in a sentence, and the rest of the citation behind them.
pub(super) fn join_composite(
    locale: &Locale,
    authors: RichText,
    infix: &str,
    rest: RichText,
) -> RichText {
    let mut composer = Composer::new(locale);
    let mut result = authors;
    let begins_with_stop = infix.starts_with(['.', '!', '?', ':', ',', '\u{2019}', '\'']);
    if !infix.is_empty() {
        if let Some(node) = Node::text(infix) {
            composer.node(&node);
        }
        if !begins_with_stop && !plain_text(&result).is_empty() {
            result.push(super::Inline::Text(" ".to_owned()));
        }
        result.extend(composer.into_rich_text());
    }
    if !plain_text(&result).is_empty() && !plain_text(&rest).is_empty() {
        result.push(super::Inline::Text(" ".to_owned()));
    }
    result.extend(rest);
    result
}
