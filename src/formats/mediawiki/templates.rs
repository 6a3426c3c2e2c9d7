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

/// The contents of parameters with their names in all languages, without numbers.
const PARAMETERS: &[(ParameterContent, &str)] = &[
    (
        ParameterContent::Title,
        "title, titel, titre, título, titolo",
    ),
    (
        ParameterContent::Chapter,
        "chapter, contribution, entry, article, section, titre chapitre, chapitre",
    ),
    (
        ParameterContent::Text("original-title"),
        "trans-title, originaltitel, titre original",
    ),
    (
        ParameterContent::Container,
        "journal, magazine, newspaper, periodical, work, website, encyclopedia, \
         encyclopaedia, dictionary, book-title, booktitle, sammelwerk, werk, titre ouvrage, \
         périodique, revue, site, encyclopédie, publicación, periódico, rivista",
    ),
    (ParameterContent::Text("event-title"), "conference, event"),
    (
        ParameterContent::Name("author", NameComponent::Family),
        "last, author-last, surname, nom, apellidos, apellido, sobrenome, último, cognome, \
         achternaam",
    ),
    (
        ParameterContent::Name("author", NameComponent::Given),
        "first, author-first, given, prénom, nombre, primeiro, nome, voornaam",
    ),
    (
        ParameterContent::Name("author", NameComponent::Whole),
        "author, auteur, autore",
    ),
    (
        ParameterContent::Name("author", NameComponent::List),
        "authors, people, autor, auteurs",
    ),
    (
        ParameterContent::Name("author", NameComponent::Vancouver),
        "vauthors",
    ),
    (
        ParameterContent::Name("editor", NameComponent::Family),
        "editor-last, editor-surname",
    ),
    (
        ParameterContent::Name("editor", NameComponent::Given),
        "editor-first, editor-given",
    ),
    (
        ParameterContent::Name("editor", NameComponent::Whole),
        "editor, directeur",
    ),
    (
        ParameterContent::Name("editor", NameComponent::List),
        "editors, hrsg",
    ),
    (
        ParameterContent::Name("editor", NameComponent::Vancouver),
        "veditors",
    ),
    (
        ParameterContent::Name("translator", NameComponent::Family),
        "translator-last",
    ),
    (
        ParameterContent::Name("translator", NameComponent::Given),
        "translator-first",
    ),
    (
        ParameterContent::Name("translator", NameComponent::Whole),
        "translator, traducteur, traduction",
    ),
    (
        ParameterContent::Name("interviewer", NameComponent::Family),
        "interviewer-last",
    ),
    (
        ParameterContent::Name("interviewer", NameComponent::Given),
        "interviewer-first",
    ),
    (
        ParameterContent::Name("interviewer", NameComponent::Whole),
        "interviewer",
    ),
    (ParameterContent::EtAl("author"), "display-authors"),
    (ParameterContent::EtAl("editor"), "display-editors"),
    (ParameterContent::Text("note"), "others, id, kommentar"),
    (
        ParameterContent::Date("issued"),
        "date, year, datum, jahr, année, fecha, año, ano, anno, data",
    ),
    (ParameterContent::Month, "month, monat, mois"),
    (
        ParameterContent::Date("original-date"),
        "orig-date, orig-year, origyear, année première édition",
    ),
    (
        ParameterContent::Date("accessed"),
        "access-date, accessdate, abruf, zugriff, consulté le, fechaacceso, acessodata, \
         accesso, bezochtdatum",
    ),
    (
        ParameterContent::Text("volume"),
        "volume, band, vol, tome, volumen",
    ),
    (
        ParameterContent::Text("issue"),
        "issue, number, nummer, numéro, no, número, numero",
    ),
    (
        ParameterContent::Text("page"),
        "page, pages, at, seiten, fundstelle, passage, páginas, pagine, pp, p",
    ),
    (
        ParameterContent::Text("publisher"),
        "publisher, institution, verlag, éditeur, editorial, editora, editore, uitgever",
    ),
    (
        ParameterContent::Text("publisher-place"),
        "location, place, publication-place, ort, lieu, lieu édition, ubicación, local, \
         città, plaats",
    ),
    (
        ParameterContent::Text("edition"),
        "edition, auflage, numéro d'édition",
    ),
    (
        ParameterContent::Text("collection-title"),
        "series, reihe, collection",
    ),
    (ParameterContent::Text("ISBN"), "isbn"),
    (ParameterContent::Text("ISSN"), "issn"),
    (ParameterContent::Doi, "doi"),
    (ParameterContent::Text("PMID"), "pmid"),
    (ParameterContent::Pmc, "pmc"),
    (ParameterContent::Arxiv, "arxiv, eprint"),
    (ParameterContent::Jstor, "jstor"),
    (
        ParameterContent::Url,
        "url, online, lire en ligne, url texte",
    ),
    (ParameterContent::ChapterUrl, "chapter-url"),
    (
        ParameterContent::Text("archive_location"),
        "archive-url, archiveurl, archiv-url, urlarchivo, urlarchivio",
    ),
    (
        ParameterContent::Text("number-of-pages"),
        "total-pages, umfang, pages totales",
    ),
    (
        ParameterContent::Text("language"),
        "language, lang, sprache, langue, idioma, lingua, taal",
    ),
    (ParameterContent::Text("genre"), "degree, type, typ"),
    (ParameterContent::Text("medium"), "medium"),
    (ParameterContent::Subtitle, "titelerg, sous-titre"),
    (ParameterContent::Day, "tag, jour"),
    (
        ParameterContent::Text("collection-number"),
        "bandreihe, nummerreihe, numéro dans collection",
    ),
    (
        ParameterContent::Name("collection-editor", NameComponent::List),
        "hrsgreihe",
    ),
    (
        ParameterContent::Name("translator", NameComponent::List),
        "übersetzer",
    ),
    (ParameterContent::Text("number"), "artikelnr"),
    (ParameterContent::Nothing, "auteurlink"),
];

/// Beginnings of parameters that are about the template, links and archives.
const SILENT: &str = "archiv|url-status|dead-url|deadurl|ref|mode|postscript|quote|zitat|author-link|authorlink|\
    editor-link|author-mask|translator-link|lien|via|oclc|lccn|bibcode|s2cid|hdl|asin|ol|mr|zbl|\
    jfm|ssrn|citeseerx|osti|rfc|name-list-style|last-author-amp|lastauthoramp|doi-access|\
    doi-broken|url-access|isbnformalfalsch|isbndefekt|format|department|agency|script-title|\
    trans-chapter|no-pp|nopp|df|subscription|registration|template-doc|offline|kbytes|\
    originalsprache|plume|présentation|libellé|id |bnf|sudoc|issn2|issn3|isbn2|isbn3|\
    enlaceautor|fechaarchivo|wkautore|sid|cid|collapse|nature |extrait|citation|accès|bsid|zdb|\
    dnb|pmid-access|pmc-embargo|class|user|display-";

fn field_of(name: &str) -> Option<(ParameterContent, u32)> {
    let name = name.replace('_', "-");
    let digits: String = name.chars().filter(char::is_ascii_digit).collect();
    let number = digits.parse().unwrap_or(1);
    let bare: String = name.chars().filter(|c| !c.is_ascii_digit()).collect();
    let bare = bare.replace("--", "-");
    let bare = bare.trim_matches(['-', ' ']);
    let found = |wanted: &str| {
        let found = PARAMETERS
            .iter()
            .find(|(_, names)| names.split(", ").any(|name| name == wanted));
        found.map(|(field, _)| (*field, number))
    };
    found(bare).or_else(|| {
        let is_silent = SILENT.split('|').any(|start| name.starts_with(start));
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_in_the_languages_of_the_wikis() {
        for (text, parts) in [
            ("12. Mai 2006", vec![2006, 5, 12]),
            ("1er ao\u{fb}t 2012", vec![2012, 8, 1]),
            ("2 de diciembre de 2010", vec![2010, 12, 2]),
            ("3 maggio 2011", vec![2011, 5, 3]),
            ("mar\u{e7}o de 2009", vec![2009, 3]),
            ("7 mei 2008", vec![2008, 5, 7]),
            ("J\u{e4}nner 2007", vec![2007, 1]),
        ] {
            assert_eq!(wiki_date(text).date_parts, [parts], "{text}");
        }
    }
}
