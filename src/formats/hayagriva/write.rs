//! CSL items to Hayagriva entries.

use ::hayagriva::Entry;
use ::hayagriva::types::{
    ChunkKind, ChunkedString, Date, EntryType, FormatString, MaybeTyped, Person, PersonRole,
    PersonsWithRoles, Publisher, QualifiedUrl,
};
use serde_yaml::{Mapping, Value as Yaml};

use super::types;
use crate::csl::formula;
use crate::formats::losses::{resolved_date, truth};
use crate::model::markup::plain;
use crate::model::{CslDate, CslItem, CslName};

/// Returns an entry with its key, as the text and the content of YAML.
pub(super) fn entry(item: &CslItem) -> (String, Yaml) {
    let mut file = Mapping::new();
    file.insert(
        item.id.clone().into(),
        yaml(&HayagrivaWriter { item }.entry()),
    );
    let text = serde_yaml::to_string(&file).unwrap_or_default();
    (text, Yaml::Mapping(file))
}

/// Returns the entry as hayagriva writes it, save two things that it would not read again: names as
/// one text, and years that are not certain.
fn yaml(entry: &Entry) -> Yaml {
    let mut written = serde_yaml::to_value(entry).unwrap_or_default();
    let Yaml::Mapping(fields) = &mut written else {
        return written;
    };
    for (field, persons) in [("author", entry.authors()), ("editor", entry.editors())] {
        if let Some(persons) = persons {
            fields.insert(field.into(), one_or_many(persons.iter().map(person)));
        }
    }
    if let Some(groups) = entry.affiliated() {
        let groups = groups.iter().map(|group| {
            let mut map = Mapping::new();
            let role = serde_yaml::to_value(&group.role).unwrap_or_default();
            map.insert("role".into(), role);
            map.insert("names".into(), one_or_many(group.names.iter().map(person)));
            Yaml::Mapping(map)
        });
        fields.insert("affiliated".into(), Yaml::Sequence(groups.collect()));
    }
    if let Some(date) = entry.date() {
        fields.insert("date".into(), self::date(date));
    }
    if let Some(visited) = entry.url().and_then(|url| url.visit_date.as_ref())
        && let Some(Yaml::Mapping(url)) = fields.get_mut("url")
    {
        url.insert("date".into(), date(visited));
    }
    if !entry.parents().is_empty() {
        fields.insert(
            "parent".into(),
            one_or_many(entry.parents().iter().map(yaml)),
        );
    }
    written
}

fn date(date: &Date) -> Yaml {
    // Seasons, and years before our era, are read only from a map.
    if date.season.is_some() || date.year < 0 {
        let mut map = Mapping::new();
        map.insert("year".into(), date.year.into());
        // The map counts months and days from 0, as hayagriva itself does.
        for (name, part) in [("month", date.month), ("day", date.day)] {
            if let Some(part) = part {
                map.insert(name.into(), part.into());
            }
        }
        if date.approximate {
            map.insert("approximate".into(), true.into());
        }
        if let Some(season) = date.season {
            map.insert("season".into(), season.to_csl_number().into());
        }
        return Yaml::Mapping(map);
    }
    if date.month.is_none() && !date.approximate {
        return date.year.into();
    }
    date.to_string().into()
}

fn person(person: &Person) -> Yaml {
    let mut map = Mapping::new();
    map.insert("name".into(), person.name.clone().into());
    for (part, value) in [
        ("given-name", &person.given_name),
        ("prefix", &person.prefix),
        ("suffix", &person.suffix),
    ] {
        if let Some(value) = value {
            map.insert(part.into(), value.clone().into());
        }
    }
    if person.comma_suffix {
        map.insert("comma-suffix".into(), true.into());
    }
    Yaml::Mapping(map)
}

fn one_or_many(items: impl Iterator<Item = Yaml>) -> Yaml {
    let mut items: Vec<Yaml> = items.collect();
    match items.pop() {
        Some(only) if items.is_empty() => only,
        last => {
            items.extend(last);
            Yaml::Sequence(items)
        }
    }
}

struct HayagrivaWriter<'i> {
    item: &'i CslItem,
}

impl HayagrivaWriter<'_> {
    fn entry(&self) -> Entry {
        let (entry_type, parent_type) = types::of_csl(&self.item.item_type);
        let mut entry = self.new_entry(entry_type);
        let has_container = [
            "container-title",
            "container-title-short",
            "container-author",
        ]
        .iter()
        .any(|variable| self.item.variables.contains_key(variable));
        let parent_type =
            parent_type.or_else(|| has_container.then(|| types::container_of(entry_type)));
        let mut container = parent_type.map(|parent_type| self.new_entry(parent_type));

        self.title(&mut entry, "title", "title-short");
        self.persons("author", |persons| entry.set_authors(persons));
        self.affiliated(&mut entry);
        if let Some(date) = self.date("issued") {
            entry.set_date(date);
        }
        self.address(&mut entry);
        self.texts(&mut entry);
        if let Some(container) = &mut container {
            self.title(container, "container-title", "container-title-short");
            self.persons("container-author", |persons| container.set_authors(persons));
        }
        // The part of the container that the work is belongs to the parent, too.
        let numbered = match &mut container {
            Some(container) => container,
            None => &mut entry,
        };
        self.numbers(numbered);
        let is_in_book = parent_type.is_some_and(types::belongs_to_book);
        let published = match &mut container {
            Some(container) if is_in_book => container,
            _ => &mut entry,
        };
        self.persons("editor", |persons| published.set_editors(persons));
        self.publication(published);
        self.serial_numbers(&mut entry, container.as_mut());

        let mut parents = Vec::new();
        let collection = self.collection(match &container {
            Some(container) if is_in_book => *container.entry_type(),
            _ => EntryType::Anthology,
        });
        match (&mut container, collection) {
            (Some(container), Some(collection)) => container.set_parents(vec![collection]),
            (None, Some(collection)) => parents.push(collection),
            (_, None) => {}
        }
        parents.splice(0..0, container);
        parents.extend(self.event());
        parents.extend(self.original());
        entry.set_parents(parents);
        entry
    }

    fn new_entry(&self, entry_type: EntryType) -> Entry {
        Entry::new(&self.item.id, entry_type)
    }

    fn text(&self, variable: &str) -> Option<String> {
        self.item
            .text(variable)
            .filter(|text| !text.trim().is_empty())
    }

    fn format(&self, variable: &str) -> Option<FormatString> {
        self.text(variable).map(|text| FormatString {
            value: chunked(&text),
            short: None,
        })
    }

    fn title(&self, entry: &mut Entry, variable: &str, short: &str) {
        if let Some(mut title) = self.format(variable) {
            title.short = self.text(short).map(|short| Box::new(chunked(&short)));
            entry.set_title(title);
        }
    }

    fn persons(&self, variable: &str, set: impl FnOnce(Vec<Person>)) {
        let names = self.item.names(variable);
        if !names.is_empty() {
            set(names.iter().map(of_name).collect());
        }
    }

    fn affiliated(&self, entry: &mut Entry) {
        const ROLES: [(&str, PersonRole); 12] = [
            ("translator", PersonRole::Translator),
            ("compiler", PersonRole::Compiler),
            ("organizer", PersonRole::Organizer),
            ("performer", PersonRole::CastMember),
            ("composer", PersonRole::Composer),
            ("producer", PersonRole::Producer),
            ("executive-producer", PersonRole::ExecutiveProducer),
            ("script-writer", PersonRole::Writer),
            ("director", PersonRole::Director),
            ("illustrator", PersonRole::Illustrator),
            ("narrator", PersonRole::Narrator),
            ("contributor", PersonRole::Collaborator),
        ];
        let mut groups = Vec::new();
        for (variable, role) in ROLES {
            self.persons(variable, |persons| {
                groups.push(PersonsWithRoles::new(persons, role));
            });
        }
        if !groups.is_empty() {
            entry.set_affiliated(groups);
        }
    }

    fn date(&self, variable: &str) -> Option<Date> {
        let date = resolved_date(self.item.date(variable)?);
        of_date(&date)
    }

    fn address(&self, entry: &mut Entry) {
        let url = self
            .text("URL")
            .and_then(|url| url.parse::<QualifiedUrl>().ok());
        if let Some(mut url) = url {
            url.visit_date = self.date("accessed");
            entry.set_url(url);
        }
    }

    fn texts(&self, entry: &mut Entry) {
        if let Some(language) = self.text("language").and_then(|text| text.parse().ok()) {
            entry.set_language(language);
        }
        if let Some(archive) = self.format("archive") {
            entry.set_archive(archive);
        }
        if let Some(place) = self.format("archive_location") {
            entry.set_archive_location(place);
        }
        if let Some(number) = self.format("call-number") {
            entry.set_call_number(number);
        }
        if let Some(note) = self.format("note") {
            entry.set_note(note);
        }
        // "10:00" is the time that a film runs; other dimensions have no field.
        let runtime = self.text("dimensions").filter(|text| text.contains(':'));
        if let Some(runtime) = runtime.and_then(|text| text.parse().ok()) {
            entry.set_runtime(MaybeTyped::Typed(runtime));
        }
        if let Some(text) = self.format("abstract") {
            entry.set_abstract_(text);
        }
        if let Some(genre) = self.format("genre") {
            entry.set_genre(genre);
        }
        if let Some(chapter) = self.text("chapter-number") {
            entry.set_chapter(maybe(&chapter));
        }
        if let Some(pages) = self.text("page") {
            let pages = pages.replace("--", "-").replace('\u{2013}', "-");
            entry.set_page_range(maybe(&pages));
        }
    }

    fn numbers(&self, entry: &mut Entry) {
        if let Some(volume) = self.text("volume") {
            entry.set_volume(maybe(&volume));
        }
        if let Some(issue) = self.text("issue") {
            entry.set_issue(maybe(&issue));
        }
        if let Some(edition) = self.text("edition") {
            entry.set_edition(maybe(&edition));
        }
        if let Some(total) = self.text("number-of-volumes").and_then(|t| t.parse().ok()) {
            entry.set_volume_total(total);
        }
        if let Some(total) = self.text("number-of-pages").and_then(|t| t.parse().ok()) {
            entry.set_page_total(total);
        }
    }

    fn publication(&self, entry: &mut Entry) {
        let (name, place) = (self.format("publisher"), self.format("publisher-place"));
        if name.is_some() {
            entry.set_publisher(Publisher::new(name, place));
        } else if let Some(place) = place {
            entry.set_location(place);
        }
        if let Some(authority) = self.format("authority") {
            entry.set_organization(authority);
        }
    }

    /// Writes the numbers of a book or journal on the parent, those of the work on the work.
    fn serial_numbers(&self, entry: &mut Entry, container: Option<&mut Entry>) {
        for (variable, kind) in [
            ("DOI", "doi"),
            ("PMID", "pmid"),
            ("PMCID", "pmcid"),
            ("version", "version"),
            ("number", "serial"),
        ] {
            if let Some(number) = self.text(variable) {
                entry.set_keyed_serial_number(kind, number);
            }
        }
        let whole = container.unwrap_or(entry);
        for (variable, kind) in [("ISBN", "isbn"), ("ISSN", "issn")] {
            if let Some(number) = self.text(variable) {
                whole.set_keyed_serial_number(kind, number);
            }
        }
    }

    fn collection(&self, of: EntryType) -> Option<Entry> {
        let title = self.format("collection-title");
        let number = self.text("collection-number");
        let editors = self.item.names("collection-editor");
        if title.is_none() && number.is_none() && editors.is_empty() {
            return None;
        }
        let mut collection = self.new_entry(of);
        if let Some(title) = title {
            collection.set_title(title);
        }
        if let Some(number) = number {
            collection.set_volume(maybe(&number));
        }
        self.persons("collection-editor", |persons| {
            collection.set_editors(persons);
        });
        Some(collection)
    }

    fn event(&self) -> Option<Entry> {
        let title = self.format("event-title").or_else(|| self.format("event"));
        let (place, date) = (self.format("event-place"), self.date("event-date"));
        if title.is_none() && place.is_none() && date.is_none() {
            return None;
        }
        let mut event = self.new_entry(EntryType::Conference);
        if let Some(title) = title {
            event.set_title(title);
        }
        if let Some(place) = place {
            event.set_location(place);
        }
        if let Some(date) = date {
            event.set_date(date);
        }
        Some(event)
    }

    fn original(&self) -> Option<Entry> {
        let mut original = self.new_entry(EntryType::Original);
        let mut says_something = false;
        if let Some(title) = self.format("original-title") {
            original.set_title(title);
            says_something = true;
        }
        self.persons("original-author", |persons| {
            original.set_authors(persons);
            says_something = true;
        });
        if let Some(date) = self.date("original-date") {
            original.set_date(date);
            says_something = true;
        }
        let name = self.format("original-publisher");
        let place = self.format("original-publisher-place");
        if name.is_some() || place.is_some() {
            original.set_publisher(Publisher::new(name, place));
            says_something = true;
        }
        says_something.then_some(original)
    }
}

/// Returns a value as a number if it prints as the same text, else as text.
fn maybe<T: std::str::FromStr + std::fmt::Display>(text: &str) -> MaybeTyped<T> {
    let text = plain(text);
    match text.parse::<T>() {
        Ok(typed) => {
            let same = typed.to_string().replace('\u{2013}', "-") == text.replace('\u{2013}', "-");
            if same {
                MaybeTyped::Typed(typed)
            } else {
                MaybeTyped::String(text)
            }
        }
        Err(_) => MaybeTyped::String(text),
    }
}

fn of_name(name: &CslName) -> Person {
    let part = |part: &Option<String>| part.clone().filter(|part| !part.is_empty());
    let whole = name.literal.clone();
    // Hayagriva has one prefix, and prints it with the family name.
    let prefix = part(&name.non_dropping_particle);
    let given = Some(name.given_with_particle()).filter(|given| !given.is_empty());
    Person {
        name: whole
            .or_else(|| part(&name.family))
            .or_else(|| given.clone())
            .unwrap_or_default(),
        given_name: given.filter(|_| name.literal.is_none() && part(&name.family).is_some()),
        prefix: prefix.filter(|_| name.literal.is_none()),
        suffix: part(&name.suffix),
        comma_suffix: truth(name.comma_suffix.as_deref()),
        alias: None,
    }
}

/// Returns the first date of a range, as far as hayagriva can hold it.
fn of_date(date: &CslDate) -> Option<Date> {
    let parts = date.date_parts.first()?;
    let year = *parts.first()?;
    let part = |index: usize| {
        let part = parts.get(index).copied()?;
        u8::try_from(part).ok()?.checked_sub(1)
    };
    // Months from 21 on are seasons.
    let season_of_month = part(1).filter(|month| *month > 11).map(|month| month - 19);
    let season = date.season.as_ref().and_then(|season| {
        let number = season.as_u64().or_else(|| season.as_str()?.parse().ok())?;
        citationberg::taxonomy::Season::try_from_csl_number(u8::try_from(number).ok()?).ok()
    });
    let season = season
        .or_else(|| citationberg::taxonomy::Season::try_from_csl_number(season_of_month?).ok());
    Some(Date {
        year: if year < 0 { year + 1 } else { year },
        month: part(1).filter(|month| *month < 12),
        day: part(2),
        approximate: truth(date.circa.as_ref()),
        season,
    })
}

/// Returns text without markup, and with formulas in characters: Hayagriva's formulas are Typst's.
fn readable(text: &str) -> String {
    formula::plain(&plain(text)).into_owned()
}

/// Returns text with its protected words. Hayagriva knows no other markup.
fn chunked(text: &str) -> ChunkedString {
    const OPEN: &str = "<span class=\"nocase\">";
    let mut chunks = ChunkedString::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(OPEN) {
        let Some((protected, behind)) = after.split_once("</span>") else {
            break;
        };
        if !before.is_empty() {
            chunks.push_str(&readable(before), ChunkKind::Normal);
        }
        chunks.push_str(&readable(protected), ChunkKind::Verbatim);
        rest = behind;
    }
    if !rest.is_empty() {
        chunks.push_str(&readable(rest), ChunkKind::Normal);
    }
    chunks
}
