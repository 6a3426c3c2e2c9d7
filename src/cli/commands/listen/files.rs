//! Files from the browser, in a directory next to the library. All their names are made here; no text from a web page
//! becomes part of a path.

use std::ffi::OsString;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// A stored file.
pub(super) struct StoredFile {
    pub(super) path: PathBuf,
    /// Whether it was not there before.
    pub(super) is_new: bool,
}

/// Returns the directory for the files of a library: `library-files` next to `library.db`.
pub(super) fn directory_of(library: &Path) -> PathBuf {
    let mut name = library
        .file_stem()
        .map_or_else(|| OsString::from("library"), OsString::from);
    name.push("-files");
    library.with_file_name(name)
}

/// Stores a file under the key of its work. The same file is not stored twice. When this returns, the file is on the disk.
pub(super) fn store(
    directory: &Path,
    key: &str,
    bytes: &[u8],
    content_type: &str,
) -> io::Result<StoredFile> {
    std::fs::create_dir_all(directory)?;
    let stem = file_stem(key);
    let extension = extension(bytes, content_type);
    let mut builder = tempfile::Builder::new();
    builder.prefix(".peerbib-").suffix(".part");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut written: Option<tempfile::NamedTempFile> = None;
    let mut number = 1_u32;
    loop {
        let name = match number {
            1 => format!("{stem}.{extension}"),
            number => format!("{stem}-{number}.{extension}"),
        };
        number += 1;
        let path = directory.join(name);
        if path.exists() {
            if has_content(&path, bytes) {
                return Ok(StoredFile {
                    path,
                    is_new: false,
                });
            }
            continue;
        }
        let file = match written.take() {
            Some(file) => file,
            None => {
                let mut file = builder.tempfile_in(directory)?;
                file.write_all(bytes)?;
                file.as_file().sync_all()?;
                file
            }
        };
        match file.persist_noclobber(&path) {
            Ok(_) => {
                sync_directory(directory);
                return Ok(StoredFile { path, is_new: true });
            }
            // Another program was faster.
            Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => {
                written = Some(error.file);
            }
            Err(error) => return Err(error.error),
        }
    }
}

fn has_content(path: &Path, bytes: &[u8]) -> bool {
    let length = path.metadata().map(|metadata| metadata.len()).ok();
    length == u64::try_from(bytes.len()).ok() && std::fs::read(path).is_ok_and(|old| old == bytes)
}

/// Makes the name of a new file last. Some systems cannot, and do not need it.
fn sync_directory(directory: &Path) {
    if let Ok(directory) = std::fs::File::open(directory) {
        let _ = directory.sync_all();
    }
}

/// Returns a citation key as the name of a file.
fn file_stem(key: &str) -> String {
    const LONGEST: usize = 80;
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let stem: String = key
        .chars()
        .take(LONGEST)
        .map(|c| if fits(c) { c } else { '_' })
        .collect();
    // Windows has devices of these names.
    let is_device = ["con", "prn", "aux", "nul"]
        .iter()
        .any(|device| stem.eq_ignore_ascii_case(device))
        || (stem.len() == 4
            && ["com", "lpt"]
                .iter()
                .any(|port| stem.to_lowercase().starts_with(port)));
    match stem.is_empty() || is_device {
        true => format!("work_{stem}"),
        false => stem,
    }
}

/// Returns the extension of a file by its content, or else by its MIME type: a publisher may send a page in place of a PDF.
fn extension(bytes: &[u8], content_type: &str) -> &'static str {
    const START: usize = 1024;
    let start = bytes.get(..START).unwrap_or(bytes);
    let contains = |words: &[u8]| memchr::memmem::find(start, words).is_some();
    if contains(b"%PDF-") {
        return "pdf";
    }
    if start.starts_with(b"PK") && contains(b"application/epub+zip") {
        return "epub";
    }
    if start.starts_with(b"\x89PNG") {
        return "png";
    }
    if start.starts_with(b"\xff\xd8\xff") {
        return "jpg";
    }
    let lower = start.to_ascii_lowercase();
    let is_page = [&b"<!doctype html"[..], b"<html"]
        .iter()
        .any(|tag| memchr::memmem::find(&lower, tag).is_some());
    if is_page {
        return "html";
    }
    let kind = content_type.split(';').next().unwrap_or_default().trim();
    match kind.to_ascii_lowercase().as_str() {
        "text/html" | "application/xhtml+xml" => "html",
        "text/plain" => "txt",
        "text/csv" => "csv",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document" => "docx",
        "application/vnd.oasis.opendocument.text" => "odt",
        "image/svg+xml" => "svg",
        "audio/mpeg" => "mp3",
        "video/mp4" => "mp4",
        _ => "bin",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_keys_and_never_paths() {
        let directory = tempfile::tempdir().unwrap();
        let name = |key: &str, bytes: &[u8], content_type: &str| {
            let stored = store(directory.path(), key, bytes, content_type).unwrap();
            assert_eq!(stored.path.parent(), Some(directory.path()));
            let name = stored.path.file_name().unwrap();
            (name.to_string_lossy().into_owned(), stored.is_new)
        };
        assert_eq!(
            name("../../etc/passwd", b"%PDF-1.7", "text/html"),
            ("______etc_passwd.pdf".to_owned(), true)
        );
        assert_eq!(name("", b"x", "../../x"), ("work_.bin".to_owned(), true));
        assert_eq!(name("con", b"x", ""), ("work_con.bin".to_owned(), true));
        let page = b"\n<!DOCTYPE html><p>log in";
        assert_eq!(
            name("a", page, "application/pdf"),
            ("a.html".to_owned(), true)
        );
        assert_eq!(name("a", page, ""), ("a.html".to_owned(), false));
        assert_eq!(
            name("a", b"<html>other", "text/html"),
            ("a-2.html".to_owned(), true)
        );
        let parts = std::fs::read_dir(directory.path()).unwrap();
        assert_eq!(parts.count(), 5);
    }

    #[test]
    fn files_are_next_to_the_library() {
        assert_eq!(
            directory_of(Path::new("/a/library.db")),
            Path::new("/a/library-files")
        );
    }
}
