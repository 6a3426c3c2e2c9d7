//! Escapes text for MediaWiki.

/// Escapes text so that the wiki reads no character as markup.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    let mut before = ' ';
    let mut first = true;
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        let next = characters.peek().copied();
        match character {
            '&' if next.is_some_and(|c| c.is_ascii_alphanumeric() || c == '#') => {
                escaped.push_str("&amp;");
            }
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            // Links, templates, emphasis, signatures and table cells.
            '[' => escaped.push_str("&#91;"),
            ']' => escaped.push_str("&#93;"),
            '{' => escaped.push_str("&#123;"),
            '}' => escaped.push_str("&#125;"),
            '|' => escaped.push_str("&#124;"),
            // Two apostrophes are emphasis. A single one is safe unless it is next to emphasis.
            '\'' if first || next.is_none_or(|c| c == '\'') || before == '\'' => {
                escaped.push_str("&#39;");
            }
            '~' => escaped.push_str("&#126;"),
            // Behavior switches such as __NOTOC__.
            '_' if before == '_' || next == Some('_') => escaped.push_str("&#95;"),
            // A URL that is not a link.
            ':' if next == Some('/') => escaped.push_str("&#58;"),
            '-' if before == '-' || next == Some('-') => escaped.push_str("&#45;"),
            _ => escaped.push(character),
        }
        before = character;
        first = false;
    }
    escaped
}
