//! The field `file`, as JabRef, Zotero, Mendeley and people write it.
//!
//! JabRef writes `description:path:type`, with `;` between files and `\` before a `:`, `;` or `\`
//! that belongs to a part. Zotero's own export writes the same, some with `\` before the colon of a
//! Windows drive alone; Better BibTeX and people write paths alone, with `;` between them. The
//! parts can only be guessed, so a text that looks like one path is never split.

/// A file that an entry names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedFile {
    /// Its path, with `/` between its parts.
    pub path: String,
    /// The description, as written.
    pub description: Option<String>,
}

/// Returns the files in the value of a field `file`, with or without its delimiters.
pub fn read(value: &str) -> Vec<NamedFile> {
    let value = value.trim();
    let value = value
        .strip_prefix('{')
        .and_then(|value| value.strip_suffix('}'))
        .or_else(|| {
            value
                .strip_prefix('"')
                .and_then(|value| value.strip_suffix('"'))
        })
        .unwrap_or(value);
    split(value, ';')
        .into_iter()
        .map(str::trim)
        .filter(|file| !file.is_empty())
        .filter_map(read_one)
        .collect()
}

fn read_one(text: &str) -> Option<NamedFile> {
    // JabRef escapes the colon of an address, too.
    let is_address = text.contains("://") && !text.contains("\\://");
    let parts = split(text, ':');
    let plain = |text: &str| NamedFile {
        path: as_path(text),
        description: None,
    };
    let named = match parts.as_slice() {
        _ if is_address => plain(text),
        [path] => plain(path),
        // The unescaped colon of a Windows drive: `C:\paper.pdf`.
        [drive, path] if is_drive(drive) && is_rooted(path) => plain(text),
        [description, drive, path, kind @ ..]
            if is_drive(drive) && is_rooted(path) && kind.len() < 2 =>
        {
            NamedFile {
                path: as_path(&format!("{drive}:{path}")),
                description: said(description),
            }
        }
        [description, path, _kind] => NamedFile {
            path: as_path(path),
            description: said(description),
        },
        // A path and its type, or a path with a colon in its name.
        [path, kind] if !path.is_empty() && is_kind(kind) => plain(path),
        ["", path] => plain(path),
        _ => plain(text),
    };
    (!named.path.is_empty()).then_some(named)
}

/// Returns the parts of a text between separators that have no `\` before them.
/// Splits a text at separators that have no `\` before them.
pub(crate) fn split(text: &str, separator: char) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut start = 0;
    let mut escaped = false;
    for (at, character) in text.char_indices() {
        if character == separator && !escaped {
            parts.push(text.get(start..at).unwrap_or_default());
            start = at + character.len_utf8();
        }
        escaped = character == '\\' && !escaped;
    }
    parts.push(text.get(start..).unwrap_or_default());
    parts
}

fn said(description: &str) -> Option<String> {
    let description = unescaped(description).trim().to_owned();
    (!description.is_empty()).then_some(description)
}

fn is_drive(part: &str) -> bool {
    part.len() == 1 && part.chars().all(|c| c.is_ascii_alphabetic())
}

fn is_rooted(path: &str) -> bool {
    path.starts_with(['\\', '/'])
}

/// Returns whether this is how JabRef or Zotero write the type of a file: `PDF`, `application/pdf`.
fn is_kind(part: &str) -> bool {
    let is_media_type = ["application/", "text/", "image/", "audio/", "video/"]
        .iter()
        .any(|kind| part.starts_with(kind));
    let is_word = part.len() <= 12 && !part.contains(['.', '/', '\\']);
    is_media_type || is_word
}

/// Returns a path with `/` between its parts, and without what escaped its characters.
fn as_path(text: &str) -> String {
    let text = unescaped(text.trim());
    // `\` separates the parts of a path on Windows: `C:\papers\a.pdf`.
    let is_of_windows = text.get(..2).is_some_and(|start| {
        start.ends_with(':') && start.starts_with(|c: char| c.is_ascii_alphabetic())
    });
    if is_of_windows || !text.contains('/') {
        text.replace('\\', "/")
    } else {
        text
    }
}

/// Returns a text without the `\` before what would end a part, and before what TeX would take for
/// itself.
fn unescaped(text: &str) -> String {
    let mut plain = String::new();
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        let escapes = character == '\\'
            && characters.peek().is_some_and(|next| {
                matches!(
                    next,
                    ':' | ';' | '\\' | '_' | '&' | '%' | '$' | '#' | '{' | '}'
                )
            });
        if escapes {
            plain.extend(characters.next());
        } else {
            plain.push(character);
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(value: &str) -> Vec<String> {
        read(value).into_iter().map(|file| file.path).collect()
    }

    #[test]
    fn the_ways_of_jabref_zotero_and_people_are_read() {
        assert_eq!(paths("{:paper.pdf:PDF}"), ["paper.pdf"]);
        assert_eq!(paths("{paper.pdf}"), ["paper.pdf"]);
        assert_eq!(paths("{a.pdf;b/c d.pdf}"), ["a.pdf", "b/c d.pdf"]);
        assert_eq!(
            paths(
                "{Full Text:files/1/Benkler - 2002 - Coase\\; penguin.pdf:application/pdf;Snapshot:files/2/a.html:text/html}"
            ),
            [
                "files/1/Benkler - 2002 - Coase; penguin.pdf",
                "files/2/a.html"
            ]
        );
        assert_eq!(
            paths("{:C\\:\\\\Users\\\\ada\\\\paper.pdf:PDF}"),
            ["C:/Users/ada/paper.pdf"]
        );
        assert_eq!(
            paths("{C\\:\\\\Zotero\\\\storage\\\\AB\\\\Krasnosel’skiǐ - 1989.pdf}"),
            ["C:/Zotero/storage/AB/Krasnosel’skiǐ - 1989.pdf"]
        );
        assert_eq!(paths("{C:\\papers\\a.pdf}"), ["C:/papers/a.pdf"]);
        assert_eq!(paths("{:C:/papers/a.pdf:PDF}"), ["C:/papers/a.pdf"]);
        assert_eq!(paths("{/home/ada/a\\: b.pdf}"), ["/home/ada/a: b.pdf"]);
        assert_eq!(paths("{/home/ada/a: b.pdf}"), ["/home/ada/a: b.pdf"]);
        assert_eq!(paths("{paper.pdf:PDF}"), ["paper.pdf"]);
        assert_eq!(
            paths("{http://a.example/b?c=1}"),
            ["http://a.example/b?c=1"]
        );
        assert_eq!(paths("{a\\_b.pdf}"), ["a_b.pdf"]);
        assert_eq!(paths("{}"), [""; 0]);
        assert_eq!(paths("{;;:}"), [""; 0]);
    }

    #[test]
    fn a_description_is_kept() {
        let files = read("{Offprint\\: 2nd:a.pdf:PDF}");
        assert_eq!(files[0].description.as_deref(), Some("Offprint: 2nd"));
    }
}
