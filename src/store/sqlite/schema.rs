//! What the file's schema is, and what it lacks: decided from the schema itself, never from error texts.
//!
//! What a newcomer would get wrong: names are matched case-blind and a column fits by its affinity
//! (`VARCHAR(255)` is TEXT, `BOOLEAN` and `DATETIME` are NUMERIC; sqlite.org/datatype3 §3.1).

use rusqlite::{Connection, named_params};

use super::{Place, StoreError};

/// The schema of an opened file.
#[derive(Clone, Debug)]
pub struct Schema {
    pub(super) version: i64,
    users: Relation,
    columns: Vec<Column>,
    events: Option<Relation>,
    event_columns: Vec<Column>,
    customers: Option<Relation>,
    pub(super) triggers: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Relation {
    Table,
    StrictTable,
    View,
    Virtual,
    Missing,
}

#[derive(Clone, Debug)]
struct Column {
    name: String,
    declared: String,
    default: Option<String>,
    primary_key: bool,
    generated: bool,
}

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

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Affinity {
    Integer,
    Text,
    Blob,
    Real,
    Numeric,
}

/// One of the nine columns: its name, which affinities fit, and the statement that adds it (`app-facts`,
/// stage 2; the double quotes are the app's own).
struct Wanted {
    name: &'static str,
    fits: &'static [Affinity],
    sql: &'static str,
}

const WANTED: [Wanted; 9] = [
    Wanted {
        name: "password_hash",
        fits: &[Affinity::Text],
        sql: r#"ALTER TABLE users ADD COLUMN password_hash TEXT DEFAULT """#,
    },
    Wanted { name: "salt", fits: &[Affinity::Text], sql: r#"ALTER TABLE users ADD COLUMN salt TEXT DEFAULT """# },
    Wanted {
        name: "is_active",
        fits: &[Affinity::Numeric, Affinity::Integer],
        sql: "ALTER TABLE users ADD COLUMN is_active BOOLEAN DEFAULT 1",
    },
    Wanted {
        name: "is_verified",
        fits: &[Affinity::Numeric, Affinity::Integer],
        sql: "ALTER TABLE users ADD COLUMN is_verified BOOLEAN DEFAULT 0",
    },
    Wanted {
        name: "last_login",
        fits: &[Affinity::Numeric, Affinity::Text],
        sql: "ALTER TABLE users ADD COLUMN last_login TIMESTAMP NULL",
    },
    Wanted {
        name: "failed_login_attempts",
        fits: &[Affinity::Integer],
        sql: "ALTER TABLE users ADD COLUMN failed_login_attempts INTEGER DEFAULT 0",
    },
    Wanted {
        name: "locked_until",
        fits: &[Affinity::Numeric, Affinity::Text],
        sql: "ALTER TABLE users ADD COLUMN locked_until TIMESTAMP NULL",
    },
    Wanted {
        name: "role",
        fits: &[Affinity::Text],
        sql: r#"ALTER TABLE users ADD COLUMN role TEXT DEFAULT "patient""#,
    },
    Wanted { name: "full_name", fits: &[Affinity::Text], sql: "ALTER TABLE users ADD COLUMN full_name TEXT NULL" },
];

/// The table of events (`docs/events.md`).
const EVENTS_SQL: &str = include_str!("migrations/security_events.sql");

/// Name and declared type of each of its columns, in order.
const EVENT_COLUMNS: [(&str, &str); 19] = [
    ("id", "INTEGER"),
    ("at", "TEXT"),
    ("event", "TEXT"),
    ("outcome", "TEXT"),
    ("target_id", "INTEGER"),
    ("target_username", "TEXT"),
    ("before", "TEXT"),
    ("after", "TEXT"),
    ("details", "TEXT"),
    ("reason", "TEXT"),
    ("actor_uid", "INTEGER"),
    ("actor_name", "TEXT"),
    ("actor_login_uid", "INTEGER"),
    ("actor_sudo_user", "TEXT"),
    ("actor_terminal", "TEXT"),
    ("actor_host", "TEXT"),
    ("version", "TEXT"),
    ("prev_hash", "TEXT"),
    ("hash", "TEXT"),
];

/// An index that a look-up needs: its table, its column, and the statement.
struct WantedIndex {
    table: &'static str,
    column: &'static str,
    index: &'static str,
    sql: &'static str,
}

const WANTED_INDEXES: [WantedIndex; 3] = [
    WantedIndex {
        table: "users",
        column: "email",
        index: "ix_users_email",
        sql: "CREATE INDEX ix_users_email ON users (email)",
    },
    WantedIndex {
        table: "users",
        column: "username",
        index: "ix_users_username",
        sql: "CREATE INDEX ix_users_username ON users (username)",
    },
    WantedIndex {
        table: "security_events",
        column: "target_id",
        index: "ix_security_events_target_id",
        sql: "CREATE INDEX ix_security_events_target_id ON security_events (target_id)",
    },
];

/// SQLite's counter of schema changes.
pub(super) fn version(conn: &Connection) -> rusqlite::Result<i64> {
    conn.prepare_cached("PRAGMA schema_version")?.query_row([], |row| row.get(0))
}

/// Reads what every command needs to know of the schema. Plain pragmas, not their table-valued functions, which
/// cost ten times as much to prepare: every run comes by here.
pub(super) fn read(conn: &Connection) -> rusqlite::Result<Schema> {
    let mut customers = Relation::Missing;
    let mut triggers = Vec::new();
    let mut statement = conn.prepare(
        "SELECT type, name FROM sqlite_schema
          WHERE (type = 'trigger' AND tbl_name = 'users' COLLATE NOCASE)
             OR (type IN ('table', 'view') AND name = 'customers' COLLATE NOCASE)
          ORDER BY name",
    )?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        match row.get_ref(0)?.as_str()? {
            "trigger" => triggers.push(row.get(1)?),
            _ => customers = Relation::Table,
        }
    }
    Ok(Schema {
        version: version(conn)?,
        users: relation(conn, "PRAGMA table_list(users)")?,
        columns: columns(conn, "PRAGMA table_xinfo(users)")?,
        events: Some(relation(conn, "PRAGMA table_list(security_events)")?).filter(|found| *found != Relation::Missing),
        event_columns: columns(conn, "PRAGMA table_xinfo(security_events)")?,
        customers: Some(customers).filter(|found| *found != Relation::Missing),
        triggers,
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
            name: row.get(1)?,
            declared: row.get(2)?,
            default: row.get(4)?,
            primary_key: row.get::<_, i64>(5)? > 0,
            generated: row.get::<_, i64>(6)? > 1,
        })
    })?;
    rows.collect()
}

impl Schema {
    /// Whether `users` has the column.
    pub fn has(&self, column: &str) -> bool {
        self.column(column).is_some()
    }

    /// Whether the file is one of the newest app's: users belong to customers.
    pub fn has_customers(&self) -> bool {
        self.has("customer_id") && self.customers.is_some()
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
        let id = self.column("id")?;
        let integer_key = id.primary_key && affinity(&id.declared) == Affinity::Integer;
        (!integer_key).then(|| "its column 'users.id' is not an INTEGER primary key".to_owned())
    }

    /// What stands in the place of ours.
    fn drift(&self) -> Vec<String> {
        let generated = ["id", "username", "email", "created_at", "customer_id"]
            .into_iter()
            .filter(|name| self.column(name).is_some_and(|column| column.generated))
            .map(|name| format!("users.{name} is a generated column"));
        let columns = WANTED.iter().filter_map(|wanted| self.column_drift(wanted));
        generated.chain(columns).chain(self.event_drift()).collect()
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
        (!same).then(|| "security_events has other columns than authctl's".into())
    }

    /// Everything that stands in the place of ours, the steps' own drift included, each once.
    pub fn faults(&self, steps: &[Step]) -> Vec<String> {
        let mut faults = self.drift();
        for step in steps {
            match &step.state {
                StepState::Drifted(fault) if !faults.contains(fault) => faults.push(fault.clone()),
                StepState::Drifted(_) | StepState::Applied | StepState::Pending => {}
            }
        }
        faults
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

    /// All steps of the migration with their states.
    pub(super) fn steps(&self, conn: &Connection) -> rusqlite::Result<Vec<Step>> {
        let mut steps: Vec<Step> = WANTED.iter().map(|wanted| self.column_step(wanted)).collect();
        steps.push(self.events_step());
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

    fn events_step(&self) -> Step {
        let state = match (self.events, self.event_drift()) {
            (_, Some(fault)) => StepState::Drifted(fault),
            (Some(_), None) => StepState::Applied,
            (None, None) => StepState::Pending,
        };
        Step { name: "security_events".into(), sql: EVENTS_SQL.trim_end().to_owned(), state }
    }
}

fn index_step(conn: &Connection, wanted: &WantedIndex) -> rusqlite::Result<Step> {
    let state = if index_leads(conn, wanted)? {
        StepState::Applied
    } else if name_taken(conn, wanted.index)? {
        let fault = format!("an index named {} exists, but does not lead with {}", wanted.index, wanted.column);
        StepState::Drifted(fault)
    } else {
        StepState::Pending
    };
    let name = format!("index {}.{}", wanted.table, wanted.column);
    Ok(Step { name, sql: wanted.sql.to_owned(), state })
}

/// Whether a full index in plain byte order leads with the column: one that the look-ups can use.
fn index_leads(conn: &Connection, wanted: &WantedIndex) -> rusqlite::Result<bool> {
    let mut statement = conn.prepare_cached(
        "SELECT EXISTS (
           SELECT 1 FROM pragma_index_list(:table) AS list
             JOIN pragma_index_xinfo(list.name) AS part
            WHERE list.partial = 0 AND part.seqno = 0
              AND part.name = :column COLLATE NOCASE AND part.coll = 'BINARY' COLLATE NOCASE)",
    )?;
    statement.query_row(named_params! { ":table": wanted.table, ":column": wanted.column }, |row| row.get(0))
}

fn name_taken(conn: &Connection, index: &str) -> rusqlite::Result<bool> {
    let mut statement =
        conn.prepare_cached("SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = :index COLLATE NOCASE)")?;
    statement.query_row(named_params! { ":index": index }, |row| row.get(0))
}

/// The affinity of a declared type (sqlite.org/datatype3 §3.1).
fn affinity(declared: &str) -> Affinity {
    let declared = declared.to_ascii_uppercase();
    let has = |part: &str| declared.contains(part);
    if has("INT") {
        Affinity::Integer
    } else if has("CHAR") || has("CLOB") || has("TEXT") {
        Affinity::Text
    } else if has("BLOB") || declared.is_empty() {
        Affinity::Blob
    } else if has("REAL") || has("FLOA") || has("DOUB") {
        Affinity::Real
    } else {
        Affinity::Numeric
    }
}
