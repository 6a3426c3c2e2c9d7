//! `peerbib tag`

use std::fmt::Write as _;

use clap::Args;

use crate::cli::{CommandContext, CommandError, Outcome, Result};
use peerbib::library::{
    Change, Condition, Library, LibraryError, NewAssignment, Origin, Tag, TagChange, TagName,
    TaggedOutcome,
};

/// Put tags on works, or take them off all the works of a query
///
/// A tag has a facet and a name: movement:oekonux, theme:germ-form. `peerbib tags` lists those there
/// are; --create makes one that is not there yet.
///
/// Either a tag, or several with commas between them, and the works by key; with --find, those that a query
/// finds. Or a query, with changes among its words: +TAG puts a tag on every work that it finds, -TAG takes
/// one off. What the changes do is told first, and at a terminal asked about. To leave the works of a tag
/// out of the query, write NOT before the tag.
///
/// What you put on stays until you take it off, whatever rules and imports say, and what you take off
/// stays off: `peerbib why` tells both.
#[derive(Debug, Args)]
#[command(
    override_usage = "peerbib tag [OPTIONS] TAG KEY...\n       \
                      peerbib tag [OPTIONS] TAG --find QUERY\n       \
                      peerbib tag [OPTIONS] QUERY... +TAG -TAG...",
    after_help = "Examples:\n  peerbib tag theme:germ-form merten2000 merten2009\n  \
                  peerbib tag theme:law benkler2002coase --why \"on the theory of the firm\"\n  \
                  peerbib tag author:bollier year:2010.. +course:week-3 --create --dry-run\n  \
                  peerbib tag author:meretz +movement:oekonux -theme:value --yes"
)]
pub(crate) struct TagWorks {
    /// A tag and keys of works; or a query, with +TAG and -TAG for what changes
    #[arg(value_name = "WORD", required = true)]
    words: Vec<String>,

    /// Tag the works that a query finds
    #[arg(long, value_name = "QUERY", allow_hyphen_values = true)]
    find: Option<String>,

    /// Why: the reason that `peerbib why` shows
    #[arg(long, value_name = "REASON")]
    why: Option<String>,

    /// Make a tag if there is none of this name
    #[arg(long, alias = "new")]
    create: bool,

    /// Say what would be done, and do nothing
    #[arg(long)]
    dry_run: bool,

    /// Print what a query with +TAG and -TAG changes as JSON
    #[arg(long)]
    json: bool,
}

/// A change that the person wrote: the sign, and the tag.
#[derive(PartialEq)]
struct Written {
    puts_on: bool,
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

    /// Sorts the words into those of a query and changes.
    fn changes(
        &self,
        library: &Library,
    ) -> std::result::Result<(Vec<String>, Vec<Written>), CommandError> {
        let facets = library.facets()?;
        let mut query = Vec::new();
        let mut changes = Vec::new();
        for word in &self.words {
            if let Some(name) = word.strip_prefix('+') {
                changes.push(Written {
                    puts_on: true,
                    tag: self.tag(library, name)?,
                });
                continue;
            }
            // What stands behind the sign may as well be a condition that is negated.
            let taken_off = match word.strip_prefix(['-', '\u{2212}']) {
                Some(name) if !name.contains(char::is_whitespace) => {
                    match library.resolve_tag(name) {
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
            match taken_off {
                Some(tag) => changes.push(Written {
                    puts_on: false,
                    tag,
                }),
                None => query.push(word.clone()),
            }
        }
        Ok((query, changes))
    }

    fn by_query(
        &self,
        context: &CommandContext,
        library: &mut Library,
        query: &[String],
        changes: &[Written],
    ) -> Result {
        if self.find.is_some() {
            return Err(CommandError::usage("--find goes with a tag and no sign before it").with_help(
                "write the query beside the changes: peerbib tag author:meretz +movement:oekonux"
                    .to_owned(),
            ));
        }
        if query.is_empty() {
            return Err(CommandError::usage("no works are named: this would change every one").with_help(
                "write a query beside the changes, such as author:meretz; year:..9999 is every dated work"
                    .to_owned(),
            ));
        }
        let person = context.person()?;
        let rehearse = |library: &mut Library| -> std::result::Result<_, CommandError> {
            let works = context.condition(library, query)?;
            let count = library.count_met(&works, 0)?.0;
            let counts =
                library.dry_run(|change| self.carry_out(change, &works, changes, &person))?;
            Ok((works, (count, counts)))
        };
        let (mut works, told) = rehearse(library)?;
        let (count, counts) = &told;
        let preview = preview(*count, changes, counts);
        if self.json {
            let changes: Vec<_> = changes
                .iter()
                .zip(counts)
                .map(|(change, count)| {
                    serde_json::json!({
                        "tag": change.tag.tag,
                        "change": if change.puts_on { "put" } else { "taken" },
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
        context.confirm_at_terminal("Shall this be done?")?;
        if !library.is_locked() {
            // While a person thought about it, another program may have changed the library.
            library.lock_for_write()?;
            let (works_now, told_now) = rehearse(library)?;
            if self.changes(library)?.1 != changes || told_now != told {
                return Err(LibraryError::ChangedMeanwhile("what this would do".to_owned()).into());
            }
            works = works_now;
        }
        context.change(library, |change| {
            self.carry_out(change, &works, changes, &person)
        })?;
        Ok(Outcome::Done)
    }

    fn carry_out(
        &self,
        change: &Change<'_>,
        works: &Condition,
        written: &[Written],
        person: &str,
    ) -> peerbib::library::Result<Vec<usize>> {
        let mut changes = Vec::with_capacity(written.len());
        for Written { puts_on, tag } in written {
            let id = if tag.id == 0 {
                change.put_tag(tag)?
            } else {
                tag.id
            };
            changes.push(if *puts_on {
                TagChange::Put(id)
            } else {
                TagChange::Take(id)
            });
        }
        change.change_tags(works, &changes, person, self.why.as_deref())
    }

    fn by_key(&self, context: &CommandContext, library: &mut Library) -> Result {
        let Some((tags, keys)) = self.words.split_first() else {
            return Ok(Outcome::Done);
        };
        if keys.is_empty() && self.find.is_none() {
            return Err(CommandError::usage("no works are named").with_help(format!(
                "name them by key, by --find QUERY, or as a query: peerbib tag QUERY +{tags}"
            )));
        }
        let works = named_works(context, library, keys, self.find.as_deref())?;
        let tags = listed(tags)?
            .into_iter()
            .map(|text| self.tag(library, text))
            .collect::<std::result::Result<Vec<_>, CommandError>>()?;
        if self.dry_run {
            for tag in &tags {
                for (_, key) in &works {
                    context.print(&format!("{key} would get {}\n", tag.tag))?;
                }
            }
            return Ok(Outcome::Done);
        }
        let person = context.person()?;
        let added = context.change(library, |change| {
            let mut added = Vec::new();
            for tag in &tags {
                let id = if tag.id == 0 {
                    change.put_tag(tag)?
                } else {
                    tag.id
                };
                for (work, key) in &works {
                    let outcome = change.assign(NewAssignment {
                        work: *work,
                        tag: id,
                        origin: Origin::Hand,
                        source: &person,
                        reason: self.why.as_deref(),
                    })?;
                    if outcome == TaggedOutcome::Added {
                        added.push(format!("{key} is {} now", tag.tag));
                    }
                }
            }
            Ok(added)
        })?;
        for line in &added {
            context.note(line);
        }
        if added.is_empty() {
            context.note("nothing to do: the works have the tag by your hand already");
        }
        Ok(Outcome::Done)
    }

    /// The tag that `text` names, or with `--create` one to be made.
    fn tag(&self, library: &Library, text: &str) -> std::result::Result<Tag, CommandError> {
        match library.resolve_tag(text) {
            Ok(tag) => Ok(tag),
            Err(LibraryError::UnknownTag { .. }) if self.create => {
                Ok(Tag::named(text.parse::<TagName>()?))
            }
            Err(error @ LibraryError::UnknownTag { .. }) => {
                let help = error.help().unwrap_or_default();
                Err(CommandError::new(&error)
                    .with_help(format!("{help}; --create makes a new tag")))
            }
            Err(error) => Err(error.into()),
        }
    }
}

/// What changes would do to the works of a query.
fn preview(count: i64, changes: &[Written], counts: &[usize]) -> String {
    let mut text = format!("{} found\n", works(count));
    let width = changes
        .iter()
        .map(|change| change.tag.tag.to_string().chars().count())
        .max()
        .unwrap_or(0);
    for (Written { puts_on, tag }, changed) in changes.iter().zip(counts) {
        let sign = if *puts_on { '+' } else { '\u{2212}' };
        let name = tag.tag.to_string();
        let others = usize::try_from(count).unwrap_or(0).saturating_sub(*changed);
        let _ = write!(text, "  {sign}{name:width$}  ");
        let _ = match (*puts_on, *changed, others) {
            (true, 0, _) => writeln!(text, "all have it already"),
            (true, changed, 0) => writeln!(text, "{changed} get it"),
            (true, changed, others) => writeln!(text, "{changed} get it, {others} have it already"),
            (false, 0, _) => writeln!(text, "none has it"),
            (false, changed, 0) => writeln!(text, "{changed} lose it"),
            (false, changed, others) => {
                writeln!(text, "{changed} lose it, {others} do not have it")
            }
        };
    }
    text
}

/// `1 work`, `12 works`.
pub(crate) fn works(count: impl TryInto<i64>) -> String {
    match count.try_into().unwrap_or(i64::MAX) {
        1 => "1 work".to_owned(),
        count => format!("{count} works"),
    }
}

/// The tags of a list with commas between them; at least one.
pub(crate) fn listed(tags: &str) -> std::result::Result<Vec<&str>, CommandError> {
    let tags: Vec<&str> = tags
        .split(',')
        .map(str::trim)
        .filter(|tag| !tag.is_empty())
        .collect();
    if tags.is_empty() {
        return Err(CommandError::usage("no tag is named")
            .with_help("write a tag as FACET:NAME, such as theme:germ-form".to_owned()));
    }
    Ok(tags)
}

/// The works that are named by key or found by a query: their numbers and keys.
pub(crate) fn named_works(
    context: &CommandContext,
    library: &Library,
    keys: &[String],
    find: Option<&str>,
) -> std::result::Result<Vec<(i64, String)>, CommandError> {
    let mut works = Vec::new();
    for key in keys {
        works.push((library.work_id(key)?, key.clone()));
    }
    if let Some(query) = find {
        for work in context.select(library, &[query.to_owned()])? {
            works.push((work.id, work.key));
        }
    }
    Ok(works)
}
