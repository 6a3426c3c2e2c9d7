//! A library catalogue that speaks SRU and sends MARCXML. Which one, the user can choose.
//!
//! <https://www.loc.gov/standards/sru/>

use std::time::Duration;

use super::{LookupResult, Service, malformed, parsed, response_or_none};
use crate::lookup::client::{Client, ClientRequest};
use crate::lookup::identifier::Identifier;
use crate::lookup::record::RecordBuilder;

const NAME: &str = "library catalogue";

/// The union catalogue K10plus of German libraries, which have many foreign books.
pub const DEFAULT_CATALOGUE: &str = "https://sru.k10plus.de/opac-de-627?version=1.1\
    &operation=searchRetrieve&query=pica.isb%3D{isbn}&maximumRecords=5&recordSchema=marcxml";

pub(super) struct Sru {
    address: String,
}

impl Sru {
    pub(super) fn new(address: &str) -> Self {
        Self {
            address: address.to_owned(),
        }
    }
}

impl Service for Sru {
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
        let address = self.address.replace("{isbn}", &isbn.to_string());
        let request = ClientRequest {
            interval: Duration::from_millis(500),
            // The user may have a catalogue of their own.
            may_be_private: true,
            ..ClientRequest::new(NAME, &address, "application/xml, text/xml")
        };
        let Some(response) = response_or_none(client, &request)? else {
            return Ok(None);
        };
        let records = builders(&response.text()).map_err(|reason| malformed(&request, reason))?;
        let mut best = None;
        for mut builder in records {
            let own = builder.get("ISBN");
            if own.as_deref() == Some(isbn.to_string().as_str()) {
                best = Some(builder);
                break;
            }
            if own.is_none() {
                builder.text("ISBN", &isbn.to_string());
                best = best.or(Some(builder));
            }
        }
        Ok(best.map(|builder| builder.record(NAME, &response)))
    }
}

/// Returns the items in an answer in MARCXML, or why it cannot be read.
fn builders(xml: &str) -> Result<Vec<RecordBuilder>, String> {
    let builders =
        parsed("marcxml", xml).map_err(|reason| format!("expected MARCXML: {reason}"))?;
    // An answer without records.
    let is_answer = xml.contains("searchRetrieveResponse") || xml.contains("collection");
    if builders.is_empty() && !is_answer {
        return Err("expected MARCXML".to_owned());
    }
    Ok(builders)
}
