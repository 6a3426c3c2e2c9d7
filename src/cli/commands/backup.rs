//! `peerbib backup`

use std::path::PathBuf;

use clap::Args;

use crate::cli::{CommandContext, CommandError, Outcome, Result, progress};
use peerbib::library::Existing;

/// Copy the library, even while it is in use
///
/// The copy is a library like any other, of the state that the library has at this moment, and is read
/// through before it gets its name. Without a FILE it stands beside the library, with the date in its name.
/// Before a newer peerbib changes the form of a library, it makes such a copy by itself.
///
/// To look into a copy, or to work on with it: peerbib --library FILE. To put it in the place of the
/// library: --restore, which copies the present library first.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  peerbib backup\n  peerbib backup commons-copy.db --force\n  \
                        peerbib backup commons-copy.db && peerbib backup --restore commons-copy.db --yes"
)]
pub(crate) struct BackupLibrary {
    /// The file of the copy
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,

    /// Put the copy in the place of a file that is there
    #[arg(long, requires = "file")]
    force: bool,

    /// Put the copy in FILE in the place of the library
    #[arg(long, value_name = "FILE", conflicts_with_all = ["file", "force"])]
    restore: Option<PathBuf>,
}

impl BackupLibrary {
    pub(crate) fn run(self, context: &CommandContext) -> Result {
        let mut library = context.open()?;
        let bar = progress::bar_of("pages");
        let advance = &mut |done: usize, all: usize| {
            bar.set_length(u64::try_from(all).unwrap_or_default());
            bar.set_position(u64::try_from(done).unwrap_or_default());
        };
        if let Some(from) = &self.restore {
            if !from.is_file() {
                return Err(
                    CommandError::new(format_args!("there is no file {}", from.display()))
                        .with_help(
                            "nothing was changed; name a copy that `peerbib backup` made"
                                .to_owned(),
                        ),
                );
            }
            context.confirm(&format!(
                "Put {} in the place of the library {}?",
                from.display(),
                library.path().display()
            ))?;
            bar.set_message("putting back");
            let before = library.restore(from, context.busy_timeout(), advance)?;
            bar.finish_and_clear();
            context.note(format_args!(
                "the library is as it is in {}; as it was before, it is in {}",
                from.display(),
                before.display()
            ));
            return Ok(Outcome::Done);
        }
        let existing = if self.force {
            Existing::Replace
        } else {
            Existing::Keep
        };
        let file = match &self.file {
            Some(file) => file.clone(),
            None => library.default_backup_path()?,
        };
        bar.set_message("copying");
        library.back_up(&file, existing, advance)?;
        bar.finish_and_clear();
        let works = library.count()?;
        context.note(format_args!(
            "copied {works} works to {}, and read the copy through",
            file.display()
        ));
        Ok(Outcome::Done)
    }
}
