//! Prepared items: everything about an item that does not depend on where it is cited.
//!
//! Variables are looked up by number; names are split and dates parsed only once.

use serde_json::Value as Json;

use super::counters;
use super::dates::CalendarDate;
use super::item::{Item, ItemValue};
use super::name_parts::NameParts;
use super::variables::{self, ItemType, VariableId, VariableKind, Variables};

/// An item prepared for evaluation.
#[derive(Debug)]
pub(super) struct PreparedItem {
    pub(super) id: Box<str>,
    pub(super) item_type: ItemType,
    /// The language of the item, such as `de-DE`.
    pub(super) language: Option<Box<str>>,
    /// The values, sorted by variable.
    values: Vec<(VariableId, VariableValue)>,
}

/// The value of a variable.
#[derive(Debug)]
pub(super) enum VariableValue {
    Text(Box<str>),
    Names(Box<[NameParts]>),
    Date(Box<CalendarDate>),
}

impl PreparedItem {
    /// Prepares an item for a style with these variables.
    pub(super) fn new(item: &Item, known: &Variables) -> Self {
        let mut work = Self {
            id: item.id.as_str().into(),
            item_type: ItemType::new(&item.item_type),
            language: None,
            values: Vec::with_capacity(item.variables.len()),
        };
        for (name, value) in &item.variables {
            let name = match name {
                "shortTitle" if !item.variables.contains_key("title-short") => "title-short",
                "journalAbbreviation" if !item.variables.contains_key("container-title-short") => {
                    "container-title-short"
                }
                // "event" is what CSL 1.0.1 called "event-title".
                name => name,
            };
            if name == "language" {
                work.language = text(value);
            }
            if let Some(variable) = known.get(name) {
                work.add(variable, value);
                work.split_counter(variable, name);
            }
        }
        work.values.sort_unstable_by_key(|(variable, _)| *variable);
        if let Some(ItemValue::Text(note)) = item.variables.get("note") {
            work.read_note(note, item, known);
        }
        if let Some(page) = work.text(variables::PAGE) {
            let first = first_page(page).into();
            work.set(variables::PAGE_FIRST, VariableValue::Text(first));
        }
        // Without room for more, as all items of a bibliography are kept. `shrink_to_fit` leaves the room if it is small.
        let mut values = Vec::with_capacity(work.values.len());
        values.append(&mut work.values);
        work.values = values;
        work
    }

    fn add(&mut self, variable: VariableId, value: &ItemValue) {
        let value = match variables::kind(variable) {
            VariableKind::Names => names(value).map(VariableValue::Names),
            VariableKind::Date => {
                CalendarDate::from_value(value).map(|date| VariableValue::Date(Box::new(date)))
            }
            VariableKind::Text | VariableKind::Number => text(value).map(VariableValue::Text),
        };
        if let Some(value) = value {
            self.values.push((variable, value));
        }
    }

    /// Removes the counter from the last value that was added, if the label of its variable says the same.
    fn split_counter(&mut self, variable: VariableId, name: &str) {
        if variables::kind(variable) != VariableKind::Number {
            return;
        }
        if let Some((last, VariableValue::Text(text))) = self.values.last_mut()
            && *last == variable
            && let Some((number, term)) = counters::split_counter(text)
            && (term == name || (name, term) == ("number-of-pages", "page"))
        {
            *text = number.into();
        }
    }

    fn set(&mut self, variable: VariableId, value: VariableValue) {
        match self
            .values
            .binary_search_by_key(&variable, |(variable, _)| *variable)
        {
            Ok(at) => {
                if let Some(slot) = self.values.get_mut(at) {
                    slot.1 = value;
                }
            }
            Err(at) => self.values.insert(at, (variable, value)),
        }
    }

    /// Reads variables in the note, as `{:DOI: 10.1/x}` or as lines such as `original-date: 1900`. Exporters
    /// write them there when their own format has no place for them.
    fn read_note(&mut self, note: &str, item: &Item, known: &Variables) {
        let mut lines: Vec<String> = Vec::new();
        for line in note.lines() {
            let mut rest = line;
            while let Some(at) = rest.find("{:") {
                let (before, after) = rest.split_at(at);
                let Some(end) = after.find('}') else { break };
                let (Some(inner), Some(remaining)) = (after.get(2..end), after.get(end + 1..))
                else {
                    break;
                };
                lines.push(before.to_owned());
                lines.push(inner.to_owned());
                rest = remaining;
            }
            lines.push(rest.to_owned());
        }
        let mut names: Vec<(VariableId, Vec<NameParts>)> = Vec::new();
        // Lines that were read are removed from the note.
        let mut taken: Vec<usize> = Vec::new();
        for (number, line) in lines.iter().enumerate() {
            if line.trim().is_empty() {
                continue;
            }
            let Some((key, value)) = note_field(line) else {
                // The note may begin with prose; the first prose after fields ends them.
                if number == 0 {
                    continue;
                }
                break;
            };
            if key == "type" {
                self.item_type = ItemType::new(value);
                taken.push(number);
                continue;
            }
            let variable = known.get(key);
            let is_date = variable.is_some_and(|id| variables::kind(id) == VariableKind::Date);
            let has_value = item.variables.contains_key(key);
            if is_date || !has_value {
                taken.push(number);
            }
            let Some(variable) = variable else {
                continue;
            };
            if self.value(variable).is_some() {
                continue;
            }
            match variables::kind(variable) {
                VariableKind::Date => {
                    let date = CalendarDate::parse(value);
                    self.set(variable, VariableValue::Date(Box::new(date)));
                }
                VariableKind::Names => {
                    let name = match value.split_once("||") {
                        None => NameParts::literal(value),
                        Some((family, given)) => NameParts::person(family.trim(), given.trim()),
                    };
                    match names.iter_mut().find(|(known, _)| *known == variable) {
                        Some((_, list)) => list.push(name),
                        None => names.push((variable, vec![name])),
                    }
                }
                VariableKind::Text | VariableKind::Number => {
                    if key == "language" {
                        self.language = Some(value.into());
                    }
                    self.set(variable, VariableValue::Text(value.into()));
                }
            }
        }
        for (variable, list) in names {
            self.set(variable, VariableValue::Names(list.into()));
        }
        if !taken.is_empty()
            && let Some(variable) = known.get("note")
        {
            let mut left = String::new();
            for (number, line) in lines.iter().enumerate() {
                if !taken.contains(&number) {
                    left.push_str(line);
                }
                left.push('\n');
            }
            self.set(variable, VariableValue::Text(left.trim().into()));
        }
    }

    pub(super) fn value(&self, variable: VariableId) -> Option<&VariableValue> {
        let at = self
            .values
            .binary_search_by_key(&variable, |(variable, _)| *variable)
            .ok()?;
        self.values.get(at).map(|(_, value)| value)
    }

    /// Returns the text of a variable; none if it is empty.
    pub(super) fn text(&self, variable: VariableId) -> Option<&str> {
        match self.value(variable)? {
            VariableValue::Text(text) if !text.is_empty() => Some(text),
            _ => None,
        }
    }

    /// Returns the names of a variable.
    pub(super) fn names(&self, variable: VariableId) -> &[NameParts] {
        match self.value(variable) {
            Some(VariableValue::Names(names)) => names,
            _ => &[],
        }
    }

    /// Returns whether any of the dates is a range.
    pub(super) fn has_date_range(&self) -> bool {
        self.values
            .iter()
            .any(|(_, value)| matches!(value, VariableValue::Date(date) if date.end.is_some()))
    }

    /// Returns the date of a variable.
    pub(super) fn date(&self, variable: VariableId) -> Option<&CalendarDate> {
        match self.value(variable)? {
            VariableValue::Date(date) => Some(date),
            _ => None,
        }
    }

    /// Returns whether a variable has a value that could print.
    pub(super) fn has(&self, variable: VariableId) -> bool {
        match self.value(variable) {
            Some(VariableValue::Text(text)) => !text.is_empty(),
            Some(VariableValue::Names(names)) => !names.is_empty(),
            Some(VariableValue::Date(date)) => !date.is_empty(),
            None => false,
        }
    }

    /// Returns the name lists of the item, to be changed.
    pub(super) fn name_lists_mut(&mut self) -> impl Iterator<Item = &mut [NameParts]> {
        self.values.iter_mut().filter_map(|(_, value)| match value {
            VariableValue::Names(names) => Some(&mut **names),
            _ => None,
        })
    }

    /// Returns the name lists of the item, in the order of the specification.
    pub(super) fn name_lists(&self) -> impl Iterator<Item = &[NameParts]> {
        self.values.iter().filter_map(|(_, value)| match value {
            VariableValue::Names(names) => Some(&**names),
            _ => None,
        })
    }
}

fn text(value: &ItemValue) -> Option<Box<str>> {
    match value {
        ItemValue::Text(text) => Some(text.as_str().into()),
        ItemValue::Number(number) => Some(number.to_string().into()),
        ItemValue::Other(Json::Number(number)) => Some(number.to_string().into()),
        ItemValue::Other(Json::Bool(flag)) => Some(flag.to_string().into()),
        _ => None,
    }
}

fn names(value: &ItemValue) -> Option<Box<[NameParts]>> {
    let names: Box<[NameParts]> = match value {
        ItemValue::Names(names) => {
            // With the right size at once, as most lists are short and vectors begin with room for four.
            let mut prepared = Vec::with_capacity(names.len());
            prepared.extend(names.iter().filter_map(NameParts::from_csl));
            prepared.into()
        }
        ItemValue::Text(text) if !text.is_empty() => Box::new([NameParts::literal(text)]),
        ItemValue::Other(Json::Array(list)) => {
            list.iter().filter_map(NameParts::from_json).collect()
        }
        ItemValue::Other(object @ Json::Object(_)) => Box::new([NameParts::from_json(object)?]),
        _ => return None,
    };
    (!names.is_empty()).then_some(names)
}

fn note_field(line: &str) -> Option<(&str, &str)> {
    let (key, value) = line.split_once(':')?;
    let key = key.trim_end();
    let lower = key
        .bytes()
        .all(|byte| byte.is_ascii_lowercase() || byte == b'-' || byte == b'_');
    let upper = key.bytes().all(|byte| byte.is_ascii_uppercase());
    let value = value.trim();
    (!key.is_empty() && (lower || upper) && !value.is_empty()).then_some((key, value))
}

/// Returns the first of a list or range of pages.
fn first_page(pages: &str) -> &str {
    let end = pages
        .char_indices()
        .find(|(at, character)| match character {
            '&' | '-' | '\u{2013}' => true,
            ',' => pages
                .get(at + 1..)
                .is_some_and(|rest| rest.starts_with(' ')),
            _ => false,
        })
        .map_or(pages.len(), |(at, _)| at);
    let first = pages.get(..end).unwrap_or(pages);
    if first.ends_with('\\') {
        pages
    } else {
        first.trim_end()
    }
}
