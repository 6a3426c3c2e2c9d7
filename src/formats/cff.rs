//! `CITATION.cff`, the Citation File Format 1.2 (YAML): how a software package or dataset wants to be cited, the work to
//! cite in its place (`preferred-citation`), and the works that it refers to (`references`).

use serde_yaml::{Mapping, Value};

use super::csl_to_bib::ParsedItems;
use super::item_builder::{
    ItemBuilder, date, iso_date, keywords, literal_name, one_dash, page_ends, person,
};
use super::lines::LineCounter;
use super::losses::compare;
use super::records::write_records;
use super::{ExportInput, ReadFormat, Records, WriteFormat, WriteResult, yaml};
use crate::model::markup::{plain, without_nocase};
use crate::model::{CslItem, CslName, SharedText};

/// The fields whose text is that of a variable, in both directions.
const SAME_TEXT: [(&str, &str); 18] = [
    ("volume-title", "volume-title"),
    ("volume", "volume"),
    ("issue", "issue"),
    ("number", "number"),
    ("number-volumes", "number-of-volumes"),
    ("edition", "edition"),
    ("section", "section"),
    ("version", "version"),
    ("abstract", "abstract"),
    ("isbn", "ISBN"),
    ("issn", "ISSN"),
    ("pmcid", "PMCID"),
    ("license", "license"),
    ("notes", "note"),
    ("status", "status"),
    ("thesis-type", "genre"),
    ("medium", "medium"),
    ("database", "archive"),
];

/// The fields of names, with the variables of CSL.
const NAMES: [(&str, &str); 5] = [
    ("authors", "author"),
    ("editors", "editor"),
    ("editors-series", "collection-editor"),
    ("translators", "translator"),
    ("recipients", "recipient"),
];

/// Reads and writes the Citation File Format.
pub(crate) struct Cff;

const TITLE: &str = "CITATION.cff";

/// Returns whether a line of a text is the version of the format.
pub(crate) fn sniff(text: &str) -> bool {
    const KEY: &str = "cff-version";
    let text = text.trim_start_matches('\u{feff}');
    text.match_indices(KEY)
        .any(|(start, _)| start == 0 || text.as_bytes().get(start - 1) == Some(&b'\n'))
}

impl ReadFormat for Cff {
    fn read(&self, text: &SharedText) -> Records {
        Records::Items(read_items(text))
    }
}

impl WriteFormat for Cff {
    /// Writes the first software or data set as the work of the file, another first work as the one to cite in its
    /// place, and all others as references.
    fn write(&self, export: &ExportInput<'_>) -> WriteResult {
        let (records, mut losses) = write_records(
            export,
            TITLE,
            |item| serde_yaml::to_string(&reference(item)).unwrap_or_default(),
            |yaml| {
                let mut items = ParsedItems::default();
                if let Ok(Value::Mapping(map)) = serde_yaml::from_str(yaml) {
                    items.accept(1, item(&map, CffLevel::Reference), String::new);
                }
                items
            },
        );
        let mut references: Vec<Value> = records
            .iter()
            .filter_map(|yaml| serde_yaml::from_str(yaml).ok())
            .collect();
        let is_root = |item: &CslItem| matches!(item.item_type.as_str(), "software" | "dataset");
        let main = export.works.iter().position(|work| is_root(work.item));
        let at = main.unwrap_or(0);
        let first = (at < references.len()).then(|| references.remove(at));
        let mut file = Mapping::new();
        set(&mut file, "cff-version", "1.2.0");
        set(
            &mut file,
            "message",
            "If you use this work, please cite it as described here.",
        );
        match (first, main) {
            (Some(Value::Mapping(own)), Some(_)) => {
                let is_data = own.get("type").and_then(Value::as_str) == Some("data");
                let is_allowed = |name: &Value| ROOT_FIELDS.iter().any(|own| name == *own);
                file.extend(own.into_iter().filter(|(name, _)| is_allowed(name)));
                let kind = if is_data { "dataset" } else { "software" };
                set(&mut file, "type", kind);
                if let Some(work) = export.works.get(at) {
                    let mut back = item(&file, CffLevel::Root);
                    back.id.clone_from(&work.item.id);
                    for loss in compare(work.item, Some(&back), TITLE) {
                        if !losses.contains(&loss) {
                            losses.push(loss);
                        }
                    }
                }
            }
            (Some(Value::Mapping(preferred)), None) => {
                // A file needs a title and authors of its own.
                for name in ["title", "authors"] {
                    if let Some(value) = preferred.get(name) {
                        file.insert(name.into(), value.clone());
                    }
                }
                file.insert("preferred-citation".into(), Value::Mapping(preferred));
            }
            _ => {}
        }
        if !references.is_empty() {
            file.insert("references".into(), Value::Sequence(references));
        }
        WriteResult {
            text: serde_yaml::to_string(&file).unwrap_or_default(),
            losses,
        }
    }
}

/// The fields of the work of the file itself; a reference has more.
const ROOT_FIELDS: &[&str] = &[
    "abstract",
    "authors",
    "date-released",
    "doi",
    "keywords",
    "license",
    "repository-code",
    "title",
    "type",
    "url",
    "version",
];

/// The level of a work in a file.
#[derive(Clone, Copy, PartialEq, Eq)]
enum CffLevel {
    Root,
    Reference,
}

fn read_items(text: &str) -> ParsedItems {
    let mut items = ParsedItems::default();
    let text = text.trim_start_matches('\u{feff}');
    let read = yaml::parse(text);
    let root = match read {
        Ok(Value::Mapping(root)) => root,
        Ok(_) => {
            items.reject(1, None, text, "is not a map of fields".to_owned());
            return items;
        }
        Err(error) => {
            let line = error.location().map_or(1, |place| place.line());
            items.reject(line, None, text, format!("is invalid YAML: {error}"));
            return items;
        }
    };
    let preferred = root.get("preferred-citation");
    if !preferred.is_some_and(|preferred| says_the_same(&root, preferred)) {
        items.accept(1, item(&root, CffLevel::Root), || text.to_owned());
    }
    let references = root.get("references").and_then(Value::as_sequence);
    let mut lines = LineCounter::new(text);
    let mut from = 0;
    for value in preferred
        .into_iter()
        .chain(references.into_iter().flatten())
    {
        let original = serde_yaml::to_string(value).unwrap_or_default();
        // The parser does not tell the lines of values.
        let title = value.get("title").and_then(Value::as_str);
        if let Some(at) = title.and_then(|title| place_of(text, from, title)) {
            from = at;
        }
        let line = lines.line_of(from);
        match value {
            Value::Mapping(map) => items.accept(line, item(map, CffLevel::Reference), || original),
            _ => items.reject(line, None, &original, "is not a map of fields".to_owned()),
        }
    }
    items
}

/// Returns where a title begins, if that is not far from the place where the reference before it does.
fn place_of(text: &str, from: usize, title: &str) -> Option<usize> {
    const FAR: usize = 64 * 1024;
    let near = text.as_bytes().get(from..)?;
    let near = near.get(..FAR).unwrap_or(near);
    let at = memchr::memmem::find(near, title.lines().next()?.as_bytes())?;
    Some(from + at)
}

/// Returns whether a file says of itself only what the work to cite in its place says, too.
fn says_the_same(root: &Mapping, preferred: &Value) -> bool {
    let same = |name: &str| root.get(name) == preferred.get(name);
    let own = [
        "type",
        "version",
        "doi",
        "url",
        "repository-code",
        "date-released",
        "identifiers",
        "repository",
        "license",
    ];
    same("title") && same("authors") && !own.iter().any(|name| root.contains_key(*name))
}

/// The types of references and the CSL types of them. The first of each CSL type is the one that is written.
const TYPES: &[(&str, &str)] = &[
    ("article", "article-journal"),
    ("magazine-article", "article-magazine"),
    ("newspaper-article", "article-newspaper"),
    ("book", "book"),
    ("conference-paper", "paper-conference"),
    ("thesis", "thesis"),
    ("report", "report"),
    ("website", "webpage"),
    ("blog", "post-weblog"),
    ("software", "software"),
    ("data", "dataset"),
    ("pamphlet", "pamphlet"),
    ("patent", "patent"),
    ("dictionary", "entry-dictionary"),
    ("encyclopedia", "entry-encyclopedia"),
    ("legal-case", "legal_case"),
    ("statute", "legislation"),
    ("bill", "bill"),
    ("hearing", "hearing"),
    ("legal-rule", "regulation"),
    ("standard", "standard"),
    ("historical-work", "classic"),
    ("personal-communication", "personal_communication"),
    ("unpublished", "manuscript"),
    ("slides", "speech"),
    ("art", "graphic"),
    ("map", "map"),
    ("music", "song"),
    ("film-broadcast", "motion_picture"),
    ("serial", "periodical"),
    ("generic", "document"),
    // Types that CSL does not distinguish.
    ("software-code", "software"),
    ("software-container", "software"),
    ("software-executable", "software"),
    ("software-virtual-machine", "software"),
    ("dataset", "dataset"),
    ("database", "dataset"),
    ("edited-work", "book"),
    ("manual", "book"),
    ("catalogue", "book"),
    ("conference", "book"),
    ("proceedings", "book"),
    ("government-document", "report"),
    ("audiovisual", "motion_picture"),
    ("video", "motion_picture"),
    ("multimedia", "motion_picture"),
    ("sound-recording", "song"),
];

fn item(map: &Mapping, place: CffLevel) -> CslItem {
    let text = |name: &str| map.get(name).map(scalar).unwrap_or_default();
    let written = text("type");
    let csl_type = match TYPES.iter().find(|(name, _)| *name == written) {
        // A part of a collection of books is a chapter.
        Some((_, "book")) if map.contains_key("collection-title") && map.contains_key("start") => {
            "chapter"
        }
        Some((_, csl_type)) => csl_type,
        None if place == CffLevel::Root => "software",
        None => "document",
    };
    let mut new = ItemBuilder::new(csl_type);
    for (field, variable) in NAMES.into_iter().chain([("senders", "author")]) {
        for name in map
            .get(field)
            .and_then(Value::as_sequence)
            .into_iter()
            .flatten()
        {
            new.name(variable, name_of(name));
        }
    }
    let is_part =
        csl_type == "chapter" || csl_type == "paper-conference" || text("journal").is_empty();
    let titles = [
        ("title", "title"),
        ("journal", "container-title"),
        (
            "collection-title",
            if is_part && matches!(csl_type, "chapter" | "paper-conference") {
                "container-title"
            } else {
                "collection-title"
            },
        ),
    ];
    let pages = [(
        "pages",
        if text("start").is_empty() {
            "number-of-pages"
        } else {
            ""
        },
    )];
    for (field, variable) in titles.into_iter().chain(SAME_TEXT).chain(pages) {
        new.text(variable, &text(field));
    }
    let entity = |name: &str| match map.get(name) {
        Some(Value::Mapping(entity)) => (
            entity.get("name").map(scalar).unwrap_or_default(),
            entity.get("city").map(scalar).unwrap_or_default(),
        ),
        Some(other) => (scalar(other), String::new()),
        None => (String::new(), String::new()),
    };
    for field in ["publisher", "institution"] {
        let (name, city) = entity(field);
        new.text("publisher", &name);
        new.text("publisher-place", &city);
    }
    new.text("publisher-place", &entity("location").0);
    new.text("event-title", &entity("conference").0);
    new.text("event-place", &entity("conference").1);
    if let Some(Value::Mapping(conference)) = map.get("conference")
        && let Some(start) = conference.get("date-start")
    {
        new.date("event-date", &scalar(start));
    }
    let (start, end) = (text("start"), text("end"));
    match (start.as_str(), end.as_str()) {
        ("", _) => {}
        (start, "") => {
            new.text("page", start);
        }
        (start, end) => {
            new.text("page", &format!("{start}-{end}"));
        }
    }
    let (year, month) = (text("year"), text("month"));
    for released in ["date-released", "date-published", "issue-date"] {
        new.date("issued", &text(released));
    }
    match month.parse::<u8>() {
        Ok(month) if !new.has("issued") => new.date("issued", &format!("{year}-{month:02}")),
        _ => new.has("issued") || new.date("issued", &year),
    };
    new.date("original-date", &text("year-original"));
    new.date("accessed", &text("date-accessed"));
    if !text("doi").is_empty() {
        new.doi(&text("doi"));
    }
    for identifier in map
        .get("identifiers")
        .and_then(Value::as_sequence)
        .into_iter()
        .flatten()
    {
        let value = identifier.get("value").map(scalar).unwrap_or_default();
        match identifier.get("type").and_then(Value::as_str) {
            Some("doi") if !new.has("DOI") => new.doi(&value),
            Some("url") if !new.has("URL") => new.url(&value),
            _ => true,
        };
    }
    for address in [
        "url",
        "repository-code",
        "repository",
        "repository-artifact",
    ] {
        if !text(address).is_empty() && !new.has("URL") {
            new.url(&text(address));
        }
    }
    if let Some(language) = map.get("languages").and_then(|list| list.get(0)) {
        new.text(
            "language",
            super::item_builder::language_code(&scalar(language)),
        );
    }
    match map.get("keywords") {
        Some(Value::Sequence(words)) => words.iter().for_each(|word| new.keyword(&scalar(word))),
        Some(word) => new.keyword(&scalar(word)),
        None => {}
    }
    new.finish()
}

/// Returns a value as text; lists and maps as none.
fn scalar(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Bool(truth) => truth.to_string(),
        Value::Tagged(tagged) => match &tagged.value {
            Value::String(text) => text.clone(),
            _ => String::new(),
        },
        Value::Null | Value::Sequence(_) | Value::Mapping(_) => String::new(),
    }
}

/// Reads a person or an entity.
fn name_of(value: &Value) -> CslName {
    let part = |name: &str| value.get(name).map(scalar).unwrap_or_default();
    let (family, given) = (part("family-names"), part("given-names"));
    match (family.as_str(), given.as_str()) {
        ("", "") => {
            let name = part("name");
            let name = if name.is_empty() { part("alias") } else { name };
            literal_name(if name.is_empty() {
                value.as_str().unwrap_or_default()
            } else {
                &name
            })
        }
        ("", given) => literal_name(given),
        (family, given) => person(&part("name-particle"), family, given, &part("name-suffix")),
    }
}

fn set(map: &mut Mapping, name: &str, text: &str) {
    if !text.trim().is_empty() {
        map.insert(name.into(), text.into());
    }
}

/// Returns a reference.
fn reference(item: &CslItem) -> Mapping {
    let csl_type = item.item_type.as_str();
    let text = |variable: &str| {
        let text = item.text(variable).unwrap_or_default();
        plain(&without_nocase(&text))
    };
    let kind = match csl_type {
        "chapter" => "book",
        "article" => "unpublished",
        "post" => "website",
        "review" | "review-book" => "article",
        _ => TYPES
            .iter()
            .find(|(_, csl)| *csl == csl_type)
            .map_or("generic", |(name, _)| name),
    };
    let mut map = Mapping::new();
    set(&mut map, "type", kind);
    set(&mut map, "title", &text("title"));
    for (field, variable) in NAMES {
        let names: Vec<Value> = item.names(variable).iter().map(written_name).collect();
        if !names.is_empty() {
            map.insert(field.into(), Value::Sequence(names));
        }
    }
    if csl_type == "chapter" || csl_type == "paper-conference" {
        set(&mut map, "collection-title", &text("container-title"));
    } else {
        set(&mut map, "journal", &text("container-title"));
        set(&mut map, "collection-title", &text("collection-title"));
    }
    for (field, variable) in SAME_TEXT
        .into_iter()
        .chain([("doi", "DOI"), ("url", "URL")])
    {
        set(&mut map, field, &text(variable));
    }
    let pages = one_dash(&text("page"));
    match page_ends(&pages) {
        Some((start, end)) => {
            set(&mut map, "start", &start);
            set(&mut map, "end", &end);
        }
        None if pages.is_empty() => set(&mut map, "pages", &text("number-of-pages")),
        None => set(&mut map, "start", &pages),
    }
    let entity = |name: &str, city: &str| {
        let mut entity = Mapping::new();
        set(&mut entity, "name", name);
        set(&mut entity, "city", city);
        entity
    };
    let (publisher, place) = (text("publisher"), text("publisher-place"));
    // An entity has a name.
    if publisher.is_empty() && !place.is_empty() {
        map.insert("location".into(), Value::Mapping(entity(&place, "")));
    }
    let publisher = entity(&publisher, if publisher.is_empty() { "" } else { &place });
    if !publisher.is_empty() {
        let field = if csl_type == "thesis" {
            "institution"
        } else {
            "publisher"
        };
        map.insert(field.into(), Value::Mapping(publisher));
    }
    let mut conference = entity(&text("event-title"), &text("event-place"));
    // An entity must have a name.
    if let Some(date) = item.date("event-date").filter(|_| !conference.is_empty()) {
        let iso = iso_date(date);
        if iso.len() == 10 {
            conference.insert("date-start".into(), Value::String(iso));
        }
    }
    if !conference.is_empty() {
        map.insert("conference".into(), Value::Mapping(conference));
    }
    if let Some(issued) = item.date("issued") {
        let iso = iso_date(issued);
        let is_day = iso.len() == 10
            && date(&iso)
                .date_parts
                .first()
                .is_some_and(|parts| parts.len() == 3);
        match (issued.year(), is_day) {
            (_, true) => {
                let field = if matches!(csl_type, "software" | "dataset") {
                    "date-released"
                } else {
                    "date-published"
                };
                set(&mut map, field, &iso);
            }
            (Some(year), false) => {
                map.insert("year".into(), i64::from(year).into());
                let month = issued.date_parts.first().and_then(|parts| parts.get(1));
                if let Some(month) = month {
                    map.insert("month".into(), i64::from(*month).into());
                }
            }
            (None, false) => {}
        }
    }
    if let Some(year) = item.date("original-date").and_then(|date| date.year()) {
        map.insert("year-original".into(), i64::from(year).into());
    }
    if let Some(accessed) = item.date("accessed") {
        set(&mut map, "date-accessed", &iso_date(accessed));
    }
    if let Some(language) = item.text("language") {
        // The schema has no regions.
        let code = language.split('-').next().unwrap_or_default().to_owned();
        map.insert("languages".into(), Value::Sequence(vec![code.into()]));
    }
    let keywords: Vec<Value> = keywords(item).into_iter().map(Value::from).collect();
    if !keywords.is_empty() {
        map.insert("keywords".into(), Value::Sequence(keywords));
    }
    map
}

fn written_name(name: &CslName) -> Value {
    let mut map = Mapping::new();
    let part = |part: &Option<String>| part.clone().unwrap_or_default();
    match &name.literal {
        Some(literal) => set(&mut map, "name", literal),
        None => {
            set(&mut map, "family-names", &part(&name.family));
            set(&mut map, "given-names", &name.given_with_particle());
            set(
                &mut map,
                "name-particle",
                &part(&name.non_dropping_particle),
            );
            set(&mut map, "name-suffix", &part(&name.suffix));
        }
    }
    Value::Mapping(map)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_holds_a_software_and_what_to_cite() {
        let read = read_items(
            "cff-version: 1.2.0\nmessage: Cite it.\ntitle: Åland tools\nversion: 1.20\ndate-released: 2021-08-11\n\
             authors:\n  - family-names: Hippel\n    name-particle: von\n    given-names: Eric\n    orcid: https://orcid.org/x\n\
             \x20 - name: P2P Foundation\nrepository-code: https://a.example/r\nlicense: GPL-3.0-or-later\n\
             identifiers:\n  - type: doi\n    value: 10.5281/zenodo.1\n\
             preferred-citation:\n  type: article\n  title: A paper\n  journal: Commons\n  year: 2020\n  month: 5\n\
             \x20 start: 1\n  end: 9\n  authors:\n    - family-names: Doe\n      given-names: Jo\n\
             references:\n  - type: thesis\n    title: T\n    institution:\n      name: U\n    authors: []\n  - odd\n",
        );
        let items: Vec<&CslItem> = read.items.iter().map(|read| &read.item).collect();
        assert_eq!(items.len(), 3);
        let text = |index: usize, variable: &str| items[index].text(variable).unwrap_or_default();
        assert_eq!(items[0].item_type, "software");
        assert_eq!(text(0, "title"), "Åland tools");
        assert_eq!(text(0, "DOI"), "10.5281/zenodo.1");
        assert_eq!(text(0, "URL"), "https://a.example/r");
        assert_eq!(
            items[0].names("author")[0].non_dropping_particle.as_deref(),
            Some("von")
        );
        assert_eq!(items[0].date("issued").unwrap().date_parts, [[2021, 8, 11]]);
        assert_eq!(text(1, "container-title"), "Commons");
        assert_eq!(text(1, "page"), "1-9");
        assert_eq!(items[1].date("issued").unwrap().date_parts, [[2020, 5]]);
        assert_eq!(text(2, "publisher"), "U");
        assert_eq!(read.items[1].line, 19);
        assert_eq!(read.rejected.len(), 1);
        assert_eq!(read_items("cff-version: [").rejected.len(), 1);
    }

    #[test]
    fn what_is_written_is_read_again() {
        for json in [
            r#"{"id":"","type":"software","title":"S","version":"1.2","license":"MIT","author":[
                {"family":"Doe","given":"Jo","suffix":"Jr."},{"literal":"P2P"}],
                "issued":{"date-parts":[[2021,8,11]]},"URL":"https://a.example","DOI":"10.1/a","keyword":"a, b"}"#,
            r#"{"id":"","type":"article-journal","title":"T","container-title":"J","volume":"1","issue":"2",
                "page":"3-9","issued":{"date-parts":[[2006,5]]},"author":[{"family":"A","given":"B"}]}"#,
            r#"{"id":"","type":"chapter","title":"T","container-title":"B","publisher":"P",
                "publisher-place":"Berlin","page":"1-2","issued":{"date-parts":[[2006]]}}"#,
            r#"{"id":"","type":"thesis","title":"T","publisher":"U","genre":"PhD thesis"}"#,
        ] {
            let original: CslItem = serde_json::from_str(json).unwrap();
            let back = item(&reference(&original), CffLevel::Reference);
            assert_eq!(
                super::super::losses::compare(&original, Some(&back), "x"),
                []
            );
        }
    }
}
