//! Runs the fuzz targets on their corpora. New inputs are found with cargo-fuzz: see `fuzz/Cargo.toml`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

#[path = "../fuzz/targets.rs"]
#[allow(unreachable_pub)]
mod targets;

#[test]
fn every_input_of_the_corpora_is_handled() {
    for (name, run) in targets::TARGETS {
        let corpus = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("fuzz/corpora")
            .join(name);
        let mut inputs = 0;
        for file in std::fs::read_dir(&corpus).unwrap() {
            let bytes = std::fs::read(file.unwrap().path()).unwrap();
            run(&bytes);
            // A shortened input reaches the errors for what is missing.
            for part in 1..8 {
                run(&bytes[..bytes.len() * part / 8]);
            }
            inputs += 1;
        }
        assert!(inputs > 0, "{} is empty", corpus.display());
    }
}
