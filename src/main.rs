//! The program: parses its arguments, runs one command, and ends with its exit code.

mod cli;

use std::process::ExitCode;

/// Reading and formatting make many small texts, which the allocator of the system is slow with.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    cli::run(std::env::args_os())
}
