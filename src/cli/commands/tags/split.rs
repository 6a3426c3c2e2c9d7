//! `peerbib tags split`

use clap::Args;

use super::{change, tell};
use crate::cli::commands::tag::works;
use crate::cli::{CommandContext, CommandError, Result};
use peerbib::library::{Library, LibraryError, SplitPart, Tag, TagName};
use peerbib::tagging::split_rules;

/// Split a tag into several, by query
///
/// Each --into names a tag, which is made where there is none, and the --where behind it says which of the
/// works of the old tag get it, on the same word as before. They lose the old tag, which keeps the others;
/// with --rest, these get a tag of their own, too, and the old one goes. Rules that lead to the old tag are
/// split along.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  peerbib tags split theme:policy --into theme:cities --where title:city --dry-run"
)]
pub(crate) struct SplitTag {
    /// The tag
    tag: String,

    /// A tag that some of its works get; may be given several times
    #[arg(long, value_name = "TAG", required = true)]
    into: Vec<String>,

    /// Which works get the tag of the --into before it
    #[arg(
        long = "where",
        value_name = "QUERY",
        required = true,
        allow_hyphen_values = true
    )]
    queries: Vec<String>,

    /// The tag that works get which no --where finds
    #[arg(long, value_name = "TAG")]
    rest: Option<String>,

    /// Say what would be done, and do nothing
    #[arg(long)]
    dry_run: bool,
}

impl SplitTag {
    pub(crate) fn run(self, context: &CommandContext) -> Result {
        if self.into.len() != self.queries.len() {
            return Err(CommandError::usage(format_args!(
                "there are {} tags to split into, and {} queries",
                self.into.len(),
                self.queries.len()
            ))
            .with_help("give each --into a --where of its own".to_owned()));
        }
        let mut library = context.open_to_change()?;
        let tag = library.resolve_tag(&self.tag)?;
        let new = |text: &String| part(&library, &tag, text);
        let parts = self
            .into
            .iter()
            .map(new)
            .collect::<std::result::Result<Vec<_>, CommandError>>()?;
        let rest = self.rest.as_ref().map(new).transpose()?;
        let conditions = self
            .queries
            .iter()
            .map(|query| context.condition(&library, std::slice::from_ref(query)))
            .collect::<std::result::Result<Vec<_>, CommandError>>()?;
        let (counts, left, rules) = change(context, &mut library, self.dry_run, |change| {
            let make = |part: &Tag| -> std::result::Result<Tag, LibraryError> {
                let id = if part.id == 0 {
                    change.put_tag(part)?
                } else {
                    part.id
                };
                change.tag(id)
            };
            let parts = parts
                .iter()
                .map(make)
                .collect::<peerbib::library::Result<Vec<_>>>()?;
            let rest = rest.as_ref().map(make).transpose()?;
            let split: Vec<SplitPart> = parts
                .iter()
                .zip(&conditions)
                .map(|(part, condition)| SplitPart {
                    tag: part.id,
                    works: condition.clone(),
                })
                .collect();
            let (counts, left) =
                change.split_tag(&tag, &split, rest.as_ref().map(|rest| rest.id))?;
            let queries: Vec<(Tag, String)> = parts.into_iter().zip(self.queries.clone()).collect();
            let rules = split_rules(change, &tag, &queries, rest.as_ref())?;
            if rest.is_some() {
                change.remove_tag(&change.tag(tag.id)?)?;
            }
            Ok((counts, left, rules))
        })?;
        let mut lines = Vec::new();
        for (part, count) in parts.iter().zip(counts) {
            lines.push(format!(
                "{} of {} as {}",
                works(count_of(count)),
                tag.tag,
                part.tag
            ));
        }
        match &rest {
            Some(rest) => lines.push(format!(
                "{} as {}; {} is gone",
                works(count_of(left)),
                rest.tag,
                tag.tag
            )),
            None => lines.push(format!("{} left as {}", works(count_of(left)), tag.tag)),
        }
        if !rules.is_empty() {
            lines.push(format!("split along: the rules {}", rules.join(", ")));
        }
        let text = lines.join("\n");
        tell(context, self.dry_run, &text, &text)
    }
}

fn count_of(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// A tag to split into: one that there is, or one to be made beside the old one.
fn part(library: &Library, tag: &Tag, text: &str) -> std::result::Result<Tag, CommandError> {
    let name: TagName = if text.contains(':') {
        text.parse()?
    } else {
        format!("{}:{text}", tag.tag.facet).parse()?
    };
    if name == tag.tag {
        return Err(
            CommandError::usage(format_args!("{name} is the tag that is split"))
                .with_help("choose other names for the parts".to_owned()),
        );
    }
    Ok(match library.tag_called(&name)? {
        Some(id) => library.tag(id)?,
        None => Tag {
            parent: tag.parent.clone(),
            ..Tag::named(name)
        },
    })
}
