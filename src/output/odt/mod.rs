//! OpenDocument texts (ISO/IEC 26300), for LibreOffice and other word processors.
//!
//! `body` writes the blocks and runs, `package` the other parts of the archive.

mod body;
mod package;

use self::body::OdtWriter;
use super::document::Document;
use super::title_of;
use crate::reading_list::ReadingList;

/// Formats a reading list as a document, with the styles of [`super::docx::reading_list`].
///
/// # Errors
///
/// Returns an error if the archive cannot be written.
pub fn reading_list(list: &ReadingList, language: &str) -> std::io::Result<Vec<u8>> {
    let document = Document {
        language: language.to_owned(),
        ..Document::default()
    };
    let mut writer = OdtWriter::new(&document);
    if let Some(title) = &list.title {
        writer.title(title);
    }
    writer.list(list);
    package::write(&writer, title_of(list, language), &document)
}

/// Formats a document with its notes, images and, if its citations have them, the reference marks of Zotero.
///
/// # Errors
///
/// Returns an error if the archive cannot be written.
pub fn document(document: &Document) -> std::io::Result<Vec<u8>> {
    let mut writer = OdtWriter::new(document);
    writer.document();
    package::write(&writer, &document.plain_title(), document)
}
