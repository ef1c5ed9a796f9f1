//! `db info` in the JSON contract.

use std::path::Path;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::cli::output::{Cell, Column, Datum, Mark, Record};
use crate::model::text;
use crate::ops::census::Census;
use crate::store::{FileFacts, Stage};

/// What the file is.
#[derive(Debug, Serialize)]
pub struct InfoView {
    database: String,
    bytes: u64,
    pages: i64,
    page_size: i64,
    free_pages: i64,
    journal_mode: String,
    encoding: String,
    user_version: i64,
    schema: &'static str,
    migrations_pending: Vec<String>,
    users: u64,
    roles: Map<String, Value>,
    states: Map<String, Value>,
    events: Option<i64>,
    first_event: Option<String>,
    last_event: Option<String>,
    modified: Option<String>,
    mode: String,
    owner: String,
    side_files: Map<String, Value>,
    sqlite_version: &'static str,
}

const COLUMNS: [Column; 21] = [
    Column::left("database", "DATABASE", Column::ALWAYS),
    Column::right("bytes", "BYTES", Column::ALWAYS),
    Column::right("pages", "PAGES", Column::ALWAYS),
    Column::right("page_size", "PAGE SIZE", Column::ALWAYS),
    Column::right("free_pages", "FREE PAGES", Column::ALWAYS),
    Column::left("journal_mode", "JOURNAL MODE", Column::ALWAYS),
    Column::left("encoding", "ENCODING", Column::ALWAYS),
    Column::right("user_version", "USER VERSION", Column::ALWAYS),
    Column::left("schema", "SCHEMA", Column::ALWAYS),
    Column::left("migrations_pending", "MIGRATIONS PENDING", Column::ALWAYS),
    Column::right("users", "USERS", Column::ALWAYS),
    Column::left("roles", "ROLES", Column::ALWAYS),
    Column::left("states", "STATES", Column::ALWAYS),
    Column::right("events", "EVENTS", Column::ALWAYS),
    Column::left("first_event", "FIRST EVENT", Column::ALWAYS),
    Column::left("last_event", "LAST EVENT", Column::ALWAYS),
    Column::left("modified", "MODIFIED", Column::ALWAYS),
    Column::left("mode", "MODE", Column::ALWAYS),
    Column::left("owner", "OWNER", Column::ALWAYS),
    Column::left("side_files", "SIDE FILES", Column::ALWAYS),
    Column::left("sqlite_version", "SQLITE VERSION", Column::ALWAYS),
];

/// The bits that let others read or write a file.
const OTHERS: u32 = 0o077;

impl InfoView {
    /// Puts it together.
    pub fn new(path: &Path, facts: FileFacts, pending: Vec<String>, census: Census) -> Self {
        let mut roles: Map<String, Value> =
            census.roles.into_iter().map(|(role, count)| (role.unwrap_or_default(), count.into())).collect();
        if census.other_roles > 0 {
            roles.insert("(more)".into(), census.other_roles.into());
        }
        let events = facts.events;
        Self {
            database: text::exact(&std::path::absolute(path).unwrap_or_else(|_| path.to_owned())),
            bytes: facts.bytes,
            pages: facts.pages,
            page_size: facts.page_size,
            free_pages: facts.free_pages,
            journal_mode: facts.journal_mode,
            encoding: facts.encoding,
            user_version: facts.user_version,
            schema: stage(facts.stage),
            migrations_pending: pending,
            users: census.users,
            roles,
            states: census.states.into_iter().map(|(state, count)| (state.to_owned(), count.into())).collect(),
            events: events.as_ref().map(|events| events.count),
            first_event: events.as_ref().and_then(|events| events.first.clone()),
            last_event: events.and_then(|events| events.last),
            modified: facts.modified.map(|at| at.to_rfc3339()),
            mode: format!("{:04o}", facts.mode),
            owner: facts.owner,
            side_files: facts.side_files.into_iter().map(|(name, bytes)| (name.to_owned(), bytes.into())).collect(),
            sqlite_version: crate::store::sqlite_version(),
        }
    }

    /// Whether others than the owner may read or write the file.
    pub fn open_to_others(mode: u32) -> bool {
        mode & OTHERS != 0
    }
}

/// The app's forms, in words.
fn stage(stage: Stage) -> &'static str {
    match stage {
        Stage::BeforeAuth => "before accounts had passwords",
        Stage::HalfAltered => "half altered: some of the nine columns are missing",
        Stage::Migrated => "with the nine columns",
        Stage::Later => "of a later version of the app",
        Stage::Customers => "of the newest version of the app, with customers",
    }
}

/// `patient 11, admin 2`.
fn listed(map: &Map<String, Value>) -> String {
    let parts = map.iter().map(|(name, count)| match name.as_str() {
        "" => format!("(none) {count}"),
        name => format!("{name} {count}"),
    });
    parts.collect::<Vec<_>>().join(", ")
}

impl Record for InfoView {
    fn columns() -> &'static [Column] {
        &COLUMNS
    }

    fn cell(&self, index: usize) -> Cell<'_> {
        let value = self.value(index);
        match (COLUMNS[index].name, value.is_empty()) {
            (_, true) => Cell::absent(),
            ("migrations_pending", false) => Cell::marked(value, Mark::Warn),
            (_, false) => Cell::plain(value),
        }
    }

    fn value(&self, index: usize) -> Datum<'_> {
        let text = |text: &Option<String>| text.clone().unwrap_or_default().into();
        match COLUMNS[index].name {
            "database" => self.database.as_str().into(),
            "bytes" => self.bytes.to_string().into(),
            "pages" => self.pages.to_string().into(),
            "page_size" => self.page_size.to_string().into(),
            "free_pages" => self.free_pages.to_string().into(),
            "journal_mode" => self.journal_mode.as_str().into(),
            "encoding" => self.encoding.as_str().into(),
            "user_version" => self.user_version.to_string().into(),
            "schema" => self.schema.into(),
            "migrations_pending" => self.migrations_pending.join(", ").into(),
            "users" => self.users.to_string().into(),
            "roles" => listed(&self.roles).into(),
            "states" => listed(&self.states).into(),
            "events" => self.events.map(|count| count.to_string()).unwrap_or_default().into(),
            "first_event" => text(&self.first_event),
            "last_event" => text(&self.last_event),
            "modified" => text(&self.modified),
            "mode" => self.mode.as_str().into(),
            "owner" => self.owner.as_str().into(),
            "side_files" => listed(&self.side_files).into(),
            _ => self.sqlite_version.into(),
        }
    }
}
