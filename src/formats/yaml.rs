//! Reading YAML with a limit for aliases, each of which repeats the value of its anchor.
//!
//! The parser limits how often aliases are followed, but not how long the repeated texts are.

use std::cell::Cell;
use std::fmt;

use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, Error, MapAccess, SeqAccess, VariantAccess, Visitor,
};
use serde_yaml::Value;

/// The maximum size of the content of even a short text, in bytes.
const MINIMUM: usize = 1024 * 1024;

/// Parses a text whose aliases do not expand to much more than the text.
///
/// # Errors
///
/// The place and the reason if the text is not YAML, or if its aliases expand to too much.
pub fn parse(yaml: &str) -> Result<Value, serde_yaml::Error> {
    check_expansion(yaml)?;
    serde_yaml::from_str(yaml)
}

/// Checks that a text with its aliases expanded is not much larger than as written. Nothing is built for that.
fn check_expansion(yaml: &str) -> Result<(), serde_yaml::Error> {
    if !yaml.contains('&') || !yaml.contains('*') {
        return Ok(());
    }
    let maximum = MINIMUM.saturating_add(yaml.len().saturating_mul(4));
    Expansion {
        left: &Cell::new(maximum),
    }
    .deserialize(serde_yaml::Deserializer::from_str(yaml))
}

/// Counts the size of a value, and fails when nothing is left.
#[derive(Clone, Copy)]
struct Expansion<'c> {
    left: &'c Cell<usize>,
}

impl Expansion<'_> {
    /// Counts a scalar, a list or a map without its content. Each takes some memory even if it is empty.
    fn count<E: Error>(self, length: usize) -> Result<(), E> {
        let left = self.left.get().checked_sub(length.saturating_add(8));
        let left = left.ok_or_else(|| E::custom("the aliases expand to too much text"))?;
        self.left.set(left);
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for Expansion<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Expansion<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a value")
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<(), E> {
        self.count(0)
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<(), E> {
        self.count(0)
    }

    fn visit_i128<E: Error>(self, _: i128) -> Result<(), E> {
        self.count(0)
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<(), E> {
        self.count(0)
    }

    fn visit_u128<E: Error>(self, _: u128) -> Result<(), E> {
        self.count(0)
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<(), E> {
        self.count(0)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        self.count(text.len())
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        self.count(0)
    }

    fn visit_none<E: Error>(self) -> Result<(), E> {
        self.count(0)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        self.deserialize(deserializer)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        self.count(0)?;
        while items.next_element_seed(self)?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut pairs: A) -> Result<(), A::Error> {
        self.count(0)?;
        while pairs.next_key_seed(self)?.is_some() {
            pairs.next_value_seed(self)?;
        }
        Ok(())
    }

    /// Reads a tagged value.
    fn visit_enum<A: EnumAccess<'de>>(self, tagged: A) -> Result<(), A::Error> {
        let ((), content) = tagged.variant_seed(self)?;
        content.newtype_variant_seed(self)
    }
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn aliases_may_not_expand_without_limit() {
        parse("a: &a {type: book, n: 1.5, b: ~, c: !x [1, -2, true]}\nb: *a\n").unwrap();
        let long = format!(
            "a: &a {}\nb: [{}]\n",
            "x".repeat(100_000),
            "*a, ".repeat(10_000)
        );
        let error = parse(&long).unwrap_err().to_string();
        assert!(error.contains("expand to too much text"), "{error}");
        let mut nested = "a0: &a0 [x, x]\n".to_owned();
        for level in 1..40 {
            let below = level - 1;
            nested += &format!("a{level}: &a{level} [*a{below}, *a{below}]\n");
        }
        parse(&nested).unwrap_err();
    }
}
