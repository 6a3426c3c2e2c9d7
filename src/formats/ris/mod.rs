//! RIS, the format in which publishers, databases, EndNote, Mendeley and Zotero exchange references.
//!
//! The source is the RIS specification of Research Information Systems (2001, with the types and tags
//! that EndNote added in 2011), and where it leaves things open, what Zotero's translator reads and
//! writes. A record is a run of lines `XX  - value`, from `TY` to `ER`.

mod read;
pub(super) mod types;
mod write;

pub(super) use read::tagged;

use super::item_builder::files;
use super::losses::{compare, fields_without_variable};
use super::{
    ExportInput, ExportedWork, Joint, ReadFormat, Records, WriteFormat, WriteResult, file_field,
};
use crate::model::SharedText;

/// Reads and writes RIS.
pub(crate) struct Ris;

/// Returns whether a line near the beginning of a text opens a record; databases put text before
/// the first one.
pub(crate) fn sniff(text: &str) -> bool {
    read::lines(text.trim_start_matches('\u{feff}'))
        .filter(|line| !line.trim().is_empty())
        // A field of BibTeX may hold anything.
        .take_while(|line| !line.trim_start().starts_with('@'))
        .take(20)
        .any(|line| read::tagged(line).is_some_and(|(tag, _)| tag == "TY"))
}

impl ReadFormat for Ris {
    fn read(&self, text: &SharedText) -> Records {
        Records::Items(read::read_items(text))
    }
}

impl WriteFormat for Ris {
    fn write(&self, export: &ExportInput<'_>) -> WriteResult {
        let mut written = WriteResult::default();
        for work in export.works {
            let files = linked_files(work);
            let record = write::record(work.item, &files);
            let back = read::read_items(&record).items.into_iter().next();
            let losses = fields_without_variable(work.work, "RIS").into_iter();
            written
                .losses
                .extend(losses.filter(|loss| loss.field != "file" || files.is_empty()));
            let back = back.map(|back| back.item);
            written
                .losses
                .extend(compare(work.item, back.as_ref(), "RIS"));
            written.text.push_str(&record);
            written.text.push_str("\r\n");
        }
        written
    }

    fn joint(&self) -> Option<Joint> {
        Some(Joint::default())
    }
}

/// Returns the linked files of a work.
fn linked_files(work: &ExportedWork<'_>) -> Vec<String> {
    let of_entry = work.work.field("file").map(|field| {
        let named = file_field::read(field).into_iter();
        named.map(|file| file.path).collect()
    });
    of_entry.unwrap_or_else(|| files(work.item).into_iter().map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::CslItem;

    fn item(json: &str) -> CslItem {
        serde_json::from_str(json).unwrap()
    }

    fn losses(item: &CslItem) -> Vec<String> {
        let record = write::record(item, &[]);
        let back = read::read_items(&record).items.remove(0).item;
        let losses = compare(item, Some(&back), "RIS").into_iter();
        losses.map(|loss| loss.field).collect()
    }

    #[test]
    fn what_ris_can_hold_comes_back() {
        for json in [
            r#"{"id":"a","type":"article-journal","title":"T: <i>x</i>","container-title":"J",
                "container-title-short":"J.","volume":"3","issue":"2-3","page":"369-446",
                "issued":{"date-parts":[[2002,12,1]]},"author":[{"family":"Benkler","given":"Yochai"},
                {"literal":"P2P Foundation"},{"family":"Beethoven","dropping-particle":"van","given":"L.","suffix":"Jr."}],
                "DOI":"10.2307/1562247","URL":"https://a.example/x","ISSN":"0044-0094","abstract":"One\nTwo",
                "keyword":"commons, law","language":"en-US","note":"n","annote":"private","title-short":"T",
                "accessed":{"date-parts":[[2020,1,2]]}}"#,
            r#"{"id":"b","type":"chapter","title":"T","container-title":"B","collection-title":"S",
                "editor":[{"family":"E","given":"F."}],"translator":[{"family":"G","given":"H."}],
                "collection-editor":[{"family":"I","given":"J."}],"page":"7","publisher":"P",
                "publisher-place":"Berlin","edition":"2","volume":"1","number-of-volumes":"3","ISBN":"978-0-300-11056-2",
                "issued":{"literal":"forthcoming"}}"#,
            r#"{"id":"c","type":"book","title":"T","collection-title":"S","collection-number":"4",
                "number-of-pages":"320","ISBN":"978-0-300-11056-2","issued":{"date-parts":[[2006]],"season":2}}"#,
            r#"{"id":"d","type":"thesis","title":"T","genre":"PhD thesis","publisher":"U","number-of-pages":"99"}"#,
            r#"{"id":"e","type":"report","title":"T","number":"TR-7","publisher":"I","collection-title":"S","page":"1-4"}"#,
            r#"{"id":"f","type":"paper-conference","title":"T","container-title":"Proceedings","event-title":"Conf","event-place":"Rome","page":"1-4"}"#,
            r#"{"id":"g","type":"webpage","title":"T","container-title":"Site","URL":"https://a.example"}"#,
        ] {
            let item = item(json);
            assert_eq!(losses(&item), [""; 0], "{}", write::record(&item, &[]));
        }
    }

    #[test]
    fn what_ris_cannot_hold_is_reported() {
        let item = item(
            r#"{"id":"a","type":"interview","title":"T","scale":"1:2","interviewer":[{"family":"A"}],
                "issued":{"date-parts":[[2001],[2003]]}}"#,
        );
        assert_eq!(losses(&item), ["type", "interviewer", "issued", "scale"]);
    }

    #[test]
    fn records_of_every_type_keep_it() {
        for (_, csl_type) in types::PREFERRED {
            let item = item(&format!(r#"{{"id":"a","type":"{csl_type}","title":"T"}}"#));
            assert_eq!(losses(&item), [""; 0], "{csl_type}");
        }
    }
}
