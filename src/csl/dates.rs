//! Dates of items: their parts, and parsing them from text (appendix IV, "Dates").

use serde_json::Value as Json;

use super::item::{ItemDate, ItemValue};

/// A date or a date range.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct CalendarDate {
    pub(super) start: DateValues,
    pub(super) end: Option<DateValues>,
    /// 1 to 4 for spring to winter, or the name of a season.
    pub(super) season: Option<Box<str>>,
    /// Whether the date is approximate.
    pub(super) circa: bool,
    /// A date to be printed verbatim.
    pub(super) literal: Option<Box<str>>,
}

/// Year, month and day, as far as they are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct DateValues {
    pub(super) year: Option<i32>,
    pub(super) month: Option<i32>,
    pub(super) day: Option<i32>,
}

impl DateValues {
    fn from_parts(parts: &[i32]) -> Self {
        Self {
            year: parts.first().copied(),
            month: parts.get(1).copied(),
            day: parts.get(2).copied(),
        }
    }
}

impl CalendarDate {
    /// Returns the date in a variable.
    pub(super) fn from_value(value: &ItemValue) -> Option<Self> {
        match value {
            ItemValue::Date(date) => Some(Self::from_csl(date)),
            ItemValue::Text(text) if !text.is_empty() => Some(Self::parse(text)),
            ItemValue::Number(year) => Some(Self::parse(&year.to_string())),
            ItemValue::Other(Json::Object(fields)) => {
                let mut date = ItemDate::default();
                let text = |name: &str| fields.get(name)?.as_str().map(str::to_owned);
                date.literal = text("literal");
                date.raw = text("raw");
                date.edtf = text("edtf");
                date.season = fields.get("season").cloned();
                date.circa = fields.get("circa").cloned();
                if let Some(Json::Array(dates)) = fields.get("date-parts") {
                    date.date_parts = dates
                        .iter()
                        .filter_map(Json::as_array)
                        .map(|parts| parts.iter().map_while(date_part).collect())
                        .collect();
                }
                Some(Self::from_csl(&date))
            }
            _ => None,
        }
    }

    fn from_csl(date: &ItemDate) -> Self {
        if date.date_parts.iter().all(Vec::is_empty)
            && let Some(words) = date.edtf.as_ref().or(date.raw.as_ref())
        {
            return Self::parse(words);
        }
        let mut parts = date.date_parts.iter();
        let start = parts
            .next()
            .map(|parts| DateValues::from_parts(parts))
            .unwrap_or_default();
        Self {
            start,
            end: parts.next().map(|parts| DateValues::from_parts(parts)),
            season: match &date.season {
                Some(Json::String(season)) if !season.is_empty() => Some(season.as_str().into()),
                Some(Json::Number(season)) => Some(season.to_string().into()),
                _ => None,
            },
            circa: match &date.circa {
                None | Some(Json::Null | Json::Bool(false)) => false,
                Some(Json::String(text)) => !text.is_empty(),
                Some(Json::Number(number)) => number.as_f64() != Some(0.0),
                Some(_) => true,
            },
            literal: (date.literal.as_deref())
                .filter(|literal| !literal.is_empty())
                .map(Into::into),
        }
    }

    /// Returns whether the date is empty.
    pub(super) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Parses a date in EDTF, in numbers or in English words. Any other text is a literal date.
    pub(super) fn parse(words: &str) -> Self {
        parse_words(words).unwrap_or_else(|| Self {
            literal: Some(words.into()),
            ..Self::default()
        })
    }

    /// Returns the date as a key that sorts by time, years before our era first.
    ///
    /// Parts that are not in `shown` count as nothing, so that a style that shows only years sorts
    /// by years.
    pub(super) fn sort_key(&self, shown: [bool; 3]) -> Option<String> {
        let year = self.start.year.filter(|year| *year != 0)?;
        let mut key = String::with_capacity(26);
        let mut push = |values: Option<&DateValues>, year: Option<i32>| {
            let year = if shown[0] { year.unwrap_or(0) } else { 0 };
            if year < 0 {
                key.push_str(&format!("0{:04}", 9999 + year));
            } else {
                key.push_str(&format!("1{year:04}"));
            }
            for (value, shown) in [
                (values.and_then(|values| values.month), shown[1]),
                (values.and_then(|values| values.day), shown[2]),
            ] {
                let value = if shown { value.unwrap_or(0) } else { 0 };
                key.push_str(&format!("{value:02}"));
            }
        };
        push(Some(&self.start), Some(year));
        push(self.end.as_ref(), self.end.and_then(|end| end.year));
        Some(key)
    }
}

fn date_part(part: &Json) -> Option<i32> {
    match part {
        Json::Number(number) => number.as_f64().map(|number| number as i32),
        Json::String(text) => {
            let text = text.trim();
            let digits = text
                .char_indices()
                .take_while(|(at, character)| {
                    character.is_ascii_digit() || (*at == 0 && *character == '-')
                })
                .count();
            text.get(..digits)?.parse().ok()
        }
        _ => None,
    }
}

const MONTHS: [&str; 16] = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec", "spr",
    "sum", "fal", "win",
];

fn parse_words(words: &str) -> Option<CalendarDate> {
    let text = words.trim();
    if text.len() >= 2
        && let Some(literal) = text
            .strip_prefix('"')
            .and_then(|text| text.strip_suffix('"'))
    {
        return Some(CalendarDate {
            literal: Some(literal.into()),
            ..CalendarDate::default()
        });
    }
    let mut date = CalendarDate::default();
    let text = text.split_once('T').map_or(text, |(before, after)| {
        // The time of day of an ISO date and time.
        let is_time = before.ends_with(|last: char| last.is_ascii_digit())
            && after.starts_with(|first: char| first.is_ascii_digit());
        if is_time { before } else { text }
    });
    let (start, end) = split_range(text);
    date.start = parse_one(start, &mut date.circa, &mut date.season)?;
    if let Some(end) = end {
        let mut season = None;
        if end.trim().is_empty() || end.trim() == ".." {
            date.end = Some(DateValues {
                year: Some(0),
                ..DateValues::default()
            });
        } else {
            let mut values = parse_one(end, &mut date.circa, &mut season)?;
            // What only one end has applies to both: "May-June 2000", "5-7 May 2000".
            for (mine, other) in [
                (&mut date.start.year, &mut values.year),
                (&mut date.start.month, &mut values.month),
                (&mut date.start.day, &mut values.day),
            ] {
                match (*mine, *other) {
                    (None, Some(value)) => *mine = Some(value),
                    (Some(value), None) => *other = Some(value),
                    _ => {}
                }
            }
            date.end = Some(values);
        }
    }
    let known =
        date.start.year.is_some() && (date.start.day.is_none() || date.start.month.is_some());
    known.then_some(date)
}

/// Splits a range at a slash if dates contain hyphens, or else at a hyphen.
fn split_range(text: &str) -> (&str, Option<&str>) {
    let is_iso = |text: &str| {
        let text = text.trim().trim_end_matches(['?', '~', '%']);
        let parts: Vec<_> = text.trim_start_matches('-').split('-').collect();
        (1..=3).contains(&parts.len())
            && parts
                .iter()
                .all(|part| part.bytes().all(|byte| byte.is_ascii_digit()))
            && parts.iter().filter(|part| part.len() == 4).count() == 1
            && parts.iter().all(|part| matches!(part.len(), 1 | 2 | 4))
    };
    if is_iso(text) {
        return (text, None);
    }
    let slashes = text.matches('/').count();
    if slashes == 1
        && let Some((start, end)) = text.split_once('/')
        && (text.contains('-')
            || end.trim().is_empty()
            || end.trim() == ".."
            || is_iso(start) && is_iso(end))
    {
        return (start, Some(end));
    }
    if slashes >= 2 {
        // Dates with slashes; a hyphen separates the ends.
        return match text.split_once('-') {
            Some((start, end)) => (start, Some(end)),
            None => (text, None),
        };
    }
    let hyphens: Vec<usize> = text
        .match_indices(['-', '\u{2013}'])
        .map(|(at, _)| at)
        .collect();
    if let [at] = hyphens.as_slice()
        && *at > 0
    {
        let (start, end) = text.split_at(*at);
        return (start, Some(end.trim_start_matches(['-', '\u{2013}'])));
    }
    if slashes == 1
        && let Some((start, end)) = text.split_once('/')
    {
        return (start, Some(end));
    }
    (text, None)
}

/// Parses one date in words or numbers.
fn parse_one(text: &str, circa: &mut bool, season: &mut Option<Box<str>>) -> Option<DateValues> {
    let mut values = DateValues::default();
    let mut pending: Option<i32> = None;
    let negative = text.trim_start().starts_with('-');
    let text = text.trim().trim_start_matches('-').replace(['.', ','], " ");
    for word in text.split_whitespace() {
        let mut word = word;
        while let Some(rest) = word.strip_suffix(['?', '~', '%']) {
            *circa = true;
            word = rest;
        }
        while let Some(rest) = word.strip_prefix(['?', '~']) {
            *circa = true;
            word = rest;
        }
        if word.is_empty() {
            continue;
        }
        let lower = word.to_lowercase();
        if word.contains(['-', '/']) {
            read_numeric(word, &mut values)?;
        } else if word.bytes().all(|byte| byte.is_ascii_digit()) {
            let number: i32 = word.parse().ok()?;
            if word.len() >= 4 {
                values.year = Some(number);
            } else {
                pending = Some(number);
            }
        } else if lower.starts_with("bc") {
            values.year = Some(-pending.take()?);
        } else if lower.starts_with("ad") {
            values.year = Some(pending.take()?);
        } else if lower == "c" || lower == "ca" || lower.starts_with("cir") {
            *circa = true;
        } else if let Some(month) = MONTHS
            .iter()
            .position(|month| lower.starts_with(month))
            .or_else(|| lower.starts_with("aut").then_some(14))
        {
            values.month = i32::try_from(month + 1).ok();
        } else if ["mic", "tri", "hil", "eas"]
            .iter()
            .any(|term| lower.starts_with(term))
        {
            *season = Some(word.into());
        } else {
            return None;
        }
    }
    if let Some(number) = pending {
        if values.year.is_none() && values.month.is_none() {
            values.year = Some(number);
        } else {
            values.day = Some(number);
        }
    }
    if negative {
        values.year = values.year.map(|year| -year);
    }
    Some(values)
}

/// Parses a date in numbers: the part with four digits is the year, and the month precedes the day.
fn read_numeric(word: &str, values: &mut DateValues) -> Option<()> {
    let parts: Vec<&str> = word
        .split(['-', '/'])
        .filter(|part| !part.is_empty())
        .collect();
    let year = parts.iter().position(|part| part.len() == 4)?;
    let mut rest = Vec::new();
    for (at, part) in parts.iter().enumerate() {
        let number: i32 = part.parse().ok()?;
        if at == year {
            values.year = Some(number);
        } else if number != 0 {
            rest.push(number);
        }
    }
    match rest.as_slice() {
        [] => {}
        [month] => values.month = Some(*month),
        [first, second, ..] => {
            let (month, day) = if *first > 12 {
                (*second, *first)
            } else {
                (*first, *second)
            };
            values.month = Some(month);
            values.day = Some(day);
        }
    }
    Some(())
}
