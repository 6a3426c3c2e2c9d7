-- What version 2 of the schema adds to version 1.

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

-- ------------------------------------------------------------------ the truth: reading lists

-- ------------------------------------------------------------------ derived: made anew by `rebuild`

