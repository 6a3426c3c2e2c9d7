//! Queries as arguments: the words of a shell as one query, and negations such as `-theme:policy`.

use std::ffi::OsString;

/// Joins the words of a query. The shell has removed quotation marks, so a word that contains white space
/// was quoted and becomes a phrase again.
pub(crate) fn joined_query(words: &[String]) -> String {
    let words: Vec<(&str, &str)> = words
        .iter()
        .map(|word| match word.strip_prefix(['-', MINUS]) {
            Some(term) => ("-", term),
            None => ("", word.as_str()),
        })
        .collect();
    if let [(sign, only)] = words.as_slice() {
        // A single word is a whole query already.
        return format!("{sign}{only}");
    }
    let phrases = words.iter().map(|(sign, word)| {
        let is_plain = !word.chars().any(char::is_whitespace) || word.contains(['"', '(', ')']);
        match word.split_once(':') {
            _ if is_plain => format!("{sign}{word}"),
            Some((field, value)) if !field.contains(char::is_whitespace) => {
                let (equals, value) = match value.strip_prefix('=') {
                    Some(value) => ("=", value),
                    None => ("", value),
                };
                let is_pattern = value.len() > 1 && value.starts_with('/') && value.ends_with('/');
                if is_pattern {
                    format!("{sign}{field}:{equals}{value}")
                } else {
                    format!("{sign}{field}:{equals}\"{value}\"")
                }
            }
            _ => format!("{sign}\"{word}\""),
        }
    });
    phrases.collect::<Vec<_>>().join(" ")
}

/// The minus sign, U+2212. The query language reads it like a hyphen.
pub(crate) const MINUS: char = '\u{2212}';

/// Replaces the hyphen of each negation in a query by a minus sign, so that clap does not take
/// `-theme:policy` for an option. clap's own `allow_hyphen_values` does not serve here: after the first
/// word of a query it takes every option for a word, so `find benkler --json` would look for “--json”.
///
/// An argument is a negation if it follows a command that takes a query, starts with a single hyphen, and
/// is no short option of that command.
pub(crate) fn with_negations(root: &clap::Command, arguments: &[OsString]) -> Vec<OsString> {
    let mut command = root;
    let mut is_open = true;
    arguments
        .iter()
        .enumerate()
        .map(|(index, argument)| {
            let text = argument.to_str().unwrap_or_default();
            if text == "--" {
                is_open = false;
            }
            if index == 0 || !is_open {
                return argument.clone();
            }
            if let Some(subcommand) = command.find_subcommand(text) {
                command = subcommand;
                return argument.clone();
            }
            match text.strip_prefix('-') {
                Some(term) if takes_query(command) && !is_option(command, term) => {
                    format!("{MINUS}{term}").into()
                }
                _ => argument.clone(),
            }
        })
        .collect()
}

/// Replaces `--find QUERY` by an argument for commands that take a query as one and have no such option, so that a query can
/// be given in both ways to every command.
pub(crate) fn with_positional_queries(
    root: &clap::Command,
    arguments: &[OsString],
) -> Vec<OsString> {
    let mut command = root;
    let mut words = Vec::with_capacity(arguments.len());
    let mut rest = arguments.iter();
    words.extend(rest.next().cloned());
    while let Some(argument) = rest.next() {
        let text = argument.to_str().unwrap_or_default();
        if let Some(subcommand) = command.find_subcommand(text) {
            command = subcommand;
        }
        let has_option = has_option(command, "find");
        let takes_query = has_positional(command, &["QUERY"]);
        let takes_keys = has_positional(command, &["KEY", "KEY|QUERY", "KEY|DOCUMENT"]);
        let is_positional = (takes_query || takes_keys) && !has_option;
        let query = match text.strip_prefix("--find") {
            Some("") if is_positional => rest.next().and_then(|query| query.to_str()),
            Some(value) if is_positional => value.strip_prefix('='),
            _ => None,
        };
        match (text, query) {
            ("--", _) => {
                words.push(argument.clone());
                words.extend(rest.cloned());
                break;
            }
            (_, None) => words.push(argument.clone()),
            // Between keys, the parentheses tell that even a single word is a query.
            (_, Some(query)) if !takes_query => words.push(format!("({query})").into()),
            // Quoted words and groups stay together.
            (_, Some(query)) if query.contains(['"', '(', '/']) => words.push(query.into()),
            (_, Some(query)) => words.extend(query.split_whitespace().map(OsString::from)),
        }
    }
    words
}

fn has_option(command: &clap::Command, name: &str) -> bool {
    command
        .get_arguments()
        .any(|argument| argument.get_long() == Some(name))
}

/// Returns whether a command has a query among its positional arguments.
fn takes_query(command: &clap::Command) -> bool {
    has_positional(command, &["QUERY", "KEY|QUERY", "WORD", "AXIS"])
}

/// Returns whether a command has a positional argument with one of these names.
fn has_positional(command: &clap::Command, wanted: &[&str]) -> bool {
    command.get_positionals().any(|argument| {
        let names = argument.get_value_names().unwrap_or_default();
        names.iter().any(|name| wanted.contains(&name.as_str()))
    })
}

/// Returns whether an argument without its first hyphen is an option, or the name of standard input.
fn is_option(command: &clap::Command, rest: &str) -> bool {
    let mut letters = rest.chars();
    match (letters.next(), letters.next()) {
        (None | Some('-'), _) => true,
        (Some('h' | 'V'), None) => true,
        (Some(letter), None) => command
            .get_arguments()
            .any(|argument| argument.get_short() == Some(letter)),
        _ => false,
    }
}
