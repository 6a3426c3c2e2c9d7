//! The dates of an entry: EDTF dates, `year` and `month`, and dates in words.

use serde_json::Value as Json;

use crate::formats::month_names;
use crate::model::{CslDate, DatePoint, EdtfDate, RangeEnd, WithinYear};
use crate::text;

use super::abbreviations::month_name;
use super::tex;

/// A date, with a warning if it could not be parsed.
pub(crate) struct ReadDate {
    pub(crate) date: CslDate,
    pub(crate) warning: Option<String>,
}

/// Reads the value of `date`, `origdate`, `eventdate` or `urldate`.
pub(crate) fn read_date(tex: &str) -> ReadDate {
    let text = tex.trim();
    if let Ok(date) = text.parse::<EdtfDate>() {
        return ReadDate {
            date: date.to_csl(),
            warning: None,
        };
    }
    // `~` is a tie in TeX, so it is taken as EDTF before it is taken as TeX.
    let text = tex::plain(text);
    if let Ok(date) = text.trim().parse::<EdtfDate>() {
        return ReadDate {
            date: date.to_csl(),
            warning: None,
        };
    }
    if let Some(date) = lenient(&text) {
        return ReadDate {
            date: date.to_csl(),
            warning: Some(format!(
                "{text:?} is not written as YYYY-MM-DD, and is read as {date}"
            )),
        };
    }
    in_words(&text)
}

/// A CSL date as the value of a date field, or of `year` if it is in words.
pub(crate) enum WrittenDate {
    /// EDTF.
    Edtf(EdtfDate),
    /// Words.
    Words(String),
}

/// Writes a CSL date; `None` if it is empty.
pub(crate) fn write_date(date: &CslDate) -> Option<WrittenDate> {
    if let Some(literal) = date
        .literal
        .as_deref()
        .filter(|literal| !literal.is_empty())
    {
        return Some(WrittenDate::Words(literal.to_owned()));
    }
    if date.date_parts.is_empty() {
        let text = date.edtf.as_deref().or(date.raw.as_deref())?.trim();
        return match text.parse::<EdtfDate>().ok().or_else(|| lenient(text)) {
            Some(date) => Some(WrittenDate::Edtf(date)),
            None if text.is_empty() => None,
            None => Some(WrittenDate::Words(text.to_owned())),
        };
    }
    let circa = match &date.circa {
        None | Some(Json::Null | Json::Bool(false)) => false,
        Some(Json::Number(number)) => number.as_i64() != Some(0),
        Some(Json::String(text)) => !matches!(text.as_str(), "" | "0" | "false"),
        Some(_) => true,
    };
    let season = date.season.as_ref().and_then(|season| match season {
        Json::Number(number) => number.as_u64().and_then(|number| u8::try_from(number).ok()),
        Json::String(text) => text
            .parse()
            .ok()
            .or_else(|| Some(month_by_name(text)? - 20)),
        _ => None,
    });
    let mut points = date
        .date_parts
        .iter()
        .map(|parts| point(parts, season, circa));
    let start = points.next()?;
    match (start, points.next()) {
        (Some(start), None) => Some(WrittenDate::Edtf(EdtfDate::Single(start))),
        (Some(start), Some(end)) => {
            let end = end.map_or(RangeEnd::Unknown, RangeEnd::Date);
            Some(WrittenDate::Edtf(EdtfDate::Range(
                RangeEnd::Date(start),
                end,
            )))
        }
        (None, Some(Some(end))) => Some(WrittenDate::Edtf(EdtfDate::Range(
            RangeEnd::Unknown,
            RangeEnd::Date(end),
        ))),
        (None, _) => None,
    }
}

/// Returns one date of CSL's, which has no year 0 and uses it for an open end.
fn point(parts: &[i32], season: Option<u8>, circa: bool) -> Option<DatePoint> {
    let number = |index: usize| parts.get(index).and_then(|part| u8::try_from(*part).ok());
    let year = match parts.first()? {
        0 => return None,
        year if *year < 0 => i64::from(*year) + 1,
        year => i64::from(*year),
    };
    let within_year = match (number(1), number(2)) {
        (Some(month @ 1..=12), Some(day @ 1..=31)) => WithinYear::Day(month, day),
        (Some(month @ 1..=12), _) => WithinYear::Month(month),
        // Seasons are met as months 13 to 16 (citeproc-js) and 21 to 24 (EDTF).
        (Some(season @ 13..=16), _) => WithinYear::Season(season + 8),
        (Some(season @ 21..=24), _) => WithinYear::Season(season),
        _ => match season {
            Some(season @ 1..=4) => WithinYear::Season(season + 20),
            _ => WithinYear::Nothing,
        },
    };
    Some(DatePoint {
        within_year,
        approximate: circa,
        ..DatePoint::of_year(year)
    })
}

/// Reads `year`, with `month` and `day` if there are such.
pub(crate) fn read_year(year: &str, month: Option<&str>, day: Option<&str>) -> ReadDate {
    let month = month.map(|month| tex::plain(month.trim()));
    let Some(month) = month.filter(|month| !month.trim().is_empty()) else {
        return read_date(year);
    };
    let year = year.trim();
    let text = tex::plain(year);
    let years = year.parse().or_else(|_| text.trim().parse());
    let years = years.ok().or_else(|| lenient(&text));
    let day = day.and_then(|day| tex::plain(day).trim().parse().ok());
    let months = read_months(&month, day);
    let date = years
        .zip(months)
        .and_then(|(years, months)| within_years(years, months));
    if let Some(date) = date {
        return ReadDate {
            date: date.to_csl(),
            warning: None,
        };
    }
    let mut read = read_date(year);
    if let Some(words) = &mut read.date.literal {
        // "May c. 2015", as BibTeX prints it
        let month = months.map_or(month, months_in_words);
        if !words.contains(&month) {
            *words = format!("{month} {words}");
        }
        read.warning = Some(format!("{words:?} is not a date; it is printed unchanged"));
    } else if months.is_none() {
        read.warning = Some(format!("unknown month {month:?}; only the year is used"));
    } else if read.date.date_parts.iter().all(|parts| parts.len() == 1) {
        let message = format!("{month:?} is not a month of {text:?}; it is not printed");
        read.warning = Some(message);
    }
    read
}

/// Returns the date of one or two months within one or two years: "2005/2006" and "Fall/Winter".
fn within_years(years: EdtfDate, months: (MonthDay, Option<MonthDay>)) -> Option<EdtfDate> {
    let of = |year: &DatePoint, month: MonthDay| {
        let is_year = year.within_year == WithinYear::Nothing && year.unknown_digits == 0;
        is_year.then(|| {
            RangeEnd::Date(DatePoint {
                within_year: month.within_year(),
                ..year.clone()
            })
        })
    };
    let date = match (&years, months) {
        (EdtfDate::Single(year), (month, None)) => match of(year, month)? {
            RangeEnd::Date(date) => EdtfDate::Single(date),
            _ => return None,
        },
        (EdtfDate::Single(year), (first, Some(last))) => {
            EdtfDate::Range(of(year, first)?, of(year, last)?)
        }
        (EdtfDate::Range(RangeEnd::Date(start), RangeEnd::Date(end)), (first, Some(last))) => {
            EdtfDate::Range(of(start, first)?, of(end, last)?)
        }
        (EdtfDate::Range(RangeEnd::Date(_), RangeEnd::Date(_)), _) => return None,
        (EdtfDate::Range(RangeEnd::Date(start), end), (month, None)) => {
            EdtfDate::Range(of(start, month)?, end.clone())
        }
        (EdtfDate::Range(start, RangeEnd::Date(end)), (month, None)) => {
            EdtfDate::Range(start.clone(), of(end, month)?)
        }
        _ => return None,
    };
    // There is no 31 April.
    date.to_string().parse().ok()
}

/// Reads a month, a month and a day, or a range of these, as in "July/August", "jul # {--} # aug" or
/// "September 22--26".
fn read_months(text: &str, day: Option<u8>) -> Option<(MonthDay, Option<MonthDay>)> {
    let mut ends = text
        .split(['/', '–', '-', '—', '&'])
        .filter(|end| !end.trim().is_empty());
    let with_day = |read: MonthDay| MonthDay {
        day: read.day.or(day),
        ..read
    };
    let (start, end) = (ends.next()?, ends.next());
    if ends.next().is_some() {
        return None;
    }
    // "9--11 July"
    let first_day = start.trim().parse().ok();
    let is_word = |end: &&str| end.contains(char::is_alphabetic);
    if let (Some(day), Some(end)) = (first_day, end.filter(is_word))
        && let Some(last @ MonthDay { day: Some(_), .. }) = read_month(end)
    {
        let first = MonthDay {
            day: Some(day),
            ..last
        };
        return Some((first, Some(last)));
    }
    let start = with_day(read_month(start)?);
    let end = match end {
        None => None,
        Some(end) => Some(match (start.day, end.trim().parse::<u8>()) {
            (Some(_), Ok(day)) => MonthDay {
                day: Some(day),
                ..start
            },
            _ => with_day(read_month(end)?),
        }),
    };
    Some((start, end))
}

/// Returns one or two months in words: "May 3–June 5".
fn months_in_words((start, end): (MonthDay, Option<MonthDay>)) -> String {
    let words = |month: MonthDay| {
        let name = match month.month {
            21 => "Spring",
            22 => "Summer",
            23 => "Autumn",
            24.. => "Winter",
            month => month_name(month).unwrap_or_default(),
        };
        match month.day {
            Some(day) => format!("{name} {day}"),
            None => name.to_owned(),
        }
    };
    match end {
        Some(end) => format!("{}–{}", words(start), words(end)),
        None => words(start),
    }
}

/// Returns the years of a date as BibTeX prints them: "c. 1867", "44 BC", "2001--2003", "1998--".
pub(crate) fn years_in_words(date: &EdtfDate) -> String {
    match date {
        EdtfDate::Single(date) => match date.latest() {
            Some(latest) => {
                let start = RangeEnd::Date(date.clone());
                years_in_words(&EdtfDate::Range(start, RangeEnd::Date(latest)))
            }
            None => year_words(date),
        },
        EdtfDate::Range(RangeEnd::Date(start), RangeEnd::Date(end)) => {
            if start.year == end.year {
                return year_words(&DatePoint {
                    approximate: start.approximate || end.approximate,
                    uncertain: start.uncertain || end.uncertain,
                    ..DatePoint::of_year(start.year)
                });
            }
            let end = end.latest().unwrap_or_else(|| end.clone());
            let (start, end) = (year_words(start), year_words(&end));
            // The era of both is written once.
            let start = start
                .strip_suffix(" BC")
                .filter(|_| end.ends_with(" BC"))
                .unwrap_or(&start);
            let end = end
                .strip_prefix("AD ")
                .filter(|_| start.starts_with("AD "))
                .unwrap_or(&end);
            format!("{start}--{end}")
        }
        EdtfDate::Range(RangeEnd::Date(start), _) => format!("{}--", year_words(start)),
        EdtfDate::Range(_, RangeEnd::Date(end)) => format!("--{}", year_words(end)),
        EdtfDate::Range(_, _) => String::new(),
    }
}

fn year_words(date: &DatePoint) -> String {
    let year = match date.year {
        year @ ..=0 => format!("{} BC", 1 - year),
        year @ ..=999 => format!("AD {year}"),
        year => year.to_string(),
    };
    let circa = if date.approximate { "c. " } else { "" };
    let doubt = if date.uncertain { "?" } else { "" };
    format!("{circa}{year}{doubt}")
}

#[derive(Clone, Copy)]
struct MonthDay {
    month: u8,
    day: Option<u8>,
}

impl MonthDay {
    fn within_year(self) -> WithinYear {
        match (self.month, self.day) {
            (season @ 21.., _) => WithinYear::Season(season),
            (month, Some(day)) => WithinYear::Day(month, day),
            (month, None) => WithinYear::Month(month),
        }
    }
}

/// Reads a month as a number or word, with an optional day before or after it.
fn read_month(text: &str) -> Option<MonthDay> {
    let mut month = None;
    let mut numbers = Vec::new();
    let words = text.split(|character: char| !character.is_alphanumeric());
    // `oct # "21--23"` has no space.
    let words = words.flat_map(|word| {
        let letters = word
            .find(|c: char| c.is_ascii_digit())
            .unwrap_or(word.len());
        <[&str; 2]>::from(word.split_at(letters))
    });
    for word in words.filter(|word| !word.is_empty()) {
        let digits = word.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        let is_ordinal = matches!(
            word.get(digits.len()..)
                .map(str::to_ascii_lowercase)
                .as_deref(),
            Some("st" | "nd" | "rd" | "th")
        );
        match if is_ordinal { digits } else { word }.parse::<u8>() {
            // "8" and "8 12" begin with the month; "12 August" does not, which is seen at the end.
            Ok(number) => numbers.push(number),
            Err(_) if word.eq_ignore_ascii_case("of") => {}
            Err(_) => month = Some(month_by_name(word)?),
        }
    }
    let mut numbers = numbers.into_iter();
    let month = month.or_else(|| numbers.next());
    let day = numbers.next();
    let month = month.filter(|month| (1..=12).contains(month) || (21..=24).contains(month))?;
    Some(MonthDay { month, day })
}

fn month_by_name(word: &str) -> Option<u8> {
    let word = word.to_lowercase();
    // "Juillet" begins like "juin".
    if word.starts_with("jui") {
        return month_in_any_language(&word);
    }
    let start: String = word.chars().take(3).collect();
    Some(match start.as_str() {
        "jan" => 1,
        "feb" => 2,
        "mar" | "mär" => 3,
        "apr" => 4,
        "may" | "mai" => 5,
        "jun" => 6,
        "jul" => 7,
        "aug" => 8,
        "sep" => 9,
        "oct" | "okt" => 10,
        "nov" => 11,
        "dec" | "dez" => 12,
        "spr" => 21,
        "sum" => 22,
        "aut" | "fal" => 23,
        "win" => 24,
        _ => return month_in_any_language(&word),
    })
}

/// Returns a month, or a season from 21, by its name in a language that the English names do not resemble.
fn month_in_any_language(word: &str) -> Option<u8> {
    let word = text::fold(word);
    let season = || Some(month_names::season(&word)? + 20);
    month_names::month(&word)
        .or_else(season)
        .and_then(|number| number.try_into().ok())
}

/// Reads dates that are almost EDTF: months and days of one digit, a range of years with a dash, "May 1987", "44 BC".
fn lenient(text: &str) -> Option<EdtfDate> {
    let text = text.trim();
    if let Some(date) = in_era(text) {
        return Some(date);
    }
    let is_number = |part: &str, length: usize| {
        part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit())
    };
    // The letter of "2016a" distinguishes works of one year; it is no part of the date.
    if let Some((year, letter)) = text.split_at_checked(4)
        && is_number(year, 4)
        && letter.len() == 1
        && letter.bytes().all(|byte| byte.is_ascii_lowercase())
        // "1920s" is a decade.
        && !(year.ends_with('0') && letter == "s")
    {
        return year.parse().ok();
    }
    // "2004/05/03" and "2004.05.03"
    let parts: Vec<&str> = text.split(['/', '.']).map(str::trim).collect();
    if let [year, month, day] = parts.as_slice()
        && is_number(year, 4)
        && let (Ok(month), Ok(day)) = (month.parse::<u8>(), day.parse::<u8>())
    {
        return format!("{year}-{month:02}-{day:02}").parse().ok();
    }
    // "19--" and "198-" of library catalogues.
    let digits = text.trim_end_matches(['-', '–', '—', '?', '_']);
    if matches!(digits.len(), 2 | 3) && is_number(digits, digits.len()) && digits.len() < text.len()
    {
        return format!("{digits:X<4}").parse().ok();
    }
    // "2010/11" of theses.
    if let Some((first, last)) = text.split_once('/')
        && is_number(first, 4)
        && is_number(last, 2)
        && let (Ok(first), Ok(last)) = (first.parse::<u16>(), last.parse::<u16>())
        && (first + 1) % 100 == last
    {
        return format!("{first}/{}", first + 1).parse().ok();
    }
    let years: Vec<&str> = text.split(['–', '—', '-']).map(str::trim).collect();
    if let [start, end] = years.as_slice() {
        let is_year = |year: &str| is_number(year.trim_end_matches('?'), 4);
        if is_year(start) && is_year(end) {
            return format!("{start}/{end}").parse().ok();
        }
        if is_year(start) && end.is_empty() {
            return format!("{start}/..").parse().ok();
        }
        if start.is_empty() && is_year(end) {
            return format!("../{end}").parse().ok();
        }
        // "2012-13" has no month 13, so it is a range of years.
        if let Some((century, year)) = start.split_at_checked(2)
            && is_number(start, 4)
            && is_number(end, 2)
            && *end > "12"
            && *end > year
        {
            return format!("{start}/{century}{end}").parse().ok();
        }
    }
    let pad = |date: &str| -> Option<String> {
        let mut parts = date.trim().split('-');
        let mut padded = parts.next().filter(|year| year.len() == 4)?.to_owned();
        for part in parts {
            let number: u8 = part.trim().parse().ok()?;
            padded.push_str(&format!("-{number:02}"));
        }
        Some(padded)
    };
    let dates: Option<Vec<String>> = text.split('/').map(pad).collect();
    if let Some(dates) = dates {
        return dates.join("/").parse().ok();
    }
    // "1.5.2003" of many languages; with other signs, the month may come first.
    if let [day, month, year] = text
        .split('.')
        .map(str::trim)
        .collect::<Vec<_>>()
        .as_slice()
        && is_number(year, 4)
        && [day, month]
            .iter()
            .all(|part| (1..=2).contains(&part.len()))
    {
        let (day, month): (u8, u8) = (day.parse().ok()?, month.parse().ok()?);
        return format!("{year}-{month:02}-{day:02}").parse().ok();
    }
    // The year comes last, after a month with or without a day.
    let (month, year) = text.rsplit_once([' ', ',', '.'])?;
    if !is_number(year, 4) || !month.contains(char::is_alphabetic) {
        return None;
    }
    let year = year.parse().ok()?;
    within_years(
        EdtfDate::Single(DatePoint::of_year(year)),
        read_months(month, None)?,
    )
}

/// Reads years with their era: "44 BC", "44–30 BC", "AD 98".
fn in_era(text: &str) -> Option<EdtfDate> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let (years, era) = match words.as_slice() {
        [years, era] if years.starts_with(|c: char| c.is_ascii_digit()) => (*years, *era),
        [era @ ("AD" | "A.D."), years] => (*years, *era),
        _ => return None,
    };
    let is_before = match era.replace('.', "").as_str() {
        "BC" | "BCE" => true,
        "AD" | "CE" => false,
        _ => return None,
    };
    let point = |year: &str| {
        let is_known = (1..=4).contains(&year.len());
        let year: i64 = year.parse().ok().filter(|year| is_known && *year > 0)?;
        Some(DatePoint::of_year(if is_before { 1 - year } else { year }))
    };
    match years.split_once(['–', '—', '-']) {
        Some((start, end)) => Some(EdtfDate::Range(
            RangeEnd::Date(point(start)?),
            RangeEnd::Date(point(end)?),
        )),
        None => point(years).map(EdtfDate::Single),
    }
}

/// Returns the year by which a work with this value of `year` is found.
pub(crate) fn year_in_words(tex: &str) -> Option<i32> {
    read_year(tex, None, None).date.year()
}

/// Returns a date in words unchanged; a year in it is used for sorting.
fn in_words(text: &str) -> ReadDate {
    let digits = |character: char| !character.is_ascii_digit();
    let year = text
        .split(digits)
        .find(|part| part.len() == 4)
        .and_then(|year| year.parse().ok());
    ReadDate {
        date: CslDate {
            date_parts: year.map(|year: i32| vec![year]).into_iter().collect(),
            literal: Some(text.to_owned()),
            ..CslDate::default()
        },
        warning: Some(format!("{text:?} is not a date; it is printed unchanged")),
    }
}

/// Reads a date in words, or in numbers in another order than EDTF's.
pub(crate) fn date_in_words(text: &str) -> CslDate {
    let text = text.trim();
    let words: Vec<&str> = text
        .split(|c: char| c.is_whitespace() || matches!(c, ',' | '/' | '.' | '-'))
        .filter(|word| !word.is_empty())
        .collect();
    let number = |word: &str| word.parse::<i32>().ok();
    let named = |word: &str| month_by_name(word).map(i32::from);
    let month_number = |word: &str| number(word).or_else(|| named(word));
    let is_year = |word: &str| word.len() == 4 && number(word).is_some();
    if let [first, last] = words.as_slice()
        && is_year(first)
        && is_year(last)
        && first < last
    {
        let years = [first, last].map(|year| number(year).into_iter().collect());
        return CslDate {
            date_parts: years.to_vec(),
            ..CslDate::default()
        };
    }
    let parts = match words.as_slice() {
        [year] if is_year(year) => vec![number(year)],
        [year, month] if is_year(year) => vec![number(year), month_number(month)],
        [month, year] if is_year(year) => vec![number(year), month_number(month)],
        [year, month, day] if is_year(year) => {
            vec![number(year), month_number(month), number(day)]
        }
        // Which number is the day is certain if the month is a name, or the other number cannot be a month.
        [one, other, year] if is_year(year) => match (named(one), number(one), number(other)) {
            (Some(month), ..) => vec![number(year), Some(month), number(other)],
            (None, Some(day @ 13..), Some(month)) => vec![number(year), Some(month), Some(day)],
            (None, Some(month), Some(day @ 13..)) => vec![number(year), Some(month), Some(day)],
            _ => vec![number(year), named(other), number(one)],
        },
        _ => Vec::new(),
    };
    let parts: Option<Vec<i32>> = parts.into_iter().collect();
    let is_sound = |parts: &Vec<i32>| {
        !parts.is_empty()
            && parts.get(1).is_none_or(|month| (1..=12).contains(month))
            && parts.get(2).is_none_or(|day| (1..=31).contains(day))
    };
    match parts.filter(is_sound) {
        Some(parts) => CslDate {
            date_parts: vec![parts],
            ..CslDate::default()
        },
        None => match lenient(text) {
            Some(date) => date.to_csl(),
            None => CslDate {
                literal: Some(text.to_owned()),
                ..CslDate::default()
            },
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn years_and_months() {
        let parts = |year, month, day| read_year(year, month, day).date.date_parts;
        assert_eq!(parts("1999", Some("8"), None), [[1999, 8]]);
        assert_eq!(parts("1999", Some("August"), Some("3")), [[1999, 8, 3]]);
        assert_eq!(parts("1999", Some("7--8"), None), [[1999, 7], [1999, 8]]);
        assert_eq!(parts("1999", Some("8~12"), None), [[1999, 8, 12]]);
        assert_eq!(parts("1999", Some("12~August"), None), [[1999, 8, 12]]);
        assert_eq!(
            parts("1999", Some("September 22 - 26"), None),
            [[1999, 9, 22], [1999, 9, 26]]
        );
        assert_eq!(
            parts("1999", Some("9--11 July"), None),
            [[1999, 7, 9], [1999, 7, 11]]
        );
        assert_eq!(
            parts("9--11 July 1999", None, None),
            [[1999, 7, 9], [1999, 7, 11]]
        );
        assert_eq!(parts("May 1987", None, None), [[1987, 5]]);
        assert_eq!(parts("3 May, 1987", None, None), [[1987, 5, 3]]);
        assert_eq!(parts("2012-13", None, None), [[2012], [2013]]);
        assert_eq!(parts("1999--2001", None, None), [[1999], [2001]]);
        assert_eq!(parts("{1999}", None, None), [[1999]]);
        assert_eq!(parts("2003", Some("September 14th"), None), [[2003, 9, 14]]);
        assert_eq!(parts("2003", Some("3rd of May"), None), [[2003, 5, 3]]);
        assert_eq!(parts("June 4th, 2002", None, None), [[2002, 6, 4]]);
        assert_eq!(parts("1.5.2003", None, None), [[2003, 5, 1]]);
        assert_eq!(parts("2010/11", None, None), [[2010], [2011]]);
        assert_eq!(
            parts("2007", Some("oct21--23"), None),
            [[2007, 10, 21], [2007, 10, 23]]
        );
        assert_eq!(parts("2003", Some("juillet"), None), [[2003, 7]]);
        assert_eq!(parts("2003", Some("3 août"), None), [[2003, 8, 3]]);
        let autumn = read_year("2003", Some("Herbst"), None).date;
        assert_eq!(autumn.season, Some(3.into()));
        assert_eq!(
            parts("2005/2006", Some("Fall/Winter"), None),
            [[2005, 23], [2006, 24]]
        );
        assert_eq!(parts("2016a", None, None), [[2016]]);
        assert_eq!(parts("19--", None, None), [[1900], [1999]]);
        assert_eq!(parts("198-", None, None), [[1980], [1989]]);
        assert_eq!(
            parts("2003", Some("Fall/Winter"), None),
            [[2003, 23], [2003, 24]]
        );
    }

    #[test]
    fn years_in_words_are_kept_and_shown() {
        for text in ["n.d.", "forthcoming", "c1988", "1976 [1867]"] {
            let read = read_year(text, None, None);
            assert_eq!(read.date.literal.as_deref(), Some(text));
            assert!(read.warning.is_some());
        }
        assert_eq!(read_year("1976 [1867]", None, None).date.year(), Some(1976));
    }

    #[test]
    fn dates_in_words_are_read_where_they_are_plain() {
        let parts = |text| date_in_words(text).date_parts;
        assert_eq!(parts("12 May 2006"), [[2006, 5, 12]]);
        assert_eq!(parts("May 12, 2006"), [[2006, 5, 12]]);
        assert_eq!(parts("2006/5"), [[2006, 5]]);
        assert_eq!(parts("Sept. 2006"), [[2006, 9]]);
        assert_eq!(parts("09/2006"), [[2006, 9]]);
        assert_eq!(parts("25.12.2006"), [[2006, 12, 25]]);
        assert_eq!(parts("12/25/2006"), [[2006, 12, 25]]);
        assert_eq!(parts("1995–96"), [[1995], [1996]]);
        assert_eq!(parts("1999/2000"), [[1999], [2000]]);
        assert!(date_in_words("Spring 2006").season.is_some());
        for text in ["n.d.", "03/04/2005", "1976 [1867]", "2006/13"] {
            assert_eq!(date_in_words(text).literal.as_deref(), Some(text));
        }
    }
}
