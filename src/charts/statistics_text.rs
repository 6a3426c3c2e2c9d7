//! Counts of works as bars in a terminal.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};

use super::labels::counted_works;
use super::statistics::{Bar, Chart, Statistics};
use super::timeline_text::{Layout, Signs, shortened};
use super::year_axis::{Era, eras, step};
use super::years::written;

/// The longest bar, beyond which nothing is gained.
const LONGEST: usize = 60;
/// How many columns have room for two charts side by side, and how many are kept free between them.
const WIDE: usize = 120;
const BETWEEN: usize = 4;
/// How many bars there are of years at most.
const MOST_YEARS: i64 = 18;

/// Draws counts with their formatting, which a caller may take out again.
pub fn draw(statistics: &Statistics, layout: Layout) -> String {
    let bold = Style::new().bold();
    let mut text = format!("{bold}{}{bold:#}\n", counted_works(statistics.works));
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
    // Side by side, each below the shorter.
    let half = (layout.columns - BETWEEN) / 2;
    let (mut left, mut right) = (Vec::new(), Vec::new());
    for chart in charts {
        let shorter = if right.len() < left.len() {
            &mut right
        } else {
            &mut left
        };
        let columns = half;
        shorter.extend(lines_of(chart, Layout { columns, ..layout }));
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
enum Line {
    Bar {
        label: String,
        works: usize,
    },
    /// Years of which there is nothing.
    Gap,
}

/// The lines of a chart, the first of which is empty.
fn lines_of(chart: &Chart, layout: Layout) -> Vec<String> {
    let signs = Signs::of(layout.ascii);
    let bold = Style::new().bold();
    let quiet = Style::new().dimmed();
    let colour = Style::new().fg_color(Some(AnsiColor::Blue.into()));
    let lines = if chart.by == "year" {
        years(&chart.bars)
    } else {
        let bar = |bar: &Bar| Line::Bar {
            label: bar.label.clone(),
            works: bar.works,
        };
        chart.bars.iter().map(bar).collect()
    };
    let of_bars = || {
        lines.iter().filter_map(|line| match line {
            Line::Bar { label, works } => Some((label, *works)),
            Line::Gap => None,
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

    let mut text = vec![String::new(), format!("{bold}{}{bold:#}", chart.title)];
    for line in &lines {
        let Line::Bar { label, works } = line else {
            text.push(format!("  {quiet}{}{quiet:#}", signs.gap));
            continue;
        };
        let label = shortened(label, names, signs.dots);
        let gap = " ".repeat(names - textwrap::core::display_width(&label).min(names));
        let mut drawn = format!("  {label}{gap}  {works:>numbers$}");
        if *works > 0 {
            let bar = bar(*works, most, room, layout.ascii);
            let _ = write!(drawn, "  {colour}{bar}{colour:#}");
        }
        text.push(drawn);
    }
    let more = chart.more.map(|more| format!("and {} more", more.values));
    for note in more.into_iter().chain(chart.note()) {
        text.push(format!("  {quiet}{note}{quiet:#}"));
    }
    text
}

/// A bar of eighths of a column; one of whole columns, where there are no eighths.
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

/// Works by year, or by steps of years where these would be too many lines.
fn years(bars: &[Bar]) -> Vec<Line> {
    let years: Vec<i64> = bars.iter().filter_map(|bar| bar.year).collect();
    let eras = eras(&years);
    let all: i64 = eras.iter().map(|era| era.length()).sum();
    let step = step(1.0, all as f64 / MOST_YEARS as f64);
    let mut lines = Vec::new();
    for (number, Era { first, last }) in eras.into_iter().enumerate() {
        if number > 0 {
            lines.push(Line::Gap);
        }
        let mut from = first.div_euclid(step) * step;
        while from <= last {
            let to = from + step - 1;
            let within = |bar: &&Bar| bar.year.is_some_and(|year| (from..=to).contains(&year));
            lines.push(Line::Bar {
                label: years_in_words(from.max(first), to.min(last)),
                works: bars.iter().filter(within).map(|bar| bar.works).sum(),
            });
            from += step;
        }
    }
    lines
}

fn years_in_words(from: i64, to: i64) -> String {
    if from == to {
        written(from)
    } else {
        format!("{}\u{2013}{}", written(from), written(to))
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
