//! The syntax tree of a query.

use super::{QuerySpan, TimeRange, YearRange};
use crate::library::Order;
use crate::library::full_text::Column;

/// A query: a filter, an order, and a limit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    pub(super) text: String,
    pub(super) root: QueryNode,
    pub(super) order: Vec<Order>,
    pub(super) limit: Option<usize>,
}

/// A node of the syntax tree with its position in the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueryNode {
    /// The condition.
    pub kind: NodeKind,
    /// The position.
    pub span: QuerySpan,
}

/// The kinds of nodes.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum NodeKind {
    /// All conditions hold; without any, every work matches.
    All(Vec<QueryNode>),
    /// One of the conditions holds.
    Any(Vec<QueryNode>),
    /// The condition does not hold.
    Not(Box<QueryNode>),
    /// A single condition with its text: `author:merten`, or `movement:jopp` for the second half of
    /// `movement:oekonux,jopp`.
    Term {
        /// The condition.
        term: Term,
        /// Its text.
        source: String,
    },
}

/// A single condition.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Term {
    /// The work contains a text.
    Text {
        /// The place to search in.
        place: SearchIn,
        /// The text.
        matching: Matching,
    },
    /// The work appeared in the range, or began or ended there.
    Year(YearRange),
    /// The original of a new edition, translation or reprint appeared in the range.
    OriginalYear(YearRange),
    /// The work was added in the range.
    Added(TimeRange),
    /// The entry last changed in the range.
    Changed(TimeRange),
    /// The work is of the BibLaTeX type.
    Type(Matching),
    /// The work has or had the key.
    Key(Matching),
    /// The work is in the language.
    Language(Matching),
    /// The work has the tag or a child of it; the facet is optional.
    Tag {
        /// The facet.
        facet: Option<String>,
        /// The name, with or without the facet.
        matching: Matching,
    },
    /// A facet of the library or a BibLaTeX field; the library decides.
    Named {
        /// The name before the colon, in lower case.
        name: String,
        /// The value.
        matching: Matching,
    },
    /// The work belongs to the stored reading list.
    List(String),
    /// A file with this path or description is linked to the work.
    File(Matching),
    /// The work has the field, a tag, a tag of the facet, a note, a file, or is in a list.
    Has(String),
    /// The work does not have it.
    Missing(String),
    /// The work has a tag with this origin: `hand`, `rule` or `import`.
    Origin(String),
}

/// The place where a text is searched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SearchIn {
    /// Anywhere.
    Anywhere,
    /// In columns of the full-text index.
    Columns(&'static [Column]),
    /// Among the names in columns of the full-text index.
    Names(&'static [Column]),
    /// In a field of the entry.
    Field(String),
}

/// The way in which a value is matched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Matching {
    /// It contains these words in sequence.
    Words(String),
    /// It contains these words, the last one as a prefix.
    Beginning(String),
    /// It equals this.
    Whole(String),
    /// The regular expression matches it.
    Pattern(String),
}

impl Matching {
    /// Returns the text without the signs.
    pub fn text(&self) -> &str {
        match self {
            Self::Words(text) | Self::Beginning(text) | Self::Whole(text) | Self::Pattern(text) => {
                text
            }
        }
    }
}

impl Query {
    /// Returns the query that matches every work.
    pub fn all() -> Self {
        Self::of("", QueryNode::all())
    }

    fn of(text: &str, root: QueryNode) -> Self {
        Self {
            text: text.to_owned(),
            root,
            order: Vec::new(),
            limit: None,
        }
    }

    /// Returns the text of the query.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns the syntax tree.
    pub fn root(&self) -> &QueryNode {
        &self.root
    }

    /// Returns the sort keys (`sort:`), the most important first.
    pub fn order(&self) -> &[Order] {
        &self.order
    }

    /// Returns the maximal number of works (`limit:`).
    pub fn limit(&self) -> Option<usize> {
        self.limit
    }

    /// Returns the conditions that are not negated, each as a query. They explain why a work matches.
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
                Self::of(source, QueryNode { kind, span })
            })
            .collect()
    }
}

impl QueryNode {
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
