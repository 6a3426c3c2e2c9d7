//! Lists of the fixtures that are known not to pass, which the suites of the citation processor share.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use libtest_mimic::{Failed, Trial};

/// The fixtures that are known not to pass, each with its reason.
pub(crate) struct KnownFailures(BTreeMap<String, String>);

impl KnownFailures {
    /// Reads a list with one line for each fixture: its name, a colon and the reason.
    pub(crate) fn read(path: &Path) -> Self {
        let text = fs::read_to_string(path).unwrap_or_default();
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        let pairs = lines.filter_map(|line| line.split_once(':'));
        Self(
            pairs
                .map(|(name, reason)| (name.trim().to_owned(), reason.trim().to_owned()))
                .collect(),
        )
    }

    /// Compares the outcome of a fixture with what the list says of it.
    pub(crate) fn judge(&self, name: &str, outcome: Result<(), String>) -> Result<(), Failed> {
        match (outcome, self.0.get(name)) {
            (Ok(()), None) | (Err(_), Some(_)) => Ok(()),
            (Ok(()), Some(reason)) => Err(Failed::from(format!(
                "it passes; remove it from the list, which says: {reason}"
            ))),
            (Err(difference), None) => Err(Failed::from(difference)),
        }
    }

    /// Returns a test that fails if the list names what is not one of the fixtures.
    pub(crate) fn test_of_names(&self, fixtures: &[String]) -> Trial {
        let listed = self.0.keys().filter(|name| !fixtures.contains(name));
        let unknown: Vec<String> = listed.cloned().collect();
        Trial::test("known failures are fixtures", move || {
            if unknown.is_empty() {
                return Ok(());
            }
            Err(Failed::from(format!("no fixtures: {}", unknown.join(", "))))
        })
    }
}
