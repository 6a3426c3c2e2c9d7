//! Citation templates of MediaWiki, in a page or a dump file: `{{cite book}}` and its relatives, `{{Citation}}`,
//! `{{Literatur}}` and `{{Internetquelle}}`, `{{Ouvrage}}`, `{{Article}}` and `{{Lien web}}`, and those of some other
//! languages.

mod templates;
mod wikitext;

use super::csl_to_bib::ParsedItems;
use super::lines::LineCounter;
use super::xml::has_root;
use super::{ReadFormat, Records};
use crate::model::SharedText;

/// Reads citation templates.
pub(crate) struct MediaWiki;

/// Returns whether a text is a dump of a wiki, or has a citation template.
pub(crate) fn sniff(text: &str) -> bool {
    has_root(text, &["mediawiki"]) || wikitext::template_names(text).any(templates::is_citation)
}

impl ReadFormat for MediaWiki {
    fn read(&self, text: &SharedText) -> Records {
        let mut items = ParsedItems::default();
        if has_root(text, &["mediawiki"]) {
            read_dump(text, &mut items);
        } else {
            read_page(text, &mut LineCounter::new(text), 0, &mut items);
        }
        Records::Items(items)
    }
}

/// Reads the pages of a dump. The page of a damaged dump cannot be told from the rest, so its text is read as it is.
fn read_dump(text: &str, items: &mut ParsedItems) {
    let body = text.trim_start_matches('\u{feff}').trim_start();
    let start = text.len() - body.len();
    let options = roxmltree::ParsingOptions {
        allow_dtd: false,
        ..roxmltree::ParsingOptions::default()
    };
    match roxmltree::Document::parse_with_options(body, options) {
        Ok(document) => {
            let mut lines = LineCounter::new(text);
            let is_text = |node: &roxmltree::Node<'_, '_>| node.tag_name().name() == "text";
            for node in document.descendants().filter(is_text) {
                let first = lines.line_of(start + node.range().start);
                let page = node.text().unwrap_or_default();
                read_page(page, &mut LineCounter::new(page), first - 1, items);
            }
        }
        Err(error) => {
            let reason = format!("the dump is damaged, and read as one page: {error}");
            items.warn(0, "", None, reason);
            let page = text
                .replace("&lt;", "<")
                .replace("&gt;", ">")
                .replace("&quot;", "\"");
            let page = page.replace("&amp;", "&");
            read_page(&page, &mut LineCounter::new(&page), 0, items);
        }
    }
}

/// Reads the templates of a page. `before` is the number of lines before it.
fn read_page(page: &str, lines: &mut LineCounter<'_>, before: usize, items: &mut ParsedItems) {
    let mut found = wikitext::templates(page, templates::is_citation);
    found.sort_by_key(|template| template.start);
    for template in found {
        let line = before + lines.line_of(template.start);
        let original = page.get(template.start..template.end).unwrap_or_default();
        if !template.is_closed {
            let shown: String = original.chars().take(500).collect();
            let reason = "is a template that is never closed".to_owned();
            items.reject(line, None, &shown, reason);
            continue;
        }
        match templates::item(&template, line, items) {
            Some(item) => items.accept(line, item, || original.to_owned()),
            None => items.reject(line, None, original, "has no title".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::CslItem;

    fn read(text: &str) -> ParsedItems {
        match MediaWiki.read(&text.into()) {
            Records::Items(items) => items,
            Records::Entries(_) => panic!(),
        }
    }

    fn only(text: &str) -> CslItem {
        let mut read = read(text);
        assert_eq!(read.items.len(), 1, "{read:?}");
        assert_eq!(read.problems, [], "{text}");
        read.items.remove(0).item
    }

    #[test]
    fn english_templates_are_read() {
        let item = only(
            "Text <ref name=\"x\">{{Cite journal |last1=Benkler |first1=Yochai |author2=P2P Foundation\n\
             | title = ''Coase''<nowiki>|</nowiki>Penguin, or, [[Linux|Linux]] {{lang|de|Öl}} &amp; H<sub>2</sub>O<!-- | x=y -->\n\
             | journal=[[Yale Law Journal]] |volume=112 |issue=3 |pages=369–446 |date=December 2002\n\
             |doi=10.2307/1562247 |access-date=2020-01-02 |url=https://a.example/?a=b{{!}}c |archive-url=https://web.archive.org/web/2010/https://a.example/ |ref=harv}}</ref>",
        );
        let text = |variable: &str| item.text(variable).unwrap_or_default();
        assert_eq!(item.item_type, "article-journal");
        assert_eq!(
            text("title"),
            "<i>Coase</i>|Penguin, or, Linux Öl & H<sub>2</sub>O"
        );
        assert_eq!(text("container-title"), "Yale Law Journal");
        assert_eq!(text("page"), "369–446");
        assert_eq!(text("URL"), "https://a.example/?a=b|c");
        assert_eq!(
            text("archive_location"),
            "https://web.archive.org/web/2010/https://a.example/"
        );
        assert_eq!(item.names("author")[0].given.as_deref(), Some("Yochai"));
        assert_eq!(
            item.names("author")[1].literal.as_deref(),
            Some("P2P Foundation")
        );
        assert_eq!(item.date("issued").unwrap().date_parts, [[2002, 12]]);
    }

    #[test]
    fn german_and_french_templates_are_read() {
        let item = only(
            "{{Literatur |Autor=Yochai Benkler, Johan Söderberg |Titel=Der Reichtum |TitelErg=Eine Studie \
             |Hrsg=Eric von Hippel |Sammelwerk=Handbuch |Verlag=Büchse |Ort=Zürich |Datum=2006-05 |Seiten=1–9 \
             |ISBN=978-3-16-148410-0 |Online=[https://a.example Text] |Abruf=2020-01-02 |Sprache=en}}",
        );
        let text = |variable: &str| item.text(variable).unwrap_or_default();
        assert_eq!(item.item_type, "chapter");
        assert_eq!(text("title"), "Der Reichtum: Eine Studie");
        assert_eq!(item.names("author").len(), 2);
        assert_eq!(
            item.names("editor")[0].non_dropping_particle.as_deref(),
            Some("von")
        );
        assert_eq!(text("URL"), "https://a.example");
        let item = only(
            "{{Ouvrage|langue=fr|prénom1=Élinor|nom1=Ostrom|titre=Gouvernance|sous-titre=des biens communs\n\
             |éditeur=De Boeck|lieu=Bruxelles|année=2010|mois=mai|pages totales=301|isbn=978-2-8041-6141-2}}",
        );
        assert_eq!(item.item_type, "book");
        assert_eq!(
            item.text("title").as_deref(),
            Some("Gouvernance: des biens communs")
        );
        assert_eq!(item.date("issued").unwrap().date_parts, [[2010, 5]]);
        let item = only(
            "{{Article|auteur=Hervé Le Crosnier|titre=Leçons|périodique=Le Débat|numéro=2|date=1er août 2012}}",
        );
        assert_eq!(item.item_type, "article-journal");
        assert_eq!(item.text("issue").as_deref(), Some("2"));
        assert_eq!(item.date("issued").unwrap().date_parts, [[2012, 8, 1]]);
    }

    #[test]
    fn what_is_no_citation_is_left_alone() {
        assert!(!sniff("{{Infobox|a=b}} and [[links]]"));
        let read = read(
            "<nowiki>{{cite book|title=No}}</nowiki> <!-- {{cite book|title=No}} --> <pre>{{cite book|title=No}}</pre>\n\
             {{Infobox|source={{cite web|title=Inside|url=https://a.example}}}} {{citation needed|date=May 2020}}\n\
             {{cite book|title=}} {{cite book|title=Open",
        );
        assert_eq!(read.items.len(), 1);
        assert_eq!(read.items[0].item.text("title").as_deref(), Some("Inside"));
        assert_eq!(read.items[0].line, 2);
        assert_eq!(read.rejected.len(), 2, "{:?}", read.rejected);
    }

    #[test]
    fn a_dump_is_read_page_by_page() {
        let read = read(
            "<mediawiki xmlns=\"http://www.mediawiki.org/xml/export-0.10/\"><page><title>A</title><revision><text>x\n\
             &lt;ref&gt;{{cite web|title=One &amp;amp; two|url=https://a.example}}&lt;/ref&gt;</text></revision></page>\n\
             <page><revision><text>{{Literatur|Titel=Zwei}}</text></revision></page></mediawiki>",
        );
        let titles: Vec<_> = read
            .items
            .iter()
            .filter_map(|read| read.item.text("title"))
            .collect();
        assert_eq!(titles, ["One & two", "Zwei"]);
        assert_eq!([read.items[0].line, read.items[1].line], [2, 3]);
    }

    #[test]
    fn deep_and_open_templates_do_not_exhaust_anything() {
        for text in [
            "{{cite book|title=".repeat(50_000),
            "{{a|".repeat(50_000) + &"}}".repeat(50_000),
            "[[".repeat(100_000),
            "<nowiki>".repeat(50_000),
            "<!--".repeat(50_000),
            "{{cite book|title=x".to_owned() + &"''".repeat(100_000) + "}}",
            "{{cite book|title=x".to_owned() + &"[http://a ".repeat(50_000) + "}}",
        ] {
            let read = read(&text);
            assert!(read.items.len() <= 1);
        }
    }
}
