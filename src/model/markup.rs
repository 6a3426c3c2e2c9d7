//! The markup that CSL-JSON allows in its texts: `<i> <b> <sup> <sub> <sc>`,
//! `<span style="font-variant:small-caps;">` and `<span class="nocase">`.

const ELEMENTS: [&str; 6] = ["i", "b", "sup", "sub", "sc", "span"];

/// Text without any markup.
pub(crate) fn plain(text: &str) -> String {
    without(text, |_| true)
}

/// Text without the marks that protect words from changes of case, which only CSL has.
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

/// What stands before a separator that is outside of any markup, so that all that is opened in it is closed
/// in it, too.
#[cfg(feature = "formats")]
pub(crate) fn before_outside<'t>(text: &'t str, separator: &str) -> Option<&'t str> {
    text.match_indices(separator)
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

/// Text without the tags that `drops` picks; it is given what stands between the angle brackets.
fn without(text: &str, mut drops: impl FnMut(&str) -> bool) -> String {
    if !text.contains('<') {
        return text.to_owned();
    }
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('<') {
        kept.push_str(before);
        let tag = after.split_once('>').filter(|(tag, _)| {
            let name = tag.strip_prefix('/').unwrap_or(tag);
            ELEMENTS.contains(&name.split(' ').next().unwrap_or(name))
        });
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
    fn a_text_is_cut_outside_of_markup_alone() {
        assert_eq!(
            before_outside("<i>Emma: A Novel</i>: A Study: Notes", ": "),
            Some("<i>Emma: A Novel</i>")
        );
        assert_eq!(
            before_outside("Fork <span class=\"nocase\">[was: it]</span>", ": "),
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
