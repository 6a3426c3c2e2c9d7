//! Addresses that links lead to.

use std::fmt::Write as _;

/// Whether a link to the address can do nothing but lead there: not so `javascript:` and its like, which a
/// reference or an annotation from elsewhere may hold.
pub(super) fn leads_somewhere(address: &str) -> bool {
    let address: String = address
        .chars()
        .filter(|c| !c.is_whitespace() && !c.is_control())
        .collect();
    let scheme = address
        .split(['/', '?', '#'])
        .next()
        .and_then(|start| start.split_once(':'))
        .map(|(scheme, _)| scheme.to_ascii_lowercase());
    !address.is_empty()
        && !matches!(
            scheme.as_deref(),
            Some("javascript" | "vbscript" | "data" | "file" | "about" | "blob")
        )
}

/// An address in the characters that RFC 3986 gives it, so that it can stand in any markup: all others, and
/// those of `also`, are written with percent signs. Percent signs that are there already stay.
pub(super) fn encoded(address: &str, also: &str) -> String {
    let mut encoded = String::with_capacity(address.len());
    for character in address.trim().chars() {
        let stays =
            character.is_ascii_alphanumeric() || "-._~:/?#[]@!$&'()*+,;=%".contains(character);
        if stays && !also.contains(character) {
            encoded.push(character);
        } else {
            percent(character, &mut encoded);
        }
    }
    encoded
}

/// Text as a value in a query: everything but letters, digits and `-._~` with percent signs.
pub(super) fn encoded_value(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_ascii_alphanumeric() || "-._~".contains(character) {
            encoded.push(character);
        } else {
            percent(character, &mut encoded);
        }
    }
    encoded
}

fn percent(character: char, into: &mut String) {
    for byte in character.encode_utf8(&mut [0; 4]).bytes() {
        let _ = write!(into, "%{byte:02X}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_written_in_their_own_characters() {
        assert_eq!(
            encoded("https://e.org/a b/ä?q={x}#%20", ""),
            "https://e.org/a%20b/%C3%A4?q=%7Bx%7D#%20"
        );
        assert_eq!(
            encoded("https://e.org/[x]|", "[]"),
            "https://e.org/%5Bx%5D%7C"
        );
        assert_eq!(encoded_value("a&b=ç/"), "a%26b%3D%C3%A7%2F");
    }

    #[test]
    fn what_would_run_is_no_address() {
        assert!(leads_somewhere("https://e.org/javascript:x"));
        assert!(leads_somewhere("mailto:ada@example.org"));
        assert!(leads_somewhere("../other.html"));
        for bad in [
            "javascript:alert(1)",
            " JavaScript:x",
            "java\nscript:x",
            "data:text/html,x",
            "",
        ] {
            assert!(!leads_somewhere(bad), "{bad}");
        }
    }
}
