//! `peerbib quickstart`

use clap::Args;

use crate::cli::commands::format::{Listing, tags_of_facet};
use crate::cli::commands::import::{ImportInput, ImportMode, import_all, report_problems};
use crate::cli::export_entries::Entries;
use crate::cli::input::Input;
use crate::cli::output_format::OutputArgs;
use crate::cli::style_engine::StyleEngine;
use crate::cli::{CommandContext, CommandError, Outcome, Result};
use peerbib::bundled;
use peerbib::library::{ConflictPolicy, RuleScope};
use peerbib::reading_list::GroupBy;
use peerbib::tagging;

/// Start with an example bibliography
///
/// Creates your library if there is none, imports the works that "Prophets and Advocates of Peer
/// Production" (G. Dafermos, The Handbook of Peer Production, ch. 7) references, and those about the
/// chapter, and tags them by movement and theme. Prints the references as a reading list grouped by
/// movement, in APA or the style of your configuration. Running it again adds nothing and prints the
/// same list.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  peerbib quickstart")]
pub(crate) struct Quickstart {}

impl Quickstart {
    #[expect(clippy::unused_self, reason = "every command is run the same way")]
    pub(crate) fn run(self, context: &CommandContext) -> Result {
        let mode = ImportMode::Import(ConflictPolicy::Merge);
        let input = Input::read(&bundled::CHAPTER.path(), None)?;
        let input = [(ImportInput::File(input), mode)];
        let mut library = context.open_or_create()?;
        let rules = bundled::rules().map_err(CommandError::new)?;
        let report = context.change(&mut library, |change| {
            let report = import_all(change, &input, true)?;
            tagging::install(change, &rules)?;
            tagging::apply(change, RuleScope::All, &mut |_| ())?;
            Ok(report)
        })?;
        report_problems(context, &report);
        let works = context.select(&library, &[bundled::CHAPTER_REFERENCES.to_owned()])?;
        let printed = works.len();
        let listing = Listing {
            title: None,
            repeat: peerbib::reading_list::DuplicatePlacement::Each,
            tags: tags_of_facet(&library, "movement", context.locale_name(None)?.as_deref())?,
            group_by: Some(GroupBy::Facet("movement".into())),
            annotations: false,
        };
        let style = context.style_name(None)?;
        let locale = context.locale_name(None)?;
        let engine = StyleEngine::new(context, &style, locale.as_deref())?;
        let output_args = OutputArgs::default();
        listing.write(
            context,
            Entries::Library(&library),
            works,
            &engine,
            &output_args,
        )?;
        let totals = report.totals;
        context.note(format_args!(
            "\nThese are the {printed} works in the chapter's list of references.\n\
             Your library is {}: {} works, {} of them new.\n\nTry next:\n  \
             peerbib find author:merten\n  \
             peerbib format theme:germ-form --style chicago-author-date\n  \
             peerbib why benkler2002coase",
            library.path().display(),
            library.works().count()?,
            totals.imported,
        ));
        Ok(Outcome::Done)
    }
}
