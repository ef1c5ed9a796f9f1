//! The migration in the JSON contract and in tables.

use std::path::Path;

use serde::Serialize;

use crate::cli::output::{Cell, Column, Datum, Mark, Record};
use crate::model::text;
use crate::store::{Step, StepState};

/// `{"up_to_date","steps","backup"}`.
#[derive(Debug, Serialize)]
pub struct MigrationView {
    up_to_date: bool,
    steps: Vec<StepView>,
    backup: Option<String>,
}

/// One step.
#[derive(Debug, Serialize)]
pub struct StepView {
    name: String,
    state: &'static str,
    sql: String,
    #[serde(skip)]
    fault: Option<String>,
}

const COLUMNS: [Column; 3] = [
    Column::left("name", "STEP", Column::ALWAYS),
    Column::left("state", "STATE", Column::ALWAYS),
    Column::left("sql", "SQL", Column::ON_REQUEST),
];

impl MigrationView {
    /// The steps as they are, whether nothing else stands in the way of writing, and where the backup lies.
    pub fn new(steps: Vec<Step>, clear: bool, backup: Option<&Path>) -> Self {
        let up_to_date = clear && steps.iter().all(|step| step.state == StepState::Applied);
        let steps = steps.into_iter().map(StepView::from).collect();
        Self { up_to_date, steps, backup: backup.map(text::exact) }
    }

    /// The steps.
    pub fn steps(&self) -> &[StepView] {
        &self.steps
    }
}

impl From<Step> for StepView {
    fn from(step: Step) -> Self {
        let (state, fault) = match step.state {
            StepState::Applied => ("applied", None),
            StepState::Pending => ("pending", None),
            StepState::Drifted(fault) => ("drifted", Some(fault)),
        };
        Self { name: step.name, state, sql: step.sql, fault }
    }
}

impl Record for StepView {
    fn columns() -> &'static [Column] {
        &COLUMNS
    }

    fn cell(&self, index: usize) -> Cell<'_> {
        match (COLUMNS[index].name, &self.fault) {
            ("name", _) => Cell::plain(self.name.as_str()),
            ("state", Some(fault)) => Cell::marked(format!("drifted: {fault}"), Mark::Bad),
            ("state", None) => Cell::marked(self.state, if self.state == "applied" { Mark::Good } else { Mark::Warn }),
            _ => Cell::plain(self.sql.as_str()),
        }
    }

    fn value(&self, index: usize) -> Datum<'_> {
        match COLUMNS[index].name {
            "name" => self.name.as_str().into(),
            "state" => self.state.into(),
            _ => self.sql.as_str().into(),
        }
    }
}
