//! Use of the network: the options, the client and the progress of commands that ask metadata services.

use clap::Args;
use indicatif::ProgressBar;

use crate::cli::{CommandContext, CommandError, Result, hints, progress};
use peerbib::lookup::{
    Catalogue, Client, DEFAULT_CATALOGUE, DEFAULT_TIMEOUT, LookupError, NetworkMode, Settings,
};

/// The options of commands that ask metadata services.
#[derive(Debug, Clone, Copy, Default, Args)]
pub(crate) struct NetworkArgs {
    /// Use only cached answers
    #[arg(long, conflicts_with = "refresh", help_heading = "Network")]
    pub(crate) offline: bool,

    /// Ask again even if a recent answer is cached
    #[arg(long, help_heading = "Network")]
    pub(crate) refresh: bool,
}

impl NetworkArgs {
    /// Returns the HTTP client. Nothing is sent until it is used.
    pub(crate) fn client(self, context: &CommandContext) -> Result<Client> {
        let configuration = context.configuration()?;
        let mode = match (self.offline, self.refresh) {
            (true, _) => NetworkMode::Offline,
            (_, true) => NetworkMode::Refresh,
            _ => NetworkMode::Normal,
        };
        let cache = CommandContext::cache_directory();
        let settings = Settings {
            base: configuration.lookup_base().map(str::to_owned),
            bases: configuration.lookup_bases(),
            keys: configuration.lookup_keys(),
            email: configuration.lookup_email().map(str::to_owned),
            timeout: configuration.lookup_timeout().unwrap_or(DEFAULT_TIMEOUT),
            mode,
            cache: cache.map(|directory| directory.join("lookup.db")),
        };
        if let Some(cache) = &settings.cache {
            context.detail(format_args!("cache: {}", cache.display()));
        }
        Ok(Client::new(settings))
    }
}

/// Returns the metadata services.
pub(crate) fn services(context: &CommandContext) -> Result<Catalogue> {
    let catalogue = context.configuration()?.lookup_catalogue();
    Ok(Catalogue::new(catalogue.unwrap_or(DEFAULT_CATALOGUE)))
}

/// Returns a progress bar over requests, shown at a terminal.
pub(crate) fn progress(what: &'static str, length: usize) -> ProgressBar {
    let bar = progress::bar_of(what);
    bar.set_length(u64::try_from(length).unwrap_or(u64::MAX));
    bar.set_message("asking");
    bar
}

/// Warns about a request that failed.
pub(crate) fn report_failure(context: &CommandContext, failure: &LookupError) {
    context.warn(format_args!("warning: {failure}"));
}

impl From<LookupError> for CommandError {
    fn from(error: LookupError) -> Self {
        Self::new(&error).with_help(hints::lookup(&error))
    }
}
