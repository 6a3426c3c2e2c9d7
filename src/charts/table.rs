//! The data of charts as CSV (RFC 4180).

use super::statistics::Statistics;
use super::timeline::Timeline;
use super::years::{axis_year, format_year};
use crate::output::csv::write_row;

/// Formats statistics: one row for each value, and for each sum of the values that were folded.
pub fn statistics_csv(statistics: &Statistics) -> String {
    let mut csv = String::new();
    write_row(
        &mut csv,
        ["by", "value", "label", "works"].map(str::to_owned),
    );
    for chart in &statistics.charts {
        for bar in &chart.bars {
            let works = bar.works.to_string();
            write_row(
                &mut csv,
                [
                    chart.by.clone(),
                    bar.value.clone(),
                    bar.label.clone(),
                    works,
                ],
            );
        }
        if let Some(more) = chart.more {
            let label = format!("{} more", more.values);
            write_row(
                &mut csv,
                [
                    chart.by.clone(),
                    String::new(),
                    label,
                    more.works.to_string(),
                ],
            );
        }
        if chart.without > 0 {
            let label = "without".to_owned();
            write_row(
                &mut csv,
                [
                    chart.by.clone(),
                    String::new(),
                    label,
                    chart.without.to_string(),
                ],
            );
        }
    }
    csv
}

/// Formats the works and events of a timeline, one row for each on each of its lanes.
pub fn timeline_csv(timeline: &Timeline) -> String {
    let mut csv = String::new();
    write_row(
        &mut csv,
        [
            timeline.by.as_str(),
            "kind",
            "year",
            "key",
            "label",
            "title",
            "link",
        ]
        .map(str::to_owned),
    );
    for lane in &timeline.lanes {
        for work in &lane.works {
            write_row(
                &mut csv,
                [
                    lane.label.clone(),
                    "work".to_owned(),
                    format_year(axis_year(work.year)),
                    work.key.clone(),
                    work.label.clone(),
                    work.title.clone().unwrap_or_default(),
                    work.link.clone().unwrap_or_default(),
                ],
            );
        }
        for event in &lane.events {
            write_row(
                &mut csv,
                [
                    lane.label.clone(),
                    "event".to_owned(),
                    event.words.clone(),
                    String::new(),
                    String::new(),
                    event.what.clone(),
                    String::new(),
                ],
            );
        }
        for key in &lane.undated {
            write_row(
                &mut csv,
                [lane.label.as_str(), "work", "", key, "", "", ""].map(str::to_owned),
            );
        }
    }
    csv
}
