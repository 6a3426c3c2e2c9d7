//! Identifiers as people write them.

use std::fmt;
use std::str::FromStr;

use super::address::Address;
use crate::model::{Doi, Isbn};

/// An identifier of a work at a service.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Identifier {
    /// A DOI.
    Doi(Doi),
    /// An ISBN.
    Isbn(Isbn),
    /// The number of a preprint at arXiv, without its version.
    Arxiv(String),
    /// The number of a record in PubMed.
    Pmid(String),
    /// The number of an article in PubMed Central, with `PMC`.
    Pmcid(String),
    /// The number of a work in OpenAlex, with `W`.
    OpenAlex(String),
    /// The number of an item in Wikidata, with `Q`.
    Wikidata(String),
    /// The address of a page.
    Url(String),
}

/// A text that is none of these identifiers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("is not an identifier")]
pub struct UnknownIdentifier;

impl Identifier {
    /// Returns the name of its kind.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Doi(_) => "DOI",
            Self::Isbn(_) => "ISBN",
            Self::Arxiv(_) => "arXiv number",
            Self::Pmid(_) => "PMID",
            Self::Pmcid(_) => "PMCID",
            Self::OpenAlex(_) => "OpenAlex number",
            Self::Wikidata(_) => "Wikidata item",
            Self::Url(_) => "address",
        }
    }
}

impl fmt::Display for Identifier {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Doi(doi) => doi.fmt(formatter),
            Self::Isbn(isbn) => isbn.fmt(formatter),
            Self::Arxiv(number) => write!(formatter, "arXiv:{number}"),
            Self::Pmid(number) => write!(formatter, "pmid:{number}"),
            Self::Pmcid(text) | Self::OpenAlex(text) | Self::Wikidata(text) | Self::Url(text) => {
                formatter.write_str(text)
            }
        }
    }
}

impl FromStr for Identifier {
    type Err = UnknownIdentifier;

    /// Reads an identifier, bare, with its name before it, or as the address of its page.
    fn from_str(text: &str) -> Result<Self, UnknownIdentifier> {
        let text = text.trim().trim_matches(['<', '>', '"', ',', ';']);
        if let Ok(doi) = text.parse() {
            return Ok(Self::Doi(doi));
        }
        if let Some(address) = Address::parse(text) {
            return Ok(of_page(&address).unwrap_or_else(|| Self::Url(text.to_owned())));
        }
        if let Some(number) = without_prefix(text, "arxiv").or(Some(text)).and_then(arxiv) {
            return Ok(Self::Arxiv(number));
        }
        if let Some(number) = without_prefix(text, "pmid").and_then(digits) {
            return Ok(Self::Pmid(number));
        }
        let number = without_prefix(text, "pmcid").unwrap_or(text);
        if let Some(number) = lettered(number, "PMC") {
            return Ok(Self::Pmcid(number));
        }
        let number = without_prefix(text, "openalex").unwrap_or(text);
        if let Some(number) = lettered(number, "W") {
            return Ok(Self::OpenAlex(number));
        }
        let number = without_prefix(text, "wikidata").unwrap_or(text);
        if let Some(number) = lettered(number, "Q") {
            return Ok(Self::Wikidata(number));
        }
        let number = without_prefix(text, "urn:isbn").or_else(|| without_prefix(text, "isbn"));
        let isbn = number.unwrap_or(text).parse();
        isbn.map(Self::Isbn).map_err(|_| UnknownIdentifier)
    }
}

/// Returns the identifier that the address of a page at a service stands for.
fn of_page(address: &Address<'_>) -> Option<Identifier> {
    let host = address.host().to_ascii_lowercase();
    let host = host.strip_prefix("www.").unwrap_or(&host);
    let path = address.rest.split('?').next().unwrap_or_default();
    let path = path.trim_end_matches('/');
    let last = path.rsplit('/').next().unwrap_or_default();
    match host {
        "arxiv.org" | "export.arxiv.org" => {
            let number = ["/abs/", "/pdf/", "/html/"]
                .iter()
                .find_map(|start| path.strip_prefix(start))?;
            arxiv(number.trim_end_matches(".pdf")).map(Identifier::Arxiv)
        }
        "pubmed.ncbi.nlm.nih.gov" => digits(last).map(Identifier::Pmid),
        "pmc.ncbi.nlm.nih.gov" => lettered(last, "PMC").map(Identifier::Pmcid),
        "ncbi.nlm.nih.gov" if path.starts_with("/pmc/") => {
            lettered(last, "PMC").map(Identifier::Pmcid)
        }
        "ncbi.nlm.nih.gov" => digits(last).map(Identifier::Pmid),
        "openalex.org" | "api.openalex.org" => lettered(last, "W").map(Identifier::OpenAlex),
        "wikidata.org" | "m.wikidata.org" => lettered(last, "Q").map(Identifier::Wikidata),
        _ => None,
    }
}

/// Returns what follows a name and a colon or space.
fn without_prefix<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    let head = text.get(..name.len())?;
    let rest = text.get(name.len()..)?;
    let rest = rest.strip_prefix([':', ' '])?;
    head.eq_ignore_ascii_case(name).then(|| rest.trim())
}

fn digits(text: &str) -> Option<String> {
    let is_number = !text.is_empty() && text.len() < 12 && text.bytes().all(|b| b.is_ascii_digit());
    is_number.then(|| text.to_owned())
}

/// Returns a number that begins with letters, in the case of `letters`.
fn lettered(text: &str, letters: &str) -> Option<String> {
    let head = text.get(..letters.len())?;
    let number = digits(text.get(letters.len()..)?)?;
    head.eq_ignore_ascii_case(letters)
        .then(|| format!("{letters}{number}"))
}

/// Returns the number of a preprint without its version: `2101.00001`, `cs/0109077`.
fn arxiv(text: &str) -> Option<String> {
    let number = match text.rsplit_once('v') {
        Some((number, version)) if digits(version).is_some() => number,
        _ => text,
    };
    let is_number = |text: &str, length: std::ops::RangeInclusive<usize>| {
        length.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
    };
    let is_new = number
        .split_once('.')
        .is_some_and(|(month, rest)| is_number(month, 4..=4) && is_number(rest, 4..=5));
    let is_old = number.split_once('/').is_some_and(|(archive, rest)| {
        archive.starts_with(|c: char| c.is_ascii_lowercase())
            && archive
                .bytes()
                .all(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'-' | b'.'))
            && is_number(rest, 7..=7)
    });
    (is_new || is_old).then(|| number.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_are_read_however_they_are_written() {
        for (text, kind, shown) in [
            (
                "10.1177/0038026118758532",
                "DOI",
                "10.1177/0038026118758532",
            ),
            ("https://doi.org/10.2307/1562247", "DOI", "10.2307/1562247"),
            ("9780300110562", "ISBN", "9780300110562"),
            ("ISBN 0-300-11056-1", "ISBN", "9780300110562"),
            ("arXiv:cs/0109077", "arXiv number", "arXiv:cs/0109077"),
            ("2101.00001v3", "arXiv number", "arXiv:2101.00001"),
            (
                "https://arxiv.org/pdf/2101.00001v3.pdf",
                "arXiv number",
                "arXiv:2101.00001",
            ),
            ("pmid: 12345", "PMID", "pmid:12345"),
            (
                "https://pubmed.ncbi.nlm.nih.gov/12345/",
                "PMID",
                "pmid:12345",
            ),
            ("PMC3531190", "PMCID", "PMC3531190"),
            (
                "https://www.ncbi.nlm.nih.gov/pmc/articles/PMC3531190/",
                "PMCID",
                "PMC3531190",
            ),
            (
                "https://openalex.org/W2741809807",
                "OpenAlex number",
                "W2741809807",
            ),
            ("Q43649390", "Wikidata item", "Q43649390"),
            (
                "https://www.wikidata.org/wiki/Q43649390",
                "Wikidata item",
                "Q43649390",
            ),
            (
                "https://wiki.p2pfoundation.net/Oekonux",
                "address",
                "https://wiki.p2pfoundation.net/Oekonux",
            ),
        ] {
            let identifier: Identifier = text.parse().unwrap();
            assert_eq!(identifier.kind(), kind, "{text}");
            assert_eq!(identifier.to_string(), shown, "{text}");
        }
        for text in [
            "",
            "Oekonux",
            "9780300110563",
            "ftp://x.org",
            "file:///etc/passwd",
            "12345",
        ] {
            assert_eq!(text.parse::<Identifier>(), Err(UnknownIdentifier), "{text}");
        }
    }
}
