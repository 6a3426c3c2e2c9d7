//! `peerbib rename`

use clap::Args;

use crate::cli::works::{named_work, named_works};
use crate::cli::{CommandContext, CommandError, Outcome, Result};
use peerbib::library::NewKeys;

/// Change citation keys
///
/// The old key stays as an alias, so documents that cite it still work, and entries that inherit from
/// it (crossref, xdata) follow. Keys never change unless you ask.
///
/// A pattern generates keys. Its markers are those of JabRef and Better BibTeX:
///
///   [auth]            family name of the first author or editor; [auth3]: its first 3 letters
///   [authors]         all family names; [authors2]: two, then EtAl
///   [auth.etal]       one name, two names, or the first and EtAl
///   [year]  [shortyear]
///   [title]           all words of the title without the, of, and …
///   [shorttitle]      the first three of them; [shorttitle2]: two
///   [veryshorttitle]  the first of them
///   [entrytype]  [volume]  [firstpage]
///
/// Add :lower or :upper to change case, as in [auth:lower]. Accents are removed. If a key is taken, the
/// next work gets an a, b, c after it. A work that already has a matching key keeps it.
#[derive(Debug, Args)]
#[command(
    verbatim_doc_comment,
    after_help = "Examples:\n  peerbib rename merten2009 merten2009talk\n  \
                  peerbib rename --pattern '[auth:lower][year][veryshorttitle:lower]' --dry-run\n  \
                  peerbib rename --pattern '[auth][year]' movement:oekonux"
)]
pub(crate) struct Rename {
    /// A key and its new key; with --pattern, the works to rename, as citation keys or as a query
    #[arg(value_name = "KEY")]
    keys: Vec<String>,

    /// Generate keys from a pattern, for all works unless you give keys or --find; without PATTERN, from
    /// the one in your configuration [default: [auth:lower][year][veryshorttitle:lower]]
    #[arg(long, value_name = "PATTERN", num_args = 0..=1, default_missing_value = "")]
    pattern: Option<String>,

    /// Rename the works that match a query
    #[arg(long, value_name = "QUERY", allow_hyphen_values = true)]
    find: Option<String>,

    /// Show the new keys, and change nothing
    #[arg(long)]
    dry_run: bool,
}

impl Rename {
    /// Returns the work to rename, named by its key or by the query of `--find`, and its new key.
    fn work_and_key(&self) -> Option<(String, String)> {
        match (self.keys.as_slice(), &self.find) {
            ([key, new], None) => Some((key.clone(), new.clone())),
            ([new], Some(find)) => Some((format!("({find})"), new.clone())),
            _ => None,
        }
    }

    pub(crate) fn run(self, context: &CommandContext) -> Result {
        let mut library = context.open_to_change()?;
        let renamings = match (&self.pattern, self.keys.as_slice()) {
            (Some(pattern), keys) => {
                let pattern = Some(pattern.as_str()).filter(|pattern| !pattern.is_empty());
                let pattern = context.key_pattern(pattern)?;
                let all = keys.is_empty() && self.find.is_none();
                let find = if all { Some("") } else { self.find.as_deref() };
                let mut new_keys = NewKeys::default();
                let mut renamings = Vec::new();
                for (work, _) in named_works(context, &library, keys, find)?.works {
                    let old = library.works().key(work)?;
                    let new = library
                        .works()
                        .key_by_pattern(work, &pattern, &mut new_keys)?;
                    if old != new {
                        renamings.push((work, old, new));
                    }
                }
                renamings
            }
            (None, _) => {
                let (work, new) = self.work_and_key().ok_or_else(|| {
                    CommandError::usage("give a key and a new key, or --pattern").with_help(
                        "for example: `peerbib rename merten2009 merten2009talk`".to_owned(),
                    )
                })?;
                let work = named_work(context, &library, &work)?;
                vec![(work, library.works().key(work)?, new)]
            }
        };
        let rename = |change: &peerbib::library::Change<'_>| {
            for (work, _, new) in &renamings {
                change.works().rename(*work, new)?;
            }
            Ok(())
        };
        if self.dry_run {
            library.dry_run(rename)?;
        } else {
            context.change(&mut library, rename)?;
        }
        let verb = if self.dry_run {
            "would rename"
        } else {
            "renamed"
        };
        let lines = renamings
            .iter()
            .map(|(_, old, new)| format!("{verb} {old} to {new}\n"));
        let lines: String = lines.collect();
        if self.dry_run {
            context.print(&lines)?;
        } else if !lines.is_empty() {
            context.note(lines.trim_end());
        }
        if renamings.is_empty() {
            context.note("nothing to do: all keys match the pattern already");
        }
        Ok(Outcome::Done)
    }
}
