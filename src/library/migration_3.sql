-- What version 3 of the schema adds to version 2.

-- ------------------------------------------------------------------ derived: made anew by `rebuild`

-- Marks are looked for by themselves alone: they stand in their own order, and each work knows its own
-- (`marks`, a JSON array), by which they are taken away with it.
DROP TABLE mark;
CREATE TABLE mark (
    mark     INTEGER NOT NULL,
    work_id  INTEGER NOT NULL,
    PRIMARY KEY (mark, work_id)
) WITHOUT ROWID;
ALTER TABLE reference ADD COLUMN marks TEXT NOT NULL DEFAULT '[]';

-- The drawers of a card catalogue. A drawer holds the cards of up to 256 works whose numbers follow each
-- other (`number` is theirs, divided by 256) for one place: what an overview shows of a work
-- (`@heading`), the names of its authors, editors and contributors (`@author` and so on), or the values of a
-- field of its entry, by the name that the field is indexed under. To read one row with the cards of many works
-- is many times faster than to read a row for each of them; `drawers.rs` tells how they lie in `cards`.
CREATE TABLE drawer (
    place   TEXT NOT NULL,
    number  INTEGER NOT NULL,
    cards   TEXT NOT NULL,
    PRIMARY KEY (place, number)
);
CREATE INDEX drawer_by_number ON drawer (number);
