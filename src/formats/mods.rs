//! MODS, the Metadata Object Description Schema of the Library of Congress (version 3), which library catalogues and
//! repositories export.

use super::csl_to_bib::ParsedItems;
use super::item_builder::{
    ItemBuilder, date, direct_name, inverted_name, iso_date, keywords, language_code, literal_name,
    one_dash, page_ends, person, serial_number, serial_numbers,
};
use super::records::write_records;
use super::xml::{
    XmlElement, XmlWriter, child, child_text, children, has_root, read_records, text_of,
};
use super::{ExportInput, Joint, ReadFormat, Records, WriteFormat, WriteResult};
use crate::model::markup::{plain, without_nocase};
use crate::model::{CslDate, CslItem, CslName, SharedText};

/// Reads and writes MODS.
pub(crate) struct Mods;

const TITLE: &str = "MODS";

/// Returns whether a text is MODS, or a catalogue's answer that holds MODS.
pub(crate) fn sniff(text: &str) -> bool {
    has_root(text, &["modsCollection", "mods"])
        || (text.contains("http://www.loc.gov/mods/v3") && has_root(text, CONTAINERS))
}

/// The outermost elements of the answers of catalogues: SRU and OAI-PMH.
pub(crate) const CONTAINERS: &[&str] = &["searchRetrieveResponse", "OAI-PMH", "records"];

impl ReadFormat for Mods {
    fn read(&self, text: &SharedText) -> Records {
        Records::Items(read_items(text))
    }
}

impl WriteFormat for Mods {
    fn write(&self, export: &ExportInput<'_>) -> WriteResult {
        let (records, losses) = write_records(export, TITLE, record, |xml| {
            read_items(&format!("{OPEN}{xml}{CLOSE}"))
        });
        let text = format!("{START}{}{CLOSE}", records.concat());
        WriteResult { text, losses }
    }

    fn joint(&self) -> Option<Joint> {
        Some(Joint {
            end: CLOSE,
            between: "",
            start: START,
        })
    }
}

const START: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
                     <modsCollection xmlns=\"http://www.loc.gov/mods/v3\">\n";
const OPEN: &str = "<modsCollection xmlns=\"http://www.loc.gov/mods/v3\">\n";
const CLOSE: &str = "</modsCollection>\n";

fn read_items(text: &str) -> ParsedItems {
    read_records(text, "mods", |record, line, items| {
        let (item, ignored) = item(record);
        for title in ignored {
            let message = format!("ignored \u{201c}{title}\u{201d}: the title is set already");
            items.warn(line, "", Some("titleInfo"), message);
        }
        Some(item)
    })
}

/// Relator codes and terms of MARC, and the CSL variables of these roles.
pub(crate) const ROLES: &[(&str, &str, &str)] = &[
    ("aut", "author", "author"),
    ("cre", "creator", "author"),
    ("edt", "editor", "editor"),
    ("trl", "translator", "translator"),
    ("ill", "illustrator", "illustrator"),
    ("com", "compiler", "compiler"),
    ("cmp", "composer", "composer"),
    ("drt", "director", "director"),
    ("fmd", "film director", "director"),
    ("ivr", "interviewer", "interviewer"),
    ("nrt", "narrator", "narrator"),
    ("prf", "performer", "performer"),
    ("pro", "producer", "producer"),
    ("cur", "curator", "curator"),
    ("hst", "host", "host"),
    ("rcp", "addressee", "recipient"),
    ("ctb", "contributor", "contributor"),
    ("aui", "author of introduction, etc.", "contributor"),
];

/// Genres of MODS and MARC, and the CSL types of them. The first of each CSL type is the one that is written.
const GENRES: &[(&str, &str)] = &[
    ("journal article", "article-journal"),
    ("magazine article", "article-magazine"),
    ("newspaper article", "article-newspaper"),
    ("book", "book"),
    ("book chapter", "chapter"),
    ("conference paper", "paper-conference"),
    ("thesis", "thesis"),
    ("report", "report"),
    ("web page", "webpage"),
    ("blog post", "post-weblog"),
    ("forum post", "post"),
    ("preprint", "article"),
    ("periodical", "periodical"),
    ("pamphlet", "pamphlet"),
    ("patent", "patent"),
    ("dataset", "dataset"),
    ("software", "software"),
    ("dictionary entry", "entry-dictionary"),
    ("encyclopedia article", "entry-encyclopedia"),
    ("legal case", "legal_case"),
    ("legislation", "legislation"),
    ("bill", "bill"),
    ("hearing", "hearing"),
    ("standard", "standard"),
    ("interview", "interview"),
    ("speech", "speech"),
    ("letter", "personal_communication"),
    ("manuscript", "manuscript"),
    ("map", "map"),
    ("motion picture", "motion_picture"),
    ("musical score", "musical_score"),
    ("sound", "song"),
    ("picture", "graphic"),
    ("review", "review"),
    ("document", "document"),
    // Other terms for the same.
    ("article", "article-journal"),
    ("academic journal", "periodical"),
    ("journal", "periodical"),
    ("newspaper", "periodical"),
    ("magazine", "periodical"),
    ("monograph", "book"),
    ("collection", "book"),
    ("conference publication", "book"),
    ("ph.d. thesis", "thesis"),
    ("masters thesis", "thesis"),
    ("theses", "thesis"),
    ("dissertation", "thesis"),
    ("technical report", "report"),
    ("government publication", "report"),
    ("web site", "webpage"),
    ("website", "webpage"),
    ("bookpart", "chapter"),
    ("conferenceobject", "paper-conference"),
    ("doctoralthesis", "thesis"),
    ("film", "motion_picture"),
    ("videorecording", "motion_picture"),
    ("computer program", "software"),
    ("encyclopedia", "book"),
    ("dictionary", "book"),
];

fn type_of_genre(genre: &str) -> Option<&'static str> {
    let genre = genre.to_lowercase();
    let found = GENRES.iter().find(|(name, _)| *name == genre);
    found.map(|(_, csl)| *csl)
}

fn csl_type(record: XmlElement<'_>, host: Option<XmlElement<'_>>) -> &'static str {
    let genres = || children(record, "genre").map(text_of);
    let host_genre = host
        .map(|host| child_text(host, "genre"))
        .unwrap_or_default();
    let of_genre = genres().find_map(|genre| type_of_genre(&genre));
    match (of_genre, host) {
        // A book, or an article, that is a part is a chapter, or an article by what it is in.
        (None | Some("book" | "article-journal"), Some(host)) => {
            let is_conference = host_genre.to_lowercase().contains("conference");
            let is_serial = child(host, "originInfo").is_some_and(|origin| {
                matches!(
                    child_text(origin, "issuance").as_str(),
                    "continuing" | "serial"
                )
            }) || type_of_genre(&host_genre) == Some("periodical")
                || children(host, "identifier").any(|id| id.attribute("type") == Some("issn"));
            match host_genre.to_lowercase().as_str() {
                "newspaper" => "article-newspaper",
                "magazine" => "article-magazine",
                _ if is_conference => "paper-conference",
                _ if is_serial => "article-journal",
                _ if of_genre == Some("article-journal") && host_genre.is_empty() => {
                    "article-journal"
                }
                _ => "chapter",
            }
        }
        (Some(csl_type), _) => csl_type,
        (None, None) => match child_text(record, "typeOfResource").as_str() {
            "cartographic" => "map",
            "notated music" => "musical_score",
            "still image" => "graphic",
            "moving image" => "motion_picture",
            "software, multimedia" => "software",
            resource if resource.starts_with("sound recording") => "song",
            _ if is_continuing(record) => "periodical",
            "text" => "book",
            _ => "document",
        },
    }
}

fn is_continuing(record: XmlElement<'_>) -> bool {
    children(record, "originInfo").any(|origin| {
        matches!(
            child_text(origin, "issuance").as_str(),
            "continuing" | "serial"
        )
    })
}

/// Returns a record, and its titles that CSL has no variable for.
fn item(record: XmlElement<'_>) -> (CslItem, Vec<String>) {
    let related = |of_type: &'static str| {
        children(record, "relatedItem")
            .find(move |related| related.attribute("type") == Some(of_type))
    };
    let host = related("host");
    let csl_type = csl_type(record, host);
    let mut new = ItemBuilder::new(csl_type);
    new.item.id = record.attribute("ID").unwrap_or_default().to_owned();
    let ignored = titles(&mut new, record);
    let is_main = |name: &XmlElement<'_>| name.attribute("usage") == Some("primary");
    let has_main_name = children(record, "name").any(|name| is_main(&name));
    let has_publisher =
        children(record, "originInfo").any(|origin| child(origin, "publisher").is_some());
    for name in children(record, "name") {
        let (role, person) = role_and_name(name);
        // An organization that only has to do with the work.
        let has_no_role = children(name, "role").next().is_none();
        let is_corporate = name.attribute("type") == Some("corporate");
        let role = if has_no_role && is_corporate && has_main_name && !is_main(&name) {
            "contributor"
        } else {
            role
        };
        match role {
            // The publisher of a catalog record is in a place of its own, too.
            "publisher" if has_publisher => {}
            "publisher" | "degree-grantor" => {
                new.text("publisher", &person.reading_order());
            }
            role => new.name(role, person),
        }
    }
    for origin in children(record, "originInfo") {
        origin_info(&mut new, origin);
    }
    // The terms of MARC say what a book contains.
    let own_genres =
        children(record, "genre").filter(|genre| genre.attribute("authority") != Some("marcgt"));
    for genre in own_genres.map(text_of) {
        let is_known = type_of_genre(&genre).is_some();
        if (!is_known || genre.to_lowercase().ends_with("thesis"))
            && genre.to_lowercase() != "thesis"
        {
            new.text("genre", &genre);
        }
    }
    for language in children(record, "language").flat_map(|node| children(node, "languageTerm")) {
        if language.attribute("type") != Some("text") {
            new.text("language", language_code(&text_of(language)));
        }
    }
    for physical in children(record, "physicalDescription") {
        let extent = child_text(physical, "extent");
        match extent_in_pages(&extent) {
            Some(pages) => new.text("number-of-pages", &pages),
            None => new.text("dimensions", &extent),
        };
    }
    for text in children(record, "abstract") {
        new.text("abstract", &text_of(text));
    }
    for note in children(record, "note") {
        match note.attribute("type") {
            Some("statement of responsibility" | "bibliography") => {}
            Some("annotation") => new.append("annote", "\n", &text_of(note)),
            _ => new.append("note", "\n", &text_of(note)),
        }
    }
    for subject in children(record, "subject") {
        let terms: Vec<String> = subject
            .children()
            .filter(XmlElement::is_element)
            .map(|term| match term.tag_name().name() {
                "name" => role_and_name(term).1.reading_order(),
                "titleInfo" => child_text(term, "title"),
                _ => text_of(term),
            })
            .filter(|term| !term.is_empty())
            .collect();
        new.keyword(&terms.join("--"));
    }
    identifiers(&mut new, record, csl_type);
    for location in children(record, "location") {
        for url in children(location, "url") {
            new.url(&text_of(url));
            if let Some(accessed) = url.attribute("dateLastAccessed") {
                new.date("accessed", accessed);
            }
        }
        new.text("archive", &child_text(location, "physicalLocation"));
        new.text("call-number", &child_text(location, "shelfLocator"));
    }
    if let Some(classification) = child(record, "classification") {
        new.text("call-number", &text_of(classification));
    }
    for part in children(record, "part") {
        self::part(&mut new, part);
    }
    if let Some(host) = host {
        self::host(&mut new, host, csl_type);
    }
    if let Some(series) = related("series") {
        series_of(&mut new, series);
    }
    if let Some(original) = related("original") {
        new.text("original-title", &title_of(original));
        for origin in children(original, "originInfo") {
            new.date("original-date", &child_text(origin, "dateIssued"));
            new.text("original-publisher", &child_text(origin, "publisher"));
        }
    }
    (new.finish(), ignored)
}

/// Returns the main title of an element: article, title and subtitle.
fn title_of(node: XmlElement<'_>) -> String {
    children(node, "titleInfo")
        .find(|info| info.attribute("type").is_none())
        .map(title_in)
        .unwrap_or_default()
}

fn title_in(info: XmlElement<'_>) -> String {
    let article = child_text(info, "nonSort");
    let mut title = match article.as_str() {
        "" => String::new(),
        article if article.ends_with(['\'', '\u{2019}']) => article.to_owned(),
        article => format!("{article} "),
    };
    title.push_str(&child_text(info, "title"));
    let subtitle = child_text(info, "subTitle");
    if !subtitle.is_empty() {
        title.push_str(": ");
        title.push_str(&subtitle);
    }
    for part in ["partNumber", "partName"] {
        let part = child_text(info, part);
        if !part.is_empty() {
            title.push_str(". ");
            title.push_str(&part);
        }
    }
    title
}

/// Reads the titles, and returns those that CSL has no variable for.
fn titles(new: &mut ItemBuilder, record: XmlElement<'_>) -> Vec<String> {
    new.text("title", &title_of(record));
    let mut ignored = Vec::new();
    for info in children(record, "titleInfo") {
        let title = title_in(info);
        let is_read = match info.attribute("type") {
            Some("abbreviated") => new.text("title-short", &title),
            Some("uniform" | "translated") => new.text("original-title", &title),
            // A record may have nothing else.
            _ => new.text("title", &title),
        };
        if !is_read {
            ignored.push(title);
        }
    }
    ignored
}

/// Returns the variable of a name's role, and the name.
fn role_and_name(node: XmlElement<'_>) -> (&'static str, CslName) {
    let terms = children(node, "role").flat_map(|role| children(role, "roleTerm"));
    let role = terms
        .map(text_of)
        .find_map(|term| variable_of_role(&term))
        .unwrap_or("author");
    let part = |of_type: &str| -> String {
        let parts =
            children(node, "namePart").filter(|part| part.attribute("type") == Some(of_type));
        parts.map(text_of).collect::<Vec<_>>().join(" ")
    };
    let whole: Vec<String> = children(node, "namePart")
        .filter(|part| part.attribute("type").is_none())
        .map(text_of)
        .collect();
    let is_organization = matches!(node.attribute("type"), Some("corporate" | "conference"));
    // The punctuation of catalogs ends the parts of an organization.
    let whole = match (is_organization, whole.as_slice()) {
        (true, [parts @ .., last]) => {
            let parts = parts.iter().map(|part| part.trim_end_matches('.'));
            parts.chain([last.as_str()]).collect::<Vec<_>>().join(". ")
        }
        _ => whole.join(", "),
    };
    let (family, given) = (part("family"), part("given"));
    let name = match node.attribute("type") {
        Some("corporate" | "conference") => literal_name(&whole),
        _ if !family.is_empty() => {
            let mut name = inverted_name(&format!("{family}, {given}"));
            if name.literal.is_some() {
                name = person("", &family, &given, "");
            }
            let suffix = part("termsOfAddress");
            name.suffix = (!suffix.is_empty()).then_some(suffix);
            name
        }
        _ if child(node, "etal").is_some() => literal_name("et al."),
        _ if whole.is_empty() && !given.is_empty() => literal_name(&given),
        _ if whole.is_empty() => direct_name(&child_text(node, "displayForm")),
        Some("personal") => direct_name(&whole),
        _ => inverted_name(&whole),
    };
    (role, name)
}

/// Returns the CSL variable of a relator term or code. Publishers and universities are fields of their own.
pub(crate) fn variable_of_role(term: &str) -> Option<&'static str> {
    let term = term.trim().trim_end_matches(['.', ',', ':']).to_lowercase();
    // The address of a code ends in it.
    let term = term.rsplit('/').next().unwrap_or(&term);
    match term {
        "pbl" | "publisher" => return Some("publisher"),
        "dgg" | "degree grantor" | "degree granting institution" => return Some("degree-grantor"),
        // An issuing body, in catalogues of German libraries
        "isb" | "ed" | "hrsg" | "herausgeber" | "herausgeberin" | "éditeur scientifique" => {
            return Some("editor");
        }
        "verfasser" | "verfasserin" | "auteur" => return Some("author"),
        "übersetzer" | "übersetzerin" | "traducteur" => return Some("translator"),
        _ => {}
    }
    let found = ROLES
        .iter()
        .find(|(code, name, _)| term == *code || term == *name);
    found.map(|(_, _, variable)| *variable)
}

/// Returns a text without the punctuation of catalogues at its end.
fn without_isbd(text: &str) -> &str {
    text.trim_end_matches([' ', ':', ';', ',', '/'])
}

fn origin_info(new: &mut ItemBuilder, origin: XmlElement<'_>) {
    for term in children(origin, "place").flat_map(|place| children(place, "placeTerm")) {
        if term.attribute("type") != Some("code") {
            new.append("publisher-place", "; ", without_isbd(&text_of(term)));
        }
    }
    for publisher in children(origin, "publisher") {
        new.append("publisher", "; ", without_isbd(&text_of(publisher)));
    }
    for (element, variable) in [
        ("dateIssued", "issued"),
        ("copyrightDate", "issued"),
        ("dateCreated", "issued"),
        ("dateOther", "issued"),
    ] {
        if !new.has(variable)
            && let Some(date) = date_of(origin, element)
        {
            new.date_value(variable, date);
        }
    }
    if let Some(captured) = date_of(origin, "dateCaptured") {
        new.date_value("accessed", captured);
    }
    new.text("edition", &child_text(origin, "edition"));
}

/// Returns the date of an element: the one for programs if there is one, or a range.
fn date_of(node: XmlElement<'_>, element: &'static str) -> Option<CslDate> {
    let point = |of: &'static str| {
        children(node, element).find(move |date| date.attribute("point") == Some(of))
    };
    if let (Some(start), Some(end)) = (point("start"), point("end")) {
        let (start, end) = (text_of(start), text_of(end));
        return Some(date(&format!("{start}/{end}")));
    }
    let encoded = children(node, element).find(|date| {
        date.attribute("encoding")
            .is_some_and(|encoding| encoding != "marc")
    });
    let found = encoded.or_else(|| child(node, element))?;
    let text = text_of(found);
    let text = text
        .trim_start_matches(['c', '\u{a9}', '[', 'p'])
        .trim_end_matches([']', '.']);
    let mut read = date(text);
    if found.attribute("qualifier").is_some() {
        read.circa = Some(true.into());
    }
    Some(read).filter(|read| *read != CslDate::default())
}

/// Returns the number of pages in an extent such as `xii, 320 p. : ill.`.
pub(crate) fn extent_in_pages(extent: &str) -> Option<String> {
    let main = extent.split([':', ';']).next()?.trim();
    let is_pages = |word: &str| {
        matches!(
            word.trim_end_matches('.').to_lowercase().as_str(),
            "p" | "pp" | "pages" | "page" | "s" | "seiten" | "leaves" | "str"
        )
    };
    let words: Vec<&str> = main.split_whitespace().collect();
    match words.as_slice() {
        [number] if number.bytes().all(|byte| byte.is_ascii_digit()) => Some((*number).to_owned()),
        [numbers @ .., unit] if !numbers.is_empty() && is_pages(unit) => {
            let numbers = numbers.join(" ");
            let is_number = |c: char| c.is_ascii_digit() || "ivxlcIVXLC, []+".contains(c);
            (numbers.chars().all(is_number) && numbers.chars().any(|c| c.is_ascii_digit()))
                .then_some(numbers)
        }
        _ => None,
    }
}

fn identifiers(new: &mut ItemBuilder, node: XmlElement<'_>, csl_type: &str) {
    for identifier in children(node, "identifier") {
        let text = text_of(identifier);
        let kind = identifier.attribute("type").unwrap_or_default();
        // An ISBN is often followed by what it is of.
        let number = serial_number(&text);
        if identifier.attribute("invalid") == Some("yes") {
            continue;
        }
        match kind.to_lowercase().as_str() {
            "isbn" => new.append("ISBN", " ", number),
            "issn" => new.append("ISSN", " ", number),
            "doi" => {
                new.doi(&text);
            }
            "pmid" | "pubmed" => {
                new.text("PMID", &text);
            }
            "pmcid" | "pmc" => {
                new.text("PMCID", &text);
            }
            "uri" | "url" => {
                new.url(&text);
            }
            "citekey" if new.item.id.is_empty() => new.item.id = text,
            "issue number" | "report number" | "patent number" | "serial number" => {
                new.text("number", &text);
            }
            _ if csl_type == "report" || csl_type == "patent" => {
                new.text("number", &text);
            }
            _ => {}
        }
    }
}

/// Reads volume, issue, pages and date.
fn part(new: &mut ItemBuilder, part: XmlElement<'_>) {
    for detail in children(part, "detail") {
        let number = child_text(detail, "number");
        let number = if number.is_empty() {
            child_text(detail, "caption")
        } else {
            number
        };
        match detail.attribute("type").unwrap_or_default() {
            "volume" => new.text("volume", &number),
            "issue" | "number" => new.text("issue", &number),
            "chapter" => new.text("chapter-number", &number),
            "article number" | "article" => new.text("number", &number),
            "page" | "pages" => new.text("page", &number),
            "section" => new.text("section", &number),
            _ => true,
        };
    }
    for extent in children(part, "extent") {
        let (start, end) = (child_text(extent, "start"), child_text(extent, "end"));
        let pages = match (start.as_str(), end.as_str()) {
            ("", _) => child_text(extent, "list"),
            (start, "") => start.to_owned(),
            (start, end) if start == end => start.to_owned(),
            (start, end) => format!("{start}-{end}"),
        };
        let pages = pages
            .trim_start_matches("pp.")
            .trim_start_matches("p.")
            .trim();
        new.text("page", pages);
        if pages.is_empty() {
            new.text("number-of-pages", &child_text(extent, "total"));
        }
    }
    new.date("issued", &child_text(part, "date"));
}

fn host(new: &mut ItemBuilder, host: XmlElement<'_>, csl_type: &str) {
    new.text("container-title", &title_of(host));
    for info in children(host, "titleInfo") {
        if info.attribute("type") == Some("abbreviated") {
            new.text("container-title-short", &title_in(info));
        }
    }
    for name in children(host, "name") {
        let has_role = child(name, "role").is_some();
        let (role, person) = role_and_name(name);
        match (role, name.attribute("type")) {
            (_, Some("conference")) => {
                new.text("event-title", &person.reading_order());
            }
            ("author", _) if csl_type == "chapter" && has_role => {
                new.name("container-author", person);
            }
            ("author", _) => new.name("editor", person),
            ("publisher" | "degree-grantor", _) => {
                new.text("publisher", &person.reading_order());
            }
            (role, _) => new.name(role, person),
        }
    }
    for part in children(host, "part") {
        self::part(new, part);
    }
    for origin in children(host, "originInfo") {
        origin_info(new, origin);
    }
    identifiers(new, host, csl_type);
    for series in children(host, "relatedItem") {
        if series.attribute("type") == Some("series") {
            series_of(new, series);
        }
    }
}

fn series_of(new: &mut ItemBuilder, series: XmlElement<'_>) {
    let Some(info) = child(series, "titleInfo") else {
        return;
    };
    new.text("collection-title", without_isbd(&child_text(info, "title")));
    new.text("collection-number", &child_text(info, "partNumber"));
    for name in children(series, "name") {
        new.name("collection-editor", role_and_name(name).1);
    }
    for part in children(series, "part").flat_map(|part| children(part, "detail")) {
        new.text("collection-number", &child_text(part, "number"));
    }
}

/// Returns whether works of a CSL type are parts of another.
fn is_part(csl_type: &str, item: &CslItem) -> bool {
    item.text("container-title").is_some()
        || matches!(
            csl_type,
            "article-journal" | "article-magazine" | "article-newspaper" | "chapter"
        )
}

/// Returns a record.
fn record(item: &CslItem) -> String {
    let csl_type = item.item_type.as_str();
    let mut mods = ModsWriter {
        item,
        xml: XmlWriter::at_depth(1),
    };
    let is_part = is_part(csl_type, item);
    // An ID has to be an XML name.
    mods.xml.open("mods", &[("version", "3.7")]);
    mods.title("title");
    mods.abbreviated_title("title-short");
    for (code, _, variable) in ROLES
        .iter()
        .filter(|(code, _, _)| !matches!(*code, "cre" | "fmd" | "aui"))
    {
        if !(is_part && matches!(*variable, "editor")) {
            mods.names(variable, code);
        }
    }
    let genre = GENRES.iter().find(|(_, csl)| *csl == csl_type);
    mods.xml
        .leaf("genre", &[], genre.map_or("document", |(name, _)| name));
    mods.leaf("genre", "genre");
    if !is_part {
        mods.origin();
    } else if let Some(issued) = item.date("issued") {
        mods.xml.open("originInfo", &[]);
        let date = iso_date(issued);
        mods.xml
            .leaf("dateIssued", &[("encoding", "w3cdtf")], &date);
        mods.xml.close();
    }
    if let Some(language) = item.text("language") {
        mods.xml.open("language", &[]);
        let attributes = [("type", "code"), ("authority", "rfc3066")];
        mods.xml.leaf("languageTerm", &attributes, &language);
        mods.xml.close();
    }
    if let Some(pages) = item.text("number-of-pages") {
        mods.xml.open("physicalDescription", &[]);
        mods.xml.leaf("extent", &[], &format!("{pages} p."));
        mods.xml.close();
    }
    mods.leaf("abstract", "abstract");
    mods.leaf("note", "note");
    if let Some(annote) = item.text("annote") {
        mods.xml
            .leaf("note", &[("type", "annotation")], &plain(&annote));
    }
    for keyword in keywords(item) {
        mods.xml.open("subject", &[]);
        mods.xml.leaf("topic", &[], &keyword);
        mods.xml.close();
    }
    if is_part {
        mods.xml.open("relatedItem", &[("type", "host")]);
        mods.title("container-title");
        mods.abbreviated_title("container-title-short");
        mods.names("editor", "edt");
        mods.names("container-author", "aut");
        if let Some(event) = item.text("event-title") {
            mods.xml.open("name", &[("type", "conference")]);
            mods.xml.leaf("namePart", &[], &plain(&event));
            mods.xml.close();
        }
        mods.host_origin();
        mods.part();
        mods.serial_numbers();
        mods.xml.close();
    } else {
        mods.serial_numbers();
        mods.part();
    }
    mods.series();
    mods.original();
    for (kind, variable) in [
        ("doi", "DOI"),
        ("pmid", "PMID"),
        ("pmcid", "PMCID"),
        ("report number", if is_part { "" } else { "number" }),
    ] {
        if let Some(text) = item.text(variable) {
            mods.xml
                .leaf("identifier", &[("type", kind)], &plain(&text));
        }
    }
    mods.xml
        .leaf("identifier", &[("type", "citekey")], &item.id);
    mods.location();
    mods.xml.close();
    mods.xml.text
}

struct ModsWriter<'i> {
    item: &'i CslItem,
    xml: XmlWriter,
}

impl ModsWriter<'_> {
    /// Returns a variable as text; MODS has no markup.
    fn text(&self, variable: &str) -> Option<String> {
        let text = self.item.text(variable)?;
        Some(plain(&without_nocase(&text))).filter(|text| !text.trim().is_empty())
    }

    fn leaf(&mut self, element: &str, variable: &str) {
        if let Some(text) = self.text(variable) {
            self.xml.leaf(element, &[], &text);
        }
    }

    fn title(&mut self, variable: &str) {
        if let Some(title) = self.text(variable) {
            self.xml.open("titleInfo", &[]);
            self.xml.leaf("title", &[], &title);
            self.xml.close();
        }
    }

    fn abbreviated_title(&mut self, variable: &str) {
        if let Some(title) = self.text(variable) {
            self.xml.open("titleInfo", &[("type", "abbreviated")]);
            self.xml.leaf("title", &[], &title);
            self.xml.close();
        }
    }

    fn names(&mut self, variable: &str, code: &str) {
        for name in self.item.names(variable) {
            match &name.literal {
                Some(literal) => {
                    self.xml.open("name", &[("type", "corporate")]);
                    self.xml.leaf("namePart", &[], literal);
                }
                None => {
                    self.xml.open("name", &[("type", "personal")]);
                    let (family, given) = (name.family_with_particle(), name.given_with_particle());
                    self.xml.leaf("namePart", &[("type", "family")], &family);
                    self.xml.leaf("namePart", &[("type", "given")], &given);
                    let suffix = name.suffix.as_deref().unwrap_or_default();
                    self.xml
                        .leaf("namePart", &[("type", "termsOfAddress")], suffix);
                }
            }
            self.role(code);
            self.xml.close();
            if name.truncated == Some(true) {
                self.xml.open("name", &[]);
                self.xml.leaf_of_xml("etal", &[], "");
                self.role(code);
                self.xml.close();
            }
        }
    }

    fn role(&mut self, code: &str) {
        self.xml.open("role", &[]);
        let attributes = [("type", "code"), ("authority", "marcrelator")];
        self.xml.leaf("roleTerm", &attributes, code);
        self.xml.close();
    }

    fn origin(&mut self) {
        self.xml.open("originInfo", &[]);
        self.publication();
        if let Some(issued) = self.item.date("issued") {
            let date = iso_date(issued);
            self.xml
                .leaf("dateIssued", &[("encoding", "w3cdtf")], &date);
        }
        self.leaf("edition", "edition");
        self.xml.close();
    }

    fn host_origin(&mut self) {
        let variables = ["publisher", "publisher-place", "edition"];
        let has_any = variables
            .iter()
            .any(|variable| self.text(variable).is_some());
        let is_serial = self.item.item_type.starts_with("article-");
        if has_any || is_serial {
            self.xml.open("originInfo", &[]);
            self.publication();
            self.leaf("edition", "edition");
            if is_serial {
                self.xml.leaf("issuance", &[], "continuing");
            }
            self.xml.close();
        }
    }

    fn publication(&mut self) {
        if let Some(place) = self.text("publisher-place") {
            self.xml.open("place", &[]);
            self.xml.leaf("placeTerm", &[("type", "text")], &place);
            self.xml.close();
        }
        self.leaf("publisher", "publisher");
    }

    fn part(&mut self) {
        let details = [
            ("volume", "volume"),
            ("issue", "issue"),
            ("chapter", "chapter-number"),
            ("section", "section"),
            ("article number", "number"),
        ];
        let is_article =
            self.item.item_type.starts_with("article-") || self.text("container-title").is_some();
        let details: Vec<(&str, String)> = details
            .into_iter()
            .filter(|(kind, _)| *kind != "article number" || is_article)
            .filter_map(|(kind, variable)| Some((kind, self.text(variable)?)))
            .collect();
        let pages = self.text("page").map(|pages| one_dash(&pages));
        if details.is_empty() && pages.is_none() {
            return;
        }
        self.xml.open("part", &[]);
        for (kind, number) in details {
            self.xml.open("detail", &[("type", kind)]);
            self.xml.leaf("number", &[], &number);
            self.xml.close();
        }
        if let Some(pages) = pages {
            self.xml.open("extent", &[("unit", "pages")]);
            match page_ends(&pages) {
                Some((start, end)) => {
                    self.xml.leaf("start", &[], &start);
                    self.xml.leaf("end", &[], &end);
                }
                None => self.xml.leaf("list", &[], &pages),
            }
            self.xml.close();
        }
        self.xml.close();
    }

    fn serial_numbers(&mut self) {
        for (kind, variable) in [("isbn", "ISBN"), ("issn", "ISSN")] {
            for number in serial_numbers(&self.text(variable).unwrap_or_default()) {
                self.xml.leaf("identifier", &[("type", kind)], number);
            }
        }
    }

    fn series(&mut self) {
        let Some(title) = self.text("collection-title") else {
            return;
        };
        self.xml.open("relatedItem", &[("type", "series")]);
        self.xml.open("titleInfo", &[]);
        self.xml.leaf("title", &[], &title);
        self.leaf("partNumber", "collection-number");
        self.xml.close();
        self.names("collection-editor", "edt");
        self.xml.close();
    }

    fn original(&mut self) {
        let title = self.text("original-title");
        let date = self.item.date("original-date").map(iso_date);
        let publisher = self.text("original-publisher");
        if title.is_none() && date.is_none() && publisher.is_none() {
            return;
        }
        self.xml.open("relatedItem", &[("type", "original")]);
        self.title("original-title");
        self.xml.open("originInfo", &[]);
        self.leaf("publisher", "original-publisher");
        self.xml.leaf("dateIssued", &[], &date.unwrap_or_default());
        self.xml.close();
        self.xml.close();
    }

    fn location(&mut self) {
        let (url, archive, call_number) = (
            self.text("URL"),
            self.text("archive"),
            self.text("call-number"),
        );
        if url.is_none() && archive.is_none() && call_number.is_none() {
            return;
        }
        self.xml.open("location", &[]);
        self.leaf("physicalLocation", "archive");
        if let Some(url) = url {
            let accessed = self.item.date("accessed").map(iso_date);
            let attributes: Vec<(&str, &str)> = accessed
                .as_deref()
                .map(|date| ("dateLastAccessed", date))
                .into_iter()
                .collect();
            self.xml.leaf("url", &attributes, &url);
        }
        self.leaf("shelfLocator", "call-number");
        self.xml.close();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_catalogue_record_is_read() {
        let read = read_items(
            r#"<mods xmlns="http://www.loc.gov/mods/v3" version="3.6"><titleInfo><nonSort>The</nonSort>
            <title>wealth of networks</title><subTitle>how social production transforms markets</subTitle></titleInfo>
            <name type="personal"><namePart>Benkler, Yochai</namePart><namePart type="date">1964-</namePart>
            <role><roleTerm type="text">author</roleTerm></role></name>
            <name type="corporate"><namePart>Yale University</namePart><role><roleTerm
            type="code">edt</roleTerm></role></name><typeOfResource>text</typeOfResource>
            <originInfo><place><placeTerm type="code">ctu</placeTerm></place><place><placeTerm type="text">New
            Haven</placeTerm></place><publisher>Yale University Press</publisher><dateIssued>c2006.</dateIssued>
            <dateIssued encoding="marc">2006</dateIssued><issuance>monographic</issuance></originInfo>
            <language><languageTerm authority="iso639-2b" type="code">eng</languageTerm></language>
            <physicalDescription><extent>xii, 515 p. : ill. ; 25 cm.</extent></physicalDescription>
            <subject><topic>Information society</topic><geographic>Europe</geographic></subject>
            <identifier type="isbn">0300110561 (alk. paper)</identifier></mods>"#,
        );
        let item = &read.items[0].item;
        let text = |variable: &str| item.text(variable).unwrap_or_default();
        assert_eq!(item.item_type, "book");
        assert_eq!(
            text("title"),
            "The wealth of networks: how social production transforms markets"
        );
        assert_eq!(item.names("author")[0].family.as_deref(), Some("Benkler"));
        assert_eq!(
            item.names("editor")[0].literal.as_deref(),
            Some("Yale University")
        );
        assert_eq!(text("publisher-place"), "New Haven");
        assert_eq!(text("number-of-pages"), "xii, 515");
        assert_eq!(text("ISBN"), "0300110561");
        assert_eq!(text("language"), "en");
        assert_eq!(text("keyword"), "Information society--Europe");
        assert_eq!(item.date("issued").unwrap().date_parts, [[2006]]);
    }

    #[test]
    fn what_is_written_is_read_again() {
        for json in [
            r#"{"id":"a","type":"article-journal","title":"A & b","author":[
            {"family":"Beethoven","given":"Ludwig","dropping-particle":"van"},{"literal":"P2P, Inc."},
            {"family":"King","given":"Martin Luther","suffix":"Jr."}],
            "container-title":"Journal","container-title-short":"J.","volume":"1","issue":"2","page":"3-9",
            "annote":"mine","issued":{"date-parts":[[2006,5,12]]},"DOI":"10.1/a","URL":"https://a.example/?a&b",
            "ISSN":"0036-8075","keyword":"a, b","language":"en","abstract":"One.",
            "accessed":{"date-parts":[[2020,1,2]]}}"#,
            r#"{"id":"b","type":"chapter","title":"T","container-title":"B","editor":[{"family":"E","given":"F."}],
            "collection-title":"S","collection-number":"4","publisher":"P","publisher-place":"Berlin","edition":"2",
            "page":"7","ISBN":"978-0-300-11056-2","issued":{"date-parts":[[2006]]}}"#,
            r#"{"id":"c","type":"book","title":"T","number-of-pages":"320","editor":[{"family":"E","given":"F."}],
            "original-title":"O","original-date":{"date-parts":[[1906]]},"volume":"2"}"#,
            r#"{"id":"d","type":"thesis","title":"T","publisher":"U","genre":"PhD thesis"}"#,
            r#"{"id":"e","type":"report","title":"T","number":"TR-7","publisher":"I"}"#,
        ] {
            let item: CslItem = serde_json::from_str(json).unwrap();
            let xml = record(&item);
            let back = read_items(&format!("{OPEN}{xml}{CLOSE}"))
                .items
                .remove(0)
                .item;
            assert_eq!(
                super::super::losses::compare(&item, Some(&back), "x"),
                [],
                "{xml}"
            );
        }
        for csl_type in crate::csl::variables::TYPES {
            let item: CslItem =
                serde_json::from_str(&format!(r#"{{"id":"a","type":"{csl_type}","title":"T"}}"#))
                    .unwrap();
            assert_eq!(
                read_items(&format!("{OPEN}{}{CLOSE}", record(&item)))
                    .items
                    .len(),
                1
            );
        }
    }
}
