//! The language of a work.

use std::borrow::Cow;

use super::{CslItem, CslValue, markup};
use crate::language;

const LANGUAGE: &str = "language";

/// Returns the language of a work as a tag: what its entry states in any spelling, or else a guess by its title.
pub fn language_of(item: &CslItem) -> Option<Cow<'static, str>> {
    match item.text(LANGUAGE) {
        Some(stated) => language::tag_of(&stated),
        None => guessed_language(item).map(Cow::Borrowed),
    }
}

/// Returns the guessed language of a work that states none.
pub fn guessed_language(item: &CslItem) -> Option<&'static str> {
    if item.variables.contains_key(LANGUAGE) {
        return None;
    }
    match item.variables.get("title")? {
        CslValue::Text(title) if title.contains('<') => language::guess(&markup::plain(title)),
        CslValue::Text(title) => language::guess(title),
        _ => None,
    }
}

/// The changes of [`assume_languages`], so that they can be reverted.
#[derive(Debug)]
pub struct AssumedLanguages(Vec<(usize, Option<CslValue>)>);

/// Sets the language of each work to its tag, or to a guess where none is stated, for a citation processor, which
/// changes the case of a title by its language.
pub fn assume_languages(items: &mut [CslItem]) -> AssumedLanguages {
    let mut changed = Vec::new();
    for (index, item) in items.iter_mut().enumerate() {
        let language = language_of(item);
        if let Some(stated) = language.and_then(|language| assume_language(item, &language)) {
            changed.push((index, stated));
        }
    }
    AssumedLanguages(changed)
}

/// Sets the language of a work, as [`language_of`] returns it, for a citation processor. Returns what the work states,
/// if that is something else.
pub fn assume_language(item: &mut CslItem, language: &str) -> Option<Option<CslValue>> {
    // Processors look for exactly these tags to put family names first, as citeproc-js does.
    let tag = match language::primary(language) {
        tag @ ("hu" | "vi") => tag,
        _ => language,
    };
    let is_stated =
        matches!(item.variables.get(LANGUAGE), Some(CslValue::Text(stated)) if stated == tag);
    (!is_stated).then(|| {
        let tag = CslValue::Text(tag.to_owned());
        item.variables.insert(LANGUAGE, tag)
    })
}

impl AssumedLanguages {
    /// Restores the stated languages of the works.
    pub fn take_back(self, items: &mut [CslItem]) {
        for (index, stated) in self.0 {
            let Some(item) = items.get_mut(index) else {
                continue;
            };
            match stated {
                Some(stated) => item.variables.insert(LANGUAGE.to_owned(), stated),
                None => item.variables.remove(LANGUAGE),
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_assumed_language_is_removed_again() {
        let item = |title: &str, language: Option<&str>| {
            let mut item = CslItem::default();
            let mut set = |name: &str, text: &str| {
                item.variables
                    .insert(name.to_owned(), CslValue::Text(text.to_owned()));
            };
            set("title", title);
            if let Some(language) = language {
                set("language", language);
            }
            item
        };
        let before = [
            item("Das Ende der Welt", None),
            item("Das Ende der Welt", Some("English")),
            item("Peer production", None),
        ];
        let mut items = before.clone();
        let assumed = assume_languages(&mut items);
        let languages: Vec<_> = items.iter().map(|item| item.text("language")).collect();
        assert_eq!(
            languages,
            [Some("de".to_owned()), Some("en".to_owned()), None]
        );
        assumed.take_back(&mut items);
        assert_eq!(items, before);
    }
}
