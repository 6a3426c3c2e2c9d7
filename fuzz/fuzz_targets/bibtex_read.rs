//! Any bytes are decoded, read, derived, tidied and written again without loss.

#![no_main]

use std::borrow::Cow;

use libfuzzer_sys::fuzz_target;
use peerbib::formats::bibtex::{self, FilePiece};

fuzz_target!(|bytes: &[u8]| {
    let decoded = bibtex::decode(bytes);
    assert_eq!(decoded.encoding.encode(&decoded.text).as_deref(), Ok(bytes));
    let file = bibtex::read(&decoded.text);
    let joined: String = file.pieces.iter().map(FilePiece::text).collect();
    assert_eq!(joined, decoded.text);
    let works = file.by_key();
    let parents = |key: &str| works.get(key).map(|work| Cow::Borrowed(*work));
    for work in file.works() {
        assert_eq!(bibtex::parse_entry(&work.source).as_ref(), Ok(work));
        let derived = bibtex::derive(work, &file.strings, &parents);
        let again = bibtex::from_csl(&derived.item).work;
        assert_eq!(bibtex::parse_entry(&again.source).as_ref(), Ok(&again));
        bibtex::to_bibtex(work, &file.strings, &parents);
    }
    bibtex::tidy(&file);
});
