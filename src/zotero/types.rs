//! The names of Zotero's item types, fields and creator types, and what they are in CSL and BibLaTeX.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::csl::variables::{VariableKind, known};

/// An item type.
#[derive(Debug)]
pub(super) struct ZoteroItemType {
    /// Zotero's name.
    pub(super) name: &'static str,
    /// The CSL type.
    pub(super) csl: &'static str,
    /// The BibLaTeX type.
    pub(super) biblatex: &'static str,
    /// The creator type that stands for the author.
    pub(super) primary: &'static str,
    /// The value of `entrysubtype`, for kinds of entries without a type of their own.
    pub(super) subtype: Option<&'static str>,
}

/// The item types. Where several have one CSL type, the first is meant by that.
static ITEM_TYPES: &[ZoteroItemType] = &{
    const fn row(
        name: &'static str,
        csl: &'static str,
        biblatex: &'static str,
        primary: &'static str,
    ) -> ZoteroItemType {
        ZoteroItemType {
            name,
            csl,
            biblatex,
            primary,
            subtype: None,
        }
    }
    const fn personal(name: &'static str, subtype: Option<&'static str>) -> ZoteroItemType {
        ZoteroItemType {
            subtype,
            ..row(name, "personal_communication", "letter", "author")
        }
    }
    [
        row("artwork", "graphic", "artwork", "artist"),
        row("audioRecording", "song", "audio", "performer"),
        row("bill", "bill", "legislation", "sponsor"),
        row("blogPost", "post-weblog", "online", "author"),
        row("book", "book", "book", "author"),
        row("bookSection", "chapter", "incollection", "author"),
        row("case", "legal_case", "jurisdiction", "author"),
        row("computerProgram", "software", "software", "programmer"),
        row(
            "conferencePaper",
            "paper-conference",
            "inproceedings",
            "author",
        ),
        row("dataset", "dataset", "dataset", "author"),
        row(
            "dictionaryEntry",
            "entry-dictionary",
            "inreference",
            "author",
        ),
        row("document", "document", "misc", "author"),
        row(
            "encyclopediaArticle",
            "entry-encyclopedia",
            "inreference",
            "author",
        ),
        row("film", "motion_picture", "movie", "director"),
        row("forumPost", "post", "online", "author"),
        row("hearing", "hearing", "legislation", "contributor"),
        row("interview", "interview", "misc", "interviewee"),
        row("journalArticle", "article-journal", "article", "author"),
        personal("letter", None),
        personal("email", Some("email")),
        personal("instantMessage", Some("instant message")),
        row("magazineArticle", "article-magazine", "article", "author"),
        row("manuscript", "manuscript", "unpublished", "author"),
        row("map", "map", "misc", "cartographer"),
        row("newspaperArticle", "article-newspaper", "article", "author"),
        row("patent", "patent", "patent", "inventor"),
        row("podcast", "broadcast", "audio", "podcaster"),
        row("radioBroadcast", "broadcast", "audio", "creator"),
        row("tvBroadcast", "broadcast", "video", "director"),
        row("preprint", "article", "online", "author"),
        row("presentation", "speech", "unpublished", "presenter"),
        row("report", "report", "report", "author"),
        row("standard", "standard", "standard", "author"),
        row("statute", "legislation", "legislation", "author"),
        row("thesis", "thesis", "thesis", "author"),
        row("videoRecording", "motion_picture", "video", "creator"),
        row("webpage", "webpage", "online", "author"),
        // A file without an item, which people save from the browser.
        row("attachment", "document", "misc", "author"),
    ]
};

/// Returns the item type of a name, in any case.
pub(super) fn item_type(name: &str) -> Option<&'static ZoteroItemType> {
    let mut all = ITEM_TYPES.iter();
    all.find(|row| row.name.eq_ignore_ascii_case(name))
}

/// The meaning of a field of Zotero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    /// A CSL variable that holds a text.
    Text(&'static str),
    /// A CSL variable that holds a date.
    Date(&'static str),
    /// A CSL variable that holds names.
    Names(&'static str),
    /// A field of BibLaTeX for which CSL has no variable, of names.
    Holder,
    /// The citation key.
    Key,
    /// The lines of the field Extra.
    Extra,
    /// Nothing that BibLaTeX has.
    Nothing,
}

/// The fields. Where several are one variable, the first that has a value counts.
#[rustfmt::skip]
static FIELDS: &[(&str, Meaning)] = &{
    use Meaning::{Date, Extra, Holder, Key, Nothing, Text};
    [
        ("title", Text("title")),
        ("caseName", Text("title")),
        ("nameOfAct", Text("title")),
        ("subject", Text("title")),
        ("shortTitle", Text("title-short")),
        ("partTitle", Text("part-title")),
        ("publicationTitle", Text("container-title")),
        ("blogTitle", Text("container-title")),
        ("bookTitle", Text("container-title")),
        ("dictionaryTitle", Text("container-title")),
        ("encyclopediaTitle", Text("container-title")),
        ("forumTitle", Text("container-title")),
        ("proceedingsTitle", Text("container-title")),
        ("programTitle", Text("container-title")),
        ("sessionTitle", Text("container-title")),
        ("websiteTitle", Text("container-title")),
        ("reporter", Text("container-title")),
        ("code", Text("container-title")),
        ("journalAbbreviation", Text("container-title-short")),
        ("seriesTitle", Text("collection-title")),
        ("series", Text("collection-title")),
        ("seriesNumber", Text("collection-number")),
        ("seriesText", Nothing),
        ("conferenceName", Text("event-title")),
        ("meetingName", Text("event-title")),
        ("eventPlace", Text("event-place")),

        ("date", Date("issued")),
        ("dateDecided", Date("issued")),
        ("dateEnacted", Date("issued")),
        ("issueDate", Date("issued")),
        ("originalDate", Date("original-date")),
        ("priorityDate", Date("original-date")),
        ("filingDate", Date("submitted")),
        ("accessDate", Date("accessed")),

        ("volume", Text("volume")),
        ("codeVolume", Text("volume")),
        ("reporterVolume", Text("volume")),
        ("codeNumber", Text("volume")),
        ("numberOfVolumes", Text("number-of-volumes")),
        ("issue", Text("issue")),
        ("priorityNumbers", Text("issue")),
        ("number", Text("number")),
        ("billNumber", Text("number")),
        ("docketNumber", Text("number")),
        ("documentNumber", Text("number")),
        ("episodeNumber", Text("number")),
        ("identifier", Text("number")),
        ("patentNumber", Text("number")),
        ("archiveID", Text("number")),
        ("reportNumber", Text("number")),
        ("publicLawNumber", Text("number")),
        ("section", Text("section")),
        ("committee", Text("section")),
        ("partNumber", Text("part-number")),
        ("pages", Text("page")),
        ("codePages", Text("page")),
        ("firstPage", Text("page")),
        ("numPages", Text("number-of-pages")),
        ("session", Text("chapter-number")),
        ("edition", Text("edition")),
        ("versionNumber", Text("version")),
        // The name before Zotero 6.
        ("version", Text("version")),

        ("publisher", Text("publisher")),
        ("company", Text("publisher")),
        ("distributor", Text("publisher")),
        ("institution", Text("publisher")),
        ("label", Text("publisher")),
        ("network", Text("publisher")),
        ("repository", Text("publisher")),
        ("studio", Text("publisher")),
        ("university", Text("publisher")),
        ("place", Text("publisher-place")),
        ("repositoryLocation", Text("publisher-place")),
        ("originalPublisher", Text("original-publisher")),
        ("originalPlace", Text("original-publisher-place")),
        ("assignee", Holder),
        ("country", Text("jurisdiction")),
        ("authority", Text("authority")),
        ("court", Text("authority")),
        ("issuingAuthority", Text("authority")),
        ("legislativeBody", Text("authority")),
        ("organization", Text("authority")),

        ("type", Text("genre")),
        ("genre", Text("genre")),
        ("letterType", Text("genre")),
        ("manuscriptType", Text("genre")),
        ("mapType", Text("genre")),
        ("postType", Text("genre")),
        ("presentationType", Text("genre")),
        ("reportType", Text("genre")),
        ("thesisType", Text("genre")),
        ("websiteType", Text("genre")),
        ("programmingLanguage", Text("genre")),
        ("medium", Text("medium")),
        ("artworkMedium", Text("medium")),
        ("audioFileType", Text("medium")),
        ("audioRecordingFormat", Text("medium")),
        ("format", Text("medium")),
        ("interviewMedium", Text("medium")),
        ("videoRecordingFormat", Text("medium")),
        ("system", Text("medium")),
        ("artworkSize", Text("dimensions")),
        ("runningTime", Text("dimensions")),
        ("scale", Text("scale")),
        ("status", Text("status")),
        ("legalStatus", Text("status")),
        ("history", Text("references")),
        ("references", Text("references")),

        ("DOI", Text("DOI")),
        ("ISBN", Text("ISBN")),
        ("ISSN", Text("ISSN")),
        ("PMID", Text("PMID")),
        ("PMCID", Text("PMCID")),
        ("url", Text("URL")),
        ("archive", Text("archive")),
        ("archiveLocation", Text("archive_location")),
        ("callNumber", Text("call-number")),
        ("applicationNumber", Text("call-number")),
        ("libraryCatalog", Text("source")),

        ("abstractNote", Text("abstract")),
        ("language", Text("language")),
        ("rights", Text("license")),
        ("citationKey", Key),
        // Last, because fields count more than lines of Extra.
        ("extra", Extra),
    ]
};

/// Returns the fields with what they are, in the order in which they are read.
pub(super) fn fields() -> impl Iterator<Item = (&'static str, Meaning)> {
    FIELDS.iter().copied()
}

/// Returns whether a name is not that of a field, but says how a translator or Zotero handles the item.
pub(super) fn is_technical(name: &str) -> bool {
    matches!(
        name,
        "itemID"
            | "complete"
            | "parentItem"
            | "referrer"
            | "proxy"
            | "seeAlso"
            | "inPublications"
            | "deleted"
    )
}

/// The role of a type of creator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// A CSL variable.
    Variable(&'static str),
    /// A field of BibLaTeX for which CSL has no variable.
    Field(&'static str),
    /// Neither.
    Other,
}

/// The creator types, without those that are authors of one item type and nothing elsewhere.
static CREATOR_TYPES: &[(&str, Role)] = &{
    use Role::{Field, Variable};
    [
        ("author", Variable("author")),
        ("bookAuthor", Variable("container-author")),
        ("castMember", Variable("performer")),
        ("chair", Variable("chair")),
        ("commenter", Field("commentator")),
        ("composer", Variable("composer")),
        ("contributor", Variable("contributor")),
        ("director", Variable("director")),
        ("editor", Variable("editor")),
        ("executiveProducer", Variable("executive-producer")),
        ("guest", Variable("guest")),
        ("host", Variable("host")),
        ("interviewer", Variable("interviewer")),
        ("narrator", Variable("narrator")),
        ("organizer", Variable("organizer")),
        ("originalCreator", Variable("original-author")),
        ("performer", Variable("performer")),
        ("podcaster", Variable("host")),
        ("producer", Variable("producer")),
        ("recipient", Variable("recipient")),
        ("reviewedAuthor", Variable("reviewed-author")),
        ("scriptwriter", Variable("script-writer")),
        ("seriesCreator", Variable("series-creator")),
        ("seriesEditor", Variable("collection-editor")),
        ("translator", Variable("translator")),
    ]
};

/// Returns what a creator of this type is in an item of that type.
pub(super) fn role(creator_type: &str, item_type: &ZoteroItemType) -> Role {
    let is_primary = creator_type == item_type.primary;
    // These are roles of their own in CSL.
    let keeps_role = matches!(creator_type, "director" | "contributor" | "podcaster");
    if is_primary && !keeps_role {
        return Role::Variable("author");
    }
    let mut all = CREATOR_TYPES.iter();
    all.find(|(name, _)| *name == creator_type)
        .map_or(Role::Other, |(_, role)| *role)
}

/// The target of a line of Extra: a CSL variable, a field or a creator type, by its name in words.
static BY_WORDS: LazyLock<HashMap<String, Meaning>> = LazyLock::new(|| {
    let mut names = HashMap::new();
    for (name, meaning) in fields() {
        if !matches!(meaning, Meaning::Extra | Meaning::Key | Meaning::Nothing) {
            names.insert(in_words(name), meaning);
        }
    }
    for (name, role) in CREATOR_TYPES {
        if let Role::Variable(variable) = role {
            names.insert(in_words(name), Meaning::Names(variable));
        }
    }
    // CSL's own names count more: `medium` and `number` are the same in both, `archive` is the variable.
    for (variable, kind) in crate::csl::variables::all() {
        let is_of_processor = matches!(
            variable,
            "citation-number"
                | "citation-label"
                | "first-reference-note-number"
                | "locator"
                | "page-first"
                | "year-suffix"
                | "hereinafter"
                | "citation-key"
        );
        // "Note:" and "Keyword:" begin lines that people write.
        if is_of_processor || matches!(variable, "note" | "keyword") {
            continue;
        }
        let meaning = match kind {
            VariableKind::Date => Meaning::Date(variable),
            VariableKind::Names => Meaning::Names(variable),
            VariableKind::Text | VariableKind::Number => Meaning::Text(variable),
        };
        names.insert(in_words(variable), meaning);
    }
    names
});

/// Returns what a line of Extra assigns that begins with this name and a colon.
pub(super) fn named_in_extra(name: &str) -> Option<Meaning> {
    BY_WORDS.get(&in_words(name)).copied()
}

/// Returns the CSL variable of this name.
pub(super) fn variable(name: &str) -> Option<Meaning> {
    let (variable, kind) = known(name)?;
    Some(match kind {
        VariableKind::Date => Meaning::Date(variable),
        VariableKind::Names => Meaning::Names(variable),
        VariableKind::Text | VariableKind::Number => Meaning::Text(variable),
    })
}

/// Returns a name in lower case with hyphens between its words: `original-date` for `originalDate`, `Original Date` and
/// `original_date`.
pub(super) fn in_words(name: &str) -> String {
    let mut words = String::with_capacity(name.len() + 4);
    let mut was_lower = false;
    for character in name.trim().chars() {
        if character.is_uppercase() && was_lower {
            words.push('-');
        }
        was_lower = character.is_lowercase();
        match character {
            ' ' | '_' => words.push('-'),
            other => words.extend(other.to_lowercase()),
        }
    }
    words
}
