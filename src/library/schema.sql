-- The schema of a peerbib library, version 1.
--
-- Three kinds of tables: what was imported and entered (the source of truth), history, and what is derived from
-- the entries. History records the changes of the first kind by table and rowid. These tables use AUTOINCREMENT,
-- so that a rowid is never reused. Times are UTC, RFC 3339.

-- ------------------------------------------------------------------ the truth: what came in

-- A work. `source` is the verbatim text of its entry and holds its type, key and fields as they were
-- written, in their order: it is the only copy of them. `key` is the key under which the library knows
-- the work, which differs from the one in `source` only where two files brought one key for two works.
CREATE TABLE work (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    key       TEXT NOT NULL UNIQUE,
    source    TEXT NOT NULL,
    added_at  TEXT NOT NULL,
    -- When the entry last became another; NULL where it is as it was added.
    changed_at TEXT
);
CREATE INDEX work_by_added ON work (added_at);
CREATE INDEX work_by_changed ON work (changed_at) WHERE changed_at IS NOT NULL;

-- Other names of a work: keys it had before, and the keys of its BibLaTeX field `ids`.
CREATE TABLE key_alias (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    work_id  INTEGER NOT NULL REFERENCES work ON DELETE CASCADE,
    alias    TEXT NOT NULL UNIQUE
);
CREATE INDEX key_alias_by_work ON key_alias (work_id);

-- A file that was imported. `trailing` is what stands behind its last entry.
CREATE TABLE source_file (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    path         TEXT NOT NULL UNIQUE,
    encoding     TEXT NOT NULL,
    trailing     TEXT NOT NULL,
    imported_at  TEXT NOT NULL
);

-- Where a work stands in a file. `leading` is what stands between it and the entry before:
-- white space, comments, `@string`s, `@preamble`s, and entries that could not be read. `variant` is the
-- entry's text in this file, where that is not the work's own.
CREATE TABLE occurrence (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
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
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
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
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    tag_id  INTEGER NOT NULL REFERENCES tag ON DELETE CASCADE,
    facet   TEXT NOT NULL,
    alias   TEXT NOT NULL,
    UNIQUE (facet, alias)
);
CREATE INDEX tag_alias_by_tag ON tag_alias (tag_id);

CREATE TABLE tag_person (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    tag_id  INTEGER NOT NULL REFERENCES tag ON DELETE CASCADE,
    name    TEXT NOT NULL
);
CREATE INDEX tag_person_by_tag ON tag_person (tag_id);

CREATE TABLE tag_event (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    tag_id  INTEGER NOT NULL REFERENCES tag ON DELETE CASCADE,
    date    TEXT NOT NULL,                   -- EDTF
    what    TEXT NOT NULL
);
CREATE INDEX tag_event_by_tag ON tag_event (tag_id);

-- A tag on a work, with who put it there (`origin`), on whose word (`source`: the person, the rule, the
-- file) and why; by a rule, with a JSON array of the conditions that hold for the work, each with the words
-- of the work that meet it (`condition`, `text`).
CREATE TABLE assignment (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    work_id  INTEGER NOT NULL REFERENCES work ON DELETE CASCADE,
    tag_id   INTEGER NOT NULL REFERENCES tag ON DELETE CASCADE,
    origin   TEXT NOT NULL CHECK (origin IN ('hand', 'rule', 'import')),
    source   TEXT NOT NULL,
    reason   TEXT,
    at       TEXT NOT NULL,
    matched  TEXT,
    UNIQUE (work_id, tag_id, origin, source)
);
-- Which works have a tag, or one from an origin, without a look at the assignments themselves.
CREATE INDEX assignment_by_tag ON assignment (tag_id, work_id);
CREATE INDEX assignment_by_origin ON assignment (origin, work_id);
CREATE INDEX assignment_by_rule ON assignment (source) WHERE origin = 'rule';

-- A tag that a person took off a work, so that no rule and no import puts it there again.
CREATE TABLE veto (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    work_id  INTEGER NOT NULL REFERENCES work ON DELETE CASCADE,
    tag_id   INTEGER NOT NULL REFERENCES tag ON DELETE CASCADE,
    at       TEXT NOT NULL,
    UNIQUE (work_id, tag_id)
);
CREATE INDEX veto_by_tag ON veto (tag_id);

-- Two works of which a person said that they are not one, so that nothing joins them again.
CREATE TABLE kept_apart (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    work_id   INTEGER NOT NULL REFERENCES work ON DELETE CASCADE,
    other_id  INTEGER NOT NULL REFERENCES work ON DELETE CASCADE,
    at        TEXT NOT NULL,
    UNIQUE (work_id, other_id),
    CHECK (work_id < other_id)
);
CREATE INDEX kept_apart_by_other ON kept_apart (other_id);

-- ------------------------------------------------------------------ the truth: facets and rules

-- What is known of a facet beside its tags. A work has one tag at most of an exclusive one.
CREATE TABLE facet (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    name       TEXT NOT NULL UNIQUE,
    label      TEXT,
    exclusive  INTEGER NOT NULL CHECK (exclusive IN (0, 1))
);

-- A rule: works that meet `condition`, a query, get the tags that `tags` names. `must` and `must_not` are
-- the keys of works that it is known to be right and wrong for. All three are JSON arrays of text.
-- `position` is its place among the rules, which are applied in this order.
CREATE TABLE rule (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
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
    id    INTEGER PRIMARY KEY AUTOINCREMENT,
    name  TEXT NOT NULL UNIQUE
);

-- ------------------------------------------------------------------ the truth: notes and linked files

-- A person's own note on a work, in Markdown.
CREATE TABLE note (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    work_id     INTEGER NOT NULL UNIQUE REFERENCES work ON DELETE CASCADE,
    text        TEXT NOT NULL,
    changed_at  TEXT NOT NULL
);

-- A file that belongs to a work. `path` is relative to the root of linked files, with `/` between its
-- parts, or absolute where the file lies elsewhere. What the entry's own field `file` names is not here.
CREATE TABLE linked_file (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    work_id      INTEGER NOT NULL REFERENCES work ON DELETE CASCADE,
    path         TEXT NOT NULL,
    description  TEXT,
    added_at     TEXT NOT NULL,
    UNIQUE (work_id, path)
);

-- The directory that paths of linked files start from: one row, or none where it is the library's own
-- directory. `path` is absolute, or relative to the library's directory.
CREATE TABLE file_root (
    id    INTEGER PRIMARY KEY AUTOINCREMENT,
    path  TEXT NOT NULL
);

-- ------------------------------------------------------------------ the truth: reading lists

-- A reading list. `query` says in the query language which works it holds; NULL, it holds those alone
-- that were pinned. `rest` heads the works that no section takes; empty, it leaves them out. An order
-- is by the style, or one of its own, with a minus before it from the last to the first.
CREATE TABLE reading_list (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
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

-- The same with the work that each row is about now.
CREATE VIEW listed AS
    SELECT id, list_id, standing, section_id, position, annotation, key,
           coalesce(work_id, (SELECT work.id FROM work WHERE work.key = list_work.key),
                    (SELECT key_alias.work_id FROM key_alias WHERE alias = list_work.key)) AS work_id
    FROM list_work;

-- What a list held at a time. It never changes, so that it is kept whole, as JSON.
CREATE TABLE list_edition (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    list_id    INTEGER NOT NULL REFERENCES reading_list ON DELETE CASCADE,
    name       TEXT NOT NULL,
    frozen_at  TEXT NOT NULL,
    content    TEXT NOT NULL,
    UNIQUE (list_id, name)
);

-- ------------------------------------------------------------------ history: the undo log

-- A command that changed the library. `state` is `done`; `undone`, so that `redo` can redo it; or `dropped`,
-- undone and then discarded by a new step. `undo_order` numbers the undone steps in the order in which they were
-- undone; `redo` takes the last one.
CREATE TABLE step (
    id          INTEGER PRIMARY KEY,
    command     TEXT NOT NULL,
    at          TEXT NOT NULL,
    state       TEXT NOT NULL DEFAULT 'done' CHECK (state IN ('done', 'undone', 'dropped')),
    undo_order  INTEGER
);

-- The rows from `row_id` to `last_row_id` of a table that a step inserted, or one row that it updated or deleted,
-- with its columns before the step as a JSON object. The changes of an undone step are those of its inverse: they
-- say what redoing it has to revert.
CREATE TABLE change (
    id           INTEGER PRIMARY KEY,
    step_id      INTEGER NOT NULL REFERENCES step ON DELETE CASCADE,
    table_name   TEXT NOT NULL,
    row_id       INTEGER NOT NULL,
    last_row_id  INTEGER NOT NULL,
    operation    TEXT NOT NULL CHECK (operation IN ('insert', 'update', 'delete')),
    before       TEXT
);
CREATE INDEX change_by_step ON change (step_id, table_name, row_id);

-- ------------------------------------------------------------------ derived: made anew by `rebuild`

-- What a work is found, shown and sorted by.
CREATE TABLE work_summary (
    work_id             INTEGER PRIMARY KEY REFERENCES work ON DELETE CASCADE,
    entry_type          TEXT NOT NULL,             -- BibLaTeX, in lower case
    title               TEXT,
    authors             TEXT NOT NULL,             -- JSON array of names as they are read
    sort_author         TEXT NOT NULL,             -- first author, family name first, without case or accents
    year                INTEGER,
    last_year           INTEGER,                   -- of a range
    citation_key        TEXT NOT NULL DEFAULT '',
    -- The years of the work that this one is a new edition, a translation or a reprint of.
    original_year       INTEGER,
    last_original_year  INTEGER,
    match_keys          TEXT NOT NULL DEFAULT '[]' -- JSON array
);
CREATE INDEX work_summary_by_year ON work_summary (year, last_year);
-- A work of several years is found by its last one, too.
CREATE INDEX work_summary_by_last_year ON work_summary (last_year, year) WHERE last_year IS NOT NULL;
CREATE INDEX work_summary_by_original_year ON work_summary (original_year, last_original_year)
    WHERE original_year IS NOT NULL;
CREATE INDEX work_summary_by_type ON work_summary (entry_type);

-- The work in the variables of CSL, as JSON. These are long and seldom asked for: they stand apart, so that
-- `reference` is short to read from one end to the other.
CREATE TABLE csl_item (
    work_id  INTEGER PRIMARY KEY REFERENCES work_summary ON DELETE CASCADE,
    item     TEXT NOT NULL
);

-- What identifies a work whatever its key: its DOI, ISBNs and eprint, and its fingerprint (title, first author,
-- year, type), each as a hash. Works that share one are compared in full. `work_summary` has the same keys for
-- each work, so that they can be deleted with it.
CREATE TABLE match_key (
    match_key  INTEGER NOT NULL,
    work_id    INTEGER NOT NULL,
    PRIMARY KEY (match_key, work_id)
) WITHOUT ROWID;

-- The keys that a work inherits fields from (BibLaTeX's `crossref` and `xdata`).
CREATE TABLE inheritance (
    work_id     INTEGER NOT NULL REFERENCES work_summary ON DELETE CASCADE,
    parent_key  TEXT NOT NULL
);
CREATE INDEX inheritance_by_work ON inheritance (work_id);
CREATE INDEX inheritance_by_parent ON inheritance (parent_key);

-- The values of a work's fields as plain text, with those that it inherits; the names of people as they are read,
-- one by one, as @author, @editor and @contributor; and its language as `lang`. A line for each value: the name of
-- the field, a tab, the value. Regular expressions are tried on these, and columns of overviews show them.
CREATE TABLE field_text (
    work_id  INTEGER PRIMARY KEY REFERENCES work_summary ON DELETE CASCADE,
    lines    TEXT NOT NULL
);

-- The words of works, and tokens for fields and for the ends of values: see `full_text.rs`, which folds the
-- words, so that the tokenizer has nothing to do but split them.
CREATE VIRTUAL TABLE full_text USING fts5 (
    title, author, editor, contributor, container, publisher, place, abstract, keywords, note, other, fields,
    content = '', contentless_delete = 1,
    tokenize = "ascii tokenchars '=#_'"
);

CREATE TRIGGER work_summary_leaves_full_text AFTER DELETE ON work_summary BEGIN
    DELETE FROM full_text WHERE rowid = OLD.work_id;
END;

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
