//! doi.org: content negotiation, which Crossref, DataCite, mEDRA and other agencies answer alike.
//!
//! <https://citation.doi.org/docs.html>

use super::{LookupResult, Service, csl_json, json, malformed, response_or_none};
use crate::lookup::address::in_path;
use crate::lookup::client::{Client, ClientRequest};
use crate::lookup::identifier::Identifier;

const NAME: &str = "doi.org";

pub(super) struct DoiResolver;

impl Service for DoiResolver {
    fn name(&self) -> &'static str {
        NAME
    }

    fn accepts(&self, identifier: &Identifier) -> bool {
        // arXiv registers a DOI for each preprint.
        matches!(identifier, Identifier::Doi(_))
    }

    fn by_identifier(&self, client: &Client, identifier: &Identifier) -> LookupResult {
        let Identifier::Doi(doi) = identifier else {
            return Ok(None);
        };
        record(client, &doi.to_string())
    }
}

/// Returns what the agency of a DOI knows.
pub(super) fn record(client: &Client, doi: &str) -> LookupResult {
    let address = format!("https://doi.org/{}", in_path(doi));
    let request = ClientRequest::new(NAME, &address, "application/vnd.citationstyles.csl+json");
    let Some(mut response) = response_or_none(client, &request)? else {
        return Ok(None);
    };
    let work = json(&request, &response)?;
    let mut builder = csl_json::builder(&work).ok_or_else(|| malformed(&request, "no title"))?;
    if !builder.has("DOI") {
        builder.doi(doi);
    }
    // The address that a person would open, not that of the agency's interface.
    response.address = address.clone();
    Ok(Some(builder.record(NAME, &response)))
}
