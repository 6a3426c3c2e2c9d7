//! The output tree: the result of evaluation, before it is rendered.
//!
//! Affixes, delimiters and formatting are still separate from the text, so that disambiguation, collapsing
//! and author substitution can find the parts they work on.

use std::borrow::Cow;

use super::element::{CommonAttributes, FontFormatting};
use super::rich_text::Display;
use super::variables::VariableId;

/// A piece of output. No node is empty: what prints nothing is not in the tree.
#[derive(Debug, Clone)]
pub(super) struct Node<'a> {
    pub(super) content: NodeContent<'a>,
    pub(super) prefix: Cow<'a, str>,
    pub(super) suffix: Cow<'a, str>,
    pub(super) font: FontFormatting,
    pub(super) quotes: bool,
    /// Whether the style says that there are no quotation marks.
    pub(super) unquoted: bool,
    pub(super) display: Option<Display>,
    pub(super) tag: NodeRole,
}

/// The content of a node.
#[derive(Debug, Clone)]
pub(super) enum NodeContent<'a> {
    /// Text that may hold the markup of CSL-JSON.
    Text(Cow<'a, str>),
    /// Literal text that links to a URL.
    Link { href: String, text: Cow<'a, str> },
    /// Nodes with a delimiter between them.
    Children(Vec<Node<'a>>, Cow<'a, str>),
}

/// The role of a node, for later passes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NodeRole {
    None,
    /// The names of a work, as one `cs:names` prints them.
    Names,
    /// The names of one variable, without their label.
    NameList(VariableId),
    /// The value of a variable.
    Variable(VariableId),
    /// One name in them.
    Name,
    /// The delimiter before the last name.
    Delimiter,
    /// A label on names.
    Label,
    /// A substitute for names.
    Substitute,
    /// A citation number.
    CitationNumber(usize),
    /// A number that does not merge with punctuation.
    Number,
    /// A macro that holds dates, in a sort key.
    DateMacro,
    /// A date, in a sort key.
    SortDate,
    /// A year.
    Year(i32),
    /// A year suffix, counted from 0.
    YearSuffix(usize),
    /// A locator.
    Locator,
    /// A linked cite, by its index in the citation.
    Cite(usize),
}

impl<'a> Node<'a> {
    /// Returns a node of text; none if it is empty.
    pub(super) fn text(text: impl Into<Cow<'a, str>>) -> Option<Self> {
        let text = text.into();
        (!text.is_empty()).then(|| Self::new(NodeContent::Text(text)))
    }

    /// Returns a node with children and a delimiter between them; none if there are none.
    pub(super) fn group(children: Vec<Self>, delimiter: impl Into<Cow<'a, str>>) -> Option<Self> {
        (!children.is_empty()).then(|| Self::new(NodeContent::Children(children, delimiter.into())))
    }

    /// Returns a node without affixes and formatting.
    pub(super) fn new(content: NodeContent<'a>) -> Self {
        Self {
            content,
            prefix: Cow::Borrowed(""),
            suffix: Cow::Borrowed(""),
            font: FontFormatting::default(),
            quotes: false,
            unquoted: false,
            display: None,
            tag: NodeRole::None,
        }
    }

    /// Returns literal text that links to a URL.
    pub(super) fn link(href: String, text: impl Into<Cow<'a, str>>) -> Self {
        Self::new(NodeContent::Link {
            href,
            text: text.into(),
        })
    }

    /// Returns a node with this one as its only child.
    pub(super) fn wrap(child: Self) -> Self {
        Self::new(NodeContent::Children(vec![child], Cow::Borrowed("")))
    }

    /// Returns whether this is text without characters.
    pub(super) fn is_empty_text(&self) -> bool {
        matches!(&self.content, NodeContent::Text(text) if text.is_empty())
    }

    /// Sets the affixes and the formatting of an element.
    pub(super) fn with(mut self, attributes: &'a CommonAttributes) -> Self {
        self.prefix = Cow::Borrowed(&attributes.prefix);
        self.suffix = Cow::Borrowed(&attributes.suffix);
        self.font = attributes.font;
        self.quotes = attributes.quotes;
        self.unquoted = attributes.unquoted;
        self.display = attributes.display;
        self
    }

    pub(super) fn displayed(mut self, display: Display) -> Self {
        self.display = Some(display);
        self
    }

    pub(super) fn tagged(mut self, tag: NodeRole) -> Self {
        self.tag = tag;
        self
    }

    pub(super) fn with_prefix(mut self, prefix: impl Into<Cow<'a, str>>) -> Self {
        self.prefix = prefix.into();
        self
    }

    pub(super) fn with_suffix(mut self, suffix: impl Into<Cow<'a, str>>) -> Self {
        self.suffix = suffix.into();
        self
    }

    /// Appends the characters of the node for comparison: with affixes and delimiters, but without formatting
    /// and without merging punctuation.
    fn push_key(&self, key: &mut String) {
        key.push_str(&self.prefix);
        match &self.content {
            NodeContent::Text(text) | NodeContent::Link { text, .. } => key.push_str(text),
            NodeContent::Children(children, delimiter) => {
                for (at, child) in children.iter().enumerate() {
                    if at > 0 {
                        key.push_str(delimiter);
                    }
                    child.push_key(key);
                }
            }
        }
        key.push_str(&self.suffix);
    }

    /// Returns the characters of the node, see [`Node::push_key`].
    pub(super) fn key(&self) -> String {
        let mut key = String::new();
        self.push_key(&mut key);
        key
    }

    /// Returns the first node with a tag.
    pub(super) fn find(&self, wanted: &dyn Fn(NodeRole) -> bool) -> Option<&Self> {
        if wanted(self.tag) {
            return Some(self);
        }
        match &self.content {
            NodeContent::Children(children, _) => {
                children.iter().find_map(|child| child.find(wanted))
            }
            _ => None,
        }
    }

    /// Returns the first node with a tag.
    pub(super) fn find_mut(&mut self, wanted: &dyn Fn(NodeRole) -> bool) -> Option<&mut Self> {
        if wanted(self.tag) {
            return Some(self);
        }
        match &mut self.content {
            NodeContent::Children(children, _) => {
                children.iter_mut().find_map(|child| child.find_mut(wanted))
            }
            _ => None,
        }
    }

    /// Removes unwanted nodes; none if nothing is left.
    ///
    /// Groups that become empty are removed with their affixes.
    pub(super) fn without(mut self, unwanted: &dyn Fn(&Self) -> bool) -> Option<Self> {
        if unwanted(&self) {
            return None;
        }
        if let NodeContent::Children(children, _) = &mut self.content {
            let kept: Vec<_> = std::mem::take(children)
                .into_iter()
                .filter_map(|child| child.without(unwanted))
                .collect();
            if kept.is_empty() {
                return None;
            }
            *children = kept;
        }
        Some(self)
    }
}
