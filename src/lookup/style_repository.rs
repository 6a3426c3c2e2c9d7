//! The official repository of citation styles.
//!
//! <https://github.com/citation-style-language/styles>

use super::address::in_path;
use super::client::{Client, ClientRequest};
use super::error::{LookupError, RequestFailure};
use crate::csl::{Style, StyleError};

const NAME: &str = "the style repository";

/// A style of the official repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DownloadedStyle {
    /// Its name: the last part of its identifier.
    pub name: String,
    /// Its XML.
    pub xml: String,
    /// The address at which it was found.
    pub address: String,
    /// The name of the style that it depends on.
    pub parent: Option<String>,
}

/// Returns a style of the official repository by its name, or `None` if there is none. Only letters, digits,
/// hyphens, underscores and full stops occur in the names of styles.
///
/// # Errors
///
/// If the repository cannot be reached, or its answer is not a style.
pub fn download_style(client: &Client, name: &str) -> Result<Option<DownloadedStyle>, LookupError> {
    let name = name.to_lowercase();
    let is_name = name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c));
    if !is_name {
        return Ok(None);
    }
    for folder in ["", "dependent/"] {
        let address = format!(
            "https://raw.githubusercontent.com/citation-style-language/styles/master/{folder}{}.csl",
            in_path(&name)
        );
        let request = ClientRequest::new(NAME, &address, "*/*");
        let response = client.get(&request)?;
        if response.status >= 300 {
            continue;
        }
        let xml = response.text();
        let style = Style::from_xml(&xml).map_err(|error: StyleError| LookupError {
            service: NAME,
            address: address.clone(),
            failure: RequestFailure::Malformed(format!("not a CSL style: {error}")),
        })?;
        let parent = style
            .info
            .parent
            .as_deref()
            .filter(|_| style.is_dependent());
        let parent = parent.and_then(|id| id.trim_end_matches('/').rsplit('/').next());
        return Ok(Some(DownloadedStyle {
            parent: parent.map(str::to_owned),
            name,
            xml,
            address,
        }));
    }
    Ok(None)
}
