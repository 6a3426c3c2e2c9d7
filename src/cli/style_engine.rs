//! Formatting of works in a citation style and a language.

use rayon::prelude::*;

use crate::cli::{CommandContext, CommandError};
use peerbib::csl::{
    Bibliography, EmbeddedLocales, Processor, Style, format_bibliography, primary_dialect,
};
use peerbib::documents::markdown::CitationOptions;
use peerbib::library::CitableWork;
use peerbib::model::{CslItem, assume_languages};
use peerbib::reading_list::HeadingTranslations;
use peerbib::suggest::{closest, question};

/// A compiled style with the locale to use.
pub(crate) struct StyleEngine {
    style: Style,
    locale: Option<String>,
}

impl StyleEngine {
    /// Compiles the style with this name or path. Without `locale`, the style's default locale applies.
    ///
    /// # Errors
    ///
    /// Fails if the style or the locale is unknown.
    pub(crate) fn new(
        context: &CommandContext,
        style: &str,
        locale: Option<&str>,
    ) -> Result<Self, CommandError> {
        let locale = locale.map(known_locale).transpose()?;
        let source = context.style(style)?;
        let parent = |name: &str| context.parent_style(name);
        let style = source.compile(parent)?;
        Ok(Self { style, locale })
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
        let processor = Processor::new(&self.style, self.locale.as_deref(), items);
        let result = self.formatted(context, &processor, items.len());
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
        items: impl Iterator<Item = Result<Vec<CslItem>, CommandError>>,
    ) -> Result<(Bibliography, bool), CommandError> {
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
        context.detail(format_args!("formatted {}", crate::cli::ui::works(works)));
        (bibliography, complete)
    }
}

impl StyleEngine {
    /// Returns one work as plain text: its entry in the bibliography, or its citation if the style has none.
    pub(crate) fn entry_as_text(&self, item: CslItem) -> String {
        let mut items = [item];
        let assumed = assume_languages(&mut items);
        let bibliography = format_bibliography(&self.style, self.locale.as_deref(), &items);
        assumed.take_back(&mut items);
        let entries = bibliography.entries.iter();
        entries
            .map(|entry| peerbib::output::text::entry(&entry.content))
            .collect()
    }
}

/// Takes the CSL items out of works and sets their ids to the keys in the library. Private annotations are removed
/// unless `annotations` is set.
///
/// # Errors
///
/// Fails if a derived item in the library is damaged.
pub(crate) fn items_of(
    works: &mut [CitableWork],
    annotations: bool,
) -> Result<Vec<CslItem>, CommandError> {
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
pub(crate) fn known_locale(code: &str) -> Result<String, CommandError> {
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
    let help = question(&closest(code, known.clone()))
        .unwrap_or_else(|| format!("the locales are: {}", known.join(", ")));
    Err(CommandError::new(format_args!("unknown locale \u{201c}{code}\u{201d}")).with_help(help))
}
