//! The rendering elements of a compiled style, after the clauses "Rendering Elements", "Names" and "Choose".

use super::rich_text::{Display, Formatting};
use super::variables::{ItemType, VariableId};

/// The font attributes of an element (clause "Formatting").
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct FontFormatting {
    pub(super) style: Option<Formatting>,
    pub(super) variant: Option<Formatting>,
    pub(super) weight: Option<Formatting>,
    pub(super) decoration: Option<Formatting>,
    pub(super) alignment: Option<Formatting>,
}

impl FontFormatting {
    /// Returns whether no attribute is set.
    pub(super) fn is_plain(&self) -> bool {
        *self == Self::default()
    }

    /// Returns the formatting from the outermost kind to the innermost.
    pub(super) fn outside_in(&self) -> impl DoubleEndedIterator<Item = Formatting> {
        [
            self.alignment,
            self.decoration,
            self.weight,
            self.variant,
            self.style,
        ]
        .into_iter()
        .flatten()
    }
}

/// The attributes that most rendering elements share (clauses "Affixes", "Display", "Formatting", "Quotes",
/// "Strip-periods" and "Text-case").
#[derive(Debug, Clone, Default)]
pub(super) struct CommonAttributes {
    pub(super) prefix: String,
    pub(super) suffix: String,
    pub(super) font: FontFormatting,
    pub(super) quotes: bool,
    /// Whether `quotes` is false explicitly.
    pub(super) unquoted: bool,
    pub(super) strip_periods: bool,
    pub(super) text_case: Option<TextCase>,
    pub(super) display: Option<Display>,
}

/// The values of `text-case`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TextCase {
    Lowercase,
    Uppercase,
    CapitalizeFirst,
    CapitalizeAll,
    Sentence,
    Title,
}

/// A rendering element.
#[derive(Debug, Clone)]
pub(super) enum Element {
    Text(Text),
    Number(Number),
    Date(Date),
    Names(Box<Names>),
    Label(LabelElement),
    Group(Group),
    Choose(Choose),
}

/// `cs:text`
#[derive(Debug, Clone)]
pub(super) struct Text {
    pub(super) source: TextSource,
    pub(super) attributes: CommonAttributes,
}

/// The content of a `cs:text`.
#[derive(Debug, Clone)]
pub(super) enum TextSource {
    Variable {
        variable: VariableId,
        short: bool,
    },
    /// A macro, as an index.
    Macro(usize),
    Term {
        name: String,
        form: TermForm,
        plural: bool,
    },
    Value(String),
}

/// The forms of a term (clause "Terms").
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum TermForm {
    #[default]
    Long,
    Short,
    Verb,
    VerbShort,
    Symbol,
}

impl TermForm {
    pub(super) const ALL: [Self; 5] = [
        Self::Long,
        Self::Short,
        Self::Verb,
        Self::VerbShort,
        Self::Symbol,
    ];
}

/// `cs:number`
#[derive(Debug, Clone)]
pub(super) struct Number {
    pub(super) variable: VariableId,
    pub(super) form: NumberForm,
    pub(super) attributes: CommonAttributes,
}

/// The values of `form` on `cs:number`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum NumberForm {
    #[default]
    Numeric,
    Ordinal,
    LongOrdinal,
    Roman,
}

/// `cs:label`, within and outside `cs:names`
#[derive(Debug, Clone)]
pub(super) struct LabelElement {
    /// None within `cs:names`, where the variable is that of the names.
    pub(super) variable: Option<VariableId>,
    pub(super) form: TermForm,
    pub(super) plural: LabelPlural,
    pub(super) attributes: CommonAttributes,
}

/// The values of `plural` on `cs:label`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum LabelPlural {
    #[default]
    Contextual,
    Always,
    Never,
}

/// `cs:group`
#[derive(Debug, Clone)]
pub(super) struct Group {
    pub(super) delimiter: String,
    pub(super) children: Vec<Element>,
    pub(super) attributes: CommonAttributes,
}

/// `cs:choose`
#[derive(Debug, Clone)]
pub(super) struct Choose {
    pub(super) branches: Vec<Branch>,
    pub(super) otherwise: Vec<Element>,
}

/// `cs:if` and `cs:else-if`
#[derive(Debug, Clone)]
pub(super) struct Branch {
    pub(super) matching: Match,
    pub(super) conditions: Vec<Condition>,
    pub(super) children: Vec<Element>,
}

/// The values of `match`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Match {
    #[default]
    All,
    Any,
    None,
}

/// One condition of a branch: one value of one attribute.
#[derive(Debug, Clone)]
pub(super) enum Condition {
    Disambiguate,
    IsNumeric(VariableId),
    IsUncertainDate(VariableId),
    Locator(String),
    Position(Position),
    /// Types are alternatives whatever `match` says, because an item has only one.
    Types(Vec<ItemType>),
    Variable(VariableId),
    /// A condition that never holds.
    Never,
}

/// The positions of a cite (clause "Choose", `position`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Position {
    First,
    Subsequent,
    Ibid,
    IbidWithLocator,
    NearNote,
    FarNote,
}

/// `cs:date`
#[derive(Debug, Clone)]
pub(super) struct Date {
    pub(super) variable: VariableId,
    /// The localized format, if the date uses one.
    pub(super) form: Option<DateForm>,
    pub(super) parts_shown: DateParts,
    pub(super) delimiter: String,
    pub(super) parts: Vec<DatePart>,
    pub(super) attributes: CommonAttributes,
}

/// The localized date formats.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DateForm {
    Text,
    Numeric,
}

/// The values of `date-parts`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum DateParts {
    #[default]
    YearMonthDay,
    YearMonth,
    Year,
    MonthDay,
}

/// `cs:date-part`
#[derive(Debug, Clone)]
pub(super) struct DatePart {
    pub(super) name: DatePartName,
    pub(super) form: Option<DatePartForm>,
    pub(super) range_delimiter: Option<String>,
    pub(super) attributes: CommonAttributes,
    /// The attributes that are present, for a part that changes that of a localized format.
    pub(super) given: GivenAttributes,
}

/// The attributes with a default that are present.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct GivenAttributes {
    pub(super) prefix: bool,
    pub(super) suffix: bool,
}

/// The parts of a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DatePartName {
    Year,
    Month,
    Day,
}

/// The values of `form` on `cs:date-part`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DatePartForm {
    Long,
    Short,
    Numeric,
    NumericLeadingZeros,
    Ordinal,
}

/// `cs:names`
#[derive(Debug, Clone)]
pub(super) struct Names {
    pub(super) variables: Vec<VariableId>,
    pub(super) options: NameOptions,
    /// `delimiter` on `cs:names` itself, between the variables.
    pub(super) delimiter: Option<String>,
    pub(super) name_attributes: CommonAttributes,
    pub(super) family: Option<CommonAttributes>,
    pub(super) given: Option<CommonAttributes>,
    pub(super) et_al: Option<EtAl>,
    pub(super) label: Option<NamesLabel>,
    pub(super) substitute: Vec<Element>,
    pub(super) attributes: CommonAttributes,
    /// Whether the element lacks children of its own and takes them from the enclosing `cs:names`.
    pub(super) bare: bool,
}

/// `cs:label` within `cs:names`
#[derive(Debug, Clone)]
pub(super) struct NamesLabel {
    pub(super) label: LabelElement,
    /// Whether it precedes `cs:name`, and so prints before the names.
    pub(super) before: bool,
}

/// `cs:et-al`
#[derive(Debug, Clone)]
pub(super) struct EtAl {
    pub(super) term: String,
    pub(super) attributes: CommonAttributes,
}

/// The options of names that are inherited from the style down to `cs:name` (clause "Inheritable Name
/// Options"). Those that are `None` are inherited.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct NameOptions {
    pub(super) and: Option<And>,
    pub(super) delimiter: Option<String>,
    pub(super) names_delimiter: Option<String>,
    pub(super) delimiter_precedes_et_al: Option<DelimiterPrecedes>,
    pub(super) delimiter_precedes_last: Option<DelimiterPrecedes>,
    pub(super) et_al_min: Option<u32>,
    pub(super) et_al_use_first: Option<u32>,
    pub(super) et_al_use_last: Option<bool>,
    pub(super) et_al_subsequent_min: Option<u32>,
    pub(super) et_al_subsequent_use_first: Option<u32>,
    pub(super) form: Option<NameForm>,
    pub(super) initialize: Option<bool>,
    pub(super) initialize_with: Option<String>,
    pub(super) as_sort_order: Option<NameAsSortOrder>,
    pub(super) sort_separator: Option<String>,
}

impl NameOptions {
    /// Returns these options, with missing ones taken from `outer`.
    pub(super) fn within(&self, outer: &Self) -> Self {
        Self {
            and: self.and.or(outer.and),
            delimiter: self.delimiter.clone().or_else(|| outer.delimiter.clone()),
            names_delimiter: self
                .names_delimiter
                .clone()
                .or_else(|| outer.names_delimiter.clone()),
            delimiter_precedes_et_al: self
                .delimiter_precedes_et_al
                .or(outer.delimiter_precedes_et_al),
            delimiter_precedes_last: self
                .delimiter_precedes_last
                .or(outer.delimiter_precedes_last),
            et_al_min: self.et_al_min.or(outer.et_al_min),
            et_al_use_first: self.et_al_use_first.or(outer.et_al_use_first),
            et_al_use_last: self.et_al_use_last.or(outer.et_al_use_last),
            et_al_subsequent_min: self.et_al_subsequent_min.or(outer.et_al_subsequent_min),
            et_al_subsequent_use_first: self
                .et_al_subsequent_use_first
                .or(outer.et_al_subsequent_use_first),
            form: self.form.or(outer.form),
            initialize: self.initialize.or(outer.initialize),
            initialize_with: self
                .initialize_with
                .clone()
                .or_else(|| outer.initialize_with.clone()),
            as_sort_order: self.as_sort_order.or(outer.as_sort_order),
            sort_separator: self
                .sort_separator
                .clone()
                .or_else(|| outer.sort_separator.clone()),
        }
    }
}

/// The values of `and`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum And {
    Text,
    Symbol,
}

/// The values of `delimiter-precedes-last` and `delimiter-precedes-et-al`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DelimiterPrecedes {
    Contextual,
    AfterInvertedName,
    Always,
    Never,
}

/// The values of `form` on `cs:name`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NameForm {
    Long,
    Short,
    Count,
}

/// The values of `name-as-sort-order`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NameAsSortOrder {
    First,
    All,
}

/// `cs:key`
#[derive(Debug, Clone)]
pub(super) struct SortKey {
    pub(super) source: SortSource,
    pub(super) descending: bool,
    pub(super) names_min: Option<u32>,
    pub(super) names_use_first: Option<u32>,
    pub(super) names_use_last: Option<bool>,
}

/// The source of a sort key.
#[derive(Debug, Clone)]
pub(super) enum SortSource {
    Variable(VariableId),
    Macro(usize),
}

/// The values of `page-range-format`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PageRangeFormat {
    Expanded,
    Minimal,
    MinimalTwo,
    Chicago15,
    Chicago16,
}

/// The values of `demote-non-dropping-particle`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DemoteParticle {
    Never,
    SortOnly,
    DisplayAndSort,
}

/// The values of `givenname-disambiguation-rule`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum GivennameRule {
    AllNames,
    AllNamesWithInitials,
    PrimaryName,
    PrimaryNameWithInitials,
    ByCite,
}

impl GivennameRule {
    /// Returns whether only the first name of an item is disambiguated.
    pub(super) fn primary_only(self) -> bool {
        matches!(self, Self::PrimaryName | Self::PrimaryNameWithInitials)
    }

    /// Returns whether given names are expanded to initials only.
    pub(super) fn initials_only(self) -> bool {
        matches!(
            self,
            Self::AllNamesWithInitials | Self::PrimaryNameWithInitials
        )
    }
}

/// The values of `collapse`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Collapse {
    CitationNumber,
    Year,
    YearSuffix,
    YearSuffixRanged,
}

/// The values of `subsequent-author-substitute-rule`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SubstituteRule {
    CompleteAll,
    CompleteEach,
    PartialEach,
    PartialFirst,
}
