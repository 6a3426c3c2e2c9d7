//! Names that are spelt much the same, for suggestions where one is not known.

/// How many names are suggested at most.
const MOST: usize = 3;

/// How alike a name must be, from 0 to 1.
const ENOUGH: f64 = 0.82;

/// How much less alike than the nearest the others may be: beside a slip of one letter nobody means more.
const MARGIN: f64 = 0.05;

/// The candidates that are spelt most like `text`, the nearest first: three at most, none where none is
/// near.
pub fn closest(text: &str, candidates: impl IntoIterator<Item = String>) -> Vec<String> {
    let text = text.to_lowercase();
    let mut near: Vec<(f64, String)> = candidates
        .into_iter()
        .map(|candidate| {
            let likeness = strsim::jaro_winkler(&text, &candidate.to_lowercase());
            (likeness, candidate)
        })
        .filter(|(likeness, candidate)| {
            // A short word is like the beginning of many; only what it begins may be much longer.
            let (short, long) = (text.chars().count(), candidate.chars().count());
            let (short, long) = (short.min(long), short.max(long));
            *likeness > ENOUGH && (short * 2 >= long || candidate.to_lowercase().starts_with(&text))
        })
        .collect();
    near.sort_by(|left, right| right.0.total_cmp(&left.0));
    let least = near.first().map_or(1.0, |(likeness, _)| likeness - MARGIN);
    let mut names: Vec<String> = Vec::new();
    for (likeness, name) in near {
        if likeness >= least && names.len() < MOST && !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// What is asked where a name is not known and others are near: “did you mean a, b or c?”; none where none
/// is.
pub fn question(names: &[String]) -> Option<String> {
    let (last, others) = names.split_last()?;
    Some(match others {
        [] => format!("did you mean {last}?"),
        others => format!("did you mean {} or {last}?", others.join(", ")),
    })
}

/// The question behind a sentence that says what is not known: “; did you mean a?”, or nothing.
pub fn in_sentence(names: &[String]) -> String {
    question(names).map_or_else(String::new, |question| format!("; {question}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(text: &str, names: &[&str]) -> Option<String> {
        question(&closest(text, names.iter().map(|name| (*name).to_owned())))
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
        assert_eq!(asked("nosuch", &["no", "missing"]), None);
        assert_eq!(
            asked("titel", &["title", "subtitle", "title"]).as_deref(),
            Some("did you mean title?")
        );
    }
}
