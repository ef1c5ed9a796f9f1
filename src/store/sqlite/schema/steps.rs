//! The steps of the migration: what the file lacks, each with the statement that adds it.
//!
//! What a newcomer would get wrong: a step is decided from the schema as it is, never from what was done before; an
//! index fits whatever it is called, and a name may be taken by something else.

use rusqlite::{Connection, OptionalExtension, named_params};

use super::{Schema, lossy};
use crate::store::sqlite::wanted::{EVENTS_SQL, WANTED, WANTED_INDEXES, Wanted, WantedIndex};

/// One step of the migration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What it adds: `users.role`, `security_events`, `index users.email`.
    pub name: String,
    /// The statement.
    pub sql: String,
    /// Whether it is needed.
    pub state: StepState,
}

/// Whether a step is needed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StepState {
    /// The file has it.
    Applied,
    /// The file lacks it.
    Pending,
    /// The file has something else in its place.
    Drifted(String),
}

impl Schema {
    /// Everything that stands in the place of ours, the steps' own drift included, each once.
    pub(in crate::store::sqlite) fn faults(&self, steps: &[Step]) -> Vec<String> {
        let mut faults = self.drift();
        for step in steps {
            match &step.state {
                StepState::Drifted(fault) if !faults.contains(fault) => faults.push(fault.clone()),
                StepState::Drifted(_) | StepState::Applied | StepState::Pending => {}
            }
        }
        faults
    }

    /// All steps of the migration with their states.
    pub(in crate::store::sqlite) fn steps(&self, conn: &Connection) -> rusqlite::Result<Vec<Step>> {
        let mut steps: Vec<Step> = WANTED.iter().map(|wanted| self.column_step(wanted)).collect();
        steps.push(self.events_step(conn)?);
        for wanted in &WANTED_INDEXES {
            steps.push(index_step(conn, wanted)?);
        }
        Ok(steps)
    }

    fn column_step(&self, wanted: &Wanted) -> Step {
        let state = match (self.has(wanted.name), self.column_drift(wanted)) {
            (_, Some(fault)) => StepState::Drifted(fault),
            (true, None) => StepState::Applied,
            (false, None) => StepState::Pending,
        };
        Step { name: format!("users.{}", wanted.name), sql: wanted.sql.to_owned(), state }
    }

    fn events_step(&self, conn: &Connection) -> rusqlite::Result<Step> {
        let state = match (self.events, self.event_drift()) {
            (_, Some(fault)) => StepState::Drifted(fault),
            (Some(_), None) => StepState::Applied,
            (None, None) => pending_unless_taken(conn, "security_events")?,
        };
        Ok(Step { name: "security_events".into(), sql: EVENTS_SQL.trim_end().to_owned(), state })
    }
}

fn index_step(conn: &Connection, wanted: &WantedIndex) -> rusqlite::Result<Step> {
    let state = if index_leads(conn, wanted)? { StepState::Applied } else { pending_unless_taken(conn, wanted.index)? };
    let name = format!("index {}.{}", wanted.table, wanted.column);
    Ok(Step { name, sql: wanted.sql.to_owned(), state })
}

/// Whether a full index leads with the column, in the column's own order: one that the app's look-ups can use.
fn index_leads(conn: &Connection, wanted: &WantedIndex) -> rusqlite::Result<bool> {
    let collation = match conn.column_metadata(Some("main"), wanted.table, wanted.column) {
        Ok((_, Some(collation), _, _, _)) => collation.to_string_lossy().into_owned(),
        // An error: there is no such table yet.
        Ok((_, None, _, _, _)) | Err(_) => "BINARY".to_owned(),
    };
    let mut statement = conn.prepare_cached(
        "SELECT EXISTS (
           SELECT 1 FROM pragma_index_list(:table) AS list
             JOIN pragma_index_xinfo(list.name) AS part
            WHERE list.partial = 0 AND part.seqno = 0
              AND part.name = :column COLLATE NOCASE AND part.coll = :collation COLLATE NOCASE)",
    )?;
    let values = named_params! { ":table": wanted.table, ":column": wanted.column, ":collation": collation };
    statement.query_row(values, |row| row.get(0))
}

/// Tables, indexes and views share their names; a trigger may have the same.
fn pending_unless_taken(conn: &Connection, name: &str) -> rusqlite::Result<StepState> {
    let mut statement = conn.prepare_cached(
        "SELECT type, tbl_name FROM sqlite_schema
          WHERE name = :name COLLATE NOCASE AND type IN ('table', 'index', 'view')",
    )?;
    let taken = statement.query_row(named_params! { ":name": name }, |row| {
        Ok((lossy(row.get_ref(0)?).unwrap_or_default(), lossy(row.get_ref(1)?).unwrap_or_default()))
    });
    match taken.optional()? {
        None => Ok(StepState::Pending),
        Some((kind, table)) if kind == "index" => {
            Ok(StepState::Drifted(format!("the name {name} is taken by another index of the table '{table}'")))
        }
        Some((kind, _)) => Ok(StepState::Drifted(format!("the name {name} is taken by a {kind}"))),
    }
}
