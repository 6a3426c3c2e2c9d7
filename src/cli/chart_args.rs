//! What the verbs that draw have in common: in which form, how wide, and where to.

use std::path::Path;

use clap::{Args, ValueEnum};

use crate::cli::context::columns;
use crate::cli::io::write_file;
use crate::cli::{CommandContext, CommandError};
use peerbib::charts::Theme;
use peerbib::charts::timeline_svg::{NARROWEST, SvgOptions, WIDEST};
use peerbib::library::{Library, Reference};
use peerbib::reading_list;

/// Which works a picture shows.
#[derive(Debug, Args)]
pub(crate) struct Shown {
    /// The works that are meant, or the name of a stored reading list; all, without a query
    #[arg(value_name = "QUERY")]
    query: Vec<String>,

    /// The works of a stored reading list; with a query, those of them that it finds
    #[arg(long, value_name = "NAME")]
    list: Option<String>,
}

impl Shown {
    /// Whether the works were chosen, and are not simply all.
    pub(crate) fn is_choice(&self) -> bool {
        !self.query.is_empty() || self.list.is_some()
    }

    /// The works, and what they are called together: the title of the list.
    pub(crate) fn works(
        &self,
        context: &CommandContext,
        library: &Library,
    ) -> Result<(Vec<Reference>, Option<String>), CommandError> {
        let named = match (self.query.as_slice(), &self.list) {
            ([word], None) => library.lists()?.into_iter().find(|list| list.name == *word),
            _ => None,
        };
        let query = if named.is_some() {
            &[]
        } else {
            self.query.as_slice()
        };
        let mut condition = context.condition(library, query)?;
        let list = match &self.list {
            Some(name) => Some(library.list(name)?),
            None => named,
        };
        let mut title = None;
        if let Some(list) = list {
            condition = condition.and(reading_list::list_filter(library, &list)?);
            title = Some(list.title.unwrap_or(list.name));
        }
        Ok((library.select(&condition)?, title))
    }
}

/// How a picture is drawn and where it goes.
#[derive(Debug, Args)]
pub(crate) struct Drawing {
    /// The form of the picture; without it, the one that the ending of FILE names, or else text
    #[arg(long, value_name = "FORM")]
    to: Option<Form>,

    /// Write the picture to this file; - is standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<String>,

    /// What the picture is called
    #[arg(long, value_name = "TITLE")]
    pub(crate) title: Option<String>,

    /// Light, dark, or as the reader's system is: for svg and html
    #[arg(long, value_name = "THEME", default_value = "auto")]
    theme: ThemeName,

    /// The width in pixels: for svg and html
    #[arg(long, value_name = "PIXELS", default_value_t = 1200,
          value_parser = clap::value_parser!(u32).range(i64::from(NARROWEST)..=i64::from(WIDEST)))]
    width: u32,

    /// Draw text with the characters of ASCII alone
    #[arg(long)]
    ascii: bool,

    /// Print what the picture shows as JSON
    #[arg(long, conflicts_with_all = ["to", "theme", "width", "ascii"])]
    pub(crate) json: bool,
}

/// The form of a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Form {
    /// A picture of lines and text, for slides, articles and the web
    Svg,
    /// A page with the picture, and with its works in a table
    Html,
    /// A chart for the terminal
    Text,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ThemeName {
    /// As the reader's system is
    Auto,
    /// Dark on light
    Light,
    /// Light on dark
    Dark,
}

impl Drawing {
    /// The form that is asked for.
    pub(crate) fn form(&self) -> Form {
        let ending = self.output.as_deref().and_then(|name| {
            let ending = Path::new(name).extension()?.to_str()?.to_lowercase();
            match ending.as_str() {
                "svg" => Some(Form::Svg),
                "html" | "htm" => Some(Form::Html),
                _ => None,
            }
        });
        self.to.or(ending).unwrap_or(Form::Text)
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
            on_a_page: self.form() == Form::Html,
        }
    }

    /// Whether text is drawn with ASCII alone: asked for, or all that the locale's encoding has.
    pub(crate) fn is_ascii(&self) -> bool {
        self.ascii || locale_has_no_unicode()
    }

    /// How many columns text has.
    pub(crate) fn columns(&self) -> usize {
        // A file has no width of its own, and lines that wrap help nobody.
        match self.file() {
            Some(_) => 100,
            None => columns().clamp(40, 400),
        }
    }

    /// Writes the picture to where it is asked for.
    pub(crate) fn write(
        &self,
        context: &CommandContext,
        picture: &str,
    ) -> Result<(), CommandError> {
        match self.file() {
            None => context.print(picture),
            Some(name) if self.form() == Form::Text => {
                write_file(name, anstream::adapter::strip_str(picture).to_string())
            }
            Some(name) => write_file(name, picture),
        }
    }

    /// Writes what the picture shows to where it is asked for.
    pub(crate) fn write_json(
        &self,
        context: &CommandContext,
        shown: &impl serde::Serialize,
    ) -> Result<(), CommandError> {
        match self.file() {
            None => context.print_json(shown),
            Some(name) => {
                let json = serde_json::to_string_pretty(shown)?;
                write_file(name, format!("{json}\n"))
            }
        }
    }

    /// The file that is asked for, where it is one.
    fn file(&self) -> Option<&str> {
        self.output.as_deref().filter(|name| *name != "-")
    }
}

/// Whether the locale says that text is in an encoding without the signs of Unicode. Where there is no
/// locale, nothing says so.
fn locale_has_no_unicode() -> bool {
    let said = ["LC_ALL", "LC_CTYPE", "LANG"]
        .iter()
        .filter_map(|name| std::env::var(name).ok())
        .find(|value| !value.is_empty());
    said.is_some_and(|locale| {
        let locale = locale.to_lowercase();
        !locale.contains("utf-8") && !locale.contains("utf8")
    })
}
