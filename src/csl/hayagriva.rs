//! What Typst will print: works rendered by hayagriva, Typst's own citation engine.
//!
//! Its defects are kept, since a reader who sets a list in Typst will see them. Two things only are
//! different. Its model of an item cannot hold all that a [`CslItem`] can; `item` below says what
//! becomes of the rest. And where it panics, as it does on a range of dates, the work that made it
//! panic is left out and reported, and the others are printed.

use std::any::Any;
use std::cell::Cell;
use std::collections::BTreeMap;
use std::panic::{self, AssertUnwindSafe};
use std::sync::{Once, OnceLock};

use ::hayagriva::archive::{self, ArchivedStyle};
use ::hayagriva::{
    BibliographyDriver, BibliographyItem, BibliographyRequest, CitationItem, CitationRequest,
    ElemChild, ElemChildren, Formatted, RenderedBibliography,
};
use citationberg::json::{DateValue, Item, LiteralName, NameItem, NameValue, VecDate};
use citationberg::json::{Value, VecDateRange};
use citationberg::{
    FontStyle, FontVariant, FontWeight, IndependentStyle, Locale, LocaleCode, Style,
    TextDecoration, VerticalAlign,
};
use serde_json::Value as Json;

use super::{
    Bibliography, BibliographyEntry, BibliographyLayout, Display, Formatting, Inline, RichText,
    SecondFieldAlign,
};
use crate::model::{CslDate, CslItem, CslName, CslValue, markup};

/// A bibliography as hayagriva renders it, and what it could not render.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Rendering {
    /// The works that could be rendered, in the order that the style asks for.
    pub bibliography: Bibliography,
    /// The works that are not in the bibliography, in the order in which they were given.
    pub unrendered: Vec<Unrendered>,
}

/// A work that hayagriva cannot render in a style, to be printed plainly by the caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unrendered {
    /// The citation key.
    pub key: String,
    /// Why not, in hayagriva's own words where it has any.
    pub reason: String,
}

/// The style defines no bibliography; it is for citations in notes only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the style has no bibliography, only citations")]
pub struct NoBibliography;

/// Renders works as a bibliography.
///
/// The terms are those of `locale` (such as `de-DE`), else of the style's own locale, else American
/// English. Works that are the same in every variable are printed once.
pub fn render(
    works: &[CslItem],
    style: &IndependentStyle,
    locale: Option<&str>,
) -> Result<Rendering, NoBibliography> {
    if style.bibliography.is_none() {
        return Err(NoBibliography);
    }
    let locale = locale.map(|code| LocaleCode(code.to_owned()));
    let mut unrendered = vec![None; works.len()];
    let mut items = Vec::with_capacity(works.len());
    for (position, work) in works.iter().enumerate() {
        match item(work) {
            Ok(item) => items.push((position, item)),
            Err(reason) => mark(&mut unrendered, position, reason),
        }
    }

    let engine = Engine { style, locale };
    let all: Vec<_> = items.iter().collect();
    let bibliography = match engine.bibliography(&all) {
        Ok(bibliography) => bibliography,
        Err(_) => {
            let mut sound = Vec::with_capacity(all.len());
            engine.separate(&all, &mut sound, &mut |position, reason| {
                mark(&mut unrendered, position, reason);
            });
            // Works that render well each on its own may still fail together, when they are compared
            // for sorting or told apart. They are better printed unsorted than not at all.
            engine
                .bibliography(&sound)
                .unwrap_or_else(|_| engine.one_by_one(&sound))
        }
    };
    let unrendered = works
        .iter()
        .zip(unrendered)
        .filter_map(|(work, reason)| {
            Some(Unrendered {
                key: work.id.clone(),
                reason: reason?,
            })
        })
        .collect();
    Ok(Rendering {
        bibliography,
        unrendered,
    })
}

fn mark(unrendered: &mut [Option<String>], position: usize, reason: String) {
    if let Some(mark) = unrendered.get_mut(position) {
        *mark = Some(reason);
    }
}

// ---- Rendering ----------------------------------------------------------------------------------

/// An item with its position among the works that were given.
type Positioned = (usize, Item);

struct Engine<'s> {
    style: &'s IndependentStyle,
    locale: Option<LocaleCode>,
}

impl Engine<'_> {
    /// Renders the items together; the error is the message of a panic.
    fn bibliography(&self, items: &[&Positioned]) -> Result<Bibliography, String> {
        quietly(|| {
            let mut driver = BibliographyDriver::new();
            for (_, item) in items {
                // A citation of its own for each work: what is cited is printed, and works by one
                // author in one year are told apart.
                driver.citation(CitationRequest::new(
                    vec![CitationItem::with_entry(item)],
                    self.style,
                    self.locale.clone(),
                    locales(),
                    None,
                ));
            }
            let request = BibliographyRequest::new(self.style, self.locale.clone(), locales());
            driver
                .finish(request)
                .bibliography
                .map(bibliography)
                .unwrap_or_default()
        })
    }

    /// Finds by halving the items that cannot be rendered even alone.
    fn separate<'i>(
        &self,
        items: &[&'i Positioned],
        sound: &mut Vec<&'i Positioned>,
        unsound: &mut dyn FnMut(usize, String),
    ) {
        match (self.bibliography(items), items) {
            (Ok(_), _) => sound.extend_from_slice(items),
            (Err(reason), [(position, _)]) => unsound(*position, reason),
            (Err(_), _) => {
                let (first, second) = items.split_at(items.len() / 2);
                self.separate(first, sound, unsound);
                self.separate(second, sound, unsound);
            }
        }
    }

    fn one_by_one(&self, items: &[&Positioned]) -> Bibliography {
        let mut together = Bibliography::default();
        for item in items {
            if let Ok(one) = self.bibliography(&[*item]) {
                together.entries.extend(one.entries);
                together.layout = one.layout;
            }
        }
        together
    }
}

thread_local! {
    /// Whether a panic on this thread is expected and about to be caught.
    static QUIET: Cell<bool> = const { Cell::new(false) };
}

/// Runs `task` and gives the message of its panic, which is not printed.
///
/// The panic hook belongs to the whole program, so that it is replaced only once, by one that keeps
/// silent about this thread while `task` runs and leaves all else to the hook that was there before.
fn quietly<T>(task: impl FnOnce() -> T) -> Result<T, String> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |panic| {
            if !QUIET.get() {
                before(panic);
            }
        }));
    });
    let outer = QUIET.replace(true);
    let result = panic::catch_unwind(AssertUnwindSafe(task));
    QUIET.set(outer);
    result.map_err(|panic| message(panic.as_ref()))
}

fn message(panic: &(dyn Any + Send)) -> String {
    panic
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "it cannot be rendered".to_owned())
}

// ---- Works to hayagriva's items -----------------------------------------------------------------

/// A work in the model that hayagriva reads.
///
/// Markup (`<i>`, `<span class="nocase">`…) is dropped, since hayagriva would print it as it stands; so
/// is what CSL has no variable for, such as lists and truth values. A date in EDTF is taken apart. A
/// date that does not fit is an error, because the work would otherwise be printed as undated.
fn item(work: &CslItem) -> Result<Item, String> {
    let mut variables = BTreeMap::new();
    variables.insert("id".to_owned(), Value::String(work.id.clone()));
    variables.insert("type".to_owned(), Value::String(work.item_type.clone()));
    for (variable, value) in &work.variables {
        let value = match value {
            CslValue::Text(text) => Value::String(markup::plain(text)),
            // Number variables are kept in 32 bits there; a number of another size is text.
            CslValue::Number(number) if u32::try_from(*number).is_ok() => Value::Number(*number),
            CslValue::Number(number) => Value::String(number.to_string()),
            CslValue::Names(names) => Value::Names(names.iter().map(name).collect()),
            CslValue::Date(date) => {
                Value::Date(self::date(date).map_err(|reason| format!("{variable}: {reason}"))?)
            }
            CslValue::Other(Json::Number(number)) => Value::String(number.to_string()),
            CslValue::Other(_) => continue,
        };
        variables.insert(variable.clone(), value);
    }
    Ok(Item(variables))
}

fn name(name: &CslName) -> NameValue {
    let organisation = name
        .literal
        .as_ref()
        .or_else(|| name.family.as_ref().filter(|_| truth(&name.isinstitution)));
    match organisation {
        Some(literal) => NameValue::Literal(LiteralName {
            literal: literal.clone(),
        }),
        None => NameValue::Item(NameItem {
            family: name.family.clone().unwrap_or_default(),
            given: name.given.clone(),
            non_dropping_particle: name.non_dropping_particle.clone(),
            dropping_particle: name.dropping_particle.clone(),
            suffix: name.suffix.clone(),
            comma_suffix: name
                .comma_suffix
                .is_some()
                .then(|| truth(&name.comma_suffix)),
        }),
    }
}

/// Whether CSL-JSON says yes, which it says as `true`, `1` or `"true"`.
fn truth(value: &Option<Json>) -> bool {
    match value {
        Some(Json::Bool(truth)) => *truth,
        Some(Json::Number(number)) => number.as_i64() != Some(0),
        Some(Json::String(text)) => !matches!(text.as_str(), "" | "0" | "false"),
        _ => false,
    }
}

fn date(date: &CslDate) -> Result<DateValue, String> {
    let mut circa = truth(&date.circa);
    let mut date_parts = date.date_parts.clone();
    if let (true, Some(text)) = (
        date_parts.is_empty(),
        date.edtf.as_ref().or(date.raw.as_ref()),
    ) {
        // Words that are no EDTF leave the date without parts, which prints as no date at all.
        if let Some(parts) = edtf(text) {
            date_parts = parts;
            circa |= text.contains(['~', '?', '%']);
        }
    }
    let date_parts = date_parts
        .iter()
        .map(|parts| {
            let parts: Result<Vec<i16>, _> =
                parts.iter().map(|part| i16::try_from(*part)).collect();
            parts.map(VecDate)
        })
        .collect::<Result<Vec<_>, _>>()
        .map_err(|_| "a year beyond 32767".to_owned())?;
    Ok(DateValue::DateParts {
        date_parts: VecDateRange(date_parts),
        literal: date.literal.clone(),
        season: date.season.as_ref().map(|season| match season {
            Json::String(season) => season.clone(),
            other => other.to_string(),
        }),
        circa,
    })
}

/// The parts of a date or a range in EDTF, levels 0 and 1 without seasons and unspecified digits.
fn edtf(text: &str) -> Option<Vec<Vec<i32>>> {
    text.trim()
        .split('/')
        .map(|end| match end.trim_end_matches(['~', '?', '%']) {
            "" | ".." => Some(vec![0]),
            end => {
                // The hyphen of a year before our era is no separator.
                let (sign, digits) = match end.strip_prefix('-') {
                    Some(digits) => (-1, digits),
                    None => (1, end),
                };
                let mut parts: Vec<i32> = digits
                    .split('-')
                    .map(|part| part.parse().ok())
                    .collect::<Option<_>>()?;
                if let Some(year) = parts.first_mut() {
                    *year *= sign;
                }
                Some(parts)
            }
        })
        .collect()
}

// ---- hayagriva's output to rich text ------------------------------------------------------------

fn bibliography(rendered: RenderedBibliography) -> Bibliography {
    Bibliography {
        warnings: Vec::new(),
        layout: BibliographyLayout {
            hanging_indent: rendered.hanging_indent,
            second_field_align: rendered.second_field_align.map(|align| match align {
                citationberg::SecondFieldAlign::Margin => SecondFieldAlign::Margin,
                citationberg::SecondFieldAlign::Flush => SecondFieldAlign::Flush,
            }),
            entry_spacing: u16::try_from(rendered.entry_spacing).unwrap_or(0),
            line_spacing: u16::try_from(rendered.line_spacing.get()).unwrap_or(1),
        },
        entries: rendered.items.into_iter().map(entry).collect(),
    }
}

fn entry(item: BibliographyItem) -> BibliographyEntry {
    let mut content = RichText::new();
    match item.first_field {
        None => append(item.content, &mut content),
        Some(first) => {
            for (display, children) in [
                (Display::LeftMargin, ElemChildren(vec![first])),
                (Display::RightInline, item.content),
            ] {
                let mut field = RichText::new();
                append(children, &mut field);
                // Styles that align the second field may ask for the same display themselves.
                match field.as_slice() {
                    [Inline::Display(own, _)] if *own == display => content.append(&mut field),
                    _ => content.push(Inline::Display(display, field)),
                }
            }
        }
    }
    BibliographyEntry {
        key: item.key,
        content,
    }
}

fn append(children: ElemChildren, into: &mut RichText) {
    for child in children.0 {
        match child {
            ElemChild::Text(text) => append_text(text, into),
            ElemChild::Link { text, url } => {
                let mut content = RichText::new();
                append_text(text, &mut content);
                into.push(Inline::Link { href: url, content });
            }
            ElemChild::Elem(element) => match element.display {
                None => append(element.children, into),
                Some(display) => {
                    let mut content = RichText::new();
                    append(element.children, &mut content);
                    into.push(Inline::Display(self::display(display), content));
                }
            },
            // Typst's own markup, which only Typst can read, is shown as it is written.
            ElemChild::Markup(markup) => append_plain(&markup, into),
            // The place of a locator in Typst's memory, and there are none in a bibliography.
            ElemChild::Transparent { .. } => {}
        }
    }
}

fn append_text(text: Formatted, into: &mut RichText) {
    let format = text.formatting;
    let formattings = [
        (format.font_style == FontStyle::Italic).then_some(Formatting::Italic),
        match format.font_weight {
            FontWeight::Normal => None,
            FontWeight::Bold => Some(Formatting::Bold),
            FontWeight::Light => Some(Formatting::Light),
        },
        (format.font_variant == FontVariant::SmallCaps).then_some(Formatting::SmallCaps),
        (format.text_decoration == TextDecoration::Underline).then_some(Formatting::Underline),
        match format.vertical_align {
            VerticalAlign::None | VerticalAlign::Baseline => None,
            VerticalAlign::Sup => Some(Formatting::Superscript),
            VerticalAlign::Sub => Some(Formatting::Subscript),
        },
    ];
    let mut formattings = formattings.into_iter().flatten().peekable();
    if formattings.peek().is_none() {
        append_plain(&text.text, into);
    } else if !text.text.is_empty() {
        let text = Inline::Text(text.text);
        into.push(formattings.fold(text, |inner, formatting| {
            Inline::Formatted(formatting, vec![inner])
        }));
    }
}

fn append_plain(text: &str, into: &mut RichText) {
    match into.last_mut() {
        Some(Inline::Text(before)) => before.push_str(text),
        _ if text.is_empty() => {}
        _ => into.push(Inline::Text(text.to_owned())),
    }
}

fn display(display: citationberg::Display) -> Display {
    match display {
        citationberg::Display::Block => Display::Block,
        citationberg::Display::LeftMargin => Display::LeftMargin,
        citationberg::Display::RightInline => Display::RightInline,
        citationberg::Display::Indent => Display::Indent,
    }
}

// ---- What is bundled ----------------------------------------------------------------------------

/// A style that hayagriva brings along.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BundledStyle {
    /// The name to ask for it by, such as `american-psychological-association`.
    pub name: &'static str,
    /// Other names for it, such as `apa`.
    pub aliases: &'static [&'static str],
    /// What it is called, such as "American Psychological Association".
    pub title: &'static str,
}

/// The styles that hayagriva brings along, in the order of their names.
pub fn bundled_styles() -> Vec<BundledStyle> {
    let mut styles: Vec<_> = ArchivedStyle::all()
        .iter()
        .filter_map(|style| {
            let (name, aliases) = style.names().split_first()?;
            Some(BundledStyle {
                name,
                aliases,
                title: style.display_name(),
            })
        })
        .collect();
    styles.sort_unstable_by_key(|style| style.name);
    styles
}

/// The bundled style with this name or alias.
pub fn load_bundled(name: &str) -> Option<IndependentStyle> {
    match ArchivedStyle::by_name(name)?.get() {
        Style::Independent(style) => Some(style),
        // None of them is at present; it would only point to a style that is elsewhere.
        Style::Dependent(_) => None,
    }
}

/// The locales of the CSL project, which hayagriva brings along.
pub fn locales() -> &'static [Locale] {
    static LOCALES: OnceLock<Vec<Locale>> = OnceLock::new();
    LOCALES.get_or_init(archive::locales)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::json;

    use super::super::plain_text;
    use super::*;

    fn work(json: Json) -> CslItem {
        serde_json::from_value(json).unwrap()
    }

    fn article() -> CslItem {
        work(json!({
            "id": "alpha", "type": "article-journal", "title": "On <span class=\"nocase\">Sharing</span> & 1 < 2",
            "author": [{"family": "Alpha", "given": "Ann"}],
            "container-title": "Journal of Examples", "volume": 4, "issue": "2", "page": "10-20",
            "issued": {"date-parts": [["2001", 5]]}, "DOI": "10.0000/example",
        }))
    }

    fn bare() -> CslItem {
        work(json!({
            "id": "beta", "type": "webpage",
            "author": [{"family": "Beta", "given": "Ben"}], "issued": {"date-parts": [[2002]]},
        }))
    }

    fn range() -> CslItem {
        work(json!({
            "id": "gamma", "type": "book", "title": "Years", "author": [{"literal": "The Gammas"}],
            "issued": {"date-parts": [[2003], [2004]]},
        }))
    }

    fn open_range() -> CslItem {
        work(json!({
            "id": "delta", "type": "periodical", "title": "The Delta", "issued": {"edtf": "2011/.."},
        }))
    }

    fn apa(works: &[CslItem]) -> Rendering {
        render(works, &load_bundled("apa").unwrap(), None).unwrap()
    }

    fn keys(rendering: &Rendering) -> Vec<&str> {
        rendering
            .bibliography
            .entries
            .iter()
            .map(|entry| entry.key.as_str())
            .collect()
    }

    fn unrendered(rendering: &Rendering) -> Vec<&str> {
        rendering
            .unrendered
            .iter()
            .map(|work| work.key.as_str())
            .collect()
    }

    #[test]
    fn a_work_is_rendered_with_its_formatting_and_without_markup() {
        let rendering = apa(&[article()]);
        let entry = &rendering.bibliography.entries[0].content;
        let text = plain_text(entry);
        assert!(
            text.starts_with("Alpha, A. (2001). On Sharing & 1 < 2. Journal of Examples"),
            "{text}"
        );
        let journal = Inline::Text("Journal of Examples".into());
        assert!(
            entry.contains(&Inline::Formatted(Formatting::Italic, vec![journal])),
            "{entry:?}"
        );
        assert!(
            entry.iter().any(|piece| matches!(piece, Inline::Link { href, .. } if href == "https://doi.org/10.0000/example")),
            "{entry:?}"
        );
        assert!(rendering.bibliography.layout.hanging_indent);
    }

    #[test]
    fn a_work_with_author_and_year_only_is_rendered() {
        let rendering = apa(&[bare()]);
        let text = plain_text(&rendering.bibliography.entries[0].content);
        // hayagriva prints a comma after the year where APA prints none.
        assert!(text.starts_with("Beta, B. (2002"), "{text}");
    }

    #[test]
    fn the_style_sorts_the_works() {
        assert_eq!(keys(&apa(&[bare(), article()])), ["alpha", "beta"]);
    }

    #[test]
    fn a_range_of_dates_is_reported_and_the_list_goes_on() {
        let rendering = apa(&[open_range(), range(), bare(), article()]);
        assert_eq!(keys(&rendering), ["alpha", "beta"]);
        assert_eq!(unrendered(&rendering), ["delta", "gamma"]);
        assert_eq!(rendering.unrendered[1].reason, "ranges are not supported");
    }

    #[test]
    fn only_panics_of_the_thread_that_renders_are_silenced() {
        let elsewhere = quietly(|| std::thread::spawn(|| QUIET.get()).join().unwrap());
        assert_eq!(elsewhere, Ok(false));
        assert_eq!(quietly(|| QUIET.get()), Ok(true));
        assert_eq!(quietly(|| panic!("caught")), Err::<(), _>("caught".into()));
        assert!(!QUIET.get());
    }

    #[test]
    fn a_number_that_does_not_fit_is_text_and_a_year_that_does_not_fit_is_reported() {
        let mut large = article();
        large
            .variables
            .insert("volume".into(), CslValue::Number(10_000_000_000));
        let rendering = apa(&[large]);
        assert!(plain_text(&rendering.bibliography.entries[0].content).contains("10000000000"));

        let mut far = bare();
        let date = CslDate {
            date_parts: vec![vec![40_000]],
            ..CslDate::default()
        };
        far.variables.insert("issued".into(), CslValue::Date(date));
        assert_eq!(
            apa(&[far]).unrendered[0].reason,
            "issued: a year beyond 32767"
        );
    }

    #[test]
    fn values_that_are_no_csl_are_dropped() {
        let mut odd = bare();
        odd.variables
            .insert("custom".into(), CslValue::Other(json!({"a": [1, true]})));
        odd.variables
            .insert("favourite".into(), CslValue::Other(json!(true)));
        assert_eq!(keys(&apa(&[odd])), ["beta"]);
    }

    #[test]
    fn dates_in_edtf_are_taken_apart() {
        assert_eq!(edtf("2001-05-07"), Some(vec![vec![2001, 5, 7]]));
        assert_eq!(edtf("-0044~"), Some(vec![vec![-44]]));
        assert_eq!(edtf("2011/"), Some(vec![vec![2011], vec![0]]));
        assert_eq!(edtf("2005/.."), Some(vec![vec![2005], vec![0]]));
        assert_eq!(edtf("spring 2005"), None);
    }

    #[test]
    fn a_first_field_stands_in_the_margin() {
        let style = load_bundled("ieee").unwrap();
        let rendering = render(&[article()], &style, None).unwrap();
        assert_eq!(
            rendering.bibliography.layout.second_field_align,
            Some(SecondFieldAlign::Flush)
        );
        let entry = &rendering.bibliography.entries[0].content;
        assert!(
            matches!(
                entry.as_slice(),
                [
                    Inline::Display(Display::LeftMargin, _),
                    Inline::Display(Display::RightInline, _)
                ]
            ),
            "{entry:?}"
        );
    }

    #[test]
    fn the_locale_gives_the_terms() {
        let mut undated = bare();
        undated.variables.remove("issued");
        let style = load_bundled("apa").unwrap();
        let rendering = render(&[undated], &style, Some("de-DE")).unwrap();
        assert_eq!(
            plain_text(&rendering.bibliography.entries[0].content),
            "Beta, B. (o.\u{a0}J.)."
        );
    }

    #[test]
    fn every_bundled_style_has_names_of_its_own_and_renders_without_a_crash() {
        let works = [article(), bare(), range(), open_range()];
        let mut names = BTreeSet::new();
        for bundled in bundled_styles() {
            assert!(names.insert(bundled.name), "{}", bundled.name);
            for alias in bundled.aliases {
                assert!(names.insert(alias), "{alias}");
                assert_eq!(load_bundled(alias), load_bundled(bundled.name));
            }
            let style = load_bundled(bundled.name).unwrap();
            match render(&works, &style, None) {
                Ok(rendering) => assert_eq!(
                    rendering.bibliography.entries.len() + rendering.unrendered.len(),
                    works.len(),
                    "{}",
                    bundled.name
                ),
                Err(NoBibliography) => assert!(style.bibliography.is_none()),
            }
        }
        assert!(names.contains("apa"));
    }

    #[test]
    fn an_unknown_name_is_no_style() {
        assert_eq!(load_bundled("apaa"), None);
    }
}
