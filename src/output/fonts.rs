//! Scripts and the fonts that contain them, for LaTeX and word processors, and the characters that LaTeX's default
//! fonts lack.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use unicode_normalization::UnicodeNormalization as _;

/// The script of a run of characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum FontScript {
    /// Characters in LaTeX's default fonts.
    Latin,
    Greek,
    Cyrillic,
    Arabic,
    Hebrew,
    Chinese,
    TraditionalChinese,
    Japanese,
    Korean,
    /// A script with letters in a block of its own and digits and punctuation like Latin scripts.
    Block(&'static ScriptBlock),
    /// Any other script, and letters with rare accents.
    Other,
    /// Emoji, arrows and signs, one at a time.
    Symbol,
}

/// A script whose letters are in a block of Unicode.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct ScriptBlock {
    name: &'static str,
    first: char,
    last: char,
    /// Candidate fonts in order of preference.
    fonts: &'static str,
}

/// The scripts of India and its neighbours, of South-East Asia, the Caucasus and Ethiopia.
const BLOCKS: &[ScriptBlock] = &[
    ScriptBlock {
        name: "Armenian",
        first: '\u{531}',
        last: '\u{58f}',
        fonts: "Noto Serif Armenian,Noto Sans Armenian,DejaVu Sans,Sylfaen,Mshtakan",
    },
    ScriptBlock {
        name: "Devanagari",
        first: '\u{900}',
        last: '\u{97f}',
        fonts: "Noto Serif Devanagari,Noto Sans Devanagari,Lohit Devanagari,Mangal,Kohinoor Devanagari,Nirmala UI,FreeSerif",
    },
    ScriptBlock {
        name: "Bengali",
        first: '\u{980}',
        last: '\u{9ff}',
        fonts: "Noto Serif Bengali,Noto Sans Bengali,Lohit Bengali,Kohinoor Bangla,Vrinda,Nirmala UI,FreeSerif",
    },
    ScriptBlock {
        name: "Gurmukhi",
        first: '\u{a00}',
        last: '\u{a7f}',
        fonts: "Noto Serif Gurmukhi,Noto Sans Gurmukhi,Lohit Gurmukhi,Gurmukhi MN,Raavi,Nirmala UI,FreeSerif",
    },
    ScriptBlock {
        name: "Gujarati",
        first: '\u{a80}',
        last: '\u{aff}',
        fonts: "Noto Serif Gujarati,Noto Sans Gujarati,Lohit Gujarati,Kohinoor Gujarati,Shruti,Nirmala UI,FreeSerif",
    },
    ScriptBlock {
        name: "Oriya",
        first: '\u{b00}',
        last: '\u{b7f}',
        fonts: "Noto Serif Oriya,Noto Sans Oriya,Lohit Odia,Oriya MN,Kalinga,Nirmala UI,FreeSerif",
    },
    ScriptBlock {
        name: "Tamil",
        first: '\u{b80}',
        last: '\u{bff}',
        fonts: "Noto Serif Tamil,Noto Sans Tamil,Lohit Tamil,Tamil MN,Latha,Nirmala UI,FreeSerif",
    },
    ScriptBlock {
        name: "Telugu",
        first: '\u{c00}',
        last: '\u{c7f}',
        fonts: "Noto Serif Telugu,Noto Sans Telugu,Lohit Telugu,Kohinoor Telugu,Gautami,Nirmala UI,FreeSerif",
    },
    ScriptBlock {
        name: "Kannada",
        first: '\u{c80}',
        last: '\u{cff}',
        fonts: "Noto Serif Kannada,Noto Sans Kannada,Lohit Kannada,Kannada MN,Tunga,Nirmala UI,FreeSerif",
    },
    ScriptBlock {
        name: "Malayalam",
        first: '\u{d00}',
        last: '\u{d7f}',
        fonts: "Noto Serif Malayalam,Noto Sans Malayalam,Lohit Malayalam,Malayalam MN,Kartika,Nirmala UI,FreeSerif",
    },
    ScriptBlock {
        name: "Sinhala",
        first: '\u{d80}',
        last: '\u{dff}',
        fonts: "Noto Serif Sinhala,Noto Sans Sinhala,LKLUG,Sinhala MN,Iskoola Pota,Nirmala UI,FreeSerif",
    },
    ScriptBlock {
        name: "Thai",
        first: '\u{e00}',
        last: '\u{e7f}',
        fonts: "Noto Serif Thai,Noto Sans Thai,Norasi,TH Sarabun New,Thonburi,Tahoma,Loma,Waree",
    },
    ScriptBlock {
        name: "Lao",
        first: '\u{e80}',
        last: '\u{eff}',
        fonts: "Noto Serif Lao,Noto Sans Lao,Phetsarath OT,Lao MN,Lao UI,Leelawadee UI,DejaVu Sans",
    },
    ScriptBlock {
        name: "Tibetan",
        first: '\u{f00}',
        last: '\u{fff}',
        fonts: "Noto Serif Tibetan,Jomolhari,Kailasa,Microsoft Himalaya",
    },
    ScriptBlock {
        name: "Myanmar",
        first: '\u{1000}',
        last: '\u{109f}',
        fonts: "Noto Serif Myanmar,Noto Sans Myanmar,Padauk,Myanmar MN,Myanmar Text",
    },
    ScriptBlock {
        name: "Georgian",
        first: '\u{10a0}',
        last: '\u{10ff}',
        fonts: "Noto Serif Georgian,Noto Sans Georgian,DejaVu Serif,Sylfaen,Helvetica",
    },
    ScriptBlock {
        name: "Ethiopic",
        first: '\u{1200}',
        last: '\u{139f}',
        fonts: "Noto Serif Ethiopic,Noto Sans Ethiopic,Abyssinica SIL,Kefa,Nyala,Ebrima,FreeSerif",
    },
    ScriptBlock {
        name: "Khmer",
        first: '\u{1780}',
        last: '\u{17ff}',
        fonts: "Noto Serif Khmer,Noto Sans Khmer,Khmer OS,Khmer MN,DaunPenh,Khmer UI,Leelawadee UI",
    },
];

/// Other scripts that need a font, with candidate fonts in order of preference.
const FONTS: [(FontScript, &str); 7] = [
    (
        FontScript::Arabic,
        "Amiri,Scheherazade New,Noto Naskh Arabic,Noto Sans Arabic,Geeza Pro,Times New Roman,DejaVu Sans,Noto Kufi Arabic",
    ),
    (
        FontScript::Hebrew,
        "Ezra SIL,SBL Hebrew,David CLM,Noto Serif Hebrew,Noto Sans Hebrew,Times New Roman,Libertinus Serif,Linux Libertine O,FreeSerif,DejaVu Sans",
    ),
    (
        FontScript::Chinese,
        "Noto Serif CJK SC,Source Han Serif SC,Noto Sans CJK SC,Songti SC,SimSun,FandolSong,WenQuanYi Zen Hei,Droid Sans Fallback",
    ),
    (
        FontScript::TraditionalChinese,
        "Noto Serif CJK TC,Source Han Serif TC,Noto Sans CJK TC,Songti TC,PMingLiU,AR PL UMing TW,Droid Sans Fallback",
    ),
    (
        FontScript::Japanese,
        "Noto Serif CJK JP,Source Han Serif JP,Noto Sans CJK JP,Hiragino Mincho ProN,Yu Mincho,MS Mincho,IPAexMincho,Harano Aji Mincho,Droid Sans Fallback",
    ),
    (
        FontScript::Korean,
        "Noto Serif CJK KR,Source Han Serif KR,Noto Sans CJK KR,AppleMyungjo,Batang,UnBatang,Baekmuk Batang,Droid Sans Fallback",
    ),
    (
        FontScript::Other,
        "Noto Serif,Noto Sans,DejaVu Sans,FreeSerif,Arial Unicode MS",
    ),
];

impl FontScript {
    /// Returns the name of the script in the commands of the preamble.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Latin => "Latin",
            Self::Greek => "Greek",
            Self::Cyrillic => "Cyrillic",
            Self::Arabic => "Arabic",
            Self::Hebrew => "Hebrew",
            Self::Chinese => "Chinese",
            Self::TraditionalChinese => "TraditionalChinese",
            Self::Japanese => "Japanese",
            Self::Korean => "Korean",
            Self::Block(block) => block.name,
            Self::Other => "Other",
            Self::Symbol => "Symbol",
        }
    }

    /// Returns the script whose fonts have the Chinese characters of a work: by its language, or else by the kana
    /// and hangul in the text.
    pub(super) fn of_han(language: Option<&str>, text: &str) -> Self {
        match language.map(crate::language::primary) {
            Some("ja") => return Self::Japanese,
            Some("ko") => return Self::Korean,
            Some("zh" | "yue") => {
                let is_traditional = language.is_some_and(|tag| {
                    ["TW", "HK", "MO", "Hant"]
                        .iter()
                        .any(|part| tag.ends_with(part) || tag.contains(&format!("-{part}-")))
                });
                return if is_traditional {
                    Self::TraditionalChinese
                } else {
                    Self::Chinese
                };
            }
            _ => {}
        }
        if text.contains(|c| matches!(c, '\u{3041}'..='\u{30ff}')) {
            Self::Japanese
        } else if text.contains(|c| Self::from_char(c) == Some(Self::Korean)) {
            Self::Korean
        } else {
            Self::Chinese
        }
    }

    /// Returns whether this is a script that word processors set in a font for East Asia.
    pub(super) fn is_east_asian(self) -> bool {
        matches!(
            self,
            Self::Chinese | Self::TraditionalChinese | Self::Japanese | Self::Korean
        )
    }

    /// Returns the font of a script of East Asia that word processors have or replace, and its language.
    pub(super) fn word_font(self) -> (&'static str, &'static str) {
        match self {
            Self::Japanese => ("MS Mincho", "ja-JP"),
            Self::Korean => ("Batang", "ko-KR"),
            Self::TraditionalChinese => ("PMingLiU", "zh-TW"),
            _ => ("SimSun", "zh-CN"),
        }
    }

    /// Returns the script of a text's first Hebrew or Arabic letter.
    pub(super) fn right_to_left(text: &str) -> Option<Self> {
        text.chars()
            .filter_map(Self::from_char)
            .find(|script| matches!(script, Self::Arabic | Self::Hebrew))
    }

    pub(super) fn from_char(c: char) -> Option<Self> {
        Some(match c {
            // These characters belong to the surrounding script.
            ' '
            | '\u{a0}'
            | '\u{200c}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2066}'..='\u{2069}'
            | '\u{300}'..='\u{36f}'
            // The full stops of India.
            | '\u{964}'
            | '\u{965}'
            | '\u{fe00}'..='\u{fe0f}' => {
                return None;
            }
            '\u{370}'..='\u{3ff}' | '\u{1f00}'..='\u{1fff}' => Self::Greek,
            '\u{400}'..='\u{52f}' | '\u{1c80}'..='\u{1c8f}' | '\u{2de0}'..='\u{2dff}' => {
                Self::Cyrillic
            }
            '\u{590}'..='\u{5ff}' | '\u{fb1d}'..='\u{fb4f}' => Self::Hebrew,
            '\u{600}'..='\u{6ff}'
            | '\u{750}'..='\u{77f}'
            | '\u{870}'..='\u{8ff}'
            | '\u{fb50}'..='\u{fdff}'
            | '\u{fe70}'..='\u{feff}' => Self::Arabic,
            '\u{1100}'..='\u{11ff}' | '\u{3130}'..='\u{318f}' | '\u{ac00}'..='\u{d7ff}' => {
                Self::Korean
            }
            '\u{2e80}'..='\u{33ff}'
            | '\u{3400}'..='\u{9fff}'
            | '\u{f900}'..='\u{faff}'
            | '\u{ff00}'..='\u{ffef}'
            | '\u{20000}'..='\u{3ffff}' => Self::Chinese,
            '\u{1f000}'..='\u{1ffff}'
            | '\u{2190}'..='\u{2bff}'
            | '\u{2070}'..='\u{20ab}'
            | '\u{20ad}'..='\u{20ff}'
            | '\u{2100}'..='\u{2115}'
            | '\u{2117}'..='\u{2121}'
            | '\u{2123}'..='\u{218f}' => Self::Symbol,
            _ if is_common(c) => Self::Latin,
            _ => BLOCKS
                .iter()
                .find(|block| (block.first..=block.last).contains(&c))
                .map_or(Self::Other, Self::Block),
        })
    }
}

/// Returns whether the encodings T1 and TS1 contain a character, according to LaTeX's `t1enc.dfu` and
/// `ts1enc.dfu`.
fn is_common(c: char) -> bool {
    c.is_ascii()
        || matches!(c,
            '\u{a0}'..='\u{ff}' | '\u{100}'..='\u{125}' | '\u{128}'..='\u{137}'
            | '\u{139}'..='\u{13e}' | '\u{141}'..='\u{148}' | '\u{14a}'..='\u{165}'
            | '\u{168}'..='\u{17e}' | '\u{192}' | '\u{1cd}'..='\u{1d4}' | '\u{1e6}'..='\u{1eb}'
            | '\u{218}'..='\u{21b}' | '\u{2c6}' | '\u{2c7}' | '\u{2d8}' | '\u{2d9}' | '\u{2db}'
            | '\u{2dc}' | '\u{2dd}' | '\u{2010}'..='\u{2014}' | '\u{2016}' | '\u{2018}'..='\u{201a}'
            | '\u{201c}'..='\u{201e}' | '\u{2020}'..='\u{2022}' | '\u{2026}' | '\u{2030}'
            | '\u{2039}' | '\u{203a}' | '\u{2044}' | '\u{20ac}' | '\u{2116}' | '\u{2122}'
            | '\u{200b}' | '\u{202f}')
}

/// Splits NFC-normalized text into runs of one script each; `han` is that of Chinese characters. A space between two words of a script belongs to
/// that run, so that right-to-left words keep their order.
pub(super) fn split_by_script(text: &str, han: FontScript) -> Vec<(FontScript, String)> {
    let mut runs: Vec<(FontScript, String)> = Vec::new();
    let mut between = String::new();
    let mut joins = false;
    for character in text.nfc() {
        let script = match FontScript::from_char(character) {
            Some(FontScript::Chinese) => Some(han),
            script => script,
        };
        let Some(script) = script else {
            match runs.last_mut() {
                // A combining mark or joiner stays with the character before it.
                Some((_, run)) if between.is_empty() && is_combining(character) => {
                    joins = character == '\u{200d}';
                    run.push(character);
                }
                _ => between.push(character),
            }
            continue;
        };
        match runs.last_mut() {
            Some((last, run)) if *last == script && (script != FontScript::Symbol || joins) => {
                run.push_str(&between);
                run.push(character);
            }
            _ => {
                add_latin(&mut runs, &between);
                match runs.last_mut() {
                    Some((last, run)) if *last == script && script == FontScript::Latin => {
                        run.push(character);
                    }
                    _ => runs.push((script, character.to_string())),
                }
            }
        }
        between.clear();
        joins = false;
    }
    add_latin(&mut runs, &between);
    runs
}

fn add_latin(runs: &mut Vec<(FontScript, String)>, text: &str) {
    match runs.last_mut() {
        _ if text.is_empty() => {}
        Some((FontScript::Latin, run)) => run.push_str(text),
        _ => runs.push((FontScript::Latin, text.to_owned())),
    }
}

/// Returns whether a character combines with the previous one, or belongs to its script as the full stops of India do.
fn is_combining(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{964}' | '\u{965}' | '\u{fe00}'..='\u{fe0f}' | '\u{200c}' | '\u{200d}')
}

/// Returns whether a character is invisible.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200c}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{61c}')
}

/// Returns the font selection for the scripts in a document's body, for engines that use system fonts. The fonts of
/// scripts from right to left must have punctuation, too, which appears among the letters.
pub(super) fn fonts(body: &str) -> String {
    let others = FONTS.iter().map(|(script, names)| {
        let needs = match script {
            FontScript::Arabic | FontScript::Hebrew => "[41]",
            _ => "",
        };
        (script.name(), *names, needs)
    });
    let blocks = BLOCKS.iter().map(|block| (block.name, block.fonts, ""));
    let mut fonts = String::new();
    for (name, names, needs) in others.chain(blocks) {
        if body.contains(&format!("\\inscript{{{name}}}")) {
            let _ = writeln!(fonts, "  \\fontofscript{needs}{{{name}}}{{{names}}}");
        }
    }
    fonts
}

/// Returns the candidate fonts of a script, in order of preference.
pub(super) fn candidates(script: FontScript) -> impl Iterator<Item = &'static str> {
    let names = match script {
        FontScript::Block(block) => block.fonts,
        _ => FONTS
            .iter()
            .find(|(other, _)| *other == script)
            .map_or("", |(_, names)| names),
    };
    names.split(',').filter(|name| !name.is_empty())
}

/// Returns the fallback definitions for characters in a document's body that pdfLaTeX's fonts may lack. Each
/// has the character, its code point, and its UTF-16 code.
pub(super) fn fallbacks(body: &str) -> String {
    let uncommon: BTreeSet<char> = body
        .chars()
        .filter(|c| !is_common(*c) || is_combining(*c))
        .collect();
    let mut fallbacks = String::new();
    for character in uncommon {
        let number = format!("{:04X}", u32::from(character));
        if is_invisible(character) {
            let _ = writeln!(fallbacks, "  \\invisible{{{character}}}{{{number}}}");
            continue;
        }
        let mut code = String::new();
        for unit in character.encode_utf16(&mut [0; 2]) {
            let _ = write!(code, "{unit:04X}");
        }
        let _ = writeln!(
            fallbacks,
            "  \\fallback{{{character}}}{{{number}}}{{{code}}}"
        );
    }
    fallbacks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_of_a_script_hold_their_spaces_and_lose_nothing() {
        let run = |script, text: &str| (script, text.to_owned());
        assert_eq!(
            split_by_script(
                "On \u{627}\u{644} \u{639}, e\u{301} \u{1f331}\u{fe0f}!",
                FontScript::Chinese
            ),
            [
                run(FontScript::Latin, "On "),
                run(FontScript::Arabic, "\u{627}\u{644} \u{639}"),
                run(FontScript::Latin, ", \u{e9} "),
                run(FontScript::Symbol, "\u{1f331}\u{fe0f}"),
                run(FontScript::Latin, "!"),
            ]
        );
        for text in [
            "\u{200f}a\u{200e} \u{5d0}\u{200f}",
            " \u{301}x",
            "\u{3b1} \u{3b2}b \u{433} ",
        ] {
            let whole: String = split_by_script(text, FontScript::Chinese)
                .into_iter()
                .map(|(_, run)| run)
                .collect();
            assert_eq!(whole, text.nfc().collect::<String>());
        }
    }
}
