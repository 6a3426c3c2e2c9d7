//! CSL-JSON: the variables of the Citation Style Language as JSON (schema `csl-data.json`, CSL 1.0.2).
//!
//! Reads an array of items, a single item, one item per line, and arrays inside an object (`items`, as
//! Better BibTeX writes them; `references`, as pandoc does). The text is split into items before it is
//! parsed, so that a malformed one costs one item. Variables in the `note`, where Zotero keeps those
//! that its own model lacks, become variables.

use serde_json::Value as Json;

use super::bibtex::schema;
use super::crossref;
use super::csl_to_bib::ParsedItems;
use super::lines::LineCounter;
use super::losses::fields_without_variable;
use super::pages;
use super::{ExportInput, Joint, ReadFormat, Records, WriteFormat, WriteResult};
use crate::csl::variables::{VariableKind as Kind, known, known_type};
use crate::model::{CslDate, CslItem, CslName, CslValue, Doi, EdtfDate, SharedText, is_et_al};

/// Reads and writes CSL-JSON.
pub(crate) struct CslJson;

/// Returns whether the beginning of a text looks like JSON.
pub(crate) fn sniff(text: &str) -> bool {
    let text = text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    let is_json = match text.strip_prefix('[') {
        Some(inside) => inside.trim_start().starts_with(['{', ']']),
        None => text
            .strip_prefix('{')
            .is_some_and(|inside| inside.trim_start().starts_with(['"', '}'])),
    };
    is_json && !is_foreign(text)
}

/// Returns whether a text is JSON of another kind, such as the answer of a web service: few of the names in its first
/// object are variables of CSL.
pub(crate) fn is_foreign(text: &str) -> bool {
    let Some(start) = text.find('{').filter(|start| {
        let before = text.get(..*start).unwrap_or_default();
        before
            .chars()
            .all(|c| c.is_whitespace() || "[\u{feff}".contains(c))
    }) else {
        return false;
    };
    let range = start..end_of_object(text.as_bytes(), start, &mut 0);
    let range = message_of_crossref(text, &range).unwrap_or(range);
    if list_of_items(text, &range).is_some() {
        return false;
    }
    let object = text.get(range).map(serde_json::from_str::<Json>);
    let Some(Ok(Json::Object(object))) = object else {
        return false;
    };
    let names = object
        .keys()
        .filter(|name| !matches!(name.as_str(), "id" | "type"));
    let variables = names.clone().filter(|name| known(name).is_some()).count();
    object.contains_key("itemType") || variables * 5 < names.count()
}

/// Returns the position of the message in an answer of Crossref.
fn message_of_crossref(text: &str, object: &ByteRange) -> Option<ByteRange> {
    let source = text.get(object.clone())?;
    if !source.contains("\"message-type\"") {
        return None;
    }
    let (before, after) = source.split_once("\"message\"")?;
    let value = after.trim_start().strip_prefix(':')?.trim_start();
    let at = object.start + before.len() + "\"message\"".len() + (after.len() - value.len());
    value
        .starts_with('{')
        .then(|| at..end_of_object(text.as_bytes(), at, &mut 0))
}

impl ReadFormat for CslJson {
    fn read(&self, text: &SharedText) -> Records {
        Records::Items(read_items(text))
    }
}

impl WriteFormat for CslJson {
    /// Writes an array of items, which hold all that CSL has a variable for.
    fn write(&self, export: &ExportInput<'_>) -> WriteResult {
        let items: Vec<&CslItem> = export.works.iter().map(|work| work.item).collect();
        let mut text = serde_json::to_string_pretty(&items).unwrap_or_default();
        text.push('\n');
        let losses = export
            .works
            .iter()
            .flat_map(|work| fields_without_variable(work.work, "CSL-JSON"))
            .collect();
        WriteResult { text, losses }
    }

    fn joint(&self) -> Option<Joint> {
        Some(Joint {
            end: "\n]\n",
            between: ",\n",
            start: "[\n",
        })
    }
}

pub(super) fn read_items(text: &str) -> ParsedItems {
    let mut read = ParsedItems::default();
    let mut lines = LineCounter::new(text);
    let mut cut = objects(text, 0..text.len());
    // A single object may be an item, or hold the items.
    if let [ArrayItem::Object(range)] = cut.as_slice() {
        let range = message_of_crossref(text, range).unwrap_or(range.clone());
        cut = match list_of_items(text, &range) {
            Some(inside) => objects(text, inside),
            None => vec![ArrayItem::Object(range)],
        };
    }
    for piece in cut {
        match piece {
            ArrayItem::Object(range) => {
                let source = text.get(range.clone()).unwrap_or_default();
                let line = lines.line_of(range.start);
                match serde_json::from_str::<CslItem>(source) {
                    Ok(item) => {
                        let item = tidied(item, line, &mut read);
                        read.accept(line, item, || source.to_owned());
                    }
                    Err(error) => {
                        let (line_of_error, column) = place(&error, line, lines.column());
                        let message = message(&error);
                        let reason = format!(
                            "invalid JSON: {message} (line {line_of_error}, column {column})"
                        );
                        read.reject(line, visible_id(source), source, reason);
                    }
                }
            }
            ArrayItem::Stray(range) => {
                let source = text.get(range.clone()).unwrap_or_default();
                let line = lines.line_of(range.start);
                let shown: String = source.chars().take(30).collect();
                read.reject(line, None, source, format!("not a CSL item: {shown:?}"));
            }
        }
    }
    read
}

/// Returns the parser's message without the position, which is relative to the item.
fn message(error: &serde_json::Error) -> String {
    let message = error.to_string();
    match message.rfind(" at line ") {
        Some(end) => message.get(..end).unwrap_or(&message).to_owned(),
        None => message,
    }
}

/// Returns the line and column, in characters and from 1, of an error in an item that begins at
/// `start`.
fn place(error: &serde_json::Error, line: usize, before: usize) -> (usize, usize) {
    let column = error.column().max(1);
    if error.line() > 1 {
        return (line + error.line() - 1, column);
    }
    (line, before + column)
}

/// Returns the `id` of an item that could not be read, as far as one is visible.
fn visible_id(source: &str) -> Option<String> {
    let (_, after) = source.split_once("\"id\"")?;
    let after = after.trim_start().strip_prefix(':')?.trim_start();
    let id = after.strip_prefix('"')?.split('"').next()?;
    (!id.is_empty() && id.len() < 100).then(|| id.to_owned())
}

// ---- Cutting ------------------------------------------------------------------------------------

type ByteRange = std::ops::Range<usize>;

/// A piece of JSON that should be an item.
#[derive(Debug, PartialEq)]
enum ArrayItem {
    Object(ByteRange),
    Stray(ByteRange),
}

/// Returns the objects at the outer level of a text or of one list, and the text between them.
fn objects(text: &str, within: ByteRange) -> Vec<ArrayItem> {
    let bytes = text.as_bytes();
    let mut unclosed = 0;
    let mut cut = Vec::new();
    let mut here = within.start;
    while here < within.end {
        match bytes.get(here) {
            Some(b'{') => {
                let end = end_of_object(bytes, here, &mut unclosed).min(within.end);
                cut.push(ArrayItem::Object(here..end));
                here = end;
            }
            Some(b'[' | b']' | b',') => here += 1,
            Some(byte) if byte.is_ascii_whitespace() => here += 1,
            Some(b'\xEF')
                if text
                    .get(here..)
                    .is_some_and(|rest| rest.starts_with('\u{feff}')) =>
            {
                here += '\u{feff}'.len_utf8();
            }
            _ => {
                let start = here;
                let mut in_string = false;
                while here < within.end {
                    match bytes.get(here) {
                        Some(b'\\') if in_string => here += 1,
                        Some(b'"') => in_string = !in_string,
                        Some(b'{' | b'[' | b']' | b',' | b'\n') if !in_string => break,
                        _ => {}
                    }
                    here += 1;
                }
                here = here.min(within.end);
                cut.push(ArrayItem::Stray(start..here));
            }
        }
    }
    cut
}

/// The number of unclosed objects for each of which the rest of the text is searched for the closing brace.
const MAX_UNCLOSED: usize = 16;

/// Returns the end of the object that begins at `start`. If its closing brace is missing, that is
/// before the next object at the beginning of a line with the same indentation.
///
/// `unclosed` counts such objects. After [`MAX_UNCLOSED`] of them, every object ends there at the latest: otherwise
/// the time would be quadratic in their number.
fn end_of_object(bytes: &[u8], start: usize, unclosed: &mut usize) -> usize {
    let before = bytes.get(..start).unwrap_or_default();
    let blank = |byte: &&u8| byte.is_ascii_whitespace() && **byte != b'\n';
    let own_indentation = before.iter().rev().take_while(blank).count();
    let preceding = before.iter().rev().nth(own_indentation);
    let begins_line = preceding.is_none_or(|byte| *byte == b'\n');
    let mut depth = 0_usize;
    let mut in_string = false;
    let mut here = start;
    // The indentation, as long as the line has nothing else.
    let mut indentation = None;
    let mut next_object = None;
    while let Some(byte) = bytes.get(here) {
        if *byte == b'{' && begins_line && indentation == Some(own_indentation) {
            next_object = next_object.or(Some(here));
            if *unclosed >= MAX_UNCLOSED {
                return here;
            }
        }
        indentation = match (byte, indentation) {
            (b'\n', _) => Some(0),
            (byte, Some(width)) if byte.is_ascii_whitespace() => Some(width + 1),
            _ => None,
        };
        match byte {
            b'\\' if in_string => here += 1,
            b'"' => in_string = !in_string,
            // No string of JSON goes over the end of a line: the quotation mark at its end is missing.
            b'\n' if in_string => in_string = false,
            b'{' if !in_string => depth += 1,
            b'}' if !in_string => {
                depth -= 1;
                if depth == 0 {
                    return here + 1;
                }
            }
            _ => {}
        }
        here += 1;
    }
    *unclosed += 1;
    next_object.unwrap_or(bytes.len())
}

/// Returns the position of the items inside an object that is not an item itself.
fn list_of_items(text: &str, object: &ByteRange) -> Option<ByteRange> {
    let source = text.get(object.clone())?;
    let json: Json = serde_json::from_str(source).ok()?;
    let wrapper = json.as_object()?;
    if wrapper.contains_key("type") || wrapper.contains_key("id") {
        return None;
    }
    let name = ["items", "references"]
        .into_iter()
        .find(|name| wrapper.get(*name).is_some_and(Json::is_array))?;
    // The name of the list may occur in a text before it; the list itself follows its colon.
    let quoted = format!("\"{name}\"");
    let mut from = 0;
    while let Some(found) = source.get(from..)?.find(&quoted) {
        let behind = from + found + quoted.len();
        let rest = source.get(behind..)?;
        let after = rest.trim_start();
        if let Some(after) = after.strip_prefix(':')
            && after.trim_start().starts_with('[')
        {
            let open = source.len() - after.trim_start().len();
            return Some(
                object.start + open + 1..object.start + end_of_list(source.as_bytes(), open),
            );
        }
        from = behind;
    }
    None
}

/// Returns the position of the bracket that closes the list that opens at `open`.
fn end_of_list(bytes: &[u8], open: usize) -> usize {
    let mut depth = 0_usize;
    let mut in_string = false;
    let mut here = open;
    while let Some(byte) = bytes.get(here) {
        match byte {
            b'\\' if in_string => here += 1,
            b'"' => in_string = !in_string,
            b'[' if !in_string => depth += 1,
            b']' if !in_string => {
                depth -= 1;
                if depth == 0 {
                    return here;
                }
            }
            _ => {}
        }
        here += 1;
    }
    bytes.len()
}

// ---- Normalizing items --------------------------------------------------------------------------

/// Normalizes an item to the schema and adds the variables in its note. Guesses and unknown
/// variables are reported.
fn tidied(mut item: CslItem, line: usize, read: &mut ParsedItems) -> CslItem {
    let key = item.id.clone();
    let mut warn = |field: &str, message: String| read.warn(line, &key, Some(field), message);
    crossref::adapt(&mut item);
    for (variable, value) in item.variables.iter_mut() {
        let written = match (kind_of(variable), &*value) {
            (Some(Kind::Names), CslValue::Names(_))
            | (Some(Kind::Date), CslValue::Date(_))
            | (Some(Kind::Text), CslValue::Text(_) | CslValue::Number(_)) => continue,
            (_, CslValue::Other(Json::Null)) => continue,
            (Some(Kind::Text), CslValue::Other(Json::Number(number))) => {
                CslValue::Text(number.to_string())
            }
            // Crossref's own items have lists of titles, of which the first counts, and of numbers.
            (Some(Kind::Text), CslValue::Other(Json::Array(list))) if !list.is_empty() => {
                let texts: Option<Vec<&str>> = list.iter().map(Json::as_str).collect();
                match texts.as_deref() {
                    Some(texts) if matches!(variable, "ISSN" | "ISBN" | "keyword") => {
                        CslValue::Text(texts.join(", "))
                    }
                    Some([only]) => CslValue::Text((*only).to_owned()),
                    Some([first, ..]) => {
                        warn(
                            variable,
                            "a list of texts, of which the first is read".to_owned(),
                        );
                        CslValue::Text((*first).to_owned())
                    }
                    _ => {
                        warn(variable, "a value of the wrong kind".to_owned());
                        continue;
                    }
                }
            }
            (Some(Kind::Text), CslValue::Names(names)) if names.is_empty() => {
                CslValue::Other(Json::Null)
            }
            (Some(Kind::Names), CslValue::Text(name)) => {
                warn(
                    variable,
                    "a text in place of names; read as one literal name".to_owned(),
                );
                CslValue::Names(vec![CslName {
                    literal: Some(name.clone()),
                    ..CslName::default()
                }])
            }
            (Some(Kind::Names), CslValue::Other(object @ Json::Object(_))) => {
                match serde_json::from_value(object.clone()) {
                    Ok(name) => CslValue::Names(vec![name]),
                    Err(_) => continue,
                }
            }
            (Some(Kind::Names), CslValue::Other(Json::Array(list))) => {
                let (names, problems) = names_of(list);
                for problem in problems {
                    warn(variable, problem);
                }
                CslValue::Names(names)
            }
            // An empty object may be of any kind, and an empty list has no names.
            (Some(Kind::Date), CslValue::Text(date)) => {
                if date.parse::<EdtfDate>().is_err() {
                    warn(
                        variable,
                        "a text in place of a date; read as a date in words".to_owned(),
                    );
                }
                raw_date(date.clone())
            }
            (Some(Kind::Date), CslValue::Number(year)) => raw_date(year.to_string()),
            (Some(Kind::Date), CslValue::Other(Json::Object(object))) => {
                let known = ["raw", "edtf", "literal"].iter().find_map(|name| {
                    let text = object.get(*name)?.as_str()?;
                    Some(raw_date(text.to_owned()))
                });
                match (known, plain_parts(object)) {
                    (_, Some(date)) => date,
                    (known, None) => {
                        warn(
                            variable,
                            "a date with parts that are not numbers, or unknown to CSL".to_owned(),
                        );
                        known.unwrap_or_else(|| date_of(object))
                    }
                }
            }
            (Some(_), _) => {
                warn(variable, "a value of the wrong kind".to_owned());
                continue;
            }
            (None, CslValue::Text(text)) if text.trim().is_empty() => continue,
            (None, _) => {
                // Empty lists and objects are what some programs write for nothing.
                if !variable.starts_with('_') {
                    warn(variable, "not a CSL variable".to_owned());
                }
                continue;
            }
        };
        *value = written;
    }
    item.variables
        .retain(|_, value| !matches!(value, CslValue::Other(Json::Null)));
    if !item.item_type.is_empty() && known_type(&item.item_type).is_none() {
        match type_of_other_program(&item.item_type) {
            Some(csl_type) => item.item_type = csl_type.to_owned(),
            None => warn("type", format!("{:?} is not a CSL type", item.item_type)),
        }
    }
    for value in item.variables.values_mut() {
        if let CslValue::Names(names) = value {
            truncate(names);
        }
    }
    address_of_doi(&mut item);
    extent_of_whole(&mut item);
    variables_of_note(&mut item);
    item
}

/// Returns the CSL type of a type of Crossref, Zotero or BibTeX.
fn type_of_other_program(written: &str) -> Option<&'static str> {
    const TYPES: [(&str, &str); 9] = [
        ("journalarticle", "article-journal"),
        ("magazinearticle", "article-magazine"),
        ("newspaperarticle", "article-newspaper"),
        ("booksection", "chapter"),
        ("conferencepaper", "paper-conference"),
        ("blogpost", "post-weblog"),
        ("computerprogram", "software"),
        ("website", "webpage"),
        ("misc", "document"),
    ];
    let lower = written.to_ascii_lowercase();
    let found = TYPES.iter().find(|(name, _)| *name == lower);
    found
        .map(|(_, csl_type)| *csl_type)
        .or_else(|| crossref::csl_type(&lower))
        .or_else(|| known_type(&lower))
        .or_else(|| schema::entry_type(&lower).map(|row| row.csl))
}

/// Marks a list of names that ends in "others", as other programs write the end of a truncated list.
fn truncate(names: &mut Vec<CslName>) {
    let is_end = |name: &CslName| name.given.is_none() && name.sole_part().is_some_and(is_et_al);
    if names.last().is_some_and(is_end) {
        names.pop();
        if let Some(last) = names.last_mut() {
            last.truncated = Some(true);
        }
    }
}

/// Finds the DOI in the address of a proxy or in HTML; what holds none is an address.
fn address_of_doi(item: &mut CslItem) {
    let Some(CslValue::Text(written)) = item.variables.get("DOI") else {
        return;
    };
    match Doi::in_text(written) {
        Some(doi) => {
            let doi = doi.into_owned();
            item.variables.insert("DOI".to_owned(), CslValue::Text(doi));
        }
        None if written.contains("://") => {
            if let Some(address) = item.variables.remove("DOI") {
                item.variables.insert_if_absent("URL", address);
            }
        }
        None => {}
    }
    // An address is not printed twice.
    if item.variables.contains_key("URL")
        && item.variables.get("archive") == item.variables.get("URL")
    {
        item.variables.remove("archive");
    }
}

/// Moves the number of pages of a whole work, which programs write in `page`, to its own variable.
fn extent_of_whole(item: &mut CslItem) {
    let is_whole = matches!(
        item.item_type.as_str(),
        "book" | "thesis" | "report" | "pamphlet"
    );
    if !is_whole || item.variables.contains_key("number-of-pages") {
        return;
    }
    if let Some(extent) = item.text("page").as_deref().and_then(pages::extent) {
        item.variables.remove("page");
        item.variables
            .insert("number-of-pages".to_owned(), CslValue::Text(extent));
    }
}

/// Returns a date whose parts are one flat list, of numbers or texts.
fn plain_parts(object: &serde_json::Map<String, Json>) -> Option<CslValue> {
    let list = object.get("date-parts")?.as_array()?;
    let list = match list.as_slice() {
        [Json::Array(_), ..] => return None,
        list => list,
    };
    let parts: Option<Vec<i32>> = list
        .iter()
        .map(|part| match part {
            Json::String(text) => text.trim().parse().ok(),
            part => i32::try_from(part.as_i64()?).ok(),
        })
        .collect();
    let date_parts = vec![parts.filter(|parts| !parts.is_empty())?];
    Some(CslValue::from(CslDate {
        date_parts,
        ..CslDate::default()
    }))
}

/// Returns the kind of a variable; CSL-JSON holds numbers as texts.
fn kind_of(variable: &str) -> Option<Kind> {
    known(variable).map(|(_, kind)| match kind {
        Kind::Number => Kind::Text,
        kind => kind,
    })
}

fn raw_date(text: String) -> CslValue {
    CslValue::from(CslDate {
        raw: Some(text),
        ..CslDate::default()
    })
}

/// Returns a date whose year alone is certain.
fn date_of(object: &serde_json::Map<String, Json>) -> CslValue {
    let year = object
        .get("date-parts")
        .and_then(|parts| parts.get(0)?.get(0))
        .map(|year| year.to_string().trim_matches('"').to_owned())
        .or_else(|| Some(object.get("year")?.to_string().trim_matches('"').to_owned()));
    match year {
        Some(year) => raw_date(year),
        None => CslValue::from(CslDate::default()),
    }
}

/// Reads names, some of which are not objects or have unknown parts.
fn names_of(list: &[Json]) -> (Vec<CslName>, Vec<String>) {
    let mut names = Vec::with_capacity(list.len());
    let mut problems = Vec::new();
    for written in list {
        if let Some(literal) = written.as_str() {
            names.push(CslName {
                literal: Some(literal.to_owned()),
                ..CslName::default()
            });
            problems.push(format!(
                "{literal:?} is not an object; read as a literal name"
            ));
            continue;
        }
        let Some(object) = written.as_object() else {
            problems.push(format!("{written} is not a name"));
            continue;
        };
        let mut known = serde_json::Map::new();
        for (part, value) in object {
            // Crossref's name for an organization, and what it says beside a name.
            if part == "name" && !object.contains_key("family") {
                known.insert("literal".to_owned(), value.clone());
                continue;
            }
            if matches!(
                part.as_str(),
                "affiliation" | "sequence" | "authenticated-orcid" | "ORCID" | "role"
            ) {
                continue;
            }
            const PARTS: [&str; 11] = [
                "family",
                "given",
                "dropping-particle",
                "non-dropping-particle",
                "suffix",
                "comma-suffix",
                "static-ordering",
                "parse-names",
                "literal",
                "isinstitution",
                "truncated",
            ];
            if PARTS.contains(&part.as_str()) {
                known.insert(part.clone(), value.clone());
            } else if !value.is_null() {
                problems.push(format!("ignored {part}, which is not a part of a CSL name"));
            }
        }
        match serde_json::from_value(Json::Object(known)) {
            Ok(name) => names.push(name),
            Err(_) => problems.push(format!("{written} is not a name")),
        }
    }
    (names, problems)
}

// ---- Variables in the note ----------------------------------------------------------------------

/// Takes variables out of the note, where Zotero keeps those that its own model lacks: lines of the
/// form `original-date: 1867` at its beginning, or after one line of text, and the older form
/// `{:original-date: 1867}` (citeproc-js, "Cheater syntax for odd fields"). A variable that the
/// item has already stays, and so does its line; a date in the note takes precedence over the
/// item's, as there, and so does a `type`.
fn variables_of_note(item: &mut CslItem) {
    let Some(CslValue::Text(note)) = item.variables.get("note") else {
        return;
    };
    let note = braced_to_lines(note);
    let mut kept: Vec<&str> = Vec::new();
    let mut names: Vec<(String, Vec<CslName>)> = Vec::new();
    let mut found: Vec<(String, CslValue)> = Vec::new();
    let mut item_type = None;
    let mut is_head = true;
    for (index, line) in note.split('\n').enumerate() {
        let assignment = line
            .split_once(':')
            .filter(|(name, _)| is_head || name.trim().starts_with("tex."))
            .and_then(|(name, value)| {
                let name = variable_named(name)?;
                let value = value.trim();
                (!value.is_empty() && !value.contains(['{', '}'])).then_some((name, value))
            });
        let Some((name, value)) = assignment else {
            if !line.trim().is_empty() && index > 0 {
                is_head = false;
            }
            kept.push(line);
            continue;
        };
        if name == "type" {
            if known_type(value).is_some() {
                item_type = Some(value.to_owned());
            } else {
                kept.push(line);
            }
            continue;
        }
        match kind_of(&name) {
            Some(Kind::Date) => found.push((name, raw_date(value.to_owned()))),
            _ if item.variables.contains_key(&name) || name == "note" => {
                // What a field of BibLaTeX repeats is not printed.
                if !line.trim_start().starts_with("tex.") {
                    kept.push(line);
                }
            }
            Some(Kind::Names) => {
                let name_value = match value.split_once("||") {
                    Some((family, given)) => CslName {
                        family: Some(family.trim().to_owned()),
                        given: Some(given.trim().to_owned()).filter(|given| !given.is_empty()),
                        ..CslName::default()
                    },
                    None => CslName {
                        literal: Some(value.to_owned()),
                        ..CslName::default()
                    },
                };
                match names.iter_mut().find(|(variable, _)| *variable == name) {
                    Some((_, list)) => list.push(name_value),
                    None => names.push((name, vec![name_value])),
                }
            }
            _ => found.push((name, CslValue::Text(value.to_owned()))),
        }
    }
    if found.is_empty() && names.is_empty() && item_type.is_none() {
        return;
    }
    let rest = kept.join("\n").trim().to_owned();
    if let Some(item_type) = item_type {
        item.item_type = item_type;
    }
    item.variables.remove("note");
    if !rest.is_empty() {
        item.variables
            .insert("note".to_owned(), CslValue::Text(rest));
    }
    item.variables.extend(found);
    let names = names.into_iter();
    item.variables
        .extend(names.map(|(variable, names)| (variable, CslValue::Names(names))));
}

/// Moves `{:PMID: 123}` to a line of its own, if only such braces precede it.
fn braced_to_lines(note: &str) -> String {
    let mut text = String::with_capacity(note.len());
    let mut rest = note;
    while let Some((before, after)) = rest.split_once("{:") {
        let closed = after.split_once('}').filter(|(inside, _)| {
            let name = inside.split_once(':').map(|(name, _)| name);
            name.and_then(variable_named).is_some()
        });
        text.push_str(before);
        match closed {
            Some((inside, behind)) => {
                if !text.is_empty() && !text.ends_with('\n') {
                    text.push('\n');
                }
                text.push_str(inside.trim());
                text.push('\n');
                rest = behind;
            }
            None => {
                text.push_str("{:");
                rest = after;
            }
        }
    }
    text.push_str(rest);
    text
}

/// Returns the variable that a line of a note names: `original-date`, and as Zotero has it
/// `Original Date`. A line such as `tex.shorttitle`, which Better BibTeX writes for a field of BibLaTeX, is the
/// variable of that field, or else one of its own that is not printed.
fn variable_named(name: &str) -> Option<String> {
    let name = name.trim();
    if let Some(field) = name.strip_prefix("tex.") {
        let is_name = |c: char| c.is_ascii_alphanumeric() || "-_.*".contains(c);
        if field.is_empty() || !field.chars().all(is_name) {
            return None;
        }
        if field.eq_ignore_ascii_case("shorttitle") {
            return Some("title-short".to_owned());
        }
        let variable = schema::variable_of_field(&field.to_ascii_lowercase());
        let variable = variable.filter(|(variable, _)| kind_of(variable) == Some(Kind::Text));
        return Some(variable.map_or(name, |(variable, _)| variable).to_owned());
    }
    let lower = name.to_lowercase().replace(' ', "-");
    [name.to_owned(), name.to_uppercase(), lower]
        .into_iter()
        .find(|name| name == "type" || kind_of(name).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> ParsedItems {
        read_items(text)
    }

    fn only(text: &str) -> CslItem {
        let mut read = read(text);
        assert_eq!(read.items.len(), 1, "{read:?}");
        read.items.remove(0).item
    }

    #[test]
    fn arrays_single_objects_lines_and_wrappers_are_read() {
        let keys = |text: &str| -> Vec<(usize, String)> {
            let items = read(text).items.into_iter();
            items.map(|read| (read.line, read.item.id)).collect()
        };
        let one = |line, key: &str| (line, key.to_owned());
        assert_eq!(
            keys("[{\"id\":\"a\"},\n{\"id\":7}]"),
            [one(1, "a"), one(2, "7")]
        );
        assert_eq!(keys("{\"id\":\"a\",\"type\":\"book\"}"), [one(1, "a")]);
        assert_eq!(
            keys("{\"id\":\"a\"}\n{\"id\":\"b\"}\n"),
            [one(1, "a"), one(2, "b")]
        );
        assert_eq!(
            keys("{\"x\": \"\\\"items\\\"\", \"items\": [\n{\"id\":\"a\"},\n{\"id\":\"b\"}]}"),
            [one(2, "a"), one(3, "b")]
        );
        assert!(keys("[]").is_empty());
    }

    #[test]
    fn one_bad_item_costs_one_and_says_where() {
        let text = "[\n  {\"id\": \"a\"},\n  {\"id\": \"b\", \"title\": oops},\n  7,\n  {\"id\": \"c\"}\n]";
        let read = read(text);
        let keys: Vec<_> = read
            .items
            .iter()
            .map(|read| read.item.id.as_str())
            .collect();
        assert_eq!(keys, ["a", "c"]);
        let places: Vec<_> = read.rejected.iter().map(|rejected| rejected.line).collect();
        assert_eq!(places, [3, 4]);
        assert!(
            read.rejected[0].reason.contains("line 3, column 24"),
            "{read:?}"
        );
        assert_eq!(read.problems[0].key.as_deref(), Some("b"));
    }

    #[test]
    fn an_item_that_is_not_closed_costs_one() {
        let text = "[\n  {\"id\": \"a\", \"title\": \"x,\n  {\"id\": \"b\"}\n]";
        let read = read(text);
        assert_eq!(read.items.len(), 1);
        assert_eq!(read.items[0].item.id, "b");
        assert_eq!(read.rejected.len(), 1);
    }

    #[test]
    fn variables_of_the_note_become_variables() {
        let item = only(
            r#"{"id":"a","type":"book","note":"original-date: 1867\nPMID: 123\noriginal-author: Marx || Karl\ntype: classic\n\nA note: with a colon","DOI":"1"}"#,
        );
        assert_eq!(item.item_type, "classic");
        assert_eq!(item.text("PMID").as_deref(), Some("123"));
        assert_eq!(
            item.date("original-date").unwrap().raw.as_deref(),
            Some("1867")
        );
        assert_eq!(
            item.names("original-author")[0].given.as_deref(),
            Some("Karl")
        );
        assert_eq!(item.text("note").as_deref(), Some("A note: with a colon"));

        let item = only(r#"{"id":"a","note":"tex.abstract: x\ntex.entrytype: book\nA note"}"#);
        assert_eq!(item.text("abstract").as_deref(), Some("x"));
        assert_eq!(item.text("tex.entrytype").as_deref(), Some("book"));
        assert_eq!(item.text("note").as_deref(), Some("A note"));

        let item = only(r#"{"id":"a","note":"{:PMID: 123}{:scale:1}"}"#);
        assert_eq!(item.text("PMID").as_deref(), Some("123"));
        assert_eq!(item.text("scale").as_deref(), Some("1"));
        assert_eq!(item.text("note"), None);

        // The item's own variables stay, and text that only looks like a variable is text.
        let item = only(r#"{"id":"a","DOI":"1","note":"DOI: 2\nRemark: x"}"#);
        assert_eq!(item.text("DOI").as_deref(), Some("1"));
        assert_eq!(item.text("note").as_deref(), Some("DOI: 2\nRemark: x"));
    }

    #[test]
    fn other_ways_of_writing_are_understood_and_reported() {
        let text = r#"{"id":"a","type":"tweet","author":"P2P Foundation","editor":[{"family":"A","orcid":"1"}],
            "issued":"2005-04","accessed":{"date-parts":[["2005","4",""]]},"volume":1.5,"frobnicated":"x"}"#;
        let read = read(text);
        let item = &read.items[0].item;
        assert_eq!(
            item.names("author")[0].literal.as_deref(),
            Some("P2P Foundation")
        );
        assert_eq!(item.names("editor")[0].family.as_deref(), Some("A"));
        assert_eq!(item.date("issued").unwrap().raw.as_deref(), Some("2005-04"));
        assert_eq!(item.date("accessed").unwrap().date_parts, [[2005, 4]]);
        assert_eq!(item.text("volume").as_deref(), Some("1.5"));
        let fields: Vec<_> = read
            .problems
            .iter()
            .filter_map(|p| p.field.as_deref())
            .collect();
        assert_eq!(fields, ["author", "editor", "frobnicated", "type"]);
    }

    #[test]
    fn items_of_crossref_are_understood() {
        let read = read(
            r#"{"id":"a","type":"journal-article","title":["One"],"ISSN":["1234-5679","0000-0000"],
            "author":[{"name":"Free Org"},{"family":"A","sequence":"first","affiliation":[]},{"literal":"others"}],
            "issued":{"date-parts":["2005","4"]},"container-title":[],
            "DOI":"http://dx.doi.org.proxy.example.edu/10.1234/abc.5"}"#,
        );
        let item = &read.items[0].item;
        assert_eq!(item.item_type, "article-journal");
        assert_eq!(item.text("title").as_deref(), Some("One"));
        assert_eq!(item.text("ISSN").as_deref(), Some("1234-5679, 0000-0000"));
        assert_eq!(item.text("DOI").as_deref(), Some("10.1234/abc.5"));
        assert_eq!(item.date("issued").unwrap().date_parts, [[2005, 4]]);
        let authors = item.names("author");
        assert_eq!(authors.len(), 2);
        assert_eq!(authors[0].literal.as_deref(), Some("Free Org"));
        assert_eq!(authors[1].truncated, Some(true));
        assert!(read.problems.is_empty(), "{:?}", read.problems);
    }
}
