//! Quotation marks around titles.

/// Returns the quotation mark that opens before the first letter of a token.
pub(crate) fn opens(token: &str) -> Option<char> {
    let mark = token
        .chars()
        .take_while(|c| !c.is_alphanumeric())
        .find(|c| !closing_marks(*c).is_empty())?;
    let after = token.split_once(mark).map_or("", |(_, after)| after);
    // An apostrophe, as in `'68`, or a mark by itself.
    let is_apostrophe =
        matches!(mark, '\'' | '\u{2019}') && after.starts_with(|c: char| !c.is_uppercase());
    (!is_apostrophe).then_some(mark)
}

/// Returns whether a token ends with the mark that closes what another opened.
pub(crate) fn closes(token: &str, opened: char) -> bool {
    let is_mark = |c: char| closing_marks(opened).contains(c);
    let body = token.trim_start_matches(|c: char| !c.is_alphanumeric());
    let end = body
        .rsplit(char::is_alphanumeric)
        .next()
        .unwrap_or_default();
    // A mark by itself, as French typography sets it.
    let end = if body.is_empty() { token } else { end };
    end.contains(is_mark)
}

/// Returns the marks that close what another opens; none if it opens nothing.
fn closing_marks(opening: char) -> &'static str {
    match opening {
        '"' => "\"",
        '\u{201c}' => "\u{201d}\"",
        '\u{201d}' => "\u{201d}",
        '\u{201e}' => "\u{201c}\u{201d}\"",
        '\u{ab}' => "\u{bb}",
        '\u{bb}' => "\u{ab}",
        '\u{2018}' => "\u{2019}'",
        '\u{201a}' => "\u{2018}\u{2019}",
        '\'' => "'",
        '\u{300c}' => "\u{300d}",
        '\u{300e}' => "\u{300f}",
        '\u{300a}' => "\u{300b}",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_open_and_close_in_many_languages() {
        for (open, close) in [
            ("\u{201c}Title", "end,\u{201d}"),
            ("\"Title", "end\","),
            ("\u{201e}Titel", "Ende\u{201c},"),
            ("\u{201d}Titel", "slut\u{201d}."),
            ("\u{ab}", "\u{bb},"),
            ("\u{2018}Title", "end\u{2019}."),
            ("'Title", "end',"),
        ] {
            let mark = opens(open).unwrap_or_default();
            assert!(closes(close, mark), "{open} {close}");
            assert!(!closes("word", mark));
        }
        assert_eq!(opens("'68"), None);
        assert_eq!(opens("Wasn't"), None);
    }
}
