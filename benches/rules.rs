//! Speed of the bundled rules: `cargo bench --bench rules`.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a benchmark that cannot go on has to stop"
)]

mod generate;

use divan::Bencher;
use divan::counter::ItemsCount;
use peerbib::formats::bibtex;
use peerbib::library::{BusyTimeout, ConflictPolicy, ImportedFile, Library, RuleScope};
use peerbib::{bundled, tagging};

const SIZES: [usize; 2] = [10_000, 100_000];

fn main() {
    divan::main();
}

/// Creates a library of generated works with the bundled vocabulary and rules, which have not run yet.
fn library(directory: &tempfile::TempDir, works: usize) -> Library {
    let mut library =
        Library::open_or_create(&directory.path().join("library.db"), BusyTimeout::default())
            .unwrap();
    let file = bibtex::read(&generate::bibliography(works));
    library
        .change("import generated.bib", |change| {
            let imported = ImportedFile {
                path: "generated.bib",
                encoding: "UTF-8",
                file: &file,
            };
            change.import(imported, ConflictPolicy::Merge, &mut |_| ())?;
            let vocabulary = bundled::vocabulary().unwrap();
            vocabulary.install(change, bundled::VOCABULARY_SOURCE)?;
            tagging::install(change, &bundled::rules().unwrap())
        })
        .unwrap();
    library
}

fn apply(library: &mut Library) -> usize {
    library
        .change("rules apply", |change| {
            tagging::apply(change, RuleScope::All, &mut |_| ())
        })
        .unwrap()
        .changes
}

#[divan::bench(args = SIZES, sample_count = 3, sample_size = 1)]
fn for_the_first_time(bencher: Bencher<'_, '_>, works: usize) {
    let directory = tempfile::tempdir().unwrap();
    let mut library = library(&directory, works);
    bencher.counter(ItemsCount::new(works)).bench_local(|| {
        // A dry run, so that every iteration starts from the same state.
        library
            .dry_run(|change| tagging::apply(change, RuleScope::All, &mut |_| ()))
            .unwrap()
            .changes
    });
}

#[divan::bench(args = SIZES, sample_count = 3, sample_size = 1)]
fn where_nothing_changes(bencher: Bencher<'_, '_>, works: usize) {
    let directory = tempfile::tempdir().unwrap();
    let mut library = library(&directory, works);
    assert!(apply(&mut library) > 0);
    bencher
        .counter(ItemsCount::new(works))
        .bench_local(|| apply(&mut library));
}
