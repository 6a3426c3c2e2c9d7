//! Bibliographies as input: files, standard input, and bundled ones.

use std::path::Path;

use crate::cli::CommandError;
use crate::cli::io::{self, standard_input};
use peerbib::bundled::BIBLIOGRAPHIES;
use peerbib::formats::bibtex::{DecodedText, FileEncoding};
use peerbib::formats::{self, Diagnostic, Format, ParsedFile, Severity, bibtex};

/// A bibliography that was read.
pub(crate) struct Input {
    /// Its name in reports.
    pub(crate) path: String,
    /// Its encoding, as [`encoding_name`] returns it.
    pub(crate) encoding: String,
    /// Its content.
    pub(crate) reading: ParsedFile,
    /// Whether it is a bibliography that ships with the program, by whatever name.
    pub(crate) is_shipped: bool,
}

/// The bytes and the text of a file.
pub(crate) struct Source {
    /// The name of the file in reports.
    pub(crate) path: String,
    /// Its bytes.
    pub(crate) bytes: Vec<u8>,
    /// Its text.
    pub(crate) decoded: DecodedText,
}

impl Source {
    /// Reads standard input (`-`) or a file.
    pub(crate) fn read(name: &str) -> Result<Self, CommandError> {
        let bytes = if name == "-" {
            standard_input()?
        } else {
            read_file(Path::new(name))?
        };
        Ok(Self {
            path: known_path(name),
            decoded: bibtex::decode(&bytes),
            bytes,
        })
    }

    /// Reads the text in a format. Binary data in which no entry can be recognized is an error; a NUL byte in a
    /// damaged bibliography costs only the entry around it.
    pub(crate) fn parse(&self, name: &str, format: &Format) -> Result<ParsedFile, CommandError> {
        let reading = format.reader.read(&self.decoded.text);
        let has_entries = || {
            let problems = &reading.file.problems;
            reading.file.works().next().is_some()
                || problems.iter().any(|problem| problem.key.is_some())
        };
        if self.decoded.text.contains('\0') && !has_entries() {
            return Err(CommandError::new(format_args!(
                "{name} is not a bibliography: it contains binary data"
            ))
            .with_help(
                "peerbib reads BibTeX and BibLaTeX (.bib), CSL-JSON, Hayagriva YAML and RIS"
                    .to_owned(),
            ));
        }
        Ok(reading)
    }
}

/// Returns the path by which reports and the library know a file, independent of the working directory.
pub(crate) fn known_path(name: &str) -> String {
    if name == "-" || name.starts_with("peerbib:") {
        return name.to_owned();
    }
    let canonical = std::fs::canonicalize(name).ok();
    canonical
        .and_then(|path| path.into_os_string().into_string().ok())
        .unwrap_or_else(|| name.to_owned())
}

/// Returns the name of an encoding as the library stores it.
pub(crate) fn encoding_name(encoding: FileEncoding) -> String {
    let mark = if encoding.byte_order_mark {
        WITH_MARK
    } else {
        ""
    };
    format!("{}{mark}", encoding.name())
}

/// Returns the encoding with a stored name, or UTF-8 if it is unknown.
pub(crate) fn encoding_named(name: &str) -> FileEncoding {
    let (name, mark) = match name.strip_suffix(WITH_MARK) {
        Some(name) => (name, true),
        None => (name, false),
    };
    FileEncoding::by_name(name, mark).unwrap_or_default()
}

const WITH_MARK: &str = " with byte order mark";

impl Input {
    /// Reads a bibliography: `-` is standard input, `peerbib:chapter` is bundled, everything else is a file.
    /// Without `from`, the format is detected from the extension or the content.
    pub(crate) fn read(name: &str, from: Option<&'static Format>) -> Result<Self, CommandError> {
        if let Some(shipped) = name.strip_prefix("peerbib:") {
            return Self::shipped(shipped);
        }
        let source = Source::read(name)?;
        let format = from.unwrap_or_else(|| formats::of_file(name, &source.decoded.text));
        let mut reading = source.parse(name, format)?;
        let Source { path, decoded, .. } = source;
        if let Some(notice) = decoded.notice {
            reading.file.problems.insert(
                0,
                Diagnostic {
                    line: 0,
                    key: None,
                    field: None,
                    message: notice,
                    severity: Severity::Notice,
                },
            );
        }
        Ok(Self {
            path,
            encoding: encoding_name(decoded.encoding),
            reading,
            is_shipped: BIBLIOGRAPHIES
                .iter()
                .any(|shipped| shipped.is(&decoded.text)),
        })
    }

    fn shipped(name: &str) -> Result<Self, CommandError> {
        let shipped = BIBLIOGRAPHIES.iter().find(|shipped| shipped.name == name);
        let Some(shipped) = shipped else {
            let known: Vec<String> = BIBLIOGRAPHIES.iter().map(|known| known.path()).collect();
            return Err(CommandError::new(format_args!(
                "there is no bundled bibliography \u{201c}{name}\u{201d}"
            ))
            .with_help(format!("the bundled ones are {}", known.join(" and "))));
        };
        Ok(Self {
            path: shipped.path(),
            encoding: "UTF-8".to_owned(),
            reading: formats::BIBLATEX.reader.read(shipped.text),
            is_shipped: true,
        })
    }
}

fn read_file(path: &Path) -> Result<Vec<u8>, CommandError> {
    if path.is_dir() {
        return Err(
            CommandError::new(format_args!("{} is a directory", path.display()))
                .with_help(format!("give its files: {}/*.bib", path.display())),
        );
    }
    io::read_file(path).map_err(|error| {
        let reason = io::reason(&error);
        CommandError::new(format_args!("cannot read {}: {reason}", path.display()))
    })
}
