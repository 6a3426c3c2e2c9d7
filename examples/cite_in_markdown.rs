//! Formats the citations of a Markdown document from a BibLaTeX file:
//! `cargo run --example cite_in_markdown -- essay.md refs.bib > formatted.md`

use std::error::Error;
use std::io::Write as _;

use peerbib::csl::{Style, bundled};
use peerbib::documents::markdown::{CitableItems, CitationOptions, Markdown};
use peerbib::formats::bibtex;
use peerbib::library::CitableWork;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(document), Some(bibliography)) = (arguments.next(), arguments.next()) else {
        return Err("usage: cite_in_markdown DOCUMENT BIBLIOGRAPHY".into());
    };
    let document = std::fs::read_to_string(document)?;
    let file = bibtex::read(&std::fs::read_to_string(bibliography)?);

    let mut works = CitableItems::default();
    for mut reference in CitableWork::of_file(&file) {
        let item = reference.take_item()?;
        works.add(&reference.key, item);
    }
    let style =
        Style::from_xml(&bundled::style_xml("chicago-author-date").ok_or("no such style")?)?;
    let options = CitationOptions {
        style: &style,
        locale: None,
        title: Some("References"),
        heading_level: 1,
    };
    let cited = Markdown::read(&document).cited_in(&works, &options);
    for key in &cited.missing {
        writeln!(
            std::io::stderr(),
            "line {}: no work has the key {}",
            key.line,
            key.key
        )?;
    }
    std::io::stdout().write_all(cited.text.as_bytes())?;
    Ok(())
}
