#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| peerbib_fuzz::json(bytes));
