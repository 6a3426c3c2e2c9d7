//! Web addresses: parsing, joining, escaping, and whether a host is private.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::model::percent_decoded;
use crate::text::percent_encoded;

/// The parts of an `http` or `https` address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Address<'a> {
    pub(super) scheme: &'a str,
    /// Host and port.
    pub(super) authority: &'a str,
    /// The path with its slash, and the query.
    pub(super) rest: &'a str,
}

impl<'a> Address<'a> {
    /// Parses an address; `None` if it is not HTTP, has user information, or has characters that none may have.
    pub(super) fn parse(text: &'a str) -> Option<Self> {
        let is_clean = |c: char| !c.is_whitespace() && !c.is_control();
        let (scheme, after) = text.split_once("://")?;
        let is_http = ["http", "https"]
            .iter()
            .any(|http| http.eq_ignore_ascii_case(scheme));
        let after = after.split('#').next().unwrap_or(after);
        let end = after.find(['/', '?']).unwrap_or(after.len());
        let (authority, rest) = after.split_at_checked(end)?;
        let is_authority = !authority.is_empty() && !authority.contains(['@', '\\']);
        (is_http && is_authority && text.chars().all(is_clean)).then_some(Self {
            scheme,
            authority,
            rest,
        })
    }

    /// Returns the host without port and brackets.
    pub(super) fn host(&self) -> &'a str {
        if let Some(inside) = self.authority.strip_prefix('[') {
            return inside.split(']').next().unwrap_or(inside);
        }
        self.authority.split(':').next().unwrap_or(self.authority)
    }
}

/// Returns the address that a redirect from `from` to `location` leads to.
pub(super) fn join(from: &str, location: &str) -> Option<String> {
    let location = location.trim();
    if let Some(address) = Address::parse(location) {
        let end = location.split('#').next().unwrap_or(location);
        debug_assert!(end.contains(address.authority));
        return Some(end.to_owned());
    }
    if location.is_empty() || location.contains("://") {
        return None;
    }
    let Address {
        scheme,
        authority,
        rest,
    } = Address::parse(from)?;
    let joined = if let Some(other) = location.strip_prefix("//") {
        format!("{scheme}://{other}")
    } else if location.starts_with('/') {
        format!("{scheme}://{authority}{location}")
    } else {
        let path = rest.split('?').next().unwrap_or_default();
        let directory = path.rsplit_once('/').map_or("", |(before, _)| before);
        format!("{scheme}://{authority}{directory}/{location}")
    };
    Address::parse(&joined)?;
    Some(joined)
}

/// Escapes a text for a place in a path or a query. `/`, `:` and what needs no escape stay in a path.
pub(super) fn in_path(text: &str) -> String {
    percent_encoded(text, "-._~/:;,()!$&'*+=@")
}

/// Escapes a text as the value of a parameter.
pub(super) fn in_query(text: &str) -> String {
    percent_encoded(text, "-._~")
}

/// Returns a text without percent escapes and, as in forms, with spaces for plus signs.
pub(super) fn unescaped(text: &str) -> String {
    percent_decoded(&text.replace('+', " "))
}

/// Returns whether a host is this computer or in a private network by its name alone. A name that has to be resolved
/// is checked again after that.
pub(super) fn is_private_host(host: &str) -> bool {
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    if let Ok(address) = host.parse::<IpAddr>() {
        return is_private(address);
    }
    let last = host.rsplit('.').next().unwrap_or(&host);
    // Resolvers read 2130706433 and 0x7f.1 as 127.0.0.1.
    let is_number = last.starts_with(|c: char| c.is_ascii_digit());
    is_number
        || matches!(
            last,
            "localhost" | "local" | "internal" | "lan" | "home" | ""
        )
}

/// Returns whether an IP address is not one of the public Internet.
pub(super) fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_private_v4(address),
        IpAddr::V6(address) => is_private_v6(address),
    }
}

fn is_private_v4(address: Ipv4Addr) -> bool {
    let [first, second, ..] = address.octets();
    address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_multicast()
        || address.is_documentation()
        || first == 0
        || first >= 240
        || (first == 100 && (64..128).contains(&second))
        || (first == 198 && (18..20).contains(&second))
        || (first == 192 && second == 0)
}

fn is_private_v6(address: Ipv6Addr) -> bool {
    let [a, b, c, d, e, f, g, h] = address.segments();
    let embedded = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        is_private_v4(Ipv4Addr::new(a, b, c, d))
    };
    match (a, b, c, d, e, f) {
        // Unspecified, loopback, IPv4-compatible and IPv4-mapped addresses.
        (0, 0, 0, 0, 0, 0 | 0xffff) => embedded(g, h),
        // NAT64 and 6to4.
        (0x64, 0xff9b, ..) => embedded(g, h),
        (0x2002, ..) => embedded(b, c),
        _ => {
            address.is_loopback()
                || a & 0xfe00 == 0xfc00
                || a & 0xffc0 == 0xfe80
                || a & 0xff00 == 0xff00
                || (a == 0x2001 && b == 0xdb8)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn redirects_are_joined_as_browsers_do() {
        let from = "https://a.org/x/y?q=1";
        let joined = |location| join(from, location);
        assert_eq!(joined("z").as_deref(), Some("https://a.org/x/z"));
        assert_eq!(joined("/z").as_deref(), Some("https://a.org/z"));
        assert_eq!(joined("//b.org/z").as_deref(), Some("https://b.org/z"));
        assert_eq!(joined("http://b.org#top").as_deref(), Some("http://b.org"));
        for wrong in ["", "file:///etc/passwd", "ftp://b.org", "http://u@b.org/"] {
            assert_eq!(joined(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn private_hosts_are_recognized_in_every_notation() {
        for private in [
            "localhost",
            "printer.local",
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "2130706433",
            "0x7f.1",
            "127.1",
            "::1",
            "::",
            "::ffff:10.0.0.1",
            "fd00::1",
            "fe80::1",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
        ] {
            assert!(is_private_host(private), "{private}");
        }
        for public in [
            "doi.org",
            "93.184.216.34",
            "2606:2800:220:1::1",
            "x.localnet.org",
        ] {
            assert!(!is_private_host(public), "{public}");
        }
    }

    #[test]
    fn escapes_come_back() {
        let text = "Coase\u{2019}s Penguin & 100 %";
        assert_eq!(unescaped(&in_query(text)), text);
        assert_eq!(unescaped("a+b%2"), "a b%2");
        assert_eq!(
            in_path("10.1002/(SICI)1<3::AID>"),
            "10.1002/(SICI)1%3C3::AID%3E"
        );
    }
}
