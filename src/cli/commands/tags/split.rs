//! `peerbib tags split`

use clap::Args;

use super::{change, report};
use crate::cli::ui::counted;
use crate::cli::{CommandContext, CommandError, Result};
use peerbib::library::{Library, LibraryError, SplitPart, Tag, TagName};
use peerbib::tagging::split_rules;

/// Split a tag into several, by queries
///
/// Each --into names a tag, which is created if needed, and the --where after it selects the works of the
/// old tag that get it. They lose the old tag; the others keep it. With --rest, they get another tag,
/// too, and the old one is removed. Rules that apply the old tag are split, too.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  peerbib tags split theme:policy --into theme:cities --where title:city --dry-run"
)]
pub(crate) struct SplitTag {
    /// The tag
    tag: String,

    /// A new tag; can be repeated
    #[arg(long, value_name = "TAG", required = true)]
    into: Vec<String>,

    /// The works that get the tag of the --into before it
    #[arg(
        long = "where",
        value_name = "QUERY",
        required = true,
        allow_hyphen_values = true
    )]
    queries: Vec<String>,

    /// The tag for works that match no --where
    #[arg(long, value_name = "TAG")]
    rest: Option<String>,

    /// Show what would change, and change nothing
    #[arg(long)]
    dry_run: bool,
}

impl SplitTag {
    pub(crate) fn run(self, context: &CommandContext) -> Result {
        if self.into.len() != self.queries.len() {
            return Err(CommandError::usage(format_args!(
                "{} --into but {} --where",
                self.into.len(),
                self.queries.len()
            ))
            .with_help("give each --into its own --where".to_owned()));
        }
        let mut library = context.open_to_change()?;
        let tag = library.tags().resolve(&self.tag)?;
        let new = |text: &String| part(&library, &tag, text);
        let parts = self.into.iter().map(new).collect::<Result<Vec<_>>>()?;
        let rest = self.rest.as_ref().map(new).transpose()?;
        let conditions = self
            .queries
            .iter()
            .map(|query| context.condition(&library, std::slice::from_ref(query)))
            .collect::<Result<Vec<_>>>()?;
        let (counts, left, rules) = change(context, &mut library, self.dry_run, |change| {
            let make = |part: &Tag| -> Result<Tag, LibraryError> {
                let id = if part.id == 0 {
                    change.tags().put(part)?
                } else {
                    part.id
                };
                change.tags().get(id)
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
                change
                    .tags()
                    .split(&tag, &split, rest.as_ref().map(|rest| rest.id))?;
            let queries: Vec<(Tag, String)> = parts.into_iter().zip(self.queries.clone()).collect();
            let rules = split_rules(change, &tag, &queries, rest.as_ref())?;
            if rest.is_some() {
                change.tags().remove(&change.tags().get(tag.id)?)?;
            }
            Ok((counts, left, rules))
        })?;
        let mut lines = Vec::new();
        for (part, count) in parts.iter().zip(counts) {
            lines.push(format!(
                "{} of {} as {}",
                counted(count, "work"),
                tag.tag,
                part.tag
            ));
        }
        match &rest {
            Some(rest) => lines.push(format!(
                "{} as {}; removed {}",
                counted(left, "work"),
                rest.tag,
                tag.tag
            )),
            None => lines.push(format!("{} left as {}", counted(left, "work"), tag.tag)),
        }
        if !rules.is_empty() {
            lines.push(format!("also split the rules {}", rules.join(", ")));
        }
        let text = lines.join("\n");
        report(context, self.dry_run, &text, &text)
    }
}

/// Returns a tag to split into: an existing or a new one.
fn part(library: &Library, tag: &Tag, text: &str) -> Result<Tag> {
    let name: TagName = if text.contains(':') {
        text.parse()?
    } else {
        format!("{}:{text}", tag.tag.facet).parse()?
    };
    if name == tag.tag {
        return Err(
            CommandError::usage(format_args!("cannot split {name} into itself"))
                .with_help("choose another name".to_owned()),
        );
    }
    Ok(match library.tags().find(&name)? {
        Some(id) => library.tags().get(id)?,
        None => Tag {
            parent: tag.parent.clone(),
            ..Tag::named(name)
        },
    })
}
