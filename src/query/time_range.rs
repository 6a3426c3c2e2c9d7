//! Ranges of time in the user's time zone: when works were added and changed.

use std::str::FromStr;

/// A range of time, without its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimeRange {
    /// The start, or `None` for an open range.
    pub from: Option<TimePoint>,
    /// The end, or `None` for an open range.
    pub until: Option<TimePoint>,
}

/// A point in local time, as arguments of SQLite's date functions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimePoint {
    /// `now`, or a date as YYYY-MM-DD.
    pub base: String,
    /// SQLite's modifiers, such as `-7 days`.
    pub modifiers: Vec<String>,
}

impl TimePoint {
    fn new(base: &str, modifiers: &[&str]) -> Self {
        Self {
            base: base.to_owned(),
            modifiers: modifiers.iter().map(|text| (*text).to_owned()).collect(),
        }
    }
}

/// Turns a named range into the range that a comparison operator selects.
type RangeOperator = fn(TimeRange) -> TimeRange;

const EXPECTED: &str = "is not a time: write today, yesterday, 7d (or w, m, y for weeks, months, years), \
                        2024, 2024-03 or 2024-03-15";

impl FromStr for TimeRange {
    type Err = String;

    /// Parses `today`, `yesterday`, `7d`, `2w`, `3m`, `1y`, `24h`, `2024`, `2024-03`, `2024-03-15`, two of these
    /// with `..` between them or at one end, and one after `>`, `>=`, `<` or `<=`.
    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim().to_lowercase();
        let compared: [(&str, RangeOperator); 4] = [
            (">=", |span| Self {
                from: span.from,
                until: None,
            }),
            ("<=", |span| Self {
                from: None,
                until: span.until,
            }),
            (">", |span| Self {
                from: span.until,
                until: None,
            }),
            ("<", |span| Self {
                from: None,
                until: span.from,
            }),
        ];
        for (sign, whole) in compared {
            if let Some(rest) = text.strip_prefix(sign) {
                // Less than seven days ago and at most seven days ago mean the same.
                let span = named(rest)?;
                return Ok(match span.until {
                    None if sign.starts_with('>') => span,
                    None => Self {
                        from: None,
                        until: span.from,
                    },
                    Some(_) => whole(span),
                });
            }
        }
        match text.split_once("..") {
            None => named(&text),
            Some(("", "")) => Err("this range has neither a start nor an end".to_owned()),
            Some((first, last)) => {
                let end = |text: &str| match text {
                    "" => Ok(None),
                    text => named(text).map(Some),
                };
                let (first, last) = (end(first)?, end(last)?);
                Ok(Self {
                    from: first.and_then(|span| span.from),
                    until: last.and_then(|span| span.until.or(span.from)),
                })
            }
        }
    }
}

/// Parses a named range: a day, a month, a year, or the time since some days ago.
fn named(text: &str) -> Result<TimeRange, String> {
    let unreadable = || format!("\u{201c}{text}\u{201d} {EXPECTED}");
    let local_day = ["localtime", "start of day"];
    let day = |step: &str| TimePoint::new("now", &[&local_day[..], &[step]].concat());
    match text {
        "today" => {
            return Ok(TimeRange {
                from: Some(day("+0 days")),
                until: Some(day("+1 days")),
            });
        }
        "yesterday" => {
            return Ok(TimeRange {
                from: Some(day("-1 days")),
                until: Some(day("+0 days")),
            });
        }
        _ => {}
    }
    if let Some(unit) = text.chars().last().filter(char::is_ascii_lowercase) {
        let count: u32 = text
            .strip_suffix(unit)
            .and_then(|count| count.parse().ok())
            .filter(|count| *count <= 100_000)
            .ok_or_else(unreadable)?;
        let from = match unit {
            'h' => TimePoint::new("now", &["localtime", &format!("-{count} hours")]),
            'd' => day(&format!("-{count} days")),
            'w' => day(&format!("-{} days", count * 7)),
            'm' => day(&format!("-{count} months")),
            'y' => day(&format!("-{count} years")),
            _ => return Err(unreadable()),
        };
        return Ok(TimeRange {
            from: Some(from),
            until: None,
        });
    }
    let parts: Vec<&str> = text.split('-').collect();
    let number = |part: &str, digits: usize| -> Option<u32> {
        let is_number = part.len() == digits && part.bytes().all(|byte| byte.is_ascii_digit());
        part.parse().ok().filter(|_| is_number)
    };
    let (first, length) = match parts.as_slice() {
        [year] => (
            number(year, 4).map(|year| format!("{year:04}-01-01")),
            "+1 years",
        ),
        [year, month] => (
            number(year, 4)
                .zip(number(month, 2).filter(|month| (1..=12).contains(month)))
                .map(|(year, month)| format!("{year:04}-{month:02}-01")),
            "+1 months",
        ),
        [year, month, day] => (
            number(year, 4)
                .zip(number(month, 2).filter(|month| (1..=12).contains(month)))
                .zip(number(day, 2))
                .filter(|((year, month), day)| (1..=days_of(*year, *month)).contains(day))
                .map(|((year, month), day)| format!("{year:04}-{month:02}-{day:02}")),
            "+1 days",
        ),
        _ => (None, ""),
    };
    let first = first.ok_or_else(unreadable)?;
    Ok(TimeRange {
        from: Some(TimePoint::new(&first, &[])),
        until: Some(TimePoint::new(&first, &[length])),
    })
}

fn days_of(year: u32, month: u32) -> u32 {
    let is_leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if is_leap => 29,
        2 => 28,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads a range as `base modifier…` for each end.
    fn read(text: &str) -> (String, String) {
        let span: TimeRange = text.parse().unwrap();
        let shown = |moment: Option<TimePoint>| match moment {
            None => String::new(),
            Some(moment) => format!("{} {}", moment.base, moment.modifiers.join(" "))
                .trim()
                .to_owned(),
        };
        (shown(span.from), shown(span.until))
    }

    #[track_caller]
    fn reads(text: &str, from: &str, until: &str) {
        assert_eq!(read(text), (from.to_owned(), until.to_owned()), "{text}");
    }

    #[test]
    fn days_months_years_and_spans_of_them_are_read() {
        reads("2024-03-15", "2024-03-15", "2024-03-15 +1 days");
        reads("2024-02", "2024-02-01", "2024-02-01 +1 months");
        reads("2024", "2024-01-01", "2024-01-01 +1 years");
        reads(">=2024-03", "2024-03-01", "");
        reads(">2024", "2024-01-01 +1 years", "");
        reads("<2024", "", "2024-01-01");
        reads("<=2024", "", "2024-01-01 +1 years");
        reads("2023..2024-02-29", "2023-01-01", "2024-02-29 +1 days");
        reads("2023..", "2023-01-01", "");
        reads("7d", "now localtime start of day -7 days", "");
        reads("<7d", "", "now localtime start of day -7 days");
        reads("2W", "now localtime start of day -14 days", "");
        reads(
            "yesterday",
            "now localtime start of day -1 days",
            "now localtime start of day +0 days",
        );
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in [
            "",
            "soon",
            "..",
            "2024-13",
            "2023-02-29",
            "24-01-01",
            "7x",
            "d",
            "99999999999d",
            "2024-1",
            ">",
            "ｄ",
        ] {
            assert!(text.parse::<TimeRange>().is_err(), "{text}");
        }
    }
}
