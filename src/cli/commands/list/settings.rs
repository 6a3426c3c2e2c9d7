//! What a reading list is like: the options that `list new` and `list edit` share.

use clap::Args;

use crate::cli::commands::format::{RepeatName, tags_of_facet};
use crate::cli::style_engine::{Engine, Rendering};
use crate::cli::{CommandContext, CommandError};
use peerbib::library::{Library, StoredList};
use peerbib::reading_list::{Annotated, GroupBy, Order, REST_IN_ENGLISH, Repeat, asked, held};

/// What a reading list is like.
#[derive(Debug, Default, Args)]
pub(crate) struct Settings {
    /// The title, as it is printed; an empty one takes it away
    #[arg(long, value_name = "TITLE")]
    title: Option<String>,

    /// What stands before the first section, in Markdown; an empty text takes it away
    #[arg(long, value_name = "MARKDOWN", allow_hyphen_values = true)]
    introduction: Option<String>,

    /// Which works the list holds: what this query finds, now and later
    #[arg(long, value_name = "QUERY", allow_hyphen_values = true)]
    query: Option<String>,

    /// Hold the pinned works alone, and no query
    #[arg(long, conflicts_with = "query")]
    no_query: bool,

    /// The citation style: its name, or a .csl file
    #[arg(long, value_name = "STYLE")]
    style: Option<String>,

    /// The language of the terms, such as de-DE; an empty one leaves it to the style
    #[arg(long, value_name = "LOCALE")]
    locale: Option<String>,

    /// Put the works into sections: by movement, theme or another facet of tags, by year or decade of
    /// the original date, by type, author or language; or by none
    #[arg(long, value_name = "GROUP")]
    group_by: Option<String>,

    /// Where a work of several groups stands: under each of them, or under the first alone
    #[arg(long, value_name = "WHERE")]
    repeat: Option<RepeatName>,

    /// The order of the works: style, year, author, title, added or hand; with a minus before it, from
    /// the last to the first
    #[arg(long, value_name = "ORDER", allow_hyphen_values = true)]
    order: Option<String>,

    /// What stands below each work: annotation, abstract, note, tags, why, several with commas between
    /// them, or none
    #[arg(long, value_name = "WHAT")]
    annotate: Option<String>,

    /// The heading of the works that no section written by hand takes; without it, "Further reading" in
    /// the language of the list
    #[arg(long, value_name = "HEADING")]
    rest: Option<String>,

    /// Leave out the works that no section written by hand takes
    #[arg(long, conflicts_with = "rest")]
    no_rest: bool,
}

/// A list of this name that is like any other.
pub(crate) fn unsaid(context: &CommandContext, name: &str) -> Result<StoredList, CommandError> {
    Ok(StoredList {
        id: 0,
        name: name.to_owned(),
        title: None,
        introduction: None,
        query: None,
        style: context.style_name(None)?,
        locale: context.locale_name(None)?,
        group_by: None,
        repeat: Repeat::Each.as_str().to_owned(),
        order: Order::default().to_string(),
        annotate: "annotation".to_owned(),
        rest: REST_IN_ENGLISH.to_owned(),
        created_at: String::new(),
    })
}

impl Settings {
    /// Whether nothing is asked for.
    pub(crate) fn is_empty(&self) -> bool {
        let Self {
            title,
            introduction,
            query,
            no_query,
            style,
            locale,
            group_by,
            repeat,
            order,
            annotate,
            rest,
            no_rest,
        } = self;
        let said = [
            title,
            introduction,
            query,
            style,
            locale,
            group_by,
            order,
            annotate,
            rest,
        ];
        said.iter().all(|option| option.is_none()) && repeat.is_none() && !no_query && !no_rest
    }

    /// Makes a list what is asked for.
    ///
    /// # Errors
    ///
    /// Where the query, the style or anything else cannot be used.
    pub(crate) fn apply(
        &self,
        context: &CommandContext,
        library: &Library,
        list: &mut StoredList,
    ) -> Result<(), CommandError> {
        let unless_empty =
            |text: &String| Some(text.clone()).filter(|text| !text.trim().is_empty());
        if let Some(title) = &self.title {
            list.title = unless_empty(title);
        }
        if let Some(introduction) = &self.introduction {
            list.introduction = unless_empty(introduction);
        }
        if let Some(query) = &self.query {
            checked_query(library, query)?;
            list.query = Some(query.clone());
        }
        if self.no_query {
            list.query = None;
        }
        if let Some(locale) = &self.locale {
            list.locale = unless_empty(locale);
        }
        if self.style.is_some() || self.locale.is_some() || list.id == 0 {
            let style = self.style.as_deref().unwrap_or(&list.style);
            let locale = list.locale.as_deref();
            Rendering::new(context, style, locale, Engine::default())?;
            list.style = lasting(style);
        }
        if let Some(group_by) = &self.group_by {
            list.group_by = checked_grouping(library, group_by)?;
        }
        if let Some(repeat) = self.repeat {
            list.repeat = Repeat::from(repeat).as_str().to_owned();
        }
        if let Some(order) = &self.order {
            list.order = checked_order(order)?;
        }
        if let Some(annotate) = &self.annotate {
            list.annotate = checked_annotations(annotate)?;
        }
        if let Some(rest) = &self.rest {
            list.rest.clone_from(rest);
        }
        if self.no_rest {
            list.rest = String::new();
        }
        Ok(())
    }
}

/// Refuses a query that cannot be read, or that asks for what the library does not know.
pub(crate) fn checked_query(library: &Library, query: &str) -> Result<(), CommandError> {
    asked(library, query)?;
    Ok(())
}

/// An order, as it is stored.
pub(crate) fn checked_order(text: &str) -> Result<String, CommandError> {
    Ok(text
        .parse::<Order>()
        .map_err(CommandError::usage)?
        .to_string())
}

/// What is to stand below works, as it is stored.
pub(crate) fn checked_annotations(text: &str) -> Result<String, CommandError> {
    Ok(text
        .parse::<Annotated>()
        .map_err(CommandError::usage)?
        .to_string())
}

/// What works are grouped by, as it is stored; none for `none` and for an empty text.
pub(crate) fn checked_grouping(
    library: &Library,
    text: &str,
) -> Result<Option<String>, CommandError> {
    if matches!(text, "" | "none") {
        return Ok(None);
    }
    let Ok(group_by) = text.parse::<GroupBy>();
    if let GroupBy::Facet(facet) = &group_by {
        tags_of_facet(library, facet)?;
    }
    Ok(Some(text.to_lowercase()))
}

/// Refuses to store a list whose query cannot be asked once it is stored, because it asks for the list
/// itself.
pub(crate) fn check_stored(library: &mut Library, list: &StoredList) -> Result<(), CommandError> {
    library.dry_run(|change| {
        let id = change.put_list(list)?;
        let stored = StoredList { id, ..list.clone() };
        Ok(held(change, &stored).map(drop))
    })??;
    Ok(())
}

/// A style as it can be found from anywhere: the path of a file is made a whole one.
fn lasting(style: &str) -> String {
    let is_file = style.contains(['/', '\\']) || style.ends_with(".csl");
    let whole = std::path::absolute(style).ok().filter(|_| is_file);
    whole.map_or_else(|| style.to_owned(), |path| path.display().to_string())
}
