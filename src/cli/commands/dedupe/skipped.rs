//! The groups that a user skipped in earlier sessions.
//!
//! They come last in the next session, so that it goes on where the one before ended. The file can be deleted at any
//! time: nothing is lost but this order.

use std::collections::HashSet;
use std::path::PathBuf;

use crate::cli::CommandContext;
use crate::cli::io;

/// The groups that were skipped, and the file that remembers them.
pub(super) struct Skipped {
    path: Option<PathBuf>,
    groups: HashSet<String>,
}

impl Skipped {
    /// Reads the groups that were skipped in a library.
    pub(super) fn read(library: &std::path::Path) -> Self {
        let library = std::path::absolute(library).unwrap_or_else(|_| library.to_path_buf());
        // A name for each library that is a file name everywhere.
        let name: String = library
            .to_string_lossy()
            .chars()
            .map(|c| if c.is_alphanumeric() { c } else { '_' })
            .collect();
        let start = name.char_indices().rev().nth(150).map_or(0, |(at, _)| at);
        let name = name.get(start..).unwrap_or_default();
        let path = CommandContext::cache_directory()
            .map(|directory| directory.join("skipped").join(format!("{name}.txt")));
        let text = path.as_ref().and_then(|path| io::read_text_file(path).ok());
        Self {
            groups: text
                .unwrap_or_default()
                .lines()
                .map(str::to_owned)
                .collect(),
            path,
        }
    }

    /// Returns whether a group was skipped.
    pub(super) fn contains(&self, keys: &[String]) -> bool {
        self.groups.contains(&line(keys))
    }

    /// Remembers a group, or forgets it.
    pub(super) fn set(&mut self, keys: &[String], is_skipped: bool) {
        let changed = if is_skipped {
            self.groups.insert(line(keys))
        } else {
            self.groups.remove(&line(keys))
        };
        if let (true, Some(path)) = (changed, &self.path) {
            let mut lines: Vec<&str> = self.groups.iter().map(String::as_str).collect();
            lines.sort_unstable();
            let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
            // Without the file, skipped groups come in their usual order.
            if let Some(directory) = path.parent() {
                let _ = std::fs::create_dir_all(directory);
            }
            let _ = std::fs::write(path, text);
        }
    }
}

/// Returns a group as a line: its keys in order.
fn line(keys: &[String]) -> String {
    let mut keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    keys.sort_unstable();
    keys.join("\t")
}
