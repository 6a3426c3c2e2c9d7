-- What version 2 of the schema adds to version 1.

-- ------------------------------------------------------------------ the truth: works

-- When the entry of a work last became another; NULL where it is as it was added.
ALTER TABLE work ADD COLUMN changed_at TEXT;
CREATE INDEX work_by_added ON work (added_at);
CREATE INDEX work_by_changed ON work (changed_at) WHERE changed_at IS NOT NULL;

-- Which works have a tag, or one from an origin, without a look at the assignments themselves.
DROP INDEX assignment_by_tag;
CREATE INDEX assignment_by_tag ON assignment (tag_id, work_id);
CREATE INDEX assignment_by_origin ON assignment (origin, work_id);

-- ------------------------------------------------------------------ the truth: facets and rules

-- What is known of a facet beside its tags. A work has one tag at most of an exclusive one.
CREATE TABLE facet (
    id         INTEGER PRIMARY KEY,
    name       TEXT NOT NULL UNIQUE,
    label      TEXT,
    exclusive  INTEGER NOT NULL CHECK (exclusive IN (0, 1))
);

-- A rule: works that meet `condition`, a query, get the tags that `tags` names. `must` and `must_not` are
-- the keys of works that it is known to be right and wrong for. All three are JSON arrays of text.
-- `position` is its place among the rules, which are applied in this order.
CREATE TABLE rule (
    id         INTEGER PRIMARY KEY,
    name       TEXT NOT NULL UNIQUE,
    condition  TEXT NOT NULL,
    tags       TEXT NOT NULL,
    why        TEXT,
    must       TEXT NOT NULL,
    must_not   TEXT NOT NULL,
    position   INTEGER NOT NULL
);

-- The rules that ship with peerbib and were installed once, so that one that a person took away does not
-- come back.
CREATE TABLE installed_rule (
    id    INTEGER PRIMARY KEY,
    name  TEXT NOT NULL UNIQUE
);

-- For an assignment by a rule: a JSON array of the conditions that hold for the work, each with the words
-- of the work that meet it (`condition`, `text`).
ALTER TABLE assignment ADD COLUMN matched TEXT;
CREATE INDEX assignment_by_rule ON assignment (source) WHERE origin = 'rule';

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

-- A list that is stored anew gets its sections and the rows of its works anew. AUTOINCREMENT gives them
-- numbers that none had before, so that the old rows can come back beside none of the new.

-- A section written by hand. A work stands in the first whose `query` finds it, or in the one it was
-- put into; with no query, a section has those alone that were put into it.
CREATE TABLE list_section (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
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
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
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

-- The variables of CSL are long and seldom asked for: they stand apart, so that `reference` is short to read
-- from one end to the other, and has the key, too.
ALTER TABLE reference DROP COLUMN item;
ALTER TABLE reference ADD COLUMN citation_key TEXT NOT NULL DEFAULT '';
CREATE TABLE csl_item (
    work_id  INTEGER PRIMARY KEY REFERENCES reference ON DELETE CASCADE,
    item     TEXT NOT NULL
);

-- The years of the work that this one is a new edition, a translation or a reprint of.
ALTER TABLE reference ADD COLUMN original_year INTEGER;
ALTER TABLE reference ADD COLUMN last_original_year INTEGER;
CREATE INDEX reference_by_original_year ON reference (original_year, last_original_year)
    WHERE original_year IS NOT NULL;

-- Of nearly all works it is certain which is meant.
DROP INDEX reference_by_identification;
CREATE INDEX reference_by_identification ON reference (identification)
    WHERE identification IS NOT NULL;

-- A work of several years is found by its last one, too.
CREATE INDEX reference_by_last_year ON reference (last_year, year) WHERE last_year IS NOT NULL;

-- More columns, and tokens for fields and for the ends of values: see `full_text.rs`, which folds the words,
-- so that the tokenizer has nothing to do but split them.
DROP TABLE full_text;
CREATE VIRTUAL TABLE full_text USING fts5 (
    title, author, editor, contributor, container, publisher, place, abstract, keywords, note, other, fields,
    content = '', contentless_delete = 1,
    tokenize = "ascii tokenchars '=#_'"
);

-- The words of the paths and descriptions of linked files.
CREATE VIRTUAL TABLE file_text USING fts5 (
    path, description,
    content = 'linked_file', content_rowid = 'id',
    tokenize = "unicode61 remove_diacritics 2"
);
CREATE TRIGGER linked_file_into_text AFTER INSERT ON linked_file BEGIN
    INSERT INTO file_text (rowid, path, description) VALUES (NEW.id, NEW.path, NEW.description);
END;
CREATE TRIGGER linked_file_out_of_text AFTER DELETE ON linked_file BEGIN
    INSERT INTO file_text (file_text, rowid, path, description)
    VALUES ('delete', OLD.id, OLD.path, OLD.description);
END;
CREATE TRIGGER linked_file_anew_into_text AFTER UPDATE ON linked_file BEGIN
    INSERT INTO file_text (file_text, rowid, path, description)
    VALUES ('delete', OLD.id, OLD.path, OLD.description);
    INSERT INTO file_text (rowid, path, description) VALUES (NEW.id, NEW.path, NEW.description);
END;
