//! Works in a citation style: which style, which language, and what renders them.

use citationberg::IndependentStyle;
use clap::ValueEnum;
use rayon::prelude::*;

use crate::cli::{CommandContext, CommandError};
use peerbib::csl::{
    Bibliography, BibliographyEntry, EmbeddedLocales, Inline, Style, format_bibliography,
    hayagriva, primary_dialect,
};
use peerbib::library::Reference;
use peerbib::model::CslItem;
use peerbib::suggest::{closest, question};

/// What renders works in a style.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Default)]
pub(crate) enum Engine {
    /// peerbib's own processor, which agrees with citeproc-js
    #[default]
    Peerbib,
    /// Typst's: what Typst will print
    Hayagriva,
}

/// A style and a language, ready to render works.
pub(crate) struct Rendering {
    style: StyleForEngine,
    locale: Option<String>,
}

/// A style, ready for the engine that is to render in it.
enum StyleForEngine {
    Peerbib(Box<Style>),
    Hayagriva(Box<IndependentStyle>),
}

impl Rendering {
    /// In the style of this name or file; in the language of `locale`, or else the style's own.
    ///
    /// # Errors
    ///
    /// If there is no such style or no such locale.
    pub(crate) fn new(
        context: &CommandContext,
        style: &str,
        locale: Option<&str>,
        engine: Engine,
    ) -> Result<Self, CommandError> {
        let locale = locale.map(known_locale).transpose()?;
        let source = context.style(style)?;
        let parent = |name: &str| context.parent_style(name);
        let style = match engine {
            Engine::Peerbib => StyleForEngine::Peerbib(Box::new(source.compile(parent)?)),
            Engine::Hayagriva => StyleForEngine::Hayagriva(Box::new(source.for_hayagriva(parent)?)),
        };
        Ok(Self { style, locale })
    }

    /// The language in which lists are printed, such as `en-US`.
    pub(crate) fn language(&self) -> &str {
        let of_style = match &self.style {
            StyleForEngine::Peerbib(style) => style.default_locale.as_deref(),
            StyleForEngine::Hayagriva(style) => {
                style.default_locale.as_ref().map(|code| code.0.as_str())
            }
        };
        self.locale.as_deref().or(of_style).unwrap_or("en-US")
    }

    /// The works in the style, and whether every one of them could be rendered; one that could not is
    /// told on standard error and printed plainly at the end of the list.
    ///
    /// # Errors
    ///
    /// If the engine cannot use the style.
    pub(crate) fn bibliography(
        &self,
        context: &CommandContext,
        items: &[CslItem],
    ) -> Result<(Bibliography, bool), CommandError> {
        let locale = self.locale.as_deref();
        let formatted = match &self.style {
            StyleForEngine::Peerbib(style) => {
                if !style.has_bibliography() {
                    context.note("the style has no bibliography; printing citations instead");
                }
                Ok((format_bibliography(style, locale, items), true))
            }
            StyleForEngine::Hayagriva(style) => with_hayagriva(context, items, style, locale),
        };
        context.detail(format_args!(
            "formatted {}",
            crate::cli::commands::tag::works(items.len())
        ));
        formatted
    }
}

/// The variables of works, taken out of them, with the keys that the works have in the library as their
/// ids; without private annotations, where those are to stay private.
///
/// # Errors
///
/// If what the library derived of a work was damaged.
pub(crate) fn items_of(
    works: &mut [Reference],
    annotations: bool,
) -> Result<Vec<CslItem>, CommandError> {
    let mut items = works
        .par_iter_mut()
        .map(Reference::take_item)
        .collect::<peerbib::library::Result<Vec<_>>>()?;
    for (item, work) in items.iter_mut().zip(works) {
        item.id.clone_from(&work.key);
        if !annotations {
            item.variables.remove("annote");
        }
    }
    Ok(items)
}

/// The locale that a user asked for, if there are terms in it.
pub(crate) fn known_locale(code: &str) -> Result<String, CommandError> {
    let known: Vec<String> = EmbeddedLocales.languages().map(str::to_owned).collect();
    let matches = |locale: &&String| {
        let base = locale.split('-').next().unwrap_or_default();
        locale.eq_ignore_ascii_case(code) || base.eq_ignore_ascii_case(code)
    };
    // A language alone is its main dialect: de is de-DE, and not the first of the German ones.
    let main = primary_dialect(&code.to_lowercase()).map(str::to_owned);
    let main = main.filter(|main| known.contains(main));
    if let Some(locale) = main.as_ref().or_else(|| known.iter().find(matches)) {
        return Ok(locale.clone());
    }
    let help = question(&closest(code, known.clone()))
        .unwrap_or_else(|| format!("the locales are: {}", known.join(", ")));
    Err(CommandError::new(format_args!("unknown locale \u{201c}{code}\u{201d}")).with_help(help))
}

fn with_hayagriva(
    context: &CommandContext,
    items: &[CslItem],
    style: &IndependentStyle,
    locale: Option<&str>,
) -> Result<(Bibliography, bool), CommandError> {
    let rendering = hayagriva::render(items, style, locale).map_err(|error| {
        CommandError::new(error)
            .with_help("choose a style that has one; `peerbib style list` names styles".to_owned())
    })?;
    let mut bibliography = rendering.bibliography;
    for unrendered in &rendering.unrendered {
        let hayagriva::Unrendered { key, reason } = unrendered;
        context.warn(format_args!(
            "warning: {key} cannot be rendered, and is printed plainly: {reason}"
        ));
        if let Some(item) = items.iter().find(|item| item.id == *key) {
            bibliography.entries.push(BibliographyEntry {
                key: key.clone(),
                content: vec![Inline::Text(plainly(item))],
            });
        }
    }
    Ok((bibliography, rendering.unrendered.is_empty()))
}

/// A work as far as anybody can tell it: names, date, title, container.
fn plainly(item: &CslItem) -> String {
    let mut parts = Vec::new();
    let names: Vec<String> = ["author", "editor"]
        .iter()
        .map(|variable| item.names(variable))
        .find(|names| !names.is_empty())
        .unwrap_or_default()
        .iter()
        .map(peerbib::model::CslName::reading_order)
        .collect();
    if !names.is_empty() {
        parts.push(names.join("; "));
    }
    if let Some(year) = item.date("issued").and_then(peerbib::model::CslDate::year) {
        parts.push(format!("({year})"));
    }
    parts.extend(
        ["title", "container-title", "publisher"]
            .iter()
            .filter_map(|v| item.text(v)),
    );
    if parts.is_empty() {
        item.id.clone()
    } else {
        format!("{}.", parts.join(". "))
    }
}
