//! Verifying that a reference exists, with the services that `check --online` asks.

use std::collections::HashMap;

use super::client::Client;
use super::error::LookupError;
use super::matching::{Difference, WorkMatch, differences, match_work};
use super::record::{Notice, Source};
use super::services::{self, Answers, Archived, Catalogue, LinkState};
use crate::model::{CslDate, CslItem, Doi, Entry};

/// Fields whose difference is worth a look.
const COMPARED: &[&str] = &[
    "title",
    "author",
    "editor",
    "date",
    "journaltitle",
    "journal",
    "booktitle",
    "volume",
    "number",
    "pages",
    "doi",
    "isbn",
    "edition",
];

/// The knowledge of services about a work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Existence {
    /// They do.
    Found(Source),
    /// The services that were asked do not know it. Many works are in no such service.
    NotFound,
    /// None of them answered.
    Unknown,
}

/// The answers of the services about a work.
#[derive(Debug)]
pub struct Verification {
    /// The existence of the work in the services.
    pub existence: Existence,
    /// The fields in which the entry and what was found contradict each other.
    pub differences: Vec<Difference>,
    /// Retractions, corrections and so on.
    pub notices: Vec<Notice>,
    /// The DOI of the published version, if the work is a preprint.
    pub published_as: Option<String>,
    /// The state of the work's address, if it has one.
    pub link: Option<LinkState>,
    /// The copy of a dead page that is nearest to the work's year.
    pub archived: Option<Archived>,
    /// The services that answered.
    pub asked: Vec<&'static str>,
    /// The requests that failed.
    pub failures: Vec<LookupError>,
}

/// Asks the services for a work, for notices on it, and for the state of its address.
pub fn verify(
    client: &Client,
    catalogue: &Catalogue,
    entry: &Entry,
    item: &CslItem,
    notices: &HashMap<String, Vec<Notice>>,
) -> Verification {
    let mut result = Verification {
        existence: Existence::Unknown,
        differences: Vec::new(),
        notices: Vec::new(),
        published_as: None,
        link: None,
        archived: None,
        asked: Vec::new(),
        failures: Vec::new(),
    };
    let own_doi = item.text("DOI").and_then(|doi| doi.parse::<Doi>().ok());
    let mut found = WorkMatch::default();
    if let Some(doi) = own_doi.as_ref().map(Doi::to_string) {
        // Only Crossref knows of notices and published versions.
        let mut answers = Answers::default();
        let work = services::crossref_work(client, &doi);
        if let Ok(Some(record)) = &work {
            result.notices.clone_from(&record.notices);
            result.published_as.clone_from(&record.published_as);
        }
        answers.add(
            services::CROSSREF,
            work.map(|record| record.into_iter().collect()),
        );
        found.add(entry, item, answers);
        let known = notices.get(&doi.to_lowercase());
        result.notices.extend(known.into_iter().flatten().cloned());
        let order = |notice: &Notice| (notice.doi.to_lowercase(), notice.kind.clone());
        result.notices.sort_by_key(order);
        result.notices.dedup_by_key(|notice| order(notice));
    }
    if found.records.is_empty() && found.rejected.is_empty() {
        found.extend(match_work(client, catalogue, entry, item));
    }
    // A DOI that leads to another work is one of the differences.
    let of_own_doi = found.rejected.iter().find(|rejection| {
        let doi = rejection
            .record
            .item
            .text("DOI")
            .and_then(|doi| doi.parse().ok());
        own_doi.is_some() && doi == own_doi
    });
    let record = found.records.first();
    if let Some(record) = record.or(of_own_doi.map(|rejection| &rejection.record)) {
        result.existence = Existence::Found(record.source.clone());
        result.differences = differences(entry, item, record);
        result.differences.retain(|difference| {
            let is_compared = COMPARED.contains(&difference.field.to_lowercase().as_str());
            difference.current.is_some() && !difference.agrees && is_compared
        });
    } else if !found.asked.is_empty() {
        result.existence = Existence::NotFound;
    }
    let WorkMatch {
        asked,
        mut failures,
        ..
    } = found;
    if let Some(url) = item.text("URL").filter(|_| own_doi.is_none()) {
        match services::link_state(client, &url) {
            Ok(state) => {
                if matches!(state, LinkState::Dead(_)) {
                    let year = item.date("issued").and_then(CslDate::year);
                    match services::nearest_copy(client, &url, year) {
                        Ok(copy) => result.archived = copy,
                        Err(failure) => failures.push(failure),
                    }
                }
                result.link = Some(state);
            }
            Err(failure) => failures.push(failure),
        }
    }
    result.asked = asked;
    result.failures = failures;
    result
}

/// Returns the notices on works, by DOI in lower case. Works are asked for in groups.
pub fn notices_on(
    client: &Client,
    items: &[&CslItem],
) -> Result<HashMap<String, Vec<Notice>>, LookupError> {
    let dois: Vec<String> = items
        .iter()
        .filter_map(|item| item.text("DOI")?.parse::<Doi>().ok())
        .map(|doi| doi.to_string())
        .collect();
    services::notices(client, &dois)
}
