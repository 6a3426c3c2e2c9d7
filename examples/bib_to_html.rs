//! Formats a BibLaTeX file in APA as an HTML page:
//! `cargo run --example bib_to_html -- bib/chapter.bib > chapter.html`

use std::error::Error;
use std::io::Write as _;

use peerbib::csl::{Style, bundled, format_bibliography};
use peerbib::formats::bibtex;
use peerbib::library::CitableWork;
use peerbib::output::{MetadataIndex, html};
use peerbib::reading_list::ReadingList;

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args().nth(1).ok_or("usage: bib_to_html FILE")?;
    let file = bibtex::read(&std::fs::read_to_string(path)?);
    let works = CitableWork::of_file(&file);
    let items: Result<Vec<_>, _> = works.iter().map(CitableWork::item).collect();
    let items = items?;
    let style = Style::from_xml(&bundled::style_xml("apa").ok_or("no such style")?)?;
    let list = ReadingList::plain(format_bibliography(&style, None, &items));
    let page = html::page(&list, &MetadataIndex::new(&works, &items), "en-US");
    std::io::stdout().write_all(page.as_bytes())?;
    Ok(())
}
