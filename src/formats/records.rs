//! Writing a record for each work, and what of it the format could not hold.

use rayon::prelude::*;

use super::csl_to_bib::ParsedItems;
use super::losses::{compare, fields_without_variable};
use super::{ExportInput, Loss};
use crate::model::CslItem;

/// Writes a record for each work, and reads each again to find what was lost. `read` gets what `write` returned. A
/// format without citation keys loses them.
pub(crate) fn write_records(
    export: &ExportInput<'_>,
    title: &str,
    write: impl Fn(&CslItem) -> String + Sync,
    read: impl Fn(&str) -> ParsedItems + Sync,
) -> (Vec<String>, Vec<Loss>) {
    let written: Vec<(String, Vec<Loss>)> = export
        .works
        .par_iter()
        .map(|work| {
            let record = write(work.item);
            let mut losses = fields_without_variable(work.work, title);
            let mut back = read(&record).items.into_iter().next().map(|back| back.item);
            if let Some(back) = &mut back
                && back.id.is_empty()
                && !work.item.id.is_empty()
            {
                back.id.clone_from(&work.item.id);
                losses.push(Loss {
                    key: work.item.id.clone(),
                    field: "key".to_owned(),
                    reason: format!("is not supported by {title}"),
                });
            }
            losses.extend(compare(work.item, back.as_ref(), title));
            (record, losses)
        })
        .collect();
    let (records, losses): (Vec<String>, Vec<Vec<Loss>>) = written.into_iter().unzip();
    (records, losses.into_iter().flatten().collect())
}
