//! `user why`: the steps of a login, the verdict, and the one command that helps.

mod words;

use serde::Serialize;

use super::UserView;
use crate::cli::output::color::{Color, paint};
use crate::cli::output::escape::defuse;
use crate::cli::output::{Cell, Column, Datum, Mark, Record};
use crate::model::time::Timestamp;
use crate::ops::why::Asked;
use crate::policy::why::{Answers, Diagnosis, Finding, Outcome, Step, Tried};

/// `{"user","can_login","app","steps","command"}`.
#[derive(Debug, Serialize)]
pub struct WhyView {
    user: UserView<'static>,
    can_login: Option<bool>,
    app: AnswersView,
    steps: Vec<StepView>,
    command: Option<String>,
}

/// What the app answers; null where nobody can tell.
#[derive(Debug, Serialize)]
struct AnswersView {
    login: Option<u16>,
    me: Option<u16>,
}

/// One step.
#[derive(Debug, Serialize)]
pub struct StepView {
    id: &'static str,
    result: &'static str,
    message: String,
    #[serde(skip)]
    outcome: Outcome,
}

impl StepView {
    fn new(step: &Step, now: Timestamp) -> Self {
        let message = words::words(&step.finding, now).line();
        Self { id: step.id.as_str(), result: step.outcome.as_str(), message, outcome: step.outcome }
    }

    fn mark(&self) -> (&'static str, Mark) {
        match self.outcome {
            Outcome::Ok => ("ok", Mark::Good),
            Outcome::Risk => ("ok", Mark::Warn),
            Outcome::No => ("NO", Mark::Bad),
            Outcome::Unknown => ("unknown", Mark::Dim),
        }
    }

    /// One line for people: nothing is cut, since a reason that is cut is none.
    pub fn line(&self, color: Color) -> String {
        let (word, mark) = self.mark();
        let mut line = String::new();
        paint(&mut line, word, mark, color);
        let gap = " ".repeat(9 - word.len());
        format!("{line}{gap}{:<10}{}", self.id, defuse(&self.message))
    }
}

const STEP_COLUMNS: [Column; 3] = [
    Column::left("result", "RESULT", Column::ALWAYS),
    Column::left("id", "STEP", Column::ALWAYS),
    Column::left("message", "MESSAGE", Column::ALWAYS),
];

impl Record for StepView {
    fn columns() -> &'static [Column] {
        &STEP_COLUMNS
    }

    fn cell(&self, index: usize) -> Cell<'_> {
        match STEP_COLUMNS[index].name {
            "result" => {
                let (word, mark) = self.mark();
                Cell::marked(word, mark)
            }
            _ => Cell::plain(self.value(index)),
        }
    }

    fn value(&self, index: usize) -> Datum<'_> {
        match STEP_COLUMNS[index].name {
            "result" => self.result.into(),
            "id" => self.id.into(),
            _ => self.message.as_str().into(),
        }
    }
}

const WHY_COLUMNS: [Column; 5] = [
    Column::left("user", "USER", Column::ALWAYS),
    Column::left("can_login", "CAN LOG IN", Column::ALWAYS),
    Column::left("app", "APP", Column::ALWAYS),
    Column::left("steps", "STEPS", Column::ALWAYS),
    Column::left("command", "COMMAND", Column::ALWAYS),
];

impl WhyView {
    /// The document of an account.
    pub fn new(user: UserView<'static>, diagnosis: &Diagnosis, command: Option<String>, now: Timestamp) -> Self {
        let Answers { login, me } = diagnosis.answers;
        let steps = diagnosis.steps.iter().map(|step| StepView::new(step, now)).collect();
        Self { user, can_login: diagnosis.can_login, app: AnswersView { login, me }, steps, command }
    }

    /// Its steps.
    pub fn steps(&self) -> &[StepView] {
        &self.steps
    }
}

impl Record for WhyView {
    fn columns() -> &'static [Column] {
        &WHY_COLUMNS
    }

    fn cell(&self, index: usize) -> Cell<'_> {
        Cell::plain(self.value(index))
    }

    fn value(&self, index: usize) -> Datum<'_> {
        match WHY_COLUMNS[index].name {
            "user" => self.user.named("id"),
            "can_login" => self.can_login.map_or_else(|| "unknown".into(), |can| can.to_string().into()),
            "app" => self.app.login.map_or_else(|| "unknown".into(), |status| status.to_string().into()),
            "steps" => self.steps.len().to_string().into(),
            _ => self.command.as_deref().unwrap_or_default().into(),
        }
    }
}

/// What a step found, in a few words.
pub fn reason(step: &Step, now: Timestamp) -> String {
    words::words(&step.finding, now).reason
}

/// What keeps an account out, in a few words; empty where nothing does.
pub fn reasons(diagnosis: &Diagnosis, now: Timestamp) -> String {
    diagnosis.blocking().map(|step| reason(step, now)).collect::<Vec<_>>().join("; ")
}

/// The verdict in one line.
pub fn verdict(diagnosis: &Diagnosis, now: Timestamp) -> String {
    let is = |outcome: Outcome| diagnosis.steps.iter().find(|step| step.outcome == outcome);
    let tried = diagnosis.steps.iter().any(|step| step.finding == Finding::Password(Tried::Right));
    match diagnosis.can_login {
        Some(false) => format!("it cannot log in: {}", reasons(diagnosis, now)),
        None => {
            let open = diagnosis
                .steps
                .iter()
                .find(|step| step.outcome == Outcome::Unknown && step.finding != Finding::Password(Tried::Not));
            let why = open.map_or_else(String::new, |step| words::words(&step.finding, now).reason);
            format!("nobody can tell whether it can log in: {why}")
        }
        Some(true) => match (is(Outcome::Risk), tried) {
            (Some(step), _) => {
                let found = words::words(&step.finding, now);
                format!("nothing is in the way yet, but {}: {}", found.reason, found.consequence)
            }
            (None, true) => "nothing is in the way: with this password the app lets it in".to_owned(),
            (None, false) => "nothing is in the way: with the right password the app lets it in".to_owned(),
        },
    }
}

/// Who must do what about the steps that no command mends.
pub fn others(asked: &Asked) -> Vec<String> {
    let steps = asked.diagnosis.blocking().filter(|step| step.remedy.is_none());
    steps.filter_map(|step| words::who_mends(&step.finding, asked.user.id)).collect()
}
