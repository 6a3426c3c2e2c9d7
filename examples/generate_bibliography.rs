//! Generates a bibliography of any length for tests of large libraries: `cargo run --release --example
//! generate_bibliography -- 100000 > large.bib`

#![allow(
    clippy::indexing_slicing,
    reason = "the generator picks from tables of its own"
)]

#[path = "../benches/generate/mod.rs"]
mod generate;

use std::io::Write as _;

fn main() -> std::io::Result<()> {
    let entries = std::env::args()
        .nth(1)
        .and_then(|number| number.parse().ok())
        .unwrap_or(100_000);
    std::io::stdout()
        .lock()
        .write_all(generate::bibliography(entries).as_bytes())
}
