//! The files of attachments.

use std::path::{Path, PathBuf};

use unicode_normalization::UnicodeNormalization as _;

use super::Location;
use crate::zotero::LinkMode;

/// The place of the file of an attachment.
pub(super) enum FilePlace {
    /// It exists there.
    Found(PathBuf),
    /// It should be there.
    Missing(PathBuf),
    /// The place is not known, for this reason.
    Unknown(&'static str),
    /// The attachment has no file.
    NoFile,
}

/// Returns where the file of an attachment is: in the folder of its key, at an absolute path, or below the base of
/// linked files.
pub(super) fn file_of(location: &Location, mode: LinkMode, key: &str, path: &str) -> FilePlace {
    match mode {
        LinkMode::LinkedUrl => FilePlace::NoFile,
        LinkMode::ImportedFile | LinkMode::ImportedUrl | LinkMode::EmbeddedImage => {
            let name = path.strip_prefix("storage:").unwrap_or(path);
            // Old versions stored whole paths here.
            let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
            if name.is_empty() || name.starts_with(".zotero") || matches!(name, "." | "..") {
                return FilePlace::Unknown("it has no name");
            }
            // A key is a single name: a path in its place would lead elsewhere.
            if !key.chars().all(|c| c.is_ascii_alphanumeric()) {
                return FilePlace::Unknown("its key is malformed");
            }
            existing(location.directory.join("storage").join(key).join(name))
        }
        LinkMode::LinkedFile => {
            if let Some(relative) = path.strip_prefix("attachments:") {
                return match &location.base {
                    Some(base) => existing(joined(base, relative)),
                    None => FilePlace::Unknown(
                        "it is relative to a base directory that Zotero\u{2019}s settings here do not name",
                    ),
                };
            }
            if path.starts_with("AAAA") {
                return FilePlace::Unknown("it is an alias of an old macOS");
            }
            if Path::new(path).is_absolute() {
                existing(PathBuf::from(path))
            } else {
                FilePlace::Unknown("it is not a path of this system")
            }
        }
    }
}

/// Appends a path with the separator `/`.
fn joined(base: &Path, relative: &str) -> PathBuf {
    let mut path = base.to_path_buf();
    path.extend(relative.split('/').filter(|part| !part.is_empty()));
    path
}

/// Returns the path under which a file exists: macOS may spell the accents of its name in another way.
fn existing(path: PathBuf) -> FilePlace {
    if path.exists() {
        return FilePlace::Found(path);
    }
    let spellings = path.to_str().map(|path| {
        [
            path.nfc().collect::<String>(),
            path.nfd().collect::<String>(),
        ]
    });
    let found = spellings
        .into_iter()
        .flatten()
        .map(PathBuf::from)
        .find(|path| path.exists());
    match found {
        Some(path) => FilePlace::Found(path),
        None => FilePlace::Missing(path),
    }
}
