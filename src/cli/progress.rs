//! Progress bars on standard error.

use std::io::IsTerminal as _;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// The number of entries from which a bar is shown; fewer are done before anyone could read it.
const LONG: usize = 2_000;

/// Returns a progress bar over `length` entries. It is shown if standard error is a terminal and there are
/// many entries, or `always` is set.
pub(crate) fn bar(length: usize, always: bool) -> ProgressBar {
    if !std::io::stderr().is_terminal() || (length < LONG && !always) {
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

/// Returns a progress bar over things whose number is not known yet, shown if standard error is a terminal.
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
