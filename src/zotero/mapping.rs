//! From an item of Zotero to a reference: a CSL item, with the BibLaTeX fields for which CSL has no variable.

use rayon::prelude::*;

use super::item::{Creator, CreatorName, ZoteroItem};
use super::types::{self, Meaning, Role, ZoteroItemType};
use super::{dates, extra};
use crate::csl::variables::known_type;
use crate::formats::bibtex::{self, schema, to_tex, to_verbatim};
use crate::formats::item_builder::{
    self, ItemBuilder, direct_name, language_code, literal_name, particles,
};
use crate::formats::{BesideCsl, ParsedItems, Records};
use crate::model::{CslDate, CslName};

/// Returns items as references, in their order, each with its JSON as the original.
///
/// The entries get the tags as keywords, and the files of attachments in the field `file`. Notes, annotations, attached
/// addresses (see [`super::NoteWriter`]), collections and relations are the caller's to keep.
pub fn read(items: &[ZoteroItem]) -> Records {
    let mapped: Vec<_> = items
        .par_iter()
        .map(|item| {
            let original = serde_json::to_string(item).unwrap_or_default();
            let mapping = item_type(&item.item_type).map(|row| {
                let mut mapping = Mapping::new(item, row);
                mapping.map();
                let Mapping {
                    mut builder,
                    beside,
                    key,
                    ..
                } = mapping;
                builder.item.id = key.unwrap_or_default();
                (builder.finish(), beside)
            });
            (item, original, mapping)
        })
        .collect();
    let mut parsed = ParsedItems::default();
    for (item, original, mapping) in mapped {
        match mapping {
            Some((mapped, beside)) => parsed.accept_with(0, mapped, beside, || original),
            None => {
                let reason = format!("is a {:?}, which is not a work", item.item_type);
                parsed.reject(0, citation_key(item), &original, reason);
            }
        }
    }
    Records::Items(parsed)
}

/// Returns the citation key that a person or a program gave the item: in its field, or else in Extra.
pub fn citation_key(item: &ZoteroItem) -> Option<String> {
    let own = item.field("citationKey").map(str::trim);
    let own = own.filter(|key| !key.is_empty()).map(str::to_owned);
    own.or_else(|| {
        let lines = extra::lines(item.field("extra")?);
        // The last line counts, as for Better BibTeX.
        let mut keys = lines.iter().filter_map(|line| {
            let assignment = line.assignment.as_ref()?;
            is_citation_key(&assignment.name).then(|| assignment.value.clone())
        });
        keys.next_back()
    })
}

fn is_citation_key(name: &str) -> bool {
    let letters = types::in_words(name).replace('-', "");
    matches!(letters.as_str(), "citationkey" | "bibtex")
}

/// Returns the type of an item. One that Zotero does not have is a document; a note is no work.
fn item_type(name: &str) -> Option<&'static ZoteroItemType> {
    match name {
        "note" | "annotation" => None,
        // The default of the connector.
        "" => types::item_type("webpage"),
        name => types::item_type(name).or_else(|| types::item_type("document")),
    }
}

/// The maximal number of fields besides the CSL item. Extra can name any number; further lines stay as they are.
const MOST_FIELDS: usize = 200;

struct Mapping<'i> {
    zotero: &'i ZoteroItem,
    row: &'static ZoteroItemType,
    builder: ItemBuilder,
    beside: BesideCsl,
    key: Option<String>,
}

impl<'i> Mapping<'i> {
    fn new(zotero: &'i ZoteroItem, row: &'static ZoteroItemType) -> Self {
        Self {
            zotero,
            row,
            builder: ItemBuilder::new(row.csl),
            beside: BesideCsl {
                entry_type: Some(row.biblatex),
                source_key: Some(zotero.key.clone()).filter(|key| !key.is_empty()),
                ..BesideCsl::default()
            },
            key: citation_key(zotero),
        }
    }

    fn map(&mut self) {
        if types::item_type(&self.zotero.item_type).is_none() && !self.zotero.item_type.is_empty() {
            self.lose(
                "itemType",
                format!("{:?} is unknown", self.zotero.item_type),
            );
        }
        if let Some(subtype) = self.row.subtype {
            self.field("entrysubtype", to_tex(subtype));
        }
        self.creators();
        for (name, meaning) in types::fields() {
            let Some(value) = self.zotero.field(name).map(str::trim) else {
                continue;
            };
            if value.is_empty() {
                continue;
            }
            if meaning == Meaning::Extra {
                self.extra(value);
            } else if !self.assign(meaning, value) {
                self.not_kept(name, value);
            }
        }
        for (name, value) in &self.zotero.fields {
            let is_known = types::fields().any(|(known, _)| known == name);
            if !is_known && !types::is_technical(name) && !value.trim().is_empty() {
                self.not_kept(name, value);
            }
        }
        self.whole_book();
        self.eprint();
        for tag in &self.zotero.tags {
            self.builder.keyword(&tag.name);
        }
        self.attachments();
    }

    fn lose(&mut self, field: &str, reason: String) {
        self.beside.losses.push((field.to_owned(), reason));
    }

    fn not_kept(&mut self, field: &str, value: &str) {
        let short: String = value.chars().take(60).collect();
        let ellipsis = if short.len() < value.len() {
            "\u{2026}"
        } else {
            ""
        };
        let reason = format!("is not supported by BibLaTeX: \u{201c}{short}{ellipsis}\u{201d}");
        self.lose(field, reason);
    }

    /// Adds a field of BibLaTeX, unless there is one already.
    fn field(&mut self, name: &str, tex: String) -> bool {
        match self.beside.fields.iter().find(|(field, _)| field == name) {
            Some((_, earlier)) => *earlier == tex,
            None if self.beside.fields.len() >= MOST_FIELDS => false,
            None => {
                self.beside.fields.push((name.to_owned(), tex));
                true
            }
        }
    }

    /// Keeps a value. Returns whether that is possible.
    fn assign(&mut self, meaning: Meaning, value: &str) -> bool {
        match meaning {
            Meaning::Date("accessed") => self.accessed(value),
            Meaning::Date(variable) => {
                let date = dates::read(value);
                self.builder.date_value(variable, date)
            }
            Meaning::Names(variable) => {
                self.builder.name(variable, written_name(value));
                true
            }
            Meaning::Text("DOI") => self.builder.doi(value),
            Meaning::Text("URL") => self.builder.url(value) || self.builder.text("URL", value),
            Meaning::Text("language") => self.builder.text("language", language_code(value)),
            // A special section of a journal may have a series, too.
            Meaning::Text("collection-title")
                if self.builder.has("collection-title") && self.row.name == "journalArticle" =>
            {
                self.builder.text("collection-title", value)
                    || self.field("shortseries", to_tex(value))
            }
            Meaning::Text("publisher-place") if self.row.name == "presentation" => {
                self.builder.text("event-place", value)
            }
            Meaning::Text(variable) => self.builder.text(variable, value),
            Meaning::Holder => {
                let names = bibtex::names_to_tex(&[literal_name(value)]);
                self.field("holder", names)
            }
            Meaning::Key => true,
            Meaning::Extra | Meaning::Nothing => false,
        }
    }

    /// Sets the date of the last visit, which Zotero keeps as a time in UTC.
    fn accessed(&mut self, value: &str) -> bool {
        self.builder.date("accessed", dates::without_time(value))
    }

    // ---- Creators -------------------------------------------------------------------------------

    fn creators(&mut self) {
        // Names by field of BibLaTeX, and by a type that neither CSL nor BibLaTeX has.
        let mut of_field: Vec<(&'static str, Vec<CslName>)> = Vec::new();
        let mut others: Vec<(&str, Vec<CslName>)> = Vec::new();
        for creator in &self.zotero.creators {
            let name = name(creator);
            if name == CslName::default() {
                continue;
            }
            let creator_type = creator.creator_type.as_str();
            match types::role(creator_type, self.row) {
                Role::Variable(variable) => self.builder.name(variable, name),
                Role::Field(field) => add_name(&mut of_field, field, name),
                // The default of Zotero.
                Role::Other if creator_type.is_empty() => self.builder.name("author", name),
                Role::Other => add_name(&mut others, creator_type, name),
            }
        }
        for (field, names) in of_field {
            self.field(field, bibtex::names_to_tex(&names));
        }
        // BibLaTeX keeps three lists of names for whatever a type says.
        const NAME_FIELDS: [(&str, &str); 3] = [
            ("namea", "nameatype"),
            ("nameb", "namebtype"),
            ("namec", "namectype"),
        ];
        let mut free = NAME_FIELDS.into_iter();
        for (creator_type, names) in others {
            let tex = bibtex::names_to_tex(&names);
            match free.next() {
                Some((field, type_field)) => {
                    self.field(field, tex);
                    self.field(type_field, to_tex(&types::in_words(creator_type)));
                }
                None => self.not_kept(creator_type, &tex),
            }
        }
    }

    // ---- Extra ----------------------------------------------------------------------------------

    /// Reads the lines of Extra. What assigns nothing becomes the note.
    fn extra(&mut self, text: &str) {
        let mut kept = Vec::new();
        for line in extra::lines(text) {
            let is_assigned = line
                .assignment
                .as_ref()
                .is_some_and(|assignment| self.assign_line(assignment));
            if !is_assigned {
                kept.push(line.text);
            }
        }
        let rest = kept.join("\n");
        self.builder.text("note", &rest);
    }

    fn assign_line(&mut self, assignment: &extra::NamedValue) -> bool {
        let extra::NamedValue {
            name,
            value,
            is_tex,
        } = assignment;
        if is_citation_key(name) {
            // The field for the key may have another one.
            return self.key.as_deref() == Some(value);
        }
        let lower = name.to_ascii_lowercase();
        let of_biblatex = ["tex.", "bibtex.", "biblatex."]
            .iter()
            .find_map(|prefix| lower.strip_prefix(prefix));
        if let Some(field) = of_biblatex {
            return self.assign_tex(field, value, *is_tex);
        }
        if let Some(variable) = lower.strip_prefix("csl.") {
            let variable = name.get(name.len() - variable.len()..).unwrap_or_default();
            return types::variable(variable).is_some_and(|meaning| self.assign(meaning, value));
        }
        match types::in_words(name).as_str() {
            "type" => self.retype(value),
            "citation-key-alias" | "ids" => self.field("ids", to_verbatim(value)),
            "ar-xiv" | "arxiv" => {
                let (id, class) = arxiv_id(value);
                self.eprint_fields("arxiv", id, class)
            }
            "jstor" => self.eprint_fields("jstor", value, None),
            "hdl" => self.eprint_fields("hdl", value, None),
            "google-books-id" | "googlebooksid" => self.eprint_fields("googlebooks", value, None),
            "lccn" => self.field("lccn", to_tex(value)),
            "mr" => self.field("mrnumber", to_tex(value)),
            "zbl" => self.field("zblnumber", to_tex(value)),
            _ => match types::named_in_extra(name) {
                // A date in Extra counts more than that of the field, which may not be able to hold it.
                Some(Meaning::Date(variable)) => {
                    let date = dates::read(value);
                    if date == CslDate::default() {
                        return false;
                    }
                    self.builder.item.variables.remove(variable);
                    self.builder.date_value(variable, date)
                }
                Some(meaning) => self.assign(meaning, value),
                None => false,
            },
        }
    }

    /// Assigns a field of BibLaTeX, as Better BibTeX writes it: `tex.shorttitle: Commons`, `tex.entrytype: mvbook`.
    fn assign_tex(&mut self, field: &str, value: &str, is_tex: bool) -> bool {
        if matches!(field, "entrytype" | "referencetype") {
            let Some(row) = schema::entry_type(&value.to_ascii_lowercase()) else {
                return false;
            };
            self.beside.entry_type = Some(row.name);
            return true;
        }
        let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '+');
        if field.is_empty() || !field.chars().all(is_name) {
            return false;
        }
        let is_verbatim = matches!(
            field,
            "ids" | "url" | "doi" | "eprint" | "file" | "crossref"
        );
        let tex = match (is_tex, is_verbatim) {
            (true, _) if bibtex::has_matching_braces(value) => without_braces(value).to_owned(),
            (true, _) => return false,
            (false, true) => to_verbatim(value),
            (false, false) => to_tex(value),
        };
        self.field(field, tex)
    }

    /// Changes the type: `Type: dataset`, by a name of CSL's or Zotero's.
    fn retype(&mut self, value: &str) -> bool {
        let lower = value.to_ascii_lowercase();
        let csl_type = known_type(&lower);
        let csl_type = csl_type.or_else(|| types::item_type(value).map(|row| row.csl));
        let Some(csl_type) = csl_type else {
            // A value that is not a type may be the genre.
            return self.assign(Meaning::Text("genre"), value);
        };
        if self.builder.item.item_type != csl_type {
            csl_type.clone_into(&mut self.builder.item.item_type);
            self.beside.entry_type = types::item_type(value).map(|row| row.biblatex);
        }
        true
    }

    // ---- BibLaTeX -------------------------------------------------------------------------------

    /// Distinguishes collections and works in several volumes from other books.
    fn whole_book(&mut self) {
        if self.beside.entry_type != Some("book") {
            return;
        }
        let volumes = self.builder.item.text("number-of-volumes");
        let volumes = volumes.and_then(|volumes| volumes.parse::<u32>().ok());
        let is_many = volumes.is_some_and(|volumes| volumes > 1) && !self.builder.has("volume");
        let is_collection = self.builder.has("editor") && !self.builder.has("author");
        self.beside.entry_type = Some(match (is_many, is_collection) {
            (true, true) => "mvcollection",
            (true, false) => "mvbook",
            (false, true) => "collection",
            (false, false) => "book",
        });
    }

    /// Sets `eprint` for what archives of preprints and articles call their numbers.
    fn eprint(&mut self) {
        let archive = self
            .zotero
            .field("archive")
            .or(self.zotero.field("repository"));
        let number = self
            .zotero
            .field("archiveLocation")
            .or(self.zotero.field("archiveID"));
        let (Some(archive), Some(number)) = (archive, number.map(str::trim)) else {
            return;
        };
        if number.is_empty() {
            return;
        }
        match archive.trim().to_lowercase().as_str() {
            "arxiv" => {
                let (id, class) = arxiv_id(number);
                let class = class.or(self.zotero.field("callNumber"));
                self.eprint_fields("arxiv", id, class);
            }
            "jstor" => {
                self.eprint_fields("jstor", number, None);
            }
            "pubmed" => {
                self.eprint_fields("pubmed", number, None);
            }
            "google books" | "googlebooks" => {
                self.eprint_fields("googlebooks", number, None);
            }
            "hdl" => {
                self.eprint_fields("hdl", number, None);
            }
            _ => {}
        }
    }

    fn eprint_fields(&mut self, kind: &str, id: &str, class: Option<&str>) -> bool {
        let is_kept =
            self.field("eprint", to_verbatim(id)) && self.field("eprinttype", kind.to_owned());
        match class {
            Some(class) => is_kept && self.field("eprintclass", to_tex(class)),
            None => is_kept,
        }
    }

    // ---- Attachments ----------------------------------------------------------------------------

    fn attachments(&mut self) {
        let mut files = Vec::new();
        for attachment in &self.zotero.attachments {
            if let Some(path) = attachment.file() {
                let parts = [&attachment.title, path, &attachment.content_type];
                files.push(parts.map(escaped).join(":"));
            }
        }
        self.builder.text("file", &files.join(";"));
    }
}

fn add_name<'n>(lists: &mut Vec<(&'n str, Vec<CslName>)>, list: &'n str, name: CslName) {
    match lists.iter_mut().find(|(of, _)| *of == list) {
        Some((_, names)) => names.push(name),
        None => lists.push((list, vec![name])),
    }
}

/// Returns the name of a creator. As in Zotero, words in lower case before a last name are particles, a last name in
/// quotation marks has none, and what follows a comma in the first name is a suffix.
fn name(creator: &Creator) -> CslName {
    let (first, last) = match &creator.name {
        CreatorName::OneField(name) => return literal_name(name),
        CreatorName::TwoFields { first, last } => (first.trim(), last.trim()),
    };
    let quoted = last
        .strip_prefix('"')
        .and_then(|last| last.strip_suffix('"'))
        .filter(|last| !last.is_empty());
    let (prefix, family) = match quoted {
        Some(family) => ("", family),
        None => particles(last),
    };
    let (given, suffix) = first.split_once(',').unwrap_or((first, ""));
    let mut name = item_builder::person("", family, given, suffix.trim_start_matches('!'));
    name.non_dropping_particle = (!prefix.is_empty()).then(|| prefix.to_owned());
    if name.family.is_none() {
        return literal_name(given);
    }
    // "Ludwig van" before "Beethoven".
    let given = name.given.take().unwrap_or_default();
    let dropped = given
        .split(' ')
        .rev()
        .take_while(|word| word.starts_with(char::is_lowercase))
        .count();
    let words: Vec<&str> = given.split(' ').collect();
    let (given, dropped) = match words.split_at_checked(words.len().saturating_sub(dropped)) {
        Some((given, dropped)) if !given.is_empty() => (given.join(" "), dropped.join(" ")),
        _ => (given.clone(), String::new()),
    };
    name.given = (!given.is_empty()).then_some(given);
    name.dropping_particle = (!dropped.is_empty()).then_some(dropped);
    name
}

/// Reads a name in Extra: `Ostrom || Elinor`; anything else is literal.
fn written_name(text: &str) -> CslName {
    match text.split_once("||") {
        Some((last, first)) => name(&Creator {
            creator_type: String::new(),
            name: CreatorName::TwoFields {
                first: first.trim().to_owned(),
                last: last.trim().to_owned(),
            },
        }),
        None if text.contains(',') => direct_name(text),
        None => literal_name(text),
    }
}

/// Returns the number and the class in `arXiv:2101.00001 [cs.CL]`.
fn arxiv_id(text: &str) -> (&str, Option<&str>) {
    let text = text.trim();
    let text = match text.get(..6) {
        Some(start) if start.eq_ignore_ascii_case("arxiv:") => text.get(6..).unwrap_or_default(),
        _ => text,
    };
    match text.split_once('[') {
        Some((id, class)) => (id.trim(), Some(class.trim_end_matches(']').trim())),
        None => (text.trim(), None),
    }
}

/// Returns a value without the braces around the whole of it.
fn without_braces(value: &str) -> &str {
    let inside = value
        .strip_prefix('{')
        .and_then(|value| value.strip_suffix('}'));
    inside
        .filter(|inside| bibtex::has_matching_braces(inside))
        .unwrap_or(value)
}

/// Returns a part of the field `file`, with what separates parts escaped.
fn escaped(part: &str) -> String {
    let mut text = String::with_capacity(part.len());
    for character in part.chars() {
        if matches!(character, ':' | ';' | '\\') {
            text.push('\\');
        }
        text.push(character);
    }
    text
}
