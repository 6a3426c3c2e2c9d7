//! The program: parses its arguments, runs one command, and ends with its exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    peerbib::commands::run(std::env::args_os())
}
