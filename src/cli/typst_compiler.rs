//! The compiler of Typst inside the program, with the feature `pdf`.
//!
//! It sees one document and the images that it names, and neither the disk, the network, packages nor the clock, so
//! that the same document gives the same PDF.

use std::collections::HashMap;

use typst::diag::{FileError, FileResult, SourceDiagnostic};
use typst::foundations::{Bytes, Datetime, Duration};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt as _, World, WorldExt as _};
use typst_kit::fonts::{self, FontStore};
use typst_layout::PagedDocument;
use typst_pdf::PdfOptions;

use crate::cli::{CommandError, Result};

/// The longest document that is compiled, some 30,000 works. Typst needs about 300 times its length in memory: 365 MB for
/// 4,000 works, which are 1 MB.
const LONGEST_DOCUMENT: usize = 8 << 20;

/// Makes a PDF of a document in Typst. `files` are the images that it names. Fails if Typst reports an error, or the
/// document is too long.
pub(crate) fn pdf(typst: &str, files: &[(String, &[u8])]) -> Result<Vec<u8>> {
    if typst.len() > LONGEST_DOCUMENT {
        return Err(CommandError::new(format_args!(
            "the document is too long for PDF: {} MiB of Typst, at most {}",
            typst.len() >> 20,
            LONGEST_DOCUMENT >> 20
        ))
        .with_help("print fewer works, or write --to docx, --to odt or --to html".to_owned()));
    }
    let world = DocumentWorld::new(typst, files)?;
    let document = typst::compile::<PagedDocument>(&world).output;
    document
        .and_then(|document| typst_pdf::pdf(&document, &PdfOptions::default()))
        .map_err(|errors| world.failure(&errors))
}

/// A document with its images and the fonts of this computer.
struct DocumentWorld {
    library: LazyHash<Library>,
    fonts: FontStore,
    document: Source,
    files: HashMap<FileId, Bytes>,
}

impl DocumentWorld {
    fn new(typst: &str, files: &[(String, &[u8])]) -> Result<Self> {
        let mut fonts = FontStore::new();
        // Those in the program come first, so that a document looks the same on every computer.
        fonts.extend(fonts::embedded());
        fonts.extend(fonts::system());
        let files = files
            .iter()
            .map(|(name, bytes)| Ok((file_id(name)?, Bytes::new(bytes.to_vec()))))
            .collect::<Result<_>>()?;
        Ok(Self {
            library: LazyHash::new(Library::default()),
            fonts,
            document: Source::new(file_id("document.typ")?, typst.to_owned()),
            files,
        })
    }

    /// Describes the first errors, each with its line and column.
    fn failure(&self, errors: &[SourceDiagnostic]) -> CommandError {
        let mut lines = Vec::new();
        for error in errors.iter().take(4) {
            lines.push(format!("error: {}", error.message));
            let place = self
                .range(error.span)
                .and_then(|range| self.document.lines().byte_to_line_column(range.start));
            if let Some((line, column)) = place {
                lines.push(format!("  document.typ:{}:{}", line + 1, column + 1));
            }
            lines.extend(error.hints.iter().map(|hint| format!("hint: {}", hint.v)));
        }
        CommandError::new(format_args!("Typst failed: {}", lines.join("\n")))
    }
}

fn file_id(name: &str) -> Result<FileId> {
    let path = VirtualPath::new(name)
        .map_err(|error| CommandError::new(format_args!("Typst cannot load {name}: {error}")))?;
    Ok(RootedPath::new(VirtualRoot::Project, path).intern())
}

impl World for DocumentWorld {
    fn library(&self) -> &LazyHash<Library> {
        &self.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        self.fonts.book()
    }

    fn main(&self) -> FileId {
        self.document.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == self.document.id() {
            Ok(self.document.clone())
        } else {
            Err(not_found(id))
        }
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        self.files.get(&id).cloned().ok_or_else(|| not_found(id))
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.fonts.font(index)
    }

    fn today(&self, _offset: Option<Duration>) -> Option<Datetime> {
        None
    }
}

fn not_found(id: FileId) -> FileError {
    FileError::NotFound(id.get().vpath().get_without_slash().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn fails(typst: &str, message: &str) {
        let error = pdf(typst, &[]).unwrap_err().to_string();
        assert!(error.contains(message), "{error}");
    }

    #[test]
    fn a_document_reads_neither_files_nor_packages() {
        fails("#read(\"/etc/passwd\")", "file not found");
        fails("#read(\"document.typ\")", "file not found");
        fails("#import \"@preview/cetz:0.3.4\"", "not found");
        assert!(pdf("#read(\"a.txt\")", &[("a.txt".to_owned(), b"A")]).is_ok());
    }

    #[test]
    fn an_error_says_where_it_is() {
        fails(
            "One\n\n#nothing",
            "Typst failed: error: unknown variable: nothing\n  document.typ:3:2",
        );
    }

    #[test]
    fn a_document_that_is_too_long_is_refused() {
        fails(&" ".repeat(LONGEST_DOCUMENT + 1), "too long for PDF");
    }
}
