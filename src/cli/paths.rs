//! The files that belong to the user: library, configuration, styles, linked files.

use std::path::PathBuf;

use etcetera::BaseStrategy as _;

use crate::cli::{CommandContext, CommandError, Result};

impl CommandContext {
    /// Returns the path of the configuration: PEERBIB_CONFIG, or `peerbib/config.toml` in the system's
    /// directory for configuration.
    pub(crate) fn configuration_path() -> Result<PathBuf> {
        if let Some(path) = std::env::var_os("PEERBIB_CONFIG").filter(|path| !path.is_empty()) {
            return Ok(path.into());
        }
        let directories = etcetera::choose_base_strategy().map_err(|error| {
            CommandError::new(format!("cannot find the configuration directory: {error}"))
                .with_help("set PEERBIB_CONFIG to the path of a file".to_owned())
        })?;
        Ok(directories.config_dir().join("peerbib").join("config.toml"))
    }

    /// Returns the path of the library: that of the option, the configuration, or the default.
    pub(crate) fn library_path(&self) -> Result<PathBuf> {
        let option = self.options().library.as_ref();
        if let Some(path) = option.filter(|path| !path.as_os_str().is_empty()) {
            return Ok(path.clone());
        }
        if let Some(path) = self.configuration()?.library() {
            return Ok(path);
        }
        self.default_library_path()
    }

    /// Returns the default path of the library.
    pub(crate) fn default_library_path(&self) -> Result<PathBuf> {
        Ok(self.data_directory()?.join("library.db"))
    }

    /// Returns the directory of the styles that the user added.
    pub(crate) fn style_directory(&self) -> Result<PathBuf> {
        Ok(self.data_directory()?.join("styles"))
    }

    /// Returns the root directory of linked files: that of the configuration, or the library's own directory.
    pub(crate) fn file_root(&self) -> Result<PathBuf> {
        if let Some(directory) = self.configuration()?.files() {
            return Ok(directory);
        }
        let library = self.library_path()?;
        let library = std::path::absolute(&library).unwrap_or(library);
        Ok(library.parent().unwrap_or(&library).to_path_buf())
    }

    /// Returns the directory of files that can be deleted at any time; `None` if the user has no home directory.
    pub(crate) fn cache_directory() -> Option<PathBuf> {
        let directories = etcetera::choose_base_strategy().ok()?;
        Some(directories.cache_dir().join("peerbib"))
    }

    fn data_directory(&self) -> Result<PathBuf> {
        let directories = etcetera::choose_base_strategy().map_err(|error| {
            CommandError::new(format!("cannot find the data directory: {error}"))
                .with_help("choose a library with --library PATH or PEERBIB_LIBRARY".to_owned())
        })?;
        Ok(directories.data_dir().join("peerbib"))
    }
}
