//! BibLaTeX's localization strings (manual, §4.9.2) that occur in fields, in English.

/// Returns the English phrase of a key such as `phdthesis`, `inpress` or `countryde`.
pub(crate) fn phrase(key: &str) -> Option<&'static str> {
    Some(match key.trim().to_ascii_lowercase().as_str() {
        "inpreparation" => "in preparation",
        "submitted" => "submitted",
        "forthcoming" => "forthcoming",
        "inpress" => "in press",
        "prepublished" => "pre-published",
        "mathesis" => "Master’s thesis",
        "phdthesis" => "PhD thesis",
        "candthesis" => "Candidate thesis",
        "bathesis" => "Bachelor’s thesis",
        "techreport" => "technical report",
        "resreport" => "research report",
        "software" => "computer software",
        "datacd" => "data CD",
        "audiocd" => "audio CD",
        "newseries" => "new series",
        "oldseries" => "old series",
        "patent" => "patent",
        "patentau" => "Australian patent",
        "patentuk" => "British patent",
        "patenteu" => "European patent",
        "patentfr" => "French patent",
        "patentde" => "German patent",
        "patentus" => "U.S. patent",
        "patreq" => "patent request",
        "patreqde" => "German patent request",
        "patreqeu" => "European patent request",
        "patreqfr" => "French patent request",
        "patrequk" => "British patent request",
        "patrequs" => "U.S. patent request",
        "countryau" => "Australia",
        "countryde" => "Germany",
        "countryeu" => "European Union",
        "countryep" => "European Union",
        "countryfr" => "France",
        "countryuk" => "United Kingdom",
        "countryus" => "United States of America",
        "file" => "file",
        "library" => "library",
        "abstract" => "abstract",
        "annotation" => "annotations",
        _ => return None,
    })
}

/// Returns a number as an English ordinal: "1" is "1st".
pub(crate) fn ordinal(digits: &str) -> String {
    let extension = match digits.as_bytes() {
        [.., b'1', _] => "th",
        [.., b'1'] => "st",
        [.., b'2'] => "nd",
        [.., b'3'] => "rd",
        _ => "th",
    };
    format!("{digits}{extension}")
}
