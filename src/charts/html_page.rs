//! A page around a picture: the picture as it is, and below it what it shows as a table, for those who do
//! not see it, who search in it, or who want to go on from it.

use std::fmt::Write as _;

use super::palette::Theme;
use super::statistics::Statistics;
use super::timeline::{LaneWork, Timeline};
use super::years::{on_line, written};

/// A page with the drawing of a timeline.
pub fn of_timeline(timeline: &Timeline, drawing: &str, theme: Theme) -> String {
    let mut body = figure(drawing);
    body.push_str("<details>\n<summary>The works as a table</summary>\n<table>\n");
    body.push_str("<thead><tr><th>Year</th><th>Work</th><th>Title</th>");
    let _ = writeln!(
        body,
        "<th>{}</th></tr></thead>\n<tbody>",
        escaped(&lane_heading(timeline))
    );
    for (work, lanes) in in_order(timeline) {
        let title = escaped(work.title.as_deref().unwrap_or_default());
        let title = match &work.link {
            Some(link) => format!("<a href=\"{}\">{title}</a>", escaped(link)),
            None => title,
        };
        let _ = writeln!(
            body,
            "<tr id=\"{}\"><td>{}</td><td>{}</td><td>{title}</td><td>{}</td></tr>",
            escaped(&work.key),
            escaped(&written(on_line(work.year))),
            escaped(&work.label),
            escaped(&lanes.join("; "))
        );
    }
    body.push_str("</tbody>\n</table>\n</details>\n");
    let events: usize = timeline.lanes.iter().map(|lane| lane.events.len()).sum();
    if events > 0 {
        body.push_str("<details>\n<summary>The events as a list</summary>\n<dl>\n");
        for lane in timeline.lanes.iter().filter(|lane| !lane.events.is_empty()) {
            let _ = writeln!(body, "<dt>{}</dt>", escaped(&lane.label));
            for event in &lane.events {
                let what = escaped(&event.what);
                let _ = writeln!(body, "<dd><b>{}</b> {what}</dd>", escaped(&event.words));
            }
        }
        body.push_str("</dl>\n</details>\n");
    }
    page(&timeline.title, &body, theme)
}

/// A page with the drawing of counts.
pub fn of_statistics(statistics: &Statistics, drawing: &str, theme: Theme) -> String {
    let mut body = figure(drawing);
    body.push_str("<details>\n<summary>The counts as tables</summary>\n");
    for chart in &statistics.charts {
        let _ = writeln!(
            body,
            "<table>\n<caption>{}</caption>\n<tbody>",
            escaped(&chart.title)
        );
        for bar in &chart.bars {
            let label = escaped(&bar.label);
            let _ = writeln!(body, "<tr><th>{label}</th><td>{}</td></tr>", bar.works);
        }
        body.push_str("</tbody>\n</table>\n");
        let more = chart.more.map(|more| format!("and {} more", more.values));
        for note in more.into_iter().chain(chart.note()) {
            let _ = writeln!(body, "<p>{}</p>", escaped(&note));
        }
    }
    body.push_str("</details>\n");
    page(&statistics.title, &body, theme)
}

/// Every work once, the earliest first, with the names of its lanes.
fn in_order(timeline: &Timeline) -> Vec<(&LaneWork, Vec<&str>)> {
    let mut works: Vec<(&LaneWork, &str)> = timeline
        .lanes
        .iter()
        .flat_map(|lane| lane.works.iter().map(|work| (work, lane.label.as_str())))
        .collect();
    // The order of the lanes stays that of the vocabulary.
    works.sort_by(|(one, _), (other, _)| {
        (one.on_line, &one.label, &one.key).cmp(&(other.on_line, &other.label, &other.key))
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
    const DAY: &str =
        "--ground: #ffffff; --text: #1c2127; --quiet: #59636e; --line: #e3e6ea; --link: #0067a3;";
    const NIGHT: &str =
        "--ground: #14181d; --text: #e8ebee; --quiet: #a4aeb8; --line: #2c333b; --link: #7cc4f0;";
    let colours = match theme {
        Theme::Light => format!(":root {{ color-scheme: light; {DAY} }}"),
        Theme::Dark => format!(":root {{ color-scheme: dark; {NIGHT} }}"),
        Theme::Auto => format!(
            ":root {{ color-scheme: light dark; {DAY} }}\n\
             @media (prefers-color-scheme: dark) {{ :root {{ {NIGHT} }} }}"
        ),
    };
    let title = escaped(title);
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<title>{title}</title>\n<style>\n\
         {colours}\n\
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

/// A text as HTML has it, in an attribute, too.
fn escaped(text: &str) -> String {
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
