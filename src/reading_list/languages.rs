//! Language names by BCP 47 primary subtag.

/// Returns the names of a language given by a tag such as `de-DE` or `grc`, or by its English name. The first
/// name is English. The most common languages also have a name in each of the other heading languages.
pub(super) fn names(text: &str) -> Option<&'static [&'static str]> {
    let code = text.split(['-', '_']).next().unwrap_or_default();
    let is_meant = |(tag, names): &&(&str, &[&str])| {
        tag.eq_ignore_ascii_case(code)
            || names
                .first()
                .is_some_and(|name| name.eq_ignore_ascii_case(text))
    };
    LANGUAGES.iter().find(is_meant).map(|(_, names)| *names)
}

/// ISO 639-1 codes and the longer codes common in libraries, with names in the order of [`names`].
#[rustfmt::skip]
const LANGUAGES: &[(&str, &[&str])] = &[
    ("af", &["Afrikaans"]),
    ("akk", &["Akkadian"]),
    ("am", &["Amharic"]),
    ("ang", &["Old English"]),
    ("ar", &["Arabic", "Arabisch", "Arabe", "Árabe", "Arabo", "Árabe", "Arabisch"]),
    ("arc", &["Aramaic"]),
    ("arn", &["Mapudungun"]),
    ("as", &["Assamese"]),
    ("ast", &["Asturian"]),
    ("ay", &["Aymara"]),
    ("az", &["Azerbaijani"]),
    ("be", &["Belarusian"]),
    ("bg", &["Bulgarian", "Bulgarisch", "Bulgare", "Búlgaro", "Bulgaro", "Búlgaro", "Bulgaars"]),
    ("bn", &["Bengali"]),
    ("bo", &["Tibetan"]),
    ("br", &["Breton"]),
    ("bs", &["Bosnian"]),
    ("ca", &["Catalan", "Katalanisch", "Catalan", "Catalán", "Catalano", "Catalão", "Catalaans"]),
    ("co", &["Corsican"]),
    ("cop", &["Coptic"]),
    ("cs", &["Czech", "Tschechisch", "Tchèque", "Checo", "Ceco", "Checo", "Tsjechisch"]),
    ("cu", &["Church Slavonic"]),
    ("cy", &["Welsh"]),
    ("da", &["Danish", "Dänisch", "Danois", "Danés", "Danese", "Dinamarquês", "Deens"]),
    ("de", &["German", "Deutsch", "Allemand", "Alemán", "Tedesco", "Alemão", "Duits"]),
    ("dsb", &["Lower Sorbian"]),
    ("el", &["Greek", "Griechisch", "Grec", "Griego", "Greco", "Grego", "Grieks"]),
    ("en", &["English", "Englisch", "Anglais", "Inglés", "Inglese", "Inglês", "Engels"]),
    ("enm", &["Middle English"]),
    ("eo", &["Esperanto", "Esperanto", "Espéranto", "Esperanto", "Esperanto", "Esperanto", "Esperanto"]),
    ("es", &["Spanish", "Spanisch", "Espagnol", "Español", "Spagnolo", "Espanhol", "Spaans"]),
    ("et", &["Estonian", "Estnisch", "Estonien", "Estonio", "Estone", "Estónio", "Estisch"]),
    ("eu", &["Basque", "Baskisch", "Basque", "Vasco", "Basco", "Basco", "Baskisch"]),
    ("fa", &["Persian", "Persisch", "Persan", "Persa", "Persiano", "Persa", "Perzisch"]),
    ("fi", &["Finnish", "Finnisch", "Finnois", "Finés", "Finlandese", "Finlandês", "Fins"]),
    ("fil", &["Filipino"]),
    ("fo", &["Faroese"]),
    ("fr", &["French", "Französisch", "Français", "Francés", "Francese", "Francês", "Frans"]),
    ("fro", &["Old French"]),
    ("fur", &["Friulian"]),
    ("fy", &["Frisian"]),
    ("ga", &["Irish"]),
    ("gd", &["Scottish Gaelic"]),
    ("gl", &["Galician", "Galicisch", "Galicien", "Gallego", "Galiziano", "Galego", "Galicisch"]),
    ("gmh", &["Middle High German"]),
    ("gn", &["Guarani"]),
    ("goh", &["Old High German"]),
    ("grc", &["Ancient Greek", "Altgriechisch", "Grec ancien", "Griego antiguo", "Greco antico", "Grego antigo", "Oudgrieks"]),
    ("gsw", &["Swiss German"]),
    ("gu", &["Gujarati"]),
    ("ha", &["Hausa"]),
    ("haw", &["Hawaiian"]),
    ("he", &["Hebrew", "Hebräisch", "Hébreu", "Hebreo", "Ebraico", "Hebraico", "Hebreeuws"]),
    ("hi", &["Hindi", "Hindi", "Hindi", "Hindi", "Hindi", "Hindi", "Hindi"]),
    ("hr", &["Croatian", "Kroatisch", "Croate", "Croata", "Croato", "Croata", "Kroatisch"]),
    ("hsb", &["Upper Sorbian"]),
    ("ht", &["Haitian Creole"]),
    ("hu", &["Hungarian", "Ungarisch", "Hongrois", "Húngaro", "Ungherese", "Húngaro", "Hongaars"]),
    ("hy", &["Armenian"]),
    ("ia", &["Interlingua"]),
    ("id", &["Indonesian", "Indonesisch", "Indonésien", "Indonesio", "Indonesiano", "Indonésio", "Indonesisch"]),
    ("ig", &["Igbo"]),
    ("is", &["Icelandic"]),
    ("it", &["Italian", "Italienisch", "Italien", "Italiano", "Italiano", "Italiano", "Italiaans"]),
    ("iu", &["Inuktitut"]),
    ("ja", &["Japanese", "Japanisch", "Japonais", "Japonés", "Giapponese", "Japonês", "Japans"]),
    ("jv", &["Javanese"]),
    ("ka", &["Georgian"]),
    ("kk", &["Kazakh"]),
    ("km", &["Khmer"]),
    ("kmr", &["Kurmanji"]),
    ("kn", &["Kannada"]),
    ("ko", &["Korean", "Koreanisch", "Coréen", "Coreano", "Coreano", "Coreano", "Koreaans"]),
    ("ku", &["Kurdish"]),
    ("ky", &["Kyrgyz"]),
    ("la", &["Latin", "Latein", "Latin", "Latín", "Latino", "Latim", "Latijn"]),
    ("lad", &["Ladino"]),
    ("lb", &["Luxembourgish"]),
    ("ln", &["Lingala"]),
    ("lo", &["Lao"]),
    ("lt", &["Lithuanian", "Litauisch", "Lituanien", "Lituano", "Lituano", "Lituano", "Litouws"]),
    ("lv", &["Latvian", "Lettisch", "Letton", "Letón", "Lettone", "Letão", "Lets"]),
    ("mg", &["Malagasy"]),
    ("mi", &["Māori"]),
    ("mk", &["Macedonian"]),
    ("ml", &["Malayalam"]),
    ("mn", &["Mongolian"]),
    ("mr", &["Marathi"]),
    ("ms", &["Malay"]),
    ("mt", &["Maltese"]),
    ("mul", &["Several languages", "Mehrere Sprachen", "Plusieurs langues", "Varios idiomas", "Più lingue", "Várias línguas", "Meerdere talen"]),
    ("my", &["Burmese"]),
    ("nah", &["Nahuatl"]),
    ("nb", &["Norwegian", "Norwegisch", "Norvégien", "Noruego", "Norvegese", "Norueguês", "Noors"]),
    ("nds", &["Low German"]),
    ("ne", &["Nepali"]),
    ("nl", &["Dutch", "Niederländisch", "Néerlandais", "Neerlandés", "Olandese", "Neerlandês", "Nederlands"]),
    ("nn", &["Norwegian", "Norwegisch", "Norvégien", "Noruego", "Norvegese", "Norueguês", "Noors"]),
    ("no", &["Norwegian", "Norwegisch", "Norvégien", "Noruego", "Norvegese", "Norueguês", "Noors"]),
    ("nv", &["Navajo"]),
    ("oc", &["Occitan"]),
    ("or", &["Odia"]),
    ("os", &["Ossetian"]),
    ("pa", &["Punjabi"]),
    ("pap", &["Papiamento"]),
    ("pi", &["Pali"]),
    ("pl", &["Polish", "Polnisch", "Polonais", "Polaco", "Polacco", "Polaco", "Pools"]),
    ("ps", &["Pashto"]),
    ("pt", &["Portuguese", "Portugiesisch", "Portugais", "Portugués", "Portoghese", "Português", "Portugees"]),
    ("qu", &["Quechua"]),
    ("rm", &["Romansh"]),
    ("ro", &["Romanian", "Rumänisch", "Roumain", "Rumano", "Rumeno", "Romeno", "Roemeens"]),
    ("rom", &["Romani"]),
    ("ru", &["Russian", "Russisch", "Russe", "Ruso", "Russo", "Russo", "Russisch"]),
    ("rw", &["Kinyarwanda"]),
    ("sa", &["Sanskrit"]),
    ("sc", &["Sardinian"]),
    ("sco", &["Scots"]),
    ("sd", &["Sindhi"]),
    ("se", &["Northern Sámi"]),
    ("si", &["Sinhala"]),
    ("sk", &["Slovak", "Slowakisch", "Slovaque", "Eslovaco", "Slovacco", "Eslovaco", "Slowaaks"]),
    ("sl", &["Slovenian", "Slowenisch", "Slovène", "Esloveno", "Sloveno", "Esloveno", "Sloveens"]),
    ("sm", &["Samoan"]),
    ("sn", &["Shona"]),
    ("so", &["Somali"]),
    ("sq", &["Albanian"]),
    ("sr", &["Serbian", "Serbisch", "Serbe", "Serbio", "Serbo", "Sérvio", "Servisch"]),
    ("su", &["Sundanese"]),
    ("sv", &["Swedish", "Schwedisch", "Suédois", "Sueco", "Svedese", "Sueco", "Zweeds"]),
    ("sw", &["Swahili"]),
    ("syr", &["Syriac"]),
    ("ta", &["Tamil"]),
    ("te", &["Telugu"]),
    ("tg", &["Tajik"]),
    ("th", &["Thai"]),
    ("ti", &["Tigrinya"]),
    ("tk", &["Turkmen"]),
    ("tl", &["Tagalog"]),
    ("tr", &["Turkish", "Türkisch", "Turc", "Turco", "Turco", "Turco", "Turks"]),
    ("tt", &["Tatar"]),
    ("ug", &["Uyghur"]),
    ("uk", &["Ukrainian", "Ukrainisch", "Ukrainien", "Ucraniano", "Ucraino", "Ucraniano", "Oekraïens"]),
    ("ur", &["Urdu"]),
    ("uz", &["Uzbek"]),
    ("vi", &["Vietnamese", "Vietnamesisch", "Vietnamien", "Vietnamita", "Vietnamita", "Vietnamita", "Vietnamees"]),
    ("wo", &["Wolof"]),
    ("xh", &["Xhosa"]),
    ("yi", &["Yiddish"]),
    ("yo", &["Yoruba"]),
    ("yue", &["Cantonese"]),
    ("zh", &["Chinese", "Chinesisch", "Chinois", "Chino", "Cinese", "Chinês", "Chinees"]),
    ("zu", &["Zulu"]),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_or_a_script_does_not_make_another_language() {
        for tag in ["zh", "zh-Hant-TW", "zh_CN", "ZH", "chinese"] {
            assert_eq!(names(tag).map(|names| names[0]), Some("Chinese"));
        }
        assert_eq!(names("tlh"), None);
    }

    #[test]
    fn the_table_is_in_order_and_names_each_code_once() {
        assert!(LANGUAGES.windows(2).all(|pair| pair[0].0 < pair[1].0));
        for (code, names) in LANGUAGES {
            assert!(matches!(names.len(), 1 | 7), "{code}: {names:?}");
        }
    }
}
