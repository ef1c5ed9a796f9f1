//! What the file's schema is, and what it lacks: decided from the schema itself, never from error texts.
//!
//! What a newcomer would get wrong: names are matched case-blind and a column fits by its affinity
//! (`VARCHAR(255)` is TEXT, `BOOLEAN` and `DATETIME` are NUMERIC; sqlite.org/datatype3 §3.1).

mod steps;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, MAIN_DB};

use super::wanted::{EVENT_COLUMNS, WANTED, Wanted, affinity};
use super::{Place, StoreError};
use crate::store::TriggerRule;

pub use self::steps::{Step, StepState};

/// The schema of an opened file.
#[derive(Clone, Debug)]
pub struct Schema {
    pub(super) version: i64,
    users: Relation,
    columns: Vec<Column>,
    events: Option<Relation>,
    event_columns: Vec<Column>,
    event_ids: EventIds,
    customers: bool,
    pub(super) triggers: Vec<String>,
    event_triggers: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Relation {
    Table,
    StrictTable,
    View,
    Virtual,
    Missing,
}

/// Whether ids of events are used again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum EventIds {
    /// AUTOINCREMENT.
    NeverAgain,
    /// A plain key; also where there is no such table.
    Again,
}

#[derive(Clone, Debug)]
struct Column {
    name: String,
    declared: String,
    default: Option<String>,
    primary_key: bool,
    generated: bool,
}

/// How the fault of a trigger on the event log begins: the one that no step shows, and that one statement mends.
pub const EVENT_TRIGGER: &str = "security_events has a trigger: ";

/// SQLite's counter of schema changes.
pub(super) fn version(conn: &Connection) -> rusqlite::Result<i64> {
    conn.prepare_cached("PRAGMA schema_version")?.query_row([], |row| row.get(0))
}

/// Reads what every command needs to know of the schema. Plain pragmas, not their table-valued functions, which
/// cost ten times as much to prepare: every run comes by here.
pub(super) fn read(conn: &Connection) -> rusqlite::Result<Schema> {
    let mut customers = false;
    let (mut triggers, mut event_triggers) = (Vec::new(), Vec::new());
    let mut statement = conn.prepare(
        "SELECT CASE WHEN type = 'trigger' THEN lower(tbl_name) ELSE type END, name FROM sqlite_schema
          WHERE (type = 'trigger' AND tbl_name COLLATE NOCASE IN ('users', 'security_events'))
             OR (type IN ('table', 'view') AND name = 'customers' COLLATE NOCASE)
          ORDER BY name",
    )?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        match row.get_ref(0)?.as_str()? {
            "users" => triggers.push(lossy(row.get_ref(1)?).unwrap_or_default()),
            "security_events" => event_triggers.push(lossy(row.get_ref(1)?).unwrap_or_default()),
            _ => customers = true,
        }
    }
    let events = relation(conn, "PRAGMA table_list(security_events)")?;
    Ok(Schema {
        version: version(conn)?,
        users: relation(conn, "PRAGMA table_list(users)")?,
        columns: columns(conn, "PRAGMA table_xinfo(users)")?,
        events: Some(events).filter(|found| *found != Relation::Missing),
        event_columns: columns(conn, "PRAGMA table_xinfo(security_events)")?,
        event_ids: event_ids(conn, events)?,
        customers,
        triggers,
        event_triggers,
    })
}

fn relation(conn: &Connection, pragma: &'static str) -> rusqlite::Result<Relation> {
    let mut statement = conn.prepare(pragma)?;
    let mut rows = statement.query([])?;
    // schema, name, type, ncol, wr, strict (sqlite.org/pragma).
    while let Some(row) = rows.next()? {
        if row.get_ref(0)?.as_str()? != "main" {
            continue;
        }
        let strict: bool = row.get(5)?;
        return Ok(match (row.get_ref(2)?.as_str()?, strict) {
            ("table", false) => Relation::Table,
            ("table", true) => Relation::StrictTable,
            ("view", _) => Relation::View,
            _ => Relation::Virtual,
        });
    }
    Ok(Relation::Missing)
}

fn columns(conn: &Connection, pragma: &'static str) -> rusqlite::Result<Vec<Column>> {
    let mut statement = conn.prepare(pragma)?;
    // cid, name, type, notnull, dflt_value, pk, hidden (sqlite.org/pragma).
    let rows = statement.query_map([], |row| {
        Ok(Column {
            name: lossy(row.get_ref(1)?).unwrap_or_default(),
            declared: lossy(row.get_ref(2)?).unwrap_or_default(),
            default: lossy(row.get_ref(4)?),
            primary_key: row.get::<_, i64>(5)? > 0,
            generated: row.get::<_, i64>(6)? > 1,
        })
    })?;
    rows.collect()
}

/// A text that must not keep anybody out: what is not UTF-8 in it is no name of ours.
pub(super) fn lossy(text: ValueRef<'_>) -> Option<String> {
    text.as_bytes_or_null().ok().flatten().map(|bytes| String::from_utf8_lossy(bytes).into_owned())
}

fn event_ids(conn: &Connection, events: Relation) -> rusqlite::Result<EventIds> {
    if events != Relation::Table {
        return Ok(EventIds::Again);
    }
    match conn.column_metadata(Some(MAIN_DB), c"security_events", c"id") {
        Ok((_, _, _, _, true)) => Ok(EventIds::NeverAgain),
        // An error: there is no such column.
        Ok((_, _, _, _, false)) | Err(_) => Ok(EventIds::Again),
    }
}

/// Whether the file has a trigger on any table.
pub(super) fn any_trigger(conn: &Connection) -> rusqlite::Result<bool> {
    conn.query_row("SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE type = 'trigger')", [], |row| row.get(0))
}

impl Schema {
    /// Whether `users` has the column.
    pub fn has(&self, column: &str) -> bool {
        self.column(column).is_some()
    }

    /// Whether the file is one of the newest app's: users belong to customers.
    pub fn has_customers(&self) -> bool {
        self.has("customer_id") && self.customers
    }

    /// The default of `users.role`, without its quotes.
    pub fn default_role(&self) -> Option<String> {
        let text = self.column("role")?.default.as_deref()?;
        let inner = text.strip_prefix(['"', '\'']).and_then(|rest| rest.strip_suffix(['"', '\'']));
        inner.filter(|role| !role.is_empty()).map(str::to_owned)
    }

    /// Names of the triggers on `users`.
    pub fn triggers(&self) -> &[String] {
        &self.triggers
    }

    /// Whether a write may go on.
    ///
    /// # Errors
    /// `Triggers` where `users` has some and none may fire.
    pub fn follow(&self, rule: TriggerRule) -> Result<(), StoreError> {
        match rule {
            TriggerRule::Refuse if !self.triggers.is_empty() => {
                Err(StoreError::Triggers { names: self.triggers.clone() })
            }
            TriggerRule::Refuse | TriggerRule::Fire => Ok(()),
        }
    }

    /// Names of the triggers on the event log, which must have none.
    pub fn event_triggers(&self) -> &[String] {
        &self.event_triggers
    }

    /// Whether the event log is there.
    pub fn has_events(&self) -> bool {
        self.events.is_some() && self.event_drift().is_none()
    }

    /// Columns and tables that writing needs and the file lacks.
    pub fn missing(&self) -> Vec<String> {
        let mut missing: Vec<String> = WANTED
            .iter()
            .filter(|wanted| !self.has(wanted.name))
            .map(|wanted| format!("users.{}", wanted.name))
            .collect();
        if self.events.is_none() {
            missing.push("security_events".into());
        }
        missing
    }

    /// Names of the columns of `users`, in their order.
    pub(super) fn column_names(&self) -> Vec<String> {
        self.columns.iter().map(|column| column.name.clone()).collect()
    }

    fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name.eq_ignore_ascii_case(name))
    }

    /// What makes it not a file of the app.
    fn foreign(&self) -> Option<String> {
        let reason = match self.users {
            Relation::Table => None,
            Relation::Missing => Some("it has no table 'users'"),
            Relation::StrictTable => Some("its table 'users' is STRICT"),
            Relation::View => Some("'users' is a view"),
            Relation::Virtual => Some("'users' is a virtual table"),
        };
        if let Some(reason) = reason {
            return Some(reason.to_owned());
        }
        for name in ["id", "username", "email"] {
            if !self.has(name) {
                return Some(format!("its table 'users' has no column '{name}'"));
            }
        }
        // Only these very words make the id SQLite's own row id (sqlite.org/lang_createtable, ROWIDs).
        let integer_key =
            self.columns.iter().all(|column| column.primary_key == column.name.eq_ignore_ascii_case("id"))
                && self.column("id").is_some_and(|id| id.declared.eq_ignore_ascii_case("INTEGER"));
        (!integer_key).then(|| "its column 'users.id' is not an INTEGER primary key".to_owned())
    }

    /// What stands in the place of ours.
    fn drift(&self) -> Vec<String> {
        let generated = ["id", "username", "email", "created_at", "customer_id"]
            .into_iter()
            .filter(|name| self.column(name).is_some_and(|column| column.generated))
            .map(|name| format!("users.{name} is a generated column"));
        let columns = WANTED.iter().filter_map(|wanted| self.column_drift(wanted));
        // It could take the event of a change away, or change another account while it is written.
        let triggers = self.event_triggers.iter().map(|name| format!("{EVENT_TRIGGER}{name}"));
        generated.chain(columns).chain(self.event_drift()).chain(triggers).collect()
    }

    fn column_drift(&self, wanted: &Wanted) -> Option<String> {
        let column = self.column(wanted.name)?;
        if column.generated {
            return Some(format!("users.{} is a generated column", wanted.name));
        }
        let fits = wanted.fits.contains(&affinity(&column.declared));
        (!fits).then(|| {
            let declared = if column.declared.is_empty() { "no type" } else { &column.declared };
            format!("users.{} is declared as {declared}", wanted.name)
        })
    }

    fn event_drift(&self) -> Option<String> {
        match self.events? {
            Relation::Table => {}
            Relation::StrictTable => return Some("security_events is STRICT".into()),
            Relation::View => return Some("security_events is a view".into()),
            Relation::Virtual | Relation::Missing => {
                return Some("security_events is a virtual table".into());
            }
        }
        let same = self.event_columns.len() == EVENT_COLUMNS.len()
            && self.event_columns.iter().zip(EVENT_COLUMNS).all(|(column, (name, declared))| {
                !column.generated
                    && column.name.eq_ignore_ascii_case(name)
                    && column.declared.eq_ignore_ascii_case(declared)
            });
        if !same {
            return Some("security_events has other columns than authctl's".into());
        }
        (self.event_ids == EventIds::Again).then(|| "security_events.id is not AUTOINCREMENT".into())
    }

    /// # Errors
    /// `Foreign`, with what is missing or different.
    pub(super) fn require_ours(&self, place: &Place) -> Result<(), StoreError> {
        match self.foreign() {
            Some(reason) => Err(StoreError::Foreign { path: place.path.clone(), reason }),
            None => Ok(()),
        }
    }

    /// # Errors
    /// `Foreign`, `Drift` or `Pending`.
    pub(super) fn require_writable(&self, place: &Place) -> Result<(), StoreError> {
        self.require_ours(place)?;
        let faults = self.drift();
        if !faults.is_empty() {
            return Err(StoreError::Drift { faults });
        }
        let missing = self.missing();
        if missing.is_empty() { Ok(()) } else { Err(StoreError::Pending { missing }) }
    }
}
