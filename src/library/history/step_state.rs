//! The state of a step, which errors name too.

/// The state of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum StepState {
    /// It is in effect.
    Done,
    /// It was undone and can be redone.
    Undone,
    /// It was undone and then discarded by a new step.
    Dropped,
}

impl StepState {
    /// Returns the state in words that follow "it is".
    pub(in crate::library) fn described(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Undone => "undone",
            Self::Dropped => "undone for good, as something else was done since",
        }
    }
}
