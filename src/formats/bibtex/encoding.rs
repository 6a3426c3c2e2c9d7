//! Decoding the bytes of a file to text, and encoding the text to the same bytes.
//!
//! BibTeX has no declaration of a file's encoding, so these are tried in order: a byte order mark;
//! a heuristic for UTF-16; valid UTF-8; a declaration in a comment (JabRef's `% Encoding: …`,
//! Emacs' `coding:`, BibDesk's `Saved with string encoding`); and Windows-1252, which has a
//! character for every byte, so that nothing is lost.

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use crate::model::SharedText;

/// The text of a file and how it was encoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecodedText {
    /// The text, without a byte order mark.
    pub text: SharedText,
    /// The encoding and byte order mark, to write the same bytes again.
    pub encoding: FileEncoding,
    /// A note on the choice, if it was not certain.
    pub notice: Option<String>,
}

/// The encoding of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileEncoding {
    encoding: &'static Encoding,
    /// Whether the file begins with a byte order mark.
    pub byte_order_mark: bool,
}

impl Default for FileEncoding {
    fn default() -> FileEncoding {
        FileEncoding {
            encoding: UTF_8,
            byte_order_mark: false,
        }
    }
}

impl FileEncoding {
    /// Returns the encoding's name, such as `UTF-8` or `windows-1252`.
    pub fn name(self) -> &'static str {
        self.encoding.name()
    }

    /// Returns an encoding by its name, as [`FileEncoding::name`] gives it; `None` if there is none
    /// of this name.
    pub fn by_name(name: &str, byte_order_mark: bool) -> Option<FileEncoding> {
        Some(FileEncoding {
            encoding: Encoding::for_label(name.as_bytes())?,
            byte_order_mark,
        })
    }

    /// Returns the bytes of `text` in this encoding.
    ///
    /// Gives the first character that the encoding lacks if there is one; then the file can only be
    /// written as UTF-8.
    pub fn encode(self, text: &str) -> Result<Vec<u8>, char> {
        if self.encoding == UTF_16LE || self.encoding == UTF_16BE {
            let to_bytes = if self.encoding == UTF_16LE {
                u16::to_le_bytes
            } else {
                u16::to_be_bytes
            };
            let mark = self.byte_order_mark.then_some(0xFEFF);
            let units = mark.into_iter().chain(text.encode_utf16());
            return Ok(units.flat_map(to_bytes).collect());
        }
        if self.encoding == UTF_8 {
            let mark: &[u8] = if self.byte_order_mark {
                b"\xEF\xBB\xBF"
            } else {
                b""
            };
            return Ok([mark, text.as_bytes()].concat());
        }
        let (bytes, _, lacking) = self.encoding.encode(text);
        if lacking {
            let missing = text.chars().find(|character| {
                let (_, _, lacking) = self.encoding.encode(character.encode_utf8(&mut [0; 4]));
                lacking
            });
            return Err(missing.unwrap_or(char::REPLACEMENT_CHARACTER));
        }
        Ok(bytes.into_owned())
    }
}

/// Decodes the bytes of a file; see the module's description for how the encoding is found.
///
/// Never fails and never loses: [`FileEncoding::encode`] of the text gives the same bytes again.
pub fn decode(bytes: &[u8]) -> DecodedText {
    if let Some(rest) = bytes.strip_prefix(b"\xEF\xBB\xBF")
        && let Ok(text) = std::str::from_utf8(rest)
    {
        return certain(text, UTF_8, true);
    }
    for (mark, encoding) in [(b"\xFF\xFE", UTF_16LE), (b"\xFE\xFF", UTF_16BE)] {
        if let Some(text) = bytes
            .strip_prefix(mark)
            .and_then(|rest| decode_utf16(rest, encoding))
        {
            return certain(&text, encoding, true);
        }
    }
    if let Some(encoding) = utf16_by_look(bytes)
        && let Some(text) = decode_utf16(bytes, encoding)
    {
        return DecodedText {
            notice: Some(format!("read as {} (no byte order mark)", encoding.name())),
            ..certain(&text, encoding, false)
        };
    }
    let declared = declared_encoding(bytes);
    if let Ok(text) = std::str::from_utf8(bytes) {
        // Text in another encoding is almost never valid UTF-8 by chance, so the evidence of the
        // bytes is better evidence than a declaration that an editor forgot to change.
        let notice = declared
            .filter(|encoding| *encoding != UTF_8 && !text.is_ascii())
            .map(|encoding| {
                format!(
                    "read as UTF-8, though the file declares {}",
                    encoding.name()
                )
            });
        return DecodedText {
            notice,
            ..certain(text, UTF_8, false)
        };
    }
    if let Some(encoding) = declared.filter(|encoding| *encoding != UTF_8) {
        let (text, malformed) = encoding.decode_without_bom_handling(bytes);
        let found = certain(&text, encoding, false);
        if !malformed && found.encoding.encode(&found.text).as_deref() == Ok(bytes) {
            return found;
        }
    }
    let (text, _) = WINDOWS_1252.decode_without_bom_handling(bytes);
    DecodedText {
        notice: Some(
            "read as Windows-1252: not valid UTF-8, and no suitable encoding is declared"
                .to_owned(),
        ),
        ..certain(&text, WINDOWS_1252, false)
    }
}

fn certain(text: &str, encoding: &'static Encoding, byte_order_mark: bool) -> DecodedText {
    DecodedText {
        text: text.into(),
        encoding: FileEncoding {
            encoding,
            byte_order_mark,
        },
        notice: None,
    }
}

/// Decodes UTF-16. Returns `None` if there is half a code unit or a lone surrogate, which could not be written again.
fn decode_utf16(bytes: &[u8], encoding: &'static Encoding) -> Option<String> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    if !rest.is_empty() {
        return None;
    }
    let from_bytes = if encoding == UTF_16LE {
        u16::from_le_bytes
    } else {
        u16::from_be_bytes
    };
    char::decode_utf16(pairs.iter().map(|pair| from_bytes(*pair)))
        .collect::<Result<String, _>>()
        .ok()
}

/// Detects UTF-16 without a byte order mark. In UTF-16 every ASCII character is a zero byte and another one; no other
/// text has zero bytes.
fn utf16_by_look(bytes: &[u8]) -> Option<&'static Encoding> {
    let start = bytes.get(..bytes.len().min(4096)).unwrap_or_default();
    let (pairs, _) = start.as_chunks::<2>();
    if pairs.len() < 2 {
        return None;
    }
    let little = pairs.iter().filter(|pair| pair[1] == 0 && pair[0] != 0);
    let big = pairs.iter().filter(|pair| pair[0] == 0 && pair[1] != 0);
    if little.count() * 2 > pairs.len() {
        Some(UTF_16LE)
    } else if big.count() * 2 > pairs.len() {
        Some(UTF_16BE)
    } else {
        None
    }
}

/// Returns the encoding that a comment at the file's beginning, or (Emacs) end, declares.
fn declared_encoding(bytes: &[u8]) -> Option<&'static Encoding> {
    const NEAR: usize = 2048;
    let head = bytes.get(..bytes.len().min(NEAR)).unwrap_or_default();
    let tail = bytes
        .get(bytes.len().saturating_sub(NEAR)..)
        .unwrap_or_default();
    [head, tail].into_iter().find_map(|part| {
        let part = String::from_utf8_lossy(part).to_ascii_lowercase();
        ["encoding:", "coding:", "string encoding", "encoding ="]
            .into_iter()
            .find_map(|phrase| {
                let (_, after) = part.split_once(phrase)?;
                encoding_by_label(after.split(['\n', '\r', '}']).next()?)
            })
    })
}

/// Returns the encoding with a label. Also knows the names that Java (JabRef: `Cp1252`, `ISO8859_1`, `UTF8`) and
/// BibDesk (`Western (ISO Latin 1)`) give to encodings.
fn encoding_by_label(label: &str) -> Option<&'static Encoding> {
    let label = label.trim();
    let word: String = label
        .chars()
        .take_while(|character| !character.is_whitespace() && *character != ';')
        .collect();
    Encoding::for_label(word.as_bytes())
        .or_else(|| Encoding::for_label(word.replace("iso8859_", "iso8859-").as_bytes()))
        .or_else(|| Encoding::for_label(word.replace('_', "-").as_bytes()))
        .or_else(|| {
            let known = [
                ("utf-8", "utf-8"),
                ("latin 1", "iso-8859-1"),
                ("windows latin 1", "windows-1252"),
                ("mac os roman", "macintosh"),
            ];
            let (_, name) = known.into_iter().find(|(part, _)| label.contains(part))?;
            Encoding::for_label(name.as_bytes())
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn again(bytes: &[u8]) -> DecodedText {
        let decoded = decode(bytes);
        assert_eq!(decoded.encoding.encode(&decoded.text).as_deref(), Ok(bytes));
        decoded
    }

    #[test]
    fn byte_order_marks_are_removed_and_written_again() {
        assert_eq!(again(b"\xEF\xBB\xBF@a{b}").text, "@a{b}");
        assert_eq!(again(b"\xFF\xFE@\0a\0").text, "@a");
        assert_eq!(again(b"\xFE\xFF\0@\0a").text, "@a");
    }

    #[test]
    fn utf16_is_known_by_its_look() {
        let decoded = again(b"@\0a\0r\0{\0");
        assert_eq!(decoded.text, "@ar{");
        assert!(decoded.notice.is_some());
    }

    #[test]
    fn declared_encodings_are_honoured_and_otherwise_windows_1252_is_read() {
        let decoded = again(b"% Encoding: ISO8859_2\n\xB1");
        assert_eq!(decoded.text, "% Encoding: ISO8859_2\n\u{105}");
        assert_eq!(decoded.notice, None);
        let decoded = again(b"caf\xE9 \x81");
        assert_eq!(decoded.text, "caf\u{e9} \u{81}");
        assert!(decoded.notice.is_some());
    }

    #[test]
    fn halves_of_utf16_are_not_lost() {
        again(b"\xFF\xFE@\0a");
        again(b"\xFF\xFE\x00\xD8");
    }
}
