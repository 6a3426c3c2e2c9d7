//! Years on the axis, where 1 BCE is 0, so that there is no gap before 1 CE.

use super::words::ChartWords;
use crate::model::{CslDate, CslItem, DatePoint, EdtfDate, RangeEnd, WithinYear};

/// The year of a work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct KnownYear {
    /// The year on the axis, where 1 BCE is 0.
    pub(super) year: i64,
    /// Whether the year is an estimate.
    pub(super) about: bool,
}

/// Returns the year of first publication, if known: the year of the original date, or of the date.
pub(super) fn original_year(item: &CslItem) -> Option<KnownYear> {
    ["original-date", "issued"]
        .iter()
        .filter_map(|variable| item.date(variable))
        .find_map(year_of)
}

fn year_of(date: &CslDate) -> Option<KnownYear> {
    let about = date.circa.as_ref().is_some_and(|circa| {
        !matches!(
            circa,
            serde_json::Value::Bool(false) | serde_json::Value::Null
        )
    });
    // A year of 0 marks an open end.
    if let Some(year) = date.year().filter(|year| *year != 0) {
        let year = axis_year(i64::from(year));
        return Some(KnownYear { year, about });
    }
    [&date.edtf, &date.raw]
        .into_iter()
        .flatten()
        .find_map(|text| {
            let date: EdtfDate = text.trim().parse().ok()?;
            year_of(&date.to_csl())
        })
}

/// Converts a calendar year, where -1 is 1 BCE, to a year on the axis.
pub(super) fn axis_year(year: i64) -> i64 {
    if year < 0 { year + 1 } else { year }
}

/// Converts a year on the axis to a calendar year, where -1 is 1 BCE.
pub(super) fn calendar_year(year: i64) -> i64 {
    if year <= 0 { year - 1 } else { year }
}

/// Formats a year of the axis: "1999", "350 BCE".
pub(super) fn format_year(year: i64) -> String {
    if year <= 0 {
        format!("{} BCE", 1 - year)
    } else {
        year.to_string()
    }
}

/// A period on the year axis. A missing end is open.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Period {
    pub(super) from: Option<f64>,
    pub(super) to: Option<f64>,
}

impl Period {
    /// Returns the period of a date. A year lasts from its start to its end.
    pub(super) fn new(date: &EdtfDate) -> Self {
        match date {
            EdtfDate::Single(point) => {
                let (from, to) = bounds(point);
                Self {
                    from: Some(from),
                    to: Some(to),
                }
            }
            EdtfDate::Range(start, end) => {
                let point = |end: &RangeEnd| match end {
                    RangeEnd::Date(point) => Some(bounds(point)),
                    RangeEnd::Open | RangeEnd::Unknown => None,
                };
                Self {
                    from: point(start).map(|(from, _)| from),
                    to: point(end).map(|(_, to)| to),
                }
            }
        }
    }

    /// Returns the years of the ends.
    pub(super) fn years(&self) -> impl Iterator<Item = i64> + use<> {
        let first = self.from.map(|from| from.floor() as i64);
        // The end of a year is the start of the next, but belongs to the first.
        let last = self.to.map(|to| (to.ceil() - 1.0) as i64);
        first.into_iter().chain(last)
    }
}

/// Returns the start and end of a date. Seasons are those of the northern hemisphere.
fn bounds(point: &DatePoint) -> (f64, f64) {
    // Far beyond the year of any work, but small enough for calculations.
    const FARTHEST: i64 = 10_000_000;
    let year = point.year.clamp(-FARTHEST, FARTHEST) as f64;
    let month = |month: u8| f64::from(month.saturating_sub(1)) / 12.0;
    match point.within_year {
        WithinYear::Nothing | WithinYear::UnknownMonth { .. } => {
            (year, year + 10_f64.powi(i32::from(point.unknown_digits)))
        }
        WithinYear::Month(number) | WithinYear::MonthUnknownDay(number) => {
            (year + month(number), year + month(number) + 1.0 / 12.0)
        }
        WithinYear::Day(number, day) => {
            let at = year + month(number) + (f64::from(day) - 0.5) / 372.0;
            (at, at)
        }
        WithinYear::Season(season) => {
            let from = match season {
                21 => 2.0,
                22 => 5.0,
                23 => 8.0,
                _ => 10.0,
            };
            (year + from / 12.0, year + (from + 2.0) / 12.0)
        }
    }
}

/// Formats the years of a date: "2014", "since 2005", "about 1867".
pub(super) fn format_years(date: &EdtfDate, words: &ChartWords) -> String {
    let format_point = |point: &DatePoint| format_point(point, words);
    match date {
        EdtfDate::Single(point) => format_point(point),
        EdtfDate::Range(start, end) => match (start, end) {
            (RangeEnd::Date(start), RangeEnd::Date(end)) => {
                let (start, end) = (format_point(start), format_point(end));
                if start == end {
                    start
                } else {
                    format!("{start}\u{2013}{end}")
                }
            }
            (RangeEnd::Date(start), RangeEnd::Open) => words.since(&format_point(start)),
            (RangeEnd::Date(start), RangeEnd::Unknown) => {
                format!("{}\u{2013}?", format_point(start))
            }
            (RangeEnd::Open, RangeEnd::Date(end)) => words.until(&format_point(end)),
            (RangeEnd::Unknown, RangeEnd::Date(end)) => format!("?\u{2013}{}", format_point(end)),
            _ => String::new(),
        },
    }
}

fn format_point(point: &DatePoint, words: &ChartWords) -> String {
    let year = match point.unknown_digits {
        0 => format_year(point.year),
        1 => format!("{}s", point.year),
        digits => {
            let last = point.year + 10_i64.pow(u32::from(digits)) - 1;
            format!("{}\u{2013}{}", format_year(point.year), format_year(last))
        }
    };
    let doubt = if point.uncertain { "?" } else { "" };
    let year = format!("{year}{doubt}");
    if point.approximate {
        words.about(&year)
    } else {
        year
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> EdtfDate {
        text.parse().unwrap()
    }

    #[test]
    fn dates_are_read_out_in_the_language_of_the_drawing() {
        let german = ChartWords::of("de-AT");
        assert_eq!(format_years(&date("2005/.."), german), "seit 2005");
        assert_eq!(
            format_years(&date("1867~/1869"), german),
            "um 1867\u{2013}1869"
        );
    }

    #[test]
    fn dates_are_read_out() {
        for (edtf, words) in [
            ("2009", "2009"),
            ("2014-22", "2014"),
            ("1937-11-05", "1937"),
            ("1999/2013", "1999\u{2013}2013"),
            ("2009-03-27/2009-03-29", "2009"),
            ("2005/..", "since 2005"),
            ("../2013", "until 2013"),
            ("2005/", "2005\u{2013}?"),
            ("1867~", "about 1867"),
            ("199X", "1990s"),
            ("-0349", "350 BCE"),
        ] {
            assert_eq!(
                format_years(&date(edtf), ChartWords::of("en")),
                words,
                "{edtf}"
            );
        }
    }

    #[test]
    fn a_year_is_all_of_it() {
        let span = |text: &str| Period::new(&date(text));
        let years = |text: &str| span(text).years().collect::<Vec<_>>();
        assert_eq!(span("1999/2013").from, Some(1999.0));
        assert_eq!(span("1999/2013").to, Some(2014.0));
        assert_eq!(years("1999/2013"), [1999, 2013]);
        assert_eq!(years("2005/.."), [2005]);
        assert_eq!(years("2014-12"), [2014, 2014]);
        assert_eq!(years("2014-12-31"), [2014, 2014]);
        assert_eq!(years("-0349"), [-349, -349]);
        assert_eq!(years("199X"), [1990, 1999]);
    }

    #[test]
    fn there_is_no_gap_at_the_beginning_of_our_era() {
        assert_eq!(axis_year(-1), 0);
        assert_eq!(axis_year(1), 1);
        assert_eq!(calendar_year(0), -1);
        assert_eq!(
            (format_year(0), format_year(1)),
            ("1 BCE".into(), "1".into())
        );
    }
}
