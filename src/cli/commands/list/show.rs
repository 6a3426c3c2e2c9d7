//! `peerbib list show`

use clap::Args;

use super::printed::{edition, write_edition, write_holding};
use super::settings::{checked_annotations, checked_grouping, checked_order};
use crate::cli::commands::format::RepeatName;
use crate::cli::output_format::FormArguments;
use crate::cli::style_engine::Rendering;
use crate::cli::{CommandContext, Outcome, Result};
use peerbib::reading_list::{Contents, Headings, Holding, Repeat};

/// Print a reading list, in any form
///
/// In the list's own style, sections and order, unless the options say otherwise this once.
/// --edition prints it as it was frozen, its works as they were then.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  peerbib list show commons-101\n  \
                        peerbib list show commons-101 --style chicago-author-date --to html --standalone > list.html\n  \
                        peerbib list show commons-101 --edition 2026-spring --output commons-101.docx")]
pub(in crate::cli) struct ShowList {
    /// The list
    #[arg(value_name = "LIST")]
    list: String,

    /// Print the edition of this name
    #[arg(long, value_name = "NAME", conflicts_with_all = ["group_by", "repeat", "order"])]
    edition: Option<String>,

    /// Print it in this citation style
    #[arg(long, value_name = "STYLE")]
    style: Option<String>,

    /// The language of the terms, such as de-DE
    #[arg(long, value_name = "LOCALE")]
    locale: Option<String>,

    /// Put the works into these sections: by movement, theme or another facet of tags, by year, decade,
    /// type, author or language, or by none
    #[arg(long, value_name = "GROUP")]
    group_by: Option<String>,

    /// Where a work of several groups stands: under each of them, or under the first alone
    #[arg(long, value_name = "WHERE")]
    repeat: Option<RepeatName>,

    /// The order of the works: style, year, author, title, added or hand; with a minus before it, from
    /// the last to the first
    #[arg(long, value_name = "ORDER", allow_hyphen_values = true)]
    order: Option<String>,

    /// What stands below each work: annotation, abstract, note, tags, why, several with commas between
    /// them, or none
    #[arg(long, value_name = "WHAT")]
    annotate: Option<String>,

    #[command(flatten)]
    form: FormArguments,
}

impl ShowList {
    pub(in crate::cli) fn run(self, context: &CommandContext) -> Result {
        let library = context.open()?;
        let mut list = library.list(&self.list)?;
        if let Some(name) = &self.edition {
            let mut edition = edition(&library, &list, name)?;
            self.restyle(&mut edition.contents)?;
            let complete = write_edition(context, &edition, &self.form)?;
            return Ok(outcome(complete));
        }
        if let Some(group_by) = &self.group_by {
            list.group_by = checked_grouping(&library, group_by)?;
        }
        if let Some(repeat) = self.repeat {
            list.repeat = Repeat::from(repeat).as_str().to_owned();
        }
        if let Some(order) = &self.order {
            list.order = checked_order(order)?;
        }
        if let Some(annotate) = &self.annotate {
            list.annotate = checked_annotations(annotate)?;
        }
        if let Some(style) = &self.style {
            list.style.clone_from(style);
        }
        if let Some(locale) = &self.locale {
            list.locale = Some(locale.clone());
        }
        let rendering = Rendering::new(context, &list.style, list.locale.as_deref())?;
        let headings = Headings::in_language(rendering.language());
        let holding = Holding::now(&library, &list, headings)?;
        if holding.contents.works.is_empty() {
            context.note("the list holds no works");
        }
        let complete = write_holding(context, &library, &holding, &rendering, &self.form)?;
        for key in &holding.missing {
            context.warn(format_args!(
                "warning: {key} is pinned, and no work of the library has this key"
            ));
        }
        Ok(outcome(complete && holding.missing.is_empty()))
    }

    /// Has a list be printed in another style, language and manner, as far as that is asked for.
    fn restyle(
        &self,
        contents: &mut Contents,
    ) -> std::result::Result<(), crate::cli::CommandError> {
        if let Some(style) = &self.style {
            contents.style.clone_from(style);
        }
        if let Some(locale) = &self.locale {
            contents.locale = Some(locale.clone());
        }
        if let Some(annotate) = &self.annotate {
            contents.annotate = annotate.parse().map_err(crate::cli::CommandError::usage)?;
        }
        Ok(())
    }
}

fn outcome(complete: bool) -> Outcome {
    if complete {
        Outcome::Done
    } else {
        Outcome::Partial
    }
}
