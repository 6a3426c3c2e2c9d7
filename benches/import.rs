//! Speed of import and export: `cargo bench --bench import`.
//!
//! To time the whole program, generate a file with the example `generate_bibliography` and run peerbib on it.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a benchmark that cannot go on has to stop"
)]

mod generate;

use divan::Bencher;
use divan::counter::ItemsCount;
use peerbib::formats::bibtex::{self, BibFile};
use peerbib::library::{BusyTimeout, ConflictPolicy, ImportedFile, Library};

const SIZES: [usize; 2] = [1_000, 10_000];

fn main() {
    divan::main();
}

fn import(library: &mut Library, file: &BibFile) {
    let imported = ImportedFile {
        path: "generated.bib",
        encoding: "UTF-8",
        file,
    };
    library
        .change("import generated.bib", |change| {
            change.import(imported, ConflictPolicy::Merge, &mut |_| ())
        })
        .unwrap();
}

fn imported(directory: &tempfile::TempDir, file: &BibFile) -> Library {
    let mut library =
        Library::open_or_create(&directory.path().join("library.db"), BusyTimeout::default())
            .unwrap();
    import(&mut library, file);
    library
}

#[divan::bench(args = SIZES, sample_count = 10)]
fn read(bencher: Bencher<'_, '_>, entries: usize) {
    let text = generate::bibliography(entries);
    bencher
        .counter(ItemsCount::new(entries))
        .bench(|| bibtex::read(&text));
}

#[divan::bench(args = SIZES, sample_count = 10)]
fn import_into_an_empty_library(bencher: Bencher<'_, '_>, entries: usize) {
    let file = bibtex::read(&generate::bibliography(entries));
    bencher
        .counter(ItemsCount::new(entries))
        .with_inputs(|| tempfile::tempdir().unwrap())
        .bench_values(|directory| {
            imported(&directory, &file);
            directory
        });
}

#[divan::bench(args = SIZES, sample_count = 10)]
fn import_again(bencher: Bencher<'_, '_>, entries: usize) {
    let file = bibtex::read(&generate::bibliography(entries));
    let directory = tempfile::tempdir().unwrap();
    let mut library = imported(&directory, &file);
    bencher
        .counter(ItemsCount::new(entries))
        .bench_local(|| import(&mut library, &file));
}

#[divan::bench(args = SIZES, sample_count = 10)]
fn export(bencher: Bencher<'_, '_>, entries: usize) {
    let file = bibtex::read(&generate::bibliography(entries));
    let directory = tempfile::tempdir().unwrap();
    let library = imported(&directory, &file);
    bencher
        .counter(ItemsCount::new(entries))
        .bench_local(|| library.sources().export_all().unwrap());
}

#[divan::bench(args = SIZES, sample_count = 5, sample_size = 1)]
fn undo_an_import(bencher: Bencher<'_, '_>, entries: usize) {
    let file = bibtex::read(&generate::bibliography(entries));
    let directory = tempfile::tempdir().unwrap();
    let mut library = imported(&directory, &file);
    bencher
        .counter(ItemsCount::new(entries))
        .bench_local(|| library.dry_run_undo(None).unwrap());
}

#[divan::bench(args = SIZES, sample_count = 5, sample_size = 1)]
fn redo_an_import(bencher: Bencher<'_, '_>, entries: usize) {
    let file = bibtex::read(&generate::bibliography(entries));
    let directory = tempfile::tempdir().unwrap();
    let mut library = imported(&directory, &file);
    library.undo(None).unwrap();
    bencher
        .counter(ItemsCount::new(entries))
        .bench_local(|| library.dry_run_redo(None).unwrap());
}
