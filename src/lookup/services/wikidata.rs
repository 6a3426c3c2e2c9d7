//! Wikidata: works by item.
//!
//! <https://www.wikidata.org/wiki/Wikidata:Data_access>

use std::collections::HashMap;

use serde_json::Value as Json;

use super::{JSON, LookupResult, Service, json, member, members, response_or_none};
use crate::lookup::client::{Client, ClientRequest};
use crate::lookup::identifier::Identifier;
use crate::lookup::record::{RecordBuilder, whole_name};

const NAME: &str = "Wikidata";

/// Classes of items and their CSL types.
const TYPES: &[(&str, &str)] = &[
    ("Q13442814", "article-journal"),
    ("Q18918145", "article-journal"),
    ("Q191067", "article"),
    ("Q580922", "article"),
    ("Q571", "book"),
    ("Q3331189", "book"),
    ("Q7725634", "book"),
    ("Q47461344", "book"),
    ("Q1980247", "chapter"),
    ("Q21481766", "chapter"),
    ("Q23927052", "paper-conference"),
    ("Q187685", "thesis"),
    ("Q1266946", "thesis"),
    ("Q10870555", "report"),
    ("Q17928402", "post-weblog"),
    ("Q5707594", "article-newspaper"),
    ("Q30070590", "article-magazine"),
    ("Q11424", "motion_picture"),
    ("Q35127", "webpage"),
];

pub(super) struct Wikidata;

impl Service for Wikidata {
    fn name(&self) -> &'static str {
        NAME
    }

    fn accepts(&self, identifier: &Identifier) -> bool {
        matches!(identifier, Identifier::Wikidata(_))
    }

    fn by_identifier(&self, client: &Client, identifier: &Identifier) -> LookupResult {
        let Identifier::Wikidata(item) = identifier else {
            return Ok(None);
        };
        let address = format!("https://www.wikidata.org/wiki/Special:EntityData/{item}.json");
        let request = ClientRequest::new(NAME, &address, JSON);
        let Some(mut response) = response_or_none(client, &request)? else {
            return Ok(None);
        };
        let answer = json(&request, &response)?;
        // After a merge, the answer has another number.
        let Some(entity) = answer
            .get("entities")
            .and_then(Json::as_object)
            .and_then(|entities| entities.values().next())
        else {
            return Ok(None);
        };
        let claims = entity.get("claims").unwrap_or(&Json::Null);
        if let Some(doi) = text(claims, "P356")
            && let Ok(Some(better)) = super::doi::record(client, &doi)
        {
            return Ok(Some(better));
        }
        let labels = labels(client, claims);
        let Some(builder) = builder(entity, claims, &labels) else {
            return Ok(None);
        };
        response.address = format!("https://www.wikidata.org/wiki/{item}");
        Ok(Some(builder.record(NAME, &response)))
    }
}

/// Returns the values of a property that are not deprecated.
fn values<'j>(claims: &'j Json, property: &str) -> impl Iterator<Item = (&'j Json, &'j Json)> {
    members(claims, property)
        .iter()
        .filter(|claim| member(claim, "rank") != "deprecated")
        .filter_map(|claim| Some((claim, claim.pointer("/mainsnak/datavalue/value")?)))
}

/// Returns the first value of a property as text.
fn text(claims: &Json, property: &str) -> Option<String> {
    let (_, value) = values(claims, property).next()?;
    let text = value.as_str().unwrap_or_else(|| member(value, "text"));
    (!text.is_empty()).then(|| text.to_owned())
}

fn items<'j>(claims: &'j Json, property: &str) -> impl Iterator<Item = (&'j Json, &'j str)> {
    values(claims, property).map(|(claim, value)| (claim, member(value, "id")))
}

/// The properties whose values are items whose label is needed.
const LABELLED: &[&str] = &["P50", "P98", "P655", "P123", "P1433", "P291", "P407"];

/// Returns the labels of the items that a work refers to. Without them, the work is incomplete, not wrong.
fn labels(client: &Client, claims: &Json) -> HashMap<String, String> {
    let mut ids: Vec<&str> = LABELLED
        .iter()
        .flat_map(|property| items(claims, property))
        .map(|(_, id)| id)
        .filter(|id| id.starts_with('Q') && id.len() < 20)
        .collect();
    ids.sort_unstable();
    ids.dedup();
    let mut labels = HashMap::new();
    for ids in ids.chunks(50) {
        let address = format!(
            "https://www.wikidata.org/w/api.php?action=wbgetentities&ids={}&props=labels\
             &languages=en%7Cmul%7Cde%7Cfr%7Ces&format=json",
            ids.join("%7C")
        );
        let request = ClientRequest::new(NAME, &address, JSON);
        let Ok(Some(response)) = response_or_none(client, &request) else {
            continue;
        };
        let Ok(answer) = json(&request, &response) else {
            continue;
        };
        let entities = answer.get("entities").and_then(Json::as_object);
        for (id, entity) in entities.into_iter().flatten() {
            let named = entity.get("labels").and_then(Json::as_object);
            let label = named.and_then(|labels| {
                let first = ["en", "mul"]
                    .iter()
                    .find_map(|language| labels.get(*language));
                first.or_else(|| labels.values().next())
            });
            if let Some(label) = label {
                labels.insert(id.clone(), member(label, "value").to_owned());
            }
        }
    }
    labels
}

fn builder(
    entity: &Json,
    claims: &Json,
    labels: &HashMap<String, String>,
) -> Option<RecordBuilder> {
    let classes: Vec<&str> = items(claims, "P31").map(|(_, id)| id).collect();
    let known = TYPES.iter().find(|(class, _)| classes.contains(class));
    let mut builder = RecordBuilder::new(known.map_or("document", |(_, csl)| *csl));
    let title = text(claims, "P1476").or_else(|| {
        let labels = entity.get("labels")?.as_object()?;
        let label = labels.get("en").or_else(|| labels.values().next())?;
        Some(member(label, "value").to_owned())
    })?;
    let title = match text(claims, "P1680") {
        Some(subtitle) if !title.contains(&subtitle) => format!("{title}: {subtitle}"),
        _ => title,
    };
    builder.text("title", &title);
    if !builder.has("title") {
        return None;
    }
    let label = |property: &str| {
        let mut labelled = items(claims, property).filter_map(|(_, id)| labels.get(id));
        labelled.next().cloned().unwrap_or_default()
    };
    // Authors are items (P50) or plain names (P2093), each with its place in the list (P1545).
    let place = |claim: &Json| {
        let place = claim.pointer("/qualifiers/P1545/0/datavalue/value");
        let place = place
            .and_then(Json::as_str)
            .and_then(|place| place.parse::<u32>().ok());
        place.unwrap_or(u32::MAX)
    };
    let mut authors: Vec<(u32, String)> = items(claims, "P50")
        .filter_map(|(claim, id)| Some((place(claim), labels.get(id)?.clone())))
        .collect();
    let named = values(claims, "P2093");
    authors
        .extend(named.filter_map(|(claim, name)| Some((place(claim), name.as_str()?.to_owned()))));
    authors.sort_by_key(|(place, _)| *place);
    builder.names(
        "author",
        authors
            .iter()
            .filter_map(|(_, name)| whole_name(name))
            .collect(),
    );
    for (property, variable) in [("P98", "editor"), ("P655", "translator")] {
        let names = items(claims, property).filter_map(|(_, id)| whole_name(labels.get(id)?));
        builder.names(variable, names.collect());
    }
    builder.text("container-title", &label("P1433"));
    builder.text("publisher", &label("P123"));
    builder.text("publisher-place", &label("P291"));
    for (property, variable) in [
        ("P478", "volume"),
        ("P433", "issue"),
        ("P304", "page"),
        ("P1104", "number-of-pages"),
    ] {
        builder.text(variable, &text(claims, property).unwrap_or_default());
    }
    let isbn = text(claims, "P212").or_else(|| text(claims, "P957"));
    if let Some(isbn) = isbn.and_then(|isbn| isbn.parse::<crate::model::Isbn>().ok()) {
        builder.text("ISBN", &isbn.to_string());
    }
    builder.doi(&text(claims, "P356").unwrap_or_default());
    if let Some((_, date)) = values(claims, "P577").next() {
        let precision = date.get("precision").and_then(Json::as_u64).unwrap_or(9);
        let time = member(date, "time").trim_start_matches('+');
        let parts: Vec<i32> = time
            .split(['-', 'T'])
            .take(3)
            .filter_map(|part| part.parse().ok())
            .collect();
        let known = match precision {
            11.. => 3,
            10 => 2,
            _ => 1,
        };
        builder.date_parts("issued", parts.into_iter().take(known).collect());
    }
    if !builder.has("DOI") {
        let url = text(claims, "P953").or_else(|| text(claims, "P856"));
        builder.url(&url.unwrap_or_default());
    }
    Some(builder)
}
