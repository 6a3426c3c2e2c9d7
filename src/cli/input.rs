//! Bibliographies as input: files, standard input, and bundled ones.

use std::path::Path;

use crate::cli::format_name::FormatName;
use crate::cli::io::{self, standard_input};
use crate::cli::reference_prompt::ask_about_references;
use crate::cli::{CommandContext, CommandError, Result};
use peerbib::bundled::BIBLIOGRAPHIES;
use peerbib::formats::bibtex::{DecodedText, FileEncoding, FilePiece};
use peerbib::formats::csv::{self, ColumnField};
use peerbib::formats::key_pattern::KeyPattern;
use peerbib::formats::references::reading_of;
use peerbib::formats::{
    self, Diagnostic, FORMATS, ParsedFile, Records, ReferenceFormat, Severity, bibtex,
};
use peerbib::model::CslItem;

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
pub(crate) struct InputFile {
    /// The name of the file in reports.
    pub(crate) path: String,
    /// Its bytes, unless they are those of the text.
    bytes: Option<Vec<u8>>,
    /// Its text.
    pub(crate) decoded: DecodedText,
}

impl InputFile {
    /// Reads standard input (`-`) or a file.
    pub(crate) fn read(name: &str) -> Result<Self> {
        let bytes = if name == "-" {
            standard_input()?
        } else {
            read_file(Path::new(name))?
        };
        let decoded = bibtex::decode(&bytes);
        // A large file need not be in memory twice.
        let bytes = Some(bytes).filter(|bytes| *bytes != decoded.text.as_bytes());
        Ok(Self {
            path: known_path(name),
            bytes,
            decoded,
        })
    }

    /// Returns the bytes of the file.
    pub(crate) fn bytes(&self) -> &[u8] {
        self.bytes
            .as_deref()
            .unwrap_or(self.decoded.text.as_bytes())
    }

    /// Returns the format that a person named, or else that of the content, or else that of the extension. Fails if the
    /// format of the file is not known.
    pub(crate) fn format(
        &self,
        name: &str,
        from: Option<FormatName>,
    ) -> Result<&'static ReferenceFormat> {
        if let Some(from) = from {
            return Ok(from.format());
        }
        formats::of_file(name, &self.decoded.text).ok_or_else(|| {
            let what = if self.decoded.text.contains('\0') {
                "it contains binary data"
            } else {
                "its format is not known"
            };
            CommandError::new(format_args!(
                "{} is not a bibliography: {what}",
                name_in_messages(name)
            ))
            .with_help(known_formats())
        })
    }

    /// Reads the text in a format. Binary data in which no entry can be recognized is an error; a NUL byte in a
    /// damaged bibliography costs only the entry around it.
    pub(crate) fn records(&self, name: &str, format: &ReferenceFormat) -> Result<Records> {
        self.records_with(name, format, &[])
    }

    /// Reads the text in a format, like [`InputFile::records`], with the fields that a person gave to the columns of
    /// tables.
    pub(crate) fn records_with(
        &self,
        name: &str,
        format: &ReferenceFormat,
        columns: &[ColumnField],
    ) -> Result<Records> {
        if format.is_database() {
            return Err(CommandError::new(format_args!(
                "{} can only be read from its place, not from {}",
                format.title,
                name_in_messages(name)
            ))
            .with_help("give its path: zotero:PATH".to_owned()));
        }
        let records = if format.is_table() {
            csv::read_with(&self.decoded.text, columns)
        } else {
            format.read(self.bytes(), &self.decoded.text)
        };
        self.checked(name, format, records)
    }

    /// Reads the text in a format, like [`InputFile::records_with`], and gives entries of BibTeX without a citation key one.
    pub(crate) fn records_with_keys(
        &self,
        name: &str,
        format: &ReferenceFormat,
        columns: &[ColumnField],
    ) -> Result<Records> {
        if !format.is_bibtex() {
            return self.records_with(name, format, columns);
        }
        let pattern = KeyPattern::default();
        let file =
            bibtex::read_with_keys(&self.decoded.text, &|entry, item| pattern.key(entry, item));
        self.checked(name, format, Records::Entries(file))
    }

    /// Refuses binary data in which no entry was recognized, and adds the notice about the encoding of the text.
    fn checked(
        &self,
        name: &str,
        format: &ReferenceFormat,
        mut records: Records,
    ) -> Result<Records> {
        let (problems, has_entries) = match &mut records {
            Records::Entries(file) => {
                let has_works = file.works().next().is_some();
                (&mut file.problems, has_works)
            }
            Records::Items(items) => (&mut items.problems, !items.items.is_empty()),
        };
        if format.is_binary() {
            return Ok(records);
        }
        let has_entries = has_entries || problems.iter().any(|problem| problem.key.is_some());
        if self.decoded.text.contains('\0') && !has_entries {
            return Err(CommandError::new(format_args!(
                "{} is not a bibliography: it contains binary data",
                name_in_messages(name)
            ))
            .with_help(known_formats()));
        }
        if let Some(notice) = &self.decoded.notice {
            problems.insert(
                0,
                Diagnostic {
                    line: 0,
                    key: None,
                    field: None,
                    message: notice.clone(),
                    severity: Severity::Notice,
                },
            );
        }
        Ok(records)
    }

    /// Reads the text in a format as BibLaTeX, like [`InputFile::records`].
    pub(crate) fn parse(&self, name: &str, format: &ReferenceFormat) -> Result<ParsedFile> {
        Ok(self.records(name, format)?.into_entries())
    }
}

/// Parses `COLUMN=FIELD`. An empty field leaves the column out.
pub(crate) fn column_field(text: &str) -> Result<ColumnField, String> {
    let (column, field) = text
        .rsplit_once('=')
        .ok_or("write it as COLUMN=FIELD, such as Werk=title")?;
    if field.is_empty() || csv::is_field(field) {
        Ok((column.trim().to_owned(), field.trim().to_owned()))
    } else {
        Err(format!("no field or CSL variable is called {field}"))
    }
}

/// Returns the name of an input for messages.
fn name_in_messages(name: &str) -> &str {
    if name == "-" { "standard input" } else { name }
}

/// Returns the list of formats that can be read.
fn known_formats() -> String {
    let titles: Vec<&str> = FORMATS.iter().map(|format| format.title).collect();
    format!("peerbib reads {}", titles.join(", "))
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
    /// Without `from`, the format is detected from the content or the extension.
    pub(crate) fn read(name: &str, from: Option<FormatName>) -> Result<Self> {
        Self::read_with(name, from, &[], &KeyPattern::default())
    }

    /// Reads a bibliography like [`Input::read`], with the fields that a person gave to the columns of tables, and
    /// with keys by a pattern for references that have none.
    pub(crate) fn read_with(
        name: &str,
        from: Option<FormatName>,
        columns: &[ColumnField],
        pattern: &KeyPattern,
    ) -> Result<Self> {
        if let Some(shipped) = name.strip_prefix("peerbib:") {
            return Self::shipped(shipped);
        }
        let source = InputFile::read(name)?;
        let format = source.format(name, from)?;
        let records = source.records_with(name, format, columns)?;
        let reading = records.into_entries_by(pattern);
        let InputFile { path, decoded, .. } = source;
        Ok(Self {
            path,
            // Only the text of BibTeX and BibLaTeX is exported again as it was.
            encoding: if format.is_bibtex() {
                encoding_name(decoded.encoding)
            } else {
                encoding_name(FileEncoding::default())
            },
            reading,
            is_shipped: BIBLIOGRAPHIES
                .iter()
                .any(|shipped| shipped.is(&decoded.text)),
        })
    }

    /// Reads the references in a text that a person gave to a command, with keys by a pattern.
    pub(crate) fn of_references(text: &str, pattern: &KeyPattern) -> Self {
        Self {
            path: "-".to_owned(),
            encoding: "UTF-8".to_owned(),
            reading: formats::REFERENCES
                .read(text.as_bytes(), &text.into())
                .into_entries_by(pattern),
            is_shipped: false,
        }
    }

    /// Reads a bibliography as [`Input::read`] does, and asks about each reference of a plain reference list.
    pub(crate) fn read_interactively(
        context: &CommandContext,
        name: &str,
        from: Option<FormatName>,
    ) -> Result<Self> {
        if name == "-" || name.starts_with("peerbib:") {
            // Standard input cannot hold the list and the answers.
            return Self::read(name, from);
        }
        let source = InputFile::read(name)?;
        if source.format(name, from)?.name != formats::REFERENCES.name {
            return Self::read(name, from);
        }
        let reading = ask_about_references(context, &source.decoded.text)?;
        Ok(Self {
            path: source.path,
            encoding: encoding_name(source.decoded.encoding),
            reading,
            is_shipped: false,
        })
    }

    /// Returns whether nothing of the file can be imported: it is blank, or all of its entries were rejected.
    pub(crate) fn has_nothing(&self) -> bool {
        let mut pieces = self.reading.file.pieces.iter();
        let is_blank = |piece: &FilePiece| match piece {
            FilePiece::Entry { .. } => false,
            FilePiece::RejectedEntry { .. } => true,
            other => other.text().trim().is_empty(),
        };
        let has_rejected = pieces
            .clone()
            .any(|piece| matches!(piece, FilePiece::RejectedEntry { .. }));
        self.reading.file.works().next().is_none() && (has_rejected || pieces.all(is_blank))
    }

    /// Returns the items of a plain reference list; none for any other format.
    pub(crate) fn reference_items(&self) -> Option<&[CslItem]> {
        let items = self.reading.items.as_deref()?;
        let is_list = !items.is_empty() && items.iter().all(|item| reading_of(item).is_some());
        is_list.then_some(items)
    }

    fn shipped(name: &str) -> Result<Self> {
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
            reading: formats::BIBLATEX.read_text(shipped.text),
            is_shipped: true,
        })
    }
}

fn read_file(path: &Path) -> Result<Vec<u8>> {
    if path.is_dir() {
        return Err(
            CommandError::new(format_args!("{} is a directory", path.display()))
                .with_help(format!("give its files: {}/*.bib", path.display())),
        );
    }
    io::read_file(path).map_err(|error| {
        let reason = io::reason(&error);
        let failed = CommandError::new(format_args!("cannot read {}: {reason}", path.display()));
        if path.to_string_lossy().contains("://") {
            failed.with_help("download the file first; `peerbib add ADDRESS` adds the work that a page describes".to_owned())
        } else {
            failed
        }
    })
}
