//! Names that are spelt much the same, for suggestions where one is not known.

/// The candidate that is spelt most like `text`, if one is near.
pub(crate) fn closest(text: &str, candidates: impl IntoIterator<Item = String>) -> Option<String> {
    let text = text.to_lowercase();
    candidates
        .into_iter()
        .map(|candidate| {
            let likeness = strsim::jaro_winkler(&text, &candidate.to_lowercase());
            (likeness, candidate)
        })
        .filter(|(likeness, _)| *likeness > 0.82)
        .max_by(|left, right| left.0.total_cmp(&right.0))
        .map(|(_, candidate)| candidate)
}
