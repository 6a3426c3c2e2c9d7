//! The reference types of EndNote: the names that its tagged export writes, and the numbers of its XML.

/// A reference type.
pub(crate) struct EndNoteType {
    /// The number in the XML.
    pub(crate) number: u32,
    /// The name.
    pub(crate) name: &'static str,
    /// The CSL type.
    pub(crate) csl: &'static str,
}

const fn row(number: u32, name: &'static str, csl: &'static str) -> EndNoteType {
    EndNoteType { number, name, csl }
}

/// The types. The first of each CSL type is the one that is written.
const TYPES: &[EndNoteType] = &[
    row(17, "Journal Article", "article-journal"),
    row(6, "Book", "book"),
    row(5, "Book Section", "chapter"),
    row(47, "Conference Paper", "paper-conference"),
    row(10, "Conference Proceedings", "paper-conference"),
    row(32, "Thesis", "thesis"),
    row(27, "Report", "report"),
    row(12, "Web Page", "webpage"),
    row(19, "Magazine Article", "article-magazine"),
    row(23, "Newspaper Article", "article-newspaper"),
    row(56, "Blog", "post-weblog"),
    row(9, "Computer Program", "software"),
    row(59, "Dataset", "dataset"),
    row(36, "Manuscript", "manuscript"),
    row(34, "Unpublished Work", "manuscript"),
    row(24, "Pamphlet", "pamphlet"),
    row(25, "Patent", "patent"),
    row(52, "Dictionary", "entry-dictionary"),
    row(53, "Encyclopedia", "entry-encyclopedia"),
    row(7, "Case", "legal_case"),
    row(31, "Statute", "legislation"),
    row(4, "Bill", "bill"),
    row(14, "Hearing", "hearing"),
    row(50, "Legal Rule or Regulation", "regulation"),
    row(58, "Standard", "standard"),
    row(49, "Classical Work", "classic"),
    row(26, "Personal Communication", "personal_communication"),
    row(64, "Interview", "interview"),
    row(2, "Artwork", "graphic"),
    row(37, "Figure", "figure"),
    row(20, "Map", "map"),
    row(61, "Music", "song"),
    row(21, "Film or Broadcast", "motion_picture"),
    row(57, "Serial", "periodical"),
    row(13, "Generic", "document"),
    // Types that CSL does not distinguish.
    row(28, "Edited Book", "book"),
    row(44, "Electronic Book", "book"),
    row(60, "Electronic Book Section", "chapter"),
    row(43, "Electronic Article", "article-journal"),
    row(51, "Ancient Text", "classic"),
    row(46, "Government Document", "report"),
    row(3, "Audiovisual Material", "motion_picture"),
    row(8, "Catalog", "book"),
    row(38, "Chart or Table", "figure"),
    row(39, "Equation", "document"),
    row(45, "Online Database", "dataset"),
    row(55, "Aggregated Database", "dataset"),
    row(48, "Online Multimedia", "webpage"),
    row(54, "Grant", "document"),
];

/// Returns the type with a name.
pub(crate) fn named(name: &str) -> Option<&'static EndNoteType> {
    let name = name.trim();
    TYPES.iter().find(|row| row.name.eq_ignore_ascii_case(name))
}

/// Returns the type with a number.
pub(crate) fn numbered(number: &str) -> Option<&'static EndNoteType> {
    let number: u32 = number.trim().parse().ok()?;
    TYPES.iter().find(|row| row.number == number)
}

/// Returns the type of a CSL type; a record of any other type is a generic one.
pub(crate) fn of_csl(csl_type: &str) -> &'static EndNoteType {
    const GENERIC: EndNoteType = row(13, "Generic", "document");
    // Types that EndNote does not distinguish.
    let csl_type = match csl_type {
        "article" => "manuscript",
        "post" => "webpage",
        "review" | "review-book" => "article-journal",
        "collection" => "book",
        "entry" => "entry-encyclopedia",
        "treaty" => "regulation",
        "broadcast" | "performance" | "event" => "motion_picture",
        "musical_score" => "song",
        other => other,
    };
    TYPES
        .iter()
        .find(|row| row.csl == csl_type)
        .unwrap_or(&GENERIC)
}

/// Returns the ISBNs, ISSNs or other numbers in a text (`%@`, `isbn`), each with its variable.
pub(crate) fn standard_numbers<'t>(text: &'t str, csl_type: &str) -> Vec<(&'static str, &'t str)> {
    let digits = |text: &str| text.bytes().filter(u8::is_ascii_digit).count();
    // Parentheses contain what a number belongs to.
    let bare = text.split(" (").next().unwrap_or(text).trim();
    let numbers: Vec<&str> = if digits(text) > 13 {
        let words = text.split([' ', ';', ',', '\n']);
        words.filter(|word| digits(word) >= 7).collect()
    } else {
        vec![bare]
    };
    numbers
        .into_iter()
        .map(|number| (standard_number(number, csl_type), number))
        .collect()
}

/// Returns the variable of an ISBN, ISSN or other number.
fn standard_number(text: &str, csl_type: &str) -> &'static str {
    let digits = text
        .chars()
        .filter(|c| c.is_ascii_digit() || matches!(c, 'X' | 'x'))
        .count();
    match csl_type {
        "patent" | "report" | "standard" => "number",
        _ if digits == 8 => "ISSN",
        _ if digits >= 10 => "ISBN",
        "article-journal" | "article-magazine" | "article-newspaper" | "periodical" => "ISSN",
        _ => "ISBN",
    }
}
