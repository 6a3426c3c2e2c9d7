//! What a session does to the library.

use std::collections::HashMap;

use crate::cli::commands::tag::rivals;
use crate::cli::{CommandContext, Result};
use peerbib::formats::bibtex;
use peerbib::formats::key_pattern::KeyPattern;
use peerbib::library::{
    Change, FieldEdits, Library, NewAssignment, Origin, TagName, TaggedOutcome,
};
use peerbib::lookup::Client;
use peerbib::model::{CslItem, Entry};
use peerbib::text::{fold, single_spaced};
use peerbib::zotero::{self, NoteWriter, ZoteroItem};

use super::sessions::{SavedWork, Session};

/// The service that values come from, as `peerbib show` names it.
const SERVICE: &str = "Zotero\u{2019}s connector";

/// An item as an entry.
pub(super) struct Converted {
    item: String,
    entry: Entry,
    csl: CslItem,
    json: String,
    note: String,
    has_own_key: bool,
}

/// Converts items to entries. Prints what BibLaTeX cannot hold, and the items that are no works.
pub(super) fn convert(context: &CommandContext, items: &[ZoteroItem]) -> Vec<Converted> {
    let notes = NoteWriter::new(HashMap::new(), HashMap::new());
    let mut converted = Vec::with_capacity(items.len());
    for item in items {
        let reading = zotero::read(std::slice::from_ref(item)).into_entries();
        for problem in &reading.file.problems {
            let key = problem.key.as_deref().unwrap_or_default();
            let field = problem.field.as_deref().unwrap_or_default();
            let place = [key, field];
            let place: Vec<&str> = place.into_iter().filter(|part| !part.is_empty()).collect();
            context.warn(format_args!(
                "warning: {}: {}",
                place.join(", "),
                problem.message
            ));
        }
        let entry = reading.file.works().next();
        let csl = reading.items.iter().flatten().next();
        let (Some(entry), Some(csl)) = (entry, csl) else {
            continue;
        };
        let sections = notes.sections(item).into_iter();
        let note: Vec<String> = sections.map(|section| section.text).collect();
        converted.push(Converted {
            item: item.id.clone(),
            entry: entry.clone(),
            csl: csl.clone(),
            json: serde_json::to_string(item).unwrap_or_default(),
            note: note.join("\n\n"),
            has_own_key: zotero::citation_key(item).is_some(),
        });
    }
    converted
}

/// Adds the works that the library does not have.
pub(super) fn save(
    change: &Change<'_>,
    converted: &[Converted],
    page: &str,
    pattern: &KeyPattern,
) -> peerbib::library::Result<Vec<SavedWork>> {
    let mut saved: Vec<SavedWork> = Vec::with_capacity(converted.len());
    for one in converted {
        let known = known_work(change, one)?;
        let (work, is_new) = match known {
            Some(work) => (work, false),
            None => (add(change, one, page, pattern)?, true),
        };
        let key = change.works().key(work)?;
        let before = change.notes().get(work)?.map(|note| note.text);
        let note = match before {
            None => one.note.clone(),
            Some(before) if one.note.is_empty() || before.contains(&one.note) => before,
            Some(before) => format!("{before}\n\n{}", one.note),
        };
        if !note.is_empty() {
            change.notes().set(work, &note)?;
        }
        let stored = change.works().get(&key)?;
        saved.push(SavedWork {
            item: one.item.clone(),
            work,
            title: stored.title.unwrap_or_default(),
            is_new,
            keywords: keywords(change, work)?,
            note: (!note.is_empty()).then_some(note),
            assigned: Vec::new(),
            key,
        });
    }
    Ok(saved)
}

/// Returns the work that the library has already: by its identifiers or title, author and year, or by its address.
fn known_work(change: &Change<'_>, one: &Converted) -> peerbib::library::Result<Option<i64>> {
    if let Some(work) = change.works().like(&one.entry)? {
        return Ok(Some(work));
    }
    if one.entry.field("doi").is_some() {
        return Ok(None);
    }
    let Some(url) = one.csl.text("URL") else {
        return Ok(None);
    };
    let Some(work) = change.works().with_url(&url)? else {
        return Ok(None);
    };
    // A page of the web is what its address says; several reports may be found at one address.
    let known = change.works().get(&change.works().key(work)?)?;
    let title = |title: Option<String>| title.map(|title| fold(&title));
    let is_page = |entry_type: &str| entry_type.eq_ignore_ascii_case("online");
    let is_same = (is_page(&known.entry_type) && is_page(one.entry.entry_type()))
        || title(known.title) == title(one.csl.text("title"));
    Ok(is_same.then_some(work))
}

fn add(
    change: &Change<'_>,
    one: &Converted,
    page: &str,
    pattern: &KeyPattern,
) -> peerbib::library::Result<i64> {
    let keeps_key = one.has_own_key && change.works().find(&one.entry.key)?.is_none();
    let pattern = (!keeps_key).then_some(pattern);
    let key = change.works().add(one.entry.source(), pattern)?;
    let work = change.works().id(&key)?;
    let today = Client::today();
    for field in one.entry.fields() {
        change.works().record_value_source(
            work,
            (field.name, bibtex::without_delimiters(field.value)),
            (SERVICE, page, &today),
        )?;
    }
    change.works().record_original(work, page, &one.json)?;
    Ok(work)
}

/// Gives the works of a session the tags and the note that it wants now, and takes off those that it gave before.
pub(super) fn apply_wishes(
    change: &Change<'_>,
    session: &mut Session,
    person: &str,
) -> peerbib::library::Result<()> {
    let mut wanted: Vec<i64> = session.target.into_iter().collect();
    let mut words = Vec::new();
    for typed in &session.tags {
        match change.tags().resolve(typed) {
            Ok(tag) => wanted.push(tag.id),
            Err(_) => match typed.parse::<TagName>() {
                Ok(name) if change.tags().facets()?.contains(&name.facet) => {
                    let tag = peerbib::library::Tag::named(name);
                    wanted.push(change.tags().put(&tag)?);
                }
                // What is no tag is a keyword.
                _ => words.push(typed.as_str()),
            },
        }
    }
    let reason = format!("saved from {}", session.page);
    let typed_note = NoteWriter::new(HashMap::new(), HashMap::new()).markdown(&session.note);
    for saved in &mut session.works {
        let (gone, kept): (Vec<i64>, Vec<i64>) =
            saved.assigned.iter().partition(|tag| !wanted.contains(tag));
        for tag in gone {
            change.tags().withdraw(saved.work, tag, person)?;
        }
        saved.assigned = kept;
        for tag in &wanted {
            if saved.assigned.contains(tag) {
                continue;
            }
            for rival in rivals(change, &change.tags().get(*tag)?)? {
                change.tags().unassign(saved.work, rival.id)?;
            }
            let outcome = change.tags().assign(NewAssignment {
                work: saved.work,
                tag: *tag,
                origin: Origin::Hand,
                source: person,
                reason: Some(&reason),
            })?;
            if outcome == TaggedOutcome::Added {
                saved.assigned.push(*tag);
            }
        }
        set_keywords(change, saved, &words)?;
        let note = match (&saved.note, typed_note.as_str()) {
            (before, "") => before.clone().unwrap_or_default(),
            (None, typed) => typed.to_owned(),
            (Some(before), typed) => format!("{before}\n\n{typed}"),
        };
        change.notes().set(saved.work, &note)?;
    }
    Ok(())
}

fn keywords(change: &Change<'_>, work: i64) -> peerbib::library::Result<Option<String>> {
    let entry = bibtex::parse_entry(&change.works().source_of(work)?).ok();
    let value = entry.and_then(|entry| entry.field("keywords").map(str::to_owned));
    Ok(value.map(|value| bibtex::without_delimiters(&value).to_owned()))
}

/// Sets the field `keywords` to what it was and these words.
fn set_keywords(
    change: &Change<'_>,
    saved: &SavedWork,
    words: &[&str],
) -> peerbib::library::Result<()> {
    let words = words.iter().map(|word| plain_word(word));
    let wanted: Vec<String> = saved
        .keywords
        .clone()
        .into_iter()
        .chain(words.filter(|word| !word.is_empty()))
        .collect();
    let wanted = (!wanted.is_empty()).then(|| wanted.join(", "));
    if wanted == keywords(change, saved.work)? {
        return Ok(());
    }
    let edits = match wanted {
        Some(keywords) => FieldEdits {
            set: vec![("keywords".to_owned(), keywords)],
            ..FieldEdits::default()
        },
        None => FieldEdits {
            unset: vec!["keywords".to_owned()],
            ..FieldEdits::default()
        },
    };
    change.works().edit_fields(saved.work, &edits)?;
    Ok(())
}

/// Returns a word without what TeX or a list of keywords would take for something else.
fn plain_word(word: &str) -> String {
    let kept = word.chars().map(|c| match c {
        ',' | ';' | '{' | '}' | '\\' | '%' | '"' => ' ',
        c if c.is_control() => ' ',
        c => c,
    });
    let kept: String = kept.collect();
    single_spaced(&kept)
        .chars()
        .fold(String::new(), |mut text, c| {
            if matches!(c, '&' | '#' | '$' | '_') {
                text.push('\\');
            }
            text.push(c);
            text
        })
}

/// Prints the works of a session.
pub(super) fn report(context: &CommandContext, library: &Library, session: &Session) -> Result<()> {
    for saved in &session.works {
        let SavedWork { key, title, .. } = saved;
        let said = match saved.is_new {
            true => "saved",
            false => "already in the library:",
        };
        context.note(format_args!("{said} {key}: {title}"));
        let tags = library.tags().of_work(key)?.tags;
        if !tags.is_empty() {
            let tags: Vec<String> = tags.iter().map(|tag| tag.tag.to_string()).collect();
            context.note(format_args!("  tags: {}", tags.join(", ")));
        }
    }
    Ok(())
}
