//! Any bytes can be imported into a library, and come out of it as they went in.

#![no_main]

use libfuzzer_sys::fuzz_target;
use peerbib::formats::bibtex;
use peerbib::library::{ConflictPolicy, ImportedFile, Library, BusyTimeout};

fuzz_target!(|bytes: &[u8]| {
    let directory = tempfile::tempdir().unwrap();
    let mut library = Library::open_or_create(&directory.path().join("library.db"), BusyTimeout::default()).unwrap();
    let decoded = bibtex::decode(bytes);
    let imported = ImportedFile {
        path: "fuzz.bib",
        encoding: decoded.encoding.name(),
        file: &bibtex::read(&decoded.text),
    };
    for _ in 0..2 {
        library
            .change("fuzz", |change| {
                change.import(imported, ConflictPolicy::Merge, &mut |_| {})
            })
            .unwrap();
        assert_eq!(library.export_files().unwrap(), decoded.text);
    }
});
