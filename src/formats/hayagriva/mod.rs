//! Hayagriva, the YAML in which Typst keeps bibliographies (hayagriva's `docs/file-format.md`).
//!
//! Reading and writing go through hayagriva's own types, so that Typst reads the same. Two things
//! are corrected: a name in one text ("Foundation for Peer to Peer Alternatives") is not split at
//! its particles, and names are written as maps, which are not ambiguous.

mod read;
mod types;
mod write;

use super::losses::{compare, fields_without_variable};
use super::{ExportInput, Joint, ReadFormat, Records, WriteFormat, WriteResult};
use crate::model::SharedText;

/// Reads and writes Hayagriva YAML.
pub(crate) struct Hayagriva;

/// Returns whether a text looks like a YAML map of maps: its first line with content is a key
/// alone, and indented Hayagriva fields follow.
pub(crate) fn sniff(text: &str) -> bool {
    let mut lines = text
        .trim_start_matches('\u{feff}')
        .lines()
        .filter(|line| !matches!(line.trim(), "" | "---") && !line.trim_start().starts_with('#'));
    let Some(first) = lines.next() else {
        return false;
    };
    let is_key = !first.starts_with([' ', '\t', '@', '-', '{', '['])
        && first
            .split_once(": #")
            .map_or(first, |(key, _)| key)
            .trim_end()
            .ends_with(':');
    is_key
        && lines
            .take_while(|line| line.starts_with([' ', '\t']))
            .filter_map(|line| line.split_once(':'))
            .any(|(field, _)| read::FIELDS.contains(&field.trim()))
}

impl ReadFormat for Hayagriva {
    fn read(&self, text: &SharedText) -> Records {
        Records::Items(read::read_items(text))
    }
}

impl WriteFormat for Hayagriva {
    fn write(&self, export: &ExportInput<'_>) -> WriteResult {
        let mut written = WriteResult::default();
        for work in export.works {
            let (text, yaml) = write::entry(work.item);
            let back = read::written_item(&text, &yaml);
            written
                .losses
                .extend(fields_without_variable(work.work, "Hayagriva"));
            written
                .losses
                .extend(compare(work.item, back.as_ref(), "Hayagriva"));
            written.text.push_str(&text);
            written.text.push('\n');
        }
        written
    }

    fn joint(&self) -> Option<Joint> {
        Some(Joint::default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::CslItem;

    fn losses(json: &str) -> Vec<String> {
        let item: CslItem = serde_json::from_str(json).unwrap();
        let (text, yaml) = write::entry(&item);
        let read = read::read_items(&text);
        assert_eq!(read.problems, [], "{text}");
        let back = read.items.into_iter().next().map(|back| back.item);
        assert_eq!(back, read::written_item(&text, &yaml));
        let losses = compare(&item, back.as_ref(), "Hayagriva").into_iter();
        losses
            .map(|loss| format!("{} {}", loss.field, loss.reason))
            .collect()
    }

    #[test]
    fn what_hayagriva_can_hold_comes_back() {
        for json in [
            r#"{"id":"a","type":"article-journal","title":"Coase's <span class=\"nocase\">Penguin</span> {$} \\ x",
                "title-short":"Penguin","container-title":"J","container-title-short":"J.","volume":"112","issue":"3",
                "page":"369-446","issued":{"date-parts":[[2002,12,1]]},"author":[{"family":"Benkler","given":"Yochai"},
                {"literal":"Foundation for Peer to Peer Alternatives"},
                {"family":"Beethoven","non-dropping-particle":"van","given":"L.","suffix":"Jr."}],
                "DOI":"10.2307/1562247","URL":"https://a.example/x","ISSN":"0044-0094","abstract":"One: two",
                "language":"en-US","note":"n","accessed":{"date-parts":[[2020,1,2]]},
                "translator":[{"family":"T","given":"U."}]}"#,
            r#"{"id":"b: 1","type":"chapter","title":"T","container-title":"B","collection-title":"S","collection-number":"4",
                "collection-editor":[{"family":"I","given":"J."}],"container-author":[{"family":"K","given":"L."}],
                "editor":[{"family":"E","given":"F."}],"page":"7","publisher":"P","publisher-place":"Berlin",
                "edition":"2","volume":"1","number-of-volumes":"3","ISBN":"978-0-300-11056-2","chapter-number":"5",
                "issued":{"date-parts":[[-44]],"circa":true}}"#,
            r#"{"id":"1","type":"book","title":"T","collection-title":"S","number-of-pages":"320",
                "original-title":"O","original-date":{"date-parts":[[1867]]},"original-publisher":"M",
                "original-publisher-place":"Hamburg","original-author":[{"family":"Marx","given":"Karl"}],"PMID":"3"}"#,
            r#"{"id":"d","type":"thesis","title":"T","genre":"PhD thesis","publisher":"U","archive":"A","call-number":"c"}"#,
            r#"{"id":"e","type":"report","title":"T","number":"TR-7","publisher":"I","collection-title":"S"}"#,
            r#"{"id":"f","type":"paper-conference","title":"T","container-title":"P","event-title":"Conf","event-place":"Rome",
                "event-date":{"date-parts":[[2001,5]]},"editor":[{"family":"E","given":"F."}]}"#,
            r#"{"id":"g","type":"webpage","title":"T","container-title":"Site","URL":"https://a.example"}"#,
            r#"{"id":"h","type":"software","title":"T","version":"1.2","publisher":"P","authority":"A"}"#,
            r#"{"id":"i","type":"motion_picture","director":[{"family":"D","given":"E."}],"performer":[{"family":"P","given":"Q."}],"script-writer":[{"family":"W","given":"X."}]}"#,
        ] {
            assert_eq!(losses(json), [""; 0], "{json}");
        }
    }

    #[test]
    fn what_hayagriva_cannot_hold_is_reported() {
        assert_eq!(
            losses(
                r#"{"id":"a","type":"interview","title":"T <i>x</i>","scale":"1:2","interviewer":[{"family":"A"}],
                "keyword":"k","URL":"no address","issued":{"date-parts":[[2001],[2003]]},"number":"x"}"#
            ),
            [
                "type becomes “document”",
                "URL is not supported by Hayagriva",
                "interviewer is not supported by Hayagriva",
                "issued becomes “2001”",
                "keyword is not supported by Hayagriva",
                "scale is not supported by Hayagriva",
                "title becomes “T x”",
            ]
        );
    }

    #[test]
    fn entries_of_every_type_keep_it() {
        for pair in types::PAIRS {
            let json = format!(r#"{{"id":"a","type":"{}","title":"T"}}"#, pair.csl_type);
            assert_eq!(losses(&json), [""; 0]);
        }
    }
}
