//! Open Library: books by ISBN.
//!
//! <https://openlibrary.org/dev/docs/api/books>

use std::time::Duration;

use serde_json::Value as Json;

use super::{JSON, LookupResult, Service, json, malformed, member, members, response_or_none};
use crate::lookup::client::{Client, ClientRequest};
use crate::lookup::identifier::Identifier;
use crate::lookup::record::{RecordBuilder, whole_name};

const NAME: &str = "Open Library";

pub(super) struct OpenLibrary;

impl Service for OpenLibrary {
    fn name(&self) -> &'static str {
        NAME
    }

    fn accepts(&self, identifier: &Identifier) -> bool {
        matches!(identifier, Identifier::Isbn(_))
    }

    fn by_identifier(&self, client: &Client, identifier: &Identifier) -> LookupResult {
        let Identifier::Isbn(isbn) = identifier else {
            return Ok(None);
        };
        let address =
            format!("https://openlibrary.org/api/books?bibkeys=ISBN:{isbn}&jscmd=data&format=json");
        let request = ClientRequest {
            interval: Duration::from_millis(350),
            ..ClientRequest::new(NAME, &address, JSON)
        };
        let Some(mut response) = response_or_none(client, &request)? else {
            return Ok(None);
        };
        let answer = json(&request, &response)?;
        let books = answer
            .as_object()
            .ok_or_else(|| malformed(&request, "not an object"))?;
        // Without a book, the object is empty.
        let Some(book) = books.values().next() else {
            return Ok(None);
        };
        let mut builder = RecordBuilder::new("book");
        let title = match member(book, "subtitle") {
            "" => member(book, "title").to_owned(),
            subtitle => format!("{}: {subtitle}", member(book, "title").trim_end()),
        };
        builder.text("title", &title);
        if !builder.has("title") {
            return Err(malformed(&request, "no title"));
        }
        let names = |list: &str| -> Vec<String> {
            let names = members(book, list)
                .iter()
                .map(|entry| member(entry, "name").to_owned());
            names.filter(|name| !name.is_empty()).collect()
        };
        let authors = names("authors");
        builder.names(
            "author",
            authors.iter().filter_map(|name| whole_name(name)).collect(),
        );
        if let Some(publisher) = names("publishers").first() {
            builder.text("publisher", publisher);
        }
        if let Some(place) = names("publish_places").first() {
            builder.text("publisher-place", place);
        }
        builder.date("issued", member(book, "publish_date"));
        builder.json(
            "number-of-pages",
            book.get("number_of_pages").unwrap_or(&Json::Null),
        );
        builder.text("ISBN", &isbn.to_string());
        if !member(book, "url").is_empty() {
            response.address = member(book, "url").to_owned();
        }
        Ok(Some(builder.record(NAME, &response)))
    }
}
