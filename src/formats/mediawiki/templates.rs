//! The citation templates of Wikipedias and their parameters.

use std::collections::BTreeMap;

use super::wikitext::{Template, normal_name, rich_text};
use crate::formats::csl_to_bib::ParsedItems;
use crate::formats::item_builder::{
    ItemBuilder, date, direct_name, inverted_name, language_code, literal_name, person,
    spaced_initials,
};
use crate::model::markup::plain;
use crate::model::{CslDate, CslItem, CslName};

/// Templates and the CSL types of what they cite; empty where the parameters tell.
const TEMPLATES: &[(&str, &str)] = &[
    ("citation", ""),
    ("cite arxiv", "article"),
    ("cite av media", "motion_picture"),
    ("cite biorxiv", "article"),
    ("cite blog", "post-weblog"),
    ("cite book", "book"),
    ("cite conference", "paper-conference"),
    ("cite dictionary", "entry-dictionary"),
    ("cite document", "document"),
    ("cite encyclopedia", "entry-encyclopedia"),
    ("cite encyclopaedia", "entry-encyclopedia"),
    ("cite episode", "broadcast"),
    ("cite interview", "interview"),
    ("cite journal", "article-journal"),
    ("cite magazine", "article-magazine"),
    ("cite mailing list", "post"),
    ("cite manual", "book"),
    ("cite map", "map"),
    ("cite medrxiv", "article"),
    ("cite news", "article-newspaper"),
    ("cite newspaper", "article-newspaper"),
    ("cite newsgroup", "post"),
    ("cite paper", "article-journal"),
    ("cite patent", "patent"),
    ("cite periodical", "article-magazine"),
    ("cite podcast", "song"),
    ("cite press release", "webpage"),
    ("cite report", "report"),
    ("cite speech", "speech"),
    ("cite ssrn", "article"),
    ("cite tech report", "report"),
    ("cite techreport", "report"),
    ("cite thesis", "thesis"),
    ("cite tweet", "post"),
    ("cite video", "motion_picture"),
    ("cite web", "webpage"),
    ("cite website", "webpage"),
    ("vcite book", "book"),
    ("vcite journal", "article-journal"),
    ("vcite web", "webpage"),
    ("literatur", ""),
    ("internetquelle", "webpage"),
    ("ouvrage", "book"),
    ("chapitre", "chapter"),
    ("article", "article-journal"),
    ("article encyclopédique", "entry-encyclopedia"),
    ("lien web", "webpage"),
    ("cita libro", "book"),
    ("cita publicación", "article-journal"),
    ("cita pubblicazione", "article-journal"),
    ("cita web", "webpage"),
    ("cita noticia", "article-newspaper"),
    ("cita news", "article-newspaper"),
    ("citar livro", "book"),
    ("citar periódico", "article-journal"),
    ("citar web", "webpage"),
    ("citeer boek", "book"),
    ("citeer journal", "article-journal"),
    ("citeer web", "webpage"),
];

fn type_of(name: &str) -> Option<&'static str> {
    let found = TEMPLATES.iter().find(|(own, _)| *own == name);
    found.map(|(_, csl_type)| *csl_type)
}

/// Returns whether a template of this name cites a work.
pub(super) fn is_citation(name: &str) -> bool {
    type_of(&normal_name(name)).is_some()
}

/// Part of a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum NameComponent {
    Family,
    Given,
    Whole,
    /// Several names in one parameter.
    List,
    /// Several names as in the Vancouver style: `Benkler Y, King ML`.
    Vancouver,
}

/// The content of a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ParameterContent {
    Text(&'static str),
    Name(&'static str, NameComponent),
    Date(&'static str),
    Month,
    Day,
    Title,
    Subtitle,
    Chapter,
    Container,
    Url,
    ChapterUrl,
    Doi,
    Pmc,
    Arxiv,
    Jstor,
    EtAl(&'static str),
    /// Of the template, not of the work.
    Nothing,
}

/// Parameters without their numbers.
const PARAMETERS: &[(&str, ParameterContent)] = &[
    // English
    ("title", ParameterContent::Title),
    ("chapter", ParameterContent::Chapter),
    ("contribution", ParameterContent::Chapter),
    ("entry", ParameterContent::Chapter),
    ("article", ParameterContent::Chapter),
    ("section", ParameterContent::Chapter),
    ("trans-title", ParameterContent::Text("original-title")),
    ("journal", ParameterContent::Container),
    ("magazine", ParameterContent::Container),
    ("newspaper", ParameterContent::Container),
    ("periodical", ParameterContent::Container),
    ("work", ParameterContent::Container),
    ("website", ParameterContent::Container),
    ("encyclopedia", ParameterContent::Container),
    ("encyclopaedia", ParameterContent::Container),
    ("dictionary", ParameterContent::Container),
    ("book-title", ParameterContent::Container),
    ("booktitle", ParameterContent::Container),
    ("conference", ParameterContent::Text("event-title")),
    ("event", ParameterContent::Text("event-title")),
    (
        "last",
        ParameterContent::Name("author", NameComponent::Family),
    ),
    (
        "author-last",
        ParameterContent::Name("author", NameComponent::Family),
    ),
    (
        "surname",
        ParameterContent::Name("author", NameComponent::Family),
    ),
    (
        "first",
        ParameterContent::Name("author", NameComponent::Given),
    ),
    (
        "author-first",
        ParameterContent::Name("author", NameComponent::Given),
    ),
    (
        "given",
        ParameterContent::Name("author", NameComponent::Given),
    ),
    (
        "author",
        ParameterContent::Name("author", NameComponent::Whole),
    ),
    (
        "authors",
        ParameterContent::Name("author", NameComponent::List),
    ),
    (
        "people",
        ParameterContent::Name("author", NameComponent::List),
    ),
    (
        "vauthors",
        ParameterContent::Name("author", NameComponent::Vancouver),
    ),
    (
        "editor-last",
        ParameterContent::Name("editor", NameComponent::Family),
    ),
    (
        "editor-surname",
        ParameterContent::Name("editor", NameComponent::Family),
    ),
    (
        "editor-first",
        ParameterContent::Name("editor", NameComponent::Given),
    ),
    (
        "editor-given",
        ParameterContent::Name("editor", NameComponent::Given),
    ),
    (
        "editor",
        ParameterContent::Name("editor", NameComponent::Whole),
    ),
    (
        "editors",
        ParameterContent::Name("editor", NameComponent::List),
    ),
    (
        "veditors",
        ParameterContent::Name("editor", NameComponent::Vancouver),
    ),
    (
        "translator-last",
        ParameterContent::Name("translator", NameComponent::Family),
    ),
    (
        "translator-first",
        ParameterContent::Name("translator", NameComponent::Given),
    ),
    (
        "translator",
        ParameterContent::Name("translator", NameComponent::Whole),
    ),
    (
        "interviewer-last",
        ParameterContent::Name("interviewer", NameComponent::Family),
    ),
    (
        "interviewer-first",
        ParameterContent::Name("interviewer", NameComponent::Given),
    ),
    (
        "interviewer",
        ParameterContent::Name("interviewer", NameComponent::Whole),
    ),
    ("display-authors", ParameterContent::EtAl("author")),
    ("display-editors", ParameterContent::EtAl("editor")),
    ("others", ParameterContent::Text("note")),
    ("date", ParameterContent::Date("issued")),
    ("year", ParameterContent::Date("issued")),
    ("month", ParameterContent::Month),
    ("orig-date", ParameterContent::Date("original-date")),
    ("orig-year", ParameterContent::Date("original-date")),
    ("origyear", ParameterContent::Date("original-date")),
    ("access-date", ParameterContent::Date("accessed")),
    ("accessdate", ParameterContent::Date("accessed")),
    ("volume", ParameterContent::Text("volume")),
    ("issue", ParameterContent::Text("issue")),
    ("number", ParameterContent::Text("issue")),
    ("page", ParameterContent::Text("page")),
    ("pages", ParameterContent::Text("page")),
    ("at", ParameterContent::Text("page")),
    ("publisher", ParameterContent::Text("publisher")),
    ("institution", ParameterContent::Text("publisher")),
    ("location", ParameterContent::Text("publisher-place")),
    ("place", ParameterContent::Text("publisher-place")),
    (
        "publication-place",
        ParameterContent::Text("publisher-place"),
    ),
    ("edition", ParameterContent::Text("edition")),
    ("series", ParameterContent::Text("collection-title")),
    ("isbn", ParameterContent::Text("ISBN")),
    ("issn", ParameterContent::Text("ISSN")),
    ("doi", ParameterContent::Doi),
    ("pmid", ParameterContent::Text("PMID")),
    ("pmc", ParameterContent::Pmc),
    ("arxiv", ParameterContent::Arxiv),
    ("eprint", ParameterContent::Arxiv),
    ("jstor", ParameterContent::Jstor),
    ("url", ParameterContent::Url),
    ("chapter-url", ParameterContent::ChapterUrl),
    ("archive-url", ParameterContent::Text("archive_location")),
    ("archiveurl", ParameterContent::Text("archive_location")),
    ("archiv-url", ParameterContent::Text("archive_location")),
    ("urlarchivo", ParameterContent::Text("archive_location")),
    ("urlarchivio", ParameterContent::Text("archive_location")),
    ("total-pages", ParameterContent::Text("number-of-pages")),
    ("language", ParameterContent::Text("language")),
    ("lang", ParameterContent::Text("language")),
    ("degree", ParameterContent::Text("genre")),
    ("type", ParameterContent::Text("genre")),
    ("medium", ParameterContent::Text("medium")),
    ("id", ParameterContent::Text("note")),
    // German
    (
        "autor",
        ParameterContent::Name("author", NameComponent::List),
    ),
    ("titel", ParameterContent::Title),
    ("titelerg", ParameterContent::Subtitle),
    (
        "hrsg",
        ParameterContent::Name("editor", NameComponent::List),
    ),
    ("sammelwerk", ParameterContent::Container),
    ("werk", ParameterContent::Container),
    ("band", ParameterContent::Text("volume")),
    ("nummer", ParameterContent::Text("issue")),
    ("auflage", ParameterContent::Text("edition")),
    ("verlag", ParameterContent::Text("publisher")),
    ("ort", ParameterContent::Text("publisher-place")),
    ("datum", ParameterContent::Date("issued")),
    ("jahr", ParameterContent::Date("issued")),
    ("monat", ParameterContent::Month),
    ("tag", ParameterContent::Day),
    ("seiten", ParameterContent::Text("page")),
    ("fundstelle", ParameterContent::Text("page")),
    ("umfang", ParameterContent::Text("number-of-pages")),
    ("reihe", ParameterContent::Text("collection-title")),
    ("bandreihe", ParameterContent::Text("collection-number")),
    ("nummerreihe", ParameterContent::Text("collection-number")),
    (
        "hrsgreihe",
        ParameterContent::Name("collection-editor", NameComponent::List),
    ),
    ("originaltitel", ParameterContent::Text("original-title")),
    (
        "übersetzer",
        ParameterContent::Name("translator", NameComponent::List),
    ),
    ("online", ParameterContent::Url),
    ("abruf", ParameterContent::Date("accessed")),
    ("zugriff", ParameterContent::Date("accessed")),
    ("sprache", ParameterContent::Text("language")),
    ("artikelnr", ParameterContent::Text("number")),
    ("typ", ParameterContent::Text("genre")),
    ("kommentar", ParameterContent::Text("note")),
    // French
    (
        "nom",
        ParameterContent::Name("author", NameComponent::Family),
    ),
    (
        "prénom",
        ParameterContent::Name("author", NameComponent::Given),
    ),
    (
        "auteur",
        ParameterContent::Name("author", NameComponent::Whole),
    ),
    (
        "auteurs",
        ParameterContent::Name("author", NameComponent::List),
    ),
    ("titre", ParameterContent::Title),
    ("sous-titre", ParameterContent::Subtitle),
    ("titre chapitre", ParameterContent::Chapter),
    ("chapitre", ParameterContent::Chapter),
    ("titre ouvrage", ParameterContent::Container),
    ("périodique", ParameterContent::Container),
    ("revue", ParameterContent::Container),
    ("site", ParameterContent::Container),
    ("encyclopédie", ParameterContent::Container),
    ("titre original", ParameterContent::Text("original-title")),
    ("vol", ParameterContent::Text("volume")),
    ("tome", ParameterContent::Text("volume")),
    ("numéro", ParameterContent::Text("issue")),
    ("no", ParameterContent::Text("issue")),
    ("numéro d'édition", ParameterContent::Text("edition")),
    ("éditeur", ParameterContent::Text("publisher")),
    ("lieu", ParameterContent::Text("publisher-place")),
    ("lieu édition", ParameterContent::Text("publisher-place")),
    ("année", ParameterContent::Date("issued")),
    ("mois", ParameterContent::Month),
    ("jour", ParameterContent::Day),
    (
        "année première édition",
        ParameterContent::Date("original-date"),
    ),
    ("consulté le", ParameterContent::Date("accessed")),
    ("passage", ParameterContent::Text("page")),
    ("pages totales", ParameterContent::Text("number-of-pages")),
    ("collection", ParameterContent::Text("collection-title")),
    (
        "numéro dans collection",
        ParameterContent::Text("collection-number"),
    ),
    (
        "directeur",
        ParameterContent::Name("editor", NameComponent::Whole),
    ),
    (
        "traducteur",
        ParameterContent::Name("translator", NameComponent::Whole),
    ),
    (
        "traduction",
        ParameterContent::Name("translator", NameComponent::Whole),
    ),
    ("langue", ParameterContent::Text("language")),
    ("lire en ligne", ParameterContent::Url),
    ("url texte", ParameterContent::Url),
    // Spanish, Portuguese, Italian, Dutch
    (
        "apellidos",
        ParameterContent::Name("author", NameComponent::Family),
    ),
    (
        "apellido",
        ParameterContent::Name("author", NameComponent::Family),
    ),
    (
        "nombre",
        ParameterContent::Name("author", NameComponent::Given),
    ),
    ("título", ParameterContent::Title),
    ("publicación", ParameterContent::Container),
    ("fecha", ParameterContent::Date("issued")),
    ("año", ParameterContent::Date("issued")),
    ("editorial", ParameterContent::Text("publisher")),
    ("ubicación", ParameterContent::Text("publisher-place")),
    ("volumen", ParameterContent::Text("volume")),
    ("número", ParameterContent::Text("issue")),
    ("páginas", ParameterContent::Text("page")),
    ("fechaacceso", ParameterContent::Date("accessed")),
    ("idioma", ParameterContent::Text("language")),
    (
        "sobrenome",
        ParameterContent::Name("author", NameComponent::Family),
    ),
    (
        "último",
        ParameterContent::Name("author", NameComponent::Family),
    ),
    (
        "primeiro",
        ParameterContent::Name("author", NameComponent::Given),
    ),
    ("periódico", ParameterContent::Container),
    ("ano", ParameterContent::Date("issued")),
    ("editora", ParameterContent::Text("publisher")),
    ("local", ParameterContent::Text("publisher-place")),
    ("acessodata", ParameterContent::Date("accessed")),
    (
        "cognome",
        ParameterContent::Name("author", NameComponent::Family),
    ),
    (
        "nome",
        ParameterContent::Name("author", NameComponent::Given),
    ),
    (
        "autore",
        ParameterContent::Name("author", NameComponent::Whole),
    ),
    ("titolo", ParameterContent::Title),
    ("rivista", ParameterContent::Container),
    ("anno", ParameterContent::Date("issued")),
    ("data", ParameterContent::Date("issued")),
    ("editore", ParameterContent::Text("publisher")),
    ("città", ParameterContent::Text("publisher-place")),
    ("pagine", ParameterContent::Text("page")),
    ("pp", ParameterContent::Text("page")),
    ("p", ParameterContent::Text("page")),
    ("numero", ParameterContent::Text("issue")),
    ("accesso", ParameterContent::Date("accessed")),
    ("lingua", ParameterContent::Text("language")),
    (
        "achternaam",
        ParameterContent::Name("author", NameComponent::Family),
    ),
    (
        "voornaam",
        ParameterContent::Name("author", NameComponent::Given),
    ),
    ("auteurlink", ParameterContent::Nothing),
    ("uitgever", ParameterContent::Text("publisher")),
    ("plaats", ParameterContent::Text("publisher-place")),
    ("taal", ParameterContent::Text("language")),
    ("bezochtdatum", ParameterContent::Date("accessed")),
];

/// Beginnings of parameters that are about the template, links and archives.
const SILENT: &[&str] = &[
    "archive",
    "archiv",
    "url-status",
    "dead-url",
    "deadurl",
    "ref",
    "mode",
    "postscript",
    "quote",
    "zitat",
    "author-link",
    "authorlink",
    "editor-link",
    "author-mask",
    "translator-link",
    "lien auteur",
    "lien éditeur",
    "lien",
    "via",
    "oclc",
    "lccn",
    "bibcode",
    "s2cid",
    "hdl",
    "asin",
    "ol",
    "mr",
    "zbl",
    "jfm",
    "ssrn",
    "citeseerx",
    "osti",
    "rfc",
    "name-list-style",
    "last-author-amp",
    "lastauthoramp",
    "doi-access",
    "doi-broken",
    "url-access",
    "hdl-access",
    "isbnformalfalsch",
    "isbndefekt",
    "format",
    "department",
    "agency",
    "script-title",
    "trans-chapter",
    "no-pp",
    "nopp",
    "df",
    "subscription",
    "registration",
    "template-doc",
    "offline",
    "kbytes",
    "originalsprache",
    "plume",
    "présentation",
    "libellé",
    "id ",
    "bnf",
    "sudoc",
    "issn2",
    "issn3",
    "isbn2",
    "isbn3",
    "enlaceautor",
    "fechaarchivo",
    "wkautore",
    "sid",
    "cid",
    "collapse",
    "nature ",
    "extrait",
    "citation",
    "accès",
    "bsid",
    "lccn",
    "zdb",
    "dnb",
    "pmid-access",
    "pmc-embargo",
    "class",
    "user",
    "display-",
];

fn field_of(name: &str) -> Option<(ParameterContent, u32)> {
    let name = name.replace('_', "-");
    let digits: String = name.chars().filter(char::is_ascii_digit).collect();
    let number = digits.parse().unwrap_or(1);
    let bare: String = name.chars().filter(|c| !c.is_ascii_digit()).collect();
    let bare = bare.replace("--", "-");
    let bare = bare.trim_matches(['-', ' ']);
    let found = |wanted: &str| {
        let found = PARAMETERS.iter().find(|(own, _)| *own == wanted);
        found.map(|(_, field)| (*field, number))
    };
    found(bare).or_else(|| {
        let is_silent = SILENT.iter().any(|start| name.starts_with(start));
        is_silent.then_some((ParameterContent::Nothing, number))
    })
}

/// Returns the item of a template; `None` if it has no title.
pub(super) fn item(template: &Template, line: usize, items: &mut ParsedItems) -> Option<CslItem> {
    let csl_type = type_of(&template.name).unwrap_or_default();
    let is_web_source = template.name == "internetquelle";
    let mut values = TemplateValues {
        item: ItemBuilder::new(csl_type),
        ..TemplateValues::default()
    };
    for (name, value) in &template.parameters {
        if value.is_empty() {
            continue;
        }
        match field_of(name) {
            // In the German template for web pages, it is the organization behind the page.
            Some((ParameterContent::Name("editor", _), _)) if is_web_source => {
                let (text, _) = rich_text(value);
                values.item.text("publisher", &plain(&text));
            }
            Some((content, number)) => values.add(content, number, name, value),
            None => {
                let shown: String = value.chars().take(60).collect();
                let message = format!(
                    "ignored {shown:?}: unknown parameter of {{{{{}}}}}",
                    template.name
                );
                items.warn(line, "", Some(name), message);
            }
        }
    }
    let mut item = values.into_item(csl_type);
    item.item_type = refined_type(csl_type, &item).to_owned();
    item.variables.contains_key("title").then_some(item)
}

/// The values of a template: an item, and values that are divided among several parameters.
#[derive(Default)]
struct TemplateValues {
    item: ItemBuilder,
    /// The names in parameters of their own, by variable and number.
    names: BTreeMap<(&'static str, u32), NameParameters>,
    /// The names in lists.
    lists: Vec<(&'static str, Vec<CslName>)>,
    /// The variables with further names.
    et_al: Vec<&'static str>,
    title: String,
    subtitle: String,
    chapter: String,
    chapter_url: String,
    container: String,
    year: String,
    month: String,
    day: String,
}

impl TemplateValues {
    /// Adds the value of the parameter `name`, which has this content and number.
    fn add(&mut self, content: ParameterContent, number: u32, name: &str, value: &str) {
        let (text, address) = rich_text(value);
        let bare = plain(&text);
        match content {
            ParameterContent::Name("author", NameComponent::Family) if name == "author" => {}
            ParameterContent::Name(variable, NameComponent::List) => {
                self.lists.push((variable, list(&bare)));
            }
            ParameterContent::Name(variable, NameComponent::Vancouver) => {
                self.lists.push((variable, vancouver(&bare)));
            }
            ParameterContent::Name(variable, NameComponent::Whole) if is_list(&bare) => {
                self.lists.push((variable, list(&bare)));
            }
            ParameterContent::Name(variable, part) => {
                let name = self.names.entry((variable, number)).or_default();
                match part {
                    NameComponent::Family => name.family = bare,
                    NameComponent::Given => name.given = bare,
                    _ => name.whole = bare,
                }
            }
            ParameterContent::EtAl(variable) => {
                if bare.starts_with("et") {
                    self.et_al.push(variable);
                }
            }
            ParameterContent::Title => self.title = text,
            ParameterContent::Subtitle => self.subtitle = text,
            ParameterContent::Chapter => self.chapter = text,
            ParameterContent::Container => self.container = text,
            ParameterContent::Text("language") => {
                self.item.text("language", language_code(&bare));
            }
            ParameterContent::Text("note") => self.item.append("note", "; ", &text),
            ParameterContent::Text(variable) => {
                self.item.text(variable, &text);
            }
            ParameterContent::Date("issued")
                if name.starts_with(['y', 'j']) || name == "année" || name == "año" =>
            {
                self.year = bare;
            }
            ParameterContent::Date(variable) => {
                self.item.date_value(variable, wiki_date(&bare));
            }
            ParameterContent::Month => self.month = bare,
            ParameterContent::Day => self.day = bare,
            ParameterContent::Url => {
                self.item.url(address.as_deref().unwrap_or(&bare));
            }
            ParameterContent::ChapterUrl => self.chapter_url = bare,
            ParameterContent::Doi => {
                self.item.doi(&bare);
            }
            ParameterContent::Pmc => {
                let number = bare.trim_start_matches(|c: char| !c.is_ascii_digit());
                self.item.text("PMCID", &format!("PMC{number}"));
            }
            ParameterContent::Arxiv => {
                self.item.url(&format!("https://arxiv.org/abs/{bare}"));
            }
            ParameterContent::Jstor => {
                let address = format!("https://www.jstor.org/stable/{bare}");
                self.item.text("URL", &address);
            }
            ParameterContent::Nothing => {}
        }
    }

    /// Joins everything that is in several parameters.
    fn into_item(mut self, csl_type: &str) -> CslItem {
        if !self.year.is_empty() && !self.item.has("issued") {
            let written = [self.day.as_str(), &self.month, &self.year].join(" ");
            self.item.date_value("issued", wiki_date(written.trim()));
        }
        for ((variable, _), parts) in std::mem::take(&mut self.names) {
            self.item.name(variable, parts.name());
        }
        for (variable, list) in std::mem::take(&mut self.lists) {
            for name in list {
                self.item.name(variable, name);
            }
        }
        for variable in &self.et_al {
            self.item.name(variable, literal_name("others"));
        }
        self.add_titles(csl_type);
        self.item.finish()
    }

    fn add_titles(&mut self, csl_type: &str) {
        let mut title = std::mem::take(&mut self.title);
        let mut container = std::mem::take(&mut self.container);
        let subtitle = std::mem::take(&mut self.subtitle);
        let chapter = std::mem::take(&mut self.chapter);
        if !subtitle.is_empty() {
            title = if title.is_empty() {
                subtitle
            } else {
                format!("{title}: {subtitle}")
            };
        }
        // In templates for books, the title is that of the whole.
        if title.is_empty() {
            title = chapter;
        } else if csl_type.starts_with("article") {
            // The section of a newspaper.
            self.item.text("section", &chapter);
        } else if !chapter.is_empty() {
            let whole = std::mem::replace(&mut title, chapter);
            let series = std::mem::replace(&mut container, whole);
            self.item.text("collection-title", &series);
            self.item.url(&self.chapter_url);
        }
        if title.is_empty() && csl_type.starts_with("entry") {
            std::mem::swap(&mut title, &mut container);
        }
        self.item.text("title", &title);
        self.item.text("container-title", &container);
    }
}

/// Returns the CSL type by the template and what the parameters tell.
fn refined_type(csl_type: &'static str, item: &CslItem) -> &'static str {
    let has = |variable: &str| item.variables.contains_key(variable);
    match csl_type {
        "book" if has("container-title") => "chapter",
        "" if has("container-title") && (has("issue") || has("ISSN")) => "article-journal",
        "" if has("container-title") && (has("ISBN") || has("editor") || has("publisher")) => {
            "chapter"
        }
        "" if has("container-title") => "article-journal",
        "" if has("event-title") => "paper-conference",
        "" if has("ISBN") || has("publisher") || has("publisher-place") => "book",
        "" if has("URL") => "webpage",
        "" => "book",
        other => other,
    }
}

/// The parts of a name in parameters of their own.
#[derive(Default)]
struct NameParameters {
    family: String,
    given: String,
    whole: String,
}

impl NameParameters {
    fn name(self) -> CslName {
        match (
            self.family.as_str(),
            self.given.as_str(),
            self.whole.as_str(),
        ) {
            ("", "", whole) => whole_name(whole),
            // `author` with `first` is the family name.
            ("", given, whole) => person("", whole, given, ""),
            (family, "", _) if family.contains(' ') => literal_name(family),
            (family, given, _) => {
                let name = inverted_name(&format!("{family}, {given}"));
                if given.is_empty() || name.literal.is_some() {
                    person("", family, given, "")
                } else {
                    name
                }
            }
        }
    }
}

/// Returns whether a parameter for one name has several.
fn is_list(text: &str) -> bool {
    let of_persons = |separator: &str| {
        text.split_once(separator).is_some_and(|(one, other)| {
            [one, other]
                .iter()
                .all(|name| name.trim().contains(' ') && !is_organization(name))
        })
    };
    text.contains(';')
        || [" and ", " & ", " et "]
            .iter()
            .any(|separator| of_persons(separator))
}

/// Returns whether a name has a word of organizations, or too many words for a person.
fn is_organization(text: &str) -> bool {
    const ORGANIZATIONS: [&str; 18] = [
        "foundation",
        "institute",
        "university",
        "universität",
        "université",
        "association",
        "collective",
        "project",
        "society",
        "stiftung",
        "committee",
        "commission",
        "ministry",
        "bank",
        "group",
        "team",
        "press",
        "the",
    ];
    let words: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
    let mut names = words.iter().map(|word| word.trim_end_matches(','));
    names.any(|word| ORGANIZATIONS.contains(&word)) || words.len() > 4
}

/// Reads a name that may be that of an organization.
fn whole_name(text: &str) -> CslName {
    if is_organization(text) && !text.contains(',') {
        literal_name(text)
    } else {
        direct_name(text)
    }
}

/// Reads several names: separated by semicolons, or by commas if each has a given name before the family name.
fn list(text: &str) -> Vec<CslName> {
    let text = text
        .trim_end_matches("u. a.")
        .trim_end_matches("et al.")
        .trim();
    let separator = if text.contains(';') { ';' } else { ',' };
    let names: Vec<&str> = text
        .split(separator)
        .flat_map(|part| part.split(" und "))
        .flat_map(|part| part.split(" and "))
        .flat_map(|part| part.split(" & "))
        .flat_map(|part| part.split(" et "))
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .collect();
    // `Benkler, Yochai` and `von Hippel, Eric`, but not `Silke Helfrich, Attac`.
    let begins_with_family = names
        .first()
        .is_some_and(|name| !name.contains(' ') || name.starts_with(char::is_lowercase));
    let is_inverted = separator == ',' && names.len() == 2 && begins_with_family;
    if is_inverted {
        return vec![inverted_name(text)];
    }
    names.into_iter().map(whole_name).collect()
}

/// Reads `Benkler Y, King ML, ((P2P Foundation))`.
fn vancouver(text: &str) -> Vec<CslName> {
    let names = text
        .split(',')
        .map(str::trim)
        .filter(|name| !name.is_empty());
    names
        .map(|name| {
            if let Some(organization) = name.strip_prefix("((") {
                return literal_name(organization.trim_end_matches(')'));
            }
            match name.rsplit_once(' ') {
                _ if name.starts_with("et al") => literal_name("others"),
                Some((family, initials)) if initials.chars().all(char::is_uppercase) => {
                    inverted_name(&format!("{family}, {}", spaced_initials(initials)))
                }
                _ => literal_name(name),
            }
        })
        .collect()
}

/// Names of months that no other reader of dates knows.
const MONTHS: &[(&str, &str)] = &[
    ("januar", "January"),
    ("jänner", "January"),
    ("februar", "February"),
    ("märz", "March"),
    ("mai", "May"),
    ("juni", "June"),
    ("juli", "July"),
    ("oktober", "October"),
    ("dezember", "December"),
    ("janvier", "January"),
    ("février", "February"),
    ("mars", "March"),
    ("avril", "April"),
    ("juin", "June"),
    ("juillet", "July"),
    ("août", "August"),
    ("septembre", "September"),
    ("octobre", "October"),
    ("novembre", "November"),
    ("décembre", "December"),
    ("enero", "January"),
    ("febrero", "February"),
    ("marzo", "March"),
    ("abril", "April"),
    ("mayo", "May"),
    ("junio", "June"),
    ("julio", "July"),
    ("agosto", "August"),
    ("septiembre", "September"),
    ("octubre", "October"),
    ("noviembre", "November"),
    ("diciembre", "December"),
    ("gennaio", "January"),
    ("febbraio", "February"),
    ("aprile", "April"),
    ("maggio", "May"),
    ("giugno", "June"),
    ("luglio", "July"),
    ("settembre", "September"),
    ("ottobre", "October"),
    ("dicembre", "December"),
    ("janeiro", "January"),
    ("fevereiro", "February"),
    ("março", "March"),
    ("maio", "May"),
    ("junho", "June"),
    ("julho", "July"),
    ("setembro", "September"),
    ("outubro", "October"),
    ("novembro", "November"),
    ("dezembro", "December"),
    ("januari", "January"),
    ("februari", "February"),
    ("maart", "March"),
    ("mei", "May"),
    ("augustus", "August"),
];

/// Reads a date in the language of the wiki: `1er août 2012`, `12. Mai 2006`, `c. 2006`, `2006a`.
fn wiki_date(text: &str) -> CslDate {
    let mut is_approximate = false;
    let words: Vec<String> = text
        .split([' ', ','])
        .filter(|word| !word.is_empty())
        .filter_map(|word| {
            let lower = word.to_lowercase();
            match lower.as_str() {
                "c." | "ca." | "circa" | "um" | "vers" => {
                    is_approximate = true;
                    return None;
                }
                "de" | "del" | "di" | "le" => return None,
                "1er" => return Some("1".to_owned()),
                _ => {}
            }
            let month = MONTHS.iter().find(|(name, _)| *name == lower);
            if let Some((_, english)) = month {
                return Some((*english).to_owned());
            }
            // The letter distinguishes works of one year; the full stop makes a German day.
            let digits = lower.trim_end_matches(|c: char| c.is_ascii_lowercase() || c == '.');
            let is_year = digits.len() == 4 && lower.len() == 5;
            let is_day = lower.ends_with('.') && digits.len() <= 2;
            let are_digits = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
            Some(if are_digits && (is_year || is_day) {
                digits.to_owned()
            } else {
                word.to_owned()
            })
        })
        .collect();
    let mut read = date(&words.join(" "));
    if read.literal.is_some() {
        read = CslDate {
            literal: Some(text.to_owned()),
            ..CslDate::default()
        };
    } else if is_approximate {
        read.circa = Some(true.into());
    }
    read
}
