//! PubMed and PubMed Central: articles by number, as CSL-JSON of the Literature Citation Exporter, or else in the MEDLINE
//! format of the E-utilities.
//!
//! <https://pmc.ncbi.nlm.nih.gov/api/ctxp/>, <https://www.ncbi.nlm.nih.gov/books/NBK25499/>

use std::time::Duration;

use super::{JSON, LookupResult, Service, csl_json, json, malformed, parsed, response_or_none};
use crate::lookup::client::{Client, ClientRequest, KeyPlace};
use crate::lookup::identifier::Identifier;

const NAME: &str = "PubMed";

pub(super) struct Pubmed;

impl Service for Pubmed {
    fn name(&self) -> &'static str {
        NAME
    }

    fn accepts(&self, identifier: &Identifier) -> bool {
        matches!(identifier, Identifier::Pmid(_) | Identifier::Pmcid(_))
    }

    fn by_identifier(&self, client: &Client, identifier: &Identifier) -> LookupResult {
        let Some(article) = Article::of(identifier) else {
            return Ok(None);
        };
        let exported = exported(client, &article);
        if let Ok(Some(_)) = exported {
            return exported;
        }
        match fetched(client, &article) {
            Ok(None) => exported,
            // The service as a whole does not answer, and one error is enough to say so.
            Err(_) if exported.is_err() => exported,
            fetched => fetched,
        }
    }
}

/// An article in one of the two databases.
struct Article<'i> {
    database: &'static str,
    /// The variable of its identifier, with the value.
    variable: &'static str,
    identifier: &'i str,
}

impl<'i> Article<'i> {
    fn of(identifier: &'i Identifier) -> Option<Self> {
        let (database, variable, identifier) = match identifier {
            Identifier::Pmid(number) => ("pubmed", "PMID", number),
            Identifier::Pmcid(number) => ("pmc", "PMCID", number),
            _ => return None,
        };
        Some(Self {
            database,
            variable,
            identifier,
        })
    }

    fn number(&self) -> &'i str {
        self.identifier.trim_start_matches("PMC")
    }

    /// Returns the address of the page that a person would open.
    fn page(&self) -> String {
        let identifier = self.identifier;
        match self.database {
            "pmc" => format!("https://pmc.ncbi.nlm.nih.gov/articles/{identifier}/"),
            _ => format!("https://pubmed.ncbi.nlm.nih.gov/{identifier}/"),
        }
    }
}

fn request<'a>(address: &'a str, accept: &'static str) -> ClientRequest<'a> {
    ClientRequest {
        // Three requests per second are allowed.
        interval: Duration::from_millis(350),
        key: Some(KeyPlace::Parameter("api_key")),
        ..ClientRequest::new(NAME, address, accept)
    }
}

/// Asks the Literature Citation Exporter.
fn exported(client: &Client, article: &Article<'_>) -> LookupResult {
    let address = format!(
        "https://api.ncbi.nlm.nih.gov/lit/ctxp/v1/{}/?format=csl&id={}",
        article.database,
        article.number()
    );
    let request = request(&address, JSON);
    let Some(mut response) = response_or_none(client, &request)? else {
        return Ok(None);
    };
    let work = json(&request, &response)?;
    let mut builder = csl_json::builder(&work).ok_or_else(|| malformed(&request, "no title"))?;
    builder.text(article.variable, article.identifier);
    response.address = article.page();
    Ok(Some(builder.record(NAME, &response)))
}

/// Asks the E-utilities.
fn fetched(client: &Client, article: &Article<'_>) -> LookupResult {
    let address = format!(
        "https://eutils.ncbi.nlm.nih.gov/entrez/eutils/efetch.fcgi?db={}&id={}&rettype=medline&retmode=text",
        article.database,
        article.number()
    );
    let request = request(&address, "text/plain");
    let Some(mut response) = response_or_none(client, &request)? else {
        return Ok(None);
    };
    let text = response.text();
    // An unknown number gets an empty answer, or a sentence about the error.
    if text.trim().is_empty() || (text.contains("rror occurred") && !text.contains("\nTI  -")) {
        return Ok(None);
    }
    let records = parsed("nbib", &text).map_err(|reason| malformed(&request, reason))?;
    let record = records
        .into_iter()
        .find(|builder| builder.get(article.variable).as_deref() == Some(article.identifier))
        .ok_or_else(|| malformed(&request, "expected the record of this number in MEDLINE"))?;
    response.address = article.page();
    Ok(Some(record.record(NAME, &response)))
}
