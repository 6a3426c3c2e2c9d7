//! Punctuation and spaces where affixes, delimiters and text meet.
//!
//! The specification only says that duplicate punctuation is removed and that commas and full stops may move
//! inside of quotation marks. How far apart the two marks may be, and which of them goes, it leaves open; the
//! styles were written by looking at citeproc-js. It adjusts the tree of an entry in four passes before it
//! joins the text: [`upward`] moves spaces and punctuation from a child to its parent, [`leftward`] from a
//! prefix to the suffix before it, [`downward`] from a parent to the end of its last child, and [`fix`] moves
//! punctuation across quotation marks. The passes here do the same, including what looks like an oversight
//! in one of them, because the doubled or missing marks are what users of a style know.

use std::borrow::Cow;

use super::{merged_punctuation, repeats_mark};
use crate::csl::numbers::{NumberValue, is_plain_number};

/// A part of an entry in which affixes, delimiters and text can still change.
#[derive(Debug)]
pub(in crate::csl) struct Blob<'a, L> {
    pub(in crate::csl) prefix: Cow<'a, str>,
    pub(in crate::csl) suffix: Cow<'a, str>,
    pub(in crate::csl) content: BlobContent<'a, L>,
    /// Whether formatting attributes are set, even to "normal".
    pub(in crate::csl) formatted: bool,
    pub(in crate::csl) quoted: bool,
    /// Whether the style says that there are no quotation marks, which counts as formatting, too.
    pub(in crate::csl) unquoted: bool,
    /// Whether this is a citation number or a year suffix, which do not merge with punctuation.
    pub(in crate::csl) is_number: bool,
    /// The formatting of the content; the passes do not read it.
    pub(in crate::csl) look: L,
}

/// The content of a [`Blob`].
#[derive(Debug)]
pub(in crate::csl) enum BlobContent<'a, L> {
    Text(Cow<'a, str>),
    /// Parts with a delimiter between them; never empty.
    Children(Vec<Blob<'a, L>>, Cow<'a, str>),
}

/// Returns whether a number variable holds plain numbers. They do not merge with the punctuation around them.
pub(in crate::csl) fn is_number_blob(number: &NumberValue) -> bool {
    let mut parts = number.parts.iter();
    parts.all(|part| !part.value.starts_with('0') && is_plain_number(&part.value))
}

/// Adjusts affixes, delimiters and text.
pub(in crate::csl) fn adjust<L>(blob: &mut Blob<'_, L>, punctuation_in_quote: bool) {
    upward(blob);
    leftward(blob);
    downward(blob, punctuation_in_quote);
    fix(blob, punctuation_in_quote);
}

fn is_punctuation(character: char) -> bool {
    matches!(character, '.' | ',' | ';' | ':' | '!' | '?')
}

fn is_punctuation_or_space(character: char) -> bool {
    is_punctuation(character) || matches!(character, ' ' | '\u{a0}')
}

fn first(text: &str) -> Option<char> {
    text.chars().next()
}

fn last(text: &str) -> Option<char> {
    text.chars().next_back()
}

/// Returns the first character if it is punctuation.
fn first_mark(text: &str) -> Option<char> {
    first(text).filter(|first| is_punctuation(*first))
}

/// Returns whether text ends in a mark, or in the one of East Asia that does the same.
fn ends_in(text: &str, mark: char) -> bool {
    last(text).is_some_and(|end| repeats_mark(end, mark))
}

fn remove_first(text: &mut Cow<'_, str>) {
    match text {
        Cow::Borrowed(borrowed) => {
            let mut rest = borrowed.chars();
            rest.next();
            *borrowed = rest.as_str();
        }
        Cow::Owned(owned) => {
            if !owned.is_empty() {
                owned.remove(0);
            }
        }
    }
}

fn remove_last(text: &mut Cow<'_, str>) {
    match text {
        Cow::Borrowed(borrowed) => {
            let mut rest = borrowed.chars();
            rest.next_back();
            *borrowed = rest.as_str();
        }
        Cow::Owned(owned) => {
            owned.pop();
        }
    }
}

fn push(text: &mut Cow<'_, str>, character: char) {
    text.to_mut().push(character);
}

fn push_front(text: &mut Cow<'_, str>, character: char) {
    text.to_mut().insert(0, character);
}

/// Merges the first mark of `right` into the end of `left`, or moves it there.
fn merge_left(left: &mut Cow<'_, str>, right: &mut Cow<'_, str>) {
    let Some(second) = first(right) else { return };
    let before = last(left);
    if ends_in(left, second) {
        remove_first(right);
    } else if is_punctuation(second) {
        remove_first(right);
        match before.and_then(|before| merged_punctuation(before, second)) {
            Some(merged) => {
                remove_last(left);
                push(left, merged);
            }
            None => push(left, second),
        }
    }
}

/// Merges the last mark of `left` into the beginning of `right`, or moves it there.
fn merge_right(left: &mut Cow<'_, str>, right: &mut Cow<'_, str>) {
    let Some(before) = last(left) else { return };
    let second = first(right);
    if second == Some(before) {
        remove_last(left);
    } else if is_punctuation(before) {
        remove_last(left);
        match second.and_then(|second| merged_punctuation(before, second)) {
            Some(merged) => {
                remove_first(right);
                push_front(right, merged);
            }
            None => push_front(right, before),
        }
    }
}

impl<L> Blob<'_, L> {
    fn is_decorated(&self) -> bool {
        self.formatted || self.quoted || self.unquoted
    }

    /// Returns whether the content is a number.
    fn holds_number(&self) -> bool {
        self.is_number
            || matches!(&self.content, BlobContent::Children(children, _)
                if matches!(children.as_slice(), [only] if only.is_number))
    }

    fn ends_in_number(&self) -> bool {
        self.is_number || self.last_child().is_some_and(Self::ends_in_number)
    }

    fn ends_in_quotes(&self) -> bool {
        self.quoted || self.last_child().is_some_and(Self::ends_in_quotes)
    }

    fn last_child(&self) -> Option<&Self> {
        match &self.content {
            BlobContent::Children(children, _) => children.last(),
            BlobContent::Text(_) => None,
        }
    }

    /// Returns whether a mark after this would merge with the mark at its end to a single one.
    fn merges_with(&self, mark: char) -> bool {
        let end = last(&self.suffix).or(match &self.content {
            BlobContent::Text(text) => last(text),
            BlobContent::Children(..) => None,
        });
        end.is_some_and(|end| end != mark && merged_punctuation(end, mark).is_some())
            || self
                .last_child()
                .is_some_and(|child| child.merges_with(mark))
    }

    /// Returns whether the content ends in a character.
    fn ends_in(&self, wanted: char) -> bool {
        match &self.content {
            BlobContent::Text(text) => ends_in(text, wanted),
            BlobContent::Children(children, _) => {
                children
                    .last()
                    .is_some_and(|child| match last(&child.suffix) {
                        Some(end) => repeats_mark(end, wanted),
                        None => child.ends_in(wanted),
                    })
            }
        }
    }

    /// Removes a mark from the beginning of the suffix of text that ends in it.
    fn drop_repeated_suffix(&mut self) {
        if let BlobContent::Text(text) = &self.content
            && let Some(mark) = first_mark(&self.suffix)
            && ends_in(text, mark)
        {
            remove_first(&mut self.suffix);
        }
    }
}

fn upward<L>(parent: &mut Blob<'_, L>) {
    parent.drop_repeated_suffix();
    let decorated = parent.is_decorated();
    let BlobContent::Children(children, delimiter) = &mut parent.content else {
        return;
    };
    let count = children.len();
    for (at, child) in children.iter_mut().enumerate().rev() {
        upward(child);
        if at == 0 {
            if parent.prefix.ends_with(' ') && child.prefix.starts_with(' ') {
                remove_first(&mut child.prefix);
            }
            if let Some(mark) = first(&child.prefix).filter(|mark| is_punctuation_or_space(*mark))
                && !decorated
                && parent.prefix.is_empty()
            {
                push(&mut parent.prefix, mark);
                remove_first(&mut child.prefix);
            }
        }
        if at + 1 == count && !decorated && child.suffix.ends_with(' ') {
            if !parent.suffix.starts_with(' ') {
                push_front(&mut parent.suffix, ' ');
            }
            remove_last(&mut child.suffix);
        }
        if at > 0
            && let Some(end) = last(delimiter).filter(|end| is_punctuation_or_space(*end))
            && first(&child.prefix) == Some(end)
        {
            remove_first(&mut child.prefix);
        }
    }
}

fn leftward<L>(parent: &mut Blob<'_, L>) {
    let BlobContent::Children(children, delimiter) = &mut parent.content else {
        return;
    };
    for at in (0..children.len()).rev() {
        if let Some(child) = children.get_mut(at) {
            leftward(child);
        }
        if !delimiter.is_empty() {
            continue;
        }
        let (before, after) = children.split_at_mut(at + 1);
        let (Some(child), Some(sibling)) = (before.last_mut(), after.first_mut()) else {
            continue;
        };
        let Some(mark) = first_mark(&sibling.prefix) else {
            continue;
        };
        if child.formatted || sibling.formatted {
            continue;
        }
        let repeats = match last(&child.suffix) {
            Some(end) => repeats_mark(end, mark),
            None => matches!(&child.content, BlobContent::Text(text) if ends_in(text, mark)),
        };
        if repeats {
            remove_first(&mut sibling.prefix);
        } else {
            merge_left(&mut child.suffix, &mut sibling.prefix);
        }
    }
}

fn downward<L>(parent: &mut Blob<'_, L>, punctuation_in_quote: bool) {
    parent.drop_repeated_suffix();
    let BlobContent::Children(children, delimiter) = &mut parent.content else {
        return;
    };
    let count = children.len();
    if let Some(mark) = first_mark(delimiter) {
        for child in children.iter_mut().take(count.saturating_sub(1)) {
            if last(&child.suffix) != Some(mark) {
                push(&mut child.suffix, mark);
            }
        }
        remove_first(delimiter);
    }
    for at in (0..count).rev() {
        let (before, after) = children.split_at_mut(at + 1);
        let Some(child) = before.last_mut() else {
            continue;
        };
        let decorated = child.is_decorated();
        let is_number = child.holds_number();
        if let Some(sibling) = after.first_mut() {
            if let Some(mark) = first(delimiter) {
                if is_punctuation_or_space(mark) && last(&child.suffix) == Some(mark) {
                    remove_last(&mut child.suffix);
                }
            } else if !is_number
                && !decorated
                && let Some(end) = last(&child.suffix).filter(|end| is_punctuation_or_space(*end))
                && first(&sibling.prefix) == Some(end)
            {
                remove_first(&mut sibling.prefix);
            }
        } else {
            downward_last(&mut parent.suffix, child, punctuation_in_quote);
        }
        if !is_number
            && !decorated
            && first_mark(&child.suffix).is_some()
            && let BlobContent::Text(text) = &mut child.content
        {
            merge_left(text, &mut child.suffix);
        }
        downward(child, punctuation_in_quote);
    }
}

fn child_ends_in<L>(child: &Blob<'_, L>, mark: char) -> bool {
    match last(&child.suffix) {
        Some(end) => repeats_mark(end, mark),
        None => child.ends_in(mark),
    }
}

/// Moves marks from the suffix of a parent into its last child.
fn downward_last<L>(
    suffix: &mut Cow<'_, str>,
    child: &mut Blob<'_, L>,
    punctuation_in_quote: bool,
) {
    if let Some(mark) = first_mark(suffix)
        && (child.merges_with(mark) || punctuation_in_quote && child.ends_in_quotes())
        && !child.ends_in_number()
    {
        match &mut child.content {
            BlobContent::Text(text) => merge_left(text, suffix),
            BlobContent::Children(..) => merge_left(&mut child.suffix, suffix),
        }
        if suffix.starts_with('.') {
            push(&mut child.suffix, '.');
            remove_first(suffix);
        }
    }
    if child.suffix.ends_with(' ') && suffix.starts_with(' ') {
        remove_first(suffix);
    }
    if let Some(begin) = first(&child.suffix).filter(|begin| is_punctuation_or_space(*begin)) {
        if matches!(&child.content, BlobContent::Text(text) if ends_in(text, begin)) {
            remove_first(&mut child.suffix);
        }
        // Its last character, and not the first, which is the repeated one: "a,, b".
        if last(&child.suffix) == first(suffix) {
            remove_last(suffix);
        }
    }
    if let Some(mark) = first_mark(suffix)
        && child_ends_in(child, mark)
    {
        remove_first(suffix);
    }
}

fn fix<L>(parent: &mut Blob<'_, L>, punctuation_in_quote: bool) {
    let BlobContent::Children(children, _) = &mut parent.content else {
        return;
    };
    for child in children {
        if child.quoted {
            if punctuation_in_quote {
                into_quotes(child);
            } else {
                out_of_quotes(child);
            }
        }
        fix(child, punctuation_in_quote);
    }
}

fn into_quotes<L>(quoted: &mut Blob<'_, L>) {
    while quoted.suffix.starts_with(['.', ',', '!', '?']) {
        match &mut quoted.content {
            BlobContent::Text(text) => merge_left(text, &mut quoted.suffix),
            BlobContent::Children(children, _) => match children.last_mut() {
                Some(child) => merge_left(&mut child.suffix, &mut quoted.suffix),
                None => return,
            },
        }
    }
}

fn out_of_quotes<L>(quoted: &mut Blob<'_, L>) {
    const MOVED: [char; 3] = [',', ';', ':'];
    let inside = match &mut quoted.content {
        BlobContent::Text(text) => text,
        BlobContent::Children(children, _) => match children.last_mut() {
            Some(child) => &mut child.suffix,
            None => return,
        },
    };
    while inside.ends_with(MOVED) {
        merge_right(inside, &mut quoted.suffix);
    }
}
