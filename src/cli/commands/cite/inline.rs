//! One citation.

use std::path::Path;

use super::citable_works::CitableWorks;
use super::{CiteCommand, CiteFormat};
use crate::cli::style_engine::known_locale;
use crate::cli::ui::counted;
use crate::cli::{CommandContext, CommandError, Outcome, Result};
use peerbib::csl::{Inline, plain_text};
use peerbib::documents::markdown::{
    CitableItems, CitationOptions, Markdown, SingleCitation, WrittenCite,
};
use peerbib::output::{html, latex, markdown, mediawiki, text, typst};
use peerbib::suggest;

/// A citation, as `--json` prints it.
#[derive(serde::Serialize)]
struct CitationJson {
    keys: Vec<String>,
    text: String,
    html: String,
    bibliography: Vec<EntryJson>,
    missing: Vec<String>,
}

#[derive(serde::Serialize)]
struct EntryJson {
    key: String,
    text: String,
    html: String,
}

impl CiteCommand {
    pub(crate) fn single(&self, context: &CommandContext) -> Result {
        let format = self.format()?.unwrap_or(CiteFormat::Text);
        let Some(write) = writer(format) else {
            return Err(CommandError::usage(
                "unsupported output format for a citation",
            )
            .with_help("use text, html, markdown, latex, typst or mediawiki; `peerbib export` exports references".to_owned()));
        };
        let citable =
            CitableWorks::open(context, &self.input, self.from, Vec::new(), &mut Vec::new())?;
        let (mut cites, in_sentence) = self.cites(context, &citable)?;
        self.add_details(&mut cites)?;
        let mut works = CitableItems::default();
        let mut complete = citable.complete;
        for cite in &cites {
            match citable.item(&cite.key)? {
                Some(item) => works.add(&cite.key, item),
                None => {
                    complete = false;
                    let advice = if Path::new(&cite.key).exists() {
                        "; to cite in a document, give a file of Markdown, LaTeX or Typst"
                            .to_owned()
                    } else {
                        suggest::in_sentence(&citable.suggestions(&cite.key))
                    };
                    context.warn(format_args!(
                        "error: no work in {} has the key \u{201c}{}\u{201d}{advice}",
                        citable.name(),
                        cite.key,
                    ));
                }
            }
        }
        if cites.iter().all(|cite| works.get(&cite.key).is_none()) {
            // Nothing to paste.
            return Ok(Outcome::Partial);
        }
        let style_name = context.style_name(self.style.as_deref())?;
        let style = context
            .style(&style_name)?
            .compile(|name| context.parent_style(name))?;
        let locale = context.locale_name(self.locale.as_deref())?;
        let locale = locale.as_deref().map(known_locale).transpose()?;
        let options = CitationOptions {
            style: &style,
            locale: locale.as_deref(),
            title: None,
            heading_level: 1,
        };
        let citation = SingleCitation::new(&cites, in_sentence, self.author_only, &works, &options);
        if self.bibliography && citation.bibliography.entries.is_empty() {
            context.note("the style has no bibliography");
        }
        if self.json {
            let rendered = |content: &[Inline]| {
                (
                    text::entry(content),
                    html::rich_text_with_links(content).trim().to_owned(),
                )
            };
            let (text, html) = rendered(&citation.content);
            context.print_json(&CitationJson {
                keys: cites.iter().map(|cite| cite.key.clone()).collect(),
                text,
                html,
                bibliography: citation
                    .bibliography
                    .entries
                    .iter()
                    .map(|entry| {
                        let (text, html) = rendered(&entry.content);
                        let key = entry.key.clone();
                        EntryJson { key, text, html }
                    })
                    .collect(),
                missing: citation.missing,
            })?;
        } else {
            if plain_text(&citation.content).trim().is_empty() {
                context.warn("warning: the style prints nothing for it");
                complete = false;
            }
            let mut output = format!("{}\n", write(&citation.content));
            if self.bibliography {
                for entry in &citation.bibliography.entries {
                    output.push_str(&format!("{}\n", write(&entry.content)));
                }
            }
            self.place().write(context, output.as_bytes())?;
        }
        Ok(Outcome::done_if(complete))
    }

    /// Returns the requested cites, and whether the first is part of a sentence.
    fn cites(
        &self,
        context: &CommandContext,
        citable: &CitableWorks,
    ) -> Result<(Vec<WrittenCite>, bool)> {
        if let [written] = self.what.as_slice()
            && written.contains('@')
            && citable.reference(written)?.is_none()
        {
            let document = Markdown::read(written);
            let Some((cites, in_sentence)) = document.only_citation() else {
                return Err(CommandError::usage(format_args!(
                    "\u{201c}{written}\u{201d} is not a single citation"
                ))
                .with_help(
                    "write it as in pandoc: '[see @one, p. 3; @two]', '@one', '-@one'; to format a text, use \
                     `peerbib cite - < text.md`"
                        .to_owned(),
                ));
            };
            return Ok((cites, in_sentence));
        }
        let cite = |key: String| WrittenCite {
            key,
            ..WrittenCite::default()
        };
        let keys = citable.named(context, &self.what)?;
        Ok((keys.into_iter().map(cite).collect(), false))
    }

    /// Adds locator, prefix and suffix of the options.
    fn add_details(&self, cites: &mut [WrittenCite]) -> Result<()> {
        let count = cites.len();
        if let Some(locator) = &self.locator {
            let [only] = cites else {
                return Err(CommandError::usage(format_args!(
                    "--locator applies to one work, not to {}",
                    counted(count, "work")
                ))
                .with_help(
                    "write the citation as in pandoc: '[@one, p. 3; @two, ch. 4]'".to_owned(),
                ));
            };
            only.suffix = format!(" {{{locator}}}{}", only.suffix);
        }
        if let (Some(prefix), Some(first)) = (&self.prefix, cites.first_mut()) {
            first.prefix = format!("{prefix} {}", first.prefix);
        }
        if let (Some(suffix), Some(last)) = (&self.suffix, cites.last_mut()) {
            let space =
                if suffix.starts_with(|c: char| c.is_alphanumeric()) && last.suffix.is_empty() {
                    ", "
                } else {
                    " "
                };
            let space =
                if suffix.starts_with(|c: char| c.is_ascii_punctuation() || c.is_whitespace()) {
                    ""
                } else {
                    space
                };
            last.suffix.push_str(&format!("{space}{suffix}"));
        }
        if self.suppress_author
            && let Some(first) = cites.first_mut()
        {
            first.suppress_author = true;
        }
        Ok(())
    }
}

/// Returns the writer for a format.
fn writer(format: CiteFormat) -> Option<fn(&[Inline]) -> String> {
    Some(match format {
        CiteFormat::Text => text::entry,
        CiteFormat::Html => html::rich_text_with_links,
        CiteFormat::Markdown => markdown::entry,
        CiteFormat::Latex => latex::entry,
        CiteFormat::Typst => typst::entry,
        CiteFormat::Mediawiki => mediawiki::entry,
        _ => return None,
    })
}
