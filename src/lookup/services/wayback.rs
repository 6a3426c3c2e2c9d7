//! The Wayback Machine: archived copies of pages.
//!
//! <https://archive.org/help/wayback_api.php>

use std::time::Duration;

use super::{JSON, json, member, response_or_none};
use crate::lookup::address::{Address, in_query};
use crate::lookup::client::{Client, ClientRequest};
use crate::lookup::error::LookupError;

const NAME: &str = "Wayback Machine";

/// An archived copy of a page.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Archived {
    /// Its address.
    pub url: String,
    /// Its date: `2013-09-19`.
    pub date: String,
}

/// Returns the archived copy of a page that is nearest to a year.
pub(in crate::lookup) fn nearest_copy(
    client: &Client,
    url: &str,
    year: Option<i32>,
) -> Result<Option<Archived>, LookupError> {
    let mut address = format!(
        "https://archive.org/wayback/available?url={}",
        in_query(url)
    );
    if let Some(year) = year.filter(|year| (1000..=9999).contains(year)) {
        address.push_str(&format!("&timestamp={year}"));
    }
    let request = ClientRequest {
        interval: Duration::from_millis(1000),
        ..ClientRequest::new(NAME, &address, JSON)
    };
    let Some(response) = response_or_none(client, &request)? else {
        return Ok(None);
    };
    let answer = json(&request, &response)?;
    let Some(closest) = answer.pointer("/archived_snapshots/closest") else {
        return Ok(None);
    };
    let digits = member(closest, "timestamp");
    let part = |range: std::ops::Range<usize>| {
        digits
            .get(range)
            .filter(|part| part.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let (Some(year), Some(month), Some(day)) = (part(0..4), part(4..6), part(6..8)) else {
        return Ok(None);
    };
    // It says http, but answers to https.
    let copy =
        member(closest, "url").replacen("http://web.archive.org", "https://web.archive.org", 1);
    let is_copy =
        Address::parse(&copy).is_some_and(|address| address.host().ends_with("archive.org"));
    Ok(is_copy.then(|| Archived {
        url: copy,
        date: format!("{year}-{month}-{day}"),
    }))
}
