//! Entries that are tagged `status:unverified`.

use super::{CheckedEntry, RuleFinding, Severity, VerificationStatus};

pub(super) fn look(entry: &CheckedEntry<'_>, found: &mut Vec<RuleFinding>) {
    let VerificationStatus::Unverified { why } = &entry.status else {
        return;
    };
    let message = match why {
        Some(why) => format!("unverified: {why}"),
        None => "unverified: nobody has compared the entry with a source".to_owned(),
    };
    found.push(RuleFinding {
        severity: Severity::Notice,
        field: None,
        message,
        help: "compare the entry with the work or a reliable source, and tag it status:verified"
            .to_owned(),
        fix: None,
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::bibtex::{self, Strings};

    #[test]
    fn an_unverified_entry_is_reported_with_the_reason() {
        let work = bibtex::parse_entry("@misc{a, title = {A}}").unwrap();
        let messages = |status: VerificationStatus| -> Vec<String> {
            let entry =
                CheckedEntry::new(&work, &Strings::default(), &|_| None).with_status(status);
            let mut found = Vec::new();
            look(&entry, &mut found);
            found.into_iter().map(|found| found.message).collect()
        };
        assert_eq!(messages(VerificationStatus::Unsaid), [""; 0]);
        assert_eq!(
            messages(VerificationStatus::Unverified {
                why: Some("no source confirms: date".to_owned())
            }),
            ["unverified: no source confirms: date"]
        );
        assert_eq!(
            messages(VerificationStatus::Unverified { why: None }),
            ["unverified: nobody has compared the entry with a source"]
        );
    }
}
