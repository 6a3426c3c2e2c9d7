//! The only place where the fixtures written for this project touch the processor's API.

use peerbib::csl::{Citation, Cite, Processor, SecondFieldAlign, Style};
use peerbib::model::CslItem;
use peerbib::output::html;

use super::fixture::{CiteRequest, Fixture};

/// What the processor prints for a fixture.
pub(crate) struct Printed {
    /// The citations, in order, as HTML.
    pub(crate) citations: Vec<String>,
    /// The entries of the bibliography, as HTML without the `csl-entry` around each.
    pub(crate) entries: Vec<String>,
    /// The options that say how the entries are laid out, by their names in CSL.
    pub(crate) layout: Vec<(&'static str, String)>,
}

/// Formats the works and citations of a fixture in its style, with the locales that ship.
pub(crate) fn print(fixture: &Fixture) -> Result<Printed, String> {
    let style =
        Style::from_xml(&fixture.style).map_err(|error| format!("{error}\n{}", fixture.style))?;
    let works: Vec<CslItem> =
        serde_json::from_value(fixture.works.clone()).map_err(|error| format!("works: {error}"))?;
    let processor = Processor::new(&style, fixture.locale.as_deref(), &works);
    let document: Vec<Citation> = fixture
        .citations
        .iter()
        .map(|citation| Citation::new(citation.cites.iter().map(cite).collect(), citation.note))
        .collect();
    let citations = processor
        .citations(&document)
        .iter()
        .map(|citation| html::rich_text(&citation.content))
        .collect();
    let bibliography = processor.bibliography().unwrap_or_default();
    let entries = bibliography
        .entries
        .iter()
        .map(|entry| html::rich_text(&entry.content))
        .collect();
    let layout = bibliography.layout;
    let align = match layout.second_field_align {
        None => "none",
        Some(SecondFieldAlign::Flush) => "flush",
        Some(SecondFieldAlign::Margin) => "margin",
    };
    Ok(Printed {
        citations,
        entries,
        layout: vec![
            ("hanging-indent", layout.hanging_indent.to_string()),
            ("second-field-align", align.to_owned()),
            ("entry-spacing", layout.entry_spacing.to_string()),
            ("line-spacing", layout.line_spacing.to_string()),
        ],
    })
}

fn cite(request: &CiteRequest) -> Cite {
    Cite {
        locator: request.locator.clone(),
        label: request.label.clone(),
        prefix: request.prefix.clone(),
        suffix: request.suffix.clone(),
        suppress_author: request.suppress_author,
        ..Cite::new(request.key.clone())
    }
}
