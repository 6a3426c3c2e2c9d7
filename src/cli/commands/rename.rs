//! `peerbib rename`

use std::collections::HashSet;

use clap::Args;

use crate::cli::commands::tag::named_works;
use crate::cli::{CommandContext, CommandError, Outcome, Result};

/// Give works other citation keys
///
/// The old key stays as an alias, so that everything that names the work by it goes on to work; entries
/// that inherit from it (crossref, xdata) follow. Keys never change unless you ask.
///
/// A pattern makes keys of what a work says. Its markers are those of JabRef and Better BibTeX:
///
///   [auth]            family name of the first author or editor; [auth3]: three letters of it
///   [authors]         all family names; [authors2]: two, then EtAl
///   [auth.etal]       one name, two names, or the first and EtAl
///   [year]  [shortyear]
///   [title]           all words of the title but the, of, and …
///   [shorttitle]      the first three of them; [shorttitle2]: two
///   [veryshorttitle]  the first of them
///   [entrytype]  [volume]  [firstpage]
///
/// :lower or :upper behind a marker sets its case: [auth:lower]. Accents are taken off. Where two works
/// would get one key, the second gets it with an a, b, c. A work that has such a key already keeps it.
#[derive(Debug, Args)]
#[command(
    verbatim_doc_comment,
    after_help = "Examples:\n  peerbib rename merten2009 merten2009talk\n  \
                  peerbib rename --pattern '[auth:lower][year][veryshorttitle:lower]' --dry-run\n  \
                  peerbib rename --pattern '[auth][year]' --find movement:oekonux"
)]
pub(crate) struct Rename {
    /// The key and the new key; with --pattern, the works that are meant
    #[arg(value_name = "KEY")]
    keys: Vec<String>,

    /// Make the keys by a pattern, of all works where neither keys nor --find is given; without a
    /// PATTERN, by that of your configuration [default: [auth:lower][year][veryshorttitle:lower]]
    #[arg(long, value_name = "PATTERN", num_args = 0..=1, default_missing_value = "")]
    pattern: Option<String>,

    /// The works that a query finds
    #[arg(long, value_name = "QUERY", requires = "pattern")]
    find: Option<String>,

    /// Say what would be done, and do nothing
    #[arg(long)]
    dry_run: bool,
}

impl Rename {
    pub(crate) fn run(self, context: &CommandContext) -> Result {
        let mut library = context.open_to_change()?;
        let renamings = match (&self.pattern, self.keys.as_slice()) {
            (Some(pattern), keys) => {
                let said = Some(pattern.as_str()).filter(|pattern| !pattern.is_empty());
                let pattern = context.key_pattern(said)?;
                let all = keys.is_empty() && self.find.is_none();
                let find = if all { Some("") } else { self.find.as_deref() };
                let mut taken = HashSet::new();
                let mut renamings = Vec::new();
                for (work, _) in named_works(context, &library, keys, find)? {
                    let old = library.key_of(work)?;
                    let new = library.key_by_pattern(work, &pattern, &|key| taken.contains(key))?;
                    taken.insert(new.clone());
                    if old != new {
                        renamings.push((work, old, new));
                    }
                }
                renamings
            }
            (None, [key, new]) => vec![(library.work_id(key)?, key.clone(), new.clone())],
            (None, _) => {
                return Err(
                    CommandError::usage("rename takes a key and a new key, or --pattern")
                        .with_help(
                            "an example: peerbib rename merten2009 merten2009talk".to_owned(),
                        ),
                );
            }
        };
        let rename = |change: &peerbib::library::Change<'_>| {
            for (work, _, new) in &renamings {
                change.rename(*work, new)?;
            }
            Ok(())
        };
        if self.dry_run {
            library.dry_run(rename)?;
        } else {
            context.change(&mut library, rename)?;
        }
        let verb = if self.dry_run { "would be" } else { "is" };
        let lines = renamings.iter().map(|(_, old, new)| {
            format!(
                "{old} {verb} {new}{}\n",
                if self.dry_run { "" } else { " now" }
            )
        });
        let lines: String = lines.collect();
        if self.dry_run {
            context.print(&lines)?;
        } else if !lines.is_empty() {
            context.note(lines.trim_end());
        }
        if renamings.is_empty() {
            context.note("nothing to do: the works have such keys already");
        }
        Ok(Outcome::Done)
    }
}
