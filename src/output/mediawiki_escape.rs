//! Text in which MediaWiki takes no character for markup.

/// Returns the text with every character escaped that could begin markup.
pub(super) fn escaped(text: &str) -> String {
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
            // Links, templates, emphasis, signatures and the cells of tables.
            '[' => escaped.push_str("&#91;"),
            ']' => escaped.push_str("&#93;"),
            '{' => escaped.push_str("&#123;"),
            '}' => escaped.push_str("&#125;"),
            '|' => escaped.push_str("&#124;"),
            // Two are emphasis; one is an apostrophe, but for one that stands beside emphasis.
            '\'' if first || next.is_none_or(|c| c == '\'') || before == '\'' => {
                escaped.push_str("&#39;");
            }
            '~' => escaped.push_str("&#126;"),
            // Switches such as __NOTOC__.
            '_' if before == '_' || next == Some('_') => escaped.push_str("&#95;"),
            // An address that nobody made a link of.
            ':' if next == Some('/') => escaped.push_str("&#58;"),
            '-' if before == '-' || next == Some('-') => escaped.push_str("&#45;"),
            _ => escaped.push(character),
        }
        before = character;
        first = false;
    }
    escaped
}
