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

-- A reading list. `query` says in the query language which works it holds; NULL, it holds those alone
-- that were pinned. `rest` heads the works that no section takes; empty, it leaves them out. An order
-- is by the style, or one of its own, with a minus before it from the last to the first.
CREATE TABLE reading_list (
    id            INTEGER PRIMARY KEY,
    name          TEXT NOT NULL UNIQUE COLLATE NOCASE,
    title         TEXT,
    introduction  TEXT,                      -- Markdown
    query         TEXT,
    style         TEXT NOT NULL,
    locale        TEXT,
    group_by      TEXT,
    repeated      TEXT NOT NULL,             -- where a work of several groups stands: `each`, `first`
    sorted_by     TEXT NOT NULL,
    annotated     TEXT NOT NULL,             -- what stands below a work, with commas between
    rest          TEXT NOT NULL,
    created_at    TEXT NOT NULL
);

-- A section written by hand. A work stands in the first whose `query` finds it, or in the one it was
-- put into; with no query, a section has those alone that were put into it.
CREATE TABLE list_section (
    id            INTEGER PRIMARY KEY,
    list_id       INTEGER NOT NULL REFERENCES reading_list ON DELETE CASCADE,
    position      INTEGER NOT NULL,
    title         TEXT NOT NULL,
    introduction  TEXT,                      -- Markdown
    query         TEXT,
    sorted_by     TEXT
);
CREATE INDEX list_section_by_list ON list_section (list_id, position);

-- What a person said of a work in a list: that it stands there or does not, whatever the query finds;
-- in which section and at which place; and a text on it that belongs to this list. It outlives the
-- work: without `work_id` it is about whatever work has `key` by then, or had it before.
CREATE TABLE list_work (
    id          INTEGER PRIMARY KEY,
    list_id     INTEGER NOT NULL REFERENCES reading_list ON DELETE CASCADE,
    work_id     INTEGER REFERENCES work ON DELETE SET NULL,
    key         TEXT NOT NULL,
    standing    TEXT CHECK (standing IN ('pinned', 'excluded')),
    section_id  INTEGER REFERENCES list_section ON DELETE SET NULL,
    position    INTEGER,
    annotation  TEXT,                        -- Markdown
    UNIQUE (list_id, work_id)
);
CREATE INDEX list_work_by_work ON list_work (work_id);
CREATE INDEX list_work_by_section ON list_work (section_id);

-- The key by which a work that goes is remembered is the last that it had.
CREATE TRIGGER work_leaves_its_key_to_lists BEFORE DELETE ON work BEGIN
    UPDATE list_work SET key = OLD.key, work_id = NULL WHERE work_id = OLD.id;
END;

-- The same with the work that each row is about now.
CREATE VIEW listed AS
    SELECT id, list_id, standing, section_id, position, annotation, key,
           coalesce(work_id, (SELECT work.id FROM work WHERE work.key = list_work.key),
                    (SELECT key_alias.work_id FROM key_alias WHERE alias = list_work.key)) AS work_id
    FROM list_work;

-- What a list held at a time. It never changes, so that it is kept whole, as JSON.
CREATE TABLE list_edition (
    id         INTEGER PRIMARY KEY,
    list_id    INTEGER NOT NULL REFERENCES reading_list ON DELETE CASCADE,
    name       TEXT NOT NULL,
    frozen_at  TEXT NOT NULL,
    content    TEXT NOT NULL,
    UNIQUE (list_id, name)
);

-- ------------------------------------------------------------------ derived: made anew by `rebuild`

