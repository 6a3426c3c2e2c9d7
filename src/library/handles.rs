//! One handle for each kind of row.
//!
//! A handle such as [`Tags`] reads the rows of one kind and is obtained from a [`Library`]. The handle with the
//! ending `Mut` writes them, too. It can only be obtained from a [`Change`], so that nothing is written outside a
//! step of the history.

use std::ops::Deref;

use super::{Change, Library};

macro_rules! handles {
    ($($kind:literal $method:ident() -> $reader:ident, $writer:ident;)*) => {$(
        #[doc = concat!("Reads the ", $kind, ": see [`Library::", stringify!($method), "`].")]
        #[derive(Clone, Copy)]
        pub struct $reader<'l> {
            pub(super) library: &'l Library,
        }

        #[doc = concat!("Changes the ", $kind, ": see [`Change::", stringify!($method), "`].")]
        #[derive(Clone, Copy)]
        pub struct $writer<'c> {
            pub(super) change: &'c Change<'c>,
            reader: $reader<'c>,
        }

        impl<'c> Deref for $writer<'c> {
            type Target = $reader<'c>;

            fn deref(&self) -> &$reader<'c> {
                &self.reader
            }
        }

        impl Library {
            #[doc = concat!("Returns the ", $kind, ", to read.")]
            pub fn $method(&self) -> $reader<'_> {
                $reader { library: self }
            }
        }

        impl Change<'_> {
            #[doc = concat!("Returns the ", $kind, ", to read and change.")]
            pub fn $method(&self) -> $writer<'_> {
                $writer {
                    change: self,
                    reader: self.library.$method(),
                }
            }
        }
    )*};
}

handles! {
    "works" works() -> Works, WorksMut;
    "tags, facets and assignments" tags() -> Tags, TagsMut;
    "rules" rules() -> Rules, RulesMut;
    "reading lists" lists() -> Lists, ListsMut;
    "private notes" notes() -> Notes, NotesMut;
    "linked files" files() -> Files, FilesMut;
}

/// Reads the imported files: see [`Library::sources`].
#[derive(Clone, Copy)]
pub struct Sources<'l> {
    pub(super) library: &'l Library,
}

/// Reads the steps of the history: see [`Library::history`].
#[derive(Clone, Copy)]
pub struct History<'l> {
    pub(super) library: &'l Library,
}

/// Reads candidates for shell completion: see [`Library::candidates`].
#[derive(Clone, Copy)]
pub struct Candidates<'l> {
    pub(super) library: &'l Library,
}

impl Library {
    /// Returns the imported files. Only an import changes them.
    pub fn sources(&self) -> Sources<'_> {
        Sources { library: self }
    }

    /// Returns the steps of the history. [`Library::change`] and [`Library::undo`] change them.
    pub fn history(&self) -> History<'_> {
        History { library: self }
    }

    /// Returns the candidates for shell completion.
    pub fn candidates(&self) -> Candidates<'_> {
        Candidates { library: self }
    }
}
