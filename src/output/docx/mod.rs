//! Word documents (Office Open XML, ECMA-376).
//!
//! `body` writes the blocks and runs, `package` the other parts of the archive. The order of the elements within
//! properties is that of the schema, which Word enforces.

mod body;
mod package;

use self::body::DocxWriter;
use super::document::Document;
use super::title_of;
use crate::reading_list::ReadingList;

/// Formats a reading list as a document. The title and headings use Word's built-in styles, entries use the
/// style "Bibliography" with a hanging indent if the citation style asks for one, and annotations use the
/// style "Annotation".
///
/// # Errors
///
/// Returns an error if the archive cannot be written.
pub fn reading_list(list: &ReadingList, language: &str) -> std::io::Result<Vec<u8>> {
    let document = Document {
        language: language.to_owned(),
        ..Document::default()
    };
    let mut writer = DocxWriter::new(&document);
    if let Some(title) = &list.title {
        writer.title(title);
    }
    writer.list(list);
    package::write(&writer, title_of(list, language), &document)
}

/// Formats a document with its notes, images and, if its citations have them, the fields of Zotero.
///
/// # Errors
///
/// Returns an error if the archive cannot be written.
pub fn document(document: &Document) -> std::io::Result<Vec<u8>> {
    let mut writer = DocxWriter::new(document);
    writer.document();
    package::write(&writer, &document.plain_title(), document)
}
