//! HTML pages with a chart and its data as tables, for screen readers, searching and reuse.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::labels::format_work_count;
use super::palette::{ColorRole, Theme};
use super::statistics::{Chart, Statistics};
use super::timeline::{LaneWork, Timeline};
use super::timeline_svg::{self, SvgOptions};
use super::years::{axis_year, format_year};

/// The width of the drawing for narrow windows, in pixels.
const NARROW_WIDTH: u32 = 760;

/// Formats a page with a drawn timeline.
pub fn timeline_page(timeline: &Timeline, look: &SvgOptions) -> String {
    let mut body = format!("<h1 class=\"title\">{}</h1>\n", escape(&timeline.title));
    body.push_str(&timeline_figure(timeline, look));
    body.push_str("<details>\n<summary>Works as a table</summary>\n<table>\n");
    body.push_str("<thead><tr><th>Year</th><th>Work</th><th>Title</th>");
    let _ = writeln!(
        body,
        "<th>{}</th></tr></thead>\n<tbody>",
        escape(&lane_heading(timeline))
    );
    for (work, lanes) in works_in_order(timeline) {
        let title = escape(work.title.as_deref().unwrap_or_default());
        let title = match &work.link {
            Some(link) => format!("<a href=\"{}\">{title}</a>", escape(link)),
            None => title,
        };
        let _ = writeln!(
            body,
            "<tr id=\"{}\"><td>{}</td><td>{}</td><td>{title}</td><td>{}</td></tr>",
            escape(&work.key),
            escape(&format_year(axis_year(work.year))),
            escape(&work.label),
            escape(&lanes.join("; "))
        );
    }
    body.push_str("</tbody>\n</table>\n</details>\n");
    let events: usize = timeline.lanes.iter().map(|lane| lane.events.len()).sum();
    if events > 0 {
        body.push_str("<details>\n<summary>Events as a list</summary>\n<dl>\n");
        for lane in timeline.lanes.iter().filter(|lane| !lane.events.is_empty()) {
            let _ = writeln!(body, "<dt>{}</dt>", escape(&lane.label));
            for event in &lane.events {
                let what = escape(&event.what);
                let _ = writeln!(body, "<dd><b>{}</b> {what}</dd>", escape(&event.words));
            }
        }
        body.push_str("</dl>\n</details>\n");
    }
    page(&timeline.title, &body, look)
}

/// Formats a timeline for every width: a drawing for wide windows and one for narrow ones, and for phones a list of the
/// same works and events. A style sheet shows one of the three by the classes `wide`, `narrow` and `phone`.
pub fn timeline_figure(timeline: &Timeline, look: &SvgOptions) -> String {
    let mut html = String::new();
    let draw = |width: u32, id: &'static str| {
        let look = SvgOptions {
            width,
            id,
            on_a_page: true,
            ..look.clone()
        };
        timeline_svg::draw(timeline, &look)
    };
    if look.width > NARROW_WIDTH {
        let _ = writeln!(
            html,
            "<figure class=\"wide\">\n{}</figure>",
            draw(look.width, "wide")
        );
    }
    let narrow = look.width.min(NARROW_WIDTH);
    let _ = writeln!(
        html,
        "<figure class=\"narrow\">\n{}</figure>",
        draw(narrow, "narrow")
    );
    html.push_str("<div class=\"phone\">\n");
    for lane in &timeline.lanes {
        if lane.works.is_empty() && lane.events.is_empty() {
            continue;
        }
        let color = match lane.tag {
            Some(_) => ColorRole::Lane(lane.color),
            None => ColorRole::Quiet,
        };
        let active = lane
            .active
            .as_ref()
            .map(|active| format!("{} \u{b7}", active.words));
        let _ = writeln!(
            html,
            "<section class=\"lane\" style=\"border-color: {}\">\n<h2>{}</h2>\n<p class=\"quiet\">{} {}</p>\n<ul>",
            color.color(look.theme),
            escape(&lane.label),
            escape(&active.unwrap_or_default()),
            timeline.words.count(lane.works.len() + lane.undated.len())
        );
        for event in &lane.events {
            let what = escape(&event.what);
            let _ = writeln!(
                html,
                "<li class=\"event\"><b>{}</b> {what}</li>",
                escape(&event.words)
            );
        }
        for work in &lane.works {
            let own = format!("#{}", work.key);
            let _ = writeln!(
                html,
                "<li><a href=\"{}\">{}</a> {}</li>",
                escape(work.link.as_deref().unwrap_or(&own)),
                escape(&work.label),
                escape(work.title.as_deref().unwrap_or_default())
            );
        }
        html.push_str("</ul>\n</section>\n");
    }
    html.push_str("</div>\n");
    html
}

/// Formats a page with statistics. The charts are tables with bars, which fit every width.
pub fn statistics_page(statistics: &Statistics, look: &SvgOptions) -> String {
    let mut body = format!(
        "<h1>{}</h1>\n<p class=\"quiet\">{}</p>\n<div class=\"charts\">\n",
        escape(&statistics.title),
        format_work_count(statistics.works)
    );
    for chart in statistics
        .charts
        .iter()
        .filter(|chart| !chart.bars.is_empty())
    {
        if chart.by == "year" {
            columns(chart, &mut body);
        } else {
            bars(chart, &mut body);
        }
    }
    body.push_str("</div>\n");
    body.push_str("<details>\n<summary>Counts as tables</summary>\n");
    for chart in &statistics.charts {
        let _ = writeln!(
            body,
            "<table>\n<caption>{}</caption>\n<tbody>",
            escape(&chart.title)
        );
        for bar in &chart.bars {
            let label = escape(&bar.label);
            let _ = writeln!(body, "<tr><th>{label}</th><td>{}</td></tr>", bar.works);
        }
        body.push_str("</tbody>\n</table>\n");
        let more = chart.more.map(|more| format!("and {} more", more.values));
        for note in more.into_iter().chain(chart.note()) {
            let _ = writeln!(body, "<p>{}</p>", escape(&note));
        }
    }
    body.push_str("</details>\n");
    page(&statistics.title, &body, look)
}

/// Writes counts by year as columns: one for each year, or for several if there are many.
fn columns(chart: &Chart, html: &mut String) {
    const MOST_COLUMNS: i64 = 40;
    let years: Vec<(i64, usize)> = chart
        .bars
        .iter()
        .filter_map(|bar| Some((bar.year?, bar.works)))
        .collect();
    let bins = |step: i64| -> BTreeMap<i64, usize> {
        let mut bins = BTreeMap::new();
        for (year, works) in &years {
            *bins.entry(year.div_euclid(step) * step).or_default() += works;
        }
        bins
    };
    // A gap between two columns takes the place of one.
    let places = |bins: &BTreeMap<i64, usize>, step: i64| {
        let starts: Vec<i64> = bins.keys().copied().collect();
        let gaps = starts
            .windows(2)
            .filter(|pair| matches!(pair, [one, next] if next - one > step));
        i64::try_from(bins.len() + gaps.count()).unwrap_or(i64::MAX)
    };
    let step = [1, 2, 5, 10, 20, 50, 100, 200, 500]
        .into_iter()
        .find(|step| places(&bins(*step), *step) <= MOST_COLUMNS)
        .unwrap_or(1000);
    let counts = bins(step);
    let most = counts.values().copied().max().unwrap_or(1).max(1);
    let _ = writeln!(
        html,
        "<section class=\"years\">\n<h2>{0}</h2>\n<div class=\"columns\" role=\"group\" aria-label=\"{0}\">",
        escape(&chart.title)
    );
    // The years below the columns: about twelve, and on a phone about five.
    let every = |ticks: usize| counts.len().div_ceil(ticks).max(1);
    let (wide, narrow) = (every(12), every(4));
    let mut next = None;
    for (number, (from, works)) in counts.iter().enumerate() {
        let tick = match number {
            number if number % narrow == 0 => " always",
            number if number % wide == 0 => " often",
            _ => "",
        };
        if next.is_some_and(|next| next < *from) {
            html.push_str("<span class=\"gap\" aria-hidden=\"true\">\u{2026}</span>\n");
        }
        next = Some(from + step);
        let period = match step {
            1 => format_year(*from),
            step => format!(
                "{}\u{2013}{}",
                format_year(*from),
                format_year(from + step - 1)
            ),
        };
        let label = format!("{period}: {}", format_work_count(*works));
        let _ = writeln!(
            html,
            "<div tabindex=\"0\" role=\"img\" aria-label=\"{0}\" data-label=\"{0}\"><span class=\"number\">{works}</span>\
             <span class=\"column\" style=\"height: {1:.1}%\"></span><span class=\"year{3}\">{2}</span></div>",
            escape(&label),
            *works as f64 * 100.0 / most as f64,
            escape(&format_year(*from)),
            tick
        );
    }
    html.push_str("</div>\n");
    notes(chart, html);
    html.push_str("</section>\n");
}

/// Writes counts as a table with bars.
fn bars(chart: &Chart, html: &mut String) {
    let most = chart.largest();
    let _ = writeln!(
        html,
        "<section>\n<h2>{0}</h2>\n<table class=\"bars\" aria-label=\"{0}\">\n<tbody>",
        escape(&chart.title)
    );
    for bar in &chart.bars {
        let _ = writeln!(
            html,
            "<tr><th scope=\"row\">{}</th><td><span class=\"bar\" style=\"width: {:.1}%\"></span>\
             <span class=\"number\">{}</span></td></tr>",
            escape(&bar.label),
            bar.works as f64 * 100.0 / most as f64,
            bar.works
        );
    }
    html.push_str("</tbody>\n</table>\n");
    notes(chart, html);
    html.push_str("</section>\n");
}

/// Writes the notes on folded values and on works without a value.
fn notes(chart: &Chart, html: &mut String) {
    let more = chart.more.map(|more| format!("and {} more", more.values));
    let notes: Vec<String> = more.into_iter().chain(chart.note()).collect();
    if !notes.is_empty() {
        let _ = writeln!(
            html,
            "<p class=\"quiet\">{}</p>",
            escape(&notes.join(" \u{b7} "))
        );
    }
}

/// Returns each work once, earliest first, with the labels of its lanes.
fn works_in_order(timeline: &Timeline) -> Vec<(&LaneWork, Vec<&str>)> {
    let mut works: Vec<(&LaneWork, &str)> = timeline
        .lanes
        .iter()
        .flat_map(|lane| lane.works.iter().map(|work| (work, lane.label.as_str())))
        .collect();
    // The lane labels keep the order of the vocabulary.
    works.sort_by(|(one, _), (other, _)| {
        (one.axis_year, &one.label, &one.key).cmp(&(other.axis_year, &other.label, &other.key))
    });
    let mut merged: Vec<(&LaneWork, Vec<&str>)> = Vec::new();
    for (work, lane) in works {
        match merged.last_mut() {
            Some((last, lanes)) if last.key == work.key => lanes.push(lane),
            _ => merged.push((work, vec![lane])),
        }
    }
    merged
}

fn lane_heading(timeline: &Timeline) -> String {
    let mut letters = timeline.by.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string());
    format!("{}{}", first.unwrap_or_default(), letters.as_str())
}

fn page(title: &str, body: &str, look: &SvgOptions) -> String {
    const LIGHT: &str = "--ground: #ffffff; --text: #1c2127; --quiet: #59636e; --line: #e3e6ea; --link: #0067a3; \
                         --bar: #0072b2;";
    const DARK: &str = "--ground: #14181d; --text: #e8ebee; --quiet: #a4aeb8; --line: #2c333b; --link: #7cc4f0; \
                        --bar: #56b4e9;";
    let colors = match look.theme {
        Theme::Light => format!(":root {{ color-scheme: light; {LIGHT} }}"),
        Theme::Dark => format!(":root {{ color-scheme: dark; {DARK} }}"),
        Theme::Auto => format!(
            ":root {{ color-scheme: light dark; {LIGHT} }}\n\
             @media (prefers-color-scheme: dark) {{ :root {{ {DARK} }} }}"
        ),
    };
    let title = escape(title);
    let width = look.width;
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{title}</title>\n<style>\n\
         {colors}\n\
         body {{ max-width: {width}px; }}\n{PAGE_CSS}{FIGURE_CSS}\
         </style>\n</head>\n<body>\n<main>\n{body}</main>\n</body>\n</html>\n"
    )
}

/// The style sheet of pages.
const PAGE_CSS: &str = "\
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1rem; background: var(--ground); color: var(--text);
  font: 1rem/1.45 system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif; }
h1 { font-size: 1.4rem; margin: 0; } h2 { font-size: 1.05rem; margin: 0 0 0.4rem; }
.quiet { color: var(--quiet); font-size: 0.9rem; margin: 0.2rem 0; }
details { margin: 1rem 0; overflow-x: auto; }
summary { cursor: pointer; color: var(--quiet); }
table { border-collapse: collapse; margin-top: 0.5rem; font-size: 0.9rem; }
caption { text-align: left; font-weight: 600; padding: 0.5rem 0; }
th, td { text-align: left; vertical-align: top; padding: 0.3rem 1rem 0.3rem 0;
  border-bottom: 1px solid var(--line); font-weight: normal; overflow-wrap: anywhere; }
thead th { font-weight: 600; }
tr:target { outline: 2px solid var(--link); }
dt { font-weight: 600; margin-top: 0.6rem; }
dd { margin: 0.1rem 0 0.1rem 1rem; font-size: 0.9rem; }
a { color: var(--link); }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr)); gap: 1.8rem; margin-top: 1.5rem; }
.years { grid-column: 1 / -1; min-width: 0; }
.years .columns { display: flex; align-items: stretch; gap: 1px; height: 13rem; margin: 0; padding: 0 0 1.4rem; }
.years .columns > div { position: relative; flex: 1 1 0; min-width: 0; display: flex; flex-direction: column; justify-content: flex-end; }
.years .column { background: var(--bar); min-height: 2px; max-height: calc(100% - 1.2rem); }
.years .number, .years .year { font-size: 0.7rem; color: var(--quiet); text-align: center; white-space: nowrap; }
.years .year { position: absolute; top: 100%; left: 50%; transform: translateX(-50%); display: none; }
.years .year.always { display: block; }
.years .gap { flex: 0 0 0.9rem; color: var(--quiet); text-align: center; }
.years .columns > div:is(:hover, :focus)::after { content: attr(data-label); position: absolute; bottom: 100%; left: 50%;
  transform: translateX(-50%); z-index: 1; padding: 0.2rem 0.5rem; border-radius: 0.3rem; background: var(--text);
  color: var(--ground); font-size: 0.8rem; white-space: nowrap; pointer-events: none; }
.years .columns > div:is(:nth-child(-n + 5))::after { left: 0; transform: none; }
.years .columns > div:is(:nth-last-child(-n + 5))::after { left: auto; right: 0; transform: none; }
@media (max-width: 599px) { .years .number { display: none; } }
@media (min-width: 800px) { .years .year.often { display: block; } }
.bars { width: 100%; table-layout: fixed; margin: 0; }
.bars th { width: 45%; } .bars th, .bars td { padding: 0.2rem 0.6rem 0.2rem 0; border: 0; vertical-align: middle; }
.bars td { white-space: nowrap; padding-right: 2.6rem; }
.bars .bar { display: inline-block; height: 0.8rem; min-width: 1px; border-radius: 2px; background: var(--bar); vertical-align: middle; }
.bars .number { margin-left: 0.4rem; color: var(--quiet); font-size: 0.8rem; margin-right: -2.6rem; }
.bars tr:hover { background: var(--line); }
";

/// The style sheet of timelines.
const FIGURE_CSS: &str = "\
figure { margin: 0; }
figure svg { display: block; margin: 0 auto; max-width: 100%; height: auto; }
figure.wide, figure.narrow { display: none; }
.lane { border-left: 4px solid; padding-left: 0.8rem; margin: 1rem 0; }
.lane ul { margin: 0.3rem 0; padding-left: 1.1rem; font-size: 0.95rem; }
.lane li { margin: 0.25rem 0; overflow-wrap: anywhere; }
.lane .event { list-style: '\\25c6  '; color: var(--quiet); }
/* The drawings have the title, too. */
@media (min-width: 600px) { figure.narrow { display: block; } .phone { display: none; }
  .title { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); } }
@media (min-width: 1000px) { figure.wide { display: block; } figure.wide + figure.narrow { display: none; } }
@media print { figure.wide { display: block; } figure.wide + figure.narrow, .phone { display: none; } }
";

/// Escapes text for HTML elements and attributes.
fn escape(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    for character in super::text_metrics::clean(text).chars() {
        match character {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            _ => html.push(character),
        }
    }
    html
}
