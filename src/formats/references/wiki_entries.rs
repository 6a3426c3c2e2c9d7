//! Entries of wiki pages whose parts are on lines of their own.

use std::borrow::Cow;

/// Puts an address that follows an entry on a line of its own, `URL = https://a.example`, at the end of the entry, and
/// takes bold marks from around a whole item: `'''* Book: Title'''`. The text has as many lines as before.
pub(super) fn joined(text: &str) -> Cow<'_, str> {
    let needs_it = |line: &str| address_line(line).is_some() || bold_item(line).is_some();
    if !text.lines().any(needs_it) {
        return Cow::Borrowed(text);
    }
    let mut lines: Vec<Cow<'_, str>> = Vec::new();
    let mut last: Option<usize> = None;
    for line in text.split('\n') {
        let mut kept = Cow::Borrowed(bold_item(line).unwrap_or(line));
        if let Some(address) = address_line(line)
            && let Some(entry) = last.take().and_then(|at| lines.get_mut(at))
        {
            *entry = Cow::Owned(format!("{} {address}", entry.trim_end()));
            kept = Cow::Borrowed("");
        } else if !line.trim().is_empty() {
            last = Some(lines.len());
        }
        lines.push(kept);
    }
    Cow::Owned(lines.join("\n"))
}

/// Returns the address on a line that has nothing else: `URL = https://a.example`.
fn address_line(line: &str) -> Option<&str> {
    let rest = line.trim().trim_start_matches('\'');
    let rest = ["URL", "Url", "url", "Link", "Source"]
        .iter()
        .find_map(|name| rest.strip_prefix(name))?;
    let address = rest.trim_start_matches([' ', '=', ':', '\'']).trim();
    let is_named = rest.len() > address.len();
    // A number in brackets after it is the mark of the link.
    let address = address.split(' ').next().unwrap_or_default();
    let address = address.trim_matches(['[', ']', '\'']);
    (is_named && address.starts_with("http")).then_some(address)
}

/// Returns an item of a list without the bold or italic marks around all of it.
fn bold_item(line: &str) -> Option<&str> {
    let line = line.trim();
    let item = line.strip_prefix("''")?.trim_start_matches('\'');
    let is_item = item.starts_with(['*', '#']);
    is_item.then(|| item.trim_end_matches('\''))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_join_the_entry_before_them() {
        assert_eq!(
            joined("* A title, 2014\n\nURL = https://a.example/b [1]\n\n'''* Book: B. 2015'''\n"),
            "* A title, 2014 https://a.example/b\n\n\n\n* Book: B. 2015\n"
        );
        let plain = "* A, 2014\nURL of the page\n''Italics'' here";
        assert_eq!(joined(plain), plain);
    }
}
