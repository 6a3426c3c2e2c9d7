//! The dated sections of a reading list as a calendar (RFC 5545).

use std::time::{SystemTime, UNIX_EPOCH};

use crate::model::civil_date;
use crate::output::text;
use crate::reading_list::{ReadingList, Section, SectionEvent, SectionTime};

/// The longest line in bytes, without its end.
const LONGEST_LINE: usize = 75;

/// Returns a calendar with an event for each section that has a date. `now` is the time of writing.
pub fn calendar(list: &ReadingList, now: SystemTime) -> String {
    let now = timestamp(now);
    let mut calendar = Calendar(String::new());
    calendar.line("BEGIN", "VCALENDAR");
    calendar.line("VERSION", "2.0");
    calendar.line("PRODID", "-//peerbib//peerbib//EN");
    calendar.line("CALSCALE", "GREGORIAN");
    if let Some(title) = &list.title {
        calendar.line("X-WR-CALNAME", &escaped(title));
    }
    for section in &list.sections {
        if let Some(event) = &section.event {
            calendar.event(list, section, event, &now);
        }
    }
    calendar.line("END", "VCALENDAR");
    calendar.0
}

struct Calendar(String);

impl Calendar {
    fn event(&mut self, list: &ReadingList, section: &Section, event: &SectionEvent, now: &str) {
        self.line("BEGIN", "VEVENT");
        self.line("UID", &event.uid);
        self.line("DTSTAMP", now);
        let (start, end) = (event.date.start, event.date.end);
        if start.time.is_some() {
            self.line("DTSTART", &basic_format(start));
            if let Some(end) = end {
                self.line("DTEND", &basic_format(end));
            }
        } else {
            // The end of an event of whole days is the day after it.
            let end = end.unwrap_or(start).next_day();
            self.line("DTSTART;VALUE=DATE", &basic_format(start));
            self.line("DTEND;VALUE=DATE", &basic_format(end));
        }
        let title = match &list.title {
            Some(title) => format!("{title}: {}", event.title),
            None => event.title.clone(),
        };
        self.line("SUMMARY", &escaped(&title));
        let description = description(list, section);
        if !description.is_empty() {
            self.line("DESCRIPTION", &escaped(&description));
        }
        self.line("END", "VEVENT");
    }

    /// Adds a line, folded where it is too long.
    fn line(&mut self, name: &str, value: &str) {
        let mut length = 0;
        for character in [name, ":", value].iter().flat_map(|part| part.chars()) {
            if length + character.len_utf8() > LONGEST_LINE {
                self.0.push_str("\r\n ");
                length = 1;
            }
            self.0.push(character);
            length += character.len_utf8();
        }
        self.0.push_str("\r\n");
    }
}

/// Returns the introduction and the works of a section as plain text.
fn description(list: &ReadingList, section: &Section) -> String {
    let body = ReadingList {
        heading_level: None,
        title: None,
        introduction: Default::default(),
        sections: vec![Section {
            heading: None,
            event: None,
            ..section.clone()
        }],
        layout: list.layout,
    };
    let text = text::reading_list(&body, text::TextLayout::default());
    text.trim_end().to_owned()
}

/// Returns a day or a time in the basic format of ISO 8601.
fn basic_format(time: SectionTime) -> String {
    let SectionTime {
        year, month, day, ..
    } = time;
    match time.time {
        Some((hour, minute)) => format!("{year:04}{month:02}{day:02}T{hour:02}{minute:02}00"),
        None => format!("{year:04}{month:02}{day:02}"),
    }
}

/// Returns a time in UTC in the basic format of ISO 8601.
fn timestamp(time: SystemTime) -> String {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    let seconds = i64::try_from(since.as_secs()).unwrap_or_default();
    let (year, month, day) = civil_date(seconds);
    let seconds = seconds % 86_400;
    let (hour, minute, second) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    format!("{year:04}{month:02}{day:02}T{hour:02}{minute:02}{second:02}Z")
}

/// Returns a text as a value of type TEXT.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.replace("\r\n", "\n").chars() {
        match character {
            '\\' | ';' | ',' => {
                escaped.push('\\');
                escaped.push(character);
            }
            '\n' | '\r' => escaped.push_str("\\n"),
            // The format has no way to write other control characters.
            character if character.is_control() && character != '\t' => {}
            character => escaped.push(character),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lines_are_folded_between_characters() {
        let mut calendar = Calendar(String::new());
        calendar.line("SUMMARY", &"\u{e4}\u{6f22}".repeat(60));
        assert!(calendar.0.lines().all(|line| line.len() <= 75));
        let unfolded = calendar.0.replace("\r\n ", "");
        assert_eq!(
            unfolded,
            format!("SUMMARY:{}\r\n", "\u{e4}\u{6f22}".repeat(60))
        );
    }

    #[test]
    fn the_time_of_writing_is_in_utc() {
        for (seconds, written) in [
            (0, "19700101T000000Z"),
            (951_782_400, "20000229T000000Z"),
            (1_796_131_199, "20261201T131959Z"),
            (4_107_542_400, "21000301T000000Z"),
        ] {
            let time = UNIX_EPOCH + std::time::Duration::from_secs(seconds);
            assert_eq!(timestamp(time), written);
        }
    }

    #[test]
    fn separators_and_line_breaks_are_escaped() {
        assert_eq!(escaped("a,b;c\\d\r\ne\u{7}\n"), "a\\,b\\;c\\\\d\\ne\\n");
    }
}
