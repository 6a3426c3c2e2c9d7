//! The syntax tree of a query.

use super::{MomentSpan, Span, YearSpan};
use crate::library::Order;
use crate::library::full_text::Column;

/// Which works are meant, in which order, and how many at most.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    pub(super) text: String,
    pub(super) root: Node,
    pub(super) order: Vec<Order>,
    pub(super) limit: Option<usize>,
}

/// A part of a query, with where it stands in the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// What it asks for.
    pub kind: NodeKind,
    /// Where it stands.
    pub span: Span,
}

/// What a part of a query asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NodeKind {
    /// All conditions hold; with none, every work is meant.
    All(Vec<Node>),
    /// One of the conditions holds.
    Any(Vec<Node>),
    /// The condition does not hold.
    Not(Box<Node>),
    /// A single condition, and how it is written: `author:merten`, or `movement:jopp` for the second half of
    /// `movement:oekonux,jopp`.
    Term {
        /// The condition.
        term: Term,
        /// How it is written.
        source: String,
    },
}

/// A single condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Term {
    /// The work has a text in a place.
    Text {
        /// Where.
        place: Place,
        /// The text.
        matching: Matching,
    },
    /// The work appeared, or began or ended to, in the span.
    Year(YearSpan),
    /// What it is a new edition, a translation or a reprint of appeared in the span.
    OriginalYear(YearSpan),
    /// The work came into the library in the span.
    Added(MomentSpan),
    /// The entry of the work last changed in the span.
    Changed(MomentSpan),
    /// The work is of the BibLaTeX type.
    Type(Matching),
    /// The work has the key, or had it before.
    Key(Matching),
    /// The work is in the language.
    Language(Matching),
    /// The work has the tag, or a narrower one; the facet may be left out.
    Tag {
        /// The facet.
        facet: Option<String>,
        /// The name within the facet, or with the facet before it.
        matching: Matching,
    },
    /// A facet of the library, or a field of BibLaTeX: which, the library knows.
    Named {
        /// The name before the colon, in lower case.
        name: String,
        /// What stands behind it.
        matching: Matching,
    },
    /// The work belongs to the stored reading list.
    List(String),
    /// A file with such a path or description is linked to the work.
    File(Matching),
    /// The work has the field, a tag, a tag of the facet, a note, a file, a place on a list.
    Has(String),
    /// The work does not have it.
    Missing(String),
    /// Somebody or something put a tag on the work: `hand`, `rule` or `import`.
    Origin(String),
}

/// Where a text is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// Anywhere.
    Anywhere,
    /// In columns of the full-text index.
    Columns(&'static [Column]),
    /// Among the names in columns of the full-text index.
    Names(&'static [Column]),
    /// In a field of the entry.
    Field(String),
}

/// What a value is to be like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Matching {
    /// It has these words, one behind the other.
    Words(String),
    /// It has these words, of which the last may go on.
    Beginning(String),
    /// It is this.
    Whole(String),
    /// The regular expression matches it.
    Pattern(String),
}

impl Matching {
    /// The text of the query that it was made of, without its signs.
    pub fn text(&self) -> &str {
        match self {
            Self::Words(text) | Self::Beginning(text) | Self::Whole(text) | Self::Pattern(text) => {
                text
            }
        }
    }
}

impl Query {
    /// The query that means every work.
    pub fn all() -> Self {
        Self::of("", Node::all())
    }

    fn of(text: &str, root: Node) -> Self {
        Self {
            text: text.to_owned(),
            root,
            order: Vec::new(),
            limit: None,
        }
    }

    /// The query as it is written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The tree of its conditions.
    pub fn root(&self) -> &Node {
        &self.root
    }

    /// The order that it asks for (`sort:`), the most important first; none where it asks for none.
    pub fn order(&self) -> &[Order] {
        &self.order
    }

    /// How many works it asks for at most (`limit:`).
    pub fn limit(&self) -> Option<usize> {
        self.limit
    }

    /// The single conditions that a work may meet to be meant, each a query of its own: all that no `NOT`
    /// stands before. To know why a work is meant, ask which of these it meets.
    pub fn positive_terms(&self) -> Vec<Self> {
        let mut found = Vec::new();
        self.root.gather_positive(false, &mut found);
        found
            .into_iter()
            .map(|(source, term)| {
                let kind = NodeKind::Term {
                    term: term.clone(),
                    source: source.to_owned(),
                };
                let span = 0..source.len();
                Self::of(source, Node { kind, span })
            })
            .collect()
    }
}

impl Node {
    fn all() -> Self {
        Self {
            kind: NodeKind::All(Vec::new()),
            span: 0..0,
        }
    }

    fn gather_positive<'n>(&'n self, negated: bool, found: &mut Vec<(&'n str, &'n Term)>) {
        match &self.kind {
            NodeKind::All(parts) | NodeKind::Any(parts) => {
                for part in parts {
                    part.gather_positive(negated, found);
                }
            }
            NodeKind::Not(inner) => inner.gather_positive(!negated, found),
            NodeKind::Term { term, source } if !negated => found.push((source, term)),
            NodeKind::Term { .. } => {}
        }
    }
}
