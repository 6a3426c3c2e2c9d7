//! Input and output files, with uniform errors.

use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::path::Path;

use crate::cli::CommandError;

/// The largest input that is read, in bytes. A pipe may never end.
const LARGEST: u64 = 1 << 30;

/// The largest input that is read from a character device: a terminal, `/dev/null` or `/dev/zero`.
const LARGEST_FROM_DEVICE: u64 = 1 << 20;

/// Reads standard input.
pub(crate) fn standard_input() -> Result<Vec<u8>, CommandError> {
    read_stdin().map_err(|error| unreadable("standard input", &error))
}

/// Reads standard input as UTF-8 text.
pub(crate) fn standard_input_as_text() -> Result<String, CommandError> {
    read_stdin()
        .and_then(utf8)
        .map_err(|error| unreadable("standard input", &error))
}

/// Reads a file that a person named. It may be a pipe, such as that of a process substitution.
///
/// # Errors
///
/// For a file that is too large, so that an endless one does not fill the memory; [`reason`] describes the error.
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
pub(crate) fn read_text(name: &str) -> Result<String, CommandError> {
    if name == "-" {
        return standard_input_as_text();
    }
    read_text_file(name).map_err(|error| unreadable(name, &error))
}

/// Checks that `path`, which a document names, is a file. A document may come from a stranger, and a device or a pipe
/// may never end.
pub(crate) fn check_is_file(path: &Path) -> Result<(), CommandError> {
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
pub(crate) fn utf8_path(path: &Path) -> Result<&str, CommandError> {
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

/// Writes a file.
pub(crate) fn write_file(
    path: impl AsRef<Path>,
    content: impl AsRef<[u8]>,
) -> Result<(), CommandError> {
    let path = path.as_ref();
    std::fs::write(path, content).map_err(|error| {
        CommandError::new(format_args!("cannot write {}: {error}", path.display()))
    })
}
