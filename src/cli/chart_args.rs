//! The options that commands with charts share.

use std::path::Path;

use clap::{Args, ValueEnum};

use crate::cli::format_name::unsupported_output;
use crate::cli::ui::columns;
use crate::cli::{CommandContext, CommandError};
use peerbib::charts::Theme;
use peerbib::charts::timeline_svg::{NARROWEST, SvgOptions, WIDEST};
use peerbib::library::{CitableWork, Library};
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

    /// Returns the works, and the title of the list.
    pub(crate) fn works(
        &self,
        context: &CommandContext,
        library: &Library,
    ) -> Result<(Vec<CitableWork>, Option<String>), CommandError> {
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
        Ok((library.works().select(&selection)?, title))
    }
}

/// How a chart is drawn and where it is written.
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

    /// The theme of svg and html: light, dark, or that of the reader's system
    #[arg(long, value_name = "THEME", default_value = "auto")]
    theme: ThemeName,

    /// The width of svg and html in pixels
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
    /// An image, for slides, articles and the web
    Svg,
    /// A page with the image and a table of the works
    Html,
    /// A chart for the terminal
    Text,
}

impl ChartFormat {
    /// Returns the format that the extension of a file names.
    fn of(path: &Path) -> Option<Self> {
        match path.extension()?.to_str()?.to_lowercase().as_str() {
            "svg" => Some(Self::Svg),
            "html" | "htm" => Some(Self::Html),
            "txt" | "text" => Some(Self::Text),
            _ => None,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ThemeName {
    /// That of the reader's system
    Auto,
    /// Dark on light
    Light,
    /// Light on dark
    Dark,
}

impl ChartArgs {
    /// Rejects an output file whose extension names no output format.
    ///
    /// # Errors
    ///
    /// A usage error that names the extension.
    pub(crate) fn check(&self) -> Result<(), CommandError> {
        match self.file().map(Path::new) {
            Some(path) if self.to.is_none() && !self.json && ChartFormat::of(path).is_none() => {
                Err(unsupported_output(path, "svg"))
            }
            _ => Ok(()),
        }
    }

    /// Returns the output format.
    pub(crate) fn format(&self) -> ChartFormat {
        let of_file = self
            .file()
            .and_then(|name| ChartFormat::of(Path::new(name)));
        self.to.or(of_file).unwrap_or(ChartFormat::Text)
    }

    pub(crate) fn theme(&self) -> Theme {
        match self.theme {
            ThemeName::Auto => Theme::Auto,
            ThemeName::Light => Theme::Light,
            ThemeName::Dark => Theme::Dark,
        }
    }

    pub(crate) fn look(&self) -> SvgOptions {
        SvgOptions {
            theme: self.theme(),
            width: self.width,
            on_a_page: self.format() == ChartFormat::Html,
        }
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
        picture: &str,
    ) -> Result<(), CommandError> {
        match self.file() {
            None if self.format() == ChartFormat::Text => context.print_ansi(picture),
            None => context.print_data(picture),
            Some(name) if self.format() == ChartFormat::Text => {
                context.write_file(name, anstream::adapter::strip_str(picture).to_string())
            }
            Some(name) => context.write_file(name, picture),
        }
    }

    /// Writes the data as JSON.
    pub(crate) fn write_json(
        &self,
        context: &CommandContext,
        shown: &impl serde::Serialize,
    ) -> Result<(), CommandError> {
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
