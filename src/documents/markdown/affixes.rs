//! Converts the text before and after a key from Markdown to the markup of a citation style.

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

/// Converts Markdown to CSL-JSON markup: emphasis becomes tags, and escapes are resolved.
pub(super) fn csl_markup(markdown: &str) -> String {
    if !markdown.contains(['*', '_', '\\', '&', '~']) {
        return markdown.to_owned();
    }
    // A leading letter keeps the text from being parsed as a list, heading or quotation.
    const GUARD: char = '\u{e000}';
    let lead = markdown.len() - markdown.trim_start().len();
    let (space, text) = markdown.split_at_checked(lead).unwrap_or(("", markdown));
    let trail = text.get(text.trim_end().len()..).unwrap_or_default();
    let guarded = format!("{GUARD}{text}");
    let mut markup = space.to_owned();
    for event in Parser::new_ext(&guarded, Options::empty()) {
        match event {
            Event::Start(Tag::Emphasis) => markup.push_str("<i>"),
            Event::End(TagEnd::Emphasis) => markup.push_str("</i>"),
            Event::Start(Tag::Strong) => markup.push_str("<b>"),
            Event::End(TagEnd::Strong) => markup.push_str("</b>"),
            Event::Text(text) => markup.push_str(text.trim_start_matches(GUARD)),
            Event::Code(text) | Event::InlineHtml(text) | Event::Html(text) => {
                markup.push_str(&text);
            }
            Event::SoftBreak | Event::HardBreak => markup.push(' '),
            _ => {}
        }
    }
    markup.push_str(trail);
    markup
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn emphasis_becomes_tags_and_escapes_are_undone() {
        assert_eq!(csl_markup("see *also*"), "see <i>also</i>");
        assert_eq!(csl_markup(", and **more** "), ", and <b>more</b> ");
        assert_eq!(csl_markup("1\\. *a* "), "1. <i>a</i> ");
        assert_eq!(csl_markup("- *a*"), "- <i>a</i>");
        assert_eq!(csl_markup("snake_case and \\*"), "snake_case and *");
    }
}
