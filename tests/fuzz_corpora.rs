//! Runs the fuzz targets on their corpora and on changed inputs of them, which needs no build of its own. New inputs are
//! found with cargo-fuzz: see `fuzz/Cargo.toml`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stderr
)]

use std::time::{Duration, Instant};

#[path = "../fuzz/targets.rs"]
#[allow(unreachable_pub)]
mod targets;

/// Returns the inputs of a corpus, in the order of their names.
fn corpus(name: &str) -> Vec<Vec<u8>> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fuzz/corpora")
        .join(name);
    let mut files: Vec<_> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|file| file.unwrap().path())
        .collect();
    files.sort();
    assert!(!files.is_empty(), "{} is empty", folder.display());
    files
        .iter()
        .map(|file| std::fs::read(file).unwrap())
        .collect()
}

#[test]
fn every_target_has_a_program_for_cargo_fuzz() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz");
    let manifest = std::fs::read_to_string(folder.join("Cargo.toml")).unwrap();
    for (name, _) in targets::TARGETS {
        let path = format!("fuzz_targets/{name}.rs");
        assert!(
            manifest.contains(&format!("name = \"{name}\"\npath = \"{path}\"")),
            "{name} is not in fuzz/Cargo.toml"
        );
        let program = std::fs::read_to_string(folder.join(path)).unwrap();
        assert!(
            program.contains(&format!("peerbib_fuzz::{name}(")),
            "{name} does not call its target"
        );
    }
}

#[test]
fn every_input_of_the_corpora_is_handled() {
    for (name, run) in targets::TARGETS {
        for bytes in corpus(name) {
            run(&bytes);
            // A shortened input reaches the errors for what is missing.
            for part in 1..8 {
                run(&bytes[..bytes.len() * part / 8]);
            }
        }
    }
}

/// Pseudo-random numbers (xorshift), the same in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(limit.max(1)).unwrap()).unwrap()
    }
}

/// Bytes that mean something in some format.
const SIGNS: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    "(",
    ")",
    "<",
    ">",
    "\"",
    "'",
    "\\",
    "$",
    "&",
    "#",
    "%",
    "@",
    "*",
    "_",
    "^",
    "~",
    "|",
    "=",
    ":",
    ";",
    ",",
    "-",
    "/",
    "\n",
    "\r\n",
    "\t",
    "\0",
    " ",
    "0",
    "9999999999999999999",
    "-1",
    "\u{e9}",
    "\u{301}",
    "\u{202e}",
    "\u{1f331}",
    "\u{ff}",
    "<!--",
    "]]>",
    "{{",
    "}}",
    "\\end{",
    "^[",
    "[@a]",
    "and ",
    "---\n",
    "&amp;",
];

/// Changes an input in a few places: takes bytes out, repeats them, puts signs or parts of another input in.
fn changed(input: &[u8], other: &[u8], random: &mut Random) -> Vec<u8> {
    let mut bytes = input.to_vec();
    for _ in 0..=random.below(4) {
        let at = random.below(bytes.len() + 1);
        let end = (at + random.below(24)).min(bytes.len());
        match random.below(6) {
            0 => drop(bytes.drain(at..end)),
            1 => {
                let part = bytes[at..end].repeat(1 + random.below(4));
                bytes.splice(at..at, part);
            }
            2 => {
                let start = random.below(other.len() + 1);
                let stop = (start + random.below(64)).min(other.len());
                bytes.splice(at..end, other[start..stop].iter().copied());
            }
            3 if at < bytes.len() => bytes[at] = u8::try_from(random.below(256)).unwrap(),
            _ => {
                let sign = SIGNS[random.below(SIGNS.len())].as_bytes();
                bytes.splice(at..at, sign.iter().copied());
            }
        }
    }
    bytes
}

/// Some changes of each input. `FUZZ_SECONDS` is for more of them, and `FUZZ_TARGET` for those of one target.
#[test]
fn changed_inputs_of_the_corpora_are_handled() {
    let seconds = std::env::var("FUZZ_SECONDS").ok();
    let seconds = seconds.map(|seconds| Duration::from_secs(seconds.parse().unwrap()));
    let wanted = std::env::var("FUZZ_TARGET").ok();
    for (name, run) in targets::TARGETS {
        if wanted.as_ref().is_some_and(|wanted| wanted != name) {
            continue;
        }
        let inputs = corpus(name);
        let mut random = Random(0x9e37_79b9_7f4a_7c15);
        let started = Instant::now();
        let mut runs = 0;
        let goes_on = |runs: usize| match seconds {
            Some(seconds) => started.elapsed() < seconds,
            None => runs < 40,
        };
        while goes_on(runs) {
            let input = &inputs[random.below(inputs.len())];
            let other = &inputs[random.below(inputs.len())];
            let bytes = changed(input, other, &mut random);
            let begun = Instant::now();
            let result = std::panic::catch_unwind(|| run(&bytes));
            let text = String::from_utf8_lossy(&bytes);
            assert!(result.is_ok(), "{name}: {text:?}");
            if begun.elapsed() > Duration::from_secs(5) {
                eprintln!("{name}: {:?} for {text:?}", begun.elapsed());
            }
            runs += 1;
        }
        eprintln!("{name}: {runs} runs in {:?}", started.elapsed());
    }
}
