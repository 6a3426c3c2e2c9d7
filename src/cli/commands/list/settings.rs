//! The settings of a reading list as options.

use clap::Args;

use crate::cli::commands::format::{RepeatName, tags_of_facet};
use crate::cli::style_engine::StyleEngine;
use crate::cli::{CommandContext, CommandError, Result};
use peerbib::library::{Library, StoredList};
use peerbib::reading_list::{
    AnnotationKinds, DuplicatePlacement, GroupBy, ListOrder, REST_IN_ENGLISH, parse_list_query,
    works_of_list,
};

/// The options for printing a list, which `list new`, `list edit` and `list show` share.
#[derive(Debug, Default, PartialEq, Args)]
pub(crate) struct PrintOptions {
    /// The citation style: a name or a .csl file
    #[arg(long, value_name = "STYLE")]
    pub(crate) style: Option<String>,

    /// The language, such as de-DE; empty for that of the style
    #[arg(long, value_name = "LOCALE")]
    pub(crate) locale: Option<String>,

    /// Group works into sections: by movement, theme or another facet of tags, by year or decade of the
    /// original date, by type, author or language, or none
    #[arg(long, value_name = "GROUP")]
    group_by: Option<String>,

    /// Print a work that belongs to several groups in each, or only in the first
    #[arg(long, value_name = "WHERE")]
    repeat: Option<RepeatName>,

    /// The order of works: style, year, author, title, added or hand; a leading minus reverses it
    #[arg(long, value_name = "ORDER", allow_hyphen_values = true)]
    order: Option<String>,

    /// The texts below each work, separated by commas: annotation, abstract, note, tags, why, or none
    #[arg(long, value_name = "WHAT")]
    pub(crate) annotate: Option<String>,
}

impl PrintOptions {
    /// Changes a list as the options say.
    pub(crate) fn apply(&self, library: &Library, list: &mut StoredList) -> Result<()> {
        if let Some(style) = &self.style {
            list.style.clone_from(style);
        }
        if let Some(locale) = &self.locale {
            list.locale = unless_empty(locale);
        }
        if let Some(group_by) = &self.group_by {
            list.group_by = checked_grouping(library, group_by)?;
        }
        if let Some(repeat) = self.repeat {
            list.repeat = DuplicatePlacement::from(repeat).as_str().to_owned();
        }
        if let Some(order) = &self.order {
            list.order = checked_order(order)?;
        }
        if let Some(annotate) = &self.annotate {
            list.annotate = checked_annotations(annotate)?;
        }
        Ok(())
    }
}

/// The settings of a list.
#[derive(Debug, Default, PartialEq, Args)]
pub(crate) struct ListSettings {
    /// The printed title; empty to remove it
    #[arg(long, value_name = "TITLE")]
    title: Option<String>,

    /// An introduction in Markdown; empty to remove it
    #[arg(long, value_name = "MARKDOWN", allow_hyphen_values = true)]
    introduction: Option<String>,

    /// Include the works that match this query, now and later
    #[arg(long, value_name = "QUERY", allow_hyphen_values = true)]
    query: Option<String>,

    /// Remove the query and keep only pinned works
    #[arg(long, conflicts_with = "query")]
    no_query: bool,

    #[command(flatten)]
    print: PrintOptions,

    /// The heading for works outside all defined sections; by default, "Further reading" in the language of
    /// the list
    #[arg(long, value_name = "HEADING")]
    rest: Option<String>,

    /// Leave out works outside all defined sections
    #[arg(long, conflicts_with = "rest")]
    no_rest: bool,
}

/// Returns a list with default settings.
pub(crate) fn default_list(context: &CommandContext, name: &str) -> Result<StoredList> {
    Ok(StoredList {
        id: 0,
        name: name.to_owned(),
        title: None,
        introduction: None,
        query: None,
        style: context.style_name(None)?,
        locale: context.locale_name(None)?,
        group_by: None,
        repeat: DuplicatePlacement::Each.as_str().to_owned(),
        order: ListOrder::default().to_string(),
        annotate: "annotation".to_owned(),
        rest: REST_IN_ENGLISH.to_owned(),
        created_at: String::new(),
    })
}

impl ListSettings {
    /// Returns whether no option is given.
    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Changes a list as the options say.
    pub(crate) fn apply(
        &self,
        context: &CommandContext,
        library: &Library,
        list: &mut StoredList,
    ) -> Result<()> {
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
        self.print.apply(library, list)?;
        if self.print.style.is_some() || self.print.locale.is_some() || list.id == 0 {
            StyleEngine::new(context, &list.style, list.locale.as_deref())?;
            list.style = absolute_style(&list.style);
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

fn unless_empty(text: &str) -> Option<String> {
    Some(text.to_owned()).filter(|text| !text.trim().is_empty())
}

/// Rejects a query that is invalid or names something that does not exist.
pub(crate) fn checked_query(library: &Library, query: &str) -> Result<()> {
    parse_list_query(library, query)?;
    Ok(())
}

/// Checks an order and returns its stored form.
pub(crate) fn checked_order(text: &str) -> Result<String> {
    Ok(text
        .parse::<ListOrder>()
        .map_err(CommandError::usage)?
        .to_string())
}

/// Checks what to print below works and returns its stored form.
fn checked_annotations(text: &str) -> Result<String> {
    Ok(text
        .parse::<AnnotationKinds>()
        .map_err(CommandError::usage)?
        .to_string())
}

/// Checks a grouping and returns its stored form; `None` for `none` and an empty text.
fn checked_grouping(library: &Library, text: &str) -> Result<Option<String>> {
    if matches!(text, "" | "none") {
        return Ok(None);
    }
    let Ok(group_by) = text.parse::<GroupBy>();
    if let GroupBy::Facet(facet) = &group_by {
        tags_of_facet(library, facet, None)?;
    }
    Ok(Some(text.to_lowercase()))
}

/// Rejects a list whose query refers to the list itself.
pub(crate) fn check_stored(library: &mut Library, list: &StoredList) -> Result<()> {
    library.dry_run(|change| {
        let id = change.lists().put(list)?;
        let stored = StoredList { id, ..list.clone() };
        Ok(works_of_list(change, &stored).map(drop))
    })??;
    Ok(())
}

/// Makes the path of a style file absolute.
fn absolute_style(style: &str) -> String {
    let is_file = style.contains(['/', '\\']) || style.ends_with(".csl");
    let whole = std::path::absolute(style).ok().filter(|_| is_file);
    whole.map_or_else(|| style.to_owned(), |path| path.display().to_string())
}
