//! `peerbib site`

use std::collections::{BTreeMap, BTreeSet};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use clap::Args;

use crate::cli::commands::list::{file::parse_snapshot, render};
use crate::cli::export_entries::write_each;
use crate::cli::format_name::FormatName;
use crate::cli::http_server::{self, Admission, Head, Response};
use crate::cli::style_engine::{StyleEngine, items_of};
use crate::cli::{CommandContext, CommandError, Outcome, Result, io, number};
use peerbib::csl::RichText;
use peerbib::language;
use peerbib::library::{CitableWork, Detail, Filter, Library, Selection};
use peerbib::model::CslItem;
use peerbib::reading_list::{
    AnnotationKind, HeadingTranslations, ResolvedList, RichBlocks, Snapshot, in_hierarchy,
};
use peerbib::site::{
    INTERFACE_LANGUAGES, Site, SiteContent, SiteFacet, SiteList, SiteSnapshot, SiteWork,
    TemplateFiles,
};

/// The bibliography entries in a style, by key.
type StyledEntries = BTreeMap<String, RichText>;

/// The list of the files that the command wrote, in the folder of the site.
const MANIFEST: &str = ".peerbib-site.json";
/// The styles on the page of a work, after that of the site.
const OTHER_STYLES: [&str; 3] = ["apa", "chicago-author-date", "modern-language-association"];

/// Write a website of the library
///
/// Writes pages for all works, tags, reading lists and authors, a timeline, downloads and a feed into a directory
/// that any web server can serve and that a browser can open from disk. A search with filters runs in the browser;
/// without JavaScript, all content is still there. The pages load nothing from other sites.
///
/// Private data is left out: notes, annotations, linked files, the tags of the facet `status`, and works with a tag
/// named `private`.
///
/// Running the command again writes only what changed, and deletes pages that are no longer needed. Other files in
/// the directory are left alone.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  peerbib site public\n  \
                  peerbib site public movement:oekonux --title \"Oekonux\" --language de\n  \
                  peerbib site public --style apa --base-url https://example.org/reading")]
pub(crate) struct WriteSite {
    /// The directory to write into; it is created if it does not exist
    #[arg(value_name = "DIRECTORY", required_unless_present = "serve")]
    directory: Option<PathBuf>,

    /// The works to show; without a query, all
    #[arg(value_name = "QUERY")]
    query: Vec<String>,

    /// Show only these reading lists; by default, all
    #[arg(long, value_name = "NAME", num_args = 1..)]
    list: Vec<String>,

    /// The title of the site
    #[arg(long, value_name = "TITLE", default_value = "Library")]
    title: String,

    /// A Markdown file with the introduction on the first page
    #[arg(long, value_name = "FILE")]
    introduction: Option<PathBuf>,

    /// The citation styles on the pages of works, the most important first
    #[arg(long, value_name = "STYLE", num_args = 1..)]
    style: Vec<String>,

    /// The language of the interface, such as de or pt-BR; by default, that of the setting `locale`, or English
    #[arg(long, value_name = "LANGUAGE", value_parser = interface_language)]
    language: Option<String>,

    /// The address at which the site will be; needed for the site map
    #[arg(long, value_name = "URL")]
    base_url: Option<String>,

    /// A directory with templates and assets that replace those of the program
    #[arg(long, value_name = "DIRECTORY")]
    templates: Option<PathBuf>,

    /// Show private data, too
    #[arg(long, value_name = "WHAT", value_enum, num_args = 1.., value_delimiter = ',')]
    include: Vec<PrivateData>,

    /// Serve the site at http://127.0.0.1 and update it when the library changes
    #[arg(long)]
    serve: bool,

    /// The port for --serve
    #[arg(long, value_name = "PORT", value_parser = number::<u16>, requires = "serve", default_value_t = 8000)]
    port: u16,

    /// Show what would change without writing anything
    #[arg(long, conflicts_with = "serve")]
    dry_run: bool,
}

/// Private data that a site may show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum PrivateData {
    /// Notes on works
    Notes,
    /// Tags of the facet status
    Status,
    /// Works with a tag named private
    #[value(name = "private")]
    TaggedPrivate,
}

impl WriteSite {
    pub(crate) fn run(self, context: &CommandContext) -> Result {
        if self.serve {
            return self.serve(context);
        }
        let Some(directory) = &self.directory else {
            return Err(CommandError::usage("no output directory given"));
        };
        let files = self.files(context)?;
        let folder = Folder::open(directory)?;
        let report = folder.update(context, &files, self.dry_run)?;
        context.note(report.sentence(directory, self.dry_run));
        if self.base_url.is_none() {
            context.detail("no site map: --base-url gives the address of the site");
        }
        Ok(Outcome::Done)
    }

    /// Returns all files of the site by their paths.
    fn files(&self, context: &CommandContext) -> Result<BTreeMap<String, Vec<u8>>> {
        let content = self.content(context)?;
        let templates = self.template_files()?;
        let site = Site::new(&content, &templates).map_err(CommandError::new)?;
        let mut files = BTreeMap::new();
        site.files(|path, bytes| {
            files.insert(path.to_owned(), bytes.to_vec());
            Ok::<(), peerbib::site::SiteError>(())
        })
        .map_err(CommandError::new)?;
        Ok(files)
    }

    fn content(&self, context: &CommandContext) -> Result<SiteContent> {
        let library = context.open()?;
        let _snapshot = library.read_snapshot()?;
        let filter = context.condition(&library, &self.query)?;
        let mut works = self.shown_works(&library, &filter)?;
        if works.is_empty() {
            context.note("no works found");
        }
        let mut items = items_of(&mut works, false)?;
        let (styles, citations) = self.citations(context, &mut items)?;
        let language = self.interface_language(context)?;
        let lists = self.lists(context, &library, &works, &language)?;
        let facets = self.facets(&library)?;
        let works = self.site_works(&library, filter, works, items, &citations)?;
        let introduction = match &self.introduction {
            Some(path) => RichBlocks::from_markdown(&read_text(path)?),
            None => RichBlocks::default(),
        };
        Ok(SiteContent {
            title: self.title.clone(),
            introduction,
            language,
            base_url: self
                .base_url
                .clone()
                .map(|url| format!("{}/", url.trim_end_matches('/'))),
            styles,
            works,
            facets,
            lists,
        })
    }

    /// Returns the works of the site, without private works and tags unless they are included.
    fn shown_works(&self, library: &Library, filter: &Filter) -> Result<Vec<CitableWork>> {
        let mut works = library.works().matching(filter)?;
        if !self.include.contains(&PrivateData::TaggedPrivate) {
            works.retain(|work| work.tags.iter().all(|tag| tag.name != "private"));
        }
        if !self.include.contains(&PrivateData::Status) {
            for work in &mut works {
                work.tags.retain(|tag| tag.facet != "status");
            }
        }
        Ok(works)
    }

    /// Returns the titles of the styles, and the bibliography entries in each style by their keys.
    fn citations(
        &self,
        context: &CommandContext,
        items: &mut [CslItem],
    ) -> Result<(Vec<String>, Vec<StyledEntries>)> {
        let mut styles: Vec<String> = self.style.clone();
        if styles.is_empty() {
            styles.push(context.style_name(None)?);
            for other in OTHER_STYLES {
                if !styles.iter().any(|style| style == other) {
                    styles.push(other.to_owned());
                }
            }
        }
        let mut titles = Vec::new();
        let mut citations = Vec::new();
        for style in &styles {
            let engine = StyleEngine::new(context, style, None)?;
            let (bibliography, _) = engine.bibliography(context, items);
            let entries = bibliography.entries.into_iter();
            citations.push(entries.map(|entry| (entry.key, entry.content)).collect());
            titles.push(engine.title().to_owned());
        }
        Ok((titles, citations))
    }

    /// Returns the works with everything that their pages show.
    fn site_works(
        &self,
        library: &Library,
        filter: Filter,
        works: Vec<CitableWork>,
        items: Vec<CslItem>,
        citations: &[StyledEntries],
    ) -> Result<Vec<SiteWork>> {
        let added = library
            .works()
            .search(&Selection::from(filter), &[Detail::Added])?;
        let added: BTreeMap<i64, String> = added
            .into_iter()
            .filter_map(|result| Some((result.work.id, result.details.into_iter().next()?)))
            .collect();
        let mut site_works = Vec::with_capacity(works.len());
        let pairs: Vec<_> = works.iter().zip(&items).collect();
        let formats = [FormatName::BIBLATEX, FormatName::RIS, FormatName::CSL_JSON];
        let written = write_each(library, &pairs, formats)?;
        for ((work, item), [biblatex, ris, csl_json]) in works.into_iter().zip(items).zip(written) {
            let csl_json = unwrap_array(&csl_json);
            let entry = library.works().entry(&work.key)?;
            let field = |name: &str| {
                entry
                    .field(name)
                    .map(|value| value.trim_matches(['{', '}', '"']).to_owned())
            };
            let related = field("related").unwrap_or_default();
            let note = match self.include.contains(&PrivateData::Notes) {
                true => library
                    .notes()
                    .get(work.id)?
                    .map(|note| RichBlocks::from_markdown(&note.text)),
                false => None,
            };
            site_works.push(SiteWork {
                added_at: added.get(&work.id).cloned().unwrap_or_default(),
                citations: citations
                    .iter()
                    .map(|citations| citations.get(&work.key).cloned().unwrap_or_default())
                    .collect(),
                biblatex,
                ris,
                csl_json,
                archived: field("archiveurl"),
                note: note.unwrap_or_default(),
                assignments: library.tags().of_work(&work.key)?.tags,
                related: related
                    .split(',')
                    .map(|key| key.trim().to_owned())
                    .collect(),
                work,
                item,
            });
        }
        Ok(site_works)
    }

    fn facets(&self, library: &Library) -> Result<Vec<SiteFacet>> {
        let labels: BTreeMap<String, Option<String>> = library
            .tags()
            .described_facets()?
            .into_iter()
            .map(|facet| (facet.name, facet.label))
            .collect();
        let mut facets = Vec::new();
        for name in library.tags().facets()? {
            if name == "status" && !self.include.contains(&PrivateData::Status) {
                continue;
            }
            let tags = library.tags().summaries(Some(&name))?;
            let mut described = Vec::with_capacity(tags.len());
            for (tag, depth) in in_hierarchy(&tags) {
                described.push((library.tags().get(tag.id)?, depth));
            }
            facets.push(SiteFacet {
                label: labels.get(&name).cloned().flatten(),
                name,
                tags: described,
            });
        }
        Ok(facets)
    }

    /// Returns the language of the interface. Reports a language without translations.
    fn interface_language(&self, context: &CommandContext) -> Result<String> {
        let language = context.locale_name(self.language.as_deref())?;
        let language = language.unwrap_or_else(|| "en".to_owned());
        if !is_interface_language(&language) {
            context.note(format_args!(
                "there are no translations of the site for {language}; it is in English"
            ));
            return Ok("en".to_owned());
        }
        Ok(language)
    }

    /// Returns the lists with the works that the site shows, without a locale of their own in `language`.
    fn lists(
        &self,
        context: &CommandContext,
        library: &Library,
        shown: &[peerbib::library::CitableWork],
        language: &str,
    ) -> Result<Vec<SiteList>> {
        let shown: BTreeSet<&str> = shown.iter().map(|work| work.key.as_str()).collect();
        // The texts of a list may cite other works, but no private ones.
        let find = |key: &str| {
            shown
                .contains(key)
                .then(|| render::work_of_key(library, key))
                .flatten()
        };
        let stored = if self.list.is_empty() {
            library.lists().all()?
        } else {
            self.list
                .iter()
                .map(|name| library.lists().get(name))
                .collect::<peerbib::library::Result<_>>()?
        };
        let mut lists = Vec::with_capacity(stored.len());
        for list in stored {
            let language = list.locale.as_deref().unwrap_or(language);
            let headings = HeadingTranslations::in_language(language);
            let resolved = ResolvedList::new(library, &list, headings)?;
            let mut printed = self.printed(context, &resolved.contents, &find)?;
            retain_works(&mut printed, &shown);
            let mut snapshots = Vec::new();
            for stored in library.lists().snapshots(list.id)?.into_iter().rev() {
                let snapshot: Snapshot = parse_snapshot(&stored)?;
                let mut printed = self.printed(context, &snapshot.contents, &find)?;
                retain_works(&mut printed, &shown);
                snapshots.push(SiteSnapshot {
                    name: stored.name,
                    saved_at: stored.saved_at,
                    list: printed,
                });
            }
            lists.push(SiteList {
                name: list.name,
                list: printed,
                snapshots,
            });
        }
        Ok(lists)
    }

    /// Formats a list. Its notes are left out unless the site shows notes.
    fn printed(
        &self,
        context: &CommandContext,
        contents: &peerbib::reading_list::ListContents,
        find: &dyn Fn(&str) -> Option<CslItem>,
    ) -> Result<peerbib::reading_list::ReadingList> {
        let mut contents = contents.clone();
        if !self.include.contains(&PrivateData::Notes) {
            contents.annotate.remove(AnnotationKind::Note);
        }
        let engine = StyleEngine::new(context, &contents.style, contents.locale.as_deref())?;
        let headings = engine.headings(context);
        Ok(render::formatted(context, &contents, &engine, headings, find)?.0)
    }

    fn template_files(&self) -> Result<TemplateFiles> {
        let mut files = TemplateFiles::new();
        let Some(folder) = &self.templates else {
            return Ok(files);
        };
        let unreadable = |path: &Path, error: &std::io::Error| {
            CommandError::new(format_args!(
                "cannot read {}: {}",
                path.display(),
                io::reason(error)
            ))
        };
        let entries = std::fs::read_dir(folder).map_err(|error| unreadable(folder, &error))?;
        for entry in entries {
            let path = entry.map_err(|error| unreadable(folder, &error))?.path();
            let name = path.file_name().and_then(|name| name.to_str());
            let Some(name) = name.filter(|name| path.is_file() && !name.starts_with('.')) else {
                continue;
            };
            let content = io::read_file(&path).map_err(|error| unreadable(&path, &error))?;
            files.insert(name.to_owned(), content);
        }
        Ok(files)
    }

    /// Serves the site until the program is interrupted.
    fn serve(&self, context: &CommandContext) -> Result {
        let listener = TcpListener::bind(("127.0.0.1", self.port)).map_err(|error| {
            CommandError::new(format_args!("cannot listen on port {}: {error}", self.port))
                .with_help("choose another port with --port".to_owned())
        })?;
        let port = listener
            .local_addr()
            .map_or(self.port, |address| address.port());
        let mut files = self.files(context)?;
        let mut seen = self.changed_at(context)?;
        let mut looked = Instant::now();
        context.note(format_args!(
            "serving http://127.0.0.1:{port}/ (stop with Ctrl-C)"
        ));
        http_server::serve(listener, admit, |request| {
            // Looking at the files of the library is cheap, but a page has several parts.
            if looked.elapsed() > Duration::from_millis(300) {
                looked = Instant::now();
                if let Err(error) = self.update(context, &mut files, &mut seen) {
                    context.warn(format_args!("cannot update: {}", error.message()));
                }
            }
            response(&request.head, &files)
        });
        Ok(Outcome::Done)
    }

    /// Makes the files again if the library has changed.
    fn update(
        &self,
        context: &CommandContext,
        files: &mut BTreeMap<String, Vec<u8>>,
        seen: &mut Vec<Option<(SystemTime, u64)>>,
    ) -> Result<()> {
        let now = self.changed_at(context)?;
        if now != *seen {
            *files = self.files(context)?;
            *seen = now;
            context.note("updated");
        }
        Ok(())
    }

    /// Returns when the files of the library last changed.
    fn changed_at(&self, context: &CommandContext) -> Result<Vec<Option<(SystemTime, u64)>>> {
        let path = context.open()?.path().to_path_buf();
        let wal = {
            let mut name = path.clone().into_os_string();
            name.push("-wal");
            PathBuf::from(name)
        };
        Ok([path, wal]
            .iter()
            .map(|path| {
                let metadata = path.metadata().ok()?;
                Some((metadata.modified().ok()?, metadata.len()))
            })
            .collect())
    }
}

/// Admits only requests that read.
fn admit(head: &Head) -> Admission {
    match head.method.as_str() {
        "GET" | "HEAD" => Admission::Read {
            limit: 0,
            refuse: plain,
        },
        _ => Admission::Answer(plain(405)),
    }
}

/// Returns an answer with nothing but its status.
fn plain(status: u16) -> Response {
    let text = match status {
        404 => "not found\n",
        405 => "method not allowed\n",
        _ => "bad request\n",
    };
    Response::new(status, "text/plain", text)
}

/// Answers a request.
fn response(head: &Head, files: &BTreeMap<String, Vec<u8>>) -> Response {
    let path = head.path();
    let path = match path.trim_start_matches('/') {
        "" => "index.html".to_owned(),
        folder if folder.ends_with('/') => format!("{folder}index.html"),
        path => path.to_owned(),
    };
    let Some(content) = files.get(&path) else {
        return plain(404);
    };
    let kind = match path.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("json") => "application/json",
        Some("xml") => "application/xml",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("bib" | "ris") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    };
    Response::new(200, kind, content.clone())
        .with("Cache-Control", "no-store")
        .with("X-Content-Type-Options", "nosniff")
}

/// Removes the works that the site does not show, and sections that are then empty.
fn retain_works(list: &mut peerbib::reading_list::ReadingList, shown: &BTreeSet<&str>) {
    for section in &mut list.sections {
        section
            .entries
            .retain(|entry| shown.contains(entry.key.as_str()));
    }
}

/// Accepts a language of the interface, also with a region.
fn interface_language(text: &str) -> Result<String, String> {
    if is_interface_language(text) {
        Ok(text.replace('_', "-"))
    } else {
        Err(format!(
            "the languages are: {}",
            INTERFACE_LANGUAGES.join(", ")
        ))
    }
}

/// Returns whether the interface is translated into a language, which may have a region.
fn is_interface_language(text: &str) -> bool {
    let primary = language::primary(text).to_lowercase();
    INTERFACE_LANGUAGES.contains(&primary.as_str())
}

fn read_text(path: &Path) -> Result<String> {
    io::read_text_file(path).map_err(|error| {
        CommandError::new(format_args!(
            "cannot read {}: {}",
            path.display(),
            io::reason(&error)
        ))
    })
}

/// Returns the only item of a JSON array.
fn unwrap_array(json: &str) -> String {
    let items = serde_json::from_str::<Vec<serde_json::Value>>(json).unwrap_or_default();
    let item = items.into_iter().next().unwrap_or_default();
    format!(
        "{}\n",
        serde_json::to_string_pretty(&item).unwrap_or_default()
    )
}

/// The folder of a site and the files that an earlier run wrote into it.
struct Folder {
    path: PathBuf,
    written_before: BTreeSet<String>,
}

/// The numbers of files that a run wrote, kept and deleted.
#[derive(Debug, Default)]
struct SiteUpdate {
    written: usize,
    unchanged: usize,
    deleted: usize,
}

impl Folder {
    fn open(path: &Path) -> Result<Self> {
        if path.exists() && !path.is_dir() {
            return Err(CommandError::new(format_args!(
                "{} is not a directory",
                path.display()
            )));
        }
        let manifest = path.join(MANIFEST);
        let written_before = match io::read_text_file(&manifest) {
            Ok(text) => serde_json::from_str(&text).map_err(|_| {
                CommandError::new(format_args!("{} is damaged", manifest.display())).with_help(
                    "delete it and run the command again; obsolete pages stay".to_owned(),
                )
            })?,
            Err(_) => BTreeSet::new(),
        };
        Ok(Self {
            path: path.to_path_buf(),
            written_before,
        })
    }

    /// Writes the files that differ, and deletes those of an earlier run that are no longer needed.
    fn update(
        &self,
        context: &CommandContext,
        files: &BTreeMap<String, Vec<u8>>,
        dry_run: bool,
    ) -> Result<SiteUpdate> {
        let mut update = SiteUpdate::default();
        for (name, content) in files {
            let path = self.path.join(name);
            if std::fs::read(&path).is_ok_and(|old| old == *content) {
                update.unchanged += 1;
                continue;
            }
            if path.exists() && !self.written_before.contains(name) {
                return Err(CommandError::new(format_args!(
                    "{} exists and was not written by this command",
                    path.display()
                ))
                .with_help("choose an empty directory, or move the file away".to_owned()));
            }
            update.written += 1;
            if !dry_run {
                if let Some(parent) = path.parent() {
                    std::fs::create_dir_all(parent).map_err(|error| unwritable(parent, &error))?;
                }
                context.write_file(&path, content)?;
            }
        }
        for name in self
            .written_before
            .iter()
            .filter(|name| !files.contains_key(*name))
        {
            // The manifest may have been edited: nothing outside the folder is deleted.
            let is_inside = Path::new(name)
                .components()
                .all(|part| matches!(part, std::path::Component::Normal(_)));
            let path = self.path.join(name);
            if !is_inside || !path.is_file() {
                continue;
            }
            update.deleted += 1;
            if !dry_run {
                std::fs::remove_file(&path).map_err(|error| unwritable(&path, &error))?;
            }
        }
        if !dry_run {
            let names: Vec<&String> = files.keys().collect();
            let manifest = format!("{}\n", serde_json::to_string_pretty(&names)?);
            let path = self.path.join(MANIFEST);
            if std::fs::read(&path).ok().as_deref() != Some(manifest.as_bytes()) {
                context.write_file(&path, manifest)?;
            }
        }
        Ok(update)
    }
}

fn unwritable(path: &Path, error: &std::io::Error) -> CommandError {
    CommandError::new(format_args!(
        "cannot write {}: {}",
        path.display(),
        io::reason(error)
    ))
}

impl SiteUpdate {
    fn sentence(&self, directory: &Path, dry_run: bool) -> String {
        let files = |count| crate::cli::ui::counted(count, "file");
        let would = if dry_run { "would write" } else { "wrote" };
        let mut sentence = format!("{would} {} to {}", files(self.written), directory.display());
        if self.unchanged > 0 {
            sentence.push_str(&format!(", {} unchanged", self.unchanged));
        }
        if self.deleted > 0 {
            sentence.push_str(&format!(", {} deleted", self.deleted));
        }
        sentence
    }
}
