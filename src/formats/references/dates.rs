//! Dates in reference lists.

use super::words;
use crate::model::CslDate;

/// Reads a date in a piece of a reference; none if there is no year in it.
pub(crate) fn read(text: &str) -> Option<CslDate> {
    let words = date_words(text);
    if let Some((year, _)) = reprint(text) {
        return Some(of_year(year));
    }
    let year_at = words
        .iter()
        .position(|word| matches!(word, DateWord::Year(_)))?;
    let Some(DateWord::Year(year)) = words.get(year_at) else {
        return None;
    };
    let months: Vec<i32> = words
        .iter()
        .filter_map(|word| match word {
            DateWord::Month(month) => Some(*month),
            _ => None,
        })
        .collect();
    let days: Vec<i32> = words
        .iter()
        .filter_map(|word| match word {
            DateWord::Number(day) if (1..=31).contains(day) => Some(*day),
            _ => None,
        })
        .collect();
    let years: Vec<i32> = words
        .iter()
        .filter_map(|word| match word {
            DateWord::Year(year) => Some(*year),
            _ => None,
        })
        .collect();
    let mut date = CslDate::default();
    let begin = match (months.as_slice(), days.as_slice()) {
        ([month, ..], [day, ..]) => vec![*year, *month, *day],
        ([month, ..], []) => vec![*year, *month],
        // Year, month and day in numbers: 2014-12-30; 30.12.2014; 12/30/2014 is not certain.
        ([], [first, second]) if year_at == 0 && *first <= 12 => vec![*year, *first, *second],
        ([], [first, second]) if *second <= 12 && (*first > 12 || text.contains('.')) => {
            vec![*year, *second, *first]
        }
        ([], [first, second]) if *first <= 12 && *second > 12 => vec![*year, *first, *second],
        _ => vec![*year],
    };
    let is_month_range =
        months.len() == 2 && days.is_empty() && text.contains(['-', '/', '\u{2013}']);
    if let Some(last) = last_day(text, &months, &days) {
        date.date_parts = vec![begin, vec![*year, last.0, last.1]];
    } else if is_month_range {
        date.date_parts = vec![begin, vec![*year, *months.get(1).unwrap_or(&12)]];
    } else if let ([first, second], true) = (
        years.as_slice(),
        text.contains(['-', '\u{2013}', '/']) && months.is_empty(),
    ) && first < second
    {
        date.date_parts = vec![vec![*first], vec![*second]];
    } else {
        date.date_parts = vec![begin];
    }
    if months.is_empty()
        && let Some(season) = words.iter().find_map(|word| match word {
            DateWord::Season(season) => Some(*season),
            _ => None,
        })
    {
        date.season = Some(season.into());
    }
    Some(date)
}

/// Returns the month and the day at the end of some days: `October 8-9, 2010`, `28 February – 3 March 2012`.
fn last_day(text: &str, months: &[i32], days: &[i32]) -> Option<(i32, i32)> {
    let (first, last) = match (months, days) {
        ([month], [first, last]) => ((*month, *first), (*month, *last)),
        ([one, two], [first, last]) => ((*one, *first), (*two, *last)),
        _ => return None,
    };
    (first < last && text.contains(['-', '\u{2013}'])).then_some(last)
}

/// Reads a text that is a day and nothing else: `15.3.2011`, `(14 Apr. 2018)`.
pub(crate) fn day(text: &str) -> Option<CslDate> {
    let words = text.split(|c: char| !c.is_alphanumeric());
    let count = words.filter(|word| !word.is_empty()).count();
    let is_day = |date: &CslDate| matches!(date.date_parts.as_slice(), [day] if day.len() == 3);
    read(text).filter(|date| count == 3 && is_day(date))
}

/// Returns the year of a reprint and the year of the first edition: `2006 [1991]`, `[1991] 2006`, `1991/2006`.
pub(crate) fn reprint(text: &str) -> Option<(i32, i32)> {
    /// The years of one volume or one season are nearer.
    const FEWEST_YEARS: i32 = 3;
    let words = date_words(text);
    let [DateWord::Year(one), DateWord::Year(two)] = words.as_slice() else {
        return None;
    };
    let years = (*one.max(two), *one.min(two));
    let is_far = years.0 - years.1 >= FEWEST_YEARS;
    let is_slashed = text.contains('/') && one < two;
    let is_bracketed =
        text.contains('[') && text.contains(']') && !text.contains(['-', '\u{2013}']);
    (is_far && (is_slashed || is_bracketed)).then_some(years)
}

/// Returns a date that is a year.
pub(crate) fn of_year(year: i32) -> CslDate {
    CslDate {
        date_parts: vec![vec![year]],
        ..CslDate::default()
    }
}

#[derive(Debug, PartialEq)]
enum DateWord {
    Year(i32),
    Month(i32),
    Season(i32),
    Number(i32),
}

fn date_words(text: &str) -> Vec<DateWord> {
    let mut found = Vec::new();
    let separates = |c: char| !c.is_alphanumeric();
    for word in text
        .split(separates)
        .filter(|word| !word.is_empty())
        .take(40)
    {
        let digits: String = word.chars().take_while(char::is_ascii_digit).collect();
        let rest = word.get(digits.len()..).unwrap_or_default();
        if digits.is_empty() {
            // `c2005`, `г2005`
            if let Some(year) = word
                .strip_prefix(['c', '\u{a9}'])
                .filter(|year| year.len() == 4)
                .and_then(|year| year.parse().ok())
            {
                found.push(DateWord::Year(year));
                continue;
            }
            let plain = words::plain(word);
            if let Some(month) = words::month(&plain) {
                found.push(DateWord::Month(month));
            } else if let Some(season) = words::season(&plain) {
                found.push(DateWord::Season(season));
            }
            continue;
        }
        let Ok(number) = digits.parse::<i32>() else {
            continue;
        };
        match digits.len() {
            4 if (1000..=2100).contains(&number) && rest.chars().count() <= 2 => {
                found.push(DateWord::Year(number));
            }
            1 | 2 if rest.chars().count() <= 2 => found.push(DateWord::Number(number)),
            _ => {}
        }
    }
    // `2012-13`, `1998/99`
    if let [DateWord::Year(first), DateWord::Number(second)] = found.as_slice()
        && *second > first % 100
        && *second > 12
    {
        let second = first - first % 100 + second;
        return vec![DateWord::Year(*first), DateWord::Year(second)];
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_as_reference_lists_print_them() {
        for (text, parts) in [
            ("(2002).", vec![vec![2002]]),
            ("(2002, November).", vec![vec![2002, 11]]),
            ("2017a,", vec![vec![2017]]),
            ("12 May 2006", vec![vec![2006, 5, 12]]),
            ("[Accessed: 19-Oct-2017].", vec![vec![2017, 10, 19]]),
            ("30.12.2014", vec![vec![2014, 12, 30]]),
            ("2014-12-30", vec![vec![2014, 12, 30]]),
            (
                "September/October 2011",
                vec![vec![2011, 9], vec![2011, 10]],
            ),
            ("1998\u{2013}2001", vec![vec![1998], vec![2001]]),
            ("septembre 2014,", vec![vec![2014, 9]]),
            (
                "October 8-9, 2010",
                vec![vec![2010, 10, 8], vec![2010, 10, 9]],
            ),
            (
                "28. Februar \u{2013} 3. M\u{e4}rz 2012",
                vec![vec![2012, 2, 28], vec![2012, 3, 3]],
            ),
        ] {
            assert_eq!(read(text).unwrap_or_default().date_parts, parts, "{text}");
        }
        assert_eq!(read("n.d."), None);
        for text in ["15.3.2011", "(14 Apr. 2018)", "2012-05-03."] {
            assert!(day(text).is_some(), "{text}");
        }
        for text in ["May 2018", "on 3 May 2018", "8-9 May 2018", "2011"] {
            assert!(day(text).is_none(), "{text}");
        }
    }

    #[test]
    fn reprints_have_the_year_of_the_first_edition_beside_their_own() {
        for text in ["(2006 [1991])", "[1991] 2006", "(1991/2006)."] {
            assert_eq!(reprint(text), Some((2006, 1991)), "{text}");
            assert_eq!(read(text), Some(of_year(2006)), "{text}");
        }
        for text in ["1998/99", "1998/1999", "1990-2010", "2006"] {
            assert_eq!(reprint(text), None, "{text}");
        }
    }
}
