//! Text for word processors: runs of one direction and one kind of script each.

use super::direction::{Direction, with_levels, with_marks};
use super::fonts::{self, FontScript};
use super::text_runs::TextRun;
use crate::language;

/// The direction and the language of a paragraph.
pub(super) struct TextLook {
    /// The direction.
    pub(super) base: Direction,
    /// The script that its Chinese characters are set in.
    han: FontScript,
    language: Option<String>,
}

/// The language of a run and the kind of its script, which word processors keep apart.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum RunLanguage {
    /// Letters from left to right.
    Western(String),
    /// Letters from right to left, whose language may be unknown.
    RightToLeft(Option<String>),
    /// The font and the language of characters of East Asia.
    EastAsian(&'static str, &'static str),
}

/// A run with its language, if that is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct WordRun {
    pub(super) run: TextRun,
    pub(super) language: Option<RunLanguage>,
}

impl TextLook {
    /// Returns the look of a text whose language may be known; without letters it has the direction `otherwise`.
    pub(super) fn new(text: &str, language: Option<&str>, otherwise: Direction) -> Self {
        let is_tag = |tag: &&str| tag.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        Self {
            base: Direction::of_text(text).unwrap_or(otherwise),
            han: FontScript::of_han(language, text),
            language: language.filter(is_tag).map(str::to_owned),
        }
    }

    /// Returns the runs of a line, each with one direction and with one kind of script.
    pub(super) fn runs(&self, runs: &[TextRun]) -> Vec<WordRun> {
        let levelled = with_levels(&with_marks(runs, self.base), self.base);
        let split = levelled.into_iter().flat_map(|run| {
            if run.text.is_ascii() || run.level % 2 == 1 {
                return vec![(run, None)];
            }
            let parts = fonts::split_by_script(&run.text, self.han).into_iter();
            parts
                .map(|(script, text)| {
                    let script = Some(script).filter(|script| script.is_east_asian());
                    (
                        TextRun {
                            text,
                            ..run.clone()
                        },
                        script,
                    )
                })
                .collect()
        });
        let mut merged: Vec<(TextRun, Option<FontScript>)> = Vec::new();
        for (run, script) in split {
            match merged.last_mut() {
                Some((last, of_last))
                    if *of_last == script
                        && last.style == run.style
                        && last.href == run.href
                        && last.level == run.level =>
                {
                    last.text.push_str(&run.text);
                }
                _ => merged.push((run, script)),
            }
        }
        merged
            .into_iter()
            .map(|(run, script)| WordRun {
                language: self.language_of(run.level, script),
                run,
            })
            .collect()
    }

    fn language_of(&self, level: u8, script: Option<FontScript>) -> Option<RunLanguage> {
        let own = self.language.as_deref();
        if level % 2 == 1 {
            let tag = own.filter(|tag| language::is_right_to_left(tag));
            return Some(RunLanguage::RightToLeft(tag.map(str::to_owned)));
        }
        if let Some(script) = script {
            let (font, tag) = script.word_font();
            return Some(RunLanguage::EastAsian(font, tag));
        }
        own.filter(|tag| !language::is_right_to_left(tag))
            .map(|tag| RunLanguage::Western(tag.to_owned()))
    }
}
