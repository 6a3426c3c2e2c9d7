//! Inheritance through `xdata` and `crossref` (BibLaTeX manual, §2.4.1, §3.13.6 and appendix B).

use std::borrow::Cow;
use std::collections::VecDeque;

use super::abbreviations::Strings;
use super::names::split_list;
use super::schema;
use crate::model::Entry;

/// An entry with all its fields, those of its parents included.
#[derive(Debug, Clone)]
pub(crate) struct ResolvedEntry<'a> {
    /// The type in lower case.
    pub(crate) kind: String,
    pub(crate) fields: Vec<(Cow<'a, str>, Cow<'a, str>)>,
    /// The keys in `xdata` and `crossref`, found or not.
    pub(crate) parents: Vec<String>,
    pub(crate) missing: Vec<String>,
    /// The fields that were not inherited because of [`MAX_INHERITED`].
    pub(crate) too_long: Vec<String>,
    /// The length of the text inherited so far.
    inherited: usize,
    /// The keys from an entry through `crossref` to one that was met before, if there is such a cycle.
    pub(crate) cycle: Option<Vec<String>>,
}

impl<'a> ResolvedEntry<'a> {
    /// Returns the TeX of a field.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let (_, value) = self.fields.iter().find(|(field, _)| field == name)?;
        Some(value)
    }

    /// Adds a field of a parent, unless the inherited text would be too long.
    fn add_inherited(&mut self, name: Cow<'a, str>, value: Cow<'a, str>) {
        if self.may_inherit(&name, value.len()) {
            self.fields.push((name, value));
        }
    }

    /// Returns whether text of this length can still be inherited for a field, and counts it.
    fn may_inherit(&mut self, field: &str, length: usize) -> bool {
        let total = self.inherited.saturating_add(length);
        if total > MAX_INHERITED {
            self.too_long.push(field.to_owned());
            return false;
        }
        self.inherited = total;
        true
    }

    fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
            || match name {
                "date" | "year" | "month" => {
                    self.get("date").is_some() || self.get("year").is_some()
                }
                "journaltitle" => self.get("journal").is_some(),
                "location" => self.get("address").is_some(),
                _ => false,
            }
    }
}

/// The maximum depth of `crossref`; more is a cycle.
const GENERATIONS: usize = 8;

/// The maximum length, in bytes, of the text that an entry inherits. Thousands of short entries may inherit the same
/// long field.
const MAX_INHERITED: usize = 16 * 1024;

/// The maximum number of `xdata` entries that an entry inherits from.
const MAX_XDATA: usize = 64;

/// Returns the fields of an entry, including inherited ones: names in lower case, abbreviations
/// expanded.
pub(crate) fn resolve<'a>(
    work: &'a Entry,
    strings: &Strings,
    parents: &dyn Fn(&str) -> Option<Cow<'a, Entry>>,
) -> ResolvedEntry<'a> {
    let mut entry = own_fields(work, strings);
    let granular = entry.fields.iter().any(|(_, value)| is_granular(value));
    if entry.get("crossref").is_none() && entry.get("xdata").is_none() && !granular {
        return entry;
    }
    if granular {
        put_in_granular(&mut entry, strings, parents);
    }
    // The ancestors are collected first, and then inherited from, the oldest first.
    let mut generations = Vec::new();
    add_xdata(&mut entry, strings, parents);
    let mut next = entry.get("crossref").map(|key| key.trim().to_owned());
    let mut path = vec![work.key.clone()];
    while let Some(key) = next.take() {
        let found = parents(&key);
        // Nothing is inherited from the entry itself, or twice from another.
        let is_known = path.contains(&key)
            || found
                .as_ref()
                .is_some_and(|parent| path.contains(&parent.key));
        path.push(key.clone());
        if is_known || generations.len() >= GENERATIONS {
            entry.cycle = Some(path);
            break;
        }
        let Some(parent) = found else {
            entry.missing.push(key);
            break;
        };
        let mut parent = owned_fields(&parent, strings);
        add_xdata(&mut parent, strings, parents);
        next = parent.get("crossref").map(|key| key.trim().to_owned());
        generations.push(parent);
    }
    while let Some(ancestor) = generations.pop() {
        let child = generations.last_mut().unwrap_or(&mut entry);
        inherit(child, ancestor);
    }
    entry
}

/// Returns the keys that an entry names in `crossref`, `xdata` and values of the form `xdata=…`.
#[cfg(feature = "library")]
pub(crate) fn parent_keys(entry: &Entry, strings: &Strings) -> Vec<String> {
    let may_name_one = entry.fields().any(|field| {
        let is_bare = || !field.value.trim_start().starts_with(['{', '"']);
        let names_parent = |name| field.name.eq_ignore_ascii_case(name);
        ["crossref", "xdata"].into_iter().any(names_parent)
            || field.value.contains("xdata=")
            || is_bare() && strings.resolve(field.value).text.contains("xdata=")
    });
    if !may_name_one {
        return Vec::new();
    }
    let own = own_fields(entry, strings);
    let items = own.fields.iter().filter(|(_, value)| is_granular(value));
    let items = items.flat_map(|(_, value)| split_list(value));
    let granular = items.filter_map(|item| Some(granular_reference(item)?.key.to_owned()));
    let granular: Vec<String> = granular.collect();
    own.parents.into_iter().chain(granular).collect()
}

/// The parts of `xdata=key-field` and `xdata=key-field-index`.
struct GranularReference<'v> {
    key: &'v str,
    field: &'v str,
    index: Option<usize>,
}

fn granular_reference(item: &str) -> Option<GranularReference<'_>> {
    let reference = item.strip_prefix("xdata=")?;
    let (rest, index) = match reference.rsplit_once('-') {
        Some((rest, index)) => match index.parse::<usize>() {
            Ok(index) => (rest, Some(index)),
            Err(_) => (reference, None),
        },
        None => (reference, None),
    };
    let (key, field) = rest.rsplit_once('-')?;
    Some(GranularReference {
        key: key.trim(),
        field: field.trim(),
        index,
    })
}

/// Returns whether a value, or an item of a list, is `xdata=…` (BibLaTeX manual, §3.13.6).
fn is_granular(value: &str) -> bool {
    value.trim_start().starts_with("xdata=") || value.contains("and xdata=")
}

/// Replaces `xdata=key-field` and `xdata=key-field-index`, as a whole value or as an item of a
/// list. Not recursive; unknown references stay unchanged.
fn put_in_granular<'a>(
    entry: &mut ResolvedEntry<'_>,
    strings: &Strings,
    parents: &dyn Fn(&str) -> Option<Cow<'a, Entry>>,
) {
    let mut found_keys = Vec::new();
    let mut missing = Vec::new();
    let mut fields = std::mem::take(&mut entry.fields);
    for (name, value) in &mut fields {
        if !is_granular(value) {
            continue;
        }
        let items: Vec<String> = split_list(value)
            .into_iter()
            .map(|item| {
                let Some(GranularReference { key, field, index }) = granular_reference(item) else {
                    return item.to_owned();
                };
                let Some(data) = parents(key) else {
                    // The reference itself is no value to print.
                    missing.push(key.to_owned());
                    return String::new();
                };
                found_keys.push(key.to_owned());
                let strings = strings.of_entry(&data.key);
                let text = data.field(field).map(|value| strings.resolve(value).text);
                let text = match (text, index) {
                    (Some(text), None) => Some(text.into_owned()),
                    (Some(text), Some(index)) => split_list(&text)
                        .get(index.saturating_sub(1))
                        .map(|item| (*item).to_owned()),
                    (None, _) => None,
                };
                text.filter(|text| entry.may_inherit(name, text.len()))
                    .unwrap_or_else(|| item.to_owned())
            })
            .filter(|item| !item.is_empty())
            .collect();
        *value = Cow::Owned(items.join(" and "));
    }
    fields.retain(|(_, value)| !value.is_empty());
    entry.fields = fields;
    entry.parents.extend(found_keys);
    entry.missing.extend(missing);
}

fn own_fields<'a>(work: &'a Entry, strings: &Strings) -> ResolvedEntry<'a> {
    let strings = strings.of_entry(&work.key);
    let mut fields: Vec<(Cow<'a, str>, Cow<'a, str>)> = Vec::with_capacity(work.fields().len());
    for field in work.fields() {
        let name = if field
            .name
            .bytes()
            .any(|byte| byte.is_ascii_uppercase() || !byte.is_ascii())
        {
            Cow::Owned(field.name.to_lowercase())
        } else {
            Cow::Borrowed(field.name)
        };
        // As in BibTeX the first of two fields with one name counts.
        if fields.iter().any(|(earlier, _)| *earlier == name) {
            continue;
        }
        let text = strings.resolve(field.value).text;
        if !text.trim().is_empty() {
            fields.push((name, text));
        }
    }
    let mut resolved = ResolvedEntry {
        kind: work.kind(),
        fields,
        parents: Vec::new(),
        missing: Vec::new(),
        too_long: Vec::new(),
        inherited: 0,
        cycle: None,
    };
    let mut keys = Vec::new();
    for name in ["xdata", "crossref"] {
        if let Some(value) = resolved.get(name) {
            let values = value.split(',').map(str::trim);
            keys.extend(values.filter(|key| !key.is_empty()).map(str::to_owned));
        }
    }
    resolved.parents = keys;
    resolved
}

fn owned_fields<'a>(work: &Entry, strings: &Strings) -> ResolvedEntry<'a> {
    let own = own_fields(work, strings);
    let fields = own.fields.into_iter();
    ResolvedEntry {
        fields: fields
            .map(|(name, value)| {
                (
                    Cow::Owned(name.into_owned()),
                    Cow::Owned(value.into_owned()),
                )
            })
            .collect(),
        kind: own.kind,
        parents: own.parents,
        missing: Vec::new(),
        too_long: Vec::new(),
        inherited: 0,
        cycle: None,
    }
}

/// Adds the fields of the `xdata` entries that an entry names, and those that these name.
fn add_xdata<'a>(
    entry: &mut ResolvedEntry<'_>,
    strings: &Strings,
    parents: &dyn Fn(&str) -> Option<Cow<'a, Entry>>,
) {
    let list = |value: &str| -> Vec<String> {
        let keys = value.split(',').map(str::trim);
        keys.filter(|key| !key.is_empty())
            .map(str::to_owned)
            .collect()
    };
    let mut keys = VecDeque::from(entry.get("xdata").map(list).unwrap_or_default());
    let mut seen: Vec<String> = Vec::new();
    while let Some(key) = keys.pop_front() {
        if seen.len() > MAX_XDATA {
            break;
        }
        if seen.contains(&key) {
            continue;
        }
        match parents(&key) {
            None => entry.missing.push(key.clone()),
            Some(work) => {
                let data = owned_fields(&work, strings);
                keys.extend(data.get("xdata").map(list).unwrap_or_default());
                for (name, value) in data.fields {
                    if name != "xdata" && name != "ids" && !entry.has(&name) {
                        entry.add_inherited(name, value);
                    }
                }
            }
        }
        seen.push(key);
    }
}

/// Adds a parent's fields to a child by the rules of appendix B; the child's own fields stay.
fn inherit(child: &mut ResolvedEntry<'_>, parent: ResolvedEntry<'_>) {
    // Must be known before any part of the parent's date is added.
    let has_date = child.has("date");
    let mut handed_down = Vec::new();
    for (name, value) in parent.fields {
        let is_inherited = schema::field(&name).is_none_or(|field| field.is_inherited);
        if !is_inherited || (has_date && matches!(&*name, "date" | "year" | "month")) {
            continue;
        }
        let targets = targets(
            schema::base_type(&parent.kind),
            schema::base_type(&child.kind),
            &name,
        );
        for target in targets {
            let target = if target.is_empty() { &*name } else { target };
            if matches!(target, "date" | "year" | "month") || !child.has(target) {
                handed_down.push((
                    target.to_owned(),
                    value.clone().into_owned(),
                    target != name,
                ));
            }
        }
    }
    // A renamed field takes precedence over one that has the name already.
    handed_down.sort_by_key(|(_, _, renamed)| !renamed);
    for (target, value, _) in handed_down {
        if child.get(&target).is_none() {
            child.add_inherited(Cow::Owned(target), Cow::Owned(value));
        }
    }
}

/// Returns the names under which a child inherits a field of its parent; an empty name is the
/// field's own.
fn targets(parent: &str, child: &str, field: &str) -> &'static [&'static str] {
    const IN_BOOK: [&str; 3] = ["inbook", "bookinbook", "suppbook"];
    const IN_COLLECTION: [&str; 3] = ["incollection", "inreference", "suppcollection"];
    let in_book = IN_BOOK.contains(&child);
    let in_collection = IN_COLLECTION.contains(&child);
    // The manual gives `bookauthor` to parts of books only; the author of a work in several volumes is
    // the author of the whole to each of its volumes, too.
    let in_volumes = child == "book" && parent == "mvbook";
    if field == "author" && (in_volumes || in_book && matches!(parent, "mvbook" | "book")) {
        return &["author", "bookauthor"];
    }
    let main = match parent {
        "mvbook" => in_book || child == "book",
        "mvcollection" | "mvreference" => {
            in_collection || matches!(child, "collection" | "reference")
        }
        "mvproceedings" => matches!(child, "proceedings" | "inproceedings"),
        _ => false,
    };
    let book = match parent {
        "book" => in_book,
        "collection" | "reference" => in_collection,
        "proceedings" => child == "inproceedings",
        _ => false,
    };
    let journal = parent == "periodical" && matches!(child, "article" | "suppperiodical");
    match field {
        // A part does not inherit the short title of the whole.
        "shorttitle" | "sorttitle" | "indextitle" | "indexsorttitle" if main || book || journal => {
            &[]
        }
        "title" if main => &["maintitle"],
        "subtitle" if main => &["mainsubtitle"],
        "titleaddon" if main => &["maintitleaddon"],
        "title" if book => &["booktitle"],
        "subtitle" if book => &["booksubtitle"],
        "titleaddon" if book => &["booktitleaddon"],
        "title" if journal => &["journaltitle"],
        "subtitle" if journal => &["journalsubtitle"],
        "titleaddon" if journal => &["journaltitleaddon"],
        _ => &[""],
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Derived, derive, read};
    use super::*;

    fn derived(source: &str) -> Derived {
        let file = read(source);
        let works = file.by_key();
        let find = |key: &str| works.get(key).map(|work| Cow::Borrowed(*work));
        let work = file.works().next().unwrap();
        derive(work, &file.strings, &find)
    }

    fn text(source: &str, variable: &str) -> Option<String> {
        derived(source).item.text(variable)
    }

    #[test]
    fn titles_change_their_names_on_the_way_down() {
        let parent = "@collection{p, title = {P}, subtitle = {Q}, shorttitle = {S}, editor = {E F}, date = 1999, ids = {x}}";
        let child = |kind: &str| format!("@{kind}{{c, title = {{C}}, crossref = {{p}}}}{parent}");
        assert_eq!(
            text(&child("incollection"), "container-title").as_deref(),
            Some("P: Q")
        );
        assert_eq!(text(&child("incollection"), "title-short"), None);
        let derived = derived(&child("incollection"));
        assert_eq!(
            derived.item.date("issued").and_then(|date| date.year()),
            Some(1999)
        );
        assert_eq!(derived.parents, ["p"]);
        assert!(derived.aliases.is_empty());
        let journal = "@article{c, title = {C}, crossref = p}@periodical{p, title = {J}, date = 2000}@string{p = \"p\"}";
        assert_eq!(text(journal, "container-title").as_deref(), Some("J"));
        let nested = "@inbook{c, title = {C}, crossref = {b}}@book{b, title = {B}, crossref = {m}}@mvbook{m, title = {M}, author = {A B}}";
        assert_eq!(text(nested, "container-title").as_deref(), Some("M"));
        assert_eq!(text(nested, "volume-title").as_deref(), Some("B"));
    }

    #[test]
    fn what_the_child_has_stays() {
        let source = "@inproceedings{c, year = 2001, editor = {X Y}, crossref = {p}}@proceedings{p, date = {2000-05}, title = {P}, editor = {E F}}";
        let derived = derived(source);
        assert_eq!(
            derived
                .item
                .date("issued")
                .map(|date| date.date_parts.clone()),
            Some(vec![vec![2001]])
        );
        assert_eq!(derived.item.names("editor").len(), 1);
    }

    #[test]
    fn data_is_found_whole_or_by_piece() {
        let data = "@xdata{d, publisher = {P}, location = {L}, author = {A B and C D}, xdata = {e}}@xdata{e, note = {N}, publisher = {Q}}";
        let whole = format!("@book{{b, title = {{T}}, xdata = {{d}}}}{data}");
        assert_eq!(text(&whole, "publisher").as_deref(), Some("P"));
        assert_eq!(text(&whole, "note").as_deref(), Some("N"));
        let piece = format!(
            "@book{{b, author = {{X Y and xdata=d-author-2}}, publisher = {{xdata=d-publisher}}}}{data}"
        );
        let derived = derived(&piece);
        assert_eq!(derived.item.names("author").len(), 2);
        assert_eq!(derived.item.names("author")[1].family.as_deref(), Some("D"));
        assert_eq!(derived.item.text("publisher").as_deref(), Some("P"));
    }

    #[test]
    fn circles_and_missing_parents_do_no_harm() {
        let circle = "@book{a, crossref = {b}, xdata = {a}}@book{b, crossref = {a}, title = {B}}";
        assert_eq!(text(circle, "title").as_deref(), Some("B"));
        let derived = derived("@book{a, title = {T}, crossref = {nowhere}}");
        assert_eq!(derived.problems.len(), 1);
    }
}
