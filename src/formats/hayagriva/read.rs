//! Hayagriva entries to CSL items.

use std::borrow::Cow;
use std::collections::HashMap;

use ::hayagriva::types::{
    ChunkKind, ChunkedString, Date, EntryType, FormatString, Person, PersonRole,
};
use ::hayagriva::{Entry, Library, io};
use serde_yaml::{Mapping, Value as Yaml};

use super::types;
use crate::formats::csl_to_bib::ParsedItems;
use crate::formats::yaml;
use crate::model::{CslDate, CslItem, CslName, CslValue, Doi};

/// The fields of an entry.
#[rustfmt::skip]
pub(super) const FIELDS: &[&str] = &[
    "type", "parent", "title", "author", "date", "editor", "affiliated", "publisher", "location", "organization",
    "issue", "chapter", "volume", "volume-total", "edition", "page-range", "page-total", "time-range", "runtime", "url",
    "serial-number", "serial", "language", "archive", "archive-location", "call-number", "note", "abstract", "genre",
];

/// Reads the entries of a text, each separately, so that a malformed one costs one entry.
pub(super) fn read_items(text: &str) -> ParsedItems {
    let text = text.trim_start_matches('\u{feff}');
    let mut items = ParsedItems::default();
    let mut failed = Vec::new();
    for block in blocks(text) {
        let read =
            yaml::parse(block.text).and_then(|yaml| Ok((yaml.clone(), library(block.text, yaml)?)));
        match read {
            Ok((yaml, library)) => {
                let index = BlockIndex::new(&block, &yaml);
                for entry in &library {
                    take(entry, &index, &block, &mut items);
                }
            }
            Err(error) => failed.push((block, error)),
        }
    }
    // Aliases may name anchors of other entries, and a whole file may be one map in braces.
    if !failed.is_empty()
        && let Ok(yaml) = yaml::parse(text)
        && let Ok(library) = library(text, yaml.clone())
    {
        let whole = YamlBlock { line: 1, text };
        let mut items = ParsedItems::default();
        let index = BlockIndex::new(&whole, &yaml);
        for entry in &library {
            take(entry, &index, &whole, &mut items);
        }
        return items;
    }
    for (block, error) in failed {
        let place = error.location();
        let (line, column) = place.map_or((block.line, 1), |place| {
            (block.line + place.line().saturating_sub(1), place.column())
        });
        let message = error.to_string();
        let message = message.split(" at line ").next().unwrap_or(&message);
        let key = block
            .text
            .lines()
            .next()
            .and_then(|line| line.split(':').next());
        items.reject(
            block.line,
            key.map(|key| key.trim_matches(['"', '\'', ' ']).to_owned()),
            block.text,
            format!("cannot be read: {message} (line {line}, column {column})"),
        );
    }
    items
}

/// Reads an entry that was just written, as text and as its content.
pub(super) fn written_item(text: &str, yaml: &Yaml) -> Option<CslItem> {
    let library = library(text, yaml.clone()).ok()?;
    let block = YamlBlock { line: 1, text };
    let index = BlockIndex::new(&block, yaml);
    let mut items = ParsedItems::default();
    for entry in &library {
        take(entry, &index, &block, &mut items);
    }
    items.items.into_iter().next().map(|read| read.item)
}

/// The part of a file that holds one entry.
#[derive(Debug, Clone, Copy)]
struct YamlBlock<'t> {
    line: usize,
    text: &'t str,
}

/// The lines and fields of the entries of a block, by key. A block may hold all entries of a file.
struct BlockIndex<'b> {
    lines: HashMap<&'b str, usize>,
    fields: HashMap<String, &'b Yaml>,
}

impl<'b> BlockIndex<'b> {
    fn new(block: &YamlBlock<'b>, yaml: &'b Yaml) -> Self {
        let mut lines = HashMap::new();
        for (index, line) in block.text.lines().enumerate() {
            let line = line.trim_start_matches(['"', '\'']);
            // A key may contain colons itself.
            for (end, _) in line.match_indices(':').take(3) {
                let key = line.get(..end).unwrap_or_default().trim_end();
                let key = key.trim_end_matches(['"', '\'']);
                lines.entry(key).or_insert(block.line + index);
            }
        }
        let mut fields = HashMap::new();
        for (name, value) in yaml.as_mapping().into_iter().flatten() {
            let key = match name.as_str() {
                Some(name) => Some(name.to_owned()),
                None => serde_yaml::to_string(name)
                    .ok()
                    .map(|name| name.trim().to_owned()),
            };
            fields.extend(key.map(|key| (key, value)));
        }
        Self { lines, fields }
    }
}

/// Cuts a file before every line that is not indented, comments and marks of documents aside.
fn blocks(text: &str) -> Vec<YamlBlock<'_>> {
    let mut blocks = Vec::new();
    let (mut start, mut start_line) = (0, 1);
    let mut has_content = false;
    let mut here = 0;
    for (index, line) in text.split_inclusive('\n').enumerate() {
        let trimmed = line.trim_end();
        let is_head = !trimmed.is_empty()
            && !trimmed.starts_with([' ', '\t', '#', '}', ']', '-', '.', '%'])
            && trimmed != "---";
        if is_head {
            if has_content {
                blocks.push(YamlBlock {
                    line: start_line,
                    text: text.get(start..here).unwrap_or_default(),
                });
            }
            (start, start_line, has_content) = (here, index + 1, true);
        }
        here += line.len();
    }
    if has_content {
        blocks.push(YamlBlock {
            line: start_line,
            text: text.get(start..).unwrap_or_default(),
        });
    }
    blocks
}

/// Parses a text with hayagriva; `yaml` is its content. The text is changed only to keep names
/// together.
fn library(text: &str, mut yaml: Yaml) -> Result<Library, serde_yaml::Error> {
    if let Yaml::Mapping(entries) = &mut yaml {
        let mut changed = false;
        for (_, entry) in entries {
            changed |= keep_names_together(entry);
        }
        if changed {
            return io::from_yaml_str(&serde_yaml::to_string(&yaml)?);
        }
    }
    io::from_yaml_str(text)
}

/// Makes a map of every name of several words without a comma, which hayagriva would split at its
/// words in lower case. A name that begins with such a word ("van Gogh") is for it to read.
fn keep_names_together(entry: &mut Yaml) -> bool {
    let Yaml::Mapping(fields) = entry else {
        return false;
    };
    let mut changed = false;
    for (field, value) in fields.iter_mut() {
        match field.as_str() {
            Some("author" | "editor" | "names") => changed |= keep_together(value),
            Some("affiliated" | "parent") => match value {
                Yaml::Sequence(list) => {
                    for item in list {
                        changed |= keep_names_together(item);
                    }
                }
                one => changed |= keep_names_together(one),
            },
            _ => {}
        }
    }
    changed
}

fn keep_together(value: &mut Yaml) -> bool {
    match value {
        Yaml::Sequence(list) => {
            let mut changed = false;
            for item in list {
                changed |= keep_together(item);
            }
            changed
        }
        Yaml::String(name) => {
            let name = name.trim();
            let is_one = !name.contains(',')
                && name.contains(char::is_whitespace)
                && !name.chars().next().is_some_and(char::is_lowercase);
            if is_one {
                let mut map = Mapping::new();
                map.insert("name".into(), name.into());
                *value = Yaml::Mapping(map);
            }
            is_one
        }
        _ => false,
    }
}

fn take(entry: &Entry, index: &BlockIndex<'_>, block: &YamlBlock<'_>, items: &mut ParsedItems) {
    let key = entry.key();
    let line = index.lines.get(key).copied().unwrap_or(block.line);
    if let Some(fields) = index.fields.get(key) {
        report_unknown(fields, "", key, line, items);
    }
    let mut reader = HayagrivaReader {
        entry,
        line,
        items,
        item: CslItem {
            id: key.to_owned(),
            ..CslItem::default()
        },
    };
    reader.read();
    let item = reader.item;
    items.accept(line, item, || block.text.to_owned());
}

/// Reports unknown fields, which Hayagriva ignores.
fn report_unknown(fields: &Yaml, of: &str, key: &str, line: usize, items: &mut ParsedItems) {
    let Yaml::Mapping(fields) = fields else {
        return;
    };
    for (name, value) in fields {
        let Some(name) = name.as_str() else {
            continue;
        };
        let path = format!("{of}{name}");
        if !FIELDS.contains(&name) {
            let message = "ignored: not a Hayagriva field".to_owned();
            items.warn(line, key, Some(&path), message);
        }
        if name == "parent" {
            let of = format!("{path}.");
            match value {
                Yaml::Sequence(parents) => {
                    for parent in parents {
                        report_unknown(parent, &of, key, line, items);
                    }
                }
                parent => report_unknown(parent, &of, key, line, items),
            }
        }
    }
}

struct HayagrivaReader<'e, 'i> {
    entry: &'e Entry,
    line: usize,
    items: &'i mut ParsedItems,
    item: CslItem,
}

impl<'e> HayagrivaReader<'e, '_> {
    fn read(&mut self) {
        let entry = self.entry;
        let mut container = None;
        let mut collection = None;
        for parent in entry.parents() {
            let parent_type = *parent.entry_type();
            match parent_type {
                EntryType::Original => self.original(parent),
                EntryType::Conference | EntryType::Exhibition if !self.has("event-title") => {
                    self.event(parent);
                }
                _ if is_series(entry, parent) && collection.is_none() => collection = Some(parent),
                _ if container.is_none() => container = Some(parent),
                _ => self.left_out("parent", "CSL has one container only"),
            }
        }
        let conference = entry
            .parents()
            .iter()
            .any(|parent| *parent.entry_type() == EntryType::Conference);
        let within = container
            .map(|container| *container.entry_type())
            .or(conference.then_some(EntryType::Conference));
        let within = within.filter(|within| {
            // A page of a site is a web page; other types on a site keep their type.
            *entry.entry_type() == EntryType::Article || *within != EntryType::Web
        });
        self.item.item_type = types::csl_type(*entry.entry_type(), within).to_owned();
        self.own(entry);
        if let Some(container) = container {
            self.container(container);
            for parent in container.parents() {
                match parent.entry_type() {
                    EntryType::Original => self.original(parent),
                    EntryType::Conference => self.event(parent),
                    _ if collection.is_none() => collection = Some(parent),
                    _ => self.left_out("parent.parent", "CSL has one collection only"),
                }
            }
        }
        if let Some(collection) = collection {
            self.collection(collection);
        }
    }

    /// Reads the fields of the entry itself.
    fn own(&mut self, entry: &'e Entry) {
        if let Some(title) = entry.title() {
            self.set("title", html(&title.value));
            if let Some(short) = &title.short {
                self.set("title-short", html(short));
            }
        }
        self.names("author", entry.authors().unwrap_or_default());
        self.names("editor", entry.editors().unwrap_or_default());
        self.affiliated(entry);
        self.date("issued", entry.date());
        self.shared(entry);
        self.pages_and_times(entry);
        if let Some(url) = entry.url() {
            self.set("URL", url.value.to_string());
            self.date("accessed", url.visit_date.as_ref());
        }
        self.set("language", text(entry.language()));
        self.format("archive", entry.archive());
        self.format("archive_location", entry.archive_location());
        self.format("call-number", entry.call_number());
        self.format("note", entry.note());
        self.format("abstract", entry.abstract_());
        self.format("genre", entry.genre());
        self.set("chapter-number", text(entry.chapter()));
        self.serial_numbers(entry);
    }

    /// Reads the fields that may be on the entry or on its parent.
    fn shared(&mut self, entry: &'e Entry) {
        self.set_new("volume", text(entry.volume()));
        self.set_new("issue", text(entry.issue()));
        self.set_new("edition", text(entry.edition()));
        self.set_new("number-of-volumes", text(entry.volume_total()));
        self.set_new("number-of-pages", text(entry.page_total()));
        let publisher = entry.publisher();
        let organization = entry.organization();
        let name = publisher.and_then(|publisher| publisher.name());
        if name.is_some() {
            self.set_new("publisher", format(name));
            self.set_new("authority", format(organization));
        } else {
            self.set_new("publisher", format(organization));
        }
        let place = publisher.and_then(|publisher| publisher.location());
        self.set_new("publisher-place", format(place.or(entry.location())));
        if place.is_some() && entry.location().is_some() {
            self.left_out("location", "the publisher already has one");
        }
    }

    fn pages_and_times(&mut self, entry: &'e Entry) {
        self.set_new("page", text(entry.page_range()));
        self.set_new("dimensions", text(entry.runtime()));
        if entry.time_range().is_some() {
            self.left_out("time-range", "CSL has no such variable");
        }
    }

    fn container(&mut self, container: &'e Entry) {
        if let Some(title) = container.title() {
            self.set("container-title", html(&title.value));
            if let Some(short) = &title.short {
                self.set("container-title-short", html(short));
            }
        }
        self.names("container-author", container.authors().unwrap_or_default());
        if !self.has("editor") {
            self.names("editor", container.editors().unwrap_or_default());
        } else if container.editors().is_some() {
            self.left_out("parent.editor", "the entry has its own editors");
        }
        self.affiliated(container);
        if !self.has("issued") {
            self.date("issued", container.date());
        } else if container
            .date()
            .is_some_and(|date| Some(date) != self.entry.date())
        {
            self.left_out("parent.date", "the entry has its own date");
        }
        self.shared(container);
        if let Some(url) = container.url() {
            if self.has("URL") {
                self.left_out("parent.url", "CSL has one URL only");
            } else {
                self.set("URL", url.value.to_string());
                self.date("accessed", url.visit_date.as_ref());
            }
        }
        if !self.has("language") {
            self.set("language", text(container.language()));
        }
        self.serial_numbers(container);
    }

    fn collection(&mut self, collection: &'e Entry) {
        self.format("collection-title", collection.title());
        self.names(
            "collection-editor",
            collection.editors().unwrap_or_default(),
        );
        self.set("collection-number", text(collection.volume()));
        if collection.volume().is_none() {
            self.set("collection-number", text(collection.issue()));
        }
        // A multi-volume work has a number of volumes; a book series has not.
        self.set_new("number-of-volumes", text(collection.volume_total()));
        if let Some(issn) = collection.issn() {
            self.set_new("ISSN", issn.to_owned());
        }
    }

    fn event(&mut self, event: &'e Entry) {
        self.format("event-title", event.title());
        let place = event
            .location()
            .or_else(|| event.publisher().and_then(|publisher| publisher.location()));
        self.set("event-place", format(place));
        self.date("event-date", event.date());
    }

    fn original(&mut self, original: &'e Entry) {
        self.format("original-title", original.title());
        self.names("original-author", original.authors().unwrap_or_default());
        self.date("original-date", original.date());
        if let Some(publisher) = original.publisher() {
            self.set("original-publisher", format(publisher.name()));
            self.set("original-publisher-place", format(publisher.location()));
        }
    }

    fn affiliated(&mut self, entry: &'e Entry) {
        for group in entry.affiliated().unwrap_or_default() {
            let variable = match &group.role {
                PersonRole::Translator => "translator",
                PersonRole::Compiler => "compiler",
                PersonRole::Organizer => "organizer",
                PersonRole::CastMember => "performer",
                PersonRole::Composer => "composer",
                PersonRole::Producer => "producer",
                PersonRole::ExecutiveProducer => "executive-producer",
                PersonRole::Writer => "script-writer",
                PersonRole::Director => "director",
                PersonRole::Illustrator => "illustrator",
                PersonRole::Narrator => "narrator",
                PersonRole::Collaborator => "contributor",
                other => {
                    let role = format!("the role {other:?} becomes contributor in CSL");
                    self.items
                        .warn(self.line, self.entry.key(), Some("affiliated"), role);
                    "contributor"
                }
            };
            let mut names = self.item.names(variable).to_vec();
            for person in &group.names {
                names.push(self.name(person));
            }
            self.item
                .variables
                .insert(variable.to_owned(), CslValue::Names(names));
        }
    }

    fn serial_numbers(&mut self, entry: &'e Entry) {
        let Some(numbers) = entry.serial_number() else {
            return;
        };
        for (kind, number) in &numbers.0 {
            let variable = match kind.to_lowercase().as_str() {
                "doi" => "DOI",
                "isbn" => "ISBN",
                "issn" => "ISSN",
                "pmid" => "PMID",
                "pmcid" => "PMCID",
                "version" => "version",
                "serial" => "number",
                "arxiv" if !self.has("archive") => {
                    self.set("archive", "arXiv".to_owned());
                    self.set_new("archive_location", number.clone());
                    continue;
                }
                _ => {
                    let field = format!("serial-number.{kind}");
                    self.left_out(&field, "CSL has no such variable");
                    continue;
                }
            };
            let bare = match variable {
                "DOI" => Doi::in_text(number).map(Cow::into_owned),
                _ => None,
            };
            self.set_new(variable, bare.unwrap_or_else(|| number.clone()));
        }
    }

    fn name(&mut self, person: &Person) -> CslName {
        if let Some(alias) = &person.alias {
            let reason = format!("CSL cannot hold the alias {alias:?}");
            self.left_out("alias", &reason);
        }
        let part = |part: &Option<String>| {
            part.as_deref()
                .map(|part| part.trim().to_owned())
                .filter(|part| !part.is_empty())
        };
        let (given, prefix, suffix) = (
            part(&person.given_name),
            part(&person.prefix),
            part(&person.suffix),
        );
        // The documentation gives "Luther King, Martin, Jr." as an example, which the crate reads as if the
        // suffix stood before the given name.
        let is_suffix = |part: &Option<String>| part.as_deref().is_some_and(looks_like_suffix);
        let (given, suffix) = if is_suffix(&given) && suffix.is_some() && !is_suffix(&suffix) {
            (suffix, given)
        } else {
            (given, suffix)
        };
        let name = person.name.trim().to_owned();
        if given.is_none() && prefix.is_none() && suffix.is_none() && name.contains(' ') {
            return CslName {
                literal: Some(name),
                ..CslName::default()
            };
        }
        CslName {
            family: Some(name),
            given,
            non_dropping_particle: prefix,
            suffix,
            comma_suffix: (person.comma_suffix).then(|| Box::new(serde_json::Value::Bool(true))),
            ..CslName::default()
        }
    }

    fn names(&mut self, variable: &str, persons: &[Person]) {
        if persons.is_empty() {
            return;
        }
        let names = persons.iter().map(|person| self.name(person)).collect();
        self.item
            .variables
            .insert(variable.to_owned(), CslValue::Names(names));
    }

    fn date(&mut self, variable: &str, date: Option<&Date>) {
        let Some(date) = date else {
            return;
        };
        // Year 0 is the year before 1, which CSL calls -1.
        let mut parts = vec![if date.year <= 0 {
            date.year - 1
        } else {
            date.year
        }];
        if let Some(month) = date.month {
            parts.push(i32::from(month) + 1);
            parts.extend(date.day.map(|day| i32::from(day) + 1));
        }
        let date = CslDate {
            date_parts: vec![parts],
            season: date.season.map(|season| season.to_csl_number().into()),
            circa: date.approximate.then_some(serde_json::Value::Bool(true)),
            ..CslDate::default()
        };
        self.item
            .variables
            .insert(variable.to_owned(), CslValue::from(date));
    }

    fn has(&self, variable: &str) -> bool {
        self.item.variables.contains_key(variable)
    }

    fn format(&mut self, variable: &str, value: Option<&FormatString>) {
        self.set(variable, format(value));
    }

    fn set(&mut self, variable: &str, value: String) {
        if !value.is_empty() {
            self.item
                .variables
                .insert(variable.to_owned(), CslValue::Text(value));
        }
    }

    /// Sets a variable unless the entry itself has it; a different value is reported.
    fn set_new(&mut self, variable: &str, value: String) {
        match self.item.text(variable) {
            None => self.set(variable, value),
            Some(own) if value.is_empty() || own == value => {}
            Some(_) => {
                let reason = format!("{variable} is already set");
                self.left_out(&format!("{variable} {value:?}"), &reason);
            }
        }
    }

    fn left_out(&mut self, field: &str, reason: &str) {
        let message = format!("ignored: {reason}");
        self.items
            .warn(self.line, self.entry.key(), Some(field), message);
    }
}

/// Returns whether a parent is a book series rather than a container.
fn is_series(entry: &Entry, parent: &Entry) -> bool {
    let is_whole = matches!(
        entry.entry_type(),
        EntryType::Book
            | EntryType::Anthology
            | EntryType::Proceedings
            | EntryType::Reference
            | EntryType::Report
            | EntryType::Thesis
            | EntryType::Misc
            | EntryType::Patent
            | EntryType::Manuscript
            | EntryType::Repository
    );
    is_whole
        && (parent.entry_type() == entry.entry_type()
            || *parent.entry_type() == EntryType::Anthology)
}

fn text(value: Option<impl ToString>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

fn format(value: Option<&FormatString>) -> String {
    value.map(|value| html(&value.value)).unwrap_or_default()
}

/// Braces protect words from changes of case, as `nocase` does in CSL; mathematics keeps its signs.
fn html(text: &ChunkedString) -> String {
    let mut html = String::new();
    for chunk in &text.0 {
        match chunk.kind {
            ChunkKind::Normal => html.push_str(&chunk.value),
            ChunkKind::Verbatim => {
                html.push_str("<span class=\"nocase\">");
                html.push_str(&chunk.value);
                html.push_str("</span>");
            }
            ChunkKind::Math => {
                html.push('$');
                html.push_str(&chunk.value);
                html.push('$');
            }
        }
    }
    html
}

/// Returns whether a part of a name is a suffix such as "Jr." or "III".
fn looks_like_suffix(part: &str) -> bool {
    const SUFFIXES: [&str; 12] = [
        "jr", "sr", "jnr", "snr", "junior", "senior", "esq", "phd", "md", "2nd", "3rd", "4th",
    ];
    let bare: String = part.chars().filter(|c| c.is_alphanumeric()).collect();
    let is_numeral =
        bare.len() < 5 && !bare.is_empty() && bare.bytes().all(|byte| b"IVX".contains(&byte));
    is_numeral && !part.contains('.') || SUFFIXES.contains(&bare.to_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_read_with_their_parents() {
        let text = "# a comment\nzygos:\n    type: Article\n    author:\n        - Prekas, George\n    \
                    title: \"{ZygOS}: Achieving Low Latency\"\n    date: 2017\n    page-range: 325-341\n    \
                    serial-number:\n        doi: 10.1145/3132747\n    parent:\n        - type: Proceedings\n          \
                    title: Proceedings of SOSP\n          publisher: ACM\n          location: New York\n\n\
                    donne:\n    type: Book\n    title: The Anniversaries\n    volume: 6\n    parent:\n        \
                    type: Book\n        title: The Variorum Edition\n        editor: Stringer, Gary A.\n";
        let read = read_items(text);
        assert_eq!(read.problems, []);
        let [zygos, donne] = read.items.as_slice() else {
            panic!("{read:?}");
        };
        assert_eq!((zygos.line, donne.line), (2, 17));
        assert_eq!(zygos.item.item_type, "paper-conference");
        assert_eq!(
            zygos.item.text("publisher-place").as_deref(),
            Some("New York")
        );
        assert_eq!(
            donne.item.text("collection-title").as_deref(),
            Some("The Variorum Edition")
        );
        assert_eq!(donne.item.text("volume").as_deref(), Some("6"));
    }

    #[test]
    fn a_bad_entry_costs_one_and_unknown_fields_are_reported() {
        let text = "a:\n  type: book\n  title: One\n  colour: red\n\nb:\n  title: no type\n\nc:\n  type: book\n  \
                    title: {unclosed\n\nd:\n  type: book\n";
        let read = read_items(text);
        let keys: Vec<_> = read
            .items
            .iter()
            .map(|read| read.item.id.as_str())
            .collect();
        assert_eq!(keys, ["a", "d"]);
        let lines: Vec<_> = read.rejected.iter().map(|rejected| rejected.line).collect();
        assert_eq!(lines, [6, 9]);
        assert_eq!(read.problems[0].field.as_deref(), Some("colour"));
        assert!(
            read.rejected[0].reason.contains("no entry type"),
            "{read:?}"
        );
    }

    #[test]
    fn names_of_organizations_stay_whole() {
        let text = "a:\n  type: book\n  author: [Foundation for Peer to Peer Alternatives, \"van Gogh, Vincent\"]\n  \
                    editor: Plato\n";
        let item = &read_items(text).items[0].item;
        assert_eq!(
            item.names("author")[0].literal.as_deref(),
            Some("Foundation for Peer to Peer Alternatives")
        );
        assert_eq!(
            item.names("author")[1].non_dropping_particle.as_deref(),
            Some("van")
        );
        assert_eq!(item.names("editor")[0].family.as_deref(), Some("Plato"));
    }

    #[test]
    fn a_file_in_braces_and_aliases_over_entries_are_read() {
        assert_eq!(
            read_items("{a: {type: book}, b: {type: web}}").items.len(),
            2
        );
        let text =
            "a:\n  type: book\n  publisher: &p MIT Press\nb:\n  type: book\n  publisher: *p\n";
        let read = read_items(text);
        assert_eq!(
            read.items[1].item.text("publisher").as_deref(),
            Some("MIT Press")
        );
        assert_eq!(read.items[1].line, 4);
    }
}
