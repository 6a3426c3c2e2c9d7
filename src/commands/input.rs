//! Bibliographies as commands take them: files, standard input, and those that ship with peerbib.

use std::io::Read as _;
use std::path::Path;

use super::Failure;
use crate::formats::bibtex::{self, BibFile};
use crate::shipped::BIBLIOGRAPHIES;

/// A bibliography that was read.
pub(super) struct Input {
    /// How receipts name it.
    pub(super) path: String,
    /// How its text was encoded.
    pub(super) encoding: String,
    /// What is in it.
    pub(super) file: BibFile,
}

impl Input {
    /// Reads the bibliography that `name` means: `-` is standard input, `peerbib:chapter` ships with
    /// the program, everything else is a file.
    pub(super) fn read(name: &str) -> Result<Self, Failure> {
        if let Some(shipped) = name.strip_prefix("peerbib:") {
            return Self::shipped(shipped);
        }
        let bytes = if name == "-" {
            let mut bytes = Vec::new();
            std::io::stdin()
                .lock()
                .read_to_end(&mut bytes)
                .map_err(|error| {
                    Failure::new(format_args!("standard input cannot be read: {error}"))
                })?;
            bytes
        } else {
            read_file(Path::new(name))?
        };
        let decoded = bibtex::decode(&bytes);
        if decoded.text.contains('\0') {
            return Err(Failure::new(format_args!(
                "{name} is not a bibliography: it holds binary data"
            ))
            .with_help("peerbib reads BibTeX and BibLaTeX files (.bib)".to_owned()));
        }
        let mut file = bibtex::read(&decoded.text);
        if let Some(notice) = decoded.notice {
            file.problems.insert(
                0,
                crate::formats::Problem {
                    line: 0,
                    key: None,
                    field: None,
                    message: notice,
                    severity: crate::formats::Severity::Notice,
                },
            );
        }
        // The same file is the same file from wherever it is named.
        let path = if name == "-" {
            name.to_owned()
        } else {
            std::fs::canonicalize(name).map_or_else(
                |_| name.to_owned(),
                |path| path.to_string_lossy().into_owned(),
            )
        };
        Ok(Self {
            path,
            encoding: decoded.encoding.name().to_owned(),
            file,
        })
    }

    fn shipped(name: &str) -> Result<Self, Failure> {
        let shipped = BIBLIOGRAPHIES.iter().find(|shipped| shipped.name == name);
        let Some(shipped) = shipped else {
            let known: Vec<String> = BIBLIOGRAPHIES.iter().map(|known| known.path()).collect();
            return Err(Failure::new(format_args!(
                "peerbib ships no bibliography \u{201c}{name}\u{201d}"
            ))
            .with_help(format!("it ships {}", known.join(" and "))));
        };
        Ok(Self {
            path: shipped.path(),
            encoding: "UTF-8".to_owned(),
            file: bibtex::read(shipped.text),
        })
    }
}

fn read_file(path: &Path) -> Result<Vec<u8>, Failure> {
    if path.is_dir() {
        return Err(
            Failure::new(format_args!("{} is a directory", path.display()))
                .with_help(format!("name its files: {}/*.bib", path.display())),
        );
    }
    std::fs::read(path).map_err(|error| {
        let reason = match error.kind() {
            std::io::ErrorKind::NotFound => "there is no such file".to_owned(),
            std::io::ErrorKind::PermissionDenied => "you may not read it".to_owned(),
            _ => error.to_string(),
        };
        Failure::new(format_args!("{} cannot be read: {reason}", path.display()))
    })
}
