//! A bar on standard error, for what takes long.

use std::io::IsTerminal as _;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// How many steps are worth a bar; fewer are over before it could be read.
const LONG: usize = 2_000;

/// A bar over `length` entries, drawn where standard error is a terminal and the work is long or the
/// command is one that people watch.
pub(crate) fn bar(length: usize, watched: bool) -> ProgressBar {
    if !std::io::stderr().is_terminal() || (length < LONG && !watched) {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::with_draw_target(
        u64::try_from(length).ok(),
        ProgressDrawTarget::stderr_with_hz(15),
    );
    if let Ok(style) = ProgressStyle::with_template("{msg} {bar:30} {pos}/{len} entries") {
        bar.set_style(style.progress_chars("=> "));
    }
    bar.enable_steady_tick(Duration::from_millis(100));
    bar
}

/// A bar over things whose number is not known yet, drawn where standard error is a terminal.
pub(crate) fn bar_of(things: &str) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(15));
    let template = format!("{{msg}} {{bar:30}} {{pos}}/{{len}} {things}");
    if let Ok(style) = ProgressStyle::with_template(&template) {
        bar.set_style(style.progress_chars("=> "));
    }
    bar
}
