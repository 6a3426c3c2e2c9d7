//! Crossref's REST interface: search, and notices such as retractions.
//!
//! <https://api.crossref.org/swagger-ui/index.html>

use std::collections::HashMap;

use serde_json::Value as Json;

use super::{
    JSON, LookupResult, Search, Service, csl_json, json, malformed, member, members,
    response_or_none,
};
use crate::lookup::address::{in_path, in_query};
use crate::lookup::client::{Client, ClientRequest, ClientResponse, KeyPlace};
use crate::lookup::error::LookupError;
use crate::lookup::identifier::Identifier;
use crate::lookup::record::{Notice, Record};

pub(in crate::lookup) const NAME: &str = "Crossref";

/// The number of candidates of a search.
const CANDIDATES: usize = 5;

/// The number of DOIs in one request.
const BATCH: usize = 40;

pub(super) struct Crossref;

impl Service for Crossref {
    fn name(&self) -> &'static str {
        NAME
    }

    fn accepts(&self, identifier: &Identifier) -> bool {
        matches!(identifier, Identifier::Doi(_))
    }

    fn by_identifier(&self, client: &Client, identifier: &Identifier) -> LookupResult {
        match identifier {
            Identifier::Doi(doi) => work(client, &doi.to_string()),
            _ => Ok(None),
        }
    }

    fn can_search(&self) -> bool {
        true
    }

    fn search(&self, client: &Client, search: &Search) -> Result<Vec<Record>, LookupError> {
        let mut words = search.title.clone();
        if let Some(year) = search.year {
            words.push_str(&format!(" {year}"));
        }
        let mut address = format!(
            "https://api.crossref.org/works?query.bibliographic={}&rows={CANDIDATES}",
            in_query(&words)
        );
        if let Some(author) = &search.author {
            address.push_str(&format!("&query.author={}", in_query(author)));
        }
        let request = request(&address);
        let Some(response) = response_or_none(client, &request)? else {
            return Ok(Vec::new());
        };
        let answer = json(&request, &response)?;
        let message = answer
            .get("message")
            .ok_or_else(|| malformed(&request, "no message"))?;
        let items = members(message, "items").iter().take(CANDIDATES);
        Ok(items.filter_map(|item| record(item, &response)).collect())
    }
}

/// Returns what Crossref knows of a DOI, with the notices on it; `None` for DOIs of other agencies.
pub(in crate::lookup) fn work(client: &Client, doi: &str) -> LookupResult {
    let address = format!("https://api.crossref.org/works/{}", in_path(doi));
    let request = request(&address);
    let Some(response) = response_or_none(client, &request)? else {
        return Ok(None);
    };
    let answer = json(&request, &response)?;
    let message = answer
        .get("message")
        .ok_or_else(|| malformed(&request, "no message"))?;
    Ok(record(message, &response))
}

fn record(work: &Json, response: &ClientResponse) -> Option<Record> {
    let mut record = csl_json::builder(work)?.record(NAME, response);
    record.notices = members(work, "updated-by")
        .iter()
        .filter_map(|update| notice(update, member(update, "DOI")))
        .collect();
    // Not the address of a search, which says nothing of the work.
    if let Some(doi) = record.item.text("DOI") {
        record.source.address = format!("https://api.crossref.org/works/{}", in_path(&doi));
    }
    let relation = work.get("relation").unwrap_or(&Json::Null);
    record.published_as = members(relation, "is-preprint-of")
        .iter()
        .find(|related| member(related, "id-type") == "doi")
        .map(|related| crate::lookup::clean::plain(member(related, "id")));
    Some(record)
}

/// Returns the notice that `update` describes.
fn notice(update: &Json, doi: &str) -> Option<Notice> {
    let kind = crate::lookup::clean::plain(member(update, "type"));
    let parts = update
        .get("updated")
        .map(|updated| members(updated, "date-parts"))
        .and_then(|dates| dates.first()?.as_array());
    let date = parts.map(|parts| {
        let parts: Vec<String> = parts
            .iter()
            .filter_map(Json::as_i64)
            .map(|part| format!("{part:02}"))
            .collect();
        parts.join("-")
    });
    (!kind.is_empty()).then(|| Notice {
        kind,
        doi: crate::lookup::clean::plain(doi),
        date: date.filter(|date| !date.is_empty()),
    })
}

/// Returns the notices on works, by DOI in lower case.
pub(in crate::lookup) fn notices(
    client: &Client,
    dois: &[String],
) -> Result<HashMap<String, Vec<Notice>>, LookupError> {
    let mut found_notices: HashMap<String, Vec<Notice>> = HashMap::new();
    // A comma would begin another filter.
    let dois: Vec<&String> = dois.iter().filter(|doi| !doi.contains(',')).collect();
    for batch in dois.chunks(BATCH) {
        let filters: Vec<String> = batch
            .iter()
            .map(|doi| format!("updates:{}", in_path(doi).replace('&', "%26")))
            .collect();
        let address = format!(
            "https://api.crossref.org/works?filter={}&rows=200",
            filters.join(",")
        );
        let request = request(&address);
        let Some(response) = response_or_none(client, &request)? else {
            continue;
        };
        let answer = json(&request, &response)?;
        let message = answer.get("message").unwrap_or(&Json::Null);
        for item in members(message, "items") {
            for update in members(item, "update-to") {
                if let Some(notice) = notice(update, member(item, "DOI")) {
                    let work = member(update, "DOI").to_lowercase();
                    found_notices.entry(work).or_default().push(notice);
                }
            }
        }
    }
    Ok(found_notices)
}

fn request(address: &str) -> ClientRequest<'_> {
    ClientRequest {
        key: Some(KeyPlace::Header("Crossref-Plus-API-Token")),
        ..ClientRequest::new(NAME, address, JSON)
    }
}
