//! A query as a condition over the library's table `work_summary`.
//!
//! Every condition becomes the numbers of the works that meet it, found by an index: words and fields by the
//! full-text index, which is asked once for all of them that are next to each other; tags, years, types and times by
//! indexes of their own; patterns are tried on all values of their fields. Values are bound as parameters, never
//! written into the SQL.

use super::fields::{FIELDS, FieldKind, field_called};
use super::{
    Matching, NodeKind, Query, QueryError, QueryNode, QuerySpan, SearchIn, Term, TimePoint,
    TimeRange, YearRange,
};
use crate::formats::bibtex::schema;
use crate::language::{self, babel};
use crate::library::full_text::{
    self, Column, expression, field_expression, field_name, name_expression, presence_expression,
};
use crate::library::{Filter, Library, LibraryError, Selection, Sql, fields_of_columns, pattern};
use crate::suggest::{closest, did_you_mean};
use crate::text;

impl Query {
    /// Translates the query into a filter, without order and limit.
    ///
    /// # Errors
    ///
    /// [`QueryError::Unknown`] for a field, tag, key, type or list that `library` does not have.
    pub fn translate(&self, library: &Library) -> Result<Filter, QueryError> {
        self.translation(library, true).whole(&self.root)
    }

    /// Translates the condition of a rule: like [`Query::translate`], except that words are only searched for in works,
    /// never in the names of tags. Otherwise the tag that a rule adds could make the rule match.
    ///
    /// # Errors
    ///
    /// Those of [`Query::translate`].
    pub fn translate_for_rule(&self, library: &Library) -> Result<Filter, QueryError> {
        self.translation(library, false).whole(&self.root)
    }

    fn translation<'l>(&'l self, library: &'l Library, tag_names: bool) -> Translation<'l> {
        Translation {
            library,
            query: &self.text,
            lists: Vec::new(),
            tag_names,
        }
    }

    /// Translates the query into a selection with order and limit.
    ///
    /// # Errors
    ///
    /// Those of [`Query::translate`].
    pub fn selection(&self, library: &Library) -> Result<Selection, QueryError> {
        Ok(Selection {
            filter: self.translate(library)?,
            order: self.order.clone(),
            limit: self.limit,
        })
    }
}

/// A translated part of a query, which can be combined with others of its kind.
enum Translated {
    /// An FTS5 expression with its nesting depth.
    FullText { expression: String, depth: usize },
    /// Works with one of these tags.
    Tagged(Vec<i64>),
    /// Any other condition.
    Filter(Filter),
}

/// The maximal nesting of FTS5 expressions, whose parser has a limit; SQL takes over beyond it.
const DEEPEST_FULL_TEXT: usize = 12;

impl Translated {
    fn full_text(expression: String) -> Self {
        Self::FullText {
            expression,
            depth: 1,
        }
    }

    /// Works whose ids a statement selects.
    fn statement(sql: Sql) -> Self {
        Self::Filter(Filter::Statement(sql))
    }

    fn works(works: Vec<i64>) -> Self {
        Self::Filter(Filter::Works(works))
    }

    fn filter(self) -> Filter {
        match self {
            Self::FullText { expression, .. } => Filter::Statement(
                Sql::new("SELECT rowid FROM full_text WHERE full_text MATCH ?").with([expression]),
            ),
            Self::Tagged(tags) => Filter::Statement(
                Sql::new(format!(
                    "SELECT work_id FROM assignment WHERE tag_id IN ({})",
                    Sql::marks(tags.len())
                ))
                .with(tags),
            ),
            Self::Filter(condition) => condition,
        }
    }
}

struct Translation<'l> {
    library: &'l Library,
    query: &'l str,
    /// The reading lists whose queries contain this one.
    lists: Vec<String>,
    /// Whether a word also finds the works with a tag of that name.
    tag_names: bool,
}

impl Translation<'_> {
    fn whole(&mut self, root: &QueryNode) -> Result<Filter, QueryError> {
        Ok(self.node(root)?.filter())
    }

    fn node(&mut self, node: &QueryNode) -> Result<Translated, QueryError> {
        match &node.kind {
            NodeKind::All(parts) => self.all(parts),
            NodeKind::Any(parts) => self.any(parts),
            NodeKind::Not(inner) => Ok(Translated::Filter(self.node(inner)?.filter().negated())),
            NodeKind::Term { term, .. } => self.term(term, node),
        }
    }

    fn all(&mut self, parts: &[QueryNode]) -> Result<Translated, QueryError> {
        let mut wanted = Vec::new();
        let mut unwanted = Vec::new();
        let mut others = Vec::new();
        let mut deepest = 0;
        for part in parts {
            let (inner, negated) = match &part.kind {
                NodeKind::Not(inner) => (&**inner, true),
                _ => (part, false),
            };
            match self.node(inner)? {
                Translated::FullText { expression, depth } if depth < DEEPEST_FULL_TEXT => {
                    deepest = deepest.max(depth);
                    if negated { &mut unwanted } else { &mut wanted }.push(expression);
                }
                other if negated => others.push(other.filter().negated()),
                other => others.push(other.filter()),
            }
        }
        // NOT in FTS5 needs a left operand; it cannot start from all works.
        if wanted.is_empty() {
            for expression in unwanted.drain(..) {
                others.push(Translated::full_text(expression).filter().negated());
            }
        }
        if !wanted.is_empty() {
            let found = wanted.join(" AND ");
            let expression = if unwanted.is_empty() {
                found
            } else {
                format!("({found}) NOT ({})", unwanted.join(" OR "))
            };
            let full_text = Translated::FullText {
                expression: format!("({expression})"),
                depth: deepest + 2,
            };
            if others.is_empty() {
                return Ok(full_text);
            }
            others.insert(0, full_text.filter());
        }
        Ok(Translated::Filter(match others.len() {
            0 => Filter::All,
            _ => Filter::Every(others),
        }))
    }

    fn any(&mut self, parts: &[QueryNode]) -> Result<Translated, QueryError> {
        let mut expressions = Vec::new();
        let mut deepest = 0;
        let mut tags: Option<Vec<i64>> = None;
        let mut works: Option<Vec<i64>> = None;
        let mut others = Vec::new();
        for part in parts {
            match self.node(part)? {
                Translated::FullText { expression, depth } if depth < DEEPEST_FULL_TEXT => {
                    deepest = deepest.max(depth);
                    expressions.push(expression);
                }
                Translated::Tagged(more) => tags.get_or_insert_default().extend(more),
                Translated::Filter(Filter::Works(more)) => {
                    works.get_or_insert_default().extend(more);
                }
                other => others.push(other),
            }
        }
        if !expressions.is_empty() {
            others.push(Translated::FullText {
                expression: format!("({})", expressions.join(" OR ")),
                depth: deepest + 1,
            });
        }
        if let Some(mut tags) = tags {
            tags.sort_unstable();
            tags.dedup();
            others.push(Translated::Tagged(tags));
        }
        others.extend(works.map(Translated::works));
        if others.len() == 1
            && let Some(only) = others.pop()
        {
            return Ok(only);
        }
        Ok(Self::either(others))
    }

    /// Translates alternatives.
    fn either(parts: Vec<Translated>) -> Translated {
        let parts = parts.into_iter().map(Translated::filter);
        Translated::Filter(Filter::Any(parts.collect()))
    }

    fn term(&mut self, term: &Term, node: &QueryNode) -> Result<Translated, QueryError> {
        Ok(match term {
            Term::Text { place, matching } => {
                let found = self.text(place, matching, node)?;
                match (place, matching) {
                    (SearchIn::Anywhere, Matching::Words(text)) if self.tag_names => {
                        self.or_tagged(found, text)?
                    }
                    _ => found,
                }
            }
            Term::Year(span) => Translated::Filter(years(*span, "year", "last_year")),
            Term::OriginalYear(span) => {
                Translated::Filter(years(*span, "original_year", "last_original_year"))
            }
            Term::Added(span) => Translated::statement(moments(span, "added")),
            // A work that never changed has the time at which it was added.
            Term::Changed(span) => Translated::statement(moments(span, "changed")),
            Term::Type(matching) => self.of_type(matching, node)?,
            Term::Key(matching) => self.key(matching, node)?,
            Term::Language(matching) => self.language(matching, node)?,
            Term::Tag { facet, matching } => self.tagged(facet.as_deref(), matching, node)?,
            Term::Named { name, matching } => self.named(name, matching, node)?,
            Term::List(name) => self.list(name, node)?,
            Term::File(matching) => self.file(matching, node)?,
            Term::Has(name) => self.has(name, node)?,
            Term::Missing(name) => Translated::Filter(self.has(name, node)?.filter().negated()),
            Term::Origin(origin) => Translated::statement(
                Sql::new("SELECT work_id FROM assignment WHERE origin = ?").with([origin.clone()]),
            ),
        })
    }

    fn unknown(
        &self,
        node: &QueryNode,
        message: impl Into<String>,
        help: impl Into<Option<String>>,
    ) -> QueryError {
        QueryError::Unknown {
            query: self.query.to_owned(),
            span: node.span.clone(),
            message: message.into(),
            help: help.into(),
        }
    }

    /// Adds the position in the query to an error about a name that the library does not have.
    fn not_there(&self, node: &QueryNode, error: LibraryError) -> QueryError {
        match error {
            LibraryError::UnknownTag { .. }
            | LibraryError::AmbiguousTag { .. }
            | LibraryError::UnknownKey { .. }
            | LibraryError::UnknownList { .. } => QueryError::NotInLibrary {
                query: self.query.to_owned(),
                span: node.span.clone(),
                error: Box::new(error),
            },
            other => other.into(),
        }
    }

    fn text(
        &mut self,
        place: &SearchIn,
        matching: &Matching,
        node: &QueryNode,
    ) -> Result<Translated, QueryError> {
        use full_text::Extent;
        let (text, extent) = match matching {
            Matching::Words(text) => (text, Extent::Words),
            Matching::Beginning(text) => (text, Extent::Beginning),
            Matching::Whole(text) => (text, Extent::Whole),
            Matching::Pattern(text) => return Ok(Self::pattern(place, text)),
        };
        let expression = match (place, extent) {
            (SearchIn::Anywhere, _) => expression(&[], text, extent),
            (SearchIn::Names(columns), Extent::Whole) => name_expression(columns, text),
            (SearchIn::Columns(columns) | SearchIn::Names(columns), _) => {
                expression(columns, text, extent)
            }
            (SearchIn::Field(field), Extent::Beginning) if text::words(text).is_empty() => {
                Some(presence_expression(field))
            }
            (SearchIn::Field(field), _) => field_expression(field, text, extent),
        };
        expression.map(Translated::full_text).ok_or_else(|| {
            QueryError::malformed(self.query, node.span.clone(), "no word to search for", None)
        })
    }

    /// Adds to the works found by words those with a tag that has these words as its name or an alias.
    fn or_tagged(&self, found: Translated, text: &str) -> Result<Translated, QueryError> {
        let tags = self.library.tags().named(&text.to_lowercase())?;
        if tags.is_empty() {
            return Ok(found);
        }
        let tagged = Translated::Tagged(self.library.tags().with_narrower(&tags)?);
        Ok(Self::either(vec![found, tagged]))
    }

    /// Translates a regular expression, the only condition without an index: it is matched against each value, as
    /// plain text.
    fn pattern(place: &SearchIn, text: &str) -> Translated {
        let (fields, columns): (String, &[Column]) = match place {
            SearchIn::Anywhere => (String::new(), &[]),
            SearchIn::Columns(columns) | SearchIn::Names(columns) => {
                (fields_of_columns(columns), columns)
            }
            SearchIn::Field(field) => (field.clone(), &[]),
        };
        let mut statement =
            Sql::new("SELECT work_id FROM field_text WHERE field_matches(lines, ?, ?)")
                .with([fields, text.to_owned()]);
        if columns.contains(&Column::Note) {
            // Private notes are no part of an entry.
            statement.text += " UNION ALL SELECT work_id FROM note WHERE text REGEXP ?";
            statement = statement.with([text.to_owned()]);
        }
        Translated::Filter(Filter::Scan(statement))
    }

    fn of_type(&self, matching: &Matching, node: &QueryNode) -> Result<Translated, QueryError> {
        let of = |types: Vec<String>| {
            let marks = Sql::marks(types.len());
            let statement =
                format!("SELECT work_id FROM work_summary WHERE entry_type IN ({marks})");
            Translated::statement(Sql::new(statement).with(types))
        };
        let is_meant: Box<dyn Fn(&str) -> bool> = match matching {
            Matching::Words(name) | Matching::Whole(name) => {
                let is_known = schema::entry_type(name).is_some()
                    || self.library.works().types()?.contains(name);
                if !is_known {
                    let types = self.library.works().types()?;
                    let known = schema::type_names().map(str::to_owned);
                    let near = closest(name, types.iter().cloned().chain(known));
                    let help = did_you_mean(&near)
                        .unwrap_or_else(|| format!("the library has {}", types.join(", ")));
                    let message = format!("there is no type \u{201c}{name}\u{201d}");
                    return Err(self.unknown(node, message, help));
                }
                let mut types = vec![name.clone()];
                if matches!(matching, Matching::Words(_)) {
                    types.extend(schema::narrower_types(name).into_iter().map(str::to_owned));
                }
                return Ok(of(types));
            }
            Matching::Beginning(start) => Box::new(move |name| name.starts_with(start.as_str())),
            Matching::Pattern(text) => match pattern::compile(text) {
                Ok(pattern) => Box::new(move |name| pattern.is_match(name)),
                Err(_) => Box::new(|_| false),
            },
        };
        let types = self.library.works().types()?;
        Ok(of(types
            .into_iter()
            .filter(|name| is_meant(name))
            .collect()))
    }

    fn key(&self, matching: &Matching, node: &QueryNode) -> Result<Translated, QueryError> {
        match matching {
            Matching::Words(key) | Matching::Whole(key) => {
                let work = self.library.works().id(key);
                let work = work.map_err(|error| self.not_there(node, error))?;
                Ok(Translated::works(vec![work]))
            }
            Matching::Beginning(start) => {
                let behind = format!("{start}{}", char::MAX);
                Ok(Translated::statement(
                    Sql::new(
                        "SELECT id FROM work WHERE key >= ? AND key < ?
                         UNION ALL SELECT work_id FROM key_alias WHERE alias >= ? AND alias < ?",
                    )
                    .with([
                        start.clone(),
                        behind.clone(),
                        start.clone(),
                        behind,
                    ]),
                ))
            }
            Matching::Pattern(text) => Ok(Translated::Filter(Filter::Scan(
                Sql::new("SELECT id FROM work WHERE key REGEXP ?").with([text.clone()]),
            ))),
        }
    }

    /// Translates a language: a code with or without the region, or a name.
    fn language(
        &mut self,
        matching: &Matching,
        node: &QueryNode,
    ) -> Result<Translated, QueryError> {
        let place = SearchIn::Field("lang".to_owned());
        let (Matching::Words(text) | Matching::Whole(text)) = matching else {
            return self.text(&place, matching, node);
        };
        let tag = match language::tag_of(text) {
            // A name with a region, or a tag.
            Some(tag) if babel::is_regional(text) || text.contains(['-', '_']) => tag.into_owned(),
            Some(tag) => language::primary(&tag).to_owned(),
            None => text.clone(),
        };
        self.text(&place, &Matching::Words(tag.replace(['-', '_'], "")), node)
    }

    fn tagged(
        &self,
        facet: Option<&str>,
        matching: &Matching,
        node: &QueryNode,
    ) -> Result<Translated, QueryError> {
        let named = |name: &str| match facet {
            Some(facet) => format!("{facet}:{name}"),
            None => name.to_owned(),
        };
        let of_pattern = |is_meant: &dyn Fn(&str) -> bool| -> Result<Vec<i64>, QueryError> {
            let tags = self.library.tags().summaries(facet)?;
            let meant = tags.iter().filter(|tag| {
                is_meant(&tag.tag.name) || (facet.is_none() && is_meant(&tag.tag.to_string()))
            });
            Ok(meant.map(|tag| tag.id).collect())
        };
        let tags = match matching {
            Matching::Words(name) | Matching::Whole(name) => {
                let tag = self.library.tags().resolve(&named(&name.to_lowercase()));
                vec![tag.map_err(|error| self.not_there(node, error))?.id]
            }
            Matching::Beginning(start) => {
                let start = start.to_lowercase();
                of_pattern(&|name| name.starts_with(&start))?
            }
            Matching::Pattern(text) => match pattern::compile(text) {
                Ok(pattern) => of_pattern(&|name| pattern.is_match(name))?,
                Err(_) => Vec::new(),
            },
        };
        Ok(Translated::Tagged(match matching {
            Matching::Whole(_) => tags,
            _ => self.library.tags().with_narrower(&tags)?,
        }))
    }

    /// Translates a facet of the library, a BibLaTeX field, or a field of some work.
    fn named(
        &mut self,
        name: &str,
        matching: &Matching,
        node: &QueryNode,
    ) -> Result<Translated, QueryError> {
        let facets = self.library.tags().facets()?;
        if facets.iter().any(|facet| facet == name) {
            return self.tagged(Some(name), matching, node);
        }
        let field = field_name(name);
        if self.is_field(name, &field)? {
            return self.text(&SearchIn::Field(field.into_owned()), matching, node);
        }
        // A facet of the bundled vocabulary without tags in this library.
        if field_called(name).is_some() {
            return self.tagged(Some(name), matching, node);
        }
        let start = node.span.start;
        let span = start..start + name.len().min(node.span.len());
        Err(self.unknown_field(name, &facets, span))
    }

    fn is_field(&self, name: &str, field: &str) -> Result<bool, QueryError> {
        Ok(schema::field(name).is_some()
            || self
                .library
                .works()
                .matches_full_text(&presence_expression(field))?)
    }

    fn unknown_field(&self, name: &str, facets: &[String], span: QuerySpan) -> QueryError {
        let mut known: Vec<(&str, &str)> = Vec::new();
        known.extend(facets.iter().map(|facet| (facet.as_str(), facet.as_str())));
        for field in FIELDS {
            known.push((field.name, field.name));
            known.extend(field.aliases.iter().map(|alias| (*alias, field.name)));
        }
        known.extend(schema::field_names().map(|name| (name, name)));
        let near = closest(
            name,
            known.iter().map(|(spelling, _)| (*spelling).to_owned()),
        );
        // Suggest each field by only one of its names.
        let mut suggested: Vec<String> = Vec::new();
        for spelling in near {
            let own = known.iter().find(|(known, _)| *known == spelling);
            let own = own.map_or(spelling.as_str(), |(_, own)| *own);
            if !suggested.iter().any(|other| other == own) {
                suggested.push(own.to_owned());
            }
        }
        let help = did_you_mean(&suggested).unwrap_or_else(|| {
            let names: Vec<&str> = FIELDS.iter().map(|field| field.name).collect();
            let term = self.query.get(span.start..).unwrap_or(name);
            let term = term.split_whitespace().next().unwrap_or(name);
            format!(
                "to search for the words, put them in quotation marks: \"{}\"; the fields are {}, the facets of the \
                 library\u{2019}s tags, and those of BibLaTeX",
                term.trim_matches(['(', ')', '"']),
                names.join(", ")
            )
        });
        QueryError::Unknown {
            query: self.query.to_owned(),
            span,
            message: format!("there is no field and no facet \u{201c}{name}\u{201d}"),
            help: Some(help),
        }
    }

    /// Translates a reading list: its queries, with pinned and without excluded works.
    fn list(&self, name: &str, node: &QueryNode) -> Result<Translated, QueryError> {
        let list = self.library.lists().get(name);
        let list = list.map_err(|error| self.not_there(node, error))?;
        if self.lists.contains(&list.name) {
            let way: Vec<&str> = self.lists.iter().map(String::as_str).collect();
            let message = format!(
                "the query of the reading list \u{201c}{}\u{201d} refers to itself: {} names {}",
                list.name,
                way.join(" names "),
                list.name
            );
            let help = "change the query of one of them".to_owned();
            return Err(self.unknown(node, message, help));
        }
        let mut conditions = Vec::new();
        for text in self.library.lists().queries(&list)? {
            let query: Query = text.parse()?;
            let mut lists = self.lists.clone();
            lists.push(list.name.clone());
            let mut translation = Translation {
                library: self.library,
                query: &text,
                lists,
                tag_names: true,
            };
            let selection = Selection {
                filter: translation.whole(&query.root)?,
                order: query.order.clone(),
                limit: query.limit,
            };
            conditions.push(selection.into_filter());
        }
        let filter = list.filter(conditions);
        let works = filter.numbers();
        Ok(Translated::Filter(match filter.is_scan() {
            true => Filter::Scan(works),
            false => Filter::Statement(works),
        }))
    }

    /// Translates files: linked ones, and those in the field `file`.
    fn file(&mut self, matching: &Matching, node: &QueryNode) -> Result<Translated, QueryError> {
        let named = self.text(&SearchIn::Field("file".to_owned()), matching, node)?;
        let linked = match matching {
            Matching::Pattern(text) => Translated::statement(
                Sql::new(
                    "SELECT work_id FROM linked_file WHERE path REGEXP ? OR description REGEXP ?",
                )
                .with([text.clone(), text.clone()]),
            ),
            Matching::Words(text) | Matching::Beginning(text) | Matching::Whole(text) => {
                let star = match matching {
                    Matching::Beginning(_) => " *",
                    _ => "",
                };
                let words = text::words(text).join(" ");
                let expression = format!("\"{words}\"{star}");
                Translated::statement(
                    Sql::new(
                        "SELECT work_id FROM linked_file WHERE id IN
                             (SELECT rowid FROM file_text WHERE file_text MATCH ?)",
                    )
                    .with([expression]),
                )
            }
        };
        Ok(Self::either(vec![named, linked]))
    }

    fn has(&self, name: &str, node: &QueryNode) -> Result<Translated, QueryError> {
        let present = |fields: &[&str]| {
            let expressions: Vec<String> = fields
                .iter()
                .map(|field| presence_expression(field))
                .collect();
            Translated::FullText {
                expression: format!("({})", expressions.join(" OR ")),
                depth: 2,
            }
        };
        let known_field = field_called(name).map(|field| field.kind);
        Ok(match known_field {
            // Without a condition, SQLite looks a work up in the index, and need not collect the ids first.
            Some(FieldKind::Tag) => {
                Translated::statement(Sql::new("SELECT work_id FROM assignment"))
            }
            Some(FieldKind::Names(columns)) => match columns {
                [Column::Author] => present(&["author"]),
                [Column::Editor] => present(&["editor"]),
                _ => present(&["author", "editor", "translator", "editora", "bookauthor"]),
            },
            Some(FieldKind::Text([Column::Container])) => present(&[
                "journaltitle",
                "booktitle",
                "maintitle",
                "series",
                "eventtitle",
            ]),
            Some(FieldKind::Text([Column::Publisher])) => {
                present(&["publisher", "institution", "organization"])
            }
            Some(FieldKind::Text([Column::Place])) => present(&["location"]),
            Some(FieldKind::Text([Column::Keywords])) => present(&["keywords"]),
            Some(FieldKind::Text([column])) => present(&[column.name()]),
            Some(FieldKind::Entry(field)) => present(&[field]),
            Some(FieldKind::Isbn) => present(&["isbn"]),
            Some(FieldKind::Language) => present(&["lang"]),
            Some(FieldKind::Year) => present(&["date"]),
            Some(FieldKind::OriginalYear) => present(&["origdate"]),
            Some(FieldKind::File) => Self::either(vec![
                present(&["file"]),
                // The bound makes SQLite use the index of works, not the files.
                Translated::statement(Sql::new(
                    "SELECT work_id FROM linked_file WHERE work_id > 0",
                )),
            ]),
            Some(FieldKind::List) => {
                let mut parts = Vec::new();
                for list in self.library.lists().all()? {
                    parts.push(self.list(&list.name, node)?);
                }
                Self::either(parts)
            }
            _ => {
                let facets = self.library.tags().facets()?;
                let is_facet = facets.iter().any(|facet| facet == name)
                    || known_field == Some(FieldKind::Facet);
                let field = field_name(name);
                if is_facet {
                    let tags = self.library.tags().summaries(Some(name))?;
                    Translated::Tagged(tags.iter().map(|tag| tag.id).collect())
                } else if self.is_field(name, &field)? {
                    present(&[&field])
                } else {
                    let end = node.span.end;
                    let span = end - name.len().min(node.span.len())..end;
                    return Err(self.unknown_field(name, &facets, span));
                }
            }
        })
    }
}

/// Returns works with a year in the range. A work of several years also matches by its last one, if its first
/// is before the range.
///
/// Most works are probably in an open range. Looking at the rows of all is faster than collecting their ids, and the plus
/// sign keeps SQLite from doing so.
fn years(span: YearRange, year: &str, last_year: &str) -> Filter {
    match (span.first.map(i64::from), span.last.map(i64::from)) {
        (Some(first), Some(last)) => Filter::Statement(
            Sql::new(format!(
                "SELECT work_id FROM work_summary WHERE {year} >= ? AND {year} <= ? \
                 UNION ALL SELECT work_id FROM work_summary WHERE {last_year} >= ? AND {year} < ?"
            ))
            .with([first, last, first, first]),
        ),
        (Some(first), None) => {
            let of_several = format!("+{last_year} >= ? AND {year} IS NOT NULL");
            let expression = Sql::new(format!("+{year} >= ? OR {of_several}"));
            Filter::Row(expression.with([first, first]))
        }
        (None, Some(last)) => Filter::Row(Sql::new(format!("+{year} <= ?")).with([last])),
        (None, None) => Filter::Row(Sql::new(format!("{year} IS NOT NULL"))),
    }
}

/// Returns works with a time in the range.
fn moments(span: &TimeRange, column: &str) -> Sql {
    let mut bounds = Vec::new();
    let mut parameters: Vec<String> = Vec::new();
    let mut bound = |sign: &str, moment: &TimePoint| {
        // Times are stored in UTC; queries use local time.
        let modifiers = "?, ".repeat(moment.modifiers.len());
        bounds.push(format!("{column} {sign} unixepoch(?, {modifiers}'utc')"));
        parameters.push(moment.base.clone());
        parameters.extend(moment.modifiers.iter().cloned());
    };
    if let Some(from) = &span.from {
        bound(">=", from);
    }
    if let Some(until) = &span.until {
        bound("<", until);
    }
    let bounds = bounds.join(" AND ");
    Sql::new(format!("SELECT work_id FROM work_summary WHERE {bounds}")).with(parameters)
}
