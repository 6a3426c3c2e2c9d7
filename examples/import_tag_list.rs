//! Imports the bundled chapter bibliography into a temporary library, tags works by a query, and prints a
//! reading list of them: `cargo run --example import_tag_list`

use std::error::Error;
use std::io::Write as _;

use peerbib::bundled;
use peerbib::csl::format_bibliography;
use peerbib::csl::{self, Style};
use peerbib::formats::bibtex;
use peerbib::library::{ConflictPolicy, ImportedFile, Library, NewAssignment, Origin, Tag};
use peerbib::output::text::{self, TextLayout};
use peerbib::reading_list::{
    HeadingTranslations, ListFile, ReadingList, ResolvedList, parse_list_query,
};

fn main() -> Result<(), Box<dyn Error>> {
    let mut library = Library::temporary()?;

    // Import: every change is one step, which can be undone.
    let file = bibtex::read(bundled::CHAPTER.text);
    let path = bundled::CHAPTER.path();
    let imported = ImportedFile {
        path: &path,
        encoding: "UTF-8",
        file: &file,
    };
    library.change("import", |change| {
        change.import(imported, ConflictPolicy::Merge, &mut |_| ())
    })?;

    // Tag: an assignment records who made it and why.
    let filter = parse_list_query(&library, "title:commons")?;
    let tag = Tag::named("theme:commons".parse()?);
    library.change("tag", |change| {
        let tag = change.tags().put(&tag)?;
        for work in change.works().matching(&filter)? {
            change.tags().assign(NewAssignment {
                work: work.id,
                tag,
                origin: Origin::Hand,
                source: "example",
                reason: Some("has \u{201c}commons\u{201d} in its title"),
            })?;
        }
        Ok(())
    })?;

    // List: a list is stored with its settings, and resolved when it is printed.
    let list = ListFile::from_toml(
        r#"
        format = 1
        name = "commons"
        title = "The commons"
        query = "theme:commons"
        style = "apa"
        group-by = "decade"
        "#,
    )?;
    library.change("list", |change| list.store(change, "commons", None))?;
    let resolved = ResolvedList::new(
        &library,
        &library.lists().get("commons")?,
        HeadingTranslations::in_language("en"),
    )?;
    let style = Style::from_xml(&csl::bundled::style_xml("apa").ok_or("no such style")?)?;
    let bibliography = format_bibliography(&style, None, &resolved.contents.items());
    let mut list = ReadingList::grouped(&bibliography, &resolved.contents.grouping());
    list.title.clone_from(&resolved.contents.title);
    let layout = TextLayout {
        width: Some(80),
        ..TextLayout::default()
    };
    std::io::stdout().write_all(text::reading_list(&list, layout).as_bytes())?;
    Ok(())
}
