//! Any bytes can be read in any format, and every reference can be written in every format.

#![no_main]

use std::borrow::Cow;

use libfuzzer_sys::fuzz_target;
use peerbib::formats::bibtex::{self, Strings};
use peerbib::formats::{self, Export, ExportedWork, FORMATS, Records};
use peerbib::model::Entry;

fuzz_target!(|bytes: &[u8]| {
    let text = bibtex::decode(bytes).text;
    let _ = formats::of_file("fuzz", &text);
    for format in FORMATS {
        if let Records::Items(read) = format.read(bytes, &text) {
            let items = read.with_keys().items;
            let works: Vec<Entry> = items
                .iter()
                .map(|read| Entry {
                    key: read.item.id.clone(),
                    entry_type: String::new(),
                    fields: Vec::new(),
                    source: String::new(),
                })
                .collect();
            let strings = Strings::default();
            let exported: Vec<ExportedWork<'_>> = works
                .iter()
                .zip(&items)
                .map(|(work, read)| ExportedWork {
                    work,
                    item: &read.item,
                    strings: &strings,
                })
                .collect();
            let export = Export {
                works: &exported,
                parents: &|_| -> Option<Cow<'_, Entry>> { None },
            };
            for writer in FORMATS.iter().filter_map(|format| format.writer) {
                let _ = writer.write(&export);
            }
        }
        let _ = format.read(bytes, &text).into_entries();
    }
});
