//! What each fuzz target does with its input. `tests/fuzz_corpora.rs` calls the same functions with the corpora.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::io::{Cursor, Write as _};
use std::sync::LazyLock;

use peerbib::csl::{Style, bundled, format_bibliography};
use peerbib::documents::markdown::{CitableItems, CitationFields, CitationOptions, Markdown};
use peerbib::documents::{latex, typst};
use peerbib::formats::bibtex::{self, BibFile, FilePiece, Strings};
use peerbib::formats::key_pattern::KeyPattern;
use peerbib::formats::{self, ExportInput, ExportedWork, FORMATS, Records, ReferenceFormat};
use peerbib::library::{CitableWork, ConflictPolicy, ImportedFile, Library};
use peerbib::model::{CslItem, Entry};
use peerbib::output::{
    MetadataIndex, document, docx, html, latex as latex_output, markdown, odt, rtf, text,
    typst as typst_output,
};
use peerbib::query::Query;
use peerbib::reading_list::{ListFile, ReadingList};
use peerbib::tagging::{Rules, Vocabulary};
use peerbib::zotero::connector::SaveItems;
use peerbib::zotero::{self, Annotation, Attachment, NoteWriter, ZoteroItem, ZoteroNote};

/// Bibliography for styles, documents and queries.
const REFS: &str = "@book{a, author = {Wren, Ada and de Finch, Bo}, title = {Nests}, date = {2001-05}}
@incollection{b, author = {{The Aviary}}, title = {Twigs}, booktitle = {Nests}, editor = {Wren, Ada}, pages = {1--9}}
@online{c, title = {Feathers}, url = {https://example.org}, keywords = {theme:birds}}
";

/// A function that a fuzz target calls.
pub type Target = fn(&[u8]);

/// All targets with the names of their corpora.
pub const TARGETS: [(&str, Target); 18] = [
    ("bibtex", bibtex),
    ("json", json),
    ("yaml", yaml),
    ("tagged", tagged),
    ("xml", xml),
    ("tables", tables),
    ("web", web),
    ("bbl", bbl),
    ("references", references),
    ("word_processor", word_processor),
    ("conversion", conversion),
    ("query", query),
    ("style", style),
    ("documents", documents),
    ("prose", prose),
    ("settings", settings),
    ("library", library),
    ("zotero", zotero),
];

/// BibLaTeX is decoded, split, read, derived, tidied and written again without loss.
pub fn bibtex(bytes: &[u8]) {
    let decoded = bibtex::decode(bytes);
    assert_eq!(decoded.encoding.encode(&decoded.text).as_deref(), Ok(bytes));
    let split: String = bibtex::split(&decoded.text)
        .iter()
        .map(|piece| piece.text)
        .collect();
    assert_eq!(decoded.text, split.as_str());
    let file = bibtex::read(&decoded.text);
    let joined: String = file.pieces.iter().map(FilePiece::text).collect();
    assert_eq!(decoded.text, joined.as_str());
    let works = file.by_key();
    let parents = |key: &str| works.get(key).map(|work| Cow::Borrowed(*work));
    for work in file.works() {
        assert_eq!(bibtex::parse_entry(work.source()).as_ref(), Ok(work));
        let derived = bibtex::derive(work, &file.strings, &parents);
        let again = bibtex::from_csl(&derived.item).work;
        assert_eq!(bibtex::parse_entry(again.source()).as_ref(), Ok(&again));
        bibtex::to_bibtex(work, &file.strings, &parents);
    }
    bibtex::tidy(&file);
}

/// CSL-JSON is read, and the items of Zotero's connector.
pub fn json(bytes: &[u8]) {
    read_as(&[&formats::CSL_JSON], bytes);
    if let Ok(items) = serde_json::from_slice::<Vec<zotero::ZoteroItem>>(bytes) {
        let _ = zotero::read(&items).into_entries();
    }
}

/// The formats in YAML are read.
pub fn yaml(bytes: &[u8]) {
    read_as(&[&formats::HAYAGRIVA, &formats::CFF], bytes);
}

/// The formats with a tag on each line are read.
pub fn tagged(bytes: &[u8]) {
    read_as(&[&formats::RIS, &formats::NBIB, &formats::ENW], bytes);
}

/// The formats in XML are read.
pub fn xml(bytes: &[u8]) {
    let all = [&formats::ENDNOTE_XML, &formats::MODS, &formats::MARCXML];
    read_as(&all, bytes);
}

/// Tables are read.
pub fn tables(bytes: &[u8]) {
    read_as(&[&formats::CSV, &formats::TSV], bytes);
}

/// Pages of wikis and of the web are read.
pub fn web(bytes: &[u8]) {
    read_as(&[&formats::MEDIAWIKI, &formats::COINS], bytes);
}

/// The bibliographies that LaTeX reads are read.
pub fn bbl(bytes: &[u8]) {
    read_as(&[&formats::BBL], bytes);
}

/// Plain reference lists are read.
pub fn references(bytes: &[u8]) {
    read_as(&[&formats::REFERENCES], bytes);
}

/// Documents of word processors are read: the bytes as an archive, and as the text of a document.
pub fn word_processor(bytes: &[u8]) {
    read_as(&[&formats::DOCX], bytes);
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    // Without compression and of one time, so that equal inputs are equal archives.
    let options = zip::write::SimpleFileOptions::default()
        .compression_method(zip::CompressionMethod::Stored)
        .last_modified_time(zip::DateTime::default());
    archive
        .start_file("word/document.xml", options)
        .expect("an archive in memory can be written");
    archive
        .write_all(bytes)
        .expect("an archive in memory can be written");
    let archive = archive
        .finish()
        .expect("an archive in memory can be written");
    read_as(&[&formats::DOCX], archive.get_ref());
}

/// A file is read in the format that its content shows, and written in every format.
pub fn conversion(bytes: &[u8]) {
    let text = bibtex::decode(bytes).text;
    let Some(format) = formats::of_content(&text) else {
        return;
    };
    let items = match format.read(bytes, &text) {
        Records::Items(read) => {
            let read = read.with_keys().items;
            read.into_iter().map(|read| read.item).collect()
        }
        Records::Entries(file) => items(&file),
    };
    write_everywhere(&items);
}

/// A query is parsed, translated and run.
pub fn query(bytes: &[u8]) {
    thread_local! {
        static LIBRARY: RefCell<Library> = RefCell::new(imported(&bibtex::read(REFS)));
    }
    let parsed = std::str::from_utf8(bytes)
        .ok()
        .and_then(|text| text.parse::<Query>().ok());
    if let Some(query) = parsed {
        LIBRARY.with_borrow(|library| {
            if let Ok(filter) = query.translate(library) {
                library
                    .works()
                    .ids_matching(&filter)
                    .expect("a translated query runs");
            }
        });
    }
}

/// A style is compiled, and formats a bibliography and citations.
pub fn style(bytes: &[u8]) {
    let parsed = std::str::from_utf8(bytes)
        .ok()
        .and_then(|text| Style::from_xml(text).ok());
    if let Some(style) = parsed {
        format_bibliography(&style, None, &items(&bibtex::read(REFS)));
        let document =
            "@a [p. 3] and [see @b, chap. 2; @c]. Again [@b; -@a].[^1]\n\n[^1]: See @b.\n";
        Markdown::read(document).cited_in(works(), &options(&style));
    }
}

/// The citations of a document are found, and those in Markdown formatted.
pub fn documents(bytes: &[u8]) {
    let Ok(document) = std::str::from_utf8(bytes) else {
        return;
    };
    latex::read_aux(document);
    let _ = latex::read_bcf(document);
    typst::cited(document);
    Markdown::read(document).cited_in(works(), &options(apa()));
}

/// A document becomes a document of every format.
pub fn prose(bytes: &[u8]) {
    let Ok(document) = std::str::from_utf8(bytes) else {
        return;
    };
    let document = Markdown::read(document)
        .cited_tree(works(), &options(apa()), Some(CitationFields::Word))
        .document;
    document::page(&document);
    document::latex(&document);
    document::typst(&document);
    docx::document(&document).expect("a document in memory can be written");
    odt::document(&document).expect("a document in memory can be written");
}

/// Files that people write for a library are read: a vocabulary, rules, a reading list, and a pattern of keys.
pub fn settings(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    thread_local! {
        static LIBRARY: RefCell<Library> = RefCell::new(imported(&bibtex::read(REFS)));
    }
    if let Ok(vocabulary) = text.parse::<Vocabulary>() {
        LIBRARY.with_borrow_mut(|library| {
            let _ = library.dry_run(|change| vocabulary.install(change, "fuzz"));
        });
    }
    if let Ok(rules) = text.parse::<Rules>() {
        assert_eq!(rules.to_toml().parse::<Rules>().ok().as_ref(), Some(&rules));
    }
    if let Ok(list) = ListFile::from_toml(text) {
        let written = list.to_toml().expect("a list can be written");
        ListFile::from_toml(&written).expect("a written list can be read");
    }
    let _ = text.parse::<KeyPattern>();
}

/// A file is imported twice and exported as it was, formatted in every output format, and undone.
pub fn library(bytes: &[u8]) {
    /// Creating a library takes longer than a run, and a history that grows without end makes the next ones slow.
    const RUNS_OF_A_LIBRARY: usize = 100;
    thread_local! {
        /// A library, and the number of its runs.
        static LIBRARY: RefCell<(Library, usize)> = RefCell::new((temporary_library(), 0));
    }
    LIBRARY.with_borrow_mut(|(library, runs)| {
        if *runs == RUNS_OF_A_LIBRARY {
            (*library, *runs) = (temporary_library(), 0);
        }
        *runs += 1;
        import_and_undo(library, bytes);
    });
}

fn import_and_undo(library: &mut Library, bytes: &[u8]) {
    let decoded = bibtex::decode(bytes);
    let file = bibtex::read(&decoded.text);
    for _ in 0..2 {
        import(library, decoded.encoding.name(), &file);
        let exported = library.sources().export_all().expect("the library exports");
        assert_eq!(decoded.text, exported.as_str());
    }
    let works = library
        .works()
        .matching(&peerbib::library::Filter::All)
        .expect("all works are found");
    let items: Vec<CslItem> = works
        .iter()
        .map(|work| work.item().expect("the item is readable"))
        .collect();
    let list = ReadingList::plain(format_bibliography(apa(), None, &items));
    html::page(&list, &MetadataIndex::new(&works, &items), "en-US");
    text::reading_list(&list, text::TextLayout::default());
    markdown::reading_list(&list);
    latex_output::reading_list(&list);
    typst_output::reading_list(&list);
    rtf::reading_list(&list, "en-US");
    while library
        .history()
        .next_step(peerbib::library::StepState::Done)
        .expect("the history is readable")
        .is_some()
    {
        library.undo(None).expect("each step can be undone");
    }
    assert_eq!(library.works().count().expect("works are counted"), 0);
}

fn apa() -> &'static Style {
    static APA: LazyLock<Style> = LazyLock::new(|| {
        let xml = bundled::style_xml("apa").expect("APA is bundled");
        Style::from_xml(&xml).expect("APA compiles")
    });
    &APA
}

fn options(style: &Style) -> CitationOptions<'_> {
    CitationOptions {
        style,
        locale: None,
        title: Some("References"),
        heading_level: 1,
    }
}

/// Returns the works that documents cite.
fn works() -> &'static CitableItems {
    static WORKS: LazyLock<CitableItems> = LazyLock::new(|| {
        let mut works = CitableItems::default();
        for item in items(&bibtex::read(REFS)) {
            works.add(&item.id.clone(), item);
        }
        works
    });
    &WORKS
}

/// Items of Zotero become entries and notes: the bytes are what the connector sends, or else each text of an item.
pub fn zotero(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let items = match serde_json::from_str::<SaveItems>(&text) {
        Ok(message) => message.items,
        Err(_) => vec![item_of(&text)],
    };
    let writer = NoteWriter::new(HashMap::new(), HashMap::new());
    for section in items.iter().flat_map(|item| writer.sections(item)) {
        assert!(!section.text.trim().is_empty());
    }
    let parsed = zotero::read(&items).into_entries();
    for work in parsed.file.works() {
        assert_eq!(bibtex::parse_entry(work.source()).as_ref(), Ok(work));
    }
    // What is stored of an item is the base of the next import.
    for item in &items {
        let stored = serde_json::to_string(item).expect("an item can be stored");
        let again: ZoteroItem = serde_json::from_str(&stored).expect("a stored item can be read");
        assert_eq!(
            serde_json::to_string(&again).expect("it can be stored again"),
            stored
        );
    }
}

/// Returns an item with a text in each place in which Zotero has free text.
fn item_of(text: &str) -> ZoteroItem {
    let first = text.lines().next().unwrap_or_default();
    let fields = [
        ("title", first),
        ("date", first),
        ("accessDate", first),
        ("originalDate", first),
        ("pages", first),
        ("DOI", first),
        ("url", first),
        ("extra", text),
    ];
    let fields = fields.map(|(name, value)| (name.to_owned(), value.to_owned()));
    ZoteroItem {
        item_type: "book".to_owned(),
        fields: BTreeMap::from(fields),
        notes: vec![ZoteroNote {
            note: text.to_owned(),
            ..ZoteroNote::default()
        }],
        attachments: vec![Attachment {
            path: first.to_owned(),
            annotations: vec![Annotation {
                text: text.to_owned(),
                comment: text.to_owned(),
                page_label: first.to_owned(),
                color: first.to_owned(),
                ..Annotation::default()
            }],
            ..Attachment::default()
        }],
        ..ZoteroItem::default()
    }
}

fn items(file: &BibFile) -> Vec<CslItem> {
    let works = CitableWork::of_file(file);
    works
        .iter()
        .map(|work| work.item().expect("the item was just read"))
        .collect()
}

fn import(library: &mut Library, encoding: &'static str, file: &BibFile) {
    let imported = ImportedFile {
        path: "fuzz.bib",
        encoding,
        file,
    };
    library
        .change("fuzz", |change| {
            change.import(imported, ConflictPolicy::Merge, &mut |_| {})
        })
        .expect("any file can be imported");
}

fn imported(file: &BibFile) -> Library {
    let mut library = temporary_library();
    import(&mut library, "UTF-8", file);
    library
}

fn temporary_library() -> Library {
    Library::temporary().expect("a temporary library opens")
}

/// Reads bytes in each of several formats.
fn read_as(formats: &[&ReferenceFormat], bytes: &[u8]) {
    let text = bibtex::decode(bytes).text;
    for format in formats {
        let _ = format.read(bytes, &text).into_entries();
    }
}

/// Writes items in every format.
fn write_everywhere(items: &[CslItem]) {
    let works: Vec<Entry> = items
        .iter()
        .map(|item| Entry::without_text(item.id.clone()))
        .collect();
    let strings = Strings::default();
    let exported: Vec<ExportedWork<'_>> = works
        .iter()
        .zip(items)
        .map(|(work, item)| ExportedWork {
            work,
            item,
            strings: &strings,
        })
        .collect();
    let export = ExportInput {
        works: &exported,
        parents: &|_| -> Option<Cow<'_, Entry>> { None },
        table: None,
    };
    for writer in FORMATS.iter().filter_map(|format| format.writer) {
        let _ = writer.write(&export);
    }
}
