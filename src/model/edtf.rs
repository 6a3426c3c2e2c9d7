//! Dates in the Extended Date/Time Format of ISO 8601-2, levels 0 and 1 (BibLaTeX manual, §2.3.8).

use std::fmt;
use std::str::FromStr;

use serde_json::Value as Json;

use super::CslDate;

/// A date or a range of dates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EdtfDate {
    /// One date.
    Single(DatePoint),
    /// From one to the other.
    Range(RangeEnd, RangeEnd),
}

/// One end of a range.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RangeEnd {
    /// A date.
    Date(DatePoint),
    /// `..`: the range is open.
    Open,
    /// Empty: the end is unknown.
    Unknown,
}

/// A calendar date, as far as it is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatePoint {
    /// The year, astronomically: 0 is 1 BC. Unknown digits are zeros.
    pub year: i64,
    /// The number of unknown digits at the end of the year (`199X`: 1).
    pub unknown_digits: u8,
    /// The month, day or season.
    pub within_year: WithinYear,
    /// The time of day as written, from its `T` on.
    pub time: Option<String>,
    /// `~` or `%`: about.
    pub approximate: bool,
    /// `?` or `%`: perhaps.
    pub uncertain: bool,
}

/// The part of a date within its year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WithinYear {
    /// Nothing.
    Nothing,
    /// An unknown month: `1999-XX`, or with an unknown day: `1999-XX-XX`.
    UnknownMonth {
        /// Whether the day is written, too.
        day: bool,
    },
    /// A month, 1 to 12.
    Month(u8),
    /// A month and an unknown day.
    MonthUnknownDay(u8),
    /// A month and a day.
    Day(u8, u8),
    /// A season, 21 (spring) to 24 (winter).
    Season(u8),
}

/// A text that is not a date of EDTF levels 0 and 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("is not a date of the form YYYY-MM-DD, nor two of them with / between")]
pub struct EdtfError;

impl FromStr for EdtfDate {
    type Err = EdtfError;

    fn from_str(text: &str) -> Result<EdtfDate, EdtfError> {
        let Some((start, end)) = text.split_once('/') else {
            return Ok(EdtfDate::Single(text.parse()?));
        };
        let start: RangeEnd = start.parse()?;
        let end: RangeEnd = end.parse()?;
        if !matches!(
            (&start, &end),
            (RangeEnd::Date(_), _) | (_, RangeEnd::Date(_))
        ) {
            return Err(EdtfError);
        }
        Ok(EdtfDate::Range(start, end))
    }
}

impl FromStr for RangeEnd {
    type Err = EdtfError;

    fn from_str(text: &str) -> Result<RangeEnd, EdtfError> {
        match text {
            "" | "unknown" | "*" => Ok(RangeEnd::Unknown),
            ".." | "open" => Ok(RangeEnd::Open),
            date => date.parse().map(RangeEnd::Date),
        }
    }
}

impl FromStr for DatePoint {
    type Err = EdtfError;

    fn from_str(text: &str) -> Result<DatePoint, EdtfError> {
        let mut rest = text;
        let (mut approximate, mut uncertain) = (false, false);
        while let Some(before) = rest.strip_suffix(['~', '?', '%']) {
            match rest.as_bytes().last() {
                Some(b'~') => approximate = true,
                Some(b'?') => uncertain = true,
                _ => (approximate, uncertain) = (true, true),
            }
            rest = before;
        }
        let (date, time) = match rest.find('T') {
            Some(position) => rest.split_at(position),
            None => (rest, ""),
        };
        if time.len() == 1
            || !time
                .chars()
                .skip(1)
                .all(|c| c.is_ascii_digit() || ":.+-Z".contains(c))
        {
            return Err(EdtfError);
        }
        let (year, unknown_digits, after) = year(date)?;
        let mut parts = after.split('-').skip(1);
        let (month, day) = (parts.next(), parts.next());
        if parts.next().is_some() || !(after.is_empty() || after.starts_with('-')) {
            return Err(EdtfError);
        }
        let within_year = match (month, day) {
            (None, _) => WithinYear::Nothing,
            (Some(month), None) if is_unknown(month) => WithinYear::UnknownMonth { day: false },
            (Some(month), Some(day)) if is_unknown(month) && is_unknown(day) => {
                WithinYear::UnknownMonth { day: true }
            }
            (Some(month), None) => match two_digits(month)? {
                month @ 1..=12 => WithinYear::Month(month),
                season @ 21..=24 => WithinYear::Season(season),
                _ => return Err(EdtfError),
            },
            (Some(month), Some(day)) => {
                let month = two_digits(month)?;
                if !(1..=12).contains(&month) {
                    return Err(EdtfError);
                }
                if is_unknown(day) {
                    WithinYear::MonthUnknownDay(month)
                } else {
                    let day = two_digits(day)?;
                    if !(1..=days_in(year, month)).contains(&day) {
                        return Err(EdtfError);
                    }
                    WithinYear::Day(month, day)
                }
            }
        };
        if !time.is_empty() && !matches!(within_year, WithinYear::Day(..)) {
            return Err(EdtfError);
        }
        Ok(DatePoint {
            year,
            unknown_digits,
            within_year,
            time: (!time.is_empty()).then(|| time.to_owned()),
            approximate,
            uncertain,
        })
    }
}

/// Returns the year at the beginning, the number of its unknown digits, and the rest.
fn year(date: &str) -> Result<(i64, u8, &str), EdtfError> {
    if let Some(long) = date.strip_prefix(['Y', 'y']) {
        let digits = long.strip_prefix('-').unwrap_or(long);
        let fits =
            (5..=17).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
        let year = long.parse().ok().filter(|_| fits).ok_or(EdtfError)?;
        return Ok((year, 0, ""));
    }
    let (negative, digits) = match date.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, date),
    };
    let (digits, after) = digits.split_at_checked(4).ok_or(EdtfError)?;
    let known = digits.trim_end_matches(['X', 'u', 'x']);
    let unknown = digits.len() - known.len();
    if !known.bytes().all(|byte| byte.is_ascii_digit()) || unknown > 3 {
        return Err(EdtfError);
    }
    let year: i64 = known.parse().map_err(|_| EdtfError)?;
    let unknown = u8::try_from(unknown).map_err(|_| EdtfError)?;
    let year = year * 10_i64.pow(u32::from(unknown));
    Ok((if negative { -year } else { year }, unknown, after))
}

fn is_unknown(part: &str) -> bool {
    matches!(part, "XX" | "uu" | "xx")
}

fn two_digits(part: &str) -> Result<u8, EdtfError> {
    let fits = part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
    part.parse().ok().filter(|_| fits).ok_or(EdtfError)
}

fn days_in(year: i64, month: u8) -> u8 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

impl fmt::Display for EdtfDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            EdtfDate::Single(date) => date.fmt(f),
            EdtfDate::Range(start, end) => write!(f, "{start}/{end}"),
        }
    }
}

impl fmt::Display for RangeEnd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RangeEnd::Date(date) => date.fmt(f),
            RangeEnd::Open => f.write_str(".."),
            RangeEnd::Unknown => Ok(()),
        }
    }
}

impl fmt::Display for DatePoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let size = self.year.unsigned_abs();
        let sign = if self.year < 0 { "-" } else { "" };
        if size > 9999 {
            write!(f, "Y{sign}{size}")?;
        } else {
            let digits = format!("{size:04}");
            let known = digits
                .len()
                .saturating_sub(usize::from(self.unknown_digits));
            let known = digits.get(..known).unwrap_or(&digits);
            write!(f, "{sign}{known:X<4}")?;
        }
        match self.within_year {
            WithinYear::Nothing => {}
            WithinYear::UnknownMonth { day: false } => f.write_str("-XX")?,
            WithinYear::UnknownMonth { day: true } => f.write_str("-XX-XX")?,
            WithinYear::Month(part) | WithinYear::Season(part) => write!(f, "-{part:02}")?,
            WithinYear::MonthUnknownDay(month) => write!(f, "-{month:02}-XX")?,
            WithinYear::Day(month, day) => write!(f, "-{month:02}-{day:02}")?,
        }
        f.write_str(self.time.as_deref().unwrap_or_default())?;
        f.write_str(match (self.approximate, self.uncertain) {
            (true, true) => "%",
            (true, false) => "~",
            (false, true) => "?",
            (false, false) => "",
        })
    }
}

impl DatePoint {
    /// Returns a year alone.
    pub fn of_year(year: i64) -> DatePoint {
        DatePoint {
            year,
            unknown_digits: 0,
            within_year: WithinYear::Nothing,
            time: None,
            approximate: false,
            uncertain: false,
        }
    }

    /// Returns year, month and day for CSL, which has no year 0: the year before 1 is -1.
    fn csl_parts(&self) -> Vec<i32> {
        let year = if self.year <= 0 {
            self.year - 1
        } else {
            self.year
        };
        let bound =
            |year: i64| i32::try_from(year).unwrap_or(if year < 0 { i32::MIN } else { i32::MAX });
        let mut parts = vec![bound(year)];
        match self.within_year {
            WithinYear::Month(month) | WithinYear::MonthUnknownDay(month) => {
                parts.push(i32::from(month));
            }
            WithinYear::Day(month, day) => parts.extend([i32::from(month), i32::from(day)]),
            WithinYear::Nothing | WithinYear::UnknownMonth { .. } | WithinYear::Season(_) => {}
        }
        parts
    }

    /// Returns the last possible date if digits of the year are unknown.
    pub(crate) fn latest(&self) -> Option<DatePoint> {
        let span = 10_i64.pow(u32::from(self.unknown_digits)) - 1;
        (span > 0).then(|| DatePoint::of_year(self.year + span))
    }

    fn season(&self) -> Option<Json> {
        match self.within_year {
            WithinYear::Season(season) => Some(Json::from(season - 20)),
            _ => None,
        }
    }
}

impl EdtfDate {
    /// Returns the date in CSL: an open or unknown end is `[0]`, unknown digits of a year make a
    /// range, and uncertain and approximate dates are both `circa`.
    pub fn to_csl(&self) -> CslDate {
        let doubtful = |date: &DatePoint| date.approximate || date.uncertain;
        match self {
            EdtfDate::Single(date) => {
                let latest = date.latest();
                let dates = std::iter::once(date).chain(&latest);
                CslDate {
                    date_parts: dates.map(DatePoint::csl_parts).collect(),
                    season: date.season(),
                    circa: doubtful(date).then_some(Json::Bool(true)),
                    ..CslDate::default()
                }
            }
            EdtfDate::Range(RangeEnd::Date(start), RangeEnd::Date(end)) => {
                let latest = end.latest();
                // CSL has one season for a date; two are written as months from 21 on, as in EDTF.
                let has_two = start.season().is_some() || end.season().is_some();
                let parts = |date: &DatePoint| match date.within_year {
                    WithinYear::Season(season) if has_two => {
                        let mut parts = date.csl_parts();
                        parts.push(i32::from(season));
                        parts
                    }
                    _ => date.csl_parts(),
                };
                CslDate {
                    date_parts: vec![parts(start), parts(latest.as_ref().unwrap_or(end))],
                    circa: (doubtful(start) || doubtful(end)).then_some(Json::Bool(true)),
                    ..CslDate::default()
                }
            }
            EdtfDate::Range(RangeEnd::Date(start), _) => CslDate {
                date_parts: vec![start.csl_parts(), vec![0]],
                season: start.season(),
                circa: doubtful(start).then_some(Json::Bool(true)),
                ..CslDate::default()
            },
            // CSL has no open beginning: the date is printed as written and sorted by its end.
            EdtfDate::Range(_, RangeEnd::Date(end)) => CslDate {
                date_parts: vec![end.csl_parts()],
                circa: doubtful(end).then_some(Json::Bool(true)),
                literal: Some(format!("–{end}")),
                ..CslDate::default()
            },
            EdtfDate::Range(_, _) => CslDate::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_of_levels_0_and_1_print_themselves() {
        for text in [
            "1999",
            "-0876",
            "0000",
            "1999-08",
            "1999-08-31",
            "2004-04-05T14:34:00Z",
            "1999/2000",
            "1999-10/..",
            "1999/",
            "../2000",
            "/2000",
            "199X",
            "19XX",
            "1999-XX",
            "1999-07-XX",
            "1999-XX-XX",
            "2004-22",
            "1723~",
            "1723?",
            "1723%",
            "Y-123456789",
            "1723~/1725?",
        ] {
            assert_eq!(
                text.parse::<EdtfDate>()
                    .map(|date| date.to_string())
                    .as_deref(),
                Ok(text)
            );
        }
        for text in [
            "",
            "/",
            "n.d.",
            "99",
            "1999-13",
            "1999-02-29",
            "1999-1",
            "19991",
            "forthcoming",
            "1999-",
            "é999",
            "XXXX",
            "999é",
        ] {
            assert_eq!(text.parse::<EdtfDate>(), Err(EdtfError), "{text}");
        }
    }

    #[test]
    fn dates_for_csl() {
        let csl = |text: &str| text.parse::<EdtfDate>().unwrap().to_csl();
        assert_eq!(csl("-0876").date_parts, [[-877]]);
        assert_eq!(csl("199X").date_parts, [[1990], [1999]]);
        assert_eq!(csl("1999-10/..").date_parts, [vec![1999, 10], vec![0]]);
        assert_eq!(csl("2004-22").season, Some(Json::from(2)));
        assert_eq!(csl("1723?").circa, Some(Json::Bool(true)));
        assert_eq!(csl("../2000").literal.as_deref(), Some("–2000"));
    }
}
