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
use super::{ExportInput, Loss, ReadFormat, Records, WriteFormat, WriteResult};
use crate::csl::variables::{VariableKind, known, known_type};
use crate::model::markup::without_nocase;
use crate::model::{CslItem, CslName, CslValue, SharedText};

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
    names().count() > 1 && names().any(|column| column.field == Some(ColumnContent::Text("title")))
}

impl ReadFormat for Csv {
    fn read(&self, text: &SharedText) -> Records {
        Records::Items(read_items(text, &[]))
    }
}

impl ReadFormat for Tsv {
    fn read(&self, text: &SharedText) -> Records {
        Records::Items(read_items(text, &[]))
    }
}

impl WriteFormat for Csv {
    fn write(&self, export: &ExportInput<'_>) -> WriteResult {
        write(export, b',', "CSV")
    }
}

impl WriteFormat for Tsv {
    fn write(&self, export: &ExportInput<'_>) -> WriteResult {
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

/// The content of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ColumnContent {
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
struct TableColumn {
    name: String,
    field: Option<ColumnContent>,
}

/// The contents of columns with the names for them, without spaces and punctuation and in lower case.
const NAMES: &[(ColumnContent, &str)] = &[
    (ColumnContent::Key, "key id citekey citationkey bibtexkey"),
    (
        ColumnContent::Type,
        "type itemtype documenttype publicationtype entrytype typ dokumenttyp",
    ),
    (
        ColumnContent::Text("title"),
        "title articletitle titel titre titulo título titolo",
    ),
    (
        ColumnContent::Subtitle,
        "subtitle untertitel soustitre subtítulo subtitulo sottotitolo",
    ),
    (ColumnContent::Text("title-short"), "shorttitle"),
    (
        ColumnContent::Names("author"),
        "author authors authornames creator creators autor autoren autorin autores auteur \
         auteurs autore verfasser",
    ),
    (ColumnContent::FullNames("author"), "authorfullnames"),
    (
        ColumnContent::FullNames("container-author"),
        "bookauthorfullnames",
    ),
    (ColumnContent::Names("container-author"), "bookauthors"),
    (
        ColumnContent::Names("editor"),
        "bookeditors editor editors herausgeber hrsg",
    ),
    (ColumnContent::Names("collection-editor"), "serieseditor"),
    (
        ColumnContent::Names("translator"),
        "translator translators übersetzer",
    ),
    (
        ColumnContent::Date("issued"),
        "year publicationyear pubyear py jahr erscheinungsjahr année annee año ano anno date \
         publicationdate issued datum fecha data",
    ),
    (ColumnContent::Month, "month monat"),
    (ColumnContent::Day, "day"),
    (
        ColumnContent::Text("container-title"),
        "publicationtitle journal journaltitle sourcetitle source container booktitle \
         zeitschrift revue revista rivista",
    ),
    (
        ColumnContent::Text("container-title-short"),
        "journalabbreviation abbreviatedsourcetitle",
    ),
    (ColumnContent::Text("volume"), "volume vol band jahrgang"),
    (ColumnContent::Text("issue"), "issue heft numéro"),
    (
        ColumnContent::Text("number"),
        "number nummer artno articlenumber",
    ),
    (
        ColumnContent::Text("page"),
        "pages page seiten páginas pagine",
    ),
    (
        ColumnContent::StartPage,
        "pagestart startpage firstpage beginningpage",
    ),
    (
        ColumnContent::EndPage,
        "pageend endpage lastpage endingpage",
    ),
    (
        ColumnContent::Text("number-of-pages"),
        "numpages numberofpages",
    ),
    (
        ColumnContent::Nothing,
        "pagecount seriestext eissn libcatalog librarycatalog dateadded datemodified \
         fileattachments linkattachments citedby eid authorids authorsid publicationstage \
         openaccess affiliations authorswithaffiliations",
    ),
    (ColumnContent::Text("number-of-volumes"), "numberofvolumes"),
    (
        ColumnContent::Text("publisher"),
        "publisher verlag éditeur editorial editore institution university",
    ),
    (
        ColumnContent::Text("publisher-place"),
        "place placeofpublication publisherplace publicationplace city location ort \
         verlagsort erscheinungsort lieu",
    ),
    (ColumnContent::Text("edition"), "edition auflage"),
    (
        ColumnContent::Text("collection-title"),
        "series seriestitle reihe",
    ),
    (ColumnContent::Text("collection-number"), "seriesnumber"),
    (
        ColumnContent::Text("event-title"),
        "conferencename meetingname",
    ),
    (ColumnContent::Text("event-place"), "conferencelocation"),
    (ColumnContent::Text("ISBN"), "isbn"),
    (ColumnContent::Text("ISSN"), "issn"),
    (ColumnContent::Doi, "doi"),
    (ColumnContent::Url, "url link uri web"),
    (ColumnContent::Text("PMID"), "pmid pubmedid"),
    (ColumnContent::Text("PMCID"), "pmcid"),
    (
        ColumnContent::Text("abstract"),
        "abstract abstractnote zusammenfassung résumé resumen",
    ),
    (
        ColumnContent::Keywords,
        "keywords keyword authorkeywords indexkeywords tags manualtags automatictags \
         schlagwörter schlagworte subjects",
    ),
    (
        ColumnContent::Text("language"),
        "language languageoforiginaldocument sprache langue",
    ),
    (
        ColumnContent::Text("note"),
        "note notes extra notiz bemerkung",
    ),
    (ColumnContent::Text("annote"), "annotation"),
    (
        ColumnContent::Date("accessed"),
        "accessdate accessed urldate",
    ),
    (ColumnContent::Text("call-number"), "callnumber signatur"),
    (ColumnContent::Text("archive"), "archive"),
    (ColumnContent::Text("archive_location"), "archivelocation"),
    (ColumnContent::Text("license"), "rights"),
];

/// Returns a name of a column without spaces and punctuation, in lower case.
fn letters_of(name: &str) -> String {
    let letters = name.chars().filter(|c| c.is_alphanumeric());
    letters.flat_map(char::to_lowercase).collect()
}

/// Returns whether a word is one of those that spaces separate.
fn has_word(words: &str, word: &str) -> bool {
    words.split(' ').any(|own| own == word)
}

/// Returns what a column of a name holds.
fn field_of(name: &str) -> Option<ColumnContent> {
    let name = name.trim();
    if let Some((variable, kind)) = known(name) {
        return Some(match kind {
            VariableKind::Names => ColumnContent::Names(variable),
            VariableKind::Date => ColumnContent::Date(variable),
            VariableKind::Text | VariableKind::Number => match variable {
                "keyword" => ColumnContent::Keywords,
                "DOI" => ColumnContent::Doi,
                "URL" => ColumnContent::Url,
                "source" => ColumnContent::Text("container-title"),
                variable => ColumnContent::Text(variable),
            },
        });
    }
    let folded = letters_of(name);
    let named = |folded: &str| {
        let found = NAMES.iter().find(|(_, names)| has_word(names, folded));
        found.map(|(field, _)| *field)
    };
    // "Author 1", "Author 2"
    let (letters, number) = without_number(&folded);
    let numbered = || {
        let field = named(&letters).filter(|_| number > 0);
        field.filter(|field| matches!(field, ColumnContent::Names(_) | ColumnContent::Keywords))
    };
    let part_of_name = || {
        let (variable, part) = name_part(&letters)?;
        Some(ColumnContent::NamePart(variable, part, number))
    };
    let found = named(&folded).or_else(numbered).or_else(part_of_name);
    found.or_else(|| {
        let (variable, _) = schema::variable_of_field(&name.to_lowercase())?;
        let (variable, kind) = known(variable)?;
        Some(match kind {
            VariableKind::Names => ColumnContent::Names(variable),
            VariableKind::Date => ColumnContent::Date(variable),
            VariableKind::Text | VariableKind::Number => ColumnContent::Text(variable),
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
    const PARTS: [(NamePart, &str); 2] = [
        (
            NamePart::Family,
            "lastname surname familyname nachname familienname apellidos apellido cognome achternaam",
        ),
        (
            NamePart::Given,
            "firstname givenname givennames forename forenames vorname vornamen prénom prenom voornaam",
        ),
    ];
    // These say what they are only beside a role.
    const BESIDE_ROLE: [(NamePart, &str); 2] = [
        (NamePart::Family, "last family nom"),
        (NamePart::Given, "first given nombre nome"),
    ];
    let part_in = |parts: [(NamePart, &str); 2], name: &str| {
        let found = parts.iter().find(|(_, names)| has_word(names, name));
        found.map(|(part, _)| *part)
    };
    if let Some(part) = part_in(PARTS, folded) {
        return Some(("author", part));
    }
    NAMES.iter().find_map(|(field, roles)| {
        let ColumnContent::Names(variable) = field else {
            return None;
        };
        roles.split(' ').find_map(|role| {
            let rest = folded
                .strip_prefix(role)
                .or_else(|| folded.strip_suffix(role))?;
            let part = part_in(PARTS, rest).or_else(|| part_in(BESIDE_ROLE, rest))?;
            Some((*variable, part))
        })
    })
}

/// Returns the separator of a table, and its columns.
fn header(text: &str, given: &[ColumnField]) -> (u8, Vec<TableColumn>) {
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
            Some((_, field)) if field.is_empty() => Some(ColumnContent::Nothing),
            Some((_, field)) => field_of(field),
            None => field_of(&name),
        };
        TableColumn { name, field }
    });
    let mut columns: Vec<TableColumn> = columns.collect();
    // Zotero has the kind of a thesis or report in "Type".
    if columns
        .iter()
        .any(|column| letters_of(&column.name) == "itemtype")
    {
        for column in &mut columns {
            if letters_of(&column.name) == "type" {
                column.field = Some(ColumnContent::Text("genre"));
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

fn row_item(row: &csv::StringRecord, columns: &[TableColumn]) -> CslItem {
    let cells = || {
        columns
            .iter()
            .zip(row.iter())
            .filter_map(|(column, cell)| Some((column.field?, without_apostrophe(cell.trim()))))
            .filter(|(_, cell)| !cell.is_empty())
    };
    let value = |field: ColumnContent| {
        cells()
            .find(|(found, _)| *found == field)
            .map(|(_, cell)| cell)
    };
    let mut new = ItemBuilder::default();
    let (mut month, mut day, mut start, mut end) = ("", "", "", "");
    let mut subtitle = "";
    let mut in_full: Vec<&str> = Vec::new();
    for (field, _) in cells() {
        if let ColumnContent::FullNames(variable) = field
            && !in_full.contains(&variable)
        {
            in_full.push(variable);
        }
    }
    let mut dates: Vec<(&'static str, &str)> = Vec::new();
    let mut parted: Vec<PartedNames<'_>> = Vec::new();
    for (field, cell) in cells() {
        match field {
            ColumnContent::Key => cell.clone_into(&mut new.item.id),
            ColumnContent::Text("language") => {
                new.text("language", language_code(cell));
            }
            ColumnContent::Text(variable @ ("note" | "annote")) => new.append(variable, "\n", cell),
            ColumnContent::Text(variable @ ("volume" | "issue")) => {
                new.text(variable, without_decimals(cell));
            }
            ColumnContent::Text(variable) => {
                new.text(variable, cell);
            }
            ColumnContent::Subtitle => subtitle = cell,
            ColumnContent::Names(variable) if in_full.contains(&variable) => {}
            ColumnContent::Names(variable) | ColumnContent::FullNames(variable) => {
                for name in names(cell) {
                    new.name(variable, name);
                }
            }
            ColumnContent::NamePart(variable, part, number) => {
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
            ColumnContent::Date(variable) => {
                dates.push((variable, without_time(without_decimals(cell))));
            }
            ColumnContent::Month => month = cell,
            ColumnContent::Day => day = cell,
            ColumnContent::StartPage => start = cell,
            ColumnContent::EndPage => end = cell,
            ColumnContent::Keywords => {
                let separator = if cell.contains(';') { ';' } else { ',' };
                cell.split(separator)
                    .for_each(|keyword| new.keyword(keyword));
            }
            ColumnContent::Doi => {
                new.doi(cell);
            }
            ColumnContent::Url => {
                new.url(cell);
            }
            ColumnContent::Type | ColumnContent::Nothing => {}
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
    let written = value(ColumnContent::Type).unwrap_or_default();
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
    let named = match letters_of(written).as_str() {
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
fn write(export: &ExportInput<'_>, separator: u8, title: &str) -> WriteResult {
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
        let work = Entry::without_text("a".into());
        let strings = Strings::default();
        let works = [ExportedWork {
            work: &work,
            item: &item,
            strings: &strings,
        }];
        for separator in [b',', b'\t'] {
            let export = ExportInput {
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
