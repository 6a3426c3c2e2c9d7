//! What Ctrl-C does in commands that ask services or wait for requests: it ends the program and reports the state of
//! the library.

use std::process;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use indicatif::ProgressBar;

use crate::cli::ui::print_message;

/// The exit code that shells give a program that SIGINT ended.
const INTERRUPTED: i32 = 130;

/// A command that answers Ctrl-C.
///
/// Changes are made while Ctrl-C [waits](Interruptible::change), so that either all or none of them are made.
pub(crate) struct Interruptible {
    end: Arc<Mutex<End>>,
}

/// The way the program ends at Ctrl-C.
struct End {
    message: String,
    code: i32,
    /// The bar that the message must not run into.
    bar: Option<ProgressBar>,
}

impl Interruptible {
    /// Handles Ctrl-C for a command that it ends early; `outcome` is the state of the library until then, such as
    /// “nothing was changed”.
    pub(crate) fn new(outcome: &str) -> Self {
        Self::ending(interrupted(outcome), INTERRUPTED)
    }

    /// Handles Ctrl-C for a command that runs until it is pressed.
    pub(crate) fn until_stopped() -> Self {
        Self::ending("stopped".to_owned(), 0)
    }

    fn ending(message: String, code: i32) -> Self {
        let end = Arc::new(Mutex::new(End {
            message,
            code,
            bar: None,
        }));
        let shared = Arc::clone(&end);
        // If the handler cannot be set, Ctrl-C ends the program without a message, which loses nothing either.
        let _ = ctrlc::set_handler(move || {
            // Held until the program ends, so that no change begins after the message.
            let end = lock(&shared);
            if let Some(bar) = &end.bar {
                bar.finish_and_clear();
            }
            print_message(&end.message);
            process::exit(end.code);
        });
        Self { end }
    }

    /// Sets the progress bar that is shown.
    pub(crate) fn shows(&self, bar: &ProgressBar) {
        lock(&self.end).bar = Some(bar.clone());
    }

    /// Runs `work` while Ctrl-C waits.
    pub(crate) fn uninterrupted<T>(&self, work: impl FnOnce() -> T) -> T {
        let _end = lock(&self.end);
        work()
    }

    /// Changes the library while Ctrl-C waits; `outcome` is the state of the library after that.
    pub(crate) fn change<T, E>(
        &self,
        change: impl FnOnce() -> Result<T, E>,
        outcome: impl FnOnce(&T) -> String,
    ) -> Result<T, E> {
        let mut end = lock(&self.end);
        let done = change()?;
        end.message = interrupted(&outcome(&done));
        Ok(done)
    }
}

fn interrupted(outcome: &str) -> String {
    format!("interrupted: {outcome}")
}

fn lock(end: &Mutex<End>) -> MutexGuard<'_, End> {
    end.lock().unwrap_or_else(PoisonError::into_inner)
}
