-- The schema of a peerbib library, version 1, readable from top to bottom.
--
-- Every table of the truth has `id INTEGER PRIMARY KEY`, so that history can name any row of it by
-- table and number. Times are UTC, RFC 3339.

-- ------------------------------------------------------------------ the truth: what came in

-- A work. `source` is the verbatim text of its entry and holds its type, key and fields as they were
-- written, in their order: it is the only copy of them. `key` is the key under which the library knows
-- the work, which differs from the one in `source` only where two files brought one key for two works.
CREATE TABLE work (
    id        INTEGER PRIMARY KEY,
    key       TEXT NOT NULL UNIQUE,
    source    TEXT NOT NULL,
    added_at  TEXT NOT NULL
);

-- Other names of a work: keys it had before, and the keys of its BibLaTeX field `ids`.
CREATE TABLE key_alias (
    id       INTEGER PRIMARY KEY,
    work_id  INTEGER NOT NULL REFERENCES work ON DELETE CASCADE,
    alias    TEXT NOT NULL UNIQUE
);
CREATE INDEX key_alias_by_work ON key_alias (work_id);

-- A file that was imported. `trailing` is what stands behind its last entry.
CREATE TABLE source_file (
    id           INTEGER PRIMARY KEY,
    path         TEXT NOT NULL UNIQUE,
    encoding     TEXT NOT NULL,
    trailing     TEXT NOT NULL,
    imported_at  TEXT NOT NULL
);

-- Where a work stands in a file. `leading` is what stands between it and the entry before:
-- white space, comments, `@string`s, `@preamble`s, and entries that could not be read. `variant` is the
-- entry's text in this file, where that is not the work's own.
CREATE TABLE occurrence (
    id              INTEGER PRIMARY KEY,
    source_file_id  INTEGER NOT NULL REFERENCES source_file ON DELETE CASCADE,
    work_id         INTEGER NOT NULL REFERENCES work ON DELETE CASCADE,
    leading         TEXT NOT NULL,
    variant         TEXT
);
CREATE INDEX occurrence_by_work ON occurrence (work_id);
CREATE INDEX occurrence_by_file ON occurrence (source_file_id);

-- A tag: `movement:oekonux`, `theme:germ-form`, or of any other facet. `position` is its place in the
-- vocabulary, which reading lists follow.
CREATE TABLE tag (
    id           INTEGER PRIMARY KEY,
    facet        TEXT NOT NULL,
    name         TEXT NOT NULL,
    label        TEXT,
    description  TEXT,
    parent_id    INTEGER REFERENCES tag ON DELETE SET NULL,
    place        TEXT,
    active       TEXT,                       -- EDTF
    position     INTEGER NOT NULL,
    UNIQUE (facet, name)
);
CREATE INDEX tag_by_parent ON tag (parent_id);

CREATE TABLE tag_alias (
    id      INTEGER PRIMARY KEY,
    tag_id  INTEGER NOT NULL REFERENCES tag ON DELETE CASCADE,
    facet   TEXT NOT NULL,
    alias   TEXT NOT NULL,
    UNIQUE (facet, alias)
);
CREATE INDEX tag_alias_by_tag ON tag_alias (tag_id);

CREATE TABLE tag_person (
    id      INTEGER PRIMARY KEY,
    tag_id  INTEGER NOT NULL REFERENCES tag ON DELETE CASCADE,
    name    TEXT NOT NULL
);
CREATE INDEX tag_person_by_tag ON tag_person (tag_id);

CREATE TABLE tag_event (
    id      INTEGER PRIMARY KEY,
    tag_id  INTEGER NOT NULL REFERENCES tag ON DELETE CASCADE,
    date    TEXT NOT NULL,                   -- EDTF
    what    TEXT NOT NULL
);
CREATE INDEX tag_event_by_tag ON tag_event (tag_id);

-- A tag on a work, with who put it there (`origin`), on whose word (`source`: the person, the rule, the
-- file) and why.
CREATE TABLE assignment (
    id       INTEGER PRIMARY KEY,
    work_id  INTEGER NOT NULL REFERENCES work ON DELETE CASCADE,
    tag_id   INTEGER NOT NULL REFERENCES tag ON DELETE CASCADE,
    origin   TEXT NOT NULL CHECK (origin IN ('hand', 'rule', 'import')),
    source   TEXT NOT NULL,
    reason   TEXT,
    at       TEXT NOT NULL,
    UNIQUE (work_id, tag_id, origin, source)
);
CREATE INDEX assignment_by_tag ON assignment (tag_id);

-- A tag that a person took off a work, so that no rule and no import puts it there again.
CREATE TABLE veto (
    id       INTEGER PRIMARY KEY,
    work_id  INTEGER NOT NULL REFERENCES work ON DELETE CASCADE,
    tag_id   INTEGER NOT NULL REFERENCES tag ON DELETE CASCADE,
    at       TEXT NOT NULL,
    UNIQUE (work_id, tag_id)
);
CREATE INDEX veto_by_tag ON veto (tag_id);

-- Two works of which a person said that they are not one, so that nothing joins them again.
CREATE TABLE kept_apart (
    id        INTEGER PRIMARY KEY,
    work_id   INTEGER NOT NULL REFERENCES work ON DELETE CASCADE,
    other_id  INTEGER NOT NULL REFERENCES work ON DELETE CASCADE,
    at        TEXT NOT NULL,
    UNIQUE (work_id, other_id),
    CHECK (work_id < other_id)
);
CREATE INDEX kept_apart_by_other ON kept_apart (other_id);

-- ------------------------------------------------------------------ history: the undo log

-- One command that changed the library. `state`: `done`; `undone`, which `redo` brings back; `dropped`,
-- undone and out of reach because something else was done since.
CREATE TABLE step (
    id       INTEGER PRIMARY KEY,
    command  TEXT NOT NULL,
    at       TEXT NOT NULL,
    state    TEXT NOT NULL DEFAULT 'done' CHECK (state IN ('done', 'undone', 'dropped'))
);

-- What the step changed, with what turns it back: one row that was there before it, which `before` has
-- as JSON; or the rows from `row_id` to `last_row_id` (that one row, where it is NULL), which it added.
CREATE TABLE change (
    id           INTEGER PRIMARY KEY,
    step_id      INTEGER NOT NULL REFERENCES step ON DELETE CASCADE,
    table_name   TEXT NOT NULL,
    row_id       INTEGER NOT NULL,
    last_row_id  INTEGER,
    before       TEXT
);
CREATE INDEX change_by_step ON change (step_id);

-- ------------------------------------------------------------------ derived: made anew by `rebuild`

-- The work as the rest of peerbib sees it. `item` is CSL-JSON.
CREATE TABLE reference (
    work_id         INTEGER PRIMARY KEY REFERENCES work ON DELETE CASCADE,
    item            TEXT NOT NULL,
    entry_type      TEXT NOT NULL,           -- BibLaTeX, in lower case
    title           TEXT,
    authors         TEXT NOT NULL,           -- JSON array of names as they are read
    sort_author     TEXT NOT NULL,           -- first author, family name first, without case or accents
    year            INTEGER,
    last_year       INTEGER,                 -- of a range
    identification  TEXT                     -- where it is not certain which work is meant
);
CREATE INDEX reference_by_year ON reference (year, last_year);
CREATE INDEX reference_by_type ON reference (entry_type);
CREATE INDEX reference_by_identification ON reference (coalesce(identification, 'certain'));

-- By what a work is known whatever its key: its DOI, ISBNs and eprint, and its fingerprint (title, first
-- author, year, type), each as a number made of it. Works that share one are compared in full.
CREATE TABLE mark (
    work_id  INTEGER NOT NULL REFERENCES reference ON DELETE CASCADE,
    mark     INTEGER NOT NULL
);
CREATE INDEX mark_by_mark ON mark (mark);
CREATE INDEX mark_by_work ON mark (work_id);

-- The keys that a work inherits fields from (BibLaTeX's `crossref` and `xdata`).
CREATE TABLE inheritance (
    work_id     INTEGER NOT NULL REFERENCES reference ON DELETE CASCADE,
    parent_key  TEXT NOT NULL
);
CREATE INDEX inheritance_by_work ON inheritance (work_id);
CREATE INDEX inheritance_by_parent ON inheritance (parent_key);

CREATE VIRTUAL TABLE full_text USING fts5 (
    title, author, contributor, container, other,
    content = '', contentless_delete = 1,
    tokenize = "unicode61 remove_diacritics 2"
);

CREATE TRIGGER reference_leaves_full_text AFTER DELETE ON reference BEGIN
    DELETE FROM full_text WHERE rowid = OLD.work_id;
END;
