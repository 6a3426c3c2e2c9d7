//! Updating the output whenever an input changes.

use std::path::PathBuf;

use crate::cli::watch::{FileStamp, PAUSE, look};
use crate::cli::{CommandContext, Result};

/// Runs `write`, which reports the files that it reads, whenever one of them changes. Errors are reported, and
/// the next change tries again. It only returns if the first run has a usage error.
pub(crate) fn run(context: &CommandContext, write: impl Fn(&mut Vec<PathBuf>) -> Result) -> Result {
    let mut files = Vec::new();
    let mut is_first = true;
    loop {
        let mut read = Vec::new();
        let before: Vec<(PathBuf, FileStamp)> = looks(&files);
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
        let seen: Vec<(PathBuf, FileStamp)> = looks(&files)
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

fn looks(files: &[PathBuf]) -> Vec<(PathBuf, FileStamp)> {
    files
        .iter()
        .map(|file| (file.clone(), look(file)))
        .collect()
}
