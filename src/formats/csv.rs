//! Tables with a header, as CSV or TSV: one row for each reference.
//!
//! The columns are guessed from their names, in several languages and as Zotero, Scopus, Web of Science and
//! library catalogues write them; a person may map a column to a field.

use std::collections::BTreeSet;

use super::bibtex::schema;
use super::csl_to_bib::ParsedItems;
use super::item_builder::{
    ItemBuilder, direct_name, iso_date, language_code, literal_name, one_name, particles, person,
    written_name,
};
use super::losses::{compare, fields_without_variable, is_truncated};
use super::{Export, Loss, ReadFormat, Records, WriteFormat, WriteResult};
use crate::csl::variables::{VariableKind, known, known_type};
use crate::model::markup::without_nocase;
use crate::model::{CslItem, CslName, CslValue};

/// Reads and writes CSV.
pub(crate) struct Csv;

/// Reads TSV like CSV, and writes it.
pub(crate) struct Tsv;

/// The most columns of a table.
const MOST_COLUMNS: usize = 1000;

/// Returns whether the first line of a text names at least two columns that are understood, one of them the title.
pub(crate) fn sniff(text: &str) -> bool {
    let (_, columns) = header(text, &[]);
    let names = || columns.iter().filter(|column| column.field.is_some());
    names().count() > 1 && names().any(|column| column.field == Some(Field::Text("title")))
}

impl ReadFormat for Csv {
    fn read(&self, text: &str) -> Records {
        Records::Items(read_items(text, &[]))
    }
}

impl ReadFormat for Tsv {
    fn read(&self, text: &str) -> Records {
        Records::Items(read_items(text, &[]))
    }
}

impl WriteFormat for Csv {
    fn write(&self, export: &Export<'_>) -> WriteResult {
        write(export, b',', "CSV")
    }
}

impl WriteFormat for Tsv {
    fn write(&self, export: &Export<'_>) -> WriteResult {
        write(export, b'\t', "TSV")
    }
}

/// The field that a column has been given by a person: the name of the column, and that of a BibLaTeX field or a CSL
/// variable.
pub type ColumnField = (String, String);

/// Returns whether a table may have a column for a field.
pub fn is_field(name: &str) -> bool {
    field_of(name).is_some()
}

/// Reads a table, with the fields that a person has given to columns. An empty field leaves a column out.
pub fn read_with(text: &str, columns: &[ColumnField]) -> Records {
    Records::Items(read_items(text, columns))
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    Key,
    Type,
    Text(&'static str),
    Subtitle,
    Names(&'static str),
    /// Names in full, which another column has with initials.
    FullNames(&'static str),
    /// A part of the names of a variable. Columns of the same number belong together.
    NamePart(&'static str, NamePart, u8),
    Date(&'static str),
    Month,
    Day,
    StartPage,
    EndPage,
    Keywords,
    Doi,
    Url,
    /// A column that says nothing about the work.
    Nothing,
}

/// The part of a name that has a column of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum NamePart {
    Family,
    Given,
}

/// A column of a table.
struct Column {
    name: String,
    field: Option<Field>,
}

/// The names of columns without spaces and punctuation, in lower case.
const NAMES: &[(&str, Field)] = &[
    ("key", Field::Key),
    ("id", Field::Key),
    ("citekey", Field::Key),
    ("citationkey", Field::Key),
    ("bibtexkey", Field::Key),
    ("type", Field::Type),
    ("itemtype", Field::Type),
    ("documenttype", Field::Type),
    ("publicationtype", Field::Type),
    ("entrytype", Field::Type),
    ("typ", Field::Type),
    ("dokumenttyp", Field::Type),
    ("title", Field::Text("title")),
    ("articletitle", Field::Text("title")),
    ("titel", Field::Text("title")),
    ("titre", Field::Text("title")),
    ("titulo", Field::Text("title")),
    ("título", Field::Text("title")),
    ("titolo", Field::Text("title")),
    ("subtitle", Field::Subtitle),
    ("untertitel", Field::Subtitle),
    ("soustitre", Field::Subtitle),
    ("subtítulo", Field::Subtitle),
    ("subtitulo", Field::Subtitle),
    ("sottotitolo", Field::Subtitle),
    ("shorttitle", Field::Text("title-short")),
    ("author", Field::Names("author")),
    ("authors", Field::Names("author")),
    ("authorfullnames", Field::FullNames("author")),
    ("bookauthorfullnames", Field::FullNames("container-author")),
    ("bookauthors", Field::Names("container-author")),
    ("bookeditors", Field::Names("editor")),
    ("authornames", Field::Names("author")),
    ("creator", Field::Names("author")),
    ("creators", Field::Names("author")),
    ("autor", Field::Names("author")),
    ("autoren", Field::Names("author")),
    ("autorin", Field::Names("author")),
    ("autores", Field::Names("author")),
    ("auteur", Field::Names("author")),
    ("auteurs", Field::Names("author")),
    ("autore", Field::Names("author")),
    ("verfasser", Field::Names("author")),
    ("editor", Field::Names("editor")),
    ("editors", Field::Names("editor")),
    ("herausgeber", Field::Names("editor")),
    ("hrsg", Field::Names("editor")),
    ("serieseditor", Field::Names("collection-editor")),
    ("translator", Field::Names("translator")),
    ("translators", Field::Names("translator")),
    ("übersetzer", Field::Names("translator")),
    ("year", Field::Date("issued")),
    ("publicationyear", Field::Date("issued")),
    ("pubyear", Field::Date("issued")),
    ("py", Field::Date("issued")),
    ("jahr", Field::Date("issued")),
    ("erscheinungsjahr", Field::Date("issued")),
    ("année", Field::Date("issued")),
    ("annee", Field::Date("issued")),
    ("año", Field::Date("issued")),
    ("ano", Field::Date("issued")),
    ("anno", Field::Date("issued")),
    ("date", Field::Date("issued")),
    ("publicationdate", Field::Date("issued")),
    ("issued", Field::Date("issued")),
    ("datum", Field::Date("issued")),
    ("fecha", Field::Date("issued")),
    ("data", Field::Date("issued")),
    ("month", Field::Month),
    ("monat", Field::Month),
    ("day", Field::Day),
    ("publicationtitle", Field::Text("container-title")),
    ("journal", Field::Text("container-title")),
    ("journaltitle", Field::Text("container-title")),
    ("sourcetitle", Field::Text("container-title")),
    ("source", Field::Text("container-title")),
    ("container", Field::Text("container-title")),
    ("booktitle", Field::Text("container-title")),
    ("zeitschrift", Field::Text("container-title")),
    ("revue", Field::Text("container-title")),
    ("revista", Field::Text("container-title")),
    ("rivista", Field::Text("container-title")),
    ("journalabbreviation", Field::Text("container-title-short")),
    (
        "abbreviatedsourcetitle",
        Field::Text("container-title-short"),
    ),
    ("volume", Field::Text("volume")),
    ("vol", Field::Text("volume")),
    ("band", Field::Text("volume")),
    ("jahrgang", Field::Text("volume")),
    ("issue", Field::Text("issue")),
    ("heft", Field::Text("issue")),
    ("numéro", Field::Text("issue")),
    ("number", Field::Text("number")),
    ("nummer", Field::Text("number")),
    ("artno", Field::Text("number")),
    ("articlenumber", Field::Text("number")),
    ("pages", Field::Text("page")),
    ("page", Field::Text("page")),
    ("seiten", Field::Text("page")),
    ("páginas", Field::Text("page")),
    ("pagine", Field::Text("page")),
    ("pagestart", Field::StartPage),
    ("startpage", Field::StartPage),
    ("firstpage", Field::StartPage),
    ("beginningpage", Field::StartPage),
    ("pageend", Field::EndPage),
    ("endpage", Field::EndPage),
    ("lastpage", Field::EndPage),
    ("endingpage", Field::EndPage),
    ("numpages", Field::Text("number-of-pages")),
    ("numberofpages", Field::Text("number-of-pages")),
    ("pagecount", Field::Nothing),
    ("numberofvolumes", Field::Text("number-of-volumes")),
    ("publisher", Field::Text("publisher")),
    ("verlag", Field::Text("publisher")),
    ("éditeur", Field::Text("publisher")),
    ("editorial", Field::Text("publisher")),
    ("editore", Field::Text("publisher")),
    ("institution", Field::Text("publisher")),
    ("university", Field::Text("publisher")),
    ("place", Field::Text("publisher-place")),
    ("placeofpublication", Field::Text("publisher-place")),
    ("publisherplace", Field::Text("publisher-place")),
    ("publicationplace", Field::Text("publisher-place")),
    ("city", Field::Text("publisher-place")),
    ("location", Field::Text("publisher-place")),
    ("ort", Field::Text("publisher-place")),
    ("verlagsort", Field::Text("publisher-place")),
    ("erscheinungsort", Field::Text("publisher-place")),
    ("lieu", Field::Text("publisher-place")),
    ("edition", Field::Text("edition")),
    ("auflage", Field::Text("edition")),
    ("series", Field::Text("collection-title")),
    ("seriestitle", Field::Text("collection-title")),
    ("seriestext", Field::Nothing),
    ("reihe", Field::Text("collection-title")),
    ("seriesnumber", Field::Text("collection-number")),
    ("conferencename", Field::Text("event-title")),
    ("meetingname", Field::Text("event-title")),
    ("conferencelocation", Field::Text("event-place")),
    ("isbn", Field::Text("ISBN")),
    ("issn", Field::Text("ISSN")),
    ("eissn", Field::Nothing),
    ("doi", Field::Doi),
    ("url", Field::Url),
    ("link", Field::Url),
    ("uri", Field::Url),
    ("web", Field::Url),
    ("pmid", Field::Text("PMID")),
    ("pubmedid", Field::Text("PMID")),
    ("pmcid", Field::Text("PMCID")),
    ("abstract", Field::Text("abstract")),
    ("abstractnote", Field::Text("abstract")),
    ("zusammenfassung", Field::Text("abstract")),
    ("résumé", Field::Text("abstract")),
    ("resumen", Field::Text("abstract")),
    ("keywords", Field::Keywords),
    ("keyword", Field::Keywords),
    ("authorkeywords", Field::Keywords),
    ("indexkeywords", Field::Keywords),
    ("tags", Field::Keywords),
    ("manualtags", Field::Keywords),
    ("automatictags", Field::Keywords),
    ("schlagwörter", Field::Keywords),
    ("schlagworte", Field::Keywords),
    ("subjects", Field::Keywords),
    ("language", Field::Text("language")),
    ("languageoforiginaldocument", Field::Text("language")),
    ("sprache", Field::Text("language")),
    ("langue", Field::Text("language")),
    ("note", Field::Text("note")),
    ("notes", Field::Text("note")),
    ("extra", Field::Text("note")),
    ("notiz", Field::Text("note")),
    ("bemerkung", Field::Text("note")),
    ("annotation", Field::Text("annote")),
    ("accessdate", Field::Date("accessed")),
    ("accessed", Field::Date("accessed")),
    ("urldate", Field::Date("accessed")),
    ("callnumber", Field::Text("call-number")),
    ("signatur", Field::Text("call-number")),
    ("archive", Field::Text("archive")),
    ("archivelocation", Field::Text("archive_location")),
    ("rights", Field::Text("license")),
    ("libcatalog", Field::Nothing),
    ("librarycatalog", Field::Nothing),
    ("dateadded", Field::Nothing),
    ("datemodified", Field::Nothing),
    ("fileattachments", Field::Nothing),
    ("linkattachments", Field::Nothing),
    ("citedby", Field::Nothing),
    ("eid", Field::Nothing),
    ("authorids", Field::Nothing),
    ("authorsid", Field::Nothing),
    ("publicationstage", Field::Nothing),
    ("openaccess", Field::Nothing),
    ("affiliations", Field::Nothing),
    ("authorswithaffiliations", Field::Nothing),
];

/// Returns a name of a column without spaces and punctuation, in lower case.
fn folded(name: &str) -> String {
    let letters = name.chars().filter(|c| c.is_alphanumeric());
    letters.flat_map(char::to_lowercase).collect()
}

/// Returns what a column of a name holds.
fn field_of(name: &str) -> Option<Field> {
    let name = name.trim();
    if let Some((variable, kind)) = known(name) {
        return Some(match kind {
            VariableKind::Names => Field::Names(variable),
            VariableKind::Date => Field::Date(variable),
            VariableKind::Text | VariableKind::Number => match variable {
                "keyword" => Field::Keywords,
                "DOI" => Field::Doi,
                "URL" => Field::Url,
                "source" => Field::Text("container-title"),
                variable => Field::Text(variable),
            },
        });
    }
    let folded = folded(name);
    let named = |folded: &str| {
        let found = NAMES.iter().find(|(name, _)| *name == folded);
        found.map(|(_, field)| *field)
    };
    // "Author 1", "Author 2"
    let (letters, number) = without_number(&folded);
    let numbered = || {
        let field = named(&letters).filter(|_| number > 0);
        field.filter(|field| matches!(field, Field::Names(_) | Field::Keywords))
    };
    let part_of_name = || {
        let (variable, part) = name_part(&letters)?;
        Some(Field::NamePart(variable, part, number))
    };
    let found = named(&folded).or_else(numbered).or_else(part_of_name);
    found.or_else(|| {
        let (variable, _) = schema::variable_of_field(&name.to_lowercase())?;
        let (variable, kind) = known(variable)?;
        Some(match kind {
            VariableKind::Names => Field::Names(variable),
            VariableKind::Date => Field::Date(variable),
            VariableKind::Text | VariableKind::Number => Field::Text(variable),
        })
    })
}

/// Returns the name of a column without its number, and the number; 0 without one.
fn without_number(folded: &str) -> (String, u8) {
    let (digits, letters): (String, String) = folded.chars().partition(char::is_ascii_digit);
    (letters, digits.parse().unwrap_or_default())
}

/// Returns the variable and the part of a name that a column holds: "Last name", "Author first name", "Vorname".
fn name_part(folded: &str) -> Option<(&'static str, NamePart)> {
    const PARTS: &[(&str, NamePart)] = &[
        ("lastname", NamePart::Family),
        ("surname", NamePart::Family),
        ("familyname", NamePart::Family),
        ("nachname", NamePart::Family),
        ("familienname", NamePart::Family),
        ("apellidos", NamePart::Family),
        ("apellido", NamePart::Family),
        ("cognome", NamePart::Family),
        ("achternaam", NamePart::Family),
        ("firstname", NamePart::Given),
        ("givenname", NamePart::Given),
        ("givennames", NamePart::Given),
        ("forename", NamePart::Given),
        ("forenames", NamePart::Given),
        ("vorname", NamePart::Given),
        ("vornamen", NamePart::Given),
        ("prénom", NamePart::Given),
        ("prenom", NamePart::Given),
        ("voornaam", NamePart::Given),
    ];
    // These say what they are only beside a role.
    const BESIDE_ROLE: &[(&str, NamePart)] = &[
        ("last", NamePart::Family),
        ("family", NamePart::Family),
        ("nom", NamePart::Family),
        ("first", NamePart::Given),
        ("given", NamePart::Given),
        ("nombre", NamePart::Given),
        ("nome", NamePart::Given),
    ];
    let part_in = |parts: &[(&str, NamePart)], name: &str| {
        let found = parts.iter().find(|(part, _)| *part == name);
        found.map(|(_, part)| *part)
    };
    if let Some(part) = part_in(PARTS, folded) {
        return Some(("author", part));
    }
    NAMES.iter().find_map(|(role, field)| {
        let Field::Names(variable) = field else {
            return None;
        };
        let rest = folded
            .strip_prefix(role)
            .or_else(|| folded.strip_suffix(role))?;
        let part = part_in(PARTS, rest).or_else(|| part_in(BESIDE_ROLE, rest))?;
        Some((*variable, part))
    })
}

/// Returns the separator of a table, and its columns.
fn header(text: &str, given: &[ColumnField]) -> (u8, Vec<Column>) {
    let text = text.trim_start_matches('\u{feff}');
    let line = text.split(['\n', '\r']).next().unwrap_or_default();
    let count = |separator: u8| memchr::memchr_iter(separator, line.as_bytes()).count();
    let separator = [b',', b'\t', b';', b'|']
        .into_iter()
        .max_by_key(|separator| count(*separator))
        .unwrap_or(b',');
    let mut rows = reader(line, separator).into_byte_records();
    let names: Vec<String> = rows
        .next()
        .and_then(Result::ok)
        .map(|row| {
            let cells = row.iter().take(MOST_COLUMNS);
            cells
                .map(|cell| String::from_utf8_lossy(cell).trim().to_owned())
                .collect()
        })
        .unwrap_or_default();
    let columns = names.into_iter().map(|name| {
        let given = given
            .iter()
            .find(|(column, _)| column.eq_ignore_ascii_case(&name));
        let field = match given {
            Some((_, field)) if field.is_empty() => Some(Field::Nothing),
            Some((_, field)) => field_of(field),
            None => field_of(&name),
        };
        Column { name, field }
    });
    let mut columns: Vec<Column> = columns.collect();
    // Zotero has the kind of a thesis or report in "Type".
    if columns
        .iter()
        .any(|column| folded(&column.name) == "itemtype")
    {
        for column in &mut columns {
            if folded(&column.name) == "type" {
                column.field = Some(Field::Text("genre"));
            }
        }
    }
    (separator, columns)
}

fn reader(text: &str, separator: u8) -> csv::Reader<&[u8]> {
    csv::ReaderBuilder::new()
        .delimiter(separator)
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes())
}

fn read_items(text: &str, given: &[ColumnField]) -> ParsedItems {
    let mut items = ParsedItems::default();
    let text = text.trim_start_matches('\u{feff}');
    let (separator, columns) = header(text, given);
    for column in &columns {
        if column.field.is_none() && !column.name.is_empty() {
            let message = "ignored the column: its name is not known".to_owned();
            items.warn(1, "", Some(&column.name), message);
        }
    }
    for (name, _) in given {
        if !columns
            .iter()
            .any(|column| column.name.eq_ignore_ascii_case(name))
        {
            items.warn(1, "", Some(name), "the table has no such column".to_owned());
        }
    }
    let mut rows = reader(text, separator).into_records();
    // The header.
    rows.next();
    for row in rows {
        let row = match row {
            Ok(row) => row,
            Err(error) => {
                let line = error.position().map_or(0, csv::Position::line);
                let line = usize::try_from(line).unwrap_or_default();
                items.reject(line, None, "", format!("cannot be read: {error}"));
                continue;
            }
        };
        let line = row.position().map_or(0, csv::Position::line);
        let line = usize::try_from(line).unwrap_or_default();
        if row.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        let item = row_item(&row, &columns);
        let original = || {
            let cells = columns
                .iter()
                .zip(row.iter())
                .filter(|(_, cell)| !cell.is_empty());
            cells
                .map(|(column, cell)| format!("{}: {cell}\n", column.name))
                .collect::<String>()
        };
        if item.variables.is_empty() {
            items.reject(
                line,
                None,
                &original(),
                "has no value in a known column".to_owned(),
            );
        } else {
            items.accept(line, item, original);
        }
    }
    items
}

fn row_item(row: &csv::StringRecord, columns: &[Column]) -> CslItem {
    let cells = || {
        columns
            .iter()
            .zip(row.iter())
            .filter_map(|(column, cell)| Some((column.field?, without_apostrophe(cell.trim()))))
            .filter(|(_, cell)| !cell.is_empty())
    };
    let value = |field: Field| {
        cells()
            .find(|(found, _)| *found == field)
            .map(|(_, cell)| cell)
    };
    let mut new = ItemBuilder::default();
    let (mut month, mut day, mut start, mut end) = ("", "", "", "");
    let mut subtitle = "";
    let mut in_full: Vec<&str> = Vec::new();
    for (field, _) in cells() {
        if let Field::FullNames(variable) = field
            && !in_full.contains(&variable)
        {
            in_full.push(variable);
        }
    }
    let mut dates: Vec<(&'static str, &str)> = Vec::new();
    let mut parted: Vec<PartedNames<'_>> = Vec::new();
    for (field, cell) in cells() {
        match field {
            Field::Key => cell.clone_into(&mut new.item.id),
            Field::Text("language") => {
                new.text("language", language_code(cell));
            }
            Field::Text(variable @ ("note" | "annote")) => new.append(variable, "\n", cell),
            Field::Text(variable @ ("volume" | "issue")) => {
                new.text(variable, without_decimals(cell));
            }
            Field::Text(variable) => {
                new.text(variable, cell);
            }
            Field::Subtitle => subtitle = cell,
            Field::Names(variable) if in_full.contains(&variable) => {}
            Field::Names(variable) | Field::FullNames(variable) => {
                for name in names(cell) {
                    new.name(variable, name);
                }
            }
            Field::NamePart(variable, part, number) => {
                let is_own = |names: &&mut PartedNames<'_>| {
                    (names.variable, names.number) == (variable, number)
                };
                let (family, given) = match part {
                    NamePart::Family => (cell, ""),
                    NamePart::Given => ("", cell),
                };
                match (parted.iter_mut().find(is_own), part) {
                    (Some(names), NamePart::Family) => names.family = cell,
                    (Some(names), NamePart::Given) => names.given = cell,
                    (None, _) => parted.push(PartedNames {
                        variable,
                        number,
                        family,
                        given,
                    }),
                }
            }
            Field::Date(variable) => {
                dates.push((variable, without_time(without_decimals(cell))));
            }
            Field::Month => month = cell,
            Field::Day => day = cell,
            Field::StartPage => start = cell,
            Field::EndPage => end = cell,
            Field::Keywords => {
                let separator = if cell.contains(';') { ';' } else { ',' };
                cell.split(separator)
                    .for_each(|keyword| new.keyword(keyword));
            }
            Field::Doi => {
                new.doi(cell);
            }
            Field::Url => {
                new.url(cell);
            }
            Field::Type | Field::Nothing => {}
        }
    }
    if let Some(title) = new.item.text("title").filter(|_| !subtitle.is_empty()) {
        let title = CslValue::Text(format!("{title}: {subtitle}"));
        new.item.variables.insert("title".to_owned(), title);
    }
    for names in &parted {
        names.add_to(&mut new);
    }
    // The finest date counts: a table may have a year and a date.
    dates.sort_by_key(|(_, text)| std::cmp::Reverse(text.len()));
    for (variable, text) in dates {
        let with_month = match (month, day) {
            _ if variable != "issued" || text.len() != 4 => text.to_owned(),
            ("", _) => text.to_owned(),
            (month, day) => format!("{text} {month} {day}"),
        };
        let read = super::item_builder::date(&with_month);
        if read.literal.is_some() && with_month != text {
            new.date(variable, text);
        } else {
            new.date_value(variable, read);
        }
    }
    match (start, end) {
        ("", _) => true,
        (start, "") => new.text("page", start),
        (start, end) => new.text("page", &format!("{start}-{end}")),
    };
    let written = value(Field::Type).unwrap_or_default();
    new.item.item_type = csl_type(written, &new).to_owned();
    new.finish()
}

/// Names whose parts have columns of their own.
struct PartedNames<'c> {
    variable: &'static str,
    number: u8,
    family: &'c str,
    given: &'c str,
}

impl PartedNames<'_> {
    /// Adds the names, which semicolons separate if there are several.
    fn add_to(&self, new: &mut ItemBuilder) {
        let mut given = self.given.split(';').map(str::trim);
        for family in self.family.split(';').map(str::trim) {
            let name = match (family, given.next().unwrap_or_default()) {
                ("", given) => literal_name(given),
                (family, "") => one_name(family),
                (family, given) => {
                    let (particles, family) = particles(family);
                    person(particles, family, given, "")
                }
            };
            new.name(self.variable, name);
        }
    }
}

/// Returns a whole number without the decimals that programs write into a column with empty cells: `2001.0`.
fn without_decimals(cell: &str) -> &str {
    match cell.strip_suffix(".0") {
        Some(whole) if whole.bytes().all(|byte| byte.is_ascii_digit()) => whole,
        _ => cell,
    }
}

/// Returns a date without the time of day after it, as Zotero writes it: `2020-01-02 11:00:00`.
fn without_time(cell: &str) -> &str {
    match cell.split_once([' ', 'T']) {
        Some((date, time))
            if time.contains(':') && date.starts_with(|c: char| c.is_ascii_digit()) =>
        {
            date
        }
        _ => cell,
    }
}

/// Returns a cell without the apostrophe that keeps a spreadsheet from running it.
fn without_apostrophe(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(bare) if bare.starts_with(['=', '+', '-', '@']) => bare,
        _ => cell,
    }
}

/// Reads the names in a cell, which are separated by semicolons, `and` or vertical bars; or by commas, if none of them
/// is written with the family name first.
fn names(cell: &str) -> Vec<CslName> {
    let separator = ["; ", ";", " | ", "|", " and ", " & ", "\n"]
        .into_iter()
        .find(|separator| cell.contains(*separator));
    if let Some(separator) = separator {
        let names = cell
            .split(separator)
            .map(|name| without_number_of_person(name.trim()))
            .filter(|name| !name.is_empty());
        return names.map(one_name).collect();
    }
    let cell = without_number_of_person(cell);
    let parts: Vec<&str> = cell
        .split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .collect();
    let are_whole = parts.len() > 1 && parts.iter().all(|part| part.contains(' '));
    if are_whole {
        return parts.into_iter().map(direct_name).collect();
    }
    vec![one_name(cell)]
}

/// Returns a name without the number that Scopus gives to a person: "Benkler, Yochai (6602085)".
fn without_number_of_person(name: &str) -> &str {
    let number = name.rsplit_once(" (").and_then(|(before, number)| {
        let number = number.strip_suffix(')')?;
        (!number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())).then_some(before)
    });
    number.unwrap_or(name)
}

/// Returns the CSL type that a cell names, in the words of CSL, BibLaTeX, Zotero, Scopus or Web of Science; or else one
/// that fits the row.
fn csl_type(written: &str, new: &ItemBuilder) -> &'static str {
    if let Some(csl_type) = known_type(written.trim()) {
        return csl_type;
    }
    let named = match folded(written).as_str() {
        "journalarticle"
        | "article"
        | "articleinpress"
        | "review"
        | "zeitschriftenartikel"
        | "aufsatz" => Some("article-journal"),
        "magazinearticle" => Some("article-magazine"),
        "newspaperarticle" => Some("article-newspaper"),
        "book" | "buch" | "livre" | "libro" | "monograph" | "monographie" | "collection" => {
            Some("book")
        }
        "booksection" | "bookchapter" | "inbook" | "incollection" | "chapter" | "kapitel" => {
            Some("chapter")
        }
        "conferencepaper" | "inproceedings" | "proceedingspaper" => Some("paper-conference"),
        "thesis" | "phdthesis" | "mastersthesis" | "dissertation" => Some("thesis"),
        "report" | "techreport" => Some("report"),
        "webpage" | "website" | "online" | "web" => Some("webpage"),
        "blogpost" => Some("post-weblog"),
        "forumpost" => Some("post"),
        "preprint" => Some("article"),
        "film" | "videorecording" | "tvbroadcast" => Some("motion_picture"),
        "audiorecording" | "podcast" | "radiobroadcast" => Some("song"),
        "computerprogram" => Some("software"),
        "presentation" => Some("speech"),
        "encyclopediaarticle" => Some("entry-encyclopedia"),
        "dictionaryentry" => Some("entry-dictionary"),
        "letter" | "email" => Some("personal_communication"),
        "case" => Some("legal_case"),
        "statute" => Some("legislation"),
        "artwork" => Some("graphic"),
        "manuscript" | "unpublished" => Some("manuscript"),
        _ => None,
    };
    named.unwrap_or_else(|| {
        if new.has("container-title") && (new.has("ISBN") || new.has("editor")) {
            "chapter"
        } else if new.has("container-title") {
            "article-journal"
        } else if new.has("ISBN") || new.has("publisher") {
            "book"
        } else if new.has("URL") {
            "webpage"
        } else {
            "document"
        }
    })
}

// ---- Writing --------------------------------------------------------------------------------------

/// The variables that come first, in the order of columns. Others follow by name.
const FIRST: &[&str] = &[
    "author",
    "editor",
    "issued",
    "title",
    "container-title",
    "collection-title",
    "volume",
    "issue",
    "number",
    "page",
    "publisher",
    "publisher-place",
    "edition",
    "ISBN",
    "ISSN",
    "DOI",
    "URL",
    "accessed",
    "language",
    "keyword",
    "abstract",
    "note",
];

/// Returns the variables of a work that have a column in a table.
pub fn column_variables(item: &CslItem) -> impl Iterator<Item = &str> {
    let values = item.variables.iter();
    values
        .filter_map(|(variable, value)| (!matches!(value, CslValue::Other(_))).then_some(variable))
}

/// Writes a table whose columns are CSL variables. Only variables that some work has get a column.
fn write(export: &Export<'_>, separator: u8, title: &str) -> WriteResult {
    let own: BTreeSet<String>;
    let used = match export.table {
        Some(part) => part.variables,
        None => {
            let items = export.works.iter().map(|work| work.item);
            own = items
                .flat_map(column_variables)
                .map(str::to_owned)
                .collect();
            &own
        }
    };
    let others = used.iter().map(String::as_str);
    let variables: Vec<&str> = FIRST
        .iter()
        .copied()
        .filter(|variable| used.contains(*variable))
        .chain(others.filter(|variable| !FIRST.contains(variable)))
        .collect();
    let rows: Vec<Vec<String>> = export
        .works
        .iter()
        .map(|work| row(work.item, &variables))
        .collect();
    let mut head = vec!["id".to_owned(), "type".to_owned()];
    head.extend(variables.iter().map(|variable| (*variable).to_owned()));
    let mut text = table(std::iter::once(&head), separator);
    let header = text.len();
    text.push_str(&table(rows.iter(), separator));
    let back = read_items(&text, &[]).items;
    let mut losses: Vec<Loss> = Vec::new();
    // A row without values is no reference, so the rows that are read need not be as many.
    let mut back = back.iter().peekable();
    for work in export.works {
        losses.extend(fields_without_variable(work.work, title));
        let own = back.next_if(|back| back.item.id == work.item.id);
        losses.extend(compare(work.item, own.map(|back| &back.item), title));
    }
    if export.table.is_some_and(|part| !part.is_first) {
        text.drain(..header);
    }
    WriteResult { text, losses }
}

fn table<'r>(rows: impl Iterator<Item = &'r Vec<String>>, separator: u8) -> String {
    let mut writer = csv::WriterBuilder::new()
        .delimiter(separator)
        .terminator(csv::Terminator::CRLF)
        .from_writer(Vec::new());
    for row in rows {
        // Writing to memory does not fail.
        let _ = writer.write_record(row);
    }
    let bytes = writer.into_inner().unwrap_or_default();
    String::from_utf8(bytes).unwrap_or_default()
}

fn row(item: &CslItem, variables: &[&str]) -> Vec<String> {
    let mut cells = vec![safe(&item.id), item.item_type.clone()];
    cells.extend(variables.iter().map(|variable| {
        let text = match item.variables.get(variable) {
            Some(CslValue::Text(text)) => without_nocase(text),
            Some(CslValue::Number(number)) => number.to_string(),
            Some(CslValue::Names(list)) => {
                let names = list.iter().map(|name| match &name.literal {
                    // The comma keeps the name of an organization in one piece.
                    Some(literal) => format!("{literal},"),
                    None => written_name(name),
                });
                let mut names: Vec<String> = names.collect();
                if is_truncated(list) {
                    names.push("et al.".to_owned());
                }
                names.join("; ")
            }
            Some(CslValue::Date(date)) => iso_date(date),
            Some(CslValue::Other(_)) | None => String::new(),
        };
        safe(&text)
    }));
    cells
}

/// Returns the text of a cell. Spreadsheets run text that begins with `=`, `+`, `-` or `@`, even if it comes from a
/// stranger's file; an apostrophe marks it as text. Numbers need none.
fn safe(text: &str) -> String {
    let runs = text.starts_with(['=', '+', '-', '@', '\t', '\r']) && text.parse::<i64>().is_err();
    if runs {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::ExportedWork;
    use crate::formats::bibtex::Strings;
    use crate::model::Entry;

    #[test]
    fn columns_are_known_in_several_languages() {
        for text in [
            "Key,Item Type,Publication Year,Author,Title,Publication Title,DOI\n\
             K1,journalArticle,2002,\"Benkler, Yochai; Søderberg, Johan\",\"Coase's Penguin, or, Linux\",Yale LJ,10.1/a\n",
            "\u{feff}Schlüssel;Autor;Titel;Jahr;Zeitschrift;DOI\r\n\
             x;\"Benkler, Yochai; Søderberg, Johan\";Coase's Penguin, or, Linux;2002;Yale LJ;https://doi.org/10.1/a\r\n",
            "Authors\tTitle\tYear\tSource title\tDOI\n\
             Yochai Benkler, Johan Søderberg\tCoase's Penguin, or, Linux\t2002\tYale LJ\t10.1/a\n",
        ] {
            assert!(sniff(text), "{text}");
            let read = read_items(text, &[]);
            let item = &read.items[0].item;
            assert_eq!(item.item_type, "article-journal", "{text}");
            assert_eq!(
                item.text("title").as_deref(),
                Some("Coase's Penguin, or, Linux")
            );
            assert_eq!(item.text("DOI").as_deref(), Some("10.1/a"));
            let families: Vec<_> = item
                .names("author")
                .iter()
                .filter_map(|name| name.family.clone())
                .collect();
            assert_eq!(families, ["Benkler", "Søderberg"], "{text}");
            assert_eq!(item.date("issued").unwrap().date_parts, [[2002]]);
        }
        assert!(!sniff("Dear Ada, this is a title, and no table.\n"));
        assert!(!sniff("a,b,c\n1,2,3\n"));
    }

    #[test]
    fn a_person_may_say_what_a_column_holds() {
        let given = [
            ("Werk".to_owned(), "title".to_owned()),
            ("x".to_owned(), "year".to_owned()),
        ];
        let read = read_items("Werk,x,y\nT,2001,odd\n\n,,\n", &given);
        assert_eq!(read.items.len(), 1);
        let item = &read.items[0].item;
        assert_eq!(item.text("title").as_deref(), Some("T"));
        assert_eq!(item.date("issued").unwrap().date_parts, [[2001]]);
        assert_eq!(read.problems.len(), 1);
        assert!(is_field("journaltitle") && is_field("container-title") && !is_field("nonsense"));
    }

    #[test]
    fn what_is_written_is_read_again_and_runs_nothing() {
        let json = r#"{"id":"a","type":"chapter","title":"=HYPERLINK(\"x\"), a","container-title":"-1+2","author":[
            {"family":"Beethoven","given":"Ludwig","dropping-particle":"van"},{"literal":"P2P and Co"}],
            "volume":"-4","issued":{"date-parts":[[2006,5,12]]},"DOI":"10.1/a","keyword":"a, b","page":"3-9",
            "abstract":"One.\nTwo."}"#;
        let item: CslItem = serde_json::from_str(json).unwrap();
        let work = Entry {
            key: "a".into(),
            entry_type: String::new(),
            fields: Vec::new(),
            source: String::new(),
        };
        let strings = Strings::default();
        let works = [ExportedWork {
            work: &work,
            item: &item,
            strings: &strings,
        }];
        for separator in [b',', b'\t'] {
            let export = Export {
                works: &works,
                parents: &|_| None,
                table: None,
            };
            let written = write(&export, separator, "CSV");
            assert_eq!(written.losses, [], "{}", written.text);
            assert!(written.text.contains("'=HYPERLINK") && written.text.contains("'-1+2"));
        }
    }
}
