//! Statistics as SVG: years as columns across the whole width, other properties as bars below.

use svg::Node as _;
use svg::node::element::Element;

use super::labels::format_work_count;
use super::palette::ColorRole;
use super::statistics::{Bar, Chart, Statistics};
use super::svg::{Anchor, LabelStyle, SvgBuilder, group, to_text, tooltip};
use super::text_metrics::{cut, lines, width};
use super::timeline_svg::{NARROWEST, SvgOptions, WIDEST, break_mark, numbered_bins};
use super::year_axis::{YearAxis, eras};
use super::years::format_year;

const MARGIN: f64 = 24.0;
const HEAD: f64 = 78.0;
const TITLE: f64 = 15.0;
const LABEL: f64 = 12.0;
const SMALL: f64 = 11.0;
const ROW: f64 = 21.0;
const BAR: f64 = 13.0;
const BETWEEN: f64 = 34.0;
const COLUMNS: f64 = 130.0;

/// Draws statistics, which must contain at least one work.
pub fn draw(statistics: &Statistics, look: &SvgOptions) -> String {
    let svg = SvgBuilder { theme: look.theme };
    let full = f64::from(look.width.clamp(NARROWEST, WIDEST));
    let title = cut(&statistics.title, 20.0 * 1.2, full - 2.0 * MARGIN);
    let mut content = vec![
        svg.text(
            (MARGIN, 36.0),
            LabelStyle::new(20.0, ColorRole::Text).bold(),
            &title,
        ),
        svg.text(
            (MARGIN, 57.0),
            LabelStyle::new(13.0, ColorRole::Quiet),
            &format_work_count(statistics.works),
        ),
    ];
    let mut top = HEAD;
    let is_there = |chart: &&Chart| !chart.bars.is_empty();
    let (years, others): (Vec<&Chart>, Vec<&Chart>) = statistics
        .charts
        .iter()
        .filter(is_there)
        .partition(|chart| chart.by == "year");
    for chart in years {
        let (drawn, height) = columns(chart, svg, (MARGIN, top), full - 2.0 * MARGIN);
        content.push(drawn);
        top += height + BETWEEN;
    }
    // Place the charts in columns, each below the shortest one.
    let across = ((full / 500.0) as usize).clamp(1, others.len().clamp(1, 3));
    let wide = (full - 2.0 * MARGIN - BETWEEN * (across as f64 - 1.0)) / across as f64;
    let mut bottoms = vec![top; across];
    for chart in others {
        let shortest = bottoms.iter().copied().fold(f64::INFINITY, f64::min);
        let Some((place, bottom)) = bottoms
            .iter_mut()
            .enumerate()
            .find(|(_, bottom)| **bottom <= shortest)
        else {
            continue;
        };
        let left = MARGIN + (wide + BETWEEN) * place as f64;
        let (drawn, height) = bars(chart, svg, (left, *bottom), wide);
        content.push(drawn);
        *bottom += height + BETWEEN;
    }
    let height = bottoms.into_iter().fold(top, f64::max) - BETWEEN + MARGIN;
    let description = description(statistics);
    let picture = svg.picture(
        look,
        (full, height),
        &statistics.title,
        &description,
        content,
    );
    to_text(&picture)
}

/// Describes the drawing for screen readers.
fn description(statistics: &Statistics) -> String {
    let mut text = format!("{}.", format_work_count(statistics.works));
    for chart in &statistics.charts {
        let most = chart.bars.iter().max_by_key(|bar| bar.works);
        if let Some(Bar { label, works, .. }) = most {
            text.push_str(&format!(" {}: most have {label} ({works}).", chart.title));
        }
    }
    text
}

fn heading(chart: &Chart, svg: SvgBuilder, at: (f64, f64), wide: f64) -> Element {
    let style = LabelStyle::new(TITLE, ColorRole::Text).bold();
    let title = cut(&chart.title, TITLE * 1.2, wide);
    svg.text((at.0, at.1 + TITLE), style, &title)
}

/// Draws the notes below a chart on folded values and works without a value.
fn footing(chart: &Chart, svg: SvgBuilder, at: (f64, f64), wide: f64) -> Option<(Element, f64)> {
    let more = chart.more.map(|more| format!("and {} more", more.values));
    let notes: Vec<String> = more.into_iter().chain(chart.note()).collect();
    if notes.is_empty() {
        return None;
    }
    let lines = lines(&notes.join(" \u{b7} "), SMALL, wide, 2);
    let height = 15.0 * lines.len() as f64 + 4.0;
    let style = LabelStyle::new(SMALL, ColorRole::Quiet);
    let drawn = svg.lines((at.0, at.1 + 13.0), style, 15.0, 0, &lines);
    Some((drawn, height))
}

fn bars(chart: &Chart, svg: SvgBuilder, at: (f64, f64), wide: f64) -> (Element, f64) {
    let (left, top) = at;
    let mut parts = vec![heading(chart, svg, at, wide)];
    let widest = chart
        .bars
        .iter()
        .map(|bar| width(&bar.label, LABEL))
        .fold(40.0, f64::max);
    let names = widest.min(wide * 0.45);
    let most = chart.largest();
    let number = width(&most.to_string(), SMALL) + 10.0;
    let ground = left + names + 12.0;
    let room = (wide - names - 12.0 - number).max(20.0);
    let mut y = top + TITLE + 12.0;
    for bar in &chart.bars {
        let base = y + ROW / 2.0 + 4.0;
        let label = cut(&bar.label, LABEL, names);
        let style = LabelStyle::new(LABEL, ColorRole::Text).at(Anchor::End);
        let mut name = svg.text((left + names, base), style, &label);
        if label != bar.label {
            name.append(tooltip(&bar.label));
        }
        parts.push(name);
        let long = (room * bar.works as f64 / most as f64).max(1.0);
        let corner = (ground, y + (ROW - BAR) / 2.0);
        let mut drawn = svg.rectangle(corner, (long, BAR), 2.0, ColorRole::Lane(0));
        drawn.append(tooltip(&format!(
            "{}: {}",
            bar.label,
            format_work_count(bar.works)
        )));
        parts.push(drawn);
        let number = LabelStyle::new(SMALL, ColorRole::Quiet);
        parts.push(svg.text((ground + long + 6.0, base), number, &bar.works.to_string()));
        y += ROW;
    }
    if let Some((drawn, height)) = footing(chart, svg, (ground, y), wide - names - 12.0) {
        parts.push(drawn);
        y += height;
    }
    (group(parts), y - top)
}

fn columns(chart: &Chart, svg: SvgBuilder, at: (f64, f64), wide: f64) -> (Element, f64) {
    let (left, top) = at;
    let mut parts = vec![heading(chart, svg, at, wide)];
    let years: Vec<i64> = chart.bars.iter().filter_map(|bar| bar.year).collect();
    let (scale, each) = YearAxis::in_steps(&eras(&years), left + 16.0, left + wide - 16.0, 9.0);
    let mut counts: std::collections::BTreeMap<i64, usize> = std::collections::BTreeMap::new();
    for bar in &chart.bars {
        if let Some(year) = bar.year {
            *counts.entry(year.div_euclid(each) * each).or_default() += bar.works;
        }
    }
    let most = counts.values().copied().max().unwrap_or(1).max(1);
    let ground = top + TITLE + 26.0 + COLUMNS;
    let room = scale.unit() * each as f64;
    let broad = (room * 0.8).min(56.0);
    let mut numbered_bins = numbered_bins(&counts, SMALL, room);
    for (from, works) in counts {
        let x = scale.x(from as f64 + each as f64 / 2.0);
        let high = (COLUMNS * works as f64 / most as f64).max(1.0);
        let corner = (x - broad / 2.0, ground - high);
        let mut column = svg.rectangle(corner, (broad, high), 0.0, ColorRole::Lane(0));
        let of = match each {
            1 => format_year(from),
            years => format!(
                "{}\u{2013}{}",
                format_year(from),
                format_year(from + years - 1)
            ),
        };
        column.append(tooltip(&format!("{of}: {}", format_work_count(works))));
        parts.push(column);
        if numbered_bins.remove(&from) {
            let style = LabelStyle::new(SMALL, ColorRole::Quiet).at(Anchor::Middle);
            parts.push(svg.text((x, ground - high - 5.0), style, &works.to_string()));
        }
    }
    parts.push(svg.line((left, ground), (left + wide, ground), ColorRole::Quiet, 1.0));
    for at in scale.breaks() {
        parts.push(break_mark(svg, at, ground - 8.0, ground + 8.0));
    }
    for tick in scale.ticks(LABEL) {
        let style = LabelStyle::new(LABEL, ColorRole::Quiet).at(Anchor::Middle);
        parts.push(svg.text((tick.x, ground + 17.0), style, &format_year(tick.year)));
    }
    let mut y = ground + 24.0;
    if let Some((drawn, height)) = footing(chart, svg, (left, y), wide) {
        parts.push(drawn);
        y += height;
    }
    (group(parts), y - top)
}
