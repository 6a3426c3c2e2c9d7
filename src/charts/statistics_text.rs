//! Statistics as bars in a terminal.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};

use super::labels::format_work_count;
use super::statistics::{Bar, Chart, Statistics};
use super::timeline_text::{ChartLayout, Glyphs, truncate};
use super::year_axis::{Era, eras, step};
use super::years::format_year;
use crate::output::terminal::visible;

/// The maximum length of a bar.
const LONGEST: usize = 60;
/// The terminal width for two charts side by side, and the space between them.
const WIDE: usize = 120;
const BETWEEN: usize = 4;
/// The maximum number of bars for years.
const MOST_YEARS: i64 = 18;

/// Draws statistics with ANSI formatting, which the caller may strip. Control characters in labels are made
/// visible.
pub fn draw(statistics: &Statistics, layout: ChartLayout) -> String {
    let bold = Style::new().bold();
    let mut text = format!("{bold}{}{bold:#}\n", format_work_count(statistics.works));
    let charts = statistics
        .charts
        .iter()
        .filter(|chart| !chart.bars.is_empty() || chart.without > 0);
    if layout.columns < WIDE {
        for line in charts.flat_map(|chart| lines_of(chart, layout)) {
            let _ = writeln!(text, "{line}");
        }
        return text;
    }
    // Place the charts side by side, each below the shorter column.
    let half = (layout.columns - BETWEEN) / 2;
    let (mut left, mut right) = (Vec::new(), Vec::new());
    for chart in charts {
        let shorter = if right.len() < left.len() {
            &mut right
        } else {
            &mut left
        };
        let columns = half;
        shorter.extend(lines_of(chart, ChartLayout { columns, ..layout }));
    }
    for number in 0..left.len().max(right.len()) {
        let line = |lines: &[String]| lines.get(number).cloned().unwrap_or_default();
        let (left, right) = (line(&left), line(&right));
        if right.is_empty() {
            let _ = writeln!(text, "{left}");
        } else {
            let gap = (half + BETWEEN).saturating_sub(textwrap::core::display_width(&left));
            let _ = writeln!(text, "{left}{}{right}", " ".repeat(gap));
        }
    }
    text
}

/// A line of a chart.
enum ChartLine {
    Bar {
        label: String,
        works: usize,
    },
    /// Omitted years.
    Gap,
}

/// Returns the lines of a chart, the first of which is empty.
fn lines_of(chart: &Chart, layout: ChartLayout) -> Vec<String> {
    let glyphs = Glyphs::new(layout.ascii);
    let bold = Style::new().bold();
    let quiet = Style::new().dimmed();
    let color = Style::new().fg_color(Some(AnsiColor::Blue.into()));
    let lines = if chart.by == "year" {
        years(&chart.bars)
    } else {
        let bar = |bar: &Bar| ChartLine::Bar {
            label: visible(&bar.label).into_owned(),
            works: bar.works,
        };
        chart.bars.iter().map(bar).collect()
    };
    let of_bars = || {
        lines.iter().filter_map(|line| match line {
            ChartLine::Bar { label, works } => Some((label, *works)),
            ChartLine::Gap => None,
        })
    };
    let longest = of_bars()
        .map(|(label, _)| textwrap::core::display_width(label))
        .max();
    let names = longest.unwrap_or(0).min((layout.columns * 2 / 5).max(10));
    let most = of_bars().map(|(_, works)| works).max().unwrap_or(1).max(1);
    let numbers = most.to_string().len();
    let room = layout
        .columns
        .saturating_sub(names + numbers + 6)
        .clamp(8, LONGEST);

    let mut text = vec![
        String::new(),
        format!("{bold}{}{bold:#}", visible(&chart.title)),
    ];
    for line in &lines {
        let ChartLine::Bar { label, works } = line else {
            text.push(format!("  {quiet}{}{quiet:#}", glyphs.gap));
            continue;
        };
        let label = truncate(label, names, glyphs.dots);
        let gap = " ".repeat(names - textwrap::core::display_width(&label).min(names));
        let mut drawn = format!("  {label}{gap}  {works:>numbers$}");
        if *works > 0 {
            let bar = bar(*works, most, room, layout.ascii);
            let _ = write!(drawn, "  {color}{bar}{color:#}");
        }
        text.push(drawn);
    }
    let more = chart.more.map(|more| format!("and {} more", more.values));
    for note in more.into_iter().chain(chart.note()) {
        text.push(format!("  {quiet}{}{quiet:#}", visible(&note)));
    }
    text
}

/// Draws a bar in eighths of a column, or in whole columns with ASCII.
fn bar(works: usize, most: usize, room: usize, ascii: bool) -> String {
    if ascii {
        let columns = (works * room).div_ceil(most);
        return "#".repeat(columns);
    }
    const EIGHTHS: [&str; 8] = [
        "", "\u{258f}", "\u{258e}", "\u{258d}", "\u{258c}", "\u{258b}", "\u{258a}", "\u{2589}",
    ];
    let eighths = (works * room * 8).div_ceil(most);
    let last = EIGHTHS.get(eighths % 8).copied().unwrap_or_default();
    format!("{}{last}", "\u{2588}".repeat(eighths / 8))
}

/// Groups works by year, or by larger steps if there would be too many lines.
fn years(bars: &[Bar]) -> Vec<ChartLine> {
    let years: Vec<i64> = bars.iter().filter_map(|bar| bar.year).collect();
    let eras = eras(&years);
    let all: i64 = eras.iter().map(|era| era.length()).sum();
    let step = step(1.0, all as f64 / MOST_YEARS as f64);
    let mut lines = Vec::new();
    for (number, Era { first, last }) in eras.into_iter().enumerate() {
        if number > 0 {
            lines.push(ChartLine::Gap);
        }
        let mut from = first.div_euclid(step) * step;
        while from <= last {
            let to = from + step - 1;
            let within = |bar: &&Bar| bar.year.is_some_and(|year| (from..=to).contains(&year));
            lines.push(ChartLine::Bar {
                label: format_year_range(from.max(first), to.min(last)),
                works: bars.iter().filter(within).map(|bar| bar.works).sum(),
            });
            from += step;
        }
    }
    lines
}

fn format_year_range(from: i64, to: i64) -> String {
    if from == to {
        format_year(from)
    } else {
        format!("{}\u{2013}{}", format_year(from), format_year(to))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_as_long_as_what_they_stand_for() {
        assert_eq!(bar(8, 8, 4, false), "████");
        assert_eq!(bar(4, 8, 4, false), "██");
        assert_eq!(bar(1, 8, 4, false), "▌");
        assert_eq!(bar(1, 1000, 4, false), "▏");
        assert_eq!(bar(0, 8, 4, false), "");
        assert_eq!(bar(4, 8, 4, true), "##");
    }
}
