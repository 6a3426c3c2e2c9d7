//! The markup that CSL-JSON allows in its texts: `<i> <b> <sup> <sub> <sc>`,
//! `<span style="font-variant:small-caps;">` and `<span class="nocase">`.

const ELEMENTS: [&str; 6] = ["i", "b", "sup", "sub", "sc", "span"];

/// The maximum depth of markup in a text. Writers nest it, and the stack is finite.
pub const MAX_DEPTH: usize = 50;

/// Returns how deep the markup of a text is nested. A tag that is never closed counts to the end.
pub fn depth(text: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    without(text, |tag| {
        if tag.starts_with('/') {
            depth = depth.saturating_sub(1);
        } else {
            depth += 1;
            deepest = deepest.max(depth);
        }
        false
    });
    deepest
}

/// Returns text without any markup.
pub fn plain(text: &str) -> String {
    without(text, |_| true)
}

/// Returns text without CSL's marks that protect words from changes of case.
#[cfg(feature = "formats")]
pub(crate) fn without_nocase(text: &str) -> String {
    // A closing tag belongs to the opening one that is still open last.
    let mut open = Vec::new();
    without(text, |tag| {
        if !tag.starts_with("span") && tag != "/span" {
            return false;
        }
        if tag == "/span" {
            return open.pop().unwrap_or(false);
        }
        let nocase = tag.contains("nocase");
        open.push(nocase);
        nocase
    })
}

/// Returns the text before the first colon and space that are outside of any markup.
#[cfg(feature = "formats")]
pub(crate) fn before_colon(text: &str) -> Option<&str> {
    text.match_indices(": ")
        .filter_map(|(at, _)| text.get(..at))
        .find(|before| {
            let mut depth = 0_i32;
            without(before, |tag| {
                depth += if tag.starts_with('/') { -1 } else { 1 };
                false
            });
            depth == 0
        })
}

/// Returns text without the tags that `drops` selects by the text between the angle brackets.
fn without(text: &str, mut drops: impl FnMut(&str) -> bool) -> String {
    if !text.contains('<') {
        return text.to_owned();
    }
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    // After one search for `>` in vain, no other can succeed.
    let mut may_close = true;
    while let Some((before, after)) = rest.split_once('<') {
        kept.push_str(before);
        let name = after.strip_prefix('/').unwrap_or(after);
        let name = name.split([' ', '<', '>']).next().unwrap_or(name);
        let mut tag = None;
        if may_close && ELEMENTS.contains(&name) {
            tag = after.split_once('>');
            may_close = tag.is_some();
        }
        match tag {
            Some((tag, behind)) => {
                if !drops(tag) {
                    kept.push('<');
                    kept.push_str(tag);
                    kept.push('>');
                }
                rest = behind;
            }
            None => {
                kept.push('<');
                rest = after;
            }
        }
    }
    kept.push_str(rest);
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_goes_and_other_angle_brackets_stay() {
        let text = "<i>Homo</i> <span class=\"nocase\">a < b <span style=\"x\">c</span></span>";
        assert_eq!(plain(text), "Homo a < b c");
        assert_eq!(
            without_nocase(text),
            "<i>Homo</i> a < b <span style=\"x\">c</span>"
        );
    }

    #[test]
    fn the_depth_is_that_of_the_innermost_tag() {
        assert_eq!(depth("a < b"), 0);
        assert_eq!(depth("<i>a</i> <b>c</b>"), 1);
        assert_eq!(depth("</i><i><span class=\"nocase\">a</span></i>"), 2);
        assert_eq!(depth(&"<i>".repeat(30_000)), 30_000);
    }

    #[test]
    fn a_text_is_cut_outside_of_markup_alone() {
        assert_eq!(
            before_colon("<i>Emma: A Novel</i>: A Study: Notes"),
            Some("<i>Emma: A Novel</i>")
        );
        assert_eq!(
            before_colon("Fork <span class=\"nocase\">[was: it]</span>"),
            None
        );
    }

    #[test]
    fn unknown_elements_are_no_markup() {
        assert_eq!(
            plain("<i>Homo</i> <span class=\"nocase\">GNU</span>"),
            "Homo GNU"
        );
        assert_eq!(plain("a < b, <unknown>"), "a < b, <unknown>");
    }
}
