//! The options of names (clause "Name"), with all inheritance resolved.

use super::Evaluator;
use crate::csl::citation::CitePosition;
use crate::csl::citeproc_js;
use crate::csl::element::*;

/// The options of names with all inheritance resolved.
pub(super) struct ResolvedNameOptions<'c> {
    pub(super) and: Option<And>,
    pub(super) delimiter: &'c str,
    pub(super) names_delimiter: &'c str,
    pub(super) precedes_et_al: DelimiterPrecedes,
    pub(super) precedes_last: DelimiterPrecedes,
    pub(super) et_al_min: usize,
    pub(super) et_al_use_first: usize,
    pub(super) et_al_use_last: bool,
    pub(super) form: NameForm,
    pub(super) initialize: bool,
    pub(super) initialize_with: Option<&'c str>,
    pub(super) as_sort_order: Option<NameAsSortOrder>,
    pub(super) sort_separator: &'c str,
}

/// The number of names of a list that are shown, if a style sets it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct EtAlOptions {
    min: Option<u32>,
    use_first: Option<u32>,
    use_last: Option<bool>,
}

impl<'c> ResolvedNameOptions<'c> {
    /// Resolves the options of an element. `outer` are those of the `cs:names` that it is a substitute for.
    pub(super) fn new(evaluator: &Evaluator<'c>, element: &'c Names, outer: EtAlOptions) -> Self {
        let own = &element.options;
        let section = &evaluator.context.layout.names;
        let et_al = et_al_options(evaluator, element, outer);
        let text = |own: &'c Option<String>, section: &'c Option<String>| {
            own.as_deref().or(section.as_deref())
        };
        Self {
            and: own.and.or(section.and),
            delimiter: text(&own.delimiter, &section.delimiter).unwrap_or(", "),
            names_delimiter: element
                .delimiter
                .as_deref()
                .or(section.names_delimiter.as_deref())
                .unwrap_or_default(),
            precedes_et_al: own
                .delimiter_precedes_et_al
                .or(section.delimiter_precedes_et_al)
                .unwrap_or(DelimiterPrecedes::Contextual),
            precedes_last: own
                .delimiter_precedes_last
                .or(section.delimiter_precedes_last)
                .unwrap_or(DelimiterPrecedes::Contextual),
            et_al_min: et_al.min.map_or(usize::MAX, |min| min as usize),
            et_al_use_first: et_al.use_first.map_or(usize::MAX, |first| first as usize),
            et_al_use_last: et_al.use_last.unwrap_or(false),
            form: own.form.or(section.form).unwrap_or(NameForm::Long),
            initialize: own.initialize.or(section.initialize).unwrap_or(true),
            initialize_with: text(&own.initialize_with, &section.initialize_with),
            as_sort_order: own.as_sort_order.or(section.as_sort_order),
            sort_separator: citeproc_js::one_space(
                text(&own.sort_separator, &section.sort_separator).unwrap_or(", "),
            ),
        }
    }
}

/// Returns how many names are shown. The options of outer `cs:names` come before those of a substitute, as in
/// citeproc-js, so that a macro for editors that takes the place of the authors is cut like them; the specification says
/// nothing about it.
pub(super) fn et_al_options(
    evaluator: &Evaluator<'_>,
    element: &Names,
    outer: EtAlOptions,
) -> EtAlOptions {
    let context = evaluator.context;
    let own = &element.options;
    let section = &context.layout.names;
    let mut options = EtAlOptions {
        min: own.et_al_min.or(section.et_al_min),
        use_first: own.et_al_use_first.or(section.et_al_use_first),
        use_last: own.et_al_use_last.or(section.et_al_use_last),
    };
    let subsequent = context
        .cite
        .is_some_and(|cite| cite.position != CitePosition::First);
    if subsequent {
        let min = own.et_al_subsequent_min.or(section.et_al_subsequent_min);
        options.min = min.or(options.min);
        let use_first = own.et_al_subsequent_use_first;
        let use_first = use_first.or(section.et_al_subsequent_use_first);
        options.use_first = use_first.or(options.use_first);
    } else {
        options.min = outer.min.or(options.min);
        options.use_first = outer.use_first.or(options.use_first);
        options.use_last = outer.use_last.or(options.use_last);
    }
    if let Some(key) = context.sort_key {
        options.min = key.names_min.or(options.min);
        options.use_first = key.names_use_first.or(options.use_first);
        options.use_last = key.names_use_last.or(options.use_last);
    }
    options
}
