//! The lexer of the query language.

use super::{QueryError, QuerySpan};

/// A token with its position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    pub(super) span: QuerySpan,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum TokenKind {
    /// `(`
    Open,
    /// `)`
    Close,
    /// `OR`
    Or,
    /// `AND`
    And,
    /// `NOT`, or `-` or `−` directly before what it negates.
    Not,
    /// A word or quoted phrase, with its field.
    Term {
        field: Option<Named>,
        values: Vec<Value>,
    },
}

/// A name before a colon, in lower case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Named {
    pub(super) name: String,
    pub(super) span: QuerySpan,
}

/// One of several values separated by commas.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Value {
    pub(super) text: String,
    pub(super) manner: Manner,
    pub(super) span: QuerySpan,
}

/// The notation of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Manner {
    /// As a word.
    Plain,
    /// In quotation marks.
    Quoted,
    /// After `=`.
    Exact,
    /// Between slashes.
    Pattern,
}

/// Splits a query into tokens.
///
/// # Errors
///
/// [`QueryError::Malformed`] for a quotation mark or a pattern that is never closed and for a field without a
/// value.
pub(super) fn tokens(query: &str) -> Result<Vec<Token>, QueryError> {
    let mut lexer = Lexer {
        query,
        characters: query.char_indices().collect(),
        next: 0,
    };
    let mut tokens = Vec::new();
    while let Some(token) = lexer.token()? {
        tokens.push(token);
    }
    Ok(tokens)
}

/// Fields whose values may contain commas and parentheses.
const UNDIVIDED: [&str; 4] = ["doi", "url", "file", "files"];

struct Lexer<'q> {
    query: &'q str,
    characters: Vec<(usize, char)>,
    next: usize,
}

impl Lexer<'_> {
    fn at(&self, index: usize) -> Option<char> {
        self.characters.get(index).map(|(_, character)| *character)
    }

    fn peek(&self) -> Option<char> {
        self.at(self.next)
    }

    /// Returns the position of the next character.
    fn place(&self) -> usize {
        self.characters
            .get(self.next)
            .map_or(self.query.len(), |(place, _)| *place)
    }

    fn malformed(&self, span: QuerySpan, message: impl Into<String>, help: &str) -> QueryError {
        QueryError::malformed(self.query, span, message, Some(help.to_owned()))
    }

    fn token(&mut self) -> Result<Option<Token>, QueryError> {
        while self.peek().is_some_and(char::is_whitespace) {
            self.next += 1;
        }
        let start = self.place();
        let Some(character) = self.peek() else {
            return Ok(None);
        };
        let kind = match character {
            '(' | ')' => {
                self.next += 1;
                if character == '(' {
                    TokenKind::Open
                } else {
                    TokenKind::Close
                }
            }
            '-' | '\u{2212}' if self.at(self.next + 1).is_some_and(|c| !c.is_whitespace()) => {
                self.next += 1;
                TokenKind::Not
            }
            _ => self.term()?,
        };
        Ok(Some(Token {
            kind,
            span: start..self.place(),
        }))
    }

    fn term(&mut self) -> Result<TokenKind, QueryError> {
        let start = self.place();
        if self.peek().is_some_and(opens_phrase) {
            let value = self.quoted()?;
            return Ok(TokenKind::Term {
                field: None,
                values: vec![value],
            });
        }
        let mut text = String::new();
        while let Some(character) = self.peek() {
            match character {
                ':' if !text.is_empty() && !self.is_address(&text) => {
                    let field = Named {
                        name: text.to_lowercase(),
                        span: start..self.place(),
                    };
                    self.next += 1;
                    let values = self.values(&field)?;
                    return Ok(TokenKind::Term {
                        field: Some(field),
                        values,
                    });
                }
                '(' | ')' if !self.is_address(&text) => break,
                _ if character.is_whitespace() => break,
                _ => {
                    text.push(character);
                    self.next += 1;
                }
            }
        }
        Ok(match text.as_str() {
            "OR" => TokenKind::Or,
            "AND" => TokenKind::And,
            "NOT" => TokenKind::Not,
            _ => {
                let span = start..self.place();
                // A pasted URL contains a colon, too.
                let field = self.is_address(&text).then(|| Named {
                    name: "url".to_owned(),
                    span: start..start,
                });
                TokenKind::Term {
                    field,
                    values: vec![Value {
                        text,
                        manner: Manner::Plain,
                        span,
                    }],
                }
            }
        })
    }

    /// Returns whether a URL starts here; `text` is what was read so far.
    fn is_address(&self, text: &str) -> bool {
        let scheme = text.split(':').next().unwrap_or_default();
        let is_scheme = ["http", "https", "ftp"]
            .iter()
            .any(|known| scheme.eq_ignore_ascii_case(known));
        is_scheme
            && (text.contains("://")
                || (self.peek() == Some(':')
                    && self.at(self.next + 1) == Some('/')
                    && self.at(self.next + 2) == Some('/'))
                || text.ends_with(':')
                || text.ends_with(":/"))
    }

    /// Reads the values after the colon of a field.
    fn values(&mut self, field: &Named) -> Result<Vec<Value>, QueryError> {
        let undivided = UNDIVIDED.contains(&field.name.as_str());
        let exact = self.peek() == Some('=');
        if exact {
            self.next += 1;
        }
        let mut values = Vec::new();
        loop {
            let start = self.place();
            let value = match self.peek() {
                Some(character) if opens_phrase(character) => self.quoted()?,
                Some('/') if !exact && self.closes_pattern().is_some() => self.pattern(),
                Some('/') if !exact && !undivided => {
                    return Err(self.malformed(
                        start..start,
                        "unclosed pattern",
                        "write a pattern between slashes: title:/^the .* of/",
                    ));
                }
                _ => self.bare(undivided),
            };
            if value.text.is_empty() && value.manner != Manner::Pattern {
                let message = if values.is_empty() {
                    format!("\u{201c}{}:\u{201d} has no value", field.name)
                } else {
                    "a value is missing after this comma".to_owned()
                };
                let help = format!(
                    "write the value directly after the colon: {}:VALUE",
                    field.name
                );
                let at = if values.is_empty() {
                    field.span.start
                } else {
                    start.saturating_sub(1)
                };
                return Err(self.malformed(at..start, message, &help));
            }
            let manner = if exact { Manner::Exact } else { value.manner };
            values.push(Value { manner, ..value });
            if self.peek() == Some(',') && !undivided && self.goes_on() {
                self.next += 1;
            } else {
                return Ok(values);
            }
        }
    }

    /// Returns whether the next character is directly followed by another. A comma before white space does not
    /// separate values: `author:Ostrom, Elinor`.
    fn goes_on(&self) -> bool {
        self.at(self.next + 1)
            .is_some_and(|next| !next.is_whitespace() && !matches!(next, '(' | ')'))
    }

    fn quoted(&mut self) -> Result<Value, QueryError> {
        let open = self.place();
        self.next += 1;
        let mut text = String::new();
        loop {
            match self.peek() {
                Some(character) if closes_phrase(character) => break,
                Some(character) => text.push(character),
                None => {
                    return Err(self.malformed(
                        open..open,
                        "unclosed quotation mark",
                        "add a quotation mark after the phrase",
                    ));
                }
            }
            self.next += 1;
        }
        self.next += 1;
        // A star after the phrase belongs to it.
        if self.peek() == Some('*') {
            self.next += 1;
            text.push('*');
        }
        Ok(Value {
            text,
            manner: Manner::Quoted,
            span: open..self.place(),
        })
    }

    /// Returns the index of the slash that closes a pattern.
    fn closes_pattern(&self) -> Option<usize> {
        let mut index = self.next + 1;
        loop {
            match self.at(index)? {
                '\\' => index += 2,
                '/' => {
                    let ends = match self.at(index + 1) {
                        None | Some(',' | ')') => true,
                        Some(character) => character.is_whitespace(),
                    };
                    if ends {
                        return Some(index);
                    }
                    index += 1;
                }
                _ => index += 1,
            }
        }
    }

    fn pattern(&mut self) -> Value {
        let start = self.place();
        let close = self.closes_pattern().unwrap_or(self.characters.len());
        self.next += 1;
        let mut text = String::new();
        while self.next < close {
            text.extend(self.peek());
            self.next += 1;
        }
        self.next += 1;
        Value {
            text: text.replace("\\/", "/"),
            manner: Manner::Pattern,
            span: start..self.place(),
        }
    }

    fn bare(&mut self, undivided: bool) -> Value {
        let start = self.place();
        let mut text = String::new();
        let mut depth = 0_usize;
        while let Some(character) = self.peek() {
            match character {
                _ if character.is_whitespace() => break,
                ',' if !undivided && self.goes_on() => break,
                // Parentheses within a value, as in DOIs.
                '(' if undivided => depth += 1,
                ')' if depth > 0 => depth -= 1,
                '(' | ')' => break,
                _ => {}
            }
            text.push(character);
            self.next += 1;
        }
        Value {
            text,
            manner: Manner::Plain,
            span: start..self.place(),
        }
    }
}

fn opens_phrase(character: char) -> bool {
    matches!(
        character,
        '"' | '\u{201c}' | '\u{201d}' | '\u{201e}' | '\u{ab}'
    )
}

fn closes_phrase(character: char) -> bool {
    matches!(character, '"' | '\u{201c}' | '\u{201d}' | '\u{bb}')
}
