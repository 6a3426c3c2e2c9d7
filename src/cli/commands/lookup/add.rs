//! Adding works that metadata services know.

use crate::cli::commands::edit::report_entry_problems;
use crate::cli::interrupt::Interruptible;
use crate::cli::network::{self, NetworkArgs};
use crate::cli::ui::counted;
use crate::cli::{CommandContext, CommandError, Outcome, Result, hints};
use peerbib::formats::bibtex;
use peerbib::formats::key_pattern::KeyPattern;
use peerbib::library::{Change, Library};
use peerbib::lookup::{Answers, Identifier, LookupError, Record, Search, map_in_parallel};
use peerbib::model::{CslDate, Entry, markup};
use peerbib::text::fold;

/// The result for an identifier.
enum Added {
    /// The work is new, under this key.
    New(String),
    /// The library has it, under this key.
    Known(String),
}

/// Adds the works with these identifiers, in one step.
pub(crate) fn add(
    context: &CommandContext,
    network: NetworkArgs,
    texts: &[String],
    pattern: &KeyPattern,
) -> Result {
    let identifiers = identifiers(texts)?;
    let mut known = Vec::new();
    let mut wanted = Vec::new();
    let library = context.open_if_exists()?;
    for identifier in identifiers {
        match known_work(library.as_ref(), &identifier)? {
            Some(key) => known.push((identifier, key)),
            None => wanted.push(identifier),
        }
    }
    drop(library);
    for (identifier, key) in &known {
        context.note(format_args!(
            "{identifier} is already in the library: {key}"
        ));
    }
    if wanted.is_empty() {
        return Ok(Outcome::Done);
    }
    let client = network.client(context)?;
    let services = network::services(context)?;
    let interruptible = Interruptible::new("nothing was added");
    let bar = network::progress("references", wanted.len());
    interruptible.shows(&bar);
    let answers = map_in_parallel(
        &wanted,
        |identifier| services.find(&client, identifier),
        |_| bar.inc(1),
    );
    bar.finish_and_clear();
    let mut found = Vec::new();
    let mut missing = Vec::new();
    for (identifier, answers) in wanted.iter().zip(answers) {
        let entry = answers
            .records
            .first()
            .and_then(|record| Some((record.clone(), new_entry(record, identifier)?)));
        match entry {
            Some(entry) => found.push((identifier, entry)),
            None => missing.push((identifier, answers)),
        }
    }
    let outcome = Outcome::done_if(missing.is_empty());
    if !found.is_empty() {
        let entries: Vec<(Record, Entry)> = found.into_iter().map(|(_, entry)| entry).collect();
        store(context, &entries, pattern, &interruptible)?;
    }
    let mut errors = missing
        .iter()
        .map(|(identifier, answers)| not_found(identifier, answers));
    if missing.len() == wanted.len() && missing.len() == 1 {
        if let Some(error) = errors.next() {
            return Err(error);
        }
    } else {
        errors.for_each(|error| {
            error.report();
        });
    }
    Ok(outcome)
}

/// Adds the work that fits a title best.
pub(crate) fn add_by_title(
    context: &CommandContext,
    network: NetworkArgs,
    search: &Search,
    pattern: &KeyPattern,
) -> Result {
    let client = network.client(context)?;
    let interruptible = Interruptible::new("nothing was added");
    let answers = network::services(context)?.search(&client, search);
    for failure in answers
        .failures
        .iter()
        .filter(|_| !answers.asked.is_empty())
    {
        network::report_failure(context, failure);
    }
    if answers.asked.is_empty()
        && let Some(failure) = answers.failures.first()
    {
        return Err(failure.clone().into());
    }
    let (fitting, others): (Vec<&Record>, Vec<&Record>) = answers
        .records
        .iter()
        .partition(|record| fits(record, search));
    // Two services that know one work are no reason to ask.
    let mut distinct: Vec<&Record> = Vec::new();
    for record in fitting {
        if !distinct.iter().any(|other| is_same(other, record)) {
            distinct.push(record);
        }
    }
    match distinct.as_slice() {
        [record] => {
            let entry = record.entry();
            let entry = entry.ok_or_else(|| CommandError::new("the reference has no title"))?;
            let entries = [((*record).clone(), entry)];
            store(context, &entries, pattern, &interruptible)?;
            Ok(Outcome::Done)
        }
        [] => {
            describe(context, "no match; the closest works are:", &others)?;
            Err(CommandError::new(format_args!(
                "{} found no work with the title \u{201c}{}\u{201d}",
                answers.asked.join(" and "),
                search.title
            ))
            .with_help(
                "add one of the others by its DOI, or check title, author and year".to_owned(),
            ))
        }
        several => {
            describe(context, "several works fit:", several)?;
            Err(CommandError::new(format_args!(
                "{} works match; nothing was added",
                several.len()
            ))
            .with_help("add one of them by its DOI, or give --author and --year".to_owned()))
        }
    }
}

/// Returns the identifiers in arguments or in the lines of standard input.
fn identifiers(texts: &[String]) -> Result<Vec<Identifier>> {
    let mut identifiers: Vec<Identifier> = Vec::new();
    for line in texts.iter().flat_map(|text| text.lines()) {
        let line = line.trim();
        if line.is_empty() {
            continue;
        }
        // An ISBN may be written with spaces.
        let found = match line.parse() {
            Ok(identifier) => vec![identifier],
            Err(_) => {
                let words = line.split_whitespace().map(|word| (word, word.parse()));
                let words: Vec<_> = words.collect();
                let has_any = words.iter().any(|(_, found)| found.is_ok());
                let named = words.into_iter().map(|(word, found)| {
                    found.map_err(|_| unknown(if has_any { word } else { line }))
                });
                named.collect::<Result<_, _>>()?
            }
        };
        for identifier in found {
            if !identifiers.contains(&identifier) {
                identifiers.push(identifier);
            }
        }
    }
    Ok(identifiers)
}

fn unknown(word: &str) -> CommandError {
    let shown: String = word.chars().take(60).collect();
    CommandError::usage(format_args!("neither an identifier nor an entry: {shown}")).with_help(
        "give a DOI, ISBN, arXiv number (arXiv:cs/0109077), PMID (pmid:12345), PMCID, OpenAlex or Wikidata number, \
         or an address that begins with https://"
            .to_owned(),
    )
}

/// Returns the key of the work with an identifier, if the library can tell without asking a service.
fn known_work(library: Option<&Library>, identifier: &Identifier) -> Result<Option<String>> {
    let Some(library) = library else {
        return Ok(None);
    };
    let work = match identifier {
        Identifier::Url(url) => library.works().with_url(url)?,
        Identifier::Doi(doi) => like(library, &format!("doi = {{{doi}}}"))?,
        Identifier::Arxiv(number) => like(
            library,
            &format!("eprint = {{{number}}}, eprinttype = {{arxiv}}"),
        )?,
        _ => None,
    };
    Ok(work.map(|work| library.works().key(work)).transpose()?)
}

fn like(library: &Library, fields: &str) -> Result<Option<i64>> {
    match bibtex::parse_entry(&format!("@misc{{x, {fields}}}")) {
        Ok(entry) => Ok(library.works().like(&entry)?),
        Err(_) => Ok(None),
    }
}

/// Returns the entry of a record. One of a page has the date on which the page was read.
fn new_entry(record: &Record, identifier: &Identifier) -> Option<Entry> {
    let mut entry = record.entry()?;
    if let Identifier::Url(url) = identifier
        && entry.field("doi").is_none()
    {
        let mut source = entry.source().to_owned();
        if entry.field("url").is_none() {
            let url = url.replace('{', "%7B").replace('}', "%7D");
            source = bibtex::set_field(&source, "url", &url).ok()?;
        }
        source = bibtex::set_field(&source, "urldate", &record.source.date).ok()?;
        entry = bibtex::parse_entry(&source).ok()?;
    }
    Some(entry)
}

/// Adds entries in one step, except those of works that the library has.
fn store(
    context: &CommandContext,
    entries: &[(Record, Entry)],
    pattern: &KeyPattern,
    interruptible: &Interruptible,
) -> Result<()> {
    let mut library = context.open_or_create()?;
    let add = |change: &Change<'_>| {
        entries
            .iter()
            .map(|(record, entry)| add_record(change, record, entry, pattern))
            .collect::<peerbib::library::Result<Vec<Added>>>()
    };
    let added = interruptible.change(
        || context.change(&mut library, add),
        |added| {
            let is_new = |added: &&Added| matches!(added, Added::New(_));
            let count = added.iter().filter(is_new).count();
            format!(
                "added {}; `peerbib undo` removes it again",
                counted(count, "work")
            )
        },
    )?;
    for ((record, _), added) in entries.iter().zip(added) {
        let title = record.item.text("title").unwrap_or_default();
        let title = markup::plain(&title);
        let service = record.source.service;
        match added {
            Added::New(key) => {
                context.note(format_args!("added {key}: {title} (from {service})"));
                report_entry_problems(context, &library, &key)?;
            }
            Added::Known(key) => {
                context.note(format_args!("{title} is already in the library: {key}"));
            }
        }
    }
    Ok(())
}

fn add_record(
    change: &Change<'_>,
    record: &Record,
    entry: &Entry,
    pattern: &KeyPattern,
) -> peerbib::library::Result<Added> {
    let mut known = change.works().like(entry)?;
    if known.is_none()
        && entry.field("doi").is_none()
        && let Some(url) = record.item.text("URL")
    {
        known = change.works().with_url(&url)?;
    }
    if let Some(work) = known {
        return Ok(Added::Known(change.works().key(work)?));
    }
    // The library may have the work without an identifier, and with a subtitle that the service leaves out.
    // A preprint is not its article, and an edition not another, so type and year must be equal.
    if let Some(found) = change.known_work(entry, &record.item)?
        && found.other_title.is_none()
    {
        let work = change.works().get(&found.key)?;
        let year = record.item.date("issued").and_then(CslDate::year);
        if work.entry_type == entry.entry_type() && work.year == year {
            return Ok(Added::Known(found.key));
        }
    }
    let key = change.works().add(entry.source(), Some(pattern))?;
    let work = change.works().id(&key)?;
    let source = &record.source;
    for field in entry.fields() {
        let source = (
            source.service,
            source.address.as_str(),
            source.date.as_str(),
        );
        change.works().record_value_source(
            work,
            (field.name, bibtex::without_delimiters(field.value)),
            source,
        )?;
    }
    Ok(Added::New(key))
}

/// Returns the error for an identifier that led to nothing.
fn not_found(identifier: &Identifier, answers: &Answers) -> CommandError {
    let kind = identifier.kind();
    if answers.asked.is_empty()
        && let Some(failure) = answers.failures.first()
    {
        let others = answers.failures.iter().skip(1).map(LookupError::to_string);
        let message = std::iter::once(failure.to_string()).chain(others);
        return CommandError::new(format_args!(
            "cannot look up {identifier}: {}",
            message.collect::<Vec<_>>().join("; ")
        ))
        .with_help(hints::lookup(failure));
    }
    let mut message = format!(
        "no service knows the {kind} {identifier} (asked: {})",
        answers.asked.join(", ")
    );
    for failure in &answers.failures {
        message.push_str(&format!("; {failure}"));
    }
    CommandError::new(message).with_help(format!(
        "check the {kind}, or add the reference by hand with `peerbib add --type TYPE`"
    ))
}

/// Returns whether a record has the title, author and year that were asked for. It may lack the subtitle, or have
/// one.
fn fits(record: &Record, search: &Search) -> bool {
    let normal = |text: &str| -> String {
        let folded = fold(&markup::plain(text));
        let words = folded.split(|c: char| !c.is_alphanumeric());
        words
            .filter(|word| !word.is_empty())
            .collect::<Vec<_>>()
            .join(" ")
    };
    let title = normal(&record.item.text("title").unwrap_or_default());
    let wanted = normal(&search.title);
    let title_fits = title == wanted
        || title.starts_with(&format!("{wanted} "))
        || wanted.starts_with(&format!("{title} "));
    let author_fits = search.author.as_deref().is_none_or(|author| {
        let author = normal(author);
        let mut names = record.item.principal_names().iter();
        names.any(|name| {
            format!(" {} ", normal(&name.reading_order())).contains(&format!(" {author} "))
        })
    });
    let year = record
        .item
        .date("issued")
        .and_then(peerbib::model::CslDate::year);
    let year_fits = search.year.is_none() || year == search.year;
    !title.is_empty() && title_fits && author_fits && year_fits
}

/// Returns whether two services mean one work.
fn is_same(one: &Record, other: &Record) -> bool {
    let (Some(first), Some(second)) = (one.entry(), other.entry()) else {
        return false;
    };
    let comparison =
        peerbib::library::compare_references((&first, &one.item), (&second, &other.item));
    comparison == peerbib::library::Comparison::Same
}

/// Lists candidates on standard error.
fn describe(context: &CommandContext, heading: &str, records: &[&Record]) -> Result<()> {
    if records.is_empty() {
        return Ok(());
    }
    context.warn(heading);
    for record in records.iter().take(8) {
        context.warn(format_args!("  {}", super::one_line(record)));
    }
    Ok(())
}
