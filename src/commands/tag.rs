//! `peerbib tag`

use clap::Args;

use super::{Failure, Outcome, Result, Session};
use crate::library::{Library, LibraryError, NewAssignment, Origin, Tag, TagName, TaggedOutcome};

/// Put a tag on works
///
/// A tag has a facet and a name: movement:oekonux, theme:germ-form. `peerbib tags` lists those there
/// are; --new makes one that is not there yet. Works are named by key, or with --find by a query.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  peerbib tag theme:germ-form merten2000 merten2009\n  \
                        peerbib tag theme:law benkler2002coase --why \"on the theory of the firm\"\n  \
                        peerbib tag course:week-3 --new --find 'author:ostrom' --dry-run"
)]
pub(super) struct TagWorks {
    /// The tag, or several with commas between them
    #[arg(value_name = "TAG")]
    tags: String,

    /// The works, by citation key
    #[arg(value_name = "KEY", required_unless_present = "find")]
    keys: Vec<String>,

    /// Tag the works that a query finds
    #[arg(long, value_name = "QUERY", allow_hyphen_values = true)]
    find: Option<String>,

    /// Why: the reason that `peerbib why` shows
    #[arg(long, value_name = "REASON")]
    why: Option<String>,

    /// Make the tag if there is none of this name
    #[arg(long)]
    new: bool,

    /// Say what would be done, and do nothing
    #[arg(long)]
    dry_run: bool,
}

impl TagWorks {
    pub(super) fn run(self, session: &Session) -> Result {
        let mut library = session.open()?;
        let works = named_works(session, &library, &self.keys, self.find.as_deref())?;
        let tags = listed(&self.tags)?
            .into_iter()
            .map(|text| self.tag(&library, text))
            .collect::<std::result::Result<Vec<_>, Failure>>()?;
        if self.dry_run {
            for tag in &tags {
                for (_, key) in &works {
                    session.print(&format!("{key} would get {}\n", tag.tag))?;
                }
            }
            return Ok(Outcome::Done);
        }
        let person = session.person()?;
        let added = session.change(&mut library, |change| {
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
            session.note(line);
        }
        if added.is_empty() {
            session.note("nothing to do: the works have the tag by your hand already");
        }
        Ok(Outcome::Done)
    }

    /// The tag that `text` names, or with `--new` one to be made.
    fn tag(&self, library: &Library, text: &str) -> std::result::Result<Tag, Failure> {
        match library.resolve_tag(text) {
            Ok(tag) => Ok(tag),
            Err(LibraryError::UnknownTag { .. }) if self.new => {
                Ok(Tag::named(text.parse::<TagName>()?))
            }
            Err(error @ LibraryError::UnknownTag { .. }) => {
                let help = error.help().unwrap_or_default();
                Err(Failure::new(&error).with_help(format!("{help}; --new makes a new tag")))
            }
            Err(error) => Err(error.into()),
        }
    }
}

/// The tags of a list with commas between them; at least one.
pub(super) fn listed(tags: &str) -> std::result::Result<Vec<&str>, Failure> {
    let tags: Vec<&str> = tags
        .split(',')
        .map(str::trim)
        .filter(|tag| !tag.is_empty())
        .collect();
    if tags.is_empty() {
        return Err(Failure::usage("no tag is named")
            .with_help("write a tag as FACET:NAME, such as theme:germ-form".to_owned()));
    }
    Ok(tags)
}

/// The works that are named by key or found by a query: their numbers and keys.
pub(super) fn named_works(
    session: &Session,
    library: &Library,
    keys: &[String],
    find: Option<&str>,
) -> std::result::Result<Vec<(i64, String)>, Failure> {
    let mut works = Vec::new();
    for key in keys {
        works.push((library.work_id(key)?, key.clone()));
    }
    if let Some(query) = find {
        for work in session.select(library, &[query.to_owned()])? {
            works.push((work.id, work.key));
        }
    }
    Ok(works)
}
