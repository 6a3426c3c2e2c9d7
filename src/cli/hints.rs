//! Advice for errors: what to do next, in terms of this program's commands and options.
//!
//! The library crate reports facts and knows nothing of the command line. Each error that reaches the
//! user gets its advice here.

use std::path::Path;

use crate::cli::styles::{StyleLoadError, name_of};
use crate::cli::ui::quoted;
use peerbib::checks::UndecidedSpelling;
use peerbib::config::{ConfigError, SETTINGS, UnknownSetting};
use peerbib::library::{IntegrityIssue, IssueKind, LibraryError};
use peerbib::lookup::{LookupError, RequestFailure};
use peerbib::query::QueryError;
use peerbib::suggest::did_you_mean;
use peerbib::zotero::database::DatabaseError;

/// Returns the hint for a malformed pattern of keys.
pub(crate) fn key_pattern() -> String {
    "`peerbib rename --help` lists the markers; an example: [auth][year]".to_owned()
}

/// Returns what to do about two spellings that are equally frequent.
pub(crate) fn undecided_spelling(spelling: &UndecidedSpelling<'_>) -> String {
    let UndecidedSpelling {
        field, other, tex, ..
    } = spelling;
    let query = quoted(&format!("{field}:=\"{}\"", other.replace('"', "")));
    let value = quoted(&format!("{field}={tex}"));
    format!("choose one of them, such as with `peerbib edit --find {query} --set {value}`")
}

/// Returns the advice for an error of the library.
pub(crate) fn library(error: &LibraryError) -> Option<String> {
    use LibraryError as E;
    Some(match error {
        E::Missing(_) => "create one with `peerbib init`, or with `peerbib quickstart` to start from \
                          an example bibliography; or choose another with --library PATH"
            .to_owned(),
        E::Place { .. } => "choose another file with --library PATH".to_owned(),
        E::Foreign { .. } => {
            "nothing was changed; choose another file with --library PATH".to_owned()
        }
        E::Damaged { path, .. } => format!("nothing was changed; {}", restore(path)),
        E::Stale { .. } => "nothing was changed; make the directory writable, or free some disk space, or copy both \
                            files to another directory and choose the copy with --library PATH"
            .to_owned(),
        E::ForeignJournal { journal, .. } => format!(
            "nothing was changed; if {} belongs to another database, move it to another directory",
            journal.display()
        ),
        E::Newer { .. } => "nothing was changed; install a newer peerbib".to_owned(),
        E::ReadOnly(_) => "nothing was changed; make the file and its directory writable, free some \
                           disk space, or work on a copy with --library PATH"
            .to_owned(),
        E::Busy(_) => "nothing was changed; try again when the other program has finished, or wait \
                       longer: PEERBIB_WAIT=300 waits up to 300 seconds"
            .to_owned(),
        E::DiskFull(_) | E::System { .. } => {
            "nothing was changed; free some disk space, check that the file is writable, and try again"
                .to_owned()
        }
        E::PathEncoding(_) => "nothing was changed; rename the file or directory".to_owned(),
        E::BackupExists(_) => {
            "nothing was changed; choose another file, or overwrite this one with --force".to_owned()
        }
        E::BackupPlace { .. } => "nothing was changed; choose another file".to_owned(),
        E::UnknownKey { suggestions, .. } => {
            suggested(suggestions, "`peerbib find` lists the works with their keys")
        }
        E::UnknownTag { suggestions, .. } => suggested(suggestions, "`peerbib tags` lists the tags"),
        E::MalformedTag { .. } => "write a tag as FACET:NAME, such as theme:germ-form".to_owned(),
        E::AmbiguousTag { .. } => "include the facet: FACET:NAME".to_owned(),
        E::TagCycle { .. } | E::TagTooDeep { .. } => "choose another parent".to_owned(),
        E::TakenTag { holder, .. } => format!(
            "choose another name; if both mean the same, `peerbib tags merge` merges the other tag into \
             {holder}"
        ),
        E::MalformedDate { .. } => {
            "write an EDTF date or interval: 2009, 2009-03-27, 1999/2013, 2005/..".to_owned()
        }
        E::UnknownRule { suggestions, .. } => {
            suggested(suggestions, "`peerbib rules` lists the rules")
        }
        E::NoStep(_) | E::UnknownStep(_) => "`peerbib log` shows the history".to_owned(),
        E::StepState { .. } => "`peerbib log` shows the state of each step".to_owned(),
        E::StepConflict { step, by, .. } => match by {
            Some((by, _)) => format!(
                "nothing was changed; run `peerbib undo {by}` first, or make the change by hand: \
                 `peerbib log --show {step}` shows it"
            ),
            None => format!(
                "nothing was changed; make the change by hand: `peerbib log --show {step}` shows it"
            ),
        },
        E::EarlierStepUndone { earlier, .. } => {
            format!("nothing was changed; run `peerbib redo {earlier}` first")
        }
        E::ChangedMeanwhile(_) => "nothing was changed; run the command again".to_owned(),
        E::UnreadableWork { key, .. } => {
            format!("nothing was lost: `peerbib show {key} --source` prints the stored text")
        }
        E::UnmatchedBraces { .. } => "nothing was changed; balance the braces; write a literal brace \
                                      as \\textbraceleft{} or \\textbraceright{}"
            .to_owned(),
        E::UnreadableEntry(_) => {
            "nothing was changed; write an entry as @type{key, field = {value}, \u{2026}}".to_owned()
        }
        E::TakenKey { holder, .. } => format!(
            "choose another key; if both are the same work, `peerbib dedupe merge` merges the other \
             into {holder}"
        ),
        E::MalformedKey(_) => {
            "a key contains no white space and none of , { } ( ) \" ' = # % @ ~ \\ $".to_owned()
        }
        E::UnknownList {
            suggestions, known, ..
        } => known_names(
            suggestions,
            known,
            "the lists are",
            "`peerbib list new NAME` creates one",
        ),
        E::TakenListName(name) => {
            format!("choose another name, or edit that list with `peerbib list edit {name}`")
        }
        E::MalformedListName(_) => {
            "a name consists of letters, digits, hyphens, dots and underscores: commons-101".to_owned()
        }
        E::UnknownSnapshot {
            suggestions, known, ..
        } => known_names(
            suggestions,
            known,
            "the snapshots are",
            "`peerbib list snapshot` saves one",
        ),
        E::UnreadableSnapshot { .. } => {
            "restore a backup of the library with `peerbib backup --restore FILE`".to_owned()
        }
        E::TakenSnapshotName(_) => "a snapshot never changes; choose another name".to_owned(),
        _ => return None,
    })
}

/// Returns the advice for an error in a query.
pub(crate) fn query(error: &QueryError) -> Option<String> {
    match error {
        QueryError::Malformed { help, .. } | QueryError::Unknown { help, .. } => Some(
            help.clone()
                .unwrap_or_else(|| "`peerbib find --help` explains the query language".to_owned()),
        ),
        QueryError::NotInLibrary { error, .. } => library(error),
        QueryError::Library(error) => library(error),
        _ => None,
    }
}

/// Returns the advice for an error in the configuration.
pub(crate) fn config(error: &ConfigError) -> Option<String> {
    const EDIT: &str = "`peerbib config edit` opens the file";
    Some(match error {
        ConfigError::Unreadable { .. } => {
            "make the file readable, or name another in PEERBIB_CONFIG".to_owned()
        }
        ConfigError::Malformed { .. } => {
            format!("write one setting per line, such as style = \"apa\"; {EDIT}")
        }
        ConfigError::Unknown { error, .. } if !error.suggestions.is_empty() => {
            format!("{} {EDIT}", setting(error))
        }
        ConfigError::Unknown { error, .. } => format!("{}; {EDIT}", setting(error)),
        ConfigError::InvalidValue { expected, .. } => format!("expected {expected}; {EDIT}"),
        ConfigError::InvalidVariable { expected, .. } => format!("expected {expected}"),
        _ => return None,
    })
}

/// Returns the advice for a request to a metadata service that failed.
pub(crate) fn lookup(error: &LookupError) -> Option<String> {
    Some(match failure(&error.failure) {
        RequestFailure::Offline => "leave out --offline to ask the service".to_owned(),
        RequestFailure::Address => "give an address that begins with https://".to_owned(),
        RequestFailure::Timeout(_) => {
            "try again later, or wait longer: `peerbib config set lookup.timeout 60`".to_owned()
        }
        RequestFailure::Connection(_) => "check your connection to the Internet, and try again".to_owned(),
        RequestFailure::RateLimit(_) | RequestFailure::Status(429) => {
            "try again later; services are more generous to users who say who they are: `peerbib config set \
             lookup.email ADDRESS`"
                .to_owned()
        }
        RequestFailure::Status(500..) | RequestFailure::Truncated => "try again later".to_owned(),
        _ => return None,
    })
}

/// Returns the first cause of a failure.
fn failure(failure: &RequestFailure) -> &RequestFailure {
    match failure {
        RequestFailure::Closed(cause) => cause,
        other => other,
    }
}

/// Returns the advice for the name of a setting that does not exist.
pub(crate) fn setting(error: &UnknownSetting) -> String {
    did_you_mean(&error.suggestions).unwrap_or_else(|| {
        let names: Vec<&str> = SETTINGS.iter().map(|setting| setting.name).collect();
        format!("the settings are: {}", names.join(", "))
    })
}

/// Returns the advice for a style that cannot be loaded.
pub(crate) fn style(error: &StyleLoadError) -> String {
    match error {
        StyleLoadError::Unknown { name, suggestions } => {
            let download = format!(
                "`peerbib style list` lists the styles, and `peerbib style add {name}` downloads one of the official \
                 repository; to use a file, give its path, such as ./my.csl"
            );
            did_you_mean(suggestions).map_or(download.clone(), |question| {
                format!("{question} {download}")
            })
        }
        StyleLoadError::Malformed { .. } => {
            "use a CSL 1.0 style, such as one from the official repository".to_owned()
        }
        StyleLoadError::MissingParent { parent, .. } => {
            format!("`peerbib style add {}` downloads it", name_of(parent))
        }
    }
}

/// Returns the advice for a problem that `peerbib doctor` found in the library at `path`.
pub(crate) fn integrity(issue: &IntegrityIssue, path: &Path) -> String {
    let first = || issue.names.first().map_or("KEY", String::as_str);
    if issue.fixed_by_rebuild {
        return "run `peerbib rebuild`".to_owned();
    }
    match issue.kind {
        IssueKind::Dangling => format!("another program deleted them; {}", restore(path)),
        IssueKind::UnreadableEntry => format!(
            "nothing was lost: `peerbib show {key} --source` prints the stored text, and \
             `peerbib edit {key}` opens it",
            key = first()
        ),
        IssueKind::TagCycle => format!(
            "another program set their parents; choose another parent for one of them: \
             `peerbib tags move {} --under PARENT`",
            first()
        ),
        IssueKind::History => {
            "no data is lost, but `peerbib undo` cannot undo these steps".to_owned()
        }
        IssueKind::MissingFile => "`peerbib file check` lists them; `peerbib file root DIRECTORY` \
                                     sets the directory that contains the files"
            .to_owned(),
        _ => restore(path),
    }
}

/// Returns how to recover a damaged library.
fn restore(path: &Path) -> String {
    format!(
        "restore a backup with `peerbib backup --restore FILE`, or recover what is readable with \
         `sqlite3 {} .recover`",
        path.display()
    )
}

/// Returns advice followed by more advice. A question ends with its own mark.
pub(crate) fn followed_by(advice: &str, more: &str) -> String {
    if advice.ends_with('?') {
        format!("{advice} {more}")
    } else {
        format!("{advice}; {more}")
    }
}

/// Asks whether one of the suggestions was meant; without any, says how to list what there is.
fn suggested(suggestions: &[String], otherwise: &str) -> String {
    did_you_mean(suggestions).unwrap_or_else(|| otherwise.to_owned())
}

/// Asks whether one of the suggestions was meant; without any, lists the known names, or says how to
/// create the first.
fn known_names(suggestions: &[String], known: &[String], label: &str, create: &str) -> String {
    did_you_mean(suggestions).unwrap_or_else(|| {
        if known.is_empty() {
            create.to_owned()
        } else {
            format!("{label}: {}", known.join(", "))
        }
    })
}

/// Returns the advice for a database of Zotero that cannot be read.
pub(crate) fn zotero(error: &DatabaseError) -> Option<String> {
    use DatabaseError as E;
    Some(match error {
        E::NotFound { .. } => "give its path: zotero:PATH; Zotero shows that of its data directory under Settings, \
                               Advanced, Files and Folders"
            .to_owned(),
        E::Unreadable { .. } | E::Damaged { .. } => {
            "quit Zotero and try again, or take the backup beside it: zotero.sqlite.bak".to_owned()
        }
        E::Copy { .. } => "free some space in the directory for temporary files, or set TMPDIR to another directory"
            .to_owned(),
        E::NotZotero { .. } => "give the path of zotero.sqlite or of its directory: zotero:PATH".to_owned(),
        E::TooOld { .. } => "open it with a newer Zotero first".to_owned(),
        _ => return None,
    })
}
