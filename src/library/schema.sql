-- The schema of a peerbib library, version 1.
--
-- Three kinds of tables: what was imported and entered (the source of truth), history, and what is derived from
-- the entries. History records the changes of the first kind by table and rowid. These tables use AUTOINCREMENT,
-- so that a rowid is never reused. Times are UTC, RFC 3339.
--
-- A CHECK of three or more values has ORs: for IN, SQLite fills a temporary table with them at each statement, which
-- took two thirds of the time to insert an assignment.

-- ------------------------------------------------------------------ source of truth: works and tags

-- A work. `source` is the verbatim text of its entry and the only copy of its type, key and fields. `key` is its
-- key in the library, which differs from the one in `source` if two files use the same key for different works.
CREATE TABLE work (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    key       TEXT NOT NULL UNIQUE,
    source    TEXT NOT NULL,
    added_at  TEXT NOT NULL,
    -- When the entry last changed; NULL if it never did.
    changed_at TEXT
);

-- Other keys of a work: its former keys and those in its BibLaTeX field `ids`.
CREATE TABLE key_alias (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    work_id  INTEGER NOT NULL REFERENCES work ON DELETE CASCADE,
    alias    TEXT NOT NULL UNIQUE
);
CREATE INDEX key_alias_by_work ON key_alias (work_id);

-- An imported file. `trailing` is the text after its last entry.
CREATE TABLE source_file (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    path         TEXT NOT NULL UNIQUE,
    encoding     TEXT NOT NULL,
    trailing     TEXT NOT NULL,
    imported_at  TEXT NOT NULL
);

-- A place of a work in a file. `leading` is the text between the previous entry and this one: white space,
-- comments, `@string`s, `@preamble`s and rejected entries. `variant` is the text of the entry in this file if it
-- differs from that of the work. `original` is the text of the reference in a file that is not BibTeX or BibLaTeX.
--
-- The next import merges three ways. `base` is the text of the entry in the file at the last import, if that is
-- neither `variant` nor, without one, the text of the work: because it was edited since, or because the values of a
-- conflict were not taken (then those of the import before). `source_key` identifies the entry in its source, if its
-- citation key does not: Zotero's key of an item. `gone_at` is the time of the import that no longer found the entry.
CREATE TABLE occurrence (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    source_file_id  INTEGER NOT NULL REFERENCES source_file ON DELETE CASCADE,
    work_id         INTEGER NOT NULL REFERENCES work ON DELETE CASCADE,
    leading         TEXT NOT NULL,
    variant         TEXT,
    original        TEXT,
    base            TEXT,
    source_key      TEXT,
    gone_at         TEXT
);
-- With the file, so that SQLite does not look for the place of a work among all entries of the file.
CREATE INDEX occurrence_by_work ON occurrence (work_id, source_file_id);
CREATE INDEX occurrence_by_file ON occurrence (source_file_id);

-- An entry of a file whose work a person removed, by what identifies it in the file, so that it does not come back if
-- the library follows the file.
CREATE TABLE removed_entry (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    source_file_id  INTEGER NOT NULL REFERENCES source_file ON DELETE CASCADE,
    source_key      TEXT NOT NULL,
    UNIQUE (source_file_id, source_key)
);

-- A tag such as `movement:oekonux` or `theme:germ-form`. `position` is its place in the vocabulary, which
-- reading lists follow.
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
-- A new tag comes after all others.
CREATE INDEX tag_by_position ON tag (position);

CREATE TABLE tag_alias (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    tag_id  INTEGER NOT NULL REFERENCES tag ON DELETE CASCADE,
    facet   TEXT NOT NULL,
    alias   TEXT NOT NULL,
    UNIQUE (facet, alias)
);
CREATE INDEX tag_alias_by_tag ON tag_alias (tag_id);

-- The label in other languages; `language` is the first part of a tag, such as de.
CREATE TABLE tag_label (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    tag_id   INTEGER NOT NULL REFERENCES tag ON DELETE CASCADE,
    language TEXT NOT NULL,
    label    TEXT NOT NULL,
    UNIQUE (tag_id, language)
);

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

-- The assignment of a tag to a work: by whom (`origin`; `source` is the person, the rule or the file) and why. The
-- `reason` of a rule is its own `why`. For a rule, `matched` is a JSON array of the conditions that the work meets,
-- each with the matching words (`condition`, `text`).
CREATE TABLE assignment (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    work_id  INTEGER NOT NULL REFERENCES work ON DELETE CASCADE,
    tag_id   INTEGER NOT NULL REFERENCES tag ON DELETE CASCADE,
    origin   TEXT NOT NULL CHECK (origin = 'hand' OR origin = 'rule' OR origin = 'import'),
    source   TEXT NOT NULL,
    reason   TEXT,
    at       TEXT NOT NULL,
    matched  TEXT,
    UNIQUE (work_id, tag_id, origin, source)
);
-- Covering indexes: the works of a tag, and those of an origin or of a rule.
CREATE INDEX assignment_by_tag ON assignment (tag_id, work_id);
CREATE INDEX assignment_by_source ON assignment (origin, source, work_id);

-- A tag that a user removed from a work, so that no rule or import assigns it again.
CREATE TABLE veto (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    work_id  INTEGER NOT NULL REFERENCES work ON DELETE CASCADE,
    tag_id   INTEGER NOT NULL REFERENCES tag ON DELETE CASCADE,
    at       TEXT NOT NULL,
    UNIQUE (work_id, tag_id)
);
CREATE INDEX veto_by_tag ON veto (tag_id);

-- Two works that a user declared not to be duplicates, so that they are not merged.
CREATE TABLE kept_apart (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    work_id   INTEGER NOT NULL REFERENCES work ON DELETE CASCADE,
    other_id  INTEGER NOT NULL REFERENCES work ON DELETE CASCADE,
    at        TEXT NOT NULL,
    UNIQUE (work_id, other_id),
    CHECK (work_id < other_id)
);
CREATE INDEX kept_apart_by_other ON kept_apart (other_id);

-- ------------------------------------------------------------------ source of truth: facets and rules

-- Settings of a facet. A work has at most one tag of an exclusive facet.
CREATE TABLE facet (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    name       TEXT NOT NULL UNIQUE,
    label      TEXT,
    exclusive  INTEGER NOT NULL CHECK (exclusive IN (0, 1))
);

-- A rule: works that match the query `condition` get the tags in `tags`. `must` and `must_not` are keys of works
-- that have to match and must not. These three are JSON arrays of text. Rules are applied in the order of
-- `position`.
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

-- The bundled rules that were installed at some time, so that a removed one does not come back.
CREATE TABLE installed_rule (
    id    INTEGER PRIMARY KEY AUTOINCREMENT,
    name  TEXT NOT NULL UNIQUE
);

-- ------------------------------------------------------------------ source of truth: notes and linked files

-- A private note on a work, in Markdown.
CREATE TABLE note (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    work_id     INTEGER NOT NULL UNIQUE REFERENCES work ON DELETE CASCADE,
    text        TEXT NOT NULL,
    changed_at  TEXT NOT NULL
);

-- A file that belongs to a work, apart from those in the entry's own field `file`. `path` is relative to the root
-- of linked files, with `/` as separator, or absolute if the file is outside of it.
CREATE TABLE linked_file (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    work_id      INTEGER NOT NULL REFERENCES work ON DELETE CASCADE,
    path         TEXT NOT NULL,
    description  TEXT,
    added_at     TEXT NOT NULL,
    UNIQUE (work_id, path)
);

-- The directory that paths of linked files start from: at most one row; without one it is the directory of the
-- library. `path` is absolute, or relative to the directory of the library.
CREATE TABLE file_root (
    id    INTEGER PRIMARY KEY AUTOINCREMENT,
    path  TEXT NOT NULL
);

-- Where the value of a field comes from, if it was looked up: the name of the service, the address that answered, and
-- the date of the answer. `value` is the value as it was stored at the time `at`; the field may have changed since.
CREATE TABLE value_source (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    work_id  INTEGER NOT NULL REFERENCES work ON DELETE CASCADE,
    field    TEXT NOT NULL,
    value    TEXT NOT NULL,
    service  TEXT NOT NULL,
    address  TEXT NOT NULL,
    date     TEXT NOT NULL,
    at       TEXT NOT NULL,
    UNIQUE (work_id, field)
);

-- ------------------------------------------------------------------ source of truth: reading lists

-- A reading list. `query` selects its works; if it is NULL, the list has only pinned works. `rest_heading` is the
-- heading of the works that belong to no section; if it is empty, they are left out. A sort order is `style` or the
-- name of an order, with a minus for descending.
CREATE TABLE reading_list (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    name          TEXT NOT NULL UNIQUE COLLATE NOCASE,
    title         TEXT,
    introduction  TEXT,                      -- Markdown
    query         TEXT,
    style         TEXT NOT NULL,
    locale        TEXT,
    group_by      TEXT,
    duplicate_placement  TEXT NOT NULL,      -- where a work of several groups goes: `each` or `first`
    sort_order    TEXT NOT NULL,
    annotations   TEXT NOT NULL,             -- kinds of annotations, separated by commas
    rest_heading  TEXT NOT NULL,
    created_at    TEXT NOT NULL
);

-- A manual section. A work belongs to the sections that it was put into, or else to the first one whose `query`
-- matches it. A section without a query has only the works that were put into it. The works that a query matches are
-- works of the list, unless `within_list` is 1: then the query only selects among those that the list has anyway.
-- `date` is a day, a time or an interval of either, such as 2026-10-12T14:15/16:00.
CREATE TABLE list_section (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    list_id       INTEGER NOT NULL REFERENCES reading_list ON DELETE CASCADE,
    position      INTEGER NOT NULL,
    title         TEXT NOT NULL,
    introduction  TEXT,                      -- Markdown
    query         TEXT,
    within_list   INTEGER NOT NULL CHECK (within_list IN (0, 1)),
    sort_order    TEXT,
    date          TEXT
);
CREATE INDEX list_section_by_list ON list_section (list_id, position);

-- An entry of a list: a user's decisions on one work. It can be pinned or excluded regardless of the query, be put
-- at a place, and have an annotation in this list. The entry is kept when the work is removed:
-- without `work_id` it applies to the work that has `key` as its key or alias.
CREATE TABLE list_work (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    list_id     INTEGER NOT NULL REFERENCES reading_list ON DELETE CASCADE,
    work_id     INTEGER REFERENCES work ON DELETE SET NULL,
    key         TEXT NOT NULL,
    membership  TEXT CHECK (membership IN ('pinned', 'excluded')),
    position    INTEGER,
    annotation  TEXT,                        -- Markdown
    UNIQUE (list_id, work_id)
);
CREATE INDEX list_work_by_work ON list_work (work_id);

-- A work that was put into a section; it can be in several. `pages` is what to read of it, `note` a remark in plain
-- text, and `annotation` one in Markdown. Like entries, these rows are kept when the work is removed.
CREATE TABLE list_placement (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    section_id  INTEGER NOT NULL REFERENCES list_section ON DELETE CASCADE,
    work_id     INTEGER REFERENCES work ON DELETE SET NULL,
    key         TEXT NOT NULL,
    pages       TEXT,
    note        TEXT,
    annotation  TEXT,
    UNIQUE (section_id, work_id)
);
CREATE INDEX list_placement_by_work ON list_placement (work_id);

-- The entries of lists, with the works that they apply to.
CREATE VIEW listed AS
    SELECT id, list_id, membership, position, annotation, key,
           coalesce(work_id, (SELECT work.id FROM work WHERE work.key = list_work.key),
                    (SELECT key_alias.work_id FROM key_alias WHERE alias = list_work.key)) AS work_id
    FROM list_work;

-- The works in sections, likewise.
CREATE VIEW placed AS
    SELECT id, section_id, pages, note, annotation, key,
           coalesce(work_id, (SELECT work.id FROM work WHERE work.key = list_placement.key),
                    (SELECT key_alias.work_id FROM key_alias WHERE alias = list_placement.key)) AS work_id
    FROM list_placement;

-- A snapshot of a list: its content at one time. It never changes, so it is one JSON document.
CREATE TABLE list_snapshot (
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
    state       TEXT NOT NULL DEFAULT 'done'
                CHECK (state = 'done' OR state = 'undone' OR state = 'dropped'),
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
    operation    TEXT NOT NULL
                 CHECK (operation = 'insert' OR operation = 'update' OR operation = 'delete'),
    before       TEXT
);
CREATE INDEX change_by_step ON change (step_id, table_name, row_id);

-- ------------------------------------------------------------------ derived: rebuilt by `rebuild`

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
    -- When the work was added, and when its entry last changed or was added: seconds, as `unixepoch` returns them.
    added               INTEGER,
    changed             INTEGER,
    match_keys          TEXT NOT NULL DEFAULT '[]' -- JSON array
);
CREATE INDEX work_summary_by_year ON work_summary (year, last_year);
-- A work of several years is found by its last one, too.
CREATE INDEX work_summary_by_last_year ON work_summary (last_year, year) WHERE last_year IS NOT NULL;
CREATE INDEX work_summary_by_original_year ON work_summary (original_year, last_original_year)
    WHERE original_year IS NOT NULL;
CREATE INDEX work_summary_by_type ON work_summary (entry_type);
CREATE INDEX work_summary_by_added ON work_summary (added);
CREATE INDEX work_summary_by_changed ON work_summary (changed);
CREATE TRIGGER work_times_into_summary AFTER UPDATE OF added_at, changed_at ON work BEGIN
    UPDATE work_summary
    SET added = unixepoch(NEW.added_at), changed = unixepoch(coalesce(NEW.changed_at, NEW.added_at))
    WHERE work_id = NEW.id;
END;

-- The work in the variables of CSL, as CSL-JSON without the `id`, which is the citation key. These texts are long and
-- rarely read. They have their own table, so that a scan of `work_summary` is fast.
CREATE TABLE csl_item (
    work_id  INTEGER PRIMARY KEY REFERENCES work_summary ON DELETE CASCADE,
    item     TEXT NOT NULL
);

-- What identifies a work whatever its key: its DOI, ISBNs and eprint, and its fingerprint (title, first author,
-- year, type), each as a hash of four bytes. Works that share one are compared in full. `work_summary` has the same keys for
-- each work, so that they can be deleted with it.
CREATE TABLE match_key (
    match_key  INTEGER NOT NULL,
    work_id    INTEGER NOT NULL,
    PRIMARY KEY (match_key, work_id)
) WITHOUT ROWID;

-- The keys that a work inherits fields from (BibLaTeX's `crossref` and `xdata`).
CREATE TABLE inheritance (
    work_id     INTEGER NOT NULL REFERENCES work ON DELETE CASCADE,
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
    fields, title, author, editor, contributor, container, publisher, place, abstract, keywords, note, other,
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
