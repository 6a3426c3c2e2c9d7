//! Speed of searching: `cargo bench --bench query`. Each query is parsed, translated and run on a library of
//! 100,000 works, including the columns of the result table.
//!
//! To time the whole program, import a file generated with the example `generate_bibliography` and run
//! `peerbib find` on it.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a benchmark that cannot go on has to stop"
)]

mod generate;

use std::cell::LazyCell;

use divan::Bencher;
use peerbib::formats::bibtex;
use peerbib::library::{
    BusyTimeout, ConflictPolicy, ImportedFile, Library, NewAssignment, Origin, Tag, TagName,
};
use peerbib::query::Query;

const WORKS: usize = 100_000;

const CONSTRUCTS: &[&str] = &[
    "makerspaces",
    "copyl*",
    "\"community networks\" history",
    "author:ostrom title:measuring",
    "author:=\"elinor ostrom\" year:1999",
    "editor:siefkes title:copyleft",
    "in:\"first monday\" year:2001",
    "publisher:routledge year:2001",
    "place:kobenhavn year:2001",
    "key:ostrom1999*",
    "doi:10.5555/2001",
    "isbn:978-0-001*",
    "volume:12 number:3 year:2001",
    "volume:=12 year:2001",
    "url:2001",
    "year:2001",
    "year:>=2025",
    "added:<2000",
    "changed:7d author:ostrom year:2001",
    "type:book year:2001",
    "theme:commons year:2001",
    "theme:=commons year:2001",
    "has:doi year:2001",
    "missing:abstract year:2001",
    "origin:hand year:2001",
    "-author:ostrom year:2001 (type:book OR type:online)",
    "makerspaces sort:-year limit:20",
    "sort:-year,author limit:20",
    "limit:20",
    "commons",
    "",
];

thread_local! {
    static LIBRARY: LazyCell<(tempfile::TempDir, Library)> = LazyCell::new(library);
}

fn main() {
    divan::main();
}

/// Creates a library in which every seventh work has a tag, and every second one of these a child tag.
fn library() -> (tempfile::TempDir, Library) {
    let directory = tempfile::tempdir().unwrap();
    let mut library =
        Library::open_or_create(&directory.path().join("library.db"), BusyTimeout::default())
            .unwrap();
    let file = bibtex::read(&generate::bibliography(WORKS));
    let imported = ImportedFile {
        path: "generated.bib",
        encoding: "UTF-8",
        file: &file,
    };
    library
        .change("import generated.bib", |change| {
            change.import(imported, ConflictPolicy::Merge, &mut |_| ())?;
            let wide: TagName = "theme:commons".parse()?;
            let narrow = Tag {
                parent: Some(wide.clone()),
                ..Tag::named("theme:peer-production".parse()?)
            };
            let tags = [
                change.tags().put(&Tag::named(wide))?,
                change.tags().put(&narrow)?,
            ];
            for (work, _) in change.works().keys()?.into_iter().step_by(7) {
                change.tags().assign(NewAssignment {
                    work,
                    tag: tags[usize::try_from(work % 2).unwrap_or(0)],
                    origin: Origin::Hand,
                    source: "ada",
                    reason: None,
                })?;
            }
            Ok(())
        })
        .unwrap();
    (directory, library)
}

#[divan::bench(args = CONSTRUCTS, sample_count = 10)]
fn find(bencher: Bencher<'_, '_>, query: &str) {
    LIBRARY.with(|library| {
        let library = &library.1;
        bencher.bench_local(|| {
            let query: Query = query.parse().unwrap();
            let results = library
                .works()
                .search(&query.selection(library).unwrap(), &[]);
            results.unwrap().len()
        });
    });
}

#[divan::bench(args = ["title:/^measuring.*labour/", "volume:/^12$/ year:2001"], sample_count = 3)]
fn find_by_a_pattern(bencher: Bencher<'_, '_>, query: &str) {
    find(bencher, query);
}
