//! `peerbib edit`

use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use clap::Args;

use super::tag::named_works;
use super::{Failure, Outcome, Result, Session};
use crate::library::{FieldEdits, LibraryError};

/// Edit works: set fields, or open the entry in your editor
///
/// With --set and --unset the fields of the entry are edited in its own manner: everything else stays as
/// it was written. Without them $VISUAL or $EDITOR opens the entry; what comes back takes its place, and
/// costs nothing where it cannot be read. A new key in it renames the work.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  peerbib edit benkler2006wealth\n  \
                  peerbib edit benkler2006wealth --set year=2006 --unset note\n  \
                  peerbib edit --find routledge --set publisher=Routledge --dry-run")]
pub(super) struct Edit {
    /// The works, by citation key
    #[arg(value_name = "KEY", required_unless_present = "find")]
    keys: Vec<String>,

    /// Edit the works that a query finds
    #[arg(long, value_name = "QUERY")]
    find: Option<String>,

    /// Give a field a value, written as in BibTeX but without the outer braces
    #[arg(long, value_name = "FIELD=VALUE")]
    set: Vec<String>,

    /// Take a field away
    #[arg(long, value_name = "FIELD")]
    unset: Vec<String>,

    /// Print the entries as they would be, and change nothing
    #[arg(long)]
    dry_run: bool,
}

impl Edit {
    pub(super) fn run(self, session: &Session) -> Result {
        let mut library = session.open()?;
        let works = named_works(session, &library, &self.keys, self.find.as_deref())?;
        let edits = FieldEdits {
            set: fields(&self.set)?,
            unset: self.unset,
        };
        if edits == FieldEdits::default() {
            let [(work, key)] = works.as_slice() else {
                return Err(Failure::usage("the editor opens one work at a time")
                    .with_help("name one key, or say --set FIELD=VALUE".to_owned()));
            };
            return edit_by_hand(session, &mut library, *work, key);
        }
        if self.dry_run {
            for (_, key) in &works {
                let text = edits.applied_to(&library.source(key)?)?;
                session.print(&format!("{text}\n"))?;
            }
            return Ok(Outcome::Done);
        }
        let edited = session.change(&mut library, |change| {
            let mut edited = 0;
            for (work, _) in &works {
                edited += usize::from(change.edit_fields(*work, &edits)?);
            }
            Ok(edited)
        })?;
        session.note(match edited {
            0 => "nothing to do: the fields are so already".to_owned(),
            1 => "1 work edited".to_owned(),
            count => format!("{count} works edited"),
        });
        Ok(Outcome::Done)
    }
}

/// `FIELD=VALUE` as a field and its value.
pub(super) fn fields(texts: &[String]) -> std::result::Result<Vec<(String, String)>, Failure> {
    texts
        .iter()
        .map(|text| match text.split_once('=') {
            Some((name, value)) if is_field_name(name.trim()) => {
                Ok((name.trim().to_owned(), value.trim().to_owned()))
            }
            _ => Err(Failure::usage(format_args!(
                "\u{201c}{text}\u{201d} is not of the form FIELD=VALUE"
            ))
            .with_help("an example: --set year=2006".to_owned())),
        })
        .collect()
}

fn is_field_name(name: &str) -> bool {
    !name.is_empty()
        && name
            .chars()
            .all(|c| c.is_alphanumeric() || "-_:+.".contains(c))
}

fn edit_by_hand(
    session: &Session,
    library: &mut crate::library::Library,
    work: i64,
    key: &str,
) -> Result {
    if !(std::io::stdin().is_terminal() && std::io::stdout().is_terminal()) {
        return Err(Failure::usage("there is no terminal to open an editor in")
            .with_help("say what to edit: --set FIELD=VALUE, --unset FIELD".to_owned()));
    }
    let path = draft_path(key);
    let unusable = |error: std::io::Error| {
        Failure::new(format_args!("{} cannot be used: {error}", path.display()))
    };
    std::fs::write(&path, format!("{}\n", library.source(key)?)).map_err(unusable)?;
    open_editor(&session.editor()?, &path)?;
    let text = std::fs::read_to_string(&path).map_err(unusable)?;
    let edited = session.change(library, |change| change.edit_entry(work, &text));
    let is_new = match edited {
        Ok(is_new) => is_new,
        Err(error @ (LibraryError::UnreadableEntry(_) | LibraryError::TakenKey { .. })) => {
            return Err(Failure::new(&error).with_help(format!(
                "nothing was changed, and nothing lost: what you wrote is in {}",
                path.display()
            )));
        }
        Err(error) => return Err(error.into()),
    };
    // The draft is in the library now; one that cannot be removed does no harm.
    let _ = std::fs::remove_file(&path);
    session.note(if is_new {
        "1 work edited"
    } else {
        "nothing was changed"
    });
    Ok(Outcome::Done)
}

/// A file for the editor, named so that it knows BibTeX when it sees it.
fn draft_path(key: &str) -> PathBuf {
    let name: String = key.chars().filter(|c| c.is_alphanumeric()).collect();
    std::env::temp_dir().join(format!("peerbib-{}-{name}.bib", std::process::id()))
}

/// Opens a file in the editor of this command line, and waits until it is closed.
pub(super) fn open_editor(editor: &str, path: &Path) -> std::result::Result<(), Failure> {
    // The variables may hold arguments, too: "code --wait".
    let mut words = editor.split_whitespace();
    let status = Command::new(words.next().unwrap_or("vi"))
        .args(words)
        .arg(path)
        .status()
        .map_err(|error| {
            Failure::new(format_args!(
                "the editor {editor} cannot be started: {error}"
            ))
            .with_help("name another: peerbib config set editor PROGRAM".to_owned())
        })?;
    if status.success() {
        Ok(())
    } else {
        Err(
            Failure::new(format_args!("the editor {editor} ended with an error"))
                .with_help("nothing was changed".to_owned()),
        )
    }
}
