-- What version 2 of the schema adds to version 1.

-- ------------------------------------------------------------------ the truth: rules

-- ------------------------------------------------------------------ the truth: notes and linked files

-- A person's own note on a work, in Markdown.
CREATE TABLE note (
    id          INTEGER PRIMARY KEY,
    work_id     INTEGER NOT NULL UNIQUE REFERENCES work ON DELETE CASCADE,
    text        TEXT NOT NULL,
    changed_at  TEXT NOT NULL
);

-- A file that belongs to a work. `path` is relative to the root of linked files, with `/` between its
-- parts, or absolute where the file lies elsewhere. What the entry's own field `file` names is not here.
CREATE TABLE linked_file (
    id           INTEGER PRIMARY KEY,
    work_id      INTEGER NOT NULL REFERENCES work ON DELETE CASCADE,
    path         TEXT NOT NULL,
    description  TEXT,
    added_at     TEXT NOT NULL,
    UNIQUE (work_id, path)
);

-- The directory that paths of linked files start from: one row, or none where it is the library's own
-- directory. `path` is absolute, or relative to the library's directory.
CREATE TABLE file_root (
    id    INTEGER PRIMARY KEY CHECK (id = 1),
    path  TEXT NOT NULL
);

-- ------------------------------------------------------------------ history: the undo log

-- What a step left of the rows of a change: for each of them, in order, eight bytes made of its
-- columns, or zeros where it is gone. A step is turned back only where it still finds that. It is NULL
-- in changes that were written down before version 2.
ALTER TABLE change ADD COLUMN after BLOB;

-- How many steps had been turned before this one was: of those that are undone, `redo` takes the one
-- that was undone last.
ALTER TABLE step ADD COLUMN turned INTEGER;

-- ------------------------------------------------------------------ the truth: reading lists

-- ------------------------------------------------------------------ derived: made anew by `rebuild`

