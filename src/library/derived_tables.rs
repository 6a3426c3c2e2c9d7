//! Derived rows: the tables `work_summary`, `csl_item`, `field_text`, `match_key`, `inheritance` and the full-text index.

use std::borrow::Cow;
use std::collections::hash_map;
use std::collections::{BTreeSet, HashMap};

use rayon::prelude::*;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{CachedStatement, OptionalExtension as _, params};

use super::field_text::{FieldText, LANGUAGE, column_of, field_of_names};
use super::full_text::{self, Column, NameOf, field_name};
use super::identity::Identity;
use super::works::LazyItem;
use super::{Change, CitableWork, Library, LibraryError, Result, Sources, Sql, TagName};
use crate::csl::formula;
use crate::formats::bibtex::schema::{self, ValueKind};
use crate::formats::bibtex::{self, Derived, Strings};
use crate::formats::bibtex::{BibFile, Duplicate, FilePiece};
use crate::language;
use crate::model::{CslDate, CslItem, CslName, CslValue, CslVariables, Entry, markup};
use crate::text;

/// The rows of a derived work, which are made without the connection, so that many are made at once.
pub(super) struct DerivedRows {
    key: String,
    times: Times,
    /// Whether the entry is no work, but holds data for others.
    pub(super) is_data: bool,
    item: String,
    summary: SummaryColumns,
    authors: String,
    pub(super) parents: Vec<String>,
    pub(super) text: FullText,
    values: FieldText,
    pub(super) identity: Identity,
    pub(super) match_keys: Vec<i64>,
    match_keys_as_json: String,
}

/// The derived tables that have one row for each work: their names, and their columns after `work_id`.
pub(super) const ONE_ROW_TABLES: [(&str, &str); 3] = [
    (
        "work_summary",
        "entry_type, title, authors, sort_author, year, last_year, citation_key, original_year, last_original_year,
         added, changed, match_keys",
    ),
    ("csl_item", "item"),
    ("field_text", "lines"),
];

/// The times of a work: when it was added, and when its entry last changed or was added, in seconds since 1970.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Times {
    pub(super) added: Option<i64>,
    pub(super) changed: Option<i64>,
}

/// The values that a work is found, shown and sorted by.
struct SummaryColumns {
    entry_type: String,
    title: Option<String>,
    names: Vec<String>,
    sort_author: String,
    years: Years,
    original: Years,
}

/// The first and the last year of a date; `last` only for a range.
#[derive(Default)]
struct Years {
    first: Option<i32>,
    last: Option<i32>,
}

impl Years {
    fn of(date: Option<&CslDate>) -> Self {
        let Some(date) = date else {
            return Self::default();
        };
        let first = date.year();
        let last = date
            .date_parts
            .get(1)
            .and_then(|parts| parts.first().copied())
            .filter(|last| *last != 0 && Some(*last) != first);
        Self { first, last }
    }
}

/// The text of each column of the full-text index: see [`full_text`].
#[derive(Default)]
pub(super) struct FullText {
    pub(super) columns: [String; Column::ALL.len()],
}

/// A CSL item as the library stores it: without its citation key, which is in `work_summary`.
#[derive(serde::Serialize)]
struct StoredItem<'a> {
    #[serde(rename = "type")]
    item_type: &'a str,
    #[serde(flatten)]
    variables: &'a CslVariables,
}

impl SummaryColumns {
    fn new(work: &Entry, derived: &Derived) -> Self {
        let item = &derived.item;
        let authors = principal_names(item);
        Self {
            entry_type: work.kind(),
            // As written: sentence case is for styles, not for searching.
            title: derived
                .title
                .clone()
                .or_else(|| item.text("title").map(|title| markup::plain(&title)))
                .map(|title| formula::plain(&title).into_owned()),
            names: authors.iter().map(CslName::reading_order).collect(),
            sort_author: authors
                .first()
                .map(|name| text::fold(&name.sort_order()))
                .unwrap_or_default(),
            years: Years::of(item.date("issued")),
            original: Years::of(item.date("original-date")),
        }
    }
}

impl DerivedRows {
    /// Returns the rows of a work under the key that the library knows it by, with the private note on it.
    pub(super) fn new(
        (key, times): (&str, Times),
        work: &Entry,
        derived: &Derived,
        note: Option<&str>,
    ) -> Self {
        let item = &derived.item;
        let summary = SummaryColumns::new(work, derived);
        let identity = Identity::of(work, item, principal_names(item));
        let match_keys = identity.match_keys();
        let authors = serde_json::to_string(&summary.names).unwrap_or_default();
        let mut values = FieldText::default();
        let text = FullText::of(key, derived, note, &mut values);
        Self {
            key: key.to_owned(),
            times,
            is_data: derived.is_data,
            item: serde_json::to_string(&StoredItem {
                item_type: &item.item_type,
                variables: &item.variables,
            })
            .unwrap_or_default(),
            authors,
            summary,
            parents: derived.parents.clone(),
            text,
            values,
            match_keys_as_json: serde_json::to_string(&match_keys).unwrap_or_default(),
            match_keys,
            identity,
        }
    }

    /// Returns the values of the columns of [`ONE_ROW_TABLES`].
    pub(super) fn columns(&self) -> [Vec<ValueRef<'_>>; ONE_ROW_TABLES.len()] {
        let SummaryColumns {
            entry_type,
            title,
            sort_author,
            years,
            original,
            ..
        } = &self.summary;
        let number = |number: Option<i64>| number.map_or(ValueRef::Null, ValueRef::Integer);
        let year = |year: Option<i32>| number(year.map(i64::from));
        [
            vec![
                entry_type.as_str().into(),
                title.as_deref().map_or(ValueRef::Null, ValueRef::from),
                self.authors.as_str().into(),
                sort_author.as_str().into(),
                year(years.first),
                year(years.last),
                self.key.as_str().into(),
                year(original.first),
                year(original.last),
                number(self.times.added),
                number(self.times.changed),
                self.match_keys_as_json.as_str().into(),
            ],
            vec![self.item.as_str().into()],
            vec![self.values.as_str().into()],
        ]
    }
}

impl FullText {
    /// Returns the text for the index, and adds the plain values to `values`.
    fn of(key: &str, derived: &Derived, note: Option<&str>, values: &mut FieldText) -> Self {
        let item = &derived.item;
        let mut text = Self::default();
        text.add_names(item, values);
        for (name, value) in &derived.fields {
            text.add_field(&field_name(name), value, values);
        }
        // Nobody searches for the whole value of these, so nothing marks its ends.
        let other = text.column(Column::Other);
        full_text::add_words(other, key);
        for alias in &derived.aliases {
            full_text::add_words(other, alias);
        }
        if let Some(year) = item.date("issued").and_then(CslDate::year) {
            full_text::add_words(other, &year.to_string());
        }
        if let Some(language) = item.text("language") {
            text.add_language(&language);
            values.add(LANGUAGE, &language);
        }
        if let Some(note) = note {
            text.add(Column::Note, note);
            full_text::add_field(text.column(Column::Fields), "note", "");
        }
        text
    }

    fn column(&mut self, column: Column) -> &mut String {
        let [
            fields,
            title,
            author,
            editor,
            contributor,
            container,
            publisher,
            place,
            summary,
            keywords,
            note,
            other,
        ] = &mut self.columns;
        match column {
            Column::Title => title,
            Column::Author => author,
            Column::Editor => editor,
            Column::Contributor => contributor,
            Column::Container => container,
            Column::Publisher => publisher,
            Column::Place => place,
            Column::Abstract => summary,
            Column::Keywords => keywords,
            Column::Note => note,
            Column::Other => other,
            Column::Fields => fields,
        }
    }

    fn add(&mut self, column: Column, value: &str) {
        full_text::add_value(self.column(column), value);
    }

    /// Adds the names, in the order in which they are read. Editors of a work without authors are also indexed as its
    /// authors, because they are printed in their place.
    fn add_names(&mut self, item: &CslItem, values: &mut FieldText) {
        let principal = item.principal_variable();
        for (variable, value) in &item.variables {
            let CslValue::Names(names) = value else {
                continue;
            };
            let is_principal = Some(variable) == principal;
            let columns: &[Column] = match variable {
                "editor" if is_principal => &[Column::Author, Column::Editor],
                "editor" => &[Column::Editor],
                _ if is_principal => &[Column::Author],
                _ => &[Column::Contributor],
            };
            for name in names {
                let of = match name.family {
                    Some(_) => NameOf::Person,
                    None => NameOf::Organisation,
                };
                let east_asian = name.east_asian();
                let name = name.reading_order();
                for column in columns {
                    full_text::add_name(self.column(*column), &name, of);
                    // Also indexed as it would be read with the given name first.
                    if let Some((family, given)) = east_asian {
                        full_text::add_name(self.column(*column), &format!("{given}{family}"), of);
                    }
                    if let Some(field) = field_of_names(*column) {
                        values.add(field, &name);
                    }
                }
            }
        }
    }

    /// Adds a field of the entry, under the name that it is indexed by: into the column that it belongs to, and
    /// word by word into that of the fields, where the column does not answer for it alone.
    fn add_field(&mut self, name: &str, value: &str, values: &mut FieldText) {
        use Column as C;
        let data = schema::field(name).map(|field| field.data);
        if name == "author" {
            full_text::add_field(self.column(C::Fields), name, "");
            return;
        }
        let plain = bibtex::plain(value);
        values.add(name, &plain);
        if name == "editor" {
            full_text::add_field(self.column(C::Fields), name, "");
            return;
        }
        if data == Some(ValueKind::Names) {
            for person in bibtex::read_names(value) {
                let person = person.to_csl(true).reading_order();
                full_text::add_field(self.column(C::Fields), name, &person);
                // The romanised form of a name.
                if name == "sortname" {
                    self.add(C::Author, &person);
                }
                self.add(C::Contributor, &person);
            }
            return;
        }
        let column = column_of(name);
        let parts: Vec<&str> = match data {
            Some(ValueKind::List) => bibtex::split_list(&plain),
            Some(ValueKind::Separated) => plain.split([',', ';']).collect(),
            _ => vec![&plain],
        };
        for value in parts {
            if let Some(column) = column {
                self.add(column, value);
            }
            match name {
                // The title of a multi-volume work is also a title.
                "maintitle" | "mainsubtitle" => self.add(C::Title, value),
                "isbn" => {
                    self.add_isbns(value);
                    continue;
                }
                _ => {}
            }
            let text = match name {
                _ if HAS_OWN_COLUMN.contains(&name) => "",
                "doi" => crate::model::Doi::strip_resolver(value),
                _ => value,
            };
            full_text::add_field(self.column(C::Fields), name, text);
        }
    }

    /// Adds ISBNs with thirteen digits, so that their spelling does not matter.
    fn add_isbns(&mut self, value: &str) {
        for isbn in value
            .split([',', ';'])
            .filter(|isbn| !isbn.trim().is_empty())
        {
            let digits = full_text::isbn_digits(isbn);
            full_text::add_field(self.column(Column::Fields), "isbn", &digits);
        }
    }

    /// Adds the language of a tag such as `de-AT`, alone and with its region.
    fn add_language(&mut self, text: &str) {
        let known = language::tag_of(text);
        let tag = known.as_deref().unwrap_or(text);
        let (language, region) = tag.split_once('-').unwrap_or((tag, ""));
        let column = self.column(Column::Fields);
        full_text::add_field(column, LANGUAGE, language);
        if !region.is_empty() {
            full_text::add_field(column, LANGUAGE, &tag.replace('-', ""));
        }
    }
}

/// The fields that a field of the query language asks for by their column or by an index of another table, so
/// that it is enough to say that they are there.
const HAS_OWN_COLUMN: &[&str] = &[
    "title",
    "journaltitle",
    "publisher",
    "location",
    "date",
    "abstract",
    "keywords",
    "note",
];

pub(super) fn principal_names(item: &CslItem) -> &[CslName] {
    item.principal_names()
}

impl CitableWork {
    /// Returns the works of a file, without any library: in the file's order, with the tags that their
    /// keywords name.
    pub fn of_file(file: &BibFile) -> Vec<Self> {
        let in_file = file.by_key();
        let works: Vec<(&Entry, &str)> = file
            .pieces
            .iter()
            .filter_map(|piece| match piece {
                FilePiece::Entry {
                    duplicate: Some(Duplicate::Identical),
                    ..
                } => None,
                FilePiece::Entry {
                    work, duplicate, ..
                } => Some((&**work, Duplicate::key_of(work, duplicate.as_ref()))),
                _ => None,
            })
            .collect();
        let parent = |key: &str| in_file.get(key).copied().map(Cow::Borrowed);
        works
            .par_iter()
            .filter_map(|(work, key)| {
                let mut derived = bibtex::derive(work, &file.strings, &parent);
                if derived.is_data {
                    return None;
                }
                derived.item.id = (*key).to_owned();
                let head = SummaryColumns::new(work, &derived);
                Some(Self {
                    id: 0,
                    key: (*key).to_owned(),
                    entry_type: head.entry_type,
                    title: head.title,
                    authors: head.names,
                    sort_author: head.sort_author,
                    year: head.years.first,
                    tags: derived
                        .keywords
                        .iter()
                        .filter_map(|keyword| keyword.parse::<TagName>().ok())
                        .collect(),
                    item: LazyItem::Read(derived.item),
                })
            })
            .collect()
    }
}

/// The `@string`s of files, each read once.
#[derive(Default)]
pub(super) struct StringCache {
    by_file: HashMap<i64, Strings>,
    none: Strings,
}

impl StringCache {
    /// Returns the `@string`s of the file of a work, so that its fields keep their meaning.
    pub(super) fn of(&mut self, library: &Library, work: i64) -> Result<&Strings> {
        let file = self.file_of(library, work)?;
        Ok(self.of_file(file))
    }

    /// Returns the `@string`s of a file that [`StringCache::file_of`] returned.
    pub(super) fn of_file(&self, file: Option<i64>) -> &Strings {
        file.and_then(|file| self.by_file.get(&file))
            .unwrap_or(&self.none)
    }

    /// Returns the file of a work, and remembers its `@string`s.
    pub(super) fn file_of(&mut self, library: &Library, work: i64) -> Result<Option<i64>> {
        let file = library
            .connection
            .prepare_cached(
                "SELECT source_file_id FROM occurrence WHERE work_id = ?1
                 ORDER BY source_file_id LIMIT 1",
            )?
            .query_row([work], |row| row.get::<_, i64>(0))
            .optional()?;
        self.load(library, file)?;
        Ok(file)
    }

    /// Returns the `@string`s of a file at its last import; none if it was never imported.
    pub(super) fn of_source(&mut self, library: &Library, file: Option<i64>) -> Result<&Strings> {
        self.load(library, file)?;
        Ok(self.of_file(file))
    }

    fn load(&mut self, library: &Library, file: Option<i64>) -> Result<()> {
        if let Some(file) = file
            && let hash_map::Entry::Vacant(new) = self.by_file.entry(file)
        {
            let strings = bibtex::read(&library.sources().leading_with_strings(file)?).strings;
            let strings = match strings.has_several_meanings() {
                // The meaning of an entry depends on its place.
                true => bibtex::read(&library.sources().outline(file)?).strings,
                false => strings,
            };
            new.insert(strings);
        }
        Ok(())
    }
}

impl Sources<'_> {
    /// Returns a file with its `@string`s and the keys of its entries, without their fields.
    fn outline(&self, file: i64) -> Result<String> {
        let mut places = self.library.connection.prepare_cached(
            "SELECT leading, key, coalesce(variant, source)
             FROM occurrence JOIN work ON work.id = work_id
             WHERE source_file_id = ?1 AND gone_at IS NULL ORDER BY occurrence.id",
        )?;
        let mut rows = places.query([file])?;
        let mut outline = String::new();
        while let Some(row) = rows.next()? {
            outline.push_str(&row.get::<_, String>(0)?);
            // A work may have another key in the library than in the file.
            let key: String = row.get(1)?;
            outline.push_str(&format!("@misc{{{key}}}\n"));
            if let Ok(entry) = bibtex::parse_entry(&row.get::<_, String>(2)?)
                && entry.key != key
            {
                outline.push_str(&format!("@misc{{{}}}\n", entry.key));
            }
        }
        Ok(outline)
    }

    /// Returns the text between the entries of a file that may contain `@string`s.
    pub(super) fn leading_with_strings(&self, file: i64) -> Result<String> {
        let mut leading = self.library.connection.prepare_cached(
            "SELECT leading FROM occurrence WHERE source_file_id = ?1 AND leading LIKE '%@%'
             ORDER BY id",
        )?;
        let texts = leading
            .query_map([file], |row| row.get::<_, String>(0))?
            .collect::<rusqlite::Result<Vec<_>>>()?;
        Ok(texts.concat())
    }
}

/// The statements that write derived rows, prepared once for many works.
pub(super) struct DerivedRowWriter<'c> {
    /// The statements for [`ONE_ROW_TABLES`].
    one_row: Vec<CachedStatement<'c>>,
    parent: CachedStatement<'c>,
    match_key: CachedStatement<'c>,
    /// The match keys with their works that are to be written: sorted, they take a third of the time.
    match_keys: Vec<(i64, i64)>,
    full_text: CachedStatement<'c>,
    change: &'c Change<'c>,
}

impl<'c> DerivedRowWriter<'c> {
    pub(super) fn new(change: &'c Change<'c>) -> Result<Self> {
        let connection = change.connection();
        let one_row = ONE_ROW_TABLES.map(|(table, columns)| {
            let marks = Sql::marks(columns.split(',').count());
            connection.prepare_cached(&format!(
                "INSERT INTO {table} (work_id, {columns}) VALUES (?, {marks})"
            ))
        });
        Ok(Self {
            change,
            one_row: one_row.into_iter().collect::<rusqlite::Result<_>>()?,
            parent: connection
                .prepare_cached("INSERT INTO inheritance (work_id, parent_key) VALUES (?1, ?2)")?,
            match_key: connection
                .prepare_cached("INSERT INTO match_key (match_key, work_id) VALUES (?1, ?2)")?,
            match_keys: Vec::new(),
            full_text: connection.prepare_cached(&format!(
                "INSERT INTO full_text (rowid, {}) VALUES (?, {})",
                Column::ALL.map(Column::name).join(", "),
                Sql::marks(Column::ALL.len())
            ))?,
        })
    }

    /// Writes the derived rows of a work that has none.
    pub(super) fn write(&mut self, work: i64, rows: &DerivedRows) -> Result<()> {
        for parent in &rows.parents {
            self.parent.execute(params![work, parent])?;
        }
        if rows.is_data {
            // Other entries inherit from it, but no query finds it.
            return Ok(());
        }
        for (statement, values) in self.one_row.iter_mut().zip(rows.columns()) {
            statement.raw_bind_parameter(1, work)?;
            for (position, value) in values.into_iter().enumerate() {
                statement.raw_bind_parameter(position + 2, ToSqlOutput::Borrowed(value))?;
            }
            statement.raw_execute()?;
        }
        let match_keys = rows.match_keys.iter().map(|key| (*key, work));
        self.match_keys.extend(match_keys);
        self.full_text.raw_bind_parameter(1, work)?;
        for (position, text) in rows.text.columns.iter().enumerate() {
            self.full_text.raw_bind_parameter(position + 2, text)?;
        }
        self.full_text.raw_execute()?;
        self.change.note_entry(work);
        Ok(())
    }

    /// Writes the values that were collected.
    pub(super) fn finish(mut self) -> Result<()> {
        self.match_keys.sort_unstable();
        for (key, work) in self.match_keys {
            self.match_key.execute([key, work])?;
        }
        Ok(())
    }
}

/// A stored work with what is needed to derive its rows.
struct StoredWork {
    id: i64,
    times: Times,
    work: Entry,
    /// The file whose `@string`s its fields name.
    file: Option<i64>,
    note: Option<String>,
}

impl StoredWork {
    fn derive(&self, strings: &StringCache, parents: &Parents) -> DerivedRows {
        let strings = strings.of_file(self.file);
        let derived = bibtex::derive(&self.work, strings, &|key| parents.get(key));
        let head = (self.work.key.as_str(), self.times);
        DerivedRows::new(head, &self.work, &derived, self.note.as_deref())
    }
}

/// Works of the library that others inherit from, by the keys that these name.
#[derive(Default)]
pub struct Parents(HashMap<String, Option<Entry>>);

impl Parents {
    /// Reads the works that an entry inherits from, directly or not; those for which `is_known` need not be read.
    pub(super) fn load(
        &mut self,
        library: &Library,
        entry: &Entry,
        strings: &Strings,
        is_known: &dyn Fn(&str) -> bool,
    ) -> Result<()> {
        let mut pending = bibtex::parent_keys(entry, strings);
        while let Some(key) = pending.pop() {
            if self.0.contains_key(&key) || is_known(&key) {
                continue;
            }
            // An entry that cannot be read is treated as missing.
            let parent = match library.works().find(&key)? {
                Some(_) => library.works().entry(&key).ok(),
                None => None,
            };
            if let Some(parent) = &parent {
                pending.extend(bibtex::parent_keys(parent, strings));
            }
            self.0.insert(key, parent);
        }
        Ok(())
    }

    /// Returns the entry of a work by its key.
    pub fn get(&self, key: &str) -> Option<Cow<'_, Entry>> {
        self.0.get(key)?.as_ref().map(Cow::Borrowed)
    }
}

/// The number of works from which building their part of the full-text index in memory pays off.
const MANY: usize = 1_000;

impl Change<'_> {
    /// Prepares the full-text index for many works: they are gathered in memory and written as a few segments instead
    /// of many small ones that are merged later. `end_bulk_index` ends this.
    pub(super) fn begin_bulk_index(&self, works: usize) -> Result<()> {
        // Half of the words of 100,000 works. More would take memory and save no time.
        const BYTES: i64 = 16 << 20;
        if works >= MANY {
            self.set_full_text_gathering(BYTES)?;
        }
        Ok(())
    }

    pub(super) fn end_bulk_index(&self, works: usize) -> Result<()> {
        const FTS5_DEFAULT: i64 = 1 << 20;
        if works >= MANY {
            self.set_full_text_gathering(FTS5_DEFAULT)?;
        }
        Ok(())
    }

    fn set_full_text_gathering(&self, bytes: i64) -> Result<()> {
        self.connection().execute(
            "INSERT INTO full_text (full_text, rank) VALUES ('hashsize', ?1)",
            [bytes],
        )?;
        Ok(())
    }

    /// Returns the works that inherit from these, directly or not.
    pub(super) fn inheriting_works(&self, works: &BTreeSet<i64>) -> Result<BTreeSet<i64>> {
        let connection = self.connection();
        let inherits = connection
            .prepare_cached("SELECT 1 FROM inheritance")?
            .exists([])?;
        let mut heirs = BTreeSet::new();
        let mut pending: Vec<i64> = if inherits {
            works.iter().copied().collect()
        } else {
            Vec::new()
        };
        let mut statement = connection.prepare_cached(
            "SELECT work_id FROM inheritance WHERE parent_key IN (
                 SELECT key FROM work WHERE id = ?1
                 UNION ALL SELECT alias FROM key_alias WHERE work_id = ?1)",
        )?;
        while let Some(work) = pending.pop() {
            for heir in statement.query_map([work], |row| row.get::<_, i64>(0))? {
                let heir = heir?;
                if !works.contains(&heir) && heirs.insert(heir) {
                    pending.push(heir);
                }
            }
        }
        Ok(heirs)
    }

    /// Deletes the derived rows of works. Before works are removed, this comes first, because the match keys of removed
    /// works cannot be found.
    pub(super) fn delete_derived(&self, works: &BTreeSet<i64>) -> Result<()> {
        // All at once: at each statement that has to do with other tables, too, FTS5 writes out what it has
        // gathered.
        let numbers = serde_json::to_string(works).unwrap_or_default();
        let connection = self.connection();
        connection
            .prepare_cached(
                "DELETE FROM match_key WHERE (match_key, work_id) IN (
                     SELECT one.value, work_summary.work_id FROM work_summary, json_each(work_summary.match_keys) AS one
                     WHERE work_summary.work_id IN (SELECT value FROM json_each(?1)))",
            )?
            .execute([&numbers])?;
        connection
            .prepare_cached(
                "DELETE FROM inheritance WHERE work_id IN (SELECT value FROM json_each(?1))",
            )?
            .execute([&numbers])?;
        connection
            .prepare_cached(
                "DELETE FROM work_summary WHERE work_id IN (SELECT value FROM json_each(?1))",
            )?
            .execute([&numbers])?;
        Ok(())
    }

    /// Derives the rows of these works, and of the works that inherit from them, again. Works that no longer
    /// exist have none.
    pub(super) fn derive_works(&self, mut works: BTreeSet<i64>) -> Result<()> {
        if works.is_empty() {
            return Ok(());
        }
        works.extend(self.inheriting_works(&works)?);
        self.delete_derived(&works)?;
        let works: Vec<i64> = works.into_iter().collect();
        self.write_derived(&works, &mut |_| {})
    }

    /// Derives works that have no derived rows, and writes the rows of some while the next are derived. `advance` is
    /// called with the number of works that were processed since the last call.
    fn write_derived(&self, works: &[i64], advance: &mut dyn FnMut(usize)) -> Result<()> {
        self.begin_bulk_index(works.len())?;
        let mut writer = DerivedRowWriter::new(self)?;
        self.derive_in_batches(works, &mut |batch| {
            for (work, rows) in batch {
                writer.write(*work, rows)?;
            }
            advance(batch.len());
            Ok(())
        })?;
        writer.finish()?;
        self.end_bulk_index(works.len())
    }

    /// Rebuilds all derived rows and the damaged indexes. Returns the number of works. `advance` is called with
    /// the number of works done since the last call.
    ///
    /// # Errors
    ///
    /// [`super::LibraryError::UnreadableWork`] if a stored entry is damaged.
    pub fn rebuild(&self, advance: &mut dyn FnMut(usize)) -> Result<usize> {
        let connection = self.connection();
        self.repair_indexes()?;
        connection.execute("DELETE FROM inheritance", [])?;
        connection.execute("DELETE FROM match_key", [])?;
        connection.execute("DELETE FROM work_summary", [])?;
        connection.execute(
            "INSERT INTO full_text (full_text) VALUES ('delete-all')",
            [],
        )?;
        connection.execute("INSERT INTO file_text (file_text) VALUES ('rebuild')", [])?;
        let mut statement = connection.prepare("SELECT id FROM work")?;
        let works: Vec<i64> = statement
            .query_map([], |row| row.get(0))?
            .collect::<rusqlite::Result<_>>()?;
        let count = works.len();
        self.write_derived(&works, advance)?;
        Ok(count)
    }

    /// Rebuilds the indexes of damaged tables. Checking all indexes is faster than rebuilding them.
    fn repair_indexes(&self) -> Result<()> {
        let connection = self.connection();
        let mut statement = connection.prepare(
            "SELECT name FROM pragma_table_list
             WHERE schema = 'main' AND type = 'table' AND name NOT GLOB 'sqlite_*'",
        )?;
        let tables = statement.query_map([], |row| row.get(0))?;
        for table in tables.collect::<rusqlite::Result<Vec<String>>>()? {
            let look = format!("PRAGMA integrity_check({table})");
            let said: String = connection.query_row(&look, [], |row| row.get(0))?;
            if said != "ok" {
                connection.execute_batch(&format!("REINDEX {table}"))?;
            }
        }
        Ok(())
    }
}

/// Processes the derived rows of some works, each with its work.
type PassOn<'p> = dyn FnMut(&[(i64, DerivedRows)]) -> Result<()> + 'p;

impl Library {
    /// Derives the rows of works, many at once, and passes them on in the order of the works. While `pass_on` processes
    /// some, the next are derived.
    ///
    /// # Errors
    ///
    /// [`LibraryError::UnreadableWork`] if a stored entry is damaged.
    pub(super) fn derive_in_batches(&self, works: &[i64], pass_on: &mut PassOn<'_>) -> Result<()> {
        let mut strings = StringCache::default();
        let mut derived: Vec<(i64, DerivedRows)> = Vec::new();
        for batch in works.chunks(MANY) {
            let stored = self.stored(batch, &mut strings)?;
            let parents = self.parents_of(&stored, &strings)?;
            let derive = || -> Vec<(i64, DerivedRows)> {
                let works = stored.par_iter();
                works
                    .map(|work| (work.id, work.derive(&strings, &parents)))
                    .collect()
            };
            derived = if derived.is_empty() {
                derive()
            } else {
                std::thread::scope(|scope| -> Result<_> {
                    let next = scope.spawn(derive);
                    pass_on(&derived)?;
                    next.join()
                        .or_else(|panic| std::panic::resume_unwind(panic))
                })?
            };
        }
        pass_on(&derived)
    }

    /// Reads the works that these inherit from.
    fn parents_of(&self, works: &[StoredWork], strings: &StringCache) -> Result<Parents> {
        let mut parents = Parents::default();
        for work in works {
            parents.load(self, &work.work, strings.of_file(work.file), &|_| false)?;
        }
        Ok(parents)
    }

    /// Returns stored works, without removed ones.
    fn stored(&self, works: &[i64], strings: &mut StringCache) -> Result<Vec<StoredWork>> {
        let mut entry = self.connection.prepare_cached(
            "SELECT key, source, unixepoch(added_at), unixepoch(coalesce(changed_at, added_at))
             FROM work WHERE id = ?1",
        )?;
        let mut stored = Vec::with_capacity(works.len());
        for id in works {
            let found = entry.query_row([id], |row| {
                let times = Times {
                    added: row.get(2)?,
                    changed: row.get(3)?,
                };
                Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?, times))
            });
            let Some((key, source, times)) = found.optional()? else {
                continue;
            };
            let mut work = read_entry(&key, &source)?;
            work.key = key;
            stored.push(StoredWork {
                id: *id,
                times,
                work,
                file: strings.file_of(self, *id)?,
                note: self.private_note(*id)?,
            });
        }
        Ok(stored)
    }

    /// Returns the private note on a work, which is part of the full-text index.
    fn private_note(&self, work: i64) -> Result<Option<String>> {
        Ok(self
            .connection
            .prepare_cached("SELECT text FROM note WHERE work_id = ?1")?
            .query_row([work], |row| row.get(0))
            .optional()?)
    }
}

/// Reads the stored entry of a work.
pub(super) fn read_entry(key: &str, source: &str) -> Result<Entry> {
    bibtex::parse_entry(source).map_err(|error| LibraryError::UnreadableWork {
        key: key.to_owned(),
        reason: error.to_string(),
    })
}
