//! Ranges of years.

use std::str::FromStr;

/// A range of years, including both ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct YearRange {
    /// The first year, or `None` for an open range.
    pub first: Option<i32>,
    /// The last year, or `None` for an open range.
    pub last: Option<i32>,
}

impl FromStr for YearRange {
    type Err = String;

    /// Parses `2006`, `2002..2006`, `2002-2006`, `2010..`, `..1999`, `>=2010`, `<2000` and `2010s`; years before
    /// the common era are negative.
    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let compared = [
            (">=", 0, true),
            ("\u{2265}", 0, true),
            ("<=", 0, false),
            ("\u{2264}", 0, false),
            (">", 1, true),
            ("<", -1, false),
        ];
        for (sign, step, is_first) in compared {
            if let Some(rest) = text.strip_prefix(sign) {
                // After the end of a decade, or before its start.
                let named = Self::named(rest)?;
                let end = if is_first == (step == 0) {
                    named.first
                } else {
                    named.last
                };
                let end = end.map(|year| year.saturating_add(step));
                return Ok(if is_first {
                    Self {
                        first: end,
                        last: None,
                    }
                } else {
                    Self {
                        first: None,
                        last: end,
                    }
                });
            }
        }
        let span = match span_ends(text) {
            Some((first, last)) => {
                let end = |text: &str| {
                    if text.is_empty() {
                        Ok(None)
                    } else {
                        Self::named(text).map(Some)
                    }
                };
                Self {
                    first: end(first)?.and_then(|span| span.first),
                    last: end(last)?.and_then(|span| span.last),
                }
            }
            None => Self::named(text)?,
        };
        match (span.first, span.last) {
            (Some(first), Some(last)) if first > last => Err(format!(
                "the range starts in {first}, after its end in {last}"
            )),
            (None, None) => Err("this range has neither a start nor an end".to_owned()),
            _ => Ok(span),
        }
    }
}

impl YearRange {
    /// Parses a year or a decade.
    fn named(text: &str) -> Result<Self, String> {
        let year = |text: &str| {
            let year = text.trim().replace('\u{2212}', "-").parse::<i32>().ok();
            year.filter(|year| (-9999..=9999).contains(year))
        };
        let not_a_year = || format!("\u{201c}{text}\u{201d} is not a year");
        let text = text.trim();
        let decade = match text.strip_suffix('s') {
            Some(decade) => Some(decade.strip_suffix('0').unwrap_or_default()),
            None => text.strip_suffix(['x', 'X']),
        };
        if let Some(digits) = decade {
            let is_decade = digits.len() == 3 && digits.bytes().all(|byte| byte.is_ascii_digit());
            let first = year(&format!("{digits}0"))
                .filter(|_| is_decade)
                .ok_or_else(not_a_year)?;
            return Ok(Self {
                first: Some(first),
                last: Some(first + 9),
            });
        }
        let year = year(text).ok_or_else(not_a_year)?;
        Ok(Self {
            first: Some(year),
            last: Some(year),
        })
    }
}

/// Splits a range at `..` or between two years of four digits; the ends may be empty: `2002..2006`, or `2002-2006` with years of four digits.
fn span_ends(text: &str) -> Option<(&str, &str)> {
    if let Some(ends) = text.split_once("..") {
        return Some(ends);
    }
    let (first, last) = text
        .split_once(['-', '\u{2013}'])
        .filter(|(first, last)| first.len() == 4 && last.len() == 4)?;
    let are_years = [first, last]
        .iter()
        .all(|year| year.bytes().all(|byte| byte.is_ascii_digit()));
    are_years.then_some((first, last))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn reads(text: &str, first: impl Into<Option<i32>>, last: impl Into<Option<i32>>) {
        let (first, last) = (first.into(), last.into());
        assert_eq!(text.parse(), Ok(YearRange { first, last }), "{text}");
    }

    #[test]
    fn years_spans_comparisons_and_decades_are_read() {
        reads("2006", 2006, 2006);
        reads("-350", -350, -350);
        reads("2002..2006", 2002, 2006);
        reads("2002-2006", 2002, 2006);
        reads("2010..", 2010, None);
        reads("..1999", None, 1999);
        reads(">=2010", 2010, None);
        reads(">2010", 2011, None);
        reads("<=2010", None, 2010);
        reads("<2010", None, 2009);
        reads("2010s", 2010, 2019);
        reads("201x", 2010, 2019);
        reads(">2010s", 2020, None);
        reads(">=2010s", 2010, None);
        reads("<2010s", None, 2009);
        reads("<=2010s", None, 2019);
        reads("1990s..2000s", 1990, 2009);
    }

    #[test]
    fn what_is_no_year_is_refused() {
        for text in [
            "",
            "20x6",
            "..",
            "2006..2002",
            "99999999999",
            "12345",
            "s",
            "2013s",
            "x",
            ">",
            "2002..x",
        ] {
            assert!(text.parse::<YearRange>().is_err(), "{text}");
        }
    }
}
