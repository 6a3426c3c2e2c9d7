//! HTML pages with a chart and its data as tables, for screen readers, searching and reuse.

use std::fmt::Write as _;

use super::palette::Theme;
use super::statistics::Statistics;
use super::timeline::{LaneWork, Timeline};
use super::years::{axis_year, format_year};

/// Formats a page with a drawn timeline.
pub fn timeline_page(timeline: &Timeline, drawing: &str, theme: Theme) -> String {
    let mut body = figure(drawing);
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
    page(&timeline.title, &body, theme)
}

/// Formats a page with drawn statistics.
pub fn statistics_page(statistics: &Statistics, drawing: &str, theme: Theme) -> String {
    let mut body = figure(drawing);
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
    page(&statistics.title, &body, theme)
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

fn figure(drawing: &str) -> String {
    format!("<figure>\n{drawing}</figure>\n")
}

fn page(title: &str, body: &str, theme: Theme) -> String {
    const LIGHT: &str =
        "--ground: #ffffff; --text: #1c2127; --quiet: #59636e; --line: #e3e6ea; --link: #0067a3;";
    const DARK: &str =
        "--ground: #14181d; --text: #e8ebee; --quiet: #a4aeb8; --line: #2c333b; --link: #7cc4f0;";
    let colors = match theme {
        Theme::Light => format!(":root {{ color-scheme: light; {LIGHT} }}"),
        Theme::Dark => format!(":root {{ color-scheme: dark; {DARK} }}"),
        Theme::Auto => format!(
            ":root {{ color-scheme: light dark; {LIGHT} }}\n\
             @media (prefers-color-scheme: dark) {{ :root {{ {DARK} }} }}"
        ),
    };
    let title = escape(title);
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<title>{title}</title>\n<style>\n\
         {colors}\n\
         body {{ margin: 0 auto; padding: 1rem; max-width: 100rem; background: var(--ground); \
         color: var(--text); font: 1rem/1.45 system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif; }}\n\
         figure {{ margin: 0; overflow-x: auto; }}\n\
         figure svg {{ display: block; margin: 0 auto; }}\n\
         details {{ margin: 1rem 0.5rem; }}\n\
         summary {{ cursor: pointer; color: var(--quiet); }}\n\
         table {{ border-collapse: collapse; margin-top: 0.5rem; font-size: 0.9rem; }}\n\
         caption {{ text-align: left; font-weight: 600; padding: 0.5rem 0; }}\n\
         th, td {{ text-align: left; vertical-align: top; padding: 0.3rem 1rem 0.3rem 0; \
         border-bottom: 1px solid var(--line); font-weight: normal; }}\n\
         thead th {{ font-weight: 600; }}\n\
         tr:target {{ outline: 2px solid var(--link); }}\n\
         dt {{ font-weight: 600; margin-top: 0.6rem; }}\n\
         dd {{ margin: 0.1rem 0 0.1rem 1rem; font-size: 0.9rem; }}\n\
         a {{ color: var(--link); }}\n\
         </style>\n</head>\n<body>\n<main>\n{body}</main>\n</body>\n</html>\n"
    )
}

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
