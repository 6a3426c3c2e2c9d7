//! The fields of the query language: one list for the parser, help, suggestions and completion.

use crate::library::full_text::Column;

/// A field of the query language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QueryField {
    /// The name before the colon.
    pub name: &'static str,
    /// Other names.
    pub aliases: &'static [&'static str],
    /// An example of a value.
    pub example: &'static str,
    /// A description of one line.
    pub description: &'static str,
    pub(super) kind: FieldKind,
}

/// The kind of value of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FieldKind {
    /// Words in columns of the full-text index.
    Text(&'static [Column]),
    /// Names in columns of the full-text index.
    Names(&'static [Column]),
    /// A field of the entry that is indexed word by word.
    Entry(&'static str),
    Year,
    OriginalYear,
    Added,
    Changed,
    Type,
    Key,
    Isbn,
    Language,
    Tag,
    Facet,
    List,
    File,
    Has,
    Missing,
    Origin,
    Sort,
    Limit,
}

const fn field(
    name: &'static str,
    aliases: &'static [&'static str],
    example: &'static str,
    description: &'static str,
    kind: FieldKind,
) -> QueryField {
    QueryField {
        name,
        aliases,
        example,
        description,
        kind,
    }
}

/// The fields of the query language, in the order of the help. Every facet of tags and every BibLaTeX field is
/// a field, too.
pub const FIELDS: &[QueryField] = &[
    field(
        "author",
        &["authors", "by"],
        "author:benkler",
        "the authors, or the editors if there are none",
        FieldKind::Names(&[Column::Author]),
    ),
    field(
        "editor",
        &["editors"],
        "editor:wren",
        "the editors",
        FieldKind::Names(&[Column::Editor]),
    ),
    field(
        "contributor",
        &["contributors", "name", "person"],
        "contributor:meretz",
        "all contributors: authors, editors, translators and so on",
        FieldKind::Names(&[Column::Author, Column::Editor, Column::Contributor]),
    ),
    field(
        "title",
        &["titles"],
        "title:\"wealth of networks\"",
        "titles and subtitles",
        FieldKind::Text(&[Column::Title]),
    ),
    field(
        "in",
        &["journal", "journaltitle", "container", "book"],
        "in:\"journal of peer production\"",
        "the journal, book, series or event that the work is part of",
        FieldKind::Text(&[Column::Container]),
    ),
    field(
        "publisher",
        &[],
        "publisher:routledge",
        "the publisher, institution or school",
        FieldKind::Text(&[Column::Publisher]),
    ),
    field(
        "place",
        &["location", "address"],
        "place:amsterdam",
        "the place of publication",
        FieldKind::Text(&[Column::Place]),
    ),
    field(
        "abstract",
        &[],
        "abstract:enclosure",
        "the abstract",
        FieldKind::Text(&[Column::Abstract]),
    ),
    field(
        "keyword",
        &["keywords"],
        "keyword:copyleft",
        "the keywords",
        FieldKind::Text(&[Column::Keywords]),
    ),
    field(
        "note",
        &["notes"],
        "note:reread",
        "notes and annotations, including your private notes",
        FieldKind::Text(&[Column::Note]),
    ),
    field(
        "year",
        &["date", "issued"],
        "year:2002..2006",
        "the year of issue: 2006, 2002..2006, 2010.., >=2010, 2010s",
        FieldKind::Year,
    ),
    field(
        "original",
        &["origdate", "origyear"],
        "original:<1900",
        "the year in which a reissued or translated work first appeared",
        FieldKind::OriginalYear,
    ),
    field(
        "added",
        &["imported"],
        "added:7d",
        "the date of import: today, 7d, 2024, 2024-03, >=2024-03-15, 2023..2024",
        FieldKind::Added,
    ),
    field(
        "changed",
        &["modified"],
        "changed:today",
        "the date of the last change, like added:",
        FieldKind::Changed,
    ),
    field(
        "type",
        &[],
        "type:article,book",
        "the BibLaTeX type; thesis means phdthesis and mastersthesis, too",
        FieldKind::Type,
    ),
    field(
        "key",
        &["citekey", "id"],
        "key:benkler2006*",
        "the citation key, current or former",
        FieldKind::Key,
    ),
    field(
        "doi",
        &[],
        "doi:10.1177",
        "the DOI, or its start",
        FieldKind::Entry("doi"),
    ),
    field(
        "isbn",
        &[],
        "isbn:978-0-300-11056-2",
        "the ISBN, with 10 or 13 digits, with or without hyphens",
        FieldKind::Isbn,
    ),
    field(
        "lang",
        &["language", "langid"],
        "lang:de,fr",
        "the language: de, de-AT, german",
        FieldKind::Language,
    ),
    field(
        "tag",
        &["tags"],
        "tag:oekonux",
        "a tag with its child tags, with or without its facet",
        FieldKind::Tag,
    ),
    field(
        "movement",
        &[],
        "movement:oekonux,jopp",
        "tags of the facet movement; every facet is a field",
        FieldKind::Facet,
    ),
    field(
        "theme",
        &[],
        "theme:=policy",
        "tags of the facet theme; = excludes child tags",
        FieldKind::Facet,
    ),
    field(
        "status",
        &[],
        "status:unverified",
        "tags of the facet status: whether a source confirms the entry, verified or unverified",
        FieldKind::Facet,
    ),
    field(
        "list",
        &["lists"],
        "list:reader",
        "the works of a reading list",
        FieldKind::List,
    ),
    field(
        "file",
        &["files"],
        "file:pdf",
        "the paths of linked files",
        FieldKind::File,
    ),
    field(
        "has",
        &["with"],
        "has:doi",
        "works that have a field, or: tag, movement (any facet), note, file, list",
        FieldKind::Has,
    ),
    field(
        "missing",
        &["no", "without"],
        "missing:abstract",
        "works without it",
        FieldKind::Missing,
    ),
    field(
        "origin",
        &[],
        "origin:rule",
        "works with a tag added by rule, hand or import",
        FieldKind::Origin,
    ),
    field(
        "sort",
        &["order"],
        "sort:-year,author",
        "the order: author, year, title, key, type, added, changed, original; - reverses it",
        FieldKind::Sort,
    ),
    field(
        "limit",
        &[],
        "limit:20",
        "at most this many works",
        FieldKind::Limit,
    ),
];

/// Returns the field with this name in lower case.
pub(super) fn field_called(name: &str) -> Option<&'static QueryField> {
    FIELDS
        .iter()
        .find(|field| field.name == name || field.aliases.contains(&name))
}
