//! The terminal: data on standard output, messages on standard error, questions to the user.

use std::io::{BufRead as _, BufWriter, IsTerminal as _, Write};
use std::time::Instant;

use crate::cli::{CommandContext, CommandError};

/// When to use color.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Color {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

impl CommandContext {
    /// Returns when to use color, by the option or the configuration.
    pub(crate) fn color(&self) -> anstream::ColorChoice {
        match self.options().color {
            Some(Color::Auto) => anstream::ColorChoice::Auto,
            Some(Color::Always) => anstream::ColorChoice::Always,
            Some(Color::Never) => anstream::ColorChoice::Never,
            // A broken configuration is reported in the color that it may set.
            None => match self.configuration_despite_errors().color() {
                Some("always") => anstream::ColorChoice::Always,
                Some("never") => anstream::ColorChoice::Never,
                _ => anstream::ColorChoice::Auto,
            },
        }
    }

    /// Asks before something is destroyed. Returns if the answer is yes or `--yes` is given. Without a
    /// terminal, only `--yes` lets the command go on.
    ///
    /// # Errors
    ///
    /// If the answer is no, or there is no terminal.
    pub(crate) fn confirm(&self, question: &str) -> Result<(), CommandError> {
        if self.options().yes {
            return Ok(());
        }
        if !can_ask() {
            return Err(CommandError::usage(format_args!(
                "cannot ask without a terminal: {question}"
            ))
            .with_help("use --yes to go ahead, or --dry-run to see what would change".to_owned()));
        }
        ask(question)
    }

    /// Asks like [`CommandContext::confirm`] at a terminal, and goes ahead without one: for commands that
    /// change much but destroy nothing, and can be undone.
    ///
    /// # Errors
    ///
    /// If the answer is no.
    pub(crate) fn confirm_at_terminal(&self, question: &str) -> Result<(), CommandError> {
        if self.asks() { ask(question) } else { Ok(()) }
    }

    /// Returns whether the command will ask the user: there is a terminal and no `--yes`.
    pub(crate) fn asks(&self) -> bool {
        !self.options().yes && can_ask()
    }

    /// Returns standard output, buffered.
    pub(crate) fn output(&self) -> impl Write + Send + use<> {
        BufWriter::with_capacity(1 << 16, std::io::stdout())
    }

    /// Prints text to standard output. Formatting is removed where it would not be shown.
    ///
    /// # Errors
    ///
    /// If standard output is closed.
    pub(crate) fn print(&self, text: &str) -> Result<(), CommandError> {
        let mut stdout = anstream::stdout().lock();
        stdout.write_all(text.as_bytes())?;
        stdout.flush()?;
        Ok(())
    }

    /// Prints a value as JSON, followed by a line break.
    ///
    /// # Errors
    ///
    /// If standard output is closed.
    pub(crate) fn print_json(&self, value: &impl serde::Serialize) -> Result<(), CommandError> {
        let mut output = self.output();
        serde_json::to_writer_pretty(&mut output, value)?;
        writeln!(output)?;
        output.flush()?;
        Ok(())
    }

    /// Prints a message to standard error, unless `--quiet` is given.
    pub(crate) fn note(&self, text: impl std::fmt::Display) {
        if !self.options().quiet {
            print_message(text);
        }
    }

    /// Prints a warning to standard error.
    pub(crate) fn warn(&self, text: impl std::fmt::Display) {
        print_message(text);
    }

    /// Prints what the command does, and when, to standard error if `--verbose` is given.
    pub(crate) fn detail(&self, text: impl std::fmt::Display) {
        if self.options().verbose {
            print_detail(self.started(), text);
        }
    }
}

fn print_detail(started: Instant, text: impl std::fmt::Display) {
    let dimmed = anstyle::Style::new().dimmed();
    let elapsed = started.elapsed().as_secs_f64();
    print_message(format_args!("{dimmed}{elapsed:>7.3} s  {text}{dimmed:#}"));
}

/// Prints a line to standard error.
pub(crate) fn print_message(text: impl std::fmt::Display) {
    // If standard error is closed, there is nobody to report it to.
    let _ = writeln!(anstream::stderr().lock(), "{text}");
}

/// Asks on standard error until the answer is yes or no. No answer means no.
fn ask(question: &str) -> Result<(), CommandError> {
    let bold = anstyle::Style::new().bold();
    loop {
        {
            let mut stderr = anstream::stderr().lock();
            let _ = write!(stderr, "{bold}{question}{bold:#} [y/N] ");
            let _ = stderr.flush();
        }
        let mut answer = String::new();
        let read = std::io::stdin().lock().read_line(&mut answer);
        match answer.trim().to_lowercase().as_str() {
            "y" | "yes" => return Ok(()),
            "" | "n" | "no" => return Err(CommandError::declined()),
            _ if matches!(read, Ok(0) | Err(_)) => return Err(CommandError::declined()),
            _ => {}
        }
    }
}

/// Returns whether a question would be seen and could be answered.
pub(crate) fn can_ask() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

/// Returns the width that output has to fit: that of the terminal, or that in the variable COLUMNS, which
/// shells do not export by themselves; `None` if there is neither.
pub(crate) fn terminal_width() -> Option<usize> {
    if std::io::stdout().is_terminal()
        && let Some((terminal_size::Width(columns), _)) = terminal_size::terminal_size()
    {
        return Some(usize::from(columns));
    }
    std::env::var("COLUMNS").ok()?.parse().ok()
}

/// Returns the width that output has to fit, or 80 if it is unknown.
pub(crate) fn columns() -> usize {
    terminal_width().unwrap_or(80)
}

/// Returns whether standard output shows formatting.
pub(crate) fn shows_formatting() -> bool {
    anstream::AutoStream::choice(&std::io::stdout()) != anstream::ColorChoice::Never
}

/// Wraps text to the width of the terminal, if there is one. Every line after the first is indented by
/// `indent` columns.
pub(crate) fn wrapped(text: &str, indent: usize) -> String {
    let Some(columns) = terminal_width() else {
        return text.to_owned();
    };
    let options = textwrap::Options::new(columns.saturating_sub(indent).max(20))
        .word_splitter(textwrap::WordSplitter::NoHyphenation)
        .break_words(false);
    textwrap::fill(text, options).replace('\n', &format!("\n{}", " ".repeat(indent)))
}

/// Returns a number of things: “1 work”, “12 works”.
pub(crate) fn counted(count: usize, what: &str) -> String {
    match count {
        1 => format!("1 {what}"),
        count => format!("{count} {what}s"),
    }
}
