//! From a CSL item to an entry, for references from other formats.
//!
//! The inverse of [`super::to_csl`]: the entry gives the same CSL item again, as far as BibLaTeX
//! can express it. Variables without a BibLaTeX field are written to fields of the same name.

use std::borrow::Cow;

use super::abbreviations::Strings;
use super::dates::{WrittenDate, write_date};
use super::names::{read_names, write_names};
use super::schema::{self, NumberRole, SchemaOrigin, TypeClass};
use super::splitter::is_key_byte;
use super::tex_writer::{
    is_balanced, protect_capitals, to_paragraphs, to_plain_tex, to_tex, to_verbatim,
};
use super::to_csl::{derive, has_digits, with_attached_quotes};
use super::writer;
use crate::csl::variables::{VariableKind, known};
use crate::formats::pages;
use crate::language::{self, babel};
use crate::model::{CslItem, CslName, CslValue, Entry, Field, Name, PersonName};

/// A work made from a CSL item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FromCsl {
    /// The work, its text in the normal form.
    pub work: Entry,
    /// Variables for which BibLaTeX has no field, kept in a field of the same name.
    pub unmapped: Vec<String>,
    /// Variables that were lost or changed.
    pub lost: Vec<String>,
}

/// Makes a BibLaTeX entry of a CSL item (BibLaTeX manual, §2.1 and §2.2). Never fails;
/// [`FromCsl::lost`] names what could not be kept.
pub fn from_csl(item: &CslItem) -> FromCsl {
    from_csl_as(entry_type(item), item)
}

/// Makes a BibLaTeX entry of a type that says more than that of the item does.
pub(crate) fn from_csl_as(entry_type: &'static str, item: &CslItem) -> FromCsl {
    let mut conversion = BibConversion::new(entry_type, item);
    conversion.convert();
    let BibConversion {
        entry_type,
        fields,
        unmapped,
        lost,
        ..
    } = conversion;
    let key = citation_key(&item.id);
    let work = writer::new_work(entry_type, &key, fields);
    let mut converted = FromCsl {
        work,
        unmapped,
        lost,
    };
    keep_case(&mut converted, item);
    converted
}

/// Returns the id without characters that are not allowed in a citation key.
fn citation_key(id: &str) -> String {
    let key: String = id
        .trim()
        .chars()
        .map(|character| {
            let mut buffer = [0; 4];
            let fits = character
                .encode_utf8(&mut buffer)
                .bytes()
                .all(|byte| is_key_byte(byte) && !matches!(byte, b'\\' | b'~'));
            if fits && !character.is_whitespace() && !character.is_control() {
                character
            } else {
                '_'
            }
        })
        .collect();
    if key.is_empty() {
        "untitled".to_owned()
    } else {
        key
    }
}

/// Marks titles whose case would change with an empty group at the end, which says that they are in
/// sentence case (see [`super::to_csl`]).
fn keep_case(converted: &mut FromCsl, item: &CslItem) {
    let nobody = |_: &str| None;
    let derived = derive(&converted.work, &Strings::default(), &nobody).item;
    let mut marked = Vec::new();
    for (variable, field) in TITLES {
        let changed = derived.variables.get(variable) != item.variables.get(variable)
            && item.variables.contains_key(variable);
        if changed {
            marked.push(*field);
        }
    }
    if marked.is_empty() {
        return;
    }
    let work = &converted.work;
    let fields = work.fields().map(|Field { name, value }| {
        let value = match value.strip_suffix('}') {
            Some(inside) if marked.contains(&name) => Cow::Owned(format!("{inside}{{}}}}")),
            _ => Cow::Borrowed(value),
        };
        (name, value)
    });
    let fields: Vec<_> = fields.collect();
    converted.work = writer::work_of_fields(work.entry_type(), &work.key, &fields);
}

/// Variables that are titles, and the fields that they may be in.
const TITLES: &[(&str, &str)] = &[
    ("title", "title"),
    ("title", "maintitle"),
    ("title", "issuetitle"),
    ("title-short", "shorttitle"),
    ("volume-title", "title"),
    ("volume-title", "booktitle"),
    ("container-title", "booktitle"),
    ("container-title", "maintitle"),
    ("collection-title", "series"),
    ("original-title", "origtitle"),
    ("reviewed-title", "reviewedtitle"),
];

struct BibConversion<'i> {
    item: &'i CslItem,
    entry_type: &'static str,
    fields: Vec<(String, String)>,
    unmapped: Vec<String>,
    lost: Vec<String>,
    done: Vec<&'i str>,
    /// Whether part of the entry has another meaning in BibTeX.
    needs_biblatex: bool,
}

impl<'i> BibConversion<'i> {
    fn new(entry_type: &'static str, item: &'i CslItem) -> BibConversion<'i> {
        BibConversion {
            item,
            entry_type,
            fields: Vec::new(),
            unmapped: Vec::new(),
            lost: Vec::new(),
            done: Vec::new(),
            needs_biblatex: false,
        }
    }

    fn convert(&mut self) {
        let without = schema::entry_type(self.entry_type).map(|row| row.csl);
        let is_run = self.entry_type == "periodical";
        if without != Some(self.item.item_type.as_str())
            && !self.item.item_type.is_empty()
            && !is_run
        {
            let subtype = match self.item.item_type.as_str() {
                "article-magazine" => "magazine",
                "article-newspaper" => "newspaper",
                other => other,
            };
            self.push("entrysubtype", subtype.to_owned());
        }
        self.names();
        self.titles();
        self.dates();
        self.texts();
        self.rest();
        let names = self.fields.iter().map(|(name, _)| name);
        if self.needs_biblatex && !schema::is_biblatex(self.entry_type, names) {
            // The default of BibLaTeX, which only says that the entry is one of BibLaTeX.
            self.push("options", "useprefix=true".to_owned());
        }
    }

    fn push(&mut self, field: &str, tex: String) {
        let tex = tex.trim();
        // Quotation marks that would be taken for misplaced ones are written as commands.
        let tex = match with_attached_quotes(tex) {
            other if other != tex => tex.replace('"', "\\textquotedbl{}"),
            _ => tex.to_owned(),
        };
        if !tex.is_empty() && !self.fields.iter().any(|(name, _)| name == field) {
            self.fields.push((field.to_owned(), tex));
        }
    }

    /// Returns the field that holds a variable: BibLaTeX's, or else one of the same name.
    fn field_for(&mut self, variable: &'static str) -> &'static str {
        let of_schema = schema::field_of_variable(variable).or_else(|| schema::field(variable));
        match of_schema {
            Some(field) if field.origin != SchemaOrigin::Program => field.name,
            _ => {
                self.unmapped.push(variable.to_owned());
                variable
            }
        }
    }

    fn take(&mut self, variable: &'static str) -> Option<&'i CslValue> {
        let value = self.item.variables.get(variable)?;
        if self.done.contains(&variable) {
            return None;
        }
        self.done.push(variable);
        Some(value)
    }

    fn take_text(&mut self, variable: &'static str) -> Option<String> {
        match self.item.variables.get(variable)? {
            CslValue::Text(_) | CslValue::Number(_) => {}
            _ => return None,
        }
        self.take(variable)?;
        self.item.text(variable).filter(|text| !text.is_empty())
    }

    fn names(&mut self) {
        let mut lists: Vec<(&'static str, &'i [CslName])> = Vec::new();
        for (variable, value) in &self.item.variables {
            if let CslValue::Names(names) = value
                && let Some((variable, VariableKind::Names)) = known(variable)
            {
                self.take(variable);
                lists.push((variable, names));
            }
        }
        let all = || lists.iter().flat_map(|(_, names)| names.iter());
        // One option for the entry if all prefixes are treated alike, otherwise one for each name.
        let some =
            |particle: &Option<String>| particle.as_deref().is_some_and(|text| !text.is_empty());
        let stays = all().any(|name| some(&name.non_dropping_particle));
        let drops = all().any(|name| some(&name.dropping_particle));
        let mixed = stays && drops;
        if drops && !mixed {
            self.push("options", "useprefix=false".to_owned());
        }
        for (variable, csl_names) in lists {
            let field = self.field_for(variable);
            let mut names: Vec<Name> = csl_names
                .iter()
                .filter_map(|name| to_name(name, mixed))
                .collect();
            if csl_names
                .last()
                .is_some_and(|last| last.truncated == Some(true))
            {
                names.push(Name::Others);
            }
            if names.is_empty() {
                continue;
            }
            let tex = write_names(&names, !drops || mixed);
            let again = Name::list_to_csl(&read_names(&tex), !drops || mixed);
            if again != csl_names {
                self.lost.push(variable.to_owned());
            }
            self.push(field, tex);
        }
    }

    fn titles(&mut self) {
        let language = self.item.text("language");
        let language = language.as_deref().and_then(language::tag_of);
        let english = match &language {
            Some(tag) => language::primary(tag) == "en",
            None => {
                let title = self.item.text("title").unwrap_or_default();
                language::guess(&title).is_none_or(|guess| guess == "en")
            }
        };
        let titled = |text: String| {
            let tex = to_tex(&text);
            if english { protect_capitals(&tex) } else { tex }
        };
        let class = schema::entry_type(self.entry_type).map(|row| row.class);
        let is_article = class == Some(TypeClass::Article);
        let chapter_like = class == Some(TypeClass::Part);
        let volume_title = self.take_text("volume-title").map(titled);
        let title = self.take_text("title").map(titled);
        let container = self.take_text("container-title");
        let whole = self.entry_type == "book";
        match volume_title {
            Some(volume_title) if chapter_like => {
                self.push("title", title.unwrap_or_default());
                self.push("booktitle", volume_title);
                let main = container.clone().map(titled).unwrap_or_default();
                self.push("maintitle", main);
            }
            Some(volume_title) => {
                self.push("title", volume_title);
                self.push("maintitle", title.unwrap_or_default());
            }
            None => self.push("title", title.unwrap_or_default()),
        }
        let in_volume = chapter_like && self.fields.iter().any(|(name, _)| name == "maintitle");
        if let Some(container) = container {
            if is_article || whole {
                self.push("journaltitle", to_tex(&container));
            } else if !in_volume {
                self.push("booktitle", titled(container));
            }
        }
        for (variable, field) in [
            ("title-short", "shorttitle"),
            ("collection-title", "series"),
            ("event", "eventtitle"),
            ("original-title", "origtitle"),
            ("reviewed-title", "reviewedtitle"),
        ] {
            if let Some(text) = self.take_text(variable) {
                self.push(field, titled(text));
            }
        }
        if let Some(text) = self.take_text("container-title-short") {
            self.push("shortjournal", to_tex(&text));
        }
        if let Some(text) = self.take_text("journalAbbreviation") {
            self.push("shortjournal", to_tex(&text));
        }
        for variable in ["event-title", "event"] {
            if let Some(text) = self.take_text(variable) {
                self.push("eventtitle", to_tex(&text));
            }
        }
        if let Some(text) = self.take_text("shortTitle") {
            self.push("shorttitle", titled(text));
        }
    }

    fn dates(&mut self) {
        for variable in [
            "issued",
            "event-date",
            "original-date",
            "accessed",
            "available-date",
            "submitted",
        ] {
            let Some(CslValue::Date(date)) = self.item.variables.get(variable) else {
                continue;
            };
            self.take(variable);
            let field = self.field_for(variable);
            match write_date(date) {
                Some(WrittenDate::Edtf(date)) => self.push(field, date.to_string()),
                Some(WrittenDate::Words(words)) if field == "date" => {
                    self.push("year", to_tex(&words));
                }
                Some(WrittenDate::Words(words)) => self.push(field, to_tex(&words)),
                None => {}
            }
        }
    }

    fn texts(&mut self) {
        let publisher = match self.entry_type {
            "thesis" | "report" => "institution",
            "online" | "manual" => "organization",
            _ => "publisher",
        };
        let number = schema::entry_type(self.entry_type).map_or(NumberRole::Own, |row| row.number);
        // Lists of publishers and places are joined by semicolons in CSL, and by "and" in BibLaTeX.
        let list = |text: &str| {
            let items = text.split("; ").map(|item| {
                let tex = to_tex(item);
                let is_one = super::names::split_list(&tex).len() == 1;
                if is_one { tex } else { format!("{{{tex}}}") }
            });
            items.collect::<Vec<_>>().join(" and ")
        };
        let place = if self.entry_type == "patent" {
            "address"
        } else {
            "location"
        };
        for (variable, field) in [
            ("publisher", publisher),
            ("publisher-place", place),
            ("original-publisher", "origpublisher"),
            ("original-publisher-place", "origlocation"),
            ("event-place", "venue"),
        ] {
            if let Some(text) = self.take_text(variable) {
                self.needs_biblatex |= text.contains("; ");
                self.push(field, list(&text));
            }
        }
        if self.entry_type == "patent"
            && let Some(text) = self.take_text("jurisdiction")
        {
            self.push("location", list(&text));
        }
        let (issue, own_number) = match number {
            NumberRole::Issue => ("number", "issue"),
            NumberRole::Series => ("issue", "collection-number"),
            NumberRole::Own => ("issue", "number"),
        };
        // Variables that combine several fields are written to one of them; the schema knows the
        // others.
        for (variable, composed) in [
            ("issue", Some(issue)),
            (own_number, Some("number")),
            ("volume", Some("volume")),
            ("number-of-volumes", None),
            ("number-of-pages", None),
            ("chapter-number", None),
            ("edition", None),
            ("version", None),
            ("genre", Some("type")),
            ("status", Some("pubstate")),
            ("note", Some("note")),
            ("annote", Some("annotation")),
            ("abstract", None),
            ("keyword", None),
            ("call-number", None),
            ("ISBN", None),
            ("ISSN", None),
            ("PMID", None),
            ("PMCID", None),
        ] {
            let of_schema = || schema::field_of_variable(variable).map(|field| field.name);
            let Some(field) = composed.or_else(of_schema) else {
                continue;
            };
            let taken = self.fields.iter().any(|(name, _)| name == field);
            if taken {
                continue;
            }
            if let Some(text) = self.take_text(variable) {
                let has_paragraphs = matches!(variable, "abstract" | "note" | "annote");
                let tex = if has_paragraphs {
                    to_paragraphs(&text)
                } else {
                    to_tex(&text)
                };
                self.push(field, tex);
            }
        }
        if let Some(text) = self.take_text("page") {
            self.push("pages", to_plain_tex(&pages::to_biblatex(&text)));
        }
        for (variable, field) in [("DOI", "doi"), ("URL", "url")] {
            if let Some(text) = self.take_text(variable) {
                if variable == "DOI" && !has_digits(&text) {
                    self.lost.push(variable.to_owned());
                }
                self.push(field, to_verbatim(&text));
            }
        }
        let copy = self.item.text("archive_location");
        if copy.is_some_and(|copy| copy.starts_with("http"))
            && let Some(copy) = self.take_text("archive_location")
        {
            self.push("archiveurl", to_verbatim(&copy));
        }
        if let Some(text) = self.take_text("language") {
            // BibLaTeX must know the name in `langid`; `language` keeps everything else.
            let known = language::tag_of(&text);
            let name = known.as_deref().and_then(babel::name);
            if let Some(name) = name {
                self.push("langid", name.to_owned());
            }
            if name.and_then(|name| babel::tag(name, "")) != Some(text.as_str()) {
                self.push("language", to_tex(&text));
            }
        }
    }

    /// Writes the remaining variables to fields of the same name, if these are read as the variable
    /// again.
    fn rest(&mut self) {
        let mut others = serde_json::Map::new();
        for (variable, value) in &self.item.variables {
            if self.done.contains(&variable) {
                continue;
            }
            let text = match value {
                CslValue::Text(text) => Some(text.clone()),
                CslValue::Number(number) => Some(number.to_string()),
                _ => None,
            };
            // A field of this name that means something else would be read as that.
            let is_free = variable != "citation-key"
                && schema::variable_of_field(variable).is_some_and(|(of_field, _)| {
                    of_field == variable && !self.fields.iter().any(|(name, _)| name == variable)
                });
            match text {
                Some(text) if is_free => {
                    self.push(variable, to_tex(&text));
                    self.unmapped.push(variable.to_owned());
                }
                // CSL does not define it.
                _ if known(variable).is_none() || variable == "citation-key" => {
                    if let Ok(value) = serde_json::to_value(value) {
                        others.insert(variable.to_owned(), value);
                    }
                }
                _ => self.lost.push(variable.to_owned()),
            }
        }
        if others.is_empty() {
            return;
        }
        let names: Vec<String> = others.keys().cloned().collect();
        let json = serde_json::Value::Object(others).to_string();
        // Braces of a text that do not match would end the field.
        if is_balanced(&json) {
            self.unmapped.extend(names);
            self.push("csljson", json);
        } else {
            self.lost.extend(names);
        }
    }
}

/// Returns a list of names as TeX.
pub(crate) fn names_to_tex(names: &[CslName]) -> String {
    let names: Vec<Name> = names
        .iter()
        .filter_map(|name| to_name(name, true))
        .collect();
    write_names(&names, true)
}

/// Returns the BibLaTeX type of an item.
fn entry_type(item: &CslItem) -> &'static str {
    match item.item_type.as_str() {
        "chapter" if !item.names("container-author").is_empty() => "inbook",
        csl_type => schema::type_of_csl(csl_type),
    }
}

/// Returns a name in BibTeX's parts; `None` if it is empty. With `mixed`, the name itself says
/// whether its prefix belongs to the family name.
fn to_name(name: &CslName, mixed: bool) -> Option<Name> {
    let part = |part: &Option<String>| part.as_deref().unwrap_or_default().trim().to_owned();
    let literal = part(&name.literal);
    if !literal.is_empty() {
        return Some(Name::Corporate(literal));
    }
    let stays = part(&name.non_dropping_particle);
    let drops = part(&name.dropping_particle);
    let prefix = match (drops.as_str(), stays.as_str()) {
        ("", stays) => stays.to_owned(),
        (drops, "") => drops.to_owned(),
        (drops, stays) => format!("{drops} {stays}"),
    };
    let person = PersonName {
        family: part(&name.family),
        given: part(&name.given),
        use_prefix: (mixed && !prefix.is_empty()).then_some(!stays.is_empty()),
        prefix,
        suffix: part(&name.suffix),
        junior_comma: crate::formats::losses::truth(name.comma_suffix.as_deref()),
    };
    if person.family.is_empty() && person.given.is_empty() {
        return None;
    }
    Some(Name::Person(person))
}

#[cfg(test)]
mod tests {
    use super::super::parse_entry;
    use super::*;

    fn again(json: serde_json::Value) -> FromCsl {
        let item: CslItem = serde_json::from_value(json).unwrap();
        let converted = from_csl(&item);
        assert_eq!(
            parse_entry(converted.work.source()).as_ref(),
            Ok(&converted.work)
        );
        let derived = derive(&converted.work, &Strings::default(), &|_| None);
        let show = |item: &CslItem| serde_json::to_string_pretty(item).unwrap();
        assert_eq!(
            show(&derived.item),
            show(&item),
            "{}",
            converted.work.source()
        );
        converted
    }

    #[test]
    fn items_come_back_as_they_were() {
        let converted = again(serde_json::json!({
            "id": "a", "type": "article-journal",
            "title": "Peer production in <i>Debian</i>: an iPod for R&D at 5 °C",
            "title-short": "Peer production in <i>Debian</i>",
            "author": [
                {"family": "Gogh", "given": "Vincent", "non-dropping-particle": "van"},
                {"literal": "Free and Open", "truncated": true}],
            "container-title": "Journal of Peer Production", "volume": "3", "issue": "2", "page": "1-20",
            "issued": {"date-parts": [[2012, 3, 4]]}, "accessed": {"date-parts": [[2020, 1], [2020, 2]]},
            "DOI": "10.1/a_b", "URL": "https://x.org/a_b%20c", "language": "en-US",
            "archive": "The Archive", "medium": "print", "interviewer": [{"family": "Lee", "given": "Ann"}]
        }));
        assert_eq!(converted.unmapped, ["interviewer", "archive", "medium"]);
        assert!(converted.lost.is_empty());
    }

    #[test]
    fn every_type_comes_back() {
        for csl_type in crate::csl::variables::TYPES {
            again(serde_json::json!({"id": "k", "type": csl_type, "title": "Title"}));
        }
        again(serde_json::json!({"id": "k", "type": "book"}));
    }

    #[test]
    fn dates_come_back() {
        for date in [
            serde_json::json!({"date-parts": [[-877]]}),
            serde_json::json!({"date-parts": [[2004]], "season": 2}),
            serde_json::json!({"date-parts": [[1723]], "circa": true}),
            serde_json::json!({"date-parts": [[1999], [0]]}),
            serde_json::json!({"literal": "n.d."}),
        ] {
            again(serde_json::json!({"id": "k", "type": "book", "issued": date}));
        }
    }

    #[test]
    fn losses_are_reported() {
        let item: CslItem = serde_json::from_value(serde_json::json!({
            "id": "a b", "type": "book", "title": ["a"], "scale": {"x": 1}
        }))
        .unwrap();
        let converted = from_csl(&item);
        assert_eq!(converted.work.key, "a_b");
        assert_eq!(converted.lost, ["scale", "title"]);
    }

    #[test]
    fn variables_that_csl_does_not_define_come_back() {
        again(serde_json::json!({
            "id": "a", "type": "book", "custom": {"x": 1, "y": "a {b} \"c\""}, "categories": ["a"],
            "citation-key": "b", "frobnicated": "50 %"
        }));
    }

    #[test]
    fn paragraphs_and_particles_come_back() {
        again(serde_json::json!({
            "id": "a", "type": "book", "abstract": "One.\nTwo -- three.", "note": "A\nB",
            "author": [{"family": "Graben", "given": "Volkmar von"},
                {"family": "Gogh", "given": "Vincent", "dropping-particle": "van"}]
        }));
        again(serde_json::json!({
            "id": "a", "type": "article-journal", "page": "12-1–12-14",
            "author": [{"family": "von Hippel", "given": "Eric", "suffix": "Jr.", "comma-suffix": true}],
            "issued": {"date-parts": [[2015, 22], [2016, 24]]}
        }));
    }
}
