//! Standard input and output files, with uniform errors.

use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use crate::cli::{CommandContext, CommandError};

/// Reads standard input.
pub(crate) fn standard_input() -> Result<Vec<u8>, CommandError> {
    let mut bytes = Vec::new();
    match std::io::stdin().lock().read_to_end(&mut bytes) {
        Ok(_) => Ok(bytes),
        Err(error) => Err(unreadable(&error)),
    }
}

/// Reads standard input as UTF-8 text.
pub(crate) fn standard_input_as_text() -> Result<String, CommandError> {
    let mut text = String::new();
    match std::io::stdin().lock().read_to_string(&mut text) {
        Ok(_) => Ok(text),
        Err(error) => Err(unreadable(&error)),
    }
}

fn unreadable(error: &std::io::Error) -> CommandError {
    CommandError::new(format_args!("cannot read standard input: {error}"))
}

impl CommandContext {
    /// Rejects an output file that would overwrite one of the `inputs` or the library.
    ///
    /// # Errors
    ///
    /// A usage error that names the file.
    pub(crate) fn check_output(
        &self,
        path: impl AsRef<Path>,
        inputs: impl IntoIterator<Item = impl AsRef<Path>>,
    ) -> Result<(), CommandError> {
        let path = path.as_ref();
        // Writing to a device or a pipe overwrites nothing.
        if path.metadata().is_ok_and(|found| !found.is_file()) {
            return Ok(());
        }
        let library = self.library_path().ok().map(|path| real_path(&path));
        for suffix in ["", "-wal", "-shm", "-journal"] {
            let mut file = library.clone().unwrap_or_default().into_os_string();
            file.push(suffix);
            if library.is_some() && is_same_file(Path::new(&file), path) {
                return Err(CommandError::usage(format_args!(
                    "{} would be overwritten, which belongs to the library",
                    path.display()
                ))
                .with_help("choose another output file".to_owned()));
            }
        }
        let mut inputs = inputs.into_iter();
        if inputs.any(|input| is_same_file(input.as_ref(), path)) {
            return Err(CommandError::usage(format_args!(
                "{} would be overwritten while it is read",
                path.display()
            ))
            .with_help("choose another output file".to_owned()));
        }
        Ok(())
    }

    /// Writes a file atomically, unless it belongs to the library.
    ///
    /// # Errors
    ///
    /// If it cannot be written; an old file is intact then.
    pub(crate) fn write_file(
        &self,
        path: impl AsRef<Path>,
        content: impl AsRef<[u8]>,
    ) -> Result<(), CommandError> {
        let path = path.as_ref();
        self.check_output(path, NO_INPUTS)?;
        replace_file(path, content.as_ref()).map_err(|error| {
            CommandError::new(format_args!("cannot write {}: {error}", path.display()))
        })
    }
}

/// The inputs of a command that reads only the library.
pub(crate) const NO_INPUTS: [&Path; 0] = [];

/// Writes a file atomically: to a temporary file beside it, which is then renamed. A symbolic link stays one.
/// A device or a pipe is written to directly.
///
/// # Errors
///
/// If the file cannot be written; an old file is intact then.
pub(crate) fn replace_file(path: &Path, content: &[u8]) -> std::io::Result<()> {
    let old = match path.metadata() {
        Ok(found) if found.is_file() => Some(found.permissions()),
        Ok(_) => return std::fs::write(path, content),
        Err(_) => None,
    };
    if old.as_ref().is_some_and(std::fs::Permissions::readonly) {
        return Err(std::io::ErrorKind::PermissionDenied.into());
    }
    let target = real_path(path);
    let directory = match target.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let mut builder = tempfile::Builder::new();
    builder.prefix(".peerbib-").suffix(".part");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    // The error of tempfile would name the temporary file, which the user knows nothing of.
    let without_path = |error: std::io::Error| match error.raw_os_error() {
        Some(code) => std::io::Error::from_raw_os_error(code),
        None => error.kind().into(),
    };
    let mut file = builder.tempfile_in(directory).map_err(without_path)?;
    file.as_file_mut().write_all(content)?;
    if let Some(permissions) = old {
        file.as_file().set_permissions(permissions)?;
        // Some file systems report only now that the disk is full.
        file.as_file().sync_all()?;
    }
    file.persist(&target).map_err(|error| error.error)?;
    Ok(())
}

/// Returns whether two paths name the same file, through links too. The files need not exist.
fn is_same_file(one: &Path, other: &Path) -> bool {
    real_path(one) == real_path(other) || is_same_inode(one, other)
}

#[cfg(unix)]
fn is_same_inode(one: &Path, other: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;

    match (one.metadata(), other.metadata()) {
        (Ok(one), Ok(other)) => (one.dev(), one.ino()) == (other.dev(), other.ino()),
        _ => false,
    }
}

#[cfg(not(unix))]
fn is_same_inode(_: &Path, _: &Path) -> bool {
    false
}

/// How many symbolic links in a row are followed, as on Linux.
const MOST_LINKS: usize = 40;

/// Returns the absolute path of a file without symbolic links. The file need not exist, unlike for
/// `canonicalize`.
fn real_path(path: &Path) -> PathBuf {
    let mut path = path.to_path_buf();
    for _ in 0..MOST_LINKS {
        let Ok(target) = std::fs::read_link(&path) else {
            break;
        };
        path = match path.parent() {
            Some(parent) => parent.join(target),
            None => target,
        };
    }
    if let Ok(real) = path.canonicalize() {
        return real;
    }
    let Some(name) = path.file_name() else {
        return path;
    };
    let parent = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    match parent.canonicalize() {
        Ok(parent) => parent.join(name),
        Err(_) => path,
    }
}

/// Returns a path that no program takes for an option.
pub(crate) fn as_operand(path: &Path) -> PathBuf {
    if path.is_absolute() {
        path.to_path_buf()
    } else {
        Path::new(".").join(path)
    }
}
