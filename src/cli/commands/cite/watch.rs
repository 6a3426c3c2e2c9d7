//! Writing the output again whenever what it comes from changes.

use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use crate::cli::{CommandContext, Result};

/// How long to wait before looking again. Looking costs a system call a file, and nobody notices the delay.
const PAUSE: Duration = Duration::from_millis(300);

/// What a file looks like from outside: when it was changed, and how long it is. None where there is none.
type Look = Option<(SystemTime, u64)>;

/// Runs `write`, which tells the files that it reads, again whenever one of them changes. What fails is
/// told, and tried again after the next change. It never ends by itself, unless the first run shows that
/// what was asked for cannot be done at all.
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
        // After a failure nobody knows all files; those of the last time may be the ones to mend.
        files.retain(|file| !read.contains(file));
        read.append(&mut files);
        files = read;
        if is_first {
            context.note("watching for changes; Ctrl-C ends this");
            is_first = false;
        }
        // What changed while the output was written is looked at again.
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
    // The journal of a library comes and goes with each reader; only what is in it is a change.
    let is_empty_journal =
        metadata.len() == 0 && file.extension().is_some_and(|end| end == "db-wal");
    if is_empty_journal {
        return None;
    }
    Some((metadata.modified().ok()?, metadata.len()))
}
