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

-- ------------------------------------------------------------------ the truth: rules

-- ------------------------------------------------------------------ the truth: notes and linked files

-- ------------------------------------------------------------------ the truth: reading lists

-- ------------------------------------------------------------------ derived: made anew by `rebuild`

-- The years of the work that this one is a new edition, a translation or a reprint of.
ALTER TABLE reference ADD COLUMN original_year INTEGER;
ALTER TABLE reference ADD COLUMN last_original_year INTEGER;
CREATE INDEX reference_by_original_year ON reference (original_year, last_original_year)
    WHERE original_year IS NOT NULL;

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
