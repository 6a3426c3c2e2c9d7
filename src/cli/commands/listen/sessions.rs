//! Sessions: what was saved at one click in the browser, which may still change as long as its window is open.

use std::collections::HashMap;
use std::time::{Duration, Instant};

/// The minimum lifetime of a session. The connector's window may be open for long.
const SHORTEST: Duration = Duration::from_secs(2 * 60 * 60);

/// The number of sessions that are kept even if they are old.
const MOST: usize = 1000;

/// The longest id of a session.
const LONGEST_ID: usize = 200;

/// The works that were saved with one click.
#[derive(Debug)]
pub(super) struct Session {
    started: Instant,
    /// The address of the page.
    pub(super) page: String,
    /// The step of the history.
    pub(super) step: Option<i64>,
    /// The works, in the order of the items.
    pub(super) works: Vec<SavedWork>,
    /// The tag that was chosen as the target.
    pub(super) target: Option<i64>,
    /// The tags that a person typed.
    pub(super) tags: Vec<String>,
    /// The note that a person typed, as HTML.
    pub(super) note: String,
}

/// A work of a session.
#[derive(Debug, Clone)]
pub(super) struct SavedWork {
    /// The id that the connector gave the item.
    pub(super) item: String,
    /// The rowid.
    pub(super) work: i64,
    /// The citation key.
    pub(super) key: String,
    /// The title.
    pub(super) title: String,
    /// Whether the library did not have it.
    pub(super) is_new: bool,
    /// The field `keywords` before a person typed tags.
    pub(super) keywords: Option<String>,
    /// The note on the work before a person typed one.
    pub(super) note: Option<String>,
    /// The tags that the session put on the work.
    pub(super) assigned: Vec<i64>,
}

impl Session {
    pub(super) fn new(page: &str, target: Option<i64>) -> Self {
        Self {
            started: Instant::now(),
            page: page.to_owned(),
            step: None,
            works: Vec::new(),
            target,
            tags: Vec::new(),
            note: String::new(),
        }
    }

    /// Returns the work of an item; of an unknown one, the only work.
    pub(super) fn work_of(&self, item: Option<&str>) -> Option<&SavedWork> {
        let mut works = self.works.iter();
        match item.filter(|item| !item.is_empty()) {
            Some(item) if works.clone().any(|work| work.item == item) => {
                works.find(|work| work.item == item)
            }
            _ => match self.works.as_slice() {
                [only] => Some(only),
                _ => None,
            },
        }
    }
}

/// The sessions by their ids.
#[derive(Debug, Default)]
pub(super) struct Sessions(HashMap<String, Session>);

impl Sessions {
    /// Returns whether a text can be the id of a session.
    pub(super) fn is_id(id: &str) -> bool {
        !id.is_empty() && id.len() <= LONGEST_ID
    }

    pub(super) fn contains(&self, id: &str) -> bool {
        self.0.contains_key(id)
    }

    pub(super) fn take(&mut self, id: &str) -> Option<Session> {
        self.0.remove(id)
    }

    pub(super) fn insert(&mut self, id: String, session: Session) {
        if self.0.len() >= MOST {
            self.0
                .retain(|_, session| session.started.elapsed() < SHORTEST);
        }
        self.0.insert(id, session);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_find_the_work_of_their_item() {
        let work = |item: &str, key: &str| SavedWork {
            item: item.to_owned(),
            work: 1,
            key: key.to_owned(),
            title: String::new(),
            is_new: true,
            keywords: None,
            note: None,
            assigned: Vec::new(),
        };
        let mut session = Session::new("https://a.example", None);
        session.works = vec![work("x", "one")];
        let key = |session: &Session, item| session.work_of(item).map(|work| work.key.clone());
        for item in [Some("x"), Some("?"), Some(""), None] {
            assert_eq!(key(&session, item).as_deref(), Some("one"));
        }
        session.works.push(work("y", "two"));
        assert_eq!(key(&session, Some("y")).as_deref(), Some("two"));
        assert_eq!(key(&session, Some("?")), None);
    }
}
