//! Styles and locales as hayagriva packs them: CBOR (RFC 8949) of citationberg's model.
//!
//! The model says by the names of its fields what they are in XML, in the manner of quick-xml: `@form` is
//! the attribute `form`, `$text` the text, `$value` a text or elements that bring their names along; any
//! other name is that of an element, or of several. To read these takes a tenth of the time that it takes
//! to fill the model with them.

use super::source::{Source, Span};

impl Source<'static> {
    /// Reads what is packed; its outermost element has the name `root`.
    ///
    /// # Errors
    ///
    /// Where it is cut off, or no CBOR of citationberg's.
    pub(super) fn unpacked(root: &str, packed: &[u8]) -> Result<Self, Unreadable> {
        let mut unpacking = Unpacking {
            packed: Packed { rest: packed },
            source: Self::with_room_for(packed.len()),
        };
        let root = unpacking.source.keep(root);
        let item = unpacking.packed.item()?;
        unpacking.elements(root, item)?;
        unpacking.source.close_attributes();
        Ok(unpacking.source)
    }
}

/// That what is packed cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it cannot be unpacked")]
pub(super) struct Unreadable;

/// What is left to be read.
struct Packed<'p> {
    rest: &'p [u8],
}

/// An item of CBOR; of a list and a map how many are in it, where that is said before them.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Item<'p> {
    Number(u64),
    Text(&'p str),
    List(Option<u64>),
    Map(Option<u64>),
    Flag(bool),
    Nothing,
    /// The end of a list or of a map that did not say how long it is.
    End,
}

impl<'p> Packed<'p> {
    fn take(&mut self, length: usize) -> Result<&'p [u8], Unreadable> {
        let (taken, rest) = self.rest.split_at_checked(length).ok_or(Unreadable)?;
        self.rest = rest;
        Ok(taken)
    }

    /// The next item; of a list and a map, its beginning.
    fn item(&mut self) -> Result<Item<'p>, Unreadable> {
        let head = *self.take(1)?.first().ok_or(Unreadable)?;
        let (kind, short) = (head >> 5, head & 0x1f);
        // The number that each item begins with: itself, a length, or what kind of a simple value it is.
        let number = match short {
            0..24 => Some(u64::from(short)),
            24..28 => {
                let bytes = self.take(1 << (short - 24))?;
                let number = bytes
                    .iter()
                    .fold(0, |all, byte| all << 8 | u64::from(*byte));
                Some(number)
            }
            31 => None,
            _ => return Err(Unreadable),
        };
        Ok(match (kind, number) {
            (0, Some(number)) => Item::Number(number),
            (3, Some(length)) => {
                let text = self.take(usize::try_from(length).map_err(|_| Unreadable)?)?;
                Item::Text(std::str::from_utf8(text).map_err(|_| Unreadable)?)
            }
            (4, length) => Item::List(length),
            (5, length) => Item::Map(length),
            (7, Some(flag @ (20 | 21))) => Item::Flag(flag == 21),
            (7, Some(22 | 23)) => Item::Nothing,
            (7, None) => Item::End,
            _ => return Err(Unreadable),
        })
    }

    /// The next item in a list or a map of which so many are `left`; none at its end.
    fn next_in(&mut self, left: &mut Option<u64>) -> Result<Option<Item<'p>>, Unreadable> {
        match left {
            Some(0) => return Ok(None),
            Some(left) => *left -= 1,
            None => {}
        }
        match (self.item()?, left) {
            (Item::End, None) => Ok(None),
            (Item::End, Some(_)) => Err(Unreadable),
            (item, _) => Ok(Some(item)),
        }
    }
}

struct Unpacking<'p> {
    packed: Packed<'p>,
    source: Source<'static>,
}

impl<'p> Unpacking<'p> {
    /// A text, or texts with a space between them; none, where there is no value.
    fn text(&mut self, item: Item<'p>) -> Result<Option<Span>, Unreadable> {
        Ok(Some(match item {
            Item::Text(text) => self.source.keep(text),
            Item::Number(number) => self.source.keep(&number.to_string()),
            Item::Flag(flag) => self.source.keep(if flag { "true" } else { "false" }),
            Item::Nothing => return Ok(None),
            Item::List(mut left) => {
                let mut all: Option<Span> = None;
                while let Some(item) = self.packed.next_in(&mut left)? {
                    if all.is_some() {
                        self.source.keep(" ");
                    }
                    if let Some(text) = self.text(item)? {
                        all = Some(all.map_or(text, |all| all.through(text)));
                    }
                }
                all.unwrap_or(Span::NOTHING)
            }
            Item::Map(_) | Item::End => return Err(Unreadable),
        }))
    }

    /// An element of a name, or several of it, or none.
    fn elements(&mut self, name: Span, item: Item<'p>) -> Result<(), Unreadable> {
        match item {
            Item::Nothing => {}
            Item::List(mut left) => {
                while let Some(item) = self.packed.next_in(&mut left)? {
                    self.elements(name, item)?;
                }
            }
            Item::Map(left) => {
                let element = self.source.open(name);
                self.fields(element, left)?;
                self.source.close(element);
            }
            text => {
                let element = self.source.open(name);
                if let Some(text) = self.text(text)? {
                    self.source.set_text(element, text);
                }
                self.source.close(element);
            }
        }
        Ok(())
    }

    /// The fields of an element.
    fn fields(&mut self, element: u32, mut left: Option<u64>) -> Result<(), Unreadable> {
        while let Some(name) = self.packed.next_in(&mut left)? {
            let Item::Text(name) = name else {
                return Err(Unreadable);
            };
            let value = self.packed.item()?;
            if let Some(attribute) = name.strip_prefix('@') {
                let name = self.source.keep(attribute);
                if let Some(value) = self.text(value)? {
                    self.source.set_attribute(element, name, value);
                }
                continue;
            }
            match (name, value) {
                ("$value", Item::List(_) | Item::Map(_)) => self.named_elements(value)?,
                ("$value" | "$text", text) => {
                    if let Some(text) = self.text(text)? {
                        self.source.set_text(element, text);
                    }
                }
                (name, value) => {
                    let name = self.source.keep(name);
                    self.elements(name, value)?;
                }
            }
        }
        Ok(())
    }

    /// Elements that bring their names along: each is a map from its name to what it says, or no more than
    /// its name.
    fn named_elements(&mut self, item: Item<'p>) -> Result<(), Unreadable> {
        match item {
            Item::List(mut left) => {
                while let Some(item) = self.packed.next_in(&mut left)? {
                    self.named_elements(item)?;
                }
            }
            Item::Map(mut left) => {
                while let Some(name) = self.packed.next_in(&mut left)? {
                    let name = self.text(name)?.ok_or(Unreadable)?;
                    let value = self.packed.item()?;
                    self.elements(name, value)?;
                }
            }
            name => {
                let name = self.text(name)?.ok_or(Unreadable)?;
                let element = self.source.open(name);
                self.source.close(element);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use citationberg::LocaleFile;
    use hayagriva::archive::{ArchivedStyle, LOCALES};

    use super::super::source::Node;
    use super::*;

    fn assert_same(packed: Node<'_>, xml: Node<'_>) {
        let name = packed.name();
        assert_eq!(name, xml.name());
        assert_eq!(packed.text(), xml.text(), "{name}");
        let attributes: Vec<_> = packed.attributes().collect();
        assert_eq!(attributes, xml.attributes().collect::<Vec<_>>(), "{name}");
        assert_eq!(packed.children().count(), xml.children().count(), "{name}");
        for (packed, xml) in packed.children().zip(xml.children()) {
            assert_same(packed, xml);
        }
    }

    #[test]
    fn every_style_of_the_archive_says_what_its_xml_says() {
        for style in ArchivedStyle::all() {
            let style = style.get();
            let mut packed = Vec::new();
            ciborium::into_writer(&style, &mut packed).unwrap();
            let packed = Source::unpacked("style", &packed).unwrap();
            let xml = style.to_xml().unwrap();
            assert_same(packed.root(), Source::from_xml(&xml).unwrap().root());
        }
    }

    #[test]
    fn every_locale_of_the_archive_says_what_its_xml_says() {
        for locale in LOCALES {
            let packed = Source::unpacked("locale", locale).unwrap();
            let locale: citationberg::Locale = ciborium::from_reader(*locale).unwrap();
            let xml = LocaleFile::try_from(locale).unwrap().to_xml().unwrap();
            let xml = Source::from_xml(&xml).unwrap();
            let (packed, xml) = (packed.root(), xml.root());
            assert_eq!(packed.attribute("xml:lang"), xml.attribute("xml:lang"));
            // A file has a version beside its language, which is not packed.
            assert_eq!(packed.children().count(), xml.children().count());
            for (packed, xml) in packed.children().zip(xml.children()) {
                assert_same(packed, xml);
            }
        }
    }

    #[test]
    fn what_is_cut_off_or_of_another_kind_is_refused() {
        let whole = LOCALES.first().unwrap();
        for length in 0..400 {
            assert!(Source::unpacked("locale", &whole[..length]).is_err());
        }
        // A map of a number, a text of bytes that are no UTF-8, an end of nothing, a number of 16 bytes.
        for bytes in [&[0xa1, 0x01, 0x01][..], &[0x61, 0xff], &[0xff], &[0x1c]] {
            assert_eq!(
                Source::unpacked("style", bytes).unwrap_err(),
                Unreadable,
                "{bytes:?}"
            );
        }
    }
}
