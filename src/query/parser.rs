//! The syntax tree of a query, and how it is read from tokens.
//!
//! ```text
//! query  := either*
//! either := all ("OR" all)*
//! all    := item+
//! item   := "-" item | "(" query ")" | [field ":"] value
//! ```

use std::str::FromStr;

use super::QueryError;
use super::lexer::{Token, TokenKind, tokens};

/// Which works are meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Query {
    /// All conditions hold; with none, every work is meant.
    All(Vec<Query>),
    /// One of the conditions holds.
    Any(Vec<Query>),
    /// The condition does not hold.
    Not(Box<Query>),
    /// Words that follow each other in a place.
    Words {
        /// Where.
        place: Place,
        /// The words.
        text: String,
        /// Whether the last word may go on.
        beginning: bool,
    },
    /// The year of the work, or one of its years, is in the span.
    Year(YearSpan),
    /// The work is of the BibLaTeX type.
    Type(String),
    /// The work has the key, or had it before.
    Key(String),
    /// How certain it is which work is meant: `certain`, `probable` or `unresolved`.
    Identification(String),
    /// The work has the tag or a narrower one. The first part is the facet.
    Tag(String, String),
}

/// Where words are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Anywhere.
    Anywhere,
    /// Among the authors, or the editors of a work that has no author.
    Author,
    /// In the title and subtitle.
    Title,
    /// In the journal, book or series that the work is part of.
    Container,
}

/// A span of years, both ends within it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct YearSpan {
    /// The first year, or none for a span that is open there.
    pub first: Option<i32>,
    /// The last year, or none for a span that is open there.
    pub last: Option<i32>,
}

impl FromStr for Query {
    type Err = QueryError;

    fn from_str(text: &str) -> Result<Self, QueryError> {
        let mut parser = Parser {
            query: text,
            tokens: tokens(text)?,
            next: 0,
            depth: 0,
        };
        let query = parser.either()?;
        match parser.peek() {
            None => Ok(query),
            Some(token) => Err(parser.malformed(token.position, "this bracket closes nothing")),
        }
    }
}

/// Brackets and signs within each other; a limit that no person meets, so that none can overflow the
/// stack.
const DEEPEST: usize = 200;

struct Parser<'q> {
    query: &'q str,
    tokens: Vec<Token>,
    next: usize,
    depth: usize,
}

impl Parser<'_> {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.next)
    }

    fn malformed(&self, position: usize, message: &str) -> QueryError {
        QueryError::Malformed {
            query: self.query.to_owned(),
            position,
            message: message.to_owned(),
            help: None,
        }
    }

    fn either(&mut self) -> Result<Query, QueryError> {
        let mut branches = vec![self.all()?];
        while let Some(Token {
            kind: TokenKind::Or,
            position,
        }) = self.peek()
        {
            let position = *position;
            self.next += 1;
            let right = self.all()?;
            let empty = |query: &Query| matches!(query, Query::All(parts) if parts.is_empty());
            if empty(&right) || branches.last().is_some_and(empty) {
                return Err(self.malformed(position, "OR needs something on both sides"));
            }
            branches.push(right);
        }
        Ok(if branches.len() == 1 {
            branches.remove(0)
        } else {
            Query::Any(branches)
        })
    }

    fn all(&mut self) -> Result<Query, QueryError> {
        let mut parts = Vec::new();
        while let Some(token) = self.peek() {
            if matches!(token.kind, TokenKind::Close | TokenKind::Or) {
                break;
            }
            parts.push(self.item()?);
        }
        Ok(if parts.len() == 1 {
            parts.remove(0)
        } else {
            Query::All(parts)
        })
    }

    fn item(&mut self) -> Result<Query, QueryError> {
        let Some(Token { kind, position }) = self.peek().cloned() else {
            return Err(self.malformed(self.query.chars().count(), "something is missing here"));
        };
        if self.depth >= DEEPEST {
            return Err(self.malformed(position, "too many brackets within each other"));
        }
        self.next += 1;
        self.depth += 1;
        let item = match kind {
            TokenKind::Not => Query::Not(Box::new(self.item()?)),
            TokenKind::Open => {
                let inner = self.either()?;
                match self.peek() {
                    Some(Token {
                        kind: TokenKind::Close,
                        ..
                    }) => self.next += 1,
                    _ => return Err(self.malformed(position, "this bracket is never closed")),
                }
                inner
            }
            TokenKind::Term {
                field,
                text,
                quoted,
            } => self.term(field.as_deref(), text, quoted, position)?,
            TokenKind::Close | TokenKind::Or => {
                return Err(self.malformed(position, "something is missing before this"));
            }
        };
        self.depth -= 1;
        Ok(item)
    }

    fn term(
        &self,
        field: Option<&str>,
        mut text: String,
        quoted: bool,
        position: usize,
    ) -> Result<Query, QueryError> {
        let place = match field {
            None => Place::Anywhere,
            Some("author") => Place::Author,
            Some("title") => Place::Title,
            Some("in" | "journal" | "container") => Place::Container,
            Some("year") => {
                return text
                    .parse()
                    .map(Query::Year)
                    .map_err(|reason| QueryError::Malformed {
                        query: self.query.to_owned(),
                        position,
                        message: reason,
                        help: Some(
                            "write a year or a span: year:2006, year:2002..2006, year:2010.., \
                         year:..1999"
                                .into(),
                        ),
                    });
            }
            Some("type") => return Ok(Query::Type(text.to_lowercase())),
            Some("key") => return Ok(Query::Key(text)),
            Some("identification") => return Ok(Query::Identification(text.to_lowercase())),
            Some("tag") => {
                return match text.split_once(':') {
                    Some((facet, name)) => {
                        Ok(Query::Tag(facet.to_lowercase(), name.to_lowercase()))
                    }
                    None => Err(self.malformed(position, "a tag is written FACET:NAME")),
                };
            }
            // Whatever else stands before a colon is the facet of a tag, if the library has one.
            Some(facet) => return Ok(Query::Tag(facet.to_owned(), text.to_lowercase())),
        };
        let beginning = !quoted && text.ends_with('*');
        if beginning {
            text.pop();
        }
        if !text.chars().any(char::is_alphanumeric) {
            return Err(self.malformed(position, "there is no word here to look for"));
        }
        Ok(Query::Words {
            place,
            text,
            beginning,
        })
    }
}

impl FromStr for YearSpan {
    type Err = String;

    /// Reads `2006`, `2002..2006`, `2010..` or `..1999`; years before our era are negative.
    fn from_str(text: &str) -> Result<Self, String> {
        let year = |text: &str| {
            text.parse::<i32>()
                .map_err(|_| format!("\u{201c}{text}\u{201d} is not a year"))
        };
        let end = |text: &str| {
            if text.is_empty() {
                Ok(None)
            } else {
                year(text).map(Some)
            }
        };
        let span = match text.split_once("..") {
            Some((first, last)) => Self {
                first: end(first)?,
                last: end(last)?,
            },
            None => {
                let year = year(text)?;
                Self {
                    first: Some(year),
                    last: Some(year),
                }
            }
        };
        match (span.first, span.last) {
            (Some(first), Some(last)) if first > last => Err(format!(
                "the span begins in {first}, after its end in {last}"
            )),
            _ => Ok(span),
        }
    }
}
