//! `peerbib backup`

use std::path::PathBuf;

use clap::Args;

use crate::cli::io::NO_INPUTS;
use crate::cli::{CommandContext, CommandError, Outcome, Result, hints, progress};
use peerbib::library::{BackupFile, IfExists, LibraryError};

/// Back up or restore the library
///
/// The backup is an ordinary library, and is verified before it gets its name. It works even while the library is in
/// use. Without FILE it is saved next to the library, with the date in its name. Use --library FILE to work with a
/// backup, and --restore to replace the library with it; the current library is backed up first.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  peerbib backup\n  peerbib backup commons-copy.db --force\n  \
                        peerbib backup --restore commons-copy.db"
)]
pub(crate) struct BackupLibrary {
    /// The file to write
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,

    /// Overwrite an existing file
    #[arg(long, requires = "file")]
    force: bool,

    /// Replace the library with this backup
    #[arg(long, value_name = "FILE", conflicts_with_all = ["file", "force"])]
    restore: Option<PathBuf>,
}

/// The advice for a file to restore that is no backup.
const NOT_A_BACKUP: &str = "nothing was changed; give a file that `peerbib backup` wrote";

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
                    CommandError::new(format_args!("no such file: {}", from.display()))
                        .with_help(NOT_A_BACKUP.to_owned()),
                );
            }
            let backup = BackupFile::open(from, context.busy_timeout()).map_err(|error| {
                let help = match error {
                    LibraryError::Foreign { .. } | LibraryError::Damaged { .. } => {
                        Some(NOT_A_BACKUP.to_owned())
                    }
                    _ => hints::library(&error),
                };
                CommandError::new(&error).with_help(help)
            })?;
            context.confirm(&format!(
                "Replace the library {} with {}?",
                library.path().display(),
                from.display()
            ))?;
            bar.set_message("restoring");
            let before = library.restore(&backup, advance)?;
            bar.finish_and_clear();
            context.note(format_args!(
                "restored {}; the previous library is saved as {}",
                from.display(),
                before.display()
            ));
            return Ok(Outcome::Done);
        }
        let existing = if self.force {
            IfExists::Replace
        } else {
            IfExists::Keep
        };
        let file = match &self.file {
            Some(file) => file.clone(),
            None => library.default_backup_path()?,
        };
        if file.is_dir() {
            return Err(
                CommandError::new(format_args!("{} is a directory", file.display())).with_help(
                    format!("name the file: {}", file.join("library.db").display()),
                ),
            );
        }
        context.check_output(&file, NO_INPUTS)?;
        bar.set_message("copying");
        library.back_up(&file, existing, advance)?;
        bar.finish_and_clear();
        let works = library.works().count()?;
        context.note(format_args!(
            "backed up {} to {}",
            crate::cli::ui::counted(works, "work"),
            file.display()
        ));
        Ok(Outcome::Done)
    }
}
