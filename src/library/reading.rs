//! References of files that are formatted without any library.

use super::CitableWork;
use super::works::LazyItem;
use crate::formats::ParsedFile;
use crate::formats::bibtex::{Duplicate, FilePiece};

impl CitableWork {
    /// Returns the references of a file, in its order, without any library. Those of a file that is not
    /// BibTeX or BibLaTeX are as they were read, with all their variables.
    pub fn of_reading(reading: &ParsedFile) -> Vec<Self> {
        let mut references = Self::of_file(&reading.file);
        let Some(items) = &reading.items else {
            return references;
        };
        // Entries that say the same as one before them are no references of their own.
        let works = reading.file.pieces.iter().filter_map(|piece| match piece {
            FilePiece::Entry { duplicate, .. } => Some(duplicate),
            _ => None,
        });
        let kept = works
            .zip(items)
            .filter(|(duplicate, _)| !matches!(duplicate, Some(Duplicate::Identical)));
        for (reference, (_, item)) in references.iter_mut().zip(kept) {
            reference.item = LazyItem::Read(item.clone());
        }
        references
    }
}
