//! `peerbib tag`

use std::fmt::Write as _;

use clap::Args;

use crate::cli::ui::counted;
use crate::cli::works::{lock_unchanged, named_works};
use crate::cli::{CommandContext, CommandError, Outcome, Result, hints};
use peerbib::library::{
    Change, Filter, Library, LibraryError, NewAssignment, Origin, Tag, TagChange, TagName,
    TaggedOutcome,
};

/// Tag works, one by one or by query
///
/// A tag has a facet and a name: movement:oekonux, theme:germ-form. `peerbib tags` lists the tags;
/// --create makes a new one.
///
/// Give a tag (or several, separated by commas) and the keys of works, or a query. Or give a query with
/// changes among its words: +TAG adds a tag to every work that matches, -TAG removes it. Changes are
/// previewed, and confirmed in a terminal. To exclude works with a tag from the query, write NOT before
/// the tag.
///
/// A work has at most one tag of an exclusive facet, such as status: a new tag replaces the old one.
///
/// Tags that you add by hand stay until you remove them, and tags that you remove by hand are not
/// re-added by rules or imports. `peerbib why` shows both.
#[derive(Debug, Args)]
#[command(
    override_usage = "peerbib tag [OPTIONS] TAG KEY|QUERY...\n       \
                      peerbib tag [OPTIONS] TAG --find QUERY\n       \
                      peerbib tag [OPTIONS] QUERY... +TAG -TAG...",
    after_help = "Examples:\n  peerbib tag theme:germ-form merten2000 merten2009\n  \
                  peerbib tag theme:law benkler2002coase --why \"on the theory of the firm\"\n  \
                  peerbib tag author:bollier year:2010.. +course:week-3 --create --dry-run\n  \
                  peerbib tag author:meretz +movement:oekonux -theme:value --yes"
)]
pub(crate) struct TagWorks {
    /// A tag and works, by their keys or by a query; or a query, with +TAG and -TAG for changes
    #[arg(value_name = "WORD", required = true)]
    words: Vec<String>,

    /// Tag the works that match a query
    #[arg(long, value_name = "QUERY", allow_hyphen_values = true)]
    find: Option<String>,

    /// The reason, which `peerbib why` shows
    #[arg(long, value_name = "REASON")]
    why: Option<String>,

    /// Create the tag if it does not exist
    #[arg(long, alias = "new")]
    create: bool,

    /// Show what would change, and change nothing
    #[arg(long)]
    dry_run: bool,

    /// Print the changes of +TAG and -TAG as JSON
    #[arg(long)]
    json: bool,
}

/// A change among the words of a query: `+TAG` or `-TAG`.
#[derive(PartialEq)]
struct RequestedChange {
    adds: bool,
    tag: Tag,
}

impl TagWorks {
    pub(crate) fn run(self, context: &CommandContext) -> Result {
        let mut library = context.open_to_ask(self.dry_run)?;
        let (query, changes) = self.changes(&library)?;
        if changes.is_empty() {
            self.by_key(context, &mut library)
        } else {
            self.by_query(context, &mut library, &query, &changes)
        }
    }

    /// Separates the words of the query from the changes.
    fn changes(&self, library: &Library) -> Result<(Vec<String>, Vec<RequestedChange>)> {
        let facets = library.tags().facets()?;
        let mut query = Vec::new();
        let mut changes = Vec::new();
        for word in &self.words {
            if let Some(name) = word.strip_prefix('+') {
                changes.push(RequestedChange {
                    adds: true,
                    tag: self.tag(library, name)?,
                });
                continue;
            }
            // After a hyphen comes a tag to remove or a negated condition.
            let removed = match word.strip_prefix(['-', '\u{2212}']) {
                Some(name) if !name.contains(char::is_whitespace) => {
                    match library.tags().resolve(name) {
                        Ok(tag) => Some(tag),
                        Err(error) => {
                            let facet = name.split_once(':').map(|(facet, _)| facet.to_lowercase());
                            if facet.is_some_and(|facet| facets.contains(&facet)) {
                                return Err(error.into());
                            }
                            None
                        }
                    }
                }
                _ => None,
            };
            match removed {
                Some(tag) => changes.push(RequestedChange { adds: false, tag }),
                None => query.push(word.clone()),
            }
        }
        let put: Vec<Tag> = changes
            .iter()
            .filter(|change| change.adds)
            .map(|change| change.tag.clone())
            .collect();
        for tag in put {
            for rival in rivals(library, &tag)? {
                if changes.iter().all(|change| change.tag.id != rival.id) {
                    changes.push(RequestedChange {
                        adds: false,
                        tag: rival,
                    });
                }
            }
        }
        Ok((query, changes))
    }

    fn by_query(
        &self,
        context: &CommandContext,
        library: &mut Library,
        query: &[String],
        changes: &[RequestedChange],
    ) -> Result {
        if self.find.is_some() {
            return Err(
                CommandError::usage("--find cannot be combined with +TAG and -TAG").with_help(
                    "add a query to the changes: `peerbib tag author:meretz +movement:oekonux`"
                        .to_owned(),
                ),
            );
        }
        if query.is_empty() {
            return Err(
                CommandError::usage("no query: this would change every work").with_help(
                    "add a query, such as author:meretz; year:..9999 matches every dated work"
                        .to_owned(),
                ),
            );
        }
        let person = context.person()?;
        let preview_of = |library: &mut Library| -> Result<_> {
            let works = context.condition(library, query)?;
            let count = library.rules().count_met(&works, 0)?.0;
            let counts = library.dry_run(|change| self.apply(change, &works, changes, &person))?;
            Ok((works, (count, counts)))
        };
        let (mut works, counted) = preview_of(library)?;
        let (count, counts) = &counted;
        let preview = preview(*count, changes, counts);
        if self.json {
            let changes: Vec<_> = changes
                .iter()
                .zip(counts)
                .map(|(change, count)| {
                    serde_json::json!({
                        "tag": change.tag.tag,
                        "change": if change.adds { "added" } else { "removed" },
                        "works": count,
                    })
                })
                .collect();
            context.print_json(&serde_json::json!({ "found": count, "changes": changes }))?;
        }
        if self.dry_run {
            if !self.json {
                context.print(&preview)?;
            }
            return Ok(Outcome::Done);
        }
        if !self.json {
            context.note(preview.trim_end());
        }
        if *count == 0 {
            return Ok(Outcome::Done);
        }
        context.confirm_at_terminal("Apply these changes?")?;
        if !library.is_locked() {
            // While the user was asked, another program may have changed the library.
            library.lock_for_write()?;
            let (works_now, counted_now) = preview_of(library)?;
            if self.changes(library)?.1 != changes || counted_now != counted {
                return Err(
                    LibraryError::ChangedMeanwhile("the result of the query".to_owned()).into(),
                );
            }
            works = works_now;
        }
        context.change(library, |change| {
            self.apply(change, &works, changes, &person)
        })?;
        Ok(Outcome::Done)
    }

    fn apply(
        &self,
        change: &Change<'_>,
        works: &Filter,
        written: &[RequestedChange],
        person: &str,
    ) -> peerbib::library::Result<Vec<usize>> {
        let mut changes = Vec::with_capacity(written.len());
        for RequestedChange { adds, tag } in written {
            let id = if tag.id == 0 {
                change.tags().put(tag)?
            } else {
                tag.id
            };
            changes.push(if *adds {
                TagChange::Put(id)
            } else {
                TagChange::Take(id)
            });
        }
        change
            .tags()
            .change_assignments(works, &changes, person, self.why.as_deref())
    }

    fn by_key(&self, context: &CommandContext, library: &mut Library) -> Result {
        let Some((tags, keys)) = self.words.split_first() else {
            return Ok(Outcome::Done);
        };
        if keys.is_empty() && self.find.is_none() {
            return Err(CommandError::usage("no works given").with_help(format!(
                "give their keys or a query, or a query with the change: `peerbib tag QUERY +{tags}`"
            )));
        }
        let named = named_works(context, library, keys, self.find.as_deref())?;
        let works = &named.works;
        if works.is_empty() {
            context.note("no works found");
            return Ok(Outcome::Done);
        }
        let tags = split_tags(tags)?
            .into_iter()
            .map(|text| self.tag(library, text))
            .collect::<Result<Vec<_>>>()?;
        if self.dry_run {
            for tag in &tags {
                for (_, key) in works {
                    context.print(&format!("would tag {key} as {}\n", tag.tag))?;
                }
            }
            return Ok(Outcome::Done);
        }
        if named.by_query {
            let question = format!("Tag {}?", counted(works.len(), "work"));
            context.confirm_at_terminal(&question)?;
            lock_unchanged(library, &named, |library| {
                named_works(context, library, keys, self.find.as_deref())
            })?;
        }
        let person = context.person()?;
        let tags = tags
            .into_iter()
            .map(|tag| Ok((rivals(library, &tag)?, tag)))
            .collect::<Result<Vec<_>>>()?;
        let done = context.change(library, |change| {
            let mut done = Vec::new();
            for (rivals, tag) in &tags {
                let id = if tag.id == 0 {
                    change.tags().put(tag)?
                } else {
                    tag.id
                };
                for (work, key) in works {
                    let outcome = change.tags().assign(NewAssignment {
                        work: *work,
                        tag: id,
                        origin: Origin::Hand,
                        source: &person,
                        reason: self.why.as_deref(),
                    })?;
                    if outcome == TaggedOutcome::Added {
                        done.push(format!("tagged {key} as {}", tag.tag));
                    }
                    for rival in rivals {
                        if change.tags().unassign(*work, rival.id)? {
                            done.push(format!("removed {} from {key}", rival.tag));
                        }
                    }
                }
            }
            Ok(done)
        })?;
        for line in &done {
            context.note(line);
        }
        if done.is_empty() {
            context.note("nothing to do: you have already tagged these works");
        }
        Ok(Outcome::Done)
    }

    /// Returns the tag that `text` names, or with `--create` a new one.
    fn tag(&self, library: &Library, text: &str) -> Result<Tag> {
        match library.tags().resolve(text) {
            Ok(tag) => Ok(tag),
            Err(LibraryError::UnknownTag { .. }) if self.create => {
                Ok(Tag::named(text.parse::<TagName>()?))
            }
            Err(error @ LibraryError::UnknownTag { .. }) => {
                let help = if library.works().find(text)?.is_some() {
                    format!("that is a work; the tag comes first: `peerbib tag TAG {text}`")
                } else {
                    let help = hints::library(&error).unwrap_or_default();
                    hints::followed_by(&help, "--create creates it")
                };
                Err(CommandError::new(&error).with_help(help))
            }
            Err(error) => Err(error.into()),
        }
    }
}

/// Returns the other tags of the facet of `tag`, if a work can have only one tag of that facet.
pub(crate) fn rivals(library: &Library, tag: &Tag) -> peerbib::library::Result<Vec<Tag>> {
    let facet = &tag.tag.facet;
    let is_exclusive = library
        .tags()
        .described_facets()?
        .iter()
        .any(|known| known.name == *facet && known.exclusive);
    if !is_exclusive {
        return Ok(Vec::new());
    }
    let others = library.tags().summaries(Some(facet))?.into_iter();
    let others = others.filter(|other| other.id != tag.id);
    others.map(|other| library.tags().get(other.id)).collect()
}

/// Describes what the changes do to the works of a query.
fn preview(count: i64, changes: &[RequestedChange], counts: &[usize]) -> String {
    let mut text = format!("{} found\n", counted(count, "work"));
    let width = changes
        .iter()
        .map(|change| change.tag.tag.to_string().chars().count())
        .max()
        .unwrap_or(0);
    for (RequestedChange { adds, tag }, changed) in changes.iter().zip(counts) {
        let sign = if *adds { '+' } else { '\u{2212}' };
        let name = tag.tag.to_string();
        let others = usize::try_from(count).unwrap_or(0).saturating_sub(*changed);
        let _ = write!(text, "  {sign}{name:width$}  ");
        let _ = match (*adds, *changed, others) {
            (true, 0, _) => writeln!(text, "no change: all have it"),
            (true, changed, 0) => writeln!(text, "adds it to {changed}"),
            (true, changed, others) => {
                writeln!(text, "adds it to {changed}; {others} already have it")
            }
            (false, 0, _) => writeln!(text, "no change: none has it"),
            (false, changed, 0) => writeln!(text, "removes it from {changed}"),
            (false, changed, others) => {
                writeln!(text, "removes it from {changed}; {others} do not have it")
            }
        };
    }
    text
}

/// Splits a list of tags at its commas. Fails if it is empty.
pub(crate) fn split_tags(tags: &str) -> Result<Vec<&str>> {
    let tags: Vec<&str> = tags
        .split(',')
        .map(str::trim)
        .filter(|tag| !tag.is_empty())
        .collect();
    if tags.is_empty() {
        return Err(CommandError::usage("no tag given")
            .with_help("write a tag as FACET:NAME, such as theme:germ-form".to_owned()));
    }
    Ok(tags)
}
