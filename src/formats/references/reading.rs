//! What an item says of the reference that it was read from: its text and the confidence, in the variable `custom`.

use serde_json::{Value as Json, json};

use crate::model::{CslDate, CslItem, CslValue};

/// Returns the text of the reference that an item was read from, and the confidence of the reading.
pub fn reading_of(item: &CslItem) -> Option<(String, f64)> {
    let CslValue::Other(Json::Object(custom)) = item.variables.get("custom")? else {
        return None;
    };
    let own = custom.get("peerbib")?;
    let source = own.get("source")?.as_str()?.to_owned();
    Some((source, own.get("confidence")?.as_f64()?))
}

/// Returns why an item that was read from a reference list is too incomplete to become a work, if it is, as the end of
/// a sentence whose subject is the entry.
pub(crate) fn incomplete(item: &CslItem) -> Option<String> {
    let (_, confidence) = reading_of(item)?;
    let has_title = item
        .text("title")
        .is_some_and(|title| title.chars().filter(|c| c.is_alphabetic()).count() >= 2);
    let has_names = !item.principal_names().is_empty();
    let is_dated = item.date("issued").and_then(CslDate::year).is_some();
    let has_address = ["URL", "DOI", "ISBN"]
        .iter()
        .any(|variable| item.variables.contains_key(variable));
    if !has_title {
        return Some("has no title that could be recognized".to_owned());
    }
    if !has_names && !is_dated && !has_address {
        return Some("has neither names nor a date nor an address".to_owned());
    }
    (confidence < LEAST_CONFIDENCE)
        .then(|| format!("could not be read with confidence ({confidence:.2})"))
}

/// References that were read with less confidence do not become works.
const LEAST_CONFIDENCE: f64 = 0.02;

/// Records in an item what it was read from, and the confidence of the reading.
pub fn set_reading(item: &mut CslItem, source: &str, confidence: f32) {
    let confidence = (f64::from(confidence) * 100.0).round() / 100.0;
    let custom = json!({"peerbib": {"source": source, "confidence": confidence}});
    item.variables
        .insert("custom".to_owned(), CslValue::Other(custom));
}
