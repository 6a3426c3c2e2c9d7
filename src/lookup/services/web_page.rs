//! The metadata that a page has of itself: Highwire Press tags, COinS, JSON-LD, Dublin Core, Open Graph.

use std::collections::HashMap;

use html5gum::{DefaultEmitter, Token, Tokenizer};
use serde_json::Value as Json;

use super::{LookupResult, Service, member};
use crate::lookup::address::{Address, unescaped};
use crate::lookup::client::{Client, ClientRequest, ClientResponse};
use crate::lookup::error::{LookupError, RequestFailure};
use crate::lookup::identifier::Identifier;
use crate::lookup::record::{RecordBuilder, first_text, organization, whole_name};
use crate::model::Isbn;

const NAME: &str = "the page itself";

const HTML: &str = "text/html, application/xhtml+xml;q=0.9, */*;q=0.1";

/// The most meta elements that are read.
const MOST_TAGS: usize = 5000;

pub(super) struct WebPage;

impl Service for WebPage {
    fn name(&self) -> &'static str {
        NAME
    }

    fn accepts(&self, identifier: &Identifier) -> bool {
        matches!(identifier, Identifier::Url(_))
    }

    fn by_identifier(&self, client: &Client, identifier: &Identifier) -> LookupResult {
        let Identifier::Url(url) = identifier else {
            return Ok(None);
        };
        let request = ClientRequest {
            may_be_private: true,
            ..ClientRequest::new(NAME, url, HTML)
        };
        let Some(response) = super::response_or_none(client, &request)? else {
            return Ok(None);
        };
        let is_page = response.content_type.is_empty() || response.content_type.contains("html");
        if !is_page {
            let kind = response.content_type.split(';').next().unwrap_or_default();
            return Err(super::malformed(
                &request,
                format!("expected a page, not {kind:.60}"),
            ));
        }
        let page = Page::read(&response.text());
        // The agency of the DOI knows more than the page.
        if let Some(doi) = page.doi()
            && let Ok(Some(better)) = super::doi::record(client, &doi)
        {
            return Ok(Some(better));
        }
        let builder = page.builder(url);
        if !builder.has("title") {
            return Err(super::malformed(&request, "the page has no title"));
        }
        let mut record = builder.record(NAME, &response);
        record.source.address.clone_from(url);
        Ok(Some(record))
    }
}

/// The reachability of an address.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum LinkState {
    /// It answers.
    Alive,
    /// It answers at another address.
    Moved(String),
    /// It does not exist any more, or the reason why it cannot be reached.
    Dead(String),
}

/// Returns whether an address can be reached.
pub(in crate::lookup) fn link_state(client: &Client, url: &str) -> Result<LinkState, LookupError> {
    let request = ClientRequest::new(NAME, url, HTML);
    match client.get(&request) {
        Ok(ClientResponse { status, .. }) if status >= 300 => {
            Ok(LinkState::Dead(format!("status {status}")))
        }
        Ok(response) if is_elsewhere(url, &response.address) => {
            Ok(LinkState::Moved(response.address))
        }
        Ok(_) => Ok(LinkState::Alive),
        Err(LookupError { failure, .. }) => match failure {
            // These pages are there, but not for programs.
            RequestFailure::Status(401 | 403 | 405 | 429)
            | RequestFailure::TooLarge(_)
            | RequestFailure::RateLimit(_) => Ok(LinkState::Alive),
            RequestFailure::Offline | RequestFailure::Closed(_) => Err(LookupError {
                service: NAME,
                address: url.to_owned(),
                failure,
            }),
            failure => Ok(LinkState::Dead(failure.to_string())),
        },
    }
}

/// Returns whether two addresses differ in more than the scheme, `www.` and a slash at the end.
fn is_elsewhere(one: &str, other: &str) -> bool {
    let essence = |text: &str| {
        Address::parse(text).map(|address| {
            let authority = address.authority.to_ascii_lowercase();
            let authority = authority
                .strip_prefix("www.")
                .unwrap_or(&authority)
                .to_owned();
            (authority, address.rest.trim_end_matches('/').to_owned())
        })
    };
    essence(one) != essence(other)
}

/// The metadata of a page.
#[derive(Debug, Default)]
struct Page {
    /// The contents of meta elements, by name in lower case with colons, in their order.
    tags: HashMap<String, Vec<String>>,
    title: String,
    language: String,
    /// The first COinS, as pairs.
    coins: Vec<(String, String)>,
    linked_data: Vec<Json>,
}

impl Page {
    fn read(html: &str) -> Self {
        let mut page = Self::default();
        let mut emitter = DefaultEmitter::default();
        emitter.naively_switch_states(true);
        let mut text_of: Option<&'static str> = None;
        let mut text = String::new();
        let mut count = 0;
        for token in Tokenizer::new_with_emitter(html, emitter).flatten() {
            match token {
                Token::StartTag(tag) => {
                    let attribute = |name: &str| {
                        let value = tag.attributes.get(name.as_bytes());
                        value
                            .map(|value| String::from_utf8_lossy(value).into_owned())
                            .unwrap_or_default()
                    };
                    match tag.name.as_slice() {
                        b"html" => page.language = attribute("lang"),
                        b"meta" if count < MOST_TAGS => {
                            count += 1;
                            let name = match attribute("name") {
                                name if name.is_empty() => attribute("property"),
                                name => name,
                            };
                            let content = attribute("content");
                            if !name.is_empty() && !content.trim().is_empty() {
                                let name = name
                                    .to_lowercase()
                                    .replace("dc.", "dc:")
                                    .replace("dcterms.", "dc:")
                                    .replace("dcterms:", "dc:");
                                page.tags.entry(name).or_default().push(content);
                            }
                        }
                        b"span"
                            if page.coins.is_empty() && attribute("class").contains("Z3988") =>
                        {
                            page.coins = attribute("title")
                                .split('&')
                                .take(MOST_TAGS)
                                .filter_map(|pair| pair.split_once('='))
                                .map(|(key, value)| (unescaped(key), unescaped(value)))
                                .collect();
                        }
                        b"title" if page.title.is_empty() => text_of = Some("title"),
                        b"script" if attribute("type") == "application/ld+json" => {
                            text_of = Some("script");
                        }
                        _ => {}
                    }
                }
                Token::String(part) if text_of.is_some() => {
                    text.push_str(&String::from_utf8_lossy(&part));
                }
                Token::EndTag(_) => {
                    match text_of.take() {
                        Some("title") => page.title = std::mem::take(&mut text),
                        Some(_) => {
                            if let Ok(data) = serde_json::from_str(&text) {
                                page.linked_data.push(data);
                            }
                        }
                        None => {}
                    }
                    text.clear();
                }
                _ => {}
            }
        }
        page
    }

    fn first(&self, names: &[&str]) -> &str {
        let mut found = names
            .iter()
            .filter_map(|name| self.tags.get(*name)?.first());
        found.next().map_or("", String::as_str)
    }

    fn all(&self, names: &[&str]) -> &[String] {
        let mut found = names.iter().filter_map(|name| self.tags.get(*name));
        found.next().map_or(&[], Vec::as_slice)
    }

    fn coin(&self, key: &str) -> &str {
        let mut found = self.coins.iter().filter(|(name, _)| name == key);
        found.next().map_or("", |(_, value)| value)
    }

    fn doi(&self) -> Option<String> {
        let tagged = self.first(&[
            "citation_doi",
            "prism.doi",
            "bepress_citation_doi",
            "dc:identifier.doi",
        ]);
        let coin = self
            .coin("rft_id")
            .strip_prefix("info:doi/")
            .unwrap_or_default();
        [tagged, self.first(&["dc:identifier"]), coin]
            .into_iter()
            .find_map(|text| text.parse::<crate::model::Doi>().ok())
            .map(|doi| doi.to_string())
    }

    /// Returns the article, book or page among the linked data.
    fn thing(&self) -> Option<(&Json, &'static str)> {
        const TYPES: &[(&str, &str)] = &[
            ("ScholarlyArticle", "article-journal"),
            ("NewsArticle", "article-newspaper"),
            ("BlogPosting", "post-weblog"),
            ("Chapter", "chapter"),
            ("Book", "book"),
            ("Thesis", "thesis"),
            ("Report", "report"),
            ("Dataset", "dataset"),
            ("SoftwareSourceCode", "software"),
            ("Article", "webpage"),
            ("WebPage", "webpage"),
        ];
        let things = self.linked_data.iter().flat_map(|data| {
            let graph = data.get("@graph").unwrap_or(data);
            match graph {
                Json::Array(things) => things.as_slice(),
                thing => std::slice::from_ref(thing),
            }
        });
        let mut found: Vec<(usize, &Json)> = things
            .filter_map(|thing| {
                let kind = first_text(thing.get("@type")?)?;
                let position = TYPES.iter().position(|(name, _)| *name == kind)?;
                Some((position, thing))
            })
            .collect();
        found.sort_by_key(|(position, _)| *position);
        let (position, thing) = found.first()?;
        Some((thing, TYPES.get(*position)?.1))
    }

    fn builder(&self, url: &str) -> RecordBuilder {
        let thing = self.thing();
        let csl_type = self
            .tagged_type()
            .or_else(|| self.coin_type())
            .or(thing.map(|(_, csl_type)| csl_type))
            .unwrap_or("webpage");
        let thing = thing.map_or(&Json::Null, |(thing, _)| thing);
        let mut builder = RecordBuilder::new(csl_type);
        self.texts(&mut builder, thing);
        self.names(&mut builder, thing);
        self.date(&mut builder, thing);
        self.container(&mut builder, csl_type);
        self.numbers(&mut builder);
        if let Some(doi) = self.doi() {
            builder.doi(&doi);
        }
        builder.url(url);
        builder
    }

    /// Returns the type of a work for which the page has a tag that only such works have.
    fn tagged_type(&self) -> Option<&'static str> {
        const TYPES: [(&[&str], &str); 6] = [
            (&["citation_journal_title"], "article-journal"),
            (
                &["citation_conference_title", "citation_conference"],
                "paper-conference",
            ),
            (&["citation_inbook_title", "citation_book_title"], "chapter"),
            (&["citation_dissertation_institution"], "thesis"),
            (&["citation_technical_report_institution"], "report"),
            (&["citation_isbn"], "book"),
        ];
        TYPES
            .into_iter()
            .find(|(tags, _)| !self.first(tags).is_empty())
            .map(|(_, csl_type)| csl_type)
    }

    fn texts(&self, builder: &mut RecordBuilder, thing: &Json) {
        let coin_title = ["rft.atitle", "rft.btitle", "rft.title"]
            .iter()
            .map(|key| self.coin(key))
            .find(|title| !title.is_empty())
            .unwrap_or_default();
        let language = self.first(&["citation_language", "dc:language"]);
        builder.first_of("language", &[language, self.language.as_str()]);
        builder.first_of(
            "title",
            &[
                self.first(&["citation_title", "bepress_citation_title"]),
                coin_title,
                member(thing, "headline"),
                member(thing, "name"),
                self.first(&["dc:title", "og:title", "twitter:title"]),
                &self.title,
            ],
        );
        builder.first_of(
            "abstract",
            &[self.first(&["citation_abstract", "dc:abstract"])],
        );
        builder.first_of(
            "publisher",
            &[
                self.first(&[
                    "citation_publisher",
                    "citation_dissertation_institution",
                    "citation_technical_report_institution",
                ]),
                self.coin("rft.pub"),
            ],
        );
    }

    fn date(&self, builder: &mut RecordBuilder, thing: &Json) {
        for date in [
            self.first(&[
                "citation_publication_date",
                "citation_date",
                "citation_cover_date",
                "citation_year",
            ]),
            self.coin("rft.date"),
            member(thing, "datePublished"),
            self.first(&[
                "dc:date.issued",
                "dc:issued",
                "dc:date",
                "article:published_time",
                "og:published_time",
                "date",
            ]),
        ] {
            if !builder.has("issued") {
                builder.date("issued", date);
            }
        }
    }

    fn container(&self, builder: &mut RecordBuilder, csl_type: &str) {
        let containers: &[&str] = match csl_type {
            "article-journal" => &[
                self.first(&["citation_journal_title"]),
                self.coin("rft.jtitle"),
            ],
            "paper-conference" | "chapter" => &[
                self.first(&[
                    "citation_conference_title",
                    "citation_inbook_title",
                    "citation_book_title",
                ]),
                self.coin("rft.btitle"),
            ],
            "book" | "thesis" | "report" => &[],
            _ => &[self.first(&["og:site_name", "application-name"])],
        };
        // A page that is called like its site has no other container.
        for container in containers {
            if !builder.has("container-title")
                && builder.get("title").as_deref() != Some(*container)
            {
                builder.text("container-title", container);
            }
        }
    }

    fn numbers(&self, builder: &mut RecordBuilder) {
        for (variable, tag, coin) in [
            ("volume", "citation_volume", "rft.volume"),
            ("issue", "citation_issue", "rft.issue"),
            ("ISSN", "citation_issn", "rft.issn"),
        ] {
            builder.first_of(variable, &[self.first(&[tag]), self.coin(coin)]);
        }
        let isbn = [self.first(&["citation_isbn"]), self.coin("rft.isbn")];
        if let Some(isbn) = isbn.iter().find_map(|isbn| isbn.parse::<Isbn>().ok()) {
            builder.text("ISBN", &isbn.to_string());
        }
        let first = self.first(&["citation_firstpage"]);
        let last = self.first(&["citation_lastpage"]);
        if !first.is_empty() && !last.is_empty() && first != last {
            builder.text("page", &format!("{first}-{last}"));
        }
        builder.first_of("page", &[first, self.coin("rft.pages")]);
    }

    fn names(&self, builder: &mut RecordBuilder, thing: &Json) {
        let tagged = self.all(&[
            "citation_author",
            "citation_authors",
            "bepress_citation_author",
        ]);
        let coins: Vec<String> = self
            .coins
            .iter()
            .filter(|(key, _)| key == "rft.au")
            .map(|(_, value)| value.clone())
            .collect();
        let of_thing: Vec<(String, bool)> = match thing.get("author") {
            Some(Json::Array(authors)) => authors.iter().collect(),
            Some(author) => vec![author],
            None => Vec::new(),
        }
        .into_iter()
        .map(|author| match author {
            Json::String(name) => (name.clone(), false),
            author => (
                member(author, "name").to_owned(),
                member(author, "@type") == "Organization",
            ),
        })
        .collect();
        let split = |names: &[String]| -> Vec<(String, bool)> {
            let names = names.iter().flat_map(|name| name.split(';'));
            names.map(|name| (name.trim().to_owned(), false)).collect()
        };
        let candidates = [
            split(tagged),
            split(&coins),
            of_thing,
            split(self.all(&["dc:creator"])),
            split(self.all(&["author", "article:author"])),
        ];
        let named = |(name, is_organization): &(String, bool)| {
            // Some sites give the address of the author's page.
            if name.is_empty() || name.contains("://") {
                None
            } else if *is_organization {
                organization(name)
            } else {
                whole_name(name)
            }
        };
        for names in &candidates {
            if !builder.has("author") {
                builder.names("author", names.iter().filter_map(named).collect());
            }
        }
    }

    fn coin_type(&self) -> Option<&'static str> {
        let format = self.coin("rft_val_fmt").rsplit(':').next()?;
        Some(match (format, self.coin("rft.genre")) {
            ("journal", _) => "article-journal",
            ("book", "bookitem") => "chapter",
            ("book", "conference" | "proceeding") => "paper-conference",
            ("book", "report") => "report",
            ("book", _) => "book",
            ("dissertation", _) => "thesis",
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(html: &str) -> crate::model::CslItem {
        let response = ClientResponse {
            address: String::new(),
            status: 200,
            content_type: String::new(),
            body: Vec::new(),
            date: String::new(),
        };
        Page::read(html)
            .builder("https://a.org/x")
            .record("page", &response)
            .item
    }

    #[test]
    fn highwire_tags_describe_an_article() {
        let item = item(
            "<html lang=en><head><title>X - Site</title>
             <meta name=citation_title content='Peer &amp; Production'>
             <meta name=citation_author content='Benkler, Yochai'>
             <meta name=citation_author content='Helen Nissenbaum'>
             <meta name=citation_journal_title content='J'><meta name=citation_firstpage content=394>
             <meta name=citation_lastpage content=419><meta name=citation_date content='2006/12/01'>",
        );
        assert_eq!(item.item_type, "article-journal");
        assert_eq!(item.text("title").as_deref(), Some("Peer & Production"));
        assert_eq!(item.names("author").len(), 2);
        assert_eq!(item.text("page").as_deref(), Some("394-419"));
        assert_eq!(item.date("issued").unwrap().date_parts, [[2006, 12, 1]]);
    }

    #[test]
    fn coins_linked_data_and_open_graph_describe_a_page() {
        let coins = item(
            "<span class=Z3988 title='ctx_ver=Z39.88-2004&amp;rft_val_fmt=info%3Aofi%2Ffmt%3Akev%3Amtx%3Abook&amp;\
             rft.btitle=The+Wealth&amp;rft.au=Benkler%2C+Yochai&amp;rft.date=2006'></span>",
        );
        assert_eq!(coins.item_type, "book");
        assert_eq!(coins.text("title").as_deref(), Some("The Wealth"));
        let linked = item(
            "<script type='application/ld+json'>{\"@graph\": [{\"@type\": \"BlogPosting\", \"headline\": \"H\",
             \"author\": {\"@type\": \"Person\", \"name\": \"Michel Bauwens\"}, \"datePublished\": \"2010-05-01\"}]}</script>",
        );
        assert_eq!(linked.item_type, "post-weblog");
        assert_eq!(linked.names("author").len(), 1);
        let graph = item(
            "<meta property=og:title content=Oekonux><meta property=og:site_name content='P2P Wiki'>",
        );
        assert_eq!(graph.item_type, "webpage");
        assert_eq!(graph.text("container-title").as_deref(), Some("P2P Wiki"));
        assert_eq!(graph.text("URL").as_deref(), Some("https://a.org/x"));
    }
}
