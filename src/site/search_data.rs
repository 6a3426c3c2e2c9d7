//! The works as the search in the browser needs them: one script that sets a variable, because pages opened from a
//! disk cannot load JSON.

use serde_json::{Value, json};

use super::SiteContent;
use super::views::Views;

/// Returns the script. Its text contains no `<` and no line separators, so it is valid wherever it is put.
pub(super) fn script(content: &SiteContent, views: &Views) -> String {
    let facets: Vec<Value> = views
        .filters
        .iter()
        .map(|filter| {
            let values: Vec<Value> = filter
                .values
                .iter()
                .map(|(name, label)| json!({"name": name, "label": label}))
                .collect();
            json!({"name": filter.name, "label": filter.label, "values": values})
        })
        .collect();
    let works: Vec<Value> = content
        .works
        .iter()
        .zip(&views.works)
        .enumerate()
        .map(|(number, (work, view))| {
            let values: Vec<&Vec<usize>> = views
                .filters
                .iter()
                .filter_map(|filter| filter.of_works.get(number))
                .collect();
            let text = ["container-title", "publisher", "DOI", "ISBN"]
                .iter()
                .filter_map(|variable| work.item.text(variable))
                .collect::<Vec<_>>()
                .join(" ");
            json!([
                format!("{}.html", view.file_in_url),
                view.key,
                view.authors,
                work.work.year,
                view.title,
                crate::model::markup::plain(&text),
                values
            ])
        })
        .collect();
    let words = json!({
        "none": views.words.get("none"),
        "one": views.words.get("one"),
        "many": views.words.get("many"),
    });
    let data = json!({"words": words, "facets": facets, "works": works});
    let data = data
        .to_string()
        .replace('<', "\\u003c")
        .replace('\u{2028}', "\\u2028")
        .replace('\u{2029}', "\\u2029");
    format!("window.peerbibWorks = {data};\n")
}
