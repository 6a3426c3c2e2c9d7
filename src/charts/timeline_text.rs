//! A timeline in the characters of a terminal.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};

use super::labels::counted_works;
use super::timeline::{Lane, Timeline};
use super::year_axis::{Era, in_whole_steps, step, ticks_of};
use super::years::written;

/// How text is laid out in a terminal.
#[derive(Debug, Clone, Copy)]
pub struct Layout {
    /// How many columns there are.
    pub columns: usize,
    /// Whether the characters of ASCII alone are there to draw with.
    pub ascii: bool,
    /// Whether the events are listed below the chart.
    pub events: bool,
}

/// The colours that lanes take turns with, which every terminal has.
const COLOURS: [AnsiColor; 4] = [
    AnsiColor::Blue,
    AnsiColor::Yellow,
    AnsiColor::Green,
    AnsiColor::Magenta,
];

/// The signs that a chart is made of.
pub(super) struct Signs {
    pub(super) line: char,
    pub(super) event: char,
    pub(super) goes_on: char,
    pub(super) went_on: char,
    pub(super) gap: char,
    pub(super) dots: &'static str,
}

impl Signs {
    pub(super) fn of(ascii: bool) -> Self {
        if ascii {
            Self {
                line: '-',
                event: 'o',
                goes_on: '>',
                went_on: '<',
                gap: '|',
                dots: "...",
            }
        } else {
            Self {
                line: '\u{2500}',
                event: '\u{25c6}',
                goes_on: '\u{25b6}',
                went_on: '\u{25c0}',
                gap: '\u{250a}',
                dots: "\u{2026}",
            }
        }
    }
}

/// Draws a timeline with its formatting, which a caller may take out again.
pub fn draw(timeline: &Timeline, layout: Layout) -> String {
    let signs = Signs::of(layout.ascii);
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
    let line = Line::new(&timeline.eras(), room);
    let most = timeline
        .lanes
        .iter()
        .flat_map(|lane| line.counts(lane).into_values())
        .max()
        .unwrap_or(0);

    let mut text = format!("{bold}{}{bold:#}\n\n", timeline.title);
    let _ = writeln!(
        text,
        "{quiet}{}{quiet:#}",
        format!("{:gutter$}  {}", "", line.axis()).trim_end()
    );
    for lane in &timeline.lanes {
        let colour = COLOURS.get(lane.colour % COLOURS.len()).copied();
        let colour = Style::new().fg_color(colour.map(Into::into));
        let history =
            (lane.active.is_some() || !lane.events.is_empty()).then(|| line.history(lane, &signs));
        let works = (!lane.works.is_empty()).then(|| line.works(lane, most, layout.ascii, &signs));
        let rows: Vec<String> = history.into_iter().chain(works.clone()).collect();
        let last = rows.len().saturating_sub(1);
        for (number, row) in rows.iter().enumerate() {
            let name = if number == 0 {
                label(lane, gutter, &signs)
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
            let drawn = format!("{name}{gap}  {colour}{row}{colour:#}  {count:>count_width$}");
            let _ = writeln!(text, "{}", drawn.trim_end());
        }
        if rows.is_empty() {
            let _ = writeln!(text, "{}", label(lane, gutter, &signs));
        }
    }
    text.push('\n');
    for explained in textwrap::wrap(
        &key(timeline, &line, most, layout.ascii, &signs),
        layout.columns,
    ) {
        let _ = writeln!(text, "{quiet}{explained}{quiet:#}");
    }
    if layout.events {
        list_events(timeline, layout, &mut text);
    }
    text
}

/// The name of a lane, cut to the room for names.
fn label(lane: &Lane, gutter: usize, signs: &Signs) -> String {
    let indent = "  ".repeat(lane.depth.min(4));
    shortened(&format!("{indent}{}", lane.label), gutter, signs.dots)
}

/// A text in so many columns: cut where it has more.
pub(super) fn shortened(text: &str, columns: usize, dots: &str) -> String {
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

/// What the signs mean.
fn key(timeline: &Timeline, line: &Line, most: usize, ascii: bool, signs: &Signs) -> String {
    let mut parts = Vec::new();
    let of_years = match line.years {
        1 => "in a year".to_owned(),
        years => format!("in {years} years"),
    };
    match (most, ascii) {
        (0, _) => {}
        (_, true) => parts.push(format!("1 to 9, +: works {of_years}")),
        (1, false) => parts.push(format!("\u{2588}: 1 work {of_years}")),
        (_, false) => parts.push(format!(
            "{}\u{2026}\u{2588}: 1 to {} {of_years}",
            block(1, most),
            counted_works(most)
        )),
    }
    if timeline.lanes.iter().any(|lane| !lane.events.is_empty()) {
        parts.push(format!("{}: an event", signs.event));
    }
    if timeline.lanes.iter().any(|lane| lane.active.is_some()) {
        parts.push(format!("{0}{0}: active years", signs.line));
    }
    if line.eras.len() > 1 {
        parts.push(format!("{}: years left out", signs.gap));
    }
    parts.join("   ")
}

/// The events of each lane, below each other.
fn list_events(timeline: &Timeline, layout: Layout, text: &mut String) {
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
            Some(active) => format!(", {}", active.words),
            None => String::new(),
        };
        let _ = writeln!(text, "\n{bold}{}{bold:#}{active}", lane.label);
        for event in &lane.events {
            let indent = " ".repeat(widest + 4);
            let gap = " ".repeat(widest - textwrap::core::display_width(&event.words));
            let first = format!("  {}{gap}  ", event.words);
            let options = textwrap::Options::new(layout.columns.max(30))
                .word_splitter(textwrap::WordSplitter::NoHyphenation)
                .initial_indent(&first)
                .subsequent_indent(&indent);
            let _ = writeln!(text, "{}", textwrap::fill(&event.what, options));
        }
    }
}

/// The block that stands for a number of works, where the highest stands for `most`.
pub(super) fn block(count: usize, most: usize) -> char {
    const BLOCKS: [char; 8] = [
        '\u{2581}', '\u{2582}', '\u{2583}', '\u{2584}', '\u{2585}', '\u{2586}', '\u{2587}',
        '\u{2588}',
    ];
    let height = (count * 8).div_ceil(most.max(1)).clamp(1, 8);
    BLOCKS.get(height - 1).copied().unwrap_or('\u{2588}')
}

/// The line of years in columns.
struct Line {
    /// The eras of which something is known, and as they are drawn: of whole columns.
    known: Vec<Era>,
    eras: Vec<Era>,
    /// How many years stand in a column, and how many columns a year takes; one of them is 1.
    years: i64,
    columns: i64,
}

impl Line {
    fn new(eras: &[Era], room: usize) -> Self {
        let room = i64::try_from(room).unwrap_or(80);
        let with = |years: i64, columns: i64| Self {
            known: eras.to_vec(),
            eras: in_whole_steps(eras, years),
            years,
            columns,
        };
        let broad = (1..=4).rev().map(|columns| with(1, columns));
        let all: i64 = eras.iter().map(|era| era.length()).sum();
        let steps = std::iter::successors(Some(2), |years| Some(step(1.0, *years as f64 + 1.0)));
        let narrow = steps
            .take_while(|years| *years <= 2 * all)
            .map(|years| with(years, 1));
        let mut lines = broad.chain(narrow);
        lines
            .find(|line| line.width() <= room)
            .unwrap_or_else(|| with(all.max(1), 1))
    }

    fn width(&self) -> i64 {
        let of_eras: i64 = self.eras.iter().map(|era| self.length(*era)).sum();
        of_eras + (self.eras.len() as i64 - 1).max(0)
    }

    fn length(&self, era: Era) -> i64 {
        let own = era.length() / self.years * self.columns;
        // A short era between two gaps has room for its year.
        if self.eras.len() > 1 {
            own.max(written(era.first).len() as i64)
        } else {
            own
        }
    }

    /// The column in which a point of the line of years stands, which is in one of the eras or at its end.
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

    /// A row of spaces, with the gaps between the eras.
    fn empty(&self, signs: &Signs) -> Vec<char> {
        let mut row = Vec::new();
        for (number, era) in self.eras.iter().enumerate() {
            if number > 0 {
                row.push(signs.gap);
            }
            row.extend((0..self.length(*era)).map(|_| ' '));
        }
        row
    }

    /// The years above the chart, each with its first digit above its column.
    fn axis(&self) -> String {
        let mut axis = String::new();
        for era in &self.known {
            let unit = self.columns as f64 / self.years as f64;
            for year in ticks_of(*era, step(unit, 6.0)) {
                let at = self.column(year as f64);
                let (free, written) = (axis.len() as i64, written(year));
                // The last may stand out as far as the numbers on the right do.
                let is_within = at + written.len() as i64 <= self.width() + 3;
                if at >= free + i64::from(free > 0) && is_within {
                    axis.extend((free..at).map(|_| ' '));
                    axis.push_str(&written);
                }
            }
        }
        axis
    }

    /// The active years and the events of a lane.
    fn history(&self, lane: &Lane, signs: &Signs) -> String {
        let mut row = self.empty(signs);
        let last = self.width() - 1;
        let mut put = |column: i64, sign: char| {
            if let Some(place) = usize::try_from(column).ok().and_then(|at| row.get_mut(at)) {
                *place = sign;
            }
        };
        if let Some(active) = &lane.active {
            let from = active.stretch.from.map_or(0, |from| self.column(from));
            // The end of a year is the beginning of the next, and still its own.
            let to = active.stretch.to.map_or(last, |to| self.column(to - 0.01));
            for column in from..=to {
                put(column, signs.line);
            }
            if active.stretch.from.is_none() {
                put(from, signs.went_on);
            }
            if active.stretch.to.is_none() {
                put(to, signs.goes_on);
            }
        }
        for event in &lane.events {
            let column = self.column(event.at());
            if let Some(until) = event.until() {
                for column in column..=self.column(until - 0.01) {
                    put(column, signs.line);
                }
            }
            // A year stands at its beginning, where its works and its number stand, too.
            put(self.column(event.at().floor()), signs.event);
        }
        row.into_iter().collect()
    }

    /// How many works of a lane stand in each column.
    fn counts(&self, lane: &Lane) -> BTreeMap<i64, usize> {
        let mut counts = BTreeMap::new();
        for work in &lane.works {
            *counts.entry(self.column(work.on_line as f64)).or_default() += 1;
        }
        counts
    }

    fn works(&self, lane: &Lane, most: usize, ascii: bool, signs: &Signs) -> String {
        let mut row = self.empty(signs);
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
