//! `peerbib dedupe --interactive`

use std::collections::BTreeMap;

use super::comparison::{ComparisonTable, Row, shortened};
use super::skipped::Skipped;
use super::{find_groups, reasons};
use crate::cli::ui::quoted;
use crate::cli::ui::{
    KeyPress, TerminalStyle, can_ask, counted, key_press, print_message, wrapped,
};
use crate::cli::{CommandContext, CommandError, Outcome, Result};
use peerbib::library::{DuplicateGroup, FieldEdits, Library, StepState};

/// Shows one group after the other and does what the user answers.
pub(super) fn run(context: &CommandContext, query: &[String]) -> Result {
    if !can_ask() {
        return Err(
            CommandError::usage("--interactive cannot ask without a terminal").with_help(
                "`peerbib dedupe --auto` merges certain duplicates without asking".to_owned(),
            ),
        );
    }
    let library = context.open()?;
    let mut groups = find_groups(context, &library, query)?;
    let skipped = Skipped::read(library.path());
    groups.sort_by_key(|duplicates| skipped.contains(&duplicates.keys));
    if groups.is_empty() {
        context.note("no duplicates found");
        return Ok(Outcome::Done);
    }
    let mut session = DedupeSession {
        context,
        library,
        skipped,
        answers: Vec::new(),
    };
    session.ask_about(&groups)?;
    session.report(&groups);
    Ok(Outcome::Done)
}

/// A user's answer about a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Answer {
    /// The works were merged, in this step of the history.
    Merged(i64),
    /// The works are kept apart, since this step.
    KeptApart(i64),
    Skipped,
    /// The group was gone: an earlier answer had dealt with its works.
    Gone,
}

/// The next action of a session.
enum Next {
    Answered(Answer),
    Back,
    Quit,
}

/// A group while the user is asked about it.
struct GroupQuestion {
    keys: Vec<String>,
    /// The place of the work that stays.
    stays: usize,
    /// Whether each work belongs to the group.
    included: Vec<bool>,
}

struct DedupeSession<'c> {
    context: &'c CommandContext,
    library: Library,
    skipped: Skipped,
    answers: Vec<Answer>,
}

impl DedupeSession<'_> {
    fn ask_about(&mut self, groups: &[DuplicateGroup]) -> Result<()> {
        while let Some(duplicates) = groups.get(self.answers.len()) {
            let place = self.answers.len() + 1;
            match self.ask(duplicates, &format!("group {place} of {}", groups.len()))? {
                Next::Answered(answer) => {
                    self.skipped
                        .set(&duplicates.keys, answer == Answer::Skipped);
                    self.answers.push(answer);
                }
                Next::Back => self.go_back()?,
                Next::Quit => break,
            }
        }
        Ok(())
    }

    /// Undoes the last answer.
    fn go_back(&mut self) -> Result<()> {
        while let Some(answer) = self.answers.pop() {
            match answer {
                // There is nothing to ask about these.
                Answer::Gone => continue,
                Answer::Skipped => return Ok(()),
                Answer::Merged(step) | Answer::KeptApart(step) => {
                    let undone = self.library.undo(Some(step))?;
                    print_message(format_args!("undone: {}", undone.command));
                    return Ok(());
                }
            }
        }
        print_message("this is the first group");
        Ok(())
    }

    fn ask(&mut self, duplicates: &DuplicateGroup, title: &str) -> Result<Next> {
        // Works that were merged meanwhile are found by their former keys.
        let mut keys: Vec<String> = Vec::new();
        for key in &duplicates.keys {
            if let Some(work) = self.library.works().find(key)? {
                let key = self.library.works().key(work)?;
                if !keys.contains(&key) {
                    keys.push(key);
                }
            }
        }
        if keys.len() < 2 {
            return Ok(Next::Answered(Answer::Gone));
        }
        let comparison = ComparisonTable::of(&self.library, &keys)?;
        let mut group = GroupQuestion {
            included: vec![true; keys.len()],
            stays: 0,
            keys,
        };
        self.show(duplicates, &group, &comparison, title);
        loop {
            let Some(key) = key_press(&group.question()) else {
                return Ok(Next::Quit);
            };
            match key {
                KeyPress::Character('m') => {
                    return Ok(Next::Answered(self.merge(&group, &FieldEdits::default())?));
                }
                KeyPress::Character('c') => {
                    if let Some(edits) = choose_fields(&group, &comparison) {
                        return Ok(Next::Answered(self.merge(&group, &edits)?));
                    }
                    self.show(duplicates, &group, &comparison, title);
                }
                KeyPress::Character('k') => return Ok(Next::Answered(self.keep_apart(&group)?)),
                KeyPress::Character('s') => return Ok(Next::Answered(Answer::Skipped)),
                KeyPress::Character('b') => return Ok(Next::Back),
                KeyPress::Character('q') | KeyPress::Escape => return Ok(Next::Quit),
                KeyPress::Character('l') if group.keys.len() > 2 => group.leave_out(),
                KeyPress::Character(digit) => group.let_stay(digit),
                KeyPress::Enter | KeyPress::Other => {}
            }
        }
    }

    fn show(
        &self,
        duplicates: &DuplicateGroup,
        group: &GroupQuestion,
        comparison: &ComparisonTable,
        title: &str,
    ) {
        let bold = TerminalStyle::Bold;
        let headings: Vec<String> = group
            .keys
            .iter()
            .zip(1..)
            .map(|(key, number)| format!("{number} {key}"))
            .collect();
        print_message(format_args!("\n{bold}{title}{bold:#}"));
        for reason in reasons(duplicates) {
            print_message(format_args!("  {}", wrapped(&reason, 4)));
        }
        print_message(comparison.text(&headings).trim_end_matches('\n'));
        let stays = format!("1 stays: {}", duplicates.survivor.reason);
        print_message(format_args!("  {}", wrapped(&stays, 4)));
    }

    fn merge(&mut self, group: &GroupQuestion, edits: &FieldEdits) -> Result<Answer> {
        let keys = group.merged_keys();
        let chosen = if edits.set.is_empty() {
            ""
        } else {
            " (with chosen fields)"
        };
        let command = format!("peerbib dedupe merge {}{chosen}", command_words(&keys));
        let outcome = self
            .context
            .change_as(&command, &mut self.library, |change| {
                let works = keys
                    .iter()
                    .map(|key| change.works().id(key))
                    .collect::<peerbib::library::Result<Vec<_>>>()?;
                let Some((keep, others)) = works.split_first() else {
                    return Ok(None);
                };
                let outcome = change.works().merge(*keep, others)?;
                change.works().edit_fields(*keep, edits)?;
                Ok(Some(outcome))
            })?;
        if let Some(outcome) = outcome {
            print_message(format_args!(
                "merged {} into {}",
                outcome.aliases.join(", "),
                outcome.key
            ));
        }
        self.last_step().map(Answer::Merged)
    }

    fn keep_apart(&mut self, group: &GroupQuestion) -> Result<Answer> {
        let command = format!("peerbib dedupe keep-apart {}", command_words(&group.keys));
        self.context
            .change_as(&command, &mut self.library, |change| {
                let works = group
                    .keys
                    .iter()
                    .map(|key| change.works().id(key))
                    .collect::<peerbib::library::Result<Vec<_>>>()?;
                change.works().keep_apart(&works)
            })?;
        print_message(format_args!("{} are kept apart", group.keys.join(" and ")));
        self.last_step().map(Answer::KeptApart)
    }

    /// Returns the number of the step that was made last.
    fn last_step(&self) -> Result<i64> {
        let step = self.library.history().next_step(StepState::Done)?;
        Ok(step.map(|step| step.id).unwrap_or_default())
    }

    fn report(&self, groups: &[DuplicateGroup]) {
        let count = |is_meant: fn(&Answer) -> bool| {
            self.answers
                .iter()
                .filter(|answer| is_meant(answer))
                .count()
        };
        let left = groups.len() - self.answers.len() + count(|answer| *answer == Answer::Skipped);
        let mut text = format!(
            "{} merged, {} kept apart, {} left",
            counted(count(|answer| matches!(answer, Answer::Merged(_))), "group"),
            count(|answer| matches!(answer, Answer::KeptApart(_))),
            left
        );
        if left > 0 {
            text.push_str("; `peerbib dedupe --interactive` goes on");
        }
        self.context.note(text);
    }
}

impl GroupQuestion {
    /// Returns the keys of the works to merge, first that of the work that stays.
    fn merged_keys(&self) -> Vec<String> {
        let others = self.included().filter(|(place, _)| *place != self.stays);
        self.keys
            .get(self.stays)
            .into_iter()
            .chain(others.map(|(_, key)| key))
            .cloned()
            .collect()
    }

    /// Returns the works of the group with their places.
    fn included(&self) -> impl Iterator<Item = (usize, &String)> {
        let works = self.keys.iter().enumerate();
        works.filter(|(place, _)| self.included.get(*place) == Some(&true))
    }

    fn question(&self) -> String {
        let numbers: Vec<String> = self
            .included()
            .filter(|(place, _)| *place != self.stays)
            .map(|(place, _)| (place + 1).to_string())
            .collect();
        let merge = format!("[m]erge {} into {}", numbers.join(", "), self.stays + 1);
        let leave_out = if self.keys.len() > 2 {
            "[l]eave one out, "
        } else {
            ""
        };
        format!(
            "{merge}, [c]hoose fields, let another stay [1-{}], {leave_out}[k]eep separate, [s]kip, [b]ack, [q]uit? ",
            self.keys.len().min(9)
        )
    }

    /// Lets the work with a number stay.
    fn let_stay(&mut self, digit: char) {
        if let Some(place) = self.place(digit) {
            self.stays = place;
            if let Some(included) = self.included.get_mut(place) {
                *included = true;
            }
        }
    }

    /// Asks for a work, and leaves it out of the group, or takes it back in.
    fn leave_out(&mut self) {
        let Some(KeyPress::Character(digit)) = key_press("leave out or take back which one? ")
        else {
            return;
        };
        let Some(place) = self.place(digit).filter(|place| *place != self.stays) else {
            return;
        };
        if let Some(included) = self.included.get_mut(place) {
            *included = !*included;
        }
        if self.included().count() < 2
            && let Some(included) = self.included.get_mut(place)
        {
            print_message("two works are needed to merge");
            *included = true;
        }
    }

    fn place(&self, digit: char) -> Option<usize> {
        let number = usize::try_from(digit.to_digit(10)?).ok()?;
        number
            .checked_sub(1)
            .filter(|place| *place < self.keys.len())
    }
}

/// Asks for the value of each field that differs. Returns `None` if the user goes back.
fn choose_fields(group: &GroupQuestion, comparison: &ComparisonTable) -> Option<FieldEdits> {
    let rows: Vec<&Row> = comparison
        .conflicts()
        .filter(|row| options(group, row).len() > 1)
        .collect();
    let mut chosen: BTreeMap<usize, String> = BTreeMap::new();
    let mut place = 0;
    while let Some(row) = rows.get(place) {
        let options = options(group, row);
        let bold = TerminalStyle::Bold;
        print_message(format_args!("\n{bold}{}{bold:#}", row.field));
        for (number, value, _) in &options {
            print_message(format_args!(
                "  {number}  {}",
                wrapped(&shortened(value), 5)
            ));
        }
        let question =
            "take which value? [number], [Enter] for the default, [b]ack, [q]uit choosing ";
        match key_press(question)? {
            KeyPress::Enter => {
                chosen.remove(&place);
                place += 1;
            }
            KeyPress::Character('b') if place == 0 => return None,
            KeyPress::Character('b') => place -= 1,
            KeyPress::Character('q') | KeyPress::Escape => return None,
            KeyPress::Character(digit) => {
                let option = options
                    .iter()
                    .find(|(number, ..)| Some(*number) == digit.to_digit(10));
                if let Some((_, _, tex)) = option {
                    chosen.insert(place, (*tex).to_owned());
                    place += 1;
                }
            }
            KeyPress::Other => {}
        }
    }
    let set = chosen
        .into_iter()
        .filter_map(|(place, tex)| Some((rows.get(place)?.field.clone(), tex)))
        .collect();
    Some(FieldEdits {
        set,
        unset: Vec::new(),
    })
}

/// Returns the different values of a field: the number of the first work that has each, the value as it is read, and
/// its TeX.
fn options<'r>(group: &GroupQuestion, row: &'r Row) -> Vec<(u32, &'r str, &'r str)> {
    let mut options: Vec<(u32, &str, &str)> = Vec::new();
    let values = row.values.iter().zip(&row.tex);
    for ((number, (value, tex)), included) in (1..).zip(values).zip(&group.included) {
        let is_new = !value.is_empty() && options.iter().all(|(_, known, _)| known != value);
        if let (true, true, Some(tex)) = (is_new, *included, tex) {
            options.push((number, value.as_str(), tex.as_str()));
        }
    }
    options
}

/// Returns keys as words of a command line.
fn command_words(keys: &[String]) -> String {
    let words: Vec<String> = keys.iter().map(|key| quoted(key)).collect();
    words.join(" ")
}
