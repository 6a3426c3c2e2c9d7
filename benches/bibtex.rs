//! Throughput of reading `.bib` files: splitting, parsing and deriving CSL items, for up to 100,000 entries.

#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing)]

use std::borrow::Cow;

use divan::Bencher;
use divan::counter::BytesCount;
use peerbib::formats::bibtex;
use rayon::prelude::*;

mod generate;

fn main() {
    divan::main();
}

#[divan::bench(args = [10_000, 100_000])]
fn split(bencher: Bencher<'_, '_>, entries: usize) {
    let text = generate::bibliography(entries);
    bencher
        .counter(BytesCount::of_str(&text))
        .bench(|| bibtex::split(&text));
}

#[divan::bench(args = [10_000, 100_000], sample_count = 10)]
fn read(bencher: Bencher<'_, '_>, entries: usize) {
    let text = generate::bibliography(entries);
    bencher
        .counter(BytesCount::of_str(&text))
        .bench(|| bibtex::read(&text));
}

#[divan::bench(args = [10_000, 100_000], sample_count = 10)]
fn read_and_derive(bencher: Bencher<'_, '_>, entries: usize) {
    let text = generate::bibliography(entries);
    bencher.counter(BytesCount::of_str(&text)).bench(|| {
        let file = bibtex::read(&text);
        let by_key = file.by_key();
        let parents = |key: &str| by_key.get(key).map(|work| Cow::Borrowed(*work));
        let works: Vec<_> = file.works().collect();
        let derived: Vec<_> = works
            .into_par_iter()
            .map(|work| bibtex::derive(work, &file.strings, &parents))
            .collect();
        derived.len()
    });
}

#[divan::bench(args = [10_000], sample_count = 10)]
fn tidy(bencher: Bencher<'_, '_>, entries: usize) {
    let file = bibtex::read(&generate::bibliography(entries));
    bencher.bench(|| bibtex::tidy(&file));
}
