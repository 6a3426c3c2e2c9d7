//! The services, one file each.

mod arxiv;
mod citoid;
mod crossref;
mod csl_json;
mod doi;
mod open_library;
mod openalex;
mod pubmed;
mod sru;
mod wayback;
mod web_page;
mod wikidata;

use serde_json::Value as Json;

use super::client::{Client, ClientRequest, ClientResponse};
use super::error::{LookupError, RequestFailure};
use super::identifier::Identifier;
use super::record::{Record, RecordBuilder};
use crate::formats::{self, Records};

pub(super) use crossref::{NAME as CROSSREF, notices, work as crossref_work};
pub use sru::DEFAULT_CATALOGUE;
pub use wayback::Archived;
pub(super) use wayback::nearest_copy;
pub use web_page::LinkState;
pub(super) use web_page::link_state;

/// The known values of a work without an identifier.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Search {
    /// Its title, without markup.
    pub title: String,
    /// The family name of its first author.
    pub author: Option<String>,
    /// Its year.
    pub year: Option<i32>,
}

/// The record of a work; `None` if the service does not know the work.
pub(super) type LookupResult = Result<Option<Record>, LookupError>;

/// A metadata service.
pub trait Service: Send + Sync {
    /// Returns its name.
    fn name(&self) -> &'static str;

    /// Returns whether it knows such identifiers.
    fn accepts(&self, identifier: &Identifier) -> bool;

    /// Returns what the service knows of a work.
    fn by_identifier(&self, client: &Client, identifier: &Identifier) -> LookupResult;

    /// Returns whether it finds works by title.
    fn can_search(&self) -> bool {
        false
    }

    /// Returns the works that fit best, the best one first.
    fn search(&self, _client: &Client, _search: &Search) -> Result<Vec<Record>, LookupError> {
        Ok(Vec::new())
    }
}

/// The answers of the services that were asked for one work.
#[derive(Debug, Default)]
pub struct Answers {
    /// Their records, the most trusted one first.
    pub records: Vec<Record>,
    /// The services that answered.
    pub asked: Vec<&'static str>,
    /// The requests that failed.
    pub failures: Vec<LookupError>,
}

impl Answers {
    pub(super) fn add(&mut self, service: &'static str, result: Result<Vec<Record>, LookupError>) {
        match result {
            Ok(records) => {
                self.asked.push(service);
                self.records.extend(records);
            }
            Err(failure) => self.failures.push(failure),
        }
    }
}

/// All services, in the order in which they are asked.
pub struct Catalogue {
    services: Vec<Box<dyn Service>>,
}

impl Catalogue {
    /// Returns the services; `catalogue` is the address of a library catalogue that speaks SRU, with `{isbn}` in the
    /// place of the ISBN.
    pub fn new(catalogue: &str) -> Self {
        Self {
            services: vec![
                Box::new(doi::DoiResolver),
                Box::new(crossref::Crossref),
                Box::new(open_library::OpenLibrary),
                Box::new(sru::Sru::new(catalogue)),
                Box::new(arxiv::Arxiv),
                Box::new(pubmed::Pubmed),
                Box::new(openalex::OpenAlex),
                Box::new(wikidata::Wikidata),
                Box::new(citoid::Citoid),
                Box::new(web_page::WebPage),
            ],
        }
    }

    /// Asks the services for a work until one knows it. A service that fails does not stop the others.
    pub fn find(&self, client: &Client, identifier: &Identifier) -> Answers {
        let mut answers = Answers::default();
        for service in &self.services {
            if service.accepts(identifier) {
                let result = service.by_identifier(client, identifier);
                answers.add(
                    service.name(),
                    result.map(|record| record.into_iter().collect()),
                );
                if !answers.records.is_empty() {
                    break;
                }
            }
        }
        answers
    }

    /// Asks every service that finds works by title.
    pub fn search(&self, client: &Client, search: &Search) -> Answers {
        let mut answers = Answers::default();
        for service in self.services.iter().filter(|service| service.can_search()) {
            answers.add(service.name(), service.search(client, search));
        }
        answers
    }
}

/// Returns an answer, or `None` if the service says that there is no such thing.
fn response_or_none(
    client: &Client,
    request: &ClientRequest<'_>,
) -> Result<Option<ClientResponse>, LookupError> {
    let response = client.get(request)?;
    Ok((response.status < 300).then_some(response))
}

/// Returns the error for an answer that is not what the service documents.
fn malformed(request: &ClientRequest<'_>, reason: impl std::fmt::Display) -> LookupError {
    LookupError {
        service: request.service,
        address: request.address.to_owned(),
        failure: RequestFailure::Malformed(reason.to_string()),
    }
}

/// Parses an answer as JSON.
fn json(request: &ClientRequest<'_>, response: &ClientResponse) -> Result<Json, LookupError> {
    serde_json::from_str(&response.text()).map_err(|error| {
        let kind = response.content_type.split(';').next().unwrap_or_default();
        let kind: String = kind
            .chars()
            .filter(char::is_ascii_graphic)
            .take(60)
            .collect();
        malformed(
            request,
            if kind.contains("json") || kind.is_empty() {
                format!("invalid JSON: {error}")
            } else {
                format!("expected JSON, not {kind}")
            },
        )
    })
}

/// Returns the items of an answer in a format of [`formats`], or why it cannot be read.
fn parsed(format: &str, text: &str) -> Result<Vec<RecordBuilder>, String> {
    let Some(format) = formats::named(format) else {
        return Err(format!("no reader of {format}"));
    };
    let Records::Items(parsed) = format.read(text.as_bytes(), &text.into()) else {
        return Ok(Vec::new());
    };
    if let ([], Some(refused)) = (parsed.items.as_slice(), parsed.rejected.first()) {
        return Err(refused.reason.clone());
    }
    let items = parsed.items.iter();
    Ok(items
        .filter_map(|parsed| csl_json::builder(&serde_json::to_value(&parsed.item).ok()?))
        .collect())
}

/// Returns the text of a member of a JSON object.
fn member<'j>(value: &'j Json, name: &str) -> &'j str {
    value.get(name).and_then(Json::as_str).unwrap_or_default()
}

/// Returns the elements of a member of a JSON object.
fn members<'j>(value: &'j Json, name: &str) -> &'j [Json] {
    value
        .get(name)
        .and_then(Json::as_array)
        .map_or(&[], Vec::as_slice)
}

const JSON: &str = "application/json";
