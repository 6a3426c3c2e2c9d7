//! Identifiers of works: DOI, ISBN, ISSN.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

/// A text that is not the identifier it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IdentifierError {
    /// Not of the form of such an identifier.
    #[error("is malformed")]
    Form,
    /// Of the right form, but with a wrong check digit.
    #[error("has a wrong check digit")]
    CheckDigit,
}

/// A digital object identifier without `https://doi.org/`, as it was written (ISO 26324).
///
/// Two DOIs are the same if they differ in the case of ASCII letters only.
#[derive(Debug, Clone)]
pub struct Doi(String);

impl FromStr for Doi {
    type Err = IdentifierError;

    /// Reads a DOI, bare or as an address, or with `doi:` before it.
    fn from_str(text: &str) -> Result<Doi, IdentifierError> {
        let doi = Doi::strip_resolver(text);
        let (prefix, suffix) = doi.split_once('/').ok_or(IdentifierError::Form)?;
        let registrant = prefix.strip_prefix("10.").ok_or(IdentifierError::Form)?;
        let is_registrant = !registrant.is_empty()
            && registrant
                .bytes()
                .all(|byte| byte.is_ascii_digit() || byte == b'.');
        if !is_registrant || suffix.is_empty() || suffix.contains(char::is_whitespace) {
            return Err(IdentifierError::Form);
        }
        Ok(Doi(doi.to_owned()))
    }
}

impl Doi {
    /// Returns the text without the address of the resolver or `doi:` before it, whether it is a
    /// DOI or not.
    pub fn strip_resolver(text: &str) -> &str {
        const BEFORE: [&str; 8] = [
            "https://",
            "http://",
            "dx.doi.org/",
            "www.doi.org/",
            "doi.org/",
            "doi:",
            "doi ",
            "info:doi/",
        ];
        let mut rest = text.trim();
        for before in BEFORE {
            let head = rest.get(..before.len());
            if head.is_some_and(|head| head.eq_ignore_ascii_case(before)) {
                rest = rest.get(before.len()..).unwrap_or_default().trim_start();
            }
        }
        if rest.starts_with("10.") {
            rest
        } else {
            text.trim()
        }
    }
}

impl Doi {
    /// Returns whether an address is that of a DOI at its resolver.
    pub fn is_at(doi: &str, url: &str) -> bool {
        let found = Doi::strip_resolver(url);
        found != url.trim() && (found.eq_ignore_ascii_case(doi) || percent_decoded(found) == doi)
    }

    /// Returns the DOI in a text that holds more: the address of a proxy, HTML, or remarks; `None` if there is
    /// none. An address may write the slash as `%2F`.
    pub fn in_text(text: &str) -> Option<Cow<'_, str>> {
        let text = text.trim();
        let decoded = if text.contains("%2F") || text.contains("%2f") {
            Cow::Owned(percent_decoded(text))
        } else {
            Cow::Borrowed(text)
        };
        let bare = Doi::strip_resolver(&decoded);
        if bare.starts_with("10.") && bare.parse::<Doi>().is_ok() {
            let range = decoded.len() - bare.len();
            return Some(match decoded {
                Cow::Borrowed(text) => Cow::Borrowed(text.get(range..)?.trim_end()),
                Cow::Owned(text) => Cow::Owned(text.get(range..)?.trim_end().to_owned()),
            });
        }
        let starts = decoded.match_indices("10.").map(|(at, _)| at);
        let found = starts.take(100).find_map(|at| {
            let before = decoded.get(..at)?.chars().next_back();
            let candidate = decoded.get(at..)?;
            let end = candidate.find(|c: char| c.is_whitespace() || matches!(c, '"' | '<' | '>'));
            let candidate = candidate.get(..end.unwrap_or(candidate.len()))?;
            let candidate = candidate.trim_end_matches(['.', ',', ';', '\'']);
            let registrant = candidate.strip_prefix("10.")?.split('/').next()?;
            let is_doi = !before.is_some_and(char::is_alphanumeric)
                && registrant.len() >= 4
                && candidate.parse::<Doi>().is_ok();
            is_doi.then(|| candidate.to_owned())
        });
        found.map(Cow::Owned)
    }
}

/// Returns an address with its percent-encoded bytes decoded; unchanged if the result is not text.
pub fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, behind)) = rest.split_first() {
        let code = (*first == b'%')
            .then(|| std::str::from_utf8(behind.get(..2)?).ok())
            .flatten()
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match code {
            Some(byte) => {
                bytes.push(byte);
                rest = behind.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(*first);
                rest = behind;
            }
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
}

impl PartialEq for Doi {
    fn eq(&self, other: &Doi) -> bool {
        self.0.eq_ignore_ascii_case(&other.0)
    }
}

impl Eq for Doi {}

impl fmt::Display for Doi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An international standard book number of 13 digits; 10 digits are converted (ISO 2108).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Isbn([u8; 13]);

impl FromStr for Isbn {
    type Err = IdentifierError;

    fn from_str(text: &str) -> Result<Isbn, IdentifierError> {
        let digits = digits(text)?;
        match digits.as_slice() {
            [first @ .., check] if first.len() == 12 => {
                let mut number = [0; 13];
                number.copy_from_slice(&digits);
                if *check != check_digit_13(first) {
                    return Err(IdentifierError::CheckDigit);
                }
                Ok(Isbn(number))
            }
            [first @ .., check] if first.len() == 9 => {
                if *check != check_digit_11(first) {
                    return Err(IdentifierError::CheckDigit);
                }
                let mut number = [9, 7, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
                let (start, end) = number.split_at_mut(12);
                if let Some(body) = start.get_mut(3..) {
                    body.copy_from_slice(first);
                }
                end.fill(check_digit_13(start));
                Ok(Isbn(number))
            }
            _ => Err(IdentifierError::Form),
        }
    }
}

impl fmt::Display for Isbn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|digit| write!(f, "{digit}"))
    }
}

/// An international standard serial number (ISO 3297).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Issn([u8; 8]);

impl FromStr for Issn {
    type Err = IdentifierError;

    fn from_str(text: &str) -> Result<Issn, IdentifierError> {
        let digits = digits(text)?;
        let number: [u8; 8] = digits.try_into().map_err(|_| IdentifierError::Form)?;
        let [first @ .., check] = &number;
        if *check != check_digit_11(first) {
            return Err(IdentifierError::CheckDigit);
        }
        Ok(Issn(number))
    }
}

impl fmt::Display for Issn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, digit) in self.0.iter().enumerate() {
            if index == 4 {
                f.write_str("-")?;
            }
            match digit {
                10 => f.write_str("X")?,
                digit => write!(f, "{digit}")?,
            }
        }
        Ok(())
    }
}

/// Returns the digits without hyphens and spaces; X at the end is 10.
fn digits(text: &str) -> Result<Vec<u8>, IdentifierError> {
    let mut digits = Vec::new();
    for character in text.trim().chars() {
        match character {
            '0'..='9' => digits.push(character as u8 - b'0'),
            '-' | '\u{2010}'..='\u{2013}' | ' ' => {}
            'X' | 'x' if matches!(digits.len(), 7 | 9) => digits.push(10),
            _ => return Err(IdentifierError::Form),
        }
    }
    // 10 is a check digit, and nothing comes after that.
    let inside = digits.split_last().map_or(&[][..], |(_, inside)| inside);
    if inside.contains(&10) {
        return Err(IdentifierError::Form);
    }
    Ok(digits)
}

/// Returns the check digit of ISBN-13: weights 1 and 3, modulo 10.
fn check_digit_13(digits: &[u8]) -> u8 {
    let sum: u32 = digits
        .iter()
        .zip([1, 3].into_iter().cycle())
        .map(|(digit, weight)| u32::from(*digit) * weight)
        .sum();
    u8::try_from((10 - sum % 10) % 10).unwrap_or_default()
}

/// Returns the check digit of ISBN-10 and ISSN: weights from the length plus 1 down to 2, modulo
/// 11.
fn check_digit_11(digits: &[u8]) -> u8 {
    let sum: usize = digits
        .iter()
        .rev()
        .zip(2..)
        .map(|(digit, weight)| usize::from(*digit) * weight)
        .sum();
    u8::try_from((11 - sum % 11) % 11).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_doi_is_found_in_other_text() {
        for (text, doi) in [
            ("10.1234/abc.5", Some("10.1234/abc.5")),
            (
                " 10.1002/(SICI)1097<131::AID>3.0 ",
                Some("10.1002/(SICI)1097<131::AID>3.0"),
            ),
            (
                "http://dx.doi.org.proxy.example.edu/10.1234/abc.5",
                Some("10.1234/abc.5"),
            ),
            (
                "<a href=\"https://doi.org/10.1234/abc.6\">10.1234/abc.6</a>",
                Some("10.1234/abc.6"),
            ),
            ("https://doi.org/10.1234%2Fabc", Some("10.1234/abc")),
            ("doi: 10.1234/abc, accessed today", Some("10.1234/abc")),
            ("http://www.example.org/report.pdf", None),
            ("version 10.2/3", None),
            ("none", None),
        ] {
            assert_eq!(Doi::in_text(text).as_deref(), doi, "{text}");
        }
    }

    #[test]
    fn dois_are_read_from_addresses() {
        for text in [
            "10.1000/A_b(1)",
            "https://doi.org/10.1000/A_b(1)",
            "http://dx.doi.org/10.1000/A_b(1)",
            "doi:10.1000/a_b(1)",
            "DOI: 10.1000/A_B(1)",
        ] {
            assert_eq!(
                text.parse::<Doi>(),
                Ok(Doi("10.1000/A_b(1)".to_owned())),
                "{text}"
            );
        }
        for text in [
            "",
            "10.1000",
            "11.1000/x",
            "10.x/y",
            "10.1000/a b",
            "https://example.org/10",
        ] {
            assert_eq!(text.parse::<Doi>(), Err(IdentifierError::Form), "{text}");
        }
    }

    #[test]
    fn isbns_of_10_digits_are_those_of_13() {
        let isbn: Isbn = "0-300-11056-1".parse().unwrap();
        assert_eq!(isbn.to_string(), "9780300110562");
        assert_eq!("978-0-300-11056-2".parse(), Ok(isbn));
        assert_eq!(
            "080442957X"
                .parse::<Isbn>()
                .map(|isbn| isbn.to_string())
                .as_deref(),
            Ok("9780804429573")
        );
        assert_eq!(
            "0-300-11056-2".parse::<Isbn>(),
            Err(IdentifierError::CheckDigit)
        );
        assert_eq!(
            "978-0-300-11056-3".parse::<Isbn>(),
            Err(IdentifierError::CheckDigit)
        );
        assert_eq!("123".parse::<Isbn>(), Err(IdentifierError::Form));
        assert_eq!("12345678901é".parse::<Isbn>(), Err(IdentifierError::Form));
    }

    #[test]
    fn issns_are_checked() {
        assert_eq!(
            "2213-5316"
                .parse::<Issn>()
                .map(|issn| issn.to_string())
                .as_deref(),
            Ok("2213-5316")
        );
        assert_eq!(
            "2434-561x"
                .parse::<Issn>()
                .map(|issn| issn.to_string())
                .as_deref(),
            Ok("2434-561X")
        );
        assert_eq!(
            "2213-5317".parse::<Issn>(),
            Err(IdentifierError::CheckDigit)
        );
    }
}
