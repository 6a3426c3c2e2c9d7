//! Formatting of works in a citation style and a language.

use rayon::prelude::*;

use crate::cli::{CommandContext, CommandError, Result};
use peerbib::csl::{
    Bibliography, EmbeddedLocales, Processor, Style, format_bibliography, primary_dialect,
};
use peerbib::documents::markdown::CitationOptions;
use peerbib::language::primary;
use peerbib::library::CitableWork;
use peerbib::model::{CslItem, CslValue, assume_languages};
use peerbib::reading_list::HeadingTranslations;
use peerbib::suggest::{closest, did_you_mean};

/// A compiled style with the locale to use.
pub(crate) struct StyleEngine {
    style: Style,
    locale: Option<String>,
    /// Whether the works are entries of BibTeX or BibLaTeX, whose kinds and states (`phdthesis`, `inpress`) are printed
    /// in the language of the output. Those of CSL items are printed as they are written.
    translates_kinds: bool,
}

/// The changes of [`translate_kinds`]: the index of the work, the variable and its value.
type TranslatedKinds = Vec<(usize, &'static str, CslValue)>;

impl StyleEngine {
    /// Compiles the style with this name or path. Without `locale`, the style's default locale applies. Fails if the
    /// style or the locale is unknown.
    pub(crate) fn new(context: &CommandContext, style: &str, locale: Option<&str>) -> Result<Self> {
        let locale = locale.map(known_locale).transpose()?;
        let source = context.style(style)?;
        let parent = |name: &str| context.parent_style(name);
        let style = source.compile(parent)?;
        Ok(Self {
            style,
            locale,
            translates_kinds: true,
        })
    }

    /// Prints kinds of works as they are written.
    pub(crate) fn without_translated_kinds(mut self) -> Self {
        self.translates_kinds = false;
        self
    }

    /// Puts the kinds and states of works into the language of the output. Returns what was there.
    pub(crate) fn translate_kinds(&self, items: &mut [CslItem]) -> TranslatedKinds {
        match self.translates_kinds {
            true => translate_kinds(items, self.language()),
            false => Vec::new(),
        }
    }

    /// Returns the options for citations in the style.
    pub(crate) fn citation_options(&self) -> CitationOptions<'_> {
        CitationOptions {
            style: &self.style,
            locale: self.locale.as_deref(),
            title: None,
            heading_level: 1,
        }
    }

    /// Returns the title of the style.
    pub(crate) fn title(&self) -> &str {
        &self.style.info.title
    }

    /// Returns the language of the output, such as `en-US`.
    pub(crate) fn language(&self) -> &str {
        let of_style = self.style.default_locale.as_deref();
        self.locale.as_deref().or(of_style).unwrap_or("en-US")
    }

    /// Returns the headings in the language of the list. Reports a language without translations.
    pub(crate) fn headings(&self, context: &CommandContext) -> HeadingTranslations {
        let language = self.language();
        HeadingTranslations::for_locale(language).unwrap_or_else(|| {
            context.note(format_args!(
                "there are no translations of headings and labels for {language}; they are in English"
            ));
            HeadingTranslations::default()
        })
    }

    /// Formats the works in the style. Returns the bibliography and whether it prints every work. The items are
    /// the same afterwards.
    pub(crate) fn bibliography(
        &self,
        context: &CommandContext,
        items: &mut [CslItem],
    ) -> (Bibliography, bool) {
        let assumed = assume_languages(items);
        let translated = self.translate_kinds(items);
        let processor = Processor::new(&self.style, self.locale.as_deref(), items);
        let result = self.formatted(context, &processor, items.len());
        for (index, variable, english) in translated {
            if let Some(item) = items.get_mut(index) {
                item.variables.insert(variable.to_owned(), english);
            }
        }
        assumed.take_back(items);
        result
    }

    /// Formats works like [`StyleEngine::bibliography`]. Their items are read in parts, each of which is dropped before
    /// the next one.
    ///
    /// # Errors
    ///
    /// The first error of `items`.
    pub(crate) fn bibliography_of_chunks(
        &self,
        context: &CommandContext,
        items: impl Iterator<Item = Result<Vec<CslItem>>>,
    ) -> Result<(Bibliography, bool)> {
        let mut count = 0;
        let items = items.inspect(|chunk| count += chunk.as_ref().map_or(0, Vec::len));
        let processor = Processor::of_chunks(&self.style, self.locale.as_deref(), items)?;
        Ok(self.formatted(context, &processor, count))
    }

    fn formatted(
        &self,
        context: &CommandContext,
        processor: &Processor<'_>,
        works: usize,
    ) -> (Bibliography, bool) {
        if !self.style.has_bibliography() {
            context.note("the style has no bibliography; printing citations instead");
        }
        let bibliography = processor.bibliography_or_citations();
        for warning in &bibliography.warnings {
            context.warn(format_args!("warning: {}: {warning}", warning.key()));
        }
        let complete = bibliography
            .entries
            .iter()
            .all(|entry| !entry.content.is_empty());
        context.detail(format_args!(
            "formatted {}",
            crate::cli::ui::counted(works, "work")
        ));
        (bibliography, complete)
    }
}

impl StyleEngine {
    /// Returns one work as plain text: its entry in the bibliography, or its citation if the style has none.
    pub(crate) fn entry_as_text(&self, item: CslItem) -> String {
        let mut items = [item];
        assume_languages(&mut items);
        self.translate_kinds(&mut items);
        let bibliography = format_bibliography(&self.style, self.locale.as_deref(), &items);
        let entries = bibliography.entries.iter();
        entries
            .map(|entry| peerbib::output::text::entry(&entry.content))
            .collect()
    }
}

/// Puts the kinds and states of works into a language. Returns what was there.
pub(crate) fn translate_kinds(items: &mut [CslItem], language: &str) -> TranslatedKinds {
    let mut earlier = Vec::new();
    let Some(words) = HeadingTranslations::for_locale(language) else {
        return earlier;
    };
    if primary(language) == "en" {
        return earlier;
    }
    for (index, item) in items.iter_mut().enumerate() {
        for variable in ["genre", "status"] {
            if let Some(CslValue::Text(english)) = item.variables.get(variable)
                && let Some(translated) = words.kind_or_state(english)
            {
                let translated = CslValue::Text(translated.to_owned());
                let english = item.variables.insert(variable.to_owned(), translated);
                earlier.extend(english.map(|english| (index, variable, english)));
            }
        }
    }
    earlier
}

/// Takes the CSL items out of works and sets their ids to the keys in the library. Private annotations are removed
/// unless `annotations` is set.
pub(crate) fn items_of(works: &mut [CitableWork], annotations: bool) -> Result<Vec<CslItem>> {
    let mut items = works
        .par_iter_mut()
        .map(CitableWork::take_item)
        .collect::<peerbib::library::Result<Vec<_>>>()?;
    for (item, work) in items.iter_mut().zip(works) {
        item.id.clone_from(&work.key);
    }
    if !annotations {
        remove_annotations(&mut items);
    }
    Ok(items)
}

/// Removes private annotations.
pub(crate) fn remove_annotations(items: &mut [CslItem]) {
    for item in items {
        item.variables.remove("annote");
    }
}

/// Returns the locale that a user asked for, if peerbib has its terms.
pub(crate) fn known_locale(code: &str) -> Result<String> {
    let known: Vec<String> = EmbeddedLocales.languages().map(str::to_owned).collect();
    let matches = |locale: &&String| {
        let base = locale.split('-').next().unwrap_or_default();
        locale.eq_ignore_ascii_case(code) || base.eq_ignore_ascii_case(code)
    };
    // A language alone means its primary dialect: de is de-DE, not the first German one in the list.
    let main = primary_dialect(&code.to_lowercase()).map(str::to_owned);
    let main = main.filter(|main| known.contains(main));
    if let Some(locale) = main.as_ref().or_else(|| known.iter().find(matches)) {
        return Ok(locale.clone());
    }
    let help = did_you_mean(&closest(code, known.clone()))
        .unwrap_or_else(|| format!("the locales are: {}", known.join(", ")));
    Err(CommandError::new(format_args!("unknown locale \u{201c}{code}\u{201d}")).with_help(help))
}
