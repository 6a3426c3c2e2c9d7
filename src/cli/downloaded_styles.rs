//! Styles that were downloaded from the official repository: their files, and where each came from.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::cli::io::{self, replace_file};
use crate::cli::{CommandContext, CommandError, Result};
use peerbib::csl::Style;
use peerbib::lookup::{Client, DownloadedStyle, download_style};

/// The file that says where the styles next to it came from.
const SOURCES: &str = "downloaded.json";

/// The origin of a downloaded style.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) struct StyleOrigin {
    /// The address of its file.
    pub(crate) address: String,
    /// The date of the download: `2026-11-28`.
    pub(crate) downloaded: String,
    /// The licence line of the style.
    #[serde(default)]
    pub(crate) rights: Option<String>,
}

/// The downloaded styles of the user.
pub(crate) struct DownloadedStyles {
    directory: PathBuf,
    origins: BTreeMap<String, StyleOrigin>,
}

impl DownloadedStyles {
    pub(crate) fn open(context: &CommandContext) -> Result<Self> {
        let directory = context.style_directory()?;
        let text = io::read_text_file(directory.join(SOURCES)).unwrap_or_default();
        Ok(Self {
            origins: serde_json::from_str(&text).unwrap_or_default(),
            directory,
        })
    }

    /// Returns the styles with where they came from, by name.
    pub(crate) fn origins(&self) -> &BTreeMap<String, StyleOrigin> {
        &self.origins
    }

    /// Downloads a style and, if it depends on one that is not there, its parent. Returns the styles without storing
    /// them; `None` if the repository has no style of this name.
    pub(crate) fn fetch(
        context: &CommandContext,
        client: &Client,
        name: &str,
    ) -> Result<Option<Vec<DownloadedStyle>>> {
        let Some(style) = download_style(client, name)? else {
            return Ok(None);
        };
        let mut styles = vec![style];
        if let Some(parent) = styles.first().and_then(|style| style.parent.clone())
            && context.style_named(&parent).is_none()
        {
            match download_style(client, &parent)? {
                Some(parent) if parent.parent.is_none() => styles.push(parent),
                _ => {
                    return Err(CommandError::new(format_args!(
                        "the style {name} depends on {parent}, which the repository does not have"
                    )));
                }
            }
        }
        Ok(Some(styles))
    }

    /// Stores a style. Returns whether its file is another one than before.
    pub(crate) fn store(&mut self, style: &DownloadedStyle) -> Result<bool> {
        let failed = |error: std::io::Error| {
            CommandError::new(format_args!(
                "cannot write to {}: {error}",
                self.directory.display()
            ))
        };
        std::fs::create_dir_all(&self.directory).map_err(failed)?;
        let path = self.directory.join(format!("{}.csl", style.name));
        let before = io::read_text_file(&path).ok();
        replace_file(&path, style.xml.as_bytes()).map_err(failed)?;
        let info = Style::from_xml(&style.xml).ok().map(|style| style.info);
        let rights = info.and_then(|info| info.rights.or(info.license));
        self.origins.insert(
            style.name.clone(),
            StyleOrigin {
                address: style.address.clone(),
                downloaded: Client::today(),
                rights,
            },
        );
        let mut text = serde_json::to_string_pretty(&self.origins)?;
        text.push('\n');
        replace_file(&self.directory.join(SOURCES), text.as_bytes()).map_err(failed)?;
        Ok(before.as_deref() != Some(style.xml.as_str()))
    }
}

/// Returns whether an argument of `style add` is a file or a directory, and not the name of a style.
pub(crate) fn is_path(argument: &str) -> bool {
    let is_id = argument.contains("://");
    !is_id && (argument.contains(['/', '\\']) || Path::new(argument).exists())
}
