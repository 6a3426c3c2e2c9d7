//! Parts of a text that is in memory once.

use std::fmt;
use std::ops::{Deref, Range};
use std::sync::Arc;

/// A text, or a part of a text that other parts share: the entries of a file and the text between them.
#[derive(Clone)]
pub struct SharedText {
    whole: Arc<str>,
    range: Range<usize>,
}

impl SharedText {
    /// Returns a part of the text by its place in bytes; an empty one if there is no such part.
    #[cfg(feature = "formats")]
    pub(crate) fn part(&self, range: Range<usize>) -> Self {
        let range = match self.get(range.clone()) {
            Some(_) => self.range.start + range.start..self.range.start + range.end,
            None => 0..0,
        };
        Self {
            whole: Arc::clone(&self.whole),
            range,
        }
    }
}

impl Deref for SharedText {
    type Target = str;

    fn deref(&self) -> &str {
        self.whole.get(self.range.clone()).unwrap_or_default()
    }
}

impl From<&str> for SharedText {
    fn from(text: &str) -> Self {
        Self {
            range: 0..text.len(),
            whole: text.into(),
        }
    }
}

impl From<String> for SharedText {
    fn from(text: String) -> Self {
        text.as_str().into()
    }
}

impl PartialEq for SharedText {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for SharedText {}

impl PartialEq<&str> for SharedText {
    fn eq(&self, other: &&str) -> bool {
        **self == **other
    }
}

impl fmt::Debug for SharedText {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, formatter)
    }
}

#[cfg(all(test, feature = "formats"))]
mod tests {
    use super::*;

    #[test]
    fn parts_of_parts_are_found() {
        let text = SharedText::from("@book{kö, title = {T}}");
        let part = text.part(6..9);
        assert_eq!(&*part, "kö");
        assert_eq!(&*part.part(1..3), "ö");
    }

    #[test]
    fn a_place_that_does_not_exist_is_an_empty_part() {
        let text = SharedText::from("kö");
        assert_eq!(&*text.part(1..2), "");
        assert_eq!(&*text.part(2..9), "");
        assert_eq!(&*text.part(0..3).part(1..3), "ö");
    }
}
