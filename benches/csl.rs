//! Speed of the citation processor: loading a style, bibliographies of 100, 4,000 and 100,000 works, and a
//! document with 1,000 citations.

#![allow(missing_docs)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

use divan::{Bencher, black_box};
use peerbib::csl::bundled;
use peerbib::csl::{Citation, Cite, Processor, Style};
use peerbib::model::CslItem;
use serde_json::json;

fn main() {
    divan::main();
}

const STYLES: [&str; 3] = ["apa", "chicago-notes", "ieee"];

fn style(name: &str) -> Style {
    let xml = bundled::style_xml(name).expect("a bundled style");
    Style::from_xml(&xml).expect("a style that compiles")
}

/// Generates works by few authors, many per year, so that many cites need disambiguation.
fn works(count: usize) -> Vec<CslItem> {
    let families = [
        "Bauwens",
        "Benkler",
        "Bollier",
        "Kostakis",
        "O\u{2019}Neil",
        "S\u{f6}derberg",
    ];
    let givens = [
        "Michel", "Yochai", "David", "Vasilis", "Mathieu", "Johan", "Maria J.", "Ann",
    ];
    let items: Vec<_> = (0..count)
        .map(|number| {
            let authors: Vec<_> = (0..=number % 4)
                .map(|author| {
                    let pick = number / 3 + author * 5;
                    json!({
                        "family": format!("{}{}", families[pick % families.len()], pick % 997),
                        "given": givens[(number + author) % givens.len()],
                    })
                })
                .collect();
            json!({
                "id": format!("work{number}"),
                "type": if number % 3 == 0 { "book" } else { "article-journal" },
                "title": format!("The commons as a mode of production: part {}", number % 1013),
                "container-title": "Journal of Peer Production",
                "publisher": "Commons Press",
                "author": authors,
                "volume": (number % 40).to_string(),
                "issue": (number % 4).to_string(),
                "page": format!("{}-{}", number % 300 + 1, number % 300 + 17),
                "issued": {"date-parts": [[1990 + number % 35, number % 12 + 1]]},
                "DOI": format!("10.1000/{number}"),
            })
        })
        .collect();
    serde_json::from_value(items.into()).expect("works")
}

#[divan::bench(args = STYLES)]
fn load_style(bencher: Bencher<'_, '_>, name: &str) {
    bencher.bench_local(|| style(black_box(name)));
}

#[divan::bench]
fn read_items(bencher: Bencher<'_, '_>) {
    let json = serde_json::to_string(&works(10_000)).expect("JSON");
    bencher.bench_local(|| serde_json::from_str::<Vec<CslItem>>(black_box(&json)).expect("items"));
}

fn bibliography(bencher: Bencher<'_, '_>, name: &str, count: usize) {
    let (style, works) = (style(name), works(count));
    bencher.bench_local(|| Processor::new(&style, None, black_box(&works)).bibliography());
}

#[divan::bench(args = STYLES)]
fn bibliography_of_100(bencher: Bencher<'_, '_>, name: &str) {
    bibliography(bencher, name, 100);
}

#[divan::bench(args = STYLES, sample_count = 10)]
fn bibliography_of_4000(bencher: Bencher<'_, '_>, name: &str) {
    bibliography(bencher, name, 4_000);
}

#[divan::bench(args = STYLES, sample_count = 2, sample_size = 1)]
fn bibliography_of_100000(bencher: Bencher<'_, '_>, name: &str) {
    bibliography(bencher, name, 100_000);
}

#[divan::bench(args = STYLES, sample_count = 10)]
fn citations_of_1000(bencher: Bencher<'_, '_>, name: &str) {
    let (style, works) = (style(name), works(600));
    let citations: Vec<Citation> = (0..1000u32)
        .map(|number| {
            let mut cite = Cite::new(format!("work{}", number * 7 % 600));
            if number % 3 == 0 {
                cite.locator = Some((number % 200).to_string());
            }
            Citation::new(vec![cite], number + 1)
        })
        .collect();
    let processor = Processor::new(&style, None, &works);
    bencher.bench_local(|| processor.citations(black_box(&citations)));
}
