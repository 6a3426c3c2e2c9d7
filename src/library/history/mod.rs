//! History: an undo log of rows.
//!
//! Each command that changes the library is one *step*. While it runs, temporary triggers write to the table
//! `change` what would revert it (the technique of the SQLite manual, "Automatic Undo/Redo Using SQLite").
//! SQLite's session extension does the same, but building it needs libclang, which users do not have.
//!
//! ```text
//!         command                          change, as recorded        change, once undone
//! 1  import refs.bib   inserts work 1–4    insert  1–4                delete  1 {…}, … 4 {…}
//! 2  edit c            updates work 4      update  4  {before}        update  4  {after}
//! 3  remove c          deletes work 4      delete  4  {before}        insert  4
//! ```
//!
//! The log of a step names each row at most once, with its state before the step. Undoing a step applies that
//! state and replaces the log by its inverse, so redoing is the same operation again ([`undo`]). Three rules
//! keep this exact:
//!
//! - The recorded tables use `AUTOINCREMENT`, so a rowid always means the same row, and the rows that a step
//!   inserted are those above the last rowid before it. Two numbers describe a large import.
//! - Steps that changed the same row are undone in the reverse order and redone in the original one.
//! - A new step discards the steps that are undone.
//!
//! Derived rows are not recorded: they are derived again for the works that changed.

mod amend;
mod record;
pub(super) mod row_label;
mod step;
mod step_state;
mod summary;
mod tables;
mod undo;

pub(super) use amend::absorb;
pub(super) use record::Recording;
pub use step::Step;
pub(super) use step::now;
pub use step_state::StepState;
pub use summary::ChangedRows;
pub(super) use tables::RECORDED_TABLES;
