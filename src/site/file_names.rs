//! File names of pages: recognizable, valid on every file system, and unique even where case does not count.

use std::collections::HashSet;

/// The longest file name, in bytes, without its extension.
const LONGEST: usize = 100;

/// Names that Windows reserves for devices.
const RESERVED: &[&str] = &[
    "con", "prn", "aux", "nul", "com1", "com2", "com3", "com4", "com5", "com6", "com7", "com8",
    "com9", "lpt1", "lpt2", "lpt3", "lpt4", "lpt5", "lpt6", "lpt7", "lpt8", "lpt9", "index",
];

/// Assigns file names within one folder.
#[derive(Debug, Default)]
pub(super) struct FileNames {
    taken: HashSet<String>,
}

impl FileNames {
    /// Returns a file name for `text`, without an extension. Texts that are assigned in the same order get the same
    /// names.
    pub(super) fn assign(&mut self, text: &str) -> String {
        let base = base(text);
        let mut name = base.clone();
        let mut number = 2;
        while !self.taken.insert(crate::text::fold(&name)) {
            name = format!("{base}-{number}");
            number += 1;
        }
        name
    }
}

fn base(text: &str) -> String {
    let mut name = String::new();
    for character in text.chars() {
        let kept = character.is_alphanumeric() || matches!(character, '-' | '_' | '.' | '+');
        let character = if kept { character } else { '-' };
        if name.len() + character.len_utf8() > LONGEST {
            break;
        }
        name.push(character);
    }
    let name = name.trim_matches(['-', '.']);
    // `NUL.tar` is reserved, too.
    let stem = name.split('.').next().unwrap_or_default().to_lowercase();
    match name {
        "" => "work".to_owned(),
        name if RESERVED.contains(&stem.as_str()) => format!("{name}-"),
        name => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_names_are_unique_and_valid_everywhere() {
        let mut names = FileNames::default();
        assert_eq!(names.assign("benkler2002coase"), "benkler2002coase");
        assert_eq!(names.assign("Benkler2002Coase"), "Benkler2002Coase-2");
        assert_eq!(names.assign("DBLP:conf/x"), "DBLP-conf-x");
        assert_eq!(names.assign("../../etc/passwd"), "etc-passwd");
        assert_eq!(names.assign("NUL"), "NUL-");
        assert_eq!(names.assign("宇沢2000"), "宇沢2000");
        assert_eq!(names.assign("???"), "work");
        assert_eq!(names.assign("???"), "work-2");
        assert!(names.assign(&"x".repeat(500)).len() <= LONGEST + 4);
    }
}
