//! The labels of the tokens of a reference.

/// The field that a token belongs to.
///
/// The names are those of the AnyStyle project, whose hand-labelled references the model was trained on. Labels are
/// stored in the model by their position.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Label {
    /// The authors.
    Author,
    /// The number of the reference in its list.
    CitationNumber,
    /// The series.
    CollectionTitle,
    /// The book, the proceedings or the event that the work is part of.
    ContainerTitle,
    /// The date of publication.
    Date,
    /// The director of a film.
    Director,
    /// The DOI.
    Doi,
    /// The edition.
    Edition,
    /// The editors.
    Editor,
    /// The kind of work: "PhD thesis".
    Genre,
    /// The ISBN or ISSN.
    Isbn,
    /// The periodical.
    Journal,
    /// The place of publication or of an event.
    Location,
    /// The medium: "DVD".
    Medium,
    /// Anything else, such as "Retrieved 5 May 2015 from".
    Note,
    /// The pages.
    Pages,
    /// The producer of a film.
    Producer,
    /// The publisher.
    Publisher,
    /// The archive or database.
    Source,
    /// The title.
    Title,
    /// The translators.
    Translator,
    /// The URL.
    Url,
    /// Volume and issue.
    Volume,
}

/// The number of labels.
pub(crate) const LABELS: usize = 23;

impl Label {
    /// The labels, in the order of their codes.
    pub const ALL: [Label; LABELS] = [
        Label::Author,
        Label::CitationNumber,
        Label::CollectionTitle,
        Label::ContainerTitle,
        Label::Date,
        Label::Director,
        Label::Doi,
        Label::Edition,
        Label::Editor,
        Label::Genre,
        Label::Isbn,
        Label::Journal,
        Label::Location,
        Label::Medium,
        Label::Note,
        Label::Pages,
        Label::Producer,
        Label::Publisher,
        Label::Source,
        Label::Title,
        Label::Translator,
        Label::Url,
        Label::Volume,
    ];

    /// Returns the name of the label.
    pub fn name(self) -> &'static str {
        match self {
            Label::Author => "author",
            Label::CitationNumber => "citation-number",
            Label::CollectionTitle => "collection-title",
            Label::ContainerTitle => "container-title",
            Label::Date => "date",
            Label::Director => "director",
            Label::Doi => "doi",
            Label::Edition => "edition",
            Label::Editor => "editor",
            Label::Genre => "genre",
            Label::Isbn => "isbn",
            Label::Journal => "journal",
            Label::Location => "location",
            Label::Medium => "medium",
            Label::Note => "note",
            Label::Pages => "pages",
            Label::Producer => "producer",
            Label::Publisher => "publisher",
            Label::Source => "source",
            Label::Title => "title",
            Label::Translator => "translator",
            Label::Url => "url",
            Label::Volume => "volume",
        }
    }

    /// Returns the label with a name.
    pub fn named(name: &str) -> Option<Label> {
        Label::ALL.into_iter().find(|label| label.name() == name)
    }

    /// Returns the label with a code of the model.
    pub(crate) fn from_code(code: usize) -> Option<Label> {
        Label::ALL.get(code).copied()
    }
}
