//! Rich text: the output of the processor.
//!
//! A small tree that output writers turn into plain text, HTML, Markdown and so on. It has the formatting
//! that CSL 1.0.2 can ask for (clauses "Formatting", "Display" and appendix VI, "Links").

/// Rich text.
pub type RichText = Vec<Inline>;

/// One piece of rich text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Inline {
    /// Plain characters, not escaped for any target.
    Text(String),
    /// Text in one kind of formatting.
    Formatted(Formatting, RichText),
    /// Text that links to a URL.
    Link {
        /// The URL.
        href: String,
        /// The text.
        content: RichText,
    },
    /// A block (the `display` attribute of CSL, and the two fields of `second-field-align`).
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
    /// A block to the right of a left margin.
    RightInline,
    /// A block indented to the right.
    Indent,
}

/// A piece of plain text and the variable whose value it is part of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabelledText {
    /// The variable; none for text that the style supplies.
    pub variable: Option<String>,
    /// The text.
    pub text: String,
}

/// Returns the characters of rich text without formatting.
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
