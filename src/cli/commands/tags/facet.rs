//! `peerbib tags facet`

use clap::Args;

use super::{change, report};
use crate::cli::{CommandContext, Result, no_such_facet};
use peerbib::library::Facet;

/// Edit a facet: its heading, and whether its tags exclude each other
///
/// `peerbib tag` replaces the tag of an exclusive facet, such as status, by the new one, and `peerbib rules
/// check` reports rules that would give a work two.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  peerbib tags facet course --exclusive\n  \
                  peerbib tags facet movement --label \"Movements and currents\"")]
pub(crate) struct DescribeFacet {
    /// The facet
    facet: String,

    /// The heading
    #[arg(long, value_name = "TEXT")]
    label: Option<String>,

    /// A work has at most one tag of this facet
    #[arg(long, conflicts_with = "not_exclusive")]
    exclusive: bool,

    /// A work may have several tags of this facet
    #[arg(long)]
    not_exclusive: bool,

    /// Show what would change, and change nothing
    #[arg(long)]
    dry_run: bool,
}

impl DescribeFacet {
    pub(crate) fn run(self, context: &CommandContext) -> Result {
        let mut library = context.open_to_change()?;
        let name = self.facet.to_lowercase();
        if !library.tags().facets()?.contains(&name) {
            return Err(no_such_facet(&library, &name)?);
        }
        let described = library.tags().described_facets()?.into_iter();
        let mut facet = described
            .into_iter()
            .find(|facet| facet.name == name)
            .unwrap_or(Facet {
                name,
                label: None,
                exclusive: false,
            });
        if let Some(label) = self.label {
            facet.label = (!label.trim().is_empty()).then_some(label);
        }
        if self.exclusive || self.not_exclusive {
            facet.exclusive = self.exclusive;
        }
        change(context, &mut library, self.dry_run, |change| {
            change.tags().put_facet(&facet)
        })?;
        let several = if facet.exclusive {
            "at most one tag"
        } else {
            "any number of tags"
        };
        let name = &facet.name;
        report(
            context,
            self.dry_run,
            &format!("a work has {several} of the facet {name}"),
            &format!("a work would have {several} of the facet {name}"),
        )
    }
}
