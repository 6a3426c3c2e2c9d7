//! arXiv: preprints by number, as Atom.
//!
//! <https://info.arxiv.org/help/api/user-manual.html>

use std::time::Duration;

use roxmltree::Document;

use super::{LookupResult, Service, malformed, response_or_none};
use crate::formats::xml::{child, child_text, children};
use crate::lookup::address::in_path;
use crate::lookup::client::{Client, ClientRequest};
use crate::lookup::identifier::Identifier;
use crate::lookup::record::{RecordBuilder, whole_name};

const NAME: &str = "arXiv";

pub(super) struct Arxiv;

impl Service for Arxiv {
    fn name(&self) -> &'static str {
        NAME
    }

    fn accepts(&self, identifier: &Identifier) -> bool {
        matches!(identifier, Identifier::Arxiv(_))
    }

    fn by_identifier(&self, client: &Client, identifier: &Identifier) -> LookupResult {
        let Identifier::Arxiv(number) = identifier else {
            return Ok(None);
        };
        let address = format!(
            "https://export.arxiv.org/api/query?id_list={}&max_results=1",
            in_path(number)
        );
        let request = ClientRequest {
            // What arXiv asks for.
            interval: Duration::from_secs(3),
            ..ClientRequest::new(NAME, &address, "application/atom+xml")
        };
        let Some(mut response) = response_or_none(client, &request)? else {
            return Ok(None);
        };
        let text = response.text();
        let document = Document::parse(&text)
            .map_err(|error| malformed(&request, format!("invalid XML: {error}")))?;
        let feed = document.root_element();
        if feed.tag_name().name() != "feed" {
            return Err(malformed(&request, "not an Atom feed"));
        }
        let Some(entry) = child(feed, "entry") else {
            return Ok(None);
        };
        let value = |name| child_text(entry, name);
        // An unknown number gets an entry with the title "Error".
        if value("id").contains("/api/errors") || value("title").is_empty() {
            return Ok(None);
        }
        let mut builder = RecordBuilder::new("article");
        builder.text("title", &value("title"));
        let authors = children(entry, "author");
        let authors = authors.filter_map(|author| whole_name(&child_text(author, "name")));
        builder.names("author", authors.collect());
        builder.date("issued", &value("published"));
        builder.text("abstract", &value("summary"));
        builder.doi(&value("doi"));
        builder.field("eprint", number);
        builder.field("eprinttype", "arxiv");
        if let Some(category) = child(entry, "primary_category")
            && let Some(term) = category.attribute("term")
        {
            builder.field("eprintclass", term);
        }
        builder.url(&format!("https://arxiv.org/abs/{number}"));
        response.address = format!("https://arxiv.org/abs/{}", in_path(number));
        Ok(Some(builder.record(NAME, &response)))
    }
}
