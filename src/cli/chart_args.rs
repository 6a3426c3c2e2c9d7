//! The options that commands with charts share.

use std::io::IsTerminal as _;
use std::path::Path;

use clap::{Args, ValueEnum};

use crate::cli::extensions::ByExtension;
use crate::cli::ui::columns;
use crate::cli::works::nothing_found;
use crate::cli::{CommandContext, CommandError, Result};
use peerbib::charts::timeline_svg::{NARROWEST, SvgOptions, WIDEST};
use peerbib::charts::{Theme, png};
use peerbib::library::Library;
use peerbib::reading_list;

/// The works in a chart.
#[derive(Debug, Args)]
pub(crate) struct ChartWorks {
    /// The works, as a query or the name of a reading list; without it, all
    #[arg(value_name = "QUERY")]
    query: Vec<String>,

    /// The works of a reading list; with a query, those that match it
    #[arg(long, value_name = "NAME")]
    list: Option<String>,
}

impl ChartWorks {
    /// Returns whether the user selected works.
    pub(crate) fn is_choice(&self) -> bool {
        !self.query.is_empty() || self.list.is_some()
    }

    /// Returns the message for a chart without works; see [`nothing_found`].
    pub(crate) fn nothing_found(&self, library: &Library) -> Result<String> {
        nothing_found(library, &self.query)
    }

    /// Returns the works, in the order of the table, and the title of the list.
    pub(crate) fn works(
        &self,
        context: &CommandContext,
        library: &Library,
    ) -> Result<(Vec<i64>, Option<String>)> {
        let named = match (self.query.as_slice(), &self.list) {
            ([word], None) => library
                .lists()
                .all()?
                .into_iter()
                .find(|list| list.name == *word),
            _ => None,
        };
        let query = if named.is_some() {
            &[]
        } else {
            self.query.as_slice()
        };
        let mut selection = context.query(query)?.selection(library)?;
        let list = match &self.list {
            Some(name) => Some(library.lists().get(name)?),
            None => named,
        };
        let mut title = None;
        if let Some(list) = list {
            let of_list = reading_list::list_filter(library, &list)?;
            selection.filter = selection.filter.and(of_list);
            title = Some(list.title.unwrap_or(list.name));
        }
        let mut works = library.works().ids(&selection)?;
        // Charts have an order of their own, and the table is read fastest in its own.
        works.sort_unstable();
        Ok((works, title))
    }
}

/// The options of a chart: how it is drawn and where it is written.
#[derive(Debug, Args)]
pub(crate) struct ChartArgs {
    /// The output format; by default, that of the extension of FILE, or text
    #[arg(long, value_name = "FORMAT")]
    to: Option<ChartFormat>,

    /// Write to this file; - is standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<String>,

    /// The title
    #[arg(long, value_name = "TITLE")]
    pub(crate) title: Option<String>,

    /// The theme of svg, png and html: light, dark, or as set in the reader's system
    #[arg(long, value_name = "THEME", default_value = "auto")]
    theme: ThemeName,

    /// The width of svg and html in pixels; png has two pixels for each
    #[arg(long, value_name = "PIXELS", default_value_t = 1200,
          value_parser = clap::value_parser!(u32).range(i64::from(NARROWEST)..=i64::from(WIDEST)))]
    width: u32,

    /// Use only ASCII characters in text
    #[arg(long)]
    ascii: bool,

    /// Print the data as JSON
    #[arg(long, conflicts_with_all = ["to", "theme", "width", "ascii"])]
    pub(crate) json: bool,
}

/// The output format of a chart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ChartFormat {
    /// An SVG image, for slides, articles and the web
    Svg,
    /// A PNG image
    Png,
    /// A page with the image and a table of the works
    Html,
    /// A chart for the terminal
    Text,
    /// The data as a table for spreadsheets
    Csv,
}

impl ByExtension for ChartFormat {}

/// A chart as it is written.
pub(crate) enum ChartOutput {
    Text(String),
    Bytes(Vec<u8>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ThemeName {
    /// As set in the reader's system
    Auto,
    /// Dark on light
    Light,
    /// Light on dark
    Dark,
}

impl ChartArgs {
    /// Returns the output format. Fails with a usage error for an output file whose extension stands for no such
    /// format.
    pub(crate) fn format(&self) -> Result<ChartFormat> {
        let of_file = match (self.to, self.file()) {
            // With --json, the file has JSON.
            (None, Some(name)) if !self.json => Some(ChartFormat::of_file(Path::new(name))?),
            (to, _) => to,
        };
        let format = of_file.unwrap_or(ChartFormat::Text);
        if format == ChartFormat::Png && self.file().is_none() && std::io::stdout().is_terminal() {
            return Err(
                CommandError::usage("a PNG image cannot be shown in a terminal")
                    .with_help("write it to a file: --output chart.png".to_owned()),
            );
        }
        Ok(format)
    }

    /// Returns the look of a picture, of its own or on a page.
    pub(crate) fn look(&self, on_a_page: bool) -> SvgOptions {
        SvgOptions {
            theme: match self.theme {
                ThemeName::Auto => Theme::Auto,
                ThemeName::Light => Theme::Light,
                ThemeName::Dark => Theme::Dark,
            },
            width: self.width,
            on_a_page,
            id: "picture",
        }
    }

    /// Draws an SVG picture in pixels, twice as many as it has, so that it is sharp in print. Fails if the picture is
    /// too large.
    pub(crate) fn png(&self, svg: &str) -> Result<ChartOutput> {
        Ok(ChartOutput::Bytes(
            png::draw(svg, 2.0).map_err(CommandError::new)?,
        ))
    }

    /// Returns whether to use only ASCII: by the option, or because the locale has no Unicode.
    pub(crate) fn is_ascii(&self) -> bool {
        self.ascii || locale_has_no_unicode()
    }

    /// Returns the width of text.
    pub(crate) fn columns(&self) -> usize {
        // A file has no width.
        match self.file() {
            Some(_) => 100,
            None => columns().clamp(40, 400),
        }
    }

    /// Writes the chart.
    pub(crate) fn write(
        &self,
        context: &CommandContext,
        format: ChartFormat,
        chart: &ChartOutput,
    ) -> Result<()> {
        let is_text = format == ChartFormat::Text;
        match (chart, self.file()) {
            (ChartOutput::Bytes(bytes), name) => {
                context.write_output(name.map(Path::new), |output| Ok(output.write_all(bytes)?))
            }
            (ChartOutput::Text(text), None) if is_text => context.print_ansi(text),
            (ChartOutput::Text(text), None) => context.print_data(text),
            (ChartOutput::Text(text), Some(name)) if is_text => {
                context.write_file(name, anstream::adapter::strip_str(text).to_string())
            }
            (ChartOutput::Text(text), Some(name)) => context.write_file(name, text),
        }
    }

    /// Writes the data as JSON.
    pub(crate) fn write_json(
        &self,
        context: &CommandContext,
        shown: &impl serde::Serialize,
    ) -> Result<()> {
        match self.file() {
            None => context.print_json(shown),
            Some(name) => {
                let json = serde_json::to_string_pretty(shown)?;
                context.write_file(name, format!("{json}\n"))
            }
        }
    }

    /// Returns the output file, unless it is standard output.
    fn file(&self) -> Option<&str> {
        self.output.as_deref().filter(|name| *name != "-")
    }
}

/// Returns whether the locale has an encoding other than UTF-8. Without a locale, it does not.
fn locale_has_no_unicode() -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
        .iter()
        .filter_map(|name| std::env::var(name).ok())
        .find(|value| !value.is_empty());
    locale.is_some_and(|locale| {
        let locale = locale.to_lowercase();
        !locale.contains("utf-8") && !locale.contains("utf8")
    })
}
