//! `peerbib show`

use std::fmt::Write as _;

use clap::Args;

use crate::cli::picker::{Pick, picked};
use crate::cli::works::named_keys;
use crate::cli::{CommandContext, Outcome, Result};
use peerbib::formats::bibtex::{self, ReadableField};
use peerbib::library::{
    Assignment, CitableWork, Library, Membership, Origin, Provenance, Step, StepState, StoredEntry,
    TagName, Veto,
};
use peerbib::model::CslItem;
use peerbib::query::Query;
use peerbib::text::single_spaced;

/// Show everything about a work
///
/// Its fields as readable text, with the inherited ones and where they come from; its tags and who added them; its
/// reading lists, its files and your private note; its other keys; the bibliographies that it was imported from; and
/// its history.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  peerbib show benkler2006wealth\n  \
                        peerbib show author:benkler year:2006\n  \
                        peerbib show benkler2006wealth --raw\n  \
                        peerbib show benkler2006wealth --source\n  \
                        peerbib show benkler2006wealth --csl")]
pub(crate) struct Show {
    /// The works, as citation keys or as a query; without any, you pick works at a terminal
    #[arg(value_name = "KEY|QUERY")]
    keys: Vec<String>,

    /// Print the values as they are written, in TeX, without inherited ones
    #[arg(long, conflicts_with_all = ["source", "original", "json"])]
    raw: bool,

    /// Print only the entry, as written
    #[arg(long)]
    source: bool,

    /// Print only the reference as it was in the imported file, for formats other than BibTeX and BibLaTeX
    #[arg(long, conflicts_with_all = ["source", "csl", "json"])]
    original: bool,

    /// Also print the CSL variables, as citation styles see them
    #[arg(long, conflicts_with = "source")]
    csl: bool,

    /// Print an array of works as JSON, including their CSL variables
    #[arg(long, conflicts_with = "source")]
    json: bool,
}

/// A work, as `--json` prints it.
#[derive(serde::Serialize)]
struct WorkDetailsJson {
    #[serde(flatten)]
    reference: CitableWork,
    csl: CslItem,
    source: String,
    fields: Vec<FieldJson>,
    /// The fields as a person reads them.
    #[serde(skip)]
    readable: Vec<ReadableField>,
    assignments: Vec<Assignment>,
    vetoed: Vec<Veto>,
    lists: Vec<ListMembershipJson>,
    /// The private note, in Markdown.
    note: Option<String>,
    files: Vec<LinkedFileJson>,
    #[serde(flatten)]
    record: Provenance,
    history: Vec<Step>,
}

/// A linked file of a work.
#[derive(serde::Serialize)]
struct LinkedFileJson {
    path: String,
    description: Option<String>,
    /// Whether the entry itself names it.
    in_entry: bool,
}

/// A reading list that a work is on.
#[derive(serde::Serialize)]
struct ListMembershipJson {
    list: String,
    /// Whether the user pinned it.
    pinned: bool,
    /// The annotation in the list.
    annotation: Option<String>,
}

/// A field of an entry, its value without delimiters.
#[derive(serde::Serialize)]
struct FieldJson {
    name: String,
    value: String,
}

impl Show {
    pub(crate) fn run(mut self, context: &CommandContext) -> Result {
        let library = context.open()?;
        if self.keys.is_empty() {
            self.keys = picked(context, &library, Pick::Several, None)?;
        }
        self.keys = named_keys(context, &library, &self.keys)?;
        if self.source {
            let sources = self
                .keys
                .iter()
                .map(|key| Ok(format!("{}\n", library.works().source(key)?)))
                .collect::<peerbib::library::Result<Vec<_>>>()?;
            context.print_data(&sources.join("\n"))?;
            return Ok(Outcome::Done);
        }
        if self.original {
            let mut originals = Vec::new();
            for key in &self.keys {
                originals.extend(self::originals(context, &library, key)?);
            }
            context.print_data(&originals.join("\n"))?;
            return Ok(Outcome::Done);
        }
        let shown = self
            .keys
            .iter()
            .map(|key| WorkDetailsJson::new(&library, key))
            .collect::<Result<Vec<_>>>()?;
        if self.json {
            context.print_json(&shown)?;
        } else {
            let texts: Vec<String> = shown
                .iter()
                .map(|work| work.text(self.raw, self.csl))
                .collect();
            context.print(&texts.join("\n"))?;
        }
        Ok(Outcome::Done)
    }
}

/// Returns the texts of a work in files that are not BibTeX or BibLaTeX.
fn originals(context: &CommandContext, library: &Library, key: &str) -> Result<Vec<String>> {
    let work = library.works().get(key)?;
    let files = library.works().provenance(work.id)?.came_from;
    let originals: Vec<String> = files
        .into_iter()
        .filter_map(|file| file.original)
        .map(|text| format!("{}\n", text.trim_end_matches(['\r', '\n'])))
        .collect();
    if originals.is_empty() {
        context.note(format_args!(
            "{key} did not come from a format other than BibTeX and BibLaTeX"
        ));
    }
    Ok(originals)
}

impl WorkDetailsJson {
    fn new(library: &Library, key: &str) -> Result<Self> {
        let reference = library.works().get(key)?;
        let stored = library.works().entries(&[reference.id])?;
        let readable = stored
            .iter()
            .flat_map(|StoredEntry { work, strings, .. }| {
                bibtex::readable_fields(work, strings, &|key| library.works().parent(key))
            })
            .collect();
        let entry = library.works().entry(&reference.key)?;
        let fields = entry.fields().map(|field| FieldJson {
            name: field.name.to_owned(),
            value: bibtex::without_delimiters(field.value).to_owned(),
        });
        let tagging = library.tags().of_work(&reference.key)?;
        Ok(Self {
            csl: reference.item()?,
            fields: fields.collect(),
            source: entry.source().to_owned(),
            readable,
            assignments: tagging.tags,
            vetoed: tagging.vetoed,
            lists: lists(library, reference.id)?,
            note: library.notes().get(reference.id)?.map(|note| note.text),
            files: library
                .files()
                .of_work(reference.id)?
                .into_iter()
                .map(|file| LinkedFileJson {
                    path: file.path,
                    description: file.description,
                    in_entry: file.in_entry,
                })
                .collect(),
            record: library.works().provenance(reference.id)?,
            history: library.history().log_of(reference.id)?,
            reference,
        })
    }

    fn text(&self, raw: bool, with_csl: bool) -> String {
        let mut lines = LabelledLines::default();
        if raw {
            for field in &self.fields {
                lines.add(&field.name, &field.value);
            }
        } else {
            for field in &self.readable {
                match &field.inherited_from {
                    Some(parent) => {
                        lines.add(&field.name, &format!("{} (from {parent})", field.value));
                    }
                    None => lines.add(&field.name, &field.value),
                }
            }
        }
        lines.start_block();
        for tag in &self.reference.tags {
            lines.add("tags", &self.tag_with_origins(tag));
        }
        for veto in &self.vetoed {
            lines.add("not", &format!("{} (removed by hand)", veto.tag));
        }
        for on in &self.lists {
            let pinned = if on.pinned { " (pinned)" } else { "" };
            let annotation = on.annotation.as_ref().map(|text| format!(": {text}"));
            lines.add(
                "lists",
                &format!("{}{pinned}{}", on.list, annotation.unwrap_or_default()),
            );
        }
        // Files that the entry names are shown among its fields.
        for file in self.files.iter().filter(|file| !file.in_entry) {
            let what = file.description.as_ref().map(|text| format!(" ({text})"));
            lines.add(
                "files",
                &format!("{}{}", file.path, what.unwrap_or_default()),
            );
        }
        if let Some(note) = &self.note {
            for line in note.lines().filter(|line| !line.trim().is_empty()) {
                lines.add("note", line);
            }
        }
        lines.start_block();
        for alias in &self.record.aliases {
            lines.add("other keys", alias);
        }
        for parent in &self.record.inherits_from {
            lines.add("inherits from", parent);
        }
        for heir in &self.record.inherited_by {
            lines.add("inherited by", heir);
        }
        for source in &self.record.came_from {
            let differs = if source.differs {
                " (with a different text)"
            } else {
                ""
            };
            lines.add("imported from", &format!("{}{differs}", source.path));
        }
        for step in self.history.iter().rev() {
            let state = match step.state {
                StepState::Done => "",
                StepState::Undone | StepState::Dropped => " (undone)",
            };
            lines.add("history", &format!("{}  {}{state}", step.at, step.command));
        }
        if with_csl {
            lines.start_block();
            lines.add("CSL type", &self.csl.item_type);
            for (name, value) in &self.csl.variables {
                let json = serde_json::to_string(value).unwrap_or_default();
                // A text needs no quotation marks.
                let text = match value {
                    peerbib::model::CslValue::Text(text) => text,
                    _ => &json,
                };
                lines.add(name, text);
            }
        }
        let bold = crate::cli::ui::TerminalStyle::Bold;
        let dim = crate::cli::ui::TerminalStyle::Dimmed;
        let (key, kind) = (&self.reference.key, self.written_type());
        format!("{bold}{key}{bold:#} {dim}@{kind}{dim:#}\n{}", lines.text())
    }

    /// Returns the type as written.
    fn written_type(&self) -> &str {
        let written = self.source.trim_start_matches('@');
        written.split(['{', '(']).next().unwrap_or_default().trim()
    }

    /// Returns a tag with its origins.
    fn tag_with_origins(&self, tag: &TagName) -> String {
        let origins: Vec<String> = self
            .assignments
            .iter()
            .filter(|assignment| assignment.tag == *tag)
            .map(|assignment| {
                let source = &assignment.source;
                match assignment.origin {
                    Origin::Hand => format!("by hand: {source}"),
                    Origin::Rule => format!("by rule \u{201c}{source}\u{201d}"),
                    Origin::Import => format!("by import: {source}"),
                }
            })
            .collect();
        format!("{tag} ({})", origins.join("; "))
    }
}

/// Returns the reading lists that contain a work.
fn lists(library: &Library, work: i64) -> Result<Vec<ListMembershipJson>> {
    let mut found = Vec::new();
    for list in library.lists().all()? {
        let query: Query = format!("list:{}", list.name).parse()?;
        // `peerbib list` reports a list whose query is no longer valid.
        let Ok(condition) = query.translate(library) else {
            continue;
        };
        if !library.works().meets(work, &condition)? {
            continue;
        }
        let said = library.lists().entries(list.id)?;
        let said = said.into_iter().find(|said| said.work == Some(work));
        found.push(ListMembershipJson {
            list: list.name,
            pinned: said
                .as_ref()
                .is_some_and(|said| said.membership == Some(Membership::Pinned)),
            annotation: said.and_then(|said| said.annotation),
        });
    }
    Ok(found)
}

/// Labelled lines, aligned. Only the first of several lines with the same label shows it.
#[derive(Default)]
struct LabelledLines {
    /// Label and text; both empty for a blank line.
    lines: Vec<(String, String)>,
}

impl LabelledLines {
    fn add(&mut self, name: &str, text: &str) {
        self.lines.push((name.to_owned(), single_spaced(text)));
    }

    /// Starts a new block after a blank line.
    fn start_block(&mut self) {
        self.lines.push((String::new(), String::new()));
    }

    fn text(&self) -> String {
        let dim = crate::cli::ui::TerminalStyle::Dimmed;
        let width = |name: &str| textwrap::core::display_width(name);
        let widest = self
            .lines
            .iter()
            .map(|(name, _)| width(name))
            .max()
            .unwrap_or(0);
        let mut text = String::new();
        let mut before = "";
        let mut blank = false;
        for (name, line) in &self.lines {
            if name.is_empty() {
                blank = true;
                continue;
            }
            // An empty block leaves no gap.
            if std::mem::take(&mut blank) && !text.is_empty() {
                text.push('\n');
            }
            let shown = if name == before { "" } else { name };
            let gap = " ".repeat(widest - width(shown));
            let line = crate::cli::ui::wrapped(line, widest + 4);
            let _ = writeln!(text, "  {dim}{shown}{dim:#}{gap}  {line}");
            before = name;
        }
        text
    }
}
