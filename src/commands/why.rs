//! `peerbib why`

use std::fmt::Write as _;

use clap::Args;

use super::{Outcome, Result, Session};
use crate::library::{Assignment, Origin, Tagging};

/// Say why a work has its tags: who put each there, and the reason
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  peerbib why benkler2002coase")]
pub(super) struct Why {
    /// The works, by citation key
    #[arg(value_name = "KEY", required = true)]
    keys: Vec<String>,

    /// Print an array as JSON
    #[arg(long)]
    json: bool,
}

impl Why {
    pub(super) fn run(self, session: &Session) -> Result {
        let library = session.open()?;
        let taggings = self
            .keys
            .iter()
            .map(|key| library.tagging(key))
            .collect::<crate::library::Result<Vec<_>>>()?;
        if self.json {
            session.print_json(&taggings)?;
        } else {
            let texts: Vec<String> = taggings.iter().map(text).collect();
            session.print(&texts.join("\n"))?;
        }
        Ok(Outcome::Done)
    }
}

fn text(tagging: &Tagging) -> String {
    let bold = anstyle::Style::new().bold();
    let mut text = format!("{bold}{}{bold:#}\n", tagging.key);
    if tagging.tags.is_empty() {
        text.push_str("  has no tags\n");
    }
    for assignment in &tagging.tags {
        let tag = &assignment.tag;
        let _ = writeln!(text, "  {bold}{tag}{bold:#}");
        if let Some(reason) = &assignment.reason {
            let _ = writeln!(text, "    {}", super::wrapped(reason, 4));
        }
        let _ = writeln!(
            text,
            "    {}",
            super::wrapped(&on_whose_word(assignment), 4)
        );
    }
    for tag in &tagging.vetoed {
        let _ = writeln!(
            text,
            "  not {tag}: taken off by hand, so no rule or import puts it back"
        );
    }
    text
}

fn on_whose_word(assignment: &Assignment) -> String {
    let day = assignment.at.split('T').next().unwrap_or(&assignment.at);
    let source = &assignment.source;
    match assignment.origin {
        Origin::Hand => format!("put there by hand ({source}), {day}"),
        Origin::Rule => format!("put there by the rule {source}, {day}"),
        Origin::Import => format!("put there by an import ({source}), {day}"),
    }
}
