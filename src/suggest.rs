//! Suggestions for unknown names.

/// The maximal number of suggestions.
const MOST: usize = 3;

/// The minimal similarity, from 0 to 1.
const ENOUGH: f64 = 0.82;

/// The share of letters that have to be equal, unless one word begins with the other. Two words with the same beginning
/// may otherwise have little in common: “colour” and “collaborator”.
const CLOSE: f64 = 0.6;

/// The maximal difference in similarity to the best suggestion. Next to a slip of one letter, nothing else is meant.
const MARGIN: f64 = 0.05;

/// Returns up to three candidates similar to `text`, the most similar first.
pub fn closest(text: &str, candidates: impl IntoIterator<Item = String>) -> Vec<String> {
    let text = text.to_lowercase();
    let mut near: Vec<(f64, String)> = candidates
        .into_iter()
        .filter_map(|candidate| {
            let similarity = similarity(&text, &candidate.to_lowercase())?;
            Some((similarity, candidate))
        })
        .collect();
    near.sort_by(|left, right| right.0.total_cmp(&left.0));
    let least = near
        .first()
        .map_or(1.0, |(similarity, _)| similarity - MARGIN);
    let mut names: Vec<String> = Vec::new();
    for (similarity, name) in near {
        if similarity >= least && names.len() < MOST && !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// Returns how similar a candidate is to a text, both in lower case; `None` if they have too little in common.
fn similarity(text: &str, candidate: &str) -> Option<f64> {
    let similarity = strsim::jaro_winkler(text, candidate);
    // A short word resembles the start of many; a much longer candidate must start with it.
    let (length, other) = (text.chars().count(), candidate.chars().count());
    let (short, long) = (length.min(other), length.max(other));
    let is_close = similarity > ENOUGH
        && (candidate.starts_with(text)
            || (short * 2 >= long
                && strsim::normalized_damerau_levenshtein(text, candidate) >= CLOSE));
    // The measure above ignores swapped letters in short words, such as “dio” for “doi”.
    let is_slip = short >= 3 && length == other && strsim::osa_distance(text, candidate) == 1;
    match (is_close, is_slip) {
        (true, _) => Some(similarity),
        (false, true) => Some(similarity.max(ENOUGH)),
        (false, false) => None,
    }
}

/// Returns “did you mean a, b or c?”, or `None` without names.
pub fn did_you_mean(names: &[String]) -> Option<String> {
    let (last, others) = names.split_last()?;
    Some(match others {
        [] => format!("did you mean {last}?"),
        others => format!("did you mean {} or {last}?", others.join(", ")),
    })
}

/// Returns “; did you mean a?” to append to a message, or an empty text without names.
pub fn in_sentence(names: &[String]) -> String {
    did_you_mean(names).map_or_else(String::new, |question| format!("; {question}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(text: &str, names: &[&str]) -> Option<String> {
        did_you_mean(&closest(text, names.iter().map(|name| (*name).to_owned())))
    }

    #[test]
    fn up_to_three_names_are_suggested_the_nearest_first() {
        let keys = [
            "benkler2002coase",
            "merten2009",
            "merten2000",
            "Merten2007",
            "merten2004",
        ];
        assert_eq!(
            asked("merten200", &keys).as_deref(),
            Some("did you mean merten2009, merten2000 or Merten2007?")
        );
        assert_eq!(
            asked("benkler2002cosae", &keys).as_deref(),
            Some("did you mean benkler2002coase?")
        );
        assert_eq!(asked("zzz", &keys), None);
        assert_eq!(
            asked("benkler", &keys).as_deref(),
            Some("did you mean benkler2002coase?")
        );
        assert_eq!(
            asked("dio", &["doi", "isbn", "url"]).as_deref(),
            Some("did you mean doi?")
        );
        assert_eq!(asked("nosuch", &["no", "missing"]), None);
        assert_eq!(asked("colour", &["collaborator"]), None);
        assert_eq!(
            asked("titel", &["title", "subtitle", "title"]).as_deref(),
            Some("did you mean title?")
        );
    }
}
