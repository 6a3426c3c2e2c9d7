//! Years as they are drawn: a line without a gap between 1 BCE and 1 CE.

use crate::model::{CslDate, CslItem, DatePoint, EdtfDate, RangeEnd, WithinYear};

/// The year of a work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct KnownYear {
    /// The year on the line of years, on which 1 BCE is 0.
    pub(super) year: i64,
    /// Whether it is an estimate.
    pub(super) about: bool,
}

/// The year in which a work first appeared, as far as it is known: that of its original date, or else
/// that of its own.
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
    // 0 is an open end, and no year.
    if let Some(year) = date.year().filter(|year| *year != 0) {
        let year = on_line(i64::from(year));
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

/// A year as people count, in which -1 is 1 BCE, on the line of years.
pub(super) fn on_line(year: i64) -> i64 {
    if year < 0 { year + 1 } else { year }
}

/// A year of the line as people count: -1 is 1 BCE.
pub(super) fn counted(year: i64) -> i64 {
    if year <= 0 { year - 1 } else { year }
}

/// A year of the line as it is written: "1999", "350 BCE".
pub(super) fn written(year: i64) -> String {
    if year <= 0 {
        format!("{} BCE", 1 - year)
    } else {
        year.to_string()
    }
}

/// The time from a point on the line of years to another; an end that is absent is open.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Stretch {
    pub(super) from: Option<f64>,
    pub(super) to: Option<f64>,
}

impl Stretch {
    /// The time that a date means: a year is all of it, from its beginning to its end.
    pub(super) fn of(date: &EdtfDate) -> Self {
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

    /// The years of its ends.
    pub(super) fn years(&self) -> impl Iterator<Item = i64> + use<> {
        let first = self.from.map(|from| from.floor() as i64);
        // The end of a year is the beginning of the next, and belongs to the first of them.
        let last = self.to.map(|to| (to.ceil() - 1.0) as i64);
        first.into_iter().chain(last)
    }
}

/// Where a point of time begins and ends. Seasons are those of the northern half of the world.
fn bounds(point: &DatePoint) -> (f64, f64) {
    // Far beyond any year of a work, and far within what a picture can reckon with.
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

/// The years of a date in words: "2014", "since 2005", "about 1867".
pub(super) fn in_words(date: &EdtfDate) -> String {
    match date {
        EdtfDate::Single(point) => point_in_words(point),
        EdtfDate::Range(start, end) => match (start, end) {
            (RangeEnd::Date(start), RangeEnd::Date(end)) => {
                format!("{}\u{2013}{}", point_in_words(start), point_in_words(end))
            }
            (RangeEnd::Date(start), RangeEnd::Open) => format!("since {}", point_in_words(start)),
            (RangeEnd::Date(start), RangeEnd::Unknown) => {
                format!("{}\u{2013}?", point_in_words(start))
            }
            (RangeEnd::Open, RangeEnd::Date(end)) => format!("until {}", point_in_words(end)),
            (RangeEnd::Unknown, RangeEnd::Date(end)) => format!("?\u{2013}{}", point_in_words(end)),
            _ => String::new(),
        },
    }
}

fn point_in_words(point: &DatePoint) -> String {
    let year = match point.unknown_digits {
        0 => written(point.year),
        1 => format!("{}s", point.year),
        digits => {
            let last = point.year + 10_i64.pow(u32::from(digits)) - 1;
            format!("{}\u{2013}{}", written(point.year), written(last))
        }
    };
    let doubt = if point.uncertain { "?" } else { "" };
    let about = if point.approximate { "about " } else { "" };
    format!("{about}{year}{doubt}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> EdtfDate {
        text.parse().unwrap()
    }

    #[test]
    fn dates_are_read_out() {
        for (edtf, words) in [
            ("2009", "2009"),
            ("2014-22", "2014"),
            ("1937-11-05", "1937"),
            ("1999/2013", "1999\u{2013}2013"),
            ("2005/..", "since 2005"),
            ("../2013", "until 2013"),
            ("2005/", "2005\u{2013}?"),
            ("1867~", "about 1867"),
            ("199X", "1990s"),
            ("-0349", "350 BCE"),
        ] {
            assert_eq!(in_words(&date(edtf)), words, "{edtf}");
        }
    }

    #[test]
    fn a_year_is_all_of_it() {
        let stretch = |text: &str| Stretch::of(&date(text));
        let years = |text: &str| stretch(text).years().collect::<Vec<_>>();
        assert_eq!(stretch("1999/2013").from, Some(1999.0));
        assert_eq!(stretch("1999/2013").to, Some(2014.0));
        assert_eq!(years("1999/2013"), [1999, 2013]);
        assert_eq!(years("2005/.."), [2005]);
        assert_eq!(years("2014-12"), [2014, 2014]);
        assert_eq!(years("2014-12-31"), [2014, 2014]);
        assert_eq!(years("-0349"), [-349, -349]);
        assert_eq!(years("199X"), [1990, 1999]);
    }

    #[test]
    fn there_is_no_gap_at_the_beginning_of_our_era() {
        assert_eq!(on_line(-1), 0);
        assert_eq!(on_line(1), 1);
        assert_eq!(counted(0), -1);
        assert_eq!((written(0), written(1)), ("1 BCE".into(), "1".into()));
    }
}
