//! CSL items: references in the variables of the Citation Style Language, as in CSL-JSON.
//!
//! See the CSL-JSON schema (`csl-data.json`) and the CSL 1.0.2 specification, appendix IV. Reading is
//! lenient, as in citeproc-js: numbers may be strings and strings numbers. A value of an unknown kind is kept
//! as JSON, so that reading and writing an item does not change it.

use std::fmt;

use serde::de::{self, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::variable_map::{VariableMap, VariableName, interned};

/// A reference in CSL variables.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Item {
    /// The citation key.
    pub id: String,
    /// The CSL type, such as `article-journal`.
    #[serde(rename = "type")]
    pub item_type: String,
    /// Every other variable by its CSL name, such as `container-title`.
    #[serde(flatten)]
    pub variables: ItemVariables,
}

/// The variables of an item with their values, in the order of their names.
pub type ItemVariables = VariableMap<ItemValue>;

/// The value of a CSL variable.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum ItemValue {
    /// Text, which may hold the markup that CSL-JSON allows: `<i> <b> <sup> <sub> <sc>`,
    /// `<span style="font-variant:small-caps">` and `<span class="nocase">`.
    Text(String),
    /// A number that was written as one.
    Number(i64),
    /// A name variable.
    Names(Vec<ItemName>),
    /// A date variable.
    Date(Box<ItemDate>),
    /// Anything else, unchanged.
    Other(Json),
}

/// A name in the parts that CSL distinguishes.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ItemName {
    /// The family name, or the only name of a person who has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub family: Option<String>,
    /// The given names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub given: Option<String>,
    /// Particles dropped where only the family name is shown ("van" in "Ludwig van Beethoven").
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dropping_particle: Option<String>,
    /// Particles that stay with the family name ("de" in "Alexis de Tocqueville", by some styles).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub non_dropping_particle: Option<String>,
    /// A suffix such as "Jr." or "III".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suffix: Option<String>,
    /// Whether a comma goes before the suffix.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comma_suffix: Option<Box<Json>>,
    /// Whether the name is never inverted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub static_ordering: Option<Box<Json>>,
    /// Whether `family` and `given` may contain particles to be split off (citeproc-js).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parse_names: Option<Box<Json>>,
    /// A name to be printed verbatim, such as that of an organization.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub literal: Option<String>,
    /// Whether the list was truncated after this name, its last one: "and others" in BibTeX.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub truncated: Option<bool>,
    /// Whether this is an organization, as some exporters of CSL-JSON mark it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub isinstitution: Option<Box<Json>>,
}

/// A date in CSL-JSON.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ItemDate {
    /// One date, or the two ends of a range: year, month and day as far as they are known. Years BC are
    /// negative; an end of `[0]` is open.
    #[serde(
        default,
        skip_serializing_if = "Vec::is_empty",
        deserialize_with = "date_parts"
    )]
    pub date_parts: Vec<Vec<i32>>,
    /// 1 to 4 for spring to winter, or the name of a season.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub season: Option<Json>,
    /// Whether the date is uncertain or approximate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub circa: Option<Json>,
    /// A date to be printed verbatim.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub literal: Option<String>,
    /// A date in EDTF or in words, not parsed yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raw: Option<String>,
    /// A date in EDTF, as newer exporters of CSL-JSON write it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edtf: Option<String>,
}

impl Item {
    /// Returns the value of a variable as text, if it is text or a number.
    pub fn text(&self, variable: &str) -> Option<String> {
        match self.variables.get(variable)? {
            ItemValue::Text(text) => Some(text.clone()),
            ItemValue::Number(number) => Some(number.to_string()),
            _ => None,
        }
    }

    /// Returns the names of a name variable.
    pub fn names(&self, variable: &str) -> &[ItemName] {
        match self.variables.get(variable) {
            Some(ItemValue::Names(names)) => names,
            _ => &[],
        }
    }

    /// Returns the name variable that heads a reference.
    pub fn principal_variable(&self) -> Option<&'static str> {
        [
            "author",
            "editor",
            "collection-editor",
            "director",
            "translator",
        ]
        .into_iter()
        .find(|variable| !self.names(variable).is_empty())
    }

    /// Returns the names that head a reference: its authors, or else its editors and so on.
    pub fn principal_names(&self) -> &[ItemName] {
        self.principal_variable()
            .map(|variable| self.names(variable))
            .unwrap_or_default()
    }

    /// Returns the date of a date variable.
    pub fn date(&self, variable: &str) -> Option<&ItemDate> {
        match self.variables.get(variable)? {
            ItemValue::Date(date) => Some(date),
            _ => None,
        }
    }
}

impl ItemName {
    /// Returns the parts in reading order.
    fn parts(&self) -> [&Option<String>; 6] {
        [
            &self.given,
            &self.dropping_particle,
            &self.non_dropping_particle,
            &self.family,
            &self.suffix,
            &self.literal,
        ]
    }

    /// Returns the text of a name of one part.
    pub fn sole_part(&self) -> Option<&str> {
        let mut parts = self.parts().into_iter().flatten();
        let first = parts.next()?;
        parts.next().is_none().then_some(first)
    }

    /// Returns the name in reading order: "Ludwig van Beethoven", "P2P Foundation", "井上真".
    pub fn reading_order(&self) -> String {
        if let Some((family, given)) = self.east_asian() {
            // A foreign name in katakana keeps its order.
            return if is_katakana(family) && is_katakana(given) {
                format!("{given}・{family}")
            } else {
                format!("{family}{given}")
            };
        }
        Self::joined(self.parts())
    }

    /// Returns the family and the given name if both are in an East Asian script, which puts the family name
    /// first and nothing between.
    pub fn east_asian(&self) -> Option<(&str, &str)> {
        let family = self
            .family
            .as_deref()
            .filter(|family| is_east_asian(family))?;
        let given = self.given.as_deref().filter(|given| is_east_asian(given))?;
        let has_more = [
            &self.dropping_particle,
            &self.non_dropping_particle,
            &self.suffix,
        ];
        has_more
            .into_iter()
            .all(|part| part.as_deref().is_none_or(str::is_empty))
            .then_some((family, given))
    }

    /// Returns the name with the family name first, as it is sorted.
    pub fn sort_order(&self) -> String {
        Self::joined([
            &self.non_dropping_particle,
            &self.family,
            &self.literal,
            &self.given,
            &self.dropping_particle,
            &self.suffix,
        ])
    }

    /// Returns the name without given names: "Hippel" or "von Hippel" for Eric von Hippel, depending on
    /// whether the particle is a dropping one.
    pub fn short(&self) -> String {
        let short = Self::joined([&self.non_dropping_particle, &self.family, &self.literal]);
        if short.is_empty() {
            self.reading_order()
        } else {
            short
        }
    }

    /// Returns the name with the family name first: "Hippel, Eric von", "P2P Foundation".
    pub fn inverted(&self) -> String {
        let family = Self::joined([&self.non_dropping_particle, &self.family, &self.literal]);
        let parts = [
            family,
            self.given_with_particle(),
            self.suffix.clone().unwrap_or_default(),
        ];
        let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        parts.join(", ")
    }

    /// Returns the family name with the particle that belongs to it: "von Hippel".
    #[cfg(feature = "formats")]
    pub(crate) fn family_with_particle(&self) -> String {
        Self::joined([&self.non_dropping_particle, &self.family])
    }

    /// Returns the given names with the particle that follows them in "Humboldt, Alexander von".
    pub(crate) fn given_with_particle(&self) -> String {
        Self::joined([&self.given, &self.dropping_particle])
    }

    /// Joins the parts of a name with spaces.
    pub(crate) fn joined<const N: usize>(parts: [&Option<String>; N]) -> String {
        let parts: Vec<&str> = parts
            .into_iter()
            .flatten()
            .map(String::as_str)
            .filter(|part| !part.is_empty())
            .collect();
        parts.join(" ")
    }
}

/// Returns whether a character is a Chinese character, kana or hangul.
pub(super) fn is_east_asian_letter(character: char) -> bool {
    matches!(character,
        '\u{3005}'..='\u{3007}' | '\u{3041}'..='\u{31ff}' | '\u{3400}'..='\u{9fff}'
        | '\u{ac00}'..='\u{d7a3}' | '\u{f900}'..='\u{faff}' | '\u{ff66}'..='\u{ff9f}'
        | '\u{20000}'..='\u{3ffff}')
}

/// Returns whether a part of a name consists of Chinese characters, kana or hangul.
fn is_east_asian(text: &str) -> bool {
    let is_common = |c: char| matches!(c, ' ' | '·' | '・' | '\u{3000}');
    !text.is_empty()
        && text
            .chars()
            .all(|c| is_common(c) || is_east_asian_letter(c))
        && !text.chars().all(is_common)
}

/// Returns whether a part of a name is in katakana.
fn is_katakana(text: &str) -> bool {
    text.chars()
        .all(|c| matches!(c, '\u{30a0}'..='\u{30ff}' | '\u{31f0}'..='\u{31ff}' | '\u{ff66}'..='\u{ff9f}'))
}

impl ItemDate {
    /// Returns the year in which the date begins.
    pub fn year(&self) -> Option<i32> {
        self.date_parts.first()?.first().copied()
    }
}

// `Item` and `ItemValue` are read by hand: with `flatten` and `untagged`, serde stores each value twice before it
// decides what it is (`benches/csl.rs`, `read_items`).

/// A member of an item.
enum Member {
    Id,
    Type,
    Variable(VariableName),
}

impl<'de> Deserialize<'de> for Member {
    fn deserialize<D: Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
        struct MemberVisitor;

        impl Visitor<'_> for MemberVisitor {
            type Value = Member;

            fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
                to.write_str("the name of a variable")
            }

            fn visit_str<E: de::Error>(self, name: &str) -> Result<Member, E> {
                Ok(match name {
                    "id" => Member::Id,
                    "type" => Member::Type,
                    name => Member::Variable(interned(name)),
                })
            }
        }
        reader.deserialize_str(MemberVisitor)
    }
}

impl<'de> Deserialize<'de> for Item {
    fn deserialize<D: Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
        struct ItemVisitor;

        impl<'de> Visitor<'de> for ItemVisitor {
            type Value = Item;

            fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
                to.write_str("a CSL item")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Item, A::Error> {
                let (mut id, mut item_type) = (None, None);
                let mut variables: Vec<(VariableName, ItemValue)> = Vec::new();
                while let Some(member) = members.next_key()? {
                    match member {
                        Member::Id if id.is_some() => return Err(de::Error::duplicate_field("id")),
                        Member::Id => id = Some(string_or_number(members.next_value()?)),
                        Member::Type if item_type.is_some() => {
                            return Err(de::Error::duplicate_field("type"));
                        }
                        Member::Type => item_type = Some(members.next_value()?),
                        Member::Variable(name) => variables.push((name, members.next_value()?)),
                    }
                }
                Ok(Item {
                    id: id.unwrap_or_default(),
                    item_type: item_type.unwrap_or_default(),
                    variables: ItemVariables::sorted(variables),
                })
            }
        }
        reader.deserialize_map(ItemVisitor)
    }
}

impl<'de> Deserialize<'de> for ItemValue {
    fn deserialize<D: Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
        struct ValueVisitor;

        impl<'de> Visitor<'de> for ValueVisitor {
            type Value = ItemValue;

            fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
                to.write_str("the value of a variable")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<ItemValue, E> {
                Ok(ItemValue::Text(text.to_owned()))
            }

            fn visit_string<E: de::Error>(self, text: String) -> Result<ItemValue, E> {
                Ok(ItemValue::Text(text))
            }

            fn visit_i64<E: de::Error>(self, number: i64) -> Result<ItemValue, E> {
                Ok(ItemValue::Number(number))
            }

            fn visit_u64<E: de::Error>(self, number: u64) -> Result<ItemValue, E> {
                Ok(i64::try_from(number)
                    .map_or_else(|_| ItemValue::Other(number.into()), ItemValue::Number))
            }

            fn visit_f64<E: de::Error>(self, number: f64) -> Result<ItemValue, E> {
                Ok(ItemValue::Other(number.into()))
            }

            fn visit_bool<E: de::Error>(self, flag: bool) -> Result<ItemValue, E> {
                Ok(ItemValue::Other(flag.into()))
            }

            fn visit_unit<E: de::Error>(self) -> Result<ItemValue, E> {
                Ok(ItemValue::Other(Json::Null))
            }

            fn visit_none<E: de::Error>(self) -> Result<ItemValue, E> {
                Ok(ItemValue::Other(Json::Null))
            }

            fn visit_some<D: Deserializer<'de>>(self, reader: D) -> Result<ItemValue, D::Error> {
                ItemValue::deserialize(reader)
            }

            fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<ItemValue, A::Error> {
                Json::deserialize(de::value::SeqAccessDeserializer::new(list)).map(ItemValue::from)
            }

            fn visit_map<A: MapAccess<'de>>(self, object: A) -> Result<ItemValue, A::Error> {
                Json::deserialize(de::value::MapAccessDeserializer::new(object))
                    .map(ItemValue::from)
            }
        }
        reader.deserialize_any(ValueVisitor)
    }
}

impl From<Json> for ItemValue {
    /// Returns what JSON means: names and a date if it has the form of one, and text and whole numbers.
    fn from(json: Json) -> Self {
        match json {
            Json::String(text) => Self::Text(text),
            Json::Array(_) | Json::Object(_) => {
                if let Ok(names) = Vec::<ItemName>::deserialize(&json) {
                    Self::Names(names)
                } else if let Ok(date) = ItemDate::deserialize(&json) {
                    Self::Date(Box::new(date))
                } else {
                    Self::Other(json)
                }
            }
            json => match json.as_i64() {
                Some(number) => Self::Number(number),
                None => Self::Other(json),
            },
        }
    }
}

impl From<ItemDate> for ItemValue {
    fn from(date: ItemDate) -> Self {
        Self::Date(Box::new(date))
    }
}

fn string_or_number(json: Json) -> String {
    match json {
        Json::String(text) => text,
        Json::Null => String::new(),
        other => other.to_string(),
    }
}

/// Reads date parts, which some exporters write as strings, with empty strings at the end.
fn date_parts<'de, D: serde::Deserializer<'de>>(reader: D) -> Result<Vec<Vec<i32>>, D::Error> {
    let dates = Vec::<Vec<Json>>::deserialize(reader)?;
    dates
        .into_iter()
        .map(|parts| {
            parts
                .iter()
                .filter(|part| !matches!(part, Json::Null) && part.as_str() != Some(""))
                .map(|part| {
                    let number = match part {
                        Json::String(text) => text.trim().parse().ok(),
                        other => other.as_i64().and_then(|number| i32::try_from(number).ok()),
                    };
                    number.ok_or_else(|| {
                        serde::de::Error::custom(format!("{part} is not a part of a date"))
                    })
                })
                .collect()
        })
        .collect()
}
