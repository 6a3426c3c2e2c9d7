//! `peerbib list show`

use clap::Args;

use super::outline;
use super::render::{snapshot, work_of_key, write_holding, write_snapshot};
use super::settings::PrintOptions;
use crate::cli::output_format::OutputArgs;
use crate::cli::style_engine::StyleEngine;
use crate::cli::{CommandContext, CommandError, Outcome, Result};
use peerbib::reading_list::{ListContents, ResolvedList};

/// Print a reading list
///
/// Options override the settings of the list for this run. --snapshot prints a saved snapshot, with its works
/// as they were then.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  peerbib list show commons-101\n  \
                        peerbib list show commons-101 --style chicago-author-date --to html --standalone > list.html\n  \
                        peerbib list show commons-101 --outline\n  \
                        peerbib list show commons-101 --snapshot 2026-spring --output commons-101.docx")]
pub(in crate::cli) struct ShowList {
    /// The list
    #[arg(value_name = "LIST")]
    list: String,

    /// Print this snapshot
    #[arg(long, value_name = "NAME", conflicts_with_all = ["group_by", "repeat", "order"])]
    snapshot: Option<String>,

    /// Print the plan: the sections with their dates, and the keys of their works
    #[arg(long, conflicts_with_all = ["to", "output", "standalone", "templates"])]
    outline: bool,

    /// Print the outline as JSON
    #[arg(long, requires = "outline")]
    json: bool,

    #[command(flatten)]
    print: PrintOptions,

    #[command(flatten)]
    output_args: OutputArgs,
}

impl ShowList {
    pub(in crate::cli) fn run(self, context: &CommandContext) -> Result {
        let library = context.open()?;
        let mut list = library.lists().get(&self.list)?;
        let find = |key: &str| work_of_key(&library, key);
        if let Some(name) = &self.snapshot {
            let mut snapshot = snapshot(&library, &list, name)?;
            self.restyle(&mut snapshot.contents)?;
            if self.outline {
                let contents = snapshot.contents;
                let locale = contents.locale.clone();
                let engine = StyleEngine::new(context, &contents.style, locale.as_deref())?;
                return outline::write(context, contents, &engine, &find, self.json);
            }
            let complete = write_snapshot(context, &snapshot, &self.output_args)?;
            return Ok(outcome(complete));
        }
        self.print.apply(&library, &mut list)?;
        let engine = StyleEngine::new(context, &list.style, list.locale.as_deref())?;
        let headings = engine.headings(context);
        let holding = ResolvedList::new(&library, &list, headings)?;
        if self.outline {
            return outline::write(context, holding.contents, &engine, &find, self.json);
        }
        if holding.contents.works.is_empty() {
            context.note("the list is empty");
        }
        let complete = write_holding(
            context,
            &library,
            &holding,
            &engine,
            headings,
            &self.output_args,
        )?;
        for key in &holding.missing {
            context.warn(format_args!(
                "warning: {key} is pinned but is not in the library"
            ));
        }
        Ok(outcome(complete && holding.missing.is_empty()))
    }

    /// Overrides the style, language and annotations of a snapshot.
    fn restyle(&self, contents: &mut ListContents) -> Result<()> {
        if let Some(style) = &self.print.style {
            contents.style.clone_from(style);
        }
        if let Some(locale) = &self.print.locale {
            contents.locale = Some(locale.clone());
        }
        if let Some(annotate) = &self.print.annotate {
            contents.annotate = annotate.parse().map_err(CommandError::usage)?;
        }
        Ok(())
    }
}

fn outcome(complete: bool) -> Outcome {
    Outcome::done_if(complete)
}
