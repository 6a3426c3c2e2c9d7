//! The program: parses its arguments, runs one command, and ends with its exit code.

mod cli;

use std::process::ExitCode;

// Reading and formatting make many small texts, which the allocator of the system is slow with. Where linking mimalloc
// replaces `malloc` (see Cargo.toml), Rust calls that, which is faster than mimalloc's functions for any alignment.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
use mimalloc as _;

#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    cli::run(std::env::args_os())
}
