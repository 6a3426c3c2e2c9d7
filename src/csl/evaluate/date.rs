//! Printing dates (clause "Date"): localised and style-specific formats, ranges, eras.

use std::borrow::Cow;

use super::Evaluator;
use crate::csl::citeproc_js;
use crate::csl::context::Purpose;
use crate::csl::dates::{CalendarDate, DateValues};
use crate::csl::element::*;
use crate::csl::locale::Locale;
use crate::csl::output_tree::{Node, NodeRole};

/// A date part with its options from the style and the locale.
#[derive(Clone, Copy)]
struct PartFormat<'c> {
    name: DatePartName,
    form: DatePartForm,
    prefix: &'c str,
    suffix: &'c str,
    range_delimiter: Option<&'c str>,
    font: FontFormatting,
    text_case: Option<TextCase>,
    strip_periods: bool,
}

impl PartFormat<'_> {
    fn case(&self) -> CommonAttributes {
        CommonAttributes {
            text_case: self.text_case,
            strip_periods: self.strip_periods,
            ..CommonAttributes::default()
        }
    }
}

/// Returns a date as its element prints it; none if nothing prints.
pub(super) fn date<'c>(
    evaluator: &mut Evaluator<'c>,
    element: &'c Date,
    value: &'c CalendarDate,
) -> Option<Node<'c>> {
    let locale = evaluator.context.locale;
    let formats = part_formats(element, locale);
    if evaluator.context.purpose == Purpose::Sort {
        let shows = |name| formats.iter().any(|format| format.name == name);
        let shown = [DatePartName::Year, DatePartName::Month, DatePartName::Day].map(shows);
        return Some(Node::text(value.sort_key(shown)?)?.tagged(NodeRole::SortDate));
    }
    let delimiter = match element.form {
        Some(form) => locale.date(form).delimiter.as_str(),
        None => element.delimiter.as_str(),
    };
    let wrap = |node: Node<'c>| {
        let mut node = node.with(&element.attributes);
        node.font = citeproc_js::date_font(element);
        if let Some(form) = element.form {
            let localized = locale.date(form);
            if node.prefix.is_empty() {
                node.prefix = Cow::Borrowed(&localized.prefix);
            }
            if node.suffix.is_empty() {
                node.suffix = Cow::Borrowed(&localized.suffix);
            }
        }
        node
    };
    if let Some(literal) = &value.literal {
        // A literal date takes the place of the year.
        let format = formats
            .iter()
            .find(|format| format.name == DatePartName::Year)?;
        let text = evaluator.cased(Cow::Borrowed(literal), &format.case());
        let mut nodes = vec![styled(Node::text(text)?, format)];
        nodes.extend(evaluator.year_suffix_here());
        return Some(wrap(Node::group(nodes, "")?));
    }
    let nodes = match value.end {
        Some(end) if is_open(&end) || differs(&value.start, &end, &formats) => {
            range(evaluator, value, &end, &formats)
        }
        _ => {
            let mut nodes = Vec::new();
            for format in &formats {
                nodes.extend(part(
                    evaluator,
                    format,
                    &value.start,
                    value,
                    AfterYear::EraAndSuffix,
                ));
            }
            nodes
        }
    };
    let node = Node::group(nodes, delimiter)?;
    Some(wrap(node))
}

fn is_open(end: &DateValues) -> bool {
    end.year == Some(0)
}

fn differs(start: &DateValues, end: &DateValues, formats: &[PartFormat<'_>]) -> bool {
    formats
        .iter()
        .any(|format| get(start, format.name) != get(end, format.name))
}

fn get(values: &DateValues, name: DatePartName) -> Option<i32> {
    match name {
        DatePartName::Year => values.year,
        DatePartName::Month => values.month,
        DatePartName::Day => values.day,
    }
}

/// Returns the parts to print: those of the localized format with the style's changes, or the style's own.
fn part_formats<'c>(element: &'c Date, locale: &'c Locale) -> Vec<PartFormat<'c>> {
    let outer = element.attributes.font;
    let default_form = |name| match name {
        DatePartName::Day => DatePartForm::Numeric,
        DatePartName::Month | DatePartName::Year => DatePartForm::Long,
    };
    let Some(form) = element.form else {
        return element
            .parts
            .iter()
            .map(|part| PartFormat {
                name: part.name,
                form: part.form.unwrap_or_else(|| default_form(part.name)),
                prefix: &part.attributes.prefix,
                suffix: &part.attributes.suffix,
                range_delimiter: part.range_delimiter.as_deref(),
                font: citeproc_js::without_normal_of(part.attributes.font, outer),
                text_case: part.attributes.text_case,
                strip_periods: part.attributes.strip_periods,
            })
            .collect();
    };
    let shown = |name: DatePartName| match element.parts_shown {
        DateParts::YearMonthDay => true,
        DateParts::YearMonth => name != DatePartName::Day,
        DateParts::Year => name == DatePartName::Year,
        DateParts::MonthDay => name != DatePartName::Year,
    };
    let localized = locale.date(form);
    let mut formats: Vec<PartFormat<'c>> = Vec::with_capacity(3);
    for part in &localized.parts {
        if !shown(part.name) {
            if element.parts_shown == DateParts::MonthDay
                && let Some(before) = formats.last_mut()
            {
                // The separator of the day from a missing year is dropped with the year.
                before.suffix = "";
            }
            continue;
        }
        let own = element.parts.iter().find(|own| own.name == part.name);
        formats.push(PartFormat {
            name: part.name,
            form: own
                .and_then(|own| own.form)
                .or(part.form)
                .unwrap_or_else(|| default_form(part.name)),
            prefix: match own {
                Some(own) if own.given.prefix => &own.attributes.prefix,
                _ => &part.attributes.prefix,
            },
            suffix: match own {
                Some(own) if own.given.suffix => &own.attributes.suffix,
                _ => &part.attributes.suffix,
            },
            range_delimiter: own
                .and_then(|own| own.range_delimiter.as_deref())
                .or(part.range_delimiter.as_deref()),
            font: citeproc_js::without_normal_of(
                own.map_or(part.attributes.font, |own| own.attributes.font),
                outer,
            ),
            text_case: own
                .and_then(|own| own.attributes.text_case)
                .or(part.attributes.text_case),
            strip_periods: part.attributes.strip_periods
                || own.is_some_and(|own| own.attributes.strip_periods),
        });
    }
    formats
}

/// Adds the affixes and the formatting of a part to a node.
fn styled<'c>(node: Node<'c>, format: &PartFormat<'c>) -> Node<'c> {
    let mut node = node.with_prefix(format.prefix).with_suffix(format.suffix);
    node.font = format.font;
    node
}

/// The text after a year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum AfterYear {
    Nothing,
    Era,
    EraAndSuffix,
}

/// Returns one part of a date.
fn part<'c>(
    evaluator: &mut Evaluator<'c>,
    format: &PartFormat<'c>,
    values: &DateValues,
    date: &CalendarDate,
    after: AfterYear,
) -> Option<Node<'c>> {
    let locale = evaluator.context.locale;
    let text = match format.name {
        DatePartName::Year => year(values.year?, format.form)?,
        DatePartName::Month => match values.month {
            Some(month) => month_text(month, format.form, locale)?,
            None => season(date.season.as_deref()?, locale),
        },
        DatePartName::Day => day(values, format.form, locale)?,
    };
    let text = evaluator
        .cased(Cow::Owned(text), &format.case())
        .into_owned();
    let mut node = Node::text(text)?;
    if format.name == DatePartName::Year {
        let year = values.year.unwrap_or(0);
        node = node.tagged(NodeRole::Year(year));
        let era = match after {
            AfterYear::Nothing => None,
            AfterYear::Era | AfterYear::EraAndSuffix => era(year, locale),
        };
        let mut node = styled(node, format);
        let suffix = if after == AfterYear::EraAndSuffix {
            evaluator.year_suffix_here()
        } else {
            None
        };
        if suffix.is_none() && era.is_none() {
            return Some(Node::wrap(node));
        }
        // The suffix of the part follows the era.
        let tail = std::mem::take(&mut node.suffix);
        let head = std::mem::take(&mut node.prefix);
        let font = std::mem::take(&mut node.font);
        let mut nodes = vec![node];
        nodes.extend(era.and_then(Node::text));
        let mut group = Node::group(nodes, "")?.with_prefix(head).with_suffix(tail);
        group.font = font;
        let Some(suffix) = suffix else {
            return Some(group);
        };
        return Node::group(vec![group, styled(suffix, format)], "");
    }
    Some(Node::wrap(styled(node, format)))
}

/// Returns the term for the era of a year, which prints before our era and in its first centuries.
fn era(year: i32, locale: &Locale) -> Option<&str> {
    match year {
        year if year < 0 => locale.term("bc", TermForm::Long, false),
        1..500 => locale.term("ad", TermForm::Long, false),
        _ => None,
    }
}

fn year(year: i32, form: DatePartForm) -> Option<String> {
    if year == 0 {
        return None;
    }
    let text = year.unsigned_abs().to_string();
    Some(if form == DatePartForm::Short && text.len() == 4 {
        text.get(2..).unwrap_or(&text).to_owned()
    } else {
        text
    })
}

/// Returns the name of the term for a month.
fn month_term(month: i32) -> Option<&'static str> {
    const TERMS: [&str; 12] = [
        "month-01", "month-02", "month-03", "month-04", "month-05", "month-06", "month-07",
        "month-08", "month-09", "month-10", "month-11", "month-12",
    ];
    let place = usize::try_from(month).ok()?.checked_sub(1)?;
    TERMS.get(place).copied()
}

fn month_text(month: i32, form: DatePartForm, locale: &Locale) -> Option<String> {
    if (13..=24).contains(&month)
        && matches!(
            form,
            DatePartForm::Numeric | DatePartForm::NumericLeadingZeros
        )
    {
        // A season has no number.
        return None;
    }
    if (13..=24).contains(&month) {
        // Seasons, numbered after the months.
        let season = (month - 13) % 4 + 1;
        return locale
            .term(&format!("season-{season:02}"), TermForm::Long, false)
            .map(str::to_owned);
    }
    if !(1..=12).contains(&month) {
        return None;
    }
    Some(match form {
        DatePartForm::Numeric => month.to_string(),
        DatePartForm::NumericLeadingZeros => format!("{month:02}"),
        DatePartForm::Short => locale
            .term(month_term(month)?, TermForm::Short, false)?
            .to_owned(),
        _ => locale
            .term(month_term(month)?, TermForm::Long, false)?
            .to_owned(),
    })
}

fn season(season: &str, locale: &Locale) -> String {
    if matches!(season, "1" | "2" | "3" | "4")
        && let Some(term) = locale.term(&format!("season-0{season}"), TermForm::Long, false)
    {
        return term.to_owned();
    }
    season.to_owned()
}

fn day(values: &DateValues, form: DatePartForm, locale: &Locale) -> Option<String> {
    let day = values.day.filter(|day| *day != 0)?;
    Some(match form {
        DatePartForm::NumericLeadingZeros => format!("{day:02}"),
        DatePartForm::Ordinal if day == 1 || !locale.limit_day_ordinals => {
            let month = values.month.unwrap_or(0);
            let gender = locale.gender(&format!("month-{month:02}"));
            locale.ordinal(u64::from(day.unsigned_abs()), gender)
        }
        _ => day.to_string(),
    })
}

/// Returns a range: common parts print once, different ones twice, with the range delimiter of the largest
/// different part between them (clause "Date-part", `range-delimiter`).
fn range<'c>(
    evaluator: &mut Evaluator<'c>,
    value: &'c CalendarDate,
    end: &DateValues,
    formats: &[PartFormat<'c>],
) -> Vec<Node<'c>> {
    let locale = evaluator.context.locale;
    let open = is_open(end);
    // From the largest different part on, everything prints twice.
    let order = [DatePartName::Year, DatePartName::Month, DatePartName::Day];
    let printed: Vec<DatePartName> = order
        .into_iter()
        .filter(|name| formats.iter().any(|format| format.name == *name))
        .collect();
    let first_different = printed
        .iter()
        .position(|name| get(&value.start, *name) != get(end, *name))
        .unwrap_or(printed.len().saturating_sub(1));
    let twice: Vec<DatePartName> = if open {
        printed.clone()
    } else {
        printed.get(first_different..).unwrap_or_default().to_vec()
    };
    let Some(last_twice) = formats.iter().rposition(|format| {
        twice.contains(&format.name) && get(&value.start, format.name).is_some()
    }) else {
        return formats
            .iter()
            .filter_map(|format| {
                part(
                    evaluator,
                    format,
                    &value.start,
                    value,
                    AfterYear::EraAndSuffix,
                )
            })
            .collect();
    };
    let delimiter = formats
        .get(last_twice)
        .and_then(|format| format.range_delimiter)
        .or_else(|| locale.term("year-range-delimiter", TermForm::Long, false))
        .unwrap_or("\u{2013}");
    let mut nodes: Vec<Node<'c>> = Vec::new();
    let mut second: Vec<Node<'c>> = Vec::new();
    for (at, format) in formats.iter().enumerate() {
        // The affixes around the delimiter are dropped, and the era prints once.
        let is_last = at == last_twice;
        let after = if is_last {
            AfterYear::Nothing
        } else {
            AfterYear::Era
        };
        if twice.contains(&format.name) && !open {
            let mut format = *format;
            if second.is_empty() {
                format.prefix = "";
            }
            second.extend(part(evaluator, &format, end, value, after));
        }
        if !is_last {
            nodes.extend(part(evaluator, format, &value.start, value, after));
            continue;
        }
        let format = PartFormat {
            suffix: "",
            ..*format
        };
        let mut around = Vec::with_capacity(4);
        around.extend(part(evaluator, &format, &value.start, value, after));
        around.extend(Node::text(delimiter));
        around.extend(citeproc_js::ranges::range_end(
            std::mem::take(&mut second),
            &evaluator.context,
            evaluator.trace.ranges == 0,
        ));
        evaluator.trace.ranges += 1;
        if format.name == DatePartName::Year
            && let Some(year) = value.start.year
        {
            around.extend(era(year, locale).and_then(Node::text));
        }
        let mut around = Node::group(around, "");
        let year = formats
            .iter()
            .find(|format| format.name == DatePartName::Year);
        if twice.contains(&DatePartName::Year)
            && let Some(year) = year
            && let Some(suffix) = evaluator.year_suffix_here()
        {
            let mut pair: Vec<Node<'c>> = around.into_iter().collect();
            pair.push(styled(suffix, year));
            around = Node::group(pair, "");
        }
        nodes.extend(around);
    }
    nodes
}
