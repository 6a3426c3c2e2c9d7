//! The fields of the query language: one list for reading queries, for help, for suggestions and for
//! completion.

use crate::library::full_text::Column;

/// A field of the query language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QueryField {
    /// Its name, which stands before the colon.
    pub name: &'static str,
    /// Other names of it.
    pub aliases: &'static [&'static str],
    /// What can stand behind the colon, by an example.
    pub example: &'static str,
    /// What it looks at, in a line.
    pub description: &'static str,
    pub(super) kind: FieldKind,
}

/// How the value of a field is read.
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

/// The fields of the query language, in the order in which a person is told of them. Besides these, every
/// facet of the library's tags is a field, and so is every field of BibLaTeX.
pub const FIELDS: &[QueryField] = &[
    field(
        "author",
        &["authors", "by"],
        "author:benkler",
        "the authors, or the editors of a work without authors",
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
        "everybody who had a part in the work: authors, editors, translators and so on",
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
        "the keywords of the entry",
        FieldKind::Text(&[Column::Keywords]),
    ),
    field(
        "note",
        &["notes"],
        "note:reread",
        "notes and annotations, your private notes among them",
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
        "when the work came into the library: today, 7d, 2024, 2024-03, >=2024-03-15, 2023..2024",
        FieldKind::Added,
    ),
    field(
        "changed",
        &["modified"],
        "changed:today",
        "when the entry of the work last changed; written as with added:",
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
        "the citation key, today's or an earlier one",
        FieldKind::Key,
    ),
    field(
        "doi",
        &[],
        "doi:10.1177",
        "the DOI, or the beginning of one",
        FieldKind::Entry("doi"),
    ),
    field(
        "isbn",
        &[],
        "isbn:978-0-300-11056-2",
        "the ISBN, in ten digits or thirteen, with hyphens or without",
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
        "a tag with the narrower tags under it, with its facet or without",
        FieldKind::Tag,
    ),
    field(
        "movement",
        &[],
        "movement:oekonux,jopp",
        "tags of the facet movement; every facet of the library is a field like it",
        FieldKind::Facet,
    ),
    field(
        "theme",
        &[],
        "theme:=policy",
        "tags of the facet theme; = leaves the narrower tags out",
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
        "the works of a stored reading list",
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
        "works that do not have it",
        FieldKind::Missing,
    ),
    field(
        "origin",
        &[],
        "origin:rule",
        "works with a tag that was put there by rule, by hand or by an import",
        FieldKind::Origin,
    ),
    field(
        "sort",
        &["order"],
        "sort:-year,author",
        "the order: author, year, title, key, type, added, changed, original; - turns it around",
        FieldKind::Sort,
    ),
    field(
        "limit",
        &[],
        "limit:20",
        "at most so many works",
        FieldKind::Limit,
    ),
];

/// The field of this name, in lower case.
pub(super) fn field_called(name: &str) -> Option<&'static QueryField> {
    FIELDS
        .iter()
        .find(|field| field.name == name || field.aliases.contains(&name))
}
