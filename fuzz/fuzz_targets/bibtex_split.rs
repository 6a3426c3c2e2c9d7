//! The pieces of any text, joined, are the text.

#![no_main]

use libfuzzer_sys::fuzz_target;
use peerbib::formats::bibtex;

fuzz_target!(|text: &str| {
    let joined: String = bibtex::split(text).iter().map(|piece| piece.text).collect();
    assert_eq!(joined, text);
});
