//! Link targets.

use crate::text;

/// Returns whether following a link is safe: one to the web, to a person, or within the document or its folder. URLs such
/// as `javascript:` may come from an imported reference or annotation, and some schemes start programs.
pub(crate) fn is_safe_link(address: &str) -> bool {
    let address: String = address
        .chars()
        .filter(|c| !c.is_whitespace() && !c.is_control())
        .collect();
    let scheme = address
        .split(['/', '?', '#'])
        .next()
        .and_then(|start| start.split_once(':'))
        .map(|(scheme, _)| scheme.to_ascii_lowercase());
    !address.is_empty() && matches!(scheme.as_deref(), None | Some("http" | "https" | "mailto"))
}

/// Returns whether an address is one of the web.
pub(super) fn is_web_address(address: &str) -> bool {
    address.split_once("://").is_some_and(|(scheme, _)| {
        ["http", "https"]
            .iter()
            .any(|web| scheme.eq_ignore_ascii_case(web))
    })
}

/// Returns whether a link may become a link of a terminal, which passes its target to the system's program for
/// the scheme.
pub(super) fn is_terminal_link(address: &str) -> bool {
    let scheme = address.split_once(':').map(|(scheme, _)| scheme);
    scheme.is_some_and(|scheme| {
        ["http", "https", "mailto"]
            .iter()
            .any(|safe| scheme.eq_ignore_ascii_case(safe))
    }) && !address.contains(char::is_control)
}

/// Percent-encodes all characters that RFC 3986 does not allow in a URL, and those in `also`, so that it can
/// be used in any markup. Existing percent signs are kept.
pub(crate) fn percent_encode(address: &str, also: &str) -> String {
    let mut kept = "-._~:/?#[]@!$&'()*+,;=%".to_owned();
    kept.retain(|character| !also.contains(character));
    text::percent_encoded(address.trim(), &kept)
}

/// Percent-encodes a query value: everything except letters, digits and `-._~`.
pub(crate) fn percent_encode_value(value: &str) -> String {
    text::percent_encoded(value, "-._~")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_written_in_their_own_characters() {
        assert_eq!(
            percent_encode("https://e.org/a b/ä?q={x}#%20", ""),
            "https://e.org/a%20b/%C3%A4?q=%7Bx%7D#%20"
        );
        assert_eq!(
            percent_encode("https://e.org/[x]|", "[]"),
            "https://e.org/%5Bx%5D%7C"
        );
        assert_eq!(percent_encode_value("a&b=ç/"), "a%26b%3D%C3%A7%2F");
    }

    #[test]
    fn what_would_run_is_no_address() {
        assert!(is_safe_link("https://e.org/javascript:x"));
        assert!(is_safe_link("mailto:ada@example.org"));
        assert!(is_safe_link("../other.html"));
        for bad in [
            "javascript:alert(1)",
            " JavaScript:x",
            "java\nscript:x",
            "data:text/html,x",
            "vscode://x",
            "file:///etc/passwd",
            "",
        ] {
            assert!(!is_safe_link(bad), "{bad}");
        }
    }
}
