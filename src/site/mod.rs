//! A static web site of a library: pages for works, tags, reading lists and authors, a timeline, a search that runs
//! in the browser, feeds and downloads.
//!
//! [`SiteContent`] holds everything that the site shows, already selected and formatted; [`Site::files`] turns it
//! into files. Nothing here reads the library or writes to disk, so the same content always gives the same bytes.
//!
//! Pages are [MiniJinja](https://docs.rs/minijinja) templates with automatic escaping. Everything that comes from an
//! entry is untrusted: it reaches a page through an escaped expression, through `output::html`, which escapes it, or
//! as JSON without `<`. The pages forbid scripts other than their own with a Content-Security-Policy.

mod feeds;
mod file_names;
mod pages;
mod search_data;
mod templates;
mod views;
mod words;

use crate::csl::RichText;
use crate::library::{Assignment, CitableWork, Tag};
use crate::model::CslItem;
use crate::reading_list::{ReadingList, RichBlocks};

pub use templates::{SiteError, TemplateFiles};
pub use words::INTERFACE_LANGUAGES;

/// Everything that a site shows.
#[derive(Debug)]
pub struct SiteContent {
    /// The title of the site.
    pub title: String,
    /// The text at the top of the first page.
    pub introduction: RichBlocks,
    /// The language of the interface, such as `en` or `de-AT`.
    pub language: String,
    /// The address of the site, with a final slash. Without one there is no site map, because its addresses must be
    /// absolute.
    pub base_url: Option<String>,
    /// The names of the citation styles, in the order of [`SiteWork::citations`].
    pub styles: Vec<String>,
    /// The works.
    pub works: Vec<SiteWork>,
    /// The facets with their tags, child tags after their parents.
    pub facets: Vec<SiteFacet>,
    /// The reading lists.
    pub lists: Vec<SiteList>,
}

/// A work of a site.
#[derive(Debug)]
pub struct SiteWork {
    /// The summary from the library.
    pub work: CitableWork,
    /// The CSL item.
    pub item: CslItem,
    /// The time the work was added: UTC, RFC 3339.
    pub added_at: String,
    /// The work in each citation style.
    pub citations: Vec<RichText>,
    /// The entry as BibLaTeX.
    pub biblatex: String,
    /// The work as RIS.
    pub ris: String,
    /// The work as CSL-JSON.
    pub csl_json: String,
    /// The address of an archived copy.
    pub archived: Option<String>,
    /// The note on the work, if notes are to be shown.
    pub note: RichBlocks,
    /// The reasons why the work has its tags.
    pub assignments: Vec<Assignment>,
    /// The keys of related works.
    pub related: Vec<String>,
}

/// A facet of a site.
#[derive(Debug)]
pub struct SiteFacet {
    /// The name, such as `movement`.
    pub name: String,
    /// The label from the vocabulary.
    pub label: Option<String>,
    /// The tags with their depth in the hierarchy.
    pub tags: Vec<(Tag, usize)>,
}

/// A reading list of a site.
#[derive(Debug)]
pub struct SiteList {
    /// The name.
    pub name: String,
    /// The list in its style.
    pub list: ReadingList,
    /// Its snapshots, newest first.
    pub snapshots: Vec<SiteSnapshot>,
}

/// A snapshot of a reading list.
#[derive(Debug)]
pub struct SiteSnapshot {
    /// The name.
    pub name: String,
    /// The time it was saved: UTC, RFC 3339.
    pub saved_at: String,
    /// The list as it was.
    pub list: ReadingList,
}

/// A site that is ready to be written.
#[derive(Debug)]
pub struct Site<'a> {
    content: &'a SiteContent,
    templates: templates::Templates,
    views: views::Views,
}

impl<'a> Site<'a> {
    /// Prepares a site. `files` are templates and assets of the user that replace those of the program.
    ///
    /// # Errors
    ///
    /// [`SiteError`], if a template is not valid.
    pub fn new(content: &'a SiteContent, files: &TemplateFiles) -> Result<Self, SiteError> {
        Ok(Self {
            content,
            templates: templates::Templates::new(files)?,
            views: views::Views::new(content),
        })
    }

    /// Calls `write` with the path and content of each file. Paths are relative and use `/`.
    ///
    /// # Errors
    ///
    /// [`SiteError`], if a template of the user fails; errors of `write`.
    pub fn files<E: From<SiteError>>(
        &self,
        mut write: impl FnMut(&str, &[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        for (path, content) in self.templates.assets() {
            write(&path, &content)?;
        }
        write(
            "assets/works.js",
            search_data::script(self.content, &self.views).as_bytes(),
        )?;
        pages::write(self, &mut write)?;
        write(
            "feed.xml",
            feeds::atom(self.content, &self.views).as_bytes(),
        )?;
        if let Some(base) = &self.content.base_url {
            let paths = self.views.page_paths();
            write("sitemap.xml", feeds::site_map(base, &paths).as_bytes())?;
        }
        let downloads: [(&str, String); 3] = [
            (
                "downloads/library.bib",
                joined(
                    self.content.works.iter().map(|work| work.biblatex.as_str()),
                    "\n",
                ),
            ),
            (
                "downloads/library.ris",
                joined(
                    self.content.works.iter().map(|work| work.ris.as_str()),
                    "\n",
                ),
            ),
            (
                "downloads/library.json",
                format!(
                    "[\n{}\n]\n",
                    self.content
                        .works
                        .iter()
                        .map(|work| work.csl_json.trim())
                        .collect::<Vec<_>>()
                        .join(",\n")
                ),
            ),
        ];
        for (path, text) in downloads {
            write(path, text.as_bytes())?;
        }
        Ok(())
    }
}

/// Joins texts, each of which ends with a line break, with `separator`.
fn joined<'t>(texts: impl Iterator<Item = &'t str>, separator: &str) -> String {
    let texts: Vec<String> = texts.map(|text| format!("{}\n", text.trim_end())).collect();
    texts.join(separator)
}
