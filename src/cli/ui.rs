//! The terminal: data on standard output, messages on standard error, questions to the user.
//!
//! Everything that peerbib prints passes through this module. At a terminal, it makes control characters in
//! data visible; pipes get the data unchanged.

use std::borrow::Cow;
use std::io::{BufRead as _, BufWriter, IsTerminal as _, Write};
use std::time::Instant;

use anstream::stream::{AsLockedWrite, RawStream};

use crate::cli::{CommandContext, CommandError, Result};
use peerbib::output::terminal::visible;

/// The choice when to use color.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum ColorChoice {
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
            Some(ColorChoice::Auto) => anstream::ColorChoice::Auto,
            Some(ColorChoice::Always) => anstream::ColorChoice::Always,
            Some(ColorChoice::Never) => anstream::ColorChoice::Never,
            // A broken configuration is reported in the color that it may set.
            None => match self.configuration_despite_errors().color() {
                Some("always") => anstream::ColorChoice::Always,
                Some("never") => anstream::ColorChoice::Never,
                _ => anstream::ColorChoice::Auto,
            },
        }
    }

    /// Asks before something is destroyed. Returns if the answer is yes or `--yes` is given. Without a terminal, only
    /// `--yes` lets the command go on. Fails if the answer is no, or there is no terminal.
    pub(crate) fn confirm(&self, question: &str) -> Result<()> {
        if self.options().yes {
            return Ok(());
        }
        if !can_ask() {
            return Err(CommandError::usage(format_args!(
                "cannot ask without a terminal: {question}"
            ))
            .with_help("use --yes to answer yes".to_owned()));
        }
        ask(question)
    }

    /// Asks like [`CommandContext::confirm`] at a terminal, and goes ahead without one: for commands that
    /// change much but destroy nothing, and can be undone.
    pub(crate) fn confirm_at_terminal(&self, question: &str) -> Result<()> {
        if self.asks() { ask(question) } else { Ok(()) }
    }

    /// Returns whether the command will ask the user: there is a terminal and no `--yes`.
    pub(crate) fn asks(&self) -> bool {
        !self.options().yes && can_ask()
    }

    /// Returns standard output for data, buffered. It must be flushed.
    pub(crate) fn output(&self) -> Output {
        let stdout = std::io::stdout();
        buffered(if stdout.is_terminal() {
            Box::new(VisibleWriter::new(stdout))
        } else {
            Box::new(stdout)
        })
    }

    /// Returns standard output for text with escape codes, which has already made its data visible. It must be
    /// flushed.
    pub(crate) fn ansi_output(&self) -> Output {
        buffered(Box::new(std::io::stdout()))
    }

    /// Prints data to standard output.
    pub(crate) fn print_data(&self, text: &str) -> Result<()> {
        let mut output = self.output();
        output.write_all(text.as_bytes())?;
        output.flush()?;
        Ok(())
    }

    /// Prints text with [styles](Style) to standard output.
    pub(crate) fn print(&self, text: &str) -> Result<()> {
        Ok(write_styled(std::io::stdout().lock(), text)?)
    }

    /// Prints text with escape codes, which has already made its data visible, to standard output. The codes
    /// are removed where they would not be shown.
    pub(crate) fn print_ansi(&self, text: &str) -> Result<()> {
        let mut stdout = anstream::stdout().lock();
        stdout.write_all(text.as_bytes())?;
        stdout.flush()?;
        Ok(())
    }

    /// Prints a value as JSON, followed by a line break.
    pub(crate) fn print_json(&self, value: &impl serde::Serialize) -> Result<()> {
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
    let dimmed = TerminalStyle::Dimmed;
    let elapsed = started.elapsed().as_secs_f64();
    print_message(format_args!("{dimmed}{elapsed:>7.3} s  {text}{dimmed:#}"));
}

/// Prints a line with [styles](Style) to standard error.
pub(crate) fn print_message(text: impl std::fmt::Display) {
    print_prompt(format_args!("{text}\n"));
}

/// Prints text with [styles](Style) to standard error, without a line break.
pub(crate) fn print_prompt(text: impl std::fmt::Display) {
    // If standard error is closed, there is nobody to report it to.
    let _ = write_styled(std::io::stderr().lock(), &text.to_string());
}

/// The look of a part of a text, used as `{bold}word{bold:#}`.
///
/// It is written as a noncharacter of Unicode, which becomes an escape code when the text is printed. So an
/// escape code in the data is never mistaken for one of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TerminalStyle {
    Plain,
    Bold,
    Dimmed,
    Red,
    Green,
    /// The word "error".
    Error,
}

impl TerminalStyle {
    /// The styles with their noncharacters. That of `Plain` ends any other.
    const MARKERS: [(char, Self); 6] = [
        ('\u{fdd0}', Self::Plain),
        ('\u{fdd1}', Self::Bold),
        ('\u{fdd2}', Self::Dimmed),
        ('\u{fdd3}', Self::Red),
        ('\u{fdd4}', Self::Green),
        ('\u{fdd5}', Self::Error),
    ];

    fn marked_by(character: char) -> Option<Self> {
        let found = Self::MARKERS
            .iter()
            .find(|(marker, _)| *marker == character);
        found.map(|(_, style)| *style)
    }

    /// Appends the escape code that starts the style.
    fn push_code(self, text: &mut String) {
        text.push_str(match self {
            Self::Plain => "\u{1b}[0m",
            Self::Bold => "\u{1b}[1m",
            Self::Dimmed => "\u{1b}[2m",
            Self::Red => "\u{1b}[31m",
            Self::Green => "\u{1b}[32m",
            Self::Error => "\u{1b}[1m\u{1b}[31m",
        });
    }
}

impl std::fmt::Display for TerminalStyle {
    /// Writes the start of the style, or with `#` its end.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        use std::fmt::Write as _;

        let written = if formatter.alternate() {
            Self::Plain
        } else {
            *self
        };
        let marker = Self::MARKERS.iter().find(|(_, style)| *style == written);
        match marker {
            Some((marker, _)) if *self != Self::Plain => formatter.write_char(*marker),
            _ => Ok(()),
        }
    }
}

/// Writes text with styles to standard output or standard error.
fn write_styled(mut stream: impl RawStream + AsLockedWrite, text: &str) -> std::io::Result<()> {
    let formats = anstream::AutoStream::choice(&stream) != anstream::ColorChoice::Never;
    // Text with color is for a terminal, even if a pager comes between.
    let text = rendered(text, formats, formats || stream.is_terminal());
    if formats {
        let mut stream = anstream::AutoStream::auto(stream);
        stream.write_all(text.as_bytes())?;
        stream.flush()
    } else {
        stream.write_all(text.as_bytes())?;
        stream.flush()
    }
}

/// Returns text with its styles as escape codes if `formats` is set, and without them otherwise. If
/// `protects` is set, control characters in the text become visible.
fn rendered(text: &str, formats: bool, protects: bool) -> String {
    let mut result = String::with_capacity(text.len() + 16);
    let mut styled = false;
    for part in text.split_inclusive(|character| TerminalStyle::marked_by(character).is_some()) {
        let style = part.chars().next_back().and_then(TerminalStyle::marked_by);
        let plain = match style {
            Some(_) => part.strip_suffix(|_| true).unwrap_or_default(),
            None => part,
        };
        result.push_str(&if protects {
            visible_lines(plain)
        } else {
            Cow::Borrowed(plain)
        });
        if let Some(style) = style.filter(|_| formats) {
            style.push_code(&mut result);
            styled = style != TerminalStyle::Plain;
        }
    }
    if styled {
        TerminalStyle::Plain.push_code(&mut result);
    }
    result
}

/// Returns text with control characters made visible, except in line breaks.
fn visible_lines(text: &str) -> Cow<'_, str> {
    if text.contains('\r') {
        let lines: Vec<_> = text.split("\r\n").map(visible).collect();
        Cow::Owned(lines.join("\r\n"))
    } else {
        visible(text)
    }
}

/// Standard output, buffered.
pub(crate) type Output = BufWriter<Box<dyn Write + Send>>;

fn buffered(stream: Box<dyn Write + Send>) -> Output {
    BufWriter::with_capacity(1 << 16, stream)
}

/// A writer that makes control characters visible.
struct VisibleWriter<W> {
    inner: W,
    /// The start of a character or line break that the next write completes.
    pending: Vec<u8>,
}

impl<W: Write> VisibleWriter<W> {
    fn new(inner: W) -> Self {
        Self {
            inner,
            pending: Vec::new(),
        }
    }

    fn write_visible(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        let text = String::from_utf8_lossy(bytes);
        self.inner.write_all(visible_lines(&text).as_bytes())
    }
}

impl<W: Write> Write for VisibleWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let mut whole = std::mem::take(&mut self.pending);
        whole.extend_from_slice(bytes);
        self.pending = whole.split_off(complete_length(&whole));
        self.write_visible(&whole)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        let rest = std::mem::take(&mut self.pending);
        self.write_visible(&rest)?;
        self.inner.flush()
    }
}

/// Returns how many bytes can be shown without those that follow.
fn complete_length(bytes: &[u8]) -> usize {
    let is_start = |byte: &u8| byte & 0xc0 != 0x80;
    let last = bytes.iter().rposition(is_start).unwrap_or(0);
    let is_incomplete = match bytes.get(last..).unwrap_or_default() {
        b"\r" => true,
        character => std::str::from_utf8(character).is_err_and(|error| error.error_len().is_none()),
    };
    if is_incomplete { last } else { bytes.len() }
}

/// Asks on standard error until the answer is yes or no. No answer means no.
fn ask(question: &str) -> Result<()> {
    let bold = TerminalStyle::Bold;
    loop {
        print_prompt(format_args!("{bold}{question}{bold:#} [y/N] "));
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

/// A key that a user pressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeyPress {
    /// A letter, in lower case, or another character.
    Character(char),
    /// Enter.
    Enter,
    /// Escape.
    Escape,
    /// Any other key.
    Other,
}

/// Asks a question on standard error and returns the next key, without waiting for Enter; `None` if the terminal is
/// closed or the user pressed Ctrl-C or Ctrl-D.
pub(crate) fn key_press(question: &str) -> Option<KeyPress> {
    print_prompt(question);
    let key = console::Term::stderr().read_key();
    print_prompt("\n");
    Some(match key.ok()? {
        console::Key::Char('\u{3}' | '\u{4}') | console::Key::CtrlC => return None,
        console::Key::Char(character) => {
            KeyPress::Character(character.to_lowercase().next().unwrap_or(character))
        }
        console::Key::Enter => KeyPress::Enter,
        console::Key::Escape => KeyPress::Escape,
        _ => KeyPress::Other,
    })
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

/// Quotes a word as a shell would.
pub(crate) fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "-_=+.,:/@%~*".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

/// Returns a number of things: “1 work”, “12 works”, “3 entries”.
pub(crate) fn counted(count: impl TryInto<i64>, what: &str) -> String {
    let count = count.try_into().unwrap_or(i64::MAX);
    match (count, what.strip_suffix('y')) {
        (1, _) => format!("1 {what}"),
        (count, Some(start)) => format!("{count} {start}ies"),
        (count, None) => format!("{count} {what}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_styles_become_escape_codes() {
        let bold = TerminalStyle::Bold;
        let text = format!("{bold}a\u{1b}[31mb{bold:#} c\r\n");
        assert_eq!(
            rendered(&text, true, true),
            "\u{1b}[1ma\u{241b}[31mb\u{1b}[0m c\r\n"
        );
        assert_eq!(rendered(&text, false, true), "a\u{241b}[31mb c\r\n");
        assert_eq!(rendered(&text, false, false), "a\u{1b}[31mb c\r\n");
    }

    #[test]
    fn one_thing_is_not_several() {
        let counts = [counted(1, "entry"), counted(2, "entry"), counted(0, "work")];
        assert_eq!(counts, ["1 entry", "2 entries", "0 works"]);
    }

    #[test]
    fn a_style_ends_with_its_text() {
        let shown = rendered("\u{fdd3}red", true, true);
        assert_eq!(shown, "\u{1b}[31mred\u{1b}[0m");
    }

    #[test]
    fn characters_may_be_written_in_parts() {
        let text = "é\u{1b}\u{9b}\u{202e}日\r\nx\r";
        let expected = "é␛<U+009B><U+202E>日\r\nx␍";
        for size in 1..8 {
            let mut writer = VisibleWriter::new(Vec::new());
            for part in text.as_bytes().chunks(size) {
                writer.write_all(part).unwrap();
            }
            writer.flush().unwrap();
            assert_eq!(String::from_utf8(writer.inner).unwrap(), expected);
        }
    }

    #[test]
    fn bytes_that_are_not_utf8_are_not_written() {
        let mut writer = VisibleWriter::new(Vec::new());
        writer.write_all(b"a\x9b31mb\xe2").unwrap();
        writer.flush().unwrap();
        assert_eq!(
            String::from_utf8(writer.inner).unwrap(),
            "a\u{fffd}31mb\u{fffd}"
        );
    }
}
