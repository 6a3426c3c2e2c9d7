//! `peerbib quickstart`

use clap::Args;

use super::format::{Listing, tags_of_facet};
use super::forms::FormArguments;
use super::import::{import_all, report_problems};
use super::input::Input;
use super::references::Entries;
use super::rendering::{Engine, Rendering};
use super::{Failure, Outcome, Result, Session};
use crate::library::{Condition, ConflictPolicy, RuleScope};
use crate::reading_list::GroupBy;
use crate::shipped;
use crate::tagging;

/// Start with the works of the chapter: a library, its tags, and a reading list
///
/// Creates your library if there is none, imports the works that "Prophets and Advocates of Peer
/// Production" (G. Dafermos, The Handbook of Peer Production, ch. 7) references, tags them by movement
/// and theme, and prints them as a reading list, grouped by movement, in APA style or that of your
/// configuration. A second time it adds nothing and prints the same list.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  peerbib quickstart")]
pub(super) struct Quickstart {}

impl Quickstart {
    #[expect(clippy::unused_self, reason = "every command is run the same way")]
    pub(super) fn run(self, session: &Session) -> Result {
        let input = [Input::read(&shipped::CHAPTER.path(), None)?];
        let mut library = session.open_or_create()?;
        let rules = shipped::rules().map_err(Failure::new)?;
        let receipt = session.change(&mut library, |change| {
            let receipt = import_all(change, &input, ConflictPolicy::Merge, true)?;
            tagging::install(change, &rules)?;
            tagging::apply(change, RuleScope::All, &mut |_| ())?;
            Ok(receipt)
        })?;
        report_problems(session, &receipt);
        let works = library.select(&Condition::All)?;
        let listing = Listing {
            repeat: crate::reading_list::Repeat::Each,
            tags: tags_of_facet(&library, "movement")?,
            group_by: Some(GroupBy::Facet("movement".into())),
            annotations: false,
        };
        let style = session.style_name(None)?;
        let locale = session.locale_name(None)?;
        let rendering = Rendering::new(session, &style, locale.as_deref(), Engine::Peerbib)?;
        let form = FormArguments::default();
        listing.write(
            session,
            Entries::Library(&library),
            works,
            &rendering,
            &form,
        )?;
        let totals = receipt.totals;
        session.note(format_args!(
            "\nYour library is {}: {} works, {} of them new.\n\nTry next:\n  \
             peerbib find author:merten\n  \
             peerbib format theme:germ-form --style chicago-author-date\n  \
             peerbib why benkler2002coase",
            library.path().display(),
            library.count()?,
            totals.imported,
        ));
        Ok(Outcome::Done)
    }
}
