//! The entry types and fields of BibTeX and BibLaTeX, and what peerbib knows about each.
//!
//! [`TYPES`] and [`FIELDS`] are the only lists of types and fields: reading, writing, checks, search and
//! reading lists ask them. A new type or field is one row here.
//!
//! Sources: the BibLaTeX manual, §2.1 (types) and §2.2 (fields); Patashnik's "BibTeXing", §3; the exports of
//! JabRef, Zotero, Mendeley, BibDesk, Citavi and library catalogues.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

use crate::csl::variables::{self, VariableKind};

use self::CslMapping::{Depends, Nothing, Part, Unless, Variable};
use self::IndexColumn as Column;
use self::SchemaOrigin::{Biblatex, Bibtex, Common, Peerbib, Program};
use self::ValueKind::{Date, Keys, List, Names, Separated, Text, Title, Verbatim};

/// The origin of a type or field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SchemaOrigin {
    /// BibTeX's standard styles.
    Bibtex,
    /// Only BibLaTeX. An entry that uses it is a BibLaTeX entry.
    Biblatex,
    /// BibLaTeX and everyday BibTeX files, such as `doi` and `abstract`.
    Common,
    /// A reference manager or a catalogue.
    Program,
    /// peerbib itself.
    Peerbib,
}

/// An entry type.
#[derive(Debug)]
pub struct EntryType {
    /// The name in lower case.
    pub name: &'static str,
    /// The origin of the name.
    pub origin: SchemaOrigin,
    /// Other names that mean the same, in every respect.
    aliases: &'static [&'static str],
    /// The broader type; its own name if there is none.
    pub base: &'static str,
    /// The CSL type, unless other fields (`entrysubtype`, `eventdate`) say otherwise.
    pub(crate) csl: &'static str,
    /// Further CSL types that are written as this type.
    csl_from: &'static [&'static str],
    /// The class that decides how duplicates are recognized.
    pub(crate) class: TypeClass,
    /// The heading of a reading list that is grouped by type.
    pub group: TypeGroup,
    /// The fields that an entry of this type needs (BibLaTeX manual, §2.1.1).
    pub(crate) required: &'static [OneOf],
    /// The BibTeX type as which it is exported.
    pub(crate) bibtex: &'static str,
    /// The localization key of the `type` that the name implies: a `@phdthesis` is a `@thesis` of this type.
    pub(crate) implied_type: Option<&'static str>,
    /// The meaning of its `number`.
    pub(crate) number: NumberRole,
}

/// Fields one of which is required. Messages name the first.
pub(crate) type OneOf = &'static [&'static str];

/// A coarse class of entry types.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub(crate) enum TypeClass {
    Article,
    Book,
    /// A part of a book, an encyclopedia or proceedings.
    Part,
    Thesis,
    Report,
    #[default]
    Other,
}

/// Types that share a heading in a reading list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "each variant is named after its heading")]
pub enum TypeGroup {
    Articles,
    Books,
    Booklets,
    Collections,
    References,
    Chapters,
    ReferenceEntries,
    Proceedings,
    ConferencePapers,
    Manuals,
    Online,
    Patents,
    Periodicals,
    Reports,
    Theses,
    Unpublished,
    Datasets,
    Software,
    Recordings,
    Films,
    Other,
}

/// The meaning of the field `number` (BibLaTeX manual, §2.3.9).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NumberRole {
    /// The number of a journal's issue.
    Issue,
    /// The number of a book in its series.
    Series,
    /// The number of the work itself, such as a report's.
    Own,
}

/// A field.
#[derive(Debug)]
pub struct FieldDefinition {
    /// The name in lower case.
    pub name: &'static str,
    /// The origin of the name.
    pub origin: SchemaOrigin,
    /// The BibLaTeX field of the same meaning; its own name if there is none (BibLaTeX manual, §2.2.5).
    pub base: &'static str,
    /// The kind of its value.
    pub(crate) data: ValueKind,
    /// The conversion to CSL.
    pub(crate) csl: CslMapping,
    /// The column of the full-text index that it belongs to.
    pub(crate) column: Option<IndexColumn>,
    /// The conversion to BibTeX.
    pub(crate) bibtex: BibtexMapping,
    /// Whether a child gets it through `crossref` (BibLaTeX manual, appendix B).
    pub(crate) is_inherited: bool,
}

/// The kind of a field's value (BibLaTeX manual, §2.2.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ValueKind {
    /// Names, joined by `and`.
    Names,
    /// A list of publishers or places, joined by `and`.
    List,
    /// A list whose items are separated by commas or semicolons.
    Separated,
    /// A date in EDTF.
    Date,
    /// A title, which CSL wants in sentence case.
    Title,
    /// Citation keys.
    Keys,
    /// An address or an identifier, which is not TeX.
    Verbatim,
    /// Anything else.
    Text,
}

/// The mapping of a field to CSL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CslMapping {
    /// As this variable, by the rules of its [`ValueKind`].
    Variable(&'static str),
    /// As a part of a variable that several fields make up, or by saying how another field is read.
    Part,
    /// Only in some entries.
    Depends,
    /// Only where this other field is missing.
    Unless(&'static str),
    /// Not at all.
    Nothing,
}

/// A column of the full-text index, for fields that are not names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum IndexColumn {
    Title,
    Container,
    Publisher,
    Place,
    Abstract,
    Keywords,
    Note,
    Other,
}

/// The mapping of a field to BibTeX.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BibtexMapping {
    /// Under its own name.
    Same,
    /// Under this name.
    As(&'static str),
    /// Inside other fields.
    Merged,
    /// Under its own name, which BibTeX's styles do not print.
    Unprinted,
}

impl EntryType {
    const fn new(
        origin: SchemaOrigin,
        name: &'static str,
        csl: &'static str,
        class: TypeClass,
        group: TypeGroup,
        required: &'static [OneOf],
    ) -> Self {
        Self {
            name,
            origin,
            aliases: &[],
            base: name,
            csl,
            csl_from: &[],
            class,
            group,
            required,
            bibtex: match origin {
                Bibtex => name,
                _ => "misc",
            },
            implied_type: None,
            number: match class {
                TypeClass::Article => NumberRole::Issue,
                TypeClass::Book | TypeClass::Part => NumberRole::Series,
                _ => NumberRole::Own,
            },
        }
    }

    const fn aliases(mut self, aliases: &'static [&'static str]) -> Self {
        self.aliases = aliases;
        self
    }

    const fn kind_of(mut self, base: &'static str) -> Self {
        self.base = base;
        self
    }

    const fn csl_from(mut self, types: &'static [&'static str]) -> Self {
        self.csl_from = types;
        self
    }

    const fn bibtex(mut self, name: &'static str) -> Self {
        self.bibtex = name;
        self
    }

    const fn implies(mut self, localization_key: &'static str) -> Self {
        self.implied_type = Some(localization_key);
        self
    }

    const fn number(mut self, number: NumberRole) -> Self {
        self.number = number;
        self
    }
}

impl FieldDefinition {
    const fn new(
        origin: SchemaOrigin,
        name: &'static str,
        data: ValueKind,
        csl: CslMapping,
    ) -> Self {
        Self {
            name,
            origin,
            base: name,
            data,
            csl,
            column: None,
            bibtex: BibtexMapping::Same,
            is_inherited: true,
        }
    }

    const fn column(mut self, column: IndexColumn) -> Self {
        self.column = Some(column);
        self
    }

    const fn alias_of(mut self, base: &'static str) -> Self {
        self.base = base;
        self
    }

    const fn bibtex(mut self, name: &'static str) -> Self {
        self.bibtex = BibtexMapping::As(name);
        self
    }

    const fn merged(mut self) -> Self {
        self.bibtex = BibtexMapping::Merged;
        self
    }

    const fn unprinted(mut self) -> Self {
        self.bibtex = BibtexMapping::Unprinted;
        self
    }

    const fn not_inherited(mut self) -> Self {
        self.is_inherited = false;
        self
    }
}

const AUTHOR: OneOf = &["author"];
/// Many styles put the editors of a work without authors in their place.
const AUTHOR_OR_EDITOR: OneOf = &["author", "editor"];
const EDITOR: OneOf = &["editor"];
const TITLE: OneOf = &["title"];
/// A work that is yet to appear says so in `pubstate`, and has no date.
const DATE: OneOf = &["date", "year", "pubstate"];
const JOURNAL: OneOf = &["journaltitle", "journal", "shortjournal"];
const BOOKTITLE: OneOf = &["booktitle", "maintitle"];
const INSTITUTION: OneOf = &["institution", "school", "publisher"];
const TYPE: OneOf = &["type"];
const NUMBER: OneOf = &["number"];
const ADDRESS: OneOf = &["url", "doi", "eprint"];
/// A work without authors, such as a website of no one in particular, may be listed under its
/// title.
const ANYONE: OneOf = &[
    "author",
    "editor",
    "organization",
    "institution",
    "publisher",
];

const ARTICLE: &[OneOf] = &[AUTHOR, TITLE, JOURNAL, DATE];
const BOOK: &[OneOf] = &[AUTHOR_OR_EDITOR, TITLE, DATE];
const COLLECTION: &[OneOf] = &[EDITOR, TITLE, DATE];
const PART: &[OneOf] = &[AUTHOR, TITLE, BOOKTITLE, DATE];
const TITLE_AND_DATE: &[OneOf] = &[TITLE, DATE];
const PRODUCT: &[OneOf] = &[ANYONE, TITLE, DATE];
const ONLINE: &[OneOf] = &[TITLE, ADDRESS];
const REPORT: &[OneOf] = &[AUTHOR_OR_EDITOR, TITLE, INSTITUTION, DATE];
const THESIS: &[OneOf] = &[AUTHOR, TITLE, TYPE, INSTITUTION, DATE];
/// These types say themselves which kind of thesis or report they are.
const IMPLIED: &[OneOf] = &[AUTHOR, TITLE, INSTITUTION, DATE];

/// The entry types. Where several are written for one CSL type, the first one is.
#[rustfmt::skip]
pub static TYPES: &[EntryType] = {
    use TypeClass::{Article, Book, Other, Part, Report, Thesis};
    use TypeGroup as Group;
    const fn bibtex(name: &'static str, csl: &'static str, class: TypeClass, group: TypeGroup, required: &'static [OneOf]) -> EntryType {
        EntryType::new(Bibtex, name, csl, class, group, required)
    }
    const fn biblatex(name: &'static str, csl: &'static str, class: TypeClass, group: TypeGroup, required: &'static [OneOf]) -> EntryType {
        EntryType::new(Biblatex, name, csl, class, group, required)
    }
    const fn program(name: &'static str, csl: &'static str, class: TypeClass, group: TypeGroup) -> EntryType {
        EntryType::new(Program, name, csl, class, group, &[])
    }
    &[
        bibtex("article", "article-journal", Article, Group::Articles, ARTICLE)
            .csl_from(&["article", "article-magazine", "article-newspaper"]),
        biblatex("suppperiodical", "article-journal", Article, Group::Articles, ARTICLE).bibtex("article"),
        biblatex("review", "review", Article, Group::Articles, ARTICLE)
            .kind_of("article").bibtex("article").csl_from(&["review-book"]),
        program("newsarticle", "article-newspaper", Article, Group::Articles)
            .kind_of("article").bibtex("article").aliases(&["newspaper_article"]),
        program("magazine", "article-magazine", Article, Group::Articles)
            .kind_of("article").bibtex("article").aliases(&["magazine_article"]),
        biblatex("periodical", "article-journal", Other, Group::Periodicals, TITLE_AND_DATE)
            .number(NumberRole::Issue).csl_from(&["periodical"]),

        bibtex("book", "book", Book, Group::Books, BOOK).csl_from(&["classic", "collection"]),
        biblatex("mvbook", "book", Book, Group::Books, BOOK).bibtex("book"),
        biblatex("collection", "book", Book, Group::Collections, COLLECTION).bibtex("book"),
        biblatex("mvcollection", "book", Book, Group::Collections, COLLECTION).bibtex("book"),
        biblatex("reference", "book", Book, Group::References, COLLECTION).bibtex("book"),
        biblatex("mvreference", "book", Book, Group::References, COLLECTION).bibtex("book"),
        bibtex("proceedings", "book", Book, Group::Proceedings, TITLE_AND_DATE),
        biblatex("mvproceedings", "book", Book, Group::Proceedings, TITLE_AND_DATE).bibtex("proceedings"),
        bibtex("booklet", "pamphlet", Book, Group::Booklets, PRODUCT).number(NumberRole::Own),
        bibtex("manual", "book", Book, Group::Manuals, PRODUCT).number(NumberRole::Own),
        biblatex("commentary", "book", Book, Group::Books, &[]).number(NumberRole::Own),

        bibtex("incollection", "chapter", Part, Group::Chapters, PART).aliases(&["book_section"]),
        biblatex("suppcollection", "chapter", Part, Group::Chapters, PART).bibtex("incollection"),
        bibtex("inbook", "chapter", Part, Group::Chapters, PART),
        biblatex("bookinbook", "chapter", Part, Group::Chapters, PART).bibtex("incollection"),
        biblatex("suppbook", "chapter", Part, Group::Chapters, PART).bibtex("incollection"),
        biblatex("inreference", "entry-encyclopedia", Part, Group::ReferenceEntries, PART)
            .bibtex("incollection").aliases(&["encyclopedia_article"])
            .csl_from(&["entry", "entry-dictionary"]),
        bibtex("inproceedings", "paper-conference", Part, Group::ConferencePapers, PART)
            .aliases(&["conference_proceedings"]),
        bibtex("conference", "paper-conference", Part, Group::ConferencePapers, PART).kind_of("inproceedings"),

        biblatex("thesis", "thesis", Thesis, Group::Theses, THESIS).bibtex("phdthesis"),
        bibtex("phdthesis", "thesis", Thesis, Group::Theses, IMPLIED).kind_of("thesis").implies("phdthesis"),
        bibtex("mastersthesis", "thesis", Thesis, Group::Theses, IMPLIED).kind_of("thesis").implies("mathesis"),
        program("bachelorsthesis", "thesis", Thesis, Group::Theses)
            .kind_of("thesis").implies("bathesis").bibtex("mastersthesis").aliases(&["bathesis"]),
        biblatex("report", "report", Report, Group::Reports, REPORT)
            .bibtex("techreport").aliases(&["working_paper"]),
        bibtex("techreport", "report", Report, Group::Reports, IMPLIED).kind_of("report"),

        biblatex("online", "webpage", Other, Group::Online, ONLINE)
            .aliases(&["electronic", "www", "webpage", "web_page"]).csl_from(&["post", "post-weblog"]),
        biblatex("dataset", "dataset", Other, Group::Datasets, PRODUCT).aliases(&["data"]),
        biblatex("software", "software", Other, Group::Software, PRODUCT)
            .aliases(&["softwareversion", "softwaremodule", "codefragment", "computer_program"]),
        biblatex("patent", "patent", Other, Group::Patents, &[AUTHOR, TITLE, NUMBER, DATE]),
        bibtex("unpublished", "manuscript", Other, Group::Unpublished, &[AUTHOR, TITLE]).csl_from(&["speech"]),

        biblatex("image", "graphic", Other, Group::Other, &[]).csl_from(&["figure"]),
        biblatex("artwork", "graphic", Other, Group::Other, &[]),
        biblatex("audio", "song", Other, Group::Recordings, &[]),
        biblatex("music", "song", Other, Group::Recordings, &[]).csl_from(&["musical_score"]),
        biblatex("movie", "motion_picture", Other, Group::Films, &[]).aliases(&["film", "television_broadcast"]),
        biblatex("video", "motion_picture", Other, Group::Films, &[]).csl_from(&["broadcast"]),
        biblatex("performance", "performance", Other, Group::Other, &[]),
        biblatex("letter", "personal_communication", Other, Group::Other, &[]).aliases(&["letters"]),
        biblatex("standard", "standard", Other, Group::Other, &[]),
        biblatex("jurisdiction", "legal_case", Other, Group::Other, &[]).aliases(&["case"]),
        biblatex("legislation", "legislation", Other, Group::Other, &[])
            .aliases(&["statute"]).csl_from(&["bill", "regulation", "hearing"]),
        biblatex("legadminmaterial", "legislation", Other, Group::Other, &[]),
        biblatex("constitution", "legislation", Other, Group::Other, &[]),
        biblatex("legal", "treaty", Other, Group::Other, &[]),

        bibtex("misc", "document", Other, Group::Other, &[TITLE]).aliases(&["generic", "other"]),
        biblatex("set", "document", Other, Group::Other, &[]),
        biblatex("bibnote", "document", Other, Group::Other, &[]),
        biblatex("xdata", "document", Other, Group::Other, &[]),
        // Settings of a BibTeX style: those of REVTeX and of IEEEtran.
        program("control", "document", Other, Group::Other).aliases(&["ieeetranbstctl"]),
        program("custom", "document", Other, Group::Other)
            .aliases(&["customa", "customb", "customc", "customd", "custome", "customf"]),
        program("presentation", "speech", Other, Group::Other).aliases(&["lecture"]),
        program("interview", "interview", Other, Group::Other),
        program("map", "map", Other, Group::Other),
        program("bill", "bill", Other, Group::Other),
        program("hearing", "hearing", Other, Group::Other),
    ]
};

/// The fields.
#[rustfmt::skip]
pub static FIELDS: &[FieldDefinition] = {
    const fn bibtex(name: &'static str, data: ValueKind, csl: CslMapping) -> FieldDefinition {
        FieldDefinition::new(Bibtex, name, data, csl)
    }
    const fn biblatex(name: &'static str, data: ValueKind, csl: CslMapping) -> FieldDefinition {
        FieldDefinition::new(Biblatex, name, data, csl)
    }
    const fn common(name: &'static str, data: ValueKind, csl: CslMapping) -> FieldDefinition {
        FieldDefinition::new(Common, name, data, csl)
    }
    const fn program(name: &'static str, csl: CslMapping) -> FieldDefinition {
        FieldDefinition::new(Program, name, Text, csl)
    }
    &[
        // Names.
        bibtex("author", Names, Variable("author")),
        biblatex("authortype", Text, Nothing),
        bibtex("editor", Names, Part),
        biblatex("editortype", Text, Part),
        biblatex("editora", Names, Part).unprinted(),
        biblatex("editoratype", Text, Part),
        biblatex("editorb", Names, Part).unprinted(),
        biblatex("editorbtype", Text, Part),
        biblatex("editorc", Names, Part).unprinted(),
        biblatex("editorctype", Text, Part),
        biblatex("translator", Names, Variable("translator")).unprinted(),
        biblatex("bookauthor", Names, Variable("container-author")).unprinted(),
        biblatex("afterword", Names, Nothing).unprinted(),
        biblatex("annotator", Names, Nothing).unprinted(),
        biblatex("commentator", Names, Nothing).unprinted(),
        biblatex("foreword", Names, Nothing).unprinted(),
        biblatex("introduction", Names, Nothing).unprinted(),
        biblatex("holder", Names, Nothing).unprinted(),
        common("shortauthor", Names, Nothing),
        common("shorteditor", Names, Nothing),
        biblatex("sortname", Names, Nothing),
        biblatex("namea", Names, Nothing),
        biblatex("nameatype", Text, Nothing),
        biblatex("nameb", Names, Nothing),
        biblatex("namebtype", Text, Nothing),
        biblatex("namec", Names, Nothing),
        biblatex("namectype", Text, Nothing),
        biblatex("nameaddon", Text, Nothing),

        // Titles.
        bibtex("title", Title, Part).column(Column::Title),
        biblatex("subtitle", Title, Part).column(Column::Title).merged(),
        common("titleaddon", Title, Part).column(Column::Title).merged(),
        common("shorttitle", Title, Part).column(Column::Title),
        biblatex("maintitle", Title, Part).column(Column::Container).merged(),
        biblatex("mainsubtitle", Title, Part).column(Column::Container).merged(),
        biblatex("maintitleaddon", Title, Part).column(Column::Container).merged(),
        bibtex("booktitle", Title, Part).column(Column::Container),
        biblatex("booksubtitle", Title, Part).column(Column::Container).merged(),
        biblatex("booktitleaddon", Title, Part).column(Column::Container).merged(),
        biblatex("journaltitle", Text, Part).column(Column::Container).bibtex("journal"),
        bibtex("journal", Text, Part).alias_of("journaltitle"),
        biblatex("journalsubtitle", Text, Part).column(Column::Container).merged(),
        biblatex("journaltitleaddon", Text, Part).column(Column::Container).merged(),
        biblatex("shortjournal", Text, Part).column(Column::Container),
        biblatex("issuetitle", Title, Depends).column(Column::Container).unprinted(),
        biblatex("issuesubtitle", Title, Depends).column(Column::Container),
        biblatex("issuetitleaddon", Title, Depends).column(Column::Container),
        bibtex("series", Title, Part).column(Column::Container),
        biblatex("shortseries", Title, Nothing).column(Column::Container),
        // The name of an event is a proper name, in whatever case it is written.
        biblatex("eventtitle", Text, Variable("event-title")).column(Column::Container).unprinted(),
        biblatex("eventtitleaddon", Text, Nothing).column(Column::Container),
        biblatex("origtitle", Title, Variable("original-title")).column(Column::Title).unprinted(),
        biblatex("reprinttitle", Title, Nothing).column(Column::Title),
        biblatex("indextitle", Title, Nothing).column(Column::Title),
        biblatex("indexsorttitle", Title, Nothing),
        biblatex("sorttitle", Title, Nothing),

        // Dates.
        biblatex("date", Date, Variable("issued")).merged(),
        bibtex("year", Text, Part).alias_of("date"),
        bibtex("month", Text, Part),
        common("day", Text, Part),
        biblatex("endday", Text, Nothing),
        biblatex("endmonth", Text, Nothing),
        biblatex("endyear", Text, Nothing),
        biblatex("eventdate", Date, Variable("event-date")).unprinted(),
        biblatex("origdate", Date, Variable("original-date")).unprinted(),
        common("origyear", Text, Part),
        common("origmonth", Text, Part),
        common("origday", Text, Part),
        common("eventyear", Text, Part),
        common("eventmonth", Text, Part),
        common("eventday", Text, Part),
        common("urldate", Date, Variable("accessed")).merged(),
        common("urlyear", Text, Part),
        common("urlmonth", Text, Part),
        common("urlday", Text, Part),
        biblatex("pubstate", Text, Part).merged(),

        // Publishers and places.
        bibtex("publisher", List, Part).column(Column::Publisher),
        bibtex("institution", List, Part).column(Column::Publisher),
        bibtex("organization", List, Part).column(Column::Publisher),
        bibtex("school", List, Part).alias_of("institution"),
        bibtex("howpublished", Text, Part).column(Column::Note),
        biblatex("location", List, Part).column(Column::Place).bibtex("address"),
        bibtex("address", List, Part).alias_of("location"),
        biblatex("venue", List, Variable("event-place")).column(Column::Place).unprinted(),
        biblatex("origpublisher", List, Variable("original-publisher")).column(Column::Publisher).unprinted(),
        biblatex("origlocation", List, Variable("original-publisher-place")).column(Column::Place).unprinted(),

        // Numbers.
        bibtex("volume", Text, Part),
        common("part", Text, Part).unprinted(),
        common("volumes", Text, Variable("number-of-volumes")).unprinted(),
        bibtex("number", Text, Part),
        common("issue", Text, Part).merged(),
        bibtex("pages", Text, Part),
        common("eid", Text, Unless("pages")).merged(),
        common("pagetotal", Text, Variable("number-of-pages")),
        biblatex("pagination", Text, Nothing),
        biblatex("bookpagination", Text, Nothing),
        bibtex("chapter", Text, Variable("chapter-number")),
        bibtex("edition", Text, Variable("edition")).column(Column::Other),
        common("version", Text, Variable("version")).column(Column::Other).unprinted(),
        bibtex("type", Text, Part).column(Column::Other),
        biblatex("entrysubtype", Text, Depends).not_inherited(),

        // Identifiers.
        common("doi", Verbatim, Part),
        common("url", Verbatim, Part),
        common("isbn", Verbatim, Variable("ISBN")),
        common("issn", Verbatim, Variable("ISSN")).column(Column::Other),
        common("pmid", Verbatim, Variable("PMID")),
        common("pmcid", Verbatim, Variable("PMCID")),
        common("eprint", Verbatim, Depends).column(Column::Other),
        biblatex("eprinttype", Text, Depends).bibtex("archiveprefix"),
        common("archiveprefix", Text, Depends).alias_of("eprinttype"),
        biblatex("eprintclass", Text, Nothing).bibtex("primaryclass"),
        common("primaryclass", Text, Nothing).alias_of("eprintclass"),
        biblatex("library", Verbatim, Variable("call-number")).column(Column::Other),
        biblatex("isan", Verbatim, Nothing),
        biblatex("ismn", Verbatim, Nothing),
        biblatex("isrn", Verbatim, Nothing),
        biblatex("iswc", Verbatim, Nothing),

        // Notes.
        common("abstract", Text, Variable("abstract")).column(Column::Abstract),
        common("keywords", Separated, Variable("keyword")).column(Column::Keywords),
        bibtex("note", Text, Part).column(Column::Note),
        common("addendum", Text, Part).column(Column::Note),
        biblatex("annotation", Text, Part).column(Column::Note).bibtex("annote"),
        bibtex("annote", Text, Part).alias_of("annotation"),

        // Languages.
        // Programs write it into BibTeX, too.
        common("langid", Text, Part),
        biblatex("hyphenation", Text, Part).alias_of("langid"),
        biblatex("langidopts", Text, Depends),
        common("language", Text, Unless("langid")),
        biblatex("origlanguage", Text, Nothing),

        // How entries belong together, and how they are handled.
        bibtex("crossref", Keys, Part).not_inherited(),
        biblatex("xdata", Keys, Part).not_inherited(),
        biblatex("xref", Keys, Nothing).not_inherited(),
        biblatex("ids", Keys, Nothing).not_inherited(),
        biblatex("entryset", Keys, Nothing).not_inherited(),
        biblatex("related", Keys, Nothing).not_inherited().unprinted(),
        biblatex("relatedoptions", Text, Nothing).not_inherited(),
        biblatex("relatedstring", Text, Nothing).not_inherited(),
        biblatex("relatedtype", Text, Nothing).not_inherited(),
        biblatex("options", Text, Depends).not_inherited(),
        biblatex("execute", Text, Nothing).not_inherited(),
        biblatex("gender", Text, Nothing),
        biblatex("label", Text, Nothing).column(Column::Other).not_inherited(),
        biblatex("shorthand", Text, Nothing).column(Column::Other).not_inherited(),
        biblatex("shorthandintro", Text, Nothing).not_inherited(),
        biblatex("presort", Text, Nothing).not_inherited(),
        biblatex("sortkey", Text, Nothing).bibtex("key").not_inherited(),
        bibtex("key", Text, Nothing).alias_of("sortkey"),
        biblatex("sortshorthand", Text, Nothing),
        biblatex("sortyear", Text, Nothing),
        common("file", Verbatim, Nothing),
        common("pdf", Verbatim, Nothing).alias_of("file"),
        biblatex("usera", Text, Nothing).column(Column::Other),
        biblatex("userb", Text, Nothing).column(Column::Other),
        biblatex("userc", Text, Nothing).column(Column::Other),
        biblatex("userd", Text, Nothing).column(Column::Other),
        biblatex("usere", Text, Nothing).column(Column::Other),
        biblatex("userf", Text, Nothing).column(Column::Other),
        biblatex("lista", List, Nothing),
        biblatex("listb", List, Nothing),
        biblatex("listc", List, Nothing),
        biblatex("listd", List, Nothing),
        biblatex("liste", List, Nothing),
        biblatex("listf", List, Nothing),
        biblatex("verba", Verbatim, Nothing),
        biblatex("verbb", Verbatim, Nothing),
        biblatex("verbc", Verbatim, Nothing),

        // What peerbib itself writes.
        FieldDefinition::new(Peerbib, "identification", Text, Nothing),
        FieldDefinition::new(Peerbib, "origauthor", Names, Variable("original-author")),
        FieldDefinition::new(Peerbib, "serieseditor", Names, Variable("collection-editor")),
        // The variables of CSL-JSON that CSL does not define, as JSON.
        FieldDefinition::new(Peerbib, "csljson", Verbatim, Part),
        FieldDefinition::new(Peerbib, "reviewedtitle", Title, Variable("reviewed-title")),

        // What JabRef, Zotero, Mendeley, BibDesk, Citavi and library catalogues write.
        program("acmid", Nothing),
        program("added-at", Nothing),
        program("adsnote", Nothing),
        program("adsurl", Nothing),
        program("affiliation", Nothing),
        program("archive", Variable("archive")),
        program("archivecollection", Variable("archive_collection")),
        program("archivelocation", Variable("archive_location")),
        program("archiveplace", Variable("archive-place")),
        // The archived copy of a page.
        FieldDefinition::new(Program, "archiveurl", Verbatim, Variable("archive_location")),
        program("archivedate", Nothing),
        program("article-number", Nothing),
        program("articleno", Nothing),
        program("arxivid", Nothing),
        program("bibsource", Nothing),
        program("biburl", Nothing),
        program("callnumber", Variable("call-number")),
        program("category", Nothing),
        program("citeulike-article-id", Nothing),
        program("cited-references", Nothing),
        FieldDefinition::new(Program, "collaborator", Names, Variable("contributor")),
        program("comment", Nothing).column(Column::Note),
        program("comments", Nothing),
        program("contents", Nothing),
        program("copyright", Nothing),
        program("creationdate", Nothing),
        program("date-added", Nothing),
        program("date-modified", Nothing),
        program("dateadded", Nothing),
        program("eissn", Nothing),
        program("event", Nothing).column(Column::Container),
        program("extra", Nothing),
        program("groups", Nothing),
        program("hal_id", Nothing),
        program("hal_version", Nothing),
        program("interhash", Nothing),
        FieldDefinition::new(Program, "interviewee", Names, Nothing),
        program("intrahash", Nothing),
        program("issn-l", Nothing),
        program("issue_date", Nothing),
        program("journal-iso", Nothing),
        program("keyword", Nothing),
        program("keywords-plus", Nothing),
        program("lccn", Unless("library")),
        program("local-url", Nothing),
        program("mendeley-groups", Nothing),
        program("mendeley-tags", Nothing),
        program("modificationdate", Nothing),
        program("mrnumber", Nothing),
        program("mrreviewer", Nothing),
        program("number-of-cited-references", Nothing),
        program("numpages", Nothing),
        program("owner", Nothing),
        program("place", Nothing),
        program("pmc", Nothing),
        program("posted-at", Nothing),
        program("price", Nothing),
        program("printed", Nothing),
        program("publication_stage", Nothing),
        program("priority", Nothing),
        program("qualityassured", Nothing),
        program("ranking", Nothing),
        program("rating", Nothing),
        program("read", Nothing),
        program("readstatus", Nothing),
        program("relevance", Nothing),
        program("research-areas", Nothing),
        program("review", Nothing).column(Column::Note),
        program("rights", Nothing),
        program("short_title", Nothing),
        program("shortbooktitle", Nothing),
        program("shortdoi", Nothing),
        program("size", Nothing),
        program("sponsor", Nothing),
        program("tags", Nothing),
        program("times-cited", Nothing),
        program("timestamp", Nothing),
        program("translation", Nothing),
        program("unique-id", Nothing),
        program("uri", Nothing),
        program("urn", Nothing),
        program("usage-count-last-180-days", Nothing),
        program("usage-count-since-2013", Nothing),
        program("username", Nothing),
        program("web-of-science-categories", Nothing),
        program("web-of-science-index", Nothing),
        program("zblnumber", Nothing),
    ]
};

static TYPE_BY_NAME: LazyLock<FxHashMap<&'static str, &'static EntryType>> = LazyLock::new(|| {
    let all_names = |row: &'static EntryType| {
        std::iter::once(row.name)
            .chain(row.aliases.iter().copied())
            .map(move |name| (name, row))
    };
    TYPES.iter().flat_map(all_names).collect()
});

static FIELD_BY_NAME: LazyLock<FxHashMap<&'static str, &'static FieldDefinition>> =
    LazyLock::new(|| FIELDS.iter().map(|field| (field.name, field)).collect());

/// Returns the entry type of this name in lower case, which may be an alias.
pub fn entry_type(name: &str) -> Option<&'static EntryType> {
    TYPE_BY_NAME.get(name).copied()
}

/// Returns the base type of a type that is an alias or a narrower kind of another; all other names are returned as they
/// are.
pub(crate) fn base_type(name: &str) -> &str {
    entry_type(name).map_or(name, |row| row.base)
}

/// Returns the genre that a type of this name implies, in words.
pub(crate) fn implied_genre(name: &str) -> Option<&'static str> {
    match name {
        "techreport" => super::localization::phrase(name),
        name => super::localization::phrase(entry_type(name)?.implied_type?),
    }
}

/// Returns the names of the types that are aliases of this type or narrower kinds of it.
pub fn narrower_types(name: &str) -> Vec<&'static str> {
    let own = TYPES.iter().filter(|row| row.name == name);
    let narrower = TYPES
        .iter()
        .filter(|row| row.base == name && row.name != name);
    own.flat_map(|row| row.aliases.iter().copied())
        .chain(
            narrower.flat_map(|row| std::iter::once(row.name).chain(row.aliases.iter().copied())),
        )
        .collect()
}

/// Returns the BibLaTeX type as which an item of a CSL type is written.
pub(crate) fn type_of_csl(csl: &str) -> &'static str {
    let written = TYPES.iter().filter(|row| row.origin != Program);
    let mut written = written.filter(|row| row.csl == csl || row.csl_from.contains(&csl));
    written.next().map_or("misc", |row| row.name)
}

/// Returns the names of the types that BibTeX and BibLaTeX define.
pub fn type_names() -> impl Iterator<Item = &'static str> + Clone {
    let defined = TYPES.iter().filter(|row| row.origin != Program);
    defined.map(|row| row.name)
}

/// Returns the field of this name in lower case.
pub fn field(name: &str) -> Option<&'static FieldDefinition> {
    FIELD_BY_NAME.get(name).copied()
}

/// Returns BibLaTeX's name for the field of this name; the name itself where there is no other.
pub fn base_field(name: &str) -> &str {
    field(name).map_or(name, |row| row.base)
}

/// Returns the CSL variable that a field is, and the kind of its value. A field without a
/// definition is the CSL variable of its name, so that a reference from another format keeps what
/// BibLaTeX has no field for.
pub(crate) fn variable_of_field(name: &str) -> Option<(&'static str, ValueKind)> {
    match field(name) {
        Some(row) => match row.csl {
            Variable(variable) => Some((variable, row.data)),
            _ => None,
        },
        None => variables::known(name).map(|(variable, kind)| {
            let data = match kind {
                VariableKind::Names => Names,
                VariableKind::Date => Date,
                VariableKind::Text | VariableKind::Number => Text,
            };
            (variable, data)
        }),
    }
}

/// Returns the field that holds exactly this CSL variable, if BibLaTeX or peerbib defines one.
pub(crate) fn field_of_variable(variable: &str) -> Option<&'static FieldDefinition> {
    FIELDS
        .iter()
        .filter(|field| field.origin != Program)
        .find(|field| matches!(field.csl, Variable(name) if name == variable))
}

/// Returns whether a field reaches a printed variable.
pub(crate) fn is_printed(name: &str) -> bool {
    match field(name) {
        Some(row) => !matches!(row.csl, Nothing | Depends),
        None => variable_of_field(name).is_some(),
    }
}

/// Returns whether a field holds names.
pub(crate) fn holds_names(name: &str) -> bool {
    field(name).is_some_and(|field| field.data == Names)
}

/// Returns whether a known field holds TeX: text, titles, names and lists of them.
pub(crate) fn is_tex(name: &str) -> bool {
    field(name).is_some_and(|field| matches!(field.data, Names | List | Separated | Title | Text))
}

/// Returns the names of all fields.
pub fn field_names() -> impl Iterator<Item = &'static str> + Clone {
    FIELDS.iter().map(|field| field.name)
}

/// Returns whether an entry uses anything of BibLaTeX's own. An entry that does not is read as
/// BibTeX reads it where the two differ: publishers and places are not lists, and a name's prefix
/// belongs to the family name.
pub(crate) fn is_biblatex(
    entry_type: &str,
    mut fields: impl Iterator<Item = impl AsRef<str>>,
) -> bool {
    let is_bibtex_type = self::entry_type(entry_type)
        .is_some_and(|row| row.origin == Bibtex && row.name == entry_type);
    !is_bibtex_type
        || fields.any(|name| field(name.as_ref()).is_some_and(|field| field.origin == Biblatex))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_name_occurs_once_and_in_lower_case() {
        let mut names = BTreeSet::new();
        for row in TYPES {
            for name in std::iter::once(row.name).chain(row.aliases.iter().copied()) {
                assert!(names.insert(name), "{name}");
                assert_eq!(name, name.to_lowercase());
            }
        }
        let mut names = BTreeSet::new();
        for field in FIELDS {
            assert!(names.insert(field.name), "{}", field.name);
            assert_eq!(field.name, field.name.to_lowercase());
        }
    }

    #[test]
    fn every_reference_to_another_row_is_to_one_that_exists() {
        for row in TYPES {
            let base = entry_type(row.base).unwrap();
            assert_eq!(base.base, base.name, "{}", row.name);
            assert_eq!(
                entry_type(row.bibtex).unwrap().origin,
                Bibtex,
                "{}",
                row.name
            );
            for name in row.required.iter().copied().flatten() {
                assert!(field(name).is_some(), "{name}");
            }
            for csl in row.csl_from.iter().chain([&row.csl]) {
                assert!(variables::known_type(csl).is_some(), "{csl}");
            }
        }
        for row in FIELDS {
            let base = field(row.base).unwrap();
            assert_eq!(base.base, base.name, "{}", row.name);
            if let BibtexMapping::As(name) = row.bibtex {
                assert_eq!(base_field(name), row.name);
            }
            match row.csl {
                Variable(variable) => assert!(variables::known(variable).is_some(), "{variable}"),
                Unless(other) => assert!(field(other).is_some()),
                _ => {}
            }
        }
    }

    #[test]
    fn kinds_of_a_type_are_found_under_it() {
        assert_eq!(
            narrower_types("thesis"),
            ["phdthesis", "mastersthesis", "bachelorsthesis", "bathesis"]
        );
        assert!(narrower_types("online").contains(&"www"));
        assert_eq!(narrower_types("phdthesis"), [""; 0]);
        assert_eq!(base_type("bathesis"), "thesis");
        assert_eq!(base_type("zine"), "zine");
    }

    #[test]
    fn every_csl_type_has_a_biblatex_type() {
        for (csl, expected) in [
            ("article-newspaper", "article"),
            ("speech", "unpublished"),
            ("graphic", "image"),
            ("interview", "misc"),
            ("collection", "book"),
            ("review-book", "review"),
        ] {
            assert_eq!(type_of_csl(csl), expected);
        }
    }
}
