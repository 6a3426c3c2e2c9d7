//! `peerbib style`

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

use crate::cli::downloaded_styles::{DownloadedStyles, StyleOrigin, is_path};
use crate::cli::io::{replace_file, utf8_path};
use crate::cli::network::NetworkArgs;
use crate::cli::styles::{StyleLoadError, StyleSource, meant_name, name_of};
use crate::cli::ui::wrapped;
use crate::cli::{CommandContext, CommandError, Outcome, Result};
use peerbib::csl::bundled::{self, BundledStyle};
use peerbib::csl::{
    Citation, Cite, Processor, Style, StyleClass, StyleFinding, StyleInfo, StyleSeverity,
};
use peerbib::lookup::Client;
use peerbib::model::CslItem;
use peerbib::output::text;
use peerbib::suggest::{closest, did_you_mean};

/// List, inspect, add and validate citation styles
///
/// Styles have the names of the official CSL repository. About 80 are bundled, and the styles of Zotero on
/// this computer are found, too. `peerbib style add` downloads any other from the repository, or adds a file.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  peerbib style list chicago\n  peerbib style show apa\n  \
                        peerbib style add apa-6th-edition\n  peerbib style add ~/Downloads/house.csl"
)]
pub(crate) struct StyleCommand {
    #[command(subcommand)]
    command: StyleSubcommand,
}

#[derive(Debug, Subcommand)]
enum StyleSubcommand {
    List(ListStyles),
    Show(ShowStyle),
    Add(AddStyles),
    Update(UpdateStyles),
    Check(CheckStyles),
}

/// List the styles that can be used by name
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  peerbib style list chicago\n  peerbib style list --json")]
struct ListStyles {
    /// List only styles with this word in their name or title
    word: Option<String>,

    /// Print an array of styles as JSON
    #[arg(long)]
    json: bool,
}

/// Show a style: title, purpose, licence and a sample
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  peerbib style show apa")]
struct ShowStyle {
    /// The style: a name or a .csl file
    style: String,

    /// Print as JSON
    #[arg(long)]
    json: bool,
}

/// Add styles, so that they can be used by name
///
/// A name or identifier is downloaded from the official repository of the CSL project at GitHub, with the parent of
/// a dependent style.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  peerbib style add apa-6th-edition\n  \
                        peerbib style add http://www.zotero.org/styles/nature-communications\n  \
                        peerbib style add house.csl\n  peerbib style add styles/")]
struct AddStyles {
    /// Names of styles, .csl files, or directories that contain them
    #[arg(value_name = "NAME|FILE", required = true)]
    styles: Vec<String>,

    #[command(flatten)]
    network: NetworkArgs,
}

/// Update downloaded styles
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  peerbib style update\n  peerbib style update apa-6th-edition")]
struct UpdateStyles {
    /// The names of the styles; by default, all that were downloaded
    #[arg(value_name = "NAME")]
    styles: Vec<String>,
}

/// Validate style files against CSL 1.0.2
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  peerbib style check house.csl")]
struct CheckStyles {
    /// .csl files, or directories that contain them
    #[arg(value_name = "FILE", required = true)]
    paths: Vec<PathBuf>,

    /// Print an array of files with their findings as JSON
    #[arg(long)]
    json: bool,
}

impl StyleCommand {
    pub(crate) fn run(self, context: &CommandContext) -> Result {
        match self.command {
            StyleSubcommand::List(command) => command.run(context),
            StyleSubcommand::Show(command) => command.run(context),
            StyleSubcommand::Add(command) => command.run(context),
            StyleSubcommand::Update(command) => command.run(context),
            StyleSubcommand::Check(command) => command.run(context),
        }
    }
}

/// A style, as `--json` prints it.
#[derive(serde::Serialize)]
struct StyleJson {
    name: String,
    aliases: Vec<&'static str>,
    title: String,
    /// `bundled`, `added` or `zotero`.
    origin: &'static str,
    /// The time and place of its download, if it was downloaded.
    downloaded: Option<StyleOrigin>,
}

impl From<BundledStyle> for StyleJson {
    fn from(style: BundledStyle) -> Self {
        let BundledStyle {
            name,
            aliases,
            title,
        } = style;
        Self {
            name: name.to_owned(),
            aliases,
            title,
            origin: "bundled",
            downloaded: None,
        }
    }
}

impl ListStyles {
    fn run(self, context: &CommandContext) -> Result {
        let word = self.word.unwrap_or_default().to_lowercase();
        let has_word = |style: &StyleJson| {
            style.title.to_lowercase().contains(&word)
                || style.name.contains(&word)
                || style.aliases.iter().any(|alias| alias.contains(&word))
        };
        let mut styles: Vec<StyleJson> =
            bundled::styles().into_iter().map(StyleJson::from).collect();
        let downloaded = DownloadedStyles::open(context)?;
        for (name, source) in added(context) {
            if let Ok(style) = source.compile_alone() {
                styles.retain(|shipped| shipped.name != name);
                styles.push(StyleJson {
                    downloaded: downloaded.origins().get(&name).cloned(),
                    name,
                    aliases: vec![],
                    title: style.info.title,
                    origin: "added",
                });
            }
        }
        for name in CommandContext::zotero_style_names() {
            let is_listed = styles
                .iter()
                .any(|style| style.name == name || style.aliases.contains(&name.as_str()));
            let style = CommandContext::zotero_style(&name).filter(|_| !is_listed);
            if let Some(style) = style.and_then(|source| source.compile_alone().ok()) {
                styles.push(StyleJson {
                    name,
                    aliases: vec![],
                    title: style.info.title,
                    origin: "zotero",
                    downloaded: None,
                });
            }
        }
        styles.retain(has_word);
        styles.sort_by(|one, other| one.name.cmp(&other.name));
        if self.json {
            context.print_json(&styles)?;
            return Ok(Outcome::Done);
        }
        let bold = crate::cli::ui::TerminalStyle::Bold;
        let mut text = String::new();
        for style in &styles {
            let mut names = vec![style.name.as_str()];
            names.extend(&style.aliases);
            let yours = match &style.downloaded {
                Some(origin) => format!(" (downloaded on {})", origin.downloaded),
                None => match style.origin {
                    "added" => " (yours)",
                    "zotero" => " (from Zotero)",
                    _ => "",
                }
                .to_owned(),
            };
            let names = names.join(", ");
            let _ = writeln!(text, "{bold}{names}{bold:#}{yours}\n    {}", style.title);
        }
        context.print(&text)?;
        if styles.is_empty() {
            context.note(
                "no styles found; `peerbib style add NAME` downloads one from the official repository, and any .csl file \
                 can be used by its path",
            );
        }
        Ok(Outcome::Done)
    }
}

/// Returns the styles that the user added, by name.
fn added(context: &CommandContext) -> Vec<(String, StyleSource)> {
    let names = context.added_style_names().into_iter();
    names
        .filter_map(|name| {
            let source = context.added_style(&name)?;
            Some((name, source))
        })
        .collect()
}

/// Returns the `.csl` files of a directory by name, or the file itself.
fn style_files(path: &Path) -> std::io::Result<Vec<PathBuf>> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut files = Vec::new();
    for entry in std::fs::read_dir(path)? {
        let file = entry?.path();
        if file.extension().is_some_and(|ending| ending == "csl") {
            files.push(file);
        }
    }
    files.sort();
    Ok(files)
}

/// The works of the sample: an article, a book, and a chapter in an edited volume.
const SAMPLE: &str = include_str!("style_sample.json");

/// A style with a sample, as `style show --json` prints it.
#[derive(serde::Serialize)]
struct StyleDescription<'a> {
    #[serde(flatten)]
    info: &'a StyleInfo,
    class: &'static str,
    default_locale: Option<&'a str>,
    /// Citations of the sample.
    citations: Vec<String>,
    /// The bibliography of the sample, if the style has one.
    bibliography: Option<Vec<String>>,
}

impl<'a> StyleDescription<'a> {
    fn new(style: &'a Style) -> Result<Self> {
        let works: Vec<CslItem> = serde_json::from_str(SAMPLE)?;
        let processor = Processor::new(style, None, &works);
        let cites = |keys: &[&str]| keys.iter().map(|key| Cite::new(*key)).collect();
        let citations = [
            Citation::new(cites(&["benkler2002coase"]), 1),
            Citation::new(cites(&["siefkes2007exchange", "dafermos2021prophets"]), 2),
        ];
        let citations = processor.citations(&citations).into_iter();
        let bibliography = processor.bibliography().map(|bibliography| {
            let entries = bibliography.entries.iter();
            entries.map(|entry| text::entry(&entry.content)).collect()
        });
        Ok(Self {
            info: &style.info,
            class: match style.class {
                StyleClass::InText => "in-text",
                StyleClass::Note => "note",
            },
            default_locale: style.default_locale.as_deref(),
            citations: citations
                .map(|citation| text::entry(&citation.content))
                .collect(),
            bibliography,
        })
    }

    /// Returns the description as a page for a terminal.
    fn page(&self) -> String {
        let bold = crate::cli::ui::TerminalStyle::Bold;
        let info = self.info;
        let mut page = format!("{bold}{}{bold:#}\n", info.title);
        let fields = info.fields.join(", ");
        let authors = info.authors.join(", ");
        let lines = [
            ("about", info.summary.as_deref()),
            (
                "citations",
                Some(match self.class {
                    "note" => "in notes",
                    _ => "in the text",
                }),
            ),
            ("format", info.citation_format.as_deref()),
            ("fields", Some(fields.as_str())),
            ("language", self.default_locale.or(Some("the reader's"))),
            ("authors", Some(authors.as_str())),
            ("identifier", Some(info.id.as_str())),
            ("parent", info.parent.as_deref()),
            ("rights", info.rights.as_deref()),
            ("licence", info.license.as_deref()),
            ("updated", info.updated.as_deref()),
        ];
        for (name, value) in lines {
            if let Some(value) = value.filter(|value| !value.is_empty()) {
                let _ = writeln!(page, "  {name:10}  {}", wrapped(value, 14));
            }
        }
        let _ = writeln!(page, "\n  {bold}cited{bold:#}");
        for citation in &self.citations {
            let _ = writeln!(page, "    {}", wrapped(citation, 4));
        }
        match &self.bibliography {
            Some(entries) => {
                let _ = writeln!(page, "\n  {bold}listed{bold:#}");
                for entry in entries {
                    let _ = writeln!(page, "    {}", wrapped(entry, 6));
                }
            }
            None => page.push_str("\n  no bibliography\n"),
        }
        page
    }
}

impl ShowStyle {
    fn run(self, context: &CommandContext) -> Result {
        let source = context.style(&self.style)?;
        let style = source.compile(|name| context.parent_style(name))?;
        let description = StyleDescription::new(&style)?;
        if self.json {
            context.print_json(&description)?;
        } else {
            context.print(&description.page())?;
        }
        Ok(Outcome::Done)
    }
}

/// Returns all style files at these paths.
fn all_files(paths: &[PathBuf]) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for path in paths {
        let found = style_files(path).map_err(|error| {
            CommandError::new(format_args!("cannot read {}: {error}", path.display()))
        })?;
        if found.is_empty() {
            return Err(CommandError::new(format_args!(
                "no .csl files in {}",
                path.display()
            )));
        }
        files.extend(found);
    }
    Ok(files)
}

impl AddStyles {
    fn run(self, context: &CommandContext) -> Result {
        let (paths, names): (Vec<String>, Vec<String>) =
            self.styles.into_iter().partition(|style| is_path(style));
        if !paths.is_empty() {
            let paths: Vec<PathBuf> = paths.into_iter().map(PathBuf::from).collect();
            add_files(context, &paths)?;
        }
        if names.is_empty() {
            return Ok(Outcome::Done);
        }
        let client = self.network.client(context)?;
        download(context, &client, &names)
    }
}

impl UpdateStyles {
    fn run(self, context: &CommandContext) -> Result {
        let known = DownloadedStyles::open(context)?;
        let names: Vec<String> = if self.styles.is_empty() {
            known.origins().keys().cloned().collect()
        } else {
            self.styles.iter().map(|name| meant_name(name)).collect()
        };
        if let Some(other) = names
            .iter()
            .find(|name| !known.origins().contains_key(*name))
        {
            return Err(
                CommandError::new(format_args!("the style {other} was not downloaded"))
                    .with_help(format!("`peerbib style add {other}` downloads it")),
            );
        }
        if names.is_empty() {
            context.note("no style was downloaded yet");
            return Ok(Outcome::Done);
        }
        let network = NetworkArgs {
            refresh: true,
            ..NetworkArgs::default()
        };
        let client = network.client(context)?;
        download(context, &client, &names)
    }
}

/// Downloads styles. Everything is fetched first, so that a failure adds nothing.
fn download(context: &CommandContext, client: &Client, names: &[String]) -> Result {
    let mut fetched = Vec::new();
    for name in names {
        let name = meant_name(name);
        match DownloadedStyles::fetch(context, client, &name)? {
            Some(styles) => fetched.extend(styles),
            None => {
                let known = bundled::styles().into_iter();
                let known = known.map(|style| style.name.to_owned());
                return Err(CommandError::new(format_args!(
                    "the official repository has no style \u{201c}{name}\u{201d}; nothing was added"
                ))
                .with_help(did_you_mean(&closest(&name, known)).unwrap_or_else(|| {
                    "https://www.zotero.org/styles lists the styles with their names".to_owned()
                })));
            }
        }
    }
    let mut stored = DownloadedStyles::open(context)?;
    for style in &fetched {
        let is_known = stored.origins().contains_key(&style.name);
        let is_new = stored.store(style)?;
        let outcome = match (is_known, is_new) {
            (false, _) => "added",
            (true, true) => "updated",
            (true, false) => "unchanged:",
        };
        let info = Style::from_xml(&style.xml).map(|style| style.info);
        let title = info.map(|info| info.title).unwrap_or_default();
        context.note(format_args!("{outcome} {}: {title}", style.name));
    }
    Ok(Outcome::Done)
}

fn add_files(context: &CommandContext, paths: &[PathBuf]) -> Result<()> {
    let directory = context.style_directory()?;
    // Everything is read first, so that a bad file adds nothing.
    let mut styles = Vec::new();
    for file in all_files(paths)? {
        let source = context.style(&as_path(&file)?)?;
        let xml = source.xml();
        let style = Style::from_xml(xml).map_err(|error| {
            CommandError::new(format_args!(
                "{} is not a CSL style: {error}",
                file.display()
            ))
            .with_help("nothing was added; `peerbib style check` shows what is wrong".to_owned())
        })?;
        let name = file
            .file_stem()
            .and_then(|stem| stem.to_str())
            .map(|stem| stem.to_lowercase().replace('.', "-"))
            .unwrap_or_else(|| name_of(&style.info.id).to_owned());
        styles.push((name, source, style));
    }
    let failed = |error: std::io::Error| {
        CommandError::new(format_args!(
            "cannot write to {}: {error}",
            directory.display()
        ))
    };
    std::fs::create_dir_all(&directory).map_err(failed)?;
    for (name, source, style) in styles {
        let xml = source.xml();
        replace_file(&directory.join(format!("{name}.csl")), xml.as_bytes()).map_err(failed)?;
        let title = &style.info.title;
        context.note(format_args!("added {name}: {title}"));
        let parent = style
            .info
            .parent
            .as_deref()
            .filter(|_| style.is_dependent());
        if let Some(parent) = parent
            && context.parent_style(name_of(parent)).is_none()
        {
            context.note(format_args!(
                "note: it depends on {parent}; `peerbib style add {}` downloads that",
                name_of(parent)
            ));
        }
    }
    Ok(())
}

/// A style file that was checked, as `--json` prints it.
#[derive(serde::Serialize)]
struct CheckedStyle {
    path: String,
    valid: bool,
    findings: Vec<StyleFinding>,
}

impl CheckStyles {
    fn run(self, context: &CommandContext) -> Result {
        let mut styles = Vec::new();
        for file in all_files(&self.paths)? {
            let source = context.style(&as_path(&file)?)?;
            let findings = match source.compile(|name| context.parent_style(name)) {
                Ok(_) => source.validate(),
                Err(StyleLoadError::Malformed { error, .. }) => vec![StyleFinding {
                    severity: StyleSeverity::Error,
                    line: error.line,
                    column: error.column,
                    message: error.message,
                }],
                Err(error) => vec![StyleFinding {
                    severity: StyleSeverity::Error,
                    line: 1,
                    column: 1,
                    message: error.to_string(),
                }],
            };
            let is_error = |finding: &StyleFinding| finding.severity == StyleSeverity::Error;
            styles.push(CheckedStyle {
                path: file.display().to_string(),
                valid: !findings.iter().any(is_error),
                findings,
            });
        }
        if self.json {
            context.print_json(&styles)?;
        } else {
            for style in &styles {
                if style.valid {
                    context.print(&format!("{}: valid\n", style.path))?;
                }
                for finding in &style.findings {
                    context.print(&format!("{}: {finding}\n", style.path))?;
                }
            }
        }
        Ok(Outcome::done_if(styles.iter().all(|style| style.valid)))
    }
}

/// Returns a path that cannot be confused with the name of a style.
fn as_path(file: &Path) -> Result<String> {
    let path = utf8_path(file)?;
    Ok(if file.components().count() > 1 {
        path.to_owned()
    } else {
        format!("./{path}")
    })
}
