//! Citation Style 1 templates, such as `{{cite book}}`, with the parameters documented in Wikipedia's
//! Help:Citation Style 1.

use super::escape::escape;
use crate::language;
use crate::model::markup;
use crate::output::item_metadata::{ItemMetadata, family_name, given_name};
use crate::output::text_runs::printable;
use crate::output::urls::percent_encode;
use crate::text::single_spaced;

/// Returns the template call for a work. A work without a title has none, because every template requires it.
pub(super) fn citation(work: ItemMetadata<'_>, book_title: Option<&String>) -> Option<String> {
    let title = work.title()?;
    if markup::plain(&title).trim().is_empty() {
        return None;
    }
    let template = CiteTemplate::for_type(&work.item.item_type);
    let mut call = TemplateCall::new(template.name());
    names(&mut call, work, "author", "last", "first", "author");
    names(
        &mut call,
        work,
        "editor",
        "editor-last",
        "editor-first",
        "editor",
    );
    call.add("others", others(work));
    titles(&mut call, work, template, book_title);
    call.date("date", work, "issued");
    call.date("orig-date", work, "original-date");
    call.add("edition", work.text("edition"));
    // The templates know languages by their codes, without regions.
    let language = work.text("language");
    call.add(
        "language",
        language.map(|tag| language::primary(&tag).to_owned()),
    );
    call.add("series", work.text("collection-title"));
    call.add("volume", work.text("volume"));
    match template {
        CiteTemplate::Thesis => call.add("degree", degree(work)),
        CiteTemplate::Report => call.add("number", work.text("number")),
        _ => {}
    }
    if template.has_issue() {
        call.add("issue", work.text("issue"));
    }
    if matches!(template, CiteTemplate::Conference) {
        call.add(
            "conference",
            work.text("event-title").or_else(|| work.text("event")),
        );
    }
    call.add("location", work.text("publisher-place"));
    if !matches!(template, CiteTemplate::Web)
        || work.text("container-title") != work.text("publisher")
    {
        call.add("publisher", work.text("publisher"));
    }
    call.pages(work);
    call.add("doi", work.doi());
    call.add("isbn", first_of(work.text("ISBN")));
    call.add("issn", first_of(work.text("ISSN")));
    call.add("pmid", work.text("PMID"));
    if let Some(url) = work.url() {
        call.address("url", &url);
        call.add("access-date", work.date("accessed"));
        let copy = work.text("archive_location");
        if let Some((copy, date)) = copy.and_then(|copy| Some((copy.clone(), archive_date(&copy)?)))
        {
            call.address("archive-url", &copy);
            call.add("archive-date", Some(date));
        }
    }
    Some(call.finished())
}

/// Returns the date of an archived copy, which most web archives have in the address as a segment of digits,
/// YYYYMMDDhhmmss: `https://web.archive.org/web/20090919044612/http://example.org/`.
fn archive_date(url: &str) -> Option<String> {
    let (_, path) = url.split_once("://")?;
    // The rest is the address of the page itself.
    let archive = path.split_once("://").map_or(path, |(archive, _)| archive);
    archive.split('/').skip(1).find_map(|segment| {
        // The Wayback Machine adds flags to the digits: `20090919044612id_`. archive.today writes
        // `2009.09.19-044612`.
        let digits: String = segment.chars().filter(char::is_ascii_digit).collect();
        let is_time = digits.len() == 14 && segment.starts_with(|c: char| c.is_ascii_digit());
        if !is_time {
            return None;
        }
        let (year, rest) = digits.split_at_checked(4)?;
        let (month, rest) = rest.split_at_checked(2)?;
        let (day, _) = rest.split_at_checked(2)?;
        let is_date = ("01"..="12").contains(&month) && ("01"..="31").contains(&day);
        is_date.then(|| format!("{year}-{month}-{day}"))
    })
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum CiteTemplate {
    Book,
    Journal,
    Magazine,
    News,
    Web,
    Conference,
    Thesis,
    Report,
    Encyclopedia,
}

impl CiteTemplate {
    fn for_type(item_type: &str) -> Self {
        match item_type {
            "article-journal" | "article" | "review" | "review-book" => Self::Journal,
            "article-magazine" => Self::Magazine,
            "article-newspaper" => Self::News,
            "paper-conference" => Self::Conference,
            "thesis" => Self::Thesis,
            "report" => Self::Report,
            "entry" | "entry-dictionary" | "entry-encyclopedia" => Self::Encyclopedia,
            "webpage" | "post" | "post-weblog" | "dataset" | "software" | "motion_picture"
            | "broadcast" | "speech" | "interview" | "document" => Self::Web,
            _ => Self::Book,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Book => "cite book",
            Self::Journal => "cite journal",
            Self::Magazine => "cite magazine",
            Self::News => "cite news",
            Self::Web => "cite web",
            Self::Conference => "cite conference",
            Self::Thesis => "cite thesis",
            Self::Report => "cite report",
            Self::Encyclopedia => "cite encyclopedia",
        }
    }

    fn has_issue(self) -> bool {
        matches!(self, Self::Journal | Self::Magazine | Self::News)
    }
}

fn titles(
    call: &mut TemplateCall,
    work: ItemMetadata<'_>,
    template: CiteTemplate,
    book_title: Option<&String>,
) {
    // Only CSL's copy of a title has markup, so a title with markup has CSL's capitals.
    let title = work.item.text("title");
    let has_markup = title
        .as_ref()
        .is_some_and(|title| markup::plain(title) != markup::without_nocase(title));
    let title = if has_markup { title } else { work.title() };
    let container = book_title
        .cloned()
        .or_else(|| work.item.text("container-title"));
    let (own, container_parameter) = match template {
        CiteTemplate::Journal => ("title", "journal"),
        CiteTemplate::Magazine => ("title", "magazine"),
        CiteTemplate::News => ("title", "newspaper"),
        CiteTemplate::Web => ("title", "website"),
        CiteTemplate::Conference => ("title", "book-title"),
        CiteTemplate::Encyclopedia => ("title", "encyclopedia"),
        CiteTemplate::Book if container.is_some() => ("chapter", "title"),
        // A thesis or report that is part of a series has it beside its number.
        CiteTemplate::Thesis | CiteTemplate::Report => ("title", "series"),
        CiteTemplate::Book => ("title", "work"),
    };
    call.rich(own, title);
    call.rich(container_parameter, container);
}

/// Adds `last1`, `first1` and so on; an organization is added as `author1`.
fn names(
    call: &mut TemplateCall,
    work: ItemMetadata<'_>,
    variable: &str,
    last: &str,
    first: &str,
    whole: &str,
) {
    for (name, number) in work.names(variable).zip(1..) {
        if name.family.is_some() {
            let number_of = |parameter: &str| match parameter.split_once('-') {
                Some((role, part)) => format!("{role}{number}-{part}"),
                None => format!("{parameter}{number}"),
            };
            call.add(&number_of(last), Some(family_name(name)));
            call.add(&number_of(first), given_name(name));
        } else {
            call.add(&format!("{whole}{number}"), Some(name.reading_order()));
        }
    }
    let cut_off = work
        .item
        .names(variable)
        .iter()
        .any(|name| name.truncated == Some(true));
    if cut_off {
        call.add(&format!("display-{whole}s"), Some("etal".to_owned()));
    }
}

fn listed(work: ItemMetadata<'_>, variable: &str) -> Option<String> {
    let names: Vec<String> = work
        .names(variable)
        .map(crate::model::CslName::reading_order)
        .collect();
    (!names.is_empty()).then(|| names.join("; "))
}

/// Returns contributors other than authors and editors.
fn others(work: ItemMetadata<'_>) -> Option<String> {
    let roles = [
        ("translator", "Translated by"),
        ("illustrator", "Illustrated by"),
    ];
    let roles: Vec<String> = roles
        .into_iter()
        .filter_map(|(variable, label)| Some(format!("{label} {}", listed(work, variable)?)))
        .collect();
    (!roles.is_empty()).then(|| roles.join(". "))
}

/// Returns the degree without the word "thesis", which the template adds.
fn degree(work: ItemMetadata<'_>) -> Option<String> {
    let genre = work.text("genre")?;
    let lower = genre.to_lowercase();
    let bare = lower
        .strip_suffix("thesis")
        .or_else(|| lower.strip_suffix("dissertation"))
        .and_then(|bare| genre.get(..bare.len()))
        .unwrap_or(&genre)
        .trim();
    (!bare.is_empty()).then(|| bare.to_owned())
}

fn first_of(identifiers: Option<String>) -> Option<String> {
    let identifiers = identifiers?;
    let first = identifiers
        .split([' ', ',', ';'])
        .find(|text| !text.is_empty())?;
    Some(first.to_owned())
}

/// Formats a date for the templates: ISO 8601 for a day, but words for a month, because `2006-05` could be a
/// range of years.
fn format_date(date: String) -> String {
    const MONTHS: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    let month = date.split_once('-').and_then(|(year, month)| {
        let place = month.parse::<usize>().ok()?.checked_sub(1)?;
        Some(format!("{} {year}", MONTHS.get(place)?))
    });
    month.unwrap_or(date)
}

struct TemplateCall {
    text: String,
}

impl TemplateCall {
    fn new(name: &str) -> Self {
        Self {
            text: format!("{{{{{name}"),
        }
    }

    fn add(&mut self, parameter: &str, value: Option<String>) {
        if let Some(value) = value.filter(|value| !value.trim().is_empty()) {
            self.set(parameter, &escape(&printable(value.trim())));
        }
    }

    /// Adds a parameter with an escaped value. A named parameter may contain equals signs; bars and braces
    /// have been escaped as entities.
    fn set(&mut self, parameter: &str, value: &str) {
        self.text.push_str(" |");
        self.text.push_str(parameter);
        self.text.push('=');
        self.text.push_str(value);
    }

    /// Adds a title, keeping its own italics and superscripts.
    fn rich(&mut self, parameter: &str, value: Option<String>) {
        let Some(value) = value else { return };
        let value = markup::without_nocase(&value);
        let mut text = escape(&printable(&single_spaced(&value)));
        for (tag, written) in [
            ("&lt;i&gt;", "<i>"),
            ("&lt;/i&gt;", "</i>"),
            ("&lt;b&gt;", "<b>"),
            ("&lt;/b&gt;", "</b>"),
            ("&lt;sup&gt;", "<sup>"),
            ("&lt;/sup&gt;", "</sup>"),
            ("&lt;sub&gt;", "<sub>"),
            ("&lt;/sub&gt;", "</sub>"),
            ("&lt;sc&gt;", "<span style=\"font-variant:small-caps\">"),
            ("&lt;/sc&gt;", "</span>"),
        ] {
            if markup::plain(&value) != value {
                text = text.replace(tag, written);
            }
        }
        if !text.is_empty() {
            self.set(parameter, &text);
        }
    }

    fn date(&mut self, parameter: &str, work: ItemMetadata<'_>, variable: &str) {
        let literal = || {
            let date = work.item.date(variable)?;
            date.literal.clone().or_else(|| date.raw.clone())
        };
        self.add(
            parameter,
            work.date(variable).map(format_date).or_else(literal),
        );
    }

    /// Adds `page` for one page or `pages` for several, with an en dash.
    fn pages(&mut self, work: ItemMetadata<'_>) {
        let Some(pages) = work.text("page") else {
            return;
        };
        match work.pages() {
            Some((first, Some(last))) => {
                self.add("pages", Some(format!("{first}\u{2013}{last}")));
            }
            _ if pages.contains([',', ';', '&', ' ']) => self.add("pages", Some(pages)),
            _ => self.add("page", Some(pages)),
        }
    }

    fn address(&mut self, parameter: &str, url: &str) {
        let address = percent_encode(url, "[]'|{}<>\"");
        self.set(parameter, &address);
    }

    fn finished(mut self) -> String {
        self.text.push_str("}}");
        self.text
    }
}

#[cfg(test)]
mod tests {
    use super::archive_date;

    #[test]
    fn the_address_of_an_archived_copy_has_its_date() {
        for (url, date) in [
            (
                "https://web.archive.org/web/20090919044612/http://example.org/",
                Some("2009-09-19"),
            ),
            (
                "https://web.archive.org/web/20090919044612id_/http://example.org/",
                Some("2009-09-19"),
            ),
            (
                "https://arquivo.pt/wayback/20090919044612/http://example.org/",
                Some("2009-09-19"),
            ),
            (
                "https://archive.today/2009.09.19-044612/http://example.org/",
                Some("2009-09-19"),
            ),
            (
                "https://webarchive.nationalarchives.gov.uk/ukgwa/20090919044612/http://example.org/",
                Some("2009-09-19"),
            ),
            ("https://perma.cc/AB12-CD34", None),
            (
                "https://web.archive.org/web/20091919044612/http://example.org/",
                None,
            ),
            (
                "https://example.org/http://example.org/20090919044612/",
                None,
            ),
        ] {
            assert_eq!(archive_date(url).as_deref(), date, "{url}");
        }
    }
}
