//! Rich text: what the citation processor prints, before it is written for a target.
//!
//! A tree small enough to be matched on in one screen. Output writers turn it into plain text, HTML,
//! Markdown and so on; the markup is the one that CSL 1.0.2 can ask for (clauses "Formatting",
//! "Display" and appendix VI, "Links").

/// A run of rich text.
pub type RichText = Vec<Inline>;

/// One piece of rich text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Inline {
    /// Plain characters, not escaped for any target.
    Text(String),
    /// Text in one kind of formatting.
    Formatted(Formatting, RichText),
    /// Text that links to an address.
    Link {
        /// The address.
        href: String,
        /// What is shown.
        content: RichText,
    },
    /// A part that is set off from the others (the `display` attribute of CSL, and the two fields of
    /// `second-field-align`).
    Display(Display, RichText),
}

/// The kinds of formatting that CSL knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Formatting {
    /// `font-style="italic"`
    Italic,
    /// `font-style="oblique"`
    Oblique,
    /// `font-style="normal"` within italics.
    Upright,
    /// `font-weight="bold"`
    Bold,
    /// `font-weight="light"`
    Light,
    /// `font-weight="normal"` within bold.
    NormalWeight,
    /// `font-variant="small-caps"`
    SmallCaps,
    /// `font-variant="normal"` within small capitals.
    NormalVariant,
    /// `text-decoration="underline"`
    Underline,
    /// `text-decoration="none"` within underlined text.
    NoDecoration,
    /// `vertical-align="sup"`
    Superscript,
    /// `vertical-align="sub"`
    Subscript,
    /// `vertical-align="baseline"` within raised or lowered text.
    Baseline,
}

/// The values of the `display` attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Display {
    /// A block of its own, over the whole width.
    Block,
    /// A block at the left margin, such as a number.
    LeftMargin,
    /// What stands to the right of a left margin.
    RightInline,
    /// A block indented to the right.
    Indent,
}

/// The characters of rich text without any formatting.
pub fn plain_text(text: &[Inline]) -> String {
    fn collect(text: &[Inline], into: &mut String) {
        for piece in text {
            match piece {
                Inline::Text(characters) => into.push_str(characters),
                Inline::Formatted(_, content)
                | Inline::Link { content, .. }
                | Inline::Display(_, content) => collect(content, into),
            }
        }
    }
    let mut plain = String::new();
    collect(text, &mut plain);
    plain
}
