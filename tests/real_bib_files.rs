//! Every `.bib` file of other projects' test suites is read without loss, crash or hang.
//!
//! The files are in the folder `REAL_BIB_FILES` (default `../shared/bib/real`). For each: the pieces joined are
//! the file; the bytes can be written again; every entry that an independent, naive counter sees is a work,
//! or is rejected with a reason; each work can be parsed again from its verbatim text and has a CSL item.
//! The reasons for counts that differ are in `tests/data/bibtex/entry_count_exceptions.txt`.

#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::string_slice)]

use std::borrow::Cow;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use libtest_mimic::{Arguments, Failed, Trial};
use peerbib::formats::bibtex::{self, FilePiece};

fn main() {
    let arguments = Arguments::from_args();
    let folder = std::env::var_os("REAL_BIB_FILES")
        .map_or_else(|| PathBuf::from("../shared/bib/real"), PathBuf::from);
    if !folder.is_dir() {
        println!("{} is not there: nothing to test", folder.display());
        return;
    }
    let exceptions = exceptions();
    let mut paths = Vec::new();
    bib_files(&folder, &mut paths);
    paths.sort();
    let trials = paths.into_iter().map(|path| {
        let name = path
            .strip_prefix(&folder)
            .unwrap_or(&path)
            .to_string_lossy()
            .into_owned();
        let expected = exceptions.get(&name).copied();
        Trial::test(name, move || check(&path, expected))
    });
    libtest_mimic::run(&arguments, trials.collect()).exit();
}

fn bib_files(folder: &Path, paths: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            bib_files(&path, paths);
        } else {
            paths.push(path);
        }
    }
}

/// Lines of the form `path<TAB>number of entries<TAB>reason`; `#` begins a comment.
fn exceptions() -> HashMap<String, usize> {
    include_str!("data/bibtex/entry_count_exceptions.txt")
        .lines()
        .filter(|line| !line.starts_with('#') && !line.trim().is_empty())
        .map(|line| {
            let mut columns = line.split('\t');
            let path = columns.next().unwrap().to_owned();
            let count = columns.next().unwrap().parse().unwrap();
            assert!(columns.next().is_some(), "no reason for {path}");
            (path, count)
        })
        .collect()
}

fn check(path: &Path, expected: Option<usize>) -> Result<(), Failed> {
    let bytes = std::fs::read(path)?;
    let start = Instant::now();
    let decoded = bibtex::decode(&bytes);
    if decoded.encoding.encode(&decoded.text).as_ref() != Ok(&bytes) {
        return Err("the bytes are not written again as they were".into());
    }
    let file = bibtex::read(&decoded.text);
    let joined: String = file.pieces.iter().map(FilePiece::text).collect();
    if decoded.text != joined.as_str() {
        return Err("the pieces joined are not the file".into());
    }
    let works = file.by_key();
    let find = |key: &str| works.get(key).map(|work| Cow::Borrowed(*work));
    let mut found = 0;
    for piece in &file.pieces {
        match piece {
            FilePiece::Entry { work, .. } => {
                found += 1;
                let again = bibtex::parse_entry(work.source())?;
                if again != **work {
                    return Err(format!("{} is not parsed again as it was", work.key).into());
                }
                bibtex::derive(work, &file.strings, &find);
            }
            FilePiece::RejectedEntry { reason, .. } => {
                found += 1;
                if reason.is_empty() {
                    return Err("an entry is rejected without a reason".into());
                }
            }
            _ => {}
        }
    }
    if start.elapsed() > Duration::from_secs(20) {
        return Err(format!("took {:?}", start.elapsed()).into());
    }
    let naive = naive_count(&decoded.text);
    match expected {
        Some(expected) if expected == found => Ok(()),
        Some(expected) => Err(format!("{found} entries, {expected} by the exceptions").into()),
        None if naive == found => Ok(()),
        None => Err(format!("{found} entries read, {naive} counted").into()),
    }
}

/// Counts the lines that begin an entry: `@type{` or `@type(`, which is no `@string`, `@preamble` or `@comment`.
fn naive_count(text: &str) -> usize {
    text.split(['\n', '\r'])
        .filter(|line| {
            let Some(rest) = line.trim_start().strip_prefix('@') else {
                return false;
            };
            let Some((entry_type, _)) = rest.split_once(['{', '(']) else {
                return false;
            };
            let entry_type = entry_type.trim().to_lowercase();
            !entry_type.is_empty()
                && entry_type.chars().all(|c| c.is_alphanumeric() || c == '_')
                && !matches!(entry_type.as_str(), "string" | "preamble" | "comment")
        })
        .count()
}
