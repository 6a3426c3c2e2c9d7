//! When a section of a list takes place: a day, a time, or an interval of either.

use std::str::FromStr;

use crate::model::EdtfDate;

/// A day or a time of a section, and perhaps its end: `2026-10-12`, `2026-10-12/2026-10-14`, `2026-10-12T14:15`,
/// `2026-10-12T14:15/16:00`. Times are those of the place where it happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct SectionDate {
    /// The beginning.
    pub start: SectionTime,
    /// The end; for days, the last one.
    pub end: Option<SectionTime>,
}

/// A day with or without a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct SectionTime {
    /// The year, from 1 to 9999.
    pub year: u16,
    /// The month, from 1.
    pub month: u8,
    /// The day, from 1.
    pub day: u8,
    /// The hour and the minute.
    pub time: Option<(u8, u8)>,
}

/// The error of a date that cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("invalid section date")]
pub struct InvalidSectionDate;

impl FromStr for SectionDate {
    type Err = InvalidSectionDate;

    fn from_str(text: &str) -> Result<Self, InvalidSectionDate> {
        let (start, end) = match text.trim().split_once('/') {
            Some((start, end)) => (start, Some(end)),
            None => (text.trim(), None),
        };
        let start: SectionTime = start.parse()?;
        let end = match end {
            None => None,
            // Only the time of the end may be given.
            Some(end) if start.time.is_some() && !end.contains('-') => Some(SectionTime {
                time: Some(time(end)?),
                ..start
            }),
            Some(end) => Some(end.parse()?),
        };
        let is_valid =
            end.is_none_or(|end| end > start && end.time.is_some() == start.time.is_some());
        if is_valid {
            Ok(Self { start, end })
        } else {
            Err(InvalidSectionDate)
        }
    }
}

impl FromStr for SectionTime {
    type Err = InvalidSectionDate;

    fn from_str(text: &str) -> Result<Self, InvalidSectionDate> {
        let (day, clock) = match text.trim().split_once(['T', ' ']) {
            Some((day, clock)) => (day, Some(time(clock)?)),
            None => (text.trim(), None),
        };
        let mut parts = day.split('-');
        let mut part = |digits: usize| -> Option<u16> {
            let part = parts.next().filter(|part| part.len() == digits)?;
            let is_number = part.bytes().all(|byte| byte.is_ascii_digit());
            is_number.then(|| part.parse().ok())?
        };
        let read = (part(4), part(2), part(2));
        let (Some(year), Some(month), Some(date), None) = (read.0, read.1, read.2, parts.next())
        else {
            return Err(InvalidSectionDate);
        };
        // It knows the days of the months.
        if year == 0 || day.parse::<EdtfDate>().is_err() {
            return Err(InvalidSectionDate);
        }
        Ok(Self {
            year,
            month: u8::try_from(month).map_err(|_| InvalidSectionDate)?,
            day: u8::try_from(date).map_err(|_| InvalidSectionDate)?,
            time: clock,
        })
    }
}

/// Reads `14:15`.
fn time(text: &str) -> Result<(u8, u8), InvalidSectionDate> {
    let (hour, minute) = text.trim().split_once(':').ok_or(InvalidSectionDate)?;
    let number = |text: &str, below: u8| {
        let is_number =
            matches!(text.len(), 1 | 2) && text.bytes().all(|byte| byte.is_ascii_digit());
        let number = text.parse::<u8>().ok().filter(|_| is_number);
        number
            .filter(|number| *number < below)
            .ok_or(InvalidSectionDate)
    };
    Ok((number(hour, 24)?, number(minute, 60)?))
}

impl SectionTime {
    /// Returns the next day.
    #[must_use]
    pub fn next_day(self) -> Self {
        let later = [
            (self.year, self.month, self.day.saturating_add(1)),
            (self.year, self.month.saturating_add(1), 1),
            (self.year.saturating_add(1), 1, 1),
        ];
        let valid = later
            .into_iter()
            .find_map(|(year, month, day)| format!("{year:04}-{month:02}-{day:02}").parse().ok());
        Self {
            time: self.time,
            ..valid.unwrap_or(self)
        }
    }
}

impl std::fmt::Display for SectionTime {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            formatter,
            "{:04}-{:02}-{:02}",
            self.year, self.month, self.day
        )?;
        match self.time {
            Some((hour, minute)) => write!(formatter, " {hour:02}:{minute:02}"),
            None => Ok(()),
        }
    }
}

impl std::fmt::Display for SectionDate {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}", self.start)?;
        let Some(end) = self.end else {
            return Ok(());
        };
        let is_same_day =
            (end.year, end.month, end.day) == (self.start.year, self.start.month, self.start.day);
        match end.time {
            Some((hour, minute)) if is_same_day => {
                write!(formatter, "\u{2013}{hour:02}:{minute:02}")
            }
            _ => write!(formatter, " \u{2013} {end}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_times_and_intervals_are_read_and_shown() {
        for (text, shown) in [
            ("2026-10-12", "2026-10-12"),
            ("2026-10-12/2026-10-14", "2026-10-12 \u{2013} 2026-10-14"),
            ("2026-10-12T9:05", "2026-10-12 09:05"),
            ("2026-10-12 14:15/16:00", "2026-10-12 14:15\u{2013}16:00"),
            (
                "2026-10-12T22:00/2026-10-13T01:00",
                "2026-10-12 22:00 \u{2013} 2026-10-13 01:00",
            ),
        ] {
            assert_eq!(text.parse::<SectionDate>().unwrap().to_string(), shown);
        }
        for text in [
            "",
            "2026",
            "2026-10",
            "2026-02-30",
            "2026-1-2",
            "12.10.2026",
            "2026-10-12T25:00",
            "2026-10-12/2026-10-11",
            "2026-10-12/16:00",
            "2026-10-12T14:15/14:15",
            "0000-01-01",
        ] {
            assert_eq!(
                text.parse::<SectionDate>(),
                Err(InvalidSectionDate),
                "{text}"
            );
        }
    }

    #[test]
    fn the_day_after_the_last_of_a_month_is_the_first() {
        for (day, next) in [
            ("2026-10-12", "2026-10-13"),
            ("2026-02-28", "2026-03-01"),
            ("2028-02-28", "2028-02-29"),
            ("2026-12-31", "2027-01-01"),
        ] {
            let day: SectionTime = day.parse().unwrap();
            assert_eq!(day.next_day().to_string(), next);
        }
    }
}
