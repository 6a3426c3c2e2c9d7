//! Input and output files, with uniform errors.

use std::fs::{File, Metadata};
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use crate::cli::{CommandContext, CommandError, Result};

/// The largest input that is read, in bytes. A pipe may never end.
const LARGEST: u64 = 1 << 30;

/// The largest input that is read from a character device: a terminal, `/dev/null` or `/dev/zero`.
const LARGEST_FROM_DEVICE: u64 = 1 << 20;

/// Reads standard input.
pub(crate) fn standard_input() -> Result<Vec<u8>> {
    read_stdin().map_err(|error| unreadable("standard input", &error))
}

/// Reads standard input as UTF-8 text.
pub(crate) fn standard_input_as_text() -> Result<String> {
    read_stdin()
        .and_then(utf8)
        .map_err(|error| unreadable("standard input", &error))
}

/// Reads a file that a person named. It may be a pipe, such as that of a process substitution. Fails for a file that is
/// too large, so that an endless one does not fill the memory; [`reason`] describes the error.
pub(crate) fn read_file(path: impl AsRef<Path>) -> io::Result<Vec<u8>> {
    let file = File::open(path)?;
    let metadata = file.metadata()?;
    read_to_limit(file, &metadata)
}

/// Reads a file of UTF-8 text like [`read_file`].
pub(crate) fn read_text_file(path: impl AsRef<Path>) -> io::Result<String> {
    read_file(path).and_then(utf8)
}

/// Reads standard input (`-`) or a file as UTF-8 text.
pub(crate) fn read_text(name: &str) -> Result<String> {
    if name == "-" {
        return standard_input_as_text();
    }
    read_text_file(name).map_err(|error| unreadable(name, &error))
}

/// Checks that `path`, which a document names, is a file. A document may come from a stranger, and a device or a pipe
/// may never end.
pub(crate) fn check_is_file(path: &Path) -> Result<()> {
    match std::fs::metadata(path) {
        Ok(metadata) if !metadata.is_file() => Err(unreadable(
            &path.display().to_string(),
            &io::Error::other("it is not a file"),
        )),
        // Whoever reads the file reports other errors.
        _ => Ok(()),
    }
}

/// Returns why a file cannot be read.
pub(crate) fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "no such file".to_owned(),
        io::ErrorKind::IsADirectory => "it is a directory".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        io::ErrorKind::InvalidData => "it is not UTF-8 text".to_owned(),
        _ => error.to_string(),
    }
}

/// Returns the path as text.
pub(crate) fn utf8_path(path: &Path) -> Result<&str> {
    path.to_str().ok_or_else(|| {
        CommandError::new(format_args!("the path {} is not UTF-8", path.display()))
            .with_help("rename the file or directory".to_owned())
    })
}

fn read_stdin() -> io::Result<Vec<u8>> {
    #[cfg(unix)]
    {
        use std::os::fd::AsFd as _;
        let file = File::from(io::stdin().as_fd().try_clone_to_owned()?);
        let metadata = file.metadata()?;
        read_to_limit(file, &metadata)
    }
    #[cfg(not(unix))]
    {
        read_at_most(LARGEST, io::stdin().lock())
    }
}

fn read_to_limit(file: File, metadata: &Metadata) -> io::Result<Vec<u8>> {
    let limit = if is_device(metadata) {
        LARGEST_FROM_DEVICE
    } else {
        LARGEST
    };
    if metadata.len() > limit {
        return Err(too_large(limit));
    }
    read_at_most(limit, file)
}

fn read_at_most(limit: u64, input: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    input.take(limit + 1).read_to_end(&mut bytes)?;
    if u64::try_from(bytes.len()).is_ok_and(|length| length <= limit) {
        Ok(bytes)
    } else {
        Err(too_large(limit))
    }
}

fn too_large(limit: u64) -> io::Error {
    io::Error::other(format!("it is larger than {} MiB", limit >> 20))
}

fn is_device(metadata: &Metadata) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt as _;
        let kind = metadata.file_type();
        kind.is_char_device() || kind.is_block_device()
    }
    #[cfg(not(unix))]
    {
        let _ = metadata;
        false
    }
}

fn utf8(bytes: Vec<u8>) -> io::Result<String> {
    String::from_utf8(bytes).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))
}

fn unreadable(name: &str, error: &io::Error) -> CommandError {
    CommandError::new(format_args!("cannot read {name}: {}", reason(error)))
}

impl CommandContext {
    /// Rejects an output file that would overwrite one of the `inputs` or the library. Fails with a usage error that
    /// names the file.
    pub(crate) fn check_output(
        &self,
        path: impl AsRef<Path>,
        inputs: impl IntoIterator<Item = impl AsRef<Path>>,
    ) -> Result<()> {
        let path = path.as_ref();
        // Writing to a device or a pipe overwrites nothing.
        if path.metadata().is_ok_and(|found| !found.is_file()) {
            return Ok(());
        }
        let output = FileIdentity::of(path);
        if let Ok(library) = self.library_path() {
            let library = real_path(&library);
            for suffix in ["", "-wal", "-shm", "-journal"] {
                let mut file = library.clone().into_os_string();
                file.push(suffix);
                if output.is_same(&FileIdentity::of_real_path(file.into())) {
                    return Err(CommandError::usage(format_args!(
                        "{} would be overwritten, which belongs to the library",
                        path.display()
                    ))
                    .with_help("choose another output file".to_owned()));
                }
            }
        }
        let mut inputs = inputs.into_iter();
        if inputs.any(|input| output.is_same(&FileIdentity::of(input.as_ref()))) {
            return Err(CommandError::usage(format_args!(
                "{} would be overwritten while it is read",
                path.display()
            ))
            .with_help("choose another output file".to_owned()));
        }
        Ok(())
    }

    /// Writes a file atomically, unless it belongs to the library. Fails if it cannot be written; an old file is intact
    /// then.
    pub(crate) fn write_file(
        &self,
        path: impl AsRef<Path>,
        content: impl AsRef<[u8]>,
    ) -> Result<()> {
        self.write_file_with(path, |file| Ok(file.write_all(content.as_ref())?))
    }

    /// Writes a file like [`Self::write_file`], but with what `write` passes to it, so that the content need not be in
    /// memory.
    ///
    /// # Errors
    ///
    /// Those of `write`; if the file cannot be written.
    pub(crate) fn write_file_with<T>(
        &self,
        path: impl AsRef<Path>,
        write: impl FnOnce(&mut dyn Write) -> Result<T>,
    ) -> Result<T> {
        let path = path.as_ref();
        self.check_output(path, NO_INPUTS)?;
        let failed = |error: &io::Error| unwritable(path, error);
        let mut file = BufWriter::new(ReportingFile {
            file: AtomicFile::create(path).map_err(|error| failed(&error))?,
            error: None,
        });
        let written = write(&mut file).and_then(|written| {
            file.flush()?;
            Ok(written)
        });
        // The buffer would write the rest when it is dropped.
        let (ReportingFile { file, error }, _) = file.into_parts();
        match (error, written) {
            (Some(error), _) => Err(failed(&error)),
            (None, Err(error)) => Err(error),
            (None, Ok(written)) => {
                file.commit().map_err(|error| failed(&error))?;
                Ok(written)
            }
        }
    }

    /// Writes what `write` passes to it to a file like [`Self::write_file`], or to standard output without one.
    ///
    /// # Errors
    ///
    /// Those of `write`; if the file or standard output cannot be written.
    pub(crate) fn write_output<T>(
        &self,
        path: Option<&Path>,
        write: impl FnOnce(&mut dyn Write) -> Result<T>,
    ) -> Result<T> {
        let Some(path) = path else {
            let mut output = self.output();
            let written = write(&mut output)?;
            output.flush()?;
            return Ok(written);
        };
        self.write_file_with(path, write)
    }
}

/// A file that keeps its error, so that a message can name the file.
struct ReportingFile {
    file: AtomicFile,
    error: Option<io::Error>,
}

impl ReportingFile {
    fn keep<T>(&mut self, result: io::Result<T>) -> io::Result<T> {
        result.map_err(|error| {
            let kind = error.kind();
            // An interrupted call is tried again.
            if kind != io::ErrorKind::Interrupted {
                self.error = Some(error);
            }
            kind.into()
        })
    }
}

impl Write for ReportingFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes);
        self.keep(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        let flushed = self.file.flush();
        self.keep(flushed)
    }
}

/// The inputs of a command that reads only the library.
pub(crate) const NO_INPUTS: [&Path; 0] = [];

/// Writes a file atomically; see [`AtomicFile`]. Fails if the file cannot be written; an old file is intact then.
pub(crate) fn replace_file(path: &Path, content: &[u8]) -> std::io::Result<()> {
    let mut file = AtomicFile::create(path)?;
    file.write_all(content)?;
    file.commit()
}

fn unwritable(path: &Path, error: &io::Error) -> CommandError {
    let reason = match (error.kind(), path.parent()) {
        (io::ErrorKind::NotFound, Some(directory)) => {
            format!("there is no directory {}", directory.display())
        }
        _ => reason(error),
    };
    CommandError::new(format_args!("cannot write {}: {reason}", path.display()))
}

/// A file that is written to a temporary file next to it, which then gets its name. A symbolic link stays one.
/// A device or a pipe is written to directly.
pub(crate) enum AtomicFile {
    /// A device or a pipe.
    Direct(File),
    /// A file that replaces another one, whose permissions it gets.
    Replacing {
        file: tempfile::NamedTempFile,
        target: PathBuf,
        permissions: Option<std::fs::Permissions>,
    },
}

impl AtomicFile {
    /// Creates the temporary file.
    pub(crate) fn create(path: &Path) -> std::io::Result<Self> {
        let old = match path.metadata() {
            Ok(found) if found.is_file() => Some(found.permissions()),
            Ok(_) => return Ok(Self::Direct(File::options().write(true).open(path)?)),
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
        let file = builder.tempfile_in(directory).map_err(without_path)?;
        Ok(Self::Replacing {
            file,
            target,
            permissions: old,
        })
    }

    /// Gives the file its name.
    pub(crate) fn commit(self) -> std::io::Result<()> {
        match self {
            Self::Direct(_) => Ok(()),
            Self::Replacing {
                file,
                target,
                permissions,
            } => {
                if let Some(permissions) = permissions {
                    file.as_file().set_permissions(permissions)?;
                    // Some file systems report only now that the disk is full.
                    file.as_file().sync_all()?;
                }
                file.persist(&target).map_err(|error| error.error)?;
                Ok(())
            }
        }
    }
}

impl Write for AtomicFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Direct(file) => file.write(bytes),
            Self::Replacing { file, .. } => file.as_file_mut().write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Direct(file) => file.flush(),
            Self::Replacing { file, .. } => file.as_file_mut().flush(),
        }
    }
}

/// The identity of a file, which need not exist.
struct FileIdentity {
    /// The path without symbolic links.
    path: PathBuf,
    /// The device and the inode, which hard links share.
    inode: Option<(u64, u64)>,
}

impl FileIdentity {
    fn of(path: &Path) -> Self {
        Self::of_real_path(real_path(path))
    }

    fn of_real_path(path: PathBuf) -> Self {
        Self {
            inode: inode(&path),
            path,
        }
    }

    fn is_same(&self, other: &Self) -> bool {
        self.path == other.path || (self.inode.is_some() && self.inode == other.inode)
    }
}

#[cfg(unix)]
fn inode(path: &Path) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt as _;

    let metadata = path.metadata().ok()?;
    Some((metadata.dev(), metadata.ino()))
}

#[cfg(not(unix))]
fn inode(_: &Path) -> Option<(u64, u64)> {
    None
}

/// The maximum number of symbolic links in a row that are followed, as on Linux.
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
