//! Looking at files that may change.

use std::path::Path;
use std::time::{Duration, SystemTime};

/// The interval between looks. A look costs one system call per file.
pub(crate) const PAUSE: Duration = Duration::from_millis(300);

/// The modification time and the length of a file; `None` if there is none.
pub(crate) type FileStamp = Option<(SystemTime, u64)>;

/// Looks at a file.
pub(crate) fn look(file: &Path) -> FileStamp {
    let metadata = std::fs::metadata(file).ok()?;
    // Readers create and delete an empty journal of the library, which is no change.
    let is_empty_journal =
        metadata.len() == 0 && file.extension().is_some_and(|end| end == "db-wal");
    if is_empty_journal {
        return None;
    }
    Some((metadata.modified().ok()?, metadata.len()))
}
