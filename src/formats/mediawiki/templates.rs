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
enum Part {
    Family,
    Given,
    Whole,
    /// Several names in one parameter.
    List,
    /// Several names as in the Vancouver style: `Benkler Y, King ML`.
    Vancouver,
}

/// What a parameter holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    Text(&'static str),
    Name(&'static str, Part),
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
const PARAMETERS: &[(&str, Field)] = &[
    // English
    ("title", Field::Title),
    ("chapter", Field::Chapter),
    ("contribution", Field::Chapter),
    ("entry", Field::Chapter),
    ("article", Field::Chapter),
    ("section", Field::Chapter),
    ("trans-title", Field::Text("original-title")),
    ("journal", Field::Container),
    ("magazine", Field::Container),
    ("newspaper", Field::Container),
    ("periodical", Field::Container),
    ("work", Field::Container),
    ("website", Field::Container),
    ("encyclopedia", Field::Container),
    ("encyclopaedia", Field::Container),
    ("dictionary", Field::Container),
    ("book-title", Field::Container),
    ("booktitle", Field::Container),
    ("conference", Field::Text("event-title")),
    ("event", Field::Text("event-title")),
    ("last", Field::Name("author", Part::Family)),
    ("author-last", Field::Name("author", Part::Family)),
    ("surname", Field::Name("author", Part::Family)),
    ("first", Field::Name("author", Part::Given)),
    ("author-first", Field::Name("author", Part::Given)),
    ("given", Field::Name("author", Part::Given)),
    ("author", Field::Name("author", Part::Whole)),
    ("authors", Field::Name("author", Part::List)),
    ("people", Field::Name("author", Part::List)),
    ("vauthors", Field::Name("author", Part::Vancouver)),
    ("editor-last", Field::Name("editor", Part::Family)),
    ("editor-surname", Field::Name("editor", Part::Family)),
    ("editor-first", Field::Name("editor", Part::Given)),
    ("editor-given", Field::Name("editor", Part::Given)),
    ("editor", Field::Name("editor", Part::Whole)),
    ("editors", Field::Name("editor", Part::List)),
    ("veditors", Field::Name("editor", Part::Vancouver)),
    ("translator-last", Field::Name("translator", Part::Family)),
    ("translator-first", Field::Name("translator", Part::Given)),
    ("translator", Field::Name("translator", Part::Whole)),
    ("interviewer-last", Field::Name("interviewer", Part::Family)),
    ("interviewer-first", Field::Name("interviewer", Part::Given)),
    ("interviewer", Field::Name("interviewer", Part::Whole)),
    ("display-authors", Field::EtAl("author")),
    ("display-editors", Field::EtAl("editor")),
    ("others", Field::Text("note")),
    ("date", Field::Date("issued")),
    ("year", Field::Date("issued")),
    ("month", Field::Month),
    ("orig-date", Field::Date("original-date")),
    ("orig-year", Field::Date("original-date")),
    ("origyear", Field::Date("original-date")),
    ("access-date", Field::Date("accessed")),
    ("accessdate", Field::Date("accessed")),
    ("volume", Field::Text("volume")),
    ("issue", Field::Text("issue")),
    ("number", Field::Text("issue")),
    ("page", Field::Text("page")),
    ("pages", Field::Text("page")),
    ("at", Field::Text("page")),
    ("publisher", Field::Text("publisher")),
    ("institution", Field::Text("publisher")),
    ("location", Field::Text("publisher-place")),
    ("place", Field::Text("publisher-place")),
    ("publication-place", Field::Text("publisher-place")),
    ("edition", Field::Text("edition")),
    ("series", Field::Text("collection-title")),
    ("isbn", Field::Text("ISBN")),
    ("issn", Field::Text("ISSN")),
    ("doi", Field::Doi),
    ("pmid", Field::Text("PMID")),
    ("pmc", Field::Pmc),
    ("arxiv", Field::Arxiv),
    ("eprint", Field::Arxiv),
    ("jstor", Field::Jstor),
    ("url", Field::Url),
    ("chapter-url", Field::ChapterUrl),
    ("archive-url", Field::Text("archive_location")),
    ("archiveurl", Field::Text("archive_location")),
    ("archiv-url", Field::Text("archive_location")),
    ("urlarchivo", Field::Text("archive_location")),
    ("urlarchivio", Field::Text("archive_location")),
    ("total-pages", Field::Text("number-of-pages")),
    ("language", Field::Text("language")),
    ("lang", Field::Text("language")),
    ("degree", Field::Text("genre")),
    ("type", Field::Text("genre")),
    ("medium", Field::Text("medium")),
    ("id", Field::Text("note")),
    // German
    ("autor", Field::Name("author", Part::List)),
    ("titel", Field::Title),
    ("titelerg", Field::Subtitle),
    ("hrsg", Field::Name("editor", Part::List)),
    ("sammelwerk", Field::Container),
    ("werk", Field::Container),
    ("band", Field::Text("volume")),
    ("nummer", Field::Text("issue")),
    ("auflage", Field::Text("edition")),
    ("verlag", Field::Text("publisher")),
    ("ort", Field::Text("publisher-place")),
    ("datum", Field::Date("issued")),
    ("jahr", Field::Date("issued")),
    ("monat", Field::Month),
    ("tag", Field::Day),
    ("seiten", Field::Text("page")),
    ("fundstelle", Field::Text("page")),
    ("umfang", Field::Text("number-of-pages")),
    ("reihe", Field::Text("collection-title")),
    ("bandreihe", Field::Text("collection-number")),
    ("nummerreihe", Field::Text("collection-number")),
    ("hrsgreihe", Field::Name("collection-editor", Part::List)),
    ("originaltitel", Field::Text("original-title")),
    ("übersetzer", Field::Name("translator", Part::List)),
    ("online", Field::Url),
    ("abruf", Field::Date("accessed")),
    ("zugriff", Field::Date("accessed")),
    ("sprache", Field::Text("language")),
    ("artikelnr", Field::Text("number")),
    ("typ", Field::Text("genre")),
    ("kommentar", Field::Text("note")),
    // French
    ("nom", Field::Name("author", Part::Family)),
    ("prénom", Field::Name("author", Part::Given)),
    ("auteur", Field::Name("author", Part::Whole)),
    ("auteurs", Field::Name("author", Part::List)),
    ("titre", Field::Title),
    ("sous-titre", Field::Subtitle),
    ("titre chapitre", Field::Chapter),
    ("chapitre", Field::Chapter),
    ("titre ouvrage", Field::Container),
    ("périodique", Field::Container),
    ("revue", Field::Container),
    ("site", Field::Container),
    ("encyclopédie", Field::Container),
    ("titre original", Field::Text("original-title")),
    ("vol", Field::Text("volume")),
    ("tome", Field::Text("volume")),
    ("numéro", Field::Text("issue")),
    ("no", Field::Text("issue")),
    ("numéro d'édition", Field::Text("edition")),
    ("éditeur", Field::Text("publisher")),
    ("lieu", Field::Text("publisher-place")),
    ("lieu édition", Field::Text("publisher-place")),
    ("année", Field::Date("issued")),
    ("mois", Field::Month),
    ("jour", Field::Day),
    ("année première édition", Field::Date("original-date")),
    ("consulté le", Field::Date("accessed")),
    ("passage", Field::Text("page")),
    ("pages totales", Field::Text("number-of-pages")),
    ("collection", Field::Text("collection-title")),
    ("numéro dans collection", Field::Text("collection-number")),
    ("directeur", Field::Name("editor", Part::Whole)),
    ("traducteur", Field::Name("translator", Part::Whole)),
    ("traduction", Field::Name("translator", Part::Whole)),
    ("langue", Field::Text("language")),
    ("lire en ligne", Field::Url),
    ("url texte", Field::Url),
    // Spanish, Portuguese, Italian, Dutch
    ("apellidos", Field::Name("author", Part::Family)),
    ("apellido", Field::Name("author", Part::Family)),
    ("nombre", Field::Name("author", Part::Given)),
    ("título", Field::Title),
    ("publicación", Field::Container),
    ("fecha", Field::Date("issued")),
    ("año", Field::Date("issued")),
    ("editorial", Field::Text("publisher")),
    ("ubicación", Field::Text("publisher-place")),
    ("volumen", Field::Text("volume")),
    ("número", Field::Text("issue")),
    ("páginas", Field::Text("page")),
    ("fechaacceso", Field::Date("accessed")),
    ("idioma", Field::Text("language")),
    ("sobrenome", Field::Name("author", Part::Family)),
    ("último", Field::Name("author", Part::Family)),
    ("primeiro", Field::Name("author", Part::Given)),
    ("periódico", Field::Container),
    ("ano", Field::Date("issued")),
    ("editora", Field::Text("publisher")),
    ("local", Field::Text("publisher-place")),
    ("acessodata", Field::Date("accessed")),
    ("cognome", Field::Name("author", Part::Family)),
    ("nome", Field::Name("author", Part::Given)),
    ("autore", Field::Name("author", Part::Whole)),
    ("titolo", Field::Title),
    ("rivista", Field::Container),
    ("anno", Field::Date("issued")),
    ("data", Field::Date("issued")),
    ("editore", Field::Text("publisher")),
    ("città", Field::Text("publisher-place")),
    ("pagine", Field::Text("page")),
    ("pp", Field::Text("page")),
    ("p", Field::Text("page")),
    ("numero", Field::Text("issue")),
    ("accesso", Field::Date("accessed")),
    ("lingua", Field::Text("language")),
    ("achternaam", Field::Name("author", Part::Family)),
    ("voornaam", Field::Name("author", Part::Given)),
    ("auteurlink", Field::Nothing),
    ("uitgever", Field::Text("publisher")),
    ("plaats", Field::Text("publisher-place")),
    ("taal", Field::Text("language")),
    ("bezochtdatum", Field::Date("accessed")),
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

fn field_of(name: &str) -> Option<(Field, u32)> {
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
        is_silent.then_some((Field::Nothing, number))
    })
}

/// Returns the item of a template; `None` if it has no title.
pub(super) fn item(template: &Template, line: usize, items: &mut ParsedItems) -> Option<CslItem> {
    let csl_type = type_of(&template.name).unwrap_or_default();
    let mut new = ItemBuilder::new(csl_type);
    let mut names: BTreeMap<(&str, u32), NameParts> = BTreeMap::new();
    let mut lists: Vec<(&str, Vec<CslName>)> = Vec::new();
    let mut et_al: Vec<&str> = Vec::new();
    let [mut title, mut subtitle, mut chapter, mut container] = [const { String::new() }; 4];
    let [mut year, mut month, mut day, mut chapter_url] = [const { String::new() }; 4];
    let is_web_source = template.name == "internetquelle";
    for (name, value) in &template.parameters {
        if value.is_empty() {
            continue;
        }
        let Some((field, number)) = field_of(name) else {
            let shown: String = value.chars().take(60).collect();
            let message = format!(
                "ignored {shown:?}: unknown parameter of {{{{{}}}}}",
                template.name
            );
            items.warn(line, "", Some(name), message);
            continue;
        };
        let (text, address) = rich_text(value);
        let bare = plain(&text);
        match field {
            // In the German template for web pages, it is the organization behind the page.
            Field::Name("editor", _) if is_web_source => {
                new.text("publisher", &bare);
            }
            Field::Name("author", Part::Family) if name == "author" => {}
            Field::Name(variable, Part::List) => lists.push((variable, list(&bare))),
            Field::Name(variable, Part::Vancouver) => lists.push((variable, vancouver(&bare))),
            Field::Name(variable, Part::Whole) if is_list(&bare) => {
                lists.push((variable, list(&bare)));
            }
            Field::Name(variable, part) => {
                let name = names.entry((variable, number)).or_default();
                match part {
                    Part::Family => name.family = bare,
                    Part::Given => name.given = bare,
                    _ => name.whole = bare,
                }
            }
            Field::EtAl(variable) => {
                if bare.starts_with("et") {
                    et_al.push(variable);
                }
            }
            Field::Title => title = text,
            Field::Subtitle => subtitle = text,
            Field::Chapter => chapter = text,
            Field::Container => container = text,
            Field::Text("language") => {
                new.text("language", language_code(&bare));
            }
            Field::Text("note") => new.append("note", "; ", &text),
            Field::Text(variable) => {
                new.text(variable, &text);
            }
            Field::Date("issued")
                if name.starts_with(['y', 'j']) || name == "année" || name == "año" =>
            {
                year = bare;
            }
            Field::Date(variable) => {
                new.date_value(variable, wiki_date(&bare));
            }
            Field::Month => month = bare,
            Field::Day => day = bare,
            Field::Url => {
                new.url(address.as_deref().unwrap_or(&bare));
            }
            Field::ChapterUrl => chapter_url = bare,
            Field::Doi => {
                new.doi(&bare);
            }
            Field::Pmc => {
                let number = bare.trim_start_matches(|c: char| !c.is_ascii_digit());
                new.text("PMCID", &format!("PMC{number}"));
            }
            Field::Arxiv => {
                new.url(&format!("https://arxiv.org/abs/{bare}"));
            }
            Field::Jstor => {
                new.text("URL", &format!("https://www.jstor.org/stable/{bare}"));
            }
            Field::Nothing => {}
        }
    }
    if !year.is_empty() && !new.has("issued") {
        let written = [day.as_str(), &month, &year].join(" ");
        new.date_value("issued", wiki_date(written.trim()));
    }
    for ((variable, _), parts) in names {
        new.name(variable, parts.name());
    }
    for (variable, list) in lists {
        for name in list {
            new.name(variable, name);
        }
    }
    for variable in et_al {
        new.name(variable, literal_name("others"));
    }
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
        new.text("section", &chapter);
    } else if !chapter.is_empty() {
        let whole = std::mem::replace(&mut title, chapter);
        new.text(
            "collection-title",
            &std::mem::replace(&mut container, whole),
        );
        new.url(&chapter_url);
    }
    if title.is_empty() && csl_type.starts_with("entry") {
        std::mem::swap(&mut title, &mut container);
    }
    new.text("title", &title);
    new.text("container-title", &container);
    // A number stands in the series, if there is no periodical.
    let mut item = new.finish();
    item.item_type = refined_type(csl_type, &item).to_owned();
    item.variables.contains_key("title").then_some(item)
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
struct NameParts {
    family: String,
    given: String,
    whole: String,
}

impl NameParts {
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
