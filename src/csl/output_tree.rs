//! The output tree: what evaluation makes of a work, before it becomes rich text.
//!
//! Affixes, delimiters and formatting are still apart from the text here, so that disambiguation,
//! collapsing and author substitution can take hold of the parts they are about.

use std::borrow::Cow;

use super::element::{Appearance, Font};
use super::rich_text::Display;

/// A piece of output. None is ever empty: what prints nothing is left out of the tree.
#[derive(Debug, Clone)]
pub(super) struct Node<'a> {
    pub(super) content: Content<'a>,
    pub(super) prefix: Cow<'a, str>,
    pub(super) suffix: Cow<'a, str>,
    pub(super) font: Font,
    pub(super) quotes: bool,
    pub(super) display: Option<Display>,
    pub(super) tag: Tag,
}

/// What a node holds.
#[derive(Debug, Clone)]
pub(super) enum Content<'a> {
    /// Text that may hold the markup of CSL-JSON.
    Text(Cow<'a, str>),
    /// Text as it is, linked to an address.
    Link { href: String, text: Cow<'a, str> },
    /// Nodes with a delimiter between them.
    Children(Vec<Node<'a>>, Cow<'a, str>),
}

/// What a node is, where a later pass has to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tag {
    None,
    /// The names of a work, as one `cs:names` prints them.
    Names,
    /// The names of one variable, without their label.
    NameList,
    /// One name in them.
    Name,
    /// A label on names.
    Label,
    /// Text that stands in for names.
    Substitute,
    /// A citation number.
    CitationNumber(usize),
    /// A year, with the year itself.
    Year(i32),
    /// A year suffix, counted from 0.
    YearSuffix(usize),
    /// A locator.
    Locator,
    /// A cite that leads somewhere: the place of the cite in its citation.
    Cite(usize),
}

impl<'a> Node<'a> {
    /// Text; none if it is empty.
    pub(super) fn text(text: impl Into<Cow<'a, str>>) -> Option<Self> {
        let text = text.into();
        (!text.is_empty()).then(|| Self::new(Content::Text(text)))
    }

    /// Nodes with a delimiter between them; none if there are none.
    pub(super) fn group(children: Vec<Self>, delimiter: impl Into<Cow<'a, str>>) -> Option<Self> {
        (!children.is_empty()).then(|| Self::new(Content::Children(children, delimiter.into())))
    }

    fn new(content: Content<'a>) -> Self {
        Self {
            content,
            prefix: Cow::Borrowed(""),
            suffix: Cow::Borrowed(""),
            font: Font::default(),
            quotes: false,
            display: None,
            tag: Tag::None,
        }
    }

    /// Text as it is, linked to an address.
    pub(super) fn link(href: String, text: impl Into<Cow<'a, str>>) -> Self {
        Self::new(Content::Link {
            href,
            text: text.into(),
        })
    }

    /// The node with the affixes and the formatting of an element.
    pub(super) fn with(mut self, appearance: &'a Appearance) -> Self {
        self.prefix = Cow::Borrowed(&appearance.prefix);
        self.suffix = Cow::Borrowed(&appearance.suffix);
        self.font = appearance.font;
        self.quotes = appearance.quotes;
        self.display = appearance.display;
        self
    }

    pub(super) fn tagged(mut self, tag: Tag) -> Self {
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

    /// The characters of the node without formatting, as a key to compare by: affixes and delimiters
    /// are in it, punctuation is not put in order.
    pub(super) fn push_key(&self, key: &mut String) {
        key.push_str(&self.prefix);
        match &self.content {
            Content::Text(text) | Content::Link { text, .. } => key.push_str(text),
            Content::Children(children, delimiter) => {
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

    /// See [`Node::push_key`].
    pub(super) fn key(&self) -> String {
        let mut key = String::new();
        self.push_key(&mut key);
        key
    }

    /// The first node, from the left, that is so tagged.
    pub(super) fn find(&self, wanted: &dyn Fn(Tag) -> bool) -> Option<&Self> {
        if wanted(self.tag) {
            return Some(self);
        }
        match &self.content {
            Content::Children(children, _) => children.iter().find_map(|child| child.find(wanted)),
            _ => None,
        }
    }

    /// The first node, from the left, that is so tagged.
    pub(super) fn find_mut(&mut self, wanted: &dyn Fn(Tag) -> bool) -> Option<&mut Self> {
        if wanted(self.tag) {
            return Some(self);
        }
        match &mut self.content {
            Content::Children(children, _) => {
                children.iter_mut().find_map(|child| child.find_mut(wanted))
            }
            _ => None,
        }
    }

    /// The node without the nodes that are so tagged; none if nothing is left.
    ///
    /// Groups whose every part goes, go with their affixes.
    pub(super) fn without(mut self, unwanted: &dyn Fn(&Self) -> bool) -> Option<Self> {
        if unwanted(&self) {
            return None;
        }
        if let Content::Children(children, _) = &mut self.content {
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
