//! A query cut into tokens.

use super::QueryError;

/// A token, with the character at which it begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    pub(super) position: usize,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum TokenKind {
    /// `(`
    Open,
    /// `)`
    Close,
    /// `OR`
    Or,
    /// `-` or `−`, right before what it negates.
    Not,
    /// A word, or a phrase in quotation marks, with the field that it is looked for in.
    Term {
        field: Option<String>,
        text: String,
        quoted: bool,
    },
}

/// Cuts a query into tokens.
///
/// # Errors
///
/// [`QueryError::Malformed`] for a quotation mark that is never closed and for a field without a value.
pub(super) fn tokens(query: &str) -> Result<Vec<Token>, QueryError> {
    let characters: Vec<char> = query.chars().collect();
    let at = |index: usize| characters.get(index).copied();
    let malformed = |position: usize, message: &str, help: Option<String>| QueryError::Malformed {
        query: query.to_owned(),
        position,
        message: message.to_owned(),
        help,
    };
    let mut tokens = Vec::new();
    let mut index = 0;
    while let Some(character) = at(index) {
        let position = index;
        let mut push = |kind| tokens.push(Token { kind, position });
        match character {
            _ if character.is_whitespace() => index += 1,
            '(' => {
                push(TokenKind::Open);
                index += 1;
            }
            ')' => {
                push(TokenKind::Close);
                index += 1;
            }
            '-' | '\u{2212}' if at(index + 1).is_some_and(|next| !next.is_whitespace()) => {
                push(TokenKind::Not);
                index += 1;
            }
            _ => {
                let mut field = None;
                let mut text = String::new();
                let mut quoted = false;
                while let Some(character) = at(index) {
                    match character {
                        '"' | '\u{201c}' | '\u{201d}' if text.is_empty() => {
                            quoted = true;
                            let open = index;
                            index += 1;
                            loop {
                                match at(index) {
                                    Some('"' | '\u{201c}' | '\u{201d}') => break,
                                    Some(character) => text.push(character),
                                    None => {
                                        return Err(malformed(
                                            open,
                                            "this quotation mark is never closed",
                                            Some(
                                                "add a quotation mark at the end of the phrase"
                                                    .into(),
                                            ),
                                        ));
                                    }
                                }
                                index += 1;
                            }
                            index += 1;
                            break;
                        }
                        ':' if field.is_none() && !text.is_empty() => {
                            field = Some(std::mem::take(&mut text).to_lowercase());
                            index += 1;
                        }
                        '(' | ')' => break,
                        _ if character.is_whitespace() => break,
                        _ => {
                            text.push(character);
                            index += 1;
                        }
                    }
                }
                if text.is_empty()
                    && let Some(field) = &field
                {
                    return Err(malformed(
                        position,
                        &format!("\u{201c}{field}:\u{201d} has no value"),
                        Some(format!(
                            "write the value right behind the colon: {field}:VALUE"
                        )),
                    ));
                }
                if field.is_none() && !quoted && text == "OR" {
                    push(TokenKind::Or);
                } else if !(field.is_none() && !quoted && text == "AND") {
                    // Conditions side by side hold together anyway, so AND may be written or not.
                    push(TokenKind::Term {
                        field,
                        text,
                        quoted,
                    });
                }
            }
        }
    }
    Ok(tokens)
}
