//! Works as arguments: by their citation keys, or by a query.
//!
//! Every command that takes citation keys takes a query, too, in their place or with `--find`. An argument is a key if a
//! work has it. Words that are no keys are a query only if they look like one, such as `author:benkler`, so that a mistyped
//! key never selects other works.

use std::collections::HashSet;

use crate::cli::query_args::MINUS;
use crate::cli::{CommandContext, CommandError, Result};
use peerbib::library::{Library, LibraryError};

/// The works that arguments name.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct NamedWorks {
    /// The rowids with the keys as they were given, each work once.
    pub(crate) works: Vec<(i64, String)>,
    /// Whether a query was given instead of keys.
    pub(crate) by_query: bool,
}

/// Finds the works that arguments name: those with these keys, or that match the query in their place, and those that
/// match the query of `--find`. Fails if an argument is neither a key nor part of a query.
pub(crate) fn named_works(
    context: &CommandContext,
    library: &Library,
    words: &[String],
    find: Option<&str>,
) -> Result<NamedWorks> {
    let (mut works, mut query) = (Vec::new(), Vec::new());
    for word in words {
        match library.works().find(word)? {
            Some(work) => works.push((work, word.clone())),
            None => query.push(word.clone()),
        }
    }
    if !is_query(&query, works.is_empty()) {
        for word in query.drain(..) {
            // Reports the unknown key.
            works.push((library.works().id(&word)?, word));
        }
    }
    let by_query = !query.is_empty();
    let mut queries = Vec::new();
    if by_query {
        queries.push(query);
    }
    queries.extend(find.map(|find| vec![find.to_owned()]));
    for query in queries {
        let found = context.select(library, &query)?;
        works.extend(found.into_iter().map(|work| (work.id, work.key)));
    }
    let mut seen = HashSet::new();
    works.retain(|(work, _)| seen.insert(*work));
    Ok(NamedWorks { works, by_query })
}

/// Locks the library after a question to the user, during which another program may have changed it. Fails if `select`
/// does not return the works of `before` again.
pub(crate) fn lock_unchanged<T: PartialEq>(
    library: &mut Library,
    before: &T,
    select: impl FnOnce(&Library) -> Result<T>,
) -> Result<()> {
    library.lock_for_write()?;
    if select(library)? != *before {
        return Err(LibraryError::ChangedMeanwhile("the result of the query".to_owned()).into());
    }
    Ok(())
}

/// Returns the keys of the works that arguments name; see [`named_works`].
///
/// # Errors
///
/// Those of [`named_works`]; also if no work matches.
pub(crate) fn named_keys(
    context: &CommandContext,
    library: &Library,
    words: &[String],
) -> Result<Vec<String>> {
    let named = named_works(context, library, words, None)?;
    if named.works.is_empty() && !words.is_empty() {
        return Err(no_match(words));
    }
    Ok(named.works.into_iter().map(|(_, key)| key).collect())
}

/// Finds the work that an argument names: the one with this key, or the only one that matches the query. Fails if there
/// is none, or several match.
pub(crate) fn named_work(context: &CommandContext, library: &Library, word: &str) -> Result<i64> {
    const SHOWN: usize = 5;
    let words = [word.to_owned()];
    let works = named_works(context, library, &words, None)?.works;
    match works.as_slice() {
        [(work, _)] => Ok(*work),
        [] => Err(no_match(&words)),
        several => {
            let keys = several.iter().take(SHOWN).map(|(_, key)| key.as_str());
            let mut keys = keys.collect::<Vec<_>>().join(", ");
            if several.len() > SHOWN {
                keys.push_str(", \u{2026}");
            }
            Err(CommandError::usage(format_args!(
                "{} works match {word}, but one is needed",
                several.len()
            ))
            .with_help(format!("give the key of one of them: {keys}")))
        }
    }
}

/// Returns whether words that are no keys are a query. Beside keys, each of them must look like one: a mistyped key would
/// otherwise become a word of the query.
pub(crate) fn is_query(words: &[String], stands_alone: bool) -> bool {
    let mut words = words.iter().map(|word| looks_like_query(word));
    match stands_alone {
        true => words.any(|looks| looks),
        false => words.all(|looks| looks),
    }
}

/// Returns whether a word that is no key was meant as a query or a part of one.
fn looks_like_query(word: &str) -> bool {
    word.contains([':', '*', '"', '(', ' ']) || word.starts_with(['-', MINUS, '/', '='])
}

/// Returns the message for a query that matches nothing. All words of a query have to match, so several keys match no work.
pub(crate) fn nothing_found(library: &Library, query: &[String]) -> Result<String> {
    if library.works().count()? == 0 {
        return Ok(
            "the library is empty; `peerbib import FILE` or `peerbib add` adds works".to_owned(),
        );
    }
    let mut are_keys = query.len() > 1;
    for word in query {
        are_keys = are_keys && library.works().find(word)?.is_some();
    }
    Ok(if are_keys {
        format!(
            "no works found; to select works by their keys, write key:{}",
            query.join(",")
        )
    } else {
        "no works found".to_owned()
    })
}

fn no_match(words: &[String]) -> CommandError {
    CommandError::new(format_args!("no work matches {}", words.join(" ")))
        .with_help("`peerbib find` shows what a query matches".to_owned())
}
