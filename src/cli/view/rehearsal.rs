//! `migrate rehearse` in the JSON contract.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Serialize;

use super::migration::StepView;
use crate::store::Rehearsal;

/// `{"steps","applied","seconds","rows","integrity","would_need_yes","backup_bytes","grown_bytes"}`: the steps as
/// they are in the file, and how long it took to apply the pending ones to the copy.
#[derive(Debug, Serialize)]
pub struct RehearsalView {
    steps: Vec<StepView>,
    applied: usize,
    seconds: f64,
    rows: BTreeMap<String, i64>,
    integrity: &'static str,
    would_need_yes: bool,
    backup_bytes: u64,
    grown_bytes: u64,
}

impl RehearsalView {
    /// `migrate` wants `--yes` from `long_lock` on.
    pub fn new(rehearsal: Rehearsal, long_lock: Duration) -> Self {
        Self {
            steps: rehearsal.steps.into_iter().map(StepView::from).collect(),
            applied: rehearsal.applied,
            seconds: rehearsal.took.as_secs_f64(),
            rows: rehearsal.rows.into_iter().collect(),
            integrity: "ok",
            would_need_yes: rehearsal.expected_lock >= long_lock,
            backup_bytes: rehearsal.backup_bytes,
            grown_bytes: rehearsal.grown_bytes,
        }
    }

    /// The steps.
    pub fn steps(&self) -> &[StepView] {
        &self.steps
    }
}
