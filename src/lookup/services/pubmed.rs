//! PubMed and PubMed Central: articles by number, as CSL-JSON of the Literature Citation Exporter.
//!
//! <https://pmc.ncbi.nlm.nih.gov/api/ctxp/>

use std::time::Duration;

use super::{JSON, Service, csl_json, found, json, malformed};
use crate::lookup::client::{Client, KeyPlace, Request};
use crate::lookup::error::LookupError;
use crate::lookup::identifier::Identifier;
use crate::lookup::record::Record;

const NAME: &str = "PubMed";

pub(super) struct Pubmed;

impl Service for Pubmed {
    fn name(&self) -> &'static str {
        NAME
    }

    fn accepts(&self, identifier: &Identifier) -> bool {
        matches!(identifier, Identifier::Pmid(_) | Identifier::Pmcid(_))
    }

    fn by_identifier(
        &self,
        client: &Client,
        identifier: &Identifier,
    ) -> Result<Option<Record>, LookupError> {
        let (database, number, page) = match identifier {
            Identifier::Pmid(number) => (
                "pubmed",
                number.as_str(),
                format!("https://pubmed.ncbi.nlm.nih.gov/{number}/"),
            ),
            Identifier::Pmcid(number) => (
                "pmc",
                number.trim_start_matches("PMC"),
                format!("https://pmc.ncbi.nlm.nih.gov/articles/{number}/"),
            ),
            _ => return Ok(None),
        };
        let address =
            format!("https://api.ncbi.nlm.nih.gov/lit/ctxp/v1/{database}/?format=csl&id={number}");
        let request = Request {
            interval: Duration::from_millis(350),
            key: Some(KeyPlace::Parameter("api_key")),
            ..Request::new(NAME, &address, JSON)
        };
        let Some(mut response) = found(client, &request)? else {
            return Ok(None);
        };
        let work = json(&request, &response)?;
        let mut builder =
            csl_json::builder(&work).ok_or_else(|| malformed(&request, "no title"))?;
        match identifier {
            Identifier::Pmid(number) => builder.text("PMID", number),
            Identifier::Pmcid(number) => builder.text("PMCID", number),
            _ => {}
        }
        response.address = page;
        Ok(Some(builder.record(NAME, &response)))
    }
}
