//! Continuing the last step, so that related changes are undone together.

use rusqlite::{Connection, OptionalExtension as _, params};

use super::super::Result;

/// Moves the changes of the step `later` to the step `earlier`, if that is in effect and directly before it. Returns
/// the step that has them now.
pub(in crate::library) fn absorb(connection: &Connection, later: i64, earlier: i64) -> Result<i64> {
    let before: Option<i64> = connection
        .query_row(
            "SELECT id FROM step WHERE id < ?1 AND state = 'done' ORDER BY id DESC LIMIT 1",
            [later],
            |row| row.get(0),
        )
        .optional()?;
    if before != Some(earlier) {
        return Ok(later);
    }
    // The log of a step names each row at most once, with its state before the step.
    let of_earlier =
        "FROM change AS own WHERE own.step_id = ?2 AND own.table_name = change.table_name
         AND change.row_id BETWEEN own.row_id AND own.last_row_id";
    connection.execute(
        "UPDATE change SET operation = 'delete'
         WHERE step_id = ?2 AND operation = 'update' AND EXISTS (
             SELECT 1 FROM change AS later WHERE later.step_id = ?1 AND later.operation = 'delete'
                 AND later.table_name = change.table_name AND later.row_id = change.row_id)",
        params![later, earlier],
    )?;
    connection.execute(
        &format!(
            "DELETE FROM change WHERE step_id = ?1 AND operation <> 'insert' AND EXISTS (SELECT 1 {of_earlier})"
        ),
        params![later, earlier],
    )?;
    connection.execute(
        "UPDATE change SET step_id = ?2 WHERE step_id = ?1",
        params![later, earlier],
    )?;
    connection.execute("DELETE FROM step WHERE id = ?1", [later])?;
    Ok(earlier)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::super::{Library, Tag};
    use crate::library::{NewAssignment, Origin};

    fn library_with_two_works() -> Library {
        let mut library = Library::temporary().unwrap();
        library
            .change("start", |change| {
                change.works().add("@book{a, title = {A}}", None)?;
                change.works().add("@book{b, title = {B}}", None)?;
                change.notes().set(1, "before")?;
                change.tags().put(&Tag::named("theme:x".parse()?))
            })
            .unwrap();
        library
    }

    fn state(library: &Library) -> String {
        let mut state = library.sources().export_all().unwrap();
        for (work, key) in library.works().keys().unwrap() {
            let note = library.notes().get(work).unwrap().map(|note| note.text);
            let tags = library.tags().of_work(&key).unwrap().tags.len();
            state.push_str(&format!("{key} {note:?} {tags}\n"));
        }
        state
    }

    #[test]
    fn parts_of_a_step_are_undone_and_redone_together() {
        let mut library = library_with_two_works();
        let before = state(&library);
        let ((), step) = library
            .continue_step(None, "save", |change| {
                let key = change.works().add("@book{c, title = {C}}", None)?;
                let work = change.works().id(&key)?;
                change.notes().set(1, "once")?;
                change.notes().set(2, "new")?;
                change.tags().assign(NewAssignment {
                    work,
                    tag: 1,
                    origin: Origin::Hand,
                    source: "ada",
                    reason: None,
                })?;
                Ok(())
            })
            .unwrap();
        // A row that the step inserted is changed and removed; one that it changed is changed again, and removed.
        for text in ["twice", ""] {
            let ((), continued) = library
                .continue_step(step, "more", |change| {
                    change.notes().set(1, text)?;
                    change.notes().set(2, text)?;
                    change.notes().set(3, text)?;
                    change.tags().withdraw(3, 1, "ada")?;
                    change
                        .works()
                        .edit_entry(3, &format!("@book{{c, title = {{C{text}}}}}"))?;
                    if text.is_empty() {
                        change.works().remove(&BTreeSet::from([2]))?;
                    }
                    Ok(())
                })
                .unwrap();
            assert_eq!(continued, step);
        }
        let after = state(&library);
        assert_eq!(library.history().log(None).unwrap().len(), 2);
        library.undo(None).unwrap();
        assert_eq!(state(&library), before);
        library.redo(None).unwrap();
        assert_eq!(state(&library), after);
        library.undo(None).unwrap();
        assert_eq!(state(&library), before);
    }

    #[test]
    fn a_step_that_is_not_the_last_is_not_continued() {
        let mut library = library_with_two_works();
        let note = |library: &mut Library, step, text: &str| {
            let set = library.continue_step(step, "note", |change| change.notes().set(2, text));
            set.unwrap().1
        };
        let first = note(&mut library, None, "one");
        let second = note(&mut library, None, "two");
        assert_ne!(note(&mut library, first, "three"), first);
        library.undo(None).unwrap();
        // The step that is undone is not continued, but what was before it.
        assert_eq!(note(&mut library, second, "four"), second);
        library.undo(None).unwrap();
        assert_ne!(note(&mut library, second, "five"), second);
        // Nothing changes, so nothing is recorded.
        assert_eq!(note(&mut library, None, "five"), None);
    }
}
