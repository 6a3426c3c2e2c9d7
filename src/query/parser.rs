//! The parser of the query language.
//!
//! ```text
//! query  := either*
//! either := all ("OR" all)*
//! all    := item ("AND"? item)*
//! item   := ("-" | "NOT") item | "(" query ")" | [field ":"] value ("," value)*
//! value  := word | word"*" | "phrase" | "="value | "/"pattern"/"
//! ```
//!
//! `sort:` and `limit:` apply to the whole query and may appear anywhere outside parentheses.

use std::str::FromStr;

use super::fields::{FieldKind, field_called};
use super::lexer::{Manner, Named, Token, TokenKind, Value, tokens};
use super::{Matching, NodeKind, Query, QueryError, QueryNode, QuerySpan, SearchIn, Term};
use crate::library::{Order, SortBy, full_text, pattern};
use crate::suggest::{closest, did_you_mean};
use crate::text;

impl FromStr for Query {
    type Err = QueryError;

    fn from_str(text: &str) -> Result<Self, QueryError> {
        let mut parser = Parser {
            query: text,
            tokens: tokens(text)?,
            next: 0,
            depth: 0,
            order: Vec::new(),
            limit: None,
        };
        let root = parser.either()?;
        match parser.peek() {
            None => Ok(Self {
                text: text.to_owned(),
                root,
                order: parser.order,
                limit: parser.limit,
            }),
            Some(token) => {
                let span = token.span.clone();
                Err(parser.malformed(span, "unmatched closing parenthesis"))
            }
        }
    }
}

/// The maximal nesting of parentheses and negations, so that no query can overflow the stack.
const DEEPEST: usize = 100;

struct Parser<'q> {
    query: &'q str,
    tokens: Vec<Token>,
    next: usize,
    depth: usize,
    order: Vec<Order>,
    limit: Option<usize>,
}

impl Parser<'_> {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.next)
    }

    /// Returns whether an item can start here.
    fn item_follows(&self) -> bool {
        self.peek().is_some_and(|token| {
            matches!(
                token.kind,
                TokenKind::Open | TokenKind::Not | TokenKind::Term { .. }
            )
        })
    }

    fn malformed(&self, span: QuerySpan, message: impl Into<String>) -> QueryError {
        QueryError::malformed(self.query, span, message, None)
    }

    fn expected(
        &self,
        span: QuerySpan,
        message: impl Into<String>,
        help: impl Into<String>,
    ) -> QueryError {
        QueryError::malformed(self.query, span, message, Some(help.into()))
    }

    fn either(&mut self) -> Result<QueryNode, QueryError> {
        let mut branches = vec![self.all()?];
        while let Some(Token {
            kind: TokenKind::Or,
            span,
        }) = self.peek()
        {
            let span = span.clone();
            self.next += 1;
            let right = self.all()?;
            let empty =
                |node: &QueryNode| matches!(&node.kind, NodeKind::All(parts) if parts.is_empty());
            if empty(&right) || branches.last().is_some_and(empty) {
                return Err(self.malformed(span, "OR needs a term on both sides"));
            }
            branches.push(right);
        }
        Ok(joined(branches, NodeKind::Any))
    }

    fn all(&mut self) -> Result<QueryNode, QueryError> {
        let mut parts = Vec::new();
        let start = self
            .peek()
            .map_or(self.query.len(), |token| token.span.start);
        while let Some(token) = self.peek() {
            match token.kind {
                TokenKind::Close | TokenKind::Or => break,
                TokenKind::And => {
                    let span = token.span.clone();
                    self.next += 1;
                    if parts.is_empty() || !self.item_follows() {
                        return Err(self.malformed(span, "AND needs a term on both sides"));
                    }
                }
                _ => parts.extend(self.item()?),
            }
        }
        if parts.is_empty() {
            return Ok(QueryNode {
                kind: NodeKind::All(parts),
                span: start..start,
            });
        }
        Ok(joined(parts, NodeKind::All))
    }

    /// Parses a condition; returns `None` for `sort:` and `limit:`.
    fn item(&mut self) -> Result<Option<QueryNode>, QueryError> {
        let Some(Token { kind, span }) = self.peek().cloned() else {
            let end = self.query.len();
            return Err(self.malformed(end..end, "something is missing here"));
        };
        if self.depth >= DEEPEST {
            return Err(self.malformed(span, "too many nested parentheses"));
        }
        self.next += 1;
        self.depth += 1;
        let item = match kind {
            TokenKind::Not => Some(self.negation(span)?),
            TokenKind::Open => {
                let inner = self.either()?;
                match self.peek() {
                    Some(Token {
                        kind: TokenKind::Close,
                        ..
                    }) => self.next += 1,
                    _ => return Err(self.malformed(span, "unclosed parenthesis")),
                }
                Some(inner)
            }
            TokenKind::Term { field, values } => self.term(field.as_ref(), &values, span)?,
            TokenKind::Close | TokenKind::Or | TokenKind::And => {
                return Err(self.malformed(span, "a term is missing before this"));
            }
        };
        self.depth -= 1;
        Ok(item)
    }

    fn negation(&mut self, span: QuerySpan) -> Result<QueryNode, QueryError> {
        let written = self.query.get(span.clone()).unwrap_or_default();
        if written == "NOT" && !self.item_follows() {
            // Without a value, it is a word to search for.
            let value = Value {
                text: written.to_owned(),
                manner: Manner::Plain,
                span: span.clone(),
            };
            return self.leaf(None, &value, span);
        }
        let inner = self
            .item()?
            .ok_or_else(|| self.malformed(span.clone(), "sort: and limit: cannot be negated"))?;
        let span = span.start..inner.span.end;
        Ok(QueryNode {
            kind: NodeKind::Not(Box::new(inner)),
            span,
        })
    }

    fn term(
        &mut self,
        field: Option<&Named>,
        values: &[Value],
        span: QuerySpan,
    ) -> Result<Option<QueryNode>, QueryError> {
        let kind = field
            .and_then(|named| field_called(&named.name))
            .map(|field| field.kind);
        if let Some(kind @ (FieldKind::Sort | FieldKind::Limit)) = kind {
            if self.depth > 1 {
                return Err(self.expected(
                    span,
                    "sort: and limit: apply to the whole query",
                    "write them outside parentheses",
                ));
            }
            for value in values {
                match kind {
                    FieldKind::Sort => self.sort(value)?,
                    _ => self.limit = Some(self.count(value)?),
                }
            }
            return Ok(None);
        }
        let mut leaves = Vec::with_capacity(values.len());
        for (index, value) in values.iter().enumerate() {
            let start = if index == 0 {
                span.start
            } else {
                value.span.start
            };
            leaves.push(self.leaf(field, value, start..value.span.end)?);
        }
        let mut node = joined(leaves, NodeKind::Any);
        node.span = span;
        Ok(Some(node))
    }

    fn sort(&mut self, value: &Value) -> Result<(), QueryError> {
        let text = value.text.trim().to_lowercase();
        let (name, descending) = match text.strip_prefix(['-', '\u{2212}']) {
            Some(name) => (name, true),
            None => (text.strip_prefix('+').unwrap_or(&text), false),
        };
        let Some(by) = SortBy::named(name) else {
            let known = SortBy::ALL.map(SortBy::name);
            return Err(self.expected(
                value.span.clone(),
                format!("cannot sort by \u{201c}{name}\u{201d}"),
                suggestion(name, known)
                    .unwrap_or_else(|| format!("sort by one of: {}", known.join(", "))),
            ));
        };
        self.order.push(Order { by, descending });
        Ok(())
    }

    fn count(&self, value: &Value) -> Result<usize, QueryError> {
        value.text.trim().parse().map_err(|_| {
            self.expected(
                value.span.clone(),
                format!("\u{201c}{}\u{201d} is not a number", value.text),
                "write a number: limit:20",
            )
        })
    }

    /// Parses a condition with a single value.
    fn leaf(
        &self,
        field: Option<&Named>,
        value: &Value,
        span: QuerySpan,
    ) -> Result<QueryNode, QueryError> {
        let written = self.query.get(value.span.clone()).unwrap_or_default();
        let source = match field {
            Some(field) if !field.span.is_empty() => {
                let sign = if value.manner == Manner::Exact {
                    "="
                } else {
                    ""
                };
                format!("{}:{sign}{written}", field.name)
            }
            _ => written.to_owned(),
        };
        let kind = NodeKind::Term {
            term: self.condition(field, value)?,
            source,
        };
        Ok(QueryNode { kind, span })
    }

    fn condition(&self, field: Option<&Named>, value: &Value) -> Result<Term, QueryError> {
        let Some(named) = field else {
            if let Some(identifier) = pasted_identifier(value) {
                return Ok(identifier);
            }
            let matching = self.matching(value, true)?;
            return Ok(Term::Text {
                place: SearchIn::Anywhere,
                matching,
            });
        };
        let Some(field) = field_called(&named.name) else {
            return Ok(Term::Named {
                name: named.name.clone(),
                matching: self.matching(value, false)?,
            });
        };
        let text = |place| -> Result<Term, QueryError> {
            // A star alone matches anything.
            if value.text == "*" && value.manner == Manner::Plain {
                return Ok(Term::Has(field.name.to_owned()));
            }
            let matching = self.matching(value, true)?;
            Ok(Term::Text { place, matching })
        };
        let lower = |term: fn(Matching) -> Term| -> Result<Term, QueryError> {
            Ok(term(match self.matching(value, false)? {
                Matching::Words(text) => Matching::Words(text.to_lowercase()),
                Matching::Beginning(text) => Matching::Beginning(text.to_lowercase()),
                Matching::Whole(text) => Matching::Whole(text.to_lowercase()),
                pattern => pattern,
            }))
        };
        Ok(match field.kind {
            FieldKind::Text(columns) => text(SearchIn::Columns(columns))?,
            FieldKind::Names(columns) => text(SearchIn::Names(columns))?,
            FieldKind::Entry(name) => {
                let stripped = crate::model::Doi::strip_resolver(&value.text);
                let value = Value {
                    text: stripped.to_owned(),
                    ..value.clone()
                };
                let matching = self.matching(&value, value.text != "*")?;
                if value.text == "*" {
                    return Ok(Term::Has(field.name.to_owned()));
                }
                Term::Text {
                    place: SearchIn::Field(name.to_owned()),
                    matching,
                }
            }
            FieldKind::Isbn => {
                let is_open = value.text.ends_with('*');
                let digits = full_text::isbn_digits(value.text.trim_end_matches('*'));
                let matching = match value.manner {
                    Manner::Pattern => self.matching(value, true)?,
                    _ if is_open && digits.is_empty() => return Ok(Term::Has("isbn".to_owned())),
                    _ if is_open => Matching::Beginning(digits),
                    _ => Matching::Words(digits),
                };
                if matching.text().is_empty() {
                    return Err(self.no_word(value));
                }
                Term::Text {
                    place: SearchIn::Field("isbn".to_owned()),
                    matching,
                }
            }
            FieldKind::Year => Term::Year(self.read(
                value,
                "write a year, a span or a comparison: year:2006, year:2002..2006, year:2010.., \
                 'year:>=2010', year:2010s",
            )?),
            FieldKind::OriginalYear => Term::OriginalYear(self.read(
                value,
                "write a year, a span or a comparison: original:1867, original:..1900, \
                 'original:<1900'",
            )?),
            FieldKind::Added => Term::Added(self.read(value, MOMENTS)?),
            FieldKind::Changed => Term::Changed(self.read(value, MOMENTS)?),
            FieldKind::Type => lower(Term::Type)?,
            FieldKind::Key => Term::Key(self.matching(value, false)?),
            FieldKind::Language => lower(Term::Language)?,
            FieldKind::Tag => lower(|matching| Term::Tag {
                facet: None,
                matching,
            })?,
            FieldKind::Facet => Term::Named {
                name: named.name.clone(),
                matching: self.matching(value, false)?,
            },
            FieldKind::List => Term::List(value.text.clone()),
            FieldKind::File => Term::File(self.matching(value, false)?),
            FieldKind::Has => Term::Has(value.text.to_lowercase()),
            FieldKind::Missing => Term::Missing(value.text.to_lowercase()),
            FieldKind::Origin => Term::Origin(self.one_of(
                value,
                &["hand", "rule", "import"],
                "a tag\u{2019}s origin",
            )?),
            FieldKind::Sort | FieldKind::Limit => {
                return Err(self.malformed(value.span.clone(), "unexpected term"));
            }
        })
    }

    /// Returns how a value is matched; with `words`, it must contain a word.
    fn matching(&self, value: &Value, words: bool) -> Result<Matching, QueryError> {
        let mut text = value.text.clone();
        if value.manner == Manner::Pattern {
            pattern::compile(&text).map_err(|reason| {
                self.expected(
                    value.span.clone(),
                    format!("invalid regular expression: {reason}"),
                    "write a regular expression such as title:/^the .* of/",
                )
            })?;
            return Ok(Matching::Pattern(text));
        }
        let is_open = value.manner != Manner::Exact && text.ends_with('*');
        if is_open {
            text.pop();
        }
        if words && text::words(&text).is_empty() {
            return Err(self.no_word(value));
        }
        Ok(match value.manner {
            _ if is_open => Matching::Beginning(text),
            Manner::Exact => Matching::Whole(text),
            _ => Matching::Words(text),
        })
    }

    fn no_word(&self, value: &Value) -> QueryError {
        self.malformed(value.span.clone(), "no word to search for")
    }

    fn read<T: FromStr<Err = String>>(&self, value: &Value, help: &str) -> Result<T, QueryError> {
        if value.manner == Manner::Pattern {
            return Err(self.expected(
                value.span.clone(),
                "years and dates cannot be matched by a pattern",
                help,
            ));
        }
        (value.text.parse()).map_err(|reason| self.expected(value.span.clone(), reason, help))
    }

    fn one_of(&self, value: &Value, known: &[&str], what: &str) -> Result<String, QueryError> {
        let text = value.text.to_lowercase();
        if known.contains(&text.as_str()) {
            return Ok(text);
        }
        let message = format!("\u{201c}{}\u{201d} is not {what}", value.text);
        let help = format!("write one of {}", known.join(", "));
        Err(self.expected(value.span.clone(), message, help))
    }
}

/// Returns the condition for a word that is a DOI or an ISBN.
fn pasted_identifier(value: &Value) -> Option<Term> {
    let text = value.text.trim_end_matches('*');
    let (name, matching) = if let Ok(isbn) = text.parse::<crate::model::Isbn>() {
        ("isbn", isbn.to_string())
    } else if text.starts_with("10.") && text.contains('/') && value.manner == Manner::Plain {
        ("doi", text.to_owned())
    } else {
        return None;
    };
    let place = SearchIn::Field(name.to_owned());
    let matching = if value.text.ends_with('*') {
        Matching::Beginning(matching)
    } else {
        Matching::Words(matching)
    };
    Some(Term::Text { place, matching })
}

const MOMENTS: &str = "write a time, a span or a comparison: added:today, added:7d, added:2024-03, \
                       added:2023..2024, 'added:>=2024-03-15'";

/// Suggests names similar to an unknown one.
fn suggestion<'n>(name: &str, known: impl IntoIterator<Item = &'n str>) -> Option<String> {
    did_you_mean(&closest(name, known.into_iter().map(str::to_owned)))
}

fn joined(mut parts: Vec<QueryNode>, by: fn(Vec<QueryNode>) -> NodeKind) -> QueryNode {
    if parts.len() == 1 {
        return parts.remove(0);
    }
    let start = parts.first().map_or(0, |part| part.span.start);
    let end = parts.last().map_or(start, |part| part.span.end);
    QueryNode {
        kind: by(parts),
        span: start..end,
    }
}
