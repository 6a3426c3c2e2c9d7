//! OpenAlex: works by its own numbers, DOI, PMID and PMCID, and search.
//!
//! <https://docs.openalex.org/api-entities/works>

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value as Json;

use super::{JSON, LookupResult, Search, Service, json, member, members, response_or_none};
use crate::lookup::address::{in_path, in_query};
use crate::lookup::client::{Client, ClientRequest, ClientResponse, KeyPlace};
use crate::lookup::error::LookupError;
use crate::lookup::identifier::Identifier;
use crate::lookup::record::{Record, RecordBuilder, whole_name};

const NAME: &str = "OpenAlex";

const TYPES: &[(&str, &str)] = &[
    ("article", "article-journal"),
    ("review", "article-journal"),
    ("letter", "article-journal"),
    ("editorial", "article-journal"),
    ("book", "book"),
    ("book-chapter", "chapter"),
    ("dissertation", "thesis"),
    ("preprint", "article"),
    ("dataset", "dataset"),
    ("report", "report"),
    ("reference-entry", "entry-encyclopedia"),
    ("standard", "standard"),
    ("software", "software"),
];

pub(super) struct OpenAlex;

fn request(address: &str) -> ClientRequest<'_> {
    ClientRequest {
        interval: Duration::from_millis(100),
        key: Some(KeyPlace::Parameter("api_key")),
        ..ClientRequest::new(NAME, address, JSON)
    }
}

impl Service for OpenAlex {
    fn name(&self) -> &'static str {
        NAME
    }

    fn accepts(&self, identifier: &Identifier) -> bool {
        matches!(
            identifier,
            Identifier::OpenAlex(_)
                | Identifier::Doi(_)
                | Identifier::Pmid(_)
                | Identifier::Pmcid(_)
        )
    }

    fn by_identifier(&self, client: &Client, identifier: &Identifier) -> LookupResult {
        let id = match identifier {
            Identifier::OpenAlex(number) => number.clone(),
            Identifier::Doi(doi) => format!("doi:{}", in_path(&doi.to_string())),
            Identifier::Pmid(number) => format!("pmid:{number}"),
            Identifier::Pmcid(number) => format!("pmcid:{}", number.trim_start_matches("PMC")),
            _ => return Ok(None),
        };
        let address = format!("https://api.openalex.org/works/{id}");
        let request = request(&address);
        let Some(response) = response_or_none(client, &request)? else {
            return Ok(None);
        };
        let work = json(&request, &response)?;
        let record = record(&work, &response);
        // Its own entries are often coarser than what the DOI's agency knows.
        if let (Identifier::OpenAlex(_), Some(record)) = (identifier, &record)
            && let Some(doi) = record.item.text("DOI")
            && let Ok(Some(better)) = super::doi::record(client, &doi)
        {
            return Ok(Some(better));
        }
        Ok(record)
    }

    fn can_search(&self) -> bool {
        true
    }

    fn search(&self, client: &Client, search: &Search) -> Result<Vec<Record>, LookupError> {
        let mut address = format!(
            "https://api.openalex.org/works?search={}&per-page=5",
            // These would be operators.
            in_query(
                &search
                    .title
                    .replace(['?', '*', '"', '|', '!', '(', ')'], " ")
            )
        );
        if let Some(year) = search.year {
            address.push_str(&format!("&filter=publication_year:{year}"));
        }
        let request = request(&address);
        let Some(response) = response_or_none(client, &request)? else {
            return Ok(Vec::new());
        };
        let answer = json(&request, &response)?;
        let results = members(&answer, "results").iter().take(5);
        Ok(results.filter_map(|work| record(work, &response)).collect())
    }
}

fn record(work: &Json, response: &ClientResponse) -> Option<Record> {
    let kind = member(work, "type");
    let known = TYPES.iter().find(|(name, _)| *name == kind);
    let location = work.get("primary_location").unwrap_or(&Json::Null);
    let source = location.get("source").unwrap_or(&Json::Null);
    let mut csl_type = known.map_or("document", |(_, csl)| *csl);
    match (csl_type, member(source, "type")) {
        ("article-journal", "conference") => csl_type = "paper-conference",
        ("article-journal", "repository") => csl_type = "article",
        _ => {}
    }
    let mut builder = RecordBuilder::new(csl_type);
    builder.text("language", member(work, "language"));
    let title = match member(work, "title") {
        "" => member(work, "display_name"),
        title => title,
    };
    builder.text("title", title);
    if !builder.has("title") {
        return None;
    }
    let authors = members(work, "authorships")
        .iter()
        .filter_map(|authorship| {
            let author = authorship.get("author").unwrap_or(&Json::Null);
            let name = match member(authorship, "raw_author_name") {
                "" => member(author, "display_name"),
                raw => raw,
            };
            whole_name(name)
        });
    builder.names("author", authors.collect());
    builder.doi(member(work, "doi"));
    match work.get("publication_year").and_then(Json::as_i64) {
        Some(year) => {
            let date = member(work, "publication_date");
            // Without a day, OpenAlex says the first of January.
            if date.ends_with("-01-01") || date.is_empty() {
                builder.date_parts("issued", i32::try_from(year).into_iter().collect());
            } else {
                builder.date("issued", date);
            }
        }
        None => builder.date("issued", member(work, "publication_date")),
    }
    if csl_type == "article" {
        builder.text("publisher", member(source, "display_name"));
    } else if csl_type != "book" {
        builder.text("container-title", member(source, "display_name"));
        builder.text("ISSN", member(source, "issn_l"));
    }
    if matches!(csl_type, "book" | "chapter") {
        builder.text("publisher", member(source, "host_organization_name"));
    }
    let biblio = work.get("biblio").unwrap_or(&Json::Null);
    builder.text("volume", member(biblio, "volume"));
    builder.text("issue", member(biblio, "issue"));
    match (member(biblio, "first_page"), member(biblio, "last_page")) {
        ("", _) => {}
        (first, last) if last.is_empty() || first == last => builder.text("page", first),
        (first, last) => builder.text("page", &format!("{first}-{last}")),
    }
    if !builder.has("DOI") {
        builder.url(member(location, "landing_page_url"));
    }
    if let Some(index) = work
        .get("abstract_inverted_index")
        .and_then(Json::as_object)
    {
        let mut words: BTreeMap<u64, &str> = BTreeMap::new();
        for (word, positions) in index {
            for position in positions.as_array().into_iter().flatten() {
                if let Some(position) = position.as_u64() {
                    words.insert(position, word);
                }
            }
        }
        let words: Vec<&str> = words.into_values().collect();
        builder.text("abstract", &words.join(" "));
    }
    let mut record = builder.record(NAME, response);
    if let Some(id) = member(work, "id")
        .rsplit('/')
        .next()
        .filter(|id| !id.is_empty())
    {
        record.source.address = format!("https://openalex.org/{}", in_path(id));
    }
    Some(record)
}
