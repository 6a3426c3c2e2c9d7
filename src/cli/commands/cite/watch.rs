//! Updating the output whenever an input changes.

use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use crate::cli::{CommandContext, Result};

/// The interval between checks. A check costs one system call per file.
const PAUSE: Duration = Duration::from_millis(300);

/// The modification time and the length of a file; `None` if there is none.
type Look = Option<(SystemTime, u64)>;

/// Runs `write`, which reports the files that it reads, whenever one of them changes. Errors are reported, and
/// the next change tries again. It only returns if the first run has a usage error.
pub(crate) fn run(context: &CommandContext, write: impl Fn(&mut Vec<PathBuf>) -> Result) -> Result {
    let mut files = Vec::new();
    let mut is_first = true;
    loop {
        let mut read = Vec::new();
        let before: Vec<(PathBuf, Look)> = looks(&files);
        let outcome = write(&mut read);
        if let Err(failure) = outcome {
            if is_first && failure.is_usage() {
                return Err(failure);
            }
            failure.report();
        }
        // After a failure not all files are known; keep those of the last time.
        files.retain(|file| !read.contains(file));
        read.append(&mut files);
        files = read;
        if is_first {
            context.note("watching for changes; press Ctrl-C to stop");
            is_first = false;
        }
        // Files may have changed while the output was written.
        let seen: Vec<(PathBuf, Look)> = looks(&files)
            .into_iter()
            .map(|(file, now)| {
                let then = before.iter().find(|(known, _)| *known == file);
                let look = then.map_or(now, |(_, then)| *then);
                (file, look)
            })
            .collect();
        while looks(&files) == seen {
            std::thread::sleep(PAUSE);
        }
    }
}

fn looks(files: &[PathBuf]) -> Vec<(PathBuf, Look)> {
    files
        .iter()
        .map(|file| (file.clone(), look(file)))
        .collect()
}

fn look(file: &PathBuf) -> Look {
    let metadata = std::fs::metadata(file).ok()?;
    // Readers create and delete an empty journal of the library, which is no change.
    let is_empty_journal =
        metadata.len() == 0 && file.extension().is_some_and(|end| end == "db-wal");
    if is_empty_journal {
        return None;
    }
    Some((metadata.modified().ok()?, metadata.len()))
}
