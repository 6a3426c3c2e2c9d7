//! Timelines as text for a terminal.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};

use super::labels::format_work_count;
use super::timeline::{Lane, Timeline};
use super::year_axis::{Era, align_to_steps, step, ticks_of};
use super::years::format_year;
use crate::output::terminal::visible;

/// The layout of a chart in a terminal.
#[derive(Debug, Clone, Copy)]
pub struct ChartLayout {
    /// The width in columns.
    pub columns: usize,
    /// Whether to draw with ASCII characters only.
    pub ascii: bool,
    /// Whether to list the events below the chart.
    pub events: bool,
}

/// The lane colors, which every terminal supports.
const COLORS: [AnsiColor; 4] = [
    AnsiColor::Blue,
    AnsiColor::Yellow,
    AnsiColor::Green,
    AnsiColor::Magenta,
];

/// The characters of a chart.
pub(super) struct Glyphs {
    pub(super) line: char,
    pub(super) event: char,
    pub(super) open_end: char,
    pub(super) open_start: char,
    pub(super) gap: char,
    pub(super) dots: &'static str,
}

impl Glyphs {
    pub(super) fn new(ascii: bool) -> Self {
        if ascii {
            Self {
                line: '-',
                event: 'o',
                open_end: '>',
                open_start: '<',
                gap: '|',
                dots: "...",
            }
        } else {
            Self {
                line: '\u{2500}',
                event: '\u{25c6}',
                open_end: '\u{25b6}',
                open_start: '\u{25c0}',
                gap: '\u{250a}',
                dots: "\u{2026}",
            }
        }
    }
}

/// Draws a timeline with ANSI formatting, which the caller may strip. Control characters in labels are made
/// visible.
pub fn draw(timeline: &Timeline, layout: ChartLayout) -> String {
    let glyphs = Glyphs::new(layout.ascii);
    let bold = Style::new().bold();
    let quiet = Style::new().dimmed();
    let longest = timeline
        .lanes
        .iter()
        .map(|lane| textwrap::core::display_width(&lane.label) + 2 * lane.depth)
        .max()
        .unwrap_or(0);
    let gutter = longest.min((layout.columns * 3 / 10).max(12));
    let counts = timeline.lanes.iter().map(|lane| lane.works.len()).max();
    let count_width = counts.unwrap_or(0).to_string().len().max(1);
    let room = layout
        .columns
        .saturating_sub(gutter + count_width + 4)
        .max(10);
    let axis = TextAxis::new(&timeline.eras(), room);
    let most = timeline
        .lanes
        .iter()
        .flat_map(|lane| axis.counts(lane).into_values())
        .max()
        .unwrap_or(0);

    let mut text = format!("{bold}{}{bold:#}\n\n", visible(&timeline.title));
    let _ = writeln!(
        text,
        "{quiet}{}{quiet:#}",
        format!("{:gutter$}  {}", "", axis.axis()).trim_end()
    );
    for lane in &timeline.lanes {
        let color = COLORS.get(lane.color % COLORS.len()).copied();
        let color = Style::new().fg_color(color.map(Into::into));
        let history =
            (lane.active.is_some() || !lane.events.is_empty()).then(|| axis.history(lane, &glyphs));
        let works = (!lane.works.is_empty()).then(|| axis.works(lane, most, layout.ascii, &glyphs));
        let rows: Vec<String> = history.into_iter().chain(works.clone()).collect();
        let last = rows.len().saturating_sub(1);
        for (number, row) in rows.iter().enumerate() {
            let name = if number == 0 {
                label(lane, gutter, &glyphs)
            } else {
                String::new()
            };
            let gap = " ".repeat(gutter - textwrap::core::display_width(&name).min(gutter));
            let count = if number == last && works.is_some() {
                lane.works.len().to_string()
            } else {
                String::new()
            };
            let row = if count.is_empty() {
                row.trim_end()
            } else {
                row
            };
            let drawn = format!("{name}{gap}  {color}{row}{color:#}  {count:>count_width$}");
            let _ = writeln!(text, "{}", drawn.trim_end());
        }
        if rows.is_empty() {
            let _ = writeln!(text, "{}", label(lane, gutter, &glyphs));
        }
    }
    text.push('\n');
    for explained in textwrap::wrap(
        &legend(timeline, &axis, most, layout.ascii, &glyphs),
        layout.columns,
    ) {
        let _ = writeln!(text, "{quiet}{explained}{quiet:#}");
    }
    if layout.events {
        list_events(timeline, layout, &mut text);
    }
    text
}

/// Returns the label of a lane, truncated to the label column.
fn label(lane: &Lane, gutter: usize, glyphs: &Glyphs) -> String {
    let indent = "  ".repeat(lane.depth.min(4));
    truncate(
        &format!("{indent}{}", visible(&lane.label)),
        gutter,
        glyphs.dots,
    )
}

/// Truncates a text to a number of columns.
pub(super) fn truncate(text: &str, columns: usize, dots: &str) -> String {
    if textwrap::core::display_width(text) <= columns {
        return text.to_owned();
    }
    let room = columns.saturating_sub(textwrap::core::display_width(dots));
    let mut kept = String::new();
    for cluster in unicode_segmentation::UnicodeSegmentation::graphemes(text, true) {
        let wider = textwrap::core::display_width(&kept) + textwrap::core::display_width(cluster);
        if wider > room {
            break;
        }
        kept.push_str(cluster);
    }
    kept.truncate(kept.trim_end_matches([' ', ',', ':', ';', '(']).len());
    kept.push_str(dots);
    kept
}

/// Returns the legend.
fn legend(
    timeline: &Timeline,
    axis: &TextAxis,
    most: usize,
    ascii: bool,
    glyphs: &Glyphs,
) -> String {
    let mut parts = Vec::new();
    let per_year = match axis.years {
        1 => "per year".to_owned(),
        years => format!("per {years} years"),
    };
    match (most, ascii) {
        (0, _) => {}
        (_, true) => parts.push(format!("1 to 9, +: works {per_year}")),
        (1, false) => parts.push(format!("\u{2588}: 1 work {per_year}")),
        (_, false) => parts.push(format!(
            "{}\u{2026}\u{2588}: 1 to {} {per_year}",
            block(1, most),
            format_work_count(most)
        )),
    }
    if timeline.lanes.iter().any(|lane| !lane.events.is_empty()) {
        parts.push(format!("{}: event", glyphs.event));
    }
    if timeline.lanes.iter().any(|lane| lane.active.is_some()) {
        parts.push(format!("{0}{0}: active years", glyphs.line));
    }
    if axis.eras.len() > 1 {
        parts.push(format!("{}: omitted years", glyphs.gap));
    }
    parts.join("   ")
}

/// Lists the events of each lane.
fn list_events(timeline: &Timeline, layout: ChartLayout, text: &mut String) {
    let bold = Style::new().bold();
    let widest = timeline
        .lanes
        .iter()
        .flat_map(|lane| &lane.events)
        .map(|event| textwrap::core::display_width(&event.words))
        .max()
        .unwrap_or(0);
    for lane in timeline.lanes.iter().filter(|lane| !lane.events.is_empty()) {
        let active = match &lane.active {
            Some(active) => format!(", {}", visible(&active.words)),
            None => String::new(),
        };
        let _ = writeln!(text, "\n{bold}{}{bold:#}{active}", visible(&lane.label));
        for event in &lane.events {
            let indent = " ".repeat(widest + 4);
            let gap = " ".repeat(widest - textwrap::core::display_width(&event.words));
            let first = format!("  {}{gap}  ", visible(&event.words));
            let options = textwrap::Options::new(layout.columns.max(30))
                .word_splitter(textwrap::WordSplitter::NoHyphenation)
                .initial_indent(&first)
                .subsequent_indent(&indent);
            let _ = writeln!(text, "{}", textwrap::fill(&visible(&event.what), options));
        }
    }
}

/// Returns the block character for `count` on a scale where `most` is full height.
pub(super) fn block(count: usize, most: usize) -> char {
    const BLOCKS: [char; 8] = [
        '\u{2581}', '\u{2582}', '\u{2583}', '\u{2584}', '\u{2585}', '\u{2586}', '\u{2587}',
        '\u{2588}',
    ];
    let height = (count * 8).div_ceil(most.max(1)).clamp(1, 8);
    BLOCKS.get(height - 1).copied().unwrap_or('\u{2588}')
}

/// The year axis in columns.
struct TextAxis {
    /// The ranges of years with data, and the ranges drawn, which fill whole columns.
    known: Vec<Era>,
    eras: Vec<Era>,
    /// The number of years per column and of columns per year; one of them is 1.
    years: i64,
    columns: i64,
}

impl TextAxis {
    fn new(eras: &[Era], room: usize) -> Self {
        let room = i64::try_from(room).unwrap_or(80);
        let with = |years: i64, columns: i64| Self {
            known: eras.to_vec(),
            eras: align_to_steps(eras, years),
            years,
            columns,
        };
        let broad = (1..=4).rev().map(|columns| with(1, columns));
        let all: i64 = eras.iter().map(|era| era.length()).sum();
        let steps = std::iter::successors(Some(2), |years| Some(step(1.0, *years as f64 + 1.0)));
        let narrow = steps
            .take_while(|years| *years <= 2 * all)
            .map(|years| with(years, 1));
        let mut axes = broad.chain(narrow);
        axes.find(|axis| axis.width() <= room)
            .unwrap_or_else(|| with(all.max(1), 1))
    }

    fn width(&self) -> i64 {
        let of_eras: i64 = self.eras.iter().map(|era| self.length(*era)).sum();
        of_eras + (self.eras.len() as i64 - 1).max(0)
    }

    fn length(&self, era: Era) -> i64 {
        let own = era.length() / self.years * self.columns;
        // Leave room for the year of a short range between two gaps.
        if self.eras.len() > 1 {
            own.max(format_year(era.first).len() as i64)
        } else {
            own
        }
    }

    /// Returns the column of a point on the year axis, which must be within a range or at its end.
    fn column(&self, point: f64) -> i64 {
        let mut left = 0;
        for (number, era) in self.eras.iter().enumerate() {
            let is_last = number + 1 == self.eras.len();
            if point < era.last as f64 + 1.0 || is_last {
                let years = (point - era.first as f64).max(0.0);
                let within = (years / self.years as f64 * self.columns as f64) as i64;
                return left + within.min(self.length(*era) - 1);
            }
            left += self.length(*era) + 1;
        }
        left
    }

    /// Creates an empty row with the gaps between ranges.
    fn empty(&self, glyphs: &Glyphs) -> Vec<char> {
        let mut row = Vec::new();
        for (number, era) in self.eras.iter().enumerate() {
            if number > 0 {
                row.push(glyphs.gap);
            }
            row.extend((0..self.length(*era)).map(|_| ' '));
        }
        row
    }

    /// Draws the years above the chart, each starting at its column.
    fn axis(&self) -> String {
        let mut axis = String::new();
        for era in &self.known {
            let unit = self.columns as f64 / self.years as f64;
            for year in ticks_of(*era, step(unit, 6.0)) {
                let at = self.column(year as f64);
                let (free, format_year) = (axis.len() as i64, format_year(year));
                // The last year may extend over the numbers on the right.
                let is_within = at + format_year.len() as i64 <= self.width() + 3;
                if at >= free + i64::from(free > 0) && is_within {
                    axis.extend((free..at).map(|_| ' '));
                    axis.push_str(&format_year);
                }
            }
        }
        axis
    }

    /// Draws the active years and events of a lane.
    fn history(&self, lane: &Lane, glyphs: &Glyphs) -> String {
        let mut row = self.empty(glyphs);
        let last = self.width() - 1;
        let mut put = |column: i64, sign: char| {
            if let Some(place) = usize::try_from(column).ok().and_then(|at| row.get_mut(at)) {
                *place = sign;
            }
        };
        if let Some(active) = &lane.active {
            let from = active.period.from.map_or(0, |from| self.column(from));
            // The end of a year is the start of the next, but belongs to the first.
            let to = active.period.to.map_or(last, |to| self.column(to - 0.01));
            for column in from..=to {
                put(column, glyphs.line);
            }
            if active.period.from.is_none() {
                put(from, glyphs.open_start);
            }
            if active.period.to.is_none() {
                put(to, glyphs.open_end);
            }
        }
        for event in &lane.events {
            let column = self.column(event.at());
            if let Some(until) = event.until() {
                for column in column..=self.column(until - 0.01) {
                    put(column, glyphs.line);
                }
            }
            // An event is drawn at the start of its year, like works and numbers.
            put(self.column(event.at().floor()), glyphs.event);
        }
        row.into_iter().collect()
    }

    /// Counts the works of a lane by column.
    fn counts(&self, lane: &Lane) -> BTreeMap<i64, usize> {
        let mut counts = BTreeMap::new();
        for work in &lane.works {
            *counts
                .entry(self.column(work.axis_year as f64))
                .or_default() += 1;
        }
        counts
    }

    fn works(&self, lane: &Lane, most: usize, ascii: bool, glyphs: &Glyphs) -> String {
        let mut row = self.empty(glyphs);
        let wide = (self.columns - 1).max(1);
        for (column, count) in self.counts(lane) {
            let sign = match (ascii, u32::try_from(count)) {
                (true, Ok(digit @ 1..=9)) => char::from_digit(digit, 10).unwrap_or('+'),
                (true, _) => '+',
                (false, _) => block(count, most),
            };
            let wide = if ascii { 1 } else { wide };
            for column in column..column + wide {
                if let Some(place) = usize::try_from(column).ok().and_then(|at| row.get_mut(at)) {
                    *place = sign;
                }
            }
        }
        row.into_iter().collect()
    }
}
