//! The data of charts as CSV (RFC 4180).

use super::statistics::Statistics;
use super::timeline::Timeline;
use super::years::{axis_year, format_year};
use crate::output::csv::write_row;

/// Formats statistics: one row for each value, and for each sum of the values that were folded.
pub fn statistics_csv(statistics: &Statistics) -> String {
    let mut csv = String::new();
    write_row(&mut csv, ["by", "value", "label", "works"]);
    for chart in &statistics.charts {
        let mut row = |value: &str, label: &str, works: usize| {
            write_row(&mut csv, [&chart.by, value, label, &works.to_string()]);
        };
        for bar in &chart.bars {
            row(&bar.value, &bar.label, bar.works);
        }
        if let Some(more) = chart.more {
            row("", &format!("{} more", more.values), more.works);
        }
        if chart.without > 0 {
            row("", "without", chart.without);
        }
    }
    csv
}

/// Formats the works and events of a timeline, one row for each on each of its lanes.
pub fn timeline_csv(timeline: &Timeline) -> String {
    let mut csv = String::new();
    let by = timeline.by.as_str();
    write_row(
        &mut csv,
        [by, "kind", "year", "key", "label", "title", "link"],
    );
    for lane in &timeline.lanes {
        let of_lane = lane.label.as_str();
        for work in &lane.works {
            let year = format_year(axis_year(work.year));
            let title = work.title.as_deref().unwrap_or_default();
            let link = work.link.as_deref().unwrap_or_default();
            write_row(
                &mut csv,
                [of_lane, "work", &year, &work.key, &work.label, title, link],
            );
        }
        for event in &lane.events {
            write_row(
                &mut csv,
                [of_lane, "event", &event.words, "", "", &event.what, ""],
            );
        }
        for key in &lane.undated {
            write_row(&mut csv, [of_lane, "work", "", key, "", "", ""]);
        }
    }
    csv
}
