//! Reading and writing reference formats, one module each.

pub mod bibtex;

pub use bibtex::{Problem, Severity};
